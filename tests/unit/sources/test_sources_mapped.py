"""Any provider's file through a mapping, and mappings that cannot be right."""

import json
from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from peelian.sources import parse_mapping, read_extracts, read_mapping
from peelian.terms import CoordinateError, ParameterError, SchemaError, StudyArea

ST_LOUIS = """
name = "st-louis"
[place]
x = "XCoord"
y = "YCoord"
crs = "ESRI:102696"
name = "ILEADSStreet"
area = "Neighborhood"
[time]
start = "DateOccur"
recorded = "CodedMonth"
formats = ["%m/%d/%Y %H:%M", "%Y-%m"]
zone = "America/Chicago"
[offence]
column = "Description"
unmapped = "keep"
[offence.codes]
"ROBBERY-HIGHWAY /KNIFE USED/SUCCESSFUL" = "police-uk:robbery"
[event]
id = "Complaint"
repeated_ids = "keep"
weight = "Count"
"""

FORCE = """
name = "force"
delimiter = ";"
encoding = "cp1252"
whole_months = true
[place]
x = "Easting"
y = "Northing"
crs = "EPSG:27700"
[time]
start = ["Date from", "Time from"]
end = ["Date to", "Time to"]
formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
[offence]
column = "HO code"
list = "home-office"
[setting]
column = "Premises"
[setting.values]
"Café" = "indoor"
"Street" = "public"
[event]
id = "Crime number"
"""
AREA = StudyArea("A", shapely.box(570_000, 206_000, 572_000, 208_000))
FORCE_HEADER = (
    "Crime number;HO code;Easting;Northing;Date from;Time from;Date to;Time to;Premises"
)


@pytest.fixture
def through(tmp_path, now):
    """The one extract of a file read through a mapping."""

    def read(mapping, content, name="f.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (extract,) = read_extracts(path, mapping=parse_mapping(mapping), now=now, **options)
        return extract

    return read


def force_file(*rows):
    return "\n".join([FORCE_HEADER, *rows, ""]).encode("cp1252")


def test_st_louis_feet_counts_taken_back_and_missing_places(data, now, reasons):
    path = data / "st_louis_shape.csv"
    (extract,) = read_extracts(
        path, mapping=parse_mapping(ST_LOUIS), now=now, crs="EPSG:26915"
    )
    assert extract.read == 6
    assert reasons(extract) == [
        (4, "no-coordinates", "XCoord"),
        (5, "bad-number", "Count"),
    ]
    events = extract.events.to_pylist()
    assert [event["weight"] for event in events] == [1, 1, -1, 1]
    assert events[0]["offence"] == "st-louis:agg.assault-knife-citizen-adult-1st-degree"
    assert events[1]["offence"] == "police-uk:robbery"
    assert events[0]["start"] == events[0]["end"]
    assert events[0]["start"].isoformat() == "2016-03-19T09:00:00+00:00"  # 04:00, summer time
    assert events[0]["recorded"].isoformat() == "2016-04-01T05:00:00+00:00"  # end of its month
    assert -90.4 < events[0]["longitude"] < -90.1
    assert 38.5 < events[0]["latitude"] < 38.8
    assert (events[0]["place"], events[0]["area_code"]) == ("S EXAMPLE AVE", "16")
    assert extract.complete == ()
    assert extract.source == "st-louis"


def test_a_force_export_with_two_columns_for_a_time_and_an_interval(through, reasons):
    extract = through(
        FORCE,
        force_file(
            "1;34B;570875;206951;17/11/2018;22:30;18/11/2018;02:15;Street",
            "2;8n;570875;206951;17/11/2018;;;;Café",
            "3;34B;570875;206951;17/11/2018;22:30;17/11/2018;21:00;Street",
            "4;99Z;570875;206951;17/11/2018;22:30;;;Street",
            "5;;570875;206951;17/11/2018;22:30;;;Street",
            "1;34B;570875;206951;17/11/2018;22:30;;;Street",
            "6;34B;570875;206951;17/11/2018;22:30;never;;Garden",
            "7;34B;570875;206951;31/02/2018;22:30;;;Garden",
            "8;34B;570875;206951;17/10/2018;08:00;;;Garden",
        ),
    )
    assert reasons(extract) == [
        (3, "bad-date", "Date to, Time to"),
        (4, "unknown-offence", "HO code"),
        (5, "no-offence", "HO code"),
        (6, "duplicate-id", "Crime number"),
        (7, "bad-date", "Date to, Time to"),
        (8, "bad-date", "Date from, Time from"),
    ]
    first, day, october = extract.events.to_pylist()
    assert (first["start"].isoformat(), first["end"].isoformat()) == (
        "2018-11-17T22:30:00+00:00",
        "2018-11-18T02:15:00+00:00",
    )
    assert (day["end"] - day["start"]).total_seconds() == 86_400
    assert october["start"].isoformat() == "2018-10-17T07:00:00+00:00"
    assert [one["setting"] for one in (first, day, october)] == ["public", "indoor", "unknown"]
    assert [one["offence"] for one in (first, day)] == ["home-office:34B", "home-office:8N"]
    assert extract.complete == ("force/2018-10", "force/2018-11")
    assert first["longitude"] == pytest.approx(0.4731, abs=1e-3)


def test_a_date_is_recorded_by_the_end_of_its_day_and_never_later_than_now(through, reasons):
    mapping = FORCE.replace('end = ["Date to", "Time to"]', 'recorded = "Date to"')
    extract = through(
        mapping,
        force_file(
            "1;34B;570875;206951;17/11/2018;22:30;19/11/2018;;",
            "2;34B;570875;206951;17/11/2018;22:30;;;",
            "3;34B;570875;206951;17/11/2018;22:30;19/11/2028;;",
        ),
    )
    assert reasons(extract) == [(3, "future-date", "Date to")]
    assert [str(t) for t in extract.events["recorded"].to_pylist()] == [
        "2018-11-20 00:00:00+00:00",
        "None",
    ]


def test_values_not_in_the_codes_are_refused_when_there_are_codes(through, reasons):
    mapping = FORCE.replace('list = "home-office"', "").replace(
        "[setting]", '[offence.codes]\n"ROB" = "police-uk:robbery"\n[setting]', 1
    )
    rows = force_file(
        "1;ROB;570875;206951;17/11/2018;22:30;;;", "2;XYZ;570875;206951;17/11/2018;;;;"
    )
    extract = through(mapping, rows)
    assert reasons(extract) == [(2, "unknown-offence", "HO code")]


@pytest.mark.parametrize(
    ("crs", "x", "y", "says"),
    [
        ("EPSG:27700", "0.47", "51.73", r"row 1, .*metres expected \(EPSG:27700\).*EPSG:4326"),
        ("EPSG:4326", "570875", "206951", r"longitude/latitude expected .*EPSG:27700"),
        ("EPSG:4326", "51.73", "0.47", "the two coordinates are exchanged"),
        ("EPSG:27700", "206951", "570875", "the two coordinates are exchanged"),
        ("EPSG:27700", "406951", "370875", "not one of 1 points lies in the study area A"),
    ],
)
def test_coordinates_that_cannot_be_in_their_crs(through, crs, x, y, says):
    row = force_file(f"1;34B;{x};{y};17/11/2018;22:30;;;")
    with pytest.raises(CoordinateError, match=says):
        through(FORCE.replace("EPSG:27700", crs), row, study_area=AREA)


def test_geojson_geopackage_and_parquet_give_the_same_events(tmp_path, through, now, reasons):
    mapping = """
    name = "points"
    [place]
    x = "geometry.x"
    y = "geometry.y"
    crs = "EPSG:4326"
    [time]
    start = "when"
    formats = ["iso8601"]
    [offence]
    fixed = "points:event"
    """
    shapes = [shapely.Point(0.47, 51.73), None, shapely.box(0, 51, 1, 52)]
    frame = geopandas.GeoDataFrame(
        {"when": ["2018-11-17T22:30:00Z"] * 3}, geometry=shapes, crs="EPSG:4326"
    )
    extract = through(mapping, json.dumps(json.loads(frame.to_json())), name="f.geojson")
    wanted = [(2, "no-coordinates", "geometry.x"), (3, "no-coordinates", "geometry.x")]
    assert reasons(extract) == wanted
    frame.to_file(tmp_path / "f.gpkg")
    (packed,) = read_extracts(tmp_path / "f.gpkg", mapping=parse_mapping(mapping), now=now)
    assert reasons(packed) == wanted
    assert packed.events.equals(extract.events)
    table = pa.table(
        {"geometry.x": [0.47], "geometry.y": [51.73], "when": frame["when"].to_list()[:1]}
    )
    pq.write_table(table, tmp_path / "f.parquet")
    (stored,) = read_extracts(tmp_path / "f.parquet", mapping=parse_mapping(mapping), now=now)
    assert stored.events.equals(extract.events)


def test_a_column_the_mapping_names_and_the_file_lacks(through):
    with pytest.raises(SchemaError, match=r'"Crime number" \(is it "Crime no"\?\)'):
        through(FORCE, force_file("1;a;1;1;1;1;1;1;1").replace(b"Crime number", b"Crime no"))


def test_a_question_left_open_stops_the_reading(through):
    with pytest.raises(SchemaError, match=r"\[place\] crs = \? is still to be filled in"):
        through(FORCE.replace('"EPSG:27700"', '"?"'), force_file("1;a;1;1;1;1;1;1;1"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "st-louis"', 'name = "St Louis"', "lower-case letters, digits and hyphens"),
        ('name = "st-louis"', "", "name is missing"),
        ('name = "st-louis"', "name = 3", "name = 3 has the wrong type"),
        ("[place]\nx =", "[place]\neast =", r"\[place\] east is not known"),
        ("[time]\nstart", "[time]\nstrat", r"\[time\] strat is not known; is it start\?"),
        ('crs = "ESRI:102696"', "", r"\[place\] crs is missing"),
        ('column = "Description"', "", "needs either column"),
        ('"police-uk:robbery"', '"robbery"', "'robbery' names no list"),
        ('repeated_ids = "keep"', 'repeated_ids = "yes"', "say keep or refuse"),
        ('formats = ["%m/%d/%Y %H:%M", "%Y-%m"]', "formats = []", "formats is a list"),
        ("[event]", '[setting]\ncolumn = "x"\nvalues = {a = "park"}\n[event]', "say one of"),
        ("[event]", "[events]", "events is not known; is it event"),
        ("[place]", "[place", "not TOML"),
        ('name = "st-louis"', 'name = "a"\ndelimiter = "ab"', "not one character"),
    ],
)
def test_a_mapping_that_cannot_be_right(old, new, says):
    assert old in ST_LOUIS
    with pytest.raises(SchemaError, match=says):
        parse_mapping(ST_LOUIS.replace(old, new, 1), "m.toml")


def test_a_date_format_without_a_year_is_refused(through):
    mapping = FORCE.replace('"%d/%m/%Y %H:%M", ', '"%d/%m", ')
    with pytest.raises(ParameterError, match="names no year and month"):
        through(mapping, force_file("1;34B;570875;206951;17/11/2018;22:30;;;"))


def test_a_mapping_file_is_read(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(ST_LOUIS)
    assert read_mapping(path) == parse_mapping(ST_LOUIS)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
    path.write_bytes(b"\xff")
    with pytest.raises(SchemaError, match="byte 0 is not UTF-8"):
        read_mapping(path)


def test_the_mapping_in_the_how_to_is_read():
    page = Path(__file__).parents[3] / "docs" / "how-to" / "bring-your-own-data.md"
    text = page.read_text().partition("```toml\n")[2].partition("```")[0]
    mapping = parse_mapping(text)
    assert mapping.time.end == ("Date to", "Time to")
    assert mapping.whole_months


KNIFE = """
[knife]
column = "Blade"
yes = ["Y", "Knife"]
no = ["N", ""]
"""


def flagged(through, mapping, *said):
    rows = [
        f"{n};34B;570875;206951;17/11/2018;22:30;;;Street;{one}" for n, one in enumerate(said)
    ]
    content = "\n".join([f"{FORCE_HEADER};Blade", *rows, ""]).encode("cp1252")
    return through(mapping, content).events["knife"].to_pylist()


def test_a_knife_flag_is_yes_no_or_not_said(through):
    found = flagged(through, FORCE + KNIFE, "Y", "N", "", "Knife", "knife", "U")
    assert found == [True, False, False, True, None, None]
    without_empty = (FORCE + KNIFE).replace(', ""', "")
    assert flagged(through, without_empty, "Y", "", "N") == [True, None, False]


def test_without_a_knife_table_nobody_has_said(through):
    assert flagged(through, FORCE, "Y", "N") == [None, None]


def test_truth_of_toml_is_text_of_the_file(through):
    mapping = FORCE + '[knife]\ncolumn = "Blade"\nyes = [true, 1]\nno = [false]\n'
    assert flagged(through, mapping, "true", "1", "false") == [True, True, False]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('column = "B"', "needs column, and yes"),
        ('yes = ["Y"]', "needs column, and yes"),
        ('column = "B"\nyes = ["Y"]\nno = ["Y"]', "'Y' is among yes and no"),
        ('column = "B"\nyes = "Y"', "wrong type"),
        ('column = "B"\nyess = ["Y"]', "is it yes"),
    ],
)
def test_a_knife_table_that_cannot_be_right(table, said):
    with pytest.raises(SchemaError, match=said):
        parse_mapping(f"{FORCE}\n[knife]\n{table}\n")


def test_classes_that_ended_are_read(through):
    extract = through(
        FORCE,
        force_file(
            "1;8G;570875;206951;17/11/2009;22:30;;;Street",
            "2;8g;570875;206951;17/11/2018;22:30;;;Street",
        ),
    )
    assert extract.events["offence"].to_pylist() == ["home-office:8G"] * 2
