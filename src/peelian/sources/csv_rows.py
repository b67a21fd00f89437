"""CSV text to rows: quotes, line ends and field counts, with every row accounted for.

A row is a record of RFC 4180: a quoted field may hold commas, doubled quotes and line ends.
A quote inside an unquoted field is a character like any other. Lines with nothing on them are
not rows and take no number. A row whose fields do not match the header is malformed, and is
kept as it stood.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.rows import Malformed, Rows
from peelian.terms import CoverageError, DataError, Ints, SchemaError

MAX_ROW_BYTES = 1 << 17  # of one row; the longest in a street file is under 400
DELIMITERS = ",;\t|"


def read_csv(content: Content, *, encoding: str = "utf-8", delimiter: str = ",") -> Rows:
    """The rows of a CSV file, all fields as text.

    Raises
    ------
    DataError
        If the file is empty, in another encoding, binary, or cut off.
    SchemaError
        If no row fits the header.
    CoverageError
        If there is a header and nothing else.
    """
    data = _as_utf8(content, encoding)
    if not data.strip(b"\r\n"):
        raise DataError(f"{content.name}: the file is empty")
    starts, ends, simple = _fast_records(data, delimiter)
    if not simple:
        return _careful(content.name, data.decode(), delimiter)
    return _fast(content.name, data, starts, ends, delimiter)


def read_header(content: Content, *, encoding: str = "utf-8") -> tuple[list[str], str]:
    """Column names of a CSV file, and the delimiter that its header line uses."""
    head = _as_utf8(Content(content.name, content.data), encoding)[: MAX_ROW_BYTES * 2]
    text = head.decode(errors="ignore")
    line = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(DELIMITERS, key=line.count)
    return _header(content.name, line, delimiter), delimiter


def _as_utf8(content: Content, encoding: str) -> bytes:
    """The file as UTF-8 without a byte-order mark, or an error that names the byte."""
    data, name = content.data, content.name
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and not encoding.lower().startswith(
        "utf-16"
    ):
        raise DataError(
            f"{name}: UTF-16 text; save it as CSV UTF-8, or map encoding = 'utf-16'"
        )
    if encoding.lower() not in ("utf-8", "utf8", "utf-8-sig"):
        try:
            data = data.decode(encoding).encode()
        except LookupError:
            raise DataError(f"{name}: unknown encoding {encoding!r} in the mapping") from None
        except UnicodeDecodeError as error:
            raise DataError(_undecodable(name, data, error, encoding)) from None
    elif not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise DataError(_undecodable(name, data, error, "UTF-8")) from None
    if (at := data.find(b"\x00")) >= 0:
        raise DataError(
            f"{name}: byte {at:,} is NUL, so this is not CSV text; offer CSV, Parquet, JSON, "
            "GeoJSON or GeoPackage"
        )
    return data.removeprefix(b"\xef\xbb\xbf")


def _undecodable(name: str, data: bytes, error: UnicodeDecodeError, encoding: str) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    return (
        f"{name}: byte {error.start:,} (0x{data[error.start]:02x}, line {line:,}) is not "
        f"{encoding}; save the file as UTF-8, or name its encoding in a mapping file, such as "
        'encoding = "cp1252"'
    )


def _fast_records(data: bytes, delimiter: str) -> tuple[Ints, Ints, bool]:
    """Start and end of every record by counting quotes; False where that cannot be trusted."""
    nothing = np.array([], dtype=np.int64)
    if data.count(b"\r") != data.count(b"\r\n"):
        return nothing, nothing, False
    raw = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(raw == ord("\n"))
    quotes = np.flatnonzero(raw == ord('"'))
    if len(quotes):
        if len(quotes) % 2 or not _regular(raw, quotes, ord(delimiter)):
            return nothing, nothing, False
        newlines = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    ends = newlines
    if not data.endswith(b"\n") or (len(newlines) and newlines[-1] != len(data) - 1):
        ends = np.append(newlines, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1])
    only_return = (ends == starts + 1) & (raw[np.minimum(starts, len(raw) - 1)] == ord("\r"))
    filled = (ends > starts) & ~only_return
    return starts[filled], ends[filled], True


def _regular(raw: Any, quotes: Ints, delimiter: int) -> bool:
    """Whether every quote opens or closes a field, or is one of a doubled pair inside one."""
    breaks = (delimiter, 10, 13, 34)
    opening, closing = quotes[::2], quotes[1::2]
    opens = (opening == 0) | np.isin(raw[opening - 1], breaks)
    after = raw[np.minimum(closing + 1, len(raw) - 1)]
    closes = (closing == len(raw) - 1) | np.isin(after, breaks)
    return bool(np.all(opens) and np.all(closes))


def _fast(name: str, data: bytes, starts: Ints, ends: Ints, delimiter: str) -> Rows:
    """Columns by pyarrow, once the malformed rows are set aside."""
    import pyarrow as pa
    from pyarrow import csv as pa_csv

    _check_lengths(name, ends - starts)
    header = _header(name, data[starts[0] : ends[0]].decode(), delimiter)
    starts, ends = starts[1:], ends[1:]
    if not len(starts):
        raise CoverageError(
            f"{name}: a header and no rows; nothing happened, or it is cut off"
        )

    raw = np.frombuffer(data, dtype=np.uint8)
    marks = np.flatnonzero(raw == ord(delimiter))
    quotes = np.flatnonzero(raw == ord('"'))
    if len(quotes):
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    fits = fields == len(header)
    number = np.arange(1, len(starts) + 1)
    if not fits[-1] and fields[-1] < len(header) and ends[-1] == len(data):
        raise _cut_off(name, int(number[-1]), int(fields[-1]), len(header))

    def text(rows: Ints) -> list[str]:
        return [data[starts[i] : ends[i]].decode().rstrip("\r") for i in rows]

    wrong = np.flatnonzero(~fits)
    malformed = [
        Malformed(int(number[i]), _count_said(int(fields[i]), len(header)), original)
        for i, original in zip(wrong, text(wrong), strict=True)
    ]
    good = np.flatnonzero(fits)
    if not len(good):
        raise _none_fits(name, int(fields[0]), len(header))
    body = data[starts[0] :] if len(good) == len(fits) else _joined(data, starts, ends, good)
    table = pa_csv.read_csv(
        pa.BufferReader(body),
        read_options=pa_csv.ReadOptions(
            column_names=[str(i) for i in range(len(header))], block_size=8 << 20
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=bool(len(quotes))
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={str(i): pa.string() for i in range(len(header))},
            strings_can_be_null=False,
        ),
    )
    if len(table) != len(good):
        return _careful(name, data.decode(), delimiter)
    columns = _named(header, [table[str(i)] for i in range(len(header))])
    return Rows(name, columns, number[good], lambda p: text(good[p]), tuple(malformed))


def _joined(data: bytes, starts: Ints, ends: Ints, good: Ints) -> bytes:
    return b"\n".join(data[starts[i] : ends[i]] for i in good)


def _careful(name: str, text: str, delimiter: str) -> Rows:
    """The same rows by the standard library, for text with stray quotes or lone returns."""
    import pyarrow as pa

    records = _records(name, text, delimiter)
    header = next(records, ([], ""))[0]
    if not header:
        raise DataError(f"{name}: the file is empty")
    header = _header(name, None, delimiter, header)
    kept: list[list[str]] = []
    originals, number = [], []
    malformed = []
    n, fields, original = 0, header, ""
    for n, (fields, original) in enumerate(records, start=1):
        if len(fields) == len(header):
            kept.append(fields)
            originals.append(original)
            number.append(n)
        else:
            said = _count_said(len(fields), len(header))
            malformed.append(Malformed(n, said, original.rstrip("\r\n")))
    if not n:
        raise CoverageError(
            f"{name}: a header and no rows; nothing happened, or it is cut off"
        )
    if len(fields) < len(header) and not original.endswith(("\n", "\r")):
        raise _cut_off(name, n, len(fields), len(header))
    if not kept:
        raise _none_fits(name, len(fields), len(header))
    columns = _named(header, [pa.array(c, pa.string()) for c in zip(*kept, strict=True)])
    return Rows(
        name,
        columns,
        np.array(number, dtype=np.int64),
        lambda p: [originals[i].rstrip("\r\n") for i in p],
        tuple(malformed),
    )


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Fields and original text of each record."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter)
    n, original = 0, ""
    while True:
        taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            break
        except csv.Error:
            raise _too_long(name, n) from None
        original = "".join(taken)
        if not fields:
            continue
        if len(original.encode()) > MAX_ROW_BYTES:
            raise _too_long(name, n)
        yield fields, original
        n += 1
    if _open_quote(original, delimiter):
        raise DataError(
            f"{name}: row {n - 1}, the last, opens a quote that never closes: the file is cut "
            "off, or the quote is a stray one; fetch the file again or mend the row"
        )


def _open_quote(record: str, delimiter: str) -> bool:
    """Whether the record ends inside quotes: then one more field would not be seen as one."""
    if '"' not in record:
        return False
    body = record.rstrip("\r\n")
    once = next(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter), [])
    more = next(
        csv.reader(io.StringIO(body + delimiter + "x", newline=""), delimiter=delimiter)
    )
    return len(more) == len(once)


def _header(
    name: str, line: str | None, delimiter: str, fields: list[str] | None = None
) -> list[str]:
    if fields is None:
        fields = next(csv.reader(io.StringIO(line or "", newline=""), delimiter=delimiter), [])
    header = [column.strip() for column in fields]
    if not any(header):
        raise DataError(f"{name}: the first line names no columns")
    return header


def _named(header: list[str], arrays: list[Any]) -> dict[str, Any]:
    """Columns by name; of columns with one name the first is meant."""
    named: dict[str, Any] = {}
    for column, array in zip(header, arrays, strict=True):
        named.setdefault(column, array)
    return named


def _check_lengths(name: str, lengths: Ints) -> None:
    if len(lengths) and lengths.max() > MAX_ROW_BYTES:
        raise _too_long(name, int(lengths.argmax()))


def _too_long(name: str, row: int) -> DataError:
    return DataError(
        f"{name}: row {row} is longer than {MAX_ROW_BYTES:,} bytes; a quote is not closed, or "
        "this is not a CSV of events"
    )


def _cut_off(name: str, row: int, fields: int, wanted: int) -> DataError:
    return DataError(
        f"{name}: cut off in row {row}, the last: {fields} of {wanted} fields and no line "
        "end; fetch the file again"
    )


def _none_fits(name: str, fields: int, wanted: int) -> SchemaError:
    return SchemaError(
        f"{name}: the header has {wanted} columns and no row fits it (a row has {fields}); "
        "mend the header, or name the delimiter in a mapping file"
    )


def _count_said(fields: int, wanted: int) -> str:
    return f"{fields} fields, expected {wanted}"
