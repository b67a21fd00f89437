"""Laws of patrol plans, on random problems, teams, spots and seeds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.operations import (
    RoutingProblem,
    allocate_visits,
    check_routes,
    inclusion_probabilities,
    knapsack_bound,
    solve,
    systematic_sample,
    value_of_visits,
    vary_starts,
)

WORTHS = st.lists(st.floats(0.01, 100), min_size=1, max_size=20).map(np.array)
SEEDS = st.integers(0, 2**32)


@st.composite
def problems(draw):
    """Small problems with odd travel times, hours, windows and gaps."""
    rng = np.random.default_rng(draw(SEEDS))
    n_places, n_teams, n_stops = (draw(st.integers(1, n)) for n in (6, 3, 6))
    blocks, minutes = draw(st.integers(1, 3)), draw(st.integers(1, 300))
    start = rng.integers(0, minutes, n_teams)
    opens = np.sort(rng.integers(0, minutes, (n_stops, blocks)), axis=1) * 2
    opens += np.arange(blocks)
    closes = np.concatenate([opens[:, 1:] - 1, opens[:, -1:] + 60], axis=1)
    return RoutingProblem(
        travel=rng.integers(0, 40, (n_places, n_places)),
        team_base=rng.integers(0, n_places, n_teams),
        team_start=start,
        team_end=start + rng.integers(0, minutes, n_teams) * 2,
        stop_place=rng.integers(0, n_places, n_stops),
        stop_minutes=rng.integers(1, 25, n_stops),
        visit_stop=np.repeat(np.arange(n_stops), blocks),
        visit_value=rng.gamma(0.8, 1, n_stops * blocks),
        visit_open=opens.ravel(),
        visit_close=np.maximum(opens, closes).ravel(),
        rho=draw(st.sampled_from([0.0, 0.5, 1.0])),
        min_gap=draw(st.sampled_from([0, 5, 60])),
    )


@settings(max_examples=150, deadline=None)
@given(problem=problems(), seed=SEEDS)
def test_a_plan_is_never_infeasible_nor_above_the_bound(problem, seed):
    rng = np.random.default_rng(seed)
    routes = solve(problem, iterations=30, rng=rng)
    value = check_routes(problem, routes)
    assert value <= knapsack_bound(problem) * (1 + 1e-12) + 1e-9
    varied = vary_starts(problem, routes, rng=rng)
    assert abs(check_routes(problem, varied) - value) < 1e-9
    assert [[s.visit for s in r] for r in varied] == [[s.visit for s in r] for r in routes]


@settings(max_examples=40, deadline=None)
@given(problem=problems(), seed=SEEDS)
def test_the_search_is_deterministic_and_leaves_its_input_alone(problem, seed):
    before = [np.copy(a) for a in (problem.travel, problem.visit_open, problem.visit_value)]
    first, again = (
        solve(problem, iterations=20, rng=np.random.default_rng(seed)) for _ in range(2)
    )
    assert first == again
    after = (problem.travel, problem.visit_open, problem.visit_value)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@given(worth=WORTHS, data=st.data())
def test_probabilities_sum_to_n_within_their_limits(worth, data):
    n = data.draw(st.integers(0, len(worth)))
    share = n / len(worth)
    floor = data.draw(st.floats(0, share))
    ceiling = data.draw(st.floats(share, 1))
    if not len(worth) * floor <= n <= len(worth) * ceiling:
        return  # rounding of the limits themselves
    probability = inclusion_probabilities(worth, n, floor=floor, ceiling=ceiling)
    assert abs(probability.sum() - n) < 1e-9
    assert np.all((probability >= floor) & (probability <= ceiling))
    order = np.argsort(worth)
    assert np.all(np.diff(probability[order]) >= -1e-12)


@given(worth=WORTHS, data=st.data(), seed=SEEDS)
def test_a_draw_has_exactly_n_spots(worth, data, seed):
    n = data.draw(st.integers(0, len(worth)))
    probability = inclusion_probabilities(worth, n)
    active = systematic_sample(probability, rng=np.random.default_rng(seed))
    assert active.sum() == n
    assert np.all(active[probability > 1 - 1e-12])


@given(worth=WORTHS, n=st.integers(0, 12), rho=st.floats(0, 0.95), seed=SEEDS)
def test_no_other_allocation_of_visits_is_worth_more(worth, n, rho, seed):
    best = value_of_visits(worth, allocate_visits(worth, n, rho=rho), rho=rho).sum()
    rng = np.random.default_rng(seed)
    other = np.bincount(rng.integers(0, len(worth), n), minlength=len(worth))
    assert value_of_visits(worth, other, rho=rho).sum() <= best + 1e-9
