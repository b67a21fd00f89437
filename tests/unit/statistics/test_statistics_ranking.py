"""A ranking: what budgets catch along it, where events lie in it, what it shares."""

import numpy as np
import pytest
from scipy import stats

from peelian.statistics import (
    caught_within,
    flag_shares,
    gini,
    rank_cells,
    rank_correlation,
    ranked_gini,
    tied_ranks,
)
from peelian.terms import ParameterError

ONES = np.ones(4)


def test_empty_tied_and_single():
    nothing = rank_cells(np.array([]), np.array([]))
    assert len(tied_ranks(nothing)) == 0
    assert np.isnan(ranked_gini(nothing, np.array([])))
    tied = rank_cells(np.zeros(4), ONES)
    assert tied.ends.tolist() == [4]
    assert ranked_gini(tied, np.array([0.0, 0, 0, 5])) == 0
    assert tied_ranks(tied).tolist() == [2.5] * 4
    one = rank_cells(np.array([3.0]), np.ones(1))
    assert caught_within(one, np.array([2.0]), 0.5) == 1
    assert np.isnan(rank_correlation(tied_ranks(tied), np.arange(4.0)))


def test_two_cells_agree_or_disagree():
    one, other = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    assert rank_correlation(one, one) == pytest.approx(1)
    assert rank_correlation(one, other) == pytest.approx(-1)


def test_without_events_there_is_no_gini():
    assert np.isnan(ranked_gini(rank_cells(np.arange(4.0), ONES), np.zeros(4)))


def test_the_worst_ranking_is_minus_the_best():
    counts = np.array([5.0, 0, 0, 0])
    best, worst = rank_cells(counts, ONES), rank_cells(-counts, ONES)
    assert ranked_gini(best, counts) == pytest.approx(0.75)
    assert ranked_gini(worst, counts) == pytest.approx(-0.75)


def test_refusals():
    with pytest.raises(ParameterError, match="NaN"):
        rank_cells(np.array([np.nan]), np.ones(1))
    with pytest.raises(ParameterError, match="no area"):
        rank_cells(np.ones(1), np.zeros(1))
    with pytest.raises(ParameterError, match="rank correlation: after has 2"):
        rank_correlation(np.ones(1), np.ones(2))
    with pytest.raises(ParameterError, match="needs cells"):
        rank_correlation(np.array([]), np.array([]))


@pytest.mark.parametrize("seed", range(5))
def test_against_flag_shares_gini_and_scipy(seed):
    rng = np.random.default_rng(seed)
    risk, other = rng.poisson(0.7, (2, 200)).astype(float)
    counts, area = rng.poisson(0.2, 200).astype(float), rng.uniform(0.1, 1, 200)
    ranking = rank_cells(risk, area)
    budgets = np.linspace(0, area.sum(), 23)
    by_budget = [np.sum(counts * flag_shares(risk, area, area_budget=b)) for b in budgets]
    assert caught_within(ranking, counts, budgets) == pytest.approx(by_budget)
    assert ranked_gini(rank_cells(counts, area), counts) == pytest.approx(gini(counts, area))
    again = rank_cells(other, np.ones(200))
    ranks = tied_ranks(rank_cells(risk, np.ones(200)))
    assert ranks == pytest.approx(stats.rankdata(-risk))
    wanted = stats.spearmanr(risk, other).statistic
    assert rank_correlation(ranks, tied_ranks(again)) == pytest.approx(wanted)
