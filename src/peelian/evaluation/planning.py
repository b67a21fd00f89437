"""What a whole design could show, from the counts expected of its areas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.evaluation.designs import (
    LEVEL,
    POWER,
    conditional_power,
    minimum_detectable_ratio,
    normal_power,
)
from peelian.evaluation.panels import fitted_margins
from peelian.terms import DataError, ParameterError

MIN_FREEDOM = 10  # degrees of freedom below which a dispersion is not estimated
EXACT_TO = 2000.0  # expected events up to which power is summed exactly


@dataclass(frozen=True)
class DesignPower:
    """What a design could show.

    ``detectable`` is the weakest fall (a rate ratio) found with a chance of ``power``, NaN
    when none is; ``chances`` those of finding each of ``ratios``.
    """

    detectable: float
    power: float
    ratios: tuple[float, ...]
    chances: tuple[float, ...]
    dispersion: float


def panel_dispersion(counts: ArrayLike, *, exposure: ArrayLike = 1.0) -> float:
    """Variance over mean of counts about a level for each area and one for each period.

    Parameters
    ----------
    counts : array, shape (n_areas, n_periods)
        Without the effect in question: before it, or all where it is small. [events]
    exposure : array, broadcast to that shape
        What counts are proportional to.

    Returns
    -------
    float
        Pearson's chi-square over its degrees of freedom, never below 1. NaN with fewer than
        MIN_FREEDOM degrees of freedom, or without events.

    Raises
    ------
    DataError
        If a count is negative or unknown.

    References
    ----------
    .. [1] P. McCullagh and J. A. Nelder, Generalized Linear Models, 2nd ed., Chapman and
       Hall, 1989, section 4.5.
    """
    y = np.asarray(counts, dtype=np.float64)
    if not np.all(np.isfinite(y) & (y >= 0)):
        raise DataError("a count is below 0 or unknown")
    e = np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
    areas, periods = y.sum(axis=1) > 0, y.sum(axis=0) > 0
    y, e = y[areas][:, periods], e[areas][:, periods]
    freedom = (y.shape[0] - 1) * (y.shape[1] - 1)
    if freedom < MIN_FREEDOM:
        return float("nan")
    mean = fitted_margins(y, e)
    return max(float(np.sum((y - mean) ** 2 / mean) / freedom), 1.0)


def two_count_power(
    expected_treated: float,
    expected_control: float,
    *,
    ratios: tuple[float, ...],
    dispersion: float = 1.0,
    power: float = POWER,
    level: float = LEVEL,
) -> DesignPower:
    """Power of a design that comes down to two counts, such as days with and without.

    Parameters
    ----------
    expected_treated, expected_control : float
        Events expected without an effect. [events]
    ratios : tuple of float
        True effects to give the power for, as rate ratios.
    dispersion : float
        Variance over mean of such counts.
    power, level : float
        Chance of finding the effect; of the two-sided test. [0 to 1]

    Returns
    -------
    DesignPower
        Exact given the total at dispersion 1 with few events, else normal on the log scale.

    Examples
    --------
    >>> found = two_count_power(21.6, 32.4, ratios=(0.5,))
    >>> print(f"{found.detectable:.3f} {found.chances[0]:.4f}")
    0.299 0.4766
    """
    detectable = minimum_detectable_ratio(
        expected_treated, expected_control, power=power, level=level, dispersion=dispersion
    )
    exact = dispersion == 1 and expected_treated + expected_control <= EXACT_TO
    chances = tuple(
        conditional_power(expected_treated, expected_control, ratio, level=level)
        if exact
        else normal_power(
            ratio,
            float(
                np.sqrt(dispersion * (1 / (expected_treated * ratio) + 1 / expected_control))
            ),
            level=level,
        )
        for ratio in ratios
    )
    return DesignPower(detectable, power, ratios, chances, dispersion)


def displacement_power(
    expected_treated: float,
    others: float,
    *,
    ratios: tuple[float, ...],
    dispersion: float = 1.0,
    power: float = POWER,
    level: float = LEVEL,
) -> DesignPower:
    """Power of a weighted displacement difference.

    Parameters
    ----------
    expected_treated : float
        Events expected in the treated area after, without an effect. [events]
    others : float
        Sum of the other counts of the difference. [events]
    ratios, dispersion, power, level
        As `two_count_power`.

    Returns
    -------
    DesignPower

    Raises
    ------
    ParameterError
        If an expectation is not above 0 or the dispersion below 1.

    Notes
    -----
    Solves ``T (1 - r) = (z_a + z_b) sqrt(phi (T r + others))``, a quadratic in ``1 - r``.
    """
    if not (expected_treated > 0 and others > 0 and dispersion >= 1):
        raise ParameterError(
            f"expected counts {expected_treated:g} and {others:g}, dispersion {dispersion:g}: "
            "give counts above 0, and 1 or more"
        )
    from scipy.special import ndtr, ndtri

    z = float(ndtri(1 - level / 2))
    t, k = expected_treated, (z + float(ndtri(power))) ** 2 * dispersion
    fall = (np.sqrt(k**2 + 4 * k * (others + t)) - k) / (2 * t)
    shifts = [t * (1 - r) / np.sqrt(dispersion * (t * r + others)) for r in ratios]
    chances = tuple(float(ndtr(s - z) + ndtr(-s - z)) for s in shifts)
    detectable = float(1 - fall) if fall < 1 else float("nan")
    return DesignPower(detectable, power, ratios, chances, dispersion)


def error_power(
    error: float,
    *,
    ratios: tuple[float, ...],
    dispersion: float,
    power: float = POWER,
    level: float = LEVEL,
) -> DesignPower:
    """Power of a design whose standard error of the log ratio is known, as a stepped wedge.

    Parameters
    ----------
    error : float
        Of the log rate ratio, as from `stepped_wedge_error`; NaN finds nothing.
    ratios, dispersion, power, level
        As `two_count_power`; the dispersion is in the error already.

    Examples
    --------
    >>> found = error_power(0.162019, ratios=(0.75,), dispersion=1.0)
    >>> print(f"{found.detectable:.3f} {found.chances[0]:.3f}")
    0.635 0.427
    """
    from scipy.special import ndtri

    wanted = float(ndtri(1 - level / 2) + ndtri(power))
    chances = tuple(normal_power(ratio, error, level=level) for ratio in ratios)
    return DesignPower(float(np.exp(-wanted * error)), power, ratios, chances, dispersion)
