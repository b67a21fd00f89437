"""Which lattice of squares would have caught most, and what it caught later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from peelian.forecasts.counting import EWMA, TWO_YEARS
from peelian.spacetime import Rotation, count_events, square_grid, turned
from peelian.statistics import bootstrap_blocks, bootstrap_limits, flag_shares
from peelian.terms import (
    CoverageError,
    Events,
    Floats,
    History,
    Interval,
    ParameterError,
    StudyArea,
    Table,
)

ANGLES = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0)  # degrees
FOUR_WEEKS = 28.0  # length of a bootstrap block [days]
DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class RotationSearch:
    """Every lattice tried, the one chosen on earlier origins, and what it was worth later.

    Attributes
    ----------
    table : Table
        One row a lattice: ``angle, cell_size, offset_x, offset_y, hits_before, hits_after,
        chosen``; hits of events within the area budget at the origins before the test, and in
        it. The straight lattice of each size comes first.
    chosen : Rotation
        Most hits before the test; of equal ones the first. `rotated_grid` makes its cells.
    straight : Rotation
        The best before the test of those without angle and offset.
    difference : float
        Hits in the test of ``chosen`` less those of ``straight``, a mean an origin.
        [events an origin]
    interval : Interval
        Of it, by bootstrap of four weeks at a time; NaN with fewer than two.
    hit_rate_before, hit_rate_after : float
        Of ``chosen``: the first is that of the winner of the search on the origins it won
        by, and too good; the second is honest. [share]
    best_after : float
        Hits in the test of whichever lattice was best there: what hindsight would claim.
        [events]
    """

    table: Table
    chosen: Rotation
    straight: Rotation
    difference: float
    interval: Interval
    hit_rate_before: float
    hit_rate_after: float
    best_after: float


def search_rotation(
    history: History,
    study_area: StudyArea,
    *,
    area_budget: float,
    cell_sizes: Sequence[float],
    test_from: np.datetime64,
    angles: Sequence[float] = ANGLES,
    n_offsets: int = 2,
    half_life_days: float = TWO_YEARS,
    min_history: int = 3,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> RotationSearch:
    """Try lattices at every angle, size and offset; choose before the test, score in it.

    Parameters
    ----------
    history : History
        With its events; its grid does not matter.
    study_area : StudyArea
        In the CRS of the events.
    area_budget : float
        Area flagged at each origin, the same for all lattices. [m2]
    cell_sizes : sequence of float
        Sides of squares allowed, such as 76 to 183 m in the contest of 2017. [m]
    test_from : datetime64
        Periods that start earlier choose; those that start then or later score. UTC
    angles : sequence of float
        [degrees, 0 to 90]
    n_offsets : int
        Offsets tried each way, in equal parts of a cell.
    half_life_days : float
        Of the count by which cells are flagged, as `EWMA`. [days]
    min_history : int
        Held periods an origin needs before it. [periods]
    rng : numpy.random.Generator
        For the bootstrap.
    progress : callable, optional
        Called with lattices done and in all.

    Returns
    -------
    RotationSearch

    Raises
    ------
    CoverageError
        If the history has no events, or no origin before the test or in it.
    ParameterError
        If there is nothing to try, or the budget is not above zero.

    Notes
    -----
    At each origin cells are flagged, densest first, by what was known then, and hits counted
    in the period after it. The more lattices are tried, the better the best of them looks on
    the origins that chose it: report ``hits_after`` of ``chosen``, and no other.

    References
    ----------
    .. [1] G. Mohler and M. D. Porter, "Rotational grid, PAI-maximizing crime forecasts,"
       Statistical Analysis and Data Mining, 11(5), 227-236, 2018. doi:10.1002/sam.11389
    """
    if history.events is None or not len(history.events):
        raise CoverageError(
            "no events with places and dates of their own, so there is nothing to lay a "
            "lattice over; month-only data do not say enough"
        )
    if not area_budget > 0:
        raise ParameterError(f"area_budget is {area_budget:g} m2; give more than 0")
    before, after = _origins(history, test_from, min_history)
    lattices = _lattices(cell_sizes, angles, n_offsets)
    hits = np.zeros((len(lattices), len(before) + len(after)))
    for at, rotation in enumerate(lattices):
        hits[at], events = _hits(
            history, study_area, rotation, [*before, *after], area_budget, half_life_days
        )
        if progress is not None:
            progress(at + 1, len(lattices))
    early, late = hits[:, : len(before)], hits[:, len(before) :]
    best = int(np.argmax(early.sum(axis=1)))
    is_straight = [r.angle == 0 and r.offset == (0.0, 0.0) for r in lattices]
    plain = int(np.argmax(np.where(is_straight, early.sum(axis=1), -1.0)))
    gain = late[best] - late[plain]
    return RotationSearch(
        _table(lattices, early.sum(axis=1), late.sum(axis=1), best),
        lattices[best],
        lattices[plain],
        float(gain.mean()),
        _interval(gain, history, after, rng),
        _share(early[best].sum(), events[: len(before)].sum()),
        _share(late[best].sum(), events[len(before) :].sum()),
        float(late.sum(axis=1).max()),
    )


def _origins(
    history: History, test_from: np.datetime64, min_history: int
) -> tuple[list[int], list[int]]:
    """Held periods with enough before them, before the test and in it."""
    held = np.flatnonzero(history.periods.held)[max(min_history, 1) :]
    early = history.periods.start[held] < test_from
    before, after = held[early].tolist(), held[~early].tolist()
    if not before or not after:
        raise CoverageError(
            f"{len(before)} origins lie before {test_from} and {len(after)} after it; some of "
            "each are needed, to choose and to score"
        )
    return before, after


def _lattices(
    cell_sizes: Sequence[float], angles: Sequence[float], n_offsets: int
) -> list[Rotation]:
    """Every combination; for each size the straight lattice first."""
    if not len(cell_sizes) or n_offsets < 1:
        raise ParameterError("nothing to try: give a cell size or more, and 1 offset or more")
    parts = [k / n_offsets for k in range(n_offsets)]
    rotations = [
        Rotation(size, angle, (east, north))
        for size, angle, east, north in product(cell_sizes, angles, parts, parts)
    ]
    straight = [Rotation(size) for size in cell_sizes]
    return list(dict.fromkeys([*straight, *rotations]))


def _hits(
    history: History,
    study_area: StudyArea,
    rotation: Rotation,
    origins: Sequence[int],
    area_budget: float,
    half_life_days: float,
) -> tuple[Floats, Floats]:
    """Events caught, and all events, at each origin on one lattice."""
    events: Events = history.events  # type: ignore[assignment]
    straight, x, y = turned(study_area, events.x, events.y, rotation)
    grid = square_grid(straight, rotation.cell_size)
    counts = count_events(replace(events, x=x, y=y, crs=grid.crs), grid, history.periods)
    on_lattice = History(counts, grid, history.periods)
    risks = EWMA(half_life_days).walk(on_lattice, origins)
    hits = [
        np.sum(counts[origin] * flag_shares(risk, grid.area, area_budget=area_budget))
        for origin, risk in zip(origins, risks, strict=True)
    ]
    return np.array(hits), counts[list(origins)].sum(axis=1)


def _interval(
    gain: Floats, history: History, after: Sequence[int], rng: np.random.Generator
) -> Interval:
    days = float(np.median(history.periods.days[list(after)]))
    block = min(max(1, round(FOUR_WEEKS / days)), len(gain))
    drawn = gain[bootstrap_blocks(len(gain), block, draws=DRAWS, rng=rng)].mean(axis=1)
    low, high = bootstrap_limits(drawn, len(gain) // block)
    return Interval(float(low), float(high), "block bootstrap over origins")


def _table(lattices: Sequence[Rotation], early: Floats, late: Floats, best: int) -> Table:
    return Table(
        {
            "angle": np.array([r.angle for r in lattices]),
            "cell_size": np.array([r.cell_size for r in lattices]),
            "offset_x": np.array([r.offset[0] for r in lattices]),
            "offset_y": np.array([r.offset[1] for r in lattices]),
            "hits_before": early,
            "hits_after": late,
            "chosen": np.arange(len(lattices)) == best,
        },
        "Lattices by what they caught",
        {"angle": "degrees", "cell_size": "m", "offset_x": "cells", "offset_y": "cells",
         "hits_before": "events", "hits_after": "events"},
    )  # fmt: skip


def _share(hits: float, events: float) -> float:
    return float(hits / events) if events > 0 else float("nan")
