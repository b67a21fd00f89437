"""Backtests of worlds whose truth is known: nothing is found where there is nothing."""

import numpy as np
import pytest

from peelian.evaluation import backtest, resample_origins, score_difference, verdict
from peelian.forecasts import EWMA, LongWindowCount
from peelian.terms import CellKind, Grid, History, Periods


def history_of(counts, *, days):
    n = counts.shape[1]
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(len(counts) + 1) * np.timedelta64(
        86_400 * days, "s"
    )
    grid = Grid(
        CellKind.SQUARE, 1.0, np.arange(n) + 0.5, np.zeros(n), np.ones(n), (0.0, 0.0), (1, n),
        np.arange(n),
    )  # fmt: skip
    return History(counts, grid, Periods(edges[:-1], edges[1:], np.ones(len(counts), bool)))


def run(counts, rng, *, days=30, n_flagged=10):
    return backtest(
        history_of(counts.astype(float), days=days),
        {"count": LongWindowCount(), "ewma": EWMA(90)},
        area_budget=float(n_flagged),
        min_history=6,
        draws=400,
        rng=rng,
    )


def noise_coverage(n_worlds, *, days, n_periods, rng):
    """Share of worlds of even noise in which the PAI interval of counting holds 1."""
    covered = 0
    for _ in range(n_worlds):
        pai = run(rng.poisson(0.4, (n_periods, 100)), rng, days=days).row("count").pai
        covered += pai.interval.low <= 1 <= pai.interval.high
    return covered / n_worlds


def false_alarms(n_worlds, *, days, n_periods, rng):
    """Share of worlds in which the interval tells two forecasts of equal worth apart.

    Every cell has a rate of its own that never changes and periods are exchangeable; the two
    forecasters flag cells drawn anew from equally good ones, so neither is better.
    """
    alarms = 0
    for _ in range(n_worlds):
        rates = np.repeat(rng.gamma(0.7, 0.6, 50), 2)  # pairs of cells alike
        counts = rng.poisson(rates, (n_periods, 100)).astype(float)
        top = np.argsort(-rates[::2], kind="stable")[:10]
        left, right = np.zeros(100), np.zeros(100)
        left[2 * top], right[2 * top + 1] = 1, 1
        result = backtest(
            history_of(counts, days=days),
            {"count": _Fixed(left), "other": _Fixed(right)},
            area_budget=10.0,
            min_history=1,
            draws=400,
            rng=rng,
        )
        alarms += not result.row("other").verdict.startswith("no detectable difference")
    return alarms / n_worlds


class _Fixed:
    def __init__(self, risk):
        self.risk = risk

    def walk(self, history, origins):
        return (self.risk for _ in origins)

    def forecast(self, history, horizon):
        from peelian.terms import RiskSurface

        return RiskSurface(self.risk[None], history.grid, self)


def test_noise_has_pai_one():
    assert noise_coverage(100, days=30, n_periods=24, rng=np.random.default_rng(1)) > 0.93


@pytest.mark.parametrize(("n_origins", "block"), [(10, 1), (24, 1), (52, 4)])
def test_equal_hits_are_seldom_told_apart(n_origins, block):
    """Type I error of the paired interval, 1,500 worlds; whole backtests run nightly."""
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(1500):
        d = np.diff(rng.poisson(5.0, (2, n_origins)), axis=0)[0].astype(float)
        resamples = resample_origins(n_origins, block, draws=400, rng=rng)
        words = verdict(
            score_difference(d, resamples), baseline="count", n_blocks=resamples.n_blocks
        )
        alarms += not words.startswith("no detectable difference")
    assert 0.02 < alarms / 1500 < 0.07


def test_shuffled_time_leaves_nothing_for_recency_to_find():
    """Exchangeable months: forgetting old ones cannot help, and seldom seems to."""
    rng = np.random.default_rng(3)
    claims = 0
    for _ in range(60):
        rates = rng.gamma(0.3, 2, 100)
        counts = rng.permuted(rng.poisson(rates, (24, 100)), axis=0)
        claims += run(counts, rng).champion == "ewma"
    assert claims / 60 < 0.07


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("days", "n_periods", "n_worlds"),
    [(30, 11, 1500), (30, 25, 1500), (7, 53, 600), (1, 300, 300)],  # long ones take long
)
def test_error_rates_in_many_worlds(days, n_periods, n_worlds):
    """Within three standard errors of one in twenty."""
    rng = np.random.default_rng(4)
    error = 3 * np.sqrt(0.05 * 0.95 / n_worlds)
    assert false_alarms(n_worlds, days=days, n_periods=n_periods, rng=rng) < 0.05 + error
    error *= np.sqrt(3)
    held = noise_coverage(n_worlds // 3, days=days, n_periods=n_periods, rng=rng)
    assert held > 0.95 - error
