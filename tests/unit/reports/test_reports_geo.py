"""Cells as GeoJSON and GeoParquet."""

import io
import json

import geopandas
import numpy as np
import pytest
import shapely

from peelian.reports import (
    cells_geojson,
    cells_geoparquet,
    segments_geojson,
    segments_geoparquet,
)
from peelian.spacetime import project, street_network
from peelian.terms import CoordinateError, ParameterError, Table
from report_samples import (
    sample_grid,
    sample_provenance,
    sample_study_area,
    sample_table,
)


def test_geojson_follows_rfc_7946():
    content = cells_geojson(sample_table(), sample_grid(), sample_provenance())
    collection = json.loads(content)
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    assert len(collection["features"]) == 3
    for feature in collection["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        ring = np.array(feature["geometry"]["coordinates"][0])
        assert shape.exterior.is_ccw
        assert np.array_equal(ring[0], ring[-1])
        assert np.allclose(ring, np.round(ring, 6), atol=0)
        assert 0.5 < ring[0, 0] < 1.5
        assert 51 < ring[0, 1] < 52


def test_geojson_puts_each_row_in_its_cell():
    grid = sample_grid()
    content = cells_geojson(sample_table(), grid, sample_provenance())
    for feature in json.loads(content)["features"]:
        cell = feature["properties"]["cell"]
        centre = shapely.geometry.shape(feature["geometry"]).centroid
        x, y = project(np.array([centre.x]), np.array([centre.y]), crs=grid.crs)
        assert abs(x[0] - grid.x[cell]) < 1
        assert abs(y[0] - grid.y[cell]) < 1


def test_geojson_keeps_properties_and_writes_missing_as_null():
    features = json.loads(cells_geojson(sample_table(), sample_grid(), sample_provenance()))[
        "features"
    ]
    assert features[0]["properties"] == {
        "cell": 7,
        "risk": 2.675,
        "last_observed": 3,
        "flagged": True,
        "place": "On or near High Street",
        "month": "2018-11",
    }
    assert features[1]["properties"]["risk"] is None


def test_cells_are_clipped_to_the_study_area():
    grid = sample_grid()
    table = Table({"cell": np.array([9, 0])})  # the south-east and south-west corners
    frame = geopandas.read_parquet(
        io.BytesIO(
            cells_geoparquet(table, grid, sample_provenance(), study_area=sample_study_area())
        )
    )
    assert frame.geometry.area.round(3).tolist() == [500 * 300, 500 * 500]


def test_a_row_for_every_cell_needs_no_cell_column():
    table = Table({"risk": np.arange(80.0)})
    features = json.loads(cells_geojson(table, sample_grid(), sample_provenance()))["features"]
    assert [f["properties"]["cell"] for f in features] == list(range(80))


def test_rows_that_do_not_fit_the_grid_are_refused():
    for columns, says in (
        ({"risk": np.arange(3.0)}, "no cell column"),
        ({"cell": np.array([80])}, "cell 80 is not in the grid"),
        ({"cell": np.array([-1])}, "cell -1 is not in the grid"),
    ):
        with pytest.raises(ParameterError, match=says):
            cells_geojson(Table(columns), sample_grid(), sample_provenance())


def test_plane_coordinates_make_geoparquet_but_no_geojson():
    grid = sample_grid(crs="none")
    with pytest.raises(CoordinateError, match="--crs"):
        cells_geojson(sample_table(), grid, sample_provenance())
    frame = geopandas.read_parquet(
        io.BytesIO(cells_geoparquet(sample_table(), grid, sample_provenance()))
    )
    assert frame.crs is None


def test_geopandas_reads_the_geoparquet():
    content = cells_geoparquet(sample_table(), sample_grid(), sample_provenance())
    frame = geopandas.read_parquet(io.BytesIO(content))
    assert frame.crs.to_epsg() == 27700
    assert frame["cell"].tolist() == [7, 3, 79]
    assert np.isnan(frame["risk"][1])
    assert frame["flagged"].tolist() == [True, False, True]
    assert frame["month"].tolist() == ["2018-11", "2018-10", "2018-07"]
    assert frame.geometry.area.tolist() == [250_000.0] * 3


def test_instants_in_geoparquet_are_utc():
    instant = np.array(["2018-11-01T06:00:00"], dtype="datetime64[s]")
    table = Table({"cell": np.array([0]), "end": instant})
    frame = geopandas.read_parquet(
        io.BytesIO(cells_geoparquet(table, sample_grid(), sample_provenance()))
    )
    assert frame["end"][0].isoformat() == "2018-11-01T06:00:00+00:00"


def test_the_same_values_give_the_same_bytes():
    for write in (cells_geojson, cells_geoparquet):
        one, two = (write(sample_table(), sample_grid(), sample_provenance()) for _ in "ab")
        assert one == two


def test_no_rows_make_an_empty_collection():
    table = Table({"cell": np.array([], dtype=int), "risk": np.array([])})
    content = cells_geojson(table, sample_grid(), sample_provenance())
    assert json.loads(content)["features"] == []
    content = cells_geoparquet(table, sample_grid(), sample_provenance())
    assert len(geopandas.read_parquet(io.BytesIO(content))) == 0


def segments():
    """Two streets of the British National Grid, the second of them in the table."""
    lines = shapely.linestrings([[[0, 0], [30, 40]], [[30, 40], [30, 140]]])
    network = street_network(
        shapely.transform(lines, lambda xy: xy + 500_000), crs="EPSG:27700"
    )
    return Table({"segment": np.array([1]), "n": np.array([np.nan])}, "streets"), network


def test_segments_are_lines_of_geojson_and_of_geoparquet():
    table, network = segments()
    collection = json.loads(segments_geojson(table, network, sample_provenance()))
    (feature,) = collection["features"]
    assert feature["id"] == 1
    assert feature["properties"] == {"segment": 1, "n": None}
    assert feature["geometry"]["type"] == "LineString"
    x, y = project(*np.array(feature["geometry"]["coordinates"]).T)
    np.testing.assert_allclose([x, y], [[500_030] * 2, [500_040, 500_140]], atol=0.2)
    content = segments_geoparquet(table, network, sample_provenance())
    frame = geopandas.read_parquet(io.BytesIO(content))
    assert frame.crs == "EPSG:27700"
    assert frame.geometry.length.tolist() == [100]
