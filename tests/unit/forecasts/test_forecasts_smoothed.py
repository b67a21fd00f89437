"""Smoothed counting: nothing lost, nothing made, squares and any other grid alike."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import as_polygons, history_of, squares
from peelian.evaluation import backtest
from peelian.forecasts import EWMA, KernelEWMA, LongWindowCount
from peelian.forecasts.smoothing import MAX_PAIRS, Smoother
from peelian.spacetime import hexagon_grid
from peelian.terms import ParameterError, StudyArea

CLIPPED = np.array([1, 1, 0.2, 1, 0.5, 1, 1, 1, 0.01, 1, 1, 1])


def noise(n_periods, n_cells, *, mean=0.5, seed=1):
    return np.random.default_rng(seed).poisson(mean, (n_periods, n_cells)).astype(float)


@pytest.mark.parametrize("bandwidth", [10.0, 75.0, 250.0, 5000.0])
def test_the_sum_stays_what_it_was(bandwidth):
    history = history_of(noise(9, 12), squares(3, 4, area=CLIPPED))
    smooth, plain = KernelEWMA(90, bandwidth), EWMA(90)
    assert smooth.forecast(history, 1).risk.sum() == pytest.approx(
        plain.forecast(history, 1).risk.sum()
    )


def test_without_bandwidth_it_is_ewma():
    history = history_of(noise(9, 12), squares(3, 4, area=CLIPPED))
    surface, plain = (f.forecast(history, 2) for f in (KernelEWMA(90, 1.0), EWMA(90)))
    np.testing.assert_allclose(surface.risk, plain.risk, atol=1e-12)
    np.testing.assert_allclose(surface.low, plain.low, atol=1e-12)
    np.testing.assert_allclose(surface.high, plain.high, atol=1e-12)


def test_with_endless_bandwidth_risk_goes_with_area():
    grid = squares(3, 4, area=CLIPPED)
    risk = KernelEWMA(bandwidth=1e6).forecast(history_of(noise(9, 12), grid), 1).risk[0]
    np.testing.assert_allclose(risk / grid.area, risk.sum() / grid.area.sum(), rtol=1e-4)


@pytest.mark.parametrize("bandwidth", [40.0, 120.0])
def test_polygons_and_squares_agree(bandwidth):
    """Two ways, one answer: columns after rows, and sparse weights, limits included."""
    grid = squares(7, 9, area=np.random.default_rng(2).uniform(0.05, 1, 63))
    ours, theirs = (
        KernelEWMA(90, bandwidth).forecast(history_of(noise(5, 63), g), 1)
        for g in (grid, as_polygons(grid))
    )
    for name in ("risk", "low", "high"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=2e-4)


@pytest.mark.parametrize("as_kind", [lambda grid: grid, as_polygons])
def test_shares_are_as_written(as_kind):
    """Cell by cell from the formula."""
    grid = as_kind(squares(3, 4, area=CLIPPED))
    apart = np.hypot(*(a[:, None] - a for a in (grid.x, grid.y)))
    kernel = np.exp(-((apart / 80) ** 2) / 2) * (apart <= 5 * 80)
    shares = kernel * grid.area / (kernel @ grid.area)[:, None]
    smoother, counts = Smoother(grid, 80.0), noise(1, 12)[0]
    # Squares are cut off by row and column, other grids by distance: 1e-5 of the peak.
    np.testing.assert_allclose(smoother.smooth(counts), counts @ shares, rtol=2e-4)
    np.testing.assert_allclose(smoother.smooth_squared(counts), counts @ shares**2, rtol=2e-4)
    np.testing.assert_allclose(smoother.own, np.diag(shares), rtol=2e-4)
    np.testing.assert_allclose(smoother.largest, shares.max(axis=0), rtol=2e-4)


def test_hexagons_are_smoothed_and_keep_their_sum():
    import shapely

    grid = hexagon_grid(StudyArea("box", shapely.box(0, 0, 1000, 800), "none"), 100.0)
    counts = noise(3, grid.n_cells)
    risk = KernelEWMA(np.inf).forecast(history_of(counts, grid), 1).risk[0]
    assert risk.sum() == pytest.approx(counts.mean(axis=0).sum())
    assert risk.std() < counts.mean(axis=0).std()


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5), (3.28084, -7e4)])
def test_units_and_origin_do_not_matter(scale, shift):
    counts, area = noise(6, 20), np.linspace(0.1, 1, 20)
    metres = KernelEWMA(bandwidth=90).forecast(history_of(counts, squares(4, 5, area=area)), 1)
    other = squares(4, 5, cell_size=100 * scale, origin=(shift, shift), area=area)
    theirs = KernelEWMA(bandwidth=90 * scale).forecast(history_of(counts, other), 1)
    np.testing.assert_allclose(theirs.risk, metres.risk, rtol=1e-9)
    np.testing.assert_allclose(theirs.high, metres.high, rtol=1e-9)


def test_a_single_event_is_spread_evenly_to_all_sides():
    counts = np.zeros((1, 25))
    counts[0, 12] = 1
    risk = KernelEWMA(bandwidth=80).forecast(history_of(counts, squares(5, 5)), 1).risk[0]
    image = risk.reshape(5, 5)
    np.testing.assert_allclose(image, image.T)
    np.testing.assert_allclose(image, image[::-1])
    assert np.argmax(risk) == 12
    assert risk.sum() == pytest.approx(1)


def test_nothing_and_everything_alike():
    grid = squares(3, 4)
    empty = KernelEWMA().forecast(history_of(np.zeros((4, 12)), grid), 2)
    assert not empty.risk.any()
    assert np.all(empty.high > 0)
    same = KernelEWMA().forecast(history_of(np.full((4, 12), 2.0), grid), 1).risk
    assert same.sum() == pytest.approx(24)
    unknown = KernelEWMA().forecast(history_of(np.full((4, 12), np.nan), grid), 1)
    assert np.isnan(unknown.risk).all()
    assert np.isnan(unknown.high).all()


def test_a_period_not_held_is_not_a_period_without_events():
    gap, zero = (noise(6, 12) for _ in range(2))
    gap[2], zero[2] = np.nan, 0
    held, without = (
        KernelEWMA().forecast(history_of(c, squares(3, 4)), 1).risk.sum() for c in (gap, zero)
    )
    assert held == pytest.approx(without * 6 / 5, rel=0.01)


def test_walking_is_forecasting_and_knows_nothing_of_what_follows():
    counts = noise(8, 12)
    counts[3] = np.nan
    history, changed = (history_of(counts, squares(3, 4)) for _ in range(2))
    changed.counts[5:] = 99
    walked = list(KernelEWMA().walk(changed, [1, 4, 5]))
    for origin, risk in zip([1, 4, 5], walked, strict=True):
        plain = KernelEWMA().forecast(history.until(origin), 1).risk[0]
        np.testing.assert_array_equal(risk, plain)


def test_limits_hold_the_smoothed_expectation():
    """At least 93 % of cells, rates constant in time and unequal in space."""
    rng, grid = np.random.default_rng(5), squares(40, 40)
    rates = rng.gamma(0.5, 0.4, 1600)
    counts = rng.poisson(rates, (20, 1600))
    surface = KernelEWMA(np.inf, 80).forecast(history_of(counts, grid), 1)
    truth = Smoother(grid, 80.0).smooth(rates)
    covered = np.mean((surface.low[0] <= truth) & (truth <= surface.high[0]))
    assert 0.93 < covered < 0.995


def test_there_is_nothing_to_find_in_noise():
    """Even noise: the interval of PAI holds 1 in at least 93 of 100 worlds."""
    covered, rng = 0, np.random.default_rng(6)
    for _ in range(100):
        history = history_of(rng.poisson(0.4, (24, 100)), squares(10, 10), days=30)
        result = backtest(
            history,
            {"count": LongWindowCount(), "kernel-ewma": KernelEWMA(bandwidth=90)},
            area_budget=10 * 1e4,
            min_history=6,
            draws=300,
            rng=rng,
        )
        interval = result.row("kernel-ewma").pai.interval
        covered += interval.low <= 1 <= interval.high
    assert covered >= 93


def test_smoothing_helps_where_risk_is_smooth():
    """A smooth surface, few events: the smoothed map is nearer the truth."""
    rng, grid = np.random.default_rng(7), squares(30, 30)
    truth = 0.1 * np.exp(-((grid.x - 1500) ** 2 + (grid.y - 1500) ** 2) / 2 / 500**2)
    history = history_of(rng.poisson(truth, (20, 900)), grid)
    errors = [
        np.sum((f.forecast(history, 1).risk[0] - truth) ** 2)
        for f in (KernelEWMA(np.inf, 150), EWMA(np.inf))
    ]
    assert errors[0] < errors[1] / 10


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_bandwidth_is_a_length_above_zero(bad):
    with pytest.raises(ParameterError, match="bandwidth"):
        KernelEWMA(bandwidth=bad)
    with pytest.raises(ParameterError, match="half_life_days"):
        KernelEWMA(half_life_days=-1)


def test_too_many_pairs_are_refused_before_they_are_made():
    grid = as_polygons(squares(80, 80))
    assert grid.n_cells**2 > MAX_PAIRS
    with pytest.raises(ParameterError, match="pairs of cells"):
        Smoother(grid, 5000.0).smooth(np.ones(grid.n_cells))


def test_a_grid_without_cells_has_no_risk():
    grid = squares(0, 0)
    assert KernelEWMA().forecast(history_of(np.zeros((0, 0)), grid), 1).risk.shape == (1, 0)
    polygons = replace(as_polygons(squares(1, 1)))
    assert Smoother(polygons, 9.0).smooth(np.ones(1)) == pytest.approx(1)
