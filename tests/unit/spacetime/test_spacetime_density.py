import numpy as np
import pytest
import shapely

from peelian.spacetime import (
    direct_density,
    gaussian,
    hexagon_grid,
    kernel_density,
    kernel_mass,
    polygon_grid,
    quartic,
    square_grid,
)
from peelian.spacetime.moments import Axis, density_by_moments, sub_cells
from peelian.terms import Areas, CoordinateError, DataError, ParameterError, StudyArea

TOWN = StudyArea("town", shapely.box(0, 0, 6000, 5000))
KERNELS = {"quartic": quartic, "gaussian": gaussian}


def some_events(n, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(-500, 6500, n), rng.uniform(-500, 5500, n), rng.uniform(0.5, 3, n)


def by_hand(grid, x, y, weight, bandwidth, kernel):
    distance = np.hypot(grid.x[:, None] - x, grid.y[:, None] - y)
    return KERNELS[kernel](distance, bandwidth) @ weight


def polygons():
    boxes = shapely.box([0, 1000, 4000], [0, 0, 0], [1000, 4000, 6000], [5000, 5000, 5000])
    return polygon_grid(Areas(("a", "b", "c"), ("a",) * 3, ("a",) * 3, np.ones(3), boxes))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("bandwidth", [90.0, 410.0, 3000.0])
@pytest.mark.parametrize(
    "grid",
    [square_grid(TOWN, 250), square_grid(TOWN, 4000), hexagon_grid(TOWN, 300), polygons()],
    ids=["squares", "few squares", "hexagons", "polygons"],
)
def test_density_is_the_sum_over_events(grid, bandwidth, kernel):
    x, y, weight = some_events(400)
    expected = by_hand(grid, x, y, weight, bandwidth, kernel)
    density = kernel_density(grid, x, y, weight, bandwidth=bandwidth, kernel=kernel)
    peak = float(KERNELS[kernel](0.0, bandwidth))
    np.testing.assert_allclose(density, expected, rtol=1e-12, atol=4e-6 * 400 * peak)
    if kernel == "quartic":
        np.testing.assert_allclose(density, expected, rtol=1e-11, atol=1e-12 * peak)


@pytest.mark.parametrize("kernel", KERNELS)
def test_direct_density_is_the_sum_over_events(kernel):
    grid = square_grid(TOWN, 500)
    x, y, weight = some_events(300)
    x[:100], y[:100] = x[0], y[0]  # a snap point
    density = direct_density(grid.x, grid.y, x, y, weight, bandwidth=700, kernel=kernel)
    expected = by_hand(grid, x, y, weight, 700, kernel)
    np.testing.assert_allclose(density, expected, rtol=1e-4, atol=1e-3 * expected.max())


@pytest.mark.parametrize(("step", "bandwidth"), [(250, 300.0), (250, 500.0), (100, 51.0)])
def test_moments_hold_one_event_within_six_thousandths_of_its_peak(step, bandwidth):
    axis = Axis(step / 2, step, 40)
    cells = sub_cells(axis, bandwidth)
    points = axis.first + step * np.arange(40)
    worst = 0.0
    for offset_x in np.linspace(0, cells.width, 7):
        for offset_y in np.linspace(0, cells.width, 7):
            x, y = np.array([20 * step + offset_x]), np.array([20 * step + offset_y])
            density = density_by_moments(cells, cells, x, y, np.ones(1), bandwidth)
            exact = gaussian(np.hypot(points - x, points[:, None] - y), bandwidth)
            worst = max(worst, abs(density - exact).max() / gaussian(0.0, bandwidth))
    assert 1e-4 < worst < 6e-3


def test_moments_of_a_surface_of_many_events(monkeypatch):
    monkeypatch.setattr("peelian.spacetime.density._EXACT_PAIRS", 1)
    grid = square_grid(TOWN, 250)
    x, y, weight = some_events(20_000)
    exact = by_hand(grid, x, y, weight, 300, "gaussian")
    for w, truth in ((weight, exact), (np.full(20_000, 2.0), None)):
        truth = by_hand(grid, x, y, w, 300, "gaussian") if truth is None else truth
        density = kernel_density(grid, x, y, w, bandwidth=300, kernel="gaussian")
        assert not np.array_equal(density, truth)  # this is the other way of adding up
        assert abs(density - truth).max() < 1e-3 * truth.max()
        assert density.sum() == pytest.approx(truth.sum(), rel=1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_mass_is_kept_within_a_thousandth(kernel):
    grid = square_grid(StudyArea("plain", shapely.box(0, 0, 20_000, 20_000)), 250)
    rng = np.random.default_rng(4)
    x, y = rng.uniform(5000, 15_000, (2, 500))
    bandwidth = 300 if kernel == "gaussian" else 300 * np.sqrt(8)
    density = kernel_density(grid, x, y, np.ones(500), bandwidth=bandwidth, kernel=kernel)
    assert density.sum() * 250**2 == pytest.approx(500, rel=1e-3)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("grid", [square_grid(TOWN, 500), hexagon_grid(TOWN, 500), polygons()])
def test_no_events_give_zero_and_far_ones_too(grid, kernel):
    nothing = np.array([])
    far = np.array([1e7])
    for x, w in ((nothing, nothing), (far, np.ones(1))):
        density = kernel_density(grid, x, x, w, bandwidth=300, kernel=kernel)
        assert density.tolist() == [0.0] * grid.n_cells


def test_events_beyond_the_grid_spread_into_it():
    grid = square_grid(TOWN, 500)
    density = kernel_density(
        grid,
        np.array([-100.0]),
        np.array([250.0]),
        np.ones(1),
        bandwidth=600,
        kernel="quartic",
    )
    assert density[0] == pytest.approx(float(quartic(350.0, 600)))


def test_what_cannot_be_smoothed_is_refused():
    grid, one = square_grid(TOWN, 500), np.ones(1)
    with pytest.raises(
        ParameterError, match="unknown kernel 'epanechnikov'; choose quartic or"
    ):
        kernel_density(grid, one, one, one, bandwidth=300, kernel="epanechnikov")
    for bandwidth in (0, -1, np.nan, np.inf):
        with pytest.raises(ParameterError, match="give a length above zero"):
            kernel_density(grid, one, one, one, bandwidth=bandwidth, kernel="quartic")
    with pytest.raises(DataError, match="1 of 1 events have no place"):
        kernel_density(grid, one * np.nan, one, one, bandwidth=300, kernel="quartic")


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_mass_in_the_open_on_an_edge_and_at_a_corner(kernel):
    grid = square_grid(StudyArea("half", shapely.box(-20_000, -20_000, 250, 250)), 500)
    study_area = StudyArea("plain", shapely.box(-20_000, -20_000, 250, 250))
    mass = kernel_mass(grid, study_area, bandwidth=1000, kernel=kernel).reshape(grid.shape)
    # The centres of the last row and column lie exactly on the edge.
    assert mass[20, 20] == pytest.approx(1, abs=3e-3)
    assert mass[20, -1] == pytest.approx(1 / 2, abs=3e-3)
    assert mass[-1, -1] == pytest.approx(1 / 4, abs=3e-3)
    assert mass.max() <= 1


def test_grid_and_study_area_must_share_their_system():
    other = StudyArea("town", TOWN.polygon, "EPSG:32631")
    with pytest.raises(CoordinateError, match="the study area in EPSG:32631"):
        kernel_mass(square_grid(TOWN, 500), other, bandwidth=300, kernel="quartic")
