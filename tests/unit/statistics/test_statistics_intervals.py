"""Intervals and resampling on nothing, on everything and on bad input."""

import numpy as np
import pytest
from scipy.stats import binomtest, norm
from scipy.stats import t as student

from peelian.statistics import (
    benjamini_hochberg,
    bootstrap_blocks,
    bootstrap_limits,
    clopper_pearson,
    clopper_pearson_limits,
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


def test_nothing_and_everything_leave_no_rounding_at_the_ends():
    n = np.arange(1, 2000)
    for limits in (wilson_limits, clopper_pearson_limits):
        assert not limits(0, n)[0].any()
        assert (limits(n, n)[1] == 1).all()


@pytest.mark.parametrize(
    ("interval", "method"),
    [
        (wilson, "Wilson"),
        (clopper_pearson, "exact (Clopper-Pearson)"),
        (garwood, "exact Poisson (Garwood)"),
    ],
)
def test_an_interval_says_its_method_and_its_level(interval, method):
    usual, narrow = interval(3, 10), interval(3, 10, level=0.5)
    assert (usual.method, usual.level) == (method, 0.95)
    assert (narrow.method, narrow.level) == (method, 0.5)
    assert usual.low < narrow.low < 0.3 < narrow.high < usual.high


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize("hits", [-1, 11])
def test_more_hits_than_trials_or_fewer_than_none_are_refused(interval, hits):
    with pytest.raises(ParameterError, match="between 0 and n"):
        interval(hits, 10)


@pytest.mark.parametrize("level", [0, 1, 1.5, 95])
def test_a_level_lies_between_none_and_all(level):
    for interval in (wilson, clopper_pearson, garwood):
        with pytest.raises(ParameterError, match="level"):
            interval(1, 10, level=level)


def test_rates_without_exposure_are_unknown():
    low, high = garwood_limits([0, 3], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 1.5 < high[1]


def test_without_exposure_limits_are_those_of_the_count():
    counts = [0, 1, 7]
    np.testing.assert_array_equal(garwood_limits(counts), garwood_limits(counts, 1))
    np.testing.assert_array_equal(
        weighted_garwood_limits(counts, counts, 1), garwood_limits(counts)
    )
    assert garwood(7).high == garwood_limits(7)[1]


@pytest.mark.parametrize("bad", [(-1, 1, 1, 1), (1, -1, 1, 1), (1, 1, 1, -1)])
def test_totals_variances_and_exposures_are_not_negative(bad):
    with pytest.raises(ParameterError, match="a count or an exposure is negative"):
        weighted_garwood_limits(*bad)
    with pytest.raises(ParameterError, match="negative"):
        garwood(-1)


def test_counts_in_dozens_have_limits_in_dozens():
    """Of equal weights the limits are those of the count, times the weight."""
    counts = np.array([0.0, 1, 3, 40])
    found = weighted_garwood_limits(12 * counts, 144 * counts, 12)
    np.testing.assert_allclose(found, 12 * np.array(garwood_limits(counts)), rtol=1e-12)
    part = weighted_garwood_limits(counts / 4, counts / 16, 1 / 4)
    np.testing.assert_allclose(part, np.array(garwood_limits(counts)) / 4, rtol=1e-12)


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
    assert benjamini_hochberg([0, 1]).tolist() == [0, 1]
    for value in (2.5, 1.5, -0.1):
        with pytest.raises(ParameterError, match="z-scores"):
            benjamini_hochberg([value, 0.1])
    with pytest.raises(ParameterError, match="dimensions"):
        benjamini_hochberg([[0.1], [0.2]])


def test_sign_flips_of_nothing_and_of_zeros():
    assert np.isnan(sign_flip_test([]))
    assert sign_flip_test([0, 0, 0]) == 1


def test_six_differences_of_one_sign_are_the_fewest_that_reach_five_percent():
    assert sign_flip_test([1] * 5) == 0.0625
    assert sign_flip_test([1] * 6) == 0.03125


def test_fifteen_differences_of_one_sign():
    """Of all patterns only that one and its opposite are as extreme."""
    assert sign_flip_test([1] * 15) == 2 / 2**15
    assert sign_flip_test([1] * 15, alternative="greater") == 1 / 2**15


def test_twenty_differences_need_no_chance():
    assert sign_flip_test([1] * 20) == 2 / 2**20


def test_drawn_patterns_agree_with_the_binomial():
    """Fifteen of 24 alike above zero; both sides count unless one is asked for."""
    rng = np.random.default_rng(2)
    d = [1] * 15 + [-1] * 9
    both = sign_flip_test(d, rng=rng, draws=20_000)
    above = sign_flip_test(d, rng=rng, draws=20_000, alternative="greater")
    assert both == pytest.approx(binomtest(15, 24).pvalue, abs=0.01)
    assert above == pytest.approx(binomtest(15, 24, alternative="greater").pvalue, abs=0.01)


def test_many_differences_are_drawn_and_never_give_zero():
    rng = np.random.default_rng(2)
    assert sign_flip_test(np.ones(40), rng=rng) == 1 / 10_000
    assert sign_flip_test(np.ones(40), rng=rng, draws=1) == 1 / 2
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
    with pytest.raises(ParameterError, match="both must be 1 or more"):
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


@pytest.mark.parametrize(
    ("n", "block", "draws", "says"),
    [
        (5, 0, 1, "block is 0 of a series of 5"),
        (5, 6, 1, "give 1 to 5"),
        (0, 1, 1, "a series of 0"),
        (5, 1, 0, "draws is 0"),
    ],
)
def test_blocks_that_cannot_be_drawn(n, block, draws, says):
    with pytest.raises(ParameterError, match=says):
        bootstrap_blocks(n, block, draws=draws, rng=np.random.default_rng(3))


def test_few_blocks_widen_the_limits_and_one_has_none():
    draws = np.random.default_rng(3).normal(size=5000)
    width = {n: np.subtract(*bootstrap_limits(draws, n)[::-1]) for n in (6, 13, 1000)}
    assert width[6] > width[13] > width[1000]
    assert width[1000] == pytest.approx(2 * 1.96, rel=0.05)
    assert np.isnan(bootstrap_limits(draws, 1)).all()
    with pytest.raises(ParameterError, match="draws"):
        bootstrap_limits([], 5)
    for level in (0, 1, 1.5):
        with pytest.raises(ParameterError, match="level"):
            bootstrap_limits(draws, 5, level=level)


@pytest.mark.parametrize("n", [5, 10, 30])
def test_of_normal_draws_the_limits_are_students(n):
    """The bootstrap is narrow by sqrt((n - 1) / n); Hesterberg's expansion mends it."""
    draws = norm.ppf((np.arange(400_000) + 0.5) / 400_000) * np.sqrt((n - 1) / n)
    low, high = bootstrap_limits(draws, n)
    assert high == pytest.approx(student.ppf(0.975, n - 1), rel=1e-3)
    assert low == pytest.approx(-high)


def test_two_blocks_give_the_range_of_the_draws():
    low, high = bootstrap_limits([3.0, 1.0, 2.0], 2)
    assert (low, high) == pytest.approx((1, 3))


@pytest.mark.parametrize("n_blocks", [1, 9])
def test_each_statistic_has_its_own_limits(n_blocks):
    draws = np.random.default_rng(3).normal(size=(200, 2, 3))
    low, high = bootstrap_limits(draws, n_blocks)
    assert low.shape == high.shape == (2, 3)
    one = bootstrap_limits(draws[:, 1, 2], n_blocks)
    np.testing.assert_array_equal([low[1, 2], high[1, 2]], one)


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
