"""Pings of officers' devices from CSV, GPX and the like: each accepted, or refused and why.

Only call signs are read, never a name. What is accepted goes to be measured and is not kept.
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from peelian.sources.contents import Content, open_contents
from peelian.sources.extracts import read_rows
from peelian.sources.gpx import TIME, UNIT, X, Y, read_gpx
from peelian.sources.parsing import ISO, parse_numbers, parse_times, texts
from peelian.sources.places import check_places
from peelian.sources.rows import Rows
from peelian.sources.sieve import Reading, Sieve, check_times
from peelian.terms import (
    LOCAL_ZONE,
    WGS84,
    Bools,
    CoverageError,
    DataError,
    Floats,
    Ints,
    Pings,
    Refusal,
    Shift,
    StudyArea,
    Texts,
)

SUFFIXES = (".csv", ".csv.gz", ".txt", ".gpx", ".gpx.gz", ".parquet", ".json", ".geojson")
FAR = 2000.0  # [m] outside the study area: beyond its piers and its neighbours' first streets
MAX_SPEED = 200 / 3.6  # science 4.4 asks for dosage on foot or by car; faster is a fault [m/s]
JITTER = 100.0  # two fixes of a device that stands still may lie this far apart [m]
IN_ORDER = 0.9  # of a unit's rows that rise in time, when the order of a file means something
DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
ROWS_NAMED = 5


@dataclass(frozen=True)
class PingColumns:
    """Which columns hold what, and how they are written.

    ``crs`` is that of x and y. Times without an offset from UTC are wall-clock times of
    ``zone``; those of GPX are UTC. ``accuracy`` names a column of metres, or nothing;
    pings whose accuracy is worse than ``worst_accuracy`` are refused.
    """

    unit: str = UNIT
    x: str = X
    y: str = Y
    time: str = TIME
    crs: str = WGS84
    zone: str = LOCAL_ZONE
    accuracy: str = ""
    worst_accuracy: float = 50.0


@dataclass(frozen=True, eq=False)
class PingFile:
    """One file's pings, and what was refused of it: ``read`` is accepted and refused.

    ``refused`` counts rows by reason, ``rows`` names the first of each; ``assumed_zone`` says
    whether times came without an offset.
    """

    file: str
    sha256: str
    pings: Pings
    read: int
    refused: dict[str, int]
    rows: dict[str, tuple[int, ...]]
    assumed_zone: bool


def read_pings(
    path: str | Path,
    columns: PingColumns,
    *,
    shift: Shift,
    study_area: StudyArea,
    now: datetime,
) -> tuple[PingFile, ...]:
    """Pings of one shift from a file, or from every file of a folder.

    Parameters
    ----------
    path : str or Path
        CSV, GPX, Parquet or GeoJSON, or its gzip; or a folder of them.
    columns : PingColumns
        GPX needs none of them.
    shift : Shift
        Pings before or after it are refused.
    study_area : StudyArea
        Pings more than 2 km outside it are refused; its CRS is that of the answer.
    now : datetime
        Timezone-aware. Pings after it are refused.

    Returns
    -------
    tuple of PingFile
        In the order of their names.

    Raises
    ------
    DataError
        If a whole file cannot be right: cut off, hostile, all in the future or nowhere near.
        SchemaError, CoordinateError and CoverageError are its kinds.
    """
    path = Path(path)
    paths = [path]
    if path.is_dir():
        paths = sorted(p for p in path.iterdir() if p.name.lower().endswith(SUFFIXES))
        if not paths:
            raise CoverageError(f"{path}: holds no file of pings ({', '.join(SUFFIXES)})")
    reading = Reading(now, study_area, study_area.crs, FAR)
    contents = (content for one in paths for content in open_contents(one))
    return tuple(_pings(content, columns, shift, reading) for content in contents)


def _pings(content: Content, columns: PingColumns, shift: Shift, reading: Reading) -> PingFile:
    rows, columns = _rows(content, columns)
    rows.require(
        [columns.unit, columns.x, columns.y, columns.time]
        + ([columns.accuracy] if columns.accuracy else [])
    )
    sieve = Sieve(rows)
    unit = np.array(texts(rows.columns[columns.unit]).to_pylist(), dtype=np.str_)
    sieve.refuse(unit == "", Refusal.NO_UNIT, columns.unit)

    times = parse_times(rows.columns[columns.time], [ISO, *DAY_FIRST])
    sieve.refuse(~times.missing & (times.unit != "s"), Refusal.BAD_DATE, columns.time)
    time = check_times(sieve, times, columns.time, reading=reading, zone=columns.zone).start
    places = check_places(
        sieve,
        parse_numbers(rows.columns[columns.x]),
        parse_numbers(rows.columns[columns.y]),
        fields=(columns.x, columns.y),
        crs=columns.crs,
        reading=reading,
    )
    _check_accuracy(sieve, columns)
    start, end = (
        np.datetime64(t.astimezone(UTC).replace(tzinfo=None), "s")
        for t in (shift.start, shift.end)
    )
    sieve.refuse(time < start, Refusal.BEFORE_SHIFT, columns.time)
    sieve.refuse(time > end, Refusal.AFTER_SHIFT, columns.time)
    _check_order(sieve, unit, time.astype(np.int64), columns.time)
    _check_speed(sieve, unit, time.astype(np.int64), places.x, places.y, columns.x)

    kept = sieve.kept
    refused = sieve.refused()
    why, number = refused["reason"].to_pylist(), refused["row"].to_pylist()
    counted = dict(Counter(why).most_common())
    named = {
        reason: tuple(n for n, r in zip(number, why, strict=True) if r == reason)[:ROWS_NAMED]
        for reason in counted
    }
    pings = Pings(unit[kept], time[kept], places.x[kept], places.y[kept])
    if len(pings) + len(why) != rows.read:  # a defect of ours, never of the file
        raise DataError(f"{content.name}: rows were lost; please report it")
    local = bool((~times.is_utc & ~times.missing & ~times.bad).any())
    return PingFile(content.name, content.sha256, pings, rows.read, counted, named, local)


def _rows(content: Content, columns: PingColumns) -> tuple[Rows, PingColumns]:
    """The rows of a file of any kind, and its columns: those of GPX are always the same."""
    head = content.data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return read_gpx(content), PingColumns(zone="UTC")
    return read_rows(content), columns


def _check_accuracy(sieve: Sieve, columns: PingColumns) -> None:
    if not columns.accuracy:
        return
    accuracy = parse_numbers(sieve.rows.columns[columns.accuracy])
    sieve.refuse(accuracy.missing | accuracy.bad, Refusal.NO_ACCURACY, columns.accuracy)
    poor = ~(accuracy.value <= columns.worst_accuracy)
    sieve.refuse(poor, Refusal.INACCURATE, columns.accuracy)


def _check_order(sieve: Sieve, unit: Texts, time: Ints, field: str) -> None:
    """Refuse the fewest rows whose clock jumped, where a file has its rows in their order.

    Rows of a unit in no order of time say nothing about its clock.
    """
    jumped = np.zeros(len(unit), dtype=bool)
    for at in _by_unit(sieve.kept, unit):
        falling = np.diff(time[at])
        rows = at[::-1] if (falling < 0).sum() > (falling > 0).sum() else at
        rising = _longest_rising(time[rows])
        if IN_ORDER * len(rows) <= rising.sum():
            jumped[rows[~rising]] = True
    sieve.refuse(jumped, Refusal.CLOCK_JUMPED, field)


def _longest_rising(values: Ints) -> Bools:
    """The entries of a longest run that never falls, shape (n,)."""
    ends: list[int] = []  # last value of the best run of each length
    at: list[int] = []
    before = np.full(len(values), -1)
    for n, value in enumerate(values.tolist()):
        length = bisect_right(ends, value)
        before[n] = at[length - 1] if length else -1
        ends[length:] = [value] if length == len(ends) else [value, *ends[length + 1 :]]
        at[length:] = [n] if length == len(at) else [n, *at[length + 1 :]]
    kept = np.zeros(len(values), dtype=bool)
    n = at[-1] if at else -1
    while n >= 0:
        kept[n] = True
        n = int(before[n])
    return kept


def _check_speed(
    sieve: Sieve, unit: Texts, time: Ints, x: Floats, y: Floats, field: str
) -> None:
    """Refuse pings that a unit could not have reached from the longest stretch it could."""
    wrong = np.zeros(len(unit), dtype=bool)
    for at in _by_unit(sieve.kept, unit):
        rows = at[np.argsort(time[at], kind="stable")]

        def reached(a: Ints, b: Ints) -> Bools:
            apart = np.hypot(x[a] - x[b], y[a] - y[b])
            possible: Bools = apart <= MAX_SPEED * np.abs(time[a] - time[b]) + JITTER
            return possible

        breaks = np.flatnonzero(~reached(rows[:-1], rows[1:])) + 1
        if not len(breaks):
            continue
        parts = np.split(rows, breaks)
        longest = max(range(len(parts)), key=lambda n: len(parts[n]))
        for order, edge in (
            (range(longest + 1, len(parts)), -1),
            (range(longest - 1, -1, -1), 0),
        ):
            last = parts[longest][edge]
            for n in order:
                if reached(last, parts[n][-1 - edge]):
                    last = parts[n][edge]
                else:
                    wrong[parts[n]] = True
    sieve.refuse(wrong, Refusal.TOO_FAST, field)


def _by_unit(kept: Bools, unit: Texts) -> list[Ints]:
    """Positions of the rows still accepted of each unit, in file order."""
    at = np.flatnonzero(kept)
    order = np.argsort(unit[at], kind="stable")
    _, first = np.unique(unit[at][order], return_index=True)
    return [part for part in np.split(at[order], first[1:]) if len(part)]
