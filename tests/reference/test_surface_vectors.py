"""Hit rate, PAI, PEI: frame T6 of the ptools documentation, and the NIJ unit check."""

import numpy as np
import pytest

from peelian.statistics import (
    against_ties,
    flag_shares,
    hit_rate,
    pai,
    pei,
    search_efficiency,
)

OBSERVED = np.array([6.0, 7, 3, 2, 1, 0])
PREDICTED = np.array([8.0, 4, 4, 2, 1, 0])
AREA = np.ones(6)
SQUARE_MILE = 1609.344**2


@pytest.mark.parametrize(
    ("k", "hits", "accuracy", "efficiency"),
    [
        (1, 0.315789, 1.894737, 0.857143),
        (2, 0.473684, 1.421053, 0.692308),
        (3, 0.842105, 1.684211, 1.0),
    ],
)
def test_t6_with_ties_against_the_forecaster(k, hits, accuracy, efficiency):
    flagged = against_ties(flag_shares(PREDICTED, AREA, area_budget=k), AREA, OBSERVED)
    assert flagged.sum() == k
    assert hit_rate(OBSERVED, flagged) == pytest.approx(hits, abs=5e-7)
    assert pai(OBSERVED, flagged, AREA) == pytest.approx(accuracy, abs=5e-7)
    assert pei(OBSERVED, flagged, AREA) == pytest.approx(efficiency, abs=5e-7)


def test_t6_expected_over_random_ties():
    flagged = flag_shares(PREDICTED, AREA, area_budget=2)
    assert pai(OBSERVED, flagged, AREA) == pytest.approx(1.736842, abs=5e-7)


def test_nij_unit_check():
    """34 of 273 events in 20 cells of 360,000 square feet of 147.7 square miles."""
    flagged_area = 20 * 360_000 / 5280**2
    area = np.array([flagged_area, 147.70 - flagged_area])
    accuracy = pai(np.array([34.0, 239.0]), np.array([True, False]), area)
    assert accuracy == pytest.approx(71.224944, rel=1e-7)


def test_search_efficiency_m5():
    """34 crimes in 0.258264 square miles."""
    area = np.array([20 * 360_000 * 0.3048**2, 1e6])
    per_km2 = search_efficiency(np.array([34.0, 5.0]), np.array([True, False]), area)
    assert per_km2 == pytest.approx(50.829577, rel=1e-7)
