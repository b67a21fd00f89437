"""The intervals of what a backtest measures hold the truth as often as they say."""

import numpy as np
import pytest
from scipy import stats

from peelian.evaluation import backtest
from peelian.statistics import (
    brier_score,
    caught_within,
    poisson_crps,
    poisson_log_score,
    rank_cells,
    ranked_gini,
)
from peelian.terms import CellKind, Grid, History, Periods, RiskSurface

CELLS, FLAGGED = 60, 6


class Says:
    """The same surface at every origin."""

    def __init__(self, risk):
        self.risk = risk

    def walk(self, history, origins):
        return (self.risk for _ in origins)

    def forecast(self, history, horizon):
        return RiskSurface(self.risk[None], history.grid, self)


def truths(rates, risk, area):
    """Each measure when expectations stand for what happens."""
    ranking = rank_cells(risk, area)
    budgets = np.arange(0, 51) / 1000 * area.sum()
    curve = caught_within(ranking, rates, budgets) / rates.sum()
    flagged = np.zeros(CELLS)
    flagged[np.argsort(-risk)[:FLAGGED]] = 1
    y = np.arange(60)
    chance = stats.poisson.pmf(y, rates[:, None])

    def mean(score):
        return float(np.sum(chance * score(risk[:, None], y), axis=1).mean())

    return {
        "rri": np.sum(risk * flagged) / np.sum(rates * flagged),
        "search_efficiency": np.sum(rates * flagged) / (FLAGGED * area[0] / 1e6),
        "curve_area": np.trapezoid(curve, budgets) / budgets[-1],
        "gini": ranked_gini(ranking, rates),
        "calibration": rates.sum() / risk.sum(),
        "brier": mean(brier_score),
        "log_score": mean(poisson_log_score),
        "crps": mean(poisson_crps),
    }


def coverage(n_worlds, *, n_origins, days, seed):
    """Share of worlds in which each interval holds the truth."""
    rng = np.random.default_rng(seed)
    rates = np.sort(rng.gamma(0.5, 1.2, CELLS))[::-1]
    risk = rates * rng.gamma(20, 1 / 20, CELLS) + 0.05
    area = np.full(CELLS, 1e6)
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(n_origins + 2) * np.timedelta64(
        86_400 * days, "s"
    )
    grid = Grid(
        CellKind.SQUARE, 1000.0, np.arange(CELLS) * 1000.0, np.zeros(CELLS), area, (0.0, 0.0),
        (1, CELLS), np.arange(CELLS),
    )  # fmt: skip
    periods = Periods(edges[:-1], edges[1:], np.ones(n_origins + 1, bool))
    wanted, held = truths(rates, risk, area), dict.fromkeys(truths(rates, risk, area), 0)
    for _ in range(n_worlds):
        counts = rng.poisson(rates, (n_origins + 1, CELLS)).astype(float)
        row = backtest(
            History(counts, grid, periods), {"count": Says(risk)}, area_budget=FLAGGED * 1e6,
            min_history=1, draws=400, rng=rng,
        ).row("count")  # fmt: skip
        for name, value in wanted.items():
            interval = getattr(row, name).interval
            held[name] += interval.low <= value <= interval.high
    return {name: n / n_worlds for name, n in held.items()}


def test_intervals_hold_the_truth():
    covered = coverage(60, n_origins=24, days=30, seed=1)
    assert min(covered.values()) > 0.85, covered


@pytest.mark.nightly
@pytest.mark.parametrize(("n_origins", "days"), [(12, 30), (24, 30), (52, 7)])
def test_intervals_hold_the_truth_in_many_worlds(n_origins, days):
    """93 %, less 1.5 standard errors of 1,500 worlds."""
    covered = coverage(1500, n_origins=n_origins, days=days, seed=2)
    assert min(covered.values()) > 0.92, covered
    bootstrapped = ("brier", "log_score", "crps")
    assert max(covered[name] for name in bootstrapped) < 0.98, covered
