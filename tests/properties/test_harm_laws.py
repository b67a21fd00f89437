"""Laws of ranks by harm, whatever the counts and the ranges of the weights."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peelian.offences import HarmIndex, rank_ranges

CODES = np.array(["home-office:1", "home-office:8N", "home-office:34B"])
COUNTS = arrays(np.float64, (5, 3), elements=st.integers(0, 50))
WEIGHTS = arrays(np.float64, (3, 3), elements=st.integers(1, 6000))


def index_of(weights):
    low, days, high = np.sort(weights, axis=0)
    values = (dict(zip(CODES.tolist(), of.tolist(), strict=True)) for of in (days, low, high))
    return HarmIndex("made", "Made", True, *values)


def ranks_of(counts, index):
    return rank_ranges(counts, CODES, index, rng=np.random.default_rng(3), n_draws=200)


@settings(max_examples=60, deadline=None)
@given(COUNTS, WEIGHTS)
def test_every_rank_is_given_once_and_lies_in_its_range(counts, weights):
    rank, low, high = ranks_of(counts, index_of(weights))
    assert sorted(rank.tolist()) == [1, 2, 3, 4, 5]
    assert np.all((low >= 1) & (low <= rank) & (rank <= high) & (high <= 5))


@settings(max_examples=60, deadline=None)
@given(COUNTS, WEIGHTS)
def test_more_of_every_offence_is_a_higher_rank_under_any_weights(counts, weights):
    most = np.vstack([counts, counts.max(axis=0) + 1])
    rank, low, high = ranks_of(most, index_of(weights))
    assert (rank[-1], low[-1], high[-1]) == (1, 1, 1)


@settings(max_examples=60, deadline=None)
@given(COUNTS, WEIGHTS)
def test_without_ranges_no_rank_moves(counts, weights):
    index = index_of(weights)
    fixed = HarmIndex("made", "Made", False, index.days, index.days, index.days)
    rank, low, high = ranks_of(counts, fixed)
    assert rank.tolist() == low.tolist() == high.tolist()
    assert rank.tolist() == ranks_of(counts, index)[0].tolist()
