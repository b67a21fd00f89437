"""How much patrol each spot got, from the pings of officers' devices, with bounds."""

from dataclasses import dataclass

import numpy as np

from peelian.terms import Floats, Ints, ParameterError, Pings, SeenVisits, Shapes, Texts

GPS_ERROR = 20.0  # science 4.4: pings this far outside a spot still count as inside [m]
GAP = np.timedelta64(5, "m")  # pings further apart say nothing of the time between
DWELL = np.timedelta64(5, "m")  # a shorter stay is passing through
LEAST_PINGS = 2
BOUNDS = ("lower", "middle", "upper")  # the order of every axis of three


@dataclass(frozen=True, eq=False)
class Refresh:
    """How often each unit's device spoke, shape (n_units,) each.

    ``seconds`` is the median time between its pings, NaN for one alone; ``breaks`` counts the
    times it was silent for longer than the gap.
    """

    unit: Texts
    n_pings: Ints
    seconds: Floats
    breaks: Ints


def find_visits(
    pings: Pings,
    polygons: Shapes,
    *,
    gps_error: float = GPS_ERROR,
    gap: np.timedelta64 = GAP,
    dwell: np.timedelta64 = DWELL,
    least_pings: int = LEAST_PINGS,
) -> SeenVisits:
    """Visits to spots: runs of a unit's successive pings inside, none far apart in time.

    Parameters
    ----------
    pings : Pings
        In any order; a ping given twice counts once.
    polygons : array of shapely geometries, shape (n_spots,)
        In the CRS of the pings; where two overlap, a ping is in both. [m]
    gps_error : float
        Pings this far outside still count as inside. [m]
    gap : timedelta64
        A longer silence ends a visit.
    dwell : timedelta64
        A visit is at least this long, by its middle estimate.
    least_pings : int
        Pings inside that make a visit.

    Returns
    -------
    SeenVisits
        By spot, unit and time.

    Raises
    ------
    ParameterError
        If ``gps_error``, ``gap`` or ``dwell`` is negative, ``least_pings`` under 1, or a ping
        has no place or time.

    Notes
    -----
    A unit came between the last ping outside and the first inside, and left between the last
    inside and the next outside. The lower bound counts from first to last ping inside, the
    upper from ping outside to ping outside, the middle half of each crossing. An end at which
    the device was silent adds nothing to any of them.

    Widening ``gps_error`` lowers none of the three.

    References
    ----------
    .. [1] O. Hutt, K. Bowers and S. Johnson, "The effect of GPS refresh rate on measuring
       police patrol in micro-places," Crime Science, 10, 3, 2021.
       doi:10.1186/s40163-021-00140-1
    """
    no_time = np.timedelta64(0, "s")
    if not (gps_error >= 0 and gap >= no_time and dwell >= no_time and least_pings >= 1):
        raise ParameterError(
            f"GPS error {gps_error} m, gap {gap}, dwell {dwell}: give 0 or more; and "
            f"{least_pings} pings: give one at least"
        )
    unit, names, time, xy = _in_order(pings)
    n = len(unit)

    step = np.diff(time)
    near = (unit[1:] == unit[:-1]) & (step <= gap / np.timedelta64(1, "s"))
    before, after = np.full(n, np.nan), np.full(n, np.nan)
    before[1:][near], after[:-1][near] = step[near], step[near]

    spot, ping = _inside(xy, polygons, gps_error)
    joined = (np.diff(spot) == 0) & (np.diff(ping) == 1) & np.isfinite(before[ping[1:]])
    opens = np.flatnonzero(np.concatenate([[True], ~joined])[: len(ping)])
    closes = np.append(opens[1:], len(ping))[: len(opens)] - 1
    first, last = ping[opens], ping[closes]

    n_pings = last - first + 1
    ends = np.nan_to_num(before[first]) + np.nan_to_num(after[last])
    middle = time[last] - time[first] + ends / 2
    kept = (n_pings >= least_pings) & (middle >= dwell / np.timedelta64(1, "s"))
    first, last = first[kept], last[kept]
    return SeenVisits(
        spot=spot[opens][kept],
        unit=names[unit[first]],
        first=time[first].astype("datetime64[s]"),
        last=time[last].astype("datetime64[s]"),
        before=np.nan_to_num(before[first]),
        after=np.nan_to_num(after[last]),
        n_pings=n_pings[kept],
        cut=np.isnan(before[first]) | np.isnan(after[last]),
    )


def officer_minutes(visits: SeenVisits, groups: Ints, n_groups: int) -> Floats:
    """Minutes of every unit summed: two officers for ten minutes are twenty.

    Parameters
    ----------
    visits : SeenVisits
    groups : array of int, shape (n_visits,)
        What each visit counts towards: its spot, its team, its day.
    n_groups : int

    Returns
    -------
    minutes : array, shape (n_groups, 3)
        Lower, middle and upper. A unit in two overlapping spots at once counts once where both
        are of one group. [minutes]
    """
    _, unit = np.unique(visits.unit, return_inverse=True)
    return _covered(visits, np.asarray(groups) * (len(visits) + 1) + unit, groups, n_groups)


def patrol_minutes(visits: SeenVisits, groups: Ints, n_groups: int) -> Floats:
    """Minutes with any unit there: two officers together for ten minutes are ten.

    Parameters
    ----------
    visits : SeenVisits
    groups : array of int, shape (n_visits,)
        What each visit counts towards: its spot, its team, its day.
    n_groups : int

    Returns
    -------
    minutes : array, shape (n_groups, 3)
        Lower, middle and upper. [minutes]
    """
    return _covered(visits, groups, groups, n_groups)


def count_patrols(visits: SeenVisits, groups: Ints, n_groups: int) -> Ints:
    """Visits of any unit, those that overlap in time counted as one.

    Parameters
    ----------
    visits : SeenVisits
    groups : array of int, shape (n_visits,)
        What each visit counts towards: its spot, its team, its day.
    n_groups : int

    Returns
    -------
    n : array of int, shape (n_groups,)
    """
    start = visits.first.astype(np.int64) - visits.before
    end = visits.last.astype(np.int64) + visits.after
    groups = np.asarray(groups, dtype=np.int64)
    order = np.lexsort([start, groups])
    apart = np.ones(len(order), dtype=bool)
    for one in range(1, len(order)):
        here, last = order[one], order[one - 1]
        apart[one] = groups[here] != groups[last] or start[here] > end[last]
        if not apart[one]:
            end[here] = max(end[here], end[last])
    return np.bincount(groups[order][apart], minlength=n_groups)


def refresh_rates(pings: Pings, *, gap: np.timedelta64 = GAP) -> Refresh:
    """How often each unit's device spoke: what is measured of a patrol depends on it.

    Parameters
    ----------
    pings : Pings
    gap : timedelta64
        A longer silence is a break.

    Returns
    -------
    Refresh
        Units in the order of their names.
    """
    unit, names, time, _ = _in_order(pings)
    same, step = unit[1:] == unit[:-1], np.diff(time)
    long = same & (step > gap / np.timedelta64(1, "s"))
    seconds = [
        float(np.median(step[same & (unit[1:] == one)]))
        if np.any(same & (unit[1:] == one))
        else np.nan
        for one in range(len(names))
    ]
    return Refresh(
        names,
        np.bincount(unit, minlength=len(names)),
        np.array(seconds, dtype=np.float64),
        np.bincount(unit[1:][long], minlength=len(names)),
    )


def _in_order(pings: Pings) -> tuple[Ints, Texts, Ints, Floats]:
    """Units as numbers with their names, times [s] and places, by unit and time, each once."""
    if not (np.isfinite(pings.x) & np.isfinite(pings.y) & ~np.isnat(pings.time)).all():
        raise ParameterError("pings: every one needs a place and a time; leave the others out")
    names, unit = np.unique(pings.unit, return_inverse=True)
    time = pings.time.astype("datetime64[s]").astype(np.int64)
    order = np.lexsort([pings.y, pings.x, time, unit])
    columns = np.column_stack([unit, time, pings.x, pings.y])[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (columns[1:] == columns[:-1]).all(axis=1)
    order = order[~again]
    return unit[order], names, time[order], columns[~again, 2:]


def _inside(xy: Floats, polygons: Shapes, gps_error: float) -> tuple[Ints, Ints]:
    """Each spot with each ping in or near it, by spot and ping."""
    import shapely

    tree = shapely.STRtree(shapely.points(xy))
    spot, ping = tree.query(polygons, predicate="dwithin", distance=gps_error)
    order = np.lexsort([ping, spot])
    return spot[order], ping[order]


def _covered(visits: SeenVisits, keys: Ints, groups: Ints, n_groups: int) -> Floats:
    """Minutes that the visits of each key cover, overlaps once, summed by group."""
    minutes = np.zeros((n_groups, len(BOUNDS)))
    if not len(visits):
        return minutes
    _, key = np.unique(keys, return_inverse=True)
    first, last = (
        t.astype("datetime64[s]").astype(np.int64) for t in (visits.first, visits.last)
    )
    origin = first.min() - visits.before.max()
    span = last.max() + visits.after.max() - origin + 1  # keys laid end to end never touch
    for bound, share in enumerate((0.0, 0.5, 1.0)):
        start = first - share * visits.before - origin + key * span
        end = last + share * visits.after - origin + key * span
        order = np.argsort(start, kind="stable")
        start, end = start[order], end[order]
        so_far = np.concatenate([[-np.inf], np.maximum.accumulate(end)[:-1]])
        seconds = np.maximum(end - np.maximum(start, so_far), 0.0)
        np.add.at(minutes[:, bound], np.asarray(groups)[order], seconds / 60)
    return minutes
