"""What each page shows: one workflow called, its outcome turned into words and files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np

from peelian import reports, workflows
from peelian.reports import MapView, PatrolPack
from peelian.reports.charts import interval_chart, monthly_chart
from peelian.store import Store
from peelian.terms import REFUSED_COLUMNS, PatrolPlan, Refusal, Table
from peelian.web.desk import Made, Progress
from peelian.web.maps import Address, mapped, record_bytes, view_of
from peelian.web.show import day_text, month_text, table_shown
from peelian.workflows import Figure, Outcome, PlanSettings
from peelian.workflows.patrols.plan import keep_plan
from peelian.workflows.patrols.plan_tables import break_of, clock, moved_sentences

STOPS = ("arrive", "leave", "place", "team", "stop", "cell")
TEAM_STOPS = ("stop", "arrive", "leave", "place", "cell")
DRAW = (
    "place", "worth", "probability", "recent", "minimum", "maximum", "drawn", "visited",
)  # fmt: skip
Months: TypeAlias = Sequence[tuple[str, bool, float]]  # month, whether held, events

# Every reason for a refusal, as said to the person who will mend the row.
REASONS = {
    Refusal.NO_COORDINATES: "No place given",
    Refusal.BAD_COORDINATES: "The place is not a number, or not on the Earth",
    Refusal.TOO_EARLY: "Before the first day the mapping asks for",
    Refusal.OUTSIDE_STUDY_AREA: "Outside the study area",
    Refusal.NO_DATE: "No date given",
    Refusal.BAD_DATE: "The date cannot be read",
    Refusal.FUTURE_DATE: "The date is in the future",
    Refusal.BEFORE_SHIFT: "Before the shift began",
    Refusal.AFTER_SHIFT: "After the shift ended",
    Refusal.CLOCK_JUMPED: "The clock jumped: out of order among the rows around it",
    Refusal.TOO_FAST: "Faster than 200 km/h from the places before and after",
    Refusal.NO_UNIT: "No call sign given",
    Refusal.NO_ACCURACY: "No accuracy given",
    Refusal.INACCURATE: "Less accurate than asked for",
    Refusal.NO_OFFENCE: "No offence given",
    Refusal.UNKNOWN_OFFENCE: "The offence is not in the code list",
    Refusal.BAD_NUMBER: "A number cannot be read",
    Refusal.DUPLICATE_ID: "The identifier came before in the same file",
    Refusal.WRONG_FIELD_COUNT: "The row has too many or too few fields",
}


def overview_made(store: Store, now: datetime, progress: Progress) -> Made:
    """What Home and Data quality show."""
    progress(0.1, "Counting what is held")
    overview = workflows.overview(store, now=now)
    progress(0.8, "Drawing the figures")
    shown = {
        "strip": strip_of(overview.months),
        "held_sentence": held_sentence(overview.months),
        "gaps_sentence": gaps_sentence(overview.months),
        "stale_sentence": stale_sentence(overview.stale_days),
        "notes": list(overview.notes),
        "figures": [figure_shown(figure) for figure in overview.figures],
        "last_plan": overview.last_plan,
        "rates": table_shown(overview.rates),
        "rates_svg": rates_chart(overview.rates),
        "batches": table_shown(overview.batches),
        "refusals": refusals_shown(overview.refusals),
        "repeated": table_shown(overview.repeated, labels={"n": "Rows"}),
        "repeated_sentence": repeated_sentence(overview.repeated_share),
        "late_sentence": late_sentence(overview.late),
        "misdated": table_shown(overview.misdated) if len(overview.misdated) else None,
    }
    return shown, {}


def plan_made(
    store: Store, settings: PlanSettings, now: datetime, progress: Progress, address: Address
) -> Made:
    """What the plan page shows, for all teams and for each, and the files it offers."""
    outcome = workflows.run("plan", store, settings, now=now, progress=progress, keep=False)
    view, tables, made = view_of(outcome), dict(outcome.tables), pack_of(outcome).plan
    draw, shift = tables["draw"], made.shift
    unit = "days of harm" if settings.forecast.cells.harm else "events"
    moved = list(moved_sentences(made, unit=unit))
    shown, files = mapped(replace(view, table=stops_shown(view.table)), outcome, address)
    teams = dict.fromkeys(view.table.columns["team"].tolist())
    shown["teams"] = []
    for number, team in enumerate(teams, start=1):
        panel = reports.map_panel(
            team_view(view, team), geojson_url=address(f"map-{number}.geojson")
        )
        files[f"map-{number}.geojson"] = panel.geojson
        shown["teams"].append(
            {
                "name": team,
                "table_html": panel.table,
                "map_html": panel.map,
                "stops": stops_to_move(view.table, team),
                **team_words(made, team),
            }
        )
    shown |= {
        "day": day_text(shift.start),
        "hours": f"{shift.start:%H:%M} to {shift.end:%H:%M}",
        "draw": table_shown(draw, columns=DRAW),
        "summary": table_shown(outcome.summary) if outcome.summary else None,
        "worth": table_shown(tables["worth"]),
        "districts": table_shown(tables["districts"]) if "districts" in tables else None,
        "moved": moved,
        "chosen": [sentence for sentence in shown["chosen"] if sentence not in moved],
        "all_teams": [route.team.name for route in made.routes],
        "downloads": [
            ("stops.csv", "Stops (CSV)"),
            ("draw.csv", "Draw (CSV)"),
            ("stops.csv.provenance.json", "Record (JSON)"),
        ],
    }
    files |= {
        "pack.pdf": workflows.as_bytes(outcome, ".pdf"),
        "stops.csv": workflows.as_bytes(outcome, ".csv"),
        "stops.csv.provenance.json": record_bytes(outcome),
        "draw.csv": reports.table_csv(draw).encode(),
    }
    return shown, files


def kept_made(store: Store, settings: PlanSettings, now: datetime, progress: Progress) -> Made:
    """Make a plan and keep it with its draw; the sentence that says so."""
    outcome = workflows.run("plan", store, settings, now=now, progress=progress, keep=False)
    return {"sentence": keep_plan(store, outcome, now=now)}, {}


def team_words(plan: PatrolPlan, team: str) -> dict[str, Any]:
    """A team's number and what its day is like: stops, travel, break, back."""
    names = [route.team.name for route in plan.routes]
    number = names.index(team)
    route = plan.routes[number]
    said = [f"{len(route.visits)} stops", f"{route.travel_minutes} minutes of travel"]
    if route.meal_at is not None:
        said.append(f"break at base {break_of(plan.shift, route)}")
    said.append(f"back at base by {clock(plan.shift, route.back)}")
    return {"number": number + 1, "words": f"{', '.join(said)}."}


def stops_to_move(table: Table, team: str) -> list[dict[str, str]]:
    """The stops of a team as the page names them, and as the setting does."""
    rows = table.columns["team"] == team
    names = ("stop", "arrive", "place", "cell")
    columns = [table.columns[name][rows].tolist() for name in names]
    return [
        {"order": str(order), "arrive": at, "place": place, "stop": f"{cell}@{at}"}
        for order, at, place, cell in zip(*columns, strict=True)
    ]


def team_view(view: MapView, team: str) -> MapView:
    """The map of one team: its stops, its spots, its route."""
    chosen = view.table.columns["team"] == team
    table = table_of(view.table, TEAM_STOPS, chosen, title=team)
    visited = np.isin(np.arange(view.grid.n_cells), table.columns["cell"])
    routes = {name: line for name, line in view.routes.items() if name == team}
    return replace(view, title=team, table=table, flagged=visited, routes=routes)


def stops_shown(table: Table) -> Table:
    """Every stop, with what a reader of all teams needs."""
    return table_of(table, STOPS, slice(None), title=table.title)


def table_of(table: Table, names: Sequence[str], rows: Any, *, title: str) -> Table:
    """The columns named and the rows chosen of a table."""
    return Table({n: table.columns[n][rows] for n in names}, title, table.units)


def pack_of(outcome: Outcome) -> PatrolPack:
    """The pack of an outcome that has one."""
    assert outcome.pack is not None  # noqa: S101 - a plan has one
    return outcome.pack


def refused_csv(store: Store, batch: str, reason: str) -> bytes:
    """Refused rows as they stood: of one batch or all, for one reason or all.

    Columns are those of ``terms.REFUSED_COLUMNS``. Nothing in ``original`` is changed, so that
    the row can be mended and offered again.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(REFUSED_COLUMNS), lineterminator="\n")
    writer.writeheader()
    for name in [batch] if batch else [b.batch for b in store.batches()]:
        rows = store.read_quarantine(name).to_pylist()
        writer.writerows(row for row in rows if reason in ("", row["reason"]))
    return text.getvalue().encode()


def strip_of(months: Months) -> list[dict[str, Any]]:
    """Months by year, each with its name, whether it is held and its events."""
    years: dict[str, list[dict[str, Any]]] = {}
    for month, held, n in months:
        day = date.fromisoformat(f"{month}-01")
        years.setdefault(month[:4], []).append(
            {
                "name": f"{day:%B %Y}",
                "short": f"{day:%b}",
                "held": held,
                "n": reports.with_commas(n) if held else "",
            }
        )
    return [{"year": year, "months": items} for year, items in years.items()]


def held_sentence(months: Months) -> str:
    """From when to when, and how many months."""
    names = [month_text(m) for m, held, _ in months if held]
    if len(names) == 1:
        return f"One month is held: {names[0]}."
    return f"{len(names)} months are held, from {names[0]} to {names[-1]}."


def gaps_sentence(months: Months) -> str:
    """The months between them that are not held; empty when there are none."""
    names = [month_text(m) for m, held, _ in months if not held]
    if not names:
        return ""
    verb = "is" if len(names) == 1 else "are"
    return f"{in_words(names)} {verb} not held: unknown, not zero."


def stale_sentence(days: int) -> str:
    """How long ago the data end."""
    return f"The newest month ended {reports.with_commas(days)} days ago."


def in_words(names: Sequence[str]) -> str:
    """One, two and three."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def late_sentence(late: Table) -> str:
    """How many records came late, and what that means for a forecast."""
    if np.isnan(late.columns["share"]).all():
        return "The files do not say when each event came on record, so that is not known."
    said = [
        f"{share:.0%} came on record more than {days} days after they were over"
        for days, share in zip(*late.columns.values(), strict=True)
    ]
    return (
        f"Of the events whose record is dated, {in_words(said)}. A backtest shows each origin "
        "what was on record by then, and no more."
    )


def repeated_sentence(share: float) -> str:
    """What the share of rows on repeated points means for a map."""
    return (
        f"{share:.0%} of rows lie on a point that carries other rows too: published places "
        "are moved to the nearest of a fixed list of points. A map that takes them as they "
        "are puts the fullest point first, whatever happened around it."
    )


def refusals_shown(refusals: Table) -> list[dict[str, str]]:
    """Rows refused by file and reason, as words, with what finds the rows again."""
    names = ("batch", "file", "reason", "n")
    columns = [refusals.columns[name].tolist() for name in names]
    return [
        {
            "batch": batch,
            "file": file,
            "code": reason,
            "reason": REASONS.get(reason, reason),
            "n": reports.with_commas(n),
        }
        for batch, file, reason, n in zip(*columns, strict=True)
    ]


def figure_shown(figure: Figure) -> dict[str, Any]:
    """A figure: its number, its sentence and its chart."""
    series = figure.series.columns
    number = reports.with_commas(figure.number)
    svg = (
        ""
        if not number
        else monthly_chart(
            series["month"].astype("datetime64[M]"),
            series["n"],
            title=f"{figure.title} by month",
            unit=figure.unit,
            width=230,
            height=110,
        )
    )
    return {
        "title": figure.title,
        "number": number or "Not known",
        "unit": figure.unit if number else "",
        "sentence": figure.sentence,
        "notes": list(figure.notes),
        "svg": svg,
        "table": table_shown(figure.series, title=f"{figure.title} by month")
        if number
        else None,
    }


def rates_chart(rates: Table) -> str:
    """Rates by district with their intervals; empty when no areas are held."""
    if not rates.columns:
        return ""
    columns = rates.columns
    return interval_chart(
        columns["district"].tolist(),
        columns["rate"],
        columns["low"],
        columns["high"],
        title="Rate by district with its 95 % interval",
        unit=rates.units["rate"],
    )
