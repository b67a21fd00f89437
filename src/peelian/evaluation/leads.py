"""Would the areas have moved alike? The periods before, and operations that never were."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.evaluation.panels import (
    PanelEffect,
    difference_in_differences,
    fitted_margins,
    permuted_reach,
    swept,
)
from peelian.evaluation.rate_ratio import RateRatio
from peelian.terms import Bools, DataError, Floats, Interval, ParameterError


@dataclass(frozen=True)
class EventStudy:
    """Before the action: ``ratios[k]`` is of the (k + 1)-th period before it.

    Each is the treated areas' rate over that of the others, against their earlier periods.
    ``p`` is of all together: small, and the areas did not move alike.
    """

    ratios: tuple[RateRatio, ...]
    p: float
    n_areas: int


def event_study(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    leads: int = 4,
    exposure: ArrayLike = 1.0,
    permutations: int = 999,
    rng: np.random.Generator,
) -> EventStudy:
    """Did treated areas move apart from the others before treatment began?

    Parameters
    ----------
    counts : array, shape (n_areas, n_periods)
        [events]
    treated : array of bool, shape (n_areas, n_periods)
        When each area was treated.
    leads : int
        Periods before the start that are looked at, each against all earlier ones.
    exposure : array, broadcast to that shape
        Days, or what else counts are proportional to.
    permutations : int
        Of whole areas, for p and the intervals.
    rng : numpy.random.Generator

    Returns
    -------
    EventStudy
        Intervals and p count the ways in which the courses before could have been dealt among
        the areas, so that few areas are no harm.

    Raises
    ------
    ParameterError
        If shapes differ, or leads is below 1.
    DataError
        If an area has fewer than two periods before its leads, a count is negative, or there
        are no events in the leads of the treated areas or of the others.

    Notes
    -----
    Poisson regression with a level for each area and period on the areas and periods without
    treatment. That no difference is found is no proof of none: read the intervals, and see
    whether they exclude one as large as the effect claimed.

    References
    ----------
    .. [1] K. Borusyak, X. Jaravel and J. Spiess, "Revisiting event-study designs: robust and
       efficient estimation," Review of Economic Studies, 91(6), 3253-3285, 2024.
       doi:10.1093/restud/rdae007
    """
    y, d, e = _untreated(counts, treated, exposure)
    ahead = _leads(d, leads)
    kept = e.sum(axis=1) > 0
    y, e, ahead = y[kept], e[kept], ahead[:, kept]
    kept = y.sum(axis=1) > 0
    y, e, ahead = y[kept], e[kept], ahead[:, kept]
    kept = y.sum(axis=0) > 0
    y, e, ahead = y[:, kept], e[:, kept], ahead[:, :, kept]
    for k, lead in enumerate(ahead):
        if not y[lead > 0].sum() or not y[:, lead.any(axis=0)][~lead.any(axis=1)].sum():
            raise DataError(
                f"no events {k + 1} periods before the start in treated areas, or in others: "
                "look at fewer leads or longer periods"
            )
    effect = _fit(y, ahead, e)
    mean = fitted_margins(y, e)  # if the areas moved alike; the same however they are dealt
    n = len(y)
    seen, steps, error = _one_step(y, mean, ahead)
    dealt = (ahead[:, rng.permutation(n)] * (e > 0) for _ in range(permutations))
    walds, far, _ = zip(*(_one_step(y, mean, columns) for columns in dealt), strict=True)
    p = (1 + np.sum(np.array(walds) >= seen * (1 - 1e-9))) / (1 + permutations)
    reach = permuted_reach(np.array(far))
    each = (1 + np.sum(np.array(far) >= steps * (1 - 1e-9), axis=0)) / (1 + permutations)
    ratios = []
    for k in range(leads):
        low, high = np.exp(effect[k] + reach[k] * error[k] * np.array([-1, 1]))
        limits = Interval(float(low), float(high), "permutation of areas")
        ratios.append(RateRatio(float(np.exp(effect[k])), limits, float(each[k])))
    return EventStudy(tuple(ratios), float(p), n)


def placebo_operations(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    back: ArrayLike,
    exposure: ArrayLike = 1.0,
    permutations: int = 1999,
    rng: np.random.Generator,
) -> tuple[PanelEffect, ...]:
    """Effects of operations that never were: the same areas, so many periods earlier.

    Parameters
    ----------
    counts : array, shape (n_areas, n_periods)
        With the periods of earlier years. [events]
    treated : array of bool, shape (n_areas, n_periods)
        When each area was treated.
    back : array of int
        How many periods earlier each placebo is: 52 and 104 for the same weeks of the two
        years before.
    exposure : array, broadcast to that shape
        Days, or what else counts are proportional to.
    permutations : int
        As `difference_in_differences`.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of PanelEffect
        One for each of ``back``, from the periods before the first treatment alone. An effect
        like the real one says that the season, or the areas, make it.

    Raises
    ------
    ParameterError
        If the periods held do not reach back so far, or as `difference_in_differences`.

    References
    ----------
    .. [1] M. Bertrand, E. Duflo and S. Mullainathan, "How much should we trust
       differences-in-differences estimates?" Quarterly Journal of Economics, 119(1), 249-275,
       2004. doi:10.1162/003355304772839588
    """
    y, d = np.asarray(counts, dtype=np.float64), np.asarray(treated, dtype=np.bool_)
    _require_one_shape(y, d)
    e = np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
    first = int(np.argmax(d.any(axis=0)))
    found = []
    for periods in np.atleast_1d(np.asarray(back)):
        if not 0 < periods < first:
            raise ParameterError(
                f"{periods} periods back: {first} are held before the action; give 1 to "
                f"{first - 1}, or read in earlier years"
            )
        moved = d[:, periods : periods + first]
        moved = np.pad(moved, ((0, 0), (0, first - moved.shape[1])), mode="edge")
        found.append(
            difference_in_differences(
                y[:, :first], moved, exposure=e[:, :first], permutations=permutations, rng=rng
            )
        )
    return tuple(found)


def _untreated(
    counts: ArrayLike, treated: ArrayLike, exposure: ArrayLike
) -> tuple[Floats, Bools, Floats]:
    """Counts and exposures, both 0 where and after an area was treated."""
    y, d = np.asarray(counts, dtype=np.float64), np.asarray(treated, dtype=np.bool_)
    _require_one_shape(y, d)
    if not np.all(np.isfinite(y) & (y >= 0)):
        raise DataError("a count is below 0 or unknown")
    e = np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
    if not np.all(np.isfinite(e) & (e > 0)):
        raise ParameterError("an exposure is not above 0")
    since = np.cumsum(d, axis=1) > 0
    return np.where(since, 0.0, y), d, np.where(since, 0.0, e)


def _leads(d: Bools, leads: int) -> Floats:
    """Which period is the first, second, ... before the start."""
    if leads < 1:
        raise ParameterError(f"leads is {leads}: give 1 or more")
    ever = d.any(axis=1)
    if not ever.any() or ever.all():
        raise DataError("all areas were treated, or none: there is nothing to compare")
    start = np.argmax(d, axis=1)
    if start[ever].min() < leads + 2:
        raise DataError(
            f"an area has {start[ever].min()} periods before its treatment: {leads} leads "
            f"need {leads + 2}"
        )
    ahead = np.zeros((leads, *d.shape))
    for k in range(leads):
        ahead[k, ever, start[ever] - k - 1] = 1
    return ahead


def _fit(y: Floats, columns: Floats, e: Floats) -> Floats:
    """Log ratios of the columns, by Newton's steps."""
    effect = np.zeros(len(columns))
    for _ in range(50):
        mean = fitted_margins(y, e * np.exp(np.tensordot(effect, columns, axes=1)))
        step, _ = _step(y, mean, columns)
        effect = effect + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return effect


def _one_step(y: Floats, mean: Floats, columns: Floats) -> tuple[float, Floats, Floats]:
    """Wald's statistic of the first step from no effect, each column's own, and its error."""
    step, covariance = _step(y, mean, columns)
    error = np.sqrt(np.diag(covariance))
    own = np.divide(np.abs(step), error, out=np.zeros_like(step), where=error > 0)
    return float(step @ np.linalg.pinv(covariance, hermitian=True) @ step), own, error


def _step(y: Floats, mean: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """One of Newton's steps from these means, and its covariance clustered by area."""
    across = swept(columns, mean)
    bread = np.linalg.pinv(np.einsum("kat,lat->kl", across * mean, across), hermitian=True)
    scores = np.einsum("kat,at->ak", across, y - mean) @ bread
    n = len(y)
    return scores.sum(axis=0), n / (n - 1) * scores.T @ scores


def _require_one_shape(y: Floats, d: Bools) -> None:
    if y.ndim != 2 or d.shape != y.shape:
        raise ParameterError(f"counts have shape {y.shape}, treated {d.shape}: give one shape")
