import numpy as np
import pytest
import shapely

from peelian.spacetime import (
    MAX_CELLS,
    hexagon_grid,
    outlines,
    polygon_grid,
    square_grid,
)
from peelian.terms import (
    Areas,
    CellKind,
    CoordinateError,
    DataError,
    ParameterError,
    StudyArea,
)

RAGGED = shapely.Polygon([(130, 40), (3870, 310), (3440, 2620), (1210, 3930), (90, 1710)]) - (
    shapely.Point(1800, 1500).buffer(620)
)


def area_of(polygon, crs="EPSG:27700"):
    return StudyArea("test", polygon, crs)


def areas_of(*polygons, crs="EPSG:27700"):
    names = tuple(f"area {i}" for i in range(len(polygons)))
    return Areas(
        names, names, names, np.full(len(polygons), 1.0), np.array(polygons, object), crs
    )


def test_a_square_grid_over_a_rectangle():
    grid = square_grid(area_of(shapely.box(0, 0, 750, 500)), 250)
    assert grid.kind is CellKind.SQUARE
    assert grid.shape == (2, 3)
    assert grid.x.tolist() == [125, 375, 625] * 2
    assert grid.y.tolist() == [125] * 3 + [375] * 3
    assert grid.area.tolist() == [62_500] * 6
    assert grid.position.tolist() == list(range(6))
    assert grid.origin == (0, 0)


def test_the_lattice_is_anchored_at_multiples_of_the_cell_size():
    one = square_grid(area_of(shapely.box(10, 20, 700, 700)), 250)
    other = square_grid(area_of(shapely.box(200, 260, 740, 740)), 250)
    assert set(zip(other.x, other.y, strict=True)) <= set(zip(one.x, one.y, strict=True))
    assert square_grid(area_of(shapely.box(-10, -260, 5, 5)), 250).origin == (-250, -500)


@pytest.mark.parametrize("make", [square_grid, hexagon_grid])
@pytest.mark.parametrize("cell_size", [37.0, 150.0, 500.0, 9000.0])
def test_cells_tile_the_study_area(make, cell_size):
    grid = make(area_of(RAGGED), cell_size)
    assert grid.area.sum() == pytest.approx(RAGGED.area, rel=1e-9)
    assert (grid.area > 0).all()
    assert np.all(np.diff(grid.position) > 0)
    clipped = outlines(grid, study_area=area_of(RAGGED))
    np.testing.assert_allclose(shapely.area(clipped), grid.area, rtol=1e-6)
    assert shapely.union_all(clipped).symmetric_difference(RAGGED).area < 1e-3
    assert set(shapely.get_type_id(clipped)) <= {3, 6}


@pytest.mark.parametrize("make", [square_grid, hexagon_grid])
def test_areas_equal_those_of_every_cell_clipped_one_by_one(make):
    grid = make(area_of(RAGGED), 230)
    whole = outlines(grid)
    np.testing.assert_allclose(
        grid.area, shapely.area(shapely.intersection(whole, RAGGED)), rtol=1e-6, atol=1e-4
    )
    np.testing.assert_allclose(
        shapely.get_coordinates(shapely.centroid(whole))[:, 0], grid.x, atol=1e-9
    )
    np.testing.assert_allclose(
        shapely.get_coordinates(shapely.centroid(whole))[:, 1], grid.y, atol=1e-9
    )


def test_no_cell_with_area_inside_is_missing():
    grid = square_grid(area_of(RAGGED), 230)
    row, col = np.mgrid[: grid.shape[0], : grid.shape[1]]
    west, south = grid.origin
    boxes = shapely.box(
        west + col * 230, south + row * 230, west + (col + 1) * 230, south + (row + 1) * 230
    ).ravel()
    expected = np.flatnonzero(shapely.area(shapely.intersection(boxes, RAGGED)) > 1e-4)
    assert grid.position.tolist() == expected.tolist()


def test_hexagons_stand_point_up_in_shifted_rows():
    grid = hexagon_grid(area_of(shapely.box(0, 0, 2000, 2000)), 200)
    row = grid.position // grid.shape[1]
    first, second = grid.x[row == 2], grid.x[row == 3]
    assert np.allclose(np.diff(first), 200)
    assert ((second[0] - first[0]) % 200) == pytest.approx(100)
    assert grid.y[row == 3][0] - grid.y[row == 2][0] == pytest.approx(100 * np.sqrt(3))


def test_hexagons_do_not_move_with_the_study_area():
    one = hexagon_grid(area_of(shapely.box(0, 0, 3000, 3000)), 200)
    other = hexagon_grid(area_of(shapely.box(700, 850, 2100, 2200)), 200)
    places = {(round(x, 3), round(y, 3)) for x, y in zip(one.x, one.y, strict=True)}
    assert {
        (round(x, 3), round(y, 3)) for x, y in zip(other.x, other.y, strict=True)
    } <= places


def test_one_cell():
    grid = square_grid(area_of(shapely.box(10, 10, 20, 30)), 500)
    assert grid.n_cells == 1
    assert grid.area.tolist() == [200]
    assert (grid.x[0], grid.y[0]) == (250, 250)


def test_two_islands_leave_out_the_sea_between():
    islands = shapely.box(0, 0, 1000, 1000) | shapely.box(90_000, 90_000, 91_000, 91_000)
    grid = square_grid(area_of(islands), 500)
    assert grid.n_cells == 8
    assert grid.shape == (182, 182)


def test_a_polygon_that_crosses_itself_is_repaired():
    bow_tie = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    assert square_grid(area_of(bow_tie), 250).area.sum() == pytest.approx(500_000)


@pytest.mark.parametrize("make", [square_grid, hexagon_grid])
def test_a_grid_too_large_is_refused_with_a_size_that_fits(make, monkeypatch):
    monkeypatch.setattr("peelian.spacetime.grids.MAX_CELLS", 10_000)
    for study_area in (
        area_of(shapely.box(0, 0, 100_000, 80_000)),
        area_of(shapely.box(0, 0, 100_000, 0.5)),
    ):
        with pytest.raises(ParameterError, match=r"more than the 10,000 a grid may have") as e:
            make(study_area, 1)
        fits = float(str(e.value).split("use ")[1].split(" m")[0])
        assert make(study_area, fits).n_cells <= 10_000
        with pytest.raises(ParameterError, match="a grid may have"):
            make(study_area, 1e-250)


def test_a_grid_far_larger_than_memory_is_refused_before_anything_is_allocated():
    essex = area_of(shapely.box(500_000, 180_000, 600_000, 240_000))
    with pytest.raises(ParameterError, match=r"1 m over test would be 6.\d+e\+09"):
        square_grid(essex, 1)
    assert MAX_CELLS < 10_000_000


@pytest.mark.parametrize("cell_size", [0, -250, np.nan, np.inf])
def test_a_cell_size_that_is_no_length_is_refused(cell_size):
    with pytest.raises(ParameterError, match="give a length above zero"):
        square_grid(area_of(shapely.box(0, 0, 1, 1)), cell_size)


def test_degrees_are_refused():
    degrees = shapely.box(0.1, 51.5, 1.2, 52.0)
    with pytest.raises(CoordinateError, match="project first, for England EPSG:27700"):
        square_grid(area_of(degrees, "EPSG:4326"), 500)
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        square_grid(area_of(degrees), 0.01)
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        polygon_grid(areas_of(degrees))


@pytest.mark.parametrize("polygon", [shapely.Polygon(), shapely.LineString([(0, 0), (9, 9)])])
def test_a_study_area_without_extent_is_refused(polygon):
    with pytest.raises(DataError, match="study area test is empty"):
        square_grid(area_of(polygon), 250)


def test_polygons_keep_their_order_names_and_area():
    grid = polygon_grid(areas_of(shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 20)))
    assert grid.names == ("area 0", "area 1")
    assert grid.area.tolist() == [100, 200]
    assert grid.kind is CellKind.POLYGONS
    assert grid.shape == (0, 0)
    inside = shapely.contains_xy(grid.polygons, grid.x, grid.y)
    assert inside.all()
    assert outlines(grid) is grid.polygons


def test_polygons_without_extent_are_refused_by_name():
    with pytest.raises(DataError, match=r"area area 1 \(area 1\) has no extent"):
        polygon_grid(areas_of(shapely.box(0, 0, 1, 1), shapely.Point(1, 1)))
    with pytest.raises(DataError, match="no areas given"):
        polygon_grid(areas_of())
