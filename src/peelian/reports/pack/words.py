"""The words of the pack: what happens at a spot, what to look for, text fit to print."""

import unicodedata
from collections.abc import Mapping

# What officers can look for at a place, by offence; places and situations, never people.
# From the problem-solving questions of SARA: what about this place makes the offence easy?
LOOK_FOR: Mapping[str, str] = {
    "police-uk:violent-crime": "Queues and arguments at closing time; dark or hidden corners",
    "police-uk:robbery": "People alone with phones out; cash machines, cut-throughs, stops",
    "police-uk:possession-of-weapons": "Hidden items: planters, bins, behind walls and signs",
    "police-uk:public-order": "Groups gathering; noise; who runs the place and are they there",
    "police-uk:drugs": "Short meetings, entrances out of sight, damaged lighting",
    "police-uk:theft-from-the-person": "Crowds at stops and bars; bags and phones on show",
    "police-uk:anti-social-behaviour": "Damage, litter, fires; safe places for young people",
}
LOOK_FOR_OTHERWISE = (
    "What has changed since last time: light, sight lines, doors, who is about"
)
MOST_NAMED = 2  # offences named beside the total

# Every character in these ranges has a glyph in the fonts that come with typst.
PRINTABLE = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x374, 0x3CE),
    (0x3D0, 0x3E1),
    (0x400, 0x477),
    (0x48C, 0x4C4),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2037),
    (0x20A0, 0x20B5),
    (0x2190, 0x21FF),
    (0x25A0, 0x25FF),
)
NO_GLYPH = "□"
LONG_WORD = 16  # letters that fit the narrowest column of text


def what_happens(counts: Mapping[str, int], months: int, *, names: Mapping[str, str]) -> str:
    """What is recorded at a spot, in a few words.

    Parameters
    ----------
    counts : mapping
        Events by offence code. [events]
    months : int
        Months held in which they were counted.
    names : mapping
        Plain name of each code, such as "robbery".

    Returns
    -------
    str
        Such as "14 offences in 9 months; 11 violence, 3 robbery".

    Examples
    --------
    >>> what_happens({"a": 3, "b": 11}, 9, names={"a": "robbery", "b": "violence"})
    '14 offences in 9 months; 11 violence, 3 robbery'
    """
    total = sum(counts.values())
    ranked = sorted(
        (item for item in counts.items() if item[1] > 0), key=lambda i: (-i[1], i[0])
    )
    said = (
        f"{total} {'offence' if total == 1 else 'offences'} in {months} "
        f"{'month' if months == 1 else 'months'}"
    )
    named = [f"{n} {names.get(code, code)}" for code, n in ranked[:MOST_NAMED]]
    rest = total - sum(n for _, n in ranked[:MOST_NAMED])
    if rest:
        named.append(f"{rest} other")
    return f"{said}; {', '.join(named)}" if named else said


def what_to_look_for(
    counts: Mapping[str, int], *, texts: Mapping[str, str] | None = None
) -> str:
    """What officers may look for at a spot, by its most frequent offence that has a text.

    Parameters
    ----------
    counts : mapping
        Events by offence code. [events]
    texts : mapping, optional
        Text by offence code; ``LOOK_FOR`` when not given.

    Returns
    -------
    str
    """
    texts = LOOK_FOR if texts is None else texts
    known = [(-n, code) for code, n in counts.items() if n > 0 and code in texts]
    return texts[min(known)[1]] if known else LOOK_FOR_OTHERWISE


def printable(text: str) -> str:
    r"""Text that the pack's fonts can show: one line, no control characters, □ for the rest.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> printable("High\tStreet 中")
    'High Street □'
    """
    shown = []
    for char in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(char)
        if kind[0] == "Z" or kind == "Cc":
            shown.append(" ")
        elif kind[0] != "C":  # format characters and unassigned ones are dropped
            inside = any(low <= ord(char) <= high for low, high in PRINTABLE)
            shown.append(char if inside else NO_GLYPH)
    return " ".join("".join(shown).split())


def breakable(text: str) -> str:
    """Printable text whose very long words may be broken, so that none leaves its column."""
    words = printable(text).split(" ")
    pieces = (
        "\N{ZERO WIDTH SPACE}".join(
            word[i : i + LONG_WORD] for i in range(0, len(word), LONG_WORD)
        )
        for word in words
    )
    return " ".join(pieces)
