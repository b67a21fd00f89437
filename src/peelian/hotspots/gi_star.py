"""Getis-Ord Gi*: where high counts stand together, against counts arranged by chance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from peelian.hotspots.neighbourhoods import checked_counts, neighbourhood_sums
from peelian.hotspots.permutation import permutation_p
from peelian.statistics import benjamini_hochberg
from peelian.terms import Floats, Grid, Ints, ParameterError

if TYPE_CHECKING:
    from scipy.sparse import csr_array


NULLS = ("drawn", "normal", "permutation")
SMALLEST_P = 1e-12  # of the drawn null: below it lies rounding
_SUMS = 1 << 16  # values a neighbourhood's sum may take in the drawn null


@dataclass(frozen=True, eq=False)
class GiStar:
    """Gi* of each cell with its p-values, shape (n_cells,) each.

    ``z`` is the standard deviate, positive where counts are high; ``p`` its two-sided p-value
    under the null asked for; ``p_fdr`` the same after Benjamini-Hochberg over all cells. NaN
    where ``z`` is.
    """

    z: Floats
    p: Floats
    p_fdr: Floats


def gi_star(counts: ArrayLike, grid: Grid, *, distance: float | None = None) -> Floats:
    """Getis-Ord Gi* z-score of each cell of a grid.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        Events per cell over the study period. [events]
    grid : Grid
        Cells it does not hold are no neighbours and do not count in n.
    distance : float, optional
        Neighbours are the cells whose centres lie within this distance. [m] Not given, they
        are the cells that touch: eight around a square, six around a hexagon, and whatever
        shares an edge or a corner with a polygon. A cell is always its own neighbour.

    Returns
    -------
    z : array, shape (n_cells,)
        Standard deviates. NaN everywhere when all counts are equal, and in a cell that has the
        whole grid for neighbours; empty for an empty grid. [unitless]

    Raises
    ------
    ParameterError
        If counts and grid differ in length, or the distance is not positive.
    DataError
        If a count is not a finite number.

    Notes
    -----
    With w_i neighbours of cell i (itself included), n cells, mean m and standard deviation S
    (dividing by n) of the counts::

        z_i = (sum of neighbours' counts - m w_i) / (S sqrt((n w_i - w_i^2) / (n - 1)))

    Neighbouring z-scores are correlated, and there is one per cell: adjust for multiple
    comparisons (`gi_star_test`) before calling a cell a hotspot. Where most cells are empty z
    is far from normal. Do not use it where counts follow the size of the cells (areas with
    unequal population: use rates).

    References
    ----------
    .. [1] J. K. Ord and A. Getis, "Local spatial autocorrelation statistics: distributional
       issues and an application," Geographical Analysis, 27(4), 286-306, 1995.
       doi:10.1111/j.1538-4632.1995.tb00912.x
    """
    values = checked_counts(counts, grid)
    near, w_sum = neighbourhood_sums(values, grid, distance)
    return _standardise(values, near, w_sum, w_sum)


def gi_star_test(
    counts: ArrayLike,
    grid: Grid,
    *,
    distance: float | None = None,
    null: str = "drawn",
    permutations: int = 999,
    rng: np.random.Generator | None = None,
) -> GiStar:
    """Gi* of each cell with two-sided p-values, before and after false discovery control.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        [events]
    grid : Grid
    distance : float, optional
        As `gi_star`. [m]
    null : str
        What chance would do. ``drawn``: every count in a neighbourhood is drawn from the
        counts of all cells; p is the exact tail of such sums, doubled, at least SMALLEST_P.
        ``normal``: z is a standard normal deviate, as other programs have it. The two agree
        when counts are high and even; where most cells are empty the normal tail is far too
        thin. ``permutation``: a cell keeps its own count and the others change places at
        random, so that a high cell alone is no hotspot.
    permutations : int
        Of the permutation null; p is a multiple of ``2 / (permutations + 1)``, never 0.
    rng : numpy.random.Generator
        For the permutation null only, and required there.

    Returns
    -------
    result : GiStar
        A list of the cells with ``p_fdr <= q`` holds on average at most a share q of cells
        that are high or low by chance alone. All NaN when all counts are equal.

    Raises
    ------
    ParameterError, DataError
        As `gi_star`; ParameterError if the null is unknown, or is ``permutation`` without
        ``rng``.

    Notes
    -----
    The distribution of a sum of w counts drawn independently is the w-th power, under
    convolution, of the distribution of one. With thousands of cells that is the same as
    arranging the counts anew; with few it is cautious. Counts that are not whole, or whose
    sums take more than 65,536 values, are rounded to a step that makes them so, and p errs
    on the cautious side.

    On pure noise with 0.17 events a cell (57,600 cells, q = 0.05) the normal null called 66
    cells a map; the drawn null none on 60 maps, and never any on over 5 % of maps in trials
    from 0.1 to 50 events a cell.

    References
    ----------
    .. [1] M. C. de Castro and B. H. Singer, "Controlling the false discovery rate: a new
       application to account for multiple and dependent tests in local statistics of spatial
       association," Geographical Analysis, 38(2), 180-208, 2006.
       doi:10.1111/j.0016-7363.2006.00682.x
    """
    if null not in NULLS:
        raise ParameterError(f"unknown null {null!r}; choose {' or '.join(NULLS)}")
    values = checked_counts(counts, grid)
    near, w_sum = neighbourhood_sums(values, grid, distance)
    if null == "permutation":
        return _permuted(values, near, w_sum, permutations, rng)

    def sums_of(steps: Floats) -> Floats:
        return neighbourhood_sums(steps, grid, distance)[0]

    return gi_star_of_sums(values, near, w_sum, null=null, sums_of=sums_of)


def gi_star_by_weights(counts: ArrayLike, weights: "csr_array") -> Floats:
    """Getis-Ord Gi* z-score of each cell under any spatial weights: the definition.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        [events]
    weights : sparse array, shape (n_cells, n_cells)
        Each cell is its own neighbour (the star). [unitless]

    Returns
    -------
    z : array, shape (n_cells,)
        As `gi_star`. [unitless]

    Raises
    ------
    ParameterError
        If a cell is not its own neighbour.

    References
    ----------
    .. [1] Ord and Getis 1995, as `gi_star`.
    """
    values = np.asarray(counts, dtype=np.float64)
    if not np.all(weights.diagonal() > 0):
        raise ParameterError("Gi* needs weights[i, i] > 0 in every row i")
    w_squares = weights.multiply(weights).sum(axis=1)
    w_sum = np.asarray(weights.sum(axis=1), dtype=np.float64)
    return _standardise(values, weights @ values, w_sum, w_squares)


def gi_star_of_sums(
    values: Floats,
    near: Floats,
    w_sum: Floats,
    *,
    null: str,
    sums_of: Callable[[Floats], Floats],
) -> GiStar:
    """Gi* and its p from sums over neighbours, by the ``drawn`` or the ``normal`` null.

    ``sums_of`` sums over the same neighbours again, for counts rounded to whole steps.
    """
    pairs = _distinct_pairs(near, w_sum)
    first, member = pairs or (np.arange(len(values)), None)
    z = _standardise(values, near[first], w_sum[first], w_sum[first])
    if null == "normal":
        p = _normal_p(z)
    else:
        steps, whole = _in_steps(values, w_sum)
        sums = near if whole else sums_of(steps)
        p = _drawn_p(steps, sums[first], w_sum[first], z, whole=whole)
    if member is None:
        return GiStar(z, p, benjamini_hochberg(p))
    # Whole counts give few distinct sums: rank those, each as often as it occurs.
    order = np.argsort(p)
    times = np.bincount(member, minlength=len(first))[order]
    ranked = benjamini_hochberg(np.repeat(p[order], times))
    p_fdr = np.empty(len(p))
    p_fdr[order] = ranked[np.cumsum(times) - 1]
    return GiStar(z[member], p[member], p_fdr[member])


def _standardise(counts: Floats, near: Floats, w_sum: Floats, w_squares: Floats) -> Floats:
    """Sums over neighbours as standard deviates; NaN where they cannot vary."""
    if counts.size == 0 or counts.min() == counts.max():
        return np.full(near.shape, np.nan)
    # Scaled first: the square of a count below 1e-162 would be zero, above 1e154 infinite.
    largest = np.abs(counts).max()
    counts, near = counts / largest, near / largest
    n, mean, spread = counts.size, counts.mean(), counts.std()
    variance = n * w_squares - w_sum**2
    scale = spread * np.sqrt(np.where(variance > 0, variance, np.nan) / (n - 1))
    z: Floats = (near - mean * w_sum) / scale
    return z


def _permuted(
    values: Floats,
    near: Floats,
    w_sum: Floats,
    permutations: int,
    rng: np.random.Generator | None,
) -> GiStar:
    """Gi* with p under conditional permutation of the other cells' counts."""
    if rng is None:
        raise ParameterError("the permutation null needs rng, a numpy random generator")
    z = _standardise(values, near, w_sum, w_sum)
    others = w_sum.astype(np.int64) - 1
    p = permutation_p(values, near - values, others, permutations=permutations, rng=rng)
    p = np.where(np.isnan(z), np.nan, p)
    return GiStar(z, p, benjamini_hochberg(p))


def _normal_p(z: Floats) -> Floats:
    """Two-sided p-value of a standard normal deviate."""
    from scipy.special import ndtr

    p: Floats = 2 * ndtr(-np.abs(z))
    return p


def _in_steps(counts: Floats, w_sum: Floats) -> tuple[Floats, bool]:
    """Counts as whole steps from zero, few enough for their sums; and whether unchanged."""
    most = max(_SUMS // int(w_sum.max(initial=1)), 1)
    if not counts.size or counts.min() == counts.max():
        return np.zeros(counts.shape), True
    low, high = counts.min(), counts.max()
    if low >= 0 and high <= most and np.array_equal(counts, np.floor(counts)):
        return counts, True
    return np.rint((counts - low) / (high - low) * most), False


def _drawn_p(steps: Floats, sums: Floats, w_sum: Floats, z: Floats, *, whole: bool) -> Floats:
    """Two-sided p-value of sums of ``w_sum`` steps drawn independently from all of them.

    Where steps are rounded, sums that were equal may differ by up to ``w_sum`` of them: such
    are counted as equal.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    p = np.full(len(z), np.nan)
    one = np.bincount(steps.astype(np.int64)) / max(len(steps), 1)
    for w in np.unique(w_sum[~np.isnan(z)]):
        cells = (w_sum == w) & ~np.isnan(z)
        n_sums = int(w) * (len(one) - 1) + 1
        size = next_fast_len(n_sums, real=True)
        chance = irfft(rfft(one, size) ** int(w), size)[:n_sums]
        at, slack = sums[cells].astype(np.int64), 0 if whole else int(w)
        as_low = np.cumsum(chance)[np.minimum(at + slack, n_sums - 1)]
        as_high = np.cumsum(chance[::-1])[::-1][np.maximum(at - slack, 0)]
        p[cells] = np.clip(2 * np.minimum(as_low, as_high), SMALLEST_P, 1)
    return p


def _distinct_pairs(near: Floats, w_sum: Floats) -> tuple[Ints, Ints] | None:
    """One cell of each distinct pair, and the pair of each cell; None unless whole and few."""
    if not near.size or near.min() < 0:
        return None
    widest = int(w_sum.max()) + 1
    highest = (float(near.max()) + 1) * widest
    if highest > 4 * near.size:
        return None
    whole = near.astype(np.int64)
    if not np.array_equal(whole, near):
        return None
    key = whole * widest + w_sum.astype(np.int64)
    cell = np.full(int(highest), -1)
    cell[key] = np.arange(near.size)
    keys = np.flatnonzero(cell >= 0)
    number = np.empty(int(highest), dtype=np.int64)
    number[keys] = np.arange(len(keys))
    return cell[keys], number[key]
