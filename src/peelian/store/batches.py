"""From an extract to the bytes that the lake keeps of it."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from peelian.store.manifest import SliceRecord
from peelian.terms import (
    EVENT_COLUMNS,
    REFUSED_COLUMNS,
    Bools,
    Extract,
    Ints,
    SchemaError,
)

BATCH_COLUMN = "batch"  # the batch's own name, kept in each of its rows
HASH_COLUMN = "id_hash"  # of event_id, null without one: finds candidates, the id decides
WITHDRAWAL_COLUMNS = {
    BATCH_COLUMN: "string",
    "row": "int64",
    "slice": "string",
    "by": "string",
}
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
FLAG_COLUMN = "knife"  # came after the first lakes: a batch without it says nothing of it
_OPTIONAL = {
    "event_id",
    "recorded",
    "place",
    "area_code",
    "longitude",
    "latitude",
    FLAG_COLUMN,
}


def arrow_schema(columns: Mapping[str, str]) -> Any:
    """The Arrow schema of EVENT_COLUMNS or REFUSED_COLUMNS."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "double": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "timestamp[s, UTC]": pa.timestamp("s", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def require_extract(extract: Extract) -> tuple[Any, Any]:
    """The extract's two tables in the lake's types; nothing that breaks a promise gets in.

    Raises
    ------
    SchemaError
        If a column is missing, unknown or mistyped, a needed value is null or not finite, an
        event ends before it starts, or rows are out of file order.
    """
    import pyarrow.compute as pc

    events = _conform(extract, "events", extract.events, EVENT_COLUMNS)
    refused = _conform(extract, "refused", extract.refused, REFUSED_COLUMNS)
    for name in EVENT_COLUMNS:
        if name not in _OPTIONAL and events[name].null_count:
            raise SchemaError(f"{extract.file}: {name} is null in an accepted row; refuse it")
    for name in ("x", "y", "weight"):
        if not pc.all(pc.is_finite(events[name]), min_count=0).as_py():
            raise SchemaError(f"{extract.file}: {name} is not finite in an accepted row")
    if pc.any(pc.less(events["end"], events["start"])).as_py():
        raise SchemaError(f"{extract.file}: an accepted row ends before it starts; refuse it")
    if np.any(np.diff(events["row"].to_numpy()) <= 0):
        raise SchemaError(f"{extract.file}: accepted rows must be in file order, each once")
    return events, refused


def _conform(extract: Extract, part: str, table: Any, columns: Mapping[str, str]) -> Any:
    """The table with exactly these columns and types, without metadata."""
    import pyarrow as pa

    extra = [name for name in table.column_names if name not in columns]
    missing = [name for name in columns if name not in table.column_names]
    if extra or missing:
        raise SchemaError(
            f"{extract.file}: {part} has columns {extra} too many and lacks {missing}; the "
            f"store keeps exactly {list(columns)}"
        )
    try:
        return table.select(list(columns)).cast(arrow_schema(columns)).combine_chunks()
    except pa.ArrowInvalid as error:
        raise SchemaError(f"{extract.file}: {part} has a mistyped column: {error}") from error


def batch_name(extract: Extract, events: Any, refused: Any) -> str:
    """Hash of what a file says: its source, rows and whole slices, but not its own name.

    It depends on the values alone, so that neither the version of a Parquet writer nor the
    file's compression changes it, and a file offered again under another name is known. A
    file without any flag has the name it had before there were flags.
    """
    if not _valid(events[FLAG_COLUMN]).any():
        events = events.drop_columns([FLAG_COLUMN])
    digest = hashlib.sha256(b"peelian batch 1\0")
    for text in (extract.source, *sorted(extract.complete)):
        digest.update(text.encode() + b"\0")
    for table in (events, refused.drop_columns(["file"])):
        digest.update(len(table).to_bytes(8, "little"))
        for column in table.columns:
            for piece in _column_bytes(column):
                digest.update(piece)
    return digest.hexdigest()


def _column_bytes(column: Any) -> tuple[Any, ...]:
    """What a column holds as bytes: validity, then values with nulls blanked."""
    import pyarrow as pa
    import pyarrow.compute as pc

    valid = np.packbits(_valid(column)).tobytes()
    if pa.types.is_string(column.type):
        filled = pc.fill_null(column, "").cast(pa.large_string())
        array = (
            pa.concat_arrays(filled.chunks) if filled.num_chunks else pa.array([], "string")
        )
        lengths = pc.binary_length(array).to_numpy(zero_copy_only=False).astype("<i8")
        if not len(array):
            return valid, b""
        _, offsets, data = array.buffers()
        ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        text = b"" if data is None else memoryview(data)[ends[0] : ends[-1]]
        return valid, lengths.tobytes(), text
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    values = pc.fill_null(column, pa.scalar(0, column.type)).to_numpy()
    return valid, np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def slice_records(events: Any, complete: tuple[str, ...]) -> dict[str, SliceRecord]:
    """Rows and time span of each slice, with those that are complete and empty."""
    import pyarrow as pa

    found = events.group_by("slice", use_threads=False).aggregate(
        [("row", "count"), ("start", "min"), ("end", "max")]
    )
    names = found["slice"].to_pylist()
    counts = found["row_count"].to_pylist()
    first = found["start_min"].cast(pa.int64()).to_pylist()
    last = found["end_max"].cast(pa.int64()).to_pylist()
    records = {
        name: SliceRecord(*rest)
        for name, *rest in zip(names, counts, first, last, strict=True)
    }
    for name in complete:
        records.setdefault(name, SliceRecord(0, None, None))
    return dict(sorted(records.items()))


def events_parquet(events: Any, batch: str) -> bytes:
    """The accepted rows as one Parquet file."""
    import pyarrow as pa

    name = pa.repeat(pa.scalar(batch, pa.string()), len(events))
    hashed = pa.array(id_hashes(events["event_id"]), mask=~_valid(events["event_id"]))
    return table_parquet(
        events.append_column(BATCH_COLUMN, name).append_column(HASH_COLUMN, hashed)
    )


def _valid(column: Any) -> Bools:
    """Where a column is not null."""
    valid: Bools = column.is_valid().to_numpy().astype(bool, copy=False)
    return valid


def id_hashes(event_id: Any) -> Ints:
    """FNV-1a hash of each identifier, 64 bits.

    References
    ----------
    .. [1] G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash
       Algorithm", IETF draft-eastlake-fnv.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.fill_null(event_id, "").cast(pa.binary()).to_pylist()
    packed = np.array(texts, dtype=np.bytes_)
    letters = packed.view(np.uint8).reshape(len(texts), packed.itemsize)
    hashed = np.full(len(texts), _FNV_START)
    for letter in letters.T:
        hashed = np.where(letter, (hashed ^ letter) * _FNV_PRIME, hashed)
    return hashed.view(np.int64)


def table_parquet(table: Any) -> bytes:
    """Any table as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=262_144)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def quarantine_csv(refused: Any) -> bytes:
    """The refused rows as CSV, for a person to repair."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(refused.column_names)
    writer.writerows(zip(*(c.to_pylist() for c in refused.columns), strict=True))
    return sink.getvalue().encode()


def count_reasons(refused: Any) -> dict[str, int]:
    """Rows refused by reason, the commonest first."""
    return dict(Counter(refused["reason"].to_pylist()).most_common())


def read_quarantine(path: Path, schema: Any) -> Any:
    """The rows that ``quarantine_csv`` wrote, as a pyarrow Table."""
    import pyarrow as pa

    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in schema.names}
    columns["row"] = [int(n) for n in columns["row"]]
    return pa.table(columns, schema=schema)
