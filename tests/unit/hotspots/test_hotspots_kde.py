import numpy as np
import pytest
import shapely

from peelian.hotspots import MIN_KERNEL_MASS, kde
from peelian.spacetime import hexagon_grid, kernel_mass, quartic, square_grid
from peelian.terms import CoordinateError, ParameterError, StudyArea

SQUARE = StudyArea("square", shapely.box(0, 0, 5000, 5000))
RNG = np.random.default_rng(8)


def test_a_single_event_makes_its_kernel():
    grid = square_grid(SQUARE, 250)
    density = kde([2510.0], [2440.0], grid, bandwidth=900)
    expected = quartic(np.hypot(grid.x - 2510, grid.y - 2440), 900)
    np.testing.assert_allclose(density, expected, atol=1e-20, rtol=1e-9)


def test_no_events_make_zero_density():
    grid = square_grid(SQUARE, 250)
    assert kde([], [], grid, bandwidth=900).tolist() == [0] * grid.n_cells
    assert not kde([], [], grid, bandwidth=900, study_area=SQUARE).any()


def test_a_weight_is_that_many_events():
    grid = hexagon_grid(SQUARE, 250)
    x, y = RNG.uniform(0, 5000, (2, 60))
    times = RNG.integers(0, 4, 60)
    once = kde(x, y, grid, bandwidth=900, weights=times)
    np.testing.assert_allclose(
        once, kde(np.repeat(x, times), np.repeat(y, times), grid, bandwidth=900), rtol=1e-9
    )


def test_even_events_have_even_density_up_to_the_edge_once_corrected():
    grid = square_grid(SQUARE, 250)
    x, y = (np.mgrid[:100, :100].reshape(2, -1) + 0.5) * 50
    per_m2 = len(x) / SQUARE.polygon.area
    for kernel, bandwidth in (("quartic", 900), ("gaussian", 300)):
        plain = kde(x, y, grid, bandwidth=bandwidth, kernel=kernel)
        corrected = kde(x, y, grid, bandwidth=bandwidth, kernel=kernel, study_area=SQUARE)
        assert plain.min() < 0.5 * per_m2
        np.testing.assert_allclose(corrected, per_m2, rtol=5e-3)


def test_events_outside_the_study_area_are_left_out_when_it_is_given():
    grid = square_grid(SQUARE, 250)
    inside = kde([100.0], [2500.0], grid, bandwidth=900, study_area=SQUARE)
    both = kde([100.0, -100.0], [2500.0, 2500.0], grid, bandwidth=900, study_area=SQUARE)
    assert np.array_equal(inside, both)
    assert kde([-100.0], [2500.0], grid, bandwidth=900).max() > 0


def test_a_cell_that_hardly_meets_the_study_area_is_lifted_tenfold_at_most():
    sliver = StudyArea("sliver", shapely.box(0, 0, 5000, 5000) | shapely.box(5000, 0, 5010, 9))
    grid = square_grid(sliver, 250)
    mass = kernel_mass(grid, sliver, bandwidth=120, kernel="quartic")
    assert mass.min() < MIN_KERNEL_MASS
    density = kde([5005.0], [4.0], grid, bandwidth=200, study_area=sliver)
    plain = kde([5005.0], [4.0], grid, bandwidth=200)
    assert np.isfinite(density).all()
    assert (density <= plain / MIN_KERNEL_MASS + 1e-18).all()


def test_units_and_origin_do_not_matter():
    x, y = RNG.uniform(0, 5000, (2, 500))
    metres = kde(x, y, square_grid(SQUARE, 250), bandwidth=700, study_area=SQUARE)
    moved = StudyArea("moved", shapely.affinity.translate(SQUARE.polygon, 5e5, -2e5))
    shifted = kde(x + 5e5, y - 2e5, square_grid(moved, 250), bandwidth=700, study_area=moved)
    small = StudyArea("km", shapely.box(0, 0, 5, 5), "none")
    kilometres = kde(
        x / 1e3, y / 1e3, square_grid(small, 0.25), bandwidth=0.7, study_area=small
    )
    np.testing.assert_allclose(shifted, metres, rtol=1e-6)
    np.testing.assert_allclose(kilometres / 1e6, metres, rtol=1e-6)


def test_what_does_not_fit_is_refused():
    grid = square_grid(SQUARE, 250)
    with pytest.raises(ParameterError, match="2 x, 1 y and 2 weights"):
        kde([1.0, 2.0], [1.0], grid, bandwidth=900)
    with pytest.raises(ParameterError, match="1 x, 1 y and 3 weights"):
        kde([1.0], [1.0], grid, bandwidth=900, weights=[1, 2, 3])
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        kde([0.5, 0.6], [51.7, 51.8], grid, bandwidth=900)
    with pytest.raises(ParameterError, match="unknown kernel"):
        kde([1.0], [1.0], grid, bandwidth=900, kernel="box")
