"""Where is violence concentrated: one job a statistic, the same columns first."""

from datetime import datetime

import numpy as np

from peelian import hotspots, spacetime
from peelian.store import Store
from peelian.terms import Floats, ParameterError, Table
from peelian.workflows.count import totals
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import GiStarSettings, KdeSettings

M2_IN_KM2 = 1e6


def kde(
    store: Store | None, settings: KdeSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Kernel density of events at the centre of every cell, in events per km2."""
    material = gather_several(store, settings.cells, now=now)
    grid, events = material.grid, material.events
    if np.isnan(grid.cell_size):
        raise ParameterError("density needs square or hexagon cells: areas have no one size")
    inside = spacetime.assign_cells(grid, events.x, events.y)[1]
    events = events.where(inside)  # those beyond the edge are in no count either
    bandwidth = settings.bandwidth or 2 * grid.cell_size
    chosen = (
        () if settings.bandwidth else (f"bandwidth {bandwidth:g} m (twice the cell size)",)
    )
    density = hotspots.kde(
        events.x,
        events.y,
        grid,
        bandwidth=bandwidth,
        kernel=settings.kernel,
        weights=events.weight,
        study_area=material.study_area,
    )
    return _outcome(
        "hotspots kde",
        settings,
        material,
        {"density": density * M2_IN_KM2},
        {"density": "events per km2"},
        method=f"kde(kernel={settings.kernel!r}, bandwidth={bandwidth!r})",
        chosen=chosen,
        now=now,
    )


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
    result = hotspots.gi_star_test(
        totals(material), material.grid, distance=distance, null=settings.null
    )
    return _outcome(
        "hotspots gi-star",
        settings,
        material,
        {"gi_star": result.z, "p": result.p, "p_fdr": result.p_fdr},
        {},
        method=f"gi_star_test(distance={distance!r}, null={settings.null!r})",
        chosen=(),
        now=now,
    )


def _outcome(
    job: str,
    settings: KdeSettings | GiStarSettings,
    material: Material,
    columns: dict[str, Floats],
    units: dict[str, str],
    *,
    method: str,
    chosen: tuple[str, ...],
    now: datetime,
) -> Outcome:
    """The shape every statistic shares: cell, x, y, n, then its own columns."""
    grid = material.grid
    shared = {"cell": np.arange(grid.n_cells), "x": grid.x, "y": grid.y, "n": totals(material)}
    return Outcome(
        Table({**shared, **columns}, job, {"x": "m", "y": "m", "n": "events", **units}),
        material.record(job, settings, method=method, seed=None, now=now),
        (*material.chosen, *chosen),
        grid=grid,
        study_area=material.study_area,
    )
