"""Extracts made up for tests of the store, one line each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from peelian.terms import EVENT_COLUMNS, REFUSED_COLUMNS, Extract

NOW = datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)
JANUARY = np.datetime64("2018-01-10T12:00:00")


def column(kind: str, values: Sequence[Any]) -> pa.Array:
    """A column of a kind of EVENT_COLUMNS."""
    if kind == "timestamp[s, UTC]":
        seconds = [
            None if v is None else int(np.datetime64(v, "s").astype(int)) for v in values
        ]
        return pa.array(seconds, pa.int64()).cast(pa.timestamp("s", tz="UTC"))
    types = {
        "string": pa.string(),
        "double": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
    }
    return pa.array(values, types[kind])


def make_extract(
    n: int = 3,
    *,
    file: str = "2018-01-essex-street.csv",
    source: str = "police-uk",
    slices: str | Sequence[str] = "essex/2018-01",
    complete: Sequence[str] = (),
    ids: Sequence[str | None] | None = None,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    start: Sequence[Any] | None = None,
    end: Sequence[Any] | None = None,
    recorded: Sequence[Any] | None = None,
    offence: str | Sequence[str] = "police-uk:robbery",
    place: str | Sequence[str | None] | None = "On or near High Street",
    setting: str | Sequence[str] = "unknown",
    weight: ArrayLike = 1.0,
    knife: Sequence[bool | None] | None = None,
    refused: Sequence[tuple[int, str, str, str]] = (),
) -> Extract:
    """An extract of ``n`` accepted rows; the refused are (row, reason, field, text).

    Accepted rows take the row numbers that the refused ones leave free.
    """

    def each(value: Any) -> list[Any]:
        return [value] * n if value is None or isinstance(value, str) else list(value)

    taken = {row for row, *_ in refused}
    rows = [row for row in range(1, n + len(taken) + 1) if row not in taken][:n]
    east = np.arange(n) * 10.0 + 580_000 if x is None else np.broadcast_to(x, n)
    north = np.arange(n) * 10.0 + 205_000 if y is None else np.broadcast_to(y, n)
    values: dict[str, Sequence[Any]] = {
        "event_id": [None] * n if ids is None else ids,
        "offence": each(offence),
        "start": [JANUARY] * n if start is None else start,
        "end": (([JANUARY] * n if start is None else start) if end is None else end),
        "recorded": [None] * n if recorded is None else recorded,
        "longitude": np.linspace(0.5, 0.6, n),
        "latitude": np.linspace(51.7, 51.8, n),
        "x": east,
        "y": north,
        "place": each(place),
        "area_code": ["E01021234"] * n,
        "setting": each(setting),
        "weight": np.broadcast_to(np.asarray(weight, dtype=float), n),
        "slice": each(slices),
        "row": rows,
        "knife": [None] * n if knife is None else knife,
    }
    events = pa.table(
        {name: column(kind, values[name]) for name, kind in EVENT_COLUMNS.items()}
    )
    refused_rows = [(file, row, *rest) for row, *rest in refused]
    quarantined = pa.table(
        {
            name: column(kind, [r[i] for r in refused_rows])
            for i, (name, kind) in enumerate(REFUSED_COLUMNS.items())
        }
    )
    return Extract(file, "0" * 64, source, events, quarantined, tuple(complete))
