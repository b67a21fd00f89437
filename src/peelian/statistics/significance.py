"""Tests that resist chance: false discovery rate and sign flips of paired differences."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, ParameterError

EXACT_UP_TO = 20  # 2**20 sign patterns are enumerated in well under a second
_PATTERNS_AT_ONCE = 1 << 14

Alternative = Literal["two-sided", "greater"]


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Benjamini-Hochberg adjusted p-value of each test.

    Calling the tests with an adjusted value of at most q keeps the expected share of false
    discoveries at or below q.

    Parameters
    ----------
    p : array, shape (n,)
        P-values in any order; NaN where no test was made. [0 to 1]

    Returns
    -------
    p_fdr : array, shape (n,)
        Adjusted p-values in the same order, never below ``p``; NaN where ``p`` is NaN, and
        such entries do not count as tests. Empty for empty input. [0 to 1]

    Raises
    ------
    ParameterError
        If ``p`` is not one-dimensional or a value lies outside 0 to 1.

    Notes
    -----
    ``p_fdr(i) = min over j >= i of p(j) n / j``, p sorted ascending. Valid for independent or
    positively dependent tests, such as Gi* z-scores of neighbouring cells. It does not say
    that any one cell is a hotspot; it bounds the share of wrong ones in the list.

    References
    ----------
    .. [1] Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate," Journal of the
       Royal Statistical Society B, 57(1), 289-300, 1995.
       doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    array([0.04      , 0.05333333, 0.05333333, 0.5       ])
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1:
        raise ParameterError(f"p has {values.ndim} dimensions; give one list of p-values")
    tested = np.flatnonzero(~np.isnan(values))
    if np.any((values[tested] < 0) | (values[tested] > 1)):
        raise ParameterError("p holds a value outside 0 to 1; give p-values, not z-scores")

    order = tested[np.argsort(values[tested])]
    n = len(order)
    scaled = values[order] * (n / np.arange(1, n + 1))
    adjusted = np.full(values.shape, np.nan)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return adjusted


def sign_flip_test(
    differences: ArrayLike,
    *,
    rng: np.random.Generator | None = None,
    alternative: Alternative = "two-sided",
    block: int = 1,
    draws: int = 9_999,
) -> float:
    """P-value that paired differences are symmetric about zero.

    Every sign pattern is enumerated up to 20 blocks; beyond that ``draws`` random patterns
    are compared.

    Parameters
    ----------
    differences : array, shape (n,)
        One difference an origin, in time order. [events, or any unit]
    rng : numpy.random.Generator, optional
        Required when there are more than 20 blocks.
    alternative : {"two-sided", "greater"}
        ``greater`` asks whether the differences lie above zero.
    block : int
        Consecutive differences that flip together, for differences related in time.
    draws : int
        Random patterns when enumeration is too long.

    Returns
    -------
    p : float
        Never zero. NaN for empty input; 1 when every difference is zero. [0 to 1]

    Raises
    ------
    ParameterError
        If a difference is NaN, ``block`` or ``draws`` is below 1, or ``rng`` is missing
        where needed.

    Notes
    -----
    The null is that each block sum is as likely to have the opposite sign. With n blocks the
    smallest two-sided p is 2 / 2**n, so at least six are needed to reach 0.05. Monte Carlo p
    is (exceedances + 1) / (draws + 1) [1]_.

    References
    ----------
    .. [1] B. Phipson and G. K. Smyth, "Permutation p-values should never be zero,"
       Statistical Applications in Genetics and Molecular Biology, 9(1), 39, 2010.
       doi:10.2202/1544-6115.1585

    Examples
    --------
    >>> sign_flip_test([2, 1, 0, 3, -1, 2, 0, 1, 1, -1])
    0.140625
    """
    d = np.asarray(differences, dtype=np.float64).ravel()
    if block < 1 or draws < 1:
        raise ParameterError(f"block is {block} and draws {draws}; both must be 1 or more")
    if np.isnan(d).any():
        raise ParameterError("a difference is NaN; leave out origins that were not scored")
    if d.size == 0:
        return np.nan

    sums = np.add.reduceat(d, np.arange(0, d.size, block))
    moving = np.abs(sums[sums != 0])
    observed = sums.sum()
    least = abs(observed) if alternative == "two-sided" else observed
    least -= 1e-9 * moving.sum()  # patterns equal to the one observed count as extreme

    if moving.size > EXACT_UP_TO:
        if rng is None:
            raise ParameterError(
                f"{moving.size} differences are too many to enumerate; give rng"
            )
        flips = rng.integers(2, size=(draws, moving.size), dtype=np.int8)
        extreme = _count_extreme(flips, moving, float(least), alternative)
        return (extreme + 1) / (draws + 1)

    n_patterns = 1 << moving.size
    extreme = 0
    for first in range(0, n_patterns, _PATTERNS_AT_ONCE):
        numbers = np.arange(first, min(first + _PATTERNS_AT_ONCE, n_patterns))
        flips = ((numbers[:, None] >> np.arange(moving.size)) & 1).astype(np.int8)
        extreme += _count_extreme(flips, moving, float(least), alternative)
    return float(extreme / n_patterns)


def _count_extreme(
    flips: np.ndarray[tuple[int, int], np.dtype[np.int8]],
    magnitudes: Floats,
    least: float,
    alternative: Alternative,
) -> int:
    """How many sign patterns give a sum at least as extreme as ``least``."""
    totals = (2.0 * flips - 1.0) @ magnitudes
    if alternative == "two-sided":
        totals = np.abs(totals)
    return int(np.count_nonzero(totals >= least))
