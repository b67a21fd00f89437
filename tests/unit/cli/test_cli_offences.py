"""The commands about narratives, typed as a user does, from text to a measured classifier."""

import csv
import io
import json

import pytest

from command_line import peelian

ROWS = (
    ("V stabbed in the arm with a kitchen knife by S.", "knife", "knife"),
    ("SUSP threatened VICT with a machete and made off.", "knife", "knife"),
    ("V punched to the face, no knife seen.", "not", "not"),
    ("Shop window broken, cash taken from till.", "not", "not"),
    ("Phone taken from victim's hand, no weapons.", "not", "knife"),
)


@pytest.fixture
def coded(tmp_path):
    """A file of made-up narratives, coded twice."""
    path = tmp_path / "coded.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mo", "first", "second"])
        writer.writerows(ROWS)
    return path


def test_each_narrative_gets_its_label_and_the_words_that_decided(coded):
    ended = peelian("offences", "classify", coded, "--text", "mo", "--format", "csv")
    assert ended.code == 0, ended.err
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert list(rows[0]) == ["row", "label", "score", "evidence"]
    assert [row["label"] for row in rows] == ["knife", "knife", "not", "not", "not"]
    assert "knife" in rows[0]["evidence"]
    assert "machete" in rows[1]["evidence"]
    assert "punched" not in ended.out + ended.err


def test_the_classifier_is_measured_against_two_coders(coded):
    words = ("--text", "mo", "--label", "first", "--second", "second")
    ended = peelian("offences", "evaluate", coded, *words, "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)
    assert "400" in ended.err
    assert "stabbed" not in ended.out + ended.err


def test_rows_to_read_are_written_for_two_coders(coded):
    ended = peelian(
        "offences", "review", coded, "--text", "mo", "--sample", 3, "--format", "csv"
    )
    assert ended.code == 0, ended.err
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert len(rows) == 3
    assert all(row["row"] for row in rows)


@pytest.mark.parametrize("command", ["classify", "evaluate", "review"])
def test_a_column_that_is_not_there_is_named_and_no_text_is_told(command, coded):
    more = ("--label", "first") if command == "evaluate" else ()
    ended = peelian("offences", command, coded, "--text", "story", *more)
    assert ended.code == 10
    assert "story" in ended.err
    assert "stabbed" not in ended.out + ended.err
