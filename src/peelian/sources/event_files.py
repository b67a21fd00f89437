"""Events from any file, by naming three columns: for a one-off look, without a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import Content, open_contents
from peelian.sources.extracts import read_rows
from peelian.sources.parsing import EPOCH_DAYS, ISO, Times, parse_numbers, parse_times, texts
from peelian.sources.places import check_places
from peelian.sources.rows import Rows
from peelian.sources.sieve import Reading, Sieve, check_recorded, check_times, finish
from peelian.sources.tables_in import X, Y, rows_of_table
from peelian.spacetime.projection import PLANE
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    LOCAL_ZONE,
    WGS84,
    CoordinateError,
    DataError,
    Events,
    Extract,
    ParameterError,
    Refusal,
    Setting,
    StudyArea,
)

SOURCE = "file"
ISO_MONTH = "%Y-%m"
FIRSTS_ENOUGH = 20  # dates, all first of a month, that are taken for months
DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


@dataclass(frozen=True)
class EventColumns:
    """Which columns of a file hold what.

    ``crs`` is the CRS of x and y: a projected one, ``EPSG:4326``, or ``none`` for plane
    coordinates the user vouches for. ``time`` holds dates, date-times, months or plain numbers
    of days; dates that are all the first of a month are taken for months (20 or more of
    them). ``recorded`` holds when an event came on record, written like ``time``. ``formats``
    replaces the formats tried when dates are written another way.
    """

    x: str = X
    y: str = Y
    time: str = "time"
    crs: str = WGS84
    weight: str | None = None
    formats: tuple[str, ...] = ()
    zone: str = LOCAL_ZONE
    recorded: str | None = None


def read_events(
    path: str | Path,
    *,
    x: str = X,
    y: str = Y,
    time: str,
    crs: str = WGS84,
    weight: str | None = None,
    recorded: str | None = None,
    zone: str = LOCAL_ZONE,
    now: datetime,
    study_area: StudyArea | None = None,
) -> tuple[Events, Extract]:
    """Events of a CSV, Parquet, GeoJSON or GeoPackage file, and what was refused.

    Parameters
    ----------
    path : str or Path
        One file, or its gzip.
    x, y, time, crs, weight, recorded, zone : str
        As in `EventColumns`; the points of GeoJSON and GeoPackage are ``geometry.x`` and
        ``geometry.y``.
    now : datetime
        Timezone-aware. Dates after it are refused; plain numbers of days never are.
    study_area : StudyArea, optional
        In the CRS of the events; points outside it are refused.

    Returns
    -------
    events : Events
        In `working_crs` of the file: its own CRS when that is in metres.
    extract : Extract
        The same rows with their numbers, and those refused with the reason.

    Raises
    ------
    DataError
        If the file cannot be read as said; CoverageError when it holds no rows.
    """
    contents = list(open_contents(path))
    if len(contents) != 1:
        raise DataError(f"{path}: holds {len(contents)} files; name one")
    content = contents[0]
    columns = EventColumns(x, y, time, crs, weight, zone=zone, recorded=recorded)
    return _events(read_rows(content), content, columns, now, study_area)


def events_of_table(
    table: Any,
    columns: EventColumns,
    *,
    now: datetime,
    study_area: StudyArea | None = None,
    name: str = "table",
) -> tuple[Events, Extract]:
    """The same from a pyarrow table, such as the answer to a query.

    ``name`` is what messages call it.
    """
    return _events(rows_of_table(table, name), Content(name, b""), columns, now, study_area)


def _events(
    rows: Rows,
    content: Content,
    columns: EventColumns,
    now: datetime,
    study_area: StudyArea | None,
) -> tuple[Events, Extract]:
    import pyarrow as pa

    if now.tzinfo is None:
        raise ParameterError(f"now = {now} has no time zone; give an aware datetime")
    wanted = [
        columns.x,
        columns.y,
        columns.time,
        *([columns.weight] if columns.weight else []),
        *([columns.recorded] if columns.recorded else []),
    ]
    rows.require(wanted)
    n = len(rows)
    x, y = parse_numbers(rows.columns[columns.x]), parse_numbers(rows.columns[columns.y])
    crs = working_crs(columns.crs, x.value, y.value)
    sieve = Sieve(rows)
    reading = Reading(now, study_area, crs, 0.0)

    times, plain_days = _times(rows.columns[columns.time], columns.formats)
    judged = reading if not plain_days else Reading(datetime.max.replace(tzinfo=now.tzinfo))
    span = check_times(sieve, times, columns.time, reading=judged, zone=columns.zone)
    places = check_places(
        sieve, x, y, fields=(columns.x, columns.y), crs=columns.crs, reading=reading
    )
    weight = np.ones(n)
    if columns.weight:
        counted = parse_numbers(rows.columns[columns.weight])
        sieve.refuse(counted.missing | counted.bad, Refusal.BAD_NUMBER, columns.weight)
        weight = counted.value
    recorded = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    if columns.recorded:
        written, _ = _times(rows.columns[columns.recorded], columns.formats)
        recorded = check_recorded(
            sieve, written, columns.recorded, reading=judged, zone=columns.zone
        )
    nothing = pa.nulls(n, pa.string())
    extract = finish(
        sieve,
        content,
        {
            "event_id": nothing,
            "offence": pa.array(np.full(n, f"{SOURCE}:event")),
            "start": span.start,
            "end": span.end,
            "recorded": recorded,
            "longitude": places.longitude,
            "latitude": places.latitude,
            "x": places.x,
            "y": places.y,
            "place": nothing,
            "area_code": nothing,
            "setting": pa.array(np.full(n, Setting.UNKNOWN.value)),
            "weight": weight,
            "slice": pa.array(np.full(n, SOURCE)),
            "knife": pa.nulls(n, pa.bool_()),
        },
        source=SOURCE,
    )
    return as_events(extract, crs=crs), extract


def as_events(extract: Extract, *, crs: str) -> Events:
    """The accepted rows of an extract as arrays."""
    table = extract.events

    def text(name: str) -> Any:
        return np.array(texts(table[name]).to_pylist(), dtype=np.str_)

    def column(name: str, kind: str) -> Any:
        return np.array(table[name].to_numpy(), dtype=kind)

    return Events(
        x=column("x", "float64"),
        y=column("y", "float64"),
        start=column("start", "datetime64[s]"),
        end=column("end", "datetime64[s]"),
        weight=column("weight", "float64"),
        offence=text("offence"),
        place=text("place"),
        area_code=text("area_code"),
        crs=crs,
        recorded=column("recorded", "datetime64[s]"),
        knife=column("knife", "float64"),
    )


def working_crs(crs: str, x: Any, y: Any) -> str:
    """The CRS in metres to work in, for coordinates x, y, shape (n,), given in ``crs``.

    Returns
    -------
    str
        ``crs`` itself when it is projected in metres, or ``none``; EPSG:27700 for degrees in
        Great Britain; else the UTM zone of the middle of the points.

    Raises
    ------
    CoordinateError
        If there is no such CRS, or no point from which to tell the zone.
    """
    import pyproj

    if crs == PLANE:
        return PLANE
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise CoordinateError(
            f"crs {crs!r} is not known; write it like EPSG:27700, EPSG:4326 or none"
        ) from None
    if known.is_projected and {axis.unit_name for axis in known.axis_info} == {"metre"}:
        return crs
    found = np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0))
    if not found.any():
        return BRITISH_NATIONAL_GRID
    to_degrees = pyproj.Transformer.from_crs(known, WGS84, always_xy=True)
    longitude, latitude = to_degrees.transform(np.median(x[found]), np.median(y[found]))
    if -9 < longitude < 2.1 and 49.7 < latitude < 61:
        return BRITISH_NATIONAL_GRID
    if not (np.isfinite(longitude) and abs(latitude) < 84):
        return BRITISH_NATIONAL_GRID  # placed nowhere; the check of places says what is wrong
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def _times(values: Any, formats: Sequence[str]) -> tuple[Times, bool]:
    """Times, and whether they are plain numbers of days."""
    import pyarrow as pa

    if formats:
        return parse_times(values, formats), list(formats) == [EPOCH_DAYS]
    if not pa.types.is_temporal(values.type):
        days = parse_numbers(values)
        if not days.bad.any() and not days.missing.all() and not _compact_dates(days.value):
            return parse_times(values, [EPOCH_DAYS]), True
    times = parse_times(values, [ISO, ISO_MONTH, *DAY_FIRST, "%Y%m%d"])
    return _months_if_only_firsts(times), False


def _months_if_only_firsts(times: Times) -> Times:
    """Months written as their first day: read as months when no date is any other day."""
    known = ~(times.missing | times.bad)
    start = times.start[known]
    firsts = start == start.astype("datetime64[M]")
    if len(start) < FIRSTS_ENOUGH or not firsts.all() or (times.unit[known] == "M").all():
        return times
    unit = np.full(len(times.unit), "M", dtype="<U1")
    return Times(times.start, unit, times.is_utc, times.missing, times.bad)


def _compact_dates(value: Any) -> bool:
    """Whether all numbers read as dates like 20180131: no count of days is that large."""
    known = value[np.isfinite(value)]
    return bool(len(known) and np.all((known > 19_000_101) & (known < 25_000_101)))
