"""Laws of intervals, tests and surface scores."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peelian.statistics import (
    against_ties,
    benjamini_hochberg,
    bernoulli_log_score,
    brier_score,
    caught_within,
    clopper_pearson_limits,
    count_scores,
    flag_cells,
    flag_shares,
    garwood_limits,
    hit_rate,
    pai,
    pei,
    poisson_crps,
    poisson_deviance,
    poisson_log_score,
    poisson_pit,
    rank_cells,
    ranked_gini,
    sign_flip_test,
    wilson_limits,
)


@st.composite
def maps(draw):
    """Risk, counts, area and a share of the area to flag."""
    n = draw(st.integers(1, 40))
    risk = draw(arrays(np.float64, n, elements=st.integers(0, 6).map(float)))
    counts = draw(arrays(np.float64, n, elements=st.integers(0, 6).map(float)))
    area = draw(arrays(np.float64, n, elements=st.floats(0.01, 4)))
    return risk, counts, area, draw(st.floats(0.001, 1))


@given(maps())
def test_flagging_everything_has_pai_one(drawn):
    risk, counts, area, _ = drawn
    counts[0] += 1
    all_shares = flag_shares(risk, area, area_budget=area.sum())
    assert abs(pai(counts, all_shares, area) - 1) < 1e-12
    everything = flag_cells(risk, area, n_cells=len(area), rng=np.random.default_rng(1))
    assert abs(pai(counts, everything, area) - 1) < 1e-12


@given(maps())
def test_the_counts_themselves_are_the_best_forecast(drawn):
    risk, counts, area, share = drawn
    counts[0] += 1
    budget = share * area.sum()
    flagged = flag_shares(risk, area, area_budget=budget)
    best = flag_shares(counts, area, area_budget=budget)
    assert hit_rate(counts, flagged) <= hit_rate(counts, best) + 1e-9
    assert abs(pei(counts, best, area) - 1) < 1e-6
    assert pei(counts, flagged, area) <= 1 + 1e-6


@given(maps(), st.randoms(use_true_random=False))
def test_renumbering_cells_renumbers_the_answer(drawn, random):
    risk, _, area, share = drawn
    order = np.array(random.sample(range(len(risk)), len(risk)))
    budget = share * area.sum()
    flagged = flag_shares(risk, area, area_budget=budget)
    renumbered = flag_shares(risk[order], area[order], area_budget=budget)
    np.testing.assert_allclose(renumbered, flagged[order], atol=1e-9)


@given(maps(), st.floats(0.001, 1))
def test_more_area_never_catches_less(drawn, other):
    risk, counts, area, share = drawn
    less, more = sorted([share, other])
    caught = [
        counts @ flag_shares(risk, area, area_budget=s * area.sum()) for s in (less, more)
    ]
    assert caught[0] <= caught[1] + 1e-9


@given(maps())
def test_adversarial_ties_never_catch_more_and_spend_the_same(drawn):
    risk, counts, area, share = drawn
    budget = share * area.sum()
    expected = flag_shares(risk, area, area_budget=budget)
    worst = against_ties(expected, area, counts)
    assert counts @ worst <= counts @ expected + 1e-9
    assert abs(area @ worst - area @ expected) < 1e-9


@given(maps())
def test_whole_cells_keep_within_the_budget_and_outrank_the_rest(drawn):
    risk, _, area, share = drawn
    budget = share * area.sum()
    flagged = flag_cells(risk, area, area_budget=budget, rng=np.random.default_rng(3))
    assert area[flagged].sum() <= budget * (1 + 1e-8)
    if flagged.any() and not flagged.all():
        assert (risk / area)[flagged].min() >= (risk / area)[~flagged].max()


@given(maps(), st.sampled_from([0.25, 4.0, 2.0**20]))
def test_the_unit_of_length_does_not_matter(drawn, scale):
    risk, _, area, share = drawn
    budget = share * area.sum()
    flagged = flag_shares(risk, area, area_budget=budget)
    scaled = flag_shares(risk, area * scale, area_budget=budget * scale)
    np.testing.assert_allclose(scaled, flagged, atol=1e-9)


probabilities = st.lists(st.floats(0, 1), max_size=60)


@given(probabilities, st.randoms(use_true_random=False))
def test_adjusted_p_never_falls_below_p_and_keeps_their_order(p, random):
    adjusted = benjamini_hochberg(p)
    assert np.all(adjusted >= np.array(p))
    assert np.all(adjusted <= 1 + 1e-12)
    assert np.all(np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12)
    order = random.sample(range(len(p)), len(p))
    np.testing.assert_allclose(
        benjamini_hochberg(np.array(p)[order]), adjusted[order], rtol=1e-12
    )


@given(st.integers(0, 200), st.integers(1, 200))
def test_intervals_hold_their_estimate_and_mirror_hits_and_misses(hits, more):
    n = hits + more
    for limits in (wilson_limits, clopper_pearson_limits):
        low, high = limits(hits, n)
        assert 0 <= low <= hits / n <= high <= 1
        mirrored = limits(more, n)
        np.testing.assert_allclose([1 - high, 1 - low], mirrored, atol=1e-9)


@given(st.integers(0, 5000), st.floats(0.001, 1000))
def test_garwood_holds_the_rate_and_grows_with_the_count(count, exposure):
    low, high = garwood_limits([count, count + 1], exposure)
    assert low[0] <= count / exposure * (1 + 1e-12)
    assert high[0] >= count / exposure
    assert low[0] <= low[1]
    assert high[0] < high[1]


@settings(deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=10))
def test_sign_flips_ignore_order_sign_and_zeros(d):
    p = sign_flip_test(d)
    assert p == sign_flip_test(d[::-1]) == sign_flip_test([-x for x in d])
    assert p == sign_flip_test([*d, 0])
    assert 0 < p <= 1
    both = sign_flip_test(d, alternative="greater")
    other = sign_flip_test([-x for x in d], alternative="greater")
    assert both + other >= 1


@given(
    arrays(np.float64, 30, elements=st.sampled_from([0.0, 1e-7, 0.03, 0.09, 0.11, 0.9, 7.0])),
    arrays(np.float64, 30, elements=st.sampled_from([0.0, 0, 0, 1, 2, 9])),
)
def test_sums_of_scores_are_the_scores_summed(expected, counts):
    foreseen = (expected > 0) | (counts == 0)
    sums = count_scores(expected, counts)
    assert sums.unforeseen == counts[~foreseen].sum()
    np.testing.assert_allclose(sums.brier, brier_score(expected, counts).sum())
    np.testing.assert_allclose(sums.crps, poisson_crps(expected, counts).sum(), atol=1e-15)
    expected_pit = poisson_pit(expected, counts) * len(counts)
    np.testing.assert_allclose(sums.pit, expected_pit, atol=1e-9)
    for name, score in (
        ("bernoulli", bernoulli_log_score),
        ("log_score", poisson_log_score),
        ("deviance", poisson_deviance),
    ):
        by_cell = score(expected[foreseen], counts[foreseen])
        np.testing.assert_allclose(getattr(sums, name), by_cell.sum(), atol=1e-12)


@given(maps())
def test_no_ranking_catches_more_than_the_counts_themselves(drawn):
    risk, counts, area, _ = drawn
    counts[0] += 1
    budgets = np.linspace(0, area.sum(), 9)
    mine, best = rank_cells(risk, area), rank_cells(counts, area)
    caught = caught_within(mine, counts, budgets)
    assert np.all(np.diff(caught) >= -1e-9)
    assert np.all(caught <= caught_within(best, counts, budgets) + 1e-9)
    assert -1 <= ranked_gini(mine, counts) <= ranked_gini(best, counts) + 1e-9


@given(maps(), st.sampled_from([1e-6, 1000.0]))
def test_units_of_area_change_no_ranking(drawn, unit):
    risk, counts, area, share = drawn
    metres, others = rank_cells(risk, area), rank_cells(risk, area * unit)
    budget = share * area.sum()
    np.testing.assert_allclose(
        caught_within(metres, counts, budget), caught_within(others, counts, budget * unit),
        atol=1e-6,
    )  # fmt: skip
