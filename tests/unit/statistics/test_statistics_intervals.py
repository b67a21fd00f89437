"""Intervals and resampling on nothing, on everything and on bad input."""

import numpy as np
import pytest

from peelian.statistics import (
    benjamini_hochberg,
    bootstrap_blocks,
    bootstrap_limits,
    clopper_pearson,
    garwood,
    garwood_limits,
    sign_flip_test,
    weighted_garwood_limits,
    wilson,
    wilson_limits,
)
from peelian.terms import ParameterError


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_shares_at_their_ends(interval):
    none, every, nothing = interval(0, 10), interval(10, 10), interval(0, 0)
    assert none.low == 0
    assert 0 < none.high < 0.5
    assert every.high == 1
    assert 0.5 < every.low < 1
    assert np.isnan(nothing.low)
    assert np.isnan(nothing.high)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_more_hits_than_trials_is_refused(interval):
    with pytest.raises(ParameterError, match="between 0 and n"):
        interval(11, 10)
    with pytest.raises(ParameterError, match="level"):
        interval(1, 10, level=95)


def test_rates_without_exposure_are_unknown():
    low, high = garwood_limits([0, 3], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 1.5 < high[1]
    with pytest.raises(ParameterError, match="negative"):
        garwood(-1)


def test_rates_scale_with_the_unit_of_exposure():
    assert garwood(7, 2).high == pytest.approx(garwood(7, 2000).high * 1000)


def test_weighted_counts_cover_a_known_rate():
    """Fay and Feuer: at least the nominal 95 % for a discounted sum of Poisson counts."""
    rng = np.random.default_rng(11)
    weights = 0.5 ** (np.arange(24) / 8)
    counts = rng.poisson(0.2, size=(4000, 24))
    low, high = weighted_garwood_limits(
        counts @ weights, counts @ weights**2, 1.0, weights.sum()
    )
    assert np.mean((low <= 0.2) & (high >= 0.2)) > 0.945


def test_arrays_broadcast():
    low, high = wilson_limits(np.array([[1], [2]]), 10)
    assert low.shape == high.shape == (2, 1)


def test_false_discovery_with_missing_tests():
    adjusted = benjamini_hochberg([0.01, np.nan, 0.04])
    assert adjusted[0] == pytest.approx(0.02)
    assert np.isnan(adjusted[1])
    assert adjusted[2] == pytest.approx(0.04)
    assert benjamini_hochberg([]).shape == (0,)


def test_z_scores_are_not_p_values():
    with pytest.raises(ParameterError, match="z-scores"):
        benjamini_hochberg([2.5, 0.1])
    with pytest.raises(ParameterError, match="dimensions"):
        benjamini_hochberg([[0.1], [0.2]])


def test_sign_flips_of_nothing_and_of_zeros():
    assert np.isnan(sign_flip_test([]))
    assert sign_flip_test([0, 0, 0]) == 1


def test_six_differences_of_one_sign_are_the_fewest_that_reach_five_percent():
    assert sign_flip_test([1] * 5) == 0.0625
    assert sign_flip_test([1] * 6) == 0.03125


def test_many_differences_are_drawn_and_never_give_zero():
    rng = np.random.default_rng(2)
    assert sign_flip_test(np.ones(40), rng=rng, draws=999) == 1 / 1000
    d = rng.normal(0.3, 1, size=24)
    exact_enough = sign_flip_test(d, rng=rng, draws=50_000)
    blocks_of_two = sign_flip_test(d, block=2)
    assert abs(exact_enough - blocks_of_two) < 0.2
    with pytest.raises(ParameterError, match="rng"):
        sign_flip_test(d)


def test_blocks_flip_together():
    assert sign_flip_test([3, -1, 2, 2], block=2) == sign_flip_test([2, 4])


@pytest.mark.parametrize("settings", [{"block": 0}, {"draws": 0}])
def test_sign_flip_settings(settings):
    with pytest.raises(ParameterError):
        sign_flip_test([1.0, 2.0], **settings)
    with pytest.raises(ParameterError, match="NaN"):
        sign_flip_test([1.0, np.nan])


def test_blocks_keep_neighbours_together_and_use_every_entry_equally():
    index = bootstrap_blocks(12, 4, draws=6000, rng=np.random.default_rng(3))
    assert index.shape == (6000, 12)
    inside = index.reshape(6000, 3, 4)
    assert np.all((np.diff(inside, axis=2) - 1) % 12 == 0)
    share = np.bincount(index.ravel(), minlength=12) / index.size
    np.testing.assert_allclose(share, 1 / 12, rtol=0.05)


def test_a_block_that_does_not_divide_the_series():
    index = bootstrap_blocks(7, 3, draws=10, rng=np.random.default_rng(3))
    assert index.shape == (10, 7)


@pytest.mark.parametrize(("n", "block", "draws"), [(5, 0, 1), (5, 6, 1), (0, 1, 1), (5, 1, 0)])
def test_blocks_that_cannot_be_drawn(n, block, draws):
    with pytest.raises(ParameterError):
        bootstrap_blocks(n, block, draws=draws, rng=np.random.default_rng(3))


def test_few_blocks_widen_the_limits_and_one_has_none():
    draws = np.random.default_rng(3).normal(size=5000)
    width = {n: np.subtract(*bootstrap_limits(draws, n)[::-1]) for n in (6, 13, 1000)}
    assert width[6] > width[13] > width[1000]
    assert width[1000] == pytest.approx(2 * 1.96, rel=0.05)
    assert np.isnan(bootstrap_limits(draws, 1)).all()
    with pytest.raises(ParameterError, match="draws"):
        bootstrap_limits([], 5)
    with pytest.raises(ParameterError, match="level"):
        bootstrap_limits(draws, 5, level=0)


def test_expanded_limits_cover_the_mean_of_ten_independent_origins():
    """Plain percentiles cover about 91 %; the expansion brings them to the stated 95 %."""
    rng = np.random.default_rng(17)
    covered = 0
    for _ in range(600):
        d = rng.poisson(3, 10) - rng.poisson(3, 10)
        index = bootstrap_blocks(10, 1, draws=800, rng=rng)
        low, high = bootstrap_limits(d[index].mean(axis=1), 10)
        covered += low <= 0 <= high
    assert covered / 600 > 0.93
