"""Density along streets walk by walk: the definition that the fast way is held to."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.hotspots.segment_kde import GAUSSIAN_REACH, half_kernel
from peelian.hotspots.segments import SnappedEvents, snapped_weights
from peelian.terms import Floats, StreetNetwork


def segment_kde_by_definition(
    events: SnappedEvents,
    network: StreetNetwork,
    *,
    bandwidth: float,
    kernel: str = "quartic",
    junctions: str = "discontinuous",
    weights: ArrayLike | None = None,
) -> Floats:
    """What `segment_kde` means: every walk from every event, one after the other.

    Parameters
    ----------
    events, network, bandwidth, kernel, junctions, weights
        As in `segment_kde`.

    Returns
    -------
    density : array, shape (n_segments,)
        Exact but for rounding. [events per m]

    Notes
    -----
    The number of walks grows exponentially with the bandwidth: for tests and small places.
    """
    reach = bandwidth * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0)
    held = np.zeros(network.n_segments)
    ways_out: list[list[tuple[int, bool]]] = [[] for _ in range(network.n_nodes)]
    for s in range(network.n_segments):
        ways_out[network.from_node[s]].append((s, True))
        ways_out[network.to_node[s]].append((s, False))

    def mass(distance: float) -> float:
        return float(half_kernel(distance, bandwidth, kernel))

    weight = snapped_weights(events, network, weights)
    segment, along = events.segment[events.snapped], events.along[events.snapped]
    for s, done, amount in zip(segment, along, weight, strict=True):
        to_go = network.length[s] - done
        held[s] += amount * (mass(done) + mass(to_go))
        arrived = [(s, True, to_go, amount), (s, False, done, amount)]
        while arrived:
            s, forwards, walked, amount = arrived.pop()
            if walked >= reach:
                continue
            node = network.to_node[s] if forwards else network.from_node[s]
            n = len(ways_out[node])
            for way, onward in ways_out[node]:
                turns_back = (way, onward) == (s, not forwards)
                if junctions == "continuous":
                    share = 2 / n - turns_back
                elif n == 1:
                    share = 1.0
                else:
                    share = 0.0 if turns_back else 1 / (n - 1)
                if share:
                    end = walked + network.length[way]
                    held[way] += amount * share * (mass(end) - mass(walked))
                    arrived.append((way, onward, end, amount * share))
    return held / network.length
