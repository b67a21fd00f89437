"""Kernel density of events along a street network."""

import numpy as np
from numpy.typing import ArrayLike

from peelian import spacetime
from peelian.hotspots.segments import SnappedEvents, snapped_weights
from peelian.terms import Floats, Ints, ParameterError, StreetNetwork

KERNELS = ("quartic", "gaussian")
JUNCTIONS = ("discontinuous", "continuous")
GAUSSIAN_REACH = 5.0  # standard deviations; one part in two million of the mass lies beyond
STEPS = 256  # in which the kernel's reach is walked


def segment_kde(
    events: SnappedEvents,
    network: StreetNetwork,
    *,
    bandwidth: float,
    kernel: str = "quartic",
    junctions: str = "discontinuous",
    weights: ArrayLike | None = None,
) -> Floats:
    """Kernel density of events along the network, averaged over each segment.

    Parameters
    ----------
    events : SnappedEvents
        On this network.
    network : StreetNetwork
    bandwidth : float
        Along the streets: where the quartic kernel ends; standard deviation of the Gaussian,
        cut at five of them. [m]
    kernel : str
        ``quartic`` or ``gaussian``.
    junctions : str
        What happens where n segments meet: ``discontinuous`` shares what arrives equally
        among the n - 1 others; ``continuous`` shares 2/n to each and reflects 2/n - 1, so
        that density does not jump at a junction.
    weights : array, shape (n,), optional
        What each event counts for; 1 when not given. [events, or days of harm]

    Returns
    -------
    density : array, shape (n_segments,)
        Zero everywhere without events. Times the length of each segment and summed, it gives
        back the events that were snapped. [events per m]

    Raises
    ------
    ParameterError
        If the bandwidth is not positive, a name is unknown or the weights do not fit.

    Notes
    -----
    Half of an event's kernel walks each way from it along the streets: ``K(x) = sum over
    walks from event to x of k(length) * product of the shares at the junctions passed``, with
    ``k`` the kernel of one dimension. A discontinuous walk never turns back at a junction; at
    a dead end every walk does, so no mass is lost there, nor where the network was cut off.
    Both ways keep the mass and are unbiased where events are uniform on the streets.

    All events walk together, in STEPS steps, and the amount that enters each segment at each
    step is kept: time grows with segments and not with events, nor with the number of walks,
    which doubles at each junction. It differs from the definition by less than 0.1 % of the
    highest density. A segment shorter than a step is walked in one, and holds that much less.

    Do not use it where places were moved by more than the bandwidth, nor to compare streets
    of different use: it knows no exposure.

    References
    ----------
    .. [1] A. Okabe, T. Satoh and K. Sugihara, "A kernel density estimation method for
       networks, its computational method and a GIS-based tool," International Journal of
       Geographical Information Science, 23(1), 7-32, 2009. doi:10.1080/13658810802475491
    .. [2] G. McSwiggan, A. Baddeley and G. Nair, "Kernel density estimation on a linear
       network," Scandinavian Journal of Statistics, 44(2), 324-345, 2017.
       doi:10.1111/sjos.12255
    """
    spacetime.require_bandwidth(bandwidth)
    if kernel not in KERNELS or junctions not in JUNCTIONS:
        raise ParameterError(
            f"kernel {kernel!r}, junctions {junctions!r}: give one of {', '.join(KERNELS)}, "
            f"and one of {', '.join(JUNCTIONS)}"
        )
    weight = snapped_weights(events, network, weights)
    segment, along = events.segment[events.snapped], events.along[events.snapped]
    m = network.n_segments

    # In steps, from here on. A segment is walked forwards as number s, backwards as m + s.
    step = bandwidth * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0) / STEPS
    mass_to = half_kernel(np.arange(STEPS + 1) * step, bandwidth, kernel)

    def mass(steps: Floats) -> Floats:
        """Mass of the kernel from the event to so many steps away."""
        found: Floats = np.interp(steps, np.arange(STEPS + 1), mass_to)
        return found

    long = np.maximum(network.length / step, 1.0)
    done = along / network.length[segment] * long[segment]
    to_go = long[segment] - done
    held = np.bincount(segment, weight * (mass(done) + mass(to_go)), m).astype(np.float64)

    # What walks along directed segment s and will be at its end after b steps waits at
    # ``first[s] + b % size[s]``: no more slots than it has steps.
    long = np.concatenate([long, long])
    size = np.minimum(np.ceil(long), STEPS).astype(np.int64) + 2
    first = np.cumsum(size) - size
    waiting = np.zeros(size.sum())

    def send(end: Floats, walked: Ints, amount: Floats) -> None:
        """Let amounts be at the end of segments after steps that are not whole numbers."""
        reached = np.flatnonzero(end < STEPS)
        row, s = end[reached].astype(np.int64), walked[reached]
        part = end[reached] - row
        np.add.at(waiting, first[s] + row % size[s], amount[reached] * (1 - part))
        np.add.at(waiting, first[s] + (row + 1) % size[s], amount[reached] * part)

    send(to_go, segment, weight)
    send(done, segment + m, weight)
    to_node = np.concatenate([network.to_node, network.from_node])
    from_node = np.concatenate([network.from_node, network.to_node])
    turned = np.roll(np.arange(2 * m), m)
    onward, back = _shares(np.bincount(to_node, minlength=network.n_nodes), junctions)
    onward, back = onward[from_node], back[from_node]
    for b in range(STEPS):
        here = first + b % size
        leaving = waiting[here]
        waiting[here] = 0.0
        meeting = np.bincount(to_node, leaving, network.n_nodes)
        entering = onward * meeting[from_node] - back * leaving[turned]
        at = np.flatnonzero(entering)
        amount, end = entering[at], b + long[at]
        held += np.bincount(at % m, amount * (mass(end) - mass_to[b]), m)
        send(end, at, amount)
    return held / (long[:m] * step)


def half_kernel(distance: ArrayLike, bandwidth: float, kernel: str) -> Floats:
    """Mass of the one-dimensional kernel between 0 and ``distance``: at most one half.

    Parameters
    ----------
    distance : array, any shape
        [m]
    bandwidth : float
        [m]
    kernel : str
        ``quartic``, ``15 / (16 h) (1 - (d/h)^2)^2``, or ``gaussian``.

    Returns
    -------
    mass : array, shape of ``distance``
    """
    from scipy.special import erf

    d = np.asarray(distance, dtype=np.float64) / bandwidth
    mass: Floats
    if kernel == "gaussian":
        whole = 2 * erf(GAUSSIAN_REACH / np.sqrt(2))
        mass = erf(np.minimum(d, GAUSSIAN_REACH) / np.sqrt(2)) / whole
    else:
        d = np.minimum(d, 1.0)
        mass = 15 / 16 * d * (1 - 2 / 3 * d**2 + d**4 / 5)
    return mass


def _shares(degree: Ints, junctions: str) -> tuple[Floats, Floats]:
    """What each way out of a node gets of all that arrives, and is spared of what came by it.

    ``entering = onward * everything arriving - back * what arrived by this very segment``.
    """
    n = np.maximum(degree, 1).astype(np.float64)
    if junctions == "continuous":
        return 2 / n, np.ones_like(n)
    others = np.maximum(n - 1, 1)
    dead_end = n == 1
    return np.where(dead_end, 0.0, 1 / others), np.where(dead_end, -1.0, 1 / others)
