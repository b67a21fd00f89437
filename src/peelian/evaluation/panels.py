"""Many areas over many periods, some treated: the effect, and a control made of the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import DataError, Floats, Interval, ParameterError

MIN_AREAS = 20  # fewer, and the spread between areas is too poorly known for a t interval
_SWEEPS = 10_000


@dataclass(frozen=True)
class PanelEffect:
    """Rate ratio of treatment, its 95 % interval and two-sided p-value, and how they came."""

    value: float
    interval: Interval
    p: float
    n_areas: int


def difference_in_differences(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    exposure: ArrayLike = 1.0,
    permutations: int = 1999,
    rng: np.random.Generator,
) -> PanelEffect:
    """Effect of treatment on counts, with a level for each area and for each period.

    Parameters
    ----------
    counts : array, shape (n_areas, n_periods)
        [events]
    treated : array of bool, shape (n_areas, n_periods)
        When each area was treated.
    exposure : array, broadcast to that shape
        Days, or what else counts are proportional to.
    permutations : int
        Of whole areas, for p and the interval when there are fewer than MIN_AREAS.
    rng : numpy.random.Generator

    Returns
    -------
    PanelEffect
        Errors are robust to any pattern within an area and to overdispersion: areas are left
        out one at a time. With few areas p counts the ways the treatments could have been
        dealt among them, and the interval has the width of that test.

    Raises
    ------
    ParameterError
        If shapes differ, or treatment cannot be told from areas and periods.
    DataError
        If a count is negative or unknown, or all areas ever treated (or never) had no events.

    Notes
    -----
    Poisson regression, ``log mean = area + period + effect * treated + log exposure``. Treated
    and other areas would have moved alike: look at the periods before, and try an earlier
    date that had no treatment. When areas start at different times and effects differ, the
    estimate weighs them unevenly.

    References
    ----------
    .. [1] J. M. Wooldridge, "Distribution-free estimation of some nonlinear panel data
       models," Journal of Econometrics, 90(1), 77-97, 1999.
       doi:10.1016/S0304-4076(98)00033-5
    .. [2] J. G. MacKinnon and M. D. Webb, "Randomization inference for
       difference-in-differences with few treated clusters," Journal of Econometrics, 218(2),
       435-450, 2020. doi:10.1016/j.jeconom.2020.04.024
    """
    y, d, e = _panel(counts, treated, exposure)
    effect, error = _effect(y, d, e)
    n = len(y)
    if n >= MIN_AREAS:
        from scipy.special import stdtr, stdtrit

        error = _jackknife(y, d, e, effect)
        t = float(stdtrit(n - 1, 0.975))
        p = 2 * float(stdtr(n - 1, -abs(effect / error)))
        limits = np.exp([effect - t * error, effect + t * error])
        interval = Interval(float(limits[0]), float(limits[1]), "jackknife over areas, t")
        return PanelEffect(float(np.exp(effect)), interval, p, n)
    dealt = np.array([rng.permutation(n) for _ in range(permutations)])
    null = _studentised(y, d, e)
    drawn = np.array([_studentised(y, d[order], e) for order in dealt])
    p = (1 + np.sum(np.abs(drawn) >= abs(null) * (1 - 1e-9))) / (1 + permutations)
    reach = float(permuted_reach(np.abs(drawn)))
    limits = np.exp([effect - reach * error, effect + reach * error])
    interval = Interval(float(limits[0]), float(limits[1]), "permutation of areas")
    return PanelEffect(float(np.exp(effect)), interval, float(p), n)


def permuted_reach(far: Floats) -> Floats:
    """How far 95 in 100 draws reach, the one that was seen counted among them."""
    n = len(far)
    return np.asarray(np.sort(far, axis=0)[min(int(np.ceil(0.95 * (n + 1))), n) - 1])


def _studentised(y: Floats, d: Floats, e: Floats) -> float:
    effect, error = _effect(y, d, e)
    return effect / error if error else 0.0


def _jackknife(y: Floats, d: Floats, e: Floats, effect: float) -> float:
    """Standard error from leaving out one area at a time; kind to few areas."""
    n = len(y)
    without = (np.delete(np.arange(n), k) for k in range(n))
    left = np.array([_effect(y[k], d[k], e[k])[0] for k in without])
    return float(np.sqrt((n - 1) / n * np.sum((left - effect) ** 2)))


def _panel(
    counts: ArrayLike, treated: ArrayLike, exposure: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """The three arrays, checked, without areas and periods that had no event."""
    y = np.asarray(counts, dtype=np.float64)
    d = np.asarray(treated, dtype=np.float64)
    if y.ndim != 2 or d.shape != y.shape:
        raise ParameterError(f"counts have shape {y.shape}, treated {d.shape}: give one shape")
    if not np.all(np.isfinite(y) & (y >= 0)):
        raise DataError("a count is below 0 or unknown")
    e = np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
    if not np.all(np.isfinite(e) & (e > 0)):
        raise ParameterError("an exposure is not above 0")
    areas, periods = y.sum(axis=1) > 0, y.sum(axis=0) > 0
    y, d, e = (a[areas][:, periods] for a in (y, d, e))
    if not d.any() or (y[d > 0].sum() == 0):
        raise DataError(
            "no events where and when there was treatment: the ratio is 0 or unknown"
        )
    (shared,) = swept(d[None], np.ones_like(y))
    if not np.any(np.abs(shared) > 1e-9):
        raise ParameterError("treatment cannot be told apart from the areas and periods")
    return y, d, e


def _effect(y: Floats, d: Floats, e: Floats) -> tuple[float, float]:
    """Log ratio by Newton's steps, and its error clustered by area."""
    effect, mean = 0.0, y
    for _ in range(50):
        mean = fitted_margins(y, e * np.exp(effect * d))
        (across,) = swept(d[None], mean)
        information = float(np.sum(mean * across**2))
        if information <= 1e-12:
            return effect, 0.0
        step = float(np.sum((y - mean) * across)) / information
        effect += float(np.clip(step, -2, 2))
        if abs(step) < 1e-9:
            break
    n = len(y)
    scores = np.sum((y - mean) * across, axis=1)
    error = np.sqrt(n / (n - 1) * np.sum(scores**2)) / information
    return effect, float(error)


def fitted_margins(y: Floats, base: Floats) -> Floats:
    """Means ``area * period * base`` with the margins of the counts: proportional fitting."""
    rows, columns = y.sum(axis=1), y.sum(axis=0)
    period = np.ones(y.shape[1])
    mean = base
    for _ in range(_SWEEPS):
        area = rows / (base @ period)
        before, period = period, columns / (area @ base)
        if np.all(np.abs(period - before) <= 1e-11 * period):
            break
    mean = area[:, None] * base * period
    return np.asarray(mean)


def swept(columns: Floats, weight: Floats) -> Floats:
    """Columns, shape (k, n_areas, n_periods), less their weighted best fit by both."""
    rows, total = weight.sum(axis=1), weight.sum(axis=0)
    share = weight / rows[:, None]
    by_area = np.einsum("kat,at->ka", columns, weight)
    by_period = np.einsum("kat,at->kt", columns, weight)
    normal = np.linalg.pinv(np.diag(total) - weight.T @ share, hermitian=True)
    period = (by_period - by_area @ share) @ normal
    area = by_area / rows - period @ share.T
    return np.asarray(columns - area[:, :, None] - period[:, None, :])


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """A control made of other areas, shape (n_periods,), and how unusual the gap after is.

    ``rank`` is the place of the treated area among all areas, each taken for treated in turn,
    by the gap after over the gap before; ``p`` is that place over their number.
    """

    weights: Floats
    expected: Floats
    effect: Floats
    error_before: float
    rank: int
    p: float


def synthetic_control(
    treated: ArrayLike, others: ArrayLike, *, n_before: int
) -> SyntheticControl:
    """What would have been: a weighted mean of areas that followed the same course before.

    Parameters
    ----------
    treated : array, shape (n_periods,)
        The treated area. [events]
    others : array, shape (n_others, n_periods)
        Areas without treatment; not its neighbours, and none with a programme of its own.
    n_before : int
        Periods before treatment.

    Returns
    -------
    SyntheticControl

    Raises
    ------
    ParameterError
        If shapes differ, or there are fewer than two periods before or one after.
    DataError
        If a count is unknown.

    References
    ----------
    .. [1] A. Abadie, A. Diamond and J. Hainmueller, "Synthetic control methods for comparative
       case studies," Journal of the American Statistical Association, 105(490), 493-505, 2010.
       doi:10.1198/jasa.2009.ap08746

    Examples
    --------
    >>> found = synthetic_control(
    ...     [10, 12, 11, 13, 9, 8],
    ...     [[8, 10, 9, 11, 12, 11], [14, 15, 16, 17, 18, 16], [30, 28, 31, 29, 30, 28]],
    ...     n_before=4,
    ... )
    >>> found.weights.round(6), found.effect[4:].round(4)
    (array([0.847619, 0.07619 , 0.07619 ]), array([-4.8286, -4.6762]))
    """
    one, many = np.asarray(treated, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if one.ndim != 1 or many.ndim != 2 or many.shape[1] != len(one) or not len(many):
        raise ParameterError(
            f"treated has shape {one.shape}, others {many.shape}: give (n_periods,) and "
            "(n_others, n_periods)"
        )
    if not 2 <= n_before < len(one):
        raise ParameterError(f"n_before is {n_before}: give 2 to {len(one) - 1}")
    if np.isnan(one).any() or np.isnan(many).any():
        raise DataError("a count is unknown: leave out the period or the area")
    weights = _simplex(one[:n_before], many[:, :n_before])
    expected = weights @ many
    every = np.vstack([one, many])
    ratios = np.array(
        [
            _gap_ratio(every[k], np.delete(every, k, axis=0), n_before)
            for k in range(len(every))
        ]
        if len(many) > 1
        else [0.0]
    )
    rank = int(np.sum(ratios >= ratios[0] * (1 - 1e-9)))
    before = float(np.sqrt(np.mean((one - expected)[:n_before] ** 2)))
    return SyntheticControl(
        weights, expected, one - expected, before, rank, rank / len(ratios)
    )


def _gap_ratio(one: Floats, others: Floats, n_before: int) -> float:
    """Root mean square gap after over that before."""
    gap = (one - _simplex(one[:n_before], others[:, :n_before]) @ others) ** 2
    return float(np.sqrt(gap[n_before:].mean() / max(gap[:n_before].mean(), 1e-12)))


def _simplex(target: Floats, columns: Floats) -> Floats:
    """Weights of 0 or more that sum to 1 with the least squared distance to the target."""
    from scipy.optimize import nnls

    scale = 1e4 * max(float(np.abs(columns).max()), 1.0)  # of the row that makes them sum to 1
    design = np.vstack([columns.T, np.full(len(columns), scale)])
    weights, _ = nnls(design, np.append(target, scale))
    return np.asarray(weights / weights.sum())
