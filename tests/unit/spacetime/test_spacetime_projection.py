import numpy as np
import pytest
import shapely

from peelian.spacetime import (
    crs_code,
    project,
    project_shapes,
    require_metres,
    require_projected,
    transform,
    unproject,
)
from peelian.terms import CoordinateError, ParameterError

CHELMSFORD = (0.4691, 51.7356)


def test_points_off_the_grid_are_nan():
    x, y = project([2.5, np.nan, 0.5, 200, -0.1], [51.5, 51, np.nan, 51, 95])
    assert np.isnan(x).all()
    assert np.isnan(y).all()
    lon, lat = unproject([-5e6, np.nan, 5e5], [1e5, 1e5, np.inf])
    assert np.isnan(lon).all()
    assert np.isnan(lat).all()


def test_points_off_the_grid_do_not_disturb_the_others():
    x, _ = project([2.5, CHELMSFORD[0]], [51.5, CHELMSFORD[1]])
    assert np.isnan(x[0])
    assert 560_000 < x[1] < 590_000


def test_nothing_in_nothing_out():
    assert [len(a) for a in project([], [])] == [0, 0]
    assert [len(a) for a in unproject([], [], crs="EPSG:32631")] == [0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, int])
def test_any_number_type_and_order_of_memory_will_do(dtype):
    pairs = np.array([[1, 52], [0, 52]], dtype=dtype)
    x, y = project(pairs[:, 0], pairs[:, 1])
    expected_x, expected_y = project([1.0, 0.0], [52.0, 52.0])
    assert np.array_equal(x, expected_x)
    assert np.array_equal(y, expected_y)


def test_other_systems_go_through_pyproj():
    x, y = project([3.0], [0.0], crs="EPSG:32631")  # on the central meridian of UTM zone 31
    np.testing.assert_allclose([x[0], y[0]], [500_000, 0], atol=1e-6)
    lon, lat = unproject(x, y, crs="EPSG:32631")
    np.testing.assert_allclose([lon[0], lat[0]], [3, 0], atol=1e-9)


def test_transform_to_the_national_grid_goes_through_ostn15():
    lon, lat = np.array([CHELMSFORD[0]]), np.array([CHELMSFORD[1]])
    utm = transform(lon, lat, from_crs="EPSG:4326", to_crs="EPSG:32631")
    there = transform(*utm, from_crs="EPSG:32631", to_crs="EPSG:27700")
    np.testing.assert_allclose(there, project(lon, lat), atol=0.002)
    back = transform(*there, from_crs="EPSG:27700", to_crs="EPSG:32631")
    np.testing.assert_allclose(back, utm, atol=0.002)


def test_transform_to_the_same_system_copies():
    x = np.array([1.0])
    same, _ = transform(x, x, from_crs="EPSG:27700", to_crs="urn:ogc:def:crs:EPSG::27700")
    same[0] = 5
    assert x[0] == 1


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::27700", "EPSG:27700"),
        ("epsg:27700", "EPSG:27700"),
        ("27700", "EPSG:27700"),
        ("OGC:CRS84", "EPSG:4326"),
        ("None", "none"),
    ],
)
def test_one_spelling_of_a_crs(crs, code):
    assert crs_code(crs) == code


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        ("EPSG:4326", "longitude/latitude given .* project first, for England EPSG:27700"),
        ("EPSG:4258", "not a projected CRS"),
        ("EPSG:2913", "in foot, not metres"),
        ("EPSG:999999", "not a known CRS"),
        ("potato", "not a known CRS"),
    ],
)
def test_a_crs_that_is_not_projected_in_metres_is_refused(crs, message):
    with pytest.raises(CoordinateError, match=message):
        require_projected(crs)


@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:32631", "none"])
def test_a_crs_in_metres_passes(crs):
    require_projected(crs)


def test_plane_coordinates_cannot_be_placed_on_earth():
    for call in (
        lambda: project([1.0], [52.0], crs="none"),
        lambda: unproject([1.0], [1.0], crs="none"),
        lambda: transform([1.0], [1.0], from_crs="none", to_crs="EPSG:27700"),
    ):
        with pytest.raises(CoordinateError, match="no place on Earth"):
            call()


def test_degrees_passed_off_as_metres_are_recognised():
    x, y = np.array([0.5, 0.6]), np.array([51.7, 51.8])
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        require_metres(x, y, "EPSG:27700")
    require_metres(x, y, "none")
    require_metres(np.array([0.5, 570_000]), np.array([51.7, 207_000]), "EPSG:27700")
    require_metres(np.array([]), np.array([]), "EPSG:27700")


def test_pairs_must_be_pairs():
    with pytest.raises(ParameterError, match="x has 2 entries and y 1"):
        project([1.0, 2.0], [52.0])


def test_shapes_are_projected_and_lose_their_heights():
    box = shapely.box(0.4, 51.7, 0.5, 51.8)
    line = shapely.LineString([(0.4, 51.7, 7), (0.5, 51.8, 8)])
    moved = project_shapes(np.array([box, line]), from_crs="EPSG:4326", to_crs="EPSG:27700")
    x, y = project([0.4], [51.7])
    assert shapely.get_coordinates(moved[1])[0].tolist() == [x[0], y[0]]
    assert not shapely.has_z(moved).any()
    assert shapely.area(moved[0]) == pytest.approx(6.9e3 * 11.1e3, rel=0.02)


def test_a_shape_off_the_grid_is_refused_with_its_vertex():
    with pytest.raises(CoordinateError, match=r"3 of 5 vertices lie off the grid.*\(20, 51"):
        project_shapes(
            np.array([shapely.box(0.4, 51.7, 20, 51.8)]),
            from_crs="EPSG:4326",
            to_crs="EPSG:27700",
        )
