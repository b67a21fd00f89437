"""What a forecast may learn from, and what is set aside, with the reason as data."""

import pytest

from peelian.offences import FOLLOWS_POLICE, training_set
from peelian.terms import OffenceClass, OffenceSet, ParameterError

CLASSES = (
    OffenceClass("a:assault", "Assault"),
    OffenceClass("a:possession", "Possession", discovered=True),
    OffenceClass("a:drugs", "Drugs", discovered=True),
    OffenceClass("b:search", "Search", discovered=True),
)


def a_set(*codes):
    return OffenceSet("s", "1", codes, "S", "")


def test_discovered_offences_are_left_out_and_named_whether_in_the_set_or_not():
    training = training_set(a_set("a:assault", "a:possession"), CLASSES)
    assert training.codes == ("a:assault",)
    assert [one.code for one in training.left_out] == ["a:possession", "a:drugs"]
    assert str(training.left_out[0]) == (f"left out: a:possession because it {FOLLOWS_POLICE}")


def test_they_can_be_kept_to_show_what_goes_wrong():
    training = training_set(a_set("a:possession"), CLASSES, keep_discovered=True)
    assert (training.codes, training.left_out) == (("a:possession",), ())


def test_a_set_of_nothing_but_discovered_offences_is_refused():
    with pytest.raises(ParameterError, match="every offence in it is police-discovered"):
        training_set(a_set("a:possession"), CLASSES)


def test_an_unknown_code_is_refused():
    with pytest.raises(ParameterError, match="s 1: a:arson is in no code list"):
        training_set(a_set("a:arson"), CLASSES)
