"""Laws of events on streets."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from peelian.hotspots import segment_counts, segment_kde, snap_events
from peelian.hotspots.segment_kde import JUNCTIONS
from streets import network_of, on_streets, squares

WHOLE = st.integers(0, 6)


@st.composite
def towns(draw):
    """Streets between points of a small lattice, some of them loops of three, and events."""
    streets = draw(
        st.lists(st.tuples(WHOLE, WHOLE, WHOLE, WHOLE), min_size=1, max_size=15).filter(
            lambda all_of: any(one[:2] != one[2:] for one in all_of)
        )
    )
    town = network_of(
        *(f"LINESTRING ({a * 50} {b * 50}, {c * 50} {d * 50})" for a, b, c, d in streets)
    )
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    x, y = on_streets(town, draw(st.integers(1, 20)), rng)
    return town, x, y, rng


@settings(max_examples=60, deadline=None)
@given(
    towns(),
    st.floats(5, 400),
    st.sampled_from(JUNCTIONS),
    st.sampled_from(["quartic", "gaussian"]),
)
def test_no_event_is_lost_along_the_streets(drawn, bandwidth, junctions, kernel):
    town, x, y, rng = drawn
    weights = rng.uniform(0, 5, len(x))
    events = snap_events(x, y, town, max_distance=1)
    assert events.snapped.all()
    counts = segment_counts(events, town, weights=weights)
    np.testing.assert_allclose(counts.sum(), weights.sum())
    density = segment_kde(
        events, town, bandwidth=bandwidth, junctions=junctions, kernel=kernel, weights=weights
    )
    np.testing.assert_allclose(density @ town.length, weights.sum(), rtol=1e-9)
    assert density.min() > -1e-12 * density.max()


@settings(max_examples=12, deadline=None)
@given(towns(), st.floats(20, 200), st.sampled_from(JUNCTIONS))
def test_each_event_counts_by_itself_and_the_order_does_not_matter(
    drawn, bandwidth, junctions
):
    town, x, y, rng = drawn

    def density(chosen):
        events = snap_events(x[chosen], y[chosen], town, max_distance=1)
        return segment_kde(events, town, bandwidth=bandwidth, junctions=junctions)

    every = density(rng.permutation(len(x)))
    alone = sum(density(np.array([i])) for i in range(len(x)))
    np.testing.assert_allclose(every, alone, atol=1e-9 * every.max())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.floats(20, 200))
def test_a_street_may_be_cut_where_one_likes(seed, bandwidth):
    """Halving every street changes nothing but how finely the density is read."""
    rng = np.random.default_rng(seed)
    blocks = squares(4, 70.0)
    lines = [line for line in blocks.lines if rng.random() < 0.7]
    town = network_of(*map(shapely.to_wkt, lines))
    halves = network_of(
        *(
            shapely.to_wkt(substring(line, a, a + 0.5, normalized=True))
            for line in lines
            for a in (0, 0.5)
        )
    )
    x, y = on_streets(town, 12, rng)
    whole = segment_kde(snap_events(x, y, town, max_distance=1), town, bandwidth=bandwidth)
    parts = segment_kde(snap_events(x, y, halves, max_distance=1), halves, bandwidth=bandwidth)
    joined = parts.reshape(-1, 2).mean(axis=1)
    np.testing.assert_allclose(joined, whole, atol=2e-3 * whole.max())
