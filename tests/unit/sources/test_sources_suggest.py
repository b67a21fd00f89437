"""Mappings proposed from the shape of real providers' files."""

import tomllib

import pytest

from peelian.sources import parse_mapping, read_extracts, suggest_mapping


@pytest.fixture
def propose(tmp_path):
    def suggest(text, name="export.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return suggest_mapping(tmp_path / name)

    return suggest


def test_st_louis_state_plane_feet(data):
    text = suggest_mapping(data / "st_louis_shape.csv")
    mapping = parse_mapping(text)
    assert (mapping.place.x, mapping.place.y, mapping.place.crs) == ("XCoord", "YCoord", "?")
    assert "US State Plane feet" in text
    assert "ESRI:102696" in text
    assert mapping.time.start == ("DateOccur",)
    assert mapping.time.recorded == ("CodedMonth",)
    assert mapping.time.formats == ("%m/%d/%Y %H:%M", "%Y-%m")
    assert mapping.weight == "Count"
    assert (mapping.id, mapping.repeated_ids) == ("Complaint", True)
    assert "1 rows share the id" in text


def test_portland_dates_only(data):
    text = suggest_mapping(data / "portland_shape.csv")
    mapping = parse_mapping(text)
    assert (mapping.place.x, mapping.place.crs) == ("x_coordina", "?")
    assert (mapping.time.start, mapping.time.formats) == (("occ_date",), ("iso8601",))
    assert mapping.offence.fixed == "portland-shape:event"


def test_chicago_longitude_and_kinds_of_place(data, now):
    mapping = parse_mapping(suggest_mapping(data / "chicago_shape.csv"))
    assert (mapping.place.x, mapping.place.crs) == ("longitude", "EPSG:4326")
    assert mapping.time.zone == "America/Chicago"
    assert mapping.settings == {"residence": "indoor", "street": "public"}
    (extract,) = read_extracts(
        data / "chicago_shape.csv", mapping=mapping, now=now, crs="EPSG:26916"
    )
    assert extract.events["setting"].to_pylist() == ["public", "indoor", "unknown"]


def test_memphis_ids_and_offences(data):
    mapping = parse_mapping(suggest_mapping(data / "memphis_shape.csv"))
    assert (mapping.id, mapping.repeated_ids) == ("uid", False)
    assert mapping.offence.column == "offense_type"


def test_nottingham_months_written_as_their_first_day(data, now):
    text = suggest_mapping(data / "nottingham_robbery.csv")
    mapping = parse_mapping(text)
    assert "every date is the first of a month" in text
    assert mapping.time.zone == "Europe/London"
    assert (mapping.place.name, mapping.place.area) == ("location", "lsoa_code")
    (extract,) = read_extracts(data / "nottingham_robbery.csv", mapping=mapping, now=now)
    event = extract.events.to_pylist()[0]
    assert (event["end"] - event["start"]).days == 31


def test_stop_and_search_is_warned_about_and_describes_people(data):
    text = suggest_mapping(data / "stop_and_search_shape.csv")
    mapping = parse_mapping(text)
    assert "CAREFUL: a data.police.uk file of stop and search records" in text
    assert mapping.place.x == "Longitude"
    assert mapping.offence.column == "Object of search"
    assert "are not read: Gender, Age range, Self-defined ethnicity" in text
    assert not {"Gender", "Age range"} & set(mapping.columns)


def test_street_files_need_no_mapping(data):
    text = suggest_mapping(data / "2018-11-essex-street.csv")
    assert "needs no mapping" in text
    assert parse_mapping(text).place.area == "LSOA code"


DATES = "x,y,date\n" + "".join(f"{570_000 + n},{206_000 + n},{{{n}}}\n" for n in range(3))


@pytest.mark.parametrize(
    ("dates", "first", "says"),
    [
        (("03/04/2018", "05/06/2018", "01/02/2018"), "%d/%m/%Y", "AMBIGUOUS: every date also"),
        (("03/04/2018", "25/06/2018", "01/02/2018"), "%d/%m/%Y", "dates read as day/month"),
        (("03/04/2018", "06/25/2018", "01/13/2018"), "%m/%d/%Y", "dates read as month/day"),
        (("2018-04", "2018-05", "2018-06"), "%Y-%m", "[time]"),
        (("01-Apr-2018", "25-Jun-2018", "02-Jan-2018"), "%d-%b-%Y", "[time]"),
        (("20180401", "20180625", "20180102"), "%Y%m%d", "[time]"),
        (
            ("03/04/2018 00:00", "25/06/2018 00:00", "01/02/2018 00:00"),
            "%d/%m/%Y 00:00",
            "every time is midnight",
        ),
    ],
)
def test_dates_and_what_is_not_known_of_them(propose, dates, first, says):
    text = propose(DATES.format(*dates))
    mapping = parse_mapping(text)
    assert first in mapping.time.formats
    assert says in text
    assert mapping.place.crs == "EPSG:27700"


def test_an_american_file_prefers_month_first(propose):
    text = propose("lon,lat,date\n-87.6,41.8,03/04/2018\n-87.7,41.9,05/06/2018\n")
    assert parse_mapping(text).time.formats == ("%m/%d/%Y",)
    assert "AMBIGUOUS" in text


def test_exchanged_columns_are_swapped_and_said(propose):
    text = propose("lon,lat,date\n51.73,0.47,2018-11-01\n51.74,0.48,2018-11-02\n")
    mapping = parse_mapping(text)
    assert (mapping.place.x, mapping.place.y) == ("lat", "lon")
    assert "swapped" in text


def test_delimiter_and_encoding_are_found(propose):
    text = propose("x;y;date;café\n570001;206001;2018-11-01;é\n".encode("cp1252"))
    mapping = parse_mapping(text)
    assert (mapping.delimiter, mapping.encoding) == (";", "cp1252")


def test_a_file_with_nothing_known_still_reads_back(propose):
    text = propose("a,b\nhello,there\n")
    mapping = parse_mapping(text)
    assert (mapping.place.x, mapping.place.crs, mapping.time.start) == ("?", "?", ("?",))


def test_nothing_in_a_file_can_break_out_of_the_proposal(propose):
    header = '"x ""\n[event]\nid = 1",y,"date\\",crime type\n'
    text = propose(
        header + '1,2,2018-11-01,"a""b\nc\x7f"\n3,4,2018-11-02,d\n', name='q"uo\nte.csv'
    )
    assert tomllib.loads(text)["time"]["start"] == "date\\"
    assert parse_mapping(text).id is None


def test_a_knife_flag_is_proposed_with_its_values(propose):
    text = propose(
        "id,x,y,date,Knife used\n1,570875,206951,17/11/2018,Y\n"
        "2,570876,206952,18/11/2018,N\n3,570877,206953,19/11/2018,\n"
    )
    mapping = parse_mapping(text)
    assert mapping.knife == "Knife used"
    assert mapping.knife_values == {"Y": True, "N": False}
    assert "not carried" in text


def test_a_column_of_words_about_knives_is_no_flag(propose):
    rows = "".join(f"{n},570875,206951,17/11/2018,blade {n}\n" for n in range(30))
    assert "[knife]" not in propose("id,x,y,date,blade\n" + rows)
