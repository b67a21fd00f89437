"""Power of whole designs, and the dispersion of a panel."""

import numpy as np
import pytest

from peelian.evaluation import (
    displacement_power,
    error_power,
    minimum_detectable_ratio,
    panel_dispersion,
    two_count_power,
    weighted_displacement,
)
from peelian.terms import DataError, ParameterError


def test_a_design_too_small_detects_nothing():
    """20 spots x 90 days, 40 % treated, .01 events a place-day: none (science 5.7)."""
    found = two_count_power(7.2, 10.8, ratios=(0.86, 0.5))
    assert np.isnan(found.detectable)
    assert all(chance < 0.3 for chance in found.chances)


@pytest.mark.parametrize("base, expected", [(30, 0.376), (100, 0.638), (1500, 0.900)])
def test_a_year_against_a_year(base, expected):
    """Minimum detectable ratios of the same table, to its grid of .0005."""
    assert two_count_power(base, base, ratios=()).detectable == pytest.approx(
        expected, abs=6e-4
    )


def test_dispersion_is_a_loss_of_events():
    assert two_count_power(300, 300, ratios=(), dispersion=3).detectable == pytest.approx(
        minimum_detectable_ratio(100, 100)
    )


def test_power_at_the_detectable_fall_of_a_displacement_design_is_that_wanted():
    found = displacement_power(207, 308 + 207 + 318, ratios=())
    (chance,) = displacement_power(207, 833, ratios=(found.detectable,)).chances
    assert chance == pytest.approx(0.8, abs=1e-6)
    after = 207 * found.detectable
    assert weighted_displacement((207, after), (308, 308)).error == pytest.approx(
        np.sqrt(207 + after + 616)
    )


def test_a_displacement_design_too_small_detects_nothing():
    assert np.isnan(displacement_power(4, 30, ratios=()).detectable)
    with pytest.raises(ParameterError, match="above 0"):
        displacement_power(0, 30, ratios=())


def test_an_unknown_error_finds_nothing():
    assert np.isnan(error_power(np.nan, ratios=(0.8,), dispersion=1).detectable)


def test_dispersion_of_poisson_counts_is_one_and_of_clustered_counts_theirs():
    rng = np.random.default_rng(7)
    level = rng.uniform(5, 40, (30, 1)) * rng.uniform(0.5, 2, (1, 40))
    assert panel_dispersion(rng.poisson(level)) == pytest.approx(1, abs=0.1)
    clustered = rng.negative_binomial(level / 2, 1 / 3)
    assert panel_dispersion(clustered) == pytest.approx(3, abs=0.4)


def test_dispersion_takes_exposure_into_account():
    rng = np.random.default_rng(8)
    exposure = rng.uniform(1, 50, (12, 30))
    counts = rng.poisson(3 * exposure)
    assert panel_dispersion(counts, exposure=exposure) < 1.25
    assert panel_dispersion(counts) > 5


def test_too_little_to_estimate_a_dispersion_from_is_unknown():
    assert np.isnan(panel_dispersion([[3, 4, 5], [1, 2, 3]]))
    assert np.isnan(panel_dispersion(np.zeros((20, 20))))
    with pytest.raises(DataError):
        panel_dispersion([[np.nan, 1.0]])
