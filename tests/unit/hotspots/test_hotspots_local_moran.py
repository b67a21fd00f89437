import itertools

import numpy as np
import pytest
import shapely

from peelian.hotspots import gi_star_test, local_moran, local_moran_by_weights
from peelian.hotspots.permutation import different_cells, permutation_p
from peelian.spacetime import (
    distance_weights,
    hexagon_grid,
    outlines,
    polygon_grid,
    queen_weights,
    square_grid,
)
from peelian.terms import Areas, DataError, ParameterError, StudyArea

BOX = shapely.box(0, 0, 3000, 2500)
RNG = np.random.default_rng(6)


def rng(seed=1):
    return np.random.default_rng(seed)


def grid_of(cell_size=250, polygon=BOX, make=square_grid, crs="EPSG:27700"):
    return make(StudyArea("box", polygon, crs), cell_size)


@pytest.mark.parametrize("distance", [None, 260, 600])
def test_squares_hexagons_and_polygons_equal_the_sparse_definition(distance):
    squares, hexagons = grid_of(), grid_of(make=hexagon_grid)
    shapes = outlines(squares)
    names = tuple(map(str, range(len(shapes))))
    polygons = polygon_grid(Areas(names, names, names, np.ones(len(shapes)), shapes))
    for grid in (squares, hexagons, polygons):
        counts = RNG.gamma(1, 3, grid.n_cells)  # harm: not whole
        if distance is not None:
            weights = distance_weights(grid.x, grid.y, distance)
        elif grid is hexagons:
            weights = queen_weights(shapely.buffer(outlines(grid), 1e-6))
        else:
            weights = queen_weights(outlines(grid))
        found = local_moran(counts, grid, distance=distance, permutations=9, rng=rng())
        expected = local_moran_by_weights(counts, weights)
        np.testing.assert_allclose(found.local_moran, expected, atol=1e-9)


@pytest.mark.parametrize("whole", [True, False])
def test_p_is_that_of_every_arrangement_of_the_others(whole):
    """Two by three cells: all 120 arrangements of the other five, cell by cell."""
    grid = grid_of(polygon=shapely.box(0, 0, 750, 500))
    counts = np.array([0.0, 1, 4, 2, 0, 7]) * (1 if whole else 0.37)
    near = queen_weights(outlines(grid)).toarray() > 0
    np.fill_diagonal(near, False)
    draws = 40_000
    p = local_moran(counts, grid, permutations=draws, rng=rng()).p
    for cell in range(6):
        others = np.arange(6) != cell
        arranged = np.array(list(itertools.permutations(counts[others])))
        sums = arranged[:, near[cell][others]].sum(axis=1)
        found = counts[near[cell]].sum()
        tail = min((sums >= found - 1e-9).mean(), (sums <= found + 1e-9).mean())
        exact = min(2 * tail, 1)
        assert p[cell] == pytest.approx(exact, abs=10 * np.sqrt(tail / draws) + 1e-4)


def test_shared_draws_mended_are_conditional_permutations_of_each_cell():
    """One cell of a large grid against permutations made for it alone."""
    grid = grid_of(polygon=shapely.box(0, 0, 5000, 5000))
    counts = rng(4).negative_binomial(0.4, 0.2, grid.n_cells).astype(float)
    counts[210] = 90  # a value that must not come back as its own neighbour
    p = local_moran(counts, grid, permutations=20_000, rng=rng()).p
    near = queen_weights(outlines(grid)).toarray()[210] > 0
    near[210] = False
    others = np.delete(counts, 210)
    generator = rng(5)
    sums = np.array([generator.choice(others, 8, replace=False).sum() for _ in range(20_000)])
    found = counts[near].sum()
    tail = min((sums >= found).mean(), (sums <= found).mean())
    assert p[210] == pytest.approx(min(2 * tail, 1), abs=0.02)
    # Were it drawn among its own neighbours, a sum this high would be common.
    spike = np.where(np.arange(len(counts)) == 210, counts, counts > 3)
    values = spike.astype(float)
    high = np.full(len(values), 60.0)
    n_near = np.full(len(values), 8)
    tail_p = permutation_p(values, high, n_near, permutations=20_000, rng=rng())
    assert tail_p[210] == 2 / 20_001
    assert np.delete(tail_p, 210).min() > 0.02


def test_p_is_never_zero_and_has_a_stated_floor():
    grid = grid_of()
    counts = np.zeros(grid.n_cells)
    counts[(abs(grid.x - 1500) < 300) & (abs(grid.y - 1250) < 300)] = 500
    result = local_moran(counts, grid, permutations=99, rng=rng())
    assert result.p.min() == pytest.approx(2 / 100)
    assert gi_star_test(
        counts, grid, null="permutation", permutations=99, rng=rng()
    ).p.min() == pytest.approx(2 / 100)


def test_quadrants_name_the_cell_and_then_its_neighbours():
    grid = grid_of(polygon=shapely.box(0, 0, 5000, 5000))
    counts = np.full(grid.n_cells, 5.0)
    here = np.hypot(grid.x - 1125, grid.y - 1125)
    counts[here < 600] = 20  # a hot spot with a quiet cell in it
    counts[here < 100] = 0
    there = np.hypot(grid.x - 3875, grid.y - 3875)
    counts[there < 600] = 1
    counts[there < 100] = 30
    quadrant = local_moran(counts, grid, permutations=9, rng=rng()).quadrant
    assert quadrant[np.hypot(grid.x - 1125, grid.y - 1375).argmin()] == "high-high"
    assert quadrant[here.argmin()] == "low-high"
    assert quadrant[there.argmin()] == "high-low"
    assert quadrant[np.hypot(grid.x - 3875, grid.y - 3625).argmin()] == "low-low"


def test_one_quiet_neighbour_makes_a_spike_significant_and_negative():
    grid = grid_of(polygon=shapely.box(0, 0, 5000, 5000))
    counts = rng(2).poisson(20, grid.n_cells).astype(float)
    spike = np.hypot(grid.x - 2375, grid.y - 2375).argmin()
    near = (abs(grid.x - grid.x[spike]) < 300) & (abs(grid.y - grid.y[spike]) < 300)
    counts[near] = 12
    counts[spike] = 60
    found = local_moran(counts, grid, permutations=99_999, rng=rng())
    assert found.local_moran[spike] < -5
    assert found.quadrant[spike] == "high-low"
    assert found.p_fdr[spike] < 0.05


@pytest.mark.parametrize("events_a_cell", [0.1, 2])
def test_noise_is_significant_no_more_often_than_stated(events_a_cell):
    grid = grid_of(polygon=shapely.box(0, 0, 5000, 5000))
    generator, maps = rng(20), 120
    low, any_found = 0.0, 0
    for _ in range(maps):
        counts = generator.poisson(events_a_cell, grid.n_cells)
        found = local_moran(counts, grid, permutations=9_999, rng=generator)
        low += (found.p <= 0.05).mean() / maps
        any_found += bool((found.p_fdr <= 0.05).any())
    assert low < 0.06
    assert any_found / maps <= 0.07


def test_noise_gives_no_gi_star_by_permutation():
    grid = grid_of(polygon=shapely.box(0, 0, 5000, 5000))
    generator, maps, low, any_found = rng(21), 120, 0.0, 0
    for _ in range(maps):
        counts = generator.poisson(0.5, grid.n_cells)
        found = gi_star_test(
            counts, grid, null="permutation", permutations=9_999, rng=generator
        )
        low += (found.p <= 0.05).mean() / maps
        any_found += bool((found.p_fdr <= 0.05).any())
    assert low < 0.06
    assert any_found / maps <= 0.07


def test_a_spike_alone_is_no_hotspot_by_permutation():
    """Its own count is kept: what counts is whether the others could stand around it."""
    grid = grid_of()
    counts = rng(3).poisson(2, grid.n_cells)
    counts[65] = 400
    found = gi_star_test(counts, grid, null="permutation", permutations=999, rng=rng())
    assert found.z[65] > 3
    assert found.p[65] > 0.05


@pytest.mark.parametrize("level", [0, 3, 0.1])
def test_equal_counts_give_nan_and_no_quadrant(level):
    grid = grid_of()
    result = local_moran(np.full(grid.n_cells, level), grid, permutations=9, rng=rng())
    for values in (result.local_moran, result.p, result.p_fdr):
        assert np.isnan(values).all()
    assert set(result.quadrant) == {""}
    found = gi_star_test(
        np.full(grid.n_cells, level), grid, null="permutation", permutations=9, rng=rng()
    )
    assert np.isnan(found.p).all()


def test_one_cell_one_event_and_cells_without_neighbours():
    one = grid_of(polygon=shapely.box(0, 0, 250, 250))
    assert np.isnan(local_moran([7], one, permutations=9, rng=rng()).p).all()
    grid = grid_of()
    counts = np.zeros(grid.n_cells)
    counts[65] = 1
    result = local_moran(counts, grid, permutations=99, rng=rng())
    assert result.quadrant[65] == "high-low"
    assert result.p[65] == 1  # its neighbours are as empty as any
    apart = grid_of(polygon=shapely.box(0, 0, 500, 250) | shapely.box(2000, 0, 2250, 250))
    lone = local_moran([1, 2, 6], apart, permutations=9, rng=rng())
    assert np.isnan(lone.local_moran[2])
    assert np.isnan(lone.p[2])
    assert lone.quadrant.tolist() == ["low-low", "low-low", ""]


def test_a_count_at_the_mean_has_p_one():
    grid = grid_of(polygon=shapely.box(0, 0, 1250, 250))
    result = local_moran([0, 3, 2, 3, 2], grid, permutations=99, rng=rng())
    assert result.local_moran[2] == result.local_moran[4] == 0
    assert result.p[2] == result.p[4] == 1


def test_everyone_is_a_neighbour():
    grid = grid_of(polygon=shapely.box(0, 0, 1000, 1000))
    result = local_moran(np.arange(16), grid, distance=9000, permutations=99, rng=rng())
    assert (result.p == 1).all()  # the others arranged anew have the same sum


def test_units_and_origin_do_not_matter():
    counts = RNG.poisson(1.5, grid_of().n_cells)
    moved = grid_of(polygon=shapely.affinity.translate(BOX, 250_000, -125_000))
    small = shapely.affinity.scale(BOX, 1e-3, 1e-3, origin=(0, 0))
    kilometres = grid_of(0.25, small, crs="none")
    for far, near in ((None, None), (600, 0.6)):
        expected = local_moran(counts, grid_of(), distance=far, permutations=99, rng=rng())
        for grid, distance in ((moved, far), (kilometres, near)):
            found = local_moran(counts, grid, distance=distance, permutations=99, rng=rng())
            np.testing.assert_allclose(found.local_moran, expected.local_moran, atol=1e-9)
            assert np.array_equal(found.p, expected.p)
            assert np.array_equal(found.quadrant, expected.quadrant)


def test_the_seed_decides_and_draws_may_come_in_parts(monkeypatch):
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells)
    first = local_moran(counts, grid, permutations=999, rng=rng()).p
    assert np.array_equal(first, local_moran(counts, grid, permutations=999, rng=rng()).p)
    monkeypatch.setattr("peelian.hotspots.permutation._DRAWN_AT_ONCE", 900)
    parts = local_moran(counts, grid, permutations=999, rng=rng()).p
    assert np.abs(parts - first).max() < 0.15


@pytest.mark.parametrize(("n", "k"), [(5, 2), (40, 3), (12, 12), (6, 5)])
def test_different_cells_are_drawn_evenly(n, k):
    drawn = different_cells(n, k, 20_000, rng())
    assert drawn.shape == (20_000, k)
    assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
    for place in range(k):
        share = np.bincount(drawn[:, place], minlength=n) / 20_000
        np.testing.assert_allclose(share, 1 / n, atol=5 / np.sqrt(20_000 * n))


def test_ordered_pairs_are_drawn_evenly_though_repeats_are_drawn_again():
    drawn = different_cells(9, 2, 72_000, rng())  # few enough to be drawn with repeats
    times = np.bincount(drawn[:, 0] * 9 + drawn[:, 1], minlength=81).reshape(9, 9)
    assert not np.diag(times).any()
    assert np.abs(times[~np.eye(9, dtype=bool)] - 1000).max() < 150


def test_what_cannot_be_tested_is_refused():
    grid = grid_of()
    counts = np.ones(grid.n_cells)
    with pytest.raises(ParameterError, match=r"counts have shape \(5,\)"):
        local_moran(np.ones(5), grid, rng=rng())
    with pytest.raises(DataError, match="counts hold NaN"):
        local_moran(np.where(np.arange(grid.n_cells) == 3, np.nan, counts), grid, rng=rng())
    with pytest.raises(ParameterError, match="distance is -5 m"):
        local_moran(counts, grid, distance=-5, rng=rng())
    with pytest.raises(ParameterError, match="permutations is 0; give 1 or more"):
        local_moran(counts, grid, permutations=0, rng=rng())
    with pytest.raises(ParameterError, match="the permutation null needs rng"):
        gi_star_test(counts, grid, null="permutation")


def test_counts_are_not_modified():
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells).astype(float)
    before = counts.copy()
    local_moran(counts, grid, permutations=9, rng=rng())
    assert np.array_equal(counts, before)
