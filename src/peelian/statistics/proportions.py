"""Two shares against each other: interval of the difference, exact p, and whether it shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics.intervals import clopper_pearson, wilson, wilson_limits
from peelian.terms import INTERVAL_LEVEL, Floats, Interval, ParameterError


@dataclass(frozen=True)
class ShareComparison:
    """The share ``hits / n`` less another, with its interval and exact two-sided p-value.

    ``difference`` and its ``interval`` are shares, -1 to 1; NaN where a share is unknown.
    """

    difference: float
    interval: Interval
    p: float

    @property
    def detectable(self) -> bool:
        """Whether both the interval and p say that the shares differ."""
        apart = self.interval.low > 0 or self.interval.high < 0
        return bool(apart and self.p < 1 - self.interval.level)


def share_interval(hits: float, n: float, *, level: float = INTERVAL_LEVEL) -> Interval:
    """Interval of the share ``hits / n``: Wilson, or exact where nothing was found.

    Parameters
    ----------
    hits, n : float
        Successes, and trials. [events]
    level : float
        Coverage. [0 to 1]

    Returns
    -------
    Interval
        NaN to NaN when ``n`` is zero. [share]

    Raises
    ------
    ParameterError
        Unless 0 <= hits <= n and 0 < level < 1.

    Notes
    -----
    With no success the exact upper limit is what "none found" leaves possible.

    Examples
    --------
    >>> round(share_interval(0, 500).high, 4), round(share_interval(4, 41).high, 3)
    (0.0074, 0.225)
    """
    interval = wilson if hits else clopper_pearson
    return interval(hits, n, level=level)


def compare_shares(
    hits: float, n: float, other_hits: float, other_n: float, *, level: float = INTERVAL_LEVEL
) -> ShareComparison:
    """Difference of two independent shares: Newcombe's interval and Fisher's exact p.

    Parameters
    ----------
    hits, n : float
        Successes and trials of the one. [events]
    other_hits, other_n : float
        Of the other, which is taken from it. [events]
    level : float
        Coverage. [0 to 1]

    Returns
    -------
    ShareComparison
        All NaN when a number of trials is zero.

    Raises
    ------
    ParameterError
        Unless each is a whole number, hits at most n, and 0 < level < 1.

    Notes
    -----
    The square roots of the squared distances from each share to its Wilson limits, added to
    the difference (Newcombe's method 10, without continuity correction). p sums the tables
    that are no more probable than the one seen. Trials must be independent of each other.

    References
    ----------
    .. [1] R. G. Newcombe, "Interval estimation for the difference between independent
       proportions: comparison of eleven methods," Statistics in Medicine, 17(8), 873-890,
       1998. doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    .. [2] R. A. Fisher, Statistical Methods for Research Workers, section 21.02, 1934.

    Examples
    --------
    >>> found = compare_shares(25, 62, 24, 77)
    >>> print(f"{found.difference:.3f} [{found.interval.low:.3f}, {found.interval.high:.3f}]")
    0.092 [-0.066, 0.246]
    """
    if any(value != np.floor(value) for value in (hits, n, other_hits, other_n)):
        raise ParameterError(
            f"{hits:g} of {n:g} and {other_hits:g} of {other_n:g}: give wholes"
        )
    low, high = wilson_limits([hits, other_hits], [n, other_n], level=level)
    if not (n and other_n):
        return ShareComparison(np.nan, Interval(np.nan, np.nan, "Newcombe", level), np.nan)
    from scipy.stats import fisher_exact

    share, other = hits / n, other_hits / other_n
    difference = share - other
    below = np.hypot(share - low[0], high[1] - other)
    above = np.hypot(high[0] - share, other - low[1])
    interval = Interval(
        float(difference - below), float(difference + above), "Newcombe", level
    )
    told = np.array([[hits, n - hits], [other_hits, other_n - other_hits]])
    p = float(fisher_exact(told).pvalue)
    return ShareComparison(difference, interval, p)


def rank_apart(low: ArrayLike, high: ArrayLike) -> Floats:
    """Rank of each estimate, the highest first, where its interval overlaps no other's.

    Parameters
    ----------
    low, high : array, shape (n,)
        Ends of the intervals; NaN where unknown, which is passed over.

    Returns
    -------
    rank : array, shape (n,)
        1 is highest; NaN where the interval overlaps another's or is unknown: a rank would
        then be chance.

    Examples
    --------
    >>> rank_apart([0.1, 0.5, 0.55], [0.2, 0.6, 0.7]).tolist()
    [3.0, nan, nan]
    """
    bottom, top = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    above = bottom[None, :] > top[:, None]  # the column's interval lies above the row's
    below = top[None, :] < bottom[:, None]
    known = ~np.isnan(bottom)
    overlaps = ~(above | below) & known[None, :] & ~np.eye(len(bottom), dtype=bool)
    return np.where(known & ~overlaps.any(axis=1), 1.0 + above.sum(axis=1), np.nan)
