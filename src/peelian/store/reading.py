"""From the engine's answers to the nouns of ``terms``."""

from typing import Any

import numpy as np

from peelian.store import queries
from peelian.terms import Bools, Events, Floats, Grid, Instants, Ints, Periods, Texts


def to_events(table: Any, crs: str) -> Events:
    """Events from a table whose ``start``, ``end`` and ``recorded`` are UTC seconds."""
    return Events(
        x=_floats(table, "x"),
        y=_floats(table, "y"),
        start=_instants(table, "start"),
        end=_instants(table, "end"),
        weight=_floats(table, "weight"),
        offence=to_texts(table["offence"]),
        place=to_texts(table["place"]),
        area_code=to_texts(table["area_code"]),
        crs=crs,
        recorded=_instants(table, "recorded"),
        knife=_flags(table, "knife"),
    )


def event_columns(events: Any, order: Any) -> Any:
    """The columns that ``to_events`` needs, in the order batches came and then of rows."""
    rows = events.join(order, "batch")
    return rows.order_by("number", "row").select(
        "x",
        "y",
        "weight",
        "offence",
        "place",
        "area_code",
        start=queries.seconds(rows.start),
        end=queries.seconds(rows.end),
        recorded=queries.seconds(rows.recorded),
        knife=rows.knife.cast("float64"),
    )


def to_texts(column: Any) -> Texts:
    """Strings, null as empty; each distinct text is built once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = np.array(coded.dictionary.to_pylist(), dtype=np.str_)
    chosen: Texts = texts[coded.indices.to_numpy()] if len(coded) else np.array([], np.str_)
    return chosen


def _floats(table: Any, name: str) -> Floats:
    """A column of numbers."""
    values: Floats = table[name].to_numpy().astype(np.float64, copy=False)
    return values


def _flags(table: Any, name: str) -> Floats:
    """A column of 1 and 0, null as NaN."""
    import pyarrow.compute as pc

    values: Floats = pc.fill_null(table[name], np.nan).to_numpy()
    return values


def _instants(table: Any, name: str) -> Instants:
    """A column of UTC seconds as instants, null as NaT."""
    import pyarrow.compute as pc

    nat = np.datetime64("NaT", "s").astype(np.int64).item()
    values: Instants = pc.fill_null(table[name], nat).to_numpy().astype("datetime64[s]")
    return values


def to_counts(table: Any, grid: Grid, periods: Periods) -> Floats:
    """Counts, shape (n_periods, n_cells), from ``period, position, total``.

    A period that is not held is NaN; positions outside the grid are dropped.
    """
    counts = np.where(periods.held[:, None], np.zeros((1, grid.n_cells)), np.nan)
    period: Ints = table["period"].to_numpy()
    position: Ints = table["position"].to_numpy()
    cell = np.searchsorted(grid.position, position)
    kept: Bools = cell < grid.n_cells
    kept[kept] = grid.position[cell[kept]] == position[kept]
    counts[period[kept], cell[kept]] = table["total"].to_numpy()[kept]
    return counts
