"""Snapping as spaghetti does it, and kernels along streets as published and as defined."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from scipy.integrate import quad

from peelian.hotspots import segment_counts, segment_kde, snap_events
from peelian.hotspots.segment_kde import JUNCTIONS
from peelian.hotspots.segment_kde_definition import segment_kde_by_definition
from streets import TOWN, network_of, on_streets, squares, star

# PySAL spaghetti 1.7.6, Network(in_data=lines).snapobservations of these points: the point,
# the line it lies on, the snapped place and the distance to it.
SPAGHETTI = np.array(
    [
        (12, 3, 0, 12.0, 0.0, 3.0),
        (55, 21, 5, 57.647059, 25.411765, 5.144958),
        (97, -31, 2, 100.0, -31.0, 3.0),
        (104, -66, 6, 104.828402, -67.988166, 2.153846),
        (140, 40, 1, 133.6, 44.8, 8.0),
        (131, 44, 1, 132.28, 43.04, 1.6),
        (20, 90, 3, 26.557377, 82.131148, 10.24295),
        (88, 97, 3, 89.266055, 101.220183, 4.406001),
        (-9, 31, 4, 0.0, 31.0, 9.0),
        (180, 10, 6, 196.176471, 19.705882, 18.864844),
        (61, -12, 0, 61.0, 0.0, 12.0),
        (199, -44, 6, 193.585799, -31.005917, 14.076923),
        (150, -49, 6, 150.059172, -49.142012, 0.153846),
        (49, 38, 5, 45.735294, 32.558824, 6.345448),
    ]
)


def test_events_snap_and_count_as_in_spaghetti():
    town = network_of(*TOWN)
    x, y, segment, snapped_x, snapped_y, off = SPAGHETTI.T
    found = snap_events(x, y, town, max_distance=100)
    assert found.segment.tolist() == segment.tolist()
    np.testing.assert_allclose(found.off, off, atol=1e-6)
    place = shapely.line_interpolate_point(town.lines[found.segment], found.along)
    np.testing.assert_allclose(shapely.get_x(place), snapped_x, atol=1e-6)
    np.testing.assert_allclose(shapely.get_y(place), snapped_y, atol=1e-6)
    assert segment_counts(found, town).tolist() == [2, 2, 1, 2, 1, 2, 4]


def quartic(distance, bandwidth):
    u = np.minimum(np.abs(distance) / bandwidth, 1)
    return 15 / 16 * (1 - u**2) ** 2 / bandwidth


def test_the_discontinuous_split_of_spnetwork():
    """Four streets, event at 3 from the junction, bandwidth 10; 3 up another: k(6) / 3.

    From the tests of J. Gelb, "spNetwork: a package for network kernel density estimation,"
    The R Journal, 13(2), 2021, doi:10.32614/RJ-2021-102 (version 0.4.4.6, test_kernels.R,
    "discontinuous kernel with a simple case"). The streets there are 5 long; here they are
    cut at 2.9 and 3.1 to read the density at 3.
    """
    cuts = (0, 2.9, 3.1, 20)
    arms = [
        f"LINESTRING ({a * dx} {a * dy}, {b * dx} {b * dy})"
        for dx, dy in ((0, 1), (-1, 0), (0, -1), (1, 0))
        for a, b in pairwise(cuts)
    ]
    four = network_of(*arms)
    event = snap_events([0.0], [3.0], four, max_distance=0.1)
    density = segment_kde(event, four, bandwidth=10)
    middle_of_other_arm = 3 * 3 + 1
    assert density[middle_of_other_arm] == pytest.approx(quartic(6, 10) / 3, rel=1e-3)


def test_the_continuous_split_of_spnetwork():
    """The same four streets, bandwidth 5, at 2 towards the junction: k(2) - k(4) / 2.

    From "continuous kernel with a simple case" of the same file.
    """
    cuts = (0, 0.95, 1.05, 20)
    arms = [
        f"LINESTRING ({a * dx} {a * dy}, {b * dx} {b * dy})"
        for dx, dy in ((0, 1), (-1, 0), (0, -1), (1, 0))
        for a, b in pairwise(cuts)
    ]
    four = network_of(*arms)
    event = snap_events([0.0], [3.0], four, max_distance=0.1)
    density = segment_kde(event, four, bandwidth=5, junctions="continuous")
    assert density[1] == pytest.approx(quartic(2, 5) - quartic(4, 5) / 2, rel=2e-3)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_a_straight_street_has_the_kernel_of_one_dimension(kernel):
    """Whatever it is cut into."""
    ends = np.array([0, 30, 31, 90, 170, 260, 300, 400, 500.0])
    street = network_of(*(f"LINESTRING ({a} 0, {b} 0)" for a, b in pairwise(ends)))
    at, bandwidth = 215.0, 150.0 if kernel == "quartic" else 40.0

    def k(x):
        if kernel == "quartic":
            return quartic(x - at, bandwidth)
        return np.exp(-(((x - at) / bandwidth) ** 2) / 2) / bandwidth / np.sqrt(2 * np.pi)

    density = segment_kde(
        snap_events([at], [0], street, max_distance=1),
        street,
        bandwidth=bandwidth,
        kernel=kernel,
    )
    spread = [quad(k, a, b, points=[at] if a < at < b else None)[0] for a, b in pairwise(ends)]
    if kernel == "gaussian":
        spread[0] += quad(k, -np.inf, 0)[0]  # turned back at the dead end: some 4 in 10^8
    np.testing.assert_allclose(density * street.length, spread, atol=5e-5)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 7])
def test_a_star_shares_the_mass_as_okabe_and_sugihara(n):
    """Event 40 from a junction of degree n, bandwidth 100, streets 1 km long.

    What passes the junction is M, the kernel's mass beyond 40. Discontinuous: M / (n - 1) on
    each other street. Continuous: 2 M / n on each other, 2 M / n - M more on its own.
    """
    streets = star(n, long=1000.0)
    event = snap_events([40.0], [0.0], streets, max_distance=0.1)
    beyond = quad(quartic, 40, 100, args=(100,))[0]
    own, other = np.arange(n) == 0, np.arange(n) > 0
    expected = {
        "discontinuous": (1 - beyond) * own + beyond / (n - 1) * other,
        "continuous": (1 - beyond + (2 / n - 1) * beyond) * own + 2 * beyond / n * other,
    }
    for junctions in JUNCTIONS:
        held = segment_kde(event, streets, bandwidth=100, junctions=junctions) * 1000
        np.testing.assert_allclose(held, expected[junctions], atol=1e-5)


@pytest.mark.parametrize("junctions", JUNCTIONS)
@pytest.mark.parametrize(("kernel", "bandwidth"), [("quartic", 170.0), ("gaussian", 35.0)])
def test_the_fast_way_is_the_definition(junctions, kernel, bandwidth):
    """Every walk, one after the other, in two towns with loops, dead ends and bent streets."""
    for town in (network_of(*TOWN), squares(4, 60.0)):
        x, y = on_streets(town, 30, np.random.default_rng(2))
        weights = np.random.default_rng(3).uniform(0, 9, 30)
        events = snap_events(x, y, town, max_distance=5)
        settings = {"bandwidth": bandwidth, "kernel": kernel, "junctions": junctions}
        fast = segment_kde(events, town, weights=weights, **settings)
        slow = segment_kde_by_definition(events, town, weights=weights, **settings)
        np.testing.assert_allclose(fast, slow, atol=1e-3 * slow.max())
