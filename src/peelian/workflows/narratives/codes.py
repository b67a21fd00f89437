"""Codes of narratives in the store's journal, and who read what: rows by number, never text.

Three kinds of entry, each with the hash of its file: a narrative that was shown, a code that
was given, and rows whose two codes were compared, which can no longer be changed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian import offences
from peelian.offences import Code, CodedRow, CodeLabel, CodeMode
from peelian.store import Store
from peelian.store.journal import Entry
from peelian.terms import Ingredient, ParameterError, Table
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import NarrativeEntriesSettings
from peelian.workflows.weeks.operations import entries_by

READS, CODES, COMPARISONS = "narrative-reads", "narrative-codes", "narrative-comparisons"


def codes_of(store: Store, file: str, until: datetime | None = None) -> list[Code]:
    """Every code of a file, by its hash, in the order given."""
    return [_code(entry.content) for entry in _of(store, CODES, file, until)]


def compared_rows(
    store: Store, file: str, until: datetime | None = None
) -> tuple[CodedRow, ...]:
    """Rows of a file whose two codes were compared, with any third reading."""
    rows = compared_numbers(store, file, until)
    return tuple(
        one for one in offences.coded_rows(codes_of(store, file, until)) if one.row in rows
    )


def compared_numbers(store: Store, file: str, until: datetime | None = None) -> frozenset[int]:
    """Numbers of the rows of a file whose codes were compared."""
    found = _of(store, COMPARISONS, file, until)
    return frozenset(row for entry in found for row in entry.content["rows"])


def decided_labels(
    store: Store, file: str, until: datetime | None = None
) -> dict[int, CodeLabel]:
    """What people decided of rows of a file: knife or not, by row.

    Of an uncertain row the last code given counts; of one coded by two what both said, once
    compared, or the third reading. Rows that nobody can tell are not among them.
    """
    codes = codes_of(store, file, until)
    found = {code.row: code.label for code in codes if code.mode == CodeMode.OPEN}
    for one in compared_rows(store, file, until):
        if one.label is not None:
            found[one.row] = one.label
    return {row: label for row, label in found.items() if label != CodeLabel.UNSURE}


def code_ingredients(store: Store, n: int, *, now: datetime) -> tuple[Ingredient, ...]:
    """What was written down by ``now``: the hashes over all of it, ``n`` rows used."""
    return tuple(
        Ingredient(kind, held[-1].chain, used, 0, "entries")
        for kind, used in ((CODES, n), (COMPARISONS, 0))
        if (held := entries_by(store, kind, now))
    )


def list_codes(
    store: Store | None,
    settings: NarrativeEntriesSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the codes that people gave in the workbench: row, coder, label, reason, when."""
    found = _chosen(store, CODES, settings, now)
    last = {_key(entry.content): entry.id for entry in found}
    columns = ("row", "coder", "label", "reason", "mode", "dictionary", "definition")
    stands = np.array([last[_key(e.content)] == e.id for e in found], dtype=bool)
    table = Table(
        {**_columns(found, columns), "stands": np.where(stands, "yes", "corrected")},
        "Codes of narratives",
    )
    return _listed("offences codes", CODES, found, table, settings, now)


def list_reads(
    store: Store | None,
    settings: NarrativeEntriesSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List who was shown which narrative, for what purpose and when: the audit of reading."""
    found = _chosen(store, READS, settings, now)
    columns = ("row", "coder", "purpose")
    table = Table(_columns(found, columns), "Narratives shown")
    return _listed("offences reads", READS, found, table, settings, now)


def _of(store: Store, kind: str, file: str, until: datetime | None) -> Iterable[Entry]:
    return (e for e in entries_by(store, kind, until) if e.content["file"] == file)


def _code(content: Mapping[str, Any]) -> Code:
    return Code(
        content["row"], content["coder"], CodeLabel(content["label"]),
        CodeMode(content["mode"]), content["reason"],
    )  # fmt: skip


def _key(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a later code of the row takes the place of: blind, the coder's own; else any."""
    coder = content["coder"] if content["mode"] == CodeMode.BLIND else ""
    return content["file"], content["mode"], content["row"], coder


def _chosen(
    store: Store | None, kind: str, settings: NarrativeEntriesSettings, now: datetime
) -> list[Entry]:
    if store is None:
        raise ParameterError("say with --store which store holds the codes")
    return [
        entry
        for entry in entries_by(store, kind, now)
        if entry.content["file"].startswith(settings.file_hash)
    ]


def _columns(found: list[Entry], names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """What entries say, when each was written, and about which file."""
    columns: dict[str, NDArray[Any]] = {
        name: np.array(
            [entry.content[name] for entry in found],
            dtype=np.int64 if name == "row" else np.str_,
        )
        for name in names
    }
    columns["at"] = np.array([e.at.isoformat(timespec="seconds") for e in found], np.str_)
    columns["file"] = np.array([e.content["file"] for e in found], np.str_)
    return columns


def _listed(
    job: str,
    kind: str,
    found: list[Entry],
    table: Table,
    settings: NarrativeEntriesSettings,
    now: datetime,
) -> Outcome:
    used = (Ingredient(kind, found[-1].chain, len(found), 0, "entries"),) if found else ()
    record = record_of(job, settings, used, method="as written down", seed=None, now=now)
    return Outcome(table, record)
