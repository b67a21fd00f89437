"""Intervals of shares, counts and rates, one at a time or over whole arrays.

``wilson``, ``clopper_pearson`` and ``garwood`` give one ``Interval``, which names its method.
The functions ending in ``_limits`` give ``(low, high)`` over arrays, one pair a row or a cell.
"""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import INTERVAL_LEVEL, Floats, Interval, ParameterError

Z95 = 1.959964  # normal quantile of a two-sided 95 % interval


def wilson(hits: float, n: float, *, level: float = INTERVAL_LEVEL) -> Interval:
    """Wilson score interval of the share ``hits / n``.

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
    Trials must be independent; offences that cluster need a bootstrap by blocks.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference," JASA, 22(158), 209-212, 1927. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> interval = wilson(25, 62)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.29, 0.527)
    """
    low, high = wilson_limits(hits, n, level=level)
    return Interval(float(low), float(high), "Wilson", level)


def clopper_pearson(hits: float, n: float, *, level: float = INTERVAL_LEVEL) -> Interval:
    """Exact (Clopper-Pearson) interval of the share ``hits / n``.

    Parameters
    ----------
    hits, n : float
        Successes, and trials. [events]
    level : float
        Coverage, met or exceeded. [0 to 1]

    Returns
    -------
    Interval
        NaN to NaN when ``n`` is zero. [share]

    Raises
    ------
    ParameterError
        Unless 0 <= hits <= n and 0 < level < 1.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits
       illustrated in the case of the binomial," Biometrika, 26(4), 404-413, 1934.
       doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> round(clopper_pearson(0, 500).high, 4)
    0.0074
    """
    low, high = clopper_pearson_limits(hits, n, level=level)
    return Interval(float(low), float(high), "exact (Clopper-Pearson)", level)


def garwood(count: float, exposure: float = 1.0, *, level: float = INTERVAL_LEVEL) -> Interval:
    """Exact (Garwood) interval of the Poisson rate ``count / exposure``.

    Parameters
    ----------
    count : float
        Events counted. [events]
    exposure : float
        What they are divided by: 1 for the count itself, thousands of residents for a rate
        per 1,000, the expected number for observed over expected.
    level : float
        Coverage, met or exceeded. [0 to 1]

    Returns
    -------
    Interval
        NaN to NaN when ``exposure`` is zero. [events per unit of exposure]

    Raises
    ------
    ParameterError
        If ``count`` or ``exposure`` is negative, or ``level`` is not between 0 and 1.

    Notes
    -----
    ``[chi2(alpha/2; 2k) / 2, chi2(1 - alpha/2; 2k + 2) / 2] / exposure``. Events that cluster
    (several offences from one incident) vary more than Poisson: the interval is then too
    narrow.

    References
    ----------
    .. [1] F. Garwood, "Fiducial limits for the Poisson distribution," Biometrika, 28(3/4),
       437-442, 1936. doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> rate = garwood(1511, 1900)  # per 1,000 of 1.9 million residents
    >>> round(rate.low, 6), round(rate.high, 6)
    (0.755666, 0.836397)
    """
    low, high = garwood_limits(count, exposure, level=level)
    return Interval(float(low), float(high), "exact Poisson (Garwood)", level)


def wilson_limits(
    hits: ArrayLike, n: ArrayLike, *, level: float = INTERVAL_LEVEL
) -> tuple[Floats, Floats]:
    """Wilson score limits of ``hits / n``; see `wilson`.

    Parameters
    ----------
    hits, n : arrays that broadcast together
        Successes, and trials. [events]
    level : float
        Coverage. [0 to 1]

    Returns
    -------
    low, high : arrays of the broadcast shape
        NaN where ``n`` is zero. [share]

    Raises
    ------
    ParameterError
        Unless 0 <= hits <= n everywhere and 0 < level < 1.
    """
    from scipy.special import ndtri

    hits, n = _shares(hits, n, level)
    z = float(ndtri(0.5 + level / 2))
    trials = np.where(n > 0, n, np.nan)
    share = hits / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    spread = np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    half = z * spread / (1 + z**2 / trials)
    low = np.where(hits == 0, np.where(n > 0, 0.0, np.nan), np.maximum(centre - half, 0))
    high = np.where((hits == n) & (n > 0), 1.0, np.minimum(centre + half, 1))
    return low, high


def clopper_pearson_limits(
    hits: ArrayLike, n: ArrayLike, *, level: float = INTERVAL_LEVEL
) -> tuple[Floats, Floats]:
    """Exact limits of ``hits / n``; see `clopper_pearson`.

    Parameters
    ----------
    hits, n : arrays that broadcast together
        Successes, and trials. [events]
    level : float
        Coverage, met or exceeded. [0 to 1]

    Returns
    -------
    low, high : arrays of the broadcast shape
        NaN where ``n`` is zero. [share]

    Raises
    ------
    ParameterError
        Unless 0 <= hits <= n everywhere and 0 < level < 1.
    """
    from scipy.special import betaincinv

    hits, n = _shares(hits, n, level)
    tail = (1 - level) / 2
    misses = n - hits
    low = np.where(hits > 0, betaincinv(hits, misses + 1, tail), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, misses, 1 - tail), 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def garwood_limits(
    count: ArrayLike, exposure: ArrayLike = 1.0, *, level: float = INTERVAL_LEVEL
) -> tuple[Floats, Floats]:
    """Exact Poisson limits of ``count / exposure``; see `garwood`.

    Parameters
    ----------
    count, exposure : arrays that broadcast together
        Events, and what they are divided by.
    level : float
        Coverage, met or exceeded. [0 to 1]

    Returns
    -------
    low, high : arrays of the broadcast shape
        NaN where ``exposure`` is zero. [events per unit of exposure]

    Raises
    ------
    ParameterError
        If a count or an exposure is negative, or ``level`` is not between 0 and 1.
    """
    return weighted_garwood_limits(count, count, 1.0, exposure, level=level)


def weighted_garwood_limits(
    total: ArrayLike,
    variance: ArrayLike,
    largest: ArrayLike,
    exposure: ArrayLike = 1.0,
    *,
    level: float = INTERVAL_LEVEL,
) -> tuple[Floats, Floats]:
    """Gamma limits (Fay and Feuer) of a weighted sum of Poisson counts, over ``exposure``.

    Parameters
    ----------
    total : array
        ``sum of w * count``. [events]
    variance : array
        ``sum of w**2 * count``, its estimated variance.
    largest : array or float
        The largest weight a count could have had.
    exposure : array
        What the total is divided by.
    level : float
        Coverage, met or exceeded in the authors' simulations. [0 to 1]

    Returns
    -------
    low, high : arrays of the broadcast shape
        NaN where ``exposure`` is zero. Equal weights give the Garwood limits.

    Raises
    ------
    ParameterError
        If a total, a variance or an exposure is negative, or ``level`` is not between 0
        and 1.

    References
    ----------
    .. [1] M. P. Fay and E. J. Feuer, "Confidence intervals for directly standardized rates: a
       method based on the gamma distribution," Statistics in Medicine, 16(7), 791-801, 1997.
       doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#
    """
    from scipy.special import gammaincinv

    require_level(level)
    arrays = (np.asarray(a, dtype=np.float64) for a in (total, variance, largest, exposure))
    y, v, most, e = np.broadcast_arrays(*arrays)
    if np.any(y < 0) or np.any(v < 0) or np.any(e < 0):
        raise ParameterError("a count or an exposure is negative; both must be zero or more")

    tail = (1 - level) / 2
    scale = np.divide(v, y, out=np.ones_like(y), where=y > 0)
    low = np.where(y > 0, gammaincinv(y / scale, tail) * scale, 0.0)
    above, spread = y + most, v + most**2
    high = gammaincinv(above**2 / spread, 1 - tail) * spread / above

    divisor = np.where(e > 0, e, np.nan)
    return low / divisor, high / divisor


def _shares(hits: ArrayLike, n: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Both as float arrays of one shape, checked."""
    require_level(level)
    arrays = (np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64))
    successes, trials = np.broadcast_arrays(*arrays)
    if np.any(successes < 0) or np.any(successes > trials):
        raise ParameterError(f"hits are {hits!r} of {n!r}; they must lie between 0 and n")
    return successes, trials


def require_level(level: float) -> None:
    """Raise ParameterError unless a coverage lies between 0 and 1."""
    if not 0 < level < 1:
        raise ParameterError(f"level is {level}; give a share between 0 and 1, such as 0.95")
