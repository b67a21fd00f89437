"""Small street networks of the tests, one line each."""

from itertools import pairwise

import numpy as np
import shapely

from peelian.spacetime import street_network

# Seven streets, two of them bent: what spaghetti was asked about too.
TOWN = (
    "LINESTRING (0 0, 100 0)",
    "LINESTRING (100 0, 160 80)",
    "LINESTRING (100 0, 100 -70)",
    "LINESTRING (160 80, 60 110, 0 60)",
    "LINESTRING (0 60, 0 0)",
    "LINESTRING (0 60, 100 0)",
    "LINESTRING (100 -70, 220 -20, 160 80)",
)


def network_of(*wkt, **given):
    """The network of lines written as WKT, in plane metres."""
    lines = np.array([shapely.from_wkt(one) for one in wkt], dtype=object)
    return street_network(lines, crs="none", **given)


def star(n, *, long=100.0, pieces=1):
    """``n`` streets that meet at (0, 0), each of so many segments."""
    steps = np.linspace(0, long, pieces + 1)
    return network_of(
        *(
            f"LINESTRING ({a * np.cos(turn)} {a * np.sin(turn)}, "
            f"{b * np.cos(turn)} {b * np.sin(turn)})"
            for turn in 2 * np.pi * np.arange(n) / n
            for a, b in pairwise(steps)
        )
    )


def on_streets(network, n, rng):
    """``n`` places uniform on the network."""
    segment = rng.choice(network.n_segments, n, p=network.length / network.length.sum())
    at = shapely.line_interpolate_point(network.lines[segment], rng.random(n), normalized=True)
    return shapely.get_x(at), shapely.get_y(at)


def squares(n, side=100.0):
    """A chequerboard of streets, ``n`` blocks wide and high."""
    lines = [f"LINESTRING (0 {i * side}, {n * side} {i * side})" for i in range(n + 1)]
    lines += [f"LINESTRING ({i * side} 0, {i * side} {n * side})" for i in range(n + 1)]
    noded = shapely.node(shapely.MultiLineString([shapely.from_wkt(one) for one in lines]))
    return network_of(*(shapely.to_wkt(one) for one in noded.geoms))
