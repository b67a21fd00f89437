"""How events hang together in space and time: pairs, chains and clusters of dated events."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import numpy as np

from peelian import hotspots, sources, spacetime
from peelian.store import Store
from peelian.terms import Areas, DataError, Events, Floats, ParameterError, Shapes, Table
from peelian.workflows.gather import Material, gather
from peelian.workflows.maps.drawn import chains_view, clusters_view
from peelian.workflows.outcome import Outcome, Progress, nowhere, silent
from peelian.workflows.settings import (
    KnoxSettings,
    NearRepeatSettings,
    ScanSettings,
    generator,
)


def knox(
    store: Store | None, settings: KnoxSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Test whether events near in space are near in time more often than chance makes them."""
    material = gather(store, settings.cells, now=now)
    result = hotspots.knox_of_events(
        material.events,
        distance_breaks=_numbers("distance breaks", settings.distance_breaks),
        time_breaks=_numbers("time breaks", settings.time_breaks),
        edges=cast("Any", settings.edges),
        same_place=cast("Any", settings.same_place),
        permutations=settings.permutations,
        rng=generator(settings.seed),
        weighted=bool(settings.cells.source.weight),
    )
    record = material.record(
        "hotspots knox",
        settings,
        method=f"knox({result.arrangements} arrangements, exact={result.exact})",
        seed=settings.seed,
        now=now,
    )
    said = (f"{result.n:,} events compared, {result.left_out:,} without a known day left out",)
    return Outcome(
        result.table,
        record,
        said,
        tables=(("same place", result.same_place),),
        shapes=nowhere(result.table),
        crs=material.events.crs,
    )


def near_repeats(
    store: Store | None,
    settings: NearRepeatSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the pairs of events near each other in space and time, and the chains they make."""
    material = gather(store, settings.cells, now=now)
    result = hotspots.near_repeats_of_events(
        material.events, distance=settings.distance, days=settings.days
    )
    record = material.record(
        "hotspots near-repeats", settings, method="near_repeats", seed=None, now=now
    )
    said = (f"{result.left_out:,} events without a known day left out",)
    return Outcome(
        result.pairs,
        record,
        said,
        tables=(("chains", result.chains),),
        shapes=_lines(result.pairs, material.events),
        crs=material.events.crs,
        draw=lambda: chains_view(result, material, record),
    )


def scan(
    store: Store | None, settings: ScanSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Find the likeliest clusters in space and time, and how often chance does."""
    if settings.model not in hotspots.SCAN_MODELS:
        raise ParameterError(
            f"model {settings.model!r}: give one of {', '.join(hotspots.SCAN_MODELS)}"
        )
    if settings.population and settings.model != "poisson":
        raise ParameterError(f"model {settings.model} takes no population: choose poisson")
    if settings.weight_is_count and not settings.cells.source.weight:
        raise ParameterError("say which column is how many events a row stands for: --weight")
    material = gather(store, settings.cells, now=now)
    limits: dict[str, Any] = {
        "model": settings.model,
        "max_radius": settings.max_radius,
        "max_days": settings.max_days,
        "prospective": settings.prospective,
        "runs": settings.runs,
        "rng": generator(settings.seed),
    }
    if settings.model == "poisson" and material.areas is not None:
        areas = _residents(material.areas, settings)
        tallied = settings.weight_is_count
        result = _scan_of_areas(material.events, areas, limits, tallied=tallied)
    else:
        people = _people(material, settings, now=now) if settings.model == "poisson" else None
        cells = settings.cells
        weighted = bool(cells.source.weight or cells.harm) or settings.model == "bernoulli"
        result = hotspots.scan_of_events(
            material.events,
            weighted=weighted,
            tallied=settings.weight_is_count,
            population=people,
            **limits,
        )
    record = material.record(
        "hotspots scan",
        settings,
        method=f"scan(model={settings.model!r}, runs={settings.runs})",
        seed=settings.seed,
        now=now,
    )
    said = [
        f"{result.n_cases:,} cases, {result.left_out:,} events without a known day left out"
    ]
    harm = settings.cells.source.weight or settings.cells.harm
    if harm and not settings.weight_is_count:
        said.append("one event a row, which counts for its weight (0: none)")
    return Outcome(
        result.table,
        record,
        tuple(said),
        shapes=_circles(result.table),
        crs=material.events.crs,
        draw=lambda: clusters_view(result.table, material, record),
    )


def _people(material: Material, settings: ScanSettings, *, now: datetime) -> Floats:
    """Residents at the place of each event, from a column of the file of events."""
    source = settings.cells.source
    if not (source.events and settings.population):
        raise ParameterError(
            "the poisson model needs residents: give --areas FILE, or --population COL, a "
            "column of the events; without them choose permutation"
        )
    counted = replace(settings.cells, source=replace(source, weight=settings.population))
    people = gather(None, counted, now=now).events.weight
    lacking = len(material.events) - len(people)
    if lacking:
        raise DataError(f"{settings.population} is no number in {lacking:,} rows; mend them")
    return people


def _residents(areas: Areas, settings: ScanSettings) -> Areas:
    """The areas with their residents, from the column asked for; DataError if not known."""
    path = settings.cells.source.areas
    if settings.population and path:
        areas = sources.read_areas(path, crs=areas.crs, population=settings.population)
    unknown = int(np.count_nonzero(~np.isfinite(areas.population)))
    if unknown:
        raise DataError(
            f"residents of {unknown:,} of {len(areas.population):,} areas are not known; name "
            "their column with --population"
        )
    return areas


def _scan_of_areas(
    events: Events, areas: Areas, limits: dict[str, Any], *, tallied: bool
) -> hotspots.Scan:
    """A Poisson scan of events by area: each area is one place, at a point inside it."""
    day, known = hotspots.event_days(events)
    grid = spacetime.polygon_grid(areas)
    area, inside = spacetime.assign_areas(events, areas)
    counted = known & inside
    # Every area has a row that weighs nothing, so that those without events are at risk too.
    at = np.concatenate([area[counted], np.arange(grid.n_cells)])
    weight = np.append(events.weight[counted], np.zeros(grid.n_cells))
    result = hotspots.scan(
        grid.x[at],
        grid.y[at],
        np.append(day[counted], np.repeat(day[counted][:1], grid.n_cells)).astype("M8[D]"),
        weights=weight if tallied else None,
        harm=None if tallied else weight,
        population=areas.population[at],
        **limits,
    )
    return replace(result, left_out=int(np.count_nonzero(~known)))


def _lines(pairs: Table, events: Events) -> Shapes:
    """A line between the events of each pair; a point where they share a place."""
    import shapely

    one, other = pairs.columns["originator"], pairs.columns["next"]
    ends = np.stack(
        [np.column_stack([events.x[at], events.y[at]]) for at in (one, other)], axis=1
    )
    shapes: Shapes = shapely.linestrings(ends)
    apart = pairs.columns["distance"] > 0
    return np.where(apart, shapes, shapely.points(ends[:, 0]))


def _circles(clusters: Table) -> Shapes:
    """The circle of each cluster; its centre where all is at one place."""
    import shapely

    centres = shapely.points(clusters.columns["x"], clusters.columns["y"])
    radius = clusters.columns["radius"]
    shapes: Shapes = np.where(radius > 0, shapely.buffer(centres, radius), centres)
    return shapes


def _numbers(name: str, text: str) -> Floats:
    """Numbers separated by commas."""
    try:
        return np.array([float(part) for part in text.split(",")])
    except ValueError as error:
        raise ParameterError(f"{name} {text!r}: write numbers, such as 0,100,200") from error
