"""Where knife arches may stand: a user's table of sites, or the railway stations bundled.

The stations of Great Britain are those of the National Public Transport Access Nodes (NaPTAN,
Open Government Licence v3.0), undated, of the mid-2010s.
"""

from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.parsing import parse_numbers, texts
from peelian.sources.points import read_points
from peelian.sources.rows import Rows
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    DataError,
    Floats,
    Ingredient,
    Ints,
    ParameterError,
    Sites,
    Texts,
)

YES, NO, TO_ASK = "yes", "no", "to be asked"
STATIONS = Path(__file__).parent / "bundled" / "stations.csv"


def stations_path() -> Path:
    """Railway stations of Great Britain, as CSV: ``code, name, x, y`` in EPSG:27700."""
    return STATIONS


def read_sites(
    path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID, kind: str = "site"
) -> tuple[Sites, Ingredient]:
    """Candidate sites from a table, one a row.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet, GeoJSON or GeoPackage with a column ``name`` and coordinates (longitude
        and latitude, or metres in ``crs``). Further columns, each optional: ``kind``;
        ``footfall``, people an hour; ``people`` and ``kit``, officers and arches it takes (1);
        ``opens`` and ``closes``, HH:MM; ``consent`` of the owner, yes or no; ``suitable``,
        yes, or the reason why not (no power, too narrow).
    crs : str
        Projected CRS wanted.
    kind : str
        What the sites are where the file has no such column.

    Returns
    -------
    sites : Sites
    ingredient : Ingredient

    Raises
    ------
    DataError
        If a row has no name or no place, or a value cannot be right; the message names the
        row. SchemaError if there is no column of names or of coordinates.
    """
    rows, x, y, sha256 = read_points(path, crs=crs)
    rows.require(["name"])
    if rows.malformed:
        bad = rows.malformed[0]
        raise DataError(f"{rows.file}: row {bad.row}: its fields do not fit the header")
    name = _texts(rows, "name", "")
    _require(rows, "name", name != "", name, "give each site a name")
    where = np.isfinite(x) & np.isfinite(y)
    _require(rows, "place", where, name, "it has no coordinates; give them")
    consent = np.char.lower(_texts(rows, "consent", ""))
    _require(rows, "consent", np.isin(consent, ["", YES, NO]), consent, "write yes or no")
    suitable = _texts(rows, "suitable", YES)
    barred = np.where(np.char.lower(suitable) == YES, "", suitable)
    barred = np.where(consent == NO, "no consent", barred)
    people, kit = (_numbers(rows, column, 1, whole=True) for column in ("people", "kit"))
    try:
        sites = Sites(
            name=name,
            kind=_texts(rows, "kind", kind),
            x=x,
            y=y,
            footfall=_numbers(rows, "footfall", np.nan),
            people=people.astype(np.int64),
            kit=kit.astype(np.int64),
            opens=_minutes(rows, "opens", "00:00"),
            closes=_minutes(rows, "closes", "24:00"),
            barred=barred,
            consent=np.where(consent == "", TO_ASK, consent),
        )
    except ParameterError as error:
        raise DataError(f"{rows.file}: {error}") from error
    return sites, Ingredient(str(path), sha256, rows.read, 0, "file")


def _texts(rows: Rows, name: str, default: str) -> Texts:
    """A column of text; the default where it, or the whole column, is missing."""
    if name not in rows.columns:
        return np.full(len(rows), default)
    found = np.array(texts(rows.columns[name]).to_pylist(), dtype=np.str_)
    return np.where(found == "", default, found)


def _numbers(rows: Rows, name: str, default: float, *, whole: bool = False) -> Floats:
    """A column of numbers, zero or more (``whole``: 1 or more); the default where missing."""
    if name not in rows.columns:
        return np.full(len(rows), float(default))
    numbers = parse_numbers(rows.columns[name])
    fine = numbers.missing | (numbers.value >= (1 if whole else 0))
    if whole:
        fine &= numbers.missing | (numbers.value == np.floor(numbers.value))
    advice = "write a whole number, 1 or more" if whole else "write a number, zero or more"
    _require(rows, name, fine, texts(rows.columns[name]).to_pylist(), advice)
    return np.where(numbers.missing, default, numbers.value)


def _minutes(rows: Rows, name: str, default: str) -> Ints:
    """A column of times of day as minutes from midnight; 24:00 is the end of the day."""
    given = _texts(rows, name, default)
    parts = [text.split(":") for text in given]
    fine = np.array([_is_clock(p) for p in parts], dtype=bool)
    _require(rows, name, fine, given, "write a time as HH:MM")
    return np.array([int(h) * 60 + int(m) for h, m in parts], dtype=np.int64)


def _is_clock(parts: list[str]) -> bool:
    """Whether hours and minutes name a time of day, 24:00 included."""
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) <= 2 for p in parts):
        return False
    hours, minutes = int(parts[0]), int(parts[1])
    return minutes < 60 and hours * 60 + minutes <= 24 * 60


def _require(rows: Rows, column: str, fine: Any, values: Any, advice: str) -> None:
    """Raise DataError for the first row that is not fine."""
    bad = np.flatnonzero(~np.asarray(fine))
    if bad.size:
        at = int(bad[0])
        raise DataError(
            f"{rows.file}: row {rows.number[at]}, {column} {str(values[at])!r}: {advice}"
        )
