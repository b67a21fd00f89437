"""Events against other events, and now against then: cell by cell."""

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from peelian import hotspots, spacetime
from peelian.store import Store
from peelian.terms import (
    Bools,
    CoverageError,
    Events,
    Floats,
    Grid,
    ParameterError,
    PlatformError,
)
from peelian.workflows.chosen import in_crs
from peelian.workflows.extent import (
    area_around,
    cells_for,
    date_of,
    extent,
    last_day_of,
    span_of,
)
from peelian.workflows.gather import Material, gather, gather_several, held_months
from peelian.workflows.maps.hotspots import M2_IN_KM2, cell_outcome, default_bandwidth
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import ChangeSettings, DualKdeSettings, generator


def dual_kde(
    store: Store | None,
    settings: DualKdeSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Compare where events are with where others are: relative risk of each cell, with p."""
    material, reference = _both(store, settings, now=now)
    grid = material.grid
    bandwidth, chosen = default_bandwidth(grid, settings.bandwidth)
    events = _in_cells(material.events, grid)
    others = _in_cells(reference, grid)
    shared: dict[str, Any] = {
        "bandwidth": bandwidth,
        "kernel": settings.kernel,
        "study_area": material.study_area,
    }
    density = hotspots.dual_kde(events, others, grid, **shared)
    risk = hotspots.relative_risk(
        events,
        others,
        grid,
        **shared,
        permutations=settings.permutations,
        rng=generator(settings.seed),
    )
    return cell_outcome(
        "hotspots dual-kde",
        settings,
        material,
        {
            "n_reference": _by_cell(others, grid),
            "density": density.density * M2_IN_KM2,
            "reference_density": density.reference_density * M2_IN_KM2,
            "relative_risk": risk.relative_risk,
            "p": risk.p,
            "p_fdr": risk.p_fdr,
        },
        units={
            "n_reference": "events",
            "density": "events per km2",
            "reference_density": "events per km2",
        },
        method=f"relative_risk(kernel={settings.kernel!r}, bandwidth={bandwidth!r})",
        chosen=(*chosen, f"{len(events):,} events against {len(others):,}"),
        now=now,
        seed=settings.seed,
    )


def change(
    store: Store | None,
    settings: ChangeSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Compare each cell between two periods: the ratio of rates, its interval and a test."""
    material = gather_several(store, settings.cells, now=now)
    grid, events = material.grid, _in_cells(material.events, material.grid)
    months = None if store is None else held_months(store)
    spans = _spans(settings, material)
    parts = [events.where(_during(events, *span)) for span in spans]
    days = [_days_held(*span, months) for span in spans]
    before, after = (_by_cell(part, grid) for part in parts)
    weighted = any(np.any(part.weight != 1) for part in parts)
    squares = tuple(_by_cell(replace(part, weight=part.weight**2), grid) for part in parts)
    exposure = (before.sum(), after.sum()) if settings.share else (days[0], days[1])
    found = hotspots.change(
        before,
        after,
        exposure=(float(exposure[0]), float(exposure[1])),
        squares=(squares[0], squares[1]) if weighted else None,
        dispersion=settings.dispersion,
    )
    said = " and ".join(
        f"{n} days held from {first} to {last}"
        for (first, last), n in zip(spans, days, strict=True)
    )
    return cell_outcome(
        "hotspots change",
        settings,
        replace(
            material,
            events=events.where(np.logical_or(*(_during(events, *span) for span in spans))),
            counts=np.array([before, after]),
        ),
        {one.name: getattr(found, one.name) for one in fields(found)},
        units={
            **dict.fromkeys(("before", "after", "expected"), "events"),
            **dict.fromkeys(("low", "high"), "95 %"),
        },
        method=f"change(exposure={exposure!r}, dispersion={settings.dispersion!r})",
        chosen=(said,),
        now=now,
    )


def _both(
    store: Store | None, settings: DualKdeSettings, *, now: datetime
) -> tuple[Material, Events]:
    """The events with cells that hold both kinds, and those they are compared with."""
    cells, source = settings.cells, settings.cells.source
    if source.events:
        if not (settings.reference or settings.reference_where):
            raise ParameterError(
                "nothing to compare with: give --reference FILE, or --reference-where for "
                "other rows of the same file"
            )
        other = replace(
            source,
            events=settings.reference or source.events,
            where=settings.reference_where,
        )
        others = replace(cells, source=other)
    elif settings.reference_set:
        others = replace(cells, offence_set=settings.reference_set)
    else:
        raise ParameterError("nothing to compare with: give --reference-set")
    material = gather(store, cells, now=now)
    try:
        reference = gather(store, others, now=now)
    except PlatformError as error:
        # Read as any events are, it knows its condition as theirs.
        said = str(error).replace("--where ", "--reference-where ", 1)
        raise type(error)(f"reference: {said}") from error
    compared = in_crs(reference.events, material.events.crs)
    ingredients = tuple(dict.fromkeys((*material.ingredients, *reference.ingredients)))
    notes = tuple(dict.fromkeys((*material.notes, *reference.notes)))
    material = replace(material, ingredients=ingredients, notes=notes)
    if source.events and not (source.study_area or source.areas):
        around = area_around(material.events, material.study_area.name, compared)
        grid, _ = cells_for(cells, around, None, material.monthly)
        counts = _by_cell(material.events, grid)[None, :]
        material = replace(material, study_area=around, grid=grid, counts=counts)
    return material, compared


def _spans(settings: ChangeSettings, material: Material) -> list[tuple[date, date]]:
    """First and last day of the two periods."""
    if bool(settings.split) == bool(settings.before and settings.after):
        raise ParameterError("say which periods: give --split, or both --before and --after")
    if settings.split:
        opens, closes = (date_of(day) for day in extent(material.events))
        until = settings.cells.until
        closes = last_day_of(until) if until else closes
        if material.monthly:
            opens = opens.replace(day=1)
            closes = last_day_of(closes.strftime("%Y-%m"))
        second = date_of(settings.split)
        spans = [(opens, second - timedelta(days=1)), (second, closes)]
    else:
        spans = [span_of(text) for text in (settings.before, settings.after)]
    for first, last in spans:
        if last < first:
            raise ParameterError(
                f"from {first} to {last} there is no day: the data and the "
                "dates leave nothing on one side"
            )
    if spans[0][1] >= spans[1][0]:
        raise ParameterError("the second period must begin after the first has ended")
    edges = [first for first, _ in spans] + [last + timedelta(days=1) for _, last in spans]
    if material.monthly and any(edge.day != 1 for edge in edges):
        raise ParameterError(
            "the data give the month only: give whole months, such as 2018-01..2018-06"
        )
    return spans


def _during(events: Events, first: date, last: date) -> Bools:
    """Whether each event happened on one of these policing days."""
    days = spacetime.day_periods(first, last)
    return spacetime.assign_periods(days, events.start, events.end)[1]


def _days_held(first: date, last: date, months: Collection[str] | None) -> int:
    """Days of the period that lie in a month held; all of them in a file."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    held = months is None or np.isin(days.astype("datetime64[M]").astype(str), list(months))
    n = int(np.count_nonzero(np.broadcast_to(held, days.shape)))
    if not n:
        raise CoverageError(f"no day from {first} to {last} is held: give another period")
    return n


def _in_cells(events: Events, grid: Grid) -> Events:
    """The events that some cell holds."""
    return events.where(spacetime.assign_cells(grid, events.x, events.y)[1])


def _by_cell(events: Events, grid: Grid) -> Floats:
    """Events by cell, each counting for its weight, shape (n_cells,)."""
    cell, inside = spacetime.assign_cells(grid, events.x, events.y)
    weight = events.weight[inside]
    counts: Floats = np.bincount(cell[inside], weight, minlength=grid.n_cells).astype(float)
    return counts
