"""Series to watch, and areas to hold against each other, from a small CSV."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from peelian.terms import DataError, Floats, SchemaError

LARGEST = 5_000_000  # bytes
PERIODS = ("period", "month", "week", "day")


@dataclass(frozen=True, eq=False)
class Watched:
    """Counts by name, in the order of the file; ``expected`` where areas are compared.

    ``counts`` are NaN where not held.
    """

    names: tuple[str, ...]
    counts: Floats
    expected: Floats | None


def read_watched(path: str | Path) -> Watched:
    """A CSV of ``period, n`` (or month, week, day), or of ``area, n, expected``.

    Raises
    ------
    SchemaError
        If it has neither form.
    DataError
        If it cannot be read, has no rows, or a row is wrong; the message names it.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path}: larger than {LARGEST:,} bytes")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a CSV file ({error})") from error
    if not rows:
        raise DataError(f"{path}: no rows; give period and n, or area, n and expected")
    name = next((c for c in (*PERIODS, "area") if c in rows[0]), "")
    wanted = {"n", "expected"} if name == "area" else {"n"}
    if not name or wanted - set(rows[0]):
        raise SchemaError(
            f"{path}: it has {', '.join(map(str, rows[0]))}; give period and n, or area, n "
            "and expected"
        )
    names = tuple((row[name] or "").strip() for row in rows)
    for line, one in enumerate(names, start=2):
        if not one or names.index(one) != line - 2:
            raise DataError(f"{path}, line {line}: {name} {one!r} is empty or stands twice")
    counts = np.array([_number(row["n"], "n", path, i) for i, row in enumerate(rows, 2)])
    expected = None
    if name == "area":
        expected = np.array(
            [_number(row["expected"], "expected", path, i) for i, row in enumerate(rows, 2)]
        )
    return Watched(names, counts, expected)


def _number(text: str | None, column: str, path: Path, line: int) -> float:
    if not text and column == "n":
        return float("nan")
    try:
        value = float(text or "")
    except ValueError:
        value = -1.0
    whole = column == "expected" or value == int(value if np.isfinite(value) else -1)
    if not (0 <= value < 1e12 and whole) or (column == "expected" and value == 0):
        kind = "a whole number, or nothing" if column == "n" else "a number above 0"
        raise DataError(f"{path}, line {line}: {column} is {text!r}; give {kind}")
    return value
