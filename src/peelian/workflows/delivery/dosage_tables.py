"""What a shift's visits make: tables by spot, draw, team, unit and visit, and of refusals."""

import numpy as np

from peelian import operations
from peelian.sources import PingFile
from peelian.terms import Bools, Floats, ParameterError, SeenVisits, Table
from peelian.workflows.patrols.kept_plan import KeptPlan

OTHERS = "other units"
MINUTES = ("delivered_lower", "delivered_minutes", "delivered_upper")
OFFICER = ("officer_lower", "officer_minutes", "officer_upper")


def teams_of(units: str, plan: KeptPlan) -> dict[str, str]:
    """Team of each unit: as the setting says, and each team's own names."""
    known = {name.casefold(): team for team in plan.teams for name in (team, short(team))}
    found = dict(known)
    for pair in filter(None, (part.strip() for part in units.split(","))):
        unit, _, team = (part.strip() for part in pair.partition("="))
        if not unit or team.casefold() not in known:
            raise ParameterError(
                f"units: {pair!r}: write it as EA1={short(next(iter(plan.teams), 'Team 1'))}; "
                f"the plan's teams are {', '.join(map(short, plan.teams))}"
            )
        found[unit.casefold()] = known[team.casefold()]
    return found


def short(team: str) -> str:
    """A team's name without its base."""
    return team.split(",", 1)[0]


def spots_table(plan: KeptPlan, visits: SeenVisits) -> Table:
    """Every spot of the draw: planned, delivered with its bounds, and their ratio."""
    n = len(plan.key)
    planned_visits, planned = plan.planned
    patrol = operations.patrol_minutes(visits, visits.spot, n)
    officer = operations.officer_minutes(visits, visits.spot, n)
    return Table(
        {
            "spot": plan.key,
            "place": plan.place,
            "cell": plan.cell,
            "probability": plan.probability,
            "drawn": plan.drawn,
            "planned_visits": planned_visits,
            "planned_minutes": planned,
            "delivered_visits": operations.count_patrols(visits, visits.spot, n),
            **dict(zip(MINUTES, patrol.T, strict=True)),
            **dict(zip(OFFICER, officer.T, strict=True)),
            "compliance": compliance(patrol[:, 1], planned),
        },
        f"Delivered of plan {plan.short}, {plan.day:%A %-d %B %Y}",
        {"planned_minutes": "min", **dict.fromkeys((*MINUTES, *OFFICER), "min")},
    )


def short_table(spots: Table) -> Table:
    """The spots that were planned or visited, with what a screen has room for."""
    columns = spots.columns
    some = (columns["planned_minutes"] > 0) | (columns["delivered_visits"] > 0)
    names = ("place", "drawn", "planned_minutes", "delivered_visits", *MINUTES, "compliance")
    return Table({n: columns[n][some] for n in names}, spots.title, spots.units)


def drawn_table(spots: Table) -> Table:
    """Minutes a spot, as drawn first (intention to treat), then as visited (as treated)."""
    columns = spots.columns
    drawn, visited = columns["drawn"], columns["delivered_visits"] > 0
    groups = {
        "drawn": drawn,
        "not drawn": ~drawn,
        "visited": visited,
        "not visited": ~visited,
    }

    def mean(values: Floats) -> Floats:
        return np.array([values[g].mean() if g.any() else np.nan for g in groups.values()])

    return Table(
        {
            "spots": np.array(list(groups), dtype=np.str_),
            "n_spots": np.array([g.sum() for g in groups.values()]),
            "n_visited": np.array([(g & visited).sum() for g in groups.values()]),
            "planned_minutes": mean(columns["planned_minutes"]),
            **{name: mean(columns[name]) for name in MINUTES},
        },
        "Minutes a spot: as drawn first (intention to treat), then as treated",
        dict.fromkeys(("planned_minutes", *MINUTES), "min a spot"),
    )


def teams_table(
    plan: KeptPlan, visits: SeenVisits, teams: dict[str, str], heard: set[str]
) -> Table:
    """Each team: minutes planned, delivered at its own stops, and in other spots.

    Of a team none of whose units is among those ``heard``, nothing is known.
    """
    names = [*plan.teams, OTHERS]
    of_unit = [teams.get(unit.casefold(), OTHERS) for unit in visits.unit.tolist()]
    team = np.array([names.index(one) for one in of_unit], dtype=np.int64)
    stops = list(plan.teams.values())
    own = np.array(
        [
            t < len(stops) and any(stop.spot == spot for stop in stops[t])
            for t, spot in zip(team.tolist(), visits.spot.tolist(), strict=True)
        ],
        dtype=bool,
    )
    delivered = operations.patrol_minutes(chosen(visits, own), team[own], len(names))
    others = operations.patrol_minutes(chosen(visits, ~own), team[~own], len(names))
    n = len(plan.key)
    place = team[own] * n + visits.spot[own]
    patrols = operations.count_patrols(chosen(visits, own), place, len(names) * n)
    planned = np.array([*(sum(stop.minutes for stop in s) for s in stops), 0.0])
    known = np.isin(names, [*(teams.get(unit.casefold(), OTHERS) for unit in heard), OTHERS])
    delivered, others = (np.where(known[:, None], m, np.nan) for m in (delivered, others))
    return Table(
        {
            "team": np.array(names, dtype=np.str_),
            "planned_visits": np.array([*map(len, stops), 0]),
            "planned_minutes": planned,
            "delivered_visits": np.where(
                known, patrols.reshape(len(names), -1).sum(axis=1), np.nan
            ),
            **dict(zip(MINUTES, delivered.T, strict=True)),
            "elsewhere_minutes": others[:, 1],
            "compliance": compliance(delivered[:, 1], planned),
        },
        "By team, at its own stops",
        dict.fromkeys(("planned_minutes", *MINUTES, "elsewhere_minutes"), "min"),
    )


def day_table(plan: KeptPlan, visits: SeenVisits, teams: dict[str, str]) -> Table:
    """The whole shift at the spots planned: each team's time in any of them, once.

    A unit that is of no team counts as a team of its own.
    """
    planned_visits, planned = plan.planned
    there = chosen(visits, planned_visits[visits.spot] > 0)
    whose = [teams.get(unit.casefold(), unit) for unit in there.unit.tolist()]
    names, group = np.unique(np.array(whose, dtype=np.str_), return_inverse=True)
    patrol = operations.patrol_minutes(there, group, len(names)).sum(axis=0, keepdims=True)
    officer = operations.officer_minutes(there, np.zeros_like(group), 1)
    patrols = operations.count_patrols(there, there.spot, len(plan.key))
    return Table(
        {
            "day": np.array([plan.day], dtype="M8[D]"),
            "planned_visits": planned_visits.sum(keepdims=True),
            "planned_minutes": planned.sum(keepdims=True),
            "delivered_visits": patrols.sum(keepdims=True),
            **dict(zip(MINUTES, patrol.T, strict=True)),
            **dict(zip(OFFICER, officer.T, strict=True)),
            "compliance": compliance(patrol[:, 1], planned.sum(keepdims=True)),
        },
        "The shift, at the spots planned",
        dict.fromkeys(("planned_minutes", *MINUTES, *OFFICER), "min"),
    )


def chosen(visits: SeenVisits, which: Bools) -> SeenVisits:
    """The visits for which ``which`` is true."""
    names = ("spot", "unit", "first", "last", "before", "after", "n_pings", "cut")
    return SeenVisits(**{name: getattr(visits, name)[which] for name in names})


def units_table(found: operations.Refresh, teams: dict[str, str]) -> Table:
    """Each unit: whose it is, and how often its device spoke."""
    return Table(
        {
            "unit": found.unit,
            "team": np.array(
                [teams.get(unit.casefold(), OTHERS) for unit in found.unit.tolist()],
                dtype=np.str_,
            ),
            "pings": found.n_pings,
            "refresh": found.seconds,
            "breaks": found.breaks,
        },
        "How often devices spoke",
        {"refresh": "s between pings, median", "breaks": "silences longer than the gap"},
    )


def visits_table(plan: KeptPlan, visits: SeenVisits) -> Table:
    """Every visit with its bounds."""
    each = np.arange(len(visits))
    minutes = operations.officer_minutes(visits, each, len(visits))
    order = np.lexsort([visits.first, visits.unit])
    columns = {
        "unit": visits.unit,
        "spot": plan.key[visits.spot],
        "place": plan.place[visits.spot],
        "first": visits.first,
        "last": visits.last,
        **dict(zip(MINUTES, minutes.T, strict=True)),
        "pings": visits.n_pings,
        "cut": visits.cut,
    }
    return Table(
        {name: column[order] for name, column in columns.items()},
        "Visits, from the first to the last ping inside",
        {"first": "UTC", "last": "UTC", "cut": "the device was silent at an end"},
    )


def refused_table(files: tuple[PingFile, ...]) -> Table:
    """Rows refused by file and reason, with the first of each."""
    rows = [
        (f.file, reason, n, ", ".join(map(str, f.rows[reason])) + (" ..." if n > 5 else ""))
        for f in files
        for reason, n in f.refused.items()
    ]
    file, reason, n, first = zip(*rows, strict=True) if rows else [()] * 4
    return Table(
        {
            "file": np.array(file, dtype=np.str_),
            "reason": np.array(reason, dtype=np.str_),
            "n": np.array(n, dtype=np.int64),
            "rows": np.array(first, dtype=np.str_),
        },
        "Rows refused",
    )


def compliance(delivered: Floats, planned: Floats) -> Floats:
    """Delivered over planned; NaN where nothing was planned."""
    ratio = np.full(len(planned), np.nan)
    np.divide(delivered, planned, out=ratio, where=planned > 0)
    return ratio
