"""Weeks of action as people write them down: operations, and what is held of their entries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peelian import operations
from peelian.operations import STRANDS
from peelian.store import Entry, Store
from peelian.terms import (
    Activity,
    NotAllowedNow,
    NotFound,
    Operation,
    ParameterError,
)

OPERATIONS, ACTIVITIES = "operation", "activity"  # kinds of entries in the store


@dataclass(frozen=True)
class Written:
    """One version of an entry, and when it was written down."""

    activity: Activity
    at: datetime


# ---- operations


def create_operation(
    store: Store, texts: Mapping[str, str], *, now: datetime, name: str = ""
) -> Operation:
    """Write an operation down; the same one offered again adds nothing.

    Raises
    ------
    ParameterError
        If something is missing or wrong, or another operation has its short name.
    """
    made, problems = operations.parse_operation(texts, name=name)
    if made is None:
        raise ParameterError(_listed(problems))
    content = {**_operation_json(made), "version": 0}
    try:
        store.append_entries(OPERATIONS, {made.id: content}, now=now)
    except ParameterError:
        raise ParameterError(
            f"an operation {made.id} is held already and differs: give this one another name "
            "or first day, or change that one"
        ) from None
    return made


def change_operation(
    store: Store,
    operation: Operation,
    version: int,
    texts: Mapping[str, str],
    *,
    now: datetime,
) -> Operation:
    """Write down how an operation, as it stood at ``version``, is now; the past is kept.

    Raises
    ------
    ParameterError
        If something is wrong, or entries held would fall outside it.
    NotAllowedNow
        If someone else changed it meanwhile.
    """
    made, problems = operations.parse_operation(texts, name=operation.id)
    if made is None:
        raise ParameterError(_listed(problems))
    for entry in standing_entries(store, operation):
        if not made.first_day <= entry.day <= made.last_day:
            raise ParameterError(
                f"an entry of {entry.day} is held: the days must include it, or withdraw it"
            )
        if entry.strand not in made.strands:
            raise ParameterError(
                f"entries of {STRANDS[entry.strand].title} are held: keep the strand, or "
                "withdraw them"
            )
    content = {**_operation_json(made), "version": version + 1}
    append_version(store, OPERATIONS, made.id, version + 1, content, now=now)
    return made


def texts_of(operation: Operation) -> dict[str, str]:
    """An operation as the texts it can be made from."""
    return {
        "name": operation.name,
        "kind": operation.kind,
        "first_day": operation.first_day.isoformat(),
        "last_day": operation.last_day.isoformat(),
        "area": operation.area,
        "partners": ",".join(operation.partners),
        "strands": ",".join(operation.strands),
        "targets": ",".join(f"{name}={n:g}" for name, n in operation.targets.items()),
        "leads": ",".join(f"{name}={who}" for name, who in operation.leads.items()),
    }


def operations_held(
    store: Store, *, until: datetime | None = None
) -> dict[str, tuple[Operation, int]]:
    """Operations as they stand with how often each was changed, the latest first."""
    found = {}
    for entry in entries_by(store, OPERATIONS, until):
        content = dict(entry.content)
        found[content["id"]] = (_operation_of(content), content["version"])
    newest = sorted(found.items(), key=lambda item: item[1][0].first_day, reverse=True)
    return dict(newest)


def find_operation(
    store: Store, name: str, *, until: datetime | None = None
) -> tuple[Operation, int]:
    """The operation of a short name with how often it was changed; the latest when empty.

    Raises
    ------
    NotFound
        If there is none.
    """
    held = operations_held(store, until=until)
    if not held:
        raise NotFound("no operation is held: make one with `peelian operation create`")
    if name and name not in held:
        raise NotFound(f"no operation {name!r}: the store holds {', '.join(held)}")
    return held[name] if name else next(iter(held.values()))


# ---- entries


def entries_by(store: Store, kind: str, until: datetime | None = None) -> list[Entry]:
    """What was written down of a kind by an instant, to the second."""
    held = store.entries(kind)
    if until is None:
        return list(held)
    last = until.replace(microsecond=0)
    return [entry for entry in held if entry.at.replace(microsecond=0) <= last]


def written(
    store: Store, operation: Operation, *, until: datetime | None = None
) -> list[Written]:
    """Every version of every entry of an operation, in the order written."""
    return written_among(entries_by(store, ACTIVITIES, until), operation)


def written_among(entries: Iterable[Entry], operation: Operation) -> list[Written]:
    """Those of an operation among entries that were read."""
    return [
        Written(_activity_of(entry.content), entry.at)
        for entry in entries
        if entry.content["operation"] == operation.id
    ]


def standing_entries(
    store: Store, operation: Operation, *, until: datetime | None = None
) -> tuple[Activity, ...]:
    """The entries of an operation as they stand after every correction."""
    every = written(store, operation, until=until)
    return operations.standing_activities(one.activity for one in every)


def append_version(
    store: Store, kind: str, name: str, version: int, content: Any, *, now: datetime
) -> None:
    """Write one version down; two people cannot write the same one with other words.

    A version is named by its number, so the second of two corrections at once is refused.
    """
    try:
        store.append_entries(kind, {key_of_version(name, version): content}, now=now)
    except ParameterError:
        if version:
            raise NotAllowedNow(
                "Someone else changed this meanwhile. Nothing was saved: look at it as it is "
                "now, and correct that."
            ) from None
        raise NotAllowedNow(
            "This form was saved already, with other answers. Correct that entry instead."
        ) from None


def key_of_version(name: str, version: int) -> str:
    """Name of one version in the store."""
    return f"{name}.{version}" if version else name


def _listed(problems: Mapping[str, str]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in problems.items())


def _activity_of(content: Mapping[str, Any]) -> Activity:
    return Activity(**{**content, "day": date.fromisoformat(content["day"])})


def _operation_json(operation: Operation) -> dict[str, Any]:
    """An operation as the store keeps it."""
    return {
        "id": operation.id,
        "name": operation.name,
        "kind": operation.kind,
        "first_day": operation.first_day.isoformat(),
        "last_day": operation.last_day.isoformat(),
        "area": operation.area,
        "partners": list(operation.partners),
        "strands": list(operation.strands),
        "targets": dict(operation.targets),
        "leads": dict(operation.leads),
    }


def _operation_of(content: Mapping[str, Any]) -> Operation:
    told = {name: value for name, value in content.items() if name != "version"}
    for name in ("first_day", "last_day"):
        told[name] = date.fromisoformat(told[name])
    return Operation(
        **{**told, "partners": tuple(told["partners"]), "strands": tuple(told["strands"])}
    )
