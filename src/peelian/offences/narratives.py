"""Free text of a crime report to knife, not or review, with the words that decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from peelian.offences.knife_words import LONGEST, KnifeWords, lowered, sentences
from peelian.offences.narrative_rules import (
    SPOKEN,
    Finding,
    Sentence,
    denials,
    findings,
    says_none,
)
from peelian.terms import ParameterError

NOTHING = 0.01  # score of a text without a word that speaks of anything sharp
OUT_OF_COLLECTION = 0.02  # highest score of a class that can never be knife-enabled


class KnifeLabel(StrEnum):
    """What a narrative is called; ``review`` asks a person."""

    KNIFE = "knife"
    NOT = "not"
    REVIEW = "review"


@dataclass(frozen=True)
class Evidence:
    """A word that decided: its place in the narrative, [start, end) in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """The label of one narrative, its score, the rule that gave it and the words it saw."""

    label: KnifeLabel
    score: float
    rule: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Mention:
    """One mention of something sharp: its words, what the rules make of it, if it decides."""

    evidence: tuple[Evidence, ...]
    rule: str
    score: float
    decides: bool


def classify_narrative(text: str, words: KnifeWords, *, in_collection: bool = True) -> Verdict:
    """Whether a crime narrative tells of a knife or sharp instrument used or threatened.

    Parameters
    ----------
    text : str
        As written. Case, white space and the order of sentences do not matter.
    words : KnifeWords
    in_collection : bool
        False when the coded offence is of a class that never counts, such as possession.

    Returns
    -------
    Verdict
        ``score`` 0 to 1 orders narratives by how strongly they speak for a knife; it is no
        probability. ``not`` with no evidence for a text without a word of the dictionary.

    Notes
    -----
    The strongest mention decides. A denial ("no weapons seen") lowers what is only said or
    threatened, and never raises anything. Not for a decision about a person: a label counts
    crimes. It sees what was written, not what happened.
    """
    told = _told(text, words)
    if not told:
        return Verdict(KnifeLabel.NOT, NOTHING, "nothing sharp", ())
    best = _best(told)
    score, rule = best.score, best.rule
    if not in_collection:
        score, rule = min(score, OUT_OF_COLLECTION), "class outside the collection"
    return Verdict(label_of(score, words), score, rule, _spans(best))


def narrative_mentions(text: str, words: KnifeWords) -> tuple[Mention, ...]:
    """Every mention that `classify_narrative` weighs, and each denial, in the text's order.

    Parameters
    ----------
    text : str
    words : KnifeWords

    Returns
    -------
    tuple of Mention
        Empty for a text without a word of the dictionary. One mention decides, unless weapons
        at large are denied and nothing else is said.
    """
    told = _told(text, words)
    best = _best(told) if told else None
    denied = [one for sentence in _read(text, words) for one in denials(sentence)]
    found = [
        Mention(_spans(one), one.rule, one.score, one is best) for one in (*told, *denied)
    ]
    return tuple(sorted(found, key=lambda one: one.evidence[0].start))


def classify_narratives(
    texts: Iterable[str], words: KnifeWords, *, in_collection: Sequence[bool] | None = None
) -> tuple[Verdict, ...]:
    """`classify_narrative` for each text; empty for none.

    Raises
    ------
    ParameterError
        If ``in_collection`` has another length than ``texts``.
    """
    given = list(texts)
    counted = [True] * len(given) if in_collection is None else list(in_collection)
    if len(counted) != len(given):
        raise ParameterError(
            f"{len(given)} texts and {len(counted)} offences: give one offence a text"
        )
    return tuple(
        classify_narrative(text, words, in_collection=bool(one))
        for text, one in zip(given, counted, strict=True)
    )


def label_of(score: float, words: KnifeWords) -> KnifeLabel:
    """The label of a score by the dictionary's two thresholds, both inclusive."""
    if score >= words.knife_from:
        return KnifeLabel.KNIFE
    return KnifeLabel.REVIEW if score >= words.review_from else KnifeLabel.NOT


def evidence_words(text: str, verdict: Verdict) -> str:
    """The words that decided, as they stand in the text, by semicolons."""
    return "; ".join(" ".join(text[e.start : e.end].split()) for e in verdict.evidence)


def _told(text: str, words: KnifeWords) -> list[Finding]:
    """What each mention of something sharp tells, sentence by sentence."""
    read = _read(text, words)
    denied = any(says_none(sentence) for sentence in read)
    return [
        Finding(_lowered(one, denied), one.rule, one.tokens)
        for sentence in read
        for one in findings(sentence)
    ]


def _read(text: str, words: KnifeWords) -> list[Sentence]:
    """The sentences of a text that holds a word the rules start from; else none."""
    low = lowered(text[:LONGEST])
    if not words.screen.search(low):
        return []
    return [Sentence(tokens) for tokens in sentences(low, words)]


def _best(told: list[Finding]) -> Finding:
    """The mention that decides: the strongest, and of several the first in the text."""
    top = max(one.score for one in told)
    return min((one for one in told if one.score == top), key=lambda one: one.tokens[0].start)


def _spans(one: Finding) -> tuple[Evidence, ...]:
    """Where the words of a mention stand, in order."""
    places = sorted({(token.start, token.end) for token in one.tokens})
    return tuple(Evidence(start, end) for start, end in places)


def _lowered(one: Finding, denied: bool) -> float:
    """What is only said counts for less where a weapon is denied."""
    return one.score * 0.6 if denied and one.rule in SPOKEN else one.score
