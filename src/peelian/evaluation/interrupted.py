"""One series, interrupted: level and slope after a date against the course before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.evaluation.rate_ratio import RateRatio
from peelian.evaluation.series_fit import fit_series
from peelian.terms import Bools, DataError, Floats, Interval, ParameterError

MIN_PERIODS = 24  # fewer, and trend, season and clustering cannot be told from an effect
MIN_BEFORE, MIN_AFTER = 12, 4
_LEVEL, _SLOPE = 2, 3  # columns of the design


@dataclass(frozen=True, eq=False)
class InterruptedSeries:
    """How a series went on after the start of an action; arrays of shape (n_periods,).

    ``level`` is the ratio at the start, ``slope`` by how much more it changes each period,
    ``overall`` all events after over those expected. ``expected`` is the course without the
    action, ``fitted`` that with it [events]; NaN where not held. ``dispersion`` is variance
    over mean, ``correlation`` that of successive periods, both about the fitted course.
    """

    level: RateRatio
    slope: RateRatio
    overall: RateRatio
    expected: Floats
    fitted: Floats
    dispersion: float
    correlation: float


def interrupted_series(
    counts: ArrayLike,
    *,
    n_before: int,
    exposure: ArrayLike = 1.0,
    season: ArrayLike | None = None,
    harmonics: int = 2,
    slope_change: bool = True,
    comparison: ArrayLike | None = None,
) -> InterruptedSeries:
    """Change of level and slope of counts at a date, given trend, season and clustering.

    Parameters
    ----------
    counts : array, shape (n_periods,)
        Of successive periods, NaN where not held. [events]
    n_before : int
        Periods before the action began.
    exposure : array, broadcast to that shape
        Days of each period, or what else counts are proportional to.
    season : array, shape (n_periods,), optional
        Part of the year gone at the middle of each period, 0 to 1. Without it there is no
        season.
    harmonics : int
        Pairs of sine and cosine that make up the season.
    slope_change : bool
        False: the action changes the level only, and ``slope`` is unknown (NaN).
    comparison : array, shape (n_periods,), optional
        The same periods where no action was taken: each ratio is then over the change there,
        and what moves both alike (season, weather, recording) falls out. [events]

    Returns
    -------
    InterruptedSeries

    Raises
    ------
    ParameterError
        If lengths differ, an exposure is not above 0, or a season not within 0 to 1.
    DataError
        If fewer than 24 periods are held, 12 before and 4 after, or the season sees less than
        most of a year; if a count is negative, or there are no events before or none after.

    Notes
    -----
    Quasi-Poisson regression, ``log mean = a + b t + level + slope (t - start) + season + log
    exposure``; with a comparison, quasi-binomial regression of the share of both, whose
    coefficients are logs of ratios of ratios. How far one period carries into the next is not
    known: errors are made for correlations from -0.4 to 0.9 and averaged by how likely each
    makes the residuals (restricted likelihood), each with Student's t.

    Something else that happened at the same date cannot be told from the action: without a
    comparison this describes. Not for a change that came slowly, nor for an action begun
    because of a peak.

    References
    ----------
    .. [1] J. Lopez Bernal, S. Cummins and A. Gasparrini, "Interrupted time series regression
       for the evaluation of public health interventions: a tutorial," International Journal
       of Epidemiology, 46(1), 348-355, 2017. doi:10.1093/ije/dyw098
    .. [2] J. Lopez Bernal, S. Cummins and A. Gasparrini, "The use of controls in interrupted
       time series studies of public health interventions," International Journal of
       Epidemiology, 47(6), 2082-2093, 2018. doi:10.1093/ije/dyy135
    .. [3] D. A. Harville, "Bayesian inference for variance components using only error
       contrasts," Biometrika, 61(2), 383-385, 1974. doi:10.1093/biomet/61.2.383

    Examples
    --------
    >>> month = np.arange(36)
    >>> counts = np.where(month < 24, 40, 30) + np.array([3, -2, 0, 1, -3, 1] * 6)
    >>> level = interrupted_series(counts, n_before=24, slope_change=False).level
    >>> print(f"{level.value:.3f} [{level.interval.low:.3f}, {level.interval.high:.3f}]")
    0.760 [0.717, 0.805]
    """
    y = np.asarray(counts, dtype=np.float64)
    if y.ndim != 1:
        raise ParameterError(f"counts have shape {y.shape}: give one series")
    base = _along("exposure", exposure, len(y))
    if not np.all(base > 0):
        raise ParameterError("an exposure is not above 0")
    if comparison is not None:
        base = _along("comparison", comparison, len(y))
    held = np.isfinite(y) & np.isfinite(base)
    after = np.arange(len(y)) >= n_before
    _require_counts(y, held, after, "the series")
    if comparison is not None:
        _require_counts(base, held, after, "the comparison")
        held &= y + np.where(held, base, 0) > 0  # a period without any event shows nothing
    design = _design(y, after, season, harmonics, slope_change=slope_change)
    _require_enough(held, after, season)

    at = np.flatnonzero(held)
    fit = fit_series(design[at], y[at], base[at], at, shares=comparison is not None)
    nothing_done = design.copy()
    nothing_done[:, _LEVEL : _LEVEL + 1 + slope_change] = 0
    fitted, expected = (base * np.exp(x @ fit.beta) for x in (design, nothing_done))
    late = held & after
    overall = float(np.log(fitted[late].sum() / expected[late].sum()))
    slant = np.average(design[late], axis=0, weights=fitted[late])
    slant = slant - np.average(nothing_done[late], axis=0, weights=expected[late])
    one = np.eye(design.shape[1])
    unknown = RateRatio(np.nan, Interval(np.nan, np.nan, "no change of slope sought"), np.nan)
    return InterruptedSeries(
        fit.ratio(float(fit.beta[_LEVEL]), one[_LEVEL]),
        fit.ratio(float(fit.beta[_SLOPE]), one[_SLOPE]) if slope_change else unknown,
        fit.ratio(overall, slant),
        np.where(held, expected, np.nan),
        np.where(held, fitted, np.nan),
        fit.dispersion,
        fit.correlation,
    )


def _design(
    y: Floats, after: Bools, season: ArrayLike | None, harmonics: int, *, slope_change: bool
) -> Floats:
    """Level, trend, change of level, change of slope, season; shape (n_periods, n)."""
    since = np.arange(len(y)) - np.argmax(after)
    columns = [np.ones(len(y)), since.astype(float), after.astype(float)]
    if slope_change:
        columns.append(after * since)
    if season is not None:
        if harmonics < 1:
            raise ParameterError(f"harmonics is {harmonics}: give 1 or more")
        turn = 2 * np.pi * _along("season", season, len(y))
        columns += [f(k * turn) for k in range(1, harmonics + 1) for f in (np.sin, np.cos)]
    return np.column_stack(columns)


def _along(name: str, values: ArrayLike, n: int) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    if given.shape not in ((), (n,)):
        raise ParameterError(f"{name} has shape {given.shape}, counts {(n,)}: give one length")
    return np.array(np.broadcast_to(given, (n,)))


def _require_counts(y: Floats, held: Bools, after: Bools, what: str) -> None:
    if np.any(y[held] < 0):
        raise DataError(f"{what} has a count below 0")
    for side, when in (("before", ~after), ("after", after)):
        if not np.any(y[held & when] > 0):
            raise DataError(
                f"{what} has no events {side} the start: no ratio can be made; show the "
                "counts and an upper limit"
            )


def _require_enough(held: Bools, after: Bools, season: ArrayLike | None) -> None:
    n, late = int(held.sum()), int(np.sum(held & after))
    if n < MIN_PERIODS or n - late < MIN_BEFORE or late < MIN_AFTER:
        raise DataError(
            f"{n - late} periods before the start and {late} after: a series needs "
            f"{MIN_PERIODS}, with {MIN_BEFORE} before and {MIN_AFTER} after; take shorter "
            "periods or wait"
        )
    if season is not None and np.ptp(np.asarray(season, dtype=np.float64)[held]) < 0.75:
        raise DataError(
            "the periods see only part of a year, from which no season can be learnt: leave "
            "it out, or take a comparison that has the same season"
        )
