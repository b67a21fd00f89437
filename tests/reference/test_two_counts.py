"""Two counts compared: the worked values of science 5.2 and the E-test's own paper."""

import numpy as np
import pytest

from peelian.evaluation import compare_counts, e_test

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


def test_nothing_at_all_is_unknown():
    assert np.isnan(e_test(0, 0))
    found = compare_counts(0, 0)
    assert np.isnan([found.value, found.p, found.ratio.low, found.difference.low]).all()
