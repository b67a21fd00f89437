import itertools

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array

from peelian.hotspots import gi_star, gi_star_by_weights, gi_star_test
from peelian.spacetime import (
    distance_weights,
    hexagon_grid,
    outlines,
    polygon_grid,
    queen_weights,
    square_grid,
)
from peelian.statistics import benjamini_hochberg
from peelian.terms import Areas, DataError, ParameterError, StudyArea

COUNTY = shapely.box(0, 0, 6000, 5000) - shapely.Point(3000, 2500).buffer(900)
RNG = np.random.default_rng(6)


def grid_of(cell_size=250, polygon=COUNTY, make=square_grid):
    return make(StudyArea("county", polygon), cell_size)


def polygons_of(*polygons):
    names = tuple(str(i) for i in range(len(polygons)))
    return polygon_grid(
        Areas(names, names, names, np.ones(len(polygons)), np.array(polygons, object))
    )


@pytest.mark.parametrize("distance", [None, 250, 260, 500, 707.2, 1400, 9000])
def test_squares_equal_the_sparse_definition(distance):
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells).astype(float)
    near = (
        queen_weights(outlines(grid))
        if distance is None
        else distance_weights(grid.x, grid.y, distance)
    )
    expected = gi_star_by_weights(counts, near)
    np.testing.assert_allclose(gi_star(counts, grid, distance=distance), expected, atol=1e-9)


def test_hexagons_and_polygons_equal_the_sparse_definition():
    hexagons = grid_of(make=hexagon_grid, polygon=shapely.box(0, 0, 4000, 3000))
    counts = RNG.poisson(1.5, hexagons.n_cells).astype(float)
    touching = queen_weights(shapely.buffer(outlines(hexagons), 1e-6))
    expected = gi_star_by_weights(counts, touching)
    np.testing.assert_allclose(gi_star(counts, hexagons), expected, atol=1e-9)

    squares = grid_of()
    polygons = polygons_of(*outlines(squares))
    counts = RNG.poisson(1.5, squares.n_cells).astype(float)
    np.testing.assert_allclose(gi_star(counts, polygons), gi_star(counts, squares), atol=1e-9)
    band = gi_star(counts, squares, distance=600)
    centres = np.column_stack([polygons.x, polygons.y])
    whole = np.allclose(centres, np.column_stack([squares.x, squares.y]))
    if whole:
        np.testing.assert_allclose(gi_star(counts, polygons, distance=600), band, atol=1e-9)


def test_cells_cut_out_of_the_study_area_are_no_neighbours():
    ring = shapely.box(0, 0, 1250, 1250) - shapely.box(500, 500, 750, 750)
    grid = grid_of(polygon=ring)
    assert grid.n_cells == 24
    counts = np.zeros(24)
    counts[7] = 5
    weights = queen_weights(outlines(grid))
    assert weights.sum(axis=1).min() == 4
    np.testing.assert_allclose(gi_star(counts, grid), gi_star_by_weights(counts, weights))


@pytest.mark.parametrize("scale", [1.0, 0.37, -1.0, 1e9])
def test_normal_p_values_follow_z_whether_counts_are_whole_or_not(scale):
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells) * scale
    z = gi_star(counts, grid)
    result = gi_star_test(counts, grid, null="normal")
    np.testing.assert_allclose(result.z, z, atol=1e-12)
    from scipy.stats import norm

    np.testing.assert_allclose(result.p, 2 * norm.sf(np.abs(z)), rtol=1e-9)
    np.testing.assert_allclose(result.p_fdr, benjamini_hochberg(result.p), rtol=1e-12)


def test_p_values_leave_out_cells_without_z():
    grid = grid_of(polygon=shapely.box(0, 0, 1000, 1000))
    counts = np.arange(16) % 3
    result = gi_star_test(counts, grid, distance=900)
    assert 0 < np.isnan(result.z).sum() < 16
    np.testing.assert_allclose(result.p_fdr, benjamini_hochberg(result.p), rtol=1e-12)


@pytest.mark.parametrize("make", [square_grid, hexagon_grid])
@pytest.mark.parametrize("level", [0, 3, 0.1])
def test_equal_counts_give_nan_everywhere(make, level):
    grid = grid_of(make=make)
    result = gi_star_test(np.full(grid.n_cells, level), grid)
    for values in (result.z, result.p, result.p_fdr):
        assert np.isnan(values).all()
        assert len(values) == grid.n_cells


def test_one_cell_and_a_single_event():
    one = grid_of(polygon=shapely.box(0, 0, 250, 250))
    assert np.isnan(gi_star([7], one)).all()
    grid = grid_of()
    counts = np.zeros(grid.n_cells)
    counts[100] = 1
    z = gi_star(counts, grid)
    around = queen_weights(outlines(grid)).toarray()[100] > 0
    assert (z[around] > 2).all()
    assert (z[~around] < 0).all()


def test_polygons_of_an_archipelago_without_neighbours():
    islands = polygons_of(*shapely.box([0, 100, 200], 0, [10, 110, 210], 10))
    z = gi_star([1.0, 2, 6], islands)
    counts = np.array([1.0, 2, 6])
    np.testing.assert_allclose(z, (counts - 3) / counts.std())


def test_units_and_origin_do_not_matter():
    metres = grid_of()
    counts = RNG.poisson(1.5, metres.n_cells)
    shifted = square_grid(
        StudyArea("shifted", shapely.affinity.translate(COUNTY, 250_000, -125_000)), 250
    )
    kilometres = square_grid(
        StudyArea("km", shapely.affinity.scale(COUNTY, 1e-3, 1e-3, origin=(0, 0)), "none"),
        0.25,
    )
    expected = gi_star(counts, metres)
    assert np.array_equal(gi_star(counts, shifted), expected)
    assert np.array_equal(gi_star(counts, kilometres), expected)
    band = gi_star(counts, metres, distance=750)
    np.testing.assert_allclose(gi_star(counts, shifted, distance=750), band, atol=1e-9)
    np.testing.assert_allclose(gi_star(counts, kilometres, distance=0.75), band, atol=1e-9)


@pytest.mark.parametrize("events_a_cell", [0.1, 0.5, 2, 20])
def test_noise_gives_no_hotspots_beyond_the_stated_rate(events_a_cell):
    """Under chance arrangement any discovery is false: at most a share q of maps has one."""
    grid = grid_of(polygon=shapely.box(0, 0, 7500, 7500))
    rng = np.random.default_rng(20)
    maps, q = 300, 0.05
    with_any = sum(
        bool((gi_star_test(rng.poisson(events_a_cell, grid.n_cells), grid).p_fdr <= q).any())
        for _ in range(maps)
    )
    assert with_any <= q * maps


def test_the_normal_null_would_find_hotspots_in_sparse_noise():
    """Why it is not the default."""
    grid = grid_of(polygon=shapely.box(0, 0, 7500, 7500))
    rng = np.random.default_rng(20)
    counts = [rng.poisson(0.1, grid.n_cells) for _ in range(100)]
    with_any = sum(
        bool((gi_star_test(c, grid, null="normal").p_fdr <= 0.05).any()) for c in counts
    )
    assert with_any > 50


def test_drawn_p_is_the_tail_over_every_draw():
    """Three cells in a row, neighbourhoods of two and three: all 9 and 27 draws by hand."""
    grid = grid_of(polygon=shapely.box(0, 0, 1000, 250))
    counts = np.array([0, 1, 4, 0])
    p = gi_star_test(counts, grid).p
    for cell, neighbours in enumerate(([0, 1], [0, 1, 2], [1, 2, 3], [2, 3])):
        draws = np.array(list(itertools.product(counts, repeat=len(neighbours)))).sum(axis=1)
        found = counts[neighbours].sum()
        tail = min((draws >= found).mean(), (draws <= found).mean())
        assert p[cell] == pytest.approx(min(2 * tail, 1))


def test_drawn_p_agrees_with_arranging_the_counts_anew():
    grid = grid_of(polygon=shapely.box(0, 0, 7500, 7500))
    rng = np.random.default_rng(9)
    counts = rng.negative_binomial(0.4, 0.2, grid.n_cells)
    p = gi_star_test(counts, grid).p
    inner = np.hypot(grid.x - 3750, grid.y - 3750).argmin()
    sums = np.array([rng.choice(counts, 9, replace=False).sum() for _ in range(20_000)])
    near = np.abs(grid.x - grid.x[inner]) + 1j * np.abs(grid.y - grid.y[inner])
    found = counts[(near.real < 300) & (near.imag < 300)].sum()
    tail = min((sums >= found).mean(), (sums <= found).mean())
    assert p[inner] == pytest.approx(min(2 * tail, 1), abs=0.02)


def test_one_place_recorded_very_often_is_not_a_hotspot_by_itself():
    grid = grid_of(polygon=shapely.box(0, 0, 7500, 7500))
    counts = np.random.default_rng(3).poisson(0.5, grid.n_cells)
    counts[450] = 600
    around = gi_star_test(counts, grid)
    assert around.z[450] > 9  # p = 1e-20 were it normal
    # One of nine draws hits that place with probability 0.01; then the rest must add up too.
    assert 2e-3 < around.p[450] < 2e-2
    assert (around.p_fdr > 0.05).all()


@pytest.mark.parametrize("scale", [0.37, -1.0, 1e6])
def test_drawn_p_of_counts_that_are_not_whole_is_nearly_that_of_whole_ones(scale):
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells)
    whole, scaled = gi_star_test(counts, grid), gi_star_test(counts * scale, grid)
    np.testing.assert_allclose(scaled.p, whole.p, atol=1e-9)


def test_a_planted_hotspot_is_found_and_little_else():
    grid = grid_of(polygon=shapely.box(0, 0, 7500, 7500))
    rng = np.random.default_rng(21)
    counts = rng.poisson(3, grid.n_cells)
    hot = np.hypot(grid.x - 3000, grid.y - 4000) < 600
    counts[hot] += 9
    found = gi_star_test(counts, grid)
    flagged = (found.p_fdr <= 0.05) & (found.z > 0)
    assert flagged[hot].mean() > 0.9
    assert not flagged[np.hypot(grid.x - 3000, grid.y - 4000) > 1200].any()


def test_what_cannot_be_tested_is_refused():
    grid = grid_of()
    counts = np.ones(grid.n_cells)
    with pytest.raises(ParameterError, match=r"counts have shape \(5,\), the grid has"):
        gi_star(np.ones(5), grid)
    with pytest.raises(DataError, match="counts hold NaN; add up only the periods"):
        gi_star(np.where(np.arange(grid.n_cells) == 3, np.nan, counts), grid)
    with pytest.raises(ParameterError, match="unknown null 'poisson'; choose drawn or"):
        gi_star_test(counts, grid, null="poisson")
    with pytest.raises(ParameterError, match="distance is -5 m"):
        gi_star_test(counts, grid, distance=-5)
    with pytest.raises(ParameterError, match=r"weights\[i, i\] > 0"):
        gi_star_by_weights(np.array([1.0, 2]), csr_array(np.array([[0.0, 1], [1, 1]])))


def test_counts_are_not_modified():
    grid = grid_of()
    counts = RNG.poisson(1.5, grid.n_cells).astype(float)
    before = counts.copy()
    gi_star_test(counts, grid)
    gi_star_test(counts, grid, distance=900)
    assert np.array_equal(counts, before)


@pytest.mark.parametrize("scale", [1e-300, 1e-199, 1e199, 1e300])
def test_harm_on_any_scale_gives_the_same_z(scale):
    grid = square_grid(StudyArea("box", shapely.box(0, 0, 300, 300)), 100)
    counts = np.array([0.0, 1, 0, 2, 9, 3, 0, 1, 0])
    expected = gi_star(counts, grid)
    np.testing.assert_allclose(gi_star(counts * scale, grid), expected, rtol=1e-12)
