"""Published figures by police force, and hospital admissions by region from a user's file.

Licences and what was changed stand in bundled/figures/README.md, beside the files.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.workbooks import read_sheets
from peelian.terms import DataError, SchemaError, Table

PAGE = "https://www.gov.uk/government/statistics/police-recorded-crime-open-data-tables"
LICENCE = "Open Government Licence v3.0; see bundled/figures/README.md"
COLUMN_MAP = {
    "force": "Force_Name",
    "group": "Offence_Group",
    "subgroup": "Offence_Subgroup",
    "category": "Policeuk_Cat",
    "n": "Number_of_Offences",
}
FOLDER = Path(__file__).parent / "bundled" / "figures"
RECORDED_YEAR = "2017/18"
RESIDENTS_OF = ("mid2017", "mid2019", "mid2020")
QUARTERS = ("q1", "q2", "q3", "q4")
TEXTS = {
    *("force", "region", "group", "subgroup", "category", "year"),
    *("series", "forces", "from_year", "note", "source"),
}

ADMISSIONS_SHEET = "GOR-Data-Totals"
REGIONS = (
    "East Midlands", "East of England", "London", "North East", "North West", "South East",
    "South West", "West Midlands", "Yorkshire and the Humber",
)  # fmt: skip
MONTHS = (
    "April", "May", "June", "July", "August", "September", "October", "November", "December",
    "January", "February", "March",
)  # fmt: skip


@lru_cache(maxsize=1)
def force_residents() -> Table:
    """The 43 forces: ``force, region``, residents at three mid-years, ``km2``, two ages."""
    return _read("forces.csv", "Police forces of England and Wales")


@lru_cache(maxsize=1)
def recorded_crime() -> Table:
    """Recorded crime of 2017/18: ``force, group, subgroup, category, q1`` to ``q4``.

    Bodies that record fraud, and the British Transport Police, are among the forces; none of
    them has residents.
    """
    return _read("recorded_crime_2017_18.csv", "Police recorded crime 2017/18")


@lru_cache(maxsize=1)
def knife_offences() -> Table:
    """Offences with a knife or sharp instrument: ``force, year, quarter, n`` and its parts.

    ``n`` is ``other + injury + homicide``; 44 quarters of 42 forces, 2008/09 to 2018/19.
    """
    return _read("knife_offences.csv", "Knife offences by force and quarter")


@lru_cache(maxsize=1)
def recording_changes() -> Table:
    """Changes in what is counted or how: ``series, forces, from_year, note, source``.

    ``series`` is ``recorded``, ``knife`` or ``admissions``; ``forces`` a name or ``all``.
    """
    return _read("definition_changes.csv", "Changes of definition and recording")


def _read(name: str, title: str) -> Table:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {
        column: np.array([row[column] for row in rows])
        if column in TEXTS
        else np.array([float(row[column]) for row in rows])
        for column in rows[0]
    }
    return Table(columns, title)


def read_admissions(path: str | Path) -> Table:
    """Hospital admissions for assault with a sharp object, by English region and month.

    Parameters
    ----------
    path : str or Path
        The workbook of NHS Digital's tabulation: its sheet ``GOR-Data-Totals`` has a year and
        a month down the side and, across, two columns a region, FAEs and FCEs.

    Returns
    -------
    Table
        ``region, year, month, n``: ``year`` the financial year (``2012/13``), ``month`` as
        YYYY-MM, ``n`` the finished admission episodes, rounded to the nearest 5 by the
        publisher, NaN where 1 to 7 were withheld. Admissions, not people.

    Raises
    ------
    ParameterError
        If the file cannot be read.
    SchemaError
        If it is another workbook, or laid out otherwise.
    DataError
        If a number is none, or a year lacks a month.
    """
    rows = _sheet(Path(path), ADMISSIONS_SHEET)
    at = next((i for i, row in enumerate(rows) if "FAEs" in row and "Year" in row), None)
    if at is None or at == 0:
        raise SchemaError(
            f"{path}: sheet {ADMISSIONS_SHEET} has no row of Year, Month, FAEs, FCEs under "
            "the regions; it is not this tabulation"
        )
    where = {
        region: column
        for region in REGIONS
        for column, said in enumerate(rows[at - 1])
        if _plain(said) == _plain(region) and rows[at][column] == "FAEs"
    }
    if missing := [region for region in REGIONS if region not in where]:
        raise SchemaError(f"{path}: no FAEs of {', '.join(missing)} in {ADMISSIONS_SHEET}")
    found: dict[str, list[Any]] = {"region": [], "year": [], "month": [], "n": []}
    year = ""
    for number, row in enumerate(rows[at + 1 :], start=at + 2):  # as the sheet numbers them
        year = row[0] if row[0] else year
        if row[1] not in MONTHS or "Total" in year:
            continue
        for region, column in where.items():
            found["region"].append(region)
            found["year"].append(year.replace("-", "/"))
            found["month"].append(_month(year, row[1], path, number))
            found["n"].append(_admitted(row[column], path, number))
    if not found["n"] or len(found["n"]) % (len(MONTHS) * len(REGIONS)):
        raise DataError(f"{path}: {ADMISSIONS_SHEET} does not hold twelve months of each year")
    title = "Hospital admissions for assault with a sharp object"
    return Table({k: np.array(v) for k, v in found.items()}, title, {"n": "admissions"})


def _sheet(path: Path, name: str) -> list[list[str]]:
    """A sheet of a workbook as rows of texts, empty where a cell is."""
    sheets = read_sheets(path)
    if name not in sheets:
        raise SchemaError(f"{path}: no sheet {name}; it has {', '.join(sheets)}")
    return sheets[name]


def _plain(text: str) -> str:
    return "".join(c for c in text.lower().replace("&", "and") if c.isalpha())


def _month(year: str, month: str, path: str | Path, number: int) -> str:
    first = year[:4]
    if not first.isdigit():
        raise DataError(f"{path}, row {number}: the year is {year!r}; expected one as 2012-13")
    at = MONTHS.index(month)
    return f"{int(first) + (at > 8)}-{(at + 3) % 12 + 1:02}"


def _admitted(text: str, path: str | Path, number: int) -> float:
    if text == "*":
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise DataError(f"{path}, row {number}: {text!r} is no number of admissions")
    return value
