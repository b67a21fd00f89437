"""Which cells a budget flags; what nothing, ties and bad input give."""

import numpy as np
import pytest

from peelian.statistics import (
    against_ties,
    flag_cells,
    flag_shares,
    hit_rate,
    pai,
    pei,
    search_efficiency,
)
from peelian.terms import ParameterError


def rng():
    return np.random.default_rng(7)


def test_density_decides_for_an_area_and_risk_for_a_number_of_cells():
    risk, area = np.array([10.0, 6.0]), np.array([100.0, 20.0])
    by_area = flag_cells(risk, area, area_budget=100.0, rng=rng())
    by_number = flag_cells(risk, area, n_cells=1, rng=rng())
    assert by_area.tolist() == [False, True]
    assert by_number.tolist() == [True, False]


def test_whole_cells_stop_before_the_budget_is_exceeded():
    risk, area = np.array([5.0, 4, 3, 2]), np.array([1.0, 1.0, 2.0, 1.0])
    flagged = flag_cells(risk, area, area_budget=3.5, rng=rng())
    assert area[flagged].sum() <= 3.5
    assert flagged.tolist() == [True, True, False, True]


def test_a_smaller_cell_does_not_jump_the_queue():
    """Densities 5, 4, 3: the third does not fit, the fourth would, and is not flagged."""
    risk, area = np.array([5.0, 4, 6, 1]), np.array([1.0, 1.0, 2.0, 1.0])
    flagged = flag_cells(risk, area, area_budget=3.0, rng=rng())
    assert flagged.tolist() == [True, True, False, False]


def test_a_budget_of_exactly_k_cells_buys_k_cells():
    cell = 152.4**2
    flagged = flag_cells(np.ones(500), np.full(500, cell), area_budget=112 * cell, rng=rng())
    assert flagged.sum() == 112


def test_ties_are_shuffled_by_the_seed_and_repeatable():
    risk, area = np.zeros(1000), np.ones(1000)
    first, again = (flag_cells(risk, area, n_cells=100, rng=rng()) for _ in range(2))
    other = flag_cells(risk, area, n_cells=100, rng=np.random.default_rng(8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first[500:].sum() > 20


def test_expected_ties_equal_the_average_over_many_shuffles():
    risk, area = np.array([3.0, 1, 1, 1, 1, 0]), np.ones(6)
    counts = np.array([2.0, 5, 0, 1, 2, 9])
    generator = rng()
    hits = [counts @ flag_cells(risk, area, n_cells=3, rng=generator) for _ in range(4000)]
    expected = counts @ flag_shares(risk, area, area_budget=3)
    assert expected == 2 + 8 / 2
    assert np.mean(hits) == pytest.approx(expected, abs=0.2)


def test_shares_spend_the_budget_exactly_on_unequal_cells():
    generator = rng()
    area = generator.uniform(0.1, 3, 300)
    risk = generator.poisson(0.5, 300).astype(float)
    for budget in (0.0, 0.05, 1, 40, area.sum()):
        flagged = flag_shares(risk, area, area_budget=budget)
        assert area @ flagged == pytest.approx(budget)
        worst = against_ties(flagged, area, risk[::-1])
        assert area @ worst == pytest.approx(budget)


@pytest.mark.parametrize("seed", range(40))
def test_any_map_and_budget_as_by_sorting(seed):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 200))
    area = generator.lognormal(0, 2, n)
    risk = area * generator.integers(0, 40, n)
    budget = generator.uniform() * area.sum()
    density, wanted, left = risk / area, np.zeros(n), budget
    for level in np.unique(density)[::-1]:
        tied = density == level
        wanted[tied] = min(left / area[tied].sum(), 1)
        left -= wanted[tied] @ area[tied]
    np.testing.assert_allclose(flag_shares(risk, area, area_budget=budget), wanted, atol=1e-9)


def test_a_budget_of_k_cells_buys_all_of_k_and_nothing_of_the_next():
    cell = 152.4**2
    for k in range(1, 100):
        flagged = flag_shares(np.arange(100.0), np.full(100, cell), area_budget=k * cell)
        assert flagged.tolist() == [0] * (100 - k) + [1] * k


def test_a_large_cell_does_not_hide_the_last_one_bought():
    density = np.random.default_rng(1).permutation(np.arange(1.0, 30))
    area = np.append(np.ones(29), 3.0)
    flagged = flag_shares(np.append(density, 0.5), area, area_budget=3)
    assert sorted(density[flagged[:-1] == 1]) == [27, 28, 29]
    assert flagged.sum() == 3


def test_a_budget_short_of_all_by_rounding_buys_all():
    area = np.array([1e9, 1.0])
    assert flag_shares(np.array([2.0, 1]), area, area_budget=1e9 + 0.5).tolist() == [1, 1]


def test_no_cells_are_a_budget_too():
    assert not flag_cells(np.ones(3), np.ones(3), n_cells=0, rng=rng()).any()
    assert not flag_cells(np.ones(3), np.ones(3), area_budget=0, rng=rng()).any()


def test_ties_go_against_the_forecaster_by_density_and_spare_what_is_flagged_whole():
    flagged = against_ties(np.array([1, 0.5, 0.5, 0]), np.ones(4), np.array([9.0, 7, 3, 2]))
    assert flagged.tolist() == [1, 0, 1, 0]
    alike = against_ties(np.full(100, 0.75), np.ones(100), np.arange(100) % 2)
    assert alike.tolist() == [1, 1] * 25 + [1, 0] * 25  # of equals the first
    area = np.array([4.0, 1.0])  # three in four is sparser than one in one
    assert against_ties(np.full(2, 0.8), area, np.array([3.0, 1.0])).tolist() == [1, 0]


def test_a_large_map_of_slivers_before_whole_cells():
    area = np.concatenate([np.full(5000, 1e-3), np.ones(1000)])
    risk = np.concatenate([np.full(5000, 1.0), np.linspace(1, 2, 1000)])
    flagged = flag_shares(risk, area, area_budget=6)
    assert flagged[:5000].all()
    assert area @ flagged == pytest.approx(6)
    assert flagged[-1] == 1.0


def test_no_events_is_unknown_not_zero():
    flagged, area = np.array([True, False]), np.ones(2)
    assert np.isnan(hit_rate(np.zeros(2), flagged))
    assert np.isnan(pai(np.zeros(2), flagged, area))
    assert np.isnan(pei(np.zeros(2), flagged, area))


def test_nothing_flagged():
    counts, area = np.array([1.0, 2.0]), np.ones(2)
    nothing = np.zeros(2, dtype=bool)
    assert hit_rate(counts, nothing) == 0
    assert np.isnan(pai(counts, nothing, area))
    assert np.isnan(pei(counts, nothing, area))
    assert np.isnan(search_efficiency(counts, nothing, area))


def test_evenly_spread_events_have_pai_one_wherever_we_look():
    area = rng().uniform(1, 2, 40)
    flagged = flag_cells(rng().uniform(size=40), area, n_cells=7, rng=rng())
    assert pai(3 * area, flagged, area) == pytest.approx(1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "either area_budget"),
        ({"area_budget": 1.0, "n_cells": 1}, "either area_budget"),
        ({"n_cells": -1}, "-1"),
        ({"area_budget": float("nan")}, "nan"),
    ],
)
def test_a_wrong_budget_is_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        flag_cells(np.ones(2), np.ones(2), rng=rng(), **settings)


def test_unknown_risk_and_empty_cells_are_refused():
    with pytest.raises(ParameterError, match="1 cells"):
        flag_shares(np.array([1.0, np.nan]), np.ones(2), area_budget=1)
    with pytest.raises(ParameterError, match="no area"):
        flag_shares(np.ones(2), np.array([1.0, 0.0]), area_budget=1)
    with pytest.raises(ParameterError, match="-1"):
        flag_shares(np.ones(2), np.ones(2), area_budget=-1)


TWO, THREE = np.ones(2), np.ones(3)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: flag_shares(THREE, TWO, area_budget=1), "risk: risk has 3"),
        (lambda: flag_cells(THREE, TWO, n_cells=1, rng=rng()), "risk: risk has 3"),
        (lambda: against_ties(TWO, THREE, TWO), "ties: area has 3"),
        (lambda: against_ties(TWO, TWO, THREE), "ties: counts has 3"),
        (lambda: hit_rate(TWO, THREE), "hit rate: flagged has 3"),
        (lambda: pai(TWO, TWO, THREE), "PAI: area has 3"),
        (lambda: pai(TWO, THREE, TWO), "hit rate: flagged has 3"),
        (lambda: pei(TWO, THREE, TWO), "PEI: flagged has 3"),
        (lambda: pei(TWO, TWO, THREE), "PEI: area has 3"),
        (lambda: search_efficiency(TWO, THREE, TWO), "search efficiency: flagged has 3"),
        (lambda: search_efficiency(TWO, TWO, THREE), "search efficiency: area has 3"),
    ],
)
def test_arrays_that_do_not_fit_are_named(call, says):
    with pytest.raises(ParameterError, match=f"^{says} entries, expected 2"):
        call()


def test_inputs_are_left_as_they_were():
    risk, area, counts = np.array([1.0, 1, 1]), np.ones(3), np.array([0.0, 2, 1])
    flagged = flag_shares(risk, area, area_budget=1.5)
    before = flagged.copy()
    against_ties(flagged, area, counts)
    assert flagged.tolist() == before.tolist()
    assert risk.tolist() == [1, 1, 1]
    assert counts.tolist() == [0, 2, 1]
