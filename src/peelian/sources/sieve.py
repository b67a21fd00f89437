"""From parsed columns to an Extract: the first reason against a row stands, none is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.parsing import Times
from peelian.sources.rows import Rows
from peelian.spacetime.periods import to_utc
from peelian.terms import (
    EVENT_COLUMNS,
    LOCAL_ZONE,
    REFUSED_COLUMNS,
    Bools,
    DataError,
    Extract,
    Instants,
    Refusal,
    StudyArea,
)

TOLERANCE = 250.0  # [m] outside a study area still accepted; see docs/data/police-uk.md


@dataclass(frozen=True)
class Reading:
    """How rows are judged, whatever file they come from.

    Attributes
    ----------
    now : datetime
        Timezone-aware; what starts later is refused.
    study_area : StudyArea or None
        Points further outside than ``tolerance`` are refused. None accepts any place.
    store_crs : str
        Projected CRS of x and y.
    tolerance : float
        Boundaries are drawn coarsely and points are displaced. [m]
    """

    now: datetime
    study_area: StudyArea | None = None
    store_crs: str = "EPSG:27700"
    tolerance: float = TOLERANCE

    @property
    def latest(self) -> np.datetime64:
        """``now`` in UTC to the second."""
        return np.datetime64(self.now.astimezone(UTC).replace(tzinfo=None), "s")


class Sieve:
    """The rows of one file that are still accepted, and what was said of the others."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.kept: Bools = np.ones(len(rows), dtype=bool)
        self.reason = np.full(len(rows), "", dtype="<U32")
        self.field = np.full(len(rows), "", dtype=object)

    def refuse(self, wrong: Bools, reason: Refusal, field: str) -> None:
        """Refuse the rows where ``wrong`` that are still accepted."""
        fresh = wrong & self.kept
        self.reason[fresh] = reason.value
        self.field[fresh] = field
        self.kept = self.kept & ~fresh

    def refused(self) -> Any:
        """Table of REFUSED_COLUMNS in file order, malformed rows included."""
        import pyarrow as pa

        at = np.flatnonzero(~self.kept)
        found = [
            (int(n), str(r), str(f), text)
            for n, r, f, text in zip(
                self.rows.number[at],
                self.reason[at],
                self.field[at],
                self.rows.original(at),
                strict=True,
            )
        ]
        wrong = Refusal.WRONG_FIELD_COUNT.value
        found += [(m.row, wrong, m.field, m.original) for m in self.rows.malformed]
        found.sort(key=lambda one: one[0])
        named = [
            dict(zip(REFUSED_COLUMNS, (self.rows.file, *one), strict=True)) for one in found
        ]
        return pa.Table.from_pylist(named, schema=arrow_schema(REFUSED_COLUMNS))


def arrow_schema(columns: Any) -> Any:
    """The pyarrow schema of EVENT_COLUMNS or REFUSED_COLUMNS."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "double": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "timestamp[s, UTC]": pa.timestamp("s", "UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


@dataclass(frozen=True, eq=False)
class Span:
    """The event happened in [start, end], UTC; ``month`` is the local month it starts in."""

    start: Instants
    end: Instants
    month: np.ndarray[Any, np.dtype[np.datetime64]]


def check_times(
    sieve: Sieve, times: Times, field: str, *, reading: Reading, zone: str
) -> Span:
    """Spans of time in UTC; rows without a date, with a bad one or in the future are refused.

    Raises
    ------
    DataError
        If every dated row lies in the future: the clock, or the date format, is wrong.
    """
    sieve.refuse(times.missing, Refusal.NO_DATE, field)
    sieve.refuse(times.bad, Refusal.BAD_DATE, field)
    span = utc_span(times, zone=zone)
    future = span.start > reading.latest
    known = ~(times.missing | times.bad)
    if known.any() and future[known].all():
        first = int(np.flatnonzero(known)[0])
        raise DataError(
            f"{sieve.rows.file}: every date lies in the future, such as "
            f"{str(times.start[first])[:10]} in row {sieve.rows.number[first]}, {field}; "
            "check the date format in the mapping, or this computer's clock"
        )
    sieve.refuse(future, Refusal.FUTURE_DATE, field)
    return span


def check_recorded(
    sieve: Sieve, times: Times, field: str, *, reading: Reading, zone: str
) -> Instants:
    """When each event came on record: a date alone means by the end of that day; NaT if empty.

    Rows with a bad date, or one in the future, are refused.
    """
    sieve.refuse(times.bad, Refusal.BAD_DATE, field)
    span = utc_span(times, zone=zone)
    sieve.refuse(span.start > reading.latest, Refusal.FUTURE_DATE, field)
    return span.end


def utc_span(times: Times, *, zone: str = LOCAL_ZONE) -> Span:
    """UTC start and end of each time: an instant, or the whole local day or month it names."""
    month = times.start.astype("datetime64[M]")
    start = np.where(times.is_utc, times.start, to_utc(times.start, zone=zone))
    end = start.copy()
    for unit in ("D", "M"):
        whole = times.unit == unit
        if whole.any():
            after = (times.start[whole].astype(f"datetime64[{unit}]") + 1).astype(
                "datetime64[s]"
            )
            utc = times.is_utc[whole]
            end[whole] = np.where(utc, after, to_utc(after, zone=zone))
    return Span(start, end, month)


def or_null(text: Any) -> Any:
    """Text with null where it is empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def check_repeats(sieve: Sieve, key: Any, field: str) -> None:
    """Refuse each row whose non-empty key an accepted row above it already has."""
    import pyarrow as pa

    at = np.flatnonzero(sieve.kept)
    codes = pa.array(key).take(pa.array(at)).dictionary_encode()
    index = np.array(codes.indices.fill_null(-1).to_numpy(zero_copy_only=False))
    _, first = np.unique(index, return_index=True)
    repeated = np.ones(len(at), dtype=bool)
    repeated[first] = False
    repeated &= index >= 0
    wrong = np.zeros(len(sieve.rows), dtype=bool)
    wrong[at[repeated]] = True
    sieve.refuse(wrong, Refusal.DUPLICATE_ID, field)


def finish(
    sieve: Sieve,
    content: Content,
    columns: dict[str, Any],
    *,
    source: str,
    complete: Iterator[str] | tuple[str, ...] = (),
) -> Extract:
    """The extract: rows still accepted as events, the others as refused."""
    import pyarrow as pa

    kept = sieve.kept
    keep = pa.array(kept)
    arrays = []
    for field in arrow_schema(EVENT_COLUMNS):
        values = sieve.rows.number if field.name == "row" else columns[field.name]
        if isinstance(values, np.ndarray):
            arrays.append(pa.array(values[kept]).cast(field.type))
        else:
            arrays.append(values.filter(keep).cast(field.type))
    events = pa.table(arrays, schema=arrow_schema(EVENT_COLUMNS))
    extract = Extract(
        content.name, content.sha256, source, events, sieve.refused(), tuple(complete)
    )
    if extract.read != sieve.rows.read:  # a defect of ours, never of the file
        raise DataError(f"{content.name}: {extract.read} rows told of {sieve.rows.read} read")
    return extract
