"""What the map page shows: a method's map or chart, its tables, and the files it offers."""

import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np

from peelian import reports, workflows
from peelian.reports import MapView
from peelian.reports.charts import bands_chart, interval_chart
from peelian.reports.scorecards import SERIES, pai_chart
from peelian.reports.words import label_of
from peelian.store import Store
from peelian.terms import CoverageError, Table
from peelian.web.desk import Made, Progress
from peelian.web.show import table_shown
from peelian.workflows import MapSettings, Outcome
from peelian.workflows.forecasting.curve import pai_curve
from peelian.workflows.forecasting.forecast import CHAMPION

Address: TypeAlias = Callable[[str], str]  # of a file that the result offers
SCORES = (
    "forecaster", "hit_rate", "pai", "pai_low", "pai_high", "pei", "difference",
    "difference_low", "difference_high", "p", "verdict",
)  # fmt: skip
MOST_ROWS = 100  # of a table that is no map's


def map_made(
    store: Store, settings: MapSettings, now: datetime, progress: Progress, address: Address
) -> Made:
    """The forecast's map, and how good it was."""
    outcome = workflows.run("report map", store, settings, now=now, progress=progress)
    view = view_of(outcome)
    shown, files = mapped(view, outcome, address)
    tables = dict(outcome.tables)
    curve = curve_of(store, settings, now, progress)
    shown |= {
        "score": view.score,
        "scores": table_shown(tables["scores"], columns=SCORES)
        if "scores" in tables
        else None,
        "curve": table_shown(curve) if curve else None,
        "curve_svg": curve_chart(curve) if curve else "",
    }
    offered, more = files_of(outcome, "hot-spots")
    return {**shown, "downloads": offered}, {**files, **more}


def method_made(
    job: str, store: Store, settings: Any, now: datetime, progress: Progress, address: Address
) -> Made:
    """A hotspot method: its map where it has one, else its chart and its table."""
    outcome = workflows.run(job, store, settings, now=now, progress=progress)
    progress(0.8, "Drawing")
    view = outcome.view
    shown, files = mapped(view, outcome, address) if view else (head_of(outcome), {})
    tables = [table for _, table in outcome.tables]
    if view is None:
        tables.insert(0, outcome.table)
    chart = CHARTS.get(job)
    offered, more = files_of(outcome, job.rpartition(" ")[2])
    shown |= {
        "chart_svg": chart(outcome.table) if chart and len(outcome.table) else "",
        "tables": [table_shown(first_rows(table)) for table in tables],
        "downloads": offered,
    }
    return shown, {**files, **more}


def head_of(outcome: Outcome) -> dict[str, Any]:
    """What every page of a job shows: cautions, what was chosen, where it came from."""
    return {
        "subtitle": "",
        "notes": list(outcome.provenance.notes),
        "chosen": list(outcome.chosen),
        "map_html": "",
        "provenance": reports.footer_line(outcome.provenance),
    }


def mapped(view: MapView, outcome: Outcome, address: Address) -> Made:
    """What every page with a map shows: table, map, cautions, where it came from."""
    panel = reports.map_panel(view, geojson_url=address("map.geojson"))
    shown = head_of(outcome) | {
        "title": view.title,
        "subtitle": view.subtitle,
        "notes": list(view.notes),
        "table_html": panel.table,
        "map_html": panel.map,
    }
    return shown, {"map.geojson": panel.geojson}


def files_of(outcome: Outcome, name: str) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """Files that a result offers, with what each is called, and their content.

    GeoJSON holds the cells that the page lists; the command line writes it of every cell.
    """
    view = outcome.view
    made = {
        f"{name}.csv": ("table (CSV)", workflows.as_bytes(outcome, ".csv")),
        f"{name}.csv.provenance.json": ("its record (JSON)", record_bytes(outcome)),
        f"{name}.json": ("table (JSON)", workflows.as_bytes(outcome, ".json")),
    }
    if view:
        listed = reports.cells_geojson(
            view.table, view.grid, outcome.provenance, study_area=view.study_area
        )
        made[f"{name}.geojson"] = ("what is listed (GeoJSON)", listed)
        made["map.html"] = ("map in one file (HTML)", reports.render_map(view))
    return (
        [(file, label) for file, (label, _) in made.items()],
        {file: content for file, (_, content) in made.items()},
    )


def first_rows(table: Table) -> Table:
    """A table short enough to read on a page."""
    if len(table) <= MOST_ROWS:
        return table
    columns = {name: column[:MOST_ROWS] for name, column in table.columns.items()}
    title = f"{table.title}: the first {MOST_ROWS} of {len(table):,}"
    return Table(columns, title, table.units)


def command_of(job: str, asked: Mapping[str, str]) -> str:
    """The command that makes the same numbers."""
    given = " ".join(
        f"--{name.replace('_', '-')} {shlex.quote(text)}"
        if text != "yes"
        else f"--{name.replace('_', '-')}"
        for name, text in asked.items()
        if name != "method"
    )
    return f"peelian {job} {given}".strip()


def curve_of(
    store: Store, settings: MapSettings, now: datetime, progress: Progress
) -> Table | None:
    """PAI at other budgets; None where too little is held to score any."""
    forecast = settings.forecast
    names = "" if forecast.model == CHAMPION else forecast.model
    try:
        return pai_curve(
            store,
            forecast.cells,
            names,
            companions=forecast.companions,
            now=now,
            progress=progress,
        )
    except CoverageError:
        return None


def curve_chart(table: Table) -> str:
    """The curves of counting and of the methods that came best; the table has them all."""
    columns = table.columns
    curves = {}
    for name in dict.fromkeys(columns["forecaster"].tolist()):
        rows = columns["forecaster"] == name
        curves[name] = (columns["pai"][rows], columns["low"][rows], columns["high"][rows])
    baseline, *others = curves
    best = sorted(others, key=lambda name: -float(curves[name][0].max()))[: len(SERIES) - 1]
    drawn = {name: curves[name] for name in (baseline, *best)}
    return pai_chart(np.unique(columns["area_share"]), drawn, title=table.title)


def knox_chart(table: Table) -> str:
    """Pairs observed over pairs expected, by distance and time apart."""
    columns = table.columns
    across = bands_of(columns["days_from"], columns["days_to"])
    down = bands_of(columns["distance_from"], columns["distance_to"])
    return bands_chart(
        across,
        down,
        columns["ratio"],
        columns["p"],
        title="Pairs observed for each pair that chance makes",
        across_title="Days apart",
        down_title="Metres apart",
    )


def concentration_chart(table: Table) -> str:
    """How concentrated events are, by each measure."""
    columns = table.columns
    return interval_chart(
        [measure_in_words(name) for name in columns["measure"].tolist()],
        columns["value"],
        columns["low"],
        columns["high"],
        title="Concentration, with its 95 % interval",
        unit="0 to 1",
    )


def measure_in_words(name: str) -> str:
    """A measure of concentration as it is said: ``top_share_0.01`` ends in its share."""
    word, _, share = name.rpartition("_")
    said = {
        "top_share": "Share in the top {} of cells",
        "places_holding": "Cells that hold {}",
    }
    return said[word].format(f"{float(share):.0%}") if word in said else label_of(name)


def bands_of(low: Any, high: Any) -> list[str]:
    """Bands in words, one a row."""
    return [f"{a:g} to {b:g}" for a, b in zip(low, high, strict=True)]


def view_of(outcome: Outcome) -> MapView:
    """The map of an outcome that has one."""
    assert outcome.view is not None  # noqa: S101 - the jobs of these pages draw one
    return outcome.view


def record_bytes(outcome: Outcome) -> bytes:
    """The record of an outcome, as it stands beside a CSV."""
    return reports.provenance_json(outcome.provenance).encode()


CHARTS: Mapping[str, Callable[[Table], str]] = {
    "hotspots knox": knox_chart,
    "hotspots concentration": concentration_chart,
}
