"""The rules: what each mention of something sharp in a sentence tells, and how strongly.

A rule looks at one sentence at a time, so the order of sentences cannot matter. The first rule
that fits a mention decides about it; docs/methods/knife-narratives.md explains each.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from peelian.offences.knife_words import Token

BLADE = frozenset({"blade"})
SHARP = frozenset({"blade", "tool", "glass", "minor"})
HARM = frozenset({"stab", "slash", "cut", "glassed", "motion", "point"})
LINKED = frozenset({"show", "threat"})
SAID_NO = frozenset({"no"})
BETWEEN = frozenset({"filler", "weapon", "show", "have", "with", "found", "threat"}) | SHARP
SPOKEN = ("says only", "threat without production", "named only")


@dataclass(frozen=True)
class Finding:
    """One mention: how strongly it speaks for a knife, which rule said so, on which words."""

    score: float
    rule: str
    tokens: tuple[Token, ...]


class Sentence:
    """One sentence as the rules read it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.places: dict[str, int] = {}  # where each tag stands first
        for at, token in enumerate(tokens):
            for tag in token.tags:
                self.places.setdefault(tag, at)
        self.tags = frozenset(self.places)

    def near(self, at: int, tags: frozenset[str], before: int, after: int) -> Token | None:
        """The nearest token with one of the tags, up to so many words before or after."""
        for step in range(1, max(before, after) + 1):
            for there, reach in ((at - step, before), (at + step, after)):
                inside = 0 <= there < len(self.tokens) and step <= reach
                if inside and self.tokens[there].tags & tags and not self.denied(there):
                    return self.tokens[there]
        return None

    def denied(self, at: int) -> Token | None:
        """The negation of a token: before it with small words between, or right behind."""
        for there in range(at - 1, max(at - 9, -1), -1):
            tags = self.tokens[there].tags
            if tags & SAID_NO:
                return self.tokens[there]
            if not tags & BETWEEN:
                break
        for there in range(at + 1, min(at + 4, len(self.tokens))):
            tags = self.tokens[there].tags
            if tags & SAID_NO:
                for token in self.tokens[there + 1 : there + 3]:
                    if token.tags & (SHARP | {"weapon"}):  # denies that, not this
                        break
                    if "denied_after" in token.tags:
                        return self.tokens[there]
            if "filler" not in tags:
                break
        return None

    def first(self, *tags: str) -> Token | None:
        """The first token with one of the tags."""
        found = [self.places[tag] for tag in tags if tag in self.places]
        return self.tokens[min(found)] if found else None

    def before(self, at: int, *tags: str) -> bool:
        """Whether a token with one of the tags stands anywhere before this place."""
        return any(self.places.get(tag, at) < at for tag in tags)


def says_none(sentence: Sentence) -> bool:
    """Whether the sentence denies a weapon or a blade."""
    return any(
        token.tags & (SHARP | {"weapon"}) and sentence.denied(at)
        for at, token in enumerate(sentence.tokens)
    )


def denials(sentence: Sentence) -> Iterator[Finding]:
    """Each denial of weapons at large: no mention of something sharp, but it tells."""
    for at, token in enumerate(sentence.tokens):
        at_large = "weapon" in token.tags and not token.tags & SHARP
        if at_large and (no := sentence.denied(at)) is not None:
            yield Finding(0.0, "denied", (token, no))


def findings(sentence: Sentence) -> Iterator[Finding]:
    """What each mention of something sharp, or of harm by it, tells."""
    for at, token in enumerate(sentence.tokens):
        if "idiom" in token.tags:
            continue
        if token.tags & SHARP and not token.tags & {"object_name"}:
            yield _instrument(sentence, at)
        elif "object_name" in token.tags:
            yield Finding(0.05, "a knife as goods", (token,))
        elif token.tags & HARM:
            yield _harm(sentence, at)


def _instrument(sentence: Sentence, at: int) -> Finding:
    """A named instrument."""
    token = sentence.tokens[at]
    weight = 1.0 if token.tags & BLADE else 0.95

    def found(score: float, rule: str, *cues: Token | None) -> Finding:
        return Finding(score * weight, rule, (token, *(cue for cue in cues if cue)))

    if (no := sentence.denied(at)) is not None:
        return found(0.0, "denied", no)
    toy = sentence.near(at, frozenset({"toy"}), 3, 6)
    if toy is not None:
        return found(0.12, "toy or imitation", toy)
    if past := sentence.first("past"):
        return found(0.12, "another time", past)
    if "minor" in token.tags:
        return found(0.05, "small object")
    shown = sentence.near(at, LINKED, 7, 6)
    harmed = _harmed_with(sentence, at)
    if own := _on_oneself(sentence, at):
        return found(0.25, "turned on oneself", own)
    will = sentence.near(at, frozenset({"will"}), 8, 0)
    if will and not sentence.near(at, frozenset({"show"}), 4, 6):
        far = sentence.first("remote")
        return found(0.2 if far else 0.5, "threat without production", will, far)
    if harmed is not None:
        if _on_thing(sentence, sentence.tokens.index(harmed, max(0, at - 12))):
            return found(0.08, "damage to things", harmed)
        if "cut" in harmed.tags and "glass" in token.tags and not _by_hand(sentence, at):
            return found(0.08, "cut by something else", harmed)
        return found(0.97, "used", harmed)
    if not token.tags & BLADE:
        return _tool(sentence, at, shown, found(0.1, "a tool or glass"))
    goods = sentence.near(at, frozenset({"stolen"}), 8, 3)
    if goods and not sentence.tags & {"threat", "stab", "slash", "with"} and not shown:
        return found(0.06, "a knife as goods", goods)
    if (
        (hunted := sentence.first("found"))
        and not sentence.tags & {"threat", "stab", "slash", "victim", "say"}
        and not sentence.near(at, frozenset({"show"}), 3, 3)
    ):
        return found(0.15, "found, not used", hunted)
    guard = sentence.first("defence")
    if guard and not sentence.before(at, "suspect"):
        return found(0.45, "victim's own knife", guard)
    owner = _victims(sentence, at)
    if owner and (work := sentence.first("work")):
        return found(0.12, "victim's own knife", owner, work)
    if owner:
        return found(0.45, "victim's own knife", owner)
    if (work := sentence.first("work")) and not shown:
        return found(0.12, "a knife at its work", work)
    claim = _claimed(sentence, at)
    if claim and not (shown and "show" in shown.tags):
        far = sentence.first("remote")
        return found(0.25 if far else 0.5, "says only", claim, far)
    if shown is not None:
        return found(0.93, "produced or threatened with", shown)
    if doubt := sentence.near(at, frozenset({"doubt"}), 5, 3):
        return found(0.5, "in doubt", doubt)
    if goods:
        return found(0.3, "a knife as goods", goods)
    if held := sentence.near(at, frozenset({"have", "with", "took"}), 4, 0):
        return found(0.85, "had a blade", held)
    return found(0.5, "named only")


def _tool(sentence: Sentence, at: int, shown: Token | None, else_: Finding) -> Finding:
    """A tool or broken glass that did no harm: it counts when a person is threatened."""
    token = sentence.tokens[at]
    if shown is None:
        return else_
    things = sentence.near(at, frozenset({"thing"}), 6, 6)
    person = sentence.tags & {"victim", "body", "threat"}
    if person and not (things and "threat" not in sentence.tags):
        return Finding(0.85, "produced or threatened with", (token, shown))
    return Finding(0.4 if person else 0.1, "a tool or glass", (token, shown))


def _harm(sentence: Sentence, at: int) -> Finding:
    """A verb or wound, whatever did it."""
    token = sentence.tokens[at]

    def found(score: float, rule: str, *cues: Token | None) -> Finding:
        return Finding(score, rule, (token, *(cue for cue in cues if cue)))

    if (no := sentence.denied(at)) is not None:
        return found(0.0, "denied", no)
    if past := sentence.first("past"):
        return found(0.12, "another time", past)
    toy = sentence.near(at, frozenset({"toy"}), 10, 10)
    if toy is not None:
        return found(0.15, "toy or imitation", toy)
    far = sentence.first("remote")
    will = sentence.near(at, frozenset({"will"}), 5, 0)
    if will and "point" not in token.tags:
        return found(0.2 if far else 0.5, "threat without production", will, far)
    if "point" in token.tags:
        return found(0.95, "produced or threatened with")
    if own := _on_oneself(sentence, at):
        return found(0.25, "turned on oneself", own)
    if _on_thing(sentence, at):
        return found(0.06, "damage to things")
    if "stab" in token.tags:
        if small := sentence.near(at, frozenset({"minor"}), 2, 8):
            return found(0.6, "small object", small)
        return found(0.92, "used")
    if "glassed" in token.tags or "motion" in token.tags:
        return found(0.5, "in doubt")
    other = sentence.first("cause")
    hurt = sentence.near(at, frozenset({"body", "victim"}), 4, 6)
    if "slash" in token.tags:
        return found(0.5 if other else 0.88 if hurt else 0.55, "used", hurt)
    if other or not hurt:
        return found(0.06, "cut by something else", other)
    return found(0.5, "cut by what?", hurt)


def _harmed_with(sentence: Sentence, at: int) -> Token | None:
    """The harm that an instrument did: a stab, slash or cut in the same sentence."""
    harm = sentence.near(at, frozenset({"stab", "slash"}), 12, 8)
    return harm or sentence.near(at, frozenset({"cut"}), 10, 4)


def _on_oneself(sentence: Sentence, at: int) -> Token | None:
    """The word for oneself right behind, or anywhere where no other person is named."""
    own = sentence.first("self")
    if own and not sentence.tags & {"victim", "suspect"}:
        return own
    return sentence.near(at, frozenset({"self"}), 0, 4)


def _by_hand(sentence: Sentence, at: int) -> bool:
    """Whether somebody did it with the instrument, and not the victim on it."""
    tied = sentence.near(at, frozenset({"with"}), 3, 0)
    return tied is not None and "suspect" in sentence.tags


def _on_thing(sentence: Sentence, at: int) -> bool:
    """Whether the harm was done to a thing: ``slashed V's tyres``, ``tyres were slashed``."""
    tokens = sentence.tokens
    for there in range(at + 1, min(at + 6, len(tokens))):
        tags = tokens[there].tags
        if "thing" in tags:
            return True
        if tags & {"body", "victim", "with"} and not _owns(sentence, there):
            return False
    return any("thing" in token.tags for token in tokens[max(0, at - 4) : at]) and not (
        sentence.near(at, frozenset({"body", "victim"}), 0, 5)
    )


def _owns(sentence: Sentence, at: int) -> bool:
    """Whether a person word stands right before a thing, as its owner."""
    return any("thing" in token.tags for token in sentence.tokens[at + 1 : at + 3])


def _victims(sentence: Sentence, at: int) -> Token | None:
    """The victim, where the victim and nobody else holds the instrument."""
    if sentence.before(at, "suspect") or sentence.near(
        at, frozenset({"show", "threat"}), 0, 5
    ):
        return None
    for there in range(at - 1, max(at - 8, -1), -1):
        if "victim" in sentence.tokens[there].tags:
            if sentence.before(there, "show", "threat", "stab", "slash"):
                return None  # the victim suffers what stands before
            between = sentence.tokens[there + 1 : there + 5]
            holds = any(
                token.tags & {"have", "took", "show", "with", "work"} for token in between
            )
            return sentence.tokens[there] if holds else None
    return None


def _claimed(sentence: Sentence, at: int) -> Token | None:
    """Who says there is a blade, unless it is the victim or a witness who reports it."""
    for there in range(at - 1, max(at - 8, -1), -1):
        if "say" in sentence.tokens[there].tags:
            teller = sentence.tokens[max(0, there - 2) : there]
            reports = any(token.tags & {"victim", "witness"} for token in teller)
            return None if reports else sentence.tokens[there]
    return None
