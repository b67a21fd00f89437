"""Bad input: the message names file, field and value and says what to do; nothing changes.

One case for each kind of bad input that the project promises to meet, and some more.
"""

from typing import NamedTuple

import pytest

from command_line import peelian
from factories import as_it_stands, dated_csv, spoilt, street_csv

FILE = ("--x", "e", "--y", "n", "--time", "when", "--crs", "EPSG:27700")


class Bad(NamedTuple):
    """A month of street crime changed so that it is wrong, and what must be said of it."""

    change: object
    said: tuple[str, ...]
    code: int = 10


class Wrong(NamedTuple):
    """A command that cannot be done on good data, and what must be said of it."""

    words: tuple[object, ...]
    said: tuple[str, ...]
    code: int = 11


def each_row(**changes):
    """Every data row that has a place, with these fields changed (by position)."""

    def change(text):
        header, *rows = text.splitlines()
        made = []
        for row in rows[2:]:
            fields = row.split(",")
            for field, value in changes.items():
                fields[header.split(",").index(field)] = value
            made.append(",".join(fields))
        return "\n".join([header, *made]) + "\n"

    return change


FILES = {
    "a missing column": Bad(
        lambda text: "\n".join(line.rsplit(",", 3)[0] for line in text.splitlines()) + "\n",
        ('missing column "Crime type"', "Rename the column"),
    ),
    "a renamed column": Bad(
        lambda text: text.replace("Longitude", "Lng", 1),
        ('missing column "Longitude"', '"Lng"', "mapping file"),
    ),
    "no known column": Bad(lambda text: "a,b\n1,2\n", ('"a", "b"', "--suggest bad.csv")),
    "a wrong encoding": Bad(
        lambda text: text.replace("Street 1", "Café", 1).encode("latin-1"),
        ("not UTF-8", "byte", "line", "encoding ="),
    ),
    "UTF-16": Bad(lambda text: text.encode("utf-16"), ("UTF-16", "save it as CSV UTF-8")),
    "a cut-off file": Bad(
        lambda text: text[:-60], ("cut off in row 120", "fetch the file again")
    ),
    "metres for degrees": Bad(
        each_row(Longitude="580000", Latitude="205000"),
        ("row 1", "Longitude, Latitude: (580000, 205000)", "look like metres"),
    ),
    "latitude for longitude": Bad(
        each_row(Longitude="51.7", Latitude="0.47"),
        ("row 1", "(51.7, 0.47)", "the two coordinates are exchanged", "rename the columns"),
    ),
    "points outside the area": Bad(
        each_row(Longitude="-3.0", Latitude="55.0"),
        ("row 1", "(-3, 55)", "not one of 118 points", "study area Sampleshire"),
    ),
    "future dates": Bad(
        lambda text: text.replace("2018-11", "2218-11"),
        (
            "every date lies in the future",
            "2218-11-01 in row 1, Month",
            "check the date format",
        ),
    ),
    "empty input": Bad(lambda text: "", ("the file is empty",)),
    "zero events": Bad(lambda text: text.splitlines()[0] + "\n", ("a header and no rows",)),
}

COMMANDS = {
    "zero events in the set": Wrong(
        ("count", "--offence-set", "police-uk:shoplifting"),
        ("police-uk:shoplifting", "it holds"),
        10,
    ),
    "zero events in the time": Wrong(("count", "--until", "2017-12"), ("2017-12", "2018-01")),
    "one cell": Wrong(
        ("hotspots", "gi-star", "--cell-size", 50_000),
        ("Sampleshire is one cell of 50000 m", "smaller cell size"),
    ),
    "one cell to forecast": Wrong(
        ("forecast", "--cell-size", 50_000), ("one cell of 50000 m", "smaller cell size")
    ),
    "a grid larger than memory": Wrong(
        ("count", "--cell-size", 0.01),
        ("0.01 m", "Sampleshire", "4,000,000", "m or more"),
    ),
    "counts larger than memory": Wrong(
        ("count", "--cell-size", 5, "--until", "2400-12"), ("periods", "cells")
    ),
    "no teams": Wrong(("plan", "--teams", 0), ("0 teams", "give one at least")),
    "a shift too short for one stop": Wrong(
        ("plan", "--shift-end", "14:05"),
        ("too short for one stop", "5 minutes", "15 minutes", "lengthen the shift"),
    ),
    "a stop too long for the shift": Wrong(
        ("plan", "--stop-minutes", 600), ("too short for one stop", "600 minutes")
    ),
    "an unknown district": Wrong(
        ("count", "--district", "Nowhere"), ("'Nowhere'", "Northdale, Southdale"), 12
    ),
    "an unknown model": Wrong(
        ("forecast", "--model", "oracle"), ("'oracle'", "gamma-poisson")
    ),
    "a negative seed": Wrong(("forecast", "--seed", -1), ("seed is -1", "zero or more")),
    "an unknown format": Wrong(("count", "--format", "xml"), ("'xml'", "table, csv, json")),
    "an unknown suffix": Wrong(("count", "--output", "a.xlsx"), (".xlsx", "use .csv")),
    "nowhere to write": Wrong(
        ("count", "-o", "/no/such/a.csv"), ("/no/such/a.csv", "written")
    ),
    "too little history": Wrong(
        ("backtest", "--min-history", 99), ("8 periods are held", "min_history is 99"), 10
    ),
    "no file to reproduce": Wrong(
        ("reproduce", "no.html"), ("no.html: there is no such",), 12
    ),
    "no file to ingest": Wrong(("ingest", "no.csv"), ("no.csv: no such file",), 10),
    "no such mapping": Wrong(("ingest", "no.csv", "--mapping", "no.toml"), ("no.toml",)),
    "no such areas": Wrong(("ingest", "--areas", "no.geojson"), ("no.geojson: no such file",)),
    "no format of a report": Wrong(
        ("ingest", "no.csv", "--format", "geojson"), ("'geojson'",)
    ),
    "another CRS": Wrong(
        ("ingest", "no.csv", "--crs", "EPSG:32630"), ("EPSG:27700", "new store")
    ),
}


def refused(ended, said, code):
    """The end of a command that failed as it should."""
    assert ended.out == ""
    message = ended.err.splitlines()[-1]
    assert message.startswith("Error: ")
    assert "Traceback" not in ended.err
    for words in said:
        assert words in message
    assert ended.code == code


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("with_a_good_file", [False, True], ids=["alone", "after a good file"])
def test_a_bad_file_is_named_and_changes_nothing(own_store, tmp_path, case, with_a_good_file):
    bad = FILES[case]
    path = spoilt(tmp_path / "bad.csv", bad.change)
    good = [street_csv(tmp_path / "2018-12-good.csv", "2018-12")] if with_a_good_file else []
    before = as_it_stands(own_store)
    ended = peelian("ingest", *good, path, "--store", own_store)
    refused(ended, ("bad.csv", *bad.said), bad.code)
    assert as_it_stands(own_store) == before


@pytest.mark.parametrize("case", COMMANDS)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    own_store, tmp_path, monkeypatch, case
):
    monkeypatch.chdir(tmp_path)
    wrong, before = COMMANDS[case], as_it_stands(own_store)
    ended = peelian(*wrong.words, "--store", own_store, "--quiet")
    refused(ended, wrong.said, wrong.code)
    assert as_it_stands(own_store) == before
    assert [p for p in tmp_path.iterdir() if p != own_store] == []


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--crs", "EPSG:4326"), ("row 1", "look like metres", "EPSG:27700"), 10),
        (("--x", "lon"), ('missing column "lon"', '"e", "n", "when", "harm"'), 10),
        (("--weight", "cost"), ('missing column "cost"',), 10),
        (("--where", "harm > 99"), ("no rows",), 10),
        (("--where", "harm >"), ("--where 'harm >'", "the columns are e, n, when, harm"), 11),
        (("--until", "2017-01-01"), ("2017-01-01",), 11),
        (("--study-area", "no.geojson"), ("no.geojson",), 11),
        (("--cell-size", "1e9"), ("1e+09 m", "give less"), 11),
    ],
)
def test_a_file_of_events_read_wrongly_is_refused(tmp_path, words, said, code):
    events = dated_csv(tmp_path / "events.csv")
    refused(peelian("forecast", events, *FILE, *words, "--quiet"), said, code)


def test_degrees_where_metres_are_needed_are_told_apart(tmp_path):
    """The commonest mistake: the first row and its values are shown."""
    events = tmp_path / "degrees.csv"
    rows = [f"0.4{i},51.7{i},2018-01-{i + 10}T12:00,1\n" for i in range(20)]
    events.write_text("e,n,when,harm\n" + "".join(rows))
    ended = peelian("hotspots", "kde", events, *FILE)
    refused(ended, ("degrees.csv", "row 1", "metres expected", "EPSG:4326"), 10)


@pytest.mark.parametrize("store", ["postgresql://host/place", "spark://host"])
def test_a_store_that_is_no_folder_is_refused(tmp_path, monkeypatch, store):
    monkeypatch.chdir(tmp_path)
    file = street_csv(tmp_path / "a.csv", "2018-11")
    for words in (("count",), ("ingest", file)):
        refused(peelian(*words, "--store", store), (store, "a folder"), 11)
    assert list(tmp_path.iterdir()) == [file]


def test_a_damaged_store_is_code_15(own_store):
    (own_store / "manifest.json").write_text("{")
    ended = peelian("count", "--store", own_store)
    assert ended.code == 15
    assert "manifest.json" in ended.err
