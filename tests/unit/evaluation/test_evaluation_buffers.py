"""Buffers: areas by hand, no place twice, the coast, and areas that touch."""

import numpy as np
import pytest
import shapely

from peelian.evaluation import buffer_areas
from peelian.terms import Areas, DataError, ParameterError


def areas(crs="EPSG:27700", **shapes):
    n = len(shapes)
    polygons = np.array([*shapes.values(), None], dtype=object)[:-1]
    names = tuple(shapes)
    return Areas(names, names, ("",) * n, np.full(n, np.nan), polygons, crs)


def box(x, y, size=100.0):
    return shapely.box(x, y, x + size, y + size)


NONE = areas()
RING = 4 * 100 * 50 + np.pi * 50**2  # of a square of 100 m, 50 m around


def test_one_square_alone():
    found = buffer_areas(areas(A=box(0, 0)), NONE, distance=50)
    assert found.treated[0].area == pytest.approx(RING, rel=0.005)
    assert (found.treated_cut[0], found.treated_taken[0]) == pytest.approx((0, 0), abs=1e-9)
    assert len(found.control) == 0


def test_the_coast_takes_its_share():
    found = buffer_areas(
        areas(A=box(0, 0)), NONE, distance=50, study_area=shapely.box(-500, 0, 500, 500)
    )
    lost = 100 * 50 + np.pi * 50**2 / 2  # the strip below, and two quarters of a circle
    assert found.treated_cut[0] == pytest.approx(lost / RING, rel=0.01)
    assert found.treated[0].bounds[1] == 0


def test_what_lies_between_goes_to_the_nearest():
    """Two squares 60 m apart: by symmetry the border is half way."""
    found = buffer_areas(areas(A=box(0, 0)), areas(B=box(160, 0)), distance=50)
    one, other = found.treated[0], found.control[0]
    assert shapely.intersection(one, other).area == pytest.approx(0, abs=1e-6)
    assert one.area == pytest.approx(other.area, rel=0.01)
    assert one.bounds[2] == pytest.approx(130, abs=1.1)
    assert found.treated_taken[0] > 0


def test_no_place_is_counted_twice_and_none_is_lost():
    """Ten squares at random: together the buffers are all that is near, less the areas."""
    rng = np.random.default_rng(4)
    at = 70 * rng.permutation(100)[:10]  # on a lattice of 10 by 10, 70 m apart
    boxes = [box((k // 70) % 10 * 70, (k // 70) // 10 * 70, 40) for k in at]
    treated = areas(**{f"T{k}": b for k, b in enumerate(boxes[:5])})
    control = areas(**{f"C{k}": b for k, b in enumerate(boxes[5:])})
    found = buffer_areas(treated, control, distance=60)
    every = np.array([*found.treated, *found.control], dtype=object)
    together = shapely.union_all(every)
    near = shapely.union_all(shapely.buffer(np.array(boxes, dtype=object), 60))
    wanted = shapely.difference(near, shapely.union_all(boxes))
    assert shapely.area(every).sum() == pytest.approx(together.area, rel=1e-9)
    assert together.area == pytest.approx(wanted.area, rel=1e-6)
    assert shapely.intersection(together, shapely.union_all(boxes)).area < 1e-6
    inside = shapely.points(rng.uniform(-60, 760, (400, 2)))
    for k, buffer in enumerate(every):  # each place is nearest to its own area
        mine = inside[shapely.contains(buffer, inside)]
        far = shapely.distance(mine[:, None], np.array(boxes, dtype=object)[None])
        assert np.all(far[:, k] <= far.min(axis=1) + 1.3)


def test_units_and_origin_do_not_matter():
    one = buffer_areas(areas(A=box(0, 0)), areas(B=box(160, 0)), distance=50)
    moved = [shapely.transform(box(x, 0), lambda p: 1000 + p / 1000) for x in (0, 160)]
    two = buffer_areas(areas(A=moved[0]), areas(B=moved[1]), distance=0.05)
    assert two.treated_taken[0] == pytest.approx(one.treated_taken[0], rel=1e-3)


def test_treated_areas_may_touch_each_other():
    found = buffer_areas(areas(A=box(0, 0), B=box(100, 0)), NONE, distance=50)
    assert shapely.intersection(*found.treated).area == pytest.approx(0, abs=1e-6)
    both = shapely.difference(
        shapely.box(0, 0, 200, 100).buffer(50), shapely.box(0, 0, 200, 100)
    )
    assert shapely.area(found.treated).sum() == pytest.approx(both.area, rel=1e-3)


def test_a_treated_area_that_touches_its_control_is_refused_by_name():
    with pytest.raises(DataError, match="touch their own control: Pier and Promenade"):
        buffer_areas(areas(Pier=box(0, 0)), areas(Promenade=box(100, 0)), distance=50)
    with pytest.raises(DataError, match="and 1 more pairs"):
        buffer_areas(
            areas(A=box(0, 0)), areas(**{f"C{k}": box(0, 0) for k in range(6)}), distance=50
        )


def test_nothing_left_is_empty():
    ring = shapely.difference(box(-100, -100, 300), box(-5, -5, 110))
    found = buffer_areas(areas(A=box(0, 0)), areas(Ring=ring), distance=4)
    assert found.treated[0].area > 0
    off = buffer_areas(areas(A=box(0, 0)), NONE, distance=5, study_area=box(900, 0))
    assert off.treated[0].is_empty
    assert off.treated_cut[0] == 1


@pytest.mark.parametrize(
    ("treated", "control", "distance", "error", "words"),
    [
        (areas(A=box(0, 0)), NONE, 0, ParameterError, "distance is 0"),
        (areas(A=box(0, 0)), areas(crs="EPSG:3857"), 50, ParameterError, "EPSG:3857"),
        (NONE, NONE, 50, ParameterError, "no treated areas"),
        (areas(A=shapely.Polygon()), NONE, 50, DataError, "A: no extent"),
    ],
)
def test_bad_input(treated, control, distance, error, words):
    with pytest.raises(error, match=words):
        buffer_areas(treated, control, distance=distance)
