"""Tables as text, CSV and JSON."""

import csv
import io
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from peelian.reports import rounded, table_csv, table_json, table_text, with_commas
from peelian.reports.numbers import decimals_for
from peelian.terms import Table
from report_samples import sample_table


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (2.675, 2, "2.68"),
        (-2.675, 2, "-2.68"),
        (0.999, 2, "1.00"),
        (-0.001, 2, "0.00"),
        (1e21, 0, "1000000000000000000000"),
        (float("nan"), 2, ""),
        (float("inf"), 2, "infinite"),
        (float("-inf"), 2, "-infinite"),
    ],
)
def test_a_half_rounds_away_from_zero(value, decimals, text):
    assert rounded(value, decimals) == text


def test_thousands_have_commas():
    assert with_commas(149_906) == "149,906"
    assert with_commas(1234.565, 2) == "1,234.57"
    assert with_commas(float("nan")) == ""


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([], 0),
        ([np.nan], 0),
        ([0.0, 0.0], 0),
        ([3.0, 551_250.0], 0),
        ([12.3456, 0.1], 2),
        ([0.98, 0.00012], 4),
        ([551_250.25], 0),
        ([4e-7], 10),
    ],
)
def test_decimals_follow_the_largest_number(values, decimals):
    assert decimals_for(np.array(values, dtype=float)) == decimals


def test_text_aligns_numbers_right_with_units_in_the_header():
    table = Table(
        {"district": np.array(["Basildon", "Maldon"]), "rate": np.array([7.125, 12.5])},
        title="Rates",
        units={"rate": "per 1,000"},
    )
    assert table_text(table).splitlines() == [
        "Rates",
        "",
        "district  rate [per 1,000]",
        "--------  ----------------",
        "Basildon              7.13",
        "Maldon               12.50",
    ]


def test_text_cannot_break_lines_or_command_the_terminal():
    table = Table({"place": np.array(["a\nb", "\x1b[31mred"]), "n": np.array([1, 2])})
    text = table_text(table)
    assert len(text.splitlines()) == 4
    assert "\x1b" not in text


def test_text_of_wide_letters_still_aligns():
    table = Table({"place": np.array(["東京", "Rhyl"]), "n": np.array([1, 2])})
    lines = table_text(table).splitlines()
    assert lines[2].index("1") + 2 == lines[3].index("2")  # each wide letter takes two columns


def test_text_of_an_empty_table_says_so():
    table = Table({"cell": np.array([], dtype=int), "risk": np.array([])})
    assert table_text(table) == "cell  risk\n----  ----\n(no rows)\n"
    assert table_csv(table) == "cell,risk\n"
    assert json.loads(table_json(table)) == []


def test_missing_numbers_are_blank_never_zero():
    text = table_text(sample_table())
    assert "nan" not in text.lower()
    assert json.loads(table_json(sample_table()))[1]["risk"] is None
    assert next(iter(csv.DictReader(io.StringIO(table_csv(sample_table()))))) == {
        "cell": "7",
        "risk": "2.675",
        "last_observed": "3",
        "flagged": "true",
        "place": "On or near High Street",
        "month": "2018-11",
    }


def test_csv_and_json_say_the_same():
    rows = list(csv.DictReader(io.StringIO(table_csv(sample_table()))))
    objects = json.loads(table_json(sample_table()))
    assert [row["place"] for row in rows] == [item["place"] for item in objects]
    assert [row["cell"] for row in rows] == [str(item["cell"]) for item in objects]
    assert objects[2] == {
        "cell": 79,
        "risk": 0.5,
        "last_observed": 1,
        "flagged": True,
        "place": "</script><img>",
        "month": "2018-07",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_text_that_a_spreadsheet_would_run_is_marked_as_text(start):
    hostile = start + "HYPERLINK(1)"
    table = Table({"place": np.array([hostile]), "change": np.array([-1.5])})
    row = next(csv.DictReader(io.StringIO(table_csv(table), newline="")))
    assert row == {"place": "'" + hostile, "change": "-1.5"}
    assert json.loads(table_json(table))[0]["place"] == hostile


def test_numbers_in_files_are_whole_not_rounded():
    table = Table({"risk": np.array([1 / 3])})
    assert json.loads(table_json(table))[0]["risk"] == 1 / 3
    assert float(table_csv(table).splitlines()[1]) == 1 / 3


def test_instants_are_iso_in_utc():
    columns = {
        "start": np.array(["2018-11-01T00:00:00"], dtype="datetime64[s]"),
        "day": np.array(["2018-11-01"], dtype="datetime64[D]"),
        "never": np.array(["NaT"], dtype="datetime64[s]"),
        "added": np.array([datetime(2026, 11, 22, 9, tzinfo=UTC)], dtype=object),
        "nothing": np.array([None], dtype=object),
    }
    assert json.loads(table_json(Table(columns)))[0] == {
        "start": "2018-11-01T00:00:00Z",
        "day": "2018-11-01",
        "never": None,
        "added": "2026-11-22T09:00:00+00:00",
        "nothing": None,
    }
