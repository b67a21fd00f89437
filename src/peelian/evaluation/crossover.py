"""Trials in which each spot is treated on some days: analysed given each spot's total."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics import Z95
from peelian.terms import Bools, DataError, Floats, Interval, ParameterError


@dataclass(frozen=True)
class Crossover:
    """What a place-day trial says: the rate on treated days over that on the others.

    ``p`` is the score test's, ``p_exact`` sums the chances of all outcomes no more likely
    (NaN unless the dispersion is 1).
    """

    value: float
    interval: Interval
    z: float
    p: float
    p_exact: float
    expected: float
    variance: float


def crossover(
    treated: ArrayLike, events: ArrayLike, share: ArrayLike, *, dispersion: float = 1.0
) -> Crossover:
    """Effect of treatment within spots, given how many events each spot had.

    Parameters
    ----------
    treated : array, shape (n_spots,)
        Events on treated days. [events]
    events : array, shape (n_spots,)
        Events on all days. [events]
    share : array, shape (n_spots,)
        Part of the days on which the spot was treated, above 0 and below 1.
    dispersion : float
        Variance over mean of events: the variance is multiplied by it.

    Returns
    -------
    Crossover
        Mantel-Haenszel ratio; NaN without events.

    Raises
    ------
    ParameterError
        If a share is not between 0 and 1, or the dispersion is below 1.
    DataError
        If a spot has more events on treated days than in all, or a count is not whole.

    Notes
    -----
    Spots differ, but each is its own control: given its total, its treated events are
    binomial.
    An effect that lasts beyond the day draws the ratio towards 1: leave out the days after
    treatment, or say so.

    References
    ----------
    .. [1] S. Greenland and J. M. Robins, "Estimation of a common effect parameter from sparse
       follow-up data," Biometrics, 41(1), 55-68, 1985. doi:10.2307/2530643

    Examples
    --------
    >>> found = crossover([1, 2, 0], [6, 10, 4], [0.4, 0.4, 0.4])
    >>> print(f"{found.value:.6f} {found.z:.6f} {found.p_exact:.6f}")
    0.264706 -2.282177 0.022427
    """
    y, n, q = (np.atleast_1d(np.asarray(a, float)) for a in (treated, events, share))
    if not y.shape == n.shape == q.shape:
        raise ParameterError(
            f"treated, events and share have {y.size}, {n.size} and {q.size} entries: give "
            "one of each for every spot"
        )
    if not np.all((q > 0) & (q < 1)):
        raise ParameterError("share: every spot is treated on some days and not on others")
    if not dispersion >= 1:
        raise ParameterError(f"dispersion is {dispersion:g}: give 1 or more")
    if not np.all((y >= 0) & (y <= n) & (n == np.floor(n)) & (y == np.floor(y))):
        raise DataError("events are whole, and those of treated days some of all")
    from scipy.special import ndtr

    expected, variance = float(np.sum(n * q)), float(np.sum(n * q * (1 - q)) * dispersion)
    if not n.sum():
        unknown = Interval(np.nan, np.nan, "no events")
        return Crossover(np.nan, unknown, np.nan, np.nan, np.nan, 0.0, 0.0)
    z = (float(y.sum()) - expected) / np.sqrt(variance)
    above, below = float(np.sum(y * (1 - q))), float(np.sum((n - y) * q))
    ratio = above / below if below else np.inf
    if above and below:
        error = np.sqrt(variance / (above * below))
        low, high = ratio * np.exp(np.array([-Z95, Z95]) * error)
        limits = Interval(float(low), float(high), "Mantel-Haenszel, log scale")
    else:
        limits = Interval(0.0, np.inf, "all or none on treated days")
    exact = _exact_p(y, n, q) if dispersion == 1 else np.nan
    p = 2 * float(ndtr(-abs(z)))
    return Crossover(ratio, limits, z, p, exact, expected, variance)


def _exact_p(y: Floats, n: Floats, q: Floats) -> float:
    """Chance of a total no more likely than the one seen, each spot binomial."""
    from scipy.stats import binom

    chance = np.ones(1)
    for size, part in zip(n.astype(np.int64), q, strict=True):
        chance = np.convolve(chance, binom.pmf(np.arange(size + 1), size, part))
    seen = chance[int(y.sum())]
    return float(min(chance[chance <= seen * (1 + 1e-7)].sum(), 1.0))


def randomisation_p(outcome: ArrayLike, assigned: Bools, redrawn: Bools) -> float:
    """Two-sided p-value against the assignments that might have been drawn.

    Parameters
    ----------
    outcome : array, shape (n_spots, n_days), or any other
        Events of each spot and day; what is not held (NaN) counts for nothing.
    assigned : array of bool, of that shape
        Which were treated.
    redrawn : array of bool, shape (n_draws, n_spots, n_days)
        Assignments drawn again by the logged procedure.

    Returns
    -------
    float
        ``(1 + as far) / (1 + n_draws)``, never 0; how far is the events on treated spot-days
        from their mean over the draws.

    Raises
    ------
    ParameterError
        If the shapes do not match, or nothing was redrawn.

    References
    ----------
    .. [1] R. A. Fisher, The Design of Experiments, Oliver and Boyd, 1935.
    """
    y = np.asarray(outcome, dtype=np.float64)
    if assigned.shape != y.shape or redrawn.shape[1:] != y.shape or not len(redrawn):
        raise ParameterError(
            f"outcome has shape {y.shape}, assigned {assigned.shape}, redrawn "
            f"{redrawn.shape}: give (n_spots, n_days) twice and (n_draws, n_spots, n_days)"
        )
    y = np.nan_to_num(y)
    totals = np.tensordot(redrawn, y, axes=y.ndim)
    middle = totals.mean()
    far = abs(float(y[assigned].sum()) - middle)
    as_far = np.abs(totals - middle) >= far - 1e-9 * max(far, 1.0)
    return float((1 + as_far.sum()) / (1 + len(redrawn)))
