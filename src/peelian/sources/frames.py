"""Events from what an analyst already has in memory, and from a file filtered by a query."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import open_contents
from peelian.sources.event_files import EventColumns, events_of_table
from peelian.sources.extracts import read_rows
from peelian.sources.parsing import parse_numbers
from peelian.sources.tables_in import X, Y
from peelian.terms import (
    WGS84,
    CoverageError,
    DataError,
    Events,
    Extract,
    ParameterError,
    StudyArea,
)

LATEST = datetime.max.replace(tzinfo=UTC)


def events_from_frame(
    frame: Any,
    *,
    time: str,
    x: str = X,
    y: str = Y,
    crs: str = "",
    weight: str | None = None,
    recorded: str | None = None,
    study_area: StudyArea | None = None,
) -> Events:
    """Events of a GeoDataFrame of points, a pandas or Polars frame, or a mapping of arrays.

    Parameters
    ----------
    frame : GeoDataFrame, DataFrame, pyarrow Table or mapping of name to array
    time : str
        Column of dates, date-times, months or plain numbers of days.
    x, y : str
        Columns of coordinates; not needed for a GeoDataFrame.
    crs : str
        Of the coordinates: a GeoDataFrame knows its own; else EPSG:4326 when not given.
    weight : str, optional
        Column of weights, such as harm.
    recorded : str, optional
        Column of when each event came on record, so that a backtest knows none too early.
    study_area : StudyArea, optional
        Points outside it are an error that says how many.

    Returns
    -------
    Events
        In metres: the frame's CRS when it is one, else the working CRS.

    Raises
    ------
    DataError
        If a row cannot be used: no row is dropped quietly. The message names the first.

    Examples
    --------
    >>> crimes = {"x": [583000.0], "y": [206000.0], "day": ["2018-01-31"]}
    >>> len(events_from_frame(crimes, time="day", x="x", y="y", crs="EPSG:27700"))
    1
    """
    table, own_crs = _as_table(frame)
    columns = EventColumns(x, y, time, crs or own_crs or WGS84, weight, recorded=recorded)
    events, extract = events_of_table(
        table, columns, now=LATEST, study_area=study_area, name="frame"
    )
    if len(extract.refused):
        first = extract.refused.slice(0, 1).to_pylist()[0]
        raise DataError(
            f"frame: {len(extract.refused):,} of {extract.read:,} rows cannot be used; first "
            f"row {first['row']}, {first['field']}: {first['reason']}; mend or drop them"
        )
    return events


def read_filtered(
    path: str | Path, columns: EventColumns, keep: Callable[[Any], Any], *, now: datetime
) -> tuple[Events, Extract]:
    """Events of a file after ``keep``, from a pyarrow Table to a smaller one.

    Columns that read as numbers throughout are numbers to ``keep``. The extract counts the
    rows kept.
    """
    import pyarrow as pa

    contents = list(open_contents(path))
    if len(contents) != 1:
        raise DataError(f"{path}: holds {len(contents)} files; name one")
    rows = read_rows(contents[0])
    if rows.malformed:
        bad = rows.malformed[0]
        raise DataError(f"{rows.file}: row {bad.row}: {bad.field}; mend it to use --where")
    table = pa.table({name: _typed(values) for name, values in rows.columns.items()})
    kept = keep(table)
    if not len(kept):
        raise CoverageError(f"{rows.file}: no rows of {len(table):,} fit the condition")
    events, extract = events_of_table(kept, columns, now=now, name=rows.file)
    whole = Extract(
        extract.file, contents[0].sha256, extract.source, extract.events, extract.refused
    )
    return events, whole


def _typed(values: Any) -> Any:
    """Text that reads as numbers throughout, as numbers."""
    import pyarrow as pa

    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    numbers = parse_numbers(values)
    return values if numbers.bad.any() or numbers.missing.all() else pa.array(numbers.value)


def _as_table(frame: Any) -> tuple[Any, str]:
    """A pyarrow Table of a frame, and the CRS it knows of itself."""
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame, ""
    if isinstance(frame, Mapping):
        return pa.table({name: pa.array(np.asarray(v)) for name, v in frame.items()}), ""
    if hasattr(frame, "to_arrow") and not hasattr(frame, "geometry"):  # Polars
        return frame.to_arrow(), ""
    if hasattr(frame, "geometry"):  # GeoPandas
        points = frame.geometry
        plain = pa.Table.from_pandas(frame.drop(columns=points.name), preserve_index=False)
        table = plain.append_column(X, pa.array(points.x.to_numpy()))
        crs = "" if frame.crs is None else frame.crs.to_string()
        return table.append_column(Y, pa.array(points.y.to_numpy())), crs
    if hasattr(frame, "to_dict"):  # pandas
        return pa.Table.from_pandas(frame, preserve_index=False), ""
    raise ParameterError(
        f"events cannot be read from a {type(frame).__name__}: give a GeoDataFrame, a pandas "
        "or Polars frame, a pyarrow Table or a mapping of arrays"
    )
