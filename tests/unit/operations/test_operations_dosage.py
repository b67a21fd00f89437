"""Dosage from pings: gaps, dwell, bounds, overlaps, units, nothing at all, and speed."""

import time

import numpy as np
import pytest
import shapely

from peelian import operations
from peelian.terms import ParameterError, Pings

START = np.datetime64("2026-11-22T14:00:00", "s")
SPOT = shapely.box(0, 0, 100, 100)
IN, OUT = 50.0, 500.0


def pings_of(*rows):
    """Pings from (unit, seconds after the start, x)."""
    unit, seconds, x = zip(*rows, strict=True) if rows else ((), (), ())
    when = START + np.array(seconds, dtype="timedelta64[s]")
    x = np.array(x, dtype=float)
    return Pings(np.array(unit, dtype=np.str_), when, x, np.full(len(x), 50.0))


def shapes(*polygons):
    return np.array(polygons, dtype=object)


def seconds_of(visits):
    n = len(visits)
    return operations.officer_minutes(visits, np.arange(n), n) * 60


def test_a_gap_ends_a_visit_and_adds_nothing():
    rows = [("A", s, IN) for s in (0, 200, 400)] + [("A", s, IN) for s in (1000, 1200, 1400)]
    visits = operations.find_visits(pings_of(*rows), shapes(SPOT))
    assert visits.n_pings.tolist() == [3, 3]
    assert visits.cut.tolist() == [True, True]
    assert seconds_of(visits).tolist() == [[400.0] * 3, [400.0] * 3]


@pytest.mark.parametrize(("seconds", "found"), [(299, 0), (300, 1)])
def test_passing_through_is_no_visit(seconds, found):
    visits = operations.find_visits(pings_of(("A", 0, IN), ("A", seconds, IN)), shapes(SPOT))
    assert len(visits) == found


def test_one_ping_is_no_visit_however_long_the_way():
    rows = pings_of(("A", 0, OUT), ("A", 300, IN), ("A", 600, OUT))
    assert len(operations.find_visits(rows, shapes(SPOT))) == 0
    assert len(operations.find_visits(rows, shapes(SPOT), least_pings=1)) == 1


def test_gps_error_counts_pings_just_outside():
    rows = pings_of(*(("A", s, 119.0) for s in (0, 150, 300)))
    assert len(operations.find_visits(rows, shapes(SPOT))) == 1
    assert len(operations.find_visits(rows, shapes(SPOT), gps_error=18.0)) == 0


def test_officers_together_are_twice_the_officer_minutes_and_once_the_patrol_minutes():
    rows = [(u, s, IN) for u in ("A", "B") for s in (0, 300, 600)]
    visits = operations.find_visits(pings_of(*rows), shapes(SPOT))
    assert operations.officer_minutes(visits, visits.spot, 1).tolist() == [[20.0] * 3]
    assert operations.patrol_minutes(visits, visits.spot, 1).tolist() == [[10.0] * 3]
    assert operations.count_patrols(visits, visits.spot, 1).tolist() == [1]


def test_patrols_that_overlap_are_one_and_those_apart_are_two():
    rows = [("A", s, IN) for s in (0, 300, 600)] + [("B", s, IN) for s in (500, 800, 1000)]
    rows += [("A", s, IN) for s in (5000, 5300)]
    visits = operations.find_visits(pings_of(*rows), shapes(SPOT))
    assert len(visits) == 3
    assert operations.count_patrols(visits, visits.spot, 2).tolist() == [2, 0]


def test_reports_said_twice_or_by_half_are_paired_as_they_can_be():
    pair = operations.pair_reports
    nothing = np.array([])
    assert pair(nothing, nothing).shape == (0, 2)
    assert pair(np.array([60.0, 0.0, 2.0]), np.array([15.0, 16.0])).tolist()[0] == [0.0, 15.0]
    assert np.isnan(pair(np.array([60.0, 0.0]), np.array([15.0]))[1, 1])
    assert pair(nothing, np.array([15.0]))[0, 1] == 15.0
    assert np.isnan(pair(nothing, np.array([15.0]))[0, 0])


def test_overlapping_spots_each_have_the_visit_and_a_team_has_it_once():
    polygons = shapes(SPOT, shapely.box(40, 0, 200, 100), shapely.box(900, 0, 999, 100))
    visits = operations.find_visits(pings_of(*(("A", s, IN) for s in (0, 300, 600))), polygons)
    assert visits.spot.tolist() == [0, 1]
    assert operations.officer_minutes(visits, visits.spot, 3)[:, 1].tolist() == [10, 10, 0]
    team = np.zeros(2, dtype=np.int64)
    assert operations.officer_minutes(visits, team, 1)[:, 1].tolist() == [10]


def test_two_units_never_make_one_visit():
    rows = pings_of(("A", 0, IN), ("B", 150, IN), ("A", 900, OUT), ("B", 300, OUT))
    assert len(operations.find_visits(rows, shapes(SPOT))) == 0


def test_minutes_are_minutes_and_metres_metres():
    """Units: a square kilometre stayed in for one hour, whatever the refresh rate."""
    spot = shapes(shapely.box(0, 0, 1000, 1000))
    for step in (10, 60, 240):
        rows = pings_of(*(("A", s, 999.0) for s in range(0, 3601, step)))
        visits = operations.find_visits(rows, spot)
        assert operations.patrol_minutes(visits, visits.spot, 1)[0, 1] == 60


def test_refresh_rates_tell_how_often_and_how_often_silent():
    rows = [("A", s, IN) for s in (0, 60, 120, 1000, 1060)] + [("B", 0, OUT)]
    found = operations.refresh_rates(pings_of(*rows))
    assert found.unit.tolist() == ["A", "B"]
    assert found.seconds[0] == 60
    assert np.isnan(found.seconds[1])
    assert found.breaks.tolist() == [1, 0]
    assert found.n_pings.tolist() == [5, 1]


def test_nothing_gives_nothing():
    nothing = pings_of()
    visits = operations.find_visits(nothing, shapes(SPOT))
    assert len(visits) == 0
    assert operations.officer_minutes(visits, visits.spot, 1).tolist() == [[0, 0, 0]]
    assert len(operations.refresh_rates(nothing).unit) == 0
    some = pings_of(("A", 0, IN), ("A", 300, IN))
    assert len(operations.find_visits(some, np.array([], dtype=object))) == 0
    assert len(operations.find_visits(pings_of(("A", 0, IN)), shapes(SPOT))) == 0


def test_units_that_never_come_near_make_no_dosage():
    """Null: a day of pings that keep out of the spot gives no minute."""
    rng = np.random.default_rng(4)
    rows = [("A", 60 * n, float(x)) for n, x in enumerate(rng.uniform(125, 400, 480))]
    visits = operations.find_visits(pings_of(*rows), shapes(SPOT))
    assert operations.patrol_minutes(visits, visits.spot, 1).sum() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"gps_error": -1.0},
        {"gps_error": float("nan")},
        {"gap": np.timedelta64(-1, "s")},
        {"dwell": np.timedelta64(-1, "m")},
        {"least_pings": 0},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match="give"):
        operations.find_visits(pings_of(("A", 0, IN)), shapes(SPOT), **wrong)


def test_a_ping_without_a_place_is_refused():
    with pytest.raises(ParameterError, match="place and a time"):
        operations.find_visits(pings_of(("A", 0, np.nan)), shapes(SPOT))


def test_a_hundred_thousand_pings_and_150_spots_take_seconds():
    rng = np.random.default_rng(1)
    n, units = 100_000, 40
    unit = np.repeat([f"U{k}" for k in range(units)], n // units)
    when = START + np.tile(np.arange(n // units) * 10, units).astype("timedelta64[s]")
    xy = np.concatenate(
        [rng.normal(0, 20, (n // units, 2)).cumsum(axis=0) for _ in range(units)]
    )
    corner = rng.uniform(-3000, 3000, (150, 2))
    polygons = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + 250, corner[:, 1] + 250)
    began = time.perf_counter()
    visits = operations.find_visits(Pings(unit, when, xy[:, 0], xy[:, 1]), polygons)
    minutes = operations.patrol_minutes(visits, visits.spot, 150)
    assert time.perf_counter() - began < 10
    assert len(visits) > 100
    assert (np.diff(minutes, axis=1) >= -1e-9).all()
