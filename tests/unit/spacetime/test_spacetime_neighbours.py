import numpy as np
import pytest
import shapely

from peelian.spacetime import (
    distance_weights,
    hexagon_grid,
    neighbour_sums,
    on_lattice,
    outlines,
    polygon_grid,
    queen_weights,
    row_sums,
    square_grid,
)
from peelian.terms import Areas, ParameterError, StudyArea

IMAGE = np.random.default_rng(2).poisson(2, (17, 23)).astype(float)


def by_hand(image, window):
    """Sum over offsets (row, column) of a window, zero beyond the edge."""
    padded = np.pad(image, 50)
    rows, cols = image.shape
    return sum(padded[50 + dr : 50 + dr + rows, 50 + dc : 50 + dc + cols] for dr, dc in window)


@pytest.mark.parametrize("radius", [0, 1, 2, 3, 4, 7, 16, 22, 40])
def test_neighbour_sums_equal_the_sum_by_hand(radius):
    reach = min(radius, 49)
    window = [(r, c) for r in range(-reach, reach + 1) for c in range(-reach, reach + 1)]
    assert np.array_equal(neighbour_sums(IMAGE, radius), by_hand(IMAGE, window))


@pytest.mark.parametrize("radius", [0.5, 1, 1.5, 2.9, 5.5, 30.0])
def test_row_sums_make_a_disc(radius):
    reach = int(radius)
    half_widths = [int(np.sqrt(radius**2 - r**2)) for r in range(-reach, reach + 1)]
    window = [
        (r, c)
        for r in range(-reach, reach + 1)
        for c in range(-reach, reach + 1)
        if r * r + c * c <= radius**2
    ]
    assert np.array_equal(row_sums(IMAGE, half_widths), by_hand(IMAGE, window))


def test_a_single_cell_and_an_empty_image():
    assert neighbour_sums(np.array([[4.0]]), 5).tolist() == [[4]]
    assert neighbour_sums(np.zeros((0, 3)), 1).shape == (0, 3)


def test_a_negative_radius_is_refused():
    with pytest.raises(ParameterError, match="radius is -1 cells"):
        neighbour_sums(IMAGE, -1)


def test_the_image_is_not_modified():
    image = IMAGE.copy()
    neighbour_sums(image, 1)
    neighbour_sums(image, 9)
    row_sums(image, [1, 2, 1])
    assert np.array_equal(image, IMAGE)


def test_cells_left_out_are_zero_on_the_lattice():
    notched = shapely.box(0, 0, 750, 500) - shapely.box(250, 0, 500, 250)
    grid = square_grid(StudyArea("notched", notched), 250)
    image = on_lattice(grid, np.arange(1.0, grid.n_cells + 1))
    assert image.tolist() == [[1, 0, 2], [3, 4, 5]]
    with pytest.raises(ParameterError, match="polygons have no rows and columns"):
        on_lattice(polygon_grid(areas_of(*outlines(grid))), np.ones(5))


def areas_of(*polygons):
    names = tuple(str(i) for i in range(len(polygons)))
    return Areas(names, names, names, np.ones(len(polygons)), np.array(polygons, object))


def test_queen_weights_of_squares_are_the_running_sums():
    grid = square_grid(StudyArea("box", shapely.box(0, 0, 23 * 250, 17 * 250)), 250)
    weights = queen_weights(outlines(grid))
    assert np.array_equal(weights @ IMAGE.ravel(), neighbour_sums(IMAGE, 1).ravel())
    assert (weights != weights.T).nnz == 0
    assert (weights.diagonal() == 1).all()
    assert (weights.data == 1).all()


def test_islands_are_their_own_only_neighbour():
    weights = queen_weights(np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]))
    assert weights.toarray().tolist() == [[1, 0], [0, 1]]


def test_a_hexagon_has_six_neighbours():
    grid = hexagon_grid(StudyArea("box", shapely.box(0, 0, 3000, 3000)), 200)
    touch = queen_weights(shapely.buffer(outlines(grid), 1e-6))
    near = distance_weights(grid.x, grid.y, 200)
    assert (touch != near).nnz == 0
    assert near.sum(axis=1).max() == 7


def test_distance_reaches_centres_at_exactly_that_distance():
    weights = distance_weights(np.array([0.0, 300, 300]), np.array([0.0, 0, 300]), 300)
    assert weights.toarray().tolist() == [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    with pytest.raises(ParameterError, match="distance is 0 m"):
        distance_weights(np.zeros(1), np.zeros(1), 0)
