"""What the logged rotation shows: planted effects, what lasts, what is left out, bad input."""

import numpy as np
import pytest

from peelian.evaluation import crossover, draw_effect, randomisation_p
from peelian.operations import inclusion_probabilities, redraw_spots
from peelian.operations.rotation import SYSTEMATIC_PPS
from peelian.terms import DataError, Draw, ParameterError

WORTH = np.random.default_rng(5).gamma(1, 1, 20) + 0.05
PI = inclusion_probabilities(WORTH, 8, floor=0.05, ceiling=0.95)


def drawn(n_days, seed=1, pi=PI):
    """Days of the rotation, shape (n_days, n_spots)."""
    rng = np.random.default_rng(seed)
    return redraw_spots(Draw(pi, pi > 0, seed, SYSTEMATIC_PPS), n_days, rng=rng)


def events(active, ratio, seed=2, mean=0.3):
    rate = mean * WORTH / WORTH.mean()
    return np.random.default_rng(seed).poisson(rate * np.where(active, ratio, 1.0))


def test_a_planted_effect_is_found_by_every_weighting():
    active = drawn(600)
    found = draw_effect(events(active, 0.6), active, np.tile(PI, (600, 1)))
    for ratio in (found.ratio, found.everywhere):
        assert ratio.interval.low < 0.6 < ratio.interval.high < 0.85
        assert ratio.p < 0.001
    truth = -0.4 * 0.3  # events a spot-day, over all spots
    limits = found.difference_interval
    assert limits.low < truth < limits.high < 0
    assert found.horvitz_thompson == pytest.approx(found.difference, abs=0.03)
    assert (found.n_days, found.used, found.recent) == (600, 12_000, 0)


def test_no_effect_is_found_where_there_is_none():
    active = drawn(400)
    found = draw_effect(events(active, 1.0), active, np.tile(PI, (400, 1)))
    assert found.ratio.interval.low < 1 < found.ratio.interval.high
    assert found.everywhere.interval.low < 1 < found.everywhere.interval.high
    again = redraw_spots(
        Draw(PI, PI > 0, 1, SYSTEMATIC_PPS), 199 * 400, rng=np.random.default_rng(7)
    )
    p = randomisation_p(events(active, 1.0), active, again.reshape(199, 400, 20))
    assert p > 0.05


def test_with_one_probability_for_all_it_is_the_crossover_estimate():
    """By hand: with equal probabilities the weights are those of Mantel and Haenszel."""
    pi = np.full(20, 0.4)
    active = drawn(200, pi=pi)
    y = events(active, 0.7)
    found = draw_effect(y, active, np.tile(pi, (200, 1)))
    treated = (y * active).sum(axis=0)
    by_hand = crossover(treated, y.sum(axis=0), pi)
    assert found.ratio.value == pytest.approx(by_hand.value)
    low = found.ratio.interval.low
    assert low == pytest.approx(by_hand.interval.low, rel=0.06)


def test_order_of_days_and_spots_does_not_matter():
    active = drawn(120)
    y, pi = events(active, 0.8), np.tile(PI, (120, 1))
    day, spot = np.random.default_rng(3).permutation(120), np.arange(20)[::-1]
    one = draw_effect(y, active, pi)
    two = draw_effect(*(a[day][:, spot] for a in (y, active, pi)))
    assert one.ratio.interval.low == pytest.approx(two.ratio.interval.low)
    assert one.difference == pytest.approx(two.difference)


def test_what_lasts_is_seen_at_its_lag_and_washed_out():
    active = drawn(1500)
    yesterday = np.zeros_like(active)
    yesterday[1:] = active[:-1]
    rate = 0.4 * WORTH / WORTH.mean()
    mean = rate * np.where(active, 0.6, np.where(yesterday, 0.6, 1.0))
    y, pi = np.random.default_rng(4).poisson(mean), np.tile(PI, (1500, 1))
    blurred = draw_effect(y, active, pi).ratio
    clean = draw_effect(y, active, pi, washout=1)
    later = [draw_effect(y, active, pi, lag=k).ratio for k in (1, 2)]
    assert blurred.interval.low > 0.6  # what lasts makes the days after look treated
    assert clean.ratio.interval.low < 0.6 < clean.ratio.interval.high
    assert clean.recent > 0
    assert later[0].interval.low < 0.6 < later[0].interval.high < 0.9
    assert later[1].interval.low < 1 < later[1].interval.high


def test_what_teaches_nothing_is_left_out_and_counted():
    active, pi = drawn(40), np.tile(PI, (40, 1))
    y = events(active, 1.0).astype(float)
    y[3, 4] = np.nan
    pi[:, 0], pi[:, 1] = 1.0, 0.0
    active[:, 0], active[:, 1] = True, False
    found = draw_effect(y, active, pi)
    assert (found.unknown, found.certain, found.used) == (1, 80, 719)


def test_days_without_any_event_or_too_few_of_them():
    active, pi = drawn(40), np.tile(PI, (40, 1))
    nothing = draw_effect(np.zeros((40, 20)), active, pi)
    assert np.isnan([nothing.ratio.value, nothing.ratio.p, nothing.everywhere.p]).all()
    assert (nothing.events, nothing.difference) == (0, 0)
    assert "too few" in nothing.ratio.interval.method
    short = draw_effect(events(active, 1.0)[:10], active[:10], pi[:10])
    assert np.isnan(short.ratio.interval.low)
    assert short.ratio.interval.method == "10 days, fewer than 20"
    few = draw_effect(events(active, 1.0, mean=0.06), active, pi)
    assert few.events < 100
    assert np.isnan(few.everywhere.interval.low)
    assert np.isfinite(few.ratio.interval.low)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"outcome": np.ones((2, 2))}, ParameterError, "three times"),
        ({"outcome": -np.ones((3, 2))}, DataError, "below 0"),
        ({"probability": np.full((3, 2), 1.5)}, ParameterError, "0 to 1"),
        ({"probability": np.ones((3, 2))}, DataError, "no spot-day is left"),
        ({"washout": 4}, DataError, "no spot-day is left"),
        ({"lag": 3}, DataError, "3 days later"),
        ({"lag": -1}, ParameterError, "lag -1"),
    ],
)
def test_days_that_show_nothing_are_refused(change, error, words):
    given = {
        "outcome": np.ones((3, 2)),
        "active": np.eye(3, 2, dtype=bool),
        "probability": np.full((3, 2), 0.5),
    } | change
    with pytest.raises(error, match=words):
        draw_effect(**given)


def test_crossover_of_unequal_lengths_is_refused():
    with pytest.raises(ParameterError, match="have 1, 2 and 2 entries"):
        crossover([1], [2, 3], [0.5, 0.5])
