"""Proper scores of a Poisson forecast against the counts that followed.

A proper score is best, on average, for whoever states the true expectation: neither boldness
nor caution pays. All are losses, so less is better, and all are per entry: a cell in a period.
Counts must be whole numbers of events; sums of harm are not Poisson counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, ParameterError

PIT_BINS = 10
# exp(-2m) (I0(2m) + I1(2m)) is the confluent hypergeometric M(1/2, 2, -4m): its series has
# every digit up to m = 0.05, and most cells of most maps expect less.
_SMALL = 0.05
_SERIES = np.cumprod([1.0] + [-4 * (k + 0.5) / ((k + 2) * (k + 1)) for k in range(10)])


def brier_score(expected: ArrayLike, counts: ArrayLike) -> Floats:
    """Squared error of the chance of any event: ``(P(y > 0) - [y > 0])**2``.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        Events expected, and those that happened. [events]

    Returns
    -------
    score : array of the broadcast shape
        0 when certain and right, 1 when certain and wrong. [0 to 1]

    Raises
    ------
    ParameterError
        If something expected is negative or NaN, or a count is not a whole number from zero.

    References
    ----------
    .. [1] G. W. Brier, "Verification of forecasts expressed in terms of probability," Monthly
       Weather Review, 78(1), 1-3, 1950.

    Examples
    --------
    >>> brier_score([0.05, 1.5], [0, 3]).round(6)
    array([0.002379, 0.049787])
    """
    mean, y = _checked(expected, counts)
    chance = -np.expm1(-mean)
    score: Floats = (chance - (y > 0)) ** 2
    return score


def bernoulli_log_score(expected: ArrayLike, counts: ArrayLike) -> Floats:
    """Minus the log of the chance given to what happened: some event, or none.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        As `brier_score`. [events]

    Returns
    -------
    score : array of the broadcast shape
        Infinite where an event happened that was given no chance. [nats]

    Raises
    ------
    ParameterError
        As `brier_score`.

    Examples
    --------
    >>> bernoulli_log_score([0.2, 0.5], [0, 1]).round(6)
    array([0.2     , 0.932752])
    """
    mean, y = _checked(expected, counts)
    with np.errstate(divide="ignore"):
        return np.where(y > 0, -np.log(-np.expm1(-mean)), mean)


def poisson_log_score(expected: ArrayLike, counts: ArrayLike) -> Floats:
    """Minus the log of the chance given to exactly this count.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        As `brier_score`. [events]

    Returns
    -------
    score : array of the broadcast shape
        Infinite where an event happened that was given no chance. [nats]

    Raises
    ------
    ParameterError
        As `brier_score`.

    References
    ----------
    .. [1] C. Czado, T. Gneiting and L. Held, "Predictive model assessment for count data,"
       Biometrics, 65(4), 1254-1261, 2009. doi:10.1111/j.1541-0420.2009.01191.x

    Examples
    --------
    >>> poisson_log_score([0.5, 1.5], [1, 3]).round(6)
    array([1.193147, 2.075364])
    """
    from scipy.special import gammaln, xlogy

    mean, y = _checked(expected, counts)
    score: Floats = mean - xlogy(y, mean) + gammaln(y + 1)
    return score


def poisson_deviance(expected: ArrayLike, counts: ArrayLike) -> Floats:
    """Poisson deviance: twice the log score in excess of having expected what happened.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        As `brier_score`. [events]

    Returns
    -------
    score : array of the broadcast shape
        0 where just what happened was expected; infinite where an event happened that was
        given no chance. [nats]

    Raises
    ------
    ParameterError
        As `brier_score`.

    Examples
    --------
    >>> print(f"{poisson_deviance([0.05, 0.2, 0.5, 1.5], [0, 0, 1, 3]).mean():.6f}")
    0.511294
    """
    from scipy.special import xlogy

    mean, y = _checked(expected, counts)
    score: Floats = 2 * (xlogy(y, y) - xlogy(y, mean) - y + mean)
    return score


def poisson_crps(expected: ArrayLike, counts: ArrayLike) -> Floats:
    """Continuous ranked probability score: squared distance of the distribution functions.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        As `brier_score`. [events]

    Returns
    -------
    score : array of the broadcast shape
        ``sum_k (F(k) - [k >= y])**2``, in closed form [1]_. The absolute error of a forecast
        that is certain. [events]

    Raises
    ------
    ParameterError
        As `brier_score`.

    References
    ----------
    .. [1] S. Wei and L. Held, "Calibration tests for count data," TEST, 23(4), 787-805, 2014.
       doi:10.1007/s11749-014-0380-8

    Examples
    --------
    >>> poisson_crps([0.05, 0.2, 0.5, 1.5], [0, 0, 1, 3]).round(6)
    array([0.00238 , 0.033167, 0.376226, 1.019864])
    """
    from scipy.special import gammaln, pdtr, xlogy

    mean, y = _checked(expected, counts)
    at_count = np.exp(xlogy(y, mean) - mean - gammaln(y + 1))
    score: Floats = (
        (y - mean) * (2 * pdtr(y, mean) - 1) + 2 * mean * at_count - _half_gap(mean)
    )
    return score


def poisson_pit(expected: ArrayLike, counts: ArrayLike, *, n_bins: int = PIT_BINS) -> Floats:
    """Histogram of the probability integral transform, averaged over its randomisation.

    Parameters
    ----------
    expected, counts : arrays that broadcast together
        As `brier_score`. [events]
    n_bins : int
        Equal bins from 0 to 1.

    Returns
    -------
    share : array, shape (n_bins,)
        Of the entries, summing to 1: all ``1 / n_bins`` when the forecast is calibrated, high
        at both ends when counts vary more than Poisson. NaN without entries. [share]

    Raises
    ------
    ParameterError
        As `brier_score`, or if ``n_bins`` is below 1.

    Notes
    -----
    The randomised transform of a count is uniform between ``F(y - 1)`` and ``F(y)``. Its mean
    over all draws is known [1]_, so nothing need be drawn. Where nearly every count is 0 it is
    nearly flat whatever the forecast: look at calibration by tenths beside it.

    References
    ----------
    .. [1] Czado, Gneiting and Held 2009, as `poisson_log_score`.

    Examples
    --------
    >>> poisson_pit([0.0, 0.0], [0, 0], n_bins=4)
    array([0.25, 0.25, 0.25, 0.25])
    """
    if n_bins < 1:
        raise ParameterError(f"n_bins is {n_bins}; give 1 or more, such as 10")
    mean, y = np.broadcast_arrays(*_checked(expected, counts))
    if not mean.size:
        return np.full(n_bins, np.nan)
    return _pit_mass(mean.ravel(), y.ravel(), n_bins) / mean.size


@dataclass(frozen=True, eq=False)
class CountScores:
    """Sums over entries of every score above; divide by their number for a mean.

    ``unforeseen`` counts the events that were given no chance, ``pit`` has shape (n_bins,).
    """

    brier: float
    bernoulli: float
    log_score: float
    deviance: float
    crps: float
    unforeseen: float
    pit: Floats


def count_scores(expected: Floats, counts: Floats, *, n_bins: int = PIT_BINS) -> CountScores:
    """All scores summed, at the cost of the few entries that are not zero.

    Parameters
    ----------
    expected, counts : arrays, shape (n,)
        As `brier_score`. [events]
    n_bins : int
        Of the histogram.

    Returns
    -------
    CountScores
        Log score, deviance and ``bernoulli`` leave out what was given no chance, where each
        would be infinite: see ``unforeseen``.

    Raises
    ------
    ParameterError
        As `brier_score`.

    Notes
    -----
    Where nothing happened each score is a function of the expectation alone, most of them the
    expectation itself.
    """
    mean, y = _checked(expected, counts)
    happened = y > 0
    some, at = mean[happened], y[happened]
    known = some > 0
    zero = np.where(happened, 0.0, mean)  # expected where nothing happened; scores 0 at 0
    quiet = float(zero.sum())
    chance = -np.expm1(-zero)
    pit = _pit_mass(some, at, n_bins) + _pit_of_nothing(zero, chance, n_bins)
    pit -= len(some) / n_bins  # those entries were set to a sure nothing, which is flat
    return CountScores(
        brier=float(np.sum(chance * chance)) + float(brier_score(some, at).sum()),
        bernoulli=quiet + float(bernoulli_log_score(some, at)[known].sum()),
        log_score=quiet + float(poisson_log_score(some, at)[known].sum()),
        deviance=2 * quiet + float(poisson_deviance(some, at)[known].sum()),
        crps=quiet
        - float(_half_gap(zero[zero > 0]).sum())
        + float(poisson_crps(some, at).sum()),
        unforeseen=float(at[~known].sum()),
        pit=pit,
    )


def _half_gap(mean: Floats) -> Floats:
    """Half the mean distance between two Poisson counts of the same mean."""
    from scipy.special import i0e, i1e

    gap: Floats = np.asarray(mean * np.polynomial.polynomial.polyval(mean, _SERIES))
    large = mean > _SMALL
    gap[large] = mean[large] * (i0e(2 * mean[large]) + i1e(2 * mean[large]))
    return gap


def _pit_mass(mean: Floats, y: Floats, n_bins: int) -> Floats:
    """Entries, in parts, that fall in each bin, shape (n_bins,)."""
    from scipy.special import pdtr

    low = np.where(y > 0, pdtr(np.maximum(y - 1, 0), mean), 0.0)
    high = pdtr(y, mean)
    width = np.where(high > low, high - low, np.inf)
    below = np.empty((n_bins + 1, len(mean)))
    for i in range(n_bins + 1):
        below[i] = np.clip((i / n_bins - low) / width, 0, 1)
    below[-1] = 1.0  # with no width of their own, these lie at the very top
    mass: Floats = np.diff(below, axis=0).sum(axis=1)
    return mass


def _pit_of_nothing(mean: Floats, chance: Floats, n_bins: int) -> Floats:
    """The same where nothing happened: most entries spread evenly up to almost 1."""
    likely = chance > 1 / n_bins  # the others reach into the last bin
    mass = np.full(n_bins, float(np.sum(1 / (1 - chance[~likely]))) / n_bins)
    mass[-1] = np.count_nonzero(~likely) - mass[:-1].sum()
    return mass + _pit_mass(mean[likely], np.zeros(np.count_nonzero(likely)), n_bins)


def _checked(expected: ArrayLike, counts: ArrayLike) -> tuple[Floats, Floats]:
    mean, y = np.asarray(expected, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if not np.all((mean >= 0) & (mean < np.inf)):
        raise ParameterError("what was expected must be a number of events from zero up")
    if not np.all((y >= 0) & (y < np.inf) & (y == np.floor(y))):
        raise ParameterError("counts must be whole numbers of events from zero up")
    return mean, y
