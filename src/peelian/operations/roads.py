"""Minutes from place to place along a street network."""

from collections.abc import Sequence

import numpy as np

from peelian.operations.checks import listed
from peelian.operations.travel import (
    FIXED_MINUTES,
    FOOT_M_MIN,
    TravelTimes,
    team_places,
)
from peelian.terms import (
    FOOT,
    MODES,
    VEHICLE,
    Bools,
    Floats,
    Ints,
    ParameterError,
    Spots,
    StreetNetwork,
    Team,
    Texts,
)

UNREACHABLE = 1_000_000  # minutes to where no way leads: longer than any shift
SNAP_REACH = 300.0  # metres from a place to the nearest junction or end of a street
OTHER_KM_H = 25.0  # a kind that is not listed, or not said
# Average speeds over a journey, junctions and lights included: assumptions, below the limits.
# By OpenStreetMap's highway, then by Ordnance Survey's class; 0: closed to vehicles.
KM_H = {
    "trunk": 60.0, "trunk_link": 40.0, "primary": 45.0, "primary_link": 35.0,
    "secondary": 40.0, "secondary_link": 35.0, "tertiary": 35.0, "tertiary_link": 30.0,
    "unclassified": 30.0, "residential": 25.0, "living_street": 12.0, "service": 12.0,
    "track": 12.0, "pedestrian": 0.0, "footway": 0.0, "path": 0.0, "cycleway": 0.0,
    "bridleway": 0.0, "steps": 0.0, "crossing": 0.0,
    "motorway": 80.0, "primary road": 55.0, "a road": 45.0, "b road": 40.0,
    "minor road": 35.0, "local road": 25.0, "local access road": 12.0,
    "restricted local access road": 12.0, "shared use carriageway": 12.0,
}  # fmt: skip


def road_travel(spots: Spots, teams: Sequence[Team], network: StreetNetwork) -> TravelTimes:
    """Travel between all spots and the base of each team, along the streets.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    network : StreetNetwork
        In the CRS of the spots.

    Returns
    -------
    TravelTimes
        UNREACHABLE from and to spots off the streets, which the sentences name.

    Raises
    ------
    ParameterError
        If a base lies further than SNAP_REACH from every street, as when the network is of
        another place or CRS.
    """
    x, y = team_places(spots, teams)
    minutes = np.stack([road_minutes(x, y, network, mode=mode) for mode in MODES])
    n, foot = len(spots), MODES.index(FOOT)
    lost = minutes[foot].diagonal() == UNREACHABLE
    for team, off in zip(teams, lost[n:], strict=True):
        if off:
            raise ParameterError(
                f"base {team.base.name!r} lies further than {SNAP_REACH:.0f} m from every "
                "street of the network: give a network that covers the bases, or its right CRS"
            )
    said = [
        f"Travel is along the streets given ({network.n_segments:,} segments): on foot at "
        f"{FOOT_M_MIN * 0.06:.1f} km/h; by vehicle at an average for each class of street, "
        f"{KM_H['service']:.0f} to {KM_H['trunk']:.0f} km/h, plus {FIXED_MINUTES:.0f} minutes "
        "to set off and park, or walked where that is quicker. The network does not say which "
        "streets are one-way: each is taken both ways."
    ]
    far = [spots.names[i] for i in np.flatnonzero(lost[:n])]
    if far:
        said.append(
            f"Further than {SNAP_REACH:.0f} m from the streets that hang together, so not "
            f"reachable: {listed(far)}."
        )
    return TravelTimes(minutes, tuple(said))


def road_minutes(x: Floats, y: Floats, network: StreetNetwork, *, mode: str) -> Ints:
    """Whole minutes between all places along the streets of a network.

    Parameters
    ----------
    x, y : array, shape (n_places,)
        Each is joined to the nearest junction or end of a street, in the part of the network
        that most hang together, and walked to from there. [m, CRS of the network]
    network : StreetNetwork
    mode : str
        ``foot`` walks every street; ``vehicle`` drives those open to it at the average speed
        of their class and parks, or walks where that is quicker.

    Returns
    -------
    array of int, shape (n_places, n_places)
        Rounded up; UNREACHABLE where no way leads, and from and to places further than
        SNAP_REACH from every street. [minutes]

    Raises
    ------
    ParameterError
        If ``mode`` is none of MODES or a coordinate is not a number.

    Notes
    -----
    Speeds are assumptions (``KM_H``); a network that drops motorways makes long journeys too
    long.
    """
    if mode not in MODES:
        raise ParameterError(f"mode {mode!r}: give {' or '.join(MODES)}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ParameterError("a place has no coordinates: give metres in the network's CRS")
    minutes = _along(x, y, network, network.length / FOOT_M_MIN)
    if mode == VEHICLE:
        km_h = street_speeds(network.kinds)
        open_to = km_h > 0
        m_min = np.where(open_to, km_h, np.inf) * 1000 / 60
        driven = _along(x, y, network, network.length / m_min, open_to)
        minutes = np.minimum(minutes, driven + FIXED_MINUTES)
    whole = np.where(np.isfinite(minutes), np.ceil(minutes - 1e-9), UNREACHABLE)
    return whole.astype(np.int64)


def street_speeds(kinds: Texts) -> Floats:
    """Average speed of a vehicle on streets of these kinds, 0 where it may not go. [km/h]

    Parameters
    ----------
    kinds : array of str, shape (n_segments,)
        As a network calls them; of several joined by " / ", the fastest.
    """
    known, which = np.unique(kinds, return_inverse=True)
    speeds = [
        max(
            KM_H.get(one.partition(",")[0].strip().lower(), OTHER_KM_H)
            for one in kind.split(" / ")
        )
        for kind in known.tolist()
    ]
    return np.array(speeds, dtype=float)[which]


def _along(
    x: Floats, y: Floats, network: StreetNetwork, cost: Floats, chosen: Bools | None = None
) -> Floats:
    """Minutes between all places over the chosen segments, each at its cost; inf: no way."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components, dijkstra
    from scipy.spatial import cKDTree

    n_places, n_nodes = len(x), network.n_nodes
    used = np.ones(network.n_segments, np.bool_) if chosen is None else chosen
    if not used.any() or not n_places:
        return np.full((n_places, n_places), np.inf)
    start, end, cost = network.from_node[used], network.to_node[used], cost[used]
    # Of several segments between two nodes the quickest counts; csr would add them up.
    key = np.minimum(start, end) * n_nodes + np.maximum(start, end)
    order = np.lexsort((cost, key))
    _, first = np.unique(key[order], return_index=True)
    best = order[first]
    graph = csr_array((cost[best], (start[best], end[best])), shape=(n_nodes, n_nodes))

    _, part = connected_components(graph, directed=False)
    main = np.flatnonzero(part == np.bincount(part[start]).argmax())
    tree = cKDTree(np.column_stack([network.node_x, network.node_y])[main])
    off, nearest = tree.query(np.column_stack([x, y]))
    node = main[nearest]
    reached = np.where(off <= SNAP_REACH, off / FOOT_M_MIN, np.inf)

    sources, which = np.unique(node, return_inverse=True)
    between = dijkstra(graph, directed=False, indices=sources)[:, sources]
    minutes: Floats = between[np.ix_(which, which)] + reached[:, None] + reached[None, :]
    same = np.isfinite(reached) & np.eye(n_places, dtype=np.bool_)
    minutes[same] = 0.0
    return minutes
