"""Points that gather events for reasons of recording: sinks and repeated snap points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.terms import Bools, Events, ParameterError, Table

PREFIX = "on or near "  # how data.police.uk begins the name of a point


@dataclass(frozen=True)
class Sink:
    """A kind of point where offences are recorded that were not committed in its streets.

    ``names`` match the whole name of a point, ``endings`` its last words.
    """

    kind: str
    names: tuple[str, ...]
    endings: tuple[str, ...]
    reason: str


def sink_mask(events: Events, sinks: Sequence[Sink]) -> Bools:
    """Which events lie on a sink, by the published name of their point.

    Parameters
    ----------
    events : Events
    sinks : sequence of Sink

    Returns
    -------
    array of bool, shape (n,)
        False where the point has no name: an unnamed sink is not found. `repeated_points`
        shows what else deserves a look.

    Notes
    -----
    Thames Valley left out hot spots that a prison or a hospital made. The point of an airport
    also stands for what happens in streets around it, so show what was set aside.
    """
    mask: Bools = sink_kinds(events.place, sinks) != ""
    return mask


def sink_kinds(places: NDArray[np.str_], sinks: Sequence[Sink]) -> NDArray[np.str_]:
    """Kind of sink of each named point, shape (n,); empty for an ordinary point."""
    names, which = np.unique(np.asarray(places, dtype=np.str_), return_inverse=True)
    kinds = np.array([_kind(name, sinks) for name in names], dtype=np.str_)
    return kinds[which] if len(names) else np.array([], dtype=np.str_)


def repeated_share(events: Events) -> float:
    """Share of events whose exact point another event has too; NaN for no events.

    Displaced data score near one, surveyed positions near zero.
    """
    if not len(events):
        return float("nan")
    _, counts, _ = _points(events)
    return float(counts[counts > 1].sum() / len(events))


def repeated_points(events: Events, k: int = 10, *, sinks: Sequence[Sink] = ()) -> Table:
    """The ``k`` points with most events, most first.

    Parameters
    ----------
    events : Events
        Weights are ignored: this is about where rows lie.
    k : int
    sinks : sequence of Sink

    Returns
    -------
    Table
        ``rank, place, x, y, n, share, sink``: the most frequent name of the point, its place
        [m], events on it, their share of all, and the kind of sink by its name. Points with
        one event are not listed; ties are ordered from the south-west. Empty for no events.

    Raises
    ------
    ParameterError
        If ``k`` is negative.
    """
    if k < 0:
        raise ParameterError(f"k = {k} points; give 0 or more")
    points, counts, which = _points(events)
    order = np.lexsort((points.real, points.imag, -counts))[:k]
    order = order[counts[order] > 1]
    places = [_usual_name(events.place[which == at]) for at in order]
    kinds = sink_kinds(np.array(places, dtype=np.str_), sinks)
    columns: dict[str, NDArray[Any]] = {
        "rank": np.arange(1, len(order) + 1),
        "place": np.array(places, dtype=np.str_),
        "x": points.real[order],
        "y": points.imag[order],
        "n": counts[order],
        "share": counts[order] / max(len(events), 1),
        "sink": kinds,
    }
    return Table(
        columns, title="Most repeated points", units={"x": "m", "y": "m", "n": "events"}
    )


def _points(events: Events) -> tuple[Any, Any, Any]:
    """Distinct points as x + iy, events on each, and the point of each event."""
    points, which, counts = np.unique(
        events.x + 1j * events.y, return_inverse=True, return_counts=True
    )
    return points, counts, which


def _usual_name(names: NDArray[np.str_]) -> str:
    named, counts = np.unique(names, return_counts=True)
    return str(named[counts.argmax()])


def _kind(name: str, sinks: Sequence[Sink]) -> str:
    plain = name.strip().lower().removeprefix(PREFIX).strip()
    for sink in sinks:
        whole = plain in {one.lower() for one in sink.names}
        if whole or any(plain.endswith(" " + ending.lower()) for ending in sink.endings):
            return sink.kind
    return ""
