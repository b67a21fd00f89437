"""Which cell, which period, how many: the definition every engine must agree with."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.spacetime.projection import crs_code, require_metres
from peelian.terms import (
    Bools,
    CellKind,
    CoordinateError,
    CoverageError,
    Events,
    Floats,
    Grid,
    Instants,
    Ints,
    Late,
    ParameterError,
    Periods,
    StudyArea,
)

MAX_COUNTS = 250_000_000  # entries of a count array: 2 GB


def assign_cells(grid: Grid, x: Floats, y: Floats) -> tuple[Ints, Bools]:
    """Cell of each point.

    Parameters
    ----------
    grid : Grid
    x, y : array, shape (n,)
        In the grid's CRS. [m]

    Returns
    -------
    cell : array of int, shape (n,)
        0 where not inside.
    inside : array of bool, shape (n,)
        False for points in no cell of the grid, and for NaN.

    Notes
    -----
    Squares are closed south and west, open north and east:
    ``column = floor((x - origin_x) / cell_size)``. A hexagon holds the points nearest its
    centre; of equally near centres the one further north, then further east, has the point. A
    point on the border of two polygons belongs to the one that comes first in the grid.

    A cell that the study area cuts keeps its whole extent here: whether a point lies in the
    study area itself is settled when data come in.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if grid.kind is CellKind.POLYGONS:
        return _assign_polygons(grid, x, y)
    n_rows, n_cols = grid.shape
    place = _square_place if grid.kind is CellKind.SQUARE else _hexagon_place
    row, col = place(grid, x, y)
    with np.errstate(invalid="ignore"):
        on_lattice = (row >= 0) & (row < n_rows) & (col >= 0) & (col < n_cols)
    at = np.where(on_lattice, row * n_cols + col, 0).astype(np.int64)
    number = np.full(max(n_rows * n_cols, 1), -1, dtype=np.int64)
    number[grid.position] = np.arange(grid.n_cells)
    cell = number[at]
    inside = on_lattice & (cell >= 0)
    return np.where(inside, cell, 0), inside


def assign_periods(periods: Periods, start: Instants, end: Instants) -> tuple[Ints, Bools]:
    """Period of each event: the one that holds the midpoint of [start, end].

    Parameters
    ----------
    periods : Periods
    start, end : array of datetime64[s], shape (n,)
        UTC.

    Returns
    -------
    period : array of int, shape (n,)
        0 where not inside.
    inside : array of bool, shape (n,)
        False outside all periods, in a period not held, and where an instant is NaT.

    Notes
    -----
    The midpoint is ``start + (end - start) // 2`` in whole seconds.
    """
    if not len(periods):
        return np.zeros(len(start), np.int64), np.zeros(len(start), bool)
    middle = start + (end - start) // 2
    period = np.searchsorted(periods.start, middle, side="right") - 1
    inside = (period >= 0) & (middle < periods.end[-1]) & ~np.isnat(middle)
    period = np.where(inside, period, 0)
    inside &= periods.held[period]
    return np.where(inside, period, 0), inside


def count_events(events: Events, grid: Grid, periods: Periods) -> Floats:
    """Events by period and cell, each counting for its weight.

    Parameters
    ----------
    events : Events
        In the grid's CRS.
    grid : Grid
    periods : Periods

    Returns
    -------
    counts : array, shape (n_periods, n_cells)
        NaN throughout a period that is not held; zero where a held period saw nothing, so
        all zero in held periods when there are no events. Events outside the grid or in no
        held period count nowhere. [events, or the unit of ``weight``]

    Raises
    ------
    CoverageError
        If more than half of the events in held periods last longer than the period they are
        placed in, such as month-only data by week.
    CoordinateError
        If the events are in another CRS than the grid, or in degrees.
    ParameterError
        If the array would exceed MAX_COUNTS entries (raised before it is allocated).

    Notes
    -----
    An event belongs to the cell of `assign_cells` and the period of `assign_periods`, wholly:
    it is never shared out.
    """
    if crs_code(events.crs) != crs_code(grid.crs):
        raise CoordinateError(
            f"events are in {events.crs}, the grid in {grid.crs}; transform the events first"
        )
    require_metres(events.x, events.y, grid.crs)
    n_periods, n_cells = len(periods), grid.n_cells
    require_countable(n_periods, n_cells)
    period, in_period = assign_periods(periods, events.start, events.end)
    lasts = (events.end - events.start)[in_period]
    room = (periods.end - periods.start)[period[in_period]]
    require_fine_enough(int(np.sum(lasts > room)), int(in_period.sum()))
    cell, in_cell = assign_cells(grid, events.x, events.y)
    counted = in_period & in_cell
    place = period[counted] * n_cells + cell[counted]
    weight = np.asarray(events.weight, dtype=np.float64)[counted]
    counts: Floats = np.bincount(place, weight, minlength=n_periods * n_cells).astype(
        np.float64, copy=False
    )
    counts = counts.reshape(n_periods, n_cells)
    counts[~periods.held] = np.nan
    return counts


def late_events(events: Events, grid: Grid, periods: Periods) -> Late | None:
    """Counted events that came on record after their period, with those counted beside them.

    Parameters
    ----------
    events : Events
        In the grid's CRS.
    grid : Grid
    periods : Periods

    Returns
    -------
    Late or None
        What `History` needs to know at each cutoff what was on record; None when no event was
        late, or the data do not say when they were recorded.
    """
    if events.recorded is None:
        return None
    period, in_period = assign_periods(periods, events.start, events.end)
    cell, in_cell = assign_cells(grid, events.x, events.y)
    counted = in_period & in_cell
    late = counted & (events.recorded > periods.end[period])
    if not late.any():
        return None
    place = period * grid.n_cells + cell
    beside = counted & np.isin(place, place[late])
    weight = np.asarray(events.weight, dtype=np.float64)
    return Late(period[beside], cell[beside], weight[beside], events.recorded[beside])


def late_shares(events: Events, days: ArrayLike) -> Floats:
    """Share of events that came on record later than so many days after they were over.

    Parameters
    ----------
    events : Events
    days : array, shape (n,)

    Returns
    -------
    shares : array, shape (n,)
        Of those whose record is dated; NaN when none is. [0 to 1]
    """
    bounds = np.asarray(days, dtype=np.float64)
    if events.recorded is None or np.isnat(events.recorded).all():
        return np.full(bounds.shape, np.nan)
    dated = ~np.isnat(events.recorded)
    delay = (events.recorded[dated] - events.end[dated]) / np.timedelta64(1, "D")
    shares: Floats = (delay > bounds[:, None]).mean(axis=1)
    return shares


def within(study_area: StudyArea, x: Floats, y: Floats) -> Bools:
    """Whether each point lies in the study area or on its edge; repeated points cost nothing.

    Parameters
    ----------
    study_area : StudyArea
    x, y : array, shape (n,)
        In its CRS. [m]

    Returns
    -------
    inside : array of bool, shape (n,)
        False for NaN.
    """
    import shapely

    places, which = np.unique(x + 1j * y, return_inverse=True)
    shapely.prepare(study_area.polygon)
    inside: Bools = shapely.intersects_xy(study_area.polygon, places.real, places.imag)
    return inside[which]


def require_fine_enough(n_longer: int, n_events: int) -> None:
    """Raise CoverageError when most events last longer than the periods they would fall in."""
    if 2 * n_longer > n_events:
        raise CoverageError(
            f"{n_longer:,} of {n_events:,} events last longer than the period they fall in, "
            "so their period is not known; choose longer periods (months for month-only data)"
        )


def require_countable(n_periods: int, n_cells: int) -> None:
    """Raise ParameterError when counts by period and cell would not fit in memory."""
    if n_periods * n_cells > MAX_COUNTS:
        raise ParameterError(
            f"{n_periods:,} periods of {n_cells:,} cells are {n_periods * n_cells:,} counts, "
            f"more than {MAX_COUNTS:,}; use larger cells or fewer periods"
        )


def _square_place(grid: Grid, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Row and column of points among squares, as whole floats."""
    west, south = grid.origin
    return np.floor((y - south) / grid.cell_size), np.floor((x - west) / grid.cell_size)


def _hexagon_place(grid: Grid, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Row and column of points among hexagons: the nearer of two rectangular lattices."""
    west, south = grid.origin
    row_step, half_height = grid.cell_size * np.sqrt(3) / 2, grid.cell_size / np.sqrt(3)
    v = (y - south - half_height) / row_step  # rows north of the centres of row 0
    u = (x - west) / grid.cell_size - 0.5  # columns east of the centres of column 0
    even_row, even_col = 2 * np.floor(v / 2 + 0.5), np.floor(u + 0.5)
    odd_row, odd_col = 2 * np.floor(v / 2) + 1, np.floor(u)
    # Squared distances over cell_size squared: rows are sqrt(3)/2 apart.
    to_even = (u - even_col) ** 2 + 0.75 * (v - even_row) ** 2
    to_odd = (u - 0.5 - odd_col) ** 2 + 0.75 * (v - odd_row) ** 2
    odd = (to_odd < to_even) | ((to_odd == to_even) & (odd_row > even_row))
    return np.where(odd, odd_row, even_row), np.where(odd, odd_col, even_col)


def _assign_polygons(grid: Grid, x: Floats, y: Floats) -> tuple[Ints, Bools]:
    """First polygon that covers each point; repeated points are looked up once."""
    import shapely

    finite = np.isfinite(x) & np.isfinite(y)
    places, which = np.unique(x[finite] + 1j * y[finite], return_inverse=True)
    points = shapely.points(places.real, places.imag)
    point, polygon = shapely.STRtree(grid.polygons).query(points, predicate="intersects")
    first = np.full(len(places), grid.n_cells, dtype=np.int64)
    np.minimum.at(first, point, polygon)
    cell = np.full(len(x), grid.n_cells, dtype=np.int64)
    cell[finite] = first[which]
    inside = cell < grid.n_cells
    return np.where(inside, cell, 0), inside
