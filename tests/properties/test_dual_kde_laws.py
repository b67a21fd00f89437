"""Laws of two densities side by side."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import dual_kde, relative_risk
from peelian.spacetime import square_grid
from peelian.terms import Events, StudyArea

GRID = square_grid(StudyArea("box", shapely.box(0, 0, 3000, 2000)), 250)


def events(n, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 3000, n), rng.uniform(0, 2000, n)
    at = np.full(n, np.datetime64("2024-01-01T00:00:00", "s"))
    no = np.full(n, "")
    return Events(x, y, at, at, rng.choice([1.0, 2, 30], n), no, no, no)


PAIRS = st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(0, 2**31))


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.sampled_from(["quartic", "gaussian"]), st.floats(200, 1500))
def test_turning_the_kinds_round_turns_the_ratio_over(drawn, kernel, bandwidth):
    n, m, seed = drawn
    first, second = events(n, seed), events(m, seed + 1)
    there = dual_kde(first, second, GRID, bandwidth=bandwidth, kernel=kernel)
    back = dual_kde(second, first, GRID, bandwidth=bandwidth, kernel=kernel)
    np.testing.assert_allclose(back.log_ratio, -there.log_ratio, atol=1e-9)
    np.testing.assert_allclose(back.difference, -there.difference)
    np.testing.assert_array_equal(back.total, there.total)
    assert not np.isinf(there.ratio).any()
    assert np.array_equal(np.isnan(there.ratio), there.reference_density == 0)


@settings(max_examples=25, deadline=None)
@given(PAIRS)
def test_p_does_not_care_which_kind_comes_first(drawn):
    n, m, seed = drawn
    first, second = events(n, seed), events(m, seed + 1)

    def tested(a, b):
        rng = np.random.default_rng(5)
        return relative_risk(a, b, GRID, bandwidth=800, permutations=400, rng=rng)

    there, back = tested(first, second), tested(second, first)
    assert np.array_equal(np.isnan(there.p), np.isnan(back.p))
    known = ~np.isnan(there.p)
    assert np.abs(there.p[known] - back.p[known]).max(initial=0) < 0.25  # Monte Carlo
    assert (there.p[known] >= 2 / 401 - 1e-12).all()
    assert (there.p[known] <= 1).all()
    assert set(np.unique(there.tolerance)) <= {-1.0, 0.0, 1.0}
    assert np.array_equal(there.tolerance != 0, there.p <= 0.05)
