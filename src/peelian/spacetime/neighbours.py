"""Neighbours: running sums on a lattice, sparse weights for polygons."""

from typing import TYPE_CHECKING

import numpy as np

from peelian.terms import CellKind, Floats, Grid, ParameterError, Shapes

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def on_lattice(grid: Grid, values: Floats) -> Floats:
    """Values of cells laid out as rows and columns, zero where the grid has no cell.

    Parameters
    ----------
    grid : Grid
        Squares or hexagons.
    values : array, shape (n_cells,)

    Returns
    -------
    image : array, shape (n_rows, n_cols)
        Row 0 is the southernmost.

    Raises
    ------
    ParameterError
        If the grid has no lattice.
    """
    if grid.kind is CellKind.POLYGONS:
        raise ParameterError("polygons have no rows and columns; use queen_weights")
    n_rows, n_cols = grid.shape
    if grid.n_cells == n_rows * n_cols:
        return np.array(values, dtype=np.float64).reshape(grid.shape)
    image = np.zeros(n_rows * n_cols)
    image[grid.position] = values
    return image.reshape(grid.shape)


def neighbour_sums(image: Floats, radius_cells: int) -> Floats:
    """Sum over the square of cells within ``radius_cells`` rows and columns, self included.

    Parameters
    ----------
    image : array, shape (n_rows, n_cols)
    radius_cells : int
        1 for queen contiguity with the cell itself. [cells]

    Returns
    -------
    sums : array, shape (n_rows, n_cols)
        Beyond the edge counts as zero. Whole numbers stay whole.

    Raises
    ------
    ParameterError
        If ``radius_cells`` is negative.

    Notes
    -----
    Rows first, then columns, so the cost is that of two short passes: a sum of shifted copies
    for small radii, differences of a running total for large ones.
    """
    if radius_cells < 0:
        raise ParameterError(f"radius is {radius_cells} cells; give 0 or more")
    image = np.asarray(image, dtype=np.float64)
    return _running_sums(_running_sums(image, radius_cells, 0), radius_cells, 1)


def row_sums(image: Floats, half_widths: list[int]) -> Floats:
    """Sum over a window of rows, each with its own half width in columns.

    Parameters
    ----------
    image : array, shape (n_rows, n_cols)
    half_widths : list of int, length 2 r + 1
        Half width of the window at row offsets -r .. r; -1 for none. [cells]

    Returns
    -------
    sums : array, shape (n_rows, n_cols)
        Such as over a disc: two lookups a row of the window instead of one a cell of it.
    """
    n_rows, n_cols = image.shape
    radius = len(half_widths) // 2
    total = np.zeros((n_rows, n_cols + 1))
    np.cumsum(image, axis=1, out=total[:, 1:])
    columns = np.arange(n_cols)
    sums = np.zeros(image.shape)
    for half in set(half_widths) - {-1}:
        east = np.minimum(columns + half + 1, n_cols)
        run = total[:, east] - total[:, np.maximum(columns - half, 0)]
        for offset in (k - radius for k, h in enumerate(half_widths) if h == half):
            to = slice(max(0, -offset), n_rows - max(0, offset))
            source = slice(max(0, offset), n_rows - max(0, -offset))
            if to.start < to.stop:
                sums[to] += run[source]
    return sums


def queen_weights(polygons: Shapes) -> "csr_array":
    """Binary weights of polygons that touch, at an edge or a corner, each its own neighbour.

    Parameters
    ----------
    polygons : array of shapely geometries, shape (n_cells,)

    Returns
    -------
    weights : sparse array, shape (n_cells, n_cells)
        Symmetric, ones on the diagonal. Polygons that only nearly meet are no neighbours:
        digitised borders must share their vertices. [unitless]
    """
    import shapely
    from scipy.sparse import csr_array

    polygons = np.asarray(polygons, dtype=object)
    n = len(polygons)
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    own = np.arange(n)
    apart = first != second
    row, col = np.append(first[apart], own), np.append(second[apart], own)
    return csr_array((np.ones(len(row)), (row, col)), shape=(n, n))


def distance_weights(x: Floats, y: Floats, distance: float) -> "csr_array":
    """Binary weights of cells whose centres lie within ``distance``, each its own neighbour.

    Parameters
    ----------
    x, y : array, shape (n_cells,)
        Centres. [m]
    distance : float
        Reached by centres at exactly this distance, to one part in 10^9. [m]

    Returns
    -------
    weights : sparse array, shape (n_cells, n_cells)
        Symmetric, ones on the diagonal. [unitless]

    Raises
    ------
    ParameterError
        If ``distance`` is not positive.
    """
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    require_distance(distance)
    n = len(x)
    pairs = cKDTree(np.column_stack([x, y])).query_pairs(
        distance * (1 + 1e-9), output_type="ndarray"
    )
    own = np.arange(n)
    row = np.concatenate([pairs[:, 0], pairs[:, 1], own])
    col = np.concatenate([pairs[:, 1], pairs[:, 0], own])
    return csr_array((np.ones(len(row)), (row, col)), shape=(n, n))


def require_distance(distance: float) -> None:
    """Raise ParameterError unless the distance is a length above zero."""
    if not (np.isfinite(distance) and distance > 0):
        raise ParameterError(f"distance is {distance:g} m; give a length above zero")


def _running_sums(image: Floats, radius: int, axis: int) -> Floats:
    """Sums over a centred window along one axis, zero beyond the ends."""
    n = image.shape[axis]
    radius = min(radius, max(n - 1, 0))
    if radius <= 3:
        sums = image.copy()
        for offset in range(1, radius + 1):
            head = tuple(slice(None, -offset) if a == axis else slice(None) for a in (0, 1))
            tail = tuple(slice(offset, None) if a == axis else slice(None) for a in (0, 1))
            sums[head] += image[tail]
            sums[tail] += image[head]
        return sums
    edge = [(1, 0) if a == axis else (0, 0) for a in (0, 1)]
    total = np.pad(np.cumsum(image, axis=axis), edge)
    here = np.arange(n)
    ahead = np.take(total, np.minimum(here + radius + 1, n), axis=axis)
    behind = np.take(total, np.maximum(here - radius, 0), axis=axis)
    running: Floats = ahead - behind
    return running
