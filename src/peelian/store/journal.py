"""What people write down: entries that are only ever added, never changed.

A drawn box, a visit reported, an activity of a week of action, a registered design. What
stands now is worked out from the entries in order, so who decided what, when, is kept. Each
entry carries a hash over all before it: an entry altered, taken out or put in later shows.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from peelian.store.files import write_file
from peelian.terms import ParameterError, StoreError

A_FILE = 1000  # entries in one file, which is rewritten whole for each that is added
_KIND = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Entry:
    """One thing written down: its name, when it was written, and what it says (JSON)."""

    id: str
    at: datetime
    content: Mapping[str, Any] = field(hash=False)
    chain: str = field(repr=False)


def read_entries(lake: Path, kind: str) -> tuple[Entry, ...]:
    """Every entry of a kind in the order written; StoreError if one was altered."""
    found, chain = [], _start(kind)
    for file in _files(lake, kind):
        for line in file.read_bytes().splitlines():
            entry = _parse(file, line)
            chain = _chain(chain, entry.id, entry.at, entry.content)
            if entry.chain != chain:
                raise StoreError(
                    f"{file}: entry {entry.id} or one before it was altered or taken out; "
                    "restore the folder from a backup"
                )
            found.append(entry)
    return tuple(found)


def read_heads(lake: Path, prefix: str) -> dict[str, str]:
    """The last hash of every kind whose name begins so: it stands for all entries before."""
    heads = {}
    for folder in sorted((lake / "journal").glob(f"{prefix}*")):
        files = list(_files(lake, folder.name))
        if files:
            line = files[-1].read_bytes().splitlines()[-1]
            heads[folder.name] = _parse(files[-1], line).chain
    return heads


def append_entries(
    lake: Path, kind: str, contents: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> tuple[Entry, ...]:
    """Write entries down, all or none; return those that were not held already.

    The same name with the same content, offered again, adds nothing: a phone may send twice.
    """
    if not _KIND.fullmatch(kind):
        raise ParameterError(f"journal {kind!r}: use small letters, digits and hyphens")
    if now.tzinfo is None:
        raise ParameterError(f"now is {now}, without a time zone; give an aware time")
    held = read_entries(lake, kind)
    said = {entry.id: entry.content for entry in held}
    chain = held[-1].chain if held else _start(kind)
    new = []
    for name, content in contents.items():
        plain = _plain(kind, name, content)
        if name in said:
            if said[name] != plain:
                raise ParameterError(f"{kind} {name!r} is written down already, otherwise")
            continue
        chain = _chain(chain, name, now, plain)
        new.append(Entry(name, now, plain, chain))
    if new:
        _add(lake, kind, new)
    return tuple(new)


def _plain(kind: str, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What reading it back will give."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"{kind} {name!r} cannot be written as JSON ({error}); give text, finite numbers, "
            "lists and mappings"
        ) from error
    return plain


def _add(lake: Path, kind: str, new: list[Entry]) -> None:
    """Put entries at the end of the last file, or in a new one when that is full.

    One file is replaced as a whole, so that a crash leaves all of ``new`` or none.
    """
    files = list(_files(lake, kind))
    last = files[-1].read_text(encoding="utf-8") if files else ""
    number = max(len(files), 1)
    if last.count("\n") >= A_FILE:
        last, number = "", number + 1
    lines = "".join(
        json.dumps(
            {"id": e.id, "at": e.at.isoformat(), "content": e.content, "chain": e.chain},
            ensure_ascii=False,
        )
        + "\n"
        for e in new
    )
    write_file(lake / "journal" / kind / f"{number:06d}.jsonl", (last + lines).encode())


def _files(lake: Path, kind: str) -> Iterator[Path]:
    """The files of a kind in order; StoreError if one is missing."""
    files = sorted((lake / "journal" / kind).glob("[0-9]*.jsonl"))
    for number, file in enumerate(files, start=1):
        if file.name != f"{number:06d}.jsonl":
            raise StoreError(f"{file.parent}: file {number:06d}.jsonl is missing; restore it")
        yield file


def _parse(file: Path, line: bytes) -> Entry:
    """One line as an entry."""
    try:
        read = json.loads(line)
        at = datetime.fromisoformat(read["at"])
        return Entry(read["id"], at, read["content"], read["chain"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file}: a line is damaged; restore it from a backup") from error


def _start(kind: str) -> str:
    """What the first entry's hash goes on from."""
    return hashlib.sha256(f"peelian journal 1 {kind}".encode()).hexdigest()


def _chain(before: str, name: str, at: datetime, content: Mapping[str, Any]) -> str:
    """Hash of an entry and all before it."""
    said = json.dumps([before, name, at.isoformat(), content], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
