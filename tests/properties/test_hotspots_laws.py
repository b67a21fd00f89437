"""Laws of Gi*, density and ranks."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import gi_star, gi_star_by_weights, gi_star_test, kde, rank_stability
from peelian.spacetime import (
    distance_weights,
    hexagon_grid,
    outlines,
    polygon_grid,
    queen_weights,
    square_grid,
)
from peelian.terms import Areas, StudyArea


@st.composite
def maps(draw):
    """A grid of squares with a hole of any shape, and counts, many of them zero."""
    wide, high = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    kept = draw(
        st.lists(st.booleans(), min_size=wide * high, max_size=wide * high).filter(any)
    )
    row, col = np.divmod(np.flatnonzero(kept), wide)
    boxes = shapely.box(col * 100, row * 100, col * 100 + 100, row * 100 + 100)
    grid = square_grid(StudyArea("drawn", shapely.union_all(boxes)), 100)
    whole = draw(st.booleans())
    count = st.integers(0, 5).map(float) if whole else st.floats(0, 50, allow_subnormal=False)
    counts = draw(st.lists(count, min_size=grid.n_cells, max_size=grid.n_cells))
    return grid, np.array(counts)


@settings(max_examples=80, deadline=None)
@given(maps(), st.sampled_from([None, 100.0, 142.0, 250.0, 400.0]))
def test_running_sums_and_sparse_weights_agree(drawn, distance):
    grid, counts = drawn
    weights = (
        queen_weights(outlines(grid))
        if distance is None
        else distance_weights(grid.x, grid.y, distance)
    )
    fast = gi_star(counts, grid, distance=distance)
    slow = gi_star_by_weights(counts, weights)
    np.testing.assert_allclose(fast, slow, rtol=1e-6, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(maps(), st.sampled_from([2.0, 0.5, 1024.0]))
def test_scaling_counts_leaves_gi_star_unchanged(drawn, factor):
    grid, counts = drawn
    z = gi_star(counts, grid)
    assert np.array_equal(gi_star(counts * factor, grid), z, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(maps(), st.integers(0, 2**32))
def test_permuting_cells_permutes_gi_star(drawn, seed):
    grid, counts = drawn
    order = np.random.default_rng(seed).permutation(grid.n_cells)
    names = tuple(str(i) for i in order)
    shapes = outlines(grid)[order]
    permuted = polygon_grid(Areas(names, names, names, np.ones(len(names)), shapes))
    np.testing.assert_allclose(
        gi_star(counts[order], permuted), gi_star(counts, grid)[order], rtol=1e-6, atol=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(maps())
def test_adjusted_p_is_never_below_p_and_follows_its_order(drawn):
    grid, counts = drawn
    result = gi_star_test(counts, grid)
    tested = ~np.isnan(result.z)
    p, p_fdr = result.p[tested], result.p_fdr[tested]
    assert (p_fdr >= p - 1e-15).all()
    assert (p_fdr <= 1).all()
    order = np.argsort(p)
    assert (np.diff(p_fdr[order]) >= -1e-15).all()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 2**32),
    st.floats(60, 2500),
    st.sampled_from(["quartic", "gaussian"]),
    st.sampled_from([square_grid, hexagon_grid]),
)
def test_density_adds_up_over_events_in_any_order(n, seed, bandwidth, kernel, make):
    rng = np.random.default_rng(seed)
    grid = make(StudyArea("box", shapely.box(0, 0, 3000, 2000)), 240)
    x, y = rng.uniform(-500, 3500, (2, n))
    half = n // 2
    settings_ = {"bandwidth": bandwidth, "kernel": kernel}
    whole = kde(x, y, grid, **settings_)
    parts = kde(x[:half], y[:half], grid, **settings_) + kde(
        x[half:], y[half:], grid, **settings_
    )
    mixed = rng.permutation(n)
    scale = max(whole.max(initial=0), 1e-30)
    np.testing.assert_allclose(parts, whole, atol=1e-12 * scale)
    np.testing.assert_allclose(
        kde(x[mixed], y[mixed], grid, **settings_), whole, atol=1e-12 * scale
    )
    assert (whole >= 0).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 35), st.booleans()
)
def test_shares_of_a_list_add_up_to_its_length(totals, k, by_period):
    counts = np.array(totals)
    if by_period:
        counts = np.stack([counts, counts[::-1], counts])
    share = rank_stability(counts, k, draws=20, rng=np.random.default_rng(1))
    assert abs(share.sum() - min(k, len(totals))) < 1e-9
    assert (share >= 0).all()
    assert (share <= 1 + 1e-12).all()
