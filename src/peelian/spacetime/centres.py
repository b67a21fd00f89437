"""The lattice behind a list of cells that gives only their centres and areas."""

import numpy as np

from peelian.spacetime.projection import require_projected
from peelian.terms import BRITISH_NATIONAL_GRID, CellKind, DataError, Floats, Grid, Ints

TOLERANCE = 0.02  # of a cell, by which a centre may lie off its lattice: rounded coordinates
LATTICES = (CellKind.SQUARE, CellKind.HEXAGON)


def grid_of_centres(
    x: Floats,
    y: Floats,
    area: Floats,
    *,
    kind: CellKind | None = None,
    cell_size: float | None = None,
    crs: str = BRITISH_NATIONAL_GRID,
) -> tuple[Grid, Ints]:
    """Squares or hexagons with these centres, found from how the centres stand.

    Parameters
    ----------
    x, y : arrays, shape (n_cells,)
        Centre of each whole cell. [m]
    area : array, shape (n_cells,)
        Area of each inside the study area: no more than a whole cell. [m2]
    kind : CellKind, optional
        ``square`` or ``hexagon``; whichever fits when not given.
    cell_size : float, optional
        Side of a square, flat-to-flat width of a hexagon; that of the largest cell when not
        given, which must then be whole. [m]
    crs : str
        Of the centres.

    Returns
    -------
    grid : Grid
        Cells numbered anew from the south-west, as `square_grid` and `hexagon_grid` do.
    order : array of int, shape (n_cells,)
        Place in ``x`` of each cell of the grid.

    Raises
    ------
    DataError
        If the centres fit no lattice, or both kinds (a single cell); if two cells share a
        place, or a cell is larger than the lattice allows.
    CoordinateError
        If ``crs`` is in degrees.

    Examples
    --------
    >>> grid, order = grid_of_centres(
    ...     np.array([150.0, 50.0]), np.array([50.0, 50.0]), np.array([1e4, 4e3]), crs="none"
    ... )
    >>> str(grid.kind), grid.cell_size, order
    ('square', 100.0, array([1, 0]))
    """
    require_projected(crs)
    if not len(x):
        raise DataError("no cells: a lattice needs at least one centre")
    wanted = LATTICES if kind is None else (kind,)
    found = [one for one in wanted if _places(one, x, y, area, cell_size) is not None]
    if len(found) > 1:
        raise DataError(
            f"{len(x)} centres fit squares and hexagons alike: say which with the kind of cell"
        )
    if not found:
        kinds = " or ".join(f"{one}s" for one in wanted)
        size = f" of {cell_size:g} m" if cell_size else " as large as the largest cell"
        raise DataError(
            f"the centres do not stand on a lattice of {kinds}{size}: check that x and y are "
            "metres and area square metres, give the cell size if no cell is whole, or give "
            "the outlines (GeoJSON, GeoParquet)"
        )
    places = _places(found[0], x, y, area, cell_size)
    assert places is not None  # noqa: S101, as just found
    return _grid(found[0], *places, x, y, area, crs)


def _places(
    kind: CellKind, x: Floats, y: Floats, area: Floats, cell_size: float | None
) -> tuple[float, Ints, Ints] | None:
    """Cell size, row and half-column of each centre from the south-west; None if off."""
    square = kind is CellKind.SQUARE
    tall = 1.0 if square else 3**0.5 / 2  # of a row, in cell sizes
    size = float(cell_size or np.sqrt(area.max() / tall))
    if not cell_size:  # sharpen it by the whole width or height, which rounding blurs least
        steps = max(np.ptp(x) / size * 2, np.ptp(y) / (size * tall))
        sharper = size * steps / max(round(steps), 1)
        size = sharper if abs(sharper / size - 1) < TOLERANCE / 2 else size
    half, row = (x - x.min()) / size * 2, (y - y.min()) / (size * tall)
    near_half, near_row = np.rint(half), np.rint(row)
    off = max(np.abs(half - near_half).max() / 2, np.abs(row - near_row).max())
    lean = near_half % 2 if square else (near_half + near_row) % 2
    if not off <= TOLERANCE or np.ptp(lean) > 0:
        return None
    if len(set(zip(near_half, near_row, strict=True))) < len(set(zip(x, y, strict=True))):
        return None  # different centres in one cell, such as degrees taken for metres
    return float(size), near_row.astype(np.int64), near_half.astype(np.int64)


def _grid(
    kind: CellKind,
    size: float,
    row: Ints,
    half: Ints,
    x: Floats,
    y: Floats,
    area: Floats,
    crs: str,
) -> tuple[Grid, Ints]:
    """The grid of cells at these rows and half-columns."""
    tall = 1.0 if kind is CellKind.SQUARE else 3**0.5 / 2
    whole = size * size * tall
    if area.max() > whole * (1 + TOLERANCE):
        raise DataError(
            f"a cell has {area.max():,.6g} m2 and a whole {kind} of {size:g} m has "
            f"{whole:,.6g}: check the areas and the cell size"
        )
    # Row 0 is never one of those that lean half a cell east.
    leaning = int(half[np.argmin(row)]) % 2 if kind is CellKind.HEXAGON else 0
    west_half = -2 if leaning else 0
    col = (half - west_half - leaning - np.where(kind is CellKind.HEXAGON, row % 2, 0)) // 2
    shift = min(int(col.min()), 0)  # a leaning row may begin one cell further west
    col = col - shift
    n_rows, n_cols = int(row.max()) + 1, int(col.max()) + 1
    position = row * n_cols + col
    if len(np.unique(position)) < len(position):
        twice = np.flatnonzero(np.bincount(np.unique(position, return_inverse=True)[1]) > 1)
        at = np.flatnonzero(position == np.unique(position)[twice[0]])[:2]
        raise DataError(
            f"rows {at[0] + 1} and {at[1] + 1} are the same cell at x {x[at[0]]:g}, "
            f"y {y[at[0]]:g}: each cell once"
        )
    west = x.min() + (west_half + leaning - 1 + 2 * shift) * size / 2
    south = y.min() - size / (2 if kind is CellKind.SQUARE else 3**0.5)
    order = np.argsort(position)
    grid = Grid(
        kind, size, x[order], y[order], area[order], (float(west), float(south)),
        (n_rows, n_cols), position[order], crs,
    )  # fmt: skip
    return grid, order
