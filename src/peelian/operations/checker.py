"""Is an answer to a routing problem valid, and what is it worth?

Shares no code with the search, so that it can catch the search's mistakes.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from peelian.operations.problem import REQUIRED, Routes, RoutingProblem
from peelian.terms import DataError


def check_routes(problem: RoutingProblem, routes: Routes) -> float:
    """Value of an answer, after following every team minute by minute.

    Parameters
    ----------
    problem : RoutingProblem
    routes : tuple of tuples of Service
        One for each team, in the order of the teams.

    Returns
    -------
    float
        Sum of the visits' values, diminished by ``problem.rho``.

    Raises
    ------
    DataError
        With the first violation: its team, its visit and the minutes that do not fit.
    """
    if len(routes) != problem.n_teams:
        raise DataError(f"the answer has {len(routes)} routes for {problem.n_teams} teams")
    served: dict[int, int] = {}
    for team, route in enumerate(routes):
        name, travel = problem.team_name(team), problem.travel_of(team)
        place, free = int(problem.team_base[team]), int(problem.team_start[team])
        for visit, start in route:
            if not 0 <= visit < problem.n_visits:
                raise DataError(
                    f"team {name}: no visit {visit}; there are {problem.n_visits} visits"
                )
            where = f"team {name}, {problem.visit_name(visit)}"
            if visit in served:
                raise DataError(f"{where}: it is served twice")
            if problem.allowed is not None and not problem.allowed[team, visit]:
                raise DataError(f"{where}: this team may not serve it")
            stop = problem.visit_stop[visit]
            there = int(problem.stop_place[stop])
            arrive = free + int(travel[place, there])
            if start < arrive:
                raise DataError(f"{where}: starts at minute {start}, there only at {arrive}")
            opens, closes = problem.visit_open[visit], problem.visit_close[visit]
            if not opens <= start <= closes:
                raise DataError(f"{where}: starts at {start}, outside {opens} to {closes}")
            served[visit] = start
            place, free = there, start + int(problem.stop_minutes[stop])
        back = free + int(travel[place, problem.team_base[team]]) if route else free
        if back > problem.team_end[team]:
            raise DataError(f"team {name}: back at {back}, after {problem.team_end[team]}")

    for visit in np.flatnonzero(problem.ranks == REQUIRED).tolist():
        if visit not in served:
            raise DataError(f"{problem.visit_name(visit)}: it must be served, and is not")
    _check_gaps(problem, served)

    value = 0.0
    for group in {int(problem.groups[v]) for v in served}:
        values = [float(problem.visit_value[v]) for v in served if problem.groups[v] == group]
        value += sum(v * problem.rho**k for k, v in enumerate(sorted(values, reverse=True)))
    return value


def _check_gaps(problem: RoutingProblem, served: Mapping[int, int]) -> None:
    """DataError for the first two visits to a stop that are too near each other in time."""
    for stop in range(problem.n_stops):
        starts = sorted(start for v, start in served.items() if problem.visit_stop[v] == stop)
        for before, after in pairwise(starts):
            gap = after - before - int(problem.stop_minutes[stop])
            if problem.min_gap and gap < problem.min_gap:
                raise DataError(
                    f"stop {stop}: visits at {before} and {after} are {gap} minutes apart, "
                    f"the minimum is {problem.min_gap}"
                )
