"""Pairs of events that lie near each other, found by cells, in blocks that fit in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian import spacetime
from peelian.terms import (
    LOCAL_ZONE,
    Bools,
    CoverageError,
    DataError,
    Events,
    Floats,
    Ints,
    ParameterError,
)
from peelian.terms.arrays import require_length

Edges = Literal["half-open", "closed"]
EDGES = ("half-open", "closed")
PAIRS_AT_ONCE = 1 << 26  # 256 MB of neighbours
PAIRS_SPELT_OUT = 1 << 22  # where each pair takes some forty bytes more
_EVENTS_AT_ONCE = 1024
_CELLS_A_SIDE = 2000
_LONGEST_DAY = np.timedelta64(25, "h")  # the one on which clocks go back


@dataclass(frozen=True, eq=False)
class PairBlock:
    """Pairs whose first event is ``first`` or one of the next, by event and band.

    The partners of event ``first + i`` in band b are
    ``neighbour[offset[i * n_bands + b] : offset[i * n_bands + b + 1]]``: band 0 is the very
    same place, band k the k-th distance band. Events are numbered as `Near.order` has them.
    """

    first: int
    n_bands: int
    offset: Ints
    neighbour: NDArray[np.int32]

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """First event, second event and band of each pair."""
        number = np.repeat(np.arange(len(self.offset) - 1), np.diff(self.offset))
        return (
            self.first + number // self.n_bands,
            self.neighbour.astype(np.int64),
            number % self.n_bands,
        )


@dataclass(frozen=True, eq=False)
class Near:
    """Events in order of the cells they lie in: ``order`` numbers them as they were given."""

    order: Ints
    x: Floats
    y: Floats
    blocks: Iterator[PairBlock]


def upper_edges(breaks: ArrayLike, edges: str, *, name: str) -> Floats:
    """The largest value below each break: band k lies over edge k - 1 and up to edge k.

    ``half-open``: a band holds its lower break and not its upper one. ``closed``: it holds its
    upper break and not its lower one, but the first band holds both.

    Raises
    ------
    ParameterError
        Unless there are two or more breaks from zero up, rising, and edges are known.
    """
    values = np.asarray(breaks, dtype=np.float64)
    if edges not in EDGES:
        raise ParameterError(f"unknown edges {edges!r}; choose {' or '.join(EDGES)}")
    rising = values.ndim == 1 and len(values) > 1 and bool(np.all(np.diff(values) > 0))
    if not rising or not np.isfinite(values).all() or values[0] < 0:
        raise ParameterError(
            f"{name} must be two or more rising numbers from 0 up, such as 0,100,200; "
            f"they are {np.array2string(values, separator=',', threshold=20)}"
        )
    upper = values.copy()
    below = slice(0, 1) if edges == "closed" else slice(None)
    upper[below] = np.nextafter(values[below], -np.inf)
    return upper


def require_places(noun: str, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Coordinates as numbers of equal length, none missing."""
    east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
    require_length(noun, len(east), y=north)
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise DataError(f"{noun}: an event has no place; leave out events without x and y")
    return east, north


def as_days(day: ArrayLike, n: int) -> Floats:
    """Times as days, one an event, none missing."""
    given = np.asarray(day)
    if given.dtype.kind == "M":
        given = np.where(
            np.isnat(given), np.nan, given.astype("M8[s]").astype(np.int64) / 86_400
        )
    days = given.astype(np.float64)
    require_length("events", n, day=days)
    if not np.isfinite(days).all():
        raise DataError("an event has no time; leave out events without one")
    return days


def as_weights(weights: ArrayLike | None, n: int) -> Floats | None:
    """Weights as numbers, one an event, none missing or negative."""
    if weights is None:
        return None
    values = np.asarray(weights, dtype=np.float64)
    require_length("events", n, weights=values)
    if not np.isfinite(values).all():
        raise DataError("an event has no weight; leave it out or give it one")
    if np.any(values < 0):
        raise ParameterError("a weight is negative; harm is zero or more")
    return values


def near(x: Floats, y: Floats, edges: Floats, *, pairs_at_once: int = PAIRS_AT_ONCE) -> Near:
    """Every pair of events in a distance band, or at the very same place, once.

    Parameters
    ----------
    x, y : array, shape (n,)
        [m]
    edges : array, shape (n_bands + 1,)
        From `upper_edges`. Pairs at the very same place are band 0 and in no other. [m]
    pairs_at_once : int
        About how many pairs a block holds.

    Returns
    -------
    Near
        Its blocks are made as they are asked for.
    """
    if not len(x):
        return Near(np.empty(0, dtype=np.int64), x, y, iter(()))
    extent = max(float(np.ptp(x)), float(np.ptp(y)))
    size = max(float(edges[-1]) * (1 + 1e-9), extent / _CELLS_A_SIDE)
    # One empty column and row all round, so that every cell has its neighbours.
    col = ((x - x.min()) / size).astype(np.int64) + 1
    row = ((y - y.min()) / size).astype(np.int64)
    wide = int(col.max()) + 2
    key = row * wide + col
    order = np.argsort(key, kind="stable")
    start = np.searchsorted(key[order], np.arange(wide * (int(row.max()) + 2) + 1))
    x, y, col, row = x[order], y[order], col[order], row[order]
    blocks = _blocks(x, y, col, row, start, wide, edges, pairs_at_once)
    return Near(order, x, y, blocks)


def _blocks(
    x: Floats, y: Floats, col: Ints, row: Ints, start: Ints, wide: int, edges: Floats,
    pairs_at_once: int,
) -> Iterator[PairBlock]:  # fmt: skip
    """Neighbours in the events' own and the next three cells, block by block."""
    from peelian.hotspots.kernels import count_near, fill_near

    n_bands = len(edges)
    first = 0
    while first < len(x):
        counts, last = [], first
        total = 0
        while last < len(x) and total < pairs_at_once:
            step = min(last + _EVENTS_AT_ONCE, len(x))
            some = np.zeros((step - last, n_bands), dtype=np.int64)
            count_near(x, y, col, row, start, wide, edges, last, step, some)
            counts.append(some)
            total += int(some.sum())
            last = step
        offset = np.concatenate([[0], np.cumsum(np.concatenate(counts).ravel())])
        neighbour = np.empty(total, dtype=np.int32)
        place = offset[:-1].reshape(-1, n_bands).copy()
        fill_near(x, y, col, row, start, wide, edges, first, last, place, neighbour)
        yield PairBlock(first, n_bands, offset, neighbour)
        first = last


def event_days(events: Events, *, zone: str = LOCAL_ZONE) -> tuple[Ints, Bools]:
    """Day of each event, and whether it is known.

    Parameters
    ----------
    events : Events
    zone : str
        Whose midnights begin a day.

    Returns
    -------
    day : array, shape (n,)
        Local date of the midpoint of [start, end], as whole days since 1970-01-01. [days]
    known : array of bool, shape (n,)
        False for an event that lasts longer than a day, such as a month-only record.

    Raises
    ------
    CoordinateError
        If places are longitude and latitude.
    CoverageError
        If more than half of the events last longer than a day.
    """
    spacetime.require_projected(events.crs)
    known: Bools = events.end - events.start <= _LONGEST_DAY
    if 2 * np.count_nonzero(~known) > len(events):
        raise CoverageError(
            f"{np.count_nonzero(~known):,} of {len(events):,} events are not known to the day "
            "(month-only dates?), so pairs within days of each other cannot be told; use data "
            "with dates, or ask for cells and months instead"
        )
    midpoint = events.start + (events.end - events.start) // 2
    midnight = np.timedelta64(0, "h")
    date = spacetime.policing_day(midpoint, day_starts=midnight, zone=zone)
    return date.astype("M8[D]").astype(np.int64), known
