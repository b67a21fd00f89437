"""Grids at an angle: the same squares, turned; nothing of the study area lost."""

import numpy as np
import pytest
import shapely

from peelian.spacetime import Rotation, assign_cells, rotated_grid, square_grid, turned
from peelian.terms import ParameterError, StudyArea

COAST = StudyArea(
    "coast",
    shapely.Polygon([(0, 0), (900, 50), (1_000, 700), (400, 1_000), (50, 600)]),
    "none",
)


def test_without_angle_or_offset_it_is_the_square_grid():
    straight, turned_grid = square_grid(COAST, 100.0), rotated_grid(COAST, Rotation(100.0))
    for name in ("x", "y", "area"):
        assert getattr(turned_grid, name) == pytest.approx(getattr(straight, name))


@pytest.mark.parametrize("angle", [0.0, 17.0, 45.0, 89.0])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.4, 0.9)])
def test_cells_tile_the_study_area(angle, offset):
    grid = rotated_grid(COAST, Rotation(90.0, angle, offset))
    assert grid.area.sum() == pytest.approx(COAST.polygon.area)
    assert shapely.area(grid.polygons) == pytest.approx(grid.area)
    union = shapely.union_all(grid.polygons)
    assert union.symmetric_difference(COAST.polygon).area < 1e-3


def test_the_rows_lie_at_the_angle_anticlockwise_from_east():
    grid = rotated_grid(COAST, Rotation(90.0, 30.0))
    at, after = (int(grid.names.index(name)) for name in ("7.7", "7.8"))
    step = np.array([grid.x[after] - grid.x[at], grid.y[after] - grid.y[at]])
    assert step == pytest.approx(90 * np.array([np.cos(np.pi / 6), 0.5]))


def test_points_fall_in_the_same_cells_both_ways():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1_000, (2, 500))
    inside = shapely.contains_xy(COAST.polygon, x, y)
    rotation = Rotation(80.0, 33.0, (0.2, 0.7))
    straight, u, v = turned(COAST, x[inside], y[inside], rotation)
    lattice, held = assign_cells(square_grid(straight, 80.0), u, v)
    polygon, also = assign_cells(rotated_grid(COAST, rotation), x[inside], y[inside])
    assert held.all()
    assert also.all()
    assert np.array_equal(lattice, polygon)


@pytest.mark.parametrize(
    ("wrong", "said"), [({"angle": 90.0}, "angle"), ({"offset": (1.0, 0.0)}, "offset")]
)
def test_a_rotation_has_one_name(wrong, said):
    with pytest.raises(ParameterError, match=said):
        Rotation(100.0, **wrong)
