"""Laws of change between two periods."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import change

COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=30)
EXPOSURE = st.tuples(st.floats(0.1, 10), st.floats(0.1, 10))


@settings(max_examples=80, deadline=None)
@given(COUNTS, EXPOSURE, st.sampled_from([1.0, 2.5]))
def test_turning_time_round_turns_the_ratio_over(pairs, exposure, dispersion):
    before, after = np.array(pairs).T
    there = change(before, after, exposure=exposure, dispersion=dispersion)
    back = change(after, before, exposure=exposure[::-1], dispersion=dispersion)
    np.testing.assert_allclose(back.p, there.p, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(back.z, -there.z, rtol=1e-9, atol=1e-9)
    both = (before > 0) & (after > 0)
    np.testing.assert_allclose(back.low[both], 1 / there.high[both], rtol=1e-6)
    np.testing.assert_allclose(back.rate_ratio[both], 1 / there.rate_ratio[both], rtol=1e-9)


@settings(max_examples=80, deadline=None)
@given(COUNTS, EXPOSURE)
def test_the_ratio_lies_within_its_limits_and_p_within_0_and_1(pairs, exposure):
    before, after = np.array(pairs).T
    found = change(before, after, exposure=exposure)
    known = ~np.isnan(found.rate_ratio)
    assert (found.low[known] <= found.rate_ratio[known] + 1e-12).all()
    assert (found.high[known] >= found.rate_ratio[known] - 1e-12).all()
    tested = ~np.isnan(found.p)
    assert np.array_equal(tested, before + after > 0)
    assert (found.p[tested] > 0).all()
    assert (found.p[tested] <= 1).all()


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, 2**32))
def test_permuting_cells_permutes_the_answer(pairs, seed):
    before, after = np.array(pairs).T
    order = np.random.default_rng(seed).permutation(len(before))
    whole, mixed = change(before, after), change(before[order], after[order])
    for name in ("rate_ratio", "low", "high", "p", "p_fdr", "z", "share_change"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(whole, name)[order])


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_dispersion_never_makes_a_change_surer(pairs):
    before, after = np.array(pairs).T
    plain, wide = change(before, after), change(before, after, dispersion=3)
    known = before + after > 0
    assert (wide.low[known] <= plain.low[known] + 1e-12).all()
    assert (wide.high[known] >= plain.high[known] - 1e-12).all()
    assert (wide.p[known] >= plain.p[known] - 1e-9).all()
