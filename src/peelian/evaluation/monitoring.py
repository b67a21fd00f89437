"""Watching a series: is this month unusual, has the level shifted, is this a spate?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import DataError, Floats, ParameterError

_DRAWN_IN = 0.6786  # variance left of a standard normal with a tenth at each end brought in


def stabilised_limits(mean: ArrayLike) -> tuple[Floats, Floats]:
    """Limits of a c-chart on the square-root scale: ``(sqrt(mean) -+ 1.5)**2``.

    Parameters
    ----------
    mean : array
        Expected count. [events]

    Returns
    -------
    low, high : arrays
        About 3 standard deviations each way, without the skew of Shewhart's; low is 0 where
        the root is below 1.5.

    References
    ----------
    .. [1] F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial
       data," Biometrika, 35(3-4), 246-254, 1948. doi:10.1093/biomet/35.3-4.246

    Examples
    --------
    >>> low, high = stabilised_limits(10)
    >>> print(f"{low:.6f} {high:.6f}")
    2.763167 21.736833
    """
    root = np.sqrt(_means(mean))
    return np.maximum(root - 1.5, 0.0) ** 2, (root + 1.5) ** 2


def poisson_limits(
    mean: ArrayLike, *, level: float = 0.9973, dispersion: float = 1.0
) -> tuple[Floats, Floats]:
    """Limits of a c-chart: quantiles of the Poisson or negative binomial distribution.

    Parameters
    ----------
    mean : array
        Expected count. [events]
    level : float
        Share of unremarkable counts within. [0 to 1]
    dispersion : float
        Variance over mean.

    Returns
    -------
    low, high : arrays
        A count below low or above high is unusual. [events]

    Raises
    ------
    ParameterError
        If the level is not between 0 and 1 or the dispersion below 1.
    """
    if not (0 < level < 1 and dispersion >= 1):
        raise ParameterError(f"level is {level:g} and dispersion {dispersion:g}")
    from scipy.stats import nbinom, poisson

    m, tails = _means(mean), ((1 - level) / 2, (1 + level) / 2)
    if dispersion == 1:
        low, high = (poisson.ppf(tail, m) for tail in tails)
    else:
        shape = np.maximum(m, 1e-12) / (dispersion - 1)
        low, high = (nbinom.ppf(tail, shape, 1 / dispersion) for tail in tails)
    return np.maximum(low, 0.0), np.asarray(high)


def funnel_limits(
    expected: ArrayLike, *, level: float = 0.95, overdispersion: float = 0.0
) -> tuple[Floats, Floats]:
    """Limits of observed over expected, by how much was expected: a funnel.

    Parameters
    ----------
    expected : array
        [events]
    level : float
        Share of ordinary areas within. [0 to 1]
    overdispersion : float
        Variance between ordinary areas of the logarithm of their ratio, as from
        `between_areas`; 0 if they differ by chance alone.

    Returns
    -------
    low, high : arrays
        Of the ratio. Poisson quantiles; widened on the log scale by what is between areas.

    References
    ----------
    .. [1] D. J. Spiegelhalter, "Funnel plots for comparing institutional performance,"
       Statistics in Medicine, 24(8), 1185-1202, 2005. doi:10.1002/sim.1970

    Examples
    --------
    >>> low, high = funnel_limits([5, 20, 100])
    >>> print(low, high)
    [0.2  0.6  0.81] [2.   1.45 1.2 ]
    """
    mean = _means(expected)
    low, high = (limit / mean for limit in poisson_limits(mean, level=level))
    if not overdispersion:
        return low, high
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    wide = z * np.sqrt(overdispersion + 1 / mean)
    return np.minimum(low, np.exp(-wide)), np.maximum(high, np.exp(wide))


def between_areas(observed: ArrayLike, expected: ArrayLike) -> float:
    """Variance between areas of the log of observed over expected, the ends drawn in.

    Parameters
    ----------
    observed, expected : array, shape (n_areas,)
        [events]

    Returns
    -------
    float
        0 when areas differ no more than by chance. The tenth at each end is brought to the
        tenth's edge first, so that what is remarkable does not widen the funnel, and what
        that takes from an ordinary (normal) spread is given back.

    Raises
    ------
    DataError
        With fewer than three areas.

    References
    ----------
    .. [1] Spiegelhalter 2005, as `funnel_limits`.
    """
    o, e = np.asarray(observed, dtype=np.float64), _means(expected)
    if o.size < 3:
        raise DataError(f"{o.size} areas; a spread between areas needs 3")
    z = 2 * (np.sqrt(o + 0.375) - np.sqrt(e + 0.375))
    z = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    phi = float(np.mean(z**2)) / _DRAWN_IN
    weight = e
    scale = float(weight.sum() - np.sum(weight**2) / weight.sum())
    return max((o.size * phi - (o.size - 1)) / scale, 0.0) if scale > 0 else 0.0


def poisson_cusum(counts: ArrayLike, *, usual: float, raised: float) -> Floats:
    """How far the counts have run above what is usual: a one-sided Poisson CUSUM.

    Parameters
    ----------
    counts : array, shape (n_periods,)
        NaN where not held: the sum stays. [events]
    usual, raised : float
        Mean in control, and the mean to be found soon. [events a period]

    Returns
    -------
    array, shape (n_periods,)
        Signal when it passes a limit h, chosen by `average_run_length` and the number of
        series watched. [events]

    Raises
    ------
    ParameterError
        Unless ``0 < usual < raised``.

    References
    ----------
    .. [1] J. M. Lucas, "Counted data CUSUM's," Technometrics, 27(2), 129-144, 1985.
       doi:10.1080/00401706.1985.10488030

    Examples
    --------
    >>> poisson_cusum([3, 5, 4, 7, 8, 6, 9, 2], usual=4, raised=6).round(4)
    array([ 0.    ,  0.0674,  0.    ,  2.0674,  5.1348,  6.2022, 10.2696,
            7.337 ])
    """
    k = _reference(usual, raised)
    seen = np.asarray(counts, dtype=np.float64)
    sums, at = np.empty(len(seen)), 0.0
    for t, y in enumerate(seen):
        at = at if np.isnan(y) else max(0.0, at + y - k)
        sums[t] = at
    return sums


def average_run_length(
    limit: float, *, usual: float, raised: float, mean: float, states: int = 1000
) -> float:
    """Periods until a `poisson_cusum` passes a limit, on average.

    Parameters
    ----------
    limit : float
        [events]
    usual, raised : float
        As `poisson_cusum`.
    mean : float
        The mean that truly holds: ``usual`` gives the time between false alarms.
    states : int
        Steps of the Markov chain that stands for the sum.

    Returns
    -------
    float
        [periods]

    References
    ----------
    .. [1] D. Brook and D. A. Evans, "An approach to the probability distribution of cusum run
       length," Biometrika, 59(3), 539-549, 1972. doi:10.1093/biomet/59.3.539
    """
    from scipy.stats import poisson

    k = _reference(usual, raised)
    if not (limit > 0 and mean > 0):
        raise ParameterError(f"limit is {limit:g} and mean {mean:g}: give more than 0")
    step = limit / states
    centre = (np.arange(states) + 0.5) * step
    centre[0] = 0.0  # the sum is often exactly there
    upper = np.arange(1, states + 1) * step
    # From each state, the largest whole count that ends at or below each boundary.
    reach = np.floor(upper[None, :] - centre[:, None] + k + 1e-12)
    below = poisson.cdf(reach, mean)
    move = np.diff(np.column_stack([np.zeros(states), below]), axis=1)
    return float(np.linalg.solve(np.eye(states) - move, np.ones(states))[0])


@dataclass(frozen=True)
class SequentialTest:
    """Log likelihood ratio of raised over usual, between the bounds at which it would end."""

    log_ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``raised``, ``usual``, or ``continue`` when it is too early to say."""
        if self.log_ratio >= self.high:
            return "raised"
        return "usual" if self.log_ratio <= self.low else "continue"


def sequential_test(
    counts: ArrayLike, *, usual: float, raised: float, level: float = 0.05, power: float = 0.8
) -> SequentialTest:
    """Wald's sequential probability ratio test of a raised Poisson mean.

    Parameters
    ----------
    counts : array, shape (n_periods,)
        [events]
    usual, raised : float
        Means of a period told apart. [events]
    level, power : float
        Chance of calling it raised when it is not, and when it is. [0 to 1]

    Returns
    -------
    SequentialTest

    References
    ----------
    .. [1] A. Wald, "Sequential tests of statistical hypotheses," Annals of Mathematical
       Statistics, 16(2), 117-186, 1945. doi:10.1214/aoms/1177731118

    Examples
    --------
    >>> found = sequential_test([3, 5, 4, 7, 8, 6, 9, 2], usual=4, raised=6)
    >>> print(f"{found.log_ratio:.6f} [{found.low:.6f}, {found.high:.6f}] {found.verdict}")
    1.840465 [-1.558145, 2.772589] continue
    """
    _reference(usual, raised)
    if not (0 < level < power < 1):
        raise ParameterError(f"level is {level:g} and power {power:g}: 0 < level < power < 1")
    y = np.asarray(counts, dtype=np.float64)
    ratio = float(y.sum() * np.log(raised / usual) - len(y) * (raised - usual))
    return SequentialTest(
        ratio, float(np.log((1 - power) / (1 - level))), float(np.log(power / level))
    )


def spate_p(most: int, mean: float, *, windows: float) -> float:
    """Chance that some window holds so many events, when none is more likely than another.

    Parameters
    ----------
    most : int
        Events in the fullest window seen; 3 or more. [events]
    mean : float
        Expected events a window.
    windows : float
        How many windows long the time watched was; 2 or more.

    Returns
    -------
    float
        Naus's approximation for a window moved along all the time, whatever its start.

    Raises
    ------
    ParameterError
        If ``most`` is below 3, the mean not above 0, or ``windows`` below 2.

    Notes
    -----
    Ask this before telling anyone of a "spate": the chance that some fortnight of the year has
    so many is far above the chance that a given one has.

    References
    ----------
    .. [1] J. I. Naus, "Approximations for distributions of scan statistics," Journal of the
       American Statistical Association, 77(377), 177-183, 1982.
       doi:10.1080/01621459.1982.10477783

    Examples
    --------
    >>> print(f"{spate_p(6, 0.6, windows=208):.4f}")
    0.0390
    """
    if most < 3 or not mean > 0 or not windows >= 2:
        raise ParameterError(
            f"most {most}, mean {mean:g}, windows {windows:g}: give 3 events or more, a mean "
            "above 0, and at least two windows"
        )
    from scipy.stats import poisson

    n, psi = most, mean

    def pmf(k: int) -> float:
        return float(poisson.pmf(k, psi))

    def cdf(k: int) -> float:
        return float(poisson.cdf(k, psi)) if k >= 0 else 0.0

    q2 = cdf(n - 1) ** 2 - (n - 1) * pmf(n) * pmf(n - 2) - (n - 1 - psi) * pmf(n) * cdf(n - 3)
    a1 = 2 * pmf(n) * cdf(n - 1) * ((n - 1) * cdf(n - 2) - psi * cdf(n - 3))
    a2 = (
        0.5
        * pmf(n) ** 2
        * (
            (n - 1) * (n - 2) * cdf(n - 3)
            - 2 * (n - 2) * psi * cdf(n - 4)
            + psi**2 * cdf(n - 5)
        )
    )
    a3 = sum(pmf(2 * n - r) * cdf(r - 1) ** 2 for r in range(1, n))
    a4 = sum(
        pmf(2 * n - r) * pmf(r) * ((r - 1) * cdf(r - 2) - psi * cdf(r - 3))
        for r in range(2, n)
    )
    q3 = cdf(n - 1) ** 3 - a1 + a2 + a3 - a4
    return float(1 - q2 * (q3 / q2) ** (windows - 2))


def _reference(usual: float, raised: float) -> float:
    """Reference value of a CUSUM: what is taken off each count."""
    if not 0 < usual < raised < np.inf:
        raise ParameterError(f"usual is {usual:g} and raised {raised:g}: 0 < usual < raised")
    return float((raised - usual) / np.log(raised / usual))


def _means(mean: ArrayLike) -> Floats:
    m = np.asarray(mean, dtype=np.float64)
    if not np.all(m >= 0):
        raise ParameterError("an expected count is below 0 or unknown")
    return m
