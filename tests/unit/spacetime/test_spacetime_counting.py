import numpy as np
import pytest
import shapely

from peelian.spacetime import (
    assign_cells,
    assign_periods,
    count_events,
    hexagon_grid,
    month_periods,
    month_span,
    outlines,
    polygon_grid,
    require_countable,
    square_grid,
    week_periods,
    within,
)
from peelian.terms import (
    Areas,
    CoordinateError,
    CoverageError,
    Events,
    ParameterError,
    Periods,
    StudyArea,
)

BOX = StudyArea("box", shapely.box(0, 0, 1000, 500))


def events_at(x, y, start, end=None, weight=None, crs="EPSG:27700"):
    x, n = np.asarray(x, float), len(x)
    start = np.array(start, dtype="M8[s]")
    end = start if end is None else np.array(end, dtype="M8[s]")
    weight = np.ones(n) if weight is None else np.asarray(weight, float)
    text = np.full(n, "", dtype=np.str_)
    return Events(x, np.asarray(y, float), start, end, weight, text, text, text, crs)


def areas_of(*polygons):
    names = tuple(f"area {i}" for i in range(len(polygons)))
    return Areas(names, names, names, np.ones(len(polygons)), np.array(polygons, object))


def test_squares_are_closed_south_and_west_and_open_north_and_east():
    grid = square_grid(BOX, 250)
    x = np.array([0, 250, 249.999, 1000, 0, -0.001, 500])
    y = np.array([0, 0, 249.999, 10, 500, 10, 250])
    cell, inside = assign_cells(grid, x, y)
    assert inside.tolist() == [True, True, True, False, False, False, True]
    assert cell.tolist() == [0, 1, 0, 0, 0, 0, 6]


def test_points_without_a_place_or_in_a_cell_left_out_are_outside():
    notched = StudyArea(
        "notched", shapely.box(0, 0, 1000, 500) - shapely.box(250, 0, 500, 500)
    )
    cell, inside = assign_cells(
        square_grid(notched, 250),
        np.array([np.nan, 10, 300, 600, np.inf]),
        np.array([10, np.nan, 10, 10, 10]),
    )
    assert inside.tolist() == [False, False, False, True, False]
    assert cell.tolist() == [0, 0, 0, 1, 0]


def test_a_hexagon_holds_the_points_nearest_its_centre():
    grid = hexagon_grid(StudyArea("wide", shapely.box(-900, -900, 2000, 2000)), 210)
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1000, (2, 3000))
    cell, inside = assign_cells(grid, x, y)
    assert inside.all()
    distance = np.hypot(x[:, None] - grid.x, y[:, None] - grid.y)
    assert np.array_equal(cell, distance.argmin(axis=1))
    assert shapely.intersects_xy(shapely.buffer(outlines(grid)[cell], 1e-6), x, y).all()


def test_a_point_on_two_polygons_belongs_to_the_first():
    grid = polygon_grid(areas_of(shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)))
    cell, inside = assign_cells(
        grid, np.array([10.0, 5, 5, 30, np.nan]), np.array([5.0, 5, 5, 5, 5])
    )
    assert cell.tolist() == [0, 1, 1, 0, 0]
    assert inside.tolist() == [True, True, True, False, False]


def test_no_points():
    for grid in (
        square_grid(BOX, 250),
        hexagon_grid(BOX, 250),
        polygon_grid(areas_of(BOX.polygon)),
    ):
        cell, inside = assign_cells(grid, np.array([]), np.array([]))
        assert len(cell) == len(inside) == 0


def test_a_month_only_record_falls_in_its_month():
    periods = month_periods("2018-01", "2018-03")
    spans = np.array([month_span(m) for m in ("2018-01", "2018-02", "2018-03", "2018-04")])
    period, inside = assign_periods(periods, spans[:, 0], spans[:, 1])
    assert period.tolist() == [0, 1, 2, 0]
    assert inside.tolist() == [True, True, True, False]


def test_the_midpoint_is_in_whole_seconds_rounded_down():
    periods = Periods(
        np.array(["2018-01-01", "2018-01-02"], dtype="M8[s]"),
        np.array(["2018-01-02", "2018-01-03"], dtype="M8[s]"),
        np.array([True, True]),
    )
    start = np.array(["2018-01-01T23:59:59", "2018-01-01T23:59:59"], dtype="M8[s]")
    end = np.array(["2018-01-02T00:00:00", "2018-01-02T00:00:01"], dtype="M8[s]")
    assert assign_periods(periods, start, end)[0].tolist() == [0, 1]


def test_events_outside_periods_and_without_instant_count_nowhere():
    periods = month_periods("2018-01", "2018-03", held={"2018-01", "2018-03"})
    times = np.array(["2017-12-31", "2018-02-05", "2018-04-01", "NaT"], dtype="M8[s]")
    _, inside = assign_periods(periods, times, times)
    assert not inside.any()
    none = Periods(times[:0], times[:0], np.zeros(0, bool))
    assert not assign_periods(none, times, times)[1].any()


def test_counts_sum_weights_and_are_nan_where_not_held():
    grid = square_grid(BOX, 250)
    periods = month_periods("2018-01", "2018-03", held={"2018-01", "2018-03"})
    events = events_at(
        [10, 20, 30, 990, 5000],
        [10, 10, 10, 490, 10],
        ["2018-01-05", "2018-01-06", "2018-02-07", "2018-03-08", "2018-03-08"],
        weight=[1, 2.5, 1, -1, 1],
    )
    counts = count_events(events, grid, periods)
    assert counts.shape == (3, 8)
    assert counts[0].tolist() == [3.5] + [0] * 7
    assert np.isnan(counts[1]).all()
    assert counts[2].tolist() == [0] * 7 + [-1]


def test_no_events_are_zeros_in_held_periods():
    counts = count_events(
        events_at([], [], []),
        square_grid(BOX, 250),
        month_periods("2018-01", "2018-02", held={"2018-01"}),
    )
    assert counts[0].tolist() == [0] * 8
    assert np.isnan(counts[1]).all()


def test_month_only_events_cannot_be_counted_by_week():
    start, end = month_span("2018-01")
    events = events_at([10] * 3, [10] * 3, [start] * 3, [end] * 3)
    grid = square_grid(BOX, 250)
    first, last = np.array(["2018-01-01", "2018-02-04"], dtype="M8[D]").tolist()
    with pytest.raises(CoverageError, match="3 of 3 events last longer than the period"):
        count_events(events, grid, week_periods(first, last))
    assert count_events(events, grid, month_periods("2018-01", "2018-02"))[0, 0] == 3


def test_months_longer_than_february_are_no_reason_to_refuse():
    months = [f"2018-{m:02d}" for m in range(1, 8)]
    start, end = np.array([month_span(m) for m in months]).T
    events = events_at([10] * 7, [10] * 7, start, end)
    counts = count_events(events, square_grid(BOX, 250), month_periods("2018-01", "2018-07"))
    assert counts[:, 0].tolist() == [1] * 7


def test_half_of_the_events_may_be_imprecise_but_not_more():
    day = np.datetime64("2018-01-10T12:00:00")
    month = np.timedelta64(20, "D")
    first, last = np.array(["2018-01-01", "2018-02-04"], dtype="M8[D]").tolist()
    weeks, grid = week_periods(first, last), square_grid(BOX, 250)
    half = events_at([10, 10], [10, 10], [day, day], [day, day + month])
    assert np.nansum(count_events(half, grid, weeks)) == 2
    more = events_at([10] * 3, [10] * 3, [day] * 3, [day, day + month, day + month])
    with pytest.raises(CoverageError, match="2 of 3"):
        count_events(more, grid, weeks)


def test_events_and_grid_must_share_their_system():
    grid, periods = square_grid(BOX, 250), month_periods("2018-01", "2018-01")
    with pytest.raises(
        CoordinateError, match="events are in EPSG:32631, the grid in EPSG:27700"
    ):
        count_events(events_at([1], [1], ["2018-01-05"], crs="EPSG:32631"), grid, periods)
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        count_events(events_at([0.5], [51.7], ["2018-01-05"]), grid, periods)


def test_counts_larger_than_memory_are_refused():
    with pytest.raises(ParameterError, match="1,000,000 periods of 60,000 cells"):
        require_countable(1_000_000, 60_000)


def test_a_point_on_the_edge_of_the_study_area_is_within():
    x, y = np.array([0, 1000, 500, 1000.1, np.nan]), np.array([0, 250, 250, 250, 1])
    assert within(BOX, x, y).tolist() == [True, True, True, False, False]
    assert len(within(BOX, x[:0], y[:0])) == 0
