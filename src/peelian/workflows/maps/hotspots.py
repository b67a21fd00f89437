"""Where is violence concentrated: one job a statistic, the same columns first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian import hotspots, spacetime
from peelian.store import Store
from peelian.terms import Grid, ParameterError, Table
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.maps.count import counted, totals, units_of
from peelian.workflows.maps.drawn import cells_view
from peelian.workflows.maps.segments import gather_streets
from peelian.workflows.outcome import Outcome, Progress, nowhere, silent
from peelian.workflows.settings import (
    ConcentrationSettings,
    EmergingSettings,
    GiStarSettings,
    KdeSettings,
    LocalMoranSettings,
    StabilitySettings,
    generator,
)

M2_IN_KM2 = 1e6
ENOUGH_PERIODS = 6  # to draw from; with fewer a draw of periods is coarse


def kde(
    store: Store | None, settings: KdeSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Kernel density of events at the centre of every cell, in events per km2."""
    material = gather_several(store, settings.cells, now=now)
    grid, events = material.grid, material.events
    bandwidth, chosen = default_bandwidth(grid, settings.bandwidth)
    inside = spacetime.assign_cells(grid, events.x, events.y)[1]
    events = events.where(inside)  # those beyond the edge are in no count either
    density = hotspots.kde(
        events.x,
        events.y,
        grid,
        bandwidth=bandwidth,
        kernel=settings.kernel,
        weights=events.weight,
        study_area=material.study_area,
    )
    return cell_outcome(
        "hotspots kde",
        settings,
        material,
        {"density": density * M2_IN_KM2},
        units={"density": "events per km2"},
        method=f"kde(kernel={settings.kernel!r}, bandwidth={bandwidth!r})",
        chosen=chosen,
        now=now,
    )


def default_bandwidth(grid: Grid, bandwidth: float) -> tuple[float, tuple[str, ...]]:
    """The bandwidth asked for, or two cells and the sentence that announces it. [m]"""
    if np.isnan(grid.cell_size):
        raise ParameterError("density needs square or hexagon cells: areas have no one size")
    if bandwidth:
        return bandwidth, ()
    chosen = 2 * grid.cell_size
    return chosen, (f"bandwidth {chosen:g} m (twice the cell size)",)


def gi_star(
    store: Store | None,
    settings: GiStarSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Getis-Ord Gi* of every cell, with its p-value before and after Benjamini-Hochberg."""
    material = gather_several(store, settings.cells, now=now)
    distance = settings.distance or None
    null = "permutation" if settings.permutations else settings.null
    result = hotspots.gi_star_test(
        totals(material),
        material.grid,
        distance=distance,
        null=null,
        permutations=settings.permutations or 999,
        rng=generator(settings.seed),
    )
    return cell_outcome(
        "hotspots gi-star",
        settings,
        material,
        {"gi_star": result.z, "p": result.p, "p_fdr": result.p_fdr},
        method=f"gi_star_test(distance={distance!r}, null={null!r})",
        now=now,
        seed=settings.seed,
    )


def local_moran(
    store: Store | None,
    settings: LocalMoranSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Local Moran's I of every cell: blocks of high or low cells, and cells unlike theirs."""
    material = gather_several(store, settings.cells, now=now)
    distance = settings.distance or None
    result = hotspots.local_moran(
        totals(material),
        material.grid,
        distance=distance,
        permutations=settings.permutations,
        rng=generator(settings.seed),
    )
    columns = {
        "local_moran": result.local_moran,
        "p": result.p,
        "p_fdr": result.p_fdr,
        "quadrant": result.quadrant,
    }
    method = f"local_moran(distance={distance!r}, permutations={settings.permutations})"
    return cell_outcome(
        "hotspots local-moran",
        settings,
        material,
        columns,
        method=method,
        now=now,
        seed=settings.seed,
    )


def emerging(
    store: Store | None,
    settings: EmergingSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Class every cell by when it was a hot spot, with the trend of its Gi*."""
    material = gather_several(store, settings.cells, now=now)
    history, distance = material.history, settings.distance or None
    result = hotspots.emerging(
        history.counts / history.periods.days[:, None],  # months differ in length
        material.grid,
        distance=distance,
        scheme=settings.scheme,
        null=settings.null,
    )
    columns = {
        "class": result.category,
        "trend_z": result.trend_z,
        "trend_p": result.trend_p,
        "n_hot": result.n_hot,
        "n_cold": result.n_cold,
    }
    return cell_outcome(
        "hotspots emerging",
        settings,
        material,
        columns,
        units={"n_hot": "periods", "n_cold": "periods"},
        method=f"emerging(distance={distance!r}, scheme={settings.scheme!r})",
        now=now,
    )


def stability(
    store: Store | None,
    settings: StabilitySettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Say how often each cell stays among the highest when the record is drawn again."""
    material = gather_several(store, settings.cells, now=now)
    n = totals(material)
    if settings.top < 0:
        raise ParameterError(f"top is {settings.top} cells: give 1 or more")
    budget, _ = material.budget(0.0)
    top = min(settings.top or round(budget / material.whole_cell), len(n))
    held = material.counts[material.lead_in :][material.periods.held[material.lead_in :]]
    by_period = len(held) >= ENOUGH_PERIODS
    result = hotspots.rank_stability(
        held if by_period else n, top, draws=settings.draws, rng=generator(settings.seed)
    )
    drawn = f"{len(held)} periods drawn again" if by_period else "totals drawn from Poisson"
    rank = 1 + np.searchsorted(np.sort(-n), -n)
    outcome = cell_outcome(
        "hotspots stability",
        settings,
        material,
        {"rank": rank, "stability": result},
        units={"stability": f"share of draws in the top {top}"},
        method=f"rank_stability(k={top}, draws={settings.draws}, {drawn})",
        chosen=(f"the {top} highest of {len(n):,} cells; {drawn}",),
        now=now,
        seed=settings.seed,
    )
    ordered = np.lexsort((-result, rank))
    listed = ordered[(result > 0)[ordered]]
    return replace(
        outcome,
        summary=replace(
            outcome.table,
            title=f"Cells ever among the {top} highest, by rank",
            columns={name: c[listed] for name, c in outcome.table.columns.items()},
        ),
    )


def concentration(
    store: Store | None,
    settings: ConcentrationSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Measure how concentrated events are, over cells or (with a network) street segments."""
    if settings.streets.network:
        streets = gather_streets(store, settings.cells, settings.streets, now=now)
        material, places = streets.material, "street segments"
        counts = hotspots.segment_counts(
            streets.events, streets.network, weights=streets.weight
        )
        n_events = streets.events.snapped.sum()
    else:
        material, places = gather_several(store, settings.cells, now=now), "cells"
        counts, events = totals(material), material.events
        n_events = spacetime.assign_cells(material.grid, events.x, events.y)[1].sum()
    result = hotspots.concentration(
        counts,
        n_events=float(n_events),
        draws=settings.draws,
        rng=generator(settings.seed),
    )
    columns = {
        "measure": np.array(result.measure, dtype=np.str_),
        "value": result.value,
        "low": result.low,
        "high": result.high,
    }
    record = material.record(
        "hotspots concentration", settings, method="concentration", seed=settings.seed, now=now
    )
    of = " of harm" if material.harm else ""
    table = Table(columns, f"Concentration{of} over {places}", {"low": "95 %", "high": "95 %"})
    return Outcome(table, record, material.chosen, shapes=nowhere(table))


def cell_outcome(
    job: str,
    settings: Any,
    material: Material,
    columns: Mapping[str, NDArray[Any]],
    *,
    method: str,
    now: datetime,
    units: Mapping[str, str] = MappingProxyType({}),
    chosen: tuple[str, ...] = (),
    seed: int | None = None,
) -> Outcome:
    """The shape every statistic shares: cell, x, y, n, then its own columns."""
    grid = material.grid
    own = counted(material)
    shared = {"cell": np.arange(grid.n_cells), "x": grid.x, "y": grid.y, **own}
    shown = {"x": "m", "y": "m", **units_of(own), **units}
    table = Table({**shared, **columns}, job, shown)
    record = material.record(job, settings, method=method, seed=seed, now=now)
    return Outcome(
        table,
        record,
        (*material.chosen, *chosen),
        grid=grid,
        study_area=material.study_area,
        draw=lambda: cells_view(table, material, record),
    )
