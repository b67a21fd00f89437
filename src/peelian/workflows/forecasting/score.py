"""Was a forecast good: any file of flagged cells against the events that followed."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from peelian import evaluation, sources, spacetime, statistics
from peelian.sources import ForecastFile
from peelian.store import Store
from peelian.terms import Bools, Events, Floats, Grid, Ingredient, ParameterError
from peelian.workflows.chosen import events_of_file
from peelian.workflows.extent import date_of, within
from peelian.workflows.gather import gather, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import Cells, ScoreSettings

CLUSTERED = (
    "The interval treats events as independent; they cluster, so it is the least the "
    "uncertainty can be. A backtest over many periods measures it."
)
GREEDY = "PEI is against the best that the same area could have held, the last cell in part."


def score(
    store: Store | None,
    settings: ScoreSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Score a forecast, whoever made it, against the events that followed."""
    if not settings.forecast:
        raise ParameterError("give the file of a forecast, and then the events")
    events, went_in = _events(store, settings, now)
    events = _in_window(events, settings)
    made = sources.read_forecast(
        settings.forecast,
        crs=events.crs,
        cell_kind=settings.cell_kind,
        cell_size=settings.cell_size,
    )
    counts, chosen = _count(events, made.grid)
    flagged, how = _flagged(made, settings)
    weighted = bool(np.any(events.weight != 1))
    table = evaluation.score_map(counts, flagged, made.grid.area, weighted=weighted)
    file = Ingredient(settings.forecast, made.sha256, made.grid.n_cells, 0, "file")
    method = f"{evaluation.score_map.__name__}, {made.grid.kind} cells"
    record = record_of(
        "evaluate score", settings, (file, *went_in), method=method, seed=None, now=now
    )
    notes = (GREEDY,) if weighted else (CLUSTERED, GREEDY)
    return Outcome(table, replace(record, notes=notes), (*chosen, *how))


def _events(
    store: Store | None, settings: ScoreSettings, now: datetime
) -> tuple[Events, tuple[Ingredient, ...]]:
    """The events of the file, or those of the store's offence set."""
    given = settings.source
    if not given.events:
        material = gather(store, Cells(offence_set=settings.offence_set), now=now)
        return material.events, material.ingredients
    events, extract = events_of_file(given, now=now)
    if given.study_area:
        area = sources.read_study_area(Path(given.study_area), crs=events.crs)
        events, _ = within(events, area)
    read = Ingredient(given.events, extract.sha256, extract.read, len(extract.refused), "file")
    return events, (read,)


def _in_window(events: Events, settings: ScoreSettings) -> Events:
    """Events of the policing days from ``since`` to ``until``, both inclusive."""
    day = spacetime.policing_day(events.start + (events.end - events.start) // 2)
    chosen = np.ones(len(events), dtype=np.bool_)
    if settings.since:
        chosen &= day >= np.datetime64(date_of(settings.since))
    if settings.until:
        date_of(settings.until)
        after = np.datetime64(settings.until) + 1  # a day or a month on
        chosen &= day < after.astype("datetime64[D]")
    return events.where(chosen)


def _count(events: Events, grid: Grid) -> tuple[Floats, tuple[str, ...]]:
    """Events by cell, and how many lie in none."""
    x, y = events.x, events.y
    if spacetime.crs_code(events.crs) != spacetime.crs_code(grid.crs):
        x, y = spacetime.transform(x, y, from_crs=events.crs, to_crs=grid.crs)
    cell, inside = spacetime.assign_cells(grid, x, y)
    counts: Floats = np.bincount(
        cell[inside], weights=events.weight[inside], minlength=grid.n_cells
    ).astype(np.float64)
    outside, n = int((~inside).sum()), len(events)
    if n and outside == n:
        said = f"none of {n:,} events lies in a cell: check --crs and the window"
        return counts, (said,)
    told = f"{outside:,} of {n:,} events lie in no cell and do not count"
    return counts, (told,) if outside else ()


def _flagged(
    made: ForecastFile, settings: ScoreSettings
) -> tuple[Bools | Floats, tuple[str, ...]]:
    """The cells flagged by the file, or by its risk within a budget."""
    if settings.flag_area:
        if made.risk is None:
            raise ParameterError(f"{settings.forecast}: has no column risk to flag an area by")
        total = float(made.grid.area.sum())
        if not 0 < settings.flag_area * 1e6 <= total * (1 + 1e-9):
            raise ParameterError(
                f"area to flag is {settings.flag_area:g} km2: give more than 0 and at most "
                f"the {total / 1e6:.6g} km2 of all cells"
            )
        return statistics.flag_shares(
            made.risk, made.grid.area, area_budget=settings.flag_area * 1e6
        ), ("flagged by risk, ties averaged, whatever the file flags",)
    if made.flagged is None:
        raise ParameterError(
            f"{settings.forecast}: has no column flagged; give --flag-area to flag by risk"
        )
    return made.flagged, () if made.flagged.any() else ("the file flags no cell",)
