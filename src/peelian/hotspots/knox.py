"""Knox test: are events that are near each other in space also near each other in time?"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian.hotspots.arrangements import arrangements, count_pairs, pairs_by_band
from peelian.hotspots.pairs import (
    PAIRS_AT_ONCE,
    PAIRS_SPELT_OUT,
    Edges,
    as_days,
    as_weights,
    event_days,
    near,
    require_places,
    upper_edges,
)
from peelian.terms import (
    LOCAL_ZONE,
    Events,
    Floats,
    ParameterError,
    Table,
)

SamePlace = Literal["include", "exclude"]
SAME_PLACE = ("include", "exclude")
_UNITS = {"distance_from": "m", "distance_to": "m", "days_from": "days", "days_to": "days"}


@dataclass(frozen=True, eq=False)
class KnoxTable:
    """Pairs of events by distance and time, against times arranged by chance.

    Attributes
    ----------
    table : Table
        One row a distance band and time band: ``distance_from, distance_to`` [m],
        ``days_from, days_to`` [days], ``observed`` pairs, ``expected`` pairs, their ``ratio``
        (NaN when none are expected) and ``p``, the chance of as many or more.
    same_place : Table
        The same for pairs at the very same place alone: distance 0 to 0.
    n : int
        Events compared.
    arrangements : int
        Arrangements of the times that p rests on: random ones, or all when ``exact``.
    exact : bool
        Whether every arrangement was counted.
    left_out : int
        Events without a known day.
    """

    table: Table
    same_place: Table
    n: int
    arrangements: int
    exact: bool
    left_out: int = 0


def knox(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    distance_breaks: ArrayLike,
    time_breaks: ArrayLike,
    edges: Edges = "half-open",
    same_place: SamePlace = "include",
    permutations: int = 999,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
) -> KnoxTable:
    """Count pairs of events by distance and time apart, and compare with shuffled times.

    Parameters
    ----------
    x, y : array, shape (n,)
        [m]
    day : array, shape (n,)
        Day number, or datetime64. Whole days are quickest. [days]
    distance_breaks : array, shape (n_distance_bands + 1,)
        Rising, from 0 up. [m]
    time_breaks : array, shape (n_time_bands + 1,)
        Rising, from 0 up. [days]
    edges : str
        ``half-open``: a band holds its lower break and not its upper one, so 0, 7, 14 are days
        0 to 6 and 7 to 13. ``closed``: it holds its upper break and not its lower one, but the
        first band holds both: days 0 to 7 and 8 to 14.
    same_place : str
        Whether a distance band from 0 holds pairs at the very same place. They are given apart
        in either case.
    permutations : int
        Random arrangements of the times. When n! is no more than this, every arrangement is
        counted instead, and p is exact.
    rng : numpy.random.Generator
    weights : array, shape (n,), optional
        Harm: a pair counts for the product of its two weights, which stay with their places.

    Returns
    -------
    KnoxTable
        Pairs on the same day are 0 days apart and lie in the band that holds 0. With fewer
        than two events nothing is observed or expected, and p is NaN.

    Raises
    ------
    ParameterError
        If breaks do not rise from zero up, a choice is unknown, ``permutations`` is below 1,
        arrays differ in length or a weight is negative.
    DataError
        If a place, time or weight is missing.

    Notes
    -----
    ``expected`` is the mean over all n! arrangements, which needs no simulation: pairs in the
    distance band times pairs in the time band, over all pairs. ``p`` is the share of
    arrangements with at least as many pairs: ``(1 + as many) / (1 + permutations)``, which is
    never 0. It is not corrected for the number of bands.

    References
    ----------
    .. [1] E. G. Knox, "The detection of space-time interactions," Applied Statistics, 13(1),
       25-29, 1964. doi:10.2307/2985220
    .. [2] S. D. Johnson et al., "Space-time patterns of risk: a cross national assessment of
       residential burglary victimization," Journal of Quantitative Criminology, 23(3),
       201-219, 2007. doi:10.1007/s10940-007-9025-3
    """
    east, north = require_places("Knox", x, y)
    days = as_days(day, len(east))
    days = days - days.min() if len(days) else days
    weight = as_weights(weights, len(east))
    d_edges = upper_edges(distance_breaks, edges, name="distance_breaks")
    t_edges = upper_edges(time_breaks, edges, name="time_breaks")
    if same_place not in SAME_PLACE:
        raise ParameterError(
            f"unknown same_place {same_place!r}; choose {' or '.join(SAME_PLACE)}"
        )
    if permutations < 1:
        raise ParameterError(f"permutations is {permutations}; give 1 or more, such as 999")

    n = len(east)
    exact = 1 < n <= 12 and math.factorial(n) <= permutations
    at_once = PAIRS_AT_ONCE if weight is None else PAIRS_SPELT_OUT
    found = near(east, north, d_edges, pairs_at_once=at_once)
    ordered = None if weight is None else weight[found.order]
    tasks = list(arrangements(days[found.order], permutations, rng, exact=exact))
    counts = np.zeros((len(d_edges), len(t_edges) - 1, 1 + sum(t.size for t in tasks)))
    close = np.zeros(len(d_edges))
    for block in found.blocks:
        counts += count_pairs(block, tasks, t_edges, ordered)
        close += pairs_by_band(block, ordered)
    expected = close[:, None] * _pairs_in_time(days, t_edges) / max(n * (n - 1) / 2, 1)
    observed, p = counts[:, :, 0], _p_values(counts, exact=exact)
    d, t = np.asarray(distance_breaks, float), np.asarray(time_breaks, float)
    if same_place == "include" and d[0] == 0:
        observed, expected = _joined(observed), _joined(expected)
        p[1] = _p_values(_joined(counts[:2]), exact=exact)[1]
    if n < 2:
        p[:] = np.nan
    if weight is None:
        observed = observed.astype(np.int64)
    at_zero = np.zeros(1)
    return KnoxTable(
        _table(observed[1:], expected[1:], p[1:], d[:-1], d[1:], t),
        _table(
            counts[:1, :, 0].astype(observed.dtype), expected[:1], p[:1], at_zero, at_zero, t
        ),
        n,
        math.factorial(n) if exact else permutations,
        exact,
    )


def knox_of_events(
    events: Events,
    *,
    distance_breaks: ArrayLike,
    time_breaks: ArrayLike,
    edges: Edges = "half-open",
    same_place: SamePlace = "include",
    permutations: int = 999,
    rng: np.random.Generator,
    weighted: bool = False,
    zone: str = LOCAL_ZONE,
) -> KnoxTable:
    """`knox` of events by the local date of their midpoint.

    Parameters
    ----------
    events : Events
        Those that last longer than a day have no day and are left out.
    distance_breaks, time_breaks, edges, same_place, permutations, rng
        As `knox`.
    weighted : bool
        Whether a pair counts for the product of its events' weights.
    zone : str
        Whose midnights begin a day.

    Returns
    -------
    KnoxTable

    Raises
    ------
    CoverageError
        If more than half of the events last longer than a day, as month-only records do.
    CoordinateError
        If places are longitude and latitude.
    ParameterError, DataError
        As `knox`.
    """
    day, known = event_days(events, zone=zone)
    result = knox(
        events.x[known],
        events.y[known],
        day[known],
        distance_breaks=distance_breaks,
        time_breaks=time_breaks,
        edges=edges,
        same_place=same_place,
        permutations=permutations,
        rng=rng,
        weights=events.weight[known] if weighted else None,
    )
    left_out = int(np.count_nonzero(~known))
    return replace(result, left_out=left_out)


def pair_counts(
    x: Floats,
    y: Floats,
    day: Floats,
    *,
    distance_breaks: ArrayLike,
    time_breaks: ArrayLike,
    edges: Edges = "half-open",
    weights: Floats | None = None,
) -> Floats:
    """Pairs by distance band and time band: the definition.

    Parameters
    ----------
    x, y, day, distance_breaks, time_breaks, edges, weights
        As `knox`.

    Returns
    -------
    counts : array, shape (1 + n_distance_bands, n_time_bands)
        First the pairs at the very same place, which are in no other row.
    """
    d_edges = upper_edges(distance_breaks, edges, name="distance_breaks")
    t_edges = upper_edges(time_breaks, edges, name="time_breaks")
    first, second = np.triu_indices(len(x), 1)
    dx, dy = x[second] - x[first], y[second] - y[first]
    # Band k lies over edge k - 1 and up to edge k: 0 is below the lowest, the last too far.
    d_band = np.searchsorted(d_edges, np.sqrt(dx * dx + dy * dy), side="left")
    t_band = np.searchsorted(t_edges, np.abs(day[second] - day[first]), side="left")
    same = (dx == 0) & (dy == 0)
    d_band = np.where(same, 0, np.where(d_band == 0, len(d_edges), d_band))
    within = (d_band < len(d_edges)) & (t_band > 0) & (t_band < len(t_edges))
    both = np.ones(len(first)) if weights is None else weights[first] * weights[second]
    counts = np.zeros((len(d_edges), len(t_edges) - 1))
    np.add.at(counts, (d_band[within], t_band[within] - 1), both[within])
    return counts


def _pairs_in_time(days: Floats, t_edges: Floats) -> Floats:
    """Pairs of events in each time band, at any distance."""
    times, counts = np.unique(days, return_counts=True)
    upto = np.concatenate([[0], np.cumsum(counts)])
    below = np.zeros(len(t_edges))
    for k, edge in enumerate(t_edges):
        if edge < 0:
            continue
        last = np.searchsorted(times, times + edge, side="right")
        last -= times[last - 1] - times > edge  # where the sum was rounded up, or down
        last += np.append(times, np.inf)[last] - times <= edge
        pairs = counts * (upto[last] - upto[1:])
        below[k] = np.sum(pairs) + np.sum(counts * (counts - 1) / 2)
    inside: Floats = np.diff(below)
    return inside


def _joined(values: Floats) -> Floats:
    """Pairs at the very same place added to those of the first band."""
    joined = values.copy()
    joined[1] += values[0]
    return joined


def _p_values(counts: Floats, *, exact: bool) -> Floats:
    """Share of arrangements with as many pairs as observed, which stands first."""
    observed, arranged = counts[:, :, :1], counts[:, :, 1:]
    least = observed - 1e-9 * np.abs(observed)  # sums that are equal but for rounding
    as_many = np.count_nonzero(arranged >= least, axis=2)
    n: int = arranged.shape[2]
    p: Floats = as_many / n if exact else (1 + as_many) / (1 + n)
    return p


def _table(
    observed: NDArray[Any],
    expected: Floats,
    p: Floats,
    distance_from: Floats,
    distance_to: Floats,
    t: Floats,
) -> Table:
    """A row for each distance band and time band."""
    n_bands, n_spans = observed.shape
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    return Table(
        {
            "distance_from": np.repeat(distance_from, n_spans),
            "distance_to": np.repeat(distance_to, n_spans),
            "days_from": np.tile(t[:-1], n_bands),
            "days_to": np.tile(t[1:], n_bands),
            "observed": observed.ravel(),
            "expected": expected.ravel(),
            "ratio": ratio.ravel(),
            "p": p.ravel(),
        },
        title="Pairs by distance and time apart",
        units=_UNITS,
    )
