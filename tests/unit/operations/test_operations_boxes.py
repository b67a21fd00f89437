"""Boxes: what stands at an instant, what may be drawn, which cells it concerns."""

import numpy as np
import pytest
import shapely

from box_entries import AREA, DAY, FIRST, entry
from forecast_histories import squares
from peelian.operations import (
    box_changes,
    cells_within,
    closed_cells,
    fit_box,
    overlaps,
    shares_within,
    spot_outlines,
    standing_boxes,
)
from peelian.terms import BoxAction, BoxKind, DataError, ParameterError, Spots, StudyArea


def numbers(entries, instant, **how):
    return [box.number for box in standing_boxes(entries, instant, **how)]


def test_a_box_stands_from_its_entry_until_it_is_rejected():
    told = [entry(1, at=1), entry(2, at=2), entry(1, BoxAction.REJECT, at=3)]
    assert [numbers(told, FIRST + n * DAY) for n in range(5)] == [[], [1], [1, 2], [2], [2]]
    assert numbers([], FIRST) == []


def test_an_edit_changes_what_stands_and_keeps_when_it_was_drawn():
    told = [entry(1, at=1), entry(1, BoxAction.EDIT, at=2, polygon=shapely.box(0, 0, 90, 90))]
    before, after = (standing_boxes(told, FIRST + n * DAY)[0] for n in (1, 2))
    assert (before.edits, before.last.polygon.area) == (0, 10_000)
    assert (after.edits, after.last.polygon.area, after.drawn) == (1, 8_100, FIRST + DAY)


def test_a_box_holds_from_its_first_day_to_its_last():
    told = [entry(1, at=1, since=3, until=5)]
    assert [numbers(told, FIRST + n * DAY) for n in range(1, 7)] == [[], [], [1], [1], [], []]


def test_a_date_in_the_past_is_believed_only_when_asked():
    told = [entry(1, at=9, since=2)]
    assert numbers(told, FIRST + 3 * DAY) == []
    assert numbers(told, FIRST + 3 * DAY, dated=True) == [1]
    assert numbers(told, FIRST + 3 * DAY, cutoff=FIRST + 9 * DAY) == [1]


def test_what_stands_changes_only_when_it_says():
    told = [entry(1, at=1, until=4), entry(2, at=2, since=6)]
    found = ((box_changes(told) - FIRST) / DAY).tolist()
    assert found == [1, 4, 6]


def test_a_polygon_is_clipped_and_that_is_said():
    fitted = fit_box(shapely.box(-100, 0, 100, 200), AREA, BoxKind.DRAWN)
    assert [part.area for part in fitted.parts] == [20_000]
    assert fitted.said == ("2.0 hectares outside Squareshire cut off",)


def test_parts_apart_are_boxes_of_their_own():
    two = shapely.union_all([shapely.box(0, 0, 99, 99), shapely.box(300, 0, 400, 99)])
    fitted = fit_box(two, AREA, BoxKind.DRAWN)
    assert len(fitted.parts) == 2
    assert "2 separate parts" in fitted.said[0]


@pytest.mark.parametrize(
    ("polygon", "error", "words"),
    [
        (
            shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)]),
            DataError,
            "crosses itself",
        ),
        (shapely.box(0, 0, 40, 40), ParameterError, r"1,600 m2; draw 2,500 m2"),
        (shapely.box(0, 0, 1_100, 1_100), ParameterError, r"1.21 km2; draw 1 km2 or less"),
        (shapely.box(-500, -500, -100, -100), DataError, "lies outside Squareshire"),
        (shapely.Point(50, 50), DataError, "this is a Point"),
        (None, DataError, "this is nothing"),
        (shapely.Polygon(), DataError, "no corners"),
        (shapely.Point(800, 800).buffer(200, quad_segs=200), DataError, "801 corners"),
    ],
)
def test_what_cannot_be_a_box_is_refused_with_the_reason(polygon, error, words):
    with pytest.raises(error, match=words):
        fit_box(polygon, AREA, BoxKind.DRAWN)


def test_a_place_left_out_may_be_large():
    assert fit_box(shapely.box(0, 0, 1_100, 1_100), AREA, BoxKind.LEFT_OUT).said == ()
    large = fit_box(shapely.box(0, 0, 600, 600), AREA, BoxKind.DRAWN)
    assert "more than one stop on foot covers" in large.said[0]


def test_overlaps_are_told_and_twins_refused():
    stand = standing_boxes([entry(1, at=0, kind=BoxKind.LEFT_OUT)], FIRST)
    told = overlaps(shapely.box(50, 0, 150, 100), stand)
    assert told == ("50% of it lies in box 1, Market, which is left out",)
    assert overlaps(shapely.box(100, 0, 200, 100), stand) == ()
    with pytest.raises(ParameterError, match="the same area stands as box 1"):
        overlaps(shapely.box(0, 0, 100, 100.01), stand)


def test_cells_are_shared_by_area_and_closed_by_their_centre():
    grid = squares(2, 2)  # sides of 100 m
    area = StudyArea("All", shapely.box(0, 0, 200, 200), grid.crs)
    shares = shares_within(shapely.box(50, 0, 150, 100), grid, area)
    np.testing.assert_allclose(shares, [0.5, 0.5, 0, 0])
    assert cells_within(shapely.box(0, 0, 60, 60), grid).tolist() == [
        True,
        False,
        False,
        False,
    ]
    left_out = entry(1, at=0, kind=BoxKind.LEFT_OUT)
    edited = entry(
        2, at=0, kind=BoxKind.EDITED, polygon=shapely.box(110, 0, 160, 60),
        replaces=shapely.box(100, 100, 200, 200),
    )  # fmt: skip
    closed = closed_cells(standing_boxes([left_out, edited], FIRST), grid)
    assert closed.tolist() == [True, False, False, True]


def test_a_spot_is_outlined_by_its_cell_or_its_box():
    grid = squares(1, 2)
    own = shapely.box(10, 10, 70, 70)
    shapes = np.array([None, own], dtype=object)
    spots = Spots(np.array([1, 0]), np.zeros(2), np.zeros(2), np.ones(2), ("a", "b"), shapes)
    first, second = spot_outlines(spots, grid)
    assert (first.area, second) == (10_000, own)
    plain = Spots(np.array([1]), np.zeros(1), np.zeros(1), np.ones(1), ("a",))
    assert (plain.boxes, spots.boxes) == ((), ((1, own),))
