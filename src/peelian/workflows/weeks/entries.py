"""Entries of a week of action: checked, written down whole or not at all, corrected."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from peelian import operations, sources
from peelian.operations import STRANDS
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    PARTNERS,
    Activity,
    DataError,
    NotFound,
    Operation,
    ParameterError,
)
from peelian.workflows.weeks.operations import (
    ACTIVITIES,
    append_version,
    key_of_version,
    written,
)

ABOUT = ("strand", "day", "partner", "id", "replaces")  # what a row says beside its form
ID = re.compile(r"[A-Za-z0-9-]{0,40}")
MOST_TOLD = 20  # problems of a file that are listed


@dataclass(frozen=True)
class Offered:
    """An entry as it is offered: the texts of its form, and what it is.

    ``id`` makes a form that is sent twice one entry. ``replaces`` names an entry that this
    one corrects, as it stood at ``version``; ``withdrawn`` takes that entry back.
    """

    texts: Mapping[str, str]
    strand: str
    day: str
    partner: str = ""
    id: str = ""
    replaces: str = ""
    version: int = 0
    withdrawn: bool = False


def check_entry(
    operation: Operation, offered: Offered, *, now: datetime
) -> tuple[Activity | None, dict[str, str]]:
    """The entry that is offered, or what is wrong with each field of it."""
    strand = STRANDS.get(offered.strand)
    if strand is None or strand.name not in operation.strands:
        told = ", ".join(operation.strands)
        return None, {"strand": f"no strand {offered.strand!r} in this operation: {told}"}
    texts = {} if offered.withdrawn else offered.texts
    values, problems = operations.parse_activity(strand, texts)
    if offered.withdrawn:
        problems = {}
    day = _day(operation, offered.day, now=now, problems=problems)
    partner = offered.partner or operation.leads.get(strand.name, strand.partner)
    if partner not in dict(PARTNERS):
        problems["partner"] = f"{partner!r} is not in the list: {', '.join(dict(PARTNERS))}"
    if problems or day is None:
        return None, problems
    version = offered.version + 1 if offered.replaces else 0
    name = offered.replaces or offered.id
    return Activity(
        name, operation.id, strand.name, day, partner, values, version, offered.withdrawn
    ), {}


def record_entry(
    store: Store, operation: Operation, offered: Offered, *, now: datetime
) -> tuple[Activity | None, dict[str, str]]:
    """Write one entry down, or say what is wrong with each field of it.

    Raises
    ------
    NotAllowedNow
        If the entry it corrects was corrected meanwhile, or its form was sent already with
        other answers.
    NotFound
        If it corrects an entry that is not held.
    """
    entry, problems = check_entry(operation, offered, now=now)
    if entry is None:
        return None, problems
    if offered.replaces:
        current = _current(store, operation, offered.replaces)
        if current.strand != entry.strand:
            raise ParameterError(f"entry {entry.id} is of {current.strand}: it stays so")
    append_version(store, ACTIVITIES, entry.id, entry.version, _content(entry), now=now)
    return entry, {}


def record_file(
    store: Store, operation: Operation, path: str | Path, *, now: datetime
) -> tuple[int, int]:
    """Write down every row of a file, or none; how many are new, and held already.

    Raises
    ------
    DataError
        With the number of each row that is wrong, and why.
    """
    file = Path(path).name
    return record_rows(store, operation, sources.read_entries(path), file=file, now=now)


def record_rows(
    store: Store,
    operation: Operation,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    *,
    file: str,
    now: datetime,
) -> tuple[int, int]:
    """Write down every row, or none; how many are new, and how many were held already.

    A row is an entry: ``strand``, ``day``, the fields of the form, and perhaps ``partner``,
    ``id`` and ``replaces``. Without an id it is known by all it says, and the second of two
    rows alike is another entry.
    """
    wrong: list[str] = []
    contents: dict[str, Mapping[str, Any]] = {}
    alike: Counter[str] = Counter()
    held = 0
    versions = {w.activity.id: w.activity for w in written(store, operation)}
    for number, row in rows:
        offered = _offered(operation, row, versions)
        if not ID.fullmatch(str(row.get("id", ""))):
            wrong.append(f"row {number}: id: use letters, digits and hyphens, 40 at most")
        entry, problems = check_entry(operation, offered, now=now)
        if offered.replaces and offered.replaces not in versions:
            problems = {"replaces": f"no entry {offered.replaces!r} is held"}
        if problems or entry is None:
            wrong += [f"row {number}: {name}: {text}" for name, text in problems.items()]
            continue
        if offered.replaces and same(entry, versions[entry.id]):
            held += 1  # the same correction, offered again
            continue
        name = entry.id or _name_of(entry, alike)
        key = key_of_version(name, entry.version)
        if key in contents:
            wrong.append(f"row {number}: id: {name!r} stands in an earlier row too")
        contents[key] = _content(entry) | {"id": name}
    if wrong:
        more = len(wrong) - MOST_TOLD
        told = "\n".join(wrong[:MOST_TOLD]) + (f"\nand {more} more" if more > 0 else "")
        raise DataError(f"{file}: nothing was recorded, because of\n{told}")
    try:
        new = store.append_entries(ACTIVITIES, contents, now=now)
    except ParameterError as error:
        raise DataError(
            f"{file}: nothing was recorded: {error}; to correct an entry give its id under "
            "replaces"
        ) from None
    return len(new), held + len(contents) - len(new)


def withdraw_entry(store: Store, operation: Operation, name: str, *, now: datetime) -> int:
    """Take an entry back: it counts for nothing, and is kept. One, or none if it was so.

    Raises
    ------
    NotFound
        If there is no such entry.
    """
    current = _current(store, operation, name)
    if current.withdrawn:
        return 0
    offered = Offered(
        {}, current.strand, current.day.isoformat(), current.partner,
        replaces=name, version=current.version, withdrawn=True,
    )  # fmt: skip
    record_entry(store, operation, offered, now=now)
    return 1


def _offered(
    operation: Operation, row: Mapping[str, str], versions: Mapping[str, Activity]
) -> Offered:
    """A row as an entry that is offered."""
    texts = {name: text for name, text in row.items() if name not in ABOUT}
    about = {name: str(row.get(name, "")).strip() for name in ABOUT}
    held = versions.get(about["replaces"])
    return Offered(
        texts,
        strand=about["strand"],
        day=about["day"],
        partner=about["partner"],
        id=f"{operation.id}:{about['id']}" if about["id"] else "",
        replaces=about["replaces"],
        version=held.version if held else 0,
    )


def same(one: Activity, other: Activity) -> bool:
    """Whether two versions of an entry say the same."""
    return replace(one, version=other.version) == other


def _name_of(entry: Activity, alike: Counter[str]) -> str:
    """A name for an entry without one, from all that it says and how often it was said."""
    said = json.dumps(_content(entry), sort_keys=True)
    alike[said] += 1
    digest = hashlib.sha256(f"{said} {alike[said]}".encode()).hexdigest()
    return f"{entry.operation}:{digest[:16]}"


def _current(store: Store, operation: Operation, name: str) -> Activity:
    """The last version of an entry."""
    found = [w.activity for w in written(store, operation) if w.activity.id == name]
    if not found:
        raise NotFound(f"no entry {name!r} of {operation.id} is held")
    return found[-1]


def _day(
    operation: Operation, text: str, *, now: datetime, problems: dict[str, str]
) -> date | None:
    """The day of an entry; what is wrong with it is put among the problems."""
    today = now.astimezone(ZoneInfo(LOCAL_ZONE)).date()
    try:
        day = operations.parse_day(text) if text else None
    except ParameterError as error:
        problems["day"] = str(error)
        return None
    if day is None:
        problems["day"] = "Choose the day"
    elif not operation.first_day <= day <= operation.last_day:
        problems["day"] = (
            f"{day} is not a day of the operation, {operation.first_day} to "
            f"{operation.last_day}"
        )
    elif day > today:
        problems["day"] = f"{day} is still to come: record it when it is done"
    return day


def _content(entry: Activity) -> dict[str, Any]:
    """An entry as the store keeps it."""
    return {
        "id": entry.id,
        "operation": entry.operation,
        "strand": entry.strand,
        "day": entry.day.isoformat(),
        "partner": entry.partner,
        "values": dict(entry.values),
        "version": entry.version,
        "withdrawn": entry.withdrawn,
    }
