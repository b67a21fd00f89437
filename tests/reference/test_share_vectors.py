"""Shares and their differences against published figures and statsmodels' own answers.

Counts are those that forces published: Essex (Op Sceptre, December 2025), Lancashire and West
Mercia for test purchases, BTP (Op Shield, 2006) and Doncaster for knife arches.
"""

import math

import numpy as np
import pytest

from peelian.statistics import compare_shares, rank_apart, share_interval
from peelian.terms import ParameterError


@pytest.mark.parametrize(
    ("hits", "n", "share", "low", "high", "decimals"),
    [
        (25, 62, 40.3, 29.0, 52.7, 1),
        (24, 77, 31.2, 21.9, 42.2, 1),
        (15, 42, 35.7, 23.0, 50.8, 1),
        (4, 41, 9.8, 3.9, 22.5, 1),
        (68, 10_000, 0.68, 0.54, 0.86, 2),
        (1, 143, 0.70, 0.12, 3.85, 2),
    ],
)
def test_shares_of_test_purchases_stop_searches_and_arches(
    hits, n, share, low, high, decimals
):
    found = share_interval(hits, n)
    assert found.method == "Wilson"
    told = [round(100 * v, decimals) for v in (hits / n, found.low, found.high)]
    assert told == [share, low, high]


def test_no_finds_in_500_leave_up_to_three_quarters_of_a_percent_possible():
    found = share_interval(0, 500)
    assert found.method == "exact (Clopper-Pearson)"
    assert (found.low, round(100 * found.high, 2)) == (0, 0.74)


def test_essex_against_lancashire():
    """+9.2 points, Newcombe [-6.6, +24.6], Fisher p .288: no detectable difference."""
    found = compare_shares(25, 62, 24, 77)
    told = [100 * v for v in (found.difference, found.interval.low, found.interval.high)]
    assert [round(v, 1) for v in told] == [9.2, -6.6, 24.6]
    assert round(found.p, 3) == 0.288
    assert not found.detectable


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [  # Newcombe (1998), table II, method 10: contrasts a to h
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_own_table(counts, low, high):
    found = compare_shares(*counts).interval
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_fishers_tea():
    """Three of four cups told right: p .4857 (Fisher, The Design of Experiments, 1935)."""
    assert compare_shares(3, 4, 1, 4).p == pytest.approx(34 / 70)


def test_nothing_tried_is_unknown_not_equal():
    for found in (compare_shares(0, 0, 3, 7), compare_shares(3, 7, 0, 0)):
        assert math.isnan(found.difference) and math.isnan(found.p)
        assert math.isnan(found.interval.low) and math.isnan(found.interval.high)
        assert found.interval.method == "Newcombe"
        assert not found.detectable


def test_a_level_is_kept_and_narrows():
    usual, narrow = (compare_shares(25, 62, 24, 77, level=level) for level in (0.95, 0.5))
    assert (usual.interval.method, usual.interval.level) == ("Newcombe", 0.95)
    assert (narrow.interval.level, narrow.p) == (0.5, usual.p)
    assert usual.interval.low < narrow.interval.low
    assert narrow.interval.high < usual.interval.high
    assert compare_shares(0, 0, 3, 7, level=0.5).interval.level == 0.5
    assert share_interval(4, 41, level=0.5).high < share_interval(4, 41).high
    assert share_interval(0, 41, level=0.5).level == 0.5


def test_part_of_a_trial_is_refused():
    with pytest.raises(ParameterError, match="wholes"):
        compare_shares(2.5, 7, 3, 7)
    with pytest.raises(ParameterError, match="between 0 and n"):
        compare_shares(8, 7, 3, 7)


def test_swapping_the_two_turns_the_sign():
    one, other = compare_shares(25, 62, 24, 77), compare_shares(24, 77, 25, 62)
    assert one.difference == -other.difference
    assert one.interval.low == pytest.approx(-other.interval.high)
    assert one.p == pytest.approx(other.p)


def test_ranks_are_given_only_where_no_interval_overlaps():
    assert rank_apart([0.1, 0.3, 0.8], [0.2, 0.4, 0.9]).tolist() == [3, 2, 1]
    assert np.isnan(rank_apart([0.1, 0.15], [0.2, 0.3])).all()
    told = rank_apart([0.1, np.nan, 0.8], [0.2, np.nan, 0.9])
    assert told[[0, 2]].tolist() == [2, 1] and np.isnan(told[1])
    assert np.isnan(rank_apart([0.1, 0.2], [0.2, 0.3])).all()  # they touch
    assert rank_apart([], []).shape == (0,)
