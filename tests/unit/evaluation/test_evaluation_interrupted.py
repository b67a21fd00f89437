"""Interrupted series: planted changes, awkward series, what does not matter."""

import numpy as np
import pytest

from peelian.evaluation import interrupted_series
from peelian.terms import DataError, ParameterError

MONTH = np.arange(48)
SEASON = (MONTH % 12) / 12
AFTER = MONTH >= 30
COURSE = 60 * np.exp(0.01 * MONTH + 0.3 * np.sin(2 * np.pi * SEASON))


def drawn(mean, seed=1):
    return np.random.default_rng(seed).poisson(mean)


def test_a_planted_change_is_found():
    mean = COURSE * np.where(AFTER, 0.6 * 1.01 ** (MONTH - 30), 1)
    found = interrupted_series(mean, n_before=30, season=SEASON, harmonics=1)
    assert found.level.value == pytest.approx(0.6, rel=1e-6)
    assert found.slope.value == pytest.approx(1.01, rel=1e-6)
    assert found.expected == pytest.approx(COURSE, rel=1e-6)
    noisy = interrupted_series(drawn(mean), n_before=30, season=SEASON)
    assert noisy.overall.interval.low < 0.66 < noisy.overall.interval.high < 0.85
    assert noisy.overall.p < 0.01


def test_no_change_is_found_in_noise():
    found = interrupted_series(drawn(COURSE), n_before=30, season=SEASON)
    assert found.overall.interval.low < 1 < found.overall.interval.high


def test_units_of_exposure_and_days_of_months_do_not_matter():
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 4)
    counts = drawn(COURSE * days / 30)
    by_day = interrupted_series(counts, n_before=30, exposure=days, season=SEASON)
    by_hour = interrupted_series(counts, n_before=30, exposure=24 * days, season=SEASON)
    assert by_day.level.value == pytest.approx(by_hour.level.value)
    assert by_day.level.interval.high == pytest.approx(by_hour.level.interval.high)


def test_what_moves_both_alike_falls_out():
    """A shock of the month, far larger than chance, in both series."""
    shock = np.exp(np.random.default_rng(2).normal(0, 0.4, 48))
    treated = drawn(200 * shock * np.where(AFTER, 0.8, 1))
    other = drawn(400 * shock, seed=3)
    alone = interrupted_series(treated, n_before=30, slope_change=False).level
    both = interrupted_series(treated, n_before=30, comparison=other, slope_change=False).level
    assert np.log(both.interval.high / both.interval.low) < 0.5 * np.log(
        alone.interval.high / alone.interval.low
    )
    assert both.interval.low < 0.8 < both.interval.high < 1


def test_months_not_held_are_passed_over():
    counts = drawn(COURSE).astype(float)
    counts[[5, 33]] = np.nan
    found = interrupted_series(counts, n_before=30, season=SEASON)
    assert np.isnan(found.expected[[5, 33]]).all()
    assert np.isfinite(found.level.interval.high)


def test_a_series_that_carries_over_has_a_wider_interval():
    rng = np.random.default_rng(5)
    steps = rng.normal(0, 0.15, 48)
    for k in range(1, 48):
        steps[k] += 0.7 * steps[k - 1]
    found = interrupted_series(drawn(200 * np.exp(steps)), n_before=30, slope_change=False)
    again = interrupted_series(
        rng.permutation(drawn(200 * np.exp(steps))), n_before=30, slope_change=False
    )
    assert found.correlation > 0.3 > again.correlation
    assert "correlations" in found.level.interval.method


def test_a_change_of_slope_that_was_not_sought_is_unknown():
    assert np.isnan(interrupted_series(drawn(COURSE), n_before=30, slope_change=False).slope.p)


@pytest.mark.parametrize(
    ("counts", "choice", "error", "words"),
    [
        (np.ones(20), {"n_before": 14}, DataError, "14 periods before the start and 6 after"),
        (np.ones(40), {"n_before": 38}, DataError, "38 periods before the start and 2 after"),
        (np.ones(40), {"n_before": 0}, DataError, "no events before"),
        (np.zeros(40), {"n_before": 20}, DataError, "the series has no events before"),
        (np.where(AFTER, 0, 4), {"n_before": 30}, DataError, "no events after the start"),
        (-np.ones(40), {"n_before": 20}, DataError, "below 0"),
        (np.ones((4, 12)), {"n_before": 3}, ParameterError, "one series"),
        (np.ones(48), {"n_before": 30, "exposure": np.ones(4)}, ParameterError, "one length"),
        (np.ones(48), {"n_before": 30, "exposure": 0}, ParameterError, "exposure"),
        (np.ones(48), {"n_before": 30, "comparison": np.zeros(48)}, DataError, "comparison"),
        (np.ones(48), {"n_before": 30, "season": SEASON / 2}, DataError, "part of a year"),
        (
            np.ones(48),
            {"n_before": 30, "season": SEASON, "harmonics": 0},
            ParameterError,
            "harm",
        ),
    ],
)
def test_a_series_that_shows_nothing_is_refused(counts, choice, error, words):
    with pytest.raises(error, match=words):
        interrupted_series(counts, **choice)


def test_the_same_count_every_month_has_no_effect():
    found = interrupted_series(np.full(36, 5), n_before=24)
    assert found.level.value == pytest.approx(1)
    assert found.dispersion == pytest.approx(0, abs=1e-9)
