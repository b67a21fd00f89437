"""Kernels against values computed from their formulas.

Quartic: Silverman, "Density Estimation for Statistics and Data Analysis", 1986, section 4.2;
events at 0, 50, 120, 199 and 250 m, values in events per km2.
"""

import numpy as np
import pytest
import shapely

from peelian.hotspots import kde
from peelian.spacetime import gaussian, quartic, square_grid
from peelian.terms import StudyArea

DISTANCE = np.array([0.0, 50, 120, 199, 250])
PER_KM2 = 1e6


def test_quartic():
    np.testing.assert_allclose(quartic(DISTANCE, 200).sum() * PER_KM2, 54.636438, rtol=1e-6)


def test_gaussian():
    np.testing.assert_allclose(gaussian(DISTANCE, 100).sum() * PER_KM2, 40.604380, rtol=1e-6)


@pytest.mark.parametrize(
    ("kernel", "bandwidth", "expected"),
    [("quartic", 200, 54.636438), ("gaussian", 100, 40.604380)],
)
def test_density_at_a_cell_with_events_at_those_distances(kernel, bandwidth, expected):
    grid = square_grid(StudyArea("square", shapely.box(0, 0, 1000, 1000)), 100)
    middle = int(np.flatnonzero((grid.x == 450) & (grid.y == 550))[0])
    angle = np.array([0.0, 0.3, 2.1, 4.0, 5.5])
    x, y = 450 + DISTANCE * np.cos(angle), 550 + DISTANCE * np.sin(angle)
    density = kde(x, y, grid, bandwidth=bandwidth, kernel=kernel)
    np.testing.assert_allclose(density[middle] * PER_KM2, expected, rtol=1e-6)
