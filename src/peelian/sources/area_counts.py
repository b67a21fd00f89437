"""Counts by area and period from a CSV that anyone can write: ``area, period, n`` and more."""

import csv
from datetime import date
from itertools import product

import numpy as np

from peelian.terms import AreaCounts, Bools, DataError, Role, SchemaError

LARGEST = 20_000_000  # bytes; a hundred spots by day for ten years are fewer
NEEDED = ("area", "period", "n")
KNOWN = (
    *NEEDED,
    "role",
    "treated",
    "pair",
    "exposure",
    "size",
    "offence",
    "harm",
    "probability",
)
WORDS = {"buffer": Role.TREATED_BUFFER, **{str(role): role for role in Role}}
YES, NO = ("1", "yes", "true"), ("0", "no", "false", "")
BEFORE, AFTER = "before", "after"

Rows = list[dict[str, str]]


def parse_area_counts(name: str, text: str) -> AreaCounts:
    """Counts of areas over periods.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
        A CSV with a row for each area and period (and offence): ``area, period, n`` and, as
        the design needs, ``role`` (treated, control, treated-buffer, control-buffer),
        ``treated`` (1 where and when there was action), ``pair``, ``exposure``, ``size``,
        ``offence``, ``harm`` (days an offence of the row's kind counts for) and
        ``probability`` (with which the area was drawn for treatment).

    Returns
    -------
    AreaCounts
        Periods in order of time; ``after`` from the first treated one on. Periods in which an
        ``n`` is empty are not held, and left out. ``treated`` is all false when nothing in the
        file says when the action was.

    Raises
    ------
    SchemaError
        If a column is missing or unknown.
    DataError
        If a row is wrong, stands twice or is missing; the message names the line or the row.
    """
    rows = _rows(name, text)
    areas = tuple(dict.fromkeys(row["area"] for row in rows))
    kinds = tuple(dict.fromkeys(row.get("offence", "") for row in rows))
    periods = _in_order(name, {row["period"] for row in rows})
    shape = (len(kinds), len(areas), len(periods))
    counts, exposure = np.full(shape, np.inf), np.ones(shape[1:])
    treated = np.zeros(shape[1:], dtype=np.bool_)
    drawn = np.zeros(shape[1:]) if "probability" in rows[0] else None
    at = [{value: i for i, value in enumerate(values)} for values in (kinds, areas, periods)]
    harm = np.full(len(kinds), np.nan)
    for line, row in enumerate(rows, start=2):
        where = f"{name}, line {line}"
        k, a, t = (
            index[value]
            for index, value in zip(
                at, (row.get("offence", ""), row["area"], row["period"]), strict=True
            )
        )
        if counts[k, a, t] != np.inf:
            raise DataError(f"{where}: a second row for {row['area']}, {row['period']}")
        counts[k, a, t] = _count(row["n"], where)
        treated[a, t] |= _flag(row.get("treated", ""), where)
        exposure[a, t] = _number(row.get("exposure") or "1", "exposure", where)
        if drawn is not None:
            drawn[a, t] = _share(row["probability"] or "0", where)
        if row.get("harm"):
            harm[k] = _number(row["harm"], "harm", where)
    for k, a, t in product(*map(range, shape)):
        if counts[k, a, t] == np.inf:
            raise DataError(
                f"{name}: no row for {areas[a]}, {periods[t]}{kinds[k] and f', {kinds[k]}'}: "
                "write n 0 where nothing happened, and leave n empty where it is not held"
            )
    first = np.flatnonzero(treated.any(axis=0))
    after = np.arange(len(periods)) >= (first[0] if len(first) else len(periods))
    if set(periods) == {BEFORE, AFTER}:
        after = np.array([False, True])
    found = AreaCounts(
        areas,
        _roles(name, rows, areas, treated),
        _one_each(name, rows, areas, "pair"),
        periods,
        after,
        kinds,
        counts,
        treated,
        exposure,
        np.array([
            _number(size, "size", name) if size else np.nan
            for size in _one_each(name, rows, areas, "size")
        ]),
        harm,
        drawn,
    )  # fmt: skip
    held = np.isfinite(found.counts.sum(axis=0))
    if not held.any():
        raise DataError(f"{name}: no period is held: every one has an empty n")
    return found.during(held)


def _rows(name: str, text: str) -> Rows:
    """The rows, stripped, their columns checked."""
    if len(text) > LARGEST:
        raise DataError(f"{name}: larger than {LARGEST:,} bytes")
    try:
        reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(), strict=True)
        columns = [(column or "").strip().lower() for column in reader.fieldnames or ()]
        rows = [list(row.items()) for row in reader]
    except csv.Error as error:
        raise DataError(f"{name}: not a CSV file ({error})") from error
    if missing := [column for column in NEEDED if column not in columns]:
        raise SchemaError(
            f"{name}: no column {', '.join(missing)}; it has {', '.join(columns) or 'none'}. "
            "Write area, period, n, and role or treated"
        )
    if unknown := [column for column in columns if column not in KNOWN]:
        raise SchemaError(
            f"{name}: unknown column {', '.join(unknown)}; known are {', '.join(KNOWN)}"
        )
    if not rows:
        raise DataError(f"{name}: no rows under its header")
    found = []
    for line, row in enumerate(rows, start=2):
        if len(row) != len(columns) or any(value is None for _, value in row):
            raise DataError(f"{name}, line {line}: {len(columns)} values are expected")
        values = dict(zip(columns, (value.strip() for _, value in row), strict=True))
        for column in ("area", "period"):
            if not values[column]:
                raise DataError(f"{name}, line {line}: {column} is empty")
        found.append(values)
    return found


def _in_order(name: str, labels: set[str]) -> tuple[str, ...]:
    """Periods in order of time: before and after, dates, months or numbers."""
    if labels <= {BEFORE, AFTER}:
        return tuple(sorted(labels, reverse=True))
    for rank in (_day, float):
        try:
            return tuple(sorted(labels, key=rank))
        except ValueError:
            continue
    odd = sorted(labels)[0]
    raise DataError(
        f"{name}: period {odd!r} and others are not of one kind: write all as YYYY-MM-DD, "
        "YYYY-MM, numbers, or before and after"
    )


def _day(label: str) -> date:
    return date.fromisoformat(label if len(label) > 7 else f"{label}-01")


def _roles(name: str, rows: Rows, areas: tuple[str, ...], treated: Bools) -> tuple[Role, ...]:
    """The role of each area: as written, else treated if it ever had the action."""
    written = _one_each(name, rows, areas, "role")
    found = []
    for area, word, ever in zip(areas, written, np.any(treated, axis=1).tolist(), strict=True):
        if word and word.lower() not in WORDS:
            raise DataError(
                f"{name}: area {area} has the role {word!r}: give {', '.join(map(str, Role))}"
            )
        role = WORDS[word.lower()] if word else Role.TREATED if ever else Role.CONTROL
        if ever and role is not Role.TREATED:
            raise DataError(
                f"{name}: area {area} has the role {role} and treated 1: an area that had "
                "the action is treated"
            )
        found.append(role)
    if Role.TREATED not in found:
        raise DataError(
            f"{name}: no area is treated: say so in a column role, or treated (1 or 0)"
        )
    return tuple(found)


def _one_each(name: str, rows: Rows, areas: tuple[str, ...], column: str) -> tuple[str, ...]:
    """What a column says of each area, which must be the same in all its rows."""
    said: dict[str, str] = {}
    for row in rows:
        value = row.get(column, "")
        if said.setdefault(row["area"], value) != value:
            raise DataError(
                f"{name}: area {row['area']} has the {column} {said[row['area']]!r} in one "
                f"row and {value!r} in another: give one"
            )
    return tuple(said[area] for area in areas)


def _count(text: str, where: str) -> float:
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (0 <= value < 1e12 and value == int(value)):
        raise DataError(f"{where}: n is {text!r}; give a whole number, or nothing")
    return value


def _number(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise DataError(f"{where}: {column} is {text!r}; give a number above 0")
    return value


def _share(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise DataError(f"{where}: probability is {text!r}; give 0 to 1")
    return value


def _flag(text: str, where: str) -> bool:
    word = text.lower()
    if word not in (*YES, *NO):
        raise DataError(f"{where}: treated is {text!r}; give 1 or 0")
    return word in YES
