"""From what was filled in to the values of an entry, or to what is wrong with each field."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from peelian.operations.activities import require_operation
from peelian.operations.strands import STRANDS
from peelian.terms import (
    OPERATION_KINDS,
    PARTNERS,
    Field,
    FieldKind,
    Operation,
    ParameterError,
    Strand,
)

PLACE_LENGTH, NAME_LENGTH = 40, 60  # letters
LONGEST = 31  # days of an operation: a week of action, or a month of it
_PLACE = re.compile(r"[^\W\d_][\w .,'\u2019&()/-]*")
_ROAD = re.compile(r"\b[ABM]\d{1,4}\b")  # such as A127
_PERSON = re.compile(r"\b(mr|mrs|ms|miss)\b|\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.I)


def parse_activity(
    strand: Strand, texts: Mapping[str, str]
) -> tuple[dict[str, float | str], dict[str, str]]:
    """Values of an entry from its texts by field, and what is wrong, by field.

    Parameters
    ----------
    strand : Strand
    texts : mapping
        As filled in; empty is not known, which is not zero.

    Returns
    -------
    values : dict
        Numbers and texts of the fields that were given and are right.
    problems : dict
        What to say of each field that is not, in the order of the form; empty when the entry
        can be kept.

    Notes
    -----
    A part is never above its whole, and is refused without it. Only numbers, choices from a
    list, days and short names of places get through, so that no entry can describe a person.
    """
    values: dict[str, float | str] = {}
    problems: dict[str, str] = {}
    known = {field.name for field in strand.fields}
    for name in texts:
        if name not in known:
            problems[name] = f"{strand.name} has no field {name!r}: it has {_listed(strand)}"
    for field in strand.fields:
        text = str(texts.get(field.name, "")).strip()
        try:
            if text:
                values[field.name] = parse_field(field, text)
            elif field.required:
                raise ParameterError(_asked(field))
        except ParameterError as error:
            problems[field.name] = str(error)
    for name, problem in _out_of_proportion(strand, values).items():
        problems.setdefault(name, problem)
    order = [field.name for field in strand.fields]
    ordered = sorted(problems, key=lambda n: order.index(n) if n in order else -1)
    return values, {name: problems[name] for name in ordered}


def parse_field(field: Field, text: str) -> float | str:
    """The value of one field; ParameterError says what to give instead."""
    if field.is_number:
        return _number(field, text)
    if field.kind is FieldKind.CHOICE:
        if text not in dict(field.choices):
            allowed = ", ".join(value for value, _ in field.choices)
            raise ParameterError(f"{text!r} is not in the list: choose one of {allowed}")
        return text
    if field.kind is FieldKind.DAY:
        return parse_day(text).isoformat()
    return parse_place(text)


def parse_place(text: str) -> str:
    """The name of a place; ParameterError for an address, or what looks like a person.

    Examples
    --------
    >>> parse_place("Basildon bus station")
    'Basildon bus station'
    """
    name = " ".join(text.split())
    if len(name) > PLACE_LENGTH:
        raise ParameterError(f"give a name of {PLACE_LENGTH} letters at most, and no more")
    if (
        not _PLACE.fullmatch(name)
        or _PERSON.search(name)
        or re.search(r"\d{3}", _ROAD.sub("", name))
    ):
        raise ParameterError(
            "give the name of a place, such as Basildon bus station: no address, no person"
        )
    return name


def parse_day(text: str) -> date:
    """A day written as YYYY-MM-DD; ParameterError for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ParameterError(
            f"{text!r} is not a day: write it as YYYY-MM-DD, such as 2025-12-01"
        ) from None


def parse_operation(
    texts: Mapping[str, str], *, name: str = ""
) -> tuple[Operation | None, dict[str, str]]:
    """An operation from its texts, and what is wrong, by field.

    Parameters
    ----------
    texts : mapping
        ``name, kind, first_day, last_day, area``; ``partners`` and ``strands`` by commas,
        every strand when empty; ``targets`` and ``leads`` as ``strand=value`` by commas.
    name : str
        The short name it is known by; made from its name and first day when empty.

    Returns
    -------
    operation : Operation or None
        None unless all is right.
    problems : dict
    """
    problems: dict[str, str] = {}

    def parsed(field: str, parse: Callable[[str], Any], otherwise: Any = None) -> Any:
        text = str(texts.get(field, "")).strip()
        try:
            return parse(text)
        except ParameterError as error:
            problems[field] = str(error) if text else _MISSING.get(field, str(error))
            return otherwise

    title = parsed("name", _parse_name, "")
    kind = parsed("kind", lambda text: _among(text, OPERATION_KINDS))
    first, last = parsed("first_day", parse_day), parsed("last_day", parse_day)
    area = parsed("area", parse_place)
    partners = parsed("partners", lambda text: _listed_among(text, PARTNERS))
    strands = parsed("strands", lambda t: _listed_among(t, _TITLES) or tuple(STRANDS), ())
    targets = parsed("targets", lambda text: _by_strand(text, _target))
    leads = parsed("leads", lambda text: _by_strand(text, lambda t: _among(t, PARTNERS)))
    if first and last and not 0 <= (last - first).days < LONGEST:
        problems["last_day"] = (
            f"{last} is not from the first day, {first}, to {LONGEST} days on"
        )
    if problems:
        return None, problems
    made = Operation(
        name or f"{_SLUG.sub('-', title.lower()).strip('-')}-{first}", title, kind, first,
        last, area, partners or ("police",), strands, targets, leads,
    )  # fmt: skip
    try:
        require_operation(made)
    except ParameterError as error:
        return None, {"targets": str(error)}
    return made, {}


def _number(field: Field, text: str) -> float:
    """A number of a field, zero or more and no larger than can be believed."""
    whole = field.kind is FieldKind.COUNT
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (whole and value != math.floor(value)):
        raise ParameterError(f"{text!r} is not a {'whole ' if whole else ''}number")
    if value < 0:
        raise ParameterError(f"{text} is below zero: give 0 or more")
    if value > field.most:
        raise ParameterError(f"{text} cannot be: give {field.most:,g} at most")
    return value


def _out_of_proportion(strand: Strand, values: Mapping[str, float | str]) -> dict[str, str]:
    """What is wrong between fields: a part above its whole, or without it."""
    problems = {}
    for field in strand.fields:
        part = values.get(field.name)
        if not field.within or part is None:
            continue
        whole, label = values.get(field.within), strand.field(field.within).label
        if whole is None:
            problems[field.name] = f"give “{label}” first: this is a part of it"
        elif float(part) > float(whole):
            problems[field.name] = f"{part:g} is more than “{label}”, {whole:g}"
    for name, parts in strand.parts:
        total = sum(float(values.get(part, 0)) for part in parts)
        if name in values and total > float(values[name]):
            last = [part for part in parts if part in values][-1]
            problems.setdefault(
                last,
                f"with the others of its kind it makes {total:g}, more than "
                f"“{strand.field(name).label}”, {values[name]:g}",
            )
    return problems


_TITLES = tuple((strand.name, strand.title) for strand in STRANDS.values())
_SLUG = re.compile(r"[^a-z0-9]+")
_MISSING = {
    "name": "Give the operation a name, such as Op Sceptre",
    "kind": "Choose the kind of operation",
    "first_day": "Give the first day, as YYYY-MM-DD",
    "last_day": "Give the last day, as YYYY-MM-DD",
    "area": "Give the area, such as Essex",
}


def _parse_name(text: str) -> str:
    """What an operation is called."""
    name = " ".join(text.split())
    if len(name) > NAME_LENGTH or not _PLACE.fullmatch(name) or _PERSON.search(name):
        raise ParameterError(f"give a name of {NAME_LENGTH} letters and digits at most")
    return name


def _among(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """The text, if it is one of the values."""
    if text not in dict(pairs):
        raise ParameterError(
            f"{text!r} is not in the list: choose from {', '.join(dict(pairs))}"
        )
    return text


def _listed_among(text: str, pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Values by commas, in the order of the list."""
    named = {_among(one.strip(), pairs) for one in text.split(",") if one.strip()}
    return tuple(value for value, _ in pairs if value in named)


def _by_strand(text: str, parse: Callable[[str], Any]) -> dict[str, Any]:
    """``strand=value`` by commas."""
    found = {}
    for one in filter(str.strip, text.split(",")):
        name, equals, value = one.partition("=")
        if not equals:
            raise ParameterError(f"{one.strip()!r}: write strand=value, such as sweeps=22")
        found[_among(name.strip(), _TITLES)] = parse(value.strip())
    return found


def _target(text: str) -> float:
    """How much of a strand is planned."""
    try:
        return float(text)
    except ValueError:
        raise ParameterError(f"target {text!r} is not a number") from None


def _asked(field: Field) -> str:
    """What to say of a field that must be filled in."""
    kinds = {FieldKind.CHOICE: "Choose an answer", FieldKind.PLACE: "Give the name of a place"}
    return kinds.get(field.kind, "Give a number, 0 if there were none")


def _listed(strand: Strand) -> str:
    """Names of a form's fields."""
    return ", ".join(field.name for field in strand.fields)
