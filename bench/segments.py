"""Events on streets: 34,060 segments of 100 m, 30,000 events, snapped and smoothed."""

import numpy as np
import shapely
from timing import Row, compare, medians

import data
from peelian.hotspots import segment_kde, snap_events
from peelian.hotspots.segment_kde_definition import segment_kde_by_definition
from peelian.spacetime import street_network

BLOCKS, SIDE = 130, 100.0  # m
N = 30_000
SOME = 300  # events the readable ways are given; their time is taken in proportion


def run(*, repetitions: int = 3) -> list[Row]:
    """Ours against readable numpy; nobody else offers the kernel in Python."""
    town = streets()
    x, y = (place * BLOCKS * SIDE / data.SIDE for place in data.places(N))
    events = snap_events(x, y, town, max_distance=100)
    few = snap_events(x[:SOME], y[:SOME], town, max_distance=100)
    assert np.allclose(
        few.off, [_nearest(town, *at) for at in zip(x[:SOME], y[:SOME], strict=True)]
    )
    seconds = medians(
        {
            "ours": lambda: snap_events(x, y, town, max_distance=100),
            "numpy": lambda: [_nearest(town, *at) for at in zip(x[:50], y[:50], strict=True)],
        },
        repetitions=repetitions,
    )
    rows = [
        compare(
            "Snapping, 30,000 events to 34,060 segments",
            seconds["ours"],
            "numpy, all distances",
            seconds["numpy"] * N / 50,
        )
    ]
    for bandwidth in (250.0, 500.0):
        ours = segment_kde(few, town, bandwidth=bandwidth)
        plain = segment_kde_by_definition(few, town, bandwidth=bandwidth)
        assert np.abs(ours - plain).max() < 1e-3 * plain.max()
        seconds = medians(
            {
                "ours": lambda h=bandwidth: segment_kde(events, town, bandwidth=h),
                "plain": lambda h=bandwidth: segment_kde_by_definition(few, town, bandwidth=h),
            },
            repetitions=repetitions,
        )
        rows.append(
            compare(
                f"Density along streets, 30,000 events, {bandwidth:g} m",
                seconds["ours"],
                "plain Python, every walk (the definition)",
                seconds["plain"] * N / SOME,
            )
        )
    return rows


def streets():
    """A chequerboard."""
    at = np.arange(BLOCKS + 1) * SIDE
    along, across = np.meshgrid(at[:-1], at)
    starts = np.column_stack([along.ravel(), across.ravel()])
    lines = np.concatenate(
        [
            np.stack([starts, np.add(starts, (SIDE, 0))], axis=1),
            np.stack([starts[:, ::-1], np.add(starts[:, ::-1], (0, SIDE))], axis=1),
        ]
    )
    return street_network(shapely.linestrings(lines), crs="none")


def _nearest(town, x, y):
    """Distance to the nearest of straight segments, each looked at."""
    from_x, from_y = town.node_x[town.from_node], town.node_y[town.from_node]
    dx, dy = town.node_x[town.to_node] - from_x, town.node_y[town.to_node] - from_y
    part = np.clip(((x - from_x) * dx + (y - from_y) * dy) / town.length**2, 0, 1)
    return np.hypot(x - from_x - part * dx, y - from_y - part * dy).min()
