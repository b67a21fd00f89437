"""Sums over each cell's neighbours, itself included: what several statistics start from."""

import numpy as np
from numpy.typing import ArrayLike

from peelian import spacetime
from peelian.terms import CellKind, DataError, Floats, Grid, ParameterError


def checked_counts(counts: ArrayLike, grid: Grid) -> Floats:
    """The counts as numbers, one a cell."""
    values = np.asarray(counts, dtype=np.float64)
    if values.shape != (grid.n_cells,):
        raise ParameterError(
            f"counts have shape {values.shape}, the grid has {grid.n_cells} cells"
        )
    if not np.isfinite(values).all():
        raise DataError("counts hold NaN; add up only the periods that are held")
    return values


def neighbourhood_sums(
    counts: Floats, grid: Grid, distance: float | None
) -> tuple[Floats, Floats]:
    """Sum of each cell's neighbours' counts, and how many they are; itself included."""
    if distance is not None:
        spacetime.require_distance(distance)
    if grid.kind is CellKind.SQUARE:  # binary weights on squares need no matrix
        ones = np.ones(grid.n_cells)
        return _lattice_sums(grid, counts, distance), _lattice_sums(grid, ones, distance)
    if distance is not None or grid.kind is CellKind.HEXAGON:
        reach = grid.cell_size if distance is None else distance
        weights = spacetime.distance_weights(grid.x, grid.y, reach)
    else:
        weights = spacetime.queen_weights(spacetime.outlines(grid))
    return weights @ counts, np.asarray(weights.sum(axis=1), dtype=np.float64)


def _lattice_sums(grid: Grid, values: Floats, distance: float | None) -> Floats:
    """Sum of values over each square's neighbours, itself included."""
    image = spacetime.on_lattice(grid, values)
    if distance is None:
        sums = spacetime.neighbour_sums(image, 1)
    else:
        radius = distance / grid.cell_size * (1 + 1e-9)
        reach = min(int(radius), max(grid.shape))
        half_widths = [
            int(np.sqrt(max(radius**2 - row**2, 0))) for row in range(-reach, reach + 1)
        ]
        sums = spacetime.row_sums(image, half_widths)
    return sums.ravel() if sums.size == grid.n_cells else sums.ravel()[grid.position]
