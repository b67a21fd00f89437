"""Files of a week of action: the operation, its entries by the row, the layout of a return.

A bundled file goes by its name: ``essex-sceptre-2025`` is a whole week, ``example-return`` a
layout. docs/reference/file-formats.md shows each.
"""

import csv
import io
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peelian.operations import ReturnColumn, ReturnLayout
from peelian.terms import DataError, NotFound, ParameterError, SchemaError

BUNDLED = Path(__file__).parent / "weeks"
LAYOUT_KEYS = ("name", "unknown", "withheld", "column")
COLUMN_KEYS = (
    "column", "operation", "fixed", "strand", "field", "measure", "aggregate", "where",
)  # fmt: skip


def read_operation_file(path: str | Path) -> dict[str, str]:
    """The texts of an operation: a JSON object of names and values.

    Lists become values by commas, objects ``key=value`` by commas.

    Raises
    ------
    NotFound
        If there is no such file, bundled or not.
    DataError
        If it is not a JSON object of texts, numbers, lists and objects.
    """
    file = _find(path, ".json")
    try:
        told = json.loads(_text(file))
    except json.JSONDecodeError as error:
        raise DataError(f"{file.name}: not JSON ({error})") from None
    if not isinstance(told, dict):
        raise DataError(f"{file.name}: give one JSON object, such as {{'name': 'Op Sceptre'}}")
    return {str(name): _by_commas(value) for name, value in told.items()}


def read_entries(path: str | Path) -> list[tuple[int, dict[str, str]]]:
    """The entries of a file: the number of each data row, and its texts by column.

    CSV with a header, or a JSON array of objects. What is empty is left out.

    Raises
    ------
    NotFound
        If there is no such file, bundled or not.
    DataError
        If it cannot be read; SchemaError if a row does not fit the header.
    """
    file = _find(path, ".csv")
    text = _text(file)
    if file.suffix.lower() == ".json":
        return _json_rows(file.name, text)
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    if not any(header):
        raise DataError(f"{file.name}: the file is empty")
    if len(set(header)) < len(header):
        raise SchemaError(f"{file.name}: two columns have one name: {', '.join(header)}")
    rows = []
    for number, row in enumerate((r for r in reader if any(map(str.strip, r))), start=1):
        if len(row) != len(header):
            raise SchemaError(
                f"{file.name}, row {number}: {len(row)} values for {len(header)} columns"
            )
        pairs = zip(header, row, strict=True)
        rows.append((number, {name: text for name, text in pairs if text.strip()}))
    if not rows:
        raise DataError(f"{file.name}: it has a header and no rows")
    return rows


def read_return_layout(path: str | Path) -> ReturnLayout:
    """The layout of a return, a TOML file.

    Raises
    ------
    NotFound
        If there is no such file, bundled or not.
    DataError
        If it is not TOML; SchemaError if a key or a column is not known.
    """
    file = _find(path, ".toml")
    try:
        told = tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{file.name}: not TOML ({error})") from None
    _require_keys(file.name, told, LAYOUT_KEYS)
    columns = told.get("column", [])
    if not isinstance(columns, list) or not all(isinstance(c, dict) for c in columns):
        raise SchemaError(f"{file.name}: write each column under [[column]]")
    try:
        return ReturnLayout(
            str(told.get("name", file.stem)),
            tuple(_column(file.name, number, c) for number, c in enumerate(columns, start=1)),
            str(told.get("unknown", "")),
            str(told.get("withheld", "[c]")),
        )
    except ParameterError as error:
        raise SchemaError(f"{file.name}: {error}") from None


def bundled_weeks() -> tuple[str, ...]:
    """Names of the bundled weeks of action."""
    return tuple(sorted(file.stem for file in BUNDLED.glob("*.csv")))


def _find(path: str | Path, suffix: str) -> Path:
    """The file at a path, or the bundled one of that name."""
    found = Path(path)
    if found.is_file():
        return found
    bundled = BUNDLED / f"{path}{suffix}"
    if found.name == str(path) and bundled.is_file():
        return bundled
    names = ", ".join(sorted(file.stem for file in BUNDLED.glob(f"*{suffix}")))
    raise NotFound(f"{path}: there is no such file, and none bundled of that name ({names})")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.name}: not UTF-8 text (byte {error.start}); save it as CSV UTF-8"
        ) from None
    except OSError as error:
        raise DataError(f"{file.name}: cannot be read ({error.strerror})") from None


def _json_rows(name: str, text: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a JSON array of objects."""
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{name}: not JSON ({error})") from None
    if not isinstance(told, list) or not told or not all(isinstance(r, dict) for r in told):
        raise DataError(f"{name}: give a JSON array of objects, one an entry")
    return [
        (number, {k: _by_commas(v) for k, v in row.items() if v not in (None, "")})
        for number, row in enumerate(told, start=1)
    ]


def _by_commas(value: Any) -> str:
    """A JSON value as the text that a form would hold."""
    if isinstance(value, dict):
        return ",".join(f"{key}={_by_commas(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ",".join(map(_by_commas, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _column(name: str, number: int, told: Mapping[str, Any]) -> ReturnColumn:
    """One ``[[column]]``."""
    _require_keys(f"{name}, column {number}", told, COLUMN_KEYS)
    if not str(told.get("column", "")).strip():
        raise SchemaError(f'{name}, column {number}: it has no name: write column = "..."')
    where = told.get("where", {})
    if not isinstance(where, dict):
        raise SchemaError(f'{name}, column {number}: write where = {{ field = "choice" }}')
    texts = {key: str(told[key]) for key in COLUMN_KEYS[:-1] if key in told}
    return ReturnColumn(**texts, where=tuple((str(k), str(v)) for k, v in where.items()))


def _require_keys(where: str, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in told:
        if key not in known:
            raise SchemaError(f"{where}: no key {key!r}; it may have {', '.join(known)}")
