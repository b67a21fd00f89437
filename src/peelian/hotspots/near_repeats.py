"""Near repeats: the pairs of events close in space and time, and the chains they form."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from peelian.hotspots.pairs import (
    PAIRS_SPELT_OUT,
    as_days,
    as_weights,
    event_days,
    near,
    require_places,
)
from peelian.terms import LOCAL_ZONE, Events, Floats, Ints, ParameterError, Table

MOST_PAIRS = 20_000_000  # some 800 MB of table


@dataclass(frozen=True, eq=False)
class NearRepeats:
    """Pairs of events close in space and time, and the chains they form.

    Attributes
    ----------
    pairs : Table
        ``originator, next`` (numbers of events as given), ``distance`` [m], ``days`` from the
        one to the other, ``chain``. By originator, then by next.
    chains : Table
        ``chain, n`` events, ``weight``, ``x, y`` (their mean), ``reach`` (the furthest event
        from it) [m], ``first, last`` (time of the first and the last event), ``days`` between
        them. Longest chain first.
    chain : array, shape (n,)
        Chain of each event, -1 for an event without a near repeat.
    left_out : int
        Events without a known day.
    """

    pairs: Table
    chains: Table
    chain: Ints
    left_out: int = 0


def near_repeats(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    distance: float,
    days: float,
    same_place: bool = True,
    weights: ArrayLike | None = None,
) -> NearRepeats:
    """List the pairs of events at most ``distance`` and ``days`` apart, and their chains.

    Parameters
    ----------
    x, y : array, shape (n,)
        [m]
    day : array, shape (n,)
        Day number, or datetime64. [days]
    distance : float
        Largest distance between the two, itself included. [m]
    days : float
        Longest time between the two, itself included. [days]
    same_place : bool
        Whether two events at the very same place are a pair.
    weights : array, shape (n,), optional
        Harm, added up by chain; 1 an event when not given.

    Returns
    -------
    NearRepeats
        The originator is the earlier event; of two at the same time it is the one given
        first, for want of better (their ``days`` is 0). A chain is all that can be reached
        from pair to pair, so it may last longer and lie wider than the limits. Empty tables
        when there is no pair.

    Raises
    ------
    ParameterError
        If a limit is not a number from zero up, arrays differ in length, a weight is
        negative, or there are more pairs than MOST_PAIRS.
    DataError
        If a place, time or weight is missing.

    References
    ----------
    .. [1] J. H. Ratcliffe and G. F. Rengert, "Near-repeat patterns in Philadelphia shootings,"
       Security Journal, 21, 58-76, 2008. doi:10.1057/palgrave.sj.8350068
    """
    east, north = require_places("Near repeats", x, y)
    times = as_days(day, len(east))
    weight = as_weights(weights, len(east))
    for name, limit in (("distance", distance), ("days", days)):
        if not (np.isfinite(limit) and limit >= 0):
            raise ParameterError(f"{name} is {limit}; give a number from 0 up")
    first, second = _close_pairs(east, north, times, distance, days, same_place=same_place)
    earlier = (times[first] < times[second]) | (
        (times[first] == times[second]) & (first < second)
    )
    origin, later = np.where(earlier, first, second), np.where(earlier, second, first)
    order = np.lexsort((later, origin))
    origin, later = origin[order], later[order]

    weight = np.ones(len(east)) if weight is None else weight
    chain, chains = _chains(east, north, times, weight, origin, later)
    pairs = Table(
        {
            "originator": origin,
            "next": later,
            "distance": _distance(east, north, origin, later),
            "days": times[later] - times[origin],
            "chain": chain[origin],
        },
        title="Near-repeat pairs",
        units={"distance": "m", "days": "days"},
    )
    return NearRepeats(pairs, chains, chain)


def near_repeats_of_events(
    events: Events,
    *,
    distance: float,
    days: float,
    same_place: bool = True,
    zone: str = LOCAL_ZONE,
) -> NearRepeats:
    """`near_repeats` of events by the local date of their midpoint.

    Parameters
    ----------
    events : Events
        Those that last longer than a day have no day and are left out.
    distance, days, same_place
        As `near_repeats`.
    zone : str
        Whose midnights begin a day.

    Returns
    -------
    NearRepeats
        Events keep their numbers; of two on one day the originator is the earlier by its
        midpoint. ``first`` and ``last`` are dates.

    Raises
    ------
    CoverageError
        If more than half of the events last longer than a day, as month-only records do.
    CoordinateError
        If places are longitude and latitude.
    ParameterError, DataError
        As `near_repeats`.
    """
    day, known = event_days(events, zone=zone)
    midpoint = events.start + (events.end - events.start) // 2
    order = np.argsort(midpoint, kind="stable")
    order = order[known[order]]
    found = near_repeats(
        events.x[order],
        events.y[order],
        day[order],
        distance=distance,
        days=days,
        same_place=same_place,
        weights=events.weight[order],
    )
    chain = np.full(len(events), -1)
    chain[order] = found.chain
    columns = dict(found.pairs.columns)
    columns["originator"] = order[columns["originator"]]
    columns["next"] = order[columns["next"]]
    by_number = np.lexsort((columns["next"], columns["originator"]))
    pairs = replace(found.pairs, columns={k: c[by_number] for k, c in columns.items()})
    dates = dict(found.chains.columns)
    for name in ("first", "last"):
        dates[name] = dates[name].astype(np.int64).astype("M8[D]")
    left_out = int(np.count_nonzero(~known))
    return NearRepeats(pairs, replace(found.chains, columns=dates), chain, left_out)


def _close_pairs(
    x: Floats, y: Floats, times: Floats, distance: float, days: float, *, same_place: bool
) -> tuple[Ints, Ints]:
    """Events of each pair within both limits, by their numbers, the lower first."""
    # With no distance allowed, only band 0 (the very same place) can hold a pair.
    edges = np.array([-1.0, distance]) if distance > 0 else np.array([-1.0, 1e-300])
    found = near(x, y, edges, pairs_at_once=PAIRS_SPELT_OUT)
    kept = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    n = 0
    for block in found.blocks:
        one, other, band = block.pairs()
        one, other = found.order[one], found.order[other]
        close = np.abs(times[one] - times[other]) <= days
        close &= (band > 0) | same_place
        n += int(np.count_nonzero(close))
        if n > MOST_PAIRS:
            raise ParameterError(
                f"more than {MOST_PAIRS:,} pairs lie within {distance:g} m and {days:g} days; "
                "give a shorter distance or fewer days"
            )
        one, other = one[close], other[close]
        kept.append((np.minimum(one, other), np.maximum(one, other)))
    return np.concatenate([k[0] for k in kept]), np.concatenate([k[1] for k in kept])


def _distance(x: Floats, y: Floats, one: Ints, other: Ints) -> Floats:
    dx, dy = x[one] - x[other], y[one] - y[other]
    apart: Floats = np.sqrt(dx * dx + dy * dy)
    return apart


def _chains(
    x: Floats, y: Floats, times: Floats, weight: Floats, one: Ints, other: Ints
) -> tuple[Ints, Table]:
    """Chain of each event, and the table of chains."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = len(x)
    links = csr_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    linked = np.zeros(n, dtype=bool)
    linked[one] = linked[other] = True
    events = np.flatnonzero(linked)
    _, member = np.unique(label[events], return_inverse=True)
    size = np.bincount(member)
    first, last = np.full(len(size), np.inf), np.full(len(size), -np.inf)
    np.minimum.at(first, member, times[events])
    np.maximum.at(last, member, times[events])
    lowest = np.full(len(size), n)
    np.minimum.at(lowest, member, events)
    mean_x = np.bincount(member, x[events]) / size
    mean_y = np.bincount(member, y[events]) / size
    dx, dy = x[events] - mean_x[member], y[events] - mean_y[member]
    reach = np.zeros(len(size))
    np.maximum.at(reach, member, np.sqrt(dx * dx + dy * dy))
    total = np.bincount(member, weight[events])

    order = np.lexsort((lowest, first, -size))  # longest first, then earliest
    place = np.empty(len(size), dtype=np.int64)
    place[order] = np.arange(len(size))
    chain = np.full(n, -1)
    chain[events] = place[member]
    columns = {"n": size, "weight": total, "x": mean_x, "y": mean_y, "reach": reach}
    columns |= {"first": first, "last": last, "days": last - first}
    table = Table(
        {"chain": np.arange(len(size))} | {name: c[order] for name, c in columns.items()},
        title="Chains of near repeats",
        units={"x": "m", "y": "m", "reach": "m", "days": "days"},
    )
    return chain, table
