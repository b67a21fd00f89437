"""Long-window count, EWMA and gamma-Poisson: worked values (science F1 to F3)."""

import numpy as np
import pytest

from peelian.forecasts import (
    EWMA,
    GammaPoissonEWMA,
    GammaPrior,
    LongWindowCount,
    exponential_weights,
    fit_gamma_prior,
    posterior_limits,
    posterior_mean,
)
from peelian.terms import CellKind, Grid, History, Periods

TWENTY_CELLS = np.array([0, 0, 0, 0, 1, 0, 2, 0, 5, 0, 0, 1, 3, 0, 0, 0, 8, 0, 1, 0.0])


def grid_of(n_cells):
    return Grid(
        CellKind.SQUARE,
        1.0,
        np.arange(n_cells) + 0.5,
        np.full(n_cells, 0.5),
        np.ones(n_cells),
        (0.0, 0.0),
        (1, n_cells),
        np.arange(n_cells),
    )


def test_ewma_weights_f2():
    weights = exponential_weights([3, 10, 40, 200], half_life_days=90)
    assert weights.sum() == pytest.approx(2.852213, abs=5e-7)


def test_ewma_over_uneven_periods_f2():
    """The same four events, each in the middle of its own two-day period."""
    now = np.datetime64("2026-06-01T00:00:00")
    breaks = [220, 201, 199, 41, 39, 11, 9, 4, 2, 0]  # days before now
    edges = now - np.array(breaks) * np.timedelta64(86_400, "s")
    counts = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0.0])[:, None]
    held = np.ones(9, dtype=bool)
    history = History(counts, grid_of(1), Periods(edges[:-1], edges[1:], held))
    risk = EWMA(half_life_days=90).forecast(history, 1).risk[0, 0]
    middles = (np.array(breaks[:-1]) + np.array(breaks[1:])) / 2
    days = exponential_weights(middles, half_life_days=90) @ -np.diff(breaks)
    assert risk * days / 2 == pytest.approx(2.852213, abs=5e-7)


def test_posterior_mean_f3():
    rates = posterior_mean(GammaPrior(0.05, 0.5), np.array([0.0, 1, 3, 9]), np.full(4, 3.0))
    np.testing.assert_allclose(rates, [0.03846, 0.11538, 0.26923, 0.73077], atol=5e-6)


def test_posterior_limits_are_gamma_quantiles():
    from scipy.stats import gamma

    events, exposure = np.array([0.0, 3.0]), np.array([3.0, 5.0])
    low, high = posterior_limits(GammaPrior(0.05, 0.5), events, exposure)
    theirs = gamma(0.5 + events, scale=1 / (10 + exposure))
    np.testing.assert_allclose(low, theirs.ppf(0.025), rtol=1e-10)
    np.testing.assert_allclose(high, theirs.ppf(0.975), rtol=1e-10)


def test_moments_f3():
    prior = fit_gamma_prior(TWENTY_CELLS, np.ones(20))
    assert prior.mean == 1.05
    assert np.var(TWENTY_CELLS, ddof=1) == pytest.approx(4.365789, abs=5e-7)
    assert (prior.shape, prior.rate) == pytest.approx((0.332500, 0.316667), abs=5e-7)


def test_gamma_poisson_forecast_over_one_period_f3():
    """One period is one unit of exposure, so the forecast is (a + k) / (b + 1)."""
    start = np.array(["2026-06-01T00:00:00"], dtype="datetime64[s]")
    periods = Periods(start, start + np.timedelta64(7 * 86_400, "s"), np.array([True]))
    history = History(TWENTY_CELLS[None], grid_of(20), periods)
    risk = GammaPoissonEWMA(half_life_days=np.inf).forecast(history, 1).risk[0]
    np.testing.assert_allclose(risk, (0.3325 + TWENTY_CELLS) / (0.316667 + 1), rtol=1e-6)


def test_long_window_count_f1():
    """Seven events in four held weeks of five: 1.75 a week."""
    edges = np.datetime64("2026-06-01T00:00:00") + np.arange(6) * np.timedelta64(604_800, "s")
    held = np.array([True, True, False, True, True])
    counts = np.array([1, 2, np.nan, 0, 4])[:, None]
    history = History(counts, grid_of(1), Periods(edges[:-1], edges[1:], held))
    surface = LongWindowCount().forecast(history, 2)
    assert surface.risk.ravel().tolist() == [1.75, 1.75]
    recent = LongWindowCount(window_days=14).forecast(history, 1)
    assert recent.risk[0, 0] == 2.0
