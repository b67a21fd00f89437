"""Settings are chosen before the test, and nothing of the test can change the choice."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from forecast_histories import DAY, START, dated_history, events_of, history_of, squares
from peelian.evaluation import tune
from peelian.forecasts import EWMA, LongWindowCount
from peelian.spacetime import late_events
from peelian.terms import CoverageError, DataError, RiskSurface

GRID = squares(6, 10)
SETTINGS = {"area_budget": 3e4, "min_history": 4}
CANDIDATES = {"count": (LongWindowCount(),), "ewma": (EWMA(500), EWMA(1), EWMA(20))}


def moving(n_periods=40, *, every, seed=1):
    """Counts whose places change after so many periods."""
    generator = np.random.default_rng(seed)
    rates = [generator.gamma(0.1, 8, GRID.n_cells) for _ in range(n_periods // every + 1)]
    return np.array([generator.poisson(rates[n // every]) for n in range(n_periods)], float)


def chosen(counts, test_from=30, **settings):
    history = counts if hasattr(counts, "until") else history_of(counts, GRID)
    made = {**SETTINGS, **settings}
    return tune(history, CANDIDATES, test_from=START + test_from * DAY, **made)


def test_the_memory_that_suits_is_chosen():
    assert chosen(moving(every=3)).chosen == {"count": LongWindowCount(), "ewma": EWMA(1)}
    assert chosen(moving(every=100)).chosen["ewma"] in (EWMA(500), EWMA(20))


def test_what_happens_in_the_test_changes_nothing():
    before = moving(30, every=3)
    found = []
    for seed, every in ((1, 3), (2, 100), (3, 1)):
        after = 50 * moving(10, every=every, seed=seed)
        found.append(chosen(np.concatenate([before, after])))
    for one in found[1:]:
        assert one.chosen == found[0].chosen
        np.testing.assert_array_equal(
            one.table.columns["hits"], found[0].table.columns["hits"]
        )
    assert (found[0].origins < START + 30 * DAY).all()
    assert len(found[0].origins) == 26
    # The test can tell: with the last ten days in it, the choice is made on other hits.
    later = chosen(np.concatenate([before, 50 * moving(10, every=1, seed=3)]), test_from=40)
    assert later.table.columns["hits"].sum() > found[0].table.columns["hits"].sum()


def test_a_period_that_reaches_into_the_test_is_not_used():
    history = history_of(moving(12, every=3), GRID, days=7)
    found = tune(history, CANDIDATES, test_from=START + 60 * DAY, **SETTINGS)
    assert found.origins[-1] == START + 49 * DAY  # its week ends on day 56, the next on 63


def test_what_comes_on_record_in_the_test_is_not_used():
    counts = moving(40, every=3)
    period, cell = np.nonzero(counts)
    events = events_of(GRID.x[cell], GRID.y[cell], period + 0.5)
    plain = dated_history(events, GRID, 40)
    slow = np.where(period >= 20, 60, 0) * DAY
    events = replace(events, recorded=events.end + slow)
    late = replace(plain, events=events, late=late_events(events, GRID, plain.periods))
    assert chosen(late).table.columns["hits"].sum() < chosen(plain).table.columns["hits"].sum()
    unseen = plain.counts.copy()
    unseen[20:] = 0
    np.testing.assert_array_equal(
        chosen(late).table.columns["hits"], chosen(unseen).table.columns["hits"]
    )


def test_the_first_of_equals_is_chosen_and_the_table_says_what_was_tried():
    found = tune(
        history_of(moving(every=100), GRID),
        {"ewma": (EWMA(7), EWMA(7.0)), "count": (LongWindowCount(),)},
        test_from=START + 30 * DAY,
        **SETTINGS,
    )
    columns = found.table.columns
    assert columns["forecaster"].tolist() == ["ewma", "ewma", "count"]
    assert columns["settings"].tolist()[0] == "EWMA(half_life_days=7)"
    assert columns["chosen"].tolist() == [True, False, True]
    assert "26 origins before 2024-01-31" in found.table.title


def test_the_best_of_several_models_can_be_asked_for():
    found = chosen(moving(every=3))
    assert found.best(["count", "ewma"]) == "ewma"
    assert found.best(["count"]) == "count"


@dataclass(frozen=True)
class Breaks:
    at: int

    def forecast(self, history, horizon):
        if len(history.periods) == self.at:
            raise DataError("it would explode")
        return RiskSurface(np.ones((horizon, GRID.n_cells)), GRID, self)


def test_a_candidate_that_fails_is_not_chosen():
    history = history_of(moving(every=3), GRID)
    asked = {"test_from": START + 30 * DAY, **SETTINGS}
    found = tune(history, {"ewma": (EWMA(1),), "own": (Breaks(7), Breaks(99))}, **asked)
    assert found.chosen["own"] == Breaks(99)
    with pytest.raises(DataError, match=r"every candidate of own failed.*explode"):
        tune(history, {"own": (Breaks(7), Breaks(9))}, **asked)


@pytest.mark.parametrize("test_from", [-5, 0, 3, 4])
def test_nothing_before_the_test_is_an_error(test_from):
    with pytest.raises(CoverageError, match="nothing to choose settings by before"):
        chosen(moving(every=3), test_from=test_from)
