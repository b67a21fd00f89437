"""Laws of concentration: Gini, Lorenz curve, shares."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.statistics import generalised_gini, gini, lorenz, places_holding, top_share

PLACES = st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(any)
SHARE = st.floats(0, 1)


@settings(max_examples=80, deadline=None)
@given(PLACES, st.integers(0, 2**32), st.sampled_from([2, 365, 0.5]))
def test_order_and_unit_do_not_matter(counts, seed, factor):
    mixed = np.random.default_rng(seed).permutation(counts) * factor
    np.testing.assert_allclose(gini(mixed), gini(counts), atol=1e-9)
    np.testing.assert_allclose(top_share(mixed, 0.2), top_share(counts, 0.2), atol=1e-9)


@settings(max_examples=80, deadline=None)
@given(PLACES)
def test_the_generalised_form_allows_for_few_events_and_is_plain_with_many(counts):
    plain, even = gini(counts), generalised_gini(counts)
    assert -1e-9 <= even <= plain + 1e-9
    assert plain <= 1 - 1 / len(counts) + 1e-9
    if sum(counts) >= len(counts):
        np.testing.assert_allclose(even, plain, atol=1e-9)


@settings(max_examples=80, deadline=None)
@given(PLACES)
def test_the_curve_is_convex_and_below_the_diagonal(counts):
    places, events = lorenz(counts)
    assert (events <= places + 1e-12).all()
    assert (np.diff(events, 2) >= -1e-12).all()
    assert events[-1] == 1


@settings(max_examples=80, deadline=None)
@given(PLACES, SHARE)
def test_top_share_and_places_holding_undo_each_other(counts, share):
    held = top_share(counts, share)
    assert held >= share - 1e-9
    assert top_share(counts, places_holding(counts, share)) >= share - 1e-9
    assert places_holding(counts, held) <= share + 1e-9


@settings(max_examples=80, deadline=None)
@given(PLACES, st.data())
def test_taking_from_the_poor_for_the_rich_never_lowers_gini(counts, data):
    values = np.sort(counts).astype(float)
    i = data.draw(st.integers(0, len(values) - 1))
    moved = values.copy()
    moved[i] -= min(1, moved[i])
    moved[-1] += values[i] - moved[i]
    assert gini(moved) >= gini(values) - 1e-9
