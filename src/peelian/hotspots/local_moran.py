"""Local Moran's I: cells like their neighbours, and cells that stand out from them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from peelian.hotspots.neighbourhoods import checked_counts, neighbourhood_sums
from peelian.hotspots.permutation import permutation_p
from peelian.statistics import benjamini_hochberg
from peelian.terms import Floats, Grid, Ints, Texts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Rows: the cell itself low or high; columns: its neighbours' mean low or high.
QUADRANTS = np.array([["low-low", "low-high"], ["high-low", "high-high"]])


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Local Moran's I of each cell with its p-values, shape (n_cells,) each.

    ``local_moran`` is positive where a cell is like its neighbours, negative where it is
    unlike them; ``p`` its two-sided p-value by conditional permutation, never 0; ``p_fdr`` the
    same after Benjamini-Hochberg over all cells. ``quadrant`` names the cell, then its
    neighbours: ``high-high``, ``low-low``, ``high-low``, ``low-high``. Where I is unknown, p
    is NaN and the quadrant empty.
    """

    local_moran: Floats
    p: Floats
    p_fdr: Floats
    quadrant: Texts


def local_moran(
    counts: ArrayLike,
    grid: Grid,
    *,
    distance: float | None = None,
    permutations: int = 999,
    rng: np.random.Generator,
) -> LocalMoran:
    """Local Moran's I of each cell of a grid, tested by conditional permutation.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        Events per cell over the study period, or their harm. [events, or days]
    grid : Grid
        Cells it does not hold are no neighbours and do not count in n.
    distance : float, optional
        Neighbours are the other cells whose centres lie within this distance. [m] Not given,
        they are the cells that touch: eight around a square, six around a hexagon, and
        whatever shares an edge or a corner with a polygon.
    permutations : int
        Arrangements drawn. p is a multiple of ``2 / (permutations + 1)``: 999 cannot pass
        false discovery control unless one cell in 25 does; 99,999 take a fifth of a second.
    rng : numpy.random.Generator

    Returns
    -------
    result : LocalMoran
        All NaN when all counts are equal; NaN in a cell without neighbours; empty for an empty
        grid. p is 1 where a count equals the mean exactly, as I is 0 in any arrangement.

    Raises
    ------
    ParameterError
        If counts and grid differ in length, the distance is not positive or ``permutations``
        is below 1.
    DataError
        If a count is not a finite number.

    Notes
    -----
    With deviations d from the mean of n counts, and m_i neighbours of cell i::

        I_i = (n - 1) d_i (sum of neighbours' d / m_i) / sum of all d^2

    The null keeps the cell's own count and draws its neighbours' from all other cells without
    replacement. The draws are shared by all cells (each draw that holds the cell itself is
    mended with a spare), so each p is exact for its number of permutations, and Monte Carlo
    errors of different cells go together.

    A high-low cell is a spike among quiet neighbours, often one address or a point that
    gathers records. Do not use it where counts follow the size of the cells (use rates), or to
    rank places for patrol.

    References
    ----------
    .. [1] L. Anselin, "Local indicators of spatial association: LISA," Geographical Analysis,
       27(2), 93-115, 1995. doi:10.1111/j.1538-4632.1995.tb00338.x
    .. [2] B. Phipson and G. K. Smyth, "Permutation p-values should never be zero,"
       Statistical Applications in Genetics and Molecular Biology, 9(1), 39, 2010.
       doi:10.2202/1544-6115.1585
    """
    values = checked_counts(counts, grid)
    near, w_sum = neighbourhood_sums(values, grid, distance)
    near, n_near = near - values, w_sum.astype(np.int64) - 1
    found = _local_moran(values, near, n_near.astype(np.float64))
    p = permutation_p(values, near, n_near, permutations=permutations, rng=rng)
    own = values - values.mean() if len(values) else values
    p = np.where(np.isnan(found), np.nan, np.where(own == 0, 1.0, p))
    return LocalMoran(found, p, benjamini_hochberg(p), _quadrants(values, near, n_near, found))


def local_moran_by_weights(counts: ArrayLike, weights: "csr_array") -> Floats:
    """Local Moran's I of each cell under any spatial weights: the definition.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        [events]
    weights : sparse array, shape (n_cells, n_cells)
        Each row is divided by its sum; the diagonal is passed over. [unitless]

    Returns
    -------
    local_moran : array, shape (n_cells,)
        As `local_moran`. [unitless]

    References
    ----------
    .. [1] Anselin 1995, as `local_moran`.
    """
    values = np.asarray(counts, dtype=np.float64)
    own = weights.diagonal()
    w_sum = np.asarray(weights.sum(axis=1), dtype=np.float64) - own
    return _local_moran(values, weights @ values - own * values, w_sum)


def _local_moran(values: Floats, near: Floats, w_sum: Floats) -> Floats:
    """I from sums over neighbours; NaN where it is unknown."""
    if values.size == 0 or values.min() == values.max():
        return np.full(values.shape, np.nan)
    own = values - values.mean()
    lag = near / np.where(w_sum > 0, w_sum, np.nan) - values.mean()
    found: Floats = (values.size - 1) * own * lag / np.sum(own**2)
    return found


def _quadrants(values: Floats, near: Floats, n_near: Ints, found: Floats) -> Texts:
    """Name of each cell and its neighbours; at the mean is low."""
    if not values.size:
        return np.empty(0, dtype=QUADRANTS.dtype)
    mean = values.mean()
    names = QUADRANTS[(values > mean).astype(int), (near > mean * n_near).astype(int)]
    return np.where(np.isnan(found), "", names)
