import numpy as np
import pytest
from scipy.stats import binomtest

from peelian.hotspots import MIN_BASE, change
from peelian.statistics import benjamini_hochberg
from peelian.terms import DataError, ParameterError


def rng(seed=1):
    return np.random.default_rng(seed)


def harm_of(mean, n_cells, generator):
    """Harm by cell, and the sum of its squares: many light events, few grave ones."""
    n = generator.poisson(mean, n_cells)
    cell = np.repeat(np.arange(n_cells), n)
    weight = generator.choice([1, 5, 20, 100.0], len(cell), p=[0.5, 0.3, 0.15, 0.05])
    return np.bincount(cell, weight, n_cells), np.bincount(cell, weight**2, n_cells)


def test_cells_are_compared_one_by_one():
    before, after = np.array([40, 8, 5, 0, 0, 100]), np.array([20, 3, 5, 4, 0, 130])
    found = change(before, after)
    for i in (0, 1, 2, 3, 5):
        test = binomtest(int(after[i]), int(before[i] + after[i]))
        assert found.p[i] == pytest.approx(test.pvalue)
        share = test.proportion_ci(0.95)
        assert found.low[i] == pytest.approx(share.low / (1 - share.low))
        if share.high < 1:
            assert found.high[i] == pytest.approx(share.high / (1 - share.high))
    np.testing.assert_allclose(found.p_fdr, benjamini_hochberg(found.p))
    assert found.expected.tolist() == before.tolist()


def test_periods_of_unequal_length_are_compared_by_rate():
    found = change([30, 300], [60, 300], exposure=(28, 56))
    assert found.rate_ratio.tolist() == [1, 0.5]
    assert found.expected.tolist() == [60, 600]
    assert found.p[0] == pytest.approx(1)
    assert found.p[1] == pytest.approx(binomtest(300, 600, 2 / 3).pvalue)
    assert found.z[0] == pytest.approx(0)
    assert found.low[1] < 0.5 < found.high[1] < 1


def test_totals_as_exposure_ask_whether_the_share_changed():
    before, after = np.array([50, 50, 100]), np.array([25, 25, 50])
    assert change(before, after).p_fdr.max() < 0.05
    shares = change(before, after, exposure=(before.sum(), after.sum()))
    assert shares.p.tolist() == pytest.approx([1, 1, 1])
    np.testing.assert_allclose(shares.rate_ratio, 1)


def test_a_small_base_shows_counts_and_no_percentage():
    found = change([MIN_BASE - 1, MIN_BASE, 40], [10, 10, 60])
    assert np.isnan(found.share_change[0])
    assert found.share_change[1:].tolist() == [-0.5, 0.5]
    assert found.rate_ratio[0] == pytest.approx(10 / 19)
    # Thirty events worth 100 days each are thirty events, not three thousand.
    harm = change([3000, 1000], [3000, 1000], squares=([3e5, 1e5], [3e5, 1e5]))
    assert harm.share_change[0] == 0
    assert np.isnan(harm.share_change[1])


def test_nothing_before_nothing_after_nothing_at_all():
    found = change([0, 5, 0], [5, 0, 0])
    assert np.isnan(found.rate_ratio[0])
    assert found.high[0] == np.inf
    assert found.low[0] > 0
    assert found.rate_ratio[1] == found.low[1] == 0
    assert found.high[1] == pytest.approx(1.091279, abs=1e-6)
    for values in (found.rate_ratio, found.low, found.high, found.p, found.p_fdr, found.z):
        assert np.isnan(values[2])
    assert found.p_fdr[1] == pytest.approx(0.0625)  # two tests, not three
    assert len(change([], []).p) == 0
    single = change([1], [0])
    assert single.p[0] == 1
    same = change([7, 7], [7, 7])
    assert same.p.tolist() == [1, 1]
    assert same.z.tolist() == [0, 0]


def test_dispersion_widens_the_interval():
    """Roots of dispersion, as far as whole numbers let compare: 1,511 after 1,730."""
    plain, wide = change([1730], [1511]), change([1730], [1511], dispersion=4)
    assert plain.high[0] < 1 < wide.high[0]
    spread = np.log(wide.high / wide.low) / np.log(plain.high / plain.low)
    assert spread[0] == pytest.approx(2, abs=0.03)
    assert wide.z[0] == pytest.approx(plain.z[0] / 2)
    assert wide.rate_ratio == plain.rate_ratio


def test_weights_of_one_are_counts():
    before, after = rng().poisson(20, (2, 50))
    plain = change(before, after)
    weighed = change(before, after, squares=(before, after))
    np.testing.assert_allclose(weighed.low, plain.low)
    np.testing.assert_allclose(weighed.high, plain.high)
    np.testing.assert_allclose(weighed.p, plain.p, atol=1e-9)  # one half each: symmetric


def test_units_of_time_and_of_harm_do_not_matter():
    generator = rng(4)
    (before, b2), (after, a2) = harm_of(30, 200, generator), harm_of(25, 200, generator)
    days = change(before, after, exposure=(365, 366), squares=(b2, a2))
    hours = change(
        before * 24, after * 24, exposure=(8760, 8784), squares=(b2 * 576, a2 * 576)
    )
    for name in ("rate_ratio", "low", "high", "p", "z", "share_change"):
        np.testing.assert_allclose(getattr(hours, name), getattr(days, name), rtol=1e-9)


@pytest.mark.parametrize("mean", [1, 10, 60])
@pytest.mark.parametrize("exposure", [(1, 1), (2, 0.7)])
def test_without_a_change_few_are_found_and_limits_hold(mean, exposure):
    generator, n = rng(7), 4000
    plain = change(*(generator.poisson(mean * e, n) for e in exposure), exposure=exposure)
    (before, b2), (after, a2) = (harm_of(mean * e, n, generator) for e in exposure)
    harm = change(before, after, exposure=exposure, squares=(b2, a2))
    size = [mean * e / 2 for e in exposure]  # variance three times the mean
    bunched = (generator.negative_binomial(k, 1 / 3) for k in np.repeat([size], n, 0).T)
    wide = change(*bunched, exposure=exposure, dispersion=3)
    for found in (plain, harm, wide):
        tested = ~np.isnan(found.p)
        assert (found.p[tested] <= 0.05).mean() < 0.06
        held = (found.low <= 1) & (found.high >= 1)
        assert held[tested].mean() > 0.94
        assert (found.p_fdr[tested] <= 0.05).mean() < 0.001


def test_limits_hold_a_true_change_of_harm():
    generator, n = rng(8), 4000
    (before, b2), (after, a2) = harm_of(40, n, generator), harm_of(20, n, generator)
    found = change(before, after, squares=(b2, a2))
    assert ((found.low <= 0.5) & (found.high >= 0.5)).mean() > 0.93


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ParameterError, match=r"before has shape \(2,\), after \(1,\)"):
        change([1, 2], [1])
    with pytest.raises(ParameterError, match=r"exposure is \(0\.0, 1\.0\)"):
        change([1], [1], exposure=(0, 1))
    with pytest.raises(ParameterError, match=r"dispersion is 0\.5"):
        change([1], [1], dispersion=0.5)
    with pytest.raises(DataError, match="counts after hold negative numbers or NaN"):
        change([1], [np.nan])
    with pytest.raises(DataError, match="counts before hold negative"):
        change([-1], [1])
    with pytest.raises(DataError, match="counts before are not whole; give squares"):
        change([1.5], [1])
    with pytest.raises(ParameterError, match="squares of after"):
        change([1.5], [1], squares=([2.25], [1, 1]))
    with pytest.raises(DataError, match="squares of before must be above zero"):
        change([1.5], [1], squares=([0], [1]))


def test_counts_are_not_modified():
    before, after = np.array([3.0, 4]), np.array([5.0, 0])
    change(before, after, dispersion=2)
    assert before.tolist() == [3, 4]
    assert after.tolist() == [5, 0]
