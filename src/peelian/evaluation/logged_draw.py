"""What the daily draw shows: events of spot-days drawn against those of the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.evaluation.rate_ratio import RateRatio
from peelian.terms import Bools, DataError, Floats, Interval, ParameterError

MIN_DAYS = 20  # fewer, and the spread between days is too poorly known
MIN_EVENTS = 100  # fewer, and an inverse weight may rest on a handful of them


@dataclass(frozen=True)
class DrawEffect:
    """Effect of being drawn, whatever was delivered.

    ``ratio`` weighs each spot-day by how open its draw was, ``pi (1 - pi)``: the effect where
    chance decided most. ``everywhere`` and ``difference`` [events a spot-day] are over all
    spot-days alike, by inverse weights that add up to one (Hájek); ``horvitz_thompson`` is
    that difference with weights as they are. ``unknown``, ``certain`` and ``recent`` count
    spot-days left out: no outcome held, drawn with probability 0 or 1, drawn lately.
    """

    ratio: RateRatio
    everywhere: RateRatio
    difference: float
    difference_interval: Interval
    horvitz_thompson: float
    events: float
    n_days: int
    used: int
    unknown: int
    certain: int
    recent: int


def draw_effect(
    outcome: ArrayLike,
    active: ArrayLike,
    probability: ArrayLike,
    *,
    washout: int = 0,
    lag: int = 0,
) -> DrawEffect:
    """Effect of the logged rotation, with an interval that is honest for how it was drawn.

    Parameters
    ----------
    outcome : array, shape (n_days, n_spots)
        Events of each spot on each day, successive days; NaN where not held. [events]
    active : array of bool, shape (n_days, n_spots)
        Which were drawn.
    probability : array, shape (n_days, n_spots)
        Inclusion probability of each, as logged; 0 for a spot not in that day's draw.
    washout : int
        Spot-days drawn within so many days before are left out, so that what lasts does not
        count against the days after. [days]
    lag : int
        Effect on the events so many days later, where the spot was not drawn in between.
        [days]

    Returns
    -------
    DrawEffect
        NaN where there is nothing to tell: no events, fewer than 20 days; for ``everywhere``
        and ``difference`` also with fewer than 100 events.

    Raises
    ------
    ParameterError
        If shapes differ, a probability is outside 0 to 1, or washout or lag is negative.
    DataError
        If a count is negative, or no spot-day is left.

    Notes
    -----
    Spots of one day are drawn together, days apart from each other. So the error comes from
    leaving out one day at a time, whatever the joint inclusion probabilities and whatever
    spots of a day share; Student's t has the degrees of freedom of those days' spread
    (Satterthwaite). Limits of the difference are put together from those of its two means.

    The draw is analysed, not the delivery: those who were visited differ in more than the
    visit. If delivery was partial the effect is diluted; it is what the rotation achieved.

    References
    ----------
    .. [1] J. Hájek, comment on D. Basu in Foundations of Statistical Inference, Holt, Rinehart
       and Winston, 1971, 236.
    .. [2] F. Li, K. L. Morgan and A. M. Zaslavsky, "Balancing covariates via propensity score
       weighting," Journal of the American Statistical Association, 113(521), 390-400, 2018.
       doi:10.1080/01621459.2016.1260466
    .. [3] G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
       general approach," Statistics in Medicine, 27(10), 1693-1702, 2008.
       doi:10.1002/sim.3095

    Examples
    --------
    >>> found = draw_effect([[2, 0, 1, 3]], [[1, 0, 1, 0]], [[0.5, 0.5, 0.8, 0.2]])
    >>> round(found.horvitz_thompson, 6)
    0.375
    """
    y, z, pi = _spot_days(outcome, active, probability, washout, lag)
    undisturbed = ~_drawn_around(z, washout, lag)
    n_days = len(y) - lag
    if n_days < 1:
        raise DataError(f"{len(y)} days show nothing of the effect {lag} days later")
    y, z, pi = y[lag:], z[:n_days], pi[:n_days]
    unknown = np.isnan(y)
    certain = ~unknown & ((pi <= 0) | (pi >= 1))
    open_draw = ~unknown & ~certain
    kept = open_draw & undisturbed[lag:]
    if not kept.any():
        raise DataError(
            "no spot-day is left: all were drawn with probability 0 or 1, or lately; a draw "
            "teaches only where it could have gone either way"
        )
    y, pi = np.where(kept, y, 0.0), np.where(kept, pi, 0.5)
    drawn, other = (kept & z).astype(float), (kept & ~z).astype(float)
    days = np.flatnonzero(kept.any(axis=1))
    y, pi, drawn, other = (a[days] for a in (y, pi, drawn, other))
    inverse = _Arm.of(y, drawn / pi), _Arm.of(y, other / (1 - pi))
    overlap = _Arm.of(y, drawn * (1 - pi)), _Arm.of(y, other * pi)
    enough = y.sum() >= MIN_EVENTS
    difference, limits = _difference(*inverse, enough=enough)
    return DrawEffect(
        _ratio(*overlap, enough=True),
        _ratio(*inverse, enough=enough),
        difference,
        limits,
        float((inverse[0].events.sum() - inverse[1].events.sum()) / kept.sum()),
        float(y.sum()),
        len(days),
        int(kept.sum()),
        int(unknown.sum()),
        int(certain.sum()),
        int((open_draw & ~kept).sum()),
    )


@dataclass(frozen=True, eq=False)
class _Arm:
    """Weighted events and weight of one side of the draw, by day."""

    events: Floats
    weight: Floats

    @classmethod
    def of(cls, y: Floats, weight: Floats) -> "_Arm":
        return cls((weight * y).sum(axis=1), weight.sum(axis=1))

    @property
    def mean(self) -> float:
        total = float(self.weight.sum())
        return float(self.events.sum()) / total if total else float("nan")

    def told(self) -> bool:
        """Whether a logarithm and its error can be taken, whichever day is left out."""
        return len(self.events) >= MIN_DAYS and int(np.count_nonzero(self.events)) >= 2

    def log_steps(self) -> Floats:
        """By how much the logarithm of the mean changes when each day is left out."""
        left = (self.events.sum() - self.events) / (self.weight.sum() - self.weight)
        return np.asarray(np.log(left) - np.log(self.mean))


def _reach(steps: Floats) -> tuple[float, float]:
    """Standard error from leaving days out, and the degrees of freedom of their spread."""
    n, squares = len(steps), float(np.sum(steps**2))
    spread = float(np.sum(steps**4)) - squares**2 / n
    freedom = min(2 * squares**2 / spread, n - 1) if spread > 0 else n - 1
    return float(np.sqrt((n - 1) / n * squares)), float(freedom)


def _ratio(drawn: _Arm, other: _Arm, *, enough: bool) -> RateRatio:
    value = drawn.mean / other.mean if other.mean > 0 else float("nan")
    if not (enough and drawn.told() and other.told()):
        return RateRatio(value, Interval(np.nan, np.nan, _too_few(drawn)), np.nan)
    from scipy.special import stdtr, stdtrit

    error, freedom = _reach(drawn.log_steps() - other.log_steps())
    if not error:
        return RateRatio(value, Interval(np.nan, np.nan, "no spread between days"), np.nan)
    reach = float(stdtrit(freedom, 0.975)) * error
    limits = value * np.exp([-reach, reach])
    p = 2 * float(stdtr(freedom, -abs(np.log(value)) / error))
    return RateRatio(
        value, Interval(float(limits[0]), float(limits[1]), "jackknife over days, t"), p
    )


def _difference(drawn: _Arm, other: _Arm, *, enough: bool) -> tuple[float, Interval]:
    value = drawn.mean - other.mean
    if not (enough and drawn.told() and other.told()):
        return value, Interval(np.nan, np.nan, _too_few(drawn))
    from scipy.special import stdtrit

    steps = drawn.log_steps(), other.log_steps()
    spread = float(np.sqrt(np.sum(steps[0] ** 2) * np.sum(steps[1] ** 2)))
    if not spread:
        return value, Interval(np.nan, np.nan, "no spread between days")
    correlation = float(np.sum(steps[0] * steps[1])) / spread
    down, up = [], []
    for arm, step in zip((drawn, other), steps, strict=True):
        error, freedom = _reach(step)
        reach = float(stdtrit(freedom, 0.975)) * error
        down.append(arm.mean * (1 - np.exp(-reach)))
        up.append(arm.mean * (np.exp(reach) - 1))

    def together(a: float, b: float) -> float:
        return float(np.sqrt(max(a**2 + b**2 - 2 * correlation * a * b, 0.0)))

    low, high = value - together(down[0], up[1]), value + together(up[0], down[1])
    return value, Interval(low, high, "jackknife over days, limits of both means")


def _too_few(arm: _Arm) -> str:
    n = len(arm.events)
    return f"{n} days, fewer than {MIN_DAYS}" if n < MIN_DAYS else "too few events"


def _drawn_around(z: Bools, washout: int, lag: int) -> Bools:
    """Whether a spot was drawn in between, or lately before the draw that is judged.

    Row t is the day of the outcome; the draw judged is of day ``t - lag``. The first days,
    whose past is unknown, count as disturbed.
    """
    disturbed = np.zeros_like(z)
    for back in (*range(lag), *range(lag + 1, lag + washout + 1)):
        past = np.ones_like(z)
        past[back:] = z[: max(len(z) - back, 0)]
        disturbed |= past
    return disturbed


def _spot_days(
    outcome: ArrayLike, active: ArrayLike, probability: ArrayLike, washout: int, lag: int
) -> tuple[Floats, Bools, Floats]:
    y, pi = (np.asarray(a, dtype=np.float64) for a in (outcome, probability))
    z = np.asarray(active, dtype=np.bool_)
    if y.ndim != 2 or z.shape != y.shape or pi.shape != y.shape:
        raise ParameterError(
            f"outcome has shape {y.shape}, active {z.shape}, probability {pi.shape}: give "
            "(n_days, n_spots) three times"
        )
    if not np.all((pi >= 0) & (pi <= 1)):
        raise ParameterError("probability: every entry must lie in 0 to 1")
    if washout < 0 or lag < 0:
        raise ParameterError(f"washout is {washout} and lag {lag}: give 0 days or more")
    if np.any(y < 0):
        raise DataError("an outcome is below 0: give counts of events")
    return y, z, pi
