"""When a regression is fitted, to which periods, and to which of their cells."""

import numpy as np
import pytest

from forecast_histories import day_lengths, history_of, squares
from peelian.forecasts import LagFeatures, Schedule
from peelian.forecasts.lessons import Course, Lessons
from peelian.terms import CoverageError, ParameterError, Periods

PLAIN = LagFeatures((90.0, np.inf), (28.0,), ())


class Level:
    """Fitted to nothing but how many events there were."""

    def __init__(self, lessons):
        self.level = lessons.counts.sum() / lessons.baseline.sum()
        self.lessons = lessons

    def expected(self, features):
        return self.level * features.baseline


def course(seen, **settings):
    def fit(lessons):
        seen.append(lessons)
        return Level(lessons)

    return Course("level", PLAIN, Schedule(**settings), fit)


def world(n_periods=30, n_cells=40, mean=0.4, seed=1):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.7, mean / 0.7, n_cells), (n_periods, n_cells))
    return history_of(counts.astype(float), squares(5, n_cells // 5), days=7)


def test_fits_come_every_so_many_days_whatever_the_origin_asked_for():
    periods, schedule = day_lengths(40, 7), Schedule(refit_days=91)
    at = [schedule.fitted_at(periods, n) for n in range(41)]
    assert sorted(set(at)) == [0, 13, 26, 39]
    assert all(made <= n for n, made in enumerate(at))
    assert at == [schedule.fitted_at(periods.until(n), n) for n in range(41)]
    assert Schedule(refit_days=0).fitted_at(periods, 17) == 17


def test_the_later_half_of_held_periods_teaches_and_none_too_old():
    every = day_lengths(12, 30)
    held = np.ones(12, bool)
    held[[0, 8]] = False
    periods = Periods(every.start, every.end, held)
    np.testing.assert_array_equal(Schedule().lessons(periods, 12), [6, 7, 9, 10, 11])
    near = Schedule(lesson_days=100).lessons(periods, 12)
    np.testing.assert_array_equal(near, [9, 10, 11])
    assert not len(Schedule().lessons(periods, 0))
    assert not len(Schedule().lessons(periods, 1))


def test_each_fit_knows_only_the_periods_before_it():
    history, seen = world(), []
    origins = list(range(14, 31))
    list(course(seen).walk(history, origins))
    assert [int(one.period.max()) for one in seen] == [12, 25]
    for one, made in zip(seen, [13, 26], strict=True):
        assert set(one.period) == set(range((made + 1) // 2, made))
        for period in set(one.period):
            rows = one.period == period
            assert one.counts[rows].sum() == history.counts[period].sum()


def test_walking_is_forecasting_and_what_follows_is_not_known():
    history, changed = world(), world()
    changed.counts[20:] = 7
    origins = [13, 14, 19, 19, 20]
    walked = list(course([]).walk(history, origins))
    for origin, risk, other in zip(
        origins, walked, course([]).walk(changed, origins), strict=True
    ):
        plain = course([]).forecast("x", history.until(origin), 1).risk[0]
        np.testing.assert_array_equal(risk, plain)
        np.testing.assert_array_equal(risk, other)


def test_the_cells_most_at_risk_for_their_area_teach():
    area = np.linspace(0.1, 1, 40)
    history = history_of(world().counts, squares(5, 8, area=area), days=7)
    [features] = PLAIN.walk(history, [29])
    lessons, rest = course([], n_cells=10)._teach(29, features, history.counts[29], 2.0)
    most = np.argsort(-features.baseline / area)[:10]
    np.testing.assert_array_equal(lessons.counts, history.counts[29][most])
    np.testing.assert_array_equal(lessons.columns, features.columns[most])
    np.testing.assert_allclose(lessons.baseline, 2 * features.baseline[most])
    assert set(lessons.period) == {29}
    other = np.setdiff1d(np.arange(40), most)
    expected = [history.counts[29][other].sum(), 2 * features.baseline[other].sum()]
    np.testing.assert_allclose(rest, expected)


def test_chance_decides_between_cells_equally_at_risk():
    history = history_of(np.ones((30, 400)), squares(20, 20), days=7)
    [features] = PLAIN.walk(history, [29])
    middle = []
    for seed in range(30):
        lessons, _ = course([], n_cells=100, seed=seed)._teach(
            29, features, history.counts[29], 1.0
        )
        middle.append(lessons.columns[:, PLAIN.names.index("y")].mean())
    assert np.mean(middle) == pytest.approx(0.5, abs=0.03)
    assert np.std(middle) > 0.01


def test_cells_that_did_not_teach_keep_their_counts_at_their_level():
    history = world(n_cells=200, mean=0.3)
    [features] = PLAIN.walk(history, [30])
    plain = features.baseline
    risk = course([], refit_days=0, n_cells=50).forecast("x", history, 1).risk[0]
    order = np.argsort(-plain)
    taught, rest = order[:50], order[-100:]
    np.testing.assert_allclose((risk / plain)[taught], (risk / plain)[order[0]])
    np.testing.assert_allclose((risk / plain)[rest], (risk / plain)[order[-1]])
    assert (risk / plain)[order[0]] != pytest.approx((risk / plain)[order[-1]])
    assert risk[order[50:]].max() <= np.median(risk[taught]) * (1 + 1e-9)
    lately = history.counts[15:].mean(axis=0).sum()
    assert risk.sum() == pytest.approx(lately, rel=0.1)


def test_parts_are_parted_by_period():
    history, seen = world(), []
    list(course(seen).walk(history, [26]))
    earlier, later = seen[0].parted()
    assert earlier.period.max() < later.period.min()
    assert len(set(later.period)) == 3  # of thirteen
    assert len(earlier) + len(later) == len(seen[0])
    before, third = seen[0].parted(3)
    assert set(before.period) | set(third.period) == set(earlier.period)
    assert before.period.max() < third.period.min()


def test_the_loss_is_the_poisson_log_score():
    from scipy.stats import poisson

    counts, expected = np.array([0.0, 1, 3]), np.array([0.2, 0.5, 2.0])
    one = np.ones(3)
    lessons = Lessons(np.zeros((3, 1), np.float32), counts, one, np.zeros(3, int))
    constant = np.log([1, 1, 6]).sum()
    assert lessons.loss(expected).sum() == pytest.approx(
        -poisson.logpmf(counts, expected).sum() - constant
    )


def test_of_fits_no_better_than_chance_the_simplest_is_taken():
    rng = np.random.default_rng(8)
    rates = np.repeat([0.2, 0.8], 400)
    counts, one = rng.poisson(rates).astype(float), np.ones(800)
    lessons = Lessons(np.zeros((800, 1), np.float32), counts, one, np.zeros(800, int))
    even, true = np.full(800, 0.5), rates
    fitted_to_noise = rates * np.exp(rng.normal(0, 0.05, 800))
    chosen = lessons.simplest(lessons.loss(e) for e in (even, true, fitted_to_noise))
    assert chosen == 1
    assert lessons.simplest(lessons.loss(e) for e in (true, true)) == 0


@pytest.mark.parametrize(("n_periods", "mean"), [(8, 0.4), (30, 0.01)])
def test_too_little_to_learn_from_is_refused(n_periods, mean):
    with pytest.raises(CoverageError, match=r"level: .* to learn from"):
        course([]).forecast("x", world(n_periods, mean=mean), 1)


@pytest.mark.parametrize(
    "wrong",
    [{"refit_days": -1}, {"lesson_days": 0}, {"n_cells": 0}, {"seed": -1}],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match="give"):
        Schedule(**wrong)
