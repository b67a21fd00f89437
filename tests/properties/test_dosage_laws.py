"""Laws of dosage: bounds in order, wider never less, the order of rows and files no matter."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian import operations
from peelian.terms import Pings

START = np.datetime64("2026-11-22T14:00:00", "s")
SPOTS = np.array(
    [shapely.box(0, 0, 100, 100), shapely.box(60, 0, 160, 100), shapely.box(300, 0, 400, 90)]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.integers(0, 40).map(lambda n: n * 60),
        st.integers(-5, 45).map(lambda n: n * 10.0),
    ),
    max_size=60,
)


def pings_of(rows):
    unit = np.array([u for u, _, _ in rows], dtype=np.str_)
    when = START + np.array([s for _, s, _ in rows], dtype="timedelta64[s]")
    x = np.array([x for _, _, x in rows], dtype=float)
    return Pings(unit, when, x, np.full(len(rows), 50.0))


def minutes_of(rows, **given):
    visits = operations.find_visits(pings_of(rows), SPOTS, **given)
    return (
        operations.officer_minutes(visits, visits.spot, len(SPOTS)),
        operations.patrol_minutes(visits, visits.spot, len(SPOTS)),
    )


@settings(max_examples=60)
@given(ROWS)
def test_bounds_are_in_order_and_patrol_minutes_never_more_than_officer_minutes(rows):
    officer, patrol = minutes_of(rows)
    for minutes in (officer, patrol):
        assert (np.diff(minutes, axis=1) >= -1e-9).all()
    assert (patrol <= officer + 1e-9).all()


@settings(max_examples=60)
@given(ROWS, st.sampled_from([0.0, 10.0, 30.0]), st.sampled_from([10.0, 60.0]))
def test_widening_the_buffer_lowers_no_bound(rows, gps_error, wider):
    narrow, wide = (minutes_of(rows, gps_error=g) for g in (gps_error, gps_error + wider))
    for before, after in zip(narrow, wide, strict=True):
        assert (after >= before - 1e-9).all()


@settings(max_examples=60)
@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 60))
def test_files_and_rows_may_come_in_any_order_and_twice(rows, random, split):
    again = rows[split:] + rows[:split] + rows[:3]
    random.shuffle(again)
    for one, other in zip(minutes_of(rows), minutes_of(again), strict=True):
        assert np.allclose(one, other)


@settings(max_examples=40)
@given(ROWS)
def test_units_named_otherwise_and_hours_later_give_the_same(rows):
    other = [("XY"["AB".index(u)], s + 7200, x) for u, s, x in rows]
    for one, two in zip(minutes_of(rows), minutes_of(other), strict=True):
        assert np.allclose(one, two)
