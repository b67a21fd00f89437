"""Sums of kernels: from the exact places of events to the points where density is wanted.

Three ways, one answer:

* **Scatter** adds each event's kernel to the lattice points within its reach. Exact; the way
  taken for every quartic kernel, and for the Gaussian up to ten million pairs of an event and
  a point in its reach.
* **Moments** (Gaussian only) cuts the plane into sub-cells no wider than half the bandwidth
  and keeps six sums for each: events, their offsets from its middle, the squares and the
  product. Across a sub-cell the kernel is replaced by the paraboloid that fits it best, so
  that those sums are all it takes, and the rest is two thin matrix products. One event is
  within 0.6 % of its own peak everywhere; a surface of many events is far closer, because
  the errors of a fit by least squares cancel.
* **Direct** looks up the events within reach of each point. Exact, for points in no order.
"""

import numpy as np

from peelian.spacetime.grids import square_grid
from peelian.spacetime.kernels import gaussian, quartic, require_bandwidth
from peelian.spacetime.moments import GAUSSIAN_REACH, Axis, density_by_moments, sub_cells
from peelian.spacetime.projection import crs_code
from peelian.terms import (
    CellKind,
    CoordinateError,
    DataError,
    Floats,
    Grid,
    Ints,
    ParameterError,
    StudyArea,
)

KERNELS = {"quartic": quartic, "gaussian": gaussian}
_CHUNK = 1 << 17  # pairs of an event and a point at a time
_EXACT_PAIRS = 10_000_000  # of an event and a lattice point in reach: about 50 ms
_MAX_SUB_CELLS = 8_000_000
_EDGE_CELLS = 500_000


def kernel_density(
    grid: Grid,
    x: Floats,
    y: Floats,
    weight: Floats | None = None,
    *,
    bandwidth: float,
    kernel: str,
) -> Floats:
    """Sum of the kernels of all events at the centre of each cell.

    Parameters
    ----------
    grid : Grid
        Of any kind. For polygons the centre is the point inside.
    x, y : array, shape (n,)
        Events, inside the grid or beyond it. [m]
    weight : array, shape (n,), optional
        What each counts for; 1 when not given. [events, or days]
    bandwidth : float
        Radius of the quartic kernel, standard deviation of the Gaussian. [m]
    kernel : str
        ``quartic`` or ``gaussian``; the latter ends at five standard deviations.

    Returns
    -------
    density : array, shape (n_cells,)
        Zero everywhere when there are no events. [events per m2]

    Raises
    ------
    ParameterError
        If the kernel is unknown or the bandwidth not positive.
    DataError
        If an event has no place.
    """
    if kernel not in KERNELS:
        raise ParameterError(f"unknown kernel {kernel!r}; choose {' or '.join(KERNELS)}")
    require_bandwidth(bandwidth)
    if len(x) and not np.isfinite([x.min(), x.max(), y.min(), y.max()]).all():
        lost = int(np.sum(~(np.isfinite(x) & np.isfinite(y))))
        raise DataError(f"{lost} of {len(x)} events have no place; leave them out")
    if grid.kind is CellKind.POLYGONS:
        return direct_density(grid.x, grid.y, x, y, weight, bandwidth=bandwidth, kernel=kernel)
    n_rows, n_cols = grid.shape
    west, south = grid.origin
    half = grid.cell_size / 2
    if grid.kind is CellKind.SQUARE:
        across = Axis(west + half, grid.cell_size, n_cols)
        up = Axis(south + half, grid.cell_size, n_rows)
        image = _lattice_density(across, up, x, y, weight, bandwidth, kernel)
        return image.ravel()[grid.position]
    # The centres of hexagons are two rectangular lattices: even rows, and odd rows shifted.
    row_step, bottom = grid.cell_size * np.sqrt(3) / 2, south + grid.cell_size / np.sqrt(3)
    image = np.empty(grid.shape)
    for odd in (0, 1) if n_rows > 1 else (0,):
        across = Axis(west + half * (1 + odd), grid.cell_size, n_cols)
        up = Axis(bottom + odd * row_step, 2 * row_step, (n_rows + 1 - odd) // 2)
        image[odd::2] = _lattice_density(across, up, x, y, weight, bandwidth, kernel)
    return image.ravel()[grid.position]


def direct_density(
    at_x: Floats,
    at_y: Floats,
    x: Floats,
    y: Floats,
    weight: Floats | None = None,
    *,
    bandwidth: float,
    kernel: str,
) -> Floats:
    """Sum of the kernels of all events at any points: the readable reference, with a tree.

    Parameters
    ----------
    at_x, at_y : array, shape (n_points,)
        Where the density is wanted. [m]
    x, y : array, shape (n,)
        Events. [m]
    weight : array, shape (n,), optional
    bandwidth : float
        [m]
    kernel : str

    Returns
    -------
    density : array, shape (n_points,)
        [events per m2]
    """
    from scipy.spatial import cKDTree

    places, which = np.unique(x + 1j * y, return_inverse=True)
    at_place = np.bincount(which, weight, minlength=len(places))
    density = np.zeros(len(at_x))
    if not len(places):
        return density
    tree = cKDTree(np.column_stack([places.real, places.imag]))
    centres = np.column_stack([at_x, at_y])
    near = tree.query_ball_point(centres, _reach(kernel, bandwidth))
    for i, within in enumerate(near):
        distance = np.abs(places[within] - (at_x[i] + 1j * at_y[i]))
        density[i] = KERNELS[kernel](distance, bandwidth) @ at_place[within]
    return density


def kernel_mass(grid: Grid, study_area: StudyArea, *, bandwidth: float, kernel: str) -> Floats:
    """Share of the kernel at each cell's centre that lies inside the study area.

    Parameters
    ----------
    grid : Grid
    study_area : StudyArea
        In the grid's CRS.
    bandwidth : float
        [m]
    kernel : str

    Returns
    -------
    mass : array, shape (n_cells,)
        1 far from the edge, one half on a straight edge, less at a corner. [share]

    Raises
    ------
    CoordinateError
        If grid and study area differ in CRS.

    Notes
    -----
    The integral of the kernel over the study area, by the middles of small squares with the
    area each has inside. Squares are a sixth of the kernel's standard deviation wide, wider
    only where there would be more than half a million of them.

    References
    ----------
    .. [1] M. C. Jones, "Simple boundary correction for kernel density estimation," Statistics
       and Computing, 3, 135-146, 1993. doi:10.1007/BF00147776
    """
    import shapely

    if crs_code(grid.crs) != crs_code(study_area.crs):
        raise CoordinateError(
            f"the grid is in {grid.crs}, the study area in {study_area.crs}; transform one"
        )
    spread = bandwidth if kernel == "gaussian" else bandwidth / np.sqrt(8)
    west, south, east, north = shapely.bounds(study_area.polygon)
    few_enough = np.sqrt((east - west) * (north - south) / _EDGE_CELLS)
    at_home = shapely.transform(study_area.polygon, lambda xy: xy - (west, south))
    small = square_grid(StudyArea("", at_home, "none"), max(spread / 6, few_enough))
    x, y = small.x + west, small.y + south
    mass = kernel_density(grid, x, y, small.area, bandwidth=bandwidth, kernel=kernel)
    return np.minimum(mass, 1)


def _reach(kernel: str, bandwidth: float) -> float:
    """Distance beyond which an event counts for nothing."""
    return bandwidth * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0)


def _lattice_density(
    across: Axis,
    up: Axis,
    x: Floats,
    y: Floats,
    weight: Floats | None,
    bandwidth: float,
    kernel: str,
) -> Floats:
    """Density at lattice points, shape (up.n, across.n): exact while that is quick."""
    reach = _reach(kernel, bandwidth)
    x, y, weight = _within(across, up, x, y, weight, reach)
    points = np.prod([np.ceil(2 * reach / axis.step) for axis in (across, up)])
    if kernel == "gaussian":
        fine = sub_cells(across, bandwidth), sub_cells(up, bandwidth)
        n_fine = fine[0].n * fine[1].n
        pairs = len(x) * points  # measured: an event's six sums cost as much as 10 pairs
        if pairs > max(_EXACT_PAIRS, 10 * len(x) + 6 * n_fine) and n_fine <= _MAX_SUB_CELLS:
            return density_by_moments(*fine, x, y, weight, bandwidth)
    return _by_scatter(across, up, x, y, weight, bandwidth, kernel)


def _within(
    across: Axis, up: Axis, x: Floats, y: Floats, weight: Floats | None, reach: float
) -> tuple[Floats, Floats, Floats | None]:
    """The events that reach the lattice: all of them, untouched, in the common case."""
    if not len(x):
        return x, y, weight
    near = None
    for axis, at in ((across, x), (up, y)):
        low, high = axis.first - reach, axis.first + (axis.n - 1) * axis.step + reach
        if at.min() <= low or at.max() >= high:
            inside = (at > low) & (at < high)
            near = inside if near is None else near & inside
    if near is None:
        return x, y, weight
    return x[near], y[near], None if weight is None else weight[near]


def _by_scatter(
    across: Axis,
    up: Axis,
    x: Floats,
    y: Floats,
    weight: Floats | None,
    bandwidth: float,
    kernel: str,
) -> Floats:
    """Add each event to the lattice points within its reach."""
    reach = _reach(kernel, bandwidth)
    wide, high = (int(np.ceil(2 * reach / axis.step)) for axis in (across, up))
    n_cols, n_rows = across.n + 2 * wide, up.n + 2 * high
    sums = np.zeros(n_rows * n_cols)
    n_chunk = max(1, _CHUNK // wide)
    for chunk in (slice(a, a + n_chunk) for a in range(0, len(x), n_chunk)):
        first_col, x_terms = _terms(across, x[chunk], wide, bandwidth, kernel)
        first_row, y_terms = _terms(up, y[chunk], high, bandwidth, kernel)
        at = (first_row + high) * n_cols + first_col + wide + np.arange(wide)[:, None]
        if kernel == "quartic":
            np.subtract(1, y_terms, out=y_terms)
        for j, y_term in enumerate(y_terms):
            if kernel == "gaussian":
                value = y_term * x_terms
            else:
                value = y_term - x_terms
                np.maximum(value, 0, out=value)
                value *= value
            if weight is not None:
                value *= weight[chunk]
            _add(sums, at.ravel(), j * n_cols, value.ravel())
    image = sums.reshape(n_rows, n_cols)[high : high + up.n, wide : wide + across.n]
    return image * float(KERNELS[kernel](0.0, bandwidth))


def _terms(
    axis: Axis, at: Floats, n: int, bandwidth: float, kernel: str
) -> tuple[Ints, Floats]:
    """First lattice point in reach of each event, and its kernel's part at ``n`` of them.

    The part is ``exp(-d^2 / 2)`` for the Gaussian and ``d^2`` for the quartic, d the distance
    along the axis in bandwidths; shape (n, events).
    """
    first = np.ceil((at - _reach(kernel, bandwidth) - axis.first) / axis.step)
    d = np.arange(n)[:, None] + (first - (at - axis.first) / axis.step)
    d *= axis.step / bandwidth
    d *= d
    if kernel == "gaussian":
        d *= -0.5
        np.exp(d, out=d)
    return first.astype(np.int64), d


def _add(sums: Floats, at: Ints, shift: int, value: Floats) -> None:
    """Add values at places that may repeat."""
    if len(sums) > 4 * len(at):
        np.add.at(sums, at + shift, value)
    else:
        found = np.bincount(at, value)
        sums[shift : shift + len(found)] += found
