"""What people code of narratives: two alone, then a third where the two differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from peelian.terms import ParameterError

_CODER = re.compile(r"[A-Z][0-9]?")


class CodeLabel(StrEnum):
    """What a person says of a narrative."""

    KNIFE = "knife"
    NOT = "not"
    UNSURE = "cannot say"


class CodeMode(StrEnum):
    """How a narrative was read: text alone, with the rules' reasons, or with two codes."""

    BLIND = "blind"
    OPEN = "open"
    THIRD = "third"


# Why, for those who want to say; the rules' own reasons in a coder's words.
CODE_REASONS = {
    "denied": "Denied: no knife seen",
    "tool": "A tool, turned on a person or not",
    "glass": "Broken glass or a bottle",
    "toy": "A toy or imitation",
    "goods": "An object taken, bought or found",
    "threat": "A threat without production",
    "past": "Another time",
    "other": "Something else",
}


@dataclass(frozen=True)
class Code:
    """What one coder said of one row, how it was read, and perhaps why."""

    row: int
    coder: str
    label: CodeLabel
    mode: CodeMode
    reason: str = ""

    def __post_init__(self) -> None:
        require_coder(self.coder)
        if self.reason and self.reason not in CODE_REASONS:
            raise ParameterError(
                f"reason {self.reason!r}: choose one of {', '.join(CODE_REASONS)}, or none"
            )


@dataclass(frozen=True)
class CodedRow:
    """What two coders said of a row, each alone, and what a third reading decided."""

    row: int
    first: CodeLabel
    second: CodeLabel
    third: CodeLabel | None = None

    @property
    def differs(self) -> bool:
        """Whether the two said different things."""
        return self.first != self.second

    @property
    def label(self) -> CodeLabel | None:
        """What the row counts as; None while two differ and nobody has read it again."""
        return self.third if self.differs else self.first


def require_coder(coder: str) -> str:
    """A coder's code; ParameterError unless it is a letter, perhaps with a digit.

    Two letters could be somebody's initials, so they are refused.
    """
    if not _CODER.fullmatch(coder):
        raise ParameterError(
            "a coder's code is one capital letter, perhaps with a digit, such as A or B2; "
            "no name and no initials"
        )
    return coder


def latest_codes(codes: Iterable[Code]) -> dict[tuple[CodeMode, int, str], Code]:
    """The code that stands of each mode, row and coder: the last given, in order of codes."""
    return {(code.mode, code.row, code.coder): code for code in codes}


def blind_coders(codes: Iterable[Code]) -> tuple[str, ...]:
    """The two who code blind: the first two to have given such a code, or fewer."""
    found = dict.fromkeys(c.coder for c in codes if c.mode == CodeMode.BLIND)
    return tuple(found)[:2]


def coded_rows(codes: Iterable[Code]) -> tuple[CodedRow, ...]:
    """Rows that both blind coders have coded, by number, with any third reading.

    Parameters
    ----------
    codes : iterable of Code
        In the order given; of each coder and row the last counts.

    Returns
    -------
    tuple of CodedRow
        Empty while there are fewer than two coders.
    """
    given = list(codes)
    coders = blind_coders(given)
    if len(coders) < 2:
        return ()
    stand = latest_codes(given)
    third = {code.row: code.label for code in given if code.mode == CodeMode.THIRD}
    by = [
        {row: code.label for (mode, row, who), code in stand.items()
         if mode == CodeMode.BLIND and who == coder}
        for coder in coders
    ]  # fmt: skip
    return tuple(
        CodedRow(row, by[0][row], by[1][row], third.get(row))
        for row in sorted(by[0].keys() & by[1].keys())
    )
