"""Study areas, named areas and bases from the formats people have."""

import warnings
import zipfile

import geopandas
import numpy as np
import pytest
import shapely

from peelian.sources import read_areas, read_bases, read_study_area
from peelian.terms import Base, CoordinateError, CoverageError, DataError, SchemaError


@pytest.fixture
def frame():
    boxes = [
        shapely.box(570_000, 206_000, 571_000, 207_000),
        shapely.box(571_000, 206_000, 572_000, 207_000),
    ]
    return geopandas.GeoDataFrame(
        {"LSOA11CD": ["E1", "E2"], "LSOA11NM": ["One", "Two"], "residents": [10, None]},
        geometry=boxes,
        crs=27700,
    )


@pytest.fixture(params=["f.geojson", "f.gpkg", "f.shp", "f.zip"])
def path(request, frame, tmp_path):
    path = tmp_path / request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".zip":
            frame.to_file(tmp_path / "in.shp")
            with zipfile.ZipFile(path, "w") as archive:
                for part in sorted(tmp_path.glob("in.*")):
                    archive.write(part, part.name)
        else:
            (frame.to_crs(4326) if path.suffix == ".geojson" else frame).to_file(path)
    return path


def test_a_study_area_is_the_union_of_its_polygons(path):
    area = read_study_area(path)
    assert area.name == "f"
    assert area.crs == "EPSG:27700"
    assert area.polygon.area == pytest.approx(2e6, rel=1e-3)


def test_areas_find_their_columns(path):
    areas = read_areas(path)
    assert areas.code == ("E1", "E2")
    assert areas.name == ("One", "Two")
    assert areas.population[0] == 10
    assert np.isnan(areas.population[1])


def test_columns_may_be_named(frame, tmp_path):
    frame.to_file(tmp_path / "f.gpkg")
    areas = read_areas(tmp_path / "f.gpkg", code="LSOA11NM", district="LSOA11CD")
    assert areas.code == ("One", "Two")
    assert areas.district == ("E1", "E2")
    with pytest.raises(SchemaError, match=r'"LSOA21CD" \(is it "LSOA11CD"\?\)'):
        read_areas(tmp_path / "f.gpkg", code="LSOA21CD")


def test_codes_stand_once(frame, tmp_path):
    frame.assign(LSOA11CD="E1").to_file(tmp_path / "f.gpkg")
    with pytest.raises(SchemaError, match="row 2, LSOA11CD = 'E1' is repeated"):
        read_areas(tmp_path / "f.gpkg")


def test_layers_that_cannot_be_right(frame, tmp_path):
    file = tmp_path / "f.geojson"
    frame.set_geometry(frame.centroid).to_crs(4326).to_file(file)
    with pytest.raises(DataError, match="row 1 is a Point; polygons are needed"):
        read_study_area(file)
    file.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(CoverageError, match="holds no polygons"):
        read_study_area(file)
    file.write_text('{"type": "FeatureColl')
    with pytest.raises(DataError, match="not a layer of polygons"):
        read_study_area(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.set_crs(None, allow_override=True).to_file(tmp_path / "bare.shp")
    with pytest.raises(CoordinateError, match=r"does not say its CRS.*\.prj"):
        read_study_area(tmp_path / "bare.shp")
    frame.to_file(tmp_path / "two.gpkg", layer="a")
    frame.to_file(tmp_path / "two.gpkg", layer="b")
    with pytest.raises(DataError, match=r"2 layers \(a, b\)"):
        read_study_area(tmp_path / "two.gpkg")


def test_bases_in_degrees_or_metres(tmp_path):
    file = tmp_path / "bases.csv"
    file.write_text("name,x,y\nA,570875,206951\n")
    assert read_bases(file) == (Base("A", 570_875.0, 206_951.0),)
    file.write_text("name,longitude,latitude\nA,0.4731,51.7352\n")
    (base,) = read_bases(file)
    assert base.x == pytest.approx(570_875, abs=20)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("name,x,y\nA,1\n", DataError, "no row fits"),
        ("name,x,y\nA,1,2\nB,1\n", SchemaError, "row 2: 2 fields, expected 3"),
        ("name,x,y\nA,570875,206951\nA,1,2\n", SchemaError, "row 2, name = 'A'"),
        ("name,x,y\nA,570875,\n", SchemaError, "row 1, y is not a number"),
        ("name,x\nA,1\n", SchemaError, 'missing column "y"'),
        ("name,x,y\nA,0.4731,51.7352\n", CoordinateError, "look like longitude"),
        ("name,longitude,latitude\nA,100,10\n", CoordinateError, "row 1 lies off the grid"),
    ],
)
def test_bases_that_cannot_be_right(tmp_path, text, error, says):
    (tmp_path / "bases.csv").write_text(text)
    with pytest.raises(error, match=says):
        read_bases(tmp_path / "bases.csv")
