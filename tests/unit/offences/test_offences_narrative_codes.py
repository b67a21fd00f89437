"""Codes of narratives: which stand, where two differ, and what every mention tells."""

import numpy as np
import pytest

from peelian import sources
from peelian.offences import (
    PATTERNS,
    Code,
    CodedRow,
    CodeLabel,
    CodeMode,
    blind_coders,
    classify_narrative,
    coded_rows,
    latest_codes,
    narrative_mentions,
    require_coder,
    sample_narratives,
)
from peelian.terms import ParameterError

KNIFE, NOT, UNSURE = CodeLabel.KNIFE, CodeLabel.NOT, CodeLabel.UNSURE
WORDS = sources.read_knife_words(None)


def blind(row, coder, label):
    return Code(row, coder, label, CodeMode.BLIND)


@pytest.mark.parametrize("coder", ["A", "Z9"])
def test_a_coder_is_a_letter_perhaps_with_a_digit(coder):
    assert require_coder(coder) == coder


@pytest.mark.parametrize("coder", ["", "a", "AB", "A12", "J Smith", "A\n", "Ä", "1", "A٣"])
def test_a_name_or_initials_are_no_coder(coder):
    with pytest.raises(ParameterError, match="no initials") as caught:
        require_coder(coder)
    assert coder in ("", "a", "A", "1") or coder not in str(caught.value)


def test_a_reason_is_one_of_the_list():
    assert Code(1, "A", NOT, CodeMode.BLIND, "toy").reason == "toy"
    with pytest.raises(ParameterError, match="denied, tool"):
        Code(1, "A", NOT, CodeMode.BLIND, "he did it")


def test_two_coders_then_a_third_reading():
    codes = [
        blind(1, "B", KNIFE), blind(2, "B", KNIFE), blind(3, "B", NOT),
        blind(2, "A", KNIFE), blind(1, "A", NOT), blind(4, "A", NOT),
        Code(9, "A", KNIFE, CodeMode.OPEN),
    ]  # fmt: skip
    assert blind_coders(codes) == ("B", "A")
    assert coded_rows(codes) == (CodedRow(1, KNIFE, NOT), CodedRow(2, KNIFE, KNIFE))
    assert [one.label for one in coded_rows(codes)] == [None, KNIFE]
    codes.append(Code(1, "C", UNSURE, CodeMode.THIRD))
    codes.append(Code(1, "D", NOT, CodeMode.THIRD))  # the last counts
    assert coded_rows(codes)[0] == CodedRow(1, KNIFE, NOT, NOT)
    assert coded_rows(codes)[0].label == NOT


def test_the_last_code_of_a_coder_stands():
    codes = [blind(1, "A", KNIFE), blind(1, "B", NOT), blind(1, "A", NOT)]
    assert coded_rows(codes) == (CodedRow(1, NOT, NOT),)
    assert len(latest_codes(codes)) == 2


def test_a_third_code_never_overrules_two_who_agree():
    assert CodedRow(1, KNIFE, KNIFE, NOT).label == KNIFE


@pytest.mark.parametrize("codes", [[], [blind(1, "A", KNIFE)], [blind(1, "A", NOT)] * 2])
def test_fewer_than_two_coders_have_no_rows_together(codes):
    assert coded_rows(codes) == ()


def test_a_third_coder_is_not_among_the_two():
    codes = [blind(1, who, KNIFE) for who in "ABC"]
    assert blind_coders(codes) == ("A", "B")


def test_one_mention_decides_and_it_is_the_verdict():
    made = sample_narratives(len(PATTERNS) * 6, rng=np.random.default_rng(1))
    seen = 0
    for one in made:
        verdict = classify_narrative(one.text, WORDS)
        mentions = narrative_mentions(one.text, WORDS)
        decided = [m.evidence for m in mentions if m.decides]
        assert decided == [verdict.evidence] * bool(verdict.evidence)
        assert all(m.score <= verdict.score for m in mentions)
        seen += bool(mentions)
    assert seen > len(made) / 2


def test_a_denial_is_among_the_mentions_with_the_word_that_denies():
    text = "S demanded the phone and threatened to stab V. No knife was seen."
    rules = {m.rule: [text[e.start : e.end] for e in m.evidence]
             for m in narrative_mentions(text, WORDS)}  # fmt: skip
    assert rules["denied"] == ["No", "knife"]
    assert len(rules) == 2


def test_a_denial_of_weapons_at_large_is_shown_and_decides_nothing():
    (one,) = narrative_mentions("S took the phone. No weapons seen", WORDS)
    assert (one.rule, one.score, one.decides) == ("denied", 0.0, False)
    assert classify_narrative("S took the phone. No weapons seen", WORDS).evidence == ()


def test_nothing_sharp_has_no_mention():
    assert narrative_mentions("", WORDS) == ()
    assert narrative_mentions("S took the phone", WORDS) == ()
