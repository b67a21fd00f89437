"""What a backtest measures beside hits: its values for perfect, tied, empty and weighted."""

import json
from dataclasses import replace

import numpy as np
import pytest

from peelian.evaluation import backtest, backtest_table
from peelian.forecasts import EWMA, GammaPoissonEWMA, LongWindowCount
from peelian.reports import table_csv, table_json
from peelian.terms import CellKind, Grid, History, Periods, RiskSurface

WEEK = np.timedelta64(7 * 86_400, "s")


def history_of(counts, *, cell=1000.0):
    counts = np.asarray(counts, dtype=float)
    n = counts.shape[1]
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(len(counts) + 1) * WEEK
    grid = Grid(
        CellKind.SQUARE, cell, (np.arange(n) + 0.5) * cell, np.full(n, cell / 2),
        np.full(n, cell**2), (0.0, 0.0), (1, n), np.arange(n),
    )  # fmt: skip
    return History(counts, grid, Periods(edges[:-1], edges[1:], np.ones(len(counts), bool)))


def run(history, forecasters=None, *, share=0.05, min_history=2):
    return backtest(
        history,
        {"count": LongWindowCount()} | (forecasters or {}),
        area_budget=share * history.grid.area.sum(),
        min_history=min_history,
        draws=200,
        rng=np.random.default_rng(1),
    )


def world(n_periods=30, n_cells=300, seed=1):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(0.3, 1, n_cells)
    return rates, rng.poisson(rates, (n_periods, n_cells)).astype(float)


class Says:
    """The same surface whatever happened."""

    def __init__(self, risk):
        self.risk = np.asarray(risk, dtype=float)

    def forecast(self, history, horizon):
        return RiskSurface(np.tile(self.risk, (horizon, 1)), history.grid, self)


def test_whoever_knows_the_rates_scores_best_and_is_calibrated():
    rates, counts = world()
    result = run(history_of(counts), {"truth": Says(rates), "bold": Says(rates * 2)})
    truth, bold = result.row("truth"), result.row("bold")
    for score in ("brier", "bernoulli", "log_score", "deviance", "crps"):
        assert getattr(truth, score).value < getattr(bold, score).value
    assert truth.rri.interval.low < 1 < truth.rri.interval.high
    assert bold.rri.value == pytest.approx(2 * truth.rri.value)
    inside = truth.calibration_table.columns
    held = (inside["low"] <= inside["expected"]) & (inside["expected"] <= inside["high"])
    assert held.sum() >= 8
    assert bold.calibration_table.columns["ratio"] == pytest.approx(
        inside["ratio"] / 2, rel=1e-9
    )
    assert truth.pit == pytest.approx(np.full(10, 0.1), abs=0.01)
    assert truth.pit.sum() == pytest.approx(1)


def test_ranking_scores_do_not_care_for_scale():
    rates, counts = world()
    result = run(history_of(counts), {"truth": Says(rates), "bold": Says(rates * 2)})
    truth, bold = result.row("truth"), result.row("bold")
    assert truth.gini == bold.gini
    assert truth.curve_area == bold.curve_area
    np.testing.assert_array_equal(truth.curve.value, bold.curve.value)


def test_the_curve_meets_the_hit_rate_and_only_rises():
    result = run(history_of(world()[1]), {"ewma": EWMA(100)})
    for row in result.rows:
        assert row.curve.value[-1] == pytest.approx(row.hit_rate.value)
        assert row.curve.low[-1] == pytest.approx(row.hit_rate.interval.low)
        assert np.all(np.diff(row.curve.value) >= -1e-12)
        assert np.all(row.curve.low <= row.curve.value + 1e-12)
        assert np.all(row.curve.value <= row.curve.high + 1e-12)
    by_chance, oracle = result.row("random"), result.row("oracle")
    np.testing.assert_allclose(by_chance.curve.value, result.curve_share)
    assert by_chance.curve_area.value == pytest.approx(0.025)
    assert by_chance.gini.value == 0
    for row in result.rows:
        assert row.gini.value <= oracle.gini.value + 1e-12
        assert row.generalised_gini.value <= oracle.generalised_gini.value + 1e-12
        assert np.all(row.curve.value <= oracle.curve.value + 1e-12)


def test_metres_and_kilometres_agree():
    counts = world()[1]
    metres, other = run(history_of(counts)), run(history_of(counts, cell=250.0))
    mine, theirs = metres.row("count"), other.row("count")
    assert mine.search_efficiency.value == pytest.approx(theirs.search_efficiency.value / 16)
    for name in ("rri", "rri_levine", "gini", "curve_area", "overlap", "crps"):
        assert getattr(mine, name).value == pytest.approx(getattr(theirs, name).value)


def test_all_ties_score_as_chance():
    row = run(history_of(world()[1]), {"flat": Says(np.ones(300))}).row("flat")
    assert row.gini.value == pytest.approx(0)
    assert row.pai.value == pytest.approx(1)
    assert row.rri_levine.value == pytest.approx(1)
    assert row.overlap.value == row.kept.value == 1
    assert np.isnan(row.rank_correlation.value)


def test_a_map_that_never_changes_and_one_that_turns_over():
    counts = np.zeros((6, 4))
    counts[np.arange(6), np.arange(6) % 2] = 1.0
    result = run(history_of(counts), {"last": EWMA(0.5)}, share=0.25)
    assert result.row("last").kept.value == 0
    assert result.row("last").overlap.value == 0
    assert result.row("last").rank_correlation.value == pytest.approx(7 / 9)
    still = run(history_of(counts), {"still": Says([4, 3, 2, 1])}, share=0.25).row("still")
    assert still.kept.value == still.overlap.value == 1
    assert still.rank_correlation.value == pytest.approx(1)


def test_too_few_maps_to_say_how_alike_they_are():
    """Weeks, so that four blocks are sixteen origins."""
    enough, few = (run(history_of(world()[1]), min_history=n) for n in (14, 15))
    kept = enough.row("count").kept
    assert 0 < kept.interval.low < kept.value < kept.interval.high < 1
    assert backtest_table(enough).columns["no_interval"][0] == ""
    for score in (few.row("count").kept, few.row("count").rank_correlation):
        assert np.isfinite(score.value)
        assert np.isnan([score.interval.low, score.interval.high]).all()
    told = backtest_table(few).columns["no_interval"].tolist()
    assert told == ["none: 4 changes of map a block apart are the fewest for it", "", ""]


def test_maps_that_all_share_as_much_tell_nothing_of_others():
    result = run(history_of(world()[1]), {"still": Says(np.arange(300.0))})
    assert result.row("still").kept.value == 1
    assert np.isnan(result.row("still").kept.interval.low)
    assert backtest_table(result).columns["no_interval"][1] == "none: every map shared as much"


def test_no_hit_at_any_budget_leaves_the_upper_limit_open():
    counts = np.zeros((18, 100))
    counts[:, 0] = 3
    row = run(history_of(counts), {"wrong": Says(np.arange(100.0))}).row("wrong")
    assert row.curve_area.value == 0
    assert row.curve_area.interval.low == 0
    assert row.curve_area.interval.high == pytest.approx(row.hit_rate.interval.high)


def test_one_origin_has_a_gini_and_no_interval_of_it():
    row = run(history_of(world()[1]), min_history=29).row("count")
    assert np.isfinite(row.gini.value)
    assert np.isnan(row.gini.interval.low)


def test_nothing_happens():
    counts = np.zeros((6, 20))
    counts[0, 0] = 1
    row = run(history_of(counts), min_history=1).row("count")
    for name in ("rri", "gini", "generalised_gini", "curve_area"):
        assert np.isnan(getattr(row, name).value)
    assert row.search_efficiency.value == 0
    assert row.search_efficiency.interval.high > 0
    assert np.isnan(row.curve.value).all()
    assert row.unforeseen == 0
    assert row.calibration_table.columns["observed"].sum() == 0


def test_an_event_nobody_foresaw_makes_log_scores_infinite_and_says_so():
    counts = np.zeros((5, 20))
    counts[:, 0] = 2
    counts[4, 7] = 3
    result = run(history_of(counts), {"shrunk": GammaPoissonEWMA()})
    row = result.row("count")
    assert row.unforeseen == 3
    assert row.log_score.value == row.deviance.value == row.bernoulli.value == np.inf
    assert np.isfinite(row.crps.value)
    assert np.isfinite(result.row("shrunk").log_score.value)
    told = json.loads(table_json(backtest_table(result)))[0]
    assert told["log_score"] is None
    assert told["unscored"] == "infinite log score: 3 events where none was expected at all"


def test_weights_are_not_events():
    counts = world()[1] * 3.5
    result = run(history_of(counts))
    row = result.row("count")
    assert np.isnan(row.crps.value)
    assert np.isnan(row.pit).all()
    assert np.isnan(row.calibration_table.columns["low"]).all()
    assert "bootstrap" in row.calibration.interval.method
    assert "weights" in result.unscored
    assert row.gini.value == pytest.approx(
        run(history_of(counts / 3.5)).row("count").gini.value
    )


def test_a_score_below_zero_is_no_expectation():
    row = run(history_of(world()[1]), {"z": Says(np.linspace(-2, 2, 300))}).row("z")
    assert np.isnan(row.calibration.value)
    assert np.isnan(row.crps.value)
    assert np.isnan(row.rri.value)
    assert np.isfinite(row.pai.value)


def test_one_cell_and_one_event():
    counts = np.array([[1.0], [0.0], [0.0], [1.0]])
    row = run(history_of(counts), share=1.0).row("count")
    assert row.gini.value == 0
    assert row.kept.value == 1
    assert row.rri.value == pytest.approx(row.expected.sum())


def test_machines_get_everything_and_it_can_be_read_back():
    table = backtest_table(run(history_of(world()[1]), {"ewma": EWMA()}))
    rows = json.loads(table_json(table))
    assert len(rows[0]["curve"]) == len(rows[0]["curve_share"]) == 50
    assert len(rows[0]["calibration_expected"]) == len(rows[0]["pit"]) == 10
    assert rows[-1]["crps"] is None
    assert rows[-1]["unscored"] == "for reference"
    header, first = table_csv(table).splitlines()[:2]
    assert "curve_high" in header.split(",")
    assert json.dumps(rows[0]["pit"]) in first


def test_dated_events_with_weights_are_weights_even_when_whole():
    history = history_of(world()[1])
    from peelian.terms import Events

    n = 3
    texts = np.array([""] * n)
    events = Events(
        np.zeros(n), np.zeros(n), history.periods.start[:n], history.periods.start[:n],
        np.array([10.0, 365, 5475]), texts, texts, texts,
    )  # fmt: skip
    assert run(replace(history, events=events)).unscored
