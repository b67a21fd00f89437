"""The interval of a mean over time whose entries depend on each other."""

import numpy as np
import pytest

from peelian.statistics import cosine_limits
from peelian.terms import ParameterError

SHARES = np.array([0.8, 0.85, 0.9, 0.88, 0.93, 0.95, 0.9])


def test_the_widest_counts():
    each = [cosine_limits(SHARES, [waves], bounds=(0, 1)) for waves in (2, 3, 6)]
    low, high = cosine_limits(SHARES, {2, 3, 6}, bounds=(0, 1))
    assert low == min(low for low, _ in each)
    assert high == max(high for _, high in each)


def test_slow_waves_see_a_drift_that_independence_overlooks():
    drift = np.linspace(0.3, 0.7, 24)
    few, every = (cosine_limits(drift, [waves], bounds=(0, 1)) for waves in (2, 23))
    assert few[1] - few[0] > 3 * (every[1] - every[0])


def test_units_and_direction_do_not_matter():
    low, high = cosine_limits(SHARES, [2, 6], bounds=(0, 1))
    assert cosine_limits(100 * SHARES, [2, 6], bounds=(0, 100)) == pytest.approx(
        (100 * low, 100 * high)
    )
    assert cosine_limits(1 - SHARES, [2, 6], bounds=(0, 1)) == pytest.approx(
        (1 - high, 1 - low)
    )
    assert cosine_limits(SHARES[::-1], [2, 6], bounds=(0, 1)) == pytest.approx((low, high))


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_entries_that_do_not_differ_leave_no_length(value):
    assert cosine_limits(np.full(8, value), [2], bounds=(0, 1)) == (value, value)


def test_one_entry_off_the_edge_stays_inside():
    low, high = cosine_limits([1, 1, 1, 1, 1, 0.999], [2, 3, 5], bounds=(0, 1))
    assert 0 < low < 1 - 0.001 / 6 < high <= 1


@pytest.mark.parametrize(
    ("values", "waves", "bounds", "says"),
    [
        ([0.1, 0.2], [2], (0, 1), "give some of 1 to 1"),
        ([0.1, 0.2], [], (0, 1), "waves"),
        ([], [1], (0, 1), "waves"),
        ([0.1, 0.2], [0], (0, 1), "waves"),
        ([0.1, np.nan, 0.2], [1], (0, 1), "not finite"),
        ([1.1, 1.2], [1], (0, 1), "not within"),
    ],
)
def test_bad_input_is_refused(values, waves, bounds, says):
    with pytest.raises(ParameterError, match=says):
        cosine_limits(values, waves, bounds=bounds)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level):
    with pytest.raises(ParameterError, match="level"):
        cosine_limits(SHARES, [2], bounds=(0, 1), level=level)


def test_rounding_is_judged_by_the_room_between_the_bounds():
    nearly = 300 + 1e-8 * np.arange(4)
    assert cosine_limits(nearly, [2], bounds=(0, 1000)) == (nearly.mean(), nearly.mean())
    past = np.full(8, 0.1 + 1e-12)
    assert cosine_limits(past, [2], bounds=(-0.1, 0.1)) == (past.mean(), past.mean())


def test_it_covers_a_mean_of_slow_entries_that_independence_misses():
    """Autocorrelation 0.8 over twelve months, 500 worlds."""
    rng = np.random.default_rng(1)
    held = np.zeros(2)
    for _ in range(500):
        z = rng.normal(size=60)
        for t in range(1, 60):
            z[t] = 0.8 * z[t - 1] + 0.6 * z[t]
        for i, waves in enumerate(([11], [2, 3, 11])):
            low, high = cosine_limits(0.5 + 0.05 * z[48:], waves, bounds=(0, 1))
            held[i] += low <= 0.5 <= high
    assert held[0] / 500 < 0.7
    assert held[1] / 500 > 0.85
