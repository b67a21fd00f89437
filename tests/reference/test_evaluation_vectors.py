"""Did the action work: the worked values of science 5.3 to 5.9 and of the tests of ptools."""

import numpy as np
import pytest

from peelian.evaluation import (
    average_run_length,
    compare_counts,
    conditional_power,
    crossover,
    displacement_quotient,
    funnel_limits,
    minimum_detectable_ratio,
    normal_power,
    poisson_cusum,
    ratio_of_ratios,
    sequential_test,
    spate_p,
    stabilised_limits,
    stepped_wedge_error,
    synthetic_control,
    weighted_displacement,
)
from peelian.statistics import sign_flip_test

TREATED, CONTROL, NEAR, FAR = (207, 110), (308, 318), (178, 157), (150, 140)
HARM = [3, 2, 5, 7, 10]  # motor vehicle, theft, burglary, robbery, assault


def test_weighted_displacement_as_ptools_has_it():
    found = weighted_displacement(TREATED, CONTROL, treated_near=NEAR, control_near=FAR)
    assert (found.value, found.local) == (-118, -107)
    assert found.error == pytest.approx(39.597980, abs=5e-7)
    assert found.value / found.error == pytest.approx(-2.979950, abs=5e-7)
    limits = (found.interval.low, found.interval.high)
    assert limits == pytest.approx((-195.610614, -40.389386), abs=2e-6)
    assert weighted_displacement(TREATED, CONTROL).error == pytest.approx(30.708305, abs=5e-7)


def test_weights_of_periods_areas_and_harm():
    found = weighted_displacement((80, 20), (100, 50), lengths=(2, 1))
    assert (found.value, found.error) == pytest.approx((-20, 10.723805), abs=5e-7)
    found = weighted_displacement(
        TREATED, CONTROL, treated_near=NEAR, control_near=FAR, areas=(1.2, 0.9, 1.5, 1.6)
    )
    assert (found.value, found.error) == pytest.approx((-99.694444, 35.428076), abs=5e-7)
    control = ([133, 388, 148, 86, 94], [91, 305, 97, 64, 67])
    treated = ([130, 327, 398, 144, 183], [74, 202, 190, 92, 96])
    found = weighted_displacement(treated, control, harm=HARM)
    assert (found.value, found.error) == pytest.approx((-1721, 304.103601), abs=5e-7)
    limits = (found.interval.low, found.interval.high)
    assert limits == pytest.approx((-2317.03, -1124.97), abs=0.005)


def test_ratio_of_ratios():
    found = ratio_of_ratios(TREATED, CONTROL)
    assert found.value == pytest.approx(0.514690, abs=5e-7)
    limits = (found.interval.low, found.interval.high)
    assert limits == pytest.approx((0.389250, 0.680555), abs=5e-7)
    course = (found.expected, found.prevented)
    assert course == pytest.approx((213.720779, 103.720779), abs=5e-7)
    wide = ratio_of_ratios(TREATED, CONTROL, dispersion=2).interval
    assert (wide.low, wide.high) == pytest.approx((0.346719, 0.764037), abs=5e-7)


def test_displacement_quotient():
    found = displacement_quotient(TREATED, NEAR, (1000, 1010))
    assert found == pytest.approx(0.229938, abs=5e-7)
    assert np.isnan(displacement_quotient((100, 120), NEAR, (1000, 1010)))


def test_crossover():
    found = crossover([1, 2, 0], [6, 10, 4], [0.4] * 3)
    assert (found.expected, found.variance) == pytest.approx((8.0, 4.8))
    assert found.z == pytest.approx(-2.282177, abs=5e-7)
    assert (found.p, found.p_exact) == pytest.approx((0.022479, 0.022427), abs=6e-7)
    assert found.value == pytest.approx(0.264706, abs=5e-7)
    by_exposure = compare_counts(9, 51, exposure=(720, 1080))
    assert by_exposure.value == pytest.approx(0.264706, abs=5e-7)
    limits = (by_exposure.ratio.low, by_exposure.ratio.high)
    assert limits == pytest.approx((0.114563, 0.542874), abs=5e-7)


def test_pairs():
    assert sign_flip_test([-4, -2, -3, 1, -5, -2]) == 0.0625


def test_stepped_wedge():
    wedge = np.arange(4) >= np.repeat([1, 2, 3], 2)[:, None]
    error = stepped_wedge_error(wedge, within=0.05, between=0.04)
    assert (error**2, error) == pytest.approx((0.02625, 0.162019), abs=5e-7)
    assert normal_power(0.75, error) == pytest.approx(0.427, abs=5e-4)


@pytest.mark.parametrize(
    ("treated", "control", "least"),
    [(7.2, 10.8, None), (21.6, 32.4, 0.299), (72, 108, 0.605), (10, 10, None), (30, 30, 0.376),
     (60, 60, 0.544), (100, 100, 0.638), (300, 300, 0.783), (1500, 1500, 0.900),
     (30, 1530, 0.474), (5, 255, None)],
)  # fmt: skip
def test_minimum_detectable_ratio(treated, control, least):
    found = minimum_detectable_ratio(treated, control)
    assert np.isnan(found) if least is None else found == pytest.approx(least, abs=6e-4)


def test_exact_conditional_power():
    assert conditional_power(21.6, 32.4, 0.5) == pytest.approx(0.4766, abs=5e-5)


def test_synthetic_control():
    found = synthetic_control(
        [10, 12, 11, 13, 9, 8],
        [[8, 10, 9, 11, 12, 11], [14, 15, 16, 17, 18, 16], [30, 28, 31, 29, 30, 28]],
        n_before=4,
    )
    assert found.weights == pytest.approx([0.847619, 0.076190, 0.076190], abs=1e-6)
    assert np.sum(found.effect[:4] ** 2) == pytest.approx(0.152381, abs=1e-6)
    assert found.expected[4:] == pytest.approx([13.8286, 12.6762], abs=5e-5)
    assert found.effect[4:] == pytest.approx([-4.8286, -4.6762], abs=5e-5)


@pytest.mark.parametrize(
    ("mean", "low", "high"),
    [(4, 0.25, 12.25), (10, 2.763167, 21.736833), (30, 15.818323, 48.681677)],
)
def test_stabilised_limits(mean, low, high):
    assert stabilised_limits(mean) == pytest.approx((low, high), abs=5e-7)


def test_poisson_cusum_and_its_run_length():
    sums = poisson_cusum([3, 5, 4, 7, 8, 6, 9, 2], usual=4, raised=6)
    published = [0, 0.0674, 0, 2.0674, 5.1348, 6.2022, 10.2696, 7.3370]
    assert sums == pytest.approx(published, abs=5e-5)
    # Published with 400 states; ours has more, so long runs differ by up to 1.2 %.
    lengths = ((8, 171, 7.7), (10, 406, 9.6), (12, 958, 11.6), (15, 3350, 14.4))
    for limit, usual, raised in lengths:
        run = {"usual": 4, "raised": 6}
        assert average_run_length(limit, mean=4, **run) == pytest.approx(usual, rel=0.012)
        assert average_run_length(limit, mean=6, **run) == pytest.approx(raised, abs=0.06)


def test_sequential_test():
    found = sequential_test([3, 5, 4, 7, 8, 6, 9, 2], usual=4, raised=6)
    assert found.log_ratio == pytest.approx(1.840465, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((-1.558145, 2.772589), abs=5e-7)
    assert found.verdict == "continue"


def test_funnel_limits():
    low, high = funnel_limits([5, 20, 100])
    np.testing.assert_allclose(low, [0.2, 0.6, 0.81])
    np.testing.assert_allclose(high, [2.0, 1.45, 1.2])


def test_spate():
    """ptools prints .039022 and, for 260 windows, .486814: its last sum ends a term early, and
    the second of its examples raises to L - 1 where Naus (1982) has L - 2."""
    assert spate_p(6, 0.6, windows=208) == pytest.approx(0.039022, abs=2e-6)
    assert spate_p(6, 1.0, windows=260) == pytest.approx(0.486814, abs=0.0015)
