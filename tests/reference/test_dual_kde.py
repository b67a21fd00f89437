"""Ratio and relative risk of two kernel densities, from the formulas of Bithell (1990) and of
Kelsall and Diggle (1995), doi:10.1002/sim.4780090616 and doi:10.2307/3318678."""

import numpy as np
import shapely

from peelian.hotspots import dual_kde, relative_risk
from peelian.spacetime import square_grid
from peelian.terms import Events, StudyArea

GRID = square_grid(StudyArea("box", shapely.box(0, 0, 1000, 1000)), 100)


def events(*places):
    x, y = np.array(places, dtype=float).T
    at = np.full(len(x), np.datetime64("2024-01-01T00:00:00", "s"))
    no = np.full(len(x), "")
    return Events(x, y, at, at, np.ones(len(x)), no, no, no)


def test_log_ratio_of_two_gaussians_is_linear():
    """One event each, 400 m apart: log ratio (d2^2 - d1^2) / (2 s^2), zero half way."""
    found = dual_kde(
        events((300, 500)), events((700, 500)), GRID, bandwidth=300, kernel="gaussian"
    )
    expected = ((GRID.x - 700) ** 2 - (GRID.x - 300) ** 2) / (2 * 300**2)
    np.testing.assert_allclose(found.log_ratio, expected, atol=1e-9)


def test_relative_risk_by_hand():
    """At (450, 550), quartic of 500 m: one event at the place; of the reference one 300 m away
    and one out of reach. f = 1 and g = (1 - 0.36)^2 / 2 in units of the peak."""
    rng = np.random.default_rng(1)
    found = relative_risk(
        events((450, 550)), events((450, 850), (950, 50)), GRID, bandwidth=500,
        permutations=9, rng=rng,
    )  # fmt: skip
    cell = np.hypot(GRID.x - 450, GRID.y - 550).argmin()
    np.testing.assert_allclose(found.relative_risk[cell], 1 / (0.64**2 / 2))
