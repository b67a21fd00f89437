"""Two counts compared: the worked values of science 5.2 and the E-test's own paper."""

import numpy as np
import pytest
from scipy.stats import binom

from peelian.evaluation import compare_counts, e_test, monthly_dispersion
from peelian.terms import DataError, ParameterError

LEAST = np.nextafter(1, 2)  # the log-normal form; at 1 itself the exact one is used


@pytest.mark.parametrize(
    ("dispersion", "low", "high", "p"),
    [(1, -18.5, -6.4, 0.000128), (1.5, -19.7, -5.0, 0.0017), (2, -20.8, -3.7, 0.0066),
     (3, -22.5, -1.6, 0.026), (4, -23.9, 0.3, 0.055)],
)  # fmt: skip
def test_essex_year_on_year(dispersion, low, high, p):
    found = compare_counts(1511, 1730, dispersion=dispersion)
    assert 100 * found.change == pytest.approx(-12.659, abs=5e-4)
    assert 100 * (found.ratio.low - 1) == pytest.approx(low, abs=0.05)
    assert 100 * (found.ratio.high - 1) == pytest.approx(high, abs=0.05)
    assert found.p == pytest.approx(p, rel=0.02)


def test_limits_and_difference_to_six_figures():
    exact = compare_counts(1511, 1730)
    assert (exact.ratio.low, exact.ratio.high) == pytest.approx((0.814626, 0.936359), abs=5e-7)
    found = compare_counts(1511, 1730, dispersion=LEAST)
    assert found.p == pytest.approx(0.000121, abs=5e-7)
    assert (found.ratio.low, found.ratio.high) == pytest.approx((0.815166, 0.935816), abs=5e-7)
    assert (found.difference.low, found.difference.high) == pytest.approx(
        (-330.6, -107.4), abs=0.05
    )
    other = compare_counts(1490, 1680, dispersion=LEAST)
    assert other.value == pytest.approx(0.886905, abs=5e-7)
    assert (other.ratio.low, other.ratio.high) == pytest.approx((0.827153, 0.950973), abs=5e-7)


def test_the_interval_reaches_zero_at_dispersion_3_846():
    assert compare_counts(1511, 1730, dispersion=3.845).ratio.high < 1
    assert compare_counts(1511, 1730, dispersion=3.847).ratio.high > 1


@pytest.mark.parametrize(
    ("new", "old", "exposure", "ratio", "low", "high"),
    [(41, 62, (1, 1), 0.661290, 0.434501, 0.996979), (3, 8, (1, 1), 0.375, 0.064076, 1.562411),
     (0, 5, (1, 1), 0, 0, 1.091279), (20, 50, (1, 2), 0.8, 0.451117, 1.368238)],
)  # fmt: skip
def test_exact_limits(new, old, exposure, ratio, low, high):
    found = compare_counts(new, old, exposure=exposure)
    assert found.value == pytest.approx(ratio, abs=5e-7)
    assert (found.ratio.low, found.ratio.high) == pytest.approx((low, high), abs=5e-7)
    assert found.shown == (old >= 20)


@pytest.mark.parametrize(
    ("new", "old", "exposure", "p"),
    [(41, 62, (1, 1), 0.048234), (3, 8, (1, 1), 0.226562), (0, 5, (1, 1), 0.0625),
     (20, 50, (1, 2), 0.448148)],
)  # fmt: skip
def test_exact_p(new, old, exposure, p):
    assert compare_counts(new, old, exposure=exposure).p == pytest.approx(p, abs=6e-7)


@pytest.mark.parametrize(
    ("new", "old", "exposure", "p"),
    [(6, 2, (1, 1), 0.174875), (0, 3, (1, 1), 0.088379), (20, 10, (1, 1), 0.068832),
     (62, 41, (1, 1), 0.038565), (20, 10, (4, 2), 1), (1511, 1730, (1, 1), 0.000119)],
)  # fmt: skip
def test_e_test(new, old, exposure, p):
    assert e_test(new, old, exposure=exposure) == pytest.approx(p, abs=6e-7)


@pytest.mark.parametrize("exposure", [(1, 1), (2, 1), (6, 2), (2, 6)])
def test_e_test_against_its_own_worlds(exposure):
    """How often worlds of one rate give as large a difference, in its standard errors."""
    rng = np.random.default_rng(1)

    def far(new, old):
        difference = new / exposure[0] - old / exposure[1]
        error = np.sqrt(new / exposure[0] ** 2 + old / exposure[1] ** 2)
        return np.abs(difference) / np.maximum(error, 1e-12)

    pooled = (7 + 4) / sum(exposure)
    worlds = far(*(rng.poisson(pooled * e, 200_000) for e in exposure))
    share = np.mean(worlds >= far(7, 4) * (1 - 1e-9))
    assert e_test(7, 4, exposure=exposure) == pytest.approx(share, abs=0.005)


def test_equal_counts_are_no_difference():
    assert e_test(1, 1) == e_test(5, 5) == e_test(3, 6, exposure=(1, 2)) == 1
    assert compare_counts(5, 5).p == 1
    assert compare_counts(30, 30, dispersion=2).p == pytest.approx(1)


def test_the_difference_is_of_rates():
    found = compare_counts(20, 50, exposure=(1, 2)).difference
    half = 1.959964 * np.sqrt(20 + 50 / 4)
    assert (found.low, found.high) == pytest.approx((-5 - half, -5 + half))
    thrice = compare_counts(20, 50, exposure=(3, 6)).difference
    assert (thrice.low, thrice.high) == pytest.approx((found.low / 3, found.high / 3))


def test_what_was_compared_and_how_is_kept():
    found = compare_counts(30, 40, exposure=(365, 366), dispersion=2)
    given = (found.new, found.old, found.exposure_new, found.exposure_old, found.dispersion)
    assert given == (30, 40, 365, 366, 2)
    assert (found.ratio.method, found.difference.method) == ("log-normal", "normal")
    assert compare_counts(3, 4, dispersion=2).ratio.method == "exact given the total"
    assert compare_counts(20, 20, dispersion=2).ratio.method == "log-normal"
    assert compare_counts(19, 20, dispersion=2).ratio.method == "exact given the total"


@pytest.mark.parametrize(("new", "old"), [(3, 8), (8, 3), (0, 5), (5, 0), (4, 6)])
def test_few_clustered_counts_take_both_tails(new, old):
    """Just above dispersion 1: the tails of the binomial, the smaller one doubled."""
    found = compare_counts(new, old, exposure=(2, 3), dispersion=LEAST)
    at_most = binom.cdf(new, new + old, 0.4)
    at_least = binom.sf(new - 1, new + old, 0.4)
    assert found.p == pytest.approx(min(2 * min(at_most, at_least), 1))


def test_few_counts_are_divided_by_the_dispersion_whole_or_not():
    """A hair more dispersion changes p by a hair, also where the quotients are whole."""
    settings = {"exposure": (2, 3)}
    whole = compare_counts(2, 16, dispersion=2, **settings)
    nearly = compare_counts(2, 16, dispersion=2 + 1e-9, **settings)
    assert whole.p == pytest.approx(nearly.p)
    quotients = compare_counts(1, 8, **settings).ratio
    assert (whole.ratio.low, whole.ratio.high) == pytest.approx(
        (quotients.low, quotients.high)
    )


def test_from_none_the_ratio_has_no_upper_end():
    found = compare_counts(5, 0)
    assert (found.value, found.ratio.high, found.p) == (np.inf, np.inf, 0.0625)
    assert compare_counts(0, 5).ratio.low == 0


def test_nothing_at_all_is_unknown():
    assert np.isnan(e_test(0, 0))
    found = compare_counts(0, 0, exposure=(365, 366), dispersion=3)
    ends = (found.ratio.low, found.ratio.high, found.difference.low, found.difference.high)
    assert np.isnan([found.value, found.p, *ends]).all()
    assert found.ratio.method == "no events"
    given = (found.new, found.old, found.exposure_new, found.exposure_old, found.dispersion)
    assert given == (0, 0, 365, 366, 3)


@pytest.mark.parametrize(
    ("counts", "settings", "says"),
    [
        ((-1, 2), {}, "new count is -1: give a whole number"),
        ((2, 2.5), {}, "old count is 2.5"),
        ((np.inf, 2), {}, "new count is inf"),
        ((np.nan, 2), {}, "new count is nan"),
        ((1, 2), {"exposure": (0, 1)}, "give two numbers above 0"),
        ((1, 2), {"exposure": (1, np.inf)}, "give two numbers above 0"),
        ((1, 2), {"exposure": (-1, 1)}, "give two numbers above 0"),
        ((1, 2), {"dispersion": 0.9}, "dispersion is 0.9: give 1 or more"),
        ((1, 2), {"dispersion": np.inf}, "dispersion is inf"),
    ],
)
def test_what_cannot_be_compared_is_refused(counts, settings, says):
    with pytest.raises(ParameterError, match=says):
        compare_counts(*counts, **settings)


@pytest.mark.parametrize("months", [6, 23, 24, 40])
@pytest.mark.parametrize("missing", [False, True])
def test_monthly_dispersion_is_pearsons_of_a_poisson_regression(months, missing):
    """Scikit-learn's fit of a line, and of the twelve months with two years or more."""
    from sklearn.linear_model import PoissonRegressor

    rng = np.random.default_rng(months)
    month = np.arange(months + missing)
    counts = 4.0 * rng.poisson(40 * np.exp(0.01 * month + 0.3 * np.sin(month * np.pi / 6)))
    if missing:
        counts[3] = np.nan
    held = ~np.isnan(counts)
    columns = [month / 12]
    if months >= 24:
        columns += [(month % 12 == m) * 1.0 for m in range(1, 12)]
    design = np.column_stack(columns)[held]
    fit = PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    mean = fit.fit(design, counts[held]).predict(design)
    squares = np.sum((counts[held] - mean) ** 2 / mean)
    wanted = squares / (months - 1 - design.shape[1])
    assert wanted > 1
    assert monthly_dispersion(counts) == pytest.approx(wanted, rel=1e-6)


def test_a_dispersion_needs_months_and_counts():
    assert monthly_dispersion([5] * 6) == 1
    assert monthly_dispersion(np.zeros(30)) == 1
    assert monthly_dispersion([0, 0, 9, 0, 0, 0, 0, 8]) > 1
    with pytest.raises(DataError, match="5 months are held; a dispersion needs 6"):
        monthly_dispersion([1, 2, 3, 4, 5, np.nan])
    with pytest.raises(DataError, match="a monthly count is negative"):
        monthly_dispersion([1, 2, 3, 4, 5, -1])
