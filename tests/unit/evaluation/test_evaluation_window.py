"""One map and one window: NIJ's unit check, its edges, and the cover of its interval."""

import numpy as np
import pytest

from peelian.evaluation import score_map
from peelian.statistics import wilson
from peelian.terms import ParameterError

SQUARE_MILE = 1609.344**2


def scored(counts, flagged, area=None, *, weighted=False):
    counts = np.asarray(counts, dtype=float)
    area = np.ones(len(counts)) if area is None else np.asarray(area, dtype=float)
    table = score_map(counts, np.asarray(flagged), area, weighted=weighted)
    assert len(table) == 1
    return {name: float(column[0]) for name, column in table.columns.items()}


def test_nij_unit_check():
    """34 of 273 events in 20 cells of 360,000 square feet of 147.7 square miles: PAI 71.22."""
    flagged_area = 20 * 360_000 / 5280**2
    row = scored(
        [34, 239], [True, False], np.array([flagged_area, 147.70 - flagged_area]) * SQUARE_MILE
    )
    assert row["pai"] == pytest.approx(71.224944, rel=1e-7)
    limits = wilson(34, 273)
    assert row["hit_rate_low"] == pytest.approx(limits.low)
    assert row["pai_high"] == pytest.approx(limits.high * 71.224944 / (34 / 273))


def test_pei_is_the_knapsack_in_part():
    """Unequal cells: the densest first, the last in part."""
    row = scored([6, 5, 1], [False, True, False], [2.0, 3.0, 5.0])
    assert row["pei"] == pytest.approx(5 / (6 + 5 / 3))
    assert row["area_share"] == 0.3


def test_no_events_nothing_flagged_and_everything_flagged():
    empty = scored([0, 0], [True, False])
    assert empty["n"] == empty["hits"] == 0
    assert all(np.isnan(empty[name]) for name in ("hit_rate", "pai", "pei", "pai_high"))
    nothing = scored([3, 1], [False, False])
    assert nothing["hit_rate"] == nothing["area_share"] == 0
    assert np.isnan(nothing["pai"])
    assert np.isnan(nothing["pei"])
    everything = scored([3, 1], [True, True])
    assert everything["pai"] == everything["pei"] == 1


def test_weights_have_no_interval():
    row = scored([365.0, 10], [True, False], weighted=True)
    assert row["hit_rate"] == pytest.approx(365 / 375)
    assert np.isnan(row["hit_rate_low"])


def test_lengths_must_agree():
    with pytest.raises(ParameterError, match="flagged has 1"):
        score_map(np.ones(2), np.ones(1), np.ones(2), weighted=False)


@pytest.mark.parametrize(("n", "share"), [(30, 0.05), (100, 0.2), (1000, 0.01)])
def test_the_interval_covers_when_events_are_independent(n, share):
    rng = np.random.default_rng(1)
    held = 0
    for hits in rng.binomial(n, share, 2_000):
        row = scored([hits, n - hits], [True, False], [1.0, 99.0])
        held += row["pai_low"] <= share / 0.01 <= row["pai_high"]
    assert 0.93 <= held / 2_000 <= 0.98
