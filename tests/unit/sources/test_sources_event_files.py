"""Events from any file by naming three columns."""

import geopandas
import numpy as np
import pyarrow as pa
import pytest
import shapely

from peelian.sources import EventColumns, events_of_table, read_events, working_crs
from peelian.terms import CoordinateError, CoverageError, DataError, SchemaError, StudyArea


@pytest.fixture
def events_of(tmp_path, now):
    def read(text, name="f.csv", **options):
        (tmp_path / name).write_text(text)
        return read_events(tmp_path / name, now=now, **options)

    return read


PLANE = {"x": "x", "y": "y", "crs": "none"}


@pytest.mark.parametrize(
    ("value", "start", "seconds"),
    [
        ("2018-07-01", "2018-06-30T23:00:00", 86_400),
        ("2018-07-01 12:30", "2018-07-01T11:30:00", 0),
        ("2018-07-01T12:30:15Z", "2018-07-01T12:30:15", 0),
        ("2018-07-01T12:30:15.250+0530", "2018-07-01T07:00:15", 0),
        ("2018-07-01T12:30-05:00", "2018-07-01T17:30:00", 0),
        ("01/07/2018 12:30", "2018-07-01T11:30:00", 0),
        ("2018-07", "2018-06-30T23:00:00", 31 * 86_400),
        ("20180701", "2018-06-30T23:00:00", 86_400),
        ("3", "1970-01-04T00:00:00", 86_400),
        ("3.5", "1970-01-04T12:00:00", 0),
        ("-1", "1969-12-31T00:00:00", 86_400),
    ],
)
def test_times_of_every_kind(events_of, value, start, seconds):
    events, _ = events_of(f"x,y,t\n1,2,{value}\n", time="t", **PLANE)
    assert events.start[0] == np.datetime64(start)
    assert (events.end - events.start)[0] == np.timedelta64(seconds, "s")


def test_plane_coordinates_stay_as_they_are(events_of):
    events, extract = events_of(
        "x,y,t,w\n1.5,-2,3,0.5\n0,0,3,1\n", time="t", weight="w", **PLANE
    )
    assert (events.x.tolist(), events.y.tolist()) == ([1.5], [-2.0])
    assert events.weight.tolist() == [0.5]
    assert events.crs == "none"
    assert extract.read == 2


def test_when_an_event_came_on_record_is_read_where_a_column_says_it(events_of):
    text = "x,y,t,seen\n1,2,2018-07-01,2018-07-03\n1,2,2018-07-01,\n1,2,2018-07-01,soon\n"
    events, extract = events_of(text, time="t", recorded="seen", **PLANE)
    end = np.datetime64("2018-07-03T23:00:00")  # of the day, in summer
    np.testing.assert_array_equal(events.recorded, np.array([end, "NaT"], "M8[s]"))
    np.testing.assert_array_equal(events.known, np.array([end, events.end[1]], "M8[s]"))
    assert extract.refused["reason"].to_pylist() == ["bad-date"]
    untold, _ = events_of(text, time="t", **PLANE)
    assert np.isnat(untold.recorded).all()


def test_longitude_and_latitude_are_projected(events_of):
    text = "lon,lat,t\n0.4731,51.7352,2018-11-01\n,51.7,2018-11-01\n"
    events, extract = events_of(text, x="lon", y="lat", time="t")
    assert events.crs == "EPSG:27700"
    assert events.x[0] == pytest.approx(570_875, abs=20)
    assert extract.refused["reason"].to_pylist() == ["no-coordinates"]


@pytest.mark.parametrize(
    ("crs", "x", "y", "wanted"),
    [
        ("EPSG:27700", 570_000, 206_000, "EPSG:27700"),
        ("EPSG:4326", -87.6, 41.8, "EPSG:32616"),
        ("EPSG:4326", 151.2, -33.8, "EPSG:32756"),
        ("EPSG:2913", 7_660_000, 683_000, "EPSG:32610"),
        ("none", 1, 2, "none"),
        ("EPSG:4326", np.nan, 2, "EPSG:27700"),
        ("EPSG:4326", 5e5, 2e5, "EPSG:27700"),
    ],
)
def test_the_working_crs_is_in_metres(crs, x, y, wanted):
    assert working_crs(crs, np.array([x]), np.array([y])) == wanted


def test_months_written_as_first_days_are_months_when_there_are_enough(events_of):
    rows = "".join(f"1,2,2022-{1 + n % 3:02d}-01\n" for n in range(20))
    events, _ = events_of("x,y,t\n" + rows, time="t", **PLANE)
    assert events.end[0] - events.start[0] == np.timedelta64(31 * 86_400, "s")
    events, _ = events_of("x,y,t\n" + rows + "1,2,2022-01-02\n", time="t", **PLANE)
    assert events.end[0] - events.start[0] == np.timedelta64(86_400, "s")


def test_points_outside_the_study_area_are_refused(events_of):
    area = StudyArea("A", shapely.box(0, 0, 10, 10), "none")
    events, extract = events_of("x,y,t\n1,2,3\n11,2,3\n", time="t", study_area=area, **PLANE)
    assert len(events) == 1
    assert extract.refused["reason"].to_pylist() == ["outside-study-area"]


def test_geojson_and_geopackage_points_need_no_columns_named(tmp_path, now):
    frame = geopandas.GeoDataFrame(
        {"t": ["2018-11-01"]}, geometry=[shapely.Point(0.4731, 51.7352)], crs=4326
    )
    frame.to_file(tmp_path / "f.geojson")
    frame.to_file(tmp_path / "f.gpkg")
    for name in ("f.geojson", "f.gpkg"):
        events, _ = read_events(tmp_path / name, time="t", now=now)
        assert events.x[0] == pytest.approx(570_875, abs=20)


def test_a_table_such_as_a_query_answers(now):
    table = pa.table({"x": [1.0], "y": [2.0], "t": pa.array([0], pa.timestamp("s", "UTC"))})
    events, extract = events_of_table(table, EventColumns("x", "y", "t", "none"), now=now)
    assert events.start[0] == np.datetime64("1970-01-01T00:00:00")
    assert extract.file == "table"


@pytest.mark.parametrize(
    ("text", "options", "error", "says"),
    [
        (
            "x,y,t\n1,2,2018-01-01\n",
            {"crs": "EPSG:1"},
            CoordinateError,
            "'EPSG:1' is not known",
        ),
        ("x,y,t\n1,2,2018-01-01\n", {"crs": "EPSG:27700"}, CoordinateError, "metres expected"),
        ("x,y,t\n1,2,2030-01-01\n", {}, DataError, "every date lies in the future"),
        ("x,y,when\n1,2,3\n", {}, SchemaError, 'missing column "t"'),
        ("x,y,t\n", {}, CoverageError, "a header and no rows"),
    ],
)
def test_files_that_cannot_be_right(events_of, text, options, error, says):
    with pytest.raises(error, match=says):
        events_of(text, time="t", **{**PLANE, **options})
