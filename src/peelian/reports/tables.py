"""A table as text for terminals, as CSV and as JSON."""

import csv
import json
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.reports.numbers import decimals_for, entry_text, plain
from peelian.terms import Table

GAP = "  "
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  full-width ones count too


def table_text(table: Table) -> str:
    """The table in aligned plain text for a terminal.

    Parameters
    ----------
    table : Table
        Shown in column order; the title stands above it, units in the header.

    Returns
    -------
    str
        Lines ending in a newline. Numbers stand to the right and are rounded half away from
        zero to four significant figures of their column's largest; a missing value is blank.
        A table without rows says so.

    Examples
    --------
    >>> import numpy as np
    >>> rates = {"district": np.array(["Harlow", "Tendring"]), "rate": np.array([7.125, 12.5])}
    >>> print(table_text(Table(rates, units={"rate": "per 1,000"})), end="")
    district  rate [per 1,000]
    --------  ----------------
    Harlow                7.13
    Tendring             12.50
    """
    columns = [_text_column(table, name) for name in table.columns]
    rows = list(zip(*columns, strict=True))
    lines = [GAP.join(row).rstrip() for row in rows]
    if len(table) == 0:
        lines.append("(no rows)")
    title = [_one_line(table.title), ""] if table.title else []
    return "\n".join([*title, *lines]) + "\n"


def table_csv(table: Table) -> str:
    """The table as comma-separated text: a header line, then every number in full.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        Lines ending in a newline. A missing value is empty, truth is ``true`` or ``false``,
        a list is as in JSON, instants are ISO 8601 in UTC. Units are not in the header, so
        that names stay fixed. Text that a spreadsheet would run as a formula has an apostrophe
        put before it.

    References
    ----------
    .. [1] OWASP, "CSV Injection"; Application Security Verification Standard 5.0, 1.2.10.
    """
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")  # so that a \r inside text is quoted
    writer.writerow(table.columns)
    writer.writerows([_csv_entry(value) for value in row] for row in _rows(table))
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines)


def table_json(table: Table) -> str:
    """The table as a JSON array of row objects.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        One row a line; NaN and the infinities become ``null``, instants ISO 8601 in UTC.
    """
    names = list(table.columns)
    rows = [
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        for row in _rows(table)
    ]
    return "[" + ",\n ".join(rows) + "]\n"


def header(table: Table, name: str) -> str:
    """The column's name with its unit: ``risk [events per month]``."""
    unit = table.units.get(name, "")
    return f"{name} [{unit}]" if unit else name


def is_numeric(column: NDArray[Any]) -> bool:
    """Whether the column holds numbers, which stand to the right."""
    return bool(np.issubdtype(column.dtype, np.number)) and column.dtype.kind != "m"


def column_texts(column: NDArray[Any]) -> list[str]:
    """Every entry of a column, shape (n,), as a person reads it, to the same decimals."""
    decimals = decimals_for(column) if column.dtype.kind == "f" else 0
    return [entry_text(value, decimals) for value in column]


class _Lines(list[str]):
    """What csv writes, one row an entry."""

    write = list.append


def _text_column(table: Table, name: str) -> list[str]:
    column = table.columns[name]
    entries = [_one_line(text) for text in column_texts(column)]
    top = _one_line(header(table, name))
    width = max([_width(top), *map(_width, entries)])
    pad = _right if is_numeric(column) else _left
    return [pad(top, width), "-" * width, *[pad(entry, width) for entry in entries]]


def _rows(table: Table) -> list[tuple[Any, ...]]:
    columns = [[plain(value) for value in column] for column in table.columns.values()]
    return list(zip(*columns, strict=True))


def _csv_entry(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    if isinstance(value, list):
        return json.dumps(value)
    return "" if value is None else value


def _one_line(text: str) -> str:
    """Text without line breaks or control characters, which would act on a terminal."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)


def _width(text: str) -> int:
    """Terminal columns that a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    marks = sum(unicodedata.combining(c) > 0 for c in text)
    return len(text) + wide - marks


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text
