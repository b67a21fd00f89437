"""Questions to the engine, as Ibis expressions: built here, run in one place (``engine``).

They hold for any engine Ibis speaks to. ``events`` below is a table with the columns of
EVENT_COLUMNS and ``batch``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from peelian.store.batches import BATCH_COLUMN
from peelian.terms import Grid, Periods

DAY = 86_400  # [s]


@dataclass(frozen=True)
class Choice:
    """Which events are asked for; None leaves a question open, an empty one chooses nothing.

    ``start`` and ``end`` bound the middle of the event, closed and open. [UTC seconds]
    """

    offences: tuple[str, ...] | None = None
    excluded_places: tuple[str, ...] = ()
    settings: tuple[str, ...] | None = None
    start: int | None = None
    end: int | None = None


def make_choice(
    offences: Sequence[str] | None = None,
    excluded_places: Sequence[str] = (),
    settings: Sequence[str] | None = None,
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
) -> Choice:
    """A choice from what a caller gives."""
    return Choice(
        offences=None if offences is None else tuple(offences),
        excluded_places=tuple(excluded_places),
        settings=None if settings is None else tuple(str(s) for s in settings),
        start=None if start is None else _seconds(start),
        end=None if end is None else _seconds(end),
    )


def _seconds(instant: np.datetime64) -> int:
    """UTC seconds since 1970, rounded up: a bound between seconds lies before the next."""
    whole = instant.astype("datetime64[s]")
    return int(whole.astype(np.int64)) + int(whole < instant)


def seconds(instant: Any) -> Any:
    """UTC seconds since 1970 of a timestamp column."""
    return instant.epoch_seconds().cast("int64")


def middle(events: Any) -> Any:
    """The instant that places an event in a period: midway, whole seconds, rounded down."""
    start = seconds(events.start)
    return start + ((seconds(events.end) - start) / 2).floor().cast("int64")


def standing(events: Any, slices: Any, withdrawals: Any | None) -> Any:
    """Rows that count now: of slices not replaced, and not withdrawn by a later batch.

    ``slices`` has columns ``batch, slice``; ``withdrawals`` has ``by, slice, batch, row``: the
    row of ``batch`` gave way to a row in ``slice`` of the later batch ``by``. A withdrawal
    falls when the slice that made it is itself replaced.
    """
    rows = events.semi_join(slices, [BATCH_COLUMN, "slice"])
    if withdrawals is None:
        return rows
    valid = withdrawals.semi_join(slices, [("by", BATCH_COLUMN), "slice"])
    return rows.anti_join(valid, [BATCH_COLUMN, "row"])


def choose(events: Any, choice: Choice) -> Any:
    """The events of a choice, with their ``middle``."""
    rows = events.mutate(middle=middle(events))
    if choice.offences is not None:
        rows = rows.filter(_is_in(rows.offence, choice.offences))
    if choice.settings is not None:
        rows = rows.filter(_is_in(rows.setting, choice.settings))
    if choice.excluded_places:
        rows = rows.filter(rows.place.isnull() | ~rows.place.isin(choice.excluded_places))
    if choice.start is not None:
        rows = rows.filter(rows.middle >= choice.start)
    if choice.end is not None:
        rows = rows.filter(rows.middle < choice.end)
    return rows


def _is_in(column: Any, values: Collection[str]) -> Any:
    """Membership, also of the empty set."""
    import ibis

    return column.isin(list(values)) if values else ibis.literal(False)


def in_held_periods(events: Any, periods: Periods) -> Any:
    """The events in held periods, with ``period, opens, closes``.

    An event meets the periods of its day alone: engines join on equality far faster than on
    order.
    """
    import ibis
    import pyarrow as pa

    held = np.flatnonzero(periods.held)
    opens = periods.start[held].astype("datetime64[s]").astype(np.int64)
    closes = periods.end[held].astype("datetime64[s]").astype(np.int64)
    first, last = opens // DAY, (closes - 1) // DAY
    n_days = last - first + 1
    each = np.repeat(np.arange(len(held)), n_days)
    day = np.arange(n_days.sum()) - np.repeat(np.cumsum(n_days) - n_days - first, n_days)
    columns = {"day": day, "period": held[each], "opens": opens[each], "closes": closes[each]}
    times = ibis.memtable(pa.table(columns))
    events = events.mutate(day=(events.middle / DAY).floor().cast("int64"))
    return events.join(
        times, ["day", events.middle >= times.opens, events.middle < times.closes]
    )


def counts(events: Any, grid: Grid, periods: Periods) -> Any:
    """Events by held period and lattice position of a square grid: one expression.

    Gives ``period, position, total, n, longer``: the sum of weights, the number of events, and
    how many of them last longer than the period. Cells are closed south and west; position -1
    is off the lattice. The lattice comes in as a table of one row, so that its numbers reach
    the engine exactly.
    """
    import ibis
    import pyarrow as pa

    rows, cols = grid.shape
    west, south = grid.origin
    size = float(grid.cell_size)
    lattice = ibis.memtable(
        pa.table({"west": [float(west)], "south": [float(south)], "size": [size]})
    )
    placed = events.cross_join(lattice)
    row = ((placed.y - placed.south) / placed["size"]).floor()
    col = ((placed.x - placed.west) / placed["size"]).floor()
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    placed = placed.mutate(
        position=ibis.ifelse(inside, row * cols + col, -1).cast("int64"),
        length=seconds(placed.end) - seconds(placed.start),
    )
    found = in_held_periods(placed, periods)
    longer = (found.length > found.closes - found.opens).cast("int64")
    return (
        found.mutate(longer=longer)
        .group_by("period", "position")
        .agg(
            total=lambda t: t.weight.sum(),
            n=lambda t: t.count(),
            longer=lambda t: t.longer.sum(),
        )
    )


def by_offence(events: Any, periods: Periods) -> Any:
    """Sum of weights by held period and offence: ``period, offence, total``."""
    found = in_held_periods(events, periods)
    return found.group_by("period", "offence").agg(total=found.weight.sum())


def offences(events: Any) -> Any:
    """Number of events by offence, the commonest first: ``offence, n``."""
    import ibis

    found = events.group_by("offence").agg(n=events.count())
    return found.order_by(ibis.desc("n"), "offence")


def repeated_points(events: Any, at_least: int) -> Any:
    """Points that carry ``at_least`` events: ``place, longitude, latitude, x, y, n``."""
    found = events.group_by("x", "y").agg(
        place=events.place.min(),
        longitude=events.longitude.min(),
        latitude=events.latitude.min(),
        n=events.count(),
    )
    found = found.filter(found.n >= at_least)
    return found.order_by(found.n.desc(), found.x, found.y).select(
        "place", "longitude", "latitude", "x", "y", "n"
    )
