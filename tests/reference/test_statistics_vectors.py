"""Published and hand-checked values for intervals and tests (science sections 1 to 6)."""

import numpy as np
import pytest

from peelian.statistics import (
    benjamini_hochberg,
    clopper_pearson,
    garwood,
    garwood_limits,
    sign_flip_test,
    wilson,
    wilson_limits,
)


def test_benjamini_hochberg_vector_f13():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.74 / 7, 0.216, 0.216, 0.216]
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


def test_benjamini_hochberg_agrees_with_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(5).uniform(size=400) ** 2
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (25, 62, 29.0, 52.7),  # test purchases, Essex, December 2025
        (24, 77, 21.9, 42.2),  # Lancashire
        (15, 42, 23.0, 50.8),  # West Mercia
        (4, 41, 3.9, 22.5),  # stop searches that found a knife
        (68, 10_000, 0.54, 0.86),  # Operation Shield, 2006
        (1, 143, 0.12, 3.85),  # Doncaster knife arch
    ],
)
def test_wilson_vectors_in_percent(hits, n, low, high):
    interval = wilson(hits, n)
    digits = 2 if high < 5 else 1
    assert (round(100 * interval.low, digits), round(100 * interval.high, digits)) == (
        low,
        high,
    )
    assert interval.method == "Wilson"


def test_no_finds_in_500_leaves_up_to_three_quarters_of_a_percent():
    assert clopper_pearson(0, 500).high == pytest.approx(1 - 0.025 ** (1 / 500), rel=1e-12)
    assert round(100 * clopper_pearson(0, 500).high, 2) == 0.74


def test_exact_shares_agree_with_scipy():
    from scipy.stats import binomtest

    for hits, n in [(0, 7), (3, 7), (7, 7), (41, 103)]:
        theirs = binomtest(hits, n).proportion_ci(method="exact")
        ours = clopper_pearson(hits, n)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-10)


def test_garwood_counts():
    low, high = garwood_limits([0, 1, 3, 10, 25])
    np.testing.assert_allclose(
        low, [0, 0.025318, 0.618672, 4.795389, 16.178682], rtol=1e-6, atol=5e-7
    )
    np.testing.assert_allclose(
        high, [3.688879, 5.571643, 8.767273, 18.390356, 36.904932], 1e-6
    )


@pytest.mark.parametrize(
    ("count", "exposure", "low", "high"),
    [
        (23, 30.4, 0.479606, 1.135240),  # observed over expected, calibration
        (1511, 1900, 0.755666, 0.836397),  # per 1,000 of 1.9 million
        (1730, 1900, 0.868121, 0.954467),
    ],
)
def test_garwood_rates(count, exposure, low, high):
    interval = garwood(count, exposure)
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-6)


def test_wilson_over_arrays_equals_one_at_a_time():
    low, high = wilson_limits([25, 4], [62, 41])
    assert low[1] == wilson(4, 41).low
    assert high[0] == wilson(25, 62).high


def test_sign_flip_vector_m9():
    d = [2, 1, 0, 3, -1, 2, 0, 1, 1, -1]
    assert np.mean(d) == pytest.approx(0.8)
    assert sign_flip_test(d) == 0.140625
    assert sign_flip_test(d, alternative="greater") == pytest.approx(0.0703125, rel=1e-12)


def test_sign_flip_pairs_vector_5_6():
    assert sign_flip_test([-4, -2, -3, 1, -5, -2]) == 0.0625
