"""Boxes from GeoJSON and files: read as drawn, refused with a reason when they cannot be."""

import json

import numpy as np
import pytest
import shapely

from peelian.sources import parse_drawings, ranked, read_drawings
from peelian.terms import CoordinateError, DataError, ParameterError, SchemaError

GRID = "EPSG:27700"
RING = [[0.54, 51.73], [0.543, 51.73], [0.543, 51.732], [0.54, 51.732], [0.54, 51.73]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def feature(geometry=POLYGON, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def test_a_geometry_a_feature_and_a_collection_say_the_same():
    found = [
        parse_drawings(json.dumps(one), crs=GRID)[0].polygon
        for one in (POLYGON, feature(), collection(feature()))
    ]
    assert found[0].area == pytest.approx(46_000, rel=0.02)  # 207 m by 222 m
    assert all(shapely.equals_exact(one, found[0], 1e-6) for one in found)


def test_name_and_rank_are_kept_and_nothing_else():
    text = json.dumps(collection(feature(Name="Market", rank=3, officer="A Name")))
    (one,) = parse_drawings(text.encode(), crs=GRID)
    assert (one.name, one.rank) == ("Market", 3)
    assert "A Name" not in repr(one)


def test_a_third_dimension_is_dropped_and_a_ring_left_open_is_closed():
    open_ring = [[*corner, 9.0] for corner in RING[:-1]]
    text = json.dumps({"type": "Polygon", "coordinates": [open_ring]})
    (one,) = parse_drawings(text, crs=GRID)
    assert not one.polygon.has_z
    assert len(one.polygon.exterior.coords) == 5


def test_a_crossing_is_read_as_it_was_drawn():
    bow = [RING[0], RING[2], RING[1], RING[3], RING[0]]
    text = json.dumps({"type": "Polygon", "coordinates": [bow]})
    assert not parse_drawings(text, crs=GRID)[0].polygon.is_valid


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", DataError, "not GeoJSON"),
        ("{", DataError, "not GeoJSON"),
        ("[" * 100_000, DataError, "brackets within brackets"),
        (b"\xff\xfe{}", DataError, "not GeoJSON"),
        ("<OGRVRTDataSource/>", DataError, "not GeoJSON"),
        ("{}", DataError, "holds no feature"),
        ("null", DataError, "holds no feature"),
        (json.dumps(collection()), DataError, "holds no feature"),
        (json.dumps(collection(feature(None))), DataError, "feature 1 has no geometry"),
        (json.dumps(collection(*[feature()] * 5_001)), DataError, "5,001 features"),
        (
            json.dumps(feature({"type": "Point", "coordinates": [0, 51]})),
            DataError, "is a Point; polygons are needed",
        ),
        (json.dumps({"type": "Polygon", "coordinates": "x"}), DataError, "pairs of numbers"),
        (json.dumps({"type": "Polygon", "coordinates": []}), DataError, "pairs of numbers"),
        (json.dumps({"type": "Polygon", "coordinates": [[]]}), DataError, "pairs of numbers"),
        (json.dumps({"type": "Polygon", "coordinates": [[[1], [2]]]}), DataError, "pairs"),
        (
            '{"type":"Polygon","coordinates":[[[0,51],[NaN,51],[0,52],[0,51]]]}',
            DataError, "pairs of numbers",
        ),
        (
            '{"type":"Polygon","coordinates":[[[0,51],[1e999,51],[0,52],[0,51]]]}',
            DataError, "pairs of numbers",
        ),
        (
            json.dumps(
                {"type": "Polygon", "coordinates": [[[5e5, 2e5], [5e5, 3e5], [6e5, 2e5]]]}
            ),
            CoordinateError, "not a longitude and latitude",
        ),
        (
            json.dumps({"type": "Polygon", "coordinates": [[[90, 0], [91, 0], [90, 1]]]}),
            CoordinateError, "off the grid",
        ),
        (json.dumps(feature(rank="3")), SchemaError, "rank is '3'"),
    ],
)  # fmt: skip
def test_what_is_no_box_is_refused_with_the_reason(text, error, words):
    with pytest.raises(error, match=words):
        parse_drawings(text, crs=GRID)


def test_a_geopackage_and_a_geojson_file_say_the_same(tmp_path):
    import geopandas

    frame = geopandas.GeoDataFrame(
        {"name": ["Market"]}, geometry=[shapely.geometry.shape(POLYGON)], crs="EPSG:4326"
    )
    frame.to_file(tmp_path / "box.gpkg")
    (tmp_path / "box.geojson").write_text(json.dumps(feature(name="Market")))
    one, two = (
        read_drawings(tmp_path / name, crs=GRID)[0] for name in ("box.gpkg", "box.geojson")
    )
    assert one.name == two.name == "Market"
    assert shapely.equals_exact(one.polygon, two.polygon, 1e-3)
    with pytest.raises(ParameterError, match="no such file"):
        read_drawings(tmp_path / "none.geojson", crs=GRID)


def test_cells_are_chosen_by_their_rank():
    text = json.dumps(collection(*(feature(rank=rank) for rank in (1, 2, 3))))
    drawings = parse_drawings(text, crs=GRID)
    assert [one.rank for one in ranked(drawings, (3, 1, 3))] == [3, 1]
    with pytest.raises(ParameterError, match="no cell has the rank 9: the table lists 1 to 3"):
        ranked(drawings, (9,))
    with pytest.raises(ParameterError, match="nothing here has a rank"):
        ranked(parse_drawings(json.dumps(POLYGON), crs=GRID), (1,))


def test_plane_coordinates_stay_as_they_are():
    (one,) = parse_drawings(json.dumps(POLYGON), crs="none")
    np.testing.assert_allclose(shapely.get_coordinates(one.polygon), RING)
