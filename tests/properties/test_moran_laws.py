"""Laws of local Moran's I and of conditional permutation."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import gi_star_test, local_moran, local_moran_by_weights
from peelian.spacetime import distance_weights, outlines, queen_weights, square_grid
from peelian.terms import StudyArea


@st.composite
def maps(draw):
    """Squares with a hole of any shape, and counts, whole or not."""
    wide, high = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    kept = draw(
        st.lists(st.booleans(), min_size=wide * high, max_size=wide * high).filter(any)
    )
    row, col = np.divmod(np.flatnonzero(kept), wide)
    boxes = shapely.box(col * 100, row * 100, col * 100 + 100, row * 100 + 100)
    grid = square_grid(StudyArea("drawn", shapely.union_all(boxes)), 100)
    count = st.sampled_from([0, 0, 0, 1, 2, 7]) | st.floats(0, 50).map(lambda v: round(v, 3))
    counts = draw(st.lists(count, min_size=grid.n_cells, max_size=grid.n_cells))
    return grid, np.array(counts, dtype=float)


def moran_of(grid, counts, seed=3, **given_):
    return local_moran(
        counts, grid, permutations=49, rng=np.random.default_rng(seed), **given_
    )


@settings(max_examples=60, deadline=None)
@given(maps(), st.sampled_from([None, 100.0, 142.0, 250.0]))
def test_running_sums_and_sparse_weights_agree(drawn, distance):
    grid, counts = drawn
    weights = (
        queen_weights(outlines(grid))
        if distance is None
        else distance_weights(grid.x, grid.y, distance)
    )
    found = moran_of(grid, counts, distance=distance).local_moran
    expected = local_moran_by_weights(counts, weights)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(maps(), st.sampled_from([2.0, 0.5, 1024.0]))
def test_scaling_counts_changes_nothing(drawn, factor):
    grid, counts = drawn
    once, scaled = moran_of(grid, counts), moran_of(grid, counts * factor)
    np.testing.assert_allclose(scaled.local_moran, once.local_moran, rtol=1e-9)
    assert np.array_equal(scaled.p, once.p, equal_nan=True)
    assert np.array_equal(scaled.quadrant, once.quadrant)


@settings(max_examples=60, deadline=None)
@given(maps())
def test_turning_high_into_low_keeps_p_and_turns_the_quadrants(drawn):
    grid, counts = drawn
    counts = np.rint(counts)
    once, turned = moran_of(grid, counts), moran_of(grid, counts.max() - counts)
    np.testing.assert_allclose(turned.local_moran, once.local_moran, rtol=1e-9, atol=1e-9)
    clear = ~np.isnan(once.p) & (np.abs(once.local_moran) > 1e-9)
    assert np.array_equal(turned.p[clear], once.p[clear])
    names = {"high-high": "low-low", "low-low": "high-high",
             "high-low": "low-high", "low-high": "high-low"}  # fmt: skip
    assert turned.quadrant[clear].tolist() == [names[q] for q in once.quadrant[clear]]


@settings(max_examples=60, deadline=None)
@given(maps())
def test_sign_and_quadrant_and_p_go_together(drawn):
    grid, counts = drawn
    found = moran_of(grid, counts)
    clear = np.abs(np.nan_to_num(found.local_moran)) > 1e-9
    alike = np.isin(found.quadrant, ["high-high", "low-low"])
    assert np.array_equal(found.local_moran[clear] > 0, alike[clear])
    tested = ~np.isnan(found.p)
    assert np.array_equal(tested, found.quadrant != "")
    assert (found.p[tested] >= 2 / 50 - 1e-15).all()
    assert (found.p[tested] <= 1).all()
    assert (found.p_fdr[tested] >= found.p[tested] - 1e-15).all()


@settings(max_examples=40, deadline=None)
@given(maps())
def test_gi_star_and_local_moran_share_one_permutation(drawn):
    """Both ask how the others would stand around the cell."""
    grid, counts = drawn
    moran = moran_of(grid, counts, seed=5)
    rng = np.random.default_rng(5)
    gi = gi_star_test(counts, grid, null="permutation", permutations=49, rng=rng)
    both = ~np.isnan(gi.p) & ~np.isnan(moran.p) & (moran.local_moran != 0)
    assert np.array_equal(gi.p[both], moran.p[both])
