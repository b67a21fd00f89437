from dataclasses import replace

import numpy as np
import pytest

from peelian.operations import (
    RoutingProblem,
    Service,
    check_routes,
    knapsack_bound,
    solve,
    window_blocks,
)
from peelian.terms import DataError, ParameterError


def problem(**changes):
    """One team, base at place 0; two stops five minutes off, each with two visits."""
    base = RoutingProblem(
        travel=np.array([[0, 5, 5], [5, 0, 5], [5, 5, 0]]),
        team_base=np.array([0]),
        team_start=np.array([0]),
        team_end=np.array([120]),
        stop_place=np.array([1, 2]),
        stop_minutes=np.array([10, 10]),
        visit_stop=np.array([0, 0, 1, 1]),
        visit_value=np.array([4.0, 4, 2, 2]),
        visit_open=np.array([0, 60, 0, 60]),
        visit_close=np.array([50, 110, 50, 110]),
        rho=0.5,
        min_gap=20,
    )
    return replace(base, **changes)


def test_all_four_visits_are_found_and_counted():
    routes = solve(problem(), iterations=20, rng=np.random.default_rng(0))
    assert check_routes(problem(), routes) == 4 + 2 + 2 + 1
    whole = problem(rho=1.0)
    assert check_routes(whole, solve(whole, iterations=20, rng=np.random.default_rng(0))) == 12


@pytest.mark.parametrize(
    ("route", "says"),
    [
        ([(0, 4)], "starts at minute 4, there only at 5"),
        ([(0, 5), (2, 19)], "starts at minute 19, there only at 20"),
        ([(1, 30)], "starts at 30, outside 60 to 110"),
        ([(0, 51)], "starts at 51, outside 0 to 50"),
        ([(0, 50), (1, 61)], "visits at 50 and 61 are 1 minutes apart"),
        ([(0, 5), (0, 40)], "served twice"),
        ([(9, 5)], "there are 4 visits"),
        ([(1, 108)], "back at 123, after 120"),
    ],
)
def test_the_checker_names_the_first_violation(route, says):
    with pytest.raises(DataError, match=says):
        check_routes(problem(), (tuple(Service(*s) for s in route),))


def test_the_checker_counts_routes():
    with pytest.raises(DataError, match="0 routes for 1 teams"):
        check_routes(problem(), ())


def test_two_teams_keep_the_gap_between_them():
    two = problem(
        team_base=np.array([0, 0]), team_start=np.array([0, 0]), team_end=np.array([120, 120])
    )
    routes = solve(two, iterations=50, rng=np.random.default_rng(3))
    assert check_routes(two, routes) == 9
    starts = sorted(s.start for route in routes for s in route if s.visit in (0, 1))
    assert starts[1] - starts[0] >= 30


def test_a_way_round_longer_than_the_way_through():
    """Without the triangle inequality, taking a visit out may break a route."""
    travel = np.array([[0, 5, 50], [5, 0, 5], [50, 5, 0]])
    odd = problem(travel=travel, team_end=np.array([95]))
    for seed in range(20):
        routes = solve(odd, iterations=60, rng=np.random.default_rng(seed))
        check_routes(odd, routes)


def test_nothing_to_do():
    empty = problem(
        visit_stop=np.array([], dtype=np.int64),
        visit_value=np.array([]),
        visit_open=np.array([], dtype=np.int64),
        visit_close=np.array([], dtype=np.int64),
    )
    assert solve(empty, iterations=5, rng=np.random.default_rng(0)) == ((),)
    assert check_routes(empty, ((),)) == 0
    assert knapsack_bound(empty) == 0
    nobody = problem(
        team_base=np.array([], dtype=int), team_start=np.array([]), team_end=np.array([])
    )
    assert solve(nobody, iterations=5, rng=np.random.default_rng(0)) == ()
    assert knapsack_bound(nobody) == 0


def test_progress_is_told():
    told = []
    solve(
        problem(),
        iterations=250,
        rng=np.random.default_rng(0),
        progress=lambda *p: told.append(p),
    )
    assert told[0] == (0, 250)
    assert 90 <= len(told) <= 130


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"travel": np.zeros((2, 3), dtype=int)}, "square matrix"),
        ({"travel": -np.ones((3, 3), dtype=int)}, "none negative"),
        ({"team_base": np.array([7])}, "team base: an index is outside 0 to 2"),
        ({"stop_place": np.array([1, 3])}, "stop place"),
        ({"visit_stop": np.array([0, 0, 1, 2])}, "visit stop"),
        ({"team_end": np.array([-1])}, "end after they start"),
        ({"stop_minutes": np.array([10, 0])}, "last a while"),
        ({"visit_value": np.array([1.0, -1, 1, 1])}, "values must be zero or more"),
        ({"rho": 1.5}, "rho in 0 to 1"),
        ({"min_gap": -1}, "min_gap is -1"),
        ({"visit_open": np.array([0, 40, 0, 60])}, "visit 1: its window opens before"),
        ({"visit_value": np.array([1.0])}, "visits: value has 1 entries"),
    ],
)
def test_a_problem_that_makes_no_sense(changes, says):
    with pytest.raises(ParameterError, match=says):
        problem(**changes)


def test_blocks_too_short_for_a_stop_are_merged():
    assert window_blocks(40, 4, stop_minutes=15) == [(0, 5), (20, 25)]
    assert window_blocks(10, 4, stop_minutes=15) == []
