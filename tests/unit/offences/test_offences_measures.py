"""The four measures from the codes held, knife flags by day, and classes out of their days."""

from datetime import date

import numpy as np
import pytest

from peelian import sources
from peelian.offences import (
    MEASURES,
    definition_on,
    knife_enabled,
    knife_flags,
    measures_of,
    misdated_classes,
)
from peelian.terms import Events

CLASSES = sources.read_offence_classes()
VALIDITY = {one.code: one for one in sources.read_class_validity()}
DEFINITIONS = sources.read_knife_definitions()
NOW = sources.find_knife_definition(DEFINITIONS, "flag-2012")


def measures(*held: str, flagged: bool = False, definitions=(NOW,)):
    return measures_of(held, CLASSES, VALIDITY, definitions, flagged=flagged)


def events_of(offence, knife):
    n = len(offence)
    zeros, start = np.zeros(n), np.zeros(n, "datetime64[s]")
    return Events(
        zeros, zeros, start, start, np.ones(n), np.array(offence), np.full(n, ""),
        np.full(n, ""), knife=None if knife is None else np.array(knife, dtype=float),
    )  # fmt: skip


def flags(offence, knife, days, **options):
    return knife_flags(
        events_of(offence, knife), np.array(days, "datetime64[D]"), DEFINITIONS, VALIDITY,
        **options,
    ).tolist()  # fmt: skip


def test_home_office_classes_are_exact():
    found = measures(
        "home-office:8N", "home-office:5D", "home-office:34B", "home-office:10D",
        "home-office:105A", "home-office:1", flagged=True,
    )  # fmt: skip
    assert tuple(one.asked for one in found) == MEASURES
    assert all(one.exact and one.key == one.asked and not one.reason for one in found)
    knife, violence, robbery, possession = found
    assert knife.codes == (
        "home-office:1", "home-office:34B", "home-office:5D", "home-office:8N",
    )  # fmt: skip
    assert knife.definition == "knife-enabled flag-2012"
    assert violence.codes == ("home-office:5D", "home-office:8N")
    assert violence.definition == "Home Office classes of violence with injury: 5D, 8N"
    assert robbery.codes == ("home-office:34B",)
    assert possession.codes == ("home-office:10D",)


def test_police_uk_has_the_wider_category_and_says_so():
    found = measures(
        "police-uk:violent-crime", "police-uk:robbery", "police-uk:possession-of-weapons"
    )
    knife, violence, robbery, possession = found
    assert (knife.codes, knife.exact) == ((), False)
    assert knife.reason.endswith("carry no knife flag.")
    assert (violence.asked, violence.key) == (
        "violence-with-injury",
        "violence-and-sexual-offences",
    )
    assert violence.label == "Violence and sexual offences"
    assert not violence.exact
    assert "harassment and sexual offences" in violence.reason
    assert robbery.exact
    assert possession.exact


def test_with_both_lists_no_offence_counts_twice():
    found = measures("police-uk:violent-crime", "home-office:8N", "police-uk:robbery")
    assert found[1].codes == ("home-office:8N",)
    assert found[2].codes == ("police-uk:robbery",)


def test_classes_that_ended_stay_in_their_group():
    held = ("home-office:8G", "home-office:5A", "home-office:8N")
    assert measures(*held)[1].codes == ("home-office:5A", "home-office:8G", "home-office:8N")


def test_nothing_is_said_without_a_code_or_without_a_flag():
    assert not any(one.codes for one in measures("st-louis:robbery-knife"))
    assert all(one.reason.startswith("The data held do not say") for one in measures("a:b"))
    knife = measures("home-office:8N")[0]
    assert knife.codes == ()
    assert "Name the column" in knife.reason
    assert measures()[0].codes == ()


def test_every_version_in_use_is_named():
    found = measures("home-office:34B", flagged=True, definitions=DEFINITIONS[1:3])
    assert found[0].definition == "knife-enabled flag-2010 and knife-enabled flag-2012"


def test_flags_follow_the_class_and_the_day():
    assert flags(
        ["home-office:8N", "home-office:8N", "home-office:10D", "home-office:30C"],
        [1, 0, 1, 1],
        ["2018-06-01"] * 4,
    ) == [1, 0, 0, 0]


def test_what_cannot_be_said_is_neither():
    found = flags(
        ["home-office:8N", "home-office:8G", "home-office:8G", "home-office:34B"],
        [np.nan, 1, 1, 1],
        ["2018-06-01", "2018-06-01", "2012-03-31", "2001-01-01"],
    )
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1, np.nan])
    assert np.isnan(flags(["home-office:8N"], None, ["2018-06-01"])).all()
    assert flags([], [], []) == []


def test_flags_are_what_one_event_at_a_time_gives():
    rng = np.random.default_rng(1)
    code = rng.choice(
        [*NOW.codes, "home-office:8G", "home-office:10C", "home-office:30C"], 300
    )
    days = np.datetime64("2011-06-01") + rng.integers(0, 700, 300)
    knife = rng.choice([0, 1, np.nan], 300)
    said = [
        knife_enabled(
            c,
            d,
            None if np.isnan(k) else bool(k),
            definition_on(DEFINITIONS, d, None),
            VALIDITY,
        ).enabled
        for c, d, k in zip(code.tolist(), days.tolist(), knife.tolist(), strict=True)
    ]
    expected = [np.nan if one is None else float(one) for one in said]
    np.testing.assert_array_equal(flags(code, knife, days), expected)


def test_a_force_that_moved_is_judged_by_the_other_definition_from_then_on():
    """The classes are the same, and so is the answer: only the version's name differs."""
    moved = flags(["home-office:8N"] * 2, [1, 1], ["2020-06-30", "2020-07-01"],
                  adopted=date(2020, 7, 1))  # fmt: skip
    assert moved == [1, 1]


def test_misdated_classes_are_counted_on_either_side():
    offence = np.array(["home-office:8G"] * 4 + ["home-office:8N", "home-office:34B", "x:y"])
    days = np.array(
        ["2012-03-31", "2012-04-01", "2013-01-02", "2007-01-01", "2012-03-31", "1999-01-01",
         "1999-01-01"], "datetime64[D]",
    )  # fmt: skip
    found = misdated_classes(offence, days, VALIDITY).columns
    assert found["offence"].tolist() == ["home-office:8G", "home-office:8G", "home-office:8N"]
    assert found["n"].tolist() == [1, 2, 1]
    assert found["first"].astype(str).tolist() == ["2007-01-01", "2012-04-01", "2012-03-31"]
    assert found["last"].astype(str).tolist() == ["2007-01-01", "2013-01-02", "2012-03-31"]
    assert "use home-office:8N" in found["what_to_do"][1]
    assert "home-office:8F or home-office:8G" in found["what_to_do"][2]


@pytest.mark.parametrize("offence", [[], ["home-office:8N"]])
def test_nothing_is_misdated_without_a_mistake(offence):
    days = np.full(len(offence), np.datetime64("2018-01-01"))
    found = misdated_classes(np.array(offence, dtype=np.str_), days, VALIDITY)
    assert len(found) == 0
    assert list(found.columns) == ["offence", "n", "first", "last", "what_to_do"]
