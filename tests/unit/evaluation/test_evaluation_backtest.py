"""Backtests: what a forecaster is shown, what is scored, what may be claimed."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from peelian.evaluation import (
    MIN_BLOCKS,
    Estimate,
    backtest,
    backtest_table,
    origins_table,
    overlap,
    verdict,
)
from peelian.forecasts import EWMA, GammaPoissonEWMA, LongWindowCount
from peelian.terms import (
    CellKind,
    CoverageError,
    Grid,
    History,
    Interval,
    NotFound,
    ParameterError,
    Periods,
    PlatformError,
    RiskSurface,
)

DAY = np.timedelta64(86_400, "s")


def history_of(counts, *, days=30, area=None):
    """Periods of equal length; a row of NaN is not held."""
    counts = np.asarray(counts, dtype=float)
    n = counts.shape[1]
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(len(counts) + 1) * days * DAY
    area = np.ones(n) if area is None else np.asarray(area, dtype=float)
    grid = Grid(
        CellKind.SQUARE, 1.0, np.arange(n) + 0.5, np.zeros(n), area, (0.0, 0.0), (1, n),
        np.arange(n),
    )  # fmt: skip
    return History(counts, grid, Periods(edges[:-1], edges[1:], ~np.isnan(counts).all(axis=1)))


def rng():
    return np.random.default_rng(20_180_101)


def concentrated(n_periods=24, n_cells=200, *, seed=1):
    generator = np.random.default_rng(seed)
    rates = generator.gamma(0.1, 5, n_cells)
    return generator.poisson(rates, (n_periods, n_cells)).astype(float)


def run(counts, forecasters=None, **settings):
    settings = {"area_budget": 10.0, "min_history": 3, "draws": 500} | settings
    forecasters = {"count": LongWindowCount()} | (forecasters or {})
    return backtest(history_of(counts), forecasters, rng=rng(), **settings)


@dataclass(frozen=True)
class Recorder:
    """Remembers what it was shown and expects what it last saw."""

    shown: list = field(default_factory=list)

    def forecast(self, history, horizon):
        self.shown.append((len(history.periods), history.counts.copy()))
        held = history.counts[history.periods.held]
        return RiskSurface(np.tile(held[-1], (horizon, 1)), history.grid, self)


@dataclass(frozen=True)
class Fixed:
    """The same surface whatever happened."""

    risk: tuple

    def forecast(self, history, horizon):
        return RiskSurface(np.tile(self.risk, (horizon, 1)), history.grid, self)


def test_a_forecaster_is_shown_only_what_came_before():
    counts = concentrated(9)
    counts[4:6] = np.nan
    recorder = Recorder()
    result = run(counts, {"recorder": recorder}, min_history=2)
    assert [n for n, _ in recorder.shown] == [2, 3, 6, 7, 8]
    for n, shown in recorder.shown:
        np.testing.assert_array_equal(shown, counts[:n])
    edges = history_of(counts).periods.start
    np.testing.assert_array_equal(result.origins, edges[[2, 3, 6, 7, 8]])
    np.testing.assert_array_equal(result.events, counts[[2, 3, 6, 7, 8]].sum(axis=1))


def test_months_not_held_are_neither_scored_nor_learned_from():
    """Rows in the gap cannot matter, for they are not there."""
    counts = concentrated(9)
    counts[4:6] = np.nan
    row = run(counts).row("count")
    closed_up = run(np.delete(counts, [4, 5], axis=0)).row("count")
    np.testing.assert_allclose(row.hits, closed_up.hits)


def test_a_walk_that_peeks_is_caught():
    class Peeks(LongWindowCount):
        def walk(self, history, origins):
            return iter(history.counts[origins])

    with pytest.raises(PlatformError, match="walk and forecast disagree at origin 3"):
        run(concentrated(), {"peeks": Peeks()})


def test_hits_by_hand():
    counts = [[5, 1, 0, 0], [3, 2, 0, 1], [0, 4, 0, 2]]
    result = run(counts, area_budget=1.0, min_history=1)
    row = result.row("count")
    assert result.events.tolist() == [6, 6]
    assert row.hits.tolist() == [3, 0]
    assert row.hit_rate.value == 3 / 12
    assert row.pai.value == pytest.approx(1.0)
    assert row.pei.value == 3 / 7
    assert result.row("oracle").hits.tolist() == [3, 4]
    assert result.row("random").hits.tolist() == [1.5, 1.5]
    assert row.expected.tolist() == [6.0, 6.0]
    assert row.calibration.value == 1.0
    assert row.overlap.value == 1.0
    assert row.difference.value == 0
    assert row.p == 1


def test_expected_events_follow_the_length_of_the_period_scored():
    counts = np.array([[28.0, 0], [31.0, 0]])
    edges = np.datetime64("2018-02-01T00:00:00") + np.array([0, 28, 59]) * DAY
    grid = history_of(counts).grid
    history = History(counts, grid, Periods(edges[:-1], edges[1:], np.ones(2, bool)))
    result = backtest(
        history, {"count": LongWindowCount()}, area_budget=1, min_history=1, rng=rng()
    )
    assert result.row("count").calibration.value == pytest.approx(1.0)


def test_ties_are_averaged_and_then_resolved_against():
    counts = np.array([[1.0] * 10, [10.0] + [0.0] * 9])
    row = run(counts, area_budget=5.0, min_history=1).row("count")
    assert row.hits.tolist() == [5.0]
    assert row.adversarial_hits.tolist() == [0.0]
    assert row.pai.value == 1.0
    assert row.pai_adversarial.value == 0.0


def test_flagging_everything_scores_one():
    result = run(concentrated(), {"ewma": EWMA(30)}, area_budget=200.0)
    for row in result.rows:
        assert row.pai.value == pytest.approx(1)
        assert row.pei.value == pytest.approx(1)
        assert row.difference.value == pytest.approx(0)


def test_the_oracle_is_the_most_and_never_a_champion():
    result = run(concentrated(40), {"gamma-poisson": GammaPoissonEWMA()})
    oracle = result.row("oracle")
    assert oracle.pei.value == 1
    assert oracle.verdict == "for reference"
    assert all(np.all(row.hits <= oracle.hits + 1e-9) for row in result.rows)
    assert result.champion == "count"


def test_a_much_better_challenger_becomes_champion():
    counts = np.zeros((30, 40))
    counts[0, 0], counts[1:, 7] = 1000, 12
    result = run(counts, {"better": Fixed(tuple(np.eye(40)[7]))}, area_budget=1.0)
    row = result.row("better")
    assert result.champion == "better"
    assert row.verdict == "more offences in the same area than counting past offences"
    assert row.difference.interval.low > 0
    assert row.p < 0.05


def test_a_worse_challenger_is_called_worse():
    row = run(concentrated(30), {"worse": Fixed(tuple(np.arange(200.0)))}).row("worse")
    assert row.verdict == "fewer offences in the same area than counting past offences"


def test_few_origins_claim_nothing_however_large_the_difference():
    counts = np.zeros((9, 40))
    counts[0, 0], counts[1:, 7] = 1000, 12
    result = run(
        counts, {"better": Fixed(tuple(np.eye(40)[7]))}, area_budget=1.0, min_history=1
    )
    assert result.too_few
    assert result.n_blocks == 8 < MIN_BLOCKS
    row = result.row("better")
    assert row.difference.interval.low > 0
    assert row.verdict == "no detectable difference from counting past offences"
    assert result.champion == "count"


@pytest.mark.parametrize(
    ("low", "high", "n_blocks", "words"),
    [
        (0.1, 2, MIN_BLOCKS, "more offences in the same area than counting past offences"),
        (-2, -0.1, MIN_BLOCKS, "fewer offences in the same area than counting past offences"),
        (0.0, 2, 99, "no detectable difference from counting past offences"),
        (-1, 2, 99, "no detectable difference from counting past offences"),
        (0.1, 2, MIN_BLOCKS - 1, "no detectable difference from counting past offences"),
        (np.nan, np.nan, 99, "no detectable difference from counting past offences"),
    ],
)
def test_words(low, high, n_blocks, words):
    estimate = Estimate(1.0, Interval(low, high, "block bootstrap over origins"))
    assert verdict(estimate, baseline="count", n_blocks=n_blocks) == words


def test_another_baseline_is_named():
    estimate = Estimate(0.0, Interval(-1, 1, ""))
    words = verdict(estimate, baseline="ewma", n_blocks=20)
    assert words == "no detectable difference from ewma"


def test_equal_seeds_give_equal_results_and_blocks_fill_four_weeks():
    counts = concentrated(60)
    forecasters = {"count": LongWindowCount(), "ewma": EWMA(60)}
    settings = {"area_budget": 10.0, "min_history": 10, "draws": 200}
    weekly = history_of(counts, days=7)
    first, again = (backtest(weekly, forecasters, rng=rng(), **settings) for _ in range(2))
    assert first.block == 4
    assert first.n_blocks == 12
    assert first.row("ewma").difference == again.row("ewma").difference
    monthly = backtest(history_of(counts), forecasters, rng=rng(), **settings)
    assert monthly.block == 1


def test_no_events_at_all_is_unknown():
    result = run(np.zeros((6, 20)))
    row = result.row("count")
    for estimate in (row.hit_rate, row.pai, row.pei, row.calibration):
        assert np.isnan(estimate.value)
        assert np.isnan(estimate.interval.low)
    assert row.difference.value == 0


def test_a_period_without_events_adds_nothing():
    counts = concentrated(20)
    counts[10] = 0
    assert np.isfinite(run(counts).row("count").pai.interval.low)


def test_no_hits_still_have_an_upper_limit():
    counts = np.zeros((20, 40))
    counts[0, 0], counts[1:, 7] = 1000, 2
    pai = run(counts, area_budget=1.0).row("count").pai
    assert pai.value == 0
    assert pai.interval.low == 0
    assert pai.interval.high > 1


def test_one_origin_has_wilson_limits_and_no_claim():
    result = run(concentrated(4))
    row = result.row("count")
    assert row.hit_rate.interval.low < row.hit_rate.value < row.hit_rate.interval.high
    assert np.isnan(row.overlap.value)
    assert row.verdict == "the baseline"
    assert np.isnan(row.difference.interval.low)


def test_one_cell():
    row = run([[2.0], [1.0], [0.0], [3.0]], area_budget=1.0, min_history=1).row("count")
    assert row.pai.value == 1.0


def test_progress_and_cost():
    seen, ticks = [], iter(range(1000))
    result = run(
        concentrated(8),
        {"ewma": EWMA()},
        progress=lambda done, total: seen.append((done, total)),
        clock=lambda: float(next(ticks)),
    )
    assert seen == [(i, 10) for i in range(1, 11)]
    assert result.row("ewma").seconds == 5.0
    assert np.isnan(run(concentrated(8)).row("count").seconds)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"baseline": "ewma"}, ParameterError, "'ewma' is not among"),
        ({"area_budget": 0.0}, ParameterError, "area_budget"),
        ({"area_budget": 201.0}, ParameterError, "at most"),
        ({"min_history": 0}, ParameterError, "min_history"),
        ({"min_history": 24}, CoverageError, "24 periods are held"),
        ({"block": 50}, ParameterError, "block is 50"),
        ({"draws": 0}, ParameterError, "draws"),
    ],
)
def test_bad_settings(settings, error, message):
    with pytest.raises(error, match=message):
        run(concentrated(), **settings)


def test_reserved_names_and_unknown_rows():
    with pytest.raises(ParameterError, match="random"):
        run(concentrated(), {"random": EWMA()})
    with pytest.raises(NotFound, match="no row 'hawkes'"):
        run(concentrated()).row("hawkes")


def test_unknown_risk_stops_the_backtest_and_names_it():
    counts = concentrated(8)
    counts[4:6] = np.nan
    with pytest.raises(CoverageError, match=r"brief: unknown risk.*min_history"):
        run(counts, {"brief": LongWindowCount(window_days=45)})


def test_tables():
    result = run(concentrated(30), {"ewma": EWMA(), "gamma-poisson": GammaPoissonEWMA()})
    table = backtest_table(result)
    names = ["count", "ewma", "gamma-poisson", "random", "oracle"]
    assert table.columns["forecaster"].tolist() == names
    assert table.columns["champion"].tolist() == [True, False, False, False, False]
    assert {"pai", "pai_low", "pai_high", "p", "verdict"} <= set(table.columns)
    assert "27 origins" in table.title
    by_origin = origins_table(result)
    assert len(by_origin) == 27
    assert by_origin.columns["ewma"].sum() == pytest.approx(table.columns["hits"][1])


def test_overlap_of_flagged_sets():
    area = np.array([1.0, 2.0, 1.0])
    a, b = np.array([True, True, False]), np.array([False, True, True])
    assert overlap(a, a, area) == 1
    assert overlap(a, b, area) == 0.5
    assert np.isnan(overlap(np.zeros(3), np.zeros(3), area))
