"""Forecasts of any program: what is read, and what is refused with the row that is wrong."""

import json

import numpy as np
import pytest

from peelian.sources import read_forecast
from peelian.terms import CoordinateError, DataError, ParameterError, SchemaError

HEADER = "cell,x,y,area,risk,flagged\n"
ROWS = (
    "0,583050,206050,10000,1.5,true\n"
    "1,583150,206050,10000,0.5,false\n"
    "2,583050,206150,4000,0.25,false\n"
)
CRS = "EPSG:27700"


def write(folder, text, name="forecast.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_table_of_centres(tmp_path):
    made = read_forecast(write(tmp_path, HEADER + ROWS), crs=CRS)
    assert made.grid.cell_size == 100
    assert made.grid.crs == CRS
    assert made.flagged.tolist() == [True, False, False]
    assert made.risk.tolist() == [1.5, 0.5, 0.25]
    assert len(made.sha256) == 64


def test_rows_in_any_order_keep_their_own_values(tmp_path):
    lines = ROWS.splitlines(keepends=True)
    made = read_forecast(write(tmp_path, HEADER + "".join(lines[::-1])), crs=CRS)
    assert made.risk.tolist() == [1.5, 0.5, 0.25]
    assert made.grid.area.tolist() == [10_000, 10_000, 4_000]


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("TRUE", "FALSE"), ("Yes", "no")])
def test_truth_as_other_programs_write_it(tmp_path, yes, no):
    text = (HEADER + ROWS).replace("true", yes).replace("false", no)
    made = read_forecast(write(tmp_path, text), crs=CRS)
    assert made.flagged.tolist() == [True, False, False]


def test_the_record_beside_a_table_names_its_crs(tmp_path):
    path = write(tmp_path, HEADER + ROWS)
    record = json.dumps({"provenance": {"crs": "EPSG:32631"}})
    (tmp_path / "forecast.csv.provenance.json").write_text(record)
    assert read_forecast(path, crs=CRS).grid.crs == "EPSG:32631"
    (tmp_path / "forecast.csv.provenance.json").write_text("[]")
    assert read_forecast(path, crs=CRS).grid.crs == CRS


def test_json_rows(tmp_path):
    rows = [
        {"x": 583050, "y": 206050, "area": 1e4, "risk": 1.5, "flagged": True},
        {"x": 583150, "y": 206050, "area": 1e4, "risk": 0.5, "flagged": False},
        {"x": 583150, "y": 206150, "area": 1e4, "risk": 0.5, "flagged": False},
    ]
    made = read_forecast(write(tmp_path, json.dumps(rows), "f.json"), crs=CRS)
    assert made.flagged.tolist() == [True, False, False]


def collection(*squares, **more):
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[w, s], [w + 0.01, s], [w + 0.01, s + 0.01], [w, s + 0.01], [w, s]]
                ],
            },
            "properties": {"flagged": n == 0, **more},
        }
        for n, (w, s) in enumerate(squares)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_outlines_need_no_columns_but_the_flag(tmp_path):
    path = write(tmp_path, collection((0.5, 51.7), (0.51, 51.7)), "f.geojson")
    made = read_forecast(path, crs=CRS)
    assert made.flagged.tolist() == [True, False]
    assert made.risk is None
    assert made.grid.area[0] == pytest.approx(770_000, rel=0.01)


def test_outlines_that_overlap_or_contradict_their_area(tmp_path):
    path = write(tmp_path, collection((0.5, 51.7), (0.502, 51.7)), "f.geojson")
    with pytest.raises(DataError, match=r"row \d overlaps another cell"):
        read_forecast(path, crs=CRS)
    path = write(tmp_path, collection((0.5, 51.7), area=0.77), "g.geojson")
    with pytest.raises(DataError, match=r"row 1 states 0\.77 m2"):
        read_forecast(path, crs=CRS)


def test_geoparquet(tmp_path):
    import geopandas
    import shapely

    west = np.array([583_000.0, 583_100.0])
    frame = geopandas.GeoDataFrame(
        {"flagged": [False, True], "risk": [1.0, 2.0]},
        geometry=shapely.box(west, 206_000, west + 100, 206_100),
        crs=CRS,
    )
    frame.to_parquet(tmp_path / "f.parquet")
    made = read_forecast(tmp_path / "f.parquet", crs=CRS)
    assert made.grid.area == pytest.approx([1e4, 1e4], rel=1e-4)
    frame.to_crs("EPSG:4326").to_parquet(tmp_path / "g.parquet")
    assert read_forecast(tmp_path / "g.parquet", crs=CRS).grid.area == pytest.approx(
        [1e4, 1e4], rel=1e-4
    )
    plain = frame.drop(columns="geometry").assign(
        x=west + 50, y=[206_050.0, 206_150.0], area=1e4
    )
    plain.to_parquet(tmp_path / "h.parquet")
    assert read_forecast(tmp_path / "h.parquet", crs=CRS).flagged.tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", DataError, "empty"),
        (HEADER, DataError, "no rows"),
        ("cell,x,y,risk\n0,1,1,1\n", SchemaError, '"area"'),
        ("cell,x,y,area\n0,583050,206050,1e4\n", SchemaError, '"flagged"'),
        (HEADER + ROWS.replace("583150", "east"), DataError, "row 2: x is not a number"),
        (HEADER + ROWS.replace("206150", ""), DataError, "row 3: y is not a number"),
        (HEADER + ROWS.replace("0.25", "nan"), DataError, "row 3: risk is not a number"),
        (HEADER + ROWS.replace("0.25", "inf"), DataError, "row 3: risk is not a number"),
        (
            HEADER + ROWS.replace(",4000", ",-4000"),
            DataError,
            "row 3: the area is not above 0",
        ),
        (HEADER + ROWS.replace("true", "maybe"), DataError, "row 1: flagged = 'maybe'"),
        (HEADER + ROWS + ROWS[:30] + "\n", DataError, "same cell"),
        (HEADER + ROWS + "3,583\n", DataError, "row 4"),
        (HEADER + ROWS.replace("583150", "583199"), DataError, "do not stand on a lattice"),
        ("cell,x,y,area,flagged\n0,0.5,51.7,1e4,1\n1,0.6,51.7,1e4,0\n", DataError, "lattice"),
        (b"PAR1" + bytes(40), DataError, "cut off or damaged"),
        (b"\xff\xfe\x00\x01", DataError, "UTF-8"),
        ('{"type": "FeatureCollection", "features": []}', DataError, "no polygons"),
        ('{"type": "FeatureCollection", "feat', DataError, "cut off"),
    ],
)
def test_hostile_and_damaged_files_are_refused_in_words(tmp_path, text, error, message):
    with pytest.raises(error, match=message) as caught:
        read_forecast(write(tmp_path, text), crs=CRS)
    assert "forecast.csv" in str(caught.value)


def test_settings_that_cannot_be(tmp_path):
    path = write(tmp_path, HEADER + ROWS)
    with pytest.raises(ParameterError, match="'circle'"):
        read_forecast(path, crs=CRS, cell_kind="circle")
    with pytest.raises(DataError, match="no such file"):
        read_forecast(tmp_path / "none.csv", crs=CRS)
    with pytest.raises(CoordinateError, match="EPSG:4326"):
        read_forecast(path, crs="EPSG:4326")
    with pytest.raises(DataError, match="lattice"):
        read_forecast(path, crs=CRS, cell_size=130.0)
