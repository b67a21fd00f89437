"""Figures beside each other and over the years: rates, likeness, exposure, trend."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike

from peelian import statistics
from peelian.evaluation.monitoring import between_areas, funnel_limits
from peelian.evaluation.rate_ratio import RateRatio
from peelian.evaluation.rates import PER
from peelian.evaluation.two_counts import MIN_BASE
from peelian.terms import DataError, Floats, Interval, Ints, ParameterError, Table

SATURDAY = 5  # as `date.weekday` counts
MIN_YEARS = 4  # a trend and its spread need them


def area_rates(names: Sequence[str], counts: ArrayLike, population: ArrayLike) -> Table:
    """Counts and rates per 1,000 residents of areas, with exact Poisson intervals.

    Parameters
    ----------
    names : sequence of str
    counts : array, shape (n_areas,)
        [events]
    population : array, shape (n_areas,)
        Residents; 0 where nobody lives or they are not known.

    Returns
    -------
    Table
        ``area, n, population, rate, low, high, note``. No rate where fewer than 20 were
        counted, where nobody lives, or where n is not known (NaN); the note says which.

    Raises
    ------
    DataError
        If lengths differ, or a count or a population is negative.

    References
    ----------
    .. [1] Garwood 1936, as `statistics.garwood`.

    Examples
    --------
    >>> found = area_rates(["Force"], [1511], [1_900_000]).columns
    >>> print(f"{found['rate'][0]:.4f} [{found['low'][0]:.4f}, {found['high'][0]:.4f}]")
    0.7953 [0.7557, 0.8364]
    """
    n, people = (np.asarray(a, dtype=np.float64) for a in (counts, population))
    if not len(names) == n.size == people.size:
        raise DataError(f"{len(names)} names, {n.size} counts, {people.size} populations")
    if (n < 0).any() or (people < 0).any():
        raise DataError("a count or a population is negative")
    known, inhabited, enough = ~np.isnan(n), people > 0, n >= MIN_BASE
    shown = known & inhabited & enough
    thousands = np.where(shown, people, np.nan) / PER
    low, high = statistics.garwood_limits(np.nan_to_num(n), np.nan_to_num(thousands))
    note = np.where(
        ~known,
        "not known",
        np.where(~inhabited, "no residents", np.where(enough, "", "too few for a rate")),
    )
    return Table(
        {
            "area": np.array(names),
            "n": n,
            "population": people,
            "rate": n / thousands,
            "low": np.where(shown, low, np.nan),
            "high": np.where(shown, high, np.nan),
            "note": note,
        },
        "Rates by area",
        {"rate": "per 1,000", "low": "95 %", "high": "95 %"},
    )


def area_funnel(names: Sequence[str], counts: ArrayLike, population: ArrayLike) -> Table:
    """Areas held against the rate of all together: a funnel, for chance and beyond it.

    Parameters
    ----------
    names, counts, population
        As `area_rates`; every area has residents.

    Returns
    -------
    Table
        ``area, n, expected, ratio``; ``low, high`` what chance alone gives in 95 of 100
        areas; ``wide_low, wide_high`` the same where areas differ by more than chance, as
        most do; ``reading`` against the wide limits: above, below or usual.

    Raises
    ------
    DataError
        With fewer than three areas, or one without residents, or nothing counted.

    References
    ----------
    .. [1] Spiegelhalter 2005, as `funnel_limits`.
    """
    n, people = (np.asarray(a, dtype=np.float64) for a in (counts, population))
    if not (people > 0).all() or not n.sum() > 0:
        raise DataError("a funnel needs residents in every area, and something counted")
    expected = people * n.sum() / people.sum()
    spread = between_areas(n, expected)
    low, high = funnel_limits(expected)
    wide_low, wide_high = funnel_limits(expected, overdispersion=spread)
    ratio = n / expected
    return Table(
        {
            "area": np.array(names),
            "n": n,
            "expected": expected,
            "ratio": ratio,
            "low": low,
            "high": high,
            "wide_low": wide_low,
            "wide_high": wide_high,
            "reading": np.where(
                ratio > wide_high, "above", np.where(ratio < wide_low, "below", "usual")
            ),
        },
        "Areas against the rate of all together",
        {"expected": "at the rate of all", "low": "95 %", "high": "95 %"},
    )


def nearest_areas(measures: Mapping[str, ArrayLike], area: int, *, k: int) -> Ints:
    """The areas most like one of them on stated measures, the nearest first.

    Parameters
    ----------
    measures : mapping of str to array, shape (n_areas,)
        What areas are to be alike in; never what is then compared.
    area : int
        Place of the area among them.
    k : int
        How many others.

    Returns
    -------
    array, shape (k,)
        Places of the others, by Euclidean distance between measures each divided by its
        standard deviation; of equals the first.

    Raises
    ------
    ParameterError
        Unless ``0 < k < n_areas``, or without measures.
    DataError
        If a measure is not known somewhere.
    """
    if not measures:
        raise ParameterError("name the measures in which areas are to be alike")
    values = np.column_stack([np.asarray(m, dtype=np.float64) for m in measures.values()])
    if not 0 < k < len(values):
        raise ParameterError(f"{k} of {len(values)} areas: give 1 to {len(values) - 1}")
    if not np.isfinite(values).all():
        raise DataError("a measure of an area is not known")
    spread = values.std(axis=0)
    scaled = (values - values[area]) / np.where(spread > 0, spread, 1.0)
    distance = np.hypot.reduce(scaled, axis=1)
    distance[area] = np.inf
    return np.argsort(distance, kind="stable")[:k]


def days_and_saturdays(start: date, end: date) -> tuple[int, int]:
    """Days from ``start`` to ``end``, both included, and how many are Saturdays.

    Raises
    ------
    ParameterError
        If the end is before the start.

    Examples
    --------
    >>> days_and_saturdays(date(2019, 4, 1), date(2020, 3, 31))
    (366, 52)
    """
    days = (end - start).days + 1
    if days < 1:
        raise ParameterError(f"{end} is before {start}")
    first = start + timedelta(days=(SATURDAY - start.weekday()) % 7)
    return days, max((end - first).days // 7 + 1, 0)


def rolling_sums(counts: ArrayLike, k: int) -> Floats:
    """Sums of each ``k`` successive counts; NaN where one of them is not held.

    Parameters
    ----------
    counts : array, shape (n,)
        NaN where not held. [events]
    k : int
        Twelve months, or four quarters.

    Returns
    -------
    array, shape (n - k + 1,)
        Successive sums share all but one part (eleven twelfths): a run of falling ones is
        not many pieces of evidence.

    Raises
    ------
    ParameterError
        Unless ``1 <= k <= n``.
    """
    n = np.asarray(counts, dtype=np.float64)
    if not 1 <= k <= n.size:
        raise ParameterError(f"sums of {k} of {n.size} counts: give 1 to {n.size}")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(n, k).sum(axis=1))


def yearly_dispersion(counts: ArrayLike) -> float:
    """Variance over mean of the parts of years, about each year's level and one season.

    Parameters
    ----------
    counts : array, shape (n_years, n_parts)
        Such as quarters; every one held. [events]

    Returns
    -------
    float
        Pearson's chi-square over its degrees of freedom, where a part is expected to have its
        year's total times its share of all years; never below 1.

    Raises
    ------
    DataError
        With fewer than two years or parts, or one that is not held or negative.

    Notes
    -----
    Rises and falls from year to year do not count as clustering here, as they do in
    `monthly_dispersion` over a long series; a drift within a year does, so intervals err on
    the wide side where a level was moving.
    """
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 2 or min(n.shape) < 2:
        raise DataError(f"counts are {n.shape}; give two years of two parts or more")
    if not (n >= 0).all():
        raise DataError("a part of a year is not held, or negative")
    n = n[n.any(axis=1)][:, n.any(axis=0)]  # where nothing ever happened nothing can vary
    if min(n.shape) < 2:
        return 1.0
    expected = np.outer(n.sum(axis=1), n.sum(axis=0)) / n.sum()
    squares = np.sum((n - expected) ** 2 / expected)
    return max(float(squares / ((n.shape[0] - 1) * (n.shape[1] - 1))), 1.0)


def yearly_trend(counts: ArrayLike, *, exposure: ArrayLike | None = None) -> RateRatio:
    """The rate of one year over that of the year before, on average over a run of years.

    Parameters
    ----------
    counts : array, shape (n_years,)
        Successive years, NaN where not held. [events]
    exposure : array, shape (n_years,), optional
        Days, or residents; none: all years count alike.

    Returns
    -------
    RateRatio
        By Poisson regression on the year, the error widened by how the years scatter about
        the line (never narrowed) and t limits at as many degrees of freedom.

    Raises
    ------
    DataError
        With fewer than four years held, or years without any event.
    ParameterError
        If an exposure is not above zero.

    Notes
    -----
    A line through a series that turned says little: look at the chart beside it.

    Examples
    --------
    >>> found = yearly_trend([100, 110, 121, 133, 146])
    >>> print(f"{found.value:.2f}")
    1.10
    """
    from scipy.special import stdtr, stdtrit

    n = np.asarray(counts, dtype=np.float64)
    year, held = np.arange(n.size, dtype=np.float64), ~np.isnan(n)
    at_risk = np.ones(n.size) if exposure is None else np.asarray(exposure, dtype=np.float64)
    if not (at_risk > 0).all():
        raise ParameterError("an exposure is not above 0")
    if held.sum() < MIN_YEARS or not n[held].sum() > 0 or (n[held] < 0).any():
        raise DataError(
            f"{held.sum()} years are held: a trend needs {MIN_YEARS}, and some events"
        )
    y, offset, when = n[held], np.log(at_risk[held]), year[held] - year[held].mean()
    design = np.column_stack([np.ones(y.size), when])
    beta = np.array([np.log(y.sum() / np.exp(offset).sum()), 0.0])
    for _ in range(100):
        mean = np.exp(offset + design @ beta)
        bread = np.linalg.inv(design.T @ (design * mean[:, None]))
        step = bread @ (design.T @ (y - mean))
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    mean = np.exp(offset + design @ beta)
    freedom = y.size - 2
    dispersion = max(float(np.sum((y - mean) ** 2 / mean) / freedom), 1.0)
    error = float(
        np.sqrt(dispersion * np.linalg.inv(design.T @ (design * mean[:, None]))[1, 1])
    )
    slope, reach = float(beta[1]), float(stdtrit(freedom, 0.975)) * error
    interval = Interval(
        float(np.exp(slope - reach)), float(np.exp(slope + reach)), "quasi-Poisson, t"
    )
    return RateRatio(
        float(np.exp(slope)), interval, float(2 * stdtr(freedom, -abs(slope) / error))
    )
