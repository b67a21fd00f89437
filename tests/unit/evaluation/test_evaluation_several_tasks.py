import numpy as np
import pytest

from peelian.evaluation import Task, compare_tasks
from peelian.terms import ParameterError

YEAR = np.arange("2016-03", "2017-03", dtype="M8[M]")


def rng(seed=1):
    return np.random.default_rng(seed)


def task(hits, base, months=YEAR, name="theft"):
    return Task(name, months, np.asarray(hits, float), np.asarray(base, float))


def test_the_mean_gain_weighs_tasks_alike_however_many_their_hits():
    few, many = task(np.full(12, 2.0), np.ones(12)), task(np.full(12, 110.0), np.full(12, 100))
    result = compare_tasks([few, many], rng=rng())
    assert result.gain.value == pytest.approx((1.0 + 0.1) / 2)
    assert [gain.value for gain in result.gains] == pytest.approx([1.0, 0.1])


def test_a_gain_in_every_month_alike_has_no_width_and_is_better():
    result = compare_tasks([task(np.full(12, 6.0), np.full(12, 5.0))], rng=rng())
    interval = result.gain.interval
    assert (interval.low, interval.high) == pytest.approx((0.2, 0.2))
    assert result.better


def test_a_forecast_equal_to_its_baseline_is_not_better():
    base = rng().poisson(5, 12)
    result = compare_tasks([task(base, base)], rng=rng())
    assert result.gain.value == 0
    assert not result.better


def test_fewer_than_ten_months_never_decide():
    assert not compare_tasks(
        [task(np.full(9, 6.0), np.full(9, 5.0), YEAR[:9])], rng=rng()
    ).better


def test_one_month_gives_no_interval():
    result = compare_tasks([task([6.0], [5.0], YEAR[:1])], rng=rng())
    assert result.gain.value == pytest.approx(0.2)
    assert np.isnan(result.gain.interval.low)


def test_the_same_months_are_drawn_for_all_tasks():
    gain = rng().normal(0, 3, 12)
    base = np.full(12, 20.0)
    one = compare_tasks([task(base + gain, base)], rng=rng(2)).gain.interval
    twice = compare_tasks([task(base + gain, base)] * 5, rng=rng(2)).gain.interval
    mirrored = compare_tasks([task(base + gain, base), task(base - gain, base)], rng=rng(2))
    assert (twice.low, twice.high) == pytest.approx((one.low, one.high))
    width = mirrored.gain.interval.high - mirrored.gain.interval.low
    assert width < 1e-9  # drawn apart, the two would not cancel


def test_origins_of_one_month_stay_together_and_tasks_may_lack_months():
    weeks = np.repeat(YEAR, 4)
    weekly = task(np.full(48, 1.5), np.ones(48), weeks)
    monthly = task(np.full(11, 6.0), np.full(11, 4.0), YEAR[:11])
    result = compare_tasks([weekly, monthly], rng=rng())
    assert result.n_months == 12
    assert (result.gain.interval.low, result.gain.interval.high) == pytest.approx((0.5, 0.5))


def test_a_baseline_that_catches_nothing_is_left_out():
    result = compare_tasks(
        [task(np.ones(12), np.zeros(12)), task(np.full(12, 2.0), np.ones(12))], rng=rng()
    )
    assert np.isnan(result.gains[0].value)
    assert result.gain.value == pytest.approx(1.0)
    nothing = compare_tasks([task(np.ones(12), np.zeros(12))], rng=rng())
    assert np.isnan(nothing.gain.value)
    assert not nothing.better


def test_no_task_and_arrays_of_different_length_are_refused():
    with pytest.raises(ParameterError, match="no tasks"):
        compare_tasks([], rng=rng())
    with pytest.raises(ParameterError, match="hits"):
        task([1.0], [1.0, 2.0], YEAR[:2])


def coverage(n_worlds, gain, n_months, least, most, draws):
    """Share of worlds whose interval holds the true mean gain.

    Tasks share events, in pairs of nested budgets, and months are busy for all. The challenger
    flags 60 % of what the baseline flags; the second task of a pair holds all of the first and
    as much again that both catch.
    """
    generator = rng(20170301)
    months = np.datetime64("2015-03", "M") + np.arange(n_months)
    truth, held = (gain + gain / 2) / 2, 0
    for _ in range(n_worlds):
        busy = generator.gamma(12, 1 / 12, n_months)
        tasks = []
        for mean in np.geomspace(least, most, 8):
            both, base, ours, wider = (
                generator.poisson(share * mean * busy) for share in (0.6, 0.4, 0.4 + gain, 1.0)
            )
            tasks.append(task(both + ours, both + base, months))
            tasks.append(task(both + wider + ours, both + wider + base, months))
        interval = compare_tasks(tasks, draws=draws, rng=generator).gain.interval
        held += interval.low <= truth <= interval.high
    return held / n_worlds


def test_equals_are_told_apart_no_more_often_than_chance_allows():
    wrong = 1 - coverage(400, 0.0, 12, 2, 40, draws=400)
    assert wrong <= 0.07 + 0.02  # and two standard errors of 400 worlds


@pytest.mark.nightly
@pytest.mark.parametrize("gain", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("n_months", [11, 12, 24])
@pytest.mark.parametrize(("least", "most"), [(2, 15), (5, 60)])
def test_the_interval_covers(gain, n_months, least, most):
    assert 0.93 <= coverage(1_500, gain, n_months, least, most, draws=600) <= 0.97
