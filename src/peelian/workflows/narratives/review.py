"""Reading narratives one at a time: which come next, the audit of each, and what was said.

The file stays where it is and is read anew for every narrative shown; what is held meanwhile
is row numbers. Nothing of a text is written down, and none is handed back before the entry
that says who is shown which row, for what, is on the disk.
"""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from peelian import offences
from peelian.offences import (
    Code,
    CodedRow,
    CodeMode,
    KnifeLabel,
    Mention,
    Verdict,
)
from peelian.sources import NarrativeFile
from peelian.store import Store
from peelian.terms import DataError, NotAllowedNow, NotFound, StoreError, Table
from peelian.workflows.narratives.classify import (
    DEFINITION,
    drawn_rows,
    label_rows,
    open_narratives,
)
from peelian.workflows.narratives.codes import (
    CODES,
    COMPARISONS,
    READS,
    codes_of,
    compared_numbers,
)
from peelian.workflows.narratives.scores import evaluate_narratives
from peelian.workflows.outcome import Outcome
from peelian.workflows.settings import EvaluateNarrativesSettings, ReviewSettings

PURPOSES = {
    CodeMode.BLIND: "double coding",
    CodeMode.OPEN: "review of uncertain rows",
    CodeMode.THIRD: "third reading",
}


@dataclass(frozen=True, eq=False)
class ReviewFile:
    """A file of narratives that is open for coding: its hash, and rows by number.

    ``sample`` are the rows drawn at random, in the order drawn, which two code blind;
    ``uncertain`` the others that the rules send to a person.
    """

    settings: ReviewSettings
    sha256: str
    name: str
    n_rows: int
    sample: tuple[int, ...]
    uncertain: tuple[int, ...]
    dictionary: str


@dataclass(frozen=True, eq=False)
class Coding:
    """How far the coding of a file is: its codes, and the rows that follow from them."""

    codes: tuple[Code, ...]
    coders: tuple[str, ...]
    both: tuple[CodedRow, ...]
    compared: frozenset[int]

    @property
    def waiting(self) -> int:
        """Rows that two have coded and nobody has compared."""
        return sum(one.row not in self.compared for one in self.both)

    @property
    def differing(self) -> tuple[CodedRow, ...]:
        """Rows whose compared codes differ."""
        return tuple(one for one in self.both if one.differs and one.row in self.compared)


@dataclass(frozen=True)
class Turn:
    """A coder's place: which row is read how, and where it stands among the others."""

    row: int
    coder: str
    mode: CodeMode
    place: int
    of: int
    before: int | None
    after: int | None


@dataclass(frozen=True, eq=False)
class Shown:
    """One narrative as one coder may see it; ``repr`` shows nothing of its text.

    Of a row that is coded blind there is the text and the coder's own code, and no more.
    """

    text: str = field(repr=False)
    verdict: Verdict | None = None
    mentions: tuple[Mention, ...] = ()
    own: Code | None = None
    codes: tuple[Code, ...] = ()


def open_review(settings: ReviewSettings) -> ReviewFile:
    """Read a file once, and say which of its rows people should read.

    Raises
    ------
    DataError, ParameterError
        As `sources.read_narratives`, or if the sample is larger than the file.
    """
    file = open_narratives(settings.source)
    sample = drawn_rows(settings, len(file))
    found = label_rows(settings.source, file)
    uncertain = np.flatnonzero(found.labels == KnifeLabel.REVIEW.value) + 1
    return ReviewFile(
        settings, file.sha256, file.name, len(file), tuple(int(row) for row in sample),
        tuple(int(row) for row in np.setdiff1d(uncertain, sample)), found.words.version,
    )  # fmt: skip


def coding_of(store: Store, opened: ReviewFile) -> Coding:
    """How far the coding of a file is."""
    codes = tuple(codes_of(store, opened.sha256))
    compared = compared_numbers(store, opened.sha256)
    return Coding(codes, offences.blind_coders(codes), offences.coded_rows(codes), compared)


def rows_of(opened: ReviewFile, coding: Coding, mode: CodeMode) -> tuple[int, ...]:
    """The rows that are read in a way, in the order in which they come."""
    if mode == CodeMode.BLIND:
        return tuple(row for row in opened.sample if row not in coding.compared)
    if mode == CodeMode.OPEN:
        return opened.uncertain
    return tuple(one.row for one in coding.differing)


def done_rows(coding: Coding, mode: CodeMode, coder: str) -> frozenset[int]:
    """Rows that need no further code: blind by this coder, otherwise by anybody."""
    return frozenset(
        code.row
        for code in coding.codes
        if code.mode == mode and (mode != CodeMode.BLIND or code.coder == coder)
    )


def next_row(opened: ReviewFile, coding: Coding, mode: CodeMode, coder: str) -> int | None:
    """The first row that this coder has still to read; None when all are done.

    Raises
    ------
    NotAllowedNow
        If this coder may not read in this way: see `turn_of`.
    NotFound
        If there are no such rows.
    """
    _require_may(coding, mode, coder)
    rows, done = rows_of(opened, coding, mode), done_rows(coding, mode, coder)
    if not rows:
        drawn = "" if opened.sample else ": start the workbench with --sample to draw some"
        raise NotFound(
            f"There are no rows for {PURPOSES[mode]}{drawn if mode == CodeMode.BLIND else ''}"
        )
    return next((row for row in rows if row not in done), None)


def progress_table(opened: ReviewFile, coding: Coding) -> Table:
    """How far each reading is: rows done of those there are, the blind by coder."""
    sample = frozenset(opened.sample)
    rows = [
        (f"double coding, {who}", len(done_rows(coding, CodeMode.BLIND, who) & sample),
         len(sample))
        for who in coding.coders
    ] or [("double coding", 0, len(sample))]  # fmt: skip
    for mode in (CodeMode.OPEN, CodeMode.THIRD):
        theirs = rows_of(opened, coding, mode)
        done = done_rows(coding, mode, "") & frozenset(theirs)
        rows.append((PURPOSES[mode], len(done), len(theirs)))
    return Table(
        {
            "reading": np.array([row[0] for row in rows]),
            "done": np.array([row[1] for row in rows]),
            "of": np.array([row[2] for row in rows]),
        },
        "How far it is",
    )


def turn_of(opened: ReviewFile, coding: Coding, row: int, mode: CodeMode, coder: str) -> Turn:
    """Where a coder stands who asks for a row.

    Raises
    ------
    NotFound
        If the row is not among those read in this way.
    NotAllowedNow
        If two others code blind already, the codes of the row were compared, or the coder of
        a third reading is one of the two.
    """
    _require_may(coding, mode, coder)
    rows = rows_of(opened, coding, mode)
    if mode == CodeMode.BLIND and row in coding.compared:
        raise NotAllowedNow(
            f"The codes of row {row} were compared, so what each coder said alone stands. Put "
            "it right by a third reading."
        )
    if row not in rows:
        raise NotFound(f"row {row} is not among the {len(rows):,} rows for {PURPOSES[mode]}")
    at = rows.index(row)
    return Turn(
        row, coder, mode, at + 1, len(rows),
        rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None,
    )  # fmt: skip


def show_narrative(
    store: Store, opened: ReviewFile, turn: Turn, *, token: str, now: datetime
) -> Shown:
    """One narrative, once the entry that it was shown is written down.

    Parameters
    ----------
    token : str
        Of this display alone; it names the entry.

    Raises
    ------
    DataError
        If the file is not the one that was opened.
    StoreError
        If the entry cannot be written: the text is then not shown.
    """
    file = _as_opened(opened)
    coding = coding_of(store, opened)
    content = {
        "file": opened.sha256,
        "row": turn.row,
        "coder": turn.coder,
        "purpose": PURPOSES[turn.mode],
    }
    if len(store.append_entries(READS, {token: content}, now=now)) != 1:
        raise StoreError(f"row {turn.row} is not shown: that it was could not be written down")
    text = file.column(opened.settings.source.text)[turn.row - 1]
    latest = offences.latest_codes(coding.codes)
    own = latest.get((turn.mode, turn.row, turn.coder))
    if turn.mode == CodeMode.BLIND:
        return Shown(text, own=own)
    found = label_rows(opened.settings.source, file, [turn.row - 1])
    seen = CodeMode.OPEN if turn.mode == CodeMode.OPEN else CodeMode.BLIND
    codes = tuple(c for c in latest.values() if c.row == turn.row and c.mode == seen)
    mentions = offences.narrative_mentions(text, found.words)
    return Shown(text, found.verdicts[0], mentions, own, codes)


def save_code(
    store: Store,
    opened: ReviewFile,
    code: Code,
    *,
    file: str,
    token: str,
    now: datetime,
) -> None:
    """Write down what a coder said of a row; a later code takes its place, and both are kept.

    Parameters
    ----------
    file : str
        Hash of the file that the coder was shown.
    token : str
        Of the form: one that is sent twice is one code.

    Raises
    ------
    NotAllowedNow
        If another file is open by now, or as `turn_of`.
    """
    if file != opened.sha256:
        raise NotAllowedNow(
            "The workbench has another file open than the one you were shown. Nothing was "
            "saved: start again from Narratives."
        )
    turn_of(opened, coding_of(store, opened), code.row, code.mode, code.coder)
    content = {
        "file": opened.sha256,
        "row": code.row,
        "coder": code.coder,
        "label": code.label.value,
        "reason": code.reason,
        "mode": code.mode.value,
        "dictionary": opened.dictionary,
        "definition": DEFINITION,
    }
    store.append_entries(CODES, {token: content}, now=now)


def compare_codes(store: Store, opened: ReviewFile, *, now: datetime) -> int:
    """Close the rows that two have coded, so that their codes can be seen; how many.

    Raises
    ------
    NotAllowedNow
        If there is none.
    """
    coding = coding_of(store, opened)
    rows = [one.row for one in coding.both if one.row not in coding.compared]
    if not rows:
        raise NotAllowedNow("No further row is coded by two coders: there is none to compare.")
    name = f"{opened.sha256[:16]}:{len(coding.compared)}"
    content = {"file": opened.sha256, "rows": rows, "coders": list(coding.coders)}
    store.append_entries(COMPARISONS, {name: content}, now=now)
    return len(rows)


def agreement_of(store: Store, opened: ReviewFile, *, now: datetime) -> Outcome:
    """How well two coders agree, and the rules with them: `peelian offences evaluate`.

    Raises
    ------
    DataError
        If the file is not the one that was opened, or none of its codes were compared.
    """
    _as_opened(opened)
    settings = EvaluateNarrativesSettings(opened.settings.source, coded_in_store=True)
    return evaluate_narratives(store, settings, now=now)


def pieces_of(text: str, mentions: tuple[Mention, ...]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether a word of the rules stands in it."""
    spans = sorted({(e.start, e.end) for one in mentions for e in one.evidence})
    pieces, at = [], 0
    for start, end in spans:
        pieces += [(text[at : max(at, start)], False), (text[max(at, start) : end], True)]
        at = max(at, end)
    return [(piece, marked) for piece, marked in (*pieces, (text[at:], False)) if piece]


def _as_opened(opened: ReviewFile) -> NarrativeFile:
    """The file's rows, if it is byte for byte the one that was opened."""
    file = open_narratives(opened.settings.source)
    if file.sha256 != opened.sha256:
        raise DataError(
            f"{opened.name} has changed since the workbench opened it, so its rows may be "
            "others; its codes are kept. Put the file back as it was, or start the workbench "
            "again to code the file as it is now"
        )
    return file


def _require_may(coding: Coding, mode: CodeMode, coder: str) -> None:
    """Whether this coder may read in this way; NotAllowedNow says why not."""
    offences.require_coder(coder)
    two = coding.coders
    if mode == CodeMode.BLIND and len(two) == 2 and coder not in two:
        raise NotAllowedNow(
            f"{two[0]} and {two[1]} code this file already: kappa is of two coders. A third "
            "reads where the two differ."
        )
    if mode == CodeMode.THIRD and coder in two:
        raise NotAllowedNow(
            f"{coder} is one of the two who coded alone. A third reading is another person's, "
            "or the two's together under a code of its own."
        )
