"""A lattice found again from its centres holds the points that it held."""

import numpy as np
import pytest
import shapely

from peelian.spacetime import assign_cells, grid_of_centres, hexagon_grid, square_grid
from peelian.terms import CellKind, DataError, StudyArea

HERE = np.array([583_000.0, 206_000.0])


def somewhere(seed):
    corners = HERE + np.random.default_rng(seed).uniform(0, 5_000, (6, 2))
    return StudyArea("here", shapely.MultiPoint(corners).convex_hull)


@pytest.mark.parametrize("make", [square_grid, hexagon_grid])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("decimals", [9, 1])
def test_points_fall_in_the_same_cells(make, seed, decimals):
    rng = np.random.default_rng(seed)
    grid = make(somewhere(seed), 250.0 if seed % 2 else 137.3)
    whole = np.flatnonzero(grid.area == grid.area.max())[:1]
    chosen = np.append(whole, rng.permutation(grid.n_cells)[: grid.n_cells // (1 + seed % 3)])
    chosen = rng.permutation(np.unique(chosen))
    found, order = grid_of_centres(
        grid.x[chosen].round(decimals), grid.y[chosen].round(decimals), grid.area[chosen]
    )
    assert found.kind == grid.kind
    assert np.all(np.diff(found.position) > 0)
    x, y = (HERE + rng.uniform(-500, 5_500, (3_000, 2))).T
    cell, inside = assign_cells(grid, x, y)
    again, inside_again = assign_cells(found, x, y)
    inside &= np.isin(cell, chosen)
    both = inside & inside_again
    assert np.mean(inside == inside_again) >= (1 if decimals > 1 else 0.995)
    assert np.mean(chosen[order[again[both]]] == cell[both]) >= (1 if decimals > 1 else 0.995)


def test_far_apart_and_alone():
    square, _ = grid_of_centres(
        np.array([50.0, 950.0]), np.array([50.0, 450.0]), np.array([1e4, 1e4]), crs="none"
    )
    assert square.kind is CellKind.SQUARE
    assert square.shape == (5, 10)
    one = np.array([50.0])
    with pytest.raises(DataError, match="squares and hexagons alike"):
        grid_of_centres(one, one, np.array([1e4]), crs="none")
    told, _ = grid_of_centres(one, one, np.array([1e4]), kind=CellKind.HEXAGON, crs="none")
    assert told.cell_size == pytest.approx(np.sqrt(1e4 / (3**0.5 / 2)))


def test_cells_none_of_which_is_whole_need_their_size():
    x, y = np.array([50.0, 150.0, 250.0]), np.full(3, 50.0)
    cut = np.array([6e3, 5e3, 2e3])
    with pytest.raises(DataError, match="give the cell size if no cell is whole"):
        grid_of_centres(x, y, cut, crs="none")
    grid, _ = grid_of_centres(x, y, cut, kind=CellKind.SQUARE, cell_size=100.0, crs="none")
    assert grid.shape == (1, 3)


@pytest.mark.parametrize(
    ("x", "area", "message"),
    [
        ([50.0, 150.0, 180.0], [1e4] * 3, "do not stand on a lattice"),
        ([0.50, 0.51, 0.52], [1e4] * 3, "metres"),
        ([50.0, 150.0, 150.0], [1e4] * 3, "rows 2 and 3 are the same cell"),
        ([], [], "at least one centre"),
    ],
)
def test_what_is_refused(x, area, message):
    y = np.full(len(x), 50.0)
    with pytest.raises(DataError, match=message):
        grid_of_centres(np.array(x), y, np.array(area), crs="none")


def test_a_cell_larger_than_its_lattice():
    x, y = np.array([50.0, 150.0]), np.full(2, 50.0)
    with pytest.raises(DataError, match=r"a whole square of 100 m has 10,000"):
        grid_of_centres(
            x, y, np.array([4e4, 1e4]), kind=CellKind.SQUARE, cell_size=100.0, crs="none"
        )
