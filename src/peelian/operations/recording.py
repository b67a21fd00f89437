"""From what was filled in to the values of an entry, or to what is wrong with each field."""

import math
import re
from collections.abc import Mapping
from datetime import date

from peelian.terms import Field, FieldKind, ParameterError, Strand

PLACE_LENGTH = 40
_PLACE = re.compile(r"[^\W\d_][\w .,'\u2019&()/-]*")
_PERSON = re.compile(
    r"(mr|mrs|ms|miss|dr|master)\b|\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.I
)


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
    if not _PLACE.fullmatch(name) or _PERSON.search(name) or re.search(r"\d{3}", name):
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


def _asked(field: Field) -> str:
    """What to say of a field that must be filled in."""
    kinds = {FieldKind.CHOICE: "Choose an answer", FieldKind.PLACE: "Give the name of a place"}
    return kinds.get(field.kind, "Give a number, 0 if there were none")


def _listed(strand: Strand) -> str:
    """Names of a form's fields."""
    return ", ".join(field.name for field in strand.fields)
