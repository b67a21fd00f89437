"""Values for patrols from the project's scientific specification, 4.1-4.3, Appendix A.

Routing values are by exhaustive search there; the E150 bound is its fractional knapsack.
"""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from peelian.operations import (
    RoutingProblem,
    allocate_visits,
    check_routes,
    horvitz_thompson,
    inclusion_probabilities,
    knapsack_bound,
    solve,
    travel_minutes,
    value_of_visits,
    visit_hour_entropy,
)


def test_six_visits_over_four_spots():
    """Science 4.1: w = 10, 6, 3, 1 and rho = .5 give 3, 2, 1, 0 and 29.5."""
    worth = np.array([10.0, 6, 3, 1])
    visits = allocate_visits(worth, 6, rho=0.5)
    assert visits.tolist() == [3, 2, 1, 0]
    assert value_of_visits(worth, visits, rho=0.5).sum() == pytest.approx(29.5)


def test_inclusion_probabilities_capped_at_one():
    """Science 4.3: w = 30, 20, 15, 10, 10, 8, 5, 2 and n = 4."""
    probability = inclusion_probabilities(np.array([30.0, 20, 15, 10, 10, 8, 5, 2]), 4)
    published = [1, 0.85714, 0.64286, 0.42857, 0.42857, 0.34286, 0.21429, 0.08571]
    assert_allclose(probability, published, atol=5e-6)


def test_horvitz_thompson_effect():
    """Science 4.3: (y, z, pi) = (2,1,.5), (0,0,.5), (1,1,.8), (3,0,.2) give 0.375."""
    effect = horvitz_thompson(
        np.array([2.0, 0, 1, 3]), np.array([1, 0, 1, 0]), np.array([0.5, 0.5, 0.8, 0.2])
    )
    assert effect == pytest.approx(0.375)


def test_entropy_of_four_even_slots():
    """Science 4.3: uniform over four slots is ln 4 = 1.386294."""
    assert visit_hour_entropy(np.array([7, 7, 7, 7])) == pytest.approx(1.386294, abs=5e-7)


# Science 4.2: depot, then points with scores; Euclidean minutes, 15-minute stops.
POINTS = np.array([(0, 0), (4, 3), (8, 0), (4, -3), (-6, 8), (12, 5)], dtype=float)
SCORES = np.array([10.0, 8, 6, 9, 7])
FINE = 10_000  # the core counts whole minutes: count ten-thousandths here


def orienteering(n_teams: int, minutes: int) -> RoutingProblem:
    distance = np.hypot(*(POINTS[:, None] - POINTS[None]).transpose(2, 0, 1))
    return RoutingProblem(
        travel=np.ceil(distance * FINE).astype(np.int64),
        team_base=np.zeros(n_teams, dtype=np.int64),
        team_start=np.zeros(n_teams, dtype=np.int64),
        team_end=np.full(n_teams, minutes * FINE),
        stop_place=np.arange(1, 6),
        stop_minutes=np.full(5, 15 * FINE),
        visit_stop=np.arange(5),
        visit_value=SCORES,
        visit_open=np.zeros(5, dtype=np.int64),
        visit_close=np.full(5, minutes * FINE),
    )


@pytest.mark.parametrize(
    ("n_teams", "minutes", "best", "visited", "took"),
    [
        (1, 60, 19, {1, 4}, 56.1803),
        (1, 90, 31, {1, 2, 3, 5}, 89.6493),
        (2, 60, 34, {1, 2, 4, 5}, None),
    ],
)
def test_orienteering_optimum(n_teams, minutes, best, visited, took):
    problem = orienteering(n_teams, minutes)
    routes = solve(problem, iterations=300, rng=np.random.default_rng(0))
    assert check_routes(problem, routes) == best
    assert {s.visit + 1 for route in routes for s in route} == visited
    if took is not None:
        last = routes[0][-1]
        back = last.start + 15 * FINE + problem.travel[last.visit + 1, 0]
        assert back / FINE == pytest.approx(took, abs=1e-3)


def e150() -> RoutingProblem:
    """The E150 instance, by the generator of Appendix A."""
    rng = np.random.default_rng(20260101)
    towns = np.c_[rng.uniform(0, 60, 12), rng.uniform(0, 50, 12)]
    size = rng.dirichlet(np.full(12, 2.0))
    home = rng.choice(12, 150, p=size)
    spots = towns[home] + rng.normal(0, 1.0, (150, 2))
    worth = rng.gamma(0.8, 1.0, 150)
    worth = 100 * worth / worth.sum()
    base = np.sort(rng.choice(12, 14, p=size))
    places = np.concatenate([spots, towns]) * 1000
    return RoutingProblem(
        travel=travel_minutes(places[:, 0], places[:, 1], foot_reach=0),
        team_base=150 + base,
        team_start=np.zeros(14, dtype=np.int64),
        team_end=np.full(14, 360),
        stop_place=np.arange(150),
        stop_minutes=np.full(150, 15),
        visit_stop=np.repeat(np.arange(150), 3),
        visit_value=(worth[:, None] * 0.5 ** np.arange(3)).ravel(),
        visit_open=np.tile([0, 120, 240], 150),
        visit_close=np.tile([105, 225, 345], 150),
    )


def test_e150_travel_is_that_of_the_generator():
    """Appendix A: ceil(3 + d / (20 if d < 5 else 50) * 60), d = 1.3 x straight line in km."""
    x, y = np.array([0.0, 1.0, 3.0, 20.0]), np.array([0.0, 2.0, 2.5, 9.0])
    minutes = travel_minutes(x * 1000, y * 1000, foot_reach=0)
    for i in range(4):
        for j in range(4):
            d = math.hypot(x[i] - x[j], y[i] - y[j]) * 1.3
            assert minutes[i, j] == math.ceil(3 + d / (20 if d < 5 else 50) * 60)


def test_e150_beats_a_general_solver():
    """Science 4.2: knapsack bound 167.34; greedy 129.21; OR-Tools 142.26 in 120 s."""
    problem = e150()
    assert knapsack_bound(problem) == pytest.approx(167.34, abs=0.005)
    routes = solve(problem, iterations=600, rng=np.random.default_rng(1))
    assert 142.26 < check_routes(problem, routes) <= 150.83
