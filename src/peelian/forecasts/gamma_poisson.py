"""Shrinkage: each cell's own record, weighed against what cells like it have had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from peelian.forecasts.counting import TWO_YEARS
from peelian.forecasts.memory import Memory, remember, require_days
from peelian.statistics import weighted_garwood_limits
from peelian.terms import INTERVAL_LEVEL, Floats, History, ParameterError, RiskSurface


@dataclass(frozen=True)
class GammaPrior:
    """How rates differ between cells: a gamma distribution.

    Attributes
    ----------
    mean : float
        Mean rate. [events per unit of exposure]
    shape : float
        Small when cells differ much; infinity when they do not differ detectably.
    """

    mean: float
    shape: float

    @property
    def rate(self) -> float:
        """Shape over mean: the exposure at which a cell's own record weighs as much."""
        return self.shape / self.mean if np.isfinite(self.shape) else np.inf


def fit_gamma_prior(
    events: Floats, exposure: Floats, *, dispersion: float = 1.0
) -> GammaPrior:
    """Prior of the cells' rates, from the cells themselves, by the method of moments.

    Parameters
    ----------
    events : array, shape (n_cells,)
        Events counted, perhaps discounted. [events]
    exposure : array, shape (n_cells,)
        Exposure in which they were counted, discounted alike.
    dispersion : float
        Variance of a cell's events over their mean if its rate is constant: 1 for plain
        counts, below 1 for discounted ones.

    Returns
    -------
    GammaPrior
        ``shape`` is infinity when the counts vary no more than chance, so that every cell
        takes the pooled mean. The mean is NaN without exposure.

    Raises
    ------
    ParameterError
        If the lengths differ or there is no cell.

    Notes
    -----
    With m the pooled rate, E and S2, S3 the sums of exposure, its squares and cubes, the
    variance between cells is ``(sum (k - m e)**2 - m c (E - S2 / E)) / (S2 - 2 S3 / E + S2**2
    / E**2)``, c the dispersion. Its expectation is right for any exposures, and slivers with
    little exposure have little say. For n unit exposures it is ``v - m`` with v the sample
    variance, so that ``shape = m**2 / (v - m)`` and ``rate = m / (v - m)``.

    Examples
    --------
    >>> prior = fit_gamma_prior(np.array([0.0, 0, 0, 1, 9]), np.ones(5))
    >>> print(f"{prior.shape:.4f} {prior.rate:.4f}")
    0.2963 0.1481
    """
    if len(events) != len(exposure) or len(events) == 0:
        raise ParameterError(
            f"{len(events)} cells have {len(exposure)} exposures; give one each"
        )
    total = float(exposure.sum())
    if not total > 0:
        return GammaPrior(float("nan"), float("inf"))
    mean = float(events.sum()) / total

    squares, cubes = float(exposure @ exposure), float(np.sum(exposure**3))
    excess = float(np.sum((events - mean * exposure) ** 2))
    by_chance = mean * dispersion * (total - squares / total)
    spread = squares - 2 * cubes / total + (squares / total) ** 2
    if excess <= by_chance * (1 + 1e-9) or not spread > 0:
        return GammaPrior(mean, float("inf"))
    return GammaPrior(mean, mean**2 * spread / (excess - by_chance))


def posterior_mean(prior: GammaPrior, events: Floats, exposure: Floats) -> Floats:
    """Shrunk rate of each cell: ``(shape + events) / (rate + exposure)``.

    Parameters
    ----------
    prior : GammaPrior
    events, exposure : arrays, shape (n_cells,)
        As in `fit_gamma_prior`.

    Returns
    -------
    rates : array, shape (n_cells,)
        The prior's mean everywhere when its shape is infinite.
        [events per unit of exposure]

    Examples
    --------
    >>> prior = GammaPrior(mean=0.05, shape=0.5)
    >>> posterior_mean(prior, np.array([0.0, 9.0]), np.array([3.0, 3.0]))
    array([0.03846154, 0.73076923])
    """
    if not np.isfinite(prior.shape):
        return np.full(len(events), prior.mean)
    shrunk: Floats = (prior.shape + events) / (prior.rate + exposure)
    return shrunk


def posterior_limits(
    prior: GammaPrior, events: Floats, exposure: Floats, *, level: float = INTERVAL_LEVEL
) -> tuple[Floats, Floats]:
    """Quantiles of each cell's Gamma(shape + events, rate + exposure).

    Parameters
    ----------
    prior : GammaPrior
        With finite shape.
    events, exposure : arrays, shape (n_cells,)
        As in `fit_gamma_prior`.
    level : float
        Posterior probability between the limits. [0 to 1]

    Returns
    -------
    low, high : arrays, shape (n_cells,)
        [events per unit of exposure]

    Notes
    -----
    Empirical Bayes: the prior is taken as known, so with few cells the limits are too near.
    """
    from scipy.special import gammaincinv

    shape, back = np.unique(prior.shape + events, return_inverse=True)
    tail = (1 - level) / 2
    divisor = prior.rate + exposure
    return gammaincinv(shape, tail)[back] / divisor, gammaincinv(shape, 1 - tail)[
        back
    ] / divisor


@dataclass(frozen=True)
class GammaPoissonEWMA:
    """Discounted counts shrunk towards the mean of all cells: the default for rare violence.

    Parameters
    ----------
    half_life_days : float
        Age at which an event counts for half. [days]

    Notes
    -----
    Each period's Poisson likelihood is raised to its weight, so a cell's posterior is
    ``Gamma(shape + sum w k, rate + sum w d s)``: k its counts, d the days of the period, and
    s its area over that of the largest cell. The area share makes a cell clipped by the
    boundary expect its part of the events and no more, and the exposure at work is
    ``sum w d s`` days of a whole cell: with a half-life of 730 days and a long history, about
    1,053 days. The prior is fitted to the cells at every forecast.

    On equal cells the order of cells is that of `EWMA`: shrinkage mends the level, not the
    ranking. A sliver without events stays near the mean density, for little was seen there.
    Not for polygons of very different size and population, where area is a poor
    measure of opportunity.

    References
    ----------
    .. [1] R. J. Marshall, "Mapping disease and mortality rates using empirical Bayes
       estimators," Applied Statistics, 40(2), 283-294, 1991. doi:10.2307/2347593
    .. [2] J. G. Ibrahim and M.-H. Chen, "Power prior distributions for regression models,"
       Statistical Science, 15(1), 46-60, 2000. doi:10.1214/ss/1009212673

    Examples
    --------
    >>> GammaPoissonEWMA()
    GammaPoissonEWMA(half_life_days=730.0)
    """

    half_life_days: float = TWO_YEARS

    def __post_init__(self) -> None:
        require_days("half_life_days", self.half_life_days)

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Posterior mean of each cell's rate, times the length of a period.

        Parameters
        ----------
        history : History
            Periods not held add neither events nor exposure.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` is the same in each period ahead; ``low`` and ``high`` are quantiles of
            the gamma posterior of the expectation (not of the number of events to come). With
            cells that vary no more than chance, all share the pooled rate and its gamma
            limits. NaN when no period is held. [events]
        """
        now = [len(history.periods)]
        memory = next(remember(history, now, half_life_days=self.half_life_days))
        share = _area_share(history)
        exposure = memory.days * share
        prior = _prior(memory, exposure)

        low, high = np.full((2, history.grid.n_cells), np.nan)
        if np.isfinite(prior.shape):
            low, high = posterior_limits(prior, memory.events, exposure)
        elif memory.days > 0:
            squared = next(remember(history, now, half_life_days=self.half_life_days / 2))
            pooled = weighted_garwood_limits(
                memory.events.sum(), squared.events.sum(), 1.0, exposure.sum()
            )
            low, high = (np.full(len(share), limit) for limit in pooled)

        period = share * memory.period_days
        risk, low, high = (
            np.tile(rate * period, (horizon, 1))
            for rate in (posterior_mean(prior, memory.events, exposure), low, high)
        )
        return RiskSurface(risk, history.grid, self, low, high)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin, from the periods before it alone.

        Parameters
        ----------
        history : History
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        risk : array, shape (n_cells,)
            Equal to ``forecast(history.until(origin), 1).risk[0]``, at little cost. [events]
        """
        share = _area_share(history)
        for memory in remember(history, origins, half_life_days=self.half_life_days):
            exposure = memory.days * share
            rate = posterior_mean(_prior(memory, exposure), memory.events, exposure)
            yield rate * (share * memory.period_days)


def _area_share(history: History) -> Floats:
    """Area of each cell over that of the largest."""
    area = history.grid.area
    share: Floats = area / np.max(area, initial=np.finfo(np.float64).tiny)
    return share


def _prior(memory: Memory, exposure: Floats) -> GammaPrior:
    """Prior for discounted counts; their mean is NaN when nothing is remembered."""
    if not memory.days > 0:
        return GammaPrior(float("nan"), float("inf"))
    dispersion = memory.square_days / memory.days
    return fit_gamma_prior(memory.events, exposure, dispersion=dispersion)
