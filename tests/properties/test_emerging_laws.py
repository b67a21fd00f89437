"""Laws of emerging hot spots and of trends."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.hotspots import emerging
from peelian.hotspots.emerging import (
    KINDS,
    NO_PATTERN,
    classify_five,
    classify_seventeen,
)
from peelian.spacetime import square_grid
from peelian.statistics import mann_kendall
from peelian.terms import StudyArea

GRID = square_grid(StudyArea("box", shapely.box(0, 0, 600, 500)), 100)
MARKS = st.lists(st.sampled_from("HC."), min_size=10, max_size=30)
TREND = st.tuples(st.floats(-5, 5), st.sampled_from([0.001, 0.05, 0.4, 1.0]))


def classes(marks, trend):
    line = np.array(marks)[:, None]
    z, p = (np.array([value]) for value in trend)
    return str(classify_seventeen(line == "H", line == "C", z, p)[0])


@settings(max_examples=300, deadline=None)
@given(MARKS, TREND)
def test_every_history_has_one_of_the_classes(marks, trend):
    """Which one: hot in the last period is a hotspot, neither is historical or nothing."""
    name = classes(marks, trend)
    kind, _, word = name.rpartition(" ")
    if marks[-1] == "H":
        assert word == "hotspot"
        assert kind in KINDS[:-1]
    elif marks[-1] == "C":
        assert word == "coldspot"
        assert kind in KINDS[:-1]
    else:
        often = max(marks.count("H"), marks.count("C")) >= 0.9 * len(marks)
        assert (kind == "historical") if often else (name == NO_PATTERN)


@settings(max_examples=200, deadline=None)
@given(MARKS, TREND)
def test_turning_hot_into_cold_turns_the_class(marks, trend):
    turned = [{"H": "C", "C": "H", ".": "."}[mark] for mark in marks]
    swap = {"hotspot": "coldspot", "coldspot": "hotspot"}
    kind, _, word = classes(marks, trend).rpartition(" ")
    expected = f"{kind} {swap.get(word, word)}"
    assert classes(turned, (-trend[0], trend[1])) == expected
    line, other = np.array(marks)[:, None], np.array(turned)[:, None]
    five = str(classify_five(line == "H", line == "C")[0])
    again = str(classify_five(other == "H", other == "C")[0])
    words = five.split(" ")
    assert again == " ".join([*words[:-1], swap.get(words[-1], words[-1])])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.2, 2.0]), st.sampled_from([2.0, 0.37]))
def test_scaling_counts_leaves_trends_and_waiting_leaves_everything(seed, mean, factor):
    counts = np.random.default_rng(seed).poisson(mean, (11, GRID.n_cells)).astype(float)
    once = emerging(counts, GRID)
    scaled = emerging(counts * factor, GRID)
    np.testing.assert_allclose(scaled.trend_z, once.trend_z)
    waiting = np.insert(counts, [0, 4, 11], np.nan, axis=0)
    held = emerging(waiting, GRID)
    assert np.array_equal(held.category, once.category)
    assert np.array_equal(held.trend_p, once.trend_p, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=25), st.integers(1, 9))
def test_turning_time_round_turns_the_trend_and_order_is_all_that_counts(series, factor):
    values = np.array(series, dtype=float)
    found = mann_kendall(values)
    back = mann_kendall(values[::-1])
    assert back.s == -found.s
    assert back.p == found.p
    stretched = mann_kendall(np.exp(values * factor / 3) - 7)
    assert stretched.s == found.s
    assert stretched.variance == found.variance
