"""The interval of a dependent mean holds the mean, stays in bounds and widens with choice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from peelian.statistics import cosine_limits

SHARES = st.lists(st.floats(0, 1, width=32), min_size=4, max_size=40)


@given(SHARES)
def test_the_limits_hold_the_mean_and_stay_in_bounds(values):
    low, high = cosine_limits(values, [2, 3, len(values) - 1], bounds=(0, 1))
    mean = float(np.mean(values))
    assert 0 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 1


@given(SHARES)
def test_more_choice_is_never_narrower(values):
    few, more = (cosine_limits(values, w, bounds=(0, 1)) for w in ([2], [2, 3]))
    assert more[0] <= few[0]
    assert few[1] <= more[1]
