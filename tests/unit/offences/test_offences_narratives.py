"""Each phenomenon of a crime narrative by itself, hostile text, and the words that decided."""

import time

import numpy as np
import pytest

from peelian import sources
from peelian.offences import (
    PATTERNS,
    KnifeLabel,
    classify_narrative,
    classify_narratives,
    evidence_words,
    sample_narratives,
)
from peelian.terms import ParameterError

WORDS = sources.read_knife_words()

KNIFE = {
    "produced": "SUSP PRODUCED KNIFE AND DEMANDED PHONE",
    "pulled out": "he pulled out a large kitchen knife on V",
    "at knifepoint": "V robbed at knifepoint of his bike",
    "held to throat": "S held a blade to VICT throat",
    "stabbed, no instrument": "IP stabbed x2 in the back",
    "stab wound": "male presented at hospital with a stab wound to the leg",
    "slashed": "S slashed V across the face",
    "cut with": "S1 cut V1 on the arm with a Stanley knife",
    "perceived": "S produced what appeared to be a knife",
    "abbreviated": "S APP V, PROD'D - PULLED KNIFE, V HANDED OVER CASH",
    "misspelt": "susp waved a machette at vict",
    "report by the victim": "V states S had a knife in his hand",
    "screwdriver on a person": "S stabbed V in the neck with a screwdriver",
    "scissors threatened": "S threatened V with scissors",
    "broken bottle used": "S slashed V in the face with a broken bottle",
    "threat with a blade in hand": "S said he would stab V while holding a knife",
    "axe": "S swung an axe at V",
    "not recovered": "S stabbed V. Knife not recovered",
    "no injury": "S PRODUCED A KNIFE. NO INJURIES",
    "defended against": "S threatened V with a knife, V used a chair to fend him off",
}
NOT = {
    "denied": "S demanded phone, no knife seen",
    "no weapons": "S pushed V. No weapons used or seen",
    "never produced": "S pushed V, a knife was never produced",
    "not stabbed": "V was punched but not stabbed",
    "goods": "S stole kitchen knives from the store",
    "knife block": "S took a knife block and a kettle",
    "found on search": "S stopped and searched, lock knife found in his pocket",
    "possession": "officers located a machete in the boot of the vehicle",
    "toy": "S waved a toy sword at V",
    "plastic": "S produced a plastic knife",
    "another time": "S pushed V. V was stabbed years ago by another man",
    "marker": "S spat at V. Warning marker for knives",
    "from afar": "S sent V a text message saying he will stab him",
    "oneself": "male stabbed himself in the leg",
    "self harm": "female found with cuts from a razor, self harm",
    "at its work": "V was cooking with a knife when S shouted at her",
    "tyres": "unknown person slashed V's tyres with a knife",
    "lock": "offender cut the padlock",
    "screwdriver on a door": "S used a screwdriver to force the door",
    "cut on glass": "V fell and cut his hand on broken glass",
    "cut by a punch": "S punched V causing a cut to the lip",
    "unbroken bottle": "S hit V over the head with a bottle",
    "shoulder blade": "S punched V between the shoulder blades",
    "saw the": "witness saw a male running",
    "nothing": "S punched V and ran off",
    "empty": "",
}
REVIEW = {
    "threat without production": "S said he would stab V",
    "come back with": "S told V he will come back with a knife",
    "says only": "S said he had a knife in his pocket",
    "victim's own": "V picked up a knife to defend himself",
    "glassed": "V was glassed in the face",
    "cut by what": "V has a cut to the arm",
    "stabbed with a pen": "S stabbed V in the hand with a pen",
    "named only": "knife, unknown circumstances",
}
CASES = [
    pytest.param(text, label, id=f"{label}: {name}")
    for label, table in (("knife", KNIFE), ("not", NOT), ("review", REVIEW))
    for name, text in table.items()
]


def verdict(text):
    return classify_narrative(text, WORDS)


@pytest.mark.parametrize(("text", "label"), CASES)
def test_each_phenomenon(text, label):
    assert verdict(text).label == label, verdict(text)


@pytest.mark.parametrize(("text", "label"), CASES)
def test_laws_of_case_space_order_and_denial(text, label):
    found = verdict(text)
    for same in (text.upper(), text.lower(), text.replace(" ", " \n\t"), f"  {text}  "):
        assert (verdict(same).label, verdict(same).score) == (found.label, found.score)
    other = "Enquiries ongoing with local shops"
    turned = (f"{text}. {other}.", f"{other}. {text}.")
    assert verdict(turned[0]).score == verdict(turned[1]).score == found.score
    ends = (f"{text}. No knife seen", f"No knife seen. {text}", f"{text} no knife seen")
    for denied in ends:
        assert verdict(denied).score <= found.score


def test_a_denial_settles_what_was_only_said():
    assert verdict("S said he would stab V. No knife seen").label is KnifeLabel.NOT
    assert verdict("S stabbed V. No knife seen").label is KnifeLabel.KNIFE


def test_the_words_that_decided_are_where_it_says():
    text = "On Friday  SUSP   PRODUCED a kitchen\nknife"
    found = verdict(text)
    said = [text[one.start : one.end] for one in found.evidence]
    assert said == ["PRODUCED", "kitchen\nknife"]
    assert evidence_words(text, found) == "PRODUCED; kitchen knife"
    assert evidence_words("", verdict("")) == ""


def test_evidence_holds_dictionary_words_only():
    known = {word for group in WORDS.groups.values() for word in group}
    for one in sample_narratives(190, rng=np.random.default_rng(1)):
        said = evidence_words(one.text, verdict(one.text))
        assert all(part.lower() in known for part in said.split("; ") if part)


def test_a_class_outside_the_collection_is_never_knife():
    found = classify_narrative("S stabbed V", WORDS, in_collection=False)
    assert (found.label, found.score) == (KnifeLabel.NOT, 0.02)


@pytest.mark.parametrize(
    "text",
    [
        "knife " * 100_000,
        "a" * 1_000_000,
        "\x00\x01\x02 knife \ud7ff",
        "V был ранен 刀 بسكين",
        "<script>alert('knife')</script>",
        "İİİ SUSP PRODUCED KNIFE",
        "=cmd|' /C calc'!A0 stabbed",
        "." * 50_000,
        "no " * 20_000 + "knife",
    ],
    ids=["many", "long", "binary", "scripts", "html", "turkish", "formula", "stops", "no"],
)
def test_hostile_text_is_read_soon_and_without_failing(text):
    began = time.process_time()
    found = verdict(text)
    assert found.label in set(KnifeLabel)
    assert all(0 <= one.start < one.end <= len(text) for one in found.evidence)
    assert time.process_time() - began < 10


def test_letters_that_grow_in_lower_case_keep_their_places():
    text = "İİİ SUSP PRODUCED KNIFE"
    assert evidence_words(text, verdict(text)) == "PRODUCED; KNIFE"


def test_the_generator_is_seeded_and_holds_every_phenomenon():
    one, other = (sample_narratives(40, rng=np.random.default_rng(7)) for _ in range(2))
    assert one == other
    assert {narrative.phenomenon for narrative in one} == set(PATTERNS)
    assert sample_narratives(0, rng=np.random.default_rng(7)) == ()
    with pytest.raises(ParameterError):
        sample_narratives(-1, rng=np.random.default_rng(7))


def test_precision_and_recall_on_the_generator_keep_their_floor():
    """The rules were written beside the generator: a floor for changes, not a measure."""
    made = sample_narratives(1_900, rng=np.random.default_rng(11))
    called = np.array([v.label for v in classify_narratives([m.text for m in made], WORDS)])
    truth = np.array([m.label for m in made])
    hits = ((called == "knife") & (truth == "knife")).sum()
    assert hits / (called == "knife").sum() > 0.98
    assert hits / (truth == "knife").sum() > 0.98


def test_a_hundred_thousand_take_under_a_minute():
    made = [m.text for m in sample_narratives(2_000, rng=np.random.default_rng(3))]
    began = time.process_time()
    classify_narratives(made, WORDS)
    assert (time.process_time() - began) * 50 < 60


def test_offences_of_another_length_are_refused():
    with pytest.raises(ParameterError, match="one offence a text"):
        classify_narratives(["a", "b"], WORDS, in_collection=[True])
    assert classify_narratives([], WORDS) == ()
