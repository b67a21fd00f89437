import numpy as np
import pytest

from peelian.hotspots import rank_stability
from peelian.terms import DataError, ParameterError


def rng(seed=1):
    return np.random.default_rng(seed)


def test_a_cell_far_ahead_is_always_listed():
    share = rank_stability(np.array([500, 3, 2, 3, 1, 0]), 2, draws=400, rng=rng())
    assert share[0] == 1
    assert share.sum() == pytest.approx(2)
    assert share[5] < share[4] < share[2] < share[1]


def test_the_share_of_two_cells_is_the_chance_that_one_poisson_passes_the_other():
    from scipy.stats import skellam

    share = rank_stability(np.array([12, 8]), 1, draws=40_000, rng=rng())
    expected = skellam.sf(0, 12, 8) + skellam.pmf(0, 12, 8) / 2
    assert share[0] == pytest.approx(expected, abs=0.01)


def test_periods_keep_what_comes_in_bunches_together():
    steady = np.full((12, 1), 2.0)
    bunched = np.zeros((12, 1))
    bunched[4] = 24
    rest = np.full((12, 1), 1.9)
    share = rank_stability(np.hstack([steady, bunched, rest]), 1, draws=4000, rng=rng())
    # The bunch is drawn at least once, and then leads, with probability 1 - (11/12)^12; when
    # drawn exactly once it ties with the steady cell.
    none, once = (11 / 12) ** 12, 12 * (1 / 12) * (11 / 12) ** 11
    assert share[1] == pytest.approx(1 - none - once / 2, abs=0.03)
    assert share[2] == 0


def test_periods_not_held_are_passed_over():
    counts = np.array([[5.0, 1, 0], [np.nan] * 3, [4, 2, 0]])
    share = rank_stability(counts, 1, draws=50, rng=rng())
    assert share.tolist() == [1, 0, 0]


def test_ties_share_the_last_places():
    assert rank_stability(np.zeros(8), 2, draws=5, rng=rng()).tolist() == [0.25] * 8
    assert rank_stability(np.ones((3, 8)), 2, draws=5, rng=rng()).tolist() == [0.25] * 8


def test_a_list_longer_than_the_grid_holds_every_cell():
    assert rank_stability(np.arange(3), 5, draws=5, rng=rng()).tolist() == [1, 1, 1]
    assert len(rank_stability(np.array([]), 5, draws=5, rng=rng())) == 0


def test_the_seed_decides_and_large_grids_are_drawn_in_parts(monkeypatch):
    counts = rng(3).poisson(3, 200)
    whole = rank_stability(counts, 10, draws=101, rng=rng())
    assert np.array_equal(whole, rank_stability(counts, 10, draws=101, rng=rng()))
    monkeypatch.setattr("peelian.hotspots.stability._VALUES_AT_ONCE", 1000)
    np.testing.assert_allclose(whole, rank_stability(counts, 10, draws=101, rng=rng()))
    assert not np.array_equal(whole, rank_stability(counts, 10, draws=101, rng=rng(2)))


def test_weighted_counts_go_by_period_only():
    harm = np.array([[0.5, 10.25], [3, -1]])
    assert rank_stability(harm, 1, draws=20, rng=rng()).sum() == 1
    with pytest.raises(DataError, match="whole numbers"):
        rank_stability(harm[0], 1, draws=20, rng=rng())
    with pytest.raises(DataError, match="whole numbers"):
        rank_stability(np.array([1, np.nan]), 1, draws=20, rng=rng())


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(ParameterError, match="k is 0 and draws 10"):
        rank_stability(np.arange(4), 0, draws=10, rng=rng())
    with pytest.raises(ParameterError, match="3 dimensions"):
        rank_stability(np.zeros((2, 2, 2)), 1, draws=10, rng=rng())
    with pytest.raises(DataError, match="no period is held"):
        rank_stability(np.full((2, 3), np.nan), 1, draws=10, rng=rng())
