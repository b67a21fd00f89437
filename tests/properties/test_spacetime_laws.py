"""Laws of grids, counts and periods: nothing lost, nothing twice, and the order is free."""

from datetime import date

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.spacetime import (
    assign_cells,
    count_districts,
    count_events,
    day_periods,
    hexagon_grid,
    month_periods,
    neighbour_sums,
    outlines,
    polygon_grid,
    project,
    row_sums,
    square_grid,
    to_local,
    to_utc,
    unproject,
)
from peelian.terms import Areas, Events, Periods, StudyArea

LATTICES = {"square": square_grid, "hexagon": hexagon_grid}


@st.composite
def study_areas(draw):
    """A rectangle, perhaps with a bite out of it."""
    west, south = draw(st.integers(-3000, 3000)), draw(st.integers(-3000, 3000))
    wide, high = draw(st.integers(40, 3000)), draw(st.integers(40, 3000))
    polygon = shapely.box(west, south, west + wide, south + high)
    if draw(st.booleans()):
        polygon -= shapely.Point(west, south + high / 2).buffer(draw(st.integers(10, wide)))
    return StudyArea("drawn", polygon)


def events_at(x, y, weight):
    n = len(x)
    start = np.datetime64("2018-01-01T00:00:00") + np.arange(n) * np.timedelta64(7213, "s")
    text = np.full(n, "", dtype=np.str_)
    return Events(x, y, start, start, weight, text, text, text)


@settings(max_examples=60, deadline=None)
@given(study_areas(), st.sampled_from(sorted(LATTICES)), st.integers(60, 900), st.integers())
def test_cells_tile_any_study_area_and_hold_every_point_inside_once(area, kind, size, seed):
    if area.polygon.area < 1:
        return
    grid = LATTICES[kind](area, float(size))
    np.testing.assert_allclose(grid.area.sum(), area.polygon.area, rtol=1e-8)
    rng = np.random.default_rng(abs(seed))
    west, south, east, north = area.polygon.bounds
    x, y = rng.uniform(west, east, 200), rng.uniform(south, north, 200)
    within = shapely.contains_xy(shapely.buffer(area.polygon, -1e-3), x, y)
    cell, inside = assign_cells(grid, x, y)
    assert inside[within].all()
    assert shapely.intersects_xy(
        shapely.buffer(outlines(grid)[cell[inside]], 1e-6), x[inside], y[inside]
    ).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 2**32), st.booleans(), st.sampled_from("shp"))
def test_no_event_is_lost_or_counted_twice(n, seed, gap, kind):
    rng = np.random.default_rng(seed)
    area = StudyArea("box", shapely.box(0, 0, 2000, 1500))
    squares = square_grid(area, 250)
    if kind == "s":
        grid = squares
    elif kind == "h":
        grid = hexagon_grid(area, 250)
    else:
        names = tuple(str(i) for i in range(squares.n_cells))
        shapes = outlines(squares)
        grid = polygon_grid(Areas(names, names, names, np.ones(len(names)), shapes))
    weight = rng.choice([1.0, 2.0, -1.0], n)
    events = events_at(rng.uniform(0, 2000, n), rng.uniform(0, 1500, n), weight)
    held = {"2018-01"} if gap else None
    periods = month_periods("2018-01", "2018-02", held=held)
    counts = count_events(events, grid, periods)
    counted = events.start < periods.end[0] if gap else np.ones(n, bool)
    assert np.nansum(counts) == weight[counted].sum()
    mixed = rng.permutation(n)
    assert np.array_equal(
        count_events(events.where(mixed), grid, periods), counts, equal_nan=True
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 20 * 86400), min_size=1, max_size=8))
def test_periods_add_up_to_the_whole(seed, lengths):
    edges = np.datetime64("2018-01-01T00:00:00") + np.cumsum([0, *lengths]) * np.timedelta64(
        1, "s"
    )
    periods = Periods(edges[:-1], edges[1:], np.ones(len(lengths), bool))
    whole = Periods(edges[[0]], edges[[-1]], np.ones(1, bool))
    rng = np.random.default_rng(seed)
    events = events_at(*rng.uniform(0, 1000, (2, 150)), np.ones(150))
    grid = square_grid(StudyArea("box", shapely.box(0, 0, 1000, 1000)), 250)
    parts = count_events(events, grid, periods)
    assert np.array_equal(parts.sum(axis=0), count_events(events, grid, whole)[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 12), st.integers(0, 2**32))
def test_running_sums_are_sums_over_windows(rows, cols, radius, seed):
    image = np.random.default_rng(seed).integers(-3, 9, (rows, cols)).astype(float)
    padded = np.pad(image, radius)
    side = 2 * radius + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
    expected = windows.sum(axis=(2, 3))
    assert np.array_equal(neighbour_sums(image, radius), expected)
    assert np.array_equal(row_sums(image, [radius] * side), expected)


@settings(max_examples=40, deadline=None)
@given(st.floats(-6, 1.7), st.floats(50.2, 58))
def test_project_and_back(longitude, latitude):
    x, y = project([longitude], [latitude])
    back = unproject(x, y)
    if np.isnan(x[0]):
        assert np.isnan(back).all()
    else:
        np.testing.assert_allclose(np.ravel(back), [longitude, latitude], atol=3e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(820_454_400, 4_102_444_800))
def test_local_time_comes_back_unless_the_hour_occurred_twice(second):
    utc = np.array([second]).astype("M8[s]")  # 1996 to 2100
    back = to_utc(to_local(utc))
    assert (utc - back)[0] in (np.timedelta64(0, "s"), np.timedelta64(3600, "s"))
    assert np.array_equal(to_local(back), to_local(utc))


@settings(max_examples=40, deadline=None)
@given(
    st.dates(date(1997, 1, 1), date(2099, 1, 1)),
    st.integers(0, 23),
)
def test_policing_days_follow_one_another(first, hour):
    last = first.fromordinal(first.toordinal() + 200)
    periods = day_periods(first, last, day_starts=np.timedelta64(hour, "h"))
    assert len(periods) == 201
    assert set(periods.days * 24) <= {23, 24, 25}
    assert (
        len({t.astype(object).hour for t in to_local(periods.start)} - {hour, hour + 1}) == 0
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_districts_hold_what_their_areas_hold(seed, gap):
    """Counts of districts are counts of their polygons; without areas, of all events."""
    rng = np.random.default_rng(seed)
    boxes = np.array([shapely.box(w, 0, w + 500, 1000) for w in (0, 500, 1000)], dtype=object)
    areas = Areas(("1", "2", "3"), ("a", "b", "c"), ("B", "A", "B"), np.ones(3), boxes)
    weight = rng.integers(-1, 4, 200).astype(float)
    events = events_at(rng.uniform(-300, 1800, 200), rng.uniform(0, 1000, 200), weight)
    held = {"2018-01"} if gap else None
    periods = month_periods("2018-01", "2018-02", held=held)
    districts, counts = count_districts(events, areas, periods)
    cells = count_events(events, polygon_grid(areas), periods)
    assert districts == ("A", "B")
    np.testing.assert_array_equal(counts, [cells[:, 1], cells[:, 0] + cells[:, 2]])
    names, whole = count_districts(events, None, periods)
    assert (names, whole.shape) == (("",), (1, 2))
    in_held = events.start < periods.end[0] if gap else np.ones(200, bool)
    assert np.nansum(whole) == weight[in_held].sum()
