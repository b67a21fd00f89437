"""Narratives in a CSV: text and coded columns by row, and nothing of them in any message."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peelian.terms import CoverageError, DataError, ParameterError, SchemaError

PAGE = "docs/methods/knife-narratives.md"
LICENCE = "the user's own"
COLUMN_MAP: dict[str, str] = {}
MAX_FIELD = 1 << 26  # characters of one field
YES = {"knife", "yes", "y", "1", "true", "1.0"}
NO = {"not", "no", "n", "0", "false", "0.0"}
UNSURE = {"", "review", "unsure", "unknown", "?", "nan"}


@dataclass(frozen=True, eq=False)
class NarrativeFile:
    """Columns of a CSV as text; entry i is row i + 1. ``repr`` shows none of it."""

    name: str
    sha256: str
    columns: dict[str, list[str]]

    def __repr__(self) -> str:
        return f"NarrativeFile({self.name!r}, {len(self)} rows)"

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def column(self, name: str) -> list[str]:
        """One column; SchemaError when it is missing, without naming the others."""
        if name not in self.columns:  # without a header, names of columns are narratives
            raise SchemaError(
                f'{self.name}: no column "{name}" among its {len(self.columns)}; the first '
                "line must be a header, and the name is written as it stands there"
            )
        return self.columns[name]


def read_narratives(path: str | Path) -> NarrativeFile:
    """The rows of a CSV of narratives.

    Raises
    ------
    DataError
        If it is not UTF-8 CSV with as many fields in each row as in its header. The message
        gives the row's number and never its text.
    CoverageError
        If there are no rows.
    ParameterError
        If it cannot be read.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: byte {error.start:,} is not UTF-8; save the file as CSV UTF-8"
        ) from None
    if "\0" in text:
        raise DataError(f"{path.name}: holds NUL, so this is not CSV text; save it as CSV")
    rows = _rows(path.name, text)
    header = next(rows, [])
    if not header or len(set(header)) != len(header):
        raise DataError(f"{path.name}: no header of distinct column names; add one")
    columns: dict[str, list[str]] = {name: [] for name in header}
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise DataError(
                f"{path.name}: row {number:,} has {len(row)} fields and the header "
                f"{len(header)}; mend the quotes in that row"
            )
        for name, value in zip(header, row, strict=True):
            columns[name].append(value)
    if not columns[header[0]]:
        raise CoverageError(f"{path.name}: a header and no rows")
    return NarrativeFile(path.name, hashlib.sha256(data).hexdigest(), columns)


def coded_knife(file: NarrativeFile, name: str) -> list[bool | None]:
    """A column of codes as knife (True), not (False), or not decided (None).

    Raises
    ------
    DataError
        If a row holds anything else; the message gives the row's number and never its text.
    """
    said: list[bool | None] = []
    for number, value in enumerate(file.column(name), start=1):
        code = value.strip().lower()
        if code not in YES | NO | UNSURE:
            raise DataError(
                f'{file.name}: row {number:,} of column "{name}" is no code: write knife, '
                "not, or nothing where it is undecided"
            )
        said.append(None if code in UNSURE else code in YES)
    return said


def _rows(name: str, text: str) -> Iterator[list[str]]:
    before = csv.field_size_limit(MAX_FIELD)
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            if row:
                yield row
    except csv.Error:
        raise DataError(f"{name}: not CSV: a field is too long or damaged") from None
    finally:
        csv.field_size_limit(before)
