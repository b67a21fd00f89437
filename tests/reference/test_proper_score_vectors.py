"""Metrics M4 and M8, and randomised PIT: the specification's section 2, and closed forms.

M8 sums ``(F(k) - [k >= y])**2`` over k for the CRPS; ours is the closed form of Wei and Held
(2014), so the sum is done here by hand. NB2 is the distribution of a Poisson count whose rate
is gamma distributed, as the shrinkage forecast says rates are.
"""

import numpy as np
import pytest
from scipy import stats

from peelian.evaluation import backtest
from peelian.statistics import (
    bernoulli_log_score,
    brier_score,
    poisson_crps,
    poisson_deviance,
    poisson_log_score,
    poisson_pit,
)
from peelian.terms import CellKind, Grid, History, Periods, RiskSurface

EXPECTED, COUNTS = np.array([0.05, 0.2, 0.5, 1.5]), np.array([0.0, 0, 1, 3])
OBSERVED = np.array([6.0, 7, 3, 2, 1, 0])  # frame T6 of the ptools documentation
PREDICTED = np.array([8.0, 4, 4, 2, 1, 0])


@pytest.mark.parametrize(
    ("score", "each", "mean"),
    [
        (brier_score, [0.002379, 0.032859, 0.367879, 0.049787], 0.113226),
        (bernoulli_log_score, None, 0.358809),
        (poisson_log_score, [0.05, 0.2, 1.193147, 2.075364], 0.879628),
        (poisson_deviance, None, 0.511294),
        (poisson_crps, [0.002380, 0.033167, 0.376226, 1.019864], 0.357909),
    ],
)
def test_m8(score, each, mean):
    scored = score(EXPECTED, COUNTS)
    assert scored.mean() == pytest.approx(mean, abs=5e-7)
    if each:
        assert scored == pytest.approx(each, abs=5e-7)


@pytest.mark.parametrize("mean", [1e-9, 0.001, 0.049, 0.051, 0.7, 8.0, 60.0])
@pytest.mark.parametrize("count", [0, 1, 2, 9, 80])
def test_crps_is_the_sum_over_counts(mean, count):
    k = np.arange(400)
    by_hand = np.sum((stats.poisson.cdf(k, mean) - (k >= count)) ** 2)
    assert poisson_crps(mean, count) == pytest.approx(by_hand, rel=1e-9, abs=1e-15)


def test_a_poisson_count_of_a_gamma_rate_is_nb2():
    """Mean 3, size 1.5; the rate's gamma has that shape and mean."""
    wanted = [0.19245, 0.19245, 0.160375, 0.124736]
    rate = np.linspace(0, 60, 400_001)[1:]
    density = stats.gamma.pdf(rate, 1.5, scale=2.0)
    mixed = [
        np.trapezoid(density * np.exp(-poisson_log_score(rate, k)), rate) for k in range(4)
    ]
    assert mixed == pytest.approx(wanted, abs=2e-5)
    assert stats.nbinom.pmf(range(4), 1.5, 1.5 / 4.5) == pytest.approx(wanted, abs=5e-7)


def test_pit_is_the_mean_of_many_randomisations():
    rng = np.random.default_rng(1)
    mean, count = rng.gamma(1, 2, 50), rng.poisson(2, 50)
    low, high = stats.poisson.cdf(count - 1, mean), stats.poisson.cdf(count, mean)
    drawn = low + (high - low) * rng.random((20_000, 50))
    share = np.histogram(drawn, bins=10, range=(0, 1))[0] / drawn.size
    assert poisson_pit(mean, count) == pytest.approx(share, abs=1e-3)


class _Predicted:
    def forecast(self, history, horizon):
        return RiskSurface(PREDICTED[None], history.grid, self)


def t6(k):
    """A backtest whose one origin is the frame T6, with ``k`` cells flagged."""
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(3) * np.timedelta64(
        7 * 86_400, "s"
    )
    grid = Grid(
        CellKind.SQUARE, 1000.0, np.arange(6.0), np.zeros(6), np.full(6, 1e6), (0.0, 0.0),
        (1, 6), np.arange(6),
    )  # fmt: skip
    past = np.array([2.0, 2, 2, 2, 1, 1])
    history = History(
        np.stack([past, OBSERVED]), grid, Periods(edges[:-1], edges[1:], np.ones(2, bool))
    )
    return backtest(
        history, {"count": _Predicted()}, area_budget=k * 1e6, min_history=1, draws=10,
        rng=np.random.default_rng(1),
    ).row("count")  # fmt: skip


@pytest.mark.parametrize(("k", "ratio"), [(1, 8 / 6), (3, 16 / 16)])
def test_m4_in_a_backtest(k, ratio):
    """With two cells the vector's 12 / 9 breaks the tie; a backtest averages it: 12 / 11."""
    assert t6(k).rri.value == pytest.approx(ratio)
    assert t6(2).rri.value == pytest.approx(12 / 11)


def test_levine_divides_shares():
    """Three cells held 6 of 10 past events, and then 16 of 19."""
    assert t6(3).rri_levine.value == pytest.approx((16 / 19) / (6 / 10))


def test_m2_m5_and_m6_in_a_backtest():
    row = t6(3)
    assert row.pai.value == pytest.approx(1.684211, abs=5e-7)
    assert row.search_efficiency.value == pytest.approx(16 / 3)
    assert row.curve.value[-1] == pytest.approx(0.05 * 6 * 6 / 19)  # within the first cell
    assert row.curve_area.value == pytest.approx(row.curve.value[-1] / 2)


def test_calibration_by_tenths_adds_up():
    columns = t6(3).calibration_table.columns
    assert columns["expected"] == pytest.approx(np.full(10, 1.9))
    assert columns["observed"].sum() == pytest.approx(19)
    assert columns["cells"].sum() == pytest.approx(6)
    assert columns["observed"][-1] == pytest.approx(6 * 1.9 / 8)  # inside the riskiest cell
