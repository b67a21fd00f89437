"""Planned, seen and reported of many shifts, as tables by spot and day, day, team and spot."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from peelian import operations
from peelian.terms import LOCAL_ZONE, Shapes, Table
from peelian.workflows.delivery.dosage_tables import MINUTES, OFFICER, compliance
from peelian.workflows.delivery.reported import ARRIVED, LEFT, SEEN, SEEN_CHOICES, Reported
from peelian.workflows.patrols.kept_plan import KeptPlan

Row = dict[str, Any]
UNKNOWN = float("nan")
REPORTED = ("reported_visits", "reported_minutes")
UNITS = dict.fromkeys(
    ("planned_minutes", "planned_with_pings", *MINUTES, *OFFICER, "reported_minutes"), "min"
)


@dataclass(frozen=True, eq=False)
class Shifted:
    """One shift: its plan, what devices saw of it by spot and by team, what teams reported.

    ``day``, ``spots`` and ``teams`` are None where no pings of the shift were read,
    ``reports`` where no team of it reported anything: not known, which is not zero.
    """

    plan: KeptPlan
    day: Row | None
    spots: dict[str, Row] | None
    teams: dict[str, Row] | None
    reports: list[Reported] | None


def spot_days(shifts: list[Shifted]) -> tuple[Table, Shapes]:
    """Every spot of every shift's draw, drawn or not, and its outline: one row a spot-day."""
    rows = [row for shift in shifts for row in rows_of(shift)]
    shapes = np.concatenate([shift.plan.outlines for shift in shifts])
    return table_of_rows(rows, "Planned and delivered by spot and day"), shapes


def rows_of(shift: Shifted) -> list[Row]:
    """The spots of one shift."""
    plan = shift.plan
    planned_visits, planned = plan.planned
    visits, minutes = reported_by_spot(shift)
    rows = []
    for n, key in enumerate(plan.key.tolist()):
        seen = shift.spots[key] if shift.spots is not None else {}
        rows.append(
            {
                "day": plan.day,
                "shift": f"{plan.shift.start:%H:%M} to {plan.shift.end:%H:%M}",
                "plan": plan.short,
                "spot": key,
                "place": str(plan.place[n]),
                "cell": int(plan.cell[n]),
                "probability": float(plan.probability[n]),
                "drawn": bool(plan.drawn[n]),
                "planned_visits": int(planned_visits[n]),
                "planned_minutes": float(planned[n]),
                "delivered_visits": number(seen, "delivered_visits"),
                **{name: number(seen, name) for name in (*MINUTES, *OFFICER)},
                "reported_visits": visits[n],
                "reported_minutes": minutes[n],
            }
        )
    return rows


def reported_by_spot(shift: Shifted) -> tuple[list[float], list[float]]:
    """Visits and minutes reported by spot; unknown where no team reported."""
    n = len(shift.plan.key)
    if shift.reports is None:
        return [UNKNOWN] * n, [UNKNOWN] * n
    visits, minutes = [0.0] * n, [0.0] * n
    for (team, number), said in reported_visits(shift.reports).items():
        spot = {stop.number: stop.spot for stop in shift.plan.teams[team]}[number]
        visits[spot] += len(said)
        minutes[spot] += float(np.nansum(said[:, 1] - said[:, 0]))
    return visits, minutes


def reported_visits(reports: list[Reported]) -> dict[tuple[str, int], Any]:
    """Visits of each team to each stop as it said: from and to, in minutes of the epoch."""
    found = {}
    for team, stop in dict.fromkeys((r.team, r.stop) for r in reports):
        times = {
            what: np.array(
                [
                    r.time.timestamp() / 60
                    for r in reports
                    if (r.team, r.stop, r.what) == (team, stop, what) and r.counts
                ]
            )
            for what in (ARRIVED, LEFT)
        }
        found[team, stop] = operations.pair_reports(times[ARRIVED], times[LEFT])
    return found


def by_day(shifts: list[Shifted]) -> Table:
    """Minutes planned, delivered and reported of each day."""
    rows: dict[date, Row] = {}
    for shift in shifts:
        visits, minutes = reported_by_spot(shift)
        planned_visits, planned = shift.plan.planned
        seen = shift.day or {}
        values = {
            "planned_visits": float(planned_visits.sum()),
            "planned_minutes": float(planned.sum()),
            **{name: number(seen, name) for name in ("delivered_visits", *MINUTES)},
            "reported_visits": sum(visits),
            "reported_minutes": sum(minutes),
        }
        row = rows.setdefault(shift.plan.day, values)
        if row is not values:
            rows[shift.plan.day] = {name: added(row[name], values[name]) for name in values}
    return table_of_rows([{"day": day, **row} for day, row in sorted(rows.items())], "By day")


def by_team(shifts: list[Shifted]) -> Table:
    """Each team's day: stops and minutes planned, delivered at its stops, reported."""
    rows = []
    for shift in shifts:
        said = reported_visits(shift.reports) if shift.reports is not None else {}
        for team, stops in shift.plan.teams.items():
            seen = shift.teams[team] if shift.teams is not None else {}
            own = [visits for (one, _), visits in said.items() if one == team]
            known = shift.reports is not None
            rows.append(
                {
                    "day": shift.plan.day,
                    "team": team,
                    "planned_visits": len(stops),
                    "planned_minutes": sum(stop.minutes for stop in stops),
                    "delivered_visits": number(seen, "delivered_visits"),
                    **{name: number(seen, name) for name in MINUTES},
                    "reported_visits": float(sum(map(len, own))) if known else UNKNOWN,
                    "reported_minutes": sum(float(np.nansum(v[:, 1] - v[:, 0])) for v in own)
                    if known
                    else UNKNOWN,
                }
            )
    return table_of_rows(rows, "By team")


def by_spot(days: Table, shapes: Shapes) -> tuple[Table, Shapes]:
    """Each spot over all the shifts, and its outline; what is known of some is summed."""
    columns = days.columns
    keys, first, spot = np.unique(columns["spot"], return_index=True, return_inverse=True)
    n = len(keys)

    def total(name: str) -> Any:
        values = columns[name].astype(np.float64)
        known = ~np.isnan(values)
        summed = np.bincount(spot[known], values[known], minlength=n)
        return np.where(np.bincount(spot[known], minlength=n) > 0, summed, np.nan)

    planned, middle = total("planned_minutes"), total("delivered_minutes")
    known = ~np.isnan(columns["delivered_minutes"])
    of_known = np.zeros(n)  # minutes planned in the shifts that pings are held of
    np.add.at(of_known, spot[known], columns["planned_minutes"][known])
    table = Table(
        {
            "place": columns["place"][first],
            "shifts": np.bincount(spot, minlength=n),
            "drawn": np.bincount(spot, columns["drawn"], minlength=n).astype(np.int64),
            "planned_visits": total("planned_visits").astype(np.int64),
            "planned_minutes": planned,
            "planned_with_pings": of_known,
            "delivered_visits": total("delivered_visits"),
            **{name: total(name) for name in MINUTES},
            "compliance": compliance(middle, of_known),
            **{name: total(name) for name in REPORTED},
        },
        "By spot",
        UNITS,
    )
    order = np.argsort(-planned, kind="stable")
    ordered = {name: column[order] for name, column in table.columns.items()}
    return Table(ordered, table.title, UNITS), shapes[first][order]


def owed(days: Table, weekly_minimum: int) -> Table:
    """Spots drawn in the last week that had fewer visits than the weekly minimum."""
    columns = days.columns
    last = columns["day"].max()
    week = columns["day"] > last - np.timedelta64(7, "D")
    rows: list[tuple[Any, ...]] = []
    for key in dict.fromkeys(columns["spot"][week & columns["drawn"]].tolist()):
        own = week & (columns["spot"] == key)
        gps, said = (columns[n][own] for n in ("delivered_visits", "reported_visits"))
        visits = np.where(np.isnan(gps), said, gps)
        missing = weekly_minimum - float(np.nansum(visits))
        if missing > 0:
            drawn = columns["drawn"][own]
            rows.append(
                (
                    str(columns["place"][own][0]),
                    drawn.sum(),
                    np.nansum(visits),
                    missing,
                    (np.isnan(visits) & drawn).sum(),
                )
            )
    rows.sort(key=lambda row: float(row[3]), reverse=True)
    names = ("place", "drawn", "visits", "owed", "not_known")
    kinds = (np.str_, np.int64, np.int64, np.int64, np.int64)
    start = last - np.timedelta64(6, "D")
    return Table(
        {
            name: np.array([row[n] for row in rows], dtype=kind)
            for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
        },
        f"Owed visits: under {weekly_minimum} in the week from {start} to {last}",
        {"drawn": "shifts", "not_known": "of them, nothing is known"},
    )


def visit_hours(shifts: list[Shifted]) -> Table:
    """How unpredictable the hours of planned visits are: each spot planned twice or more."""
    zone = ZoneInfo(LOCAL_ZONE)
    hours: dict[str, list[int]] = {}
    places: dict[str, str] = {}
    for plan in (shift.plan for shift in shifts):
        for stop in plan.stops:
            key = str(plan.key[stop.spot])
            places[key] = str(plan.place[stop.spot])
            hours.setdefault(key, []).append(stop.arrive.astimezone(zone).hour)
    several = [key for key, own in hours.items() if len(own) > 1]
    counts = [np.bincount(hours[key], minlength=24) for key in several]
    entropy = np.array([operations.visit_hour_entropy(n) for n in counts], dtype=np.float64)
    visits = np.array([n.sum() for n in counts], dtype=np.int64)
    columns = {
        "place": np.array([places[key] for key in several], dtype=np.str_),
        "visits": visits,
        "hours": np.array([np.count_nonzero(n) for n in counts], dtype=np.int64),
        "entropy": entropy,
        "most": np.log(np.minimum(visits, _hours_of(shifts))),
    }
    order = np.argsort(entropy, kind="stable")
    return Table(
        {name: column[order] for name, column in columns.items()},
        "Hours of planned visits, the most predictable spots first",
        {"hours": "different hours of the day", "entropy": "nats", "most": "nats, if even"},
    )


def _hours_of(shifts: list[Shifted]) -> int:
    """Hours of the day in which any of the shifts is on."""
    hour = timedelta(hours=1)
    on = set()
    for shift in (s.plan.shift for s in shifts):
        on |= {(shift.start + n * hour).hour for n in range(-(-shift.minutes // 60))}
    return len(on)


def seen(shifts: list[Shifted]) -> Table:
    """What teams said they saw, counted by choice."""
    said = [r for s in shifts for r in s.reports or () if r.what == SEEN]
    return Table(
        {
            "what_we_saw": np.array(list(SEEN_CHOICES.values()), dtype=np.str_),
            "reports": np.array(
                [sum(r.seen == one for r in said) for one in SEEN_CHOICES], dtype=np.int64
            ),
            "how_many": np.array(
                [sum(r.n for r in said if r.seen == one) for one in SEEN_CHOICES],
                dtype=np.int64,
            ),
        },
        "What teams saw",
    )


def number(row: Row, name: str) -> float:
    """A number of a row that was kept; not known where it has none."""
    value = row.get(name)
    return UNKNOWN if value is None else float(value)


def added(so_far: float, more: float) -> float:
    """A sum of which an unknown part is left out, unknown only when all of it is."""
    return float(np.nansum([so_far, more])) if not np.isnan([so_far, more]).all() else UNKNOWN


def table_of_rows(rows: list[Row], title: str) -> Table:
    """Rows, one at least, as a table."""

    def column(name: str) -> Any:
        days = isinstance(rows[0][name], date)
        return np.array([row[name] for row in rows], dtype="M8[D]" if days else None)

    return Table({name: column(name) for name in rows[0]}, title, UNITS)
