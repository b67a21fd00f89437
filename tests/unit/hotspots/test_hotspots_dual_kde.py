import itertools

import numpy as np
import pytest
import shapely

from peelian.hotspots import dual_kde, kde, relative_risk
from peelian.spacetime import hexagon_grid, outlines, polygon_grid, quartic, square_grid
from peelian.terms import (
    Areas,
    CoordinateError,
    DataError,
    Events,
    ParameterError,
    StudyArea,
)

SQUARE = StudyArea("square", shapely.box(0, 0, 5000, 5000))
GRID = square_grid(SQUARE, 250)


def rng(seed=1):
    return np.random.default_rng(seed)


def events(x, y, weight=None, crs="EPSG:27700"):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    at = np.full(len(x), np.datetime64("2024-01-01T00:00:00", "s"))
    no = np.full(len(x), "")
    weight = np.ones(len(x)) if weight is None else np.asarray(weight, dtype=float)
    return Events(x, y, at, at, weight, no, no, no, crs)


def thrown(n, seed, side=5000, **given):
    return events(*rng(seed).uniform(0, side, (2, n)), **given)


def test_ratio_difference_and_sum_are_those_of_the_two_densities():
    first, second = thrown(80, 2), thrown(120, 3)
    found = dual_kde(first, second, GRID, bandwidth=900, study_area=SQUARE)
    f = kde(first.x, first.y, GRID, bandwidth=900, study_area=SQUARE)
    g = kde(second.x, second.y, GRID, bandwidth=900, study_area=SQUARE)
    np.testing.assert_array_equal(found.density, f)
    np.testing.assert_array_equal(found.reference_density, g)
    np.testing.assert_allclose(found.ratio[g > 0], (f / np.where(g > 0, g, 1))[g > 0])
    np.testing.assert_allclose(found.difference, f - g)
    np.testing.assert_allclose(found.total, f + g)
    both = (f > 0) & (g > 0)
    np.testing.assert_allclose(found.log_ratio[both], np.log(f[both] / g[both]))


def test_nothing_to_divide_by_is_nan_never_infinite():
    found = dual_kde(events([1000], [1000]), events([4000], [4000]), GRID, bandwidth=800)
    near_first = np.hypot(GRID.x - 1000, GRID.y - 1000) < 700
    near_second = np.hypot(GRID.x - 4000, GRID.y - 4000) < 700
    assert np.isnan(found.ratio[near_first]).all()
    assert (found.ratio[near_second] == 0).all()
    assert np.isnan(found.log_ratio[near_first | near_second]).all()
    assert np.isnan(found.ratio[np.hypot(GRID.x - 2500, GRID.y - 2500) < 100]).all()
    assert np.isfinite(found.difference).all()


def test_two_bandwidths_smooth_each_kind_by_its_own():
    first, second = thrown(80, 2), thrown(20, 3)
    found = dual_kde(first, second, GRID, bandwidth=600, reference_bandwidth=1500)
    g = kde(second.x, second.y, GRID, bandwidth=1500)
    np.testing.assert_array_equal(found.reference_density, g)
    np.testing.assert_array_equal(found.density, kde(first.x, first.y, GRID, bandwidth=600))


def test_the_edge_cancels_in_the_ratio_and_is_corrected_in_the_rest():
    first, second = thrown(300, 2), thrown(300, 3)
    plain = dual_kde(first, second, GRID, bandwidth=900)
    corrected = dual_kde(first, second, GRID, bandwidth=900, study_area=SQUARE)
    np.testing.assert_allclose(corrected.ratio, plain.ratio, rtol=1e-9)
    corner = np.hypot(GRID.x, GRID.y).argmin()
    assert corrected.total[corner] > 2.2 * plain.total[corner]
    outside = dual_kde(
        events(np.append(first.x, -50), np.append(first.y, 2500)),
        second, GRID, bandwidth=900, study_area=SQUARE,
    )  # fmt: skip
    np.testing.assert_array_equal(outside.density, corrected.density)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_relative_risk_is_the_ratio_of_densities_that_weigh_one(kernel):
    first, second = thrown(80, 2), thrown(240, 3)
    both = dual_kde(first, second, GRID, bandwidth=700, kernel=kernel)
    found = relative_risk(
        first, second, GRID, bandwidth=700, kernel=kernel, permutations=9, rng=rng()
    )
    known = ~np.isnan(found.relative_risk)
    np.testing.assert_allclose(found.relative_risk[known], both.ratio[known] * 3, rtol=1e-4)
    assert known.mean() > 0.9


def test_p_is_that_of_every_labelling():
    """Two of five events: all ten labellings."""
    x, y = np.array([[1000, 1200, 2500, 2700, 1100], [1000, 1300, 1000, 1400, 1900]])
    weight = np.array([1.0, 3, 2, 1, 5])
    first = events(x[:2], y[:2], weight[:2])
    second = events(x[2:], y[2:], weight[2:])
    found = relative_risk(first, second, GRID, bandwidth=1500, permutations=8000, rng=rng())
    at = np.array(
        [quartic(np.hypot(GRID.x - a, GRID.y - b), 1500) for a, b in zip(x, y, strict=True)]
    )
    at *= weight[:, None]

    def share(chosen):
        mask = np.isin(np.arange(5), chosen)
        f = at[mask].sum(axis=0) / weight[mask].sum()
        g = at[~mask].sum(axis=0) / weight[~mask].sum()
        return f / np.where(f + g > 0, f + g, np.nan)

    drawn = np.array([share(pair) for pair in itertools.combinations(range(5), 2)])
    known = ~np.isnan(drawn[0])
    high = (drawn >= drawn[0] - 1e-9).mean(axis=0)
    low = (drawn <= drawn[0] + 1e-9).mean(axis=0)
    exact = np.minimum(2 * np.minimum(high, low), 1)
    np.testing.assert_allclose(found.p[known], exact[known], atol=0.05)
    assert np.array_equal(np.isnan(found.p), ~known)


def test_noise_is_inside_a_contour_no_more_often_than_stated():
    """The same places labelled at random: uneven places make no difference."""
    generator, maps = rng(20), 150
    inside, any_found = [], 0
    for _ in range(maps):
        centre = generator.uniform(500, 4500, (5, 2))
        at = centre[generator.integers(0, 5, 150)] + generator.normal(0, 500, (150, 2))
        label = generator.random(150) < 0.4
        found = relative_risk(
            events(*at[label].T), events(*at[~label].T), GRID, bandwidth=1000,
            permutations=199, rng=generator,
        )  # fmt: skip
        inside.append((found.p[~np.isnan(found.p)] <= 0.05).mean())
        any_found += bool((found.p_fdr <= 0.05).any())
    assert np.mean(inside) < 0.065
    assert any_found / maps <= 0.07


def test_a_planted_excess_is_inside_the_contour_of_high_risk():
    generator = rng(5)
    second = thrown(400, 6)
    x, y = generator.uniform(0, 5000, (2, 200))
    hot = generator.normal(1500, 250, (2, 100))
    found = relative_risk(
        events(np.append(x, hot[0]), np.append(y, hot[1])), second, GRID, bandwidth=800,
        permutations=1999, rng=generator,
    )  # fmt: skip
    there = np.hypot(GRID.x - 1500, GRID.y - 1500)
    assert (found.tolerance[there < 300] == 1).all()
    assert found.p_fdr[there.argmin()] < 0.05
    assert found.relative_risk[there.argmin()] > 2
    assert (found.tolerance == 1).mean() < 0.35
    # Turned over, it is a contour of low risk.
    turned = relative_risk(
        second, events(np.append(x, hot[0]), np.append(y, hot[1])), GRID, bandwidth=800,
        permutations=1999, rng=rng(),
    )  # fmt: skip
    assert (turned.tolerance[there < 300] == -1).all()


def test_p_is_never_zero_and_a_level_sets_the_contour():
    first, second = (
        events(rng().normal(1000, 100, 60), rng(2).normal(1000, 100, 60)),
        thrown(60, 3),
    )
    found = relative_risk(first, second, GRID, bandwidth=800, permutations=39, rng=rng())
    assert np.nanmin(found.p) == pytest.approx(2 / 40)
    strict = relative_risk(
        first, second, GRID, bandwidth=800, permutations=39, level=0.01, rng=rng()
    )
    assert (found.tolerance != 0).any()
    assert not strict.tolerance.any()


@pytest.mark.parametrize("empty", ["first", "second", "both"])
def test_without_events_of_a_kind_nothing_is_known(empty):
    none, some = events([], []), thrown(5, 2)
    first = none if empty in ("first", "both") else some
    second = none if empty in ("second", "both") else some
    found = relative_risk(first, second, GRID, bandwidth=900, permutations=9, rng=rng())
    assert np.isnan(found.relative_risk).all()
    assert np.isnan(found.p).all()
    assert not found.tolerance.any()
    both = dual_kde(first, second, GRID, bandwidth=900)
    assert not np.isinf(both.ratio).any()
    assert both.total.any() == (empty != "both")


def test_one_event_of_each_and_the_same_events_twice():
    found = relative_risk(
        events([2000], [2500]), events([3000], [2500]), GRID, bandwidth=1500,
        permutations=99, rng=rng(),
    )  # fmt: skip
    assert (found.p[~np.isnan(found.p)] > 0.5).all()
    same = thrown(50, 4)
    twice = relative_risk(same, same, GRID, bandwidth=900, permutations=49, rng=rng())
    known = ~np.isnan(twice.p)
    np.testing.assert_allclose(twice.relative_risk[known], 1)
    assert (twice.p[known] > 0.05).all()


def test_weights_count_and_their_unit_does_not():
    first, second = thrown(40, 2), thrown(60, 3)
    harm = rng(4).choice([1.0, 10, 365], 40)
    heavy = events(first.x, first.y, harm)
    days = relative_risk(heavy, second, GRID, bandwidth=900, permutations=49, rng=rng())
    years = relative_risk(
        events(first.x, first.y, harm / 365),
        events(second.x, second.y, second.weight / 365),
        GRID, bandwidth=900, permutations=49, rng=rng(),
    )  # fmt: skip
    np.testing.assert_allclose(years.relative_risk, days.relative_risk, rtol=1e-9)
    assert np.array_equal(years.p, days.p, equal_nan=True)
    plain = relative_risk(first, second, GRID, bandwidth=900, permutations=49, rng=rng())
    assert not np.allclose(plain.relative_risk, days.relative_risk, equal_nan=True)
    ratio = dual_kde(heavy, second, GRID, bandwidth=900)
    np.testing.assert_allclose(
        ratio.density, kde(first.x, first.y, GRID, bandwidth=900, weights=harm)
    )


def test_units_and_origin_do_not_matter():
    first, second = thrown(60, 2), thrown(90, 3)
    moved = StudyArea("moved", shapely.affinity.translate(SQUARE.polygon, 5e5, 2e5))
    small = StudyArea("km", shapely.box(0, 0, 5, 5), "none")
    settings = {"permutations": 99, "rng": rng(), "bandwidth": 900, "study_area": SQUARE}
    metres = relative_risk(first, second, GRID, **settings)
    shifted = relative_risk(
        events(first.x + 5e5, first.y + 2e5), events(second.x + 5e5, second.y + 2e5),
        square_grid(moved, 250), **{**settings, "rng": rng(), "study_area": moved},
    )  # fmt: skip
    kilometres = relative_risk(
        events(first.x / 1e3, first.y / 1e3, crs="none"),
        events(second.x / 1e3, second.y / 1e3, crs="none"),
        square_grid(small, 0.25),
        **{**settings, "rng": rng(), "study_area": small, "bandwidth": 0.9},
    )
    for other in (shifted, kilometres):
        np.testing.assert_allclose(other.relative_risk, metres.relative_risk, rtol=1e-6)
        np.testing.assert_allclose(other.p, metres.p, atol=1e-9)


def test_hexagons_and_polygons_too():
    first, second = thrown(60, 2), thrown(90, 3)
    hexagons = hexagon_grid(SQUARE, 400)
    found = relative_risk(first, second, hexagons, bandwidth=900, permutations=9, rng=rng())
    ratio = dual_kde(first, second, hexagons, bandwidth=900).ratio
    known = ~np.isnan(found.relative_risk)
    np.testing.assert_allclose(found.relative_risk[known], ratio[known] * 1.5, rtol=1e-6)
    names = tuple(map(str, range(GRID.n_cells)))
    areas = polygon_grid(Areas(names, names, names, np.ones(GRID.n_cells), outlines(GRID)))
    whole = np.allclose(areas.x, GRID.x)
    assert dual_kde(first, second, areas, bandwidth=900).total.sum() > 0
    if whole:
        np.testing.assert_allclose(
            dual_kde(first, second, areas, bandwidth=900).ratio,
            dual_kde(first, second, GRID, bandwidth=900).ratio,
        )


def test_what_does_not_fit_is_refused():
    good = thrown(5, 2)
    calls = {"bandwidth": 900, "rng": rng()}
    with pytest.raises(CoordinateError, match=r"events are in EPSG:32630, the grid in EPSG"):
        dual_kde(thrown(5, 2, crs="EPSG:32630"), good, GRID, bandwidth=900)
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        relative_risk(events([0.5, 0.6], [51.7, 51.8]), good, GRID, **calls)
    with pytest.raises(ParameterError, match="unknown kernel 'box'"):
        relative_risk(good, good, GRID, kernel="box", **calls)
    with pytest.raises(ParameterError, match="permutations is 0"):
        relative_risk(good, good, GRID, permutations=0, **calls)
    with pytest.raises(ParameterError, match="level is 5"):
        relative_risk(good, good, GRID, level=5, **calls)
    with pytest.raises(ParameterError, match="a weight is negative"):
        relative_risk(events([100], [100], [-1]), good, GRID, **calls)
    with pytest.raises(DataError, match="an event has no place"):
        relative_risk(events([np.nan, 2000], [100, 2000]), good, GRID, **calls)
    with pytest.raises(ParameterError, match="bandwidth"):
        relative_risk(good, good, GRID, bandwidth=0, rng=rng())
