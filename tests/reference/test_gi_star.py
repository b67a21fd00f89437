"""Gi* against published values."""

import numpy as np
import shapely
from scipy.sparse import csr_array

from peelian.hotspots import gi_star, gi_star_by_weights, gi_star_test
from peelian.spacetime import distance_weights, square_grid
from peelian.terms import StudyArea

# pysal/esda, docstring of G_Local: six points, distance band 15, star=True, binary weights.
POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
COUNTS = np.array([2, 3, 3.2, 5, 8, 7])
ESDA = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]


def test_definition_matches_esda():
    near = np.linalg.norm(POINTS[:, None] - POINTS[None], axis=-1) <= 15
    z = gi_star_by_weights(COUNTS, csr_array(near.astype(float)))
    np.testing.assert_allclose(z, ESDA, atol=1e-8)


def test_distance_band_matches_esda():
    z = gi_star_by_weights(COUNTS, distance_weights(POINTS[:, 0], POINTS[:, 1], 15))
    np.testing.assert_allclose(z, ESDA, atol=1e-8)


def test_three_by_three_grid_with_queen_contiguity():
    """Computed by hand from the formula of Ord and Getis 1995: S = 2.739740."""
    grid = square_grid(StudyArea("nine", shapely.box(0, 0, 750, 750)), 250)
    counts = np.array([[0, 1, 0], [2, 9, 3], [0, 1, 0]], dtype=float)
    z = gi_star(counts.ravel(), grid).reshape(3, 3)
    np.testing.assert_allclose(counts.std(), 2.739740, rtol=1e-6)
    np.testing.assert_allclose(z[0, 1], 1.054439, rtol=1e-6)
    np.testing.assert_allclose(z[0, 0], 1.128576, rtol=1e-6)
    assert np.isnan(z[1, 1])  # its neighbours are the whole grid


def test_p_values_of_the_normal_null_are_two_sided():
    grid = square_grid(StudyArea("nine", shapely.box(0, 0, 750, 750)), 250)
    result = gi_star_test([0, 1, 0, 2, 9, 3, 0, 1, 0], grid, null="normal")
    # 2 (1 - Phi(1.128576)) and 2 (1 - Phi(1.054439)) from tables of the normal distribution.
    np.testing.assert_allclose(result.p[[0, 1]], [0.2590774, 0.2916824], atol=2e-5)
