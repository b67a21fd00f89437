"""Residents by group and area, from a CSV of deciles and age bands."""

import re
from pathlib import Path

import numpy as np

from peelian.sources.contents import open_contents
from peelian.sources.extracts import read_rows
from peelian.sources.parsing import parse_numbers, texts
from peelian.terms import DataError, Floats, Residents, SchemaError

CODE, DECILE = "code", "deprivation_decile"
AGE = re.compile(r"^age_(\d+)_(\d+|up)$")
FIFTHS = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)")


def read_residents(path: str | Path) -> Residents:
    """Residents of areas by age band and by fifth of deprivation.

    Parameters
    ----------
    path : str or Path
        One row an area: ``code``; residents by age in ``age_10_17`` (both ends included) and
        ``age_65_up``; and, where known, ``deprivation_decile``, 1 the most deprived.

    Returns
    -------
    Residents
        Kinds ``age`` and, with deciles, ``deprivation``: everyone who lives in an area counts
        for its fifth.

    Raises
    ------
    SchemaError
        If there is no column of codes, or none of ages.
    DataError
        If a code stands twice, a number is missing or negative, or a decile is none.
    """
    contents = list(open_contents(path))
    if len(contents) != 1:
        raise DataError(f"{path}: holds {len(contents)} files; name one")
    rows = read_rows(contents[0])
    rows.require((CODE,))
    bands = {name: match for name in rows.columns if (match := AGE.match(name))}
    if not bands:
        raise SchemaError(f"{rows.file}: no column of residents by age, such as age_10_17")
    code = tuple(texts(rows.columns[CODE]).to_pylist())
    if len(set(code)) < len(code) or "" in code:
        wrong = next(one for one in code if not one or code.count(one) > 1)
        raise DataError(
            f"{rows.file}: code {wrong!r} is empty or stands twice; one row an area"
        )

    def numbers(name: str, lowest: float, highest: float) -> Floats:
        value = parse_numbers(rows.columns[name]).value
        bad = np.flatnonzero(~((value >= lowest) & (value <= highest)))
        if len(bad):
            raise DataError(
                f"{rows.file}: row {rows.number[bad[0]]}: {name} is not a number from "
                f"{lowest:g}" + (f" to {highest:g}" if highest < np.inf else " up")
            )
        return np.asarray(value, dtype=np.float64)

    groups = {("age", _band(match)): numbers(name, 0, np.inf) for name, match in bands.items()}
    if DECILE in rows.columns:
        everyone = np.sum(list(groups.values()), axis=0)
        fifth = np.ceil(numbers(DECILE, 1, 10) / 2)
        for n, name in enumerate(FIFTHS, start=1):
            groups["deprivation", name] = np.where(fifth == n, everyone, 0.0)
    return Residents(code, groups)


def _band(match: re.Match[str]) -> str:
    first, last = match.groups()
    return f"{first} and over" if last == "up" else f"{first} to {last}"
