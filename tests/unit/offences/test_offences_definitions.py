"""The knife collection by version: edges of days, classes that ended, changes on a series."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from peelian import sources
from peelian.offences import class_problem, definition_changes, holds_on, knife_enabled
from peelian.terms import NotFound, ParameterError

DEFINITIONS = sources.read_knife_definitions()
VALIDITY = {one.code: one for one in sources.read_class_validity()}
NOW = sources.find_knife_definition(DEFINITIONS, "flag-2012")
DAY = timedelta(days=1)


def found(code, day, knife=True, definition=NOW):
    return knife_enabled(
        f"home-office:{code}", date.fromisoformat(day), knife, definition, VALIDITY
    )


@pytest.mark.parametrize("code", ["1", "2", "3B", "5D", "8N", "34B", "19C", "20A"])
def test_a_blade_used_or_threatened_counts_in_every_class_of_the_collection(code):
    assert found(code, "2018-06-01").enabled is True
    assert found(code, "2018-06-01", False).enabled is False


def test_possession_is_a_series_of_its_own_whatever_the_flag():
    for code in ("10C", "10D"):
        finding = found(code, "2018-06-01", True)
        assert (finding.enabled, finding.series) == (False, "possession")


def test_a_class_outside_the_collection_does_not_count():
    assert found("30C", "2018-06-01").enabled is False


def test_no_flag_is_not_no():
    finding = found("8N", "2018-06-01", None)
    assert finding.enabled is None
    assert "classify" in finding.reason


def test_every_finding_carries_the_version():
    assert found("8N", "2018-06-01").definition == "knife-enabled flag-2012"
    assert found("8N", "2001-01-01").definition == "knife-enabled flag-2012"


@pytest.mark.parametrize("one", VALIDITY.values(), ids=lambda one: one.code)
def test_classes_hold_on_their_first_and_last_day_and_not_beyond(one):
    if one.valid_from:
        assert class_problem(one.code, one.valid_from, VALIDITY) is None
        assert "not in use before" in class_problem(one.code, one.valid_from - DAY, VALIDITY)
    if one.valid_until:
        assert class_problem(one.code, one.valid_until, VALIDITY) is None
        said = class_problem(one.code, one.valid_until + DAY, VALIDITY)
        assert one.replaced_by[0] in said


def test_a_class_that_ended_is_refused_with_the_one_to_use():
    finding = found("8G", "2012-04-01")
    assert finding.enabled is None
    assert "use home-office:8N" in finding.reason
    assert "home-office:8F or home-office:8G" in found("8N", "2012-03-31").reason


def test_a_definition_holds_on_its_edges():
    old = sources.find_knife_definition(DEFINITIONS, "flag-2010")
    assert holds_on(old, date(2010, 4, 1))
    assert holds_on(old, date(2012, 3, 31))
    assert not holds_on(old, date(2010, 3, 31))
    assert not holds_on(old, date(2012, 4, 1))
    assert found("2", "2012-04-01", definition=old).enabled is None


def test_changes_within_a_span_are_told_and_those_at_its_start_are_not():
    def days(first, last, **given):
        return [c.day for c in definition_changes(DEFINITIONS, first, last, **given)]

    moved = date(2020, 7, 1)
    assert days(date(2009, 1, 1), date(2013, 1, 1)) == [date(2010, 4, 1), date(2012, 4, 1)]
    assert days(date(2012, 4, 1), date(2026, 1, 1)) == []
    assert days(date(2012, 3, 31), date(2012, 4, 1)) == [date(2012, 4, 1)]
    assert days(date(2019, 1, 1), date(2021, 1, 1), adopted=moved) == [moved]
    assert days(moved, date(2021, 1, 1), adopted=moved) == []
    (change,) = definition_changes(DEFINITIONS, moved - DAY, moved, adopted=moved)
    assert (change.old, change.new) == ("knife-enabled flag-2012", "knife-enabled ndqis-2012")


def test_a_span_without_a_definition_or_backwards_is_refused():
    with pytest.raises(ParameterError, match="2007-01-01"):
        definition_changes(DEFINITIONS, date(2007, 1, 1), date(2009, 1, 1))
    with pytest.raises(ParameterError, match="swap"):
        definition_changes(DEFINITIONS, date(2009, 1, 2), date(2009, 1, 1))


def test_each_code_of_a_definition_can_be_recorded_while_it_holds():
    for one in DEFINITIONS:
        for code in (*one.codes, *one.possession):
            assert class_problem(code, one.valid_from, VALIDITY) is None


def test_the_current_definition_is_the_published_set():
    sets = sources.read_offence_sets()
    assert set(NOW.codes) == set(
        sources.find_offence_set(sets, "knife-enabled", "home-office-2").codes
    )


def test_a_version_that_is_not_there_is_named():
    with pytest.raises(NotFound, match="flag-2012"):
        sources.find_knife_definition(DEFINITIONS, "flag-1999")


def test_another_version_gives_another_name():
    assert replace(NOW, version="mine-1").name == "knife-enabled mine-1"
