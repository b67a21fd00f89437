"""Any file of events to extracts: the one door of this room."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from peelian.sources import police_uk
from peelian.sources.contents import Content, Format, Notice, open_contents
from peelian.sources.csv_rows import read_csv
from peelian.sources.rows import Rows
from peelian.sources.sieve import TOLERANCE, Reading
from peelian.sources.tables_in import read_geopackage, read_json, read_parquet
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    DataError,
    Extract,
    ParameterError,
    StudyArea,
)


def read_extract(
    path: str | Path,
    *,
    now: datetime,
    study_area: StudyArea | None = None,
    store_crs: str = BRITISH_NATIONAL_GRID,
    tolerance: float = TOLERANCE,
    notice: Notice = lambda _: None,
) -> Iterator[Extract]:
    """What each file of events in ``path`` holds: every row accepted or refused, none lost."""
    reading = _reading(now, study_area, store_crs, tolerance)
    found = 0
    for content in open_contents(path, notice=notice):
        extract = _police_uk(content, reading, notice)
        if extract is not None:
            found += 1
            yield extract
    if not found:
        raise DataError(f"{path}: no file of events in it")


def _reading(
    now: datetime, study_area: StudyArea | None, store_crs: str, tolerance: float
) -> Reading:
    if now.tzinfo is None:
        raise ParameterError(f"now = {now} has no time zone; give an aware datetime")
    return Reading(now, study_area, store_crs, tolerance)


def _police_uk(content: Content, reading: Reading, notice: Notice) -> Extract | None:
    rows, header = _rows(content)
    kind = police_uk.recognise(header)
    if kind == "street":
        return police_uk.extract_street(rows, content, reading)
    if kind == "api":
        return police_uk.extract_api(rows, content, reading)
    return None


def _rows(content: Content) -> tuple[Rows, list[str]]:
    readers = {
        Format.PARQUET: read_parquet,
        Format.JSON: read_json,
        Format.GEOPACKAGE: read_geopackage,
    }
    if content.format is Format.CSV:
        rows = read_csv(content)
    else:
        rows = readers[content.format](content)
    return rows, list(rows.columns)
