"""data.police.uk: the published CSV, the API's shape, and every reason to refuse a row."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import shapely

from peelian.sources import read_extracts
from peelian.sources.police_uk import CATEGORIES, code_of, force_slug
from peelian.sources.sieve import arrow_schema
from peelian.terms import (
    EVENT_COLUMNS,
    REFUSED_COLUMNS,
    CoordinateError,
    DataError,
    ParameterError,
    SchemaError,
    StudyArea,
)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


def test_the_real_sample_is_read_to_the_row(data, now, reasons):
    (extract,) = read_extracts(data / "2018-11-essex-street.csv", now=now)
    assert (extract.read, len(extract.events), len(extract.refused)) == (20, 19, 1)
    assert [reason for _, reason, _ in reasons(extract)] == ["no-coordinates"]
    assert extract.source == "police-uk"
    assert extract.complete == ("essex/2018-11",)
    assert extract.events.schema == arrow_schema(EVENT_COLUMNS)
    assert extract.refused.schema == arrow_schema(REFUSED_COLUMNS)
    assert set(extract.events["offence"].to_pylist()) == {
        f"police-uk:{code}" for code in set(CATEGORIES.values()) - {"public-disorder-weapons"}
    }


def test_a_row_becomes_an_event_in_our_words(read, street):
    event = read([street()]).events.to_pylist()[0]
    assert event["event_id"] == "a1"
    assert event["offence"] == "police-uk:robbery"
    assert (event["start"], event["end"]) == (utc(2018, 11, 1), utc(2018, 12, 1))
    assert event["recorded"] is None
    assert (event["longitude"], event["latitude"]) == (0.4731, 51.7352)
    assert (event["x"], event["y"]) == pytest.approx((570_875, 206_951), abs=20)
    assert (event["place"], event["area_code"]) == ("On or near High Street", "E01021000")
    assert (event["setting"], event["weight"], event["row"]) == ("unknown", 1.0, 1)
    assert event["slice"] == "essex/2018-11"


def test_a_summer_month_starts_an_hour_before_midnight_in_utc(read, street):
    event = read([street(Month="2018-07")]).events.to_pylist()[0]
    assert (event["start"], event["end"]) == (utc(2018, 6, 30, 23), utc(2018, 7, 31, 23))


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"Longitude": ""}, "no-coordinates", "Longitude"),
        ({"Latitude": ""}, "no-coordinates", "Latitude"),
        ({"Longitude": "0", "Latitude": "0.0"}, "no-coordinates", "Longitude"),
        ({"Longitude": "east"}, "bad-coordinates", "Longitude"),
        ({"Latitude": "nan"}, "bad-coordinates", "Latitude"),
        ({"Latitude": "1e999"}, "bad-coordinates", "Latitude"),
        ({"Longitude": "999"}, "bad-coordinates", "Longitude, Latitude"),
        ({"Longitude": "100"}, "bad-coordinates", "Longitude, Latitude"),
        ({"Month": ""}, "no-date", "Month"),
        ({"Month": "2018-13"}, "bad-date", "Month"),
        ({"Month": "11/2018"}, "bad-date", "Month"),
        ({"Month": "2026-12"}, "future-date", "Month"),
        ({"Month": "0018-11"}, "bad-date", "Month"),
        ({"Crime_type": ""}, "no-offence", "Crime type"),
        ({"Crime_type": "Piracy"}, "unknown-offence", "Crime type"),
        ({"Crime_ID": "good"}, "duplicate-id", "Crime ID"),
        ({"Context": "x,y"}, "wrong-field-count", "13 fields, expected 12"),
    ],
)
def test_each_reason_to_refuse_a_row(read, street, reasons, changes, reason, field):
    good, bad = street(Crime_ID="good"), street(**changes)
    extract = read([good, bad])
    assert reasons(extract) == [(2, reason, field)]
    assert extract.refused["original"].to_pylist() == [bad]
    assert extract.refused["file"].to_pylist() == ["2018-11-essex-street.csv"]
    assert extract.events["event_id"].to_pylist() == ["good"]


def test_the_month_we_are_in_is_not_the_future(read, street):
    assert len(read([street(Month="2026-11")]).events) == 1


def test_one_crime_counts_once_and_rows_without_an_id_all_count(read, street, reasons):
    rows = [
        street(Crime_ID="a", Longitude=""),  # refused, so the next row is the first
        street(Crime_ID="a"),
        street(Crime_ID="a"),
        street(Crime_ID="a", Month="2018-10"),  # another slice
        street(Crime_ID=""),
        street(Crime_ID=""),
    ]
    extract = read(rows)
    assert reasons(extract) == [
        (1, "no-coordinates", "Longitude"),
        (3, "duplicate-id", "Crime ID"),
    ]
    assert extract.complete == ("essex/2018-10", "essex/2018-11")


def test_a_month_whose_every_row_is_refused_is_still_held_in_whole(read, street):
    extract = read([street(), street(Month="2018-10", Longitude="")])
    assert extract.complete == ("essex/2018-10", "essex/2018-11")


def test_points_outside_the_study_area_are_refused_beyond_the_tolerance(read, street, reasons):
    area = StudyArea("A", shapely.box(570_000, 206_000, 570_700, 208_000))
    assert len(read([street()], study_area=area).events) == 1  # 175 m outside
    far = street(Crime_ID="b", Longitude="0.5")
    extract = read([street(), far], study_area=area)
    assert reasons(extract) == [(2, "outside-study-area", "Longitude, Latitude")]
    with pytest.raises(CoordinateError, match="not one of 1 points lies in the study area A"):
        read([street()], study_area=area, tolerance=100)


def test_a_file_in_any_wrapping_gives_the_same_extract(tmp_path, data, now):
    csv = (data / "2018-11-essex-street.csv").read_bytes()
    plain = next(read_extracts(data / "2018-11-essex-street.csv", now=now))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("2018-11/2018-11-essex-street.csv", csv)
        archive.writestr("2018-11/2018-11-essex-outcomes.csv", "Crime ID,Outcome type\n1,x\n")
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbf" + csv.replace(b"\n", b"\r\n"))
    pq.write_table(pa_csv.read_csv(io.BytesIO(csv)), tmp_path / "a.parquet")
    for name in ("a.csv.gz", "a.zip", "bom.csv", "a.parquet"):
        (extract,) = read_extracts(tmp_path / name, now=now)
        assert extract.events.equals(plain.events), name
        assert extract.complete == plain.complete
        assert extract.refused["row"].equals(plain.refused["row"])
    assert next(read_extracts(tmp_path / "a.zip", now=now)).sha256 == plain.sha256


def test_companions_are_passed_over_by_their_columns_too(tmp_path, data, now):
    (tmp_path / "renamed.csv").write_text("Crime ID,Month,Outcome type\n1,2018-11,x\n")
    (tmp_path / "street.csv").write_bytes((data / "2018-11-essex-street.csv").read_bytes())
    (tmp_path / "searches.csv").write_bytes((data / "stop_and_search_shape.csv").read_bytes())
    said = []
    extracts = list(read_extracts(tmp_path, now=now, notice=said.append))
    assert [extract.file for extract in extracts] == ["street.csv"]
    assert said == [
        "renamed.csv: passed over, it holds outcomes, not events",
        "searches.csv: passed over, it holds stop and search records, not events",
    ]
    with pytest.raises(DataError, match="holds no file of events"):
        list(read_extracts(tmp_path / "renamed.csv", now=now))


def test_the_api_as_csv_and_as_json_give_the_same_events(tmp_path, data, now):
    (flat,) = read_extracts(data / "colchester_api.csv", now=now)
    rows = pa_csv.read_csv(data / "colchester_api.csv").to_pylist()
    answer = [
        {
            "category": row["category"],
            "location_type": "Force",
            "location": {
                "latitude": str(row["lat"]),
                "longitude": str(row["long"]),
                "street": {"id": row["street_id"], "name": row["street_name"]},
            },
            "context": "",
            "outcome_status": None,
            "persistent_id": row["persistent_id"] or "",
            "id": row["id"],
            "month": row["date"],
        }
        for row in rows
    ]
    (tmp_path / "api.json").write_text(json.dumps(answer))
    (nested,) = read_extracts(tmp_path / "api.json", now=now)
    assert len(flat.events) == 10
    assert nested.events.equals(flat.events)
    assert flat.events["slice"][0].as_py() == "api/2023-01"
    assert flat.complete == ()


def test_a_renamed_column_is_named_with_its_nearest(read, street):
    text = "\n".join(
        [
            "crime_id,month,Reported by,Falls within,longitude,Latitude,Location,LSOA code,"
            "LSOA name,Crime type,Last outcome category,Context",
            street(),
        ]
    )
    with pytest.raises(SchemaError) as raised:
        read(text + "\n")
    message = str(raised.value)
    assert message.startswith('2018-11-essex-street.csv: missing columns "Month"')
    assert '"Month" (is it "month"?)' in message
    assert '"Longitude" (is it "longitude"?)' in message


def test_an_unknown_shape_points_to_a_mapping(read):
    with pytest.raises(SchemaError, match=r"not those of data.police.uk.*--suggest f.csv"):
        read("when,where\n1,2\n", name="f.csv")


def test_exchanged_coordinates_are_seen(read, street):
    rows = [street(Crime_ID=str(n), Longitude="51.73", Latitude="0.47") for n in range(3)]
    with pytest.raises(
        CoordinateError, match=r"row 1, Longitude, Latitude: \(51.73, 0.47\).*ex"
    ):
        read(rows)


def test_metres_for_degrees_are_seen(read, street):
    with pytest.raises(
        CoordinateError, match=r"expected \(EPSG:4326\).*metres or feet.*27700"
    ):
        read([street(Longitude="570875", Latitude="206951")])


def test_a_file_all_in_the_future_is_an_error(read, street):
    with pytest.raises(DataError, match="every date lies in the future, such as 2030-01"):
        read([street(Month="2030-01")])


def test_a_naive_clock_and_a_negative_tolerance_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="no time zone"):
        next(read_extracts(tmp_path, now=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(ParameterError, match="tolerance"):
        next(read_extracts(tmp_path, now=utc(2026, 1, 1), tolerance=-1))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'[{"category": "robbery"}', "not JSON.*cut off"),
        (b"[" * 100_000, "nested more than 64 deep"),
        (b"[]", "an empty list"),
        (b"[1, 2]", "a list without objects"),
        (b'{"a": 1}', "a single JSON object"),
        (b'{"type": "FeatureCollection", "features": 3}', "features are not a list"),
        (b'[{"category": "\xe9"}]', "byte 15 is not UTF-8"),
    ],
)
def test_hostile_or_broken_json(read, data, says):
    with pytest.raises(DataError, match=says):
        read(data, name="f.json")


def test_a_parquet_file_cut_off(read):
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2]}), sink)
    with pytest.raises(DataError, match="Parquet file is cut off or damaged"):
        read(sink.getvalue()[:-40], name="f.parquet")


def test_a_parquet_file_without_rows(read):
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), sink)
    with pytest.raises(DataError, match="columns and no rows"):
        read(sink.getvalue(), name="f.parquet")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Essex Police", "essex"),
        ("Metropolitan Police Service", "metropolitan"),
        ("Avon and Somerset Constabulary", "avon-and-somerset"),
        ("Devon & Cornwall Police", "devon-and-cornwall"),
        ("Dyfed-Powys Police", "dyfed-powys"),
        ("Police Service of Northern Ireland", "northern-ireland"),
        ("British Transport Police", "btp"),
    ],
)
def test_forces_have_the_ids_of_the_api(name, slug):
    assert force_slug(name) == slug


def test_a_category_is_known_by_label_and_by_id():
    for label, identifier in CATEGORIES.items():
        assert code_of(label) == code_of(identifier) == f"police-uk:{identifier}"
    assert code_of("") is None


def test_numbers_too_large_for_a_number_are_refused(read, reasons):
    row = {"category": "robbery", "date": "2018-11", "lat": 51.7, "long": 10**400}
    good = row | {"long": 0.47, "street_name": "x", "persistent_id": "a"}
    extract = read(json.dumps([row, good]), name="f.json")
    assert reasons(extract) == [(1, "bad-coordinates", "long")]


def test_a_parquet_file_that_unpacks_to_too_many_rows(read, monkeypatch):
    monkeypatch.setattr("peelian.sources.tables_in.MAX_ROWS", 1)
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 1]}), sink)
    with pytest.raises(DataError, match="2 rows, more than 1; split it"):
        read(sink.getvalue(), name="f.parquet")
