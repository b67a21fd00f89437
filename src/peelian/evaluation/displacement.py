"""Did crime fall where we acted, or move next door: before and after, treated and control."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics import Z95, garwood
from peelian.terms import Floats, Interval, ParameterError

BeforeAfter = tuple[ArrayLike, ArrayLike]  # of one kind of area: counts before and after


@dataclass(frozen=True)
class Displacement:
    """Weighted displacement difference: ``value`` offences fewer if negative, with its limits.

    ``local`` is the part in the treated area itself, without what moved to or from its
    surroundings. ``p`` is two-sided, by the normal.
    """

    value: float
    error: float
    interval: Interval
    p: float
    local: float


def weighted_displacement(
    treated: BeforeAfter,
    control: BeforeAfter,
    *,
    treated_near: BeforeAfter | None = None,
    control_near: BeforeAfter | None = None,
    lengths: tuple[float, float] = (1.0, 1.0),
    areas: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    harm: ArrayLike = 1.0,
    dispersion: float = 1.0,
) -> Displacement:
    """Change where action was taken, less the change elsewhere, with both surroundings.

    Parameters
    ----------
    treated, control : (array, array)
        Offences before and after, one number or one for each kind of offence, shape (k,).
    treated_near, control_near : (array, array), optional
        The same in the area around each, where offences may have moved.
    lengths : (float, float)
        Of the periods before and after; counts are divided by them.
    areas : (float, float, float, float)
        Of treated, control and their surroundings; counts are divided by them.
    harm : array, shape (k,)
        What an offence of each kind counts for. [days, or 1]
    dispersion : float
        Variance over mean of such counts.

    Returns
    -------
    Displacement
        Per unit of length and area, in units of harm; without any event its limits are
        unknown (NaN).

    Raises
    ------
    ParameterError
        If a count is negative, a length or area not above 0, the dispersion below 1, or
        the kinds of offence do not match.

    Notes
    -----
    The areas must have had similar levels before: trends are taken as parallel in counts. With
    unlike levels hold ratios against each other (`ratio_of_ratios`). The normal is poor when
    counts are below 5.

    References
    ----------
    .. [1] A. P. Wheeler and J. H. Ratcliffe, "A simple weighted displacement difference test
       to evaluate place based crime interventions," Crime Science, 7:11, 2018.
       doi:10.1186/s40163-018-0085-5

    Examples
    --------
    >>> found = weighted_displacement(
    ...     (207, 110), (308, 318), treated_near=(178, 157), control_near=(150, 140)
    ... )
    >>> print(f"{found.value:.0f} {found.error:.4f} {found.local:.0f}")
    -118 39.5980 -107
    """
    weight = np.atleast_1d(np.asarray(harm, dtype=np.float64))
    _require_above_zero("lengths", lengths)
    _require_above_zero("areas", areas)
    if not dispersion >= 1:
        raise ParameterError(f"dispersion is {dispersion:g}: give 1 or more")
    pairs = (treated, control, treated_near, control_near)
    change, variance = np.zeros(4), 0.0
    for k, (name, pair) in enumerate(zip(_NAMES, pairs, strict=True)):
        for after, counts in enumerate(pair or (0.0, 0.0)):
            n = _counts(name, counts, weight)
            unit = weight / (lengths[after] * areas[k])
            change[k] += (1 if after else -1) * float(np.sum(unit * n))
            variance += dispersion * float(np.sum(unit**2 * n))
    value = float(change @ [1, -1, 1, -1])
    error = float(np.sqrt(variance))
    from scipy.special import ndtr

    p = 2 * float(ndtr(-abs(value) / error)) if error else np.nan
    reach = Z95 * error if error else np.nan  # of no events at all nothing is known
    interval = Interval(value - reach, value + reach, "normal" if error else "no events")
    return Displacement(value, error, interval, p, float(change[0] - change[1]))


_NAMES = ("treated", "control", "treated_near", "control_near")


def displacement_quotient(
    treated: BeforeAfter, near: BeforeAfter, control: BeforeAfter
) -> float:
    """Weighted displacement quotient: what happened around, against what happened inside.

    Parameters
    ----------
    treated, near, control : (float, float)
        Offences before and after, where action was taken, around it, and in a control area.

    Returns
    -------
    float
        Above 0 the surroundings gained as well; below -1 more moved there than was prevented.
        NaN when the treated area did not fall against the control: then there is nothing
        that could have moved.

    Notes
    -----
    It has no standard error: use `weighted_displacement` for a test.

    References
    ----------
    .. [1] K. J. Bowers and S. D. Johnson, "Measuring the geographical displacement and
       diffusion of benefit effects of crime prevention activity," Journal of Quantitative
       Criminology, 19(3), 275-301, 2003. doi:10.1023/A:1024909009240

    Examples
    --------
    >>> print(f"{displacement_quotient((207, 110), (178, 157), (1000, 1010)):.6f}")
    0.229938
    """
    (a0, a1), (b0, b1), (c0, c1) = (
        (float(_counts("count", n, np.ones(1))[0]) for n in pair)
        for pair in (treated, near, control)
    )
    if c0 == 0 or c1 == 0:
        return float("nan")
    inside = a1 / c1 - a0 / c0
    return (b1 / c1 - b0 / c0) / inside if inside < 0 else float("nan")


@dataclass(frozen=True)
class RatioOfRatios:
    """How the treated area's change compares: 0.8 is a fall of 20 % against the control.

    ``expected`` is what the treated area would have had; ``prevented`` that less what it had.
    """

    value: float
    interval: Interval
    p: float
    expected: float
    prevented: float


def ratio_of_ratios(
    treated: tuple[float, float], control: tuple[float, float], *, dispersion: float = 1.0
) -> RatioOfRatios:
    """Relative effect: the treated area's change over the control's, with its interval.

    Parameters
    ----------
    treated, control : (float, float)
        Offences before and after. [events]
    dispersion : float
        Variance over mean of such counts.

    Returns
    -------
    RatioOfRatios
        NaN where a count of the control, or the treated count before, is 0. Without any
        offence after, the interval reaches from 0 to where three or fewer would have been
        no surprise.

    Raises
    ------
    ParameterError
        If a count is negative or the dispersion below 1.

    Notes
    -----
    Equal to the interaction of a Poisson regression with one row a cell; the standard error
    times the root of the dispersion.

    References
    ----------
    .. [1] J. J. Gart, "The comparison of proportions: a review of significance tests,
       confidence intervals and adjustments for stratification," Review of the International
       Statistical Institute, 39(2), 148-169, 1971. doi:10.2307/1402171

    Examples
    --------
    >>> found = ratio_of_ratios((207, 110), (308, 318))
    >>> print(f"{found.value:.6f} [{found.interval.low:.6f}, {found.interval.high:.6f}]")
    0.514690 [0.389250, 0.680555]
    """
    t0, t1, c0, c1 = (float(_counts("count", n, np.ones(1))[0]) for n in (*treated, *control))
    if not dispersion >= 1:
        raise ParameterError(f"dispersion is {dispersion:g}: give 1 or more")
    if min(t0, c0, c1) == 0:
        unknown = Interval(np.nan, np.nan, "a count is 0")
        return RatioOfRatios(np.nan, unknown, np.nan, np.nan, np.nan)
    from scipy.special import ndtr

    expected = t0 * c1 / c0
    if t1 == 0:
        most = garwood(0, expected / dispersion).high
        return RatioOfRatios(0.0, Interval(0.0, most, "exact"), np.nan, expected, expected)
    value = t1 / expected
    error = np.sqrt(dispersion * (1 / t0 + 1 / t1 + 1 / c0 + 1 / c1))
    low, high = value * np.exp(np.array([-Z95, Z95]) * error)
    p = 2 * float(ndtr(-abs(np.log(value)) / error))
    limits = Interval(float(low), float(high), "log-normal")
    return RatioOfRatios(value, limits, p, expected, expected - t1)


def _counts(name: str, counts: ArrayLike, weight: Floats) -> Floats:
    n = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    if n.shape != weight.shape and n.shape != (1,) and weight.shape != (1,):
        raise ParameterError(f"{name} has {n.size} kinds of offence, harm has {weight.size}")
    if not np.all(np.isfinite(n) & (n >= 0)):
        raise ParameterError(f"{name}: a count is below 0 or unknown")
    return n


def _require_above_zero(name: str, values: tuple[float, ...]) -> None:
    if not all(np.isfinite(v) and v > 0 for v in values):
        raise ParameterError(f"{name} are {values}: give numbers above 0")
