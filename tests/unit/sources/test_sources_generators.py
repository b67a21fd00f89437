"""Crime generators from any file of points."""

import json

import numpy as np
import pytest

from peelian import sources
from peelian.sources import read_generators
from peelian.terms import CoordinateError, CoverageError, SchemaError


def write(path, text):
    path.write_text(text)
    return path


def test_a_file_is_a_kind_and_metres_stay_metres(tmp_path):
    path = write(
        tmp_path / "pubs.csv", "name,easting,northing\nA,600000,220000\nB,600100,220100\n"
    )
    made, ingredient = read_generators(path)
    assert made.kind.tolist() == ["pubs", "pubs"]
    assert made.x.tolist() == [600_000, 600_100]
    assert (ingredient.read, ingredient.refused, ingredient.kind) == (2, 0, "file")


def test_a_column_says_the_kind_and_rows_without_place_or_kind_are_counted(tmp_path):
    path = write(
        tmp_path / "places.csv",
        "what,lat,lon\npub,51.88,0.90\nclub,51.89,0.91\npub,,0.9\n,51.88,0.9\nbar,0,0\n",
    )
    made, ingredient = read_generators(path, kind="what")
    assert made.kind.tolist() == ["pub", "club"]
    assert made.x == pytest.approx([599_700, 600_300], abs=400)
    assert (ingredient.read, ingredient.refused) == (5, 3)


def test_a_geojson_point_is_in_degrees(tmp_path):
    point = {"type": "Point", "coordinates": [0.9, 51.88]}
    feature = {"type": "Feature", "properties": {}, "geometry": point}
    layer = {"type": "FeatureCollection", "features": [feature]}
    made, _ = read_generators(write(tmp_path / "atm.geojson", json.dumps(layer)))
    assert made.kind.tolist() == ["atm"]
    assert made.y[0] == pytest.approx(224_100, abs=300)


def test_on_a_plane_numbers_stay_and_degrees_are_refused(tmp_path):
    plane = write(tmp_path / "a.csv", "x,y\n1000,2000\n")
    assert read_generators(plane, crs="none")[0].x.tolist() == [1000]
    degrees = write(tmp_path / "b.csv", "lon,lat\n0.9,51.9\n")
    with pytest.raises(CoordinateError, match="same plane"):
        read_generators(degrees, crs="none")


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(SchemaError, match="no pair of columns"):
        read_generators(write(tmp_path / "a.csv", "name,town\nA,B\n"))
    with pytest.raises(SchemaError, match='is it "what"'):
        read_generators(write(tmp_path / "b.csv", "what,x,y\npub,6e5,2e5\n"), kind="whta")
    with pytest.raises(CoverageError, match="no row has a place"):
        read_generators(write(tmp_path / "c.csv", "what,x,y\n,600000,220000\n"), kind="what")


def test_the_bundled_ones_lie_in_essex():
    made, ingredient = read_generators(sources.essex_generators_path(), kind="kind")
    assert dict(zip(*np.unique(made.kind, return_counts=True), strict=True)) == {
        "hospital": 27,
        "station": 74,
    }
    assert ingredient.refused == 0
    assert made.x.min() > 540_000
    assert made.y.max() < 243_000
