"""Local Moran and the permutation null of Gi* against esda."""

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array

from peelian.hotspots import gi_star_test, local_moran, local_moran_by_weights
from peelian.spacetime import square_grid
from peelian.terms import StudyArea

# pysal/esda, docstring of Moran_Local: libpysal's example desmith (10 areas), row weights. The
# quadrants are printed there; I is what esda 2.9.0 gives.
DESMITH = [2.24, 3.1, 4.55, -5.15, -4.39, 0.46, 5.54, 9.02, -2.09, -3.06]
NEIGHBOURS = [(2, 4), (1, 5), (4, 7), (1, 3, 5, 8), (2, 4, 6, 9), (5, 10), (3, 8), (4, 7, 9),
              (5, 8, 10), (6, 9)]  # fmt: skip
DESMITH_I = [
    -0.11409277, -0.19940543, -0.13351408, -0.51770383, 0.48095009,
    0.12208113, 1.19148298, -0.58144305, 0.07101383, 0.34314301,
]  # fmt: skip
DESMITH_QUADRANTS = [4, 4, 4, 2, 3, 3, 1, 4, 3, 3]

# esda 2.9.0 on a grid of 6 by 8 cells, lat2W(6, 8, rook=False): Moran_Local(y, w,
# permutations=99_999, seed=7) and G_Local(y, w, transform="B", star=True,
# permutations=99_999, seed=7). Its p is that of the smaller tail: half of ours. The values are
# not whole, as harm is not, so that no two sums tie: esda counts ties in one tail only.
QUADRANT = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
COUNTS = [
    0.831, 0.288, 1.443, 0.222, 1.673, 0.792, 0.153, 5.764,
    0.005, 0.195, 2.982, 0.324, 2.936, 0.901, 0.179, 1.281,
    2.968, 3.976, 6.454, 6.698, 6.608, 0.247, 3.145, 0.212,
    0.871, 0.692, 8.59, 16.462, 8.221, 1.185, 8.234, 0.829,
    1.776, 1.987, 0.024, 1.353, 2.245, 5.077, 0.74, 5.674,
    3.653, 0.658, 1.335, 0.786, 1.176, 9.743, 2.305, 7.396,
]  # fmt: skip
MORAN = [
    0.51405164, 0.43042101, 0.28115856, 0.25527125, 0.21218087, 0.33419582,
    0.28328007, -0.59377202, 0.33219433, 0.13832623, -0.00166172, -0.15666597,
    0.00050042, 0.17459921, 0.334229, 0.15317587, -0.00384648, -0.00893484,
    0.62860052, 1.19211136, 0.53813477, -0.2318515, -0.02309595, 0.05017502,
    0.12036823, -0.07629069, 0.8706982, 2.46118825, 0.94246674, -0.21098205,
    -0.37261662, -0.12165263, 0.14009778, 0.06224266, -0.26552332, -0.26601619,
    -0.1562834, 0.24037999, -0.4072008, 0.22872046, -0.0912518, 0.23769471,
    0.2789591, 0.32414013, -0.13877769, -0.37776591, -0.15546568, -0.0144886,
]  # fmt: skip
QUADRANTS = [
    3, 3, 3, 3, 3, 3, 3, 4, 3, 3, 4, 2, 3, 3, 3, 3, 4, 4, 1, 1, 1, 2, 4, 3,
    3, 2, 1, 1, 1, 2, 4, 2, 3, 3, 2, 2, 2, 1, 2, 1, 4, 3, 3, 3, 2, 4, 2, 4,
]  # fmt: skip
MORAN_P = [
    0.0026, 0.0684, 0.0321, 0.2273, 0.0666, 0.0852, 0.206, 0.0418,
    0.1755, 0.3053, 0.3567, 0.2711, 0.2627, 0.1809, 0.0774, 0.2377,
    0.0939, 0.4911, 0.0408, 0.0012, 0.0709, 0.1989, 0.1069, 0.4808,
    0.3469, 0.3538, 0.0559, 0.0066, 0.0362, 0.124, 0.2824, 0.3036,
    0.1671, 0.2624, 0.1862, 0.0591, 0.0195, 0.1242, 0.0438, 0.2239,
    0.2736, 0.2016, 0.0533, 0.0956, 0.253, 0.4097, 0.0455, 0.429,
]  # fmt: skip
GI_STAR = [
    -1.615123, -1.538529, -1.575968, -1.043292, -1.396, -1.423628, -1.109134, -0.67927,
    -1.21332, -0.803988, -0.427684, 0.311579, -0.666265, -1.07834, -1.511528, -0.894308,
    -1.155998, 0.026397, 2.174833, 3.586193, 1.869523, 0.564928, -1.124394, -0.488152,
    -0.696007, 0.092579, 2.159846, 3.299589, 2.363313, 1.007524, -0.125656, 0.151421,
    -1.035933, -0.755419, 0.590198, 1.498688, 2.161159, 1.360199, 1.607095, 0.970446,
    -0.571596, -1.06227, -1.487017, -1.386833, 0.351013, 0.46798, 1.713688, 0.670594,
]  # fmt: skip
GI_STAR_P = [
    0.0025, 0.0684, 0.0321, 0.2273, 0.0666, 0.0852, 0.2059, 0.0418,
    0.1754, 0.3053, 0.3567, 0.2711, 0.2627, 0.1808, 0.0774, 0.2376,
    0.0939, 0.4911, 0.0408, 0.0012, 0.0709, 0.1989, 0.1069, 0.4807,
    0.3468, 0.3538, 0.0559, 0.0066, 0.0362, 0.124, 0.2824, 0.3036,
    0.1671, 0.2625, 0.1862, 0.0591, 0.0195, 0.1242, 0.0438, 0.2239,
    0.2736, 0.2016, 0.0534, 0.0956, 0.253, 0.4096, 0.0455, 0.4289,
]  # fmt: skip


@pytest.fixture
def grid():
    return square_grid(StudyArea("esda", shapely.box(0, 0, 2000, 1500)), 250)


def test_definition_matches_the_published_example():
    weights = np.zeros((10, 10))
    for i, near in enumerate(NEIGHBOURS):
        weights[i, np.array(near) - 1] = 1
    found = local_moran_by_weights(DESMITH, csr_array(weights))
    np.testing.assert_allclose(found, DESMITH_I, atol=1e-8)
    high = np.array(DESMITH) > np.mean(DESMITH)
    assert np.array_equal(high, np.isin(DESMITH_QUADRANTS, [1, 4]))
    assert np.array_equal(found > 0, np.isin(DESMITH_QUADRANTS, [1, 3]))


def test_local_moran_and_its_p_match_esda(grid):
    result = local_moran(COUNTS, grid, permutations=99_999, rng=np.random.default_rng(1))
    np.testing.assert_allclose(result.local_moran, MORAN, atol=1e-8)
    assert result.quadrant.tolist() == [QUADRANT[q] for q in QUADRANTS]
    # Monte Carlo error of both: five times sqrt(2 p (1 - p) / 99,999), and four decimals.
    p = np.array(MORAN_P)
    error = 5 * np.sqrt(2 * p * (1 - p) / 99_999) + 1e-4
    assert (np.abs(result.p / 2 - p) < error).all()


def test_permutation_p_of_gi_star_matches_esda(grid):
    rng = np.random.default_rng(2)
    result = gi_star_test(COUNTS, grid, null="permutation", permutations=99_999, rng=rng)
    np.testing.assert_allclose(result.z, GI_STAR, atol=1e-6)
    p = np.array(GI_STAR_P)
    error = 5 * np.sqrt(2 * p * (1 - p) / 99_999) + 1e-4
    assert (np.abs(result.p / 2 - p) < error).all()
