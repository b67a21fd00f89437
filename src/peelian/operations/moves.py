"""A stop given to another team by a person: two routes are made anew, the others stand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from peelian.operations.checker import check_routes
from peelian.operations.problem import REQUIRED, Routes, RoutingProblem, Service
from peelian.operations.routes import vary_starts
from peelian.operations.search import solve
from peelian.terms import Bools, DataError, Floats, Ints, ParameterError


class Move(NamedTuple):
    """Give the stop at ``spot`` that is planned about ``minute`` to ``team`` (by number)."""

    spot: int
    minute: int
    team: int


def visit_at(problem: RoutingProblem, routes: Routes, spot: int, minute: int) -> int:
    """The visit to ``spot`` in whose block ``minute`` lies, if the routes serve it.

    Parameters
    ----------
    problem : RoutingProblem
    routes : tuple of tuples of Service
    spot : int
        Number of a stop.
    minute : int
        Into the shift.

    Raises
    ------
    ParameterError
        If no team makes that stop.
    """
    served = [
        s.visit for route in routes for s in route if problem.visit_stop[s.visit] == spot
    ]
    before = [v for v in served if problem.visit_open[v] <= minute]
    latest = max(before, key=lambda v: int(problem.visit_open[v]), default=-1)
    if latest < 0 or minute > problem.visit_close[latest] + problem.stop_minutes[spot]:
        name = problem.stop_names[spot] if problem.stop_names else str(spot)
        raise ParameterError(
            f"no team stops at {name} about minute {minute} of the shift: name a stop of the "
            "plan as it is without moves"
        )
    return latest


def move_visit(
    problem: RoutingProblem,
    routes: Routes,
    visit: int,
    team: int,
    *,
    iterations: int,
    rng: np.random.Generator,
    pinned: Mapping[int, int] | None = None,
) -> Routes:
    """The plan with one visit given to another team.

    Parameters
    ----------
    problem : RoutingProblem
    routes : tuple of tuples of Service
    visit : int
        Served in ``routes``.
    team : int
        Who serves it from now on.
    iterations : int
        Rounds of search for the two routes.
    rng : Generator
    pinned : mapping, optional
        Team by visit, of visits given away before: they stay where they were put.

    Returns
    -------
    tuple of tuples of Service
        Only the routes of the two teams are made anew, over their visits and those that no
        team serves; every other start stands.

    Raises
    ------
    ParameterError
        If the team may not serve the visit, or cannot in its hours.
    """
    name = f"team {problem.team_name(team)}, {problem.visit_name(visit)}"
    if problem.allowed is not None and not problem.allowed[team, visit]:
        raise ParameterError(
            f"{name}: the rules do not let this team go there (crew, skills or places)"
        )
    giver = next(k for k, route in enumerate(routes) if any(s.visit == visit for s in route))
    pair = np.unique([giver, team])
    pins = {**(pinned or {}), visit: team}
    part, kept = _of_pair(problem, routes, pair, pins)
    if visit not in kept:
        raise ParameterError(f"{name}: too near in time to another visit to the same spot")
    found = solve(part, iterations=iterations, rng=rng)
    try:
        check_routes(part, found)
    except DataError as error:
        raise ParameterError(
            f"{name}: the stop does not fit into the team's hours, with its break and the "
            f"way there and back ({error})"
        ) from error
    found = vary_starts(part, found, rng=rng)
    made = list(routes)
    for k, route in zip(pair.tolist(), found, strict=True):
        made[k] = tuple(Service(int(kept[v]), start) for v, start in route)
    check_routes(problem, tuple(made))
    return tuple(made)


def _of_pair(
    problem: RoutingProblem, routes: Routes, pair: Ints, pins: Mapping[int, int]
) -> tuple[RoutingProblem, Ints]:
    """The problem of these teams while the others stand, and which visits it is about."""
    others = [s for k, route in enumerate(routes) if k not in pair for s in route]
    low, high, free = _windows(problem, others)
    # What others serve diminishes what is left: worth counts as after their visits.
    before = np.bincount(
        problem.groups[[s.visit for s in others]].astype(np.int64),
        minlength=int(problem.groups.max()) + 1,
    )
    value: Floats = problem.visit_value * problem.rho ** before[problem.groups]
    allowed = np.ones((problem.n_teams, problem.n_visits), dtype=np.bool_)
    if problem.allowed is not None:
        allowed = problem.allowed.copy()
    ranks = problem.ranks.copy()
    for visit, team in pins.items():
        ranks[visit] = REQUIRED
        allowed[:, visit] = np.arange(problem.n_teams) == team
    free &= allowed[pair].any(axis=0)
    kept = np.flatnonzero(free)
    part = replace(
        problem,
        team_base=problem.team_base[pair],
        team_start=problem.team_start[pair],
        team_end=problem.team_end[pair],
        team_names=tuple(problem.team_name(k) for k in pair.tolist()),
        team_mode=problem.modes[pair],
        visit_stop=problem.visit_stop[kept],
        visit_value=value[kept],
        visit_open=low[kept],
        visit_close=high[kept],
        allowed=allowed[np.ix_(pair, kept)],
        visit_group=problem.groups[kept],
        visit_rank=ranks[kept],
    )
    return part, kept


def _windows(problem: RoutingProblem, others: list[Service]) -> tuple[Ints, Ints, Bools]:
    """Windows that keep the gap to visits that stand, and which visits are left to make."""
    low, high = problem.visit_open.copy(), problem.visit_close.copy()
    free = np.ones(problem.n_visits, dtype=np.bool_)
    for other, start in others:
        free[other] = False
        if not problem.min_gap:
            continue
        stop = problem.visit_stop[other]
        apart = int(problem.stop_minutes[stop]) + problem.min_gap
        same = problem.visit_stop == stop
        later = same & (problem.visit_open > problem.visit_open[other])
        earlier = same & (problem.visit_open < problem.visit_open[other])
        low[later] = np.maximum(low[later], start + apart)
        high[earlier] = np.minimum(high[earlier], start - apart)
    return low, high, free & (low <= high)
