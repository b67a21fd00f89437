"""Judgement against a model in as much area: by hand, by chance, and of nothing."""

import numpy as np
import pytest

from forecast_histories import squares
from peelian.evaluation import DRAWN, WITH, Drawn, score_judgement
from peelian.terms import History, Periods, RiskSurface

GRID = squares(1, 4)  # four cells of one hectare
WEEK = np.timedelta64(7, "D").astype("timedelta64[s]")


class Fixed:
    """Always the same risk."""

    def __init__(self, *risk):
        self.risk = np.array([risk], dtype=float)

    def forecast(self, history, horizon):
        return RiskSurface(np.repeat(self.risk, horizon, axis=0), history.grid, self)


def history_of(counts):
    counts = np.array(counts, dtype=float)
    start = np.datetime64("2018-01-01T06:00:00", "s") + np.arange(len(counts)) * WEEK
    return History(counts, GRID, Periods(start, start + WEEK, np.ones(len(counts), bool)))


def drawn(share, inside, *, left_out=()):
    share, inside = np.array(share, dtype=float), np.array(inside, dtype=float)
    closed = np.isin(np.arange(4), left_out)
    return Drawn(float((share * GRID.area).sum()), inside.sum(), share, inside, closed)


def scored(history, boxes, risk=(4, 3, 2, 1), *, budget=2e4, first=1, **more):
    origins = range(first, first + len(boxes))
    return score_judgement(
        history, {"count": Fixed(*risk)}, origins, boxes, area_budget=budget, draws=50,
        rng=np.random.default_rng(1), **more,
    ).columns  # fmt: skip


def test_both_comparisons_by_hand():
    """One box of one and a half cells, three events in it; the model's best holds five."""
    history = history_of([[0, 0, 0, 0], [5, 1, 3, 1]])
    box = drawn([0, 0, 1, 0.5], [0, 0, 3, 0])
    found = scored(history, [box])
    assert found["flagged"].tolist() == [DRAWN, f"count {WITH}"]
    assert found["area"].tolist() == pytest.approx([0.015, 0.02])
    assert found["hits"].tolist() == pytest.approx([3, 3 + 0.5 * 5])  # half the first cell
    assert found["hits_against"].tolist() == pytest.approx([5.5, 6])
    assert found["per_km2"][0] == pytest.approx(200)
    assert found["pai"].tolist() == pytest.approx([0.3 / 0.375, 0.55 / 0.5])
    assert found["difference"].tolist() == pytest.approx([-2.5, -0.5])
    assert np.isnan(found["difference_low"]).all()  # one origin tells no spread


def test_cells_left_out_are_not_flagged_with_the_boxes():
    history = history_of([[0, 0, 0, 0], [5, 1, 3, 1]])
    found = scored(history, [drawn([0, 0, 0, 0], [0, 0, 0, 0], left_out=(0,))])
    assert found["flagged"].tolist() == [f"count {WITH}"]  # no box: nothing at its area
    assert (found["hits"][0], found["hits_against"][0]) == (1 + 3, 5 + 1)


def test_boxes_larger_than_the_budget_count_in_part():
    history = history_of([[0, 0, 0, 0], [5, 1, 3, 1]])
    found = scored(history, [drawn([1, 1, 0, 0], [5, 1, 0, 0])], budget=1e4)
    assert found["hits"].tolist() == pytest.approx([6, 3])


def test_everything_left_out_leaves_the_boxes():
    history = history_of([[0, 0, 0, 0], [5, 1, 3, 1]])
    found = scored(history, [drawn([0, 0, 1, 0], [0, 0, 3, 0], left_out=(0, 1, 2, 3))])
    assert found["hits"][1] == 3


def test_without_events_rates_are_null():
    history = history_of([[0, 0, 0, 0]] * 3)
    found = scored(history, [drawn([1, 0, 0, 0], [0, 0, 0, 0])] * 2)
    assert np.isnan(found["pai"]).all()
    assert (found["per_km2"] == 0).all()
    assert found["difference"].tolist() == [0, 0]


@pytest.mark.parametrize(("n", "claims"), [(9, False), (52, True)])
def test_a_claim_needs_ten_whole_blocks(n, claims):
    history = history_of([[1, 1, 1, 1], *[[0, 0, 0, 3]] * n])
    found = scored(history, [drawn([0, 0, 0, 1], [0, 0, 0, 3])] * n)
    assert found["verdict"][0].startswith("more offences") is claims
    assert found["difference"][0] == pytest.approx(3)
    history = history_of([[1, 1, 1, 1], *[[3, 0, 0, 0]] * n])
    found = scored(history, [drawn([0, 0, 0, 1], [0, 0, 0, 0])] * n)
    assert found["verdict"][0].startswith("fewer offences") is claims


def test_a_longer_horizon_counts_all_its_periods():
    history = history_of([[0, 0, 0, 0], [5, 0, 0, 0], [1, 0, 0, 2]])
    found = scored(history, [drawn([1, 0, 0, 0], [6, 0, 0, 0])], horizon=2)
    assert found["events"][0] == 8
    assert found["hits_against"][0] == 6
