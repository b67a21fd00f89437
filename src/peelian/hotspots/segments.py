"""Events on street segments: which segment each is nearest to, and how many each has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian import spacetime
from peelian.statistics import weighted_garwood_limits
from peelian.terms import Bools, DataError, Floats, Ints, ParameterError, StreetNetwork

M_IN_KM = 1000.0


@dataclass(frozen=True, eq=False)
class SnappedEvents:
    """Events moved to the nearest point of the nearest segment, shape (n,) each.

    Attributes
    ----------
    segment : array of int
        -1 for an event that was not snapped.
    along : array
        From the segment's start to the nearest point; NaN if not snapped. [m]
    off : array
        From the event to that point; NaN if not snapped. [m]
    snapped : array of bool
        Whether a segment lies within the largest distance.
    """

    segment: Ints
    along: Floats
    off: Floats
    snapped: Bools


@dataclass(frozen=True, eq=False)
class SegmentRates:
    """Events by segment, and per km with 95 % limits, shape (n_segments,) each."""

    n: Floats
    per_km: Floats
    low: Floats
    high: Floats


def snap_events(
    x: ArrayLike, y: ArrayLike, network: StreetNetwork, *, max_distance: float
) -> SnappedEvents:
    """Find the segment nearest to each event, and the place on it.

    Parameters
    ----------
    x, y : array, shape (n,)
        Places of the events, in the network's CRS. [m]
    network : StreetNetwork
    max_distance : float
        An event further than this from every segment is not snapped. [m]

    Returns
    -------
    SnappedEvents
        Of segments equally near (a junction is as near to each that meets there) the one with
        the lowest number is taken.

    Raises
    ------
    ParameterError
        If ``x`` and ``y`` differ in length or ``max_distance`` is not a length above zero.
    DataError
        If an event has no place.
    CoordinateError
        If the events are plainly in degrees.

    Notes
    -----
    Nearest as the crow flies: an event between two streets may belong to the other one, and
    where places were moved before publication the segment is that of the published point.
    """
    import shapely

    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(x) != len(y):
        raise ParameterError(f"snap_events: {len(x)} x and {len(y)} y; give one of each")
    if not (np.isfinite(max_distance) and max_distance > 0):
        raise ParameterError(f"max distance is {max_distance:g} m; give more than 0")
    lost = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if len(lost):
        raise DataError(f"event {lost[0]} has no place ({x[lost[0]]}, {y[lost[0]]}); drop it")
    spacetime.require_metres(x, y, network.crs)

    places, of_event = np.unique(x + 1j * y, return_inverse=True)  # published points repeat
    points = shapely.points(places.real, places.imag)
    (at, near), off = shapely.STRtree(network.lines).query_nearest(
        points, max_distance=max_distance, return_distance=True
    )
    order = np.lexsort((near, at))
    at, near, off = at[order], near[order], off[order]
    first = np.append(True, at[1:] != at[:-1])[: len(at)]
    at, near, off = at[first], near[first], off[first]

    segment = np.full(len(places), -1)
    along, away = np.full(len(places), np.nan), np.full(len(places), np.nan)
    segment[at], away[at] = near, off
    along[at] = shapely.line_locate_point(network.lines[near], points[at])
    return SnappedEvents(
        segment[of_event], along[of_event], away[of_event], (segment >= 0)[of_event]
    )


def segment_counts(
    events: SnappedEvents, network: StreetNetwork, *, weights: ArrayLike | None = None
) -> Floats:
    """Events of each segment; those not snapped are in none.

    Parameters
    ----------
    events : SnappedEvents
        On this network.
    network : StreetNetwork
    weights : array, shape (n,), optional
        What each event counts for; 1 when not given. [events, or days of harm]

    Returns
    -------
    counts : array, shape (n_segments,)
        [events, or days]

    Raises
    ------
    ParameterError
        If the weights do not fit the events, or the events the network.
    """
    weight = snapped_weights(events, network, weights)
    counts: Floats = np.bincount(
        events.segment[events.snapped], weight, network.n_segments
    ).astype(np.float64)
    return counts


def segment_rates(
    events: SnappedEvents, network: StreetNetwork, *, weights: ArrayLike | None = None
) -> SegmentRates:
    """Events of each segment, and per km of it with a 95 % interval.

    Parameters
    ----------
    events, network, weights
        As in `segment_counts`.

    Returns
    -------
    SegmentRates
        Garwood's exact limits where every event counts 1, Fay and Feuer's where they are
        weighted.

    Raises
    ------
    ParameterError
        As `segment_counts`.

    Notes
    -----
    A segment of 20 m with one event has 50 per km: read the interval, not the rank. The limits
    take events as independent; several offences of one incident make them too narrow.
    """
    weight = snapped_weights(events, network, weights)
    n = segment_counts(events, network, weights=weights)
    km = network.length / M_IN_KM
    square = np.zeros(len(events.segment))
    square[events.snapped] = weight**2
    low, high = weighted_garwood_limits(
        np.maximum(n, 0),  # an event taken back may stand where its first record does not
        segment_counts(events, network, weights=square),
        weight.max(initial=0.0) or 1.0,
        km,
    )
    return SegmentRates(n, n / km, low, high)


def snapped_weights(
    events: SnappedEvents, network: StreetNetwork, weights: ArrayLike | None
) -> Floats:
    """The weights of the events that were snapped, checked."""
    n = len(events.segment)
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(weight) != n:
        raise ParameterError(f"{len(weight)} weights for {n} events; give one an event")
    if not np.isfinite(weight).all():
        raise ParameterError("a weight is not a finite number; leave the event out")
    if n and events.segment.max() >= network.n_segments:
        raise ParameterError(
            f"segment {events.segment.max()} of {network.n_segments}: the events were snapped "
            "to another network"
        )
    return weight[events.snapped]
