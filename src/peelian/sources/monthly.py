"""A series of monthly counts, as ``peelian count --by month`` writes it."""

import csv
import re
from pathlib import Path

import numpy as np

from peelian.terms import DataError, Floats, SchemaError, Texts

MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
LARGEST = 1_000_000  # bytes; ten thousand years of months are fewer


def read_monthly_counts(path: Path) -> tuple[Texts, Floats]:
    """Months (YYYY-MM, in order) and their counts, NaN where empty, of a CSV ``month, n``.

    Raises
    ------
    DataError
        If the file cannot be read, has no months, or a row is wrong; the message names it.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path}: larger than {LARGEST:,} bytes")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a CSV file ({error})") from error
    if not rows:
        raise DataError(f"{path}: no months; give a CSV with the columns month and n")
    if missing := {"month", "n"} - set(rows[0]):
        raise SchemaError(f"{path}: no column {missing.pop()!r}; it has {', '.join(rows[0])}")
    counts: dict[str, float] = {}
    for number, row in enumerate(rows, start=2):
        month = row["month"] or ""
        if not MONTH.fullmatch(month):
            raise DataError(f"{path}, line {number}: month {month!r}; write YYYY-MM")
        if month in counts:
            raise DataError(f"{path}, line {number}: a second row for {month}")
        counts[month] = _count(row["n"], f"{path}, line {number}")
    months = sorted(counts)
    return np.array(months), np.array([counts[month] for month in months])


def _count(text: str | None, where: str) -> float:
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and value == int(value)):
        raise DataError(f"{where}: n is {text!r}; give a whole number, or nothing")
    return value
