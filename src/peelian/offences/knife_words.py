"""The dictionary of the narrative rules, and a narrative as tagged words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;]+(?=\s|$)|,")  # noqa: RUF001
STOPS = ".!?;"
TRIGGERS = ("blade", "tool", "glass", "glassed", "stab", "motion", "slash", "cut", "point")
LONGEST = 200_000  # characters of one narrative that are read


@dataclass(frozen=True)
class KnifeWords:
    """What the rules know: words by group, and the scores that divide the three labels.

    ``groups`` maps a tag to its words and phrases, in lower case. A score from ``review_from``
    up goes to a person, from ``knife_from`` up it is called knife.
    """

    version: str
    review_from: float
    knife_from: float
    groups: Mapping[str, tuple[str, ...]] = field(repr=False)

    @cached_property
    def trie(self) -> dict[str, Any]:
        """Words to further words; ``""`` holds the tags of a phrase that ends there."""
        root: dict[str, Any] = {}
        for tag, phrases in self.groups.items():
            for phrase in phrases:
                node = root
                for word in WORD.findall(phrase):
                    node = node.setdefault(word, {})
                node[""] = node.get("", frozenset()) | {tag}
        return root

    @cached_property
    def screen(self) -> re.Pattern[str]:
        """Finds whether a narrative holds any word that the rules start from."""
        words = {phrase for tag in TRIGGERS for phrase in self.groups[tag]}
        words |= set(self.groups["weapon"])
        firsts = sorted({WORD.findall(phrase)[0] for phrase in words})
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, firsts))})(?![^\W_])")


@dataclass(frozen=True)
class Token:
    """A word or phrase with its tags and its place in the narrative: [start, end)."""

    tags: frozenset[str]
    start: int
    end: int


NO_TAGS: frozenset[str] = frozenset()


def sentences(text: str, words: KnifeWords) -> list[list[Token]]:
    """The narrative as sentences of tagged words, in order; empty for no words."""
    found: list[list[Token]] = [[]]
    matches = list(WORD.finditer(text))
    plain = [match.group().replace("’", "'") for match in matches]  # noqa: RUF001
    at = 0
    while at < len(matches):
        if plain[at][0] in STOPS:
            before = plain[at - 1] if at else ""
            if len(before) > 1 or not before.isalpha():  # "V." is an abbreviation
                found.append([])
            at += 1
            continue
        tags, length = _longest(plain, at, words.trie)
        found[-1].append(Token(tags, matches[at].start(), matches[at + length - 1].end()))
        at += length
    return [sentence for sentence in found if sentence]


def lowered(text: str) -> str:
    """The text in lower case with every character still in its place."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _longest(plain: list[str], at: int, trie: dict[str, Any]) -> tuple[frozenset[str], int]:
    """Tags of the longest phrase that begins here, and how many words it has."""
    node, tags, length = trie, NO_TAGS, 1
    for ahead in range(at, len(plain)):
        node = node.get(plain[ahead])  # type: ignore[assignment]
        if node is None:
            break
        if "" in node:
            tags, length = node[""], ahead - at + 1
    return tags, length
