"""A backtest done in pieces is the same backtest; one forecaster's failure is its own."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from forecast_histories import DAY, dated_history, events_of, history_of, squares
from peelian.evaluation import backtest, backtest_table
from peelian.evaluation.pieces import ORIGINS_A_PIECE
from peelian.forecasts import EWMA, LongWindowCount, Prospective
from peelian.spacetime import late_events
from peelian.terms import CoverageError, DataError, ParameterError

GRID = squares(10, 12)


def rng():
    return np.random.default_rng(20_180_101)


def counts_of(n_periods=45, *, seed=1):
    generator = np.random.default_rng(seed)
    rates = generator.gamma(0.2, 3, GRID.n_cells)
    return generator.poisson(rates, (n_periods, GRID.n_cells)).astype(float)


def run(history, forecasters=None, **settings):
    settings = {"area_budget": 5e4, "min_history": 3, "draws": 300, "rng": rng()} | settings
    return backtest(history, {"count": LongWindowCount()} | (forecasters or {}), **settings)


@dataclass(frozen=True)
class Standing:
    """A forecaster that cannot walk, and says how often it was asked."""

    forecaster: object

    def forecast(self, history, horizon):
        return self.forecaster.forecast(history, horizon)


@dataclass(frozen=True)
class Breaks:
    """Gives up when it has seen so many periods."""

    at: int
    error: type = DataError

    def forecast(self, history, horizon):
        if len(history.periods) == self.at:
            raise self.error("the process would explode")
        return LongWindowCount().forecast(history, horizon)


def backwards(pieces, tell):
    for number in reversed(range(len(pieces))):
        scored = pieces[number].score()
        tell(number, len(pieces[number]))
        yield number, scored


def same(one, other):
    for a, b in zip(one.rows, other.rows, strict=True):
        for name in (f.name for f in fields(a)):
            if name in ("made_by", "name", "calibration_table"):
                continue
            assert repr(getattr(a, name)) == repr(getattr(b, name)), (a.name, name)


def test_pieces_of_a_walk_and_of_single_forecasts_make_the_same_backtest():
    history = history_of(counts_of(), GRID, days=7)
    whole = run(history, {"ewma": EWMA(60)})
    pieces = run(history, {"ewma": Standing(EWMA(60))})
    assert len(whole.origins) > 2 * ORIGINS_A_PIECE
    same(whole, pieces)  # change from one map to the next too, also across pieces


def test_the_order_in_which_pieces_are_done_changes_nothing():
    history = history_of(counts_of(), GRID, days=7)
    seen = []
    settings = {"progress": lambda done, of: seen.append((done, of))}
    others = {"ewma": EWMA(60), "standing": Standing(EWMA(9))}
    same(run(history, others), run(history, others, work=backwards, **settings))
    done = [n for n, _ in seen]
    assert done == sorted(done)
    assert seen[-1] == (3 * 42, 3 * 42)


def test_a_forecaster_that_fails_at_one_origin_is_told_and_the_others_go_on():
    history = history_of(counts_of(), GRID, days=7)
    result = run(history, {"breaks": Breaks(20), "ewma": EWMA(60)})
    row = result.row("breaks")
    assert row.verdict == "failed at 2024-05-20T00:00:00: the process would explode"
    assert np.isnan([row.pai.value, row.difference.value, row.p]).all()
    assert result.champion == "count"
    alone = run(history, {"ewma": EWMA(60)})
    assert result.row("ewma").pai == alone.row("ewma").pai
    assert "explode" in backtest_table(result).columns["verdict"][1]


def test_a_baseline_that_fails_and_data_that_do_not_suit_end_the_backtest():
    history = history_of(counts_of(9), GRID)
    with pytest.raises(DataError, match="the baseline breaks failed at 2024-01-07"):
        run(history, {"breaks": Breaks(6)}, baseline="breaks")
    with pytest.raises(CoverageError, match="explode"):
        run(history, {"breaks": Breaks(6, CoverageError)})


def test_a_horizon_scores_the_periods_ahead_together():
    """Two days ahead, origin by origin, are forecasts of two days by hand."""
    counts = counts_of(12)
    history = history_of(counts, GRID)
    result = run(history, {"ewma": EWMA(5)}, horizon=2)
    np.testing.assert_array_equal(
        result.events, [counts[n : n + 2].sum() for n in range(3, 11)]
    )
    np.testing.assert_array_equal(result.origins, history.periods.start[3:11])
    row = result.row("ewma")
    expected = [2 * EWMA(5).forecast(history.until(n), 1).risk.sum() for n in range(3, 11)]
    np.testing.assert_allclose(row.expected, expected, rtol=1e-12)
    longer = history_of(counts.reshape(6, 2, -1).sum(axis=1), GRID, days=2)
    whole = run(longer, min_history=2).row("count").hits
    np.testing.assert_allclose(result.row("count").hits[1::2], whole)


def test_a_horizon_that_is_not_held_is_no_origin():
    counts = counts_of(12)
    counts[7] = np.nan
    history = history_of(counts, GRID)
    result = run(history, horizon=3)
    np.testing.assert_array_equal(result.origins, history.periods.start[[3, 4, 8, 9]])


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"horizon": 0}, ParameterError, "horizon is 0"),
        ({"horizon": 7}, CoverageError, "horizon 7"),
        (
            {"test_from": np.datetime64("2025-01-01")},
            CoverageError,
            "no origin is on or after",
        ),
    ],
)
def test_horizons_and_tests_that_cannot_be(settings, error, said):
    with pytest.raises(error, match=said):
        run(history_of(counts_of(8), GRID), **settings)


def test_origins_before_the_test_are_not_scored():
    history = history_of(counts_of(20), GRID)
    result = run(history, test_from=np.datetime64("2024-01-11T00:00"))
    assert result.origins[0] == np.datetime64("2024-01-11")
    assert len(result.origins) == 10


@pytest.fixture(scope="module")
def planted():
    """What happens at a place happens there again the next day, and nowhere twice else."""
    generator = np.random.default_rng(3)
    day = np.arange(60)
    hot = generator.integers(0, GRID.n_cells, len(day))
    rows = [(cell, when) for when in day[1:] for cell in (hot[when], hot[when - 1])]
    cell, when = np.array(rows * 3).T
    events = events_of(GRID.x[cell], GRID.y[cell], when + 0.5)
    return dated_history(events, GRID, 60)


def delayed(history, days):
    """The same history, each event on record so many days after it happened."""
    events = replace(history.events, recorded=history.events.end + days * DAY)
    late = late_events(events, history.grid, history.periods)
    return replace(history, events=events, late=late)


@pytest.mark.parametrize("model", [LongWindowCount(1.0), EWMA(0.5), Prospective(150, 3)])
def test_no_model_gains_from_what_was_recorded_later(planted, model):
    """Yesterday tells today; what comes on record two days later tells nothing of it."""
    settings = {"area_budget": 3e4, "min_history": 5}
    known = run(planted, {"model": model}, **settings).row("model").pai.value
    at_once = run(delayed(planted, 0), {"model": model}, **settings).row("model").pai.value
    late = run(delayed(planted, 2), {"model": model}, **settings).row("model").pai
    assert known > 5
    assert at_once == known
    assert late.value < 3
    assert late.interval.low < 1.5


def test_what_was_late_is_scored_as_in_the_end_it_was(planted):
    result = run(delayed(planted, 2), area_budget=3e4)
    np.testing.assert_array_equal(result.events, planted.counts[3:].sum(axis=1))
