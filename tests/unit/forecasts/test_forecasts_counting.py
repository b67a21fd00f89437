"""Forecasts from histories that are short, patchy, empty or constant."""

import numpy as np
import pytest

from peelian.forecasts import (
    EWMA,
    FORECASTERS,
    GammaPoissonEWMA,
    KernelEWMA,
    LongWindowCount,
    fit_gamma_prior,
)
from peelian.terms import CellKind, Grid, History, ParameterError, Periods

ALL = [
    LongWindowCount(),
    LongWindowCount(window_days=100),
    EWMA(),
    EWMA(30),
    GammaPoissonEWMA(),
    GammaPoissonEWMA(30),
]
named = pytest.mark.parametrize("forecaster", ALL, ids=repr)


def months(counts, *, area=None):
    """A history over the months of 2018; a row of NaN is not held."""
    counts = np.asarray(counts, dtype=float)
    first = np.datetime64("2018-01") + np.arange(len(counts) + 1)
    edges = first.astype("datetime64[s]")
    n = counts.shape[1]
    grid = Grid(
        CellKind.SQUARE,
        500.0,
        500 * np.arange(n) + 250.0,
        np.full(n, 250.0),
        np.full(n, 250_000.0) if area is None else np.asarray(area, dtype=float),
        (0.0, 0.0),
        (1, n),
        np.arange(n),
    )
    held = ~np.isnan(counts).all(axis=1)
    return History(counts, grid, Periods(edges[:-1], edges[1:], held))


def noise(n_periods, n_cells, *, seed=1):
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(0.5, 2, n_cells), (n_periods, n_cells)).astype(float)


@named
def test_shape_and_repr(forecaster):
    surface = forecaster.forecast(months(noise(6, 30)), 3)
    assert surface.risk.shape == surface.low.shape == surface.high.shape == (3, 30)
    assert surface.made_by is forecaster
    assert eval(repr(forecaster)) == forecaster  # noqa: S307 the repr is the full record
    assert np.array_equal(surface.risk[0], surface.risk[2])


@named
def test_limits_hold_the_expectation(forecaster):
    surface = forecaster.forecast(months(noise(6, 30)), 1)
    assert np.all(surface.low <= surface.risk + 1e-12)
    assert np.all(surface.risk <= surface.high)


@named
def test_nothing_held_is_unknown(forecaster):
    for history in (months(np.full((2, 3), np.nan)), months(noise(3, 3)).until(0)):
        surface = forecaster.forecast(history, 1)
        assert np.isnan(surface.risk).all()
        assert np.isnan(surface.high).all()


@named
def test_no_events_expects_none_but_rules_little_out(forecaster):
    surface = forecaster.forecast(months(np.zeros((2, 4))), 1)
    assert not surface.risk.any()
    assert np.all(surface.high > 0)


@named
def test_constant_counts_are_forecast_as_they_are(forecaster):
    """Three a month in every cell, for as long as the last month is."""
    history = months(np.full((3, 5), 3.0) * np.array([[31], [28], [31]]) / 31)
    np.testing.assert_allclose(forecaster.forecast(history, 1).risk, 3.0)


@named
def test_a_single_event(forecaster):
    counts = np.zeros((4, 10))
    counts[1, 7] = 1
    risk = forecaster.forecast(months(counts), 1).risk[0]
    assert risk.sum() > 0
    assert np.argmax(risk) == 7 or np.ptp(risk) < 1e-12


@named
def test_one_cell(forecaster):
    surface = forecaster.forecast(months([[2.0], [4.0]]), 1)
    assert surface.risk.shape == (1, 1)
    assert surface.low[0, 0] < surface.risk[0, 0] < surface.high[0, 0]


@named
def test_a_month_not_held_is_not_a_month_without_events(forecaster):
    counts = np.tile([4.0, 1.0], (5, 1))
    gap, zero = counts.copy(), counts.copy()
    gap[2], zero[2] = np.nan, 0
    full, missing, without = (
        forecaster.forecast(months(c), 1).risk[0] for c in (counts, gap, zero)
    )
    assert missing[0] > without[0]
    assert abs(missing[0] - full[0]) < abs(without[0] - full[0])


@named
def test_the_last_months_may_not_be_held(forecaster):
    counts = noise(6, 8)
    counts[4:] = np.nan
    risk = forecaster.forecast(months(counts), 1).risk
    assert np.isfinite(risk).all()


@named
def test_walking_gives_what_forecasting_gives(forecaster):
    counts = noise(12, 40)
    counts[5:7] = np.nan
    history = months(counts, area=np.linspace(1e4, 25e4, 40))
    origins = [1, 2, 5, 6, 7, 12]
    for origin, risk in zip(origins, forecaster.walk(history, origins), strict=True):
        plain = forecaster.forecast(history.until(origin), 1).risk[0]
        np.testing.assert_array_equal(risk, plain)


@named
def test_walking_knows_nothing_of_what_follows(forecaster):
    counts = noise(8, 20)
    changed = counts.copy()
    changed[5:] = 99
    before = list(forecaster.walk(months(counts), [3, 5]))
    after = list(forecaster.walk(months(changed), [3, 5]))
    np.testing.assert_array_equal(before, after)


@named
def test_counts_taken_back_leave_nothing_below_zero(forecaster):
    counts = np.array([[1.0, 3.0, 0.0], [-1.0, 2.0, 0.0], [0.0, 2.0, 1.0]])
    surface = forecaster.forecast(months(counts), 1)
    assert np.all(surface.risk >= 0)


@named
def test_history_is_left_as_it_was(forecaster):
    history = months(noise(4, 6))
    before = history.counts.copy()
    forecaster.forecast(history, 2)
    list(forecaster.walk(history, [2, 4]))
    np.testing.assert_array_equal(history.counts, before)


def test_a_window_before_which_nothing_counts():
    counts = np.zeros((6, 2))
    counts[0, 0], counts[5, 1] = 50, 1
    risk = LongWindowCount(window_days=95).forecast(months(counts), 1).risk[0]
    assert risk[0] == 0
    assert risk[1] > 0


def test_a_window_without_held_periods_is_unknown():
    counts = noise(6, 2)
    counts[4:] = np.nan
    assert np.isnan(LongWindowCount(window_days=40).forecast(months(counts), 1).risk).all()


def test_recent_events_count_for_more():
    counts = np.array([[6.0, 0], [0, 0], [0, 6]])
    risk = EWMA(30).forecast(months(counts), 1).risk[0]
    assert risk[1] > 3 * risk[0]
    endless = EWMA(np.inf).forecast(months(counts), 1).risk
    np.testing.assert_allclose(endless, LongWindowCount().forecast(months(counts), 1).risk)


def test_shrinkage_pulls_towards_the_mean_and_keeps_the_order():
    history = months(noise(6, 200))
    own = EWMA().forecast(history, 1).risk[0]
    shrunk = GammaPoissonEWMA().forecast(history, 1).risk[0]
    order = np.argsort(own, kind="stable")
    assert np.all(np.diff(shrunk[order]) >= 0)
    assert shrunk.max() < own.max()
    assert shrunk.min() > 0
    assert shrunk.sum() == pytest.approx(own.sum(), rel=0.02)


def test_cells_that_vary_no_more_than_chance_share_the_pooled_mean():
    counts = np.array([[1.0, 2, 1, 2, 1, 2]])
    surface = GammaPoissonEWMA().forecast(months(counts), 1)
    np.testing.assert_allclose(surface.risk, 1.5)
    assert np.ptp(surface.low) == np.ptp(surface.high) == 0


def test_a_sliver_of_a_cell_expects_its_share_and_stays_near_the_mean():
    """Quiet cells, one a hundredth of a cell: little was seen there, so little is learned."""
    counts = np.array([[9.0, 0, 0, 4, 0, 1]])
    area = np.array([1, 1, 0.01, 1, 1, 1]) * 250_000
    risk = GammaPoissonEWMA().forecast(months(counts, area=area), 1).risk[0]
    density, mean = risk / area, counts.sum() / area.sum()
    assert risk[2] < risk[1] / 10
    assert density[1] < density[2] < mean < density[3]


def test_prior_is_recovered_from_unequal_exposure():
    rng = np.random.default_rng(4)
    exposure = rng.uniform(0.05, 1, 60_000) * 400
    events = rng.poisson(rng.gamma(0.4, 0.01 / 0.4, 60_000) * exposure)
    prior = fit_gamma_prior(events.astype(float), exposure)
    assert prior.mean == pytest.approx(0.01, rel=0.03)
    assert prior.shape == pytest.approx(0.4, rel=0.05)


def test_prior_is_recovered_from_discounted_counts():
    rng = np.random.default_rng(4)
    weights = 0.5 ** (np.arange(36)[::-1] / 12)
    rates = rng.gamma(0.7, 1 / 0.7, 20_000)
    discounted = weights @ rng.poisson(rates, (36, 20_000))
    exposure = np.full(20_000, weights.sum())
    dispersion = (weights**2).sum() / weights.sum()
    prior = fit_gamma_prior(discounted, exposure, dispersion=dispersion)
    assert prior.shape == pytest.approx(0.7, rel=0.05)


def test_gamma_limits_cover_the_true_rates():
    """At least 93 %; the discounted posterior is the wider for a constant rate."""
    rng = np.random.default_rng(9)
    rates = rng.gamma(0.5, 0.4, 4000)
    counts = rng.poisson(rates, (24, 4000)) * 1.0
    days = months(counts).periods.days
    for half_life, most in ((np.inf, 0.97), (365.0, 1.0)):
        surface = GammaPoissonEWMA(half_life).forecast(months(counts), 1)
        truth = rates * days[-1] / days.mean()
        covered = np.mean((surface.low[0] <= truth) & (truth <= surface.high[0]))
        assert 0.93 < covered <= most


@pytest.mark.parametrize(
    "wrong", [lambda: EWMA(0), lambda: GammaPoissonEWMA(-1), lambda: LongWindowCount(0)]
)
def test_days_must_be_above_zero(wrong):
    with pytest.raises(ParameterError, match="days"):
        wrong()


def test_origins_must_ascend_within_the_history():
    for origins in ([2, 1], [5], [-1]):
        with pytest.raises(ParameterError, match="origins"):
            list(EWMA().walk(months(noise(4, 3)), origins))


def test_prior_needs_one_exposure_a_cell():
    with pytest.raises(ParameterError, match="2 cells"):
        fit_gamma_prior(np.ones(2), np.ones(3))
    assert np.isnan(fit_gamma_prior(np.ones(2), np.zeros(2)).mean)


def test_names_on_the_command_line():
    assert list(FORECASTERS) == ["count", "ewma", "gamma-poisson", "kernel-ewma"]
    assert [make() for make in FORECASTERS.values()] == [
        LongWindowCount(),
        EWMA(),
        GammaPoissonEWMA(),
        KernelEWMA(),
    ]
