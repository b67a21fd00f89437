"""Randomised rotation: which spots are active today, how likely that was, what it shows."""

import numpy as np

from peelian.operations.checks import require_fraction, require_worth
from peelian.terms import Bools, Draw, Floats, Ints, ParameterError, Spots

FLOOR, CEILING = 0.05, 0.95  # so that every eligible spot is sometimes drawn, sometimes not
SYSTEMATIC_PPS = "systematic, probability proportional to worth, spots in random order (PCG64)"
ALL_ACTIVE = "all spots that can be reached are active: no rotation, no evaluation by the draw"


def inclusion_probabilities(
    worth: Floats, n: int, *, floor: float = 0.0, ceiling: float = 1.0
) -> Floats:
    """Probability of each spot to be drawn: proportional to worth, within floor and ceiling.

    Parameters
    ----------
    worth : array, shape (n_spots,)
        Above zero. [events, or days of harm]
    n : int
        Spots to draw.
    floor, ceiling : float
        No probability below the one or above the other.

    Returns
    -------
    array, shape (n_spots,)
        ``clip(c * worth, floor, ceiling)`` with the one ``c`` for which they sum to ``n``.

    Raises
    ------
    ParameterError
        If a worth is not above zero, or no probabilities within floor and ceiling sum to n.

    Notes
    -----
    A spot with probability 1 (or 0) teaches nothing about the effect of a visit: where the
    draw is to be evaluated, keep the ceiling below 1 and the floor above 0 (science 4.3).

    References
    ----------
    .. [1] Y. Tillé, "Sampling Algorithms", Springer, 2006, sections 2.10 and 7.1.
       doi:10.1007/0-387-34240-0

    Examples
    --------
    >>> inclusion_probabilities(np.array([30.0, 20.0, 10.0]), 2).round(3).tolist()
    [1.0, 0.667, 0.333]
    """
    require_fraction("floor", floor)
    require_fraction("ceiling", ceiling)
    require_worth(worth)
    n_spots = len(worth)
    if not 0 <= n <= n_spots:
        raise ParameterError(f"cannot draw {n} of {n_spots} spots: draw 0 to {n_spots}")
    if floor > ceiling:
        raise ParameterError(f"floor {floor} is above ceiling {ceiling}: exchange them")
    if not n_spots * floor <= n <= n_spots * ceiling:
        raise ParameterError(
            f"{n} of {n_spots} spots cannot be drawn with every probability in {floor} to "
            f"{ceiling}: they would sum to {n_spots * floor:g} at least and "
            f"{n_spots * ceiling:g} at most; draw a number in between or widen the limits"
        )
    if n_spots == 0 or n == n_spots * ceiling:
        return np.full(n_spots, ceiling)
    if n == n_spots * floor:
        return np.full(n_spots, floor)

    # The sum is a rising, piecewise linear function of c that bends where a spot leaves the
    # floor or reaches the ceiling: find the two bends around n and interpolate.
    share = np.asarray(worth, dtype=float) / np.max(worth)
    bends = np.unique(np.concatenate([floor / share, ceiling / share]))
    sums = np.array([np.clip(c * share, floor, ceiling).sum() for c in bends])
    above = int(np.searchsorted(sums, n))
    below, missing = bends[above - 1], n - sums[above - 1]
    c = below + (bends[above] - below) * missing / (sums[above] - sums[above - 1])
    probability: Floats = np.clip(c * share, floor, ceiling)
    return probability


def draw_spots(
    spots: Spots,
    n: int,
    *,
    seed: int,
    floor: float = FLOOR,
    ceiling: float = CEILING,
    weights: Floats | None = None,
) -> Draw:
    """Draw exactly ``n`` spots, each with its inclusion probability.

    Parameters
    ----------
    spots : Spots
    n : int
        Spots to be active; all of them switches the rotation off.
    seed : int
        The same seed, spots and versions of Peelian and numpy draw the same spots again.
    floor, ceiling : float
        Limits of the probabilities.
    weights : array, shape (n_spots,), optional
        What probabilities are proportional to; the worth of the spots when not given.

    Returns
    -------
    Draw
        Probabilities, their weights, the spots drawn, the seed and the method: keep it, and
        the day can be evaluated.

    Raises
    ------
    ParameterError
        As ``inclusion_probabilities``; also for a negative seed.

    References
    ----------
    .. [1] W. G. Madow, "On the theory of systematic sampling, II", Annals of Mathematical
       Statistics, 20(3), 333-354, 1949. doi:10.1214/aoms/1177729988
    """
    weights = np.asarray(spots.worth if weights is None else weights, dtype=float)
    require_worth(weights, spots.names)
    if seed < 0:
        raise ParameterError(f"seed is {seed}: give a whole number, zero or more")
    if n == len(spots):
        everyone = np.ones(n, dtype=np.bool_)
        return Draw(np.ones(n), everyone, seed, ALL_ACTIVE, weights)
    probability = inclusion_probabilities(weights, n, floor=floor, ceiling=ceiling)
    active = systematic_sample(probability, rng=np.random.default_rng(seed))
    return Draw(probability, active, seed, SYSTEMATIC_PPS, weights)


def systematic_sample(probability: Floats, *, rng: np.random.Generator) -> Bools:
    """Fixed-size sample: a comb with teeth one apart, laid over the spots in random order.

    Parameters
    ----------
    probability : array, shape (n_spots,)
        Summing to a whole number.
    rng : Generator

    Returns
    -------
    array of bool, shape (n_spots,)
        True for exactly ``round(sum(probability))`` spots.
    """
    n = round(float(np.sum(probability)))
    order = rng.permutation(len(probability))
    reach = np.cumsum(probability[order])
    if n:
        reach *= n / reach[-1]  # rounding must not lose the last tooth
    chosen = np.searchsorted(reach, np.arange(n) + rng.uniform(), side="right")
    active = np.zeros(len(probability), dtype=np.bool_)
    active[order[np.minimum(chosen, len(order) - 1)]] = True
    return active


def redraw_spots(draw: Draw, n_draws: int, *, rng: np.random.Generator) -> Bools:
    """What might have been drawn that day: the kept draw made again by its own method.

    Parameters
    ----------
    draw : Draw
    n_draws : int
        How often.
    rng : Generator

    Returns
    -------
    array of bool, shape (n_draws, n_spots)
        What `evaluation.randomisation_p` holds the day's events against.

    Raises
    ------
    ParameterError
        If the method is not one of this module's.
    """
    n_spots = len(draw.probability)
    if draw.method == ALL_ACTIVE:
        return np.ones((n_draws, n_spots), dtype=np.bool_)
    if draw.method != SYSTEMATIC_PPS:
        raise ParameterError(
            f"a draw by {draw.method!r} cannot be made again: known are {SYSTEMATIC_PPS!r} "
            f"and {ALL_ACTIVE!r}"
        )
    # As `systematic_sample`, for many draws at once: how many teeth lie below each end.
    order = rng.permuted(np.tile(np.arange(n_spots), (n_draws, 1)), axis=1)
    reach = np.cumsum(draw.probability[order], axis=1)
    if draw.probability.any():
        reach *= np.round(reach[:, -1:]) / reach[:, -1:]  # as there, lose no tooth
    teeth = np.ceil(reach - rng.uniform(size=(n_draws, 1)))
    active = np.empty((n_draws, n_spots), dtype=np.bool_)
    np.put_along_axis(active, order, np.diff(teeth, axis=1, prepend=0) > 0, axis=1)
    return active


def horvitz_thompson(outcome: Floats, active: Bools, probability: Floats) -> float:
    """Effect of being active, from draws with known probabilities.

    Parameters
    ----------
    outcome : array, shape (n_spot_days,)
        What happened, such as events on that day. [events]
    active : array of bool, shape (n_spot_days,)
        Whether the spot was drawn that day.
    probability : array, shape (n_spot_days,)
        Its inclusion probability; spot-days with 0 or 1 are left out of the inference.

    Returns
    -------
    float
        ``mean(z y / pi - (1 - z) y / (1 - pi))``; NaN when no spot-day can teach anything.
        [as outcome, per spot-day]

    Raises
    ------
    ParameterError
        If the lengths differ, or a probability is outside 0 to 1.

    References
    ----------
    .. [1] D. G. Horvitz and D. J. Thompson, "A generalization of sampling without replacement
       from a finite universe", JASA, 47(260), 663-685, 1952.
       doi:10.1080/01621459.1952.10483446

    Examples
    --------
    >>> y, z = np.array([2.0, 0, 1, 3]), np.array([1, 0, 1, 0])
    >>> round(horvitz_thompson(y, z, np.array([0.5, 0.5, 0.8, 0.2])), 6)
    0.375
    """
    y, z, pi = np.asarray(outcome, float), np.asarray(active, bool), np.asarray(probability)
    if not len(y) == len(z) == len(pi):
        raise ParameterError(
            f"outcome, active and probability have {len(y)}, {len(z)} and {len(pi)} entries: "
            "give one of each for every spot-day"
        )
    if not np.all((pi >= 0) & (pi <= 1)):
        raise ParameterError("probability: every entry must lie in 0 to 1")
    random = (pi > 0) & (pi < 1)
    if not random.any():
        return float("nan")
    y, z, pi = y[random], z[random], pi[random]
    return float(np.mean(np.where(z, y / pi, -y / (1 - pi))))


def visit_hour_entropy(n_visits: Ints) -> float:
    """How unpredictable the time of a visit is: entropy of the visits over time slots.

    Parameters
    ----------
    n_visits : array of int, shape (n_slots,)
        Visits to one spot by slot, over many days.

    Returns
    -------
    float
        ``-sum(p ln p)``: 0 when always in the same slot, ``ln(n_slots)`` when spread evenly;
        NaN without visits. [nats]

    Raises
    ------
    ParameterError
        If a number of visits is negative.

    Examples
    --------
    >>> round(visit_hour_entropy(np.array([5, 5, 5, 5])), 6)
    1.386294
    """
    n = np.asarray(n_visits, dtype=float)
    if np.any(n < 0):
        raise ParameterError("n_visits: every slot needs zero or more visits")
    if n.sum() == 0:
        return float("nan")
    p = n[n > 0] / n.sum()
    return float(-np.sum(p * np.log(p))) + 0.0
