"""Any file of events to extracts: the one door of this room."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from peelian.sources import police_uk
from peelian.sources.contents import Content, Format, Notice, open_contents
from peelian.sources.csv_rows import read_csv
from peelian.sources.mapped import extract_mapped
from peelian.sources.mapping import FileMapping
from peelian.sources.rows import Rows
from peelian.sources.sieve import TOLERANCE, Reading
from peelian.sources.tables_in import read_geopackage, read_json, read_parquet
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    DataError,
    Extract,
    ParameterError,
    SchemaError,
    StudyArea,
)


def read_extracts(
    path: str | Path,
    *,
    mapping: FileMapping | None = None,
    now: datetime,
    study_area: StudyArea | None = None,
    crs: str = BRITISH_NATIONAL_GRID,
    tolerance: float = TOLERANCE,
    notice: Notice = lambda _: None,
) -> Iterator[Extract]:
    """What each file of events in ``path`` holds: every row accepted or refused, none lost.

    Parameters
    ----------
    path : str or Path
        A file, a folder of them to any depth, a zip as downloaded, or a gzip; CSV, Parquet,
        JSON, GeoJSON or GeoPackage, told apart by their first bytes and columns.
    mapping : FileMapping, optional
        How to read a provider's own file; without it, files must have the shape of
        data.police.uk, from its downloads or its API.
    now : datetime
        Timezone-aware. Rows that start later are refused.
    study_area : StudyArea, optional
        In ``crs``. Rows further outside than ``tolerance`` are refused.
    crs : str
        The store's projected CRS, that of x and y.
    tolerance : float
        [m]
    notice : function of one sentence
        Told of files passed over, such as the outcomes in a download.

    Yields
    ------
    Extract
        One a file, in the order of their names; ``read == accepted + refused``.

    Raises
    ------
    DataError
        If a whole file cannot be right; the message names the file, the row or field, the
        value and what to do. SchemaError, CoordinateError and CoverageError are its kinds.
    """
    if now.tzinfo is None:
        raise ParameterError(f"now = {now} has no time zone; give an aware datetime")
    if tolerance < 0:
        raise ParameterError(f"tolerance = {tolerance} m; give 0 or more")
    reading = Reading(now, study_area, crs, tolerance)
    found = 0
    for content in open_contents(path, notice=notice):
        extract = _extract(content, mapping, reading, notice)
        if extract is not None:
            found += 1
            yield extract
    if not found:
        raise DataError(f"{Path(path).name}: holds no file of events")


def read_rows(content: Content, *, mapping: FileMapping | None = None) -> Rows:
    """The rows of one file as received, whatever its format."""
    form = content.format
    if form is Format.PARQUET:
        return read_parquet(content)
    if form is Format.JSON:
        return read_json(content)
    if form is Format.GEOPACKAGE:
        return read_geopackage(content)
    if mapping is None:
        return read_csv(content)
    return read_csv(content, encoding=mapping.encoding, delimiter=mapping.delimiter)


def _extract(
    content: Content, mapping: FileMapping | None, reading: Reading, notice: Notice
) -> Extract | None:
    rows = read_rows(content, mapping=mapping)
    if mapping is not None:
        return extract_mapped(rows, content, mapping, reading)
    header = list(rows.columns)
    kind = police_uk.recognise(header)
    if kind == "street":
        return police_uk.extract_street(rows, content, reading)
    if kind == "api":
        return police_uk.extract_api(rows, content, reading)
    if kind is not None:
        notice(f"{content.name}: passed over, it holds {kind}")
        return None
    listed = ", ".join(f'"{name}"' for name in header[:12])
    raise SchemaError(
        f"{content.name}: its columns ({listed}) are not those of data.police.uk; write a "
        f"mapping file, which peelian ingest --suggest {content.name} proposes"
    )
