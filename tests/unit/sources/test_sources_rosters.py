"""Rosters and rules of spots: read whole, or refused with the row that is wrong."""

from datetime import time

import pytest

from peelian.sources import read_roster, read_spot_rules
from peelian.terms import CoverageError, DataError, SchemaError

ROSTER = """team,base,start,end,mode,crew,skills,break,agency,places
Alpha,South,14:00,22:00,vehicle,2,driver;arch,30 17:00-19:00,,
Bravo,North,22:00,06:00,foot,1,,45 01:00-02:30,,
Rail 1,South,15:00,23:00,foot,2,,,BTP,stations
"""


@pytest.fixture
def roster(tmp_path):
    def read(text):
        path = tmp_path / "roster.csv"
        path.write_text(text)
        return read_roster(path)

    return read


@pytest.fixture
def rules(tmp_path):
    def read(text):
        path = tmp_path / "spots.csv"
        path.write_text(text)
        return read_spot_rules(path)

    return read


def test_a_roster_is_read_whole(roster):
    duties, ingredient = roster(ROSTER)
    assert [d.team for d in duties] == ["Alpha", "Bravo", "Rail 1"]
    alpha, bravo, rail = duties
    assert (alpha.start, alpha.end, alpha.minutes) == (time(14), time(22), 480)
    assert alpha.skills == ("driver", "arch")
    assert alpha.meal == (30, time(17), time(19))
    assert (bravo.mode, bravo.crew, bravo.minutes) == ("foot", 1, 480)
    assert (rail.agency, rail.places) == ("BTP", ("stations",))
    assert (ingredient.read, ingredient.refused, ingredient.kind) == (3, 0, "file")


def test_four_columns_are_enough(roster):
    (duty,), _ = roster("team,base,start,end\nAlpha,South,06:00,06:00\n")
    assert (duty.mode, duty.crew, duty.agency, duty.minutes) == ("vehicle", 2, "police", 1440)


def test_a_team_may_be_on_twice_when_its_turns_are_apart(roster):
    duties, _ = roster(
        "team,base,start,end\nAlpha,South,06:00,10:00\nAlpha,South,22:00,06:00\n"
    )
    assert len(duties) == 2


ROW = "team,base,start,end,mode,crew,skills,break,agency,places\nAlpha,South,{}\n"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("14:00,25:00,,,,,,", "row 1: end '25:00' is no time"),
        ("2pm,22:00,,,,,,", "row 1: start '2pm' is no time"),
        (",22:00,,,,,,", "row 1: start '' is empty"),
        ("14:00,22:00,horse,,,,,", "mode 'horse' is none; give vehicle or foot"),
        ("14:00,22:00,,two,,,,", "crew 'two' is no whole number"),
        ("14:00,22:00,,0,,,,", "crew '0' is too small"),
        ("14:00,22:00,,,swimmer,,,", "skills 'swimmer' names 'swimmer'; known are arch"),
        ("14:00,22:00,,,,lunch,,", "break 'lunch' cannot be read; write it as 30 17:00"),
        ("14:00,22:00,,,,30 17:00-25:00,,", "has no such time of day"),
        ("14:00,22:00,,,,30 13:00-15:00,,", "does not lie in the team's hours, 14:00 to 22"),
        ("14:00,22:00,,,,30 21:00-21:45,,", "must start in them and be over by their end"),
        ("14:00,22:00,,,,0 17:00-19:00,,", "cannot be read"),
        ("14:00,22:00,,,,,BTP,", "places '' is empty, but the team is of BTP"),
    ],
)
def test_a_bad_row_is_named(roster, row, says):
    with pytest.raises(DataError, match=says) as error:
        roster(ROW.format(row))
    assert "roster.csv: row 1: " in str(error.value)


def test_overlapping_turns_of_one_team_are_refused_with_both_rows(roster):
    text = "team,base,start,end\nAlpha,South,14:00,22:00\nBravo,South,14:00,22:00\n"
    with pytest.raises(DataError, match=r"row 3: team 'Alpha' is on from 21:00 to 02:00, but"):
        roster(text + "Alpha,North,21:00,02:00\n")
    with pytest.raises(DataError, match="also, in row 1, from 14:00 to 22:00"):
        roster(text + "Alpha,North,13:00,15:00\n")


def test_columns_that_are_missing_or_unknown_are_named(roster):
    with pytest.raises(SchemaError, match="end"):
        roster("team,base,start\nAlpha,South,14:00\n")
    with pytest.raises(SchemaError, match="column 'officer' is not known"):
        roster("team,base,start,end,officer\nAlpha,South,14:00,22:00,x\n")


def test_an_empty_roster_is_refused(roster):
    with pytest.raises(CoverageError, match="a header and no rows"):
        roster("team,base,start,end\n")


def test_rules_of_spots_say_only_what_they_say(rules):
    found, _ = rules("spot,crew,skills,minimum,maximum\n*,,,3,\nHarlow,2,arch;dog,,\n")
    every, harlow = found
    assert (every.crew, every.skills, every.minimum, every.maximum) == (None, None, 3, None)
    assert (harlow.crew, harlow.skills, harlow.minimum) == (2, ("arch", "dog"), None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("spot,minimum,maximum\nHarlow,5,3\n", "row 1: minimum '5' is above the maximum, 3"),
        ("spot,minimum\nHarlow,-1\n", "row 1: minimum '-1' is too small; give 0 or more"),
        ("spot,crew\nHarlow,2\nHarlow,3\n", "row 2: spot 'Harlow' stands twice"),
        ("spot,skills\nHarlow,knitting\n", "row 1: skills 'knitting' names 'knitting'"),
        ("spot,crew\n,2\n", "row 1: spot '' is empty"),
    ],
)
def test_a_bad_rule_is_named(rules, text, says):
    with pytest.raises(DataError, match=says):
        rules(text)
