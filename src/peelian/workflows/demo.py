"""The whole thread on the bundled Essex data: from rows to tomorrow's patrol pack."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from peelian import offences, reports, sources
from peelian.store import Store, open_store
from peelian.terms import Table
from peelian.workflows.deliver import as_text, write
from peelian.workflows.ingest import ingest, ingest_text, keep_areas, keep_bases
from peelian.workflows.jobs import run
from peelian.workflows.outcome import Progress, silent
from peelian.workflows.settings import (
    BacktestSettings,
    BulletinSettings,
    CountSettings,
    MapSettings,
    PlanSettings,
)

TEAMS = 8


def demo(folder: Path, *, progress: Progress = silent) -> Iterator[str]:
    """Run every step, write its files into ``folder`` and yield what to print."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    store = open_store(folder / "store", create=True)
    keep_areas(store, sources.essex_areas(), "Essex", now=now)
    keep_bases(store, sources.essex_bases(), now=now)

    report = ingest(store, [sources.essex_street_path()], now=now, progress=progress)
    yield heading("1. Rows read, accepted and refused") + ingest_text(report, "table")

    events = store.events()
    repeated = offences.repeated_points(events, sinks=sources.read_sinks())
    yield heading("2. Repeated points: places are displaced to published points") + (
        f"{reports.rounded(100 * offences.repeated_share(events), 1)} % of rows share a point "
        f"with another row. The ten most repeated, all offences:\n"
        f"{reports.table_text(repeated)}\n"
        f"{naive_sentence(store)}"
    )

    districts = run("count", store, CountSettings(by="district"), now=now)
    yield heading("3. Serious violence by district") + "\n".join(
        [*districts.provenance.notes, reports.table_text(districts.table)]
    )

    trial = run("backtest", store, BacktestSettings(), now=now, progress=progress)
    yield heading("4. Every model against counting") + "\n".join(
        [*trial.chosen, as_text(trial, "table")]
    )

    shown = run("report map", store, MapSettings(), now=now, progress=progress)
    yield heading("5. The hot spots, and how stable their rank is") + "\n".join(
        [
            *shown.chosen,
            shown.view.score if shown.view else "",
            reports.table_text(top(shown.table)),
        ]
    )

    planned = run("plan", store, PlanSettings(teams=TEAMS), now=now, progress=progress)
    last = np.datetime64(max(store.held_months())).astype(object)
    yield heading("6. Tomorrow's plan for eight teams") + "\n".join(
        [
            f"The data end in {last:%B %Y}, so tomorrow is the day after. "
            f"{sources.BASES_ARE_ASSUMED}",
            as_text(planned, "table"),
        ]
    )

    public = run("report bulletin", store, BulletinSettings(), now=now, progress=progress)
    yield heading("7. The public pages") + "\n".join(
        [f"The site for the public: {len(public.table)} tables.", *public.chosen]
    )

    made = {"map.html": shown, "map.geojson": shown, "pack.pdf": planned, "plan.csv": planned,
            "backtest.csv": trial, "districts.csv": districts,
            "public-site": public}  # fmt: skip
    files = [path for name, outcome in made.items() for path in write(outcome, folder / name)]
    yield heading("Files") + "\n".join(str(path) for path in files)
    yield (
        f"\nOpen {folder / 'map.html'} or {folder / 'public-site' / 'index.html'} with a "
        "double-click. `make serve` opens the workbench "
        "at http://127.0.0.1:8000/"
    )


TRAINED = ("police-uk:violent-crime", "police-uk:robbery")
NAIVE = (*TRAINED, "police-uk:possession-of-weapons")


def naive_sentence(store: Store) -> str:
    """What a map of violence and weapons would put first, and what training keeps of it."""
    events = store.events(offences=NAIVE)
    first = offences.repeated_points(events, 1, sinks=sources.read_sinks()).columns
    there = (events.x == first["x"][0]) & (events.y == first["y"][0])
    kept = int((there & np.isin(events.offence, TRAINED)).sum())
    return (
        f"Of violence, robbery and weapons together the fullest point is "
        f"{first['place'][0]} with {first['n'][0]:,} rows: a naive map puts it first. "
        f"{first['n'][0] - kept:,} of them are possession of weapons, found by searching; "
        f"training leaves those out, and the {kept} others for lying on a sink "
        f"({first['sink'][0]})."
    )


def heading(text: str) -> str:
    """A heading of the printed report."""
    return f"\n{text}\n{'-' * len(text)}\n"


def top(table: Table, n: int = 15) -> Table:
    """The first rows of a table."""
    columns = {name: values[:n] for name, values in table.columns.items()}
    return Table(columns, f"{table.title}, the first {n} of {len(table)}", table.units)
