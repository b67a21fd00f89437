import itertools

import numpy as np
import pytest
from scipy.stats import kendalltau

from peelian.statistics import mann_kendall, overlap_factor
from peelian.terms import ParameterError


def rng(seed=1):
    return np.random.default_rng(seed)


def by_hand(series):
    s = sum(np.sign(b - a) for a, b in itertools.combinations(series, 2))
    n = len(series)
    t = np.unique(series, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - np.sum(t * (t - 1) * (2 * t + 5))) / 18
    return s, variance


@pytest.mark.parametrize("values", [3, 10, 10_000])
def test_many_series_at_once_are_each_as_by_hand(values):
    series = rng().integers(0, values, (14, 30)).astype(float)
    found = mann_kendall(series)
    for i in range(30):
        s, variance = by_hand(series[:, i])
        assert found.s[i] == s
        assert found.variance[i] == pytest.approx(variance)
        assert found.z[i] == pytest.approx((s - np.sign(s)) / np.sqrt(variance))
        assert found.tau[i] == s / 91


def test_tau_and_the_normal_tail_are_those_of_kendall():
    series = rng(2).normal(size=40) + np.arange(40) * 0.02
    found = mann_kendall(series)
    peer = kendalltau(np.arange(40), series, method="asymptotic")
    assert found.tau == pytest.approx(peer.statistic)
    # Without the continuity correction z would be S / spread, as there.
    from scipy.special import ndtr

    assert 2 * ndtr(-abs(found.s) / np.sqrt(found.variance)) == pytest.approx(peer.pvalue)
    assert found.p > peer.pvalue


@pytest.mark.parametrize("n", [10, 24])
@pytest.mark.parametrize("draw", ["normal", "poisson"])
def test_noise_has_a_trend_no_more_often_than_stated(n, draw):
    size = (n, 20_000)
    series = rng(3).normal(size=size) if draw == "normal" else rng(3).poisson(0.3, size)
    assert 0.01 < (mann_kendall(series).p <= 0.05).mean() < 0.055


def test_overlap_is_made_up_for():
    """Sums of two neighbouring periods: half of each value is in the next."""
    noise = rng(4).normal(size=(25, 20_000))
    series = noise[1:] + noise[:-1]
    plain = (mann_kendall(series).p <= 0.05).mean()
    factor = overlap_factor(24, [0.5])
    mended = (mann_kendall(series, variance_factor=factor).p <= 0.05).mean()
    assert plain > 0.1
    assert 0.03 < mended < 0.06
    assert overlap_factor(24, []) == 1


@pytest.mark.parametrize(
    ("n", "correlation", "factor"),
    [
        (3, [1], 1),  # too short for any lag to count
        (4, [1], 1 + 2 / 24 * 6),
        (5, [1, 1], 1 + 2 / 60 * (24 + 6)),
        (5, [1] * 9, 2),  # further lags have no pairs
        (5, [-1], 1 - 2 / 60 * 24),
    ],
)
def test_overlap_by_hand(n, correlation, factor):
    assert overlap_factor(n, correlation) == pytest.approx(factor)


def test_a_trend_is_found_and_its_sign_told():
    rising = rng(5).poisson(np.linspace(2, 12, 24)[:, None], (24, 400))
    found = mann_kendall(np.hstack([rising, -rising]))
    assert (found.p[:400] <= 0.05).mean() > 0.95
    assert (found.z[:400] > 0).all()
    np.testing.assert_allclose(found.z[400:], -found.z[:400])


def test_shape_constant_and_unknown():
    series = rng().normal(size=(12, 3, 4))
    found = mann_kendall(series)
    assert found.p.shape == (3, 4)
    assert found.s[1, 2] == mann_kendall(series[:, 1, 2]).s
    constant = mann_kendall(np.full(12, 4.0))
    assert (constant.s, constant.z, constant.p, constant.tau) == (0, 0, 1, 0)
    series[3, 0, 0] = np.nan
    unknown = mann_kendall(series)
    assert np.isnan([unknown.s[0, 0], unknown.p[0, 0], unknown.z[0, 0]]).all()
    assert np.isfinite(unknown.p).sum() == 11
    assert mann_kendall(np.empty((12, 0))).p.shape == (0,)
    single = np.zeros(12)
    single[4] = 1  # one event
    assert mann_kendall(single).p > 0.5


def test_series_may_be_taken_in_parts(monkeypatch):
    series = rng().integers(0, 5, (12, 50))
    whole = mann_kendall(series)
    monkeypatch.setattr("peelian.statistics.trend._VALUES_AT_ONCE", 100)
    assert np.array_equal(mann_kendall(series).z, whole.z)


def test_what_has_no_trend_is_refused():
    with pytest.raises(ParameterError, match="there are 2 periods; a trend needs 3"):
        mann_kendall([1, 2])
    with pytest.raises(ParameterError, match="there are 0 periods"):
        mann_kendall(4.0)
    with pytest.raises(ParameterError, match="variance_factor is 0"):
        mann_kendall([1, 2, 3], variance_factor=0)
    with pytest.raises(ParameterError, match="there are 2 periods"):
        overlap_factor(2, [0.5])
