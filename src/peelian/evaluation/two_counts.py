"""Is it down? Two counts compared, with what clustering does to the interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics import Z95, clopper_pearson_limits
from peelian.terms import DataError, Floats, Interval, ParameterError

MIN_BASE = 20  # below it a percentage misleads: show the counts
MIN_MONTHS, WITH_SEASON = 6, 24  # months an estimated dispersion needs; and for a yearly round
_SPREADS = 12.0  # standard deviations summed over by the E-test


@dataclass(frozen=True)
class CountChange:
    """A new count against an old one.

    ``ratio`` is of rates, new over old, with its 95 % interval and two-sided p-value;
    ``difference`` is of rates, in the unit of 1 / exposure. NaN where unknown.
    """

    new: float
    old: float
    exposure_new: float
    exposure_old: float
    dispersion: float
    ratio: Interval
    value: float
    p: float
    difference: Interval

    @property
    def change(self) -> float:
        """Share by which the rate rose; negative when it fell."""
        return self.value - 1

    @property
    def shown(self) -> bool:
        """Whether the base is large enough for a percentage."""
        return self.old >= MIN_BASE


def compare_counts(
    new: float,
    old: float,
    *,
    exposure: tuple[float, float] = (1.0, 1.0),
    dispersion: float = 1.0,
) -> CountChange:
    """Rate ratio of two Poisson counts, new over old, its interval and its p-value.

    Parameters
    ----------
    new, old : float
        Counts of periods that do not overlap. [events]
    exposure : (float, float)
        Length (or population) of the new and of the old period, in any one unit.
    dispersion : float
        Variance over mean of such counts: 1 if events came one by one, more as they cluster.

    Returns
    -------
    CountChange

    Raises
    ------
    ParameterError
        If a count is negative or not whole, an exposure not above zero, or the dispersion
        below 1 or not a number.

    Notes
    -----
    At dispersion 1 exact given the total: Clopper-Pearson's limits, p over outcomes no more
    likely. At others normal on the logarithm of the ratio, its standard error times the root
    of the dispersion; with fewer than 20 in either, exact again, of counts divided by the
    dispersion, both tails doubled. Nothing in either period leaves all unknown.

    References
    ----------
    .. [1] J. W. Hardin and J. M. Hilbe, Generalized Linear Models and Extensions, 4th ed.,
       Stata Press, 2018, on dispersion. The exact form: J. Przyborowski and H. Wilenski,
       Biometrika, 31(3-4), 313-323, 1940. doi:10.1093/biomet/31.3-4.313

    Examples
    --------
    >>> found = compare_counts(1511, 1730, dispersion=2)
    >>> print(f"{found.change:.4f} [{found.ratio.low - 1:.3f}, {found.ratio.high - 1:.3f}]")
    -0.1266 [-0.208, -0.037]
    """
    for name, value in (("new", new), ("old", old)):
        if not (value >= 0 and value == np.floor(value) and np.isfinite(value)):
            raise ParameterError(f"{name} count is {value:g}: give a whole number, 0 or more")
    if not all(np.isfinite(e) and e > 0 for e in exposure):
        raise ParameterError(f"exposure is {exposure}: give two numbers above 0")
    if not 1 <= dispersion < np.inf:
        raise ParameterError(f"dispersion is {dispersion:g}: give 1 or more")
    from scipy.special import ndtr

    e1, e0 = exposure
    rate1, rate0 = new / e1, old / e0
    spread = Z95 * np.sqrt(dispersion * (new / e1**2 + old / e0**2))
    difference = Interval(rate1 - rate0 - spread, rate1 - rate0 + spread, "normal")
    if new + old == 0:
        unknown = Interval(np.nan, np.nan, "no events")
        return CountChange(new, old, e1, e0, dispersion, unknown, np.nan, np.nan, unknown)
    ratio = rate1 / rate0 if old else np.inf
    if dispersion > 1 and min(new, old) >= MIN_BASE:
        error = np.sqrt(dispersion * (1 / new + 1 / old))
        low, high = ratio * np.exp(np.array([-Z95, Z95]) * error)
        p = 2 * float(ndtr(-abs(np.log(ratio)) / error))
        limits = Interval(float(low), float(high), "log-normal")
    else:
        limits, p = _exact(new, old, e1 / e0, dispersion)
    return CountChange(new, old, e1, e0, dispersion, limits, ratio, p, difference)


def _exact(
    new: float, old: float, exposures: float, dispersion: float
) -> tuple[Interval, float]:
    """Limits of the rate ratio and its two-sided p given the total."""
    from scipy.special import betainc
    from scipy.stats import binomtest

    even = exposures / (1 + exposures)
    if dispersion == 1:
        p = float(binomtest(int(new), int(new + old), even).pvalue)
    else:
        new, old = new / dispersion, old / dispersion
        at_most = float(betainc(old, new + 1, 1 - even)) if old else 1.0
        at_least = float(betainc(new, old + 1, even)) if new else 1.0
        p = min(2 * min(at_most, at_least), 1.0)
    low, high = (float(v) for v in clopper_pearson_limits(new, new + old))
    limits = Interval(
        low / (1 - low) / exposures,
        high / (1 - high) / exposures if high < 1 else np.inf,
        "exact given the total",
    )
    return limits, p


def e_test(new: int, old: int, *, exposure: tuple[float, float] = (1.0, 1.0)) -> float:
    """Two-sided p-value of the E-test: are two Poisson rates equal?

    Parameters
    ----------
    new, old : int
        [events]
    exposure : (float, float)
        Of the new and the old count, in any one unit.

    Returns
    -------
    float
        NaN without any event. More powerful than the test given the total, with few events.

    References
    ----------
    .. [1] K. Krishnamoorthy and J. Thomson, "A more powerful test for comparing two Poisson
       means," Journal of Statistical Planning and Inference, 119(1), 23-35, 2004.
       doi:10.1016/S0378-3758(02)00408-1

    Examples
    --------
    >>> print(f"{e_test(6, 2):.6f} {e_test(0, 3):.6f}")
    0.174875 0.088379
    """
    if new + old == 0:
        return np.nan
    from scipy.stats import poisson

    e1, e0 = exposure
    pooled = (new + old) / (e1 + e0)
    observed = abs(new / e1 - old / e0) / np.sqrt(new / e1**2 + old / e0**2)
    if observed == 0:
        return 1.0  # equal rates: every outcome is as far, none at all too

    def around(mean: float) -> Floats:
        reach = _SPREADS * np.sqrt(mean) + 1
        return np.arange(max(0, np.floor(mean - reach)), np.ceil(mean + reach) + 1)

    x1, x0 = around(pooled * e1), around(pooled * e0)
    gap = np.abs(x1[:, None] / e1 - x0 / e0)
    variance = x1[:, None] / e1**2 + x0 / e0**2
    as_far = gap >= observed * np.sqrt(variance) * (1 - 1e-12)
    as_far &= variance > 0
    chance = poisson.pmf(x1, pooled * e1)[:, None] * poisson.pmf(x0, pooled * e0)
    return float(min(chance[as_far].sum(), 1.0))


def monthly_dispersion(counts: ArrayLike) -> float:
    """Variance over mean of monthly counts about their trend, and season given two years.

    Parameters
    ----------
    counts : array, shape (n_months,)
        In order, NaN where a month is not held. [events]

    Returns
    -------
    float
        Pearson's chi-square over its degrees of freedom of a Poisson regression; never below
        1, as a few quiet months are no proof that events do not cluster.

    Raises
    ------
    DataError
        If fewer than MIN_MONTHS months are held, or a count is negative.
    """
    seen = np.asarray(counts, dtype=np.float64)
    month = np.arange(len(seen))
    held = ~np.isnan(seen)
    if held.sum() < MIN_MONTHS:
        raise DataError(f"{held.sum()} months are held; a dispersion needs {MIN_MONTHS}")
    if (seen[held] < 0).any():
        raise DataError("a monthly count is negative")
    if not seen[held].any():
        return 1.0
    columns = [np.ones(len(seen)), (month - month.mean()) / 12]
    if held.sum() >= WITH_SEASON:
        season = month % 12
        columns += [(season == m) * 1.0 for m in np.unique(season[held])[1:]]
    design = np.column_stack(columns)[held]
    mean = _poisson_means(design, seen[held])
    freedom = len(design) - np.linalg.matrix_rank(design)
    squares = np.sum((seen[held] - mean) ** 2 / np.maximum(mean, 1e-300))
    return max(float(squares / freedom), 1.0)


@dataclass(frozen=True)
class YearChange:
    """The last ``months`` months against the same months a year before."""

    found: CountChange
    months: int


def compare_years(counts: ArrayLike, days: ArrayLike) -> YearChange | None:
    """The last twelve months against the same months a year before, or as many as are held.

    Parameters
    ----------
    counts : array, shape (n_months,)
        In order, NaN where a month is not held. [events]
    days : array, shape (n_months,)
        Length of each month, so that a leap year is a day longer. [days]

    Returns
    -------
    YearChange or None
        Its exposure is in days, its dispersion `monthly_dispersion` of all months given. None
        where the last month was not held a year before, where fewer than MIN_MONTHS are held,
        without any event, or where counts are not whole numbers of 0 or more.

    Notes
    -----
    The months compared are the last ones held, never chosen: a change between months that
    someone picked is no evidence.
    """
    n, length = (np.asarray(a, dtype=np.float64) for a in (counts, days))
    held = ~np.isnan(n)
    known = n[held]
    if held.sum() < MIN_MONTHS or (known < 0).any() or (known != np.floor(known)).any():
        return None
    both = held[12:] & held[:-12]
    k = 0
    while k < min(12, both.size) and both[both.size - 1 - k]:
        k += 1
    now, before = slice(n.size - k, n.size), slice(n.size - 12 - k, n.size - 12)
    if not k or not n[now].sum() + n[before].sum():
        return None
    exposure = (float(length[now].sum()), float(length[before].sum()))
    found = compare_counts(
        float(n[now].sum()), float(n[before].sum()), exposure=exposure,
        dispersion=monthly_dispersion(n),
    )  # fmt: skip
    return YearChange(found, k)


def _poisson_means(design: Floats, counts: Floats) -> Floats:
    """Fitted means of a Poisson regression with a log link, by weighted least squares."""
    mean = np.maximum(counts, counts.mean() / 10)
    for _ in range(100):
        root = np.sqrt(mean)
        working = np.log(mean) + (counts - mean) / mean
        found = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        before, mean = mean, np.exp(np.clip(design @ found, -700, 700))
        if np.allclose(mean, before, rtol=1e-10):
            break
    return np.asarray(mean)
