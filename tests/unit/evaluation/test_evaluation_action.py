"""Did the action work: awkward counts, planted effects, and what cannot be judged."""

import numpy as np
import pytest

from peelian.evaluation import (
    between_areas,
    crossover,
    difference_in_differences,
    displacement_quotient,
    funnel_limits,
    minimum_detectable_ratio,
    poisson_cusum,
    poisson_limits,
    randomisation_p,
    ratio_of_ratios,
    sequential_test,
    spate_p,
    stepped_wedge_error,
    synthetic_control,
    weighted_displacement,
)
from peelian.terms import DataError, ParameterError


def rng(seed=1):
    return np.random.default_rng(seed)


def panel(effect, *, n_areas=30, n_periods=12, seed=1):
    """Areas and periods with levels of their own; half are treated in the second half."""
    generator = rng(seed)
    mean = generator.gamma(2, 10, (n_areas, 1)) * np.exp(generator.normal(0, 0.2, n_periods))
    treated = np.zeros((n_areas, n_periods), dtype=bool)
    treated[: n_areas // 2, n_periods // 2 :] = True
    return generator.poisson(mean * effect**treated), treated


@pytest.mark.parametrize("n_areas", [12, 30])
def test_a_planted_effect_is_found(n_areas):
    counts, treated = panel(0.6, n_areas=n_areas)
    found = difference_in_differences(counts, treated, permutations=199, rng=rng())
    assert found.interval.low < 0.6 < found.interval.high < 0.8
    assert found.p < 0.02


def test_two_areas_and_two_periods_give_the_ratio_of_ratios():
    found = difference_in_differences(
        [[207, 110], [308, 318]], [[0, 1], [0, 0]], permutations=9, rng=rng()
    )
    assert found.value == pytest.approx(ratio_of_ratios((207, 110), (308, 318)).value)


def test_exposure_and_order_do_not_matter():
    counts, treated = panel(0.7)
    found = difference_in_differences(counts, treated, rng=rng())
    days = np.arange(28, 40)
    longer = difference_in_differences(counts, treated, exposure=days, rng=rng())
    assert longer.value == pytest.approx(found.value)  # a period's length is in its level
    order = rng().permutation(len(counts))
    again = difference_in_differences(counts[order], treated[order], rng=rng())
    assert again.interval.low == pytest.approx(found.interval.low)


@pytest.mark.parametrize(
    ("counts", "treated", "error", "words"),
    [
        ([[1, 2]], [[0]], ParameterError, "one shape"),
        ([[1, -2], [1, 1]], [[0, 1], [0, 0]], DataError, "below 0"),
        ([[1, 0], [1, 1]], [[0, 1], [0, 0]], DataError, "no events where"),
        ([[1, 2], [3, 4]], [[1, 1], [0, 0]], ParameterError, "told apart"),
    ],
)
def test_a_panel_that_shows_nothing_is_refused(counts, treated, error, words):
    with pytest.raises(error, match=words):
        difference_in_differences(counts, treated, rng=rng())


def test_randomisation_counts_what_might_have_been_drawn():
    generator = rng()
    drawn = generator.random((400, 10, 30)) < 0.4
    quiet = generator.poisson(0.5, (10, 30))
    assert randomisation_p(quiet, drawn[0], drawn[1:]) > 0.05
    effect = np.where(
        drawn[0], generator.poisson(0.1, (10, 30)), generator.poisson(0.6, (10, 30))
    )
    assert randomisation_p(effect, drawn[0], drawn[1:]) == 1 / 400
    with pytest.raises(ParameterError, match="shape"):
        randomisation_p(quiet, drawn[0], drawn[1:, :5])


def test_a_crossover_without_events_or_with_all_on_one_side():
    assert np.isnan(crossover([0, 0], [0, 0], [0.4, 0.4]).value)
    none = crossover([0, 0], [5, 5], [0.4, 0.4])
    assert (none.value, none.interval.low, none.interval.high) == (0, 0, np.inf)
    assert none.p_exact == pytest.approx(0.6**10 + 10 * 0.4**9 * 0.6 + 0.4**10)  # 0, 9, 10
    assert np.isnan(crossover([1], [9], [0.4], dispersion=2).p_exact)
    with pytest.raises(ParameterError, match="share"):
        crossover([1], [2], [1.0])
    with pytest.raises(DataError, match="whole"):
        crossover([3], [2], [0.5])


def test_displacement_of_nothing():
    found = weighted_displacement((0, 0), (0, 0))
    assert found.value == 0
    assert np.isnan([found.p, found.interval.low]).all()
    assert found.interval.method == "no events"
    assert np.isnan(displacement_quotient((5, 2), (3, 3), (0, 4)))
    gone = ratio_of_ratios((10, 0), (10, 10))
    assert (gone.value, gone.interval.low) == (0, 0)
    assert gone.interval.high == pytest.approx(0.3689, abs=1e-4)
    assert np.isnan(ratio_of_ratios((0, 4), (1, 1)).value)
    for bad in ({"lengths": (0, 1)}, {"areas": (1, 1, 0, 1)}, {"dispersion": 0.5}):
        with pytest.raises(ParameterError):
            weighted_displacement((1, 2), (3, 4), **bad)
    with pytest.raises(ParameterError, match="harm has 3"):
        weighted_displacement(([1, 2], [1, 2]), ([1, 2], [1, 2]), harm=[1, 2, 3])


def test_a_funnel_widens_for_areas_that_differ():
    expected = np.full(60, 40.0)
    generator = rng()
    assert between_areas(generator.poisson(expected), expected) < 0.01
    uneven = generator.poisson(expected * np.exp(generator.normal(0, 0.4, 60)))
    spread = between_areas(uneven, expected)
    assert 0.05 < spread < 0.3
    assert funnel_limits(40, overdispersion=spread)[1] > funnel_limits(40)[1]
    with pytest.raises(DataError, match="2 areas"):
        between_areas([1, 2], [1, 2])


def test_a_funnel_estimated_from_ordinary_areas_holds_them():
    """Bringing in the ends must not make the spread, and with it the funnel, too narrow."""
    generator, outside = rng(6), []
    for _ in range(100):
        expected = generator.uniform(20, 200, 60)
        seen = generator.poisson(expected * np.exp(generator.normal(0, 0.15, 60)))
        low, high = funnel_limits(expected, overdispersion=between_areas(seen, expected))
        outside.append(np.mean((seen / expected < low) | (seen / expected > high)))
    assert 0.03 < np.mean(outside) < 0.07


def test_limits_hold_what_is_usual():
    counts = rng().poisson(10, 20_000)
    low, high = poisson_limits(10)
    assert np.mean((counts < low) | (counts > high)) < 0.0035
    clustered = rng().negative_binomial(5, 1 / 3, 20_000)  # mean 10, dispersion 3
    low, high = poisson_limits(10, dispersion=3)
    assert np.mean((clustered < low) | (clustered > high)) < 0.0035


def test_watching_passes_over_what_is_not_held():
    sums = poisson_cusum([9, np.nan, 9], usual=4, raised=6)
    assert sums[1] == sums[0] < sums[2]
    assert sequential_test([12] * 5, usual=4, raised=6).verdict == "raised"
    assert sequential_test([1] * 5, usual=4, raised=6).verdict == "usual"
    with pytest.raises(ParameterError, match="usual"):
        poisson_cusum([1], usual=6, raised=4)


def test_a_spate_is_as_likely_as_in_simulation():
    generator = rng(3)
    found = 0
    for _ in range(4000):
        at = np.sort(generator.uniform(0, 20, generator.poisson(20)))
        found += bool(len(at) >= 5 and (at[4:] - at[:-4] < 1).any())
    assert spate_p(5, 1.0, windows=20) == pytest.approx(found / 4000, abs=0.025)
    with pytest.raises(ParameterError, match="windows"):
        spate_p(5, 1.0, windows=1)


def test_designs_that_cannot_show_anything():
    assert np.isnan(minimum_detectable_ratio(1, 1))
    assert minimum_detectable_ratio(60, 60, dispersion=2) < minimum_detectable_ratio(60, 60)
    assert np.isnan(stepped_wedge_error(np.ones((4, 4)), within=0.1, between=0.1))
    with pytest.raises(ParameterError, match="above 0"):
        stepped_wedge_error(np.ones((4, 4)), within=0, between=0.1)
    with pytest.raises(ParameterError, match="expected_control"):
        minimum_detectable_ratio(1, 0)


def test_a_synthetic_control_ranks_the_gap_among_the_others():
    generator = rng(4)
    levels = np.exp(generator.normal(3, 0.1, (15, 1)))
    series = generator.normal(levels * (1 + 0.1 * np.sin(np.arange(30))), 0.3)
    treated = series[0].copy()
    treated[24:] -= 6
    found = synthetic_control(treated, series[1:], n_before=24)
    assert found.rank == 1
    assert found.p == 1 / 15
    assert found.effect[24:].mean() == pytest.approx(-6, abs=1)
    assert synthetic_control(treated, series[1:2], n_before=24).p == 1
    with pytest.raises(ParameterError, match="n_before"):
        synthetic_control(treated, series[1:], n_before=30)
