"""Laws of the estimators of an effect, whatever the counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peelian.evaluation import beside_prior, draw_effect, exaggeration, interrupted_series
from peelian.terms import Interval

SERIES = arrays(np.int64, 30, elements=st.integers(1, 60))
RATIOS = st.floats(0.05, 0.98)
ERRORS = st.floats(0.02, 3)


@settings(max_examples=15, deadline=None)
@given(SERIES, st.integers(2, 9))
def test_a_series_of_so_many_times_the_counts_has_the_same_ratios(counts, times):
    one = interrupted_series(counts, n_before=18, slope_change=False)
    many = interrupted_series(times * counts, n_before=18, slope_change=False)
    assert many.level.value == pytest.approx(one.level.value, rel=1e-6)
    assert many.level.interval.low == pytest.approx(one.level.interval.low, rel=1e-5)
    assert many.dispersion == pytest.approx(times * one.dispersion, rel=1e-5, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(arrays(np.int64, (25, 6), elements=st.integers(0, 3)), st.integers(0, 2**31))
def test_calling_the_drawn_undrawn_turns_every_ratio_over(outcome, seed):
    rng = np.random.default_rng(seed)
    pi = rng.uniform(0.2, 0.8, (25, 6))
    active = rng.random((25, 6)) < pi
    one = draw_effect(outcome, active, pi)
    other = draw_effect(outcome, ~active, 1 - pi)
    assert other.horvitz_thompson == pytest.approx(-one.horvitz_thompson, abs=1e-12)
    if one.ratio.value > 0 and other.ratio.value > 0:
        assert one.ratio.value * other.ratio.value == pytest.approx(1)
        if np.isfinite(one.ratio.interval.low):
            low, high = one.ratio.interval.low, other.ratio.interval.high
            assert low * high == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(RATIOS, ERRORS)
def test_what_a_weak_design_finds_is_too_strong_and_the_companion_lies_between(ratio, error):
    found = exaggeration(ratio, error)
    assert found.factor >= 1 - 1e-9
    assert 0.05 - 1e-9 <= found.power <= 1
    assert 0 <= found.wrong_sign <= 0.5
    local = Interval(ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error), "normal")
    both = beside_prior(ratio, local)
    assert min(ratio, 0.86) - 1e-9 <= both.ratio <= max(ratio, 0.86) + 1e-9
