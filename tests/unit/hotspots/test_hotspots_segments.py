"""Events on street segments: nearest, counted, and with nothing to count."""

import numpy as np
import pytest
import shapely

from peelian.hotspots import segment_counts, segment_kde, segment_rates, snap_events
from peelian.hotspots.segment_kde import JUNCTIONS, STEPS
from peelian.spacetime import street_network
from peelian.statistics import garwood_limits
from peelian.terms import CoordinateError, DataError, ParameterError
from streets import TOWN, network_of, on_streets, squares, star


def test_an_event_goes_to_the_nearest_segment_within_the_distance():
    town = network_of(*TOWN)
    found = snap_events([50, 50, 300], [4, 26, 300], town, max_distance=20)
    assert found.segment.tolist() == [0, 5, -1]
    assert found.snapped.tolist() == [True, True, False]
    assert found.off[0] == pytest.approx(4)
    assert found.along[0] == pytest.approx(50)
    assert np.isnan(found.off[2])
    assert segment_counts(found, town).tolist() == [1, 0, 0, 0, 0, 1, 0]
    harm = segment_counts(found, town, weights=[10, 2.5, 99])
    assert harm.tolist() == [10, 0, 0, 0, 0, 2.5, 0]


def test_of_segments_equally_near_the_lowest_number_is_taken():
    four = star(4)
    on_the_junction = snap_events([0.0] * 3, [0.0] * 3, four, max_distance=1)
    assert on_the_junction.segment.tolist() == [0, 0, 0]
    assert snap_events([20], [20], four, max_distance=50).segment.tolist() == [0]


def test_no_events_no_segments_and_one_event():
    town, nothing = network_of(*TOWN), snap_events([], [], network_of(), max_distance=5)
    assert segment_counts(nothing, network_of()).shape == (0,)
    assert segment_kde(nothing, network_of(), bandwidth=9).shape == (0,)
    none = snap_events([], [], town, max_distance=5)
    assert segment_counts(none, town).tolist() == [0] * 7
    assert segment_kde(none, town, bandwidth=9).tolist() == [0] * 7
    one = snap_events([50], [0], town, max_distance=5)
    density = segment_kde(one, town, bandwidth=40)
    np.testing.assert_allclose(density, [1 / 100, 0, 0, 0, 0, 0, 0], atol=1e-12)
    assert not snap_events([1], [1], network_of(), max_distance=5).snapped.any()


@pytest.mark.parametrize("junctions", JUNCTIONS)
def test_density_is_level_where_events_are(junctions):
    """Constant input: as many events on each metre, and the same density everywhere."""
    ring = squares(4)
    at = np.linspace(0.5, 99.5, 100)
    x = np.concatenate([at + 100 * i for i in range(4)] * 5)
    y = np.repeat(np.arange(5) * 100.0, 400)
    events = snap_events(np.append(x, y), np.append(y, x), ring, max_distance=0.1)
    density = segment_kde(events, ring, bandwidth=150, junctions=junctions)
    np.testing.assert_allclose(density, 1.0, rtol=2e-3)


def test_units_and_origin_do_not_matter():
    rng = np.random.default_rng(3)
    town = squares(5)
    x, y = on_streets(town, 40, rng)
    x, y = x + rng.normal(0, 3, 40), y + rng.normal(0, 3, 40)
    events = snap_events(x, y, town, max_distance=20)
    metres = segment_kde(events, town, bandwidth=130)
    per_km = segment_rates(events, town).per_km
    fine = squares(5, 100_000.0)  # the same in millimetres
    mm = snap_events(x * 1000, y * 1000, fine, max_distance=20_000)
    np.testing.assert_array_equal(mm.segment, events.segment)
    np.testing.assert_allclose(segment_rates(mm, fine).per_km * 1000, per_km)
    density = segment_kde(mm, fine, bandwidth=130_000) * 1000
    np.testing.assert_allclose(density, metres, rtol=1e-6, atol=1e-12)
    far = np.array([449_000, 520_000])
    moved = street_network(shapely.transform(town.lines, lambda xy: xy + far), crs="none")
    there = snap_events(x + far[0], y + far[1], moved, max_distance=20)
    np.testing.assert_array_equal(there.segment, events.segment)
    density = segment_kde(there, moved, bandwidth=130)
    np.testing.assert_allclose(density, metres, rtol=1e-6, atol=1e-12)


def test_short_segments_lose_next_to_nothing():
    """Shorter than a step of the walk, 0.4 m here."""
    street = network_of(*(f"LINESTRING ({a} 0, {a + 0.1} 0)" for a in np.arange(0, 60, 0.1)))
    assert street.length.max() < 100 / STEPS
    events = snap_events([30.02], [0.0], street, max_distance=1)
    held = segment_kde(events, street, bandwidth=100) * street.length
    assert 0.2 < held.sum() <= 1  # each takes a whole step, so the walk is slower than it is


def test_what_does_not_fit_is_refused():
    town = network_of(*TOWN)
    events = snap_events([50], [4], town, max_distance=20)
    with pytest.raises(ParameterError, match="one of each"):
        snap_events([1], [1, 2], town, max_distance=5)
    with pytest.raises(ParameterError, match="more than 0"):
        snap_events([1], [1], town, max_distance=0)
    with pytest.raises(DataError, match="event 1 has no place"):
        snap_events([1, np.nan], [1, 2], town, max_distance=5)
    with pytest.raises(CoordinateError, match="longitude and latitude"):
        british = network_of("LINESTRING (450000 520000, 450100 520000)")
        british = type(british)(**{**vars(british), "crs": "EPSG:27700"})
        snap_events([-1.2], [54.5], british, max_distance=5)
    with pytest.raises(ParameterError, match="weights for 1 events"):
        segment_counts(events, town, weights=[1, 2])
    with pytest.raises(ParameterError, match="finite"):
        segment_counts(events, town, weights=[np.nan])
    with pytest.raises(ParameterError, match="another network"):
        segment_counts(snap_events([190], [-25], town, max_distance=9), star(3))
    with pytest.raises(ParameterError, match="kernel 'box'"):
        segment_kde(events, town, bandwidth=9, kernel="box")
    with pytest.raises(ParameterError, match="junctions 'equal'"):
        segment_kde(events, town, bandwidth=9, junctions="equal")
    with pytest.raises(ParameterError, match="length above zero"):
        segment_kde(events, town, bandwidth=0)


def test_garwood_limits_hold_the_truth_and_rates_have_no_trend_on_uniform_events():
    """Null: 200 maps of uniform events. Also: long streets have no other rate than short."""
    rng = np.random.default_rng(11)
    town = network_of(*TOWN)
    covered, rates = [], []
    for _ in range(200):
        x, y = on_streets(town, rng.poisson(0.05 * town.length.sum()), rng)
        counts = segment_counts(snap_events(x, y, town, max_distance=1), town)
        low, high = garwood_limits(counts, town.length)
        covered.append((low <= 0.05) & (high >= 0.05))
        rates.append(counts / town.length)
    assert np.mean(covered) >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / np.size(covered))
    mean, error = np.mean(rates, axis=0), np.std(rates, axis=0) / np.sqrt(200)
    assert np.all(np.abs(mean - 0.05) < 3.5 * error)


@pytest.mark.parametrize("junctions", JUNCTIONS)
@pytest.mark.parametrize("town", [network_of(*TOWN), star(3, long=150, pieces=3)])
def test_density_is_unbiased_on_uniform_events(junctions, town):
    """Why kernels are split: without it junctions look hot (Okabe and Sugihara 2009)."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(100):
        x, y = on_streets(town, 100, rng)
        events = snap_events(x, y, town, max_distance=1)
        found.append(segment_kde(events, town, bandwidth=80, junctions=junctions))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(100)
    assert np.all(np.abs(mean - 100 / town.length.sum()) < 3.5 * error)


def test_rates_are_per_km_with_limits_that_widen_with_harm():
    town = network_of(*TOWN)
    events = snap_events([50, 52, 50], [4, 4, 26], town, max_distance=20)
    rates = segment_rates(events, town)
    assert rates.n.tolist() == [2, 0, 0, 0, 0, 1, 0]
    assert rates.per_km[0] == pytest.approx(20)
    low, high = garwood_limits(rates.n, town.length / 1000)
    np.testing.assert_allclose(rates.low, low)
    np.testing.assert_allclose(rates.high, high)
    harm = segment_rates(events, town, weights=[10, 10, 10])
    np.testing.assert_allclose(harm.high, 10 * high)
    uneven = segment_rates(events, town, weights=[1, 19, 10])
    assert uneven.per_km[0] == harm.per_km[0]
    assert uneven.high[0] > harm.high[0]
    nothing = segment_rates(snap_events([], [], town, max_distance=5), town)
    assert nothing.per_km.tolist() == [0] * 7
    assert np.all(nothing.high > 0)


def test_an_event_taken_back_elsewhere_leaves_a_count_below_zero_and_a_low_of_zero():
    town = network_of(*TOWN)
    events = snap_events([50], [4], town, max_distance=20)
    rates = segment_rates(events, town, weights=[-1])
    assert (rates.n[0], rates.low[0]) == (-1, 0)
    assert np.isfinite(rates.high).all()
