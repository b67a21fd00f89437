"""Scores with their intervals: ratios and means pooled over origins, paired differences."""

from dataclasses import dataclass

import numpy as np

from peelian.statistics import (
    bootstrap_blocks,
    bootstrap_limits,
    cosine_limits,
    garwood,
    wilson,
    wilson_limits,
)
from peelian.terms import INTERVAL_LEVEL, Bools, Floats, Interval, Ints

BOOTSTRAP = "block bootstrap over origins"
COSINES = "the widest of t intervals from few and from all cosine averages over origins"
SLOW_WAVES = (2, 3)  # for what two successive maps share, which moves with their memory
LEARNT_WAVES = 7  # for what a map catches, which depends a little on what it learnt before


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; NaN where there was nothing to estimate it from."""

    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Band:
    """Values with their limits, arrays of one shape: an `Estimate` for each of many."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Resamples:
    """Bootstrap draws of the origins, the same for every score so that pairs stay paired.

    Attributes
    ----------
    times : array, shape (n_draws, n_origins)
        How often each origin is in each draw.
    n_blocks : int
        Whole blocks among the origins: the independent pieces of evidence.
    """

    times: Ints
    n_blocks: int


def resample_origins(
    n_origins: int, block: int, *, draws: int, rng: np.random.Generator
) -> Resamples:
    """Draw blocks of consecutive origins with replacement.

    Parameters
    ----------
    n_origins, block : int
        Origins, and how many consecutive ones stay together.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    Resamples

    Raises
    ------
    ParameterError
        Unless 1 <= block <= n_origins and draws >= 1.
    """
    index = bootstrap_blocks(n_origins, block, draws=draws, rng=rng)
    flat = index + n_origins * np.arange(draws)[:, None]
    times = np.bincount(flat.ravel(), minlength=n_origins * draws)
    return Resamples(times.reshape(draws, n_origins), n_origins // block)


def score_hit_rate(hits: Floats, events: Floats, resamples: Resamples) -> Estimate:
    """Hit rate pooled over origins: all hits over all events.

    Parameters
    ----------
    hits, events : arrays, shape (n_origins,)
        Events inside the flagged cells, and everywhere. [events]
    resamples : Resamples

    Returns
    -------
    Estimate
        NaN when there were no events. [share]

    Notes
    -----
    Pooling weighs every event alike and has an answer where single origins have no events.
    The interval is the expanded percentile bootstrap; with few hits or few origins it can
    collapse, so it is never narrower than Wilson's. In simulation with 6 to 52 origins it
    covers 96 % or more; plain percentiles cover 85 to 95 %, and 44 % when hits are few.
    """
    return score_ratio(hits, events, resamples, wilson_pooled(hits, events))


def score_pei(hits: Floats, best: Floats, events: Floats, resamples: Resamples) -> Estimate:
    """PEI pooled over origins: all hits over the most the same area could have held.

    Parameters
    ----------
    hits, best, events : arrays, shape (n_origins,)
        Events inside the flagged cells, inside the best possible cells, and everywhere.
    resamples : Resamples

    Returns
    -------
    Estimate
        NaN when there were no events. [share]

    Notes
    -----
    The best possible knows what is to come: with few events an origin it lies far above what
    any forecast can reach, so a low PEI is not a poor forecast.
    """
    most, total = float(best.sum()), float(events.sum())
    if not most > 0 or hits.sum() >= most:
        return score_ratio(hits, best, resamples)
    share = wilson_pooled(hits, events)
    low, high = share.low * total / most, min(share.high * total / most, 1.0)
    return score_ratio(hits, best, resamples, Interval(low, high, share.method))


def score_difference(differences: Floats, resamples: Resamples) -> Estimate:
    """Mean paired difference in hits an origin, with its block bootstrap interval.

    Parameters
    ----------
    differences : array, shape (n_origins,)
        Hits of one forecaster less those of another at the same origin. [events]
    resamples : Resamples

    Returns
    -------
    Estimate
        The interval is NaN with fewer than two blocks. [events an origin]
    """
    means = resamples.times @ differences / len(differences)
    low, high = bootstrap_limits(means, resamples.n_blocks)
    rounding = 1e-9 * float(np.abs(differences).max(initial=0.0))
    interval = Interval(_settle(low, rounding), _settle(high, rounding), BOOTSTRAP)
    return Estimate(float(differences.mean()), interval)


def score_ratio(
    top: Floats, over: Floats, resamples: Resamples, guard: Interval | None = None
) -> Estimate:
    """Ratio pooled over origins, such as events expected over events that happened.

    Parameters
    ----------
    top, over : arrays, shape (n_origins,)
        Sums at each origin; an origin where either is NaN is left out.
    resamples : Resamples
    guard : Interval, optional
        The interval is no narrower than this.

    Returns
    -------
    Estimate
        NaN where ``over`` sums to zero. Its interval is a block bootstrap over origins.

    Notes
    -----
    The interval is the wider of the expanded percentiles (`statistics.bootstrap_limits`) and
    Student's t around the value with the spread of the linearised draws [1]_: percentiles of a
    skewed mean of few origins reach too little to its long side. It never goes beyond the
    smallest and largest ratio of a single origin, so that a share stays a share.

    References
    ----------
    .. [1] A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application,"
       Cambridge, 1997, chapters 2.7 (ratios made linear) and 8.2 (blocks).
    """
    method = f"{BOOTSTRAP}, no narrower than {guard.method}" if guard else BOOTSTRAP
    known = ~(np.isnan(top) | np.isnan(over))
    top, over = np.where(known, top, 0), np.where(known, over, 0)
    total = float(over.sum())
    if not total > 0 or not np.any(resamples.times @ over > 0):
        return Estimate(np.nan, Interval(np.nan, np.nan, method))
    low, high = map(float, _limits(top, over, resamples))
    if guard:
        low, high = float(np.fmin(low, guard.low)), float(np.fmax(high, guard.high))
    return Estimate(float(top.sum()) / total, Interval(low, high, method))


def score_stability(
    values: Floats, resamples: Resamples, *, bounds: tuple[float, float] = (0, 1)
) -> Estimate:
    """Mean of what each map shares with the last, such as the overlap of their flagged areas.

    Parameters
    ----------
    values : array, shape (n_origins,)
        NaN where unknown, as at the first origin.
    resamples : Resamples
        Its whole blocks are counted; nothing is drawn.
    bounds : tuple of float
        The least and the most the mean can be.

    Returns
    -------
    Estimate
        NaN when known at no origin. No interval, and the reason for its method, with fewer
        than four changes of map a block apart, or when every map shared as much.

    Notes
    -----
    Maps learnt from overlapping years are alike for as long as their memory, and a bootstrap
    over origins takes them for independent: its 95 % interval held the mean in as few as 64 %
    of simulated worlds. The widest of `statistics.cosine_limits` with two, three and as many
    cosines as blocks allow holds it in 93 % or more, at about twice the width.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Estimate(np.nan, Interval(np.nan, np.nan, COSINES))
    mean = float(known.mean())
    most = min(resamples.n_blocks, len(known)) - 1
    if most < max(SLOW_WAVES):
        why = f"none: {max(SLOW_WAVES) + 1} changes of map a block apart are the fewest for it"
        return Estimate(mean, Interval(np.nan, np.nan, why))
    low, high = cosine_limits(known, {*SLOW_WAVES, most}, bounds=bounds)
    if low == high:
        return Estimate(mean, Interval(np.nan, np.nan, "none: every map shared as much"))
    return Estimate(mean, Interval(low, high, COSINES))


def score_ranking(
    top: Floats, events: Floats, resamples: Resamples, *, bounds: tuple[float, float]
) -> Estimate:
    """Mean over events of how far up a map's ranking they fell, such as its Gini coefficient.

    Parameters
    ----------
    top, events : arrays, shape (n_origins,)
        Sum of the score over events, NaN where unknown, and the events, at each origin.
    resamples : Resamples
        Its whole blocks are counted; nothing is drawn.
    bounds : tuple of float
        The least and the most the mean can be.

    Returns
    -------
    Estimate
        NaN when there were no events; no interval with fewer than two blocks.

    Notes
    -----
    A map that learns catches more at all origins that follow a lucky lesson. That adds up over
    origins, most with few events, where it raises the variance by up to two fifths. The widest
    of `statistics.cosine_limits` of the ratio made linear, with seven and as many cosines as
    blocks allow, holds the truth in 93 % or more, where a bootstrap held it in 89 to 92 %.
    """
    total, caught = float(events.sum()), float(top.sum())
    if not total > 0 or np.isnan(caught):
        return Estimate(np.nan, Interval(np.nan, np.nan, COSINES))
    value, most = caught / total, resamples.n_blocks - 1
    if most < 1:
        return Estimate(value, Interval(np.nan, np.nan, COSINES))
    linear = value + (top - value * events) * len(events) / total
    limits = cosine_limits(linear, {min(LEARNT_WAVES, most), most}, bounds=bounds)
    return Estimate(value, Interval(*limits, COSINES))


def score_curve(curve_hits: Floats, events: Floats, resamples: Resamples) -> Band:
    """Hit rate at each of many budgets, pooled over origins as `score_hit_rate`.

    Parameters
    ----------
    curve_hits : array, shape (n_origins, n_budgets)
        Events inside the flagged cells at each budget. [events]
    events : array, shape (n_origins,)
        Events everywhere. [events]
    resamples : Resamples

    Returns
    -------
    Band
        Shape (n_budgets,); NaN when there were no events. The limits hold for each budget by
        itself. [share]
    """
    total, caught = float(events.sum()), curve_hits.sum(axis=0)
    if not total > 0:
        unknown = np.full(len(caught), np.nan)
        return Band(unknown, unknown, unknown)
    drawn = resamples.times @ events
    ratios = (resamples.times @ curve_hits)[drawn > 0] / drawn[drawn > 0, None]
    low, high = bootstrap_limits(ratios, resamples.n_blocks)
    guard_low, guard_high = wilson_limits(np.minimum(caught, total), total)
    return Band(caught / total, np.fmin(low, guard_low), np.fmax(high, guard_high))


def observed_over_expected(observed: float, expected: float) -> Estimate:
    """Calibration in the large: events that happened over events expected.

    Parameters
    ----------
    observed, expected : float
        Over the same cells and periods. [events]

    Returns
    -------
    Estimate
        Above 1 the forecast expected too few. Exact Poisson interval, too narrow when events
        cluster. NaN when nothing was expected.

    Examples
    --------
    >>> ratio = observed_over_expected(23, 30.4)
    >>> print(f"{ratio.value:.6f} [{ratio.interval.low:.6f}, {ratio.interval.high:.6f}]")
    0.756579 [0.479606, 1.135240]
    """
    if not expected > 0 or observed < 0:
        return Estimate(np.nan, Interval(np.nan, np.nan, "exact Poisson (Garwood)"))
    return Estimate(observed / expected, garwood(observed, expected))


def overlap(before: Bools | Floats, after: Bools | Floats, area: Floats) -> float:
    """Jaccard overlap of two flagged sets, by area: what both flag over what either flags.

    Parameters
    ----------
    before, after : arrays, shape (n_cells,)
        Flagged cells, or the share of each.
    area : array, shape (n_cells,)
        Area of each cell. [m2]

    Returns
    -------
    float
        1 when nothing changed; NaN when neither flags anything. [0 to 1]

    Examples
    --------
    >>> overlap(np.array([1, 1, 0]), np.array([1, 0, 1]), np.ones(3))
    0.3333333333333333
    """
    either = float(np.sum(area * np.maximum(before, after)))
    both = float(np.sum(area * np.minimum(before, after)))
    return both / either if either > 0 else float("nan")


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """Value and interval times ``factor``."""
    interval = estimate.interval
    return Estimate(
        estimate.value * factor,
        Interval(interval.low * factor, interval.high * factor, interval.method),
    )


def _limits(top: Floats, over: Floats, resamples: Resamples) -> tuple[Floats, Floats]:
    """Limits of a pooled ratio, as `score_ratio` says."""
    from scipy.special import stdtrit

    n = resamples.n_blocks
    drawn_top, drawn = resamples.times @ top, resamples.times @ over
    low, high = bootstrap_limits(drawn_top[drawn > 0] / drawn[drawn > 0], n)
    if n < 2:
        return low, high
    value = top.sum() / over.sum()
    error = np.sqrt(np.mean((drawn_top - value * drawn) ** 2) * n / (n - 1)) / over.sum()
    reach = stdtrit(n - 1, 0.5 + INTERVAL_LEVEL / 2) * error
    some = (top != 0) | (over != 0)
    with np.errstate(divide="ignore"):
        single = top[some] / over[some]
    widest = np.maximum(value - reach, single.min()), np.minimum(value + reach, single.max())
    return np.minimum(low, widest[0]), np.maximum(high, widest[1])


def _settle(limit: Floats, rounding: float) -> float:
    """Zero where sums of fractional hits miss zero only by rounding."""
    return 0.0 if abs(limit) <= rounding else float(limit)


def wilson_pooled(hits: Floats, events: Floats) -> Interval:
    """Wilson's interval of all hits over all events; sums may exceed by rounding."""
    total = float(events.sum())
    return wilson(min(float(hits.sum()), total), total)
