"""Laws of the Knox test and of near repeats."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import knox, near_repeats, pair_counts

BREAKS = [0, 50, 100, 200]
DAYS = [0, 2, 7, 14]


@st.composite
def histories(draw):
    """Up to 40 events on a few snap points and days, so that ties and edges abound."""
    n = draw(st.integers(0, 40))
    coordinate = st.integers(0, 12).map(lambda k: k * 25.0)
    x, y = (draw(st.lists(coordinate, min_size=n, max_size=n)) for _ in range(2))
    day = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    return np.array(x), np.array(y), np.array(day, dtype=float)


def columns_of(x, y, day, seed=0, **kinds):
    kinds = {"distance_breaks": BREAKS, "time_breaks": DAYS, "permutations": 5} | kinds
    return knox(x, y, day, rng=np.random.default_rng(seed), **kinds).table.columns


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(["half-open", "closed"]), st.sampled_from([0.0, 0.5]))
def test_compiled_and_plain_counts_agree(history, edges, shift):
    x, y, day = history
    day = day + shift * (np.arange(len(day)) % 2)
    found = columns_of(x, y, day, edges=edges, same_place="exclude")
    plain = pair_counts(x, y, day, distance_breaks=BREAKS, time_breaks=DAYS, edges=edges)
    assert np.array_equal(found["observed"], plain[1:].ravel())


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 2**32))
def test_the_order_of_events_changes_no_pair(history, seed):
    x, y, day = history
    order = np.random.default_rng(seed).permutation(len(x))
    one, other = columns_of(x, y, day), columns_of(x[order], y[order], day[order])
    assert np.array_equal(one["observed"], other["observed"])
    assert np.array_equal(one["expected"], other["expected"])
    limits = {"distance": 60.0, "days": 3.0}
    chains = (
        near_repeats(x, y, day, **limits),
        near_repeats(x[order], y[order], day[order], **limits),
    )
    assert len(chains[0].pairs) == len(chains[1].pairs)
    assert np.array_equal(chains[0].chains.columns["n"], chains[1].chains.columns["n"])


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(["half-open", "closed"]))
def test_wider_bands_only_add_pairs_and_cut_bands_add_up(history, edges):
    x, y, day = history
    cut = columns_of(x, y, day, edges=edges)
    whole = columns_of(x, y, day, edges=edges, distance_breaks=[0, 200], time_breaks=[0, 14])
    wider = columns_of(x, y, day, edges=edges, distance_breaks=[0, 250], time_breaks=[0, 20])
    assert cut["observed"].sum() == whole["observed"][0] <= wider["observed"][0]
    np.testing.assert_allclose(cut["expected"].sum(), whole["expected"][0])


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 9))
def test_p_is_never_zero_and_a_seed_repeats(history, seed):
    one, again = columns_of(*history, seed=seed), columns_of(*history, seed=seed)
    for name, column in one.items():
        assert np.array_equal(column, again[name], equal_nan=True)
    p = one["p"]
    assert np.isnan(p).all() if len(history[0]) < 2 else ((p >= 1 / 6) & (p <= 1)).all()
    none = one["observed"] == 0
    assert (p[none] == 1).all() or len(history[0]) < 2


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from([2.0, 0.5]))
def test_equal_weights_are_counts(history, weight):
    x, y, day = history
    counted = columns_of(x, y, day)
    weighed = columns_of(x, y, day, weights=np.full(len(x), weight))
    np.testing.assert_allclose(weighed["observed"], counted["observed"] * weight**2)
    np.testing.assert_allclose(weighed["expected"], counted["expected"] * weight**2)
    assert np.array_equal(weighed["p"], counted["p"], equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_near_repeats_are_the_pairs_that_knox_counts(history):
    x, y, day = history
    counted = columns_of(
        x, y, day, edges="closed", distance_breaks=[0, 75], time_breaks=[0, 5]
    )
    found = near_repeats(x, y, day, distance=75, days=5)
    assert len(found.pairs) == counted["observed"][0]
    for pair in range(len(found.pairs)):
        one, other = found.pairs.columns["originator"][pair], found.pairs.columns["next"][pair]
        assert found.chain[one] == found.chain[other] == found.pairs.columns["chain"][pair]
        assert day[one] <= day[other]
    wider = near_repeats(x, y, day, distance=100, days=6)
    assert len(wider.pairs) >= len(found.pairs)
    assert np.all(wider.chain[found.chain >= 0] >= 0)
