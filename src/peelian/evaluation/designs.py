"""What a design could show, before it begins: power, and the smallest effect found."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import ParameterError

LEVEL, POWER = 0.05, 0.80


def minimum_detectable_ratio(
    expected_treated: float,
    expected_control: float,
    *,
    power: float = POWER,
    level: float = LEVEL,
    dispersion: float = 1.0,
) -> float:
    """The weakest fall (a rate ratio below 1) that two counts would show.

    Parameters
    ----------
    expected_treated, expected_control : float
        Events expected without an effect. [events]
    power : float
        Chance of finding it. [0 to 1]
    level : float
        Of the two-sided test. [0 to 1]
    dispersion : float
        Variance over mean of such counts.

    Returns
    -------
    float
        NaN when not even the prevention of nearly everything would show.

    Raises
    ------
    ParameterError
        If an expectation is not above 0, a share not between 0 and 1, or the dispersion
        below 1.

    Notes
    -----
    Solves ``-ln r = (z_a + z_b) sqrt(phi (1 / (E1 r) + 1 / E0))``.

    Examples
    --------
    >>> print(f"{minimum_detectable_ratio(21.6, 32.4):.3f}")
    0.299
    """
    _require(expected_treated, expected_control, power, level, dispersion)
    from scipy.optimize import brentq
    from scipy.special import ndtri

    wanted = float(ndtri(1 - level / 2) + ndtri(power))

    def surplus(log_ratio: float) -> float:
        variance = dispersion * (np.exp(-log_ratio) / expected_treated + 1 / expected_control)
        return float(-log_ratio - wanted * np.sqrt(variance))

    # The surplus rises from 0 and falls again: its peak is where a solution would be.
    tried = np.linspace(-12, 0, 2401)
    values = np.array([surplus(t) for t in tried])
    at = np.flatnonzero(values > 0)
    if not at.size:
        return float("nan")
    root = brentq(surplus, tried[at[-1]], tried[at[-1] + 1])
    return float(np.exp(root))


def conditional_power(
    expected_treated: float, expected_control: float, ratio: float, *, level: float = LEVEL
) -> float:
    """Chance that the exact test given the total, its tails doubled, finds this ratio.

    Parameters
    ----------
    expected_treated, expected_control : float
        Events expected without an effect. [events]
    ratio : float
        True rate ratio.
    level : float
        Of the two-sided test. [0 to 1]

    Returns
    -------
    float

    Raises
    ------
    ParameterError
        As `minimum_detectable_ratio`, or if the ratio is not above 0.

    Examples
    --------
    >>> print(f"{conditional_power(21.6, 32.4, 0.5):.4f}")
    0.4766
    """
    _require(expected_treated, expected_control, 0.5, level, 1.0)
    if not ratio > 0:
        raise ParameterError(f"ratio is {ratio:g}: give more than 0")
    from scipy.stats import binom, poisson

    mean = expected_treated * ratio + expected_control
    null = expected_treated / (expected_treated + expected_control)
    true = expected_treated * ratio / mean
    total = np.arange(1, int(poisson.isf(1e-10, mean)) + 1)
    # Beyond these the test rejects, tails doubled.
    low = np.asarray(binom.ppf(level / 2, total, null))
    low = low - (binom.cdf(low, total, null) > level / 2)
    high = np.asarray(binom.isf(level / 2, total, null))
    high = high + (binom.sf(high - 1, total, null) > level / 2)
    found = binom.cdf(low, total, true) + binom.sf(high - 1, total, true)
    return float(np.sum(poisson.pmf(total, mean) * found))


def stepped_wedge_error(treated: ArrayLike, *, within: float, between: float) -> float:
    """Standard error of the effect of a stepped wedge, cluster by period.

    Parameters
    ----------
    treated : array of bool, shape (n_clusters, n_periods)
        When each cluster is treated.
    within : float
        Variance of a cluster's mean in a period; on the log scale of counts about
        ``dispersion / events``.
    between : float
        Variance of the clusters' levels.

    Returns
    -------
    float
        NaN where the design cannot tell the effect from time.

    Raises
    ------
    ParameterError
        If a variance is negative, or ``within`` is 0.

    References
    ----------
    .. [1] M. A. Hussey and J. P. Hughes, "Design and analysis of stepped wedge cluster
       randomized trials," Contemporary Clinical Trials, 28(2), 182-191, 2007.
       doi:10.1016/j.cct.2006.05.007

    Examples
    --------
    >>> step = np.repeat([1, 2, 3], 2)
    >>> wedge = np.arange(4) >= step[:, None]
    >>> print(f"{stepped_wedge_error(wedge, within=0.05, between=0.04):.6f}")
    0.162019
    """
    x = np.asarray(treated, dtype=np.float64)
    if not (within > 0 and between >= 0):
        raise ParameterError(
            f"variances are {within:g} and {between:g}: above 0, and 0 or more"
        )
    n, periods = x.shape
    u, w, v = x.sum(), float(np.sum(x.sum(axis=0) ** 2)), float(np.sum(x.sum(axis=1) ** 2))
    top = n * within * (within + periods * between)
    bottom = (n * u - w) * within + (u**2 + n * periods * u - periods * w - n * v) * between
    return float(np.sqrt(top / bottom)) if bottom > 0 else float("nan")


def normal_power(ratio: float, error: float, *, level: float = LEVEL) -> float:
    """Chance that a two-sided test on the log scale finds a ratio, given its standard error.

    Examples
    --------
    >>> print(f"{normal_power(0.75, 0.162019):.3f}")
    0.427
    """
    from scipy.special import ndtr, ndtri

    z = float(ndtri(1 - level / 2))
    shift = abs(np.log(ratio)) / error
    return float(ndtr(shift - z) + ndtr(-shift - z))


def _require(
    expected_treated: float,
    expected_control: float,
    power: float,
    level: float,
    dispersion: float,
) -> None:
    for name, value in (
        ("expected_treated", expected_treated),
        ("expected_control", expected_control),
    ):
        if not (value > 0 and np.isfinite(value)):
            raise ParameterError(f"{name} is {value:g}: give more than 0")
    for name, value in (("power", power), ("level", level)):
        if not 0 < value < 1:
            raise ParameterError(f"{name} is {value:g}: give a share between 0 and 1")
    if not dispersion >= 1:
        raise ParameterError(f"dispersion is {dispersion:g}: give 1 or more")
