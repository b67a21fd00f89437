"""Is there a trend: Mann-Kendall, over many series at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, ParameterError

_VALUES_AT_ONCE = 2_000_000


@dataclass(frozen=True, eq=False)
class MannKendall:
    """Mann-Kendall trend of each series; arrays of the shape of one period.

    ``s`` counts the pairs that rise less those that fall, ``variance`` is that of ``s``
    without a trend, ``z`` its standard deviate with continuity correction, ``p`` two-sided,
    ``tau`` is ``s`` over the number of pairs. Equal values throughout: s, z and tau are 0
    and p is 1. NaN where a value of the series is.
    """

    s: Floats
    variance: Floats
    z: Floats
    p: Floats
    tau: Floats


def mann_kendall(values: ArrayLike, *, variance_factor: float = 1.0) -> MannKendall:
    """Mann-Kendall test of a monotone trend in each series, ties allowed for.

    Parameters
    ----------
    values : array, shape (n_periods, ...)
        Series along the first axis, one for each entry of the rest. Leave periods out that
        are not held: only the order of the others matters.
    variance_factor : float
        By how much dependence between periods widens the spread of S, where that is known
        (see `overlap_factor`); 1 for independent periods.

    Returns
    -------
    MannKendall

    Raises
    ------
    ParameterError
        With fewer than 3 periods, or a factor that is not positive.

    Notes
    -----
    S is the sum of ``sign(x_j - x_i)`` over pairs i < j. With n periods and groups of t equal
    values::

        variance = (n (n - 1) (2 n + 5) - sum t (t - 1) (2 t + 5)) / 18
        z = (S - sign(S)) / sqrt(variance)

    The normal tail is good from about 10 periods. A season must be taken out first (compare
    whole years, or the same months), and values that depend on those before them make the
    test find trends in noise.

    References
    ----------
    .. [1] H. B. Mann, "Nonparametric tests against trend," Econometrica, 13(3), 245-259, 1945.
       doi:10.2307/1907187
    .. [2] M. G. Kendall, "Rank Correlation Methods," Griffin, 4th edition, 1970.

    Examples
    --------
    >>> trend = mann_kendall([1, 2, 2, 4, 3, 6, 7, 7, 9, 10])
    >>> print(f"S {trend.s:.0f}, z {trend.z:.2f}, p {trend.p:.5f}")
    S 41, z 3.61, p 0.00031
    """
    series = np.asarray(values, dtype=np.float64)
    n = len(series) if series.ndim else 0
    if n < 3:
        raise ParameterError(f"there are {n} periods; a trend needs 3 or more, better 10")
    if not variance_factor > 0:
        raise ParameterError(f"variance_factor is {variance_factor}; give one above zero")
    flat = series.reshape(n, -1)
    s, ties = np.empty(flat.shape[1]), np.empty(flat.shape[1])
    at_once = max(1, _VALUES_AT_ONCE // n)
    for part in (slice(a, a + at_once) for a in range(0, flat.shape[1], at_once)):
        s[part], ties[part] = _pairs(flat[:, part])
    unknown = np.isnan(flat).any(axis=0)
    from scipy.special import ndtr

    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18 * variance_factor
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))  # 0 where all are equal: s is too
    z = (s - np.sign(s)) / spread
    p = 2 * ndtr(-np.abs(z))
    tau = s / (n * (n - 1) / 2)
    columns = (s, variance, z, p, tau)
    return MannKendall(
        *(np.where(unknown, np.nan, a).reshape(series.shape[1:]) for a in columns)
    )


def overlap_factor(n_periods: int, correlation: ArrayLike) -> float:
    """By how much known correlation between periods widens the variance of S.

    Parameters
    ----------
    n_periods : int
        Length of the series.
    correlation : array, shape (n_lags,)
        Correlation of values 1, 2, ... periods apart; [0.5] where each value is the sum of two
        periods and shares one with the next. [-1 to 1]

    Returns
    -------
    float
        1 without correlation.

    Raises
    ------
    ParameterError
        With fewer than 3 periods.

    Notes
    -----
    Hamed and Rao [1]_, with the correlation of ranks ``6 / pi asin(rho / 2)`` of normal
    values::

        1 + 2 / (n (n - 1) (n - 2)) sum_i (n - i) (n - i - 1) (n - i - 2) rank_rho_i

    References
    ----------
    .. [1] K. H. Hamed and A. R. Rao, "A modified Mann-Kendall trend test for autocorrelated
       data," Journal of Hydrology, 204, 182-196, 1998. doi:10.1016/S0022-1694(97)00125-X

    Examples
    --------
    >>> print(f"{overlap_factor(24, [0.5]):.2f}")
    1.84
    """
    n = n_periods
    if n < 3:
        raise ParameterError(f"there are {n} periods; a trend needs 3 or more, better 10")
    rho = np.asarray(correlation, dtype=np.float64)
    lag = np.arange(1, len(rho) + 1)
    left = np.maximum(n - lag, 2)
    pairs = left * (left - 1) * (left - 2)
    ranks = 6 / np.pi * np.arcsin(rho / 2)
    return float(1 + 2 / (n * (n - 1) * (n - 2)) * np.sum(pairs * ranks))


def _pairs(series: Floats) -> tuple[Floats, Floats]:
    """S, and the sum of t (t - 1) (2 t + 5) over groups of t equal values, by series."""
    n = len(series)
    s = np.zeros(series.shape[1])
    level = np.zeros(series.shape)  # others of the same value
    for i in range(n - 1):
        later = series[i + 1 :]
        above, same = later > series[i], later == series[i]
        below = later < series[i]
        s += above.sum(axis=0)
        s -= below.sum(axis=0)
        level[i] += same.sum(axis=0)
        level[i + 1 :] += same
    # Each member of a group of t has t - 1 others: the members' terms add up to the group's.
    return s, np.sum(level * (2 * (level + 1) + 5), axis=0)
