"""Minutes of patrol by district: what each gets, and the least it is to get."""

from collections.abc import Sequence

import numpy as np

from peelian.operations.problem import RoutingProblem
from peelian.terms import Bools, Ints, PatrolPlan


def wanted_visits(
    problem: RoutingProblem,
    district: Sequence[str],
    minutes: int,
    *,
    rng: np.random.Generator,
) -> Bools:
    """Visits that together give each district its least minutes of stops.

    Parameters
    ----------
    problem : RoutingProblem
    district : sequence of str
        Where each spot lies, in the order of the stops; one that is empty is owed nothing.
    minutes : int
        Least minutes of stops in each district. [minutes]
    rng : Generator
        Draws the hours, so that they cannot be foretold.

    Returns
    -------
    array of bool, shape (n_visits,)
        The district's spots with most value first, each once before any twice. Fewer where
        the problem has too few visits that a team may serve.
    """
    wanted = np.zeros(problem.n_visits, dtype=np.bool_)
    can = servable(problem)
    names = np.array([*district, *[""] * (problem.n_stops - len(district))])
    # A random order of the visits to each spot: its first is wanted before its second.
    turn = np.zeros(problem.n_visits, dtype=np.int64)
    for stop in np.unique(problem.visit_stop):
        visits = np.flatnonzero((problem.visit_stop == stop) & can)
        turn[visits] = rng.permutation(len(visits))
    for name in np.unique(names[names != ""]):
        visits = np.flatnonzero(can & (names[problem.visit_stop] == name))
        order = visits[np.lexsort((-problem.visit_value[visits], turn[visits]))]
        lasts = problem.stop_minutes[problem.visit_stop[order]]
        wanted[order[np.cumsum(lasts) - lasts < minutes]] = True
    return wanted


def servable(problem: RoutingProblem) -> Bools:
    """Which visits some team may serve, shape (n_visits,)."""
    if problem.allowed is None:
        return np.ones(problem.n_visits, dtype=np.bool_)
    return np.asarray(problem.allowed.any(axis=0))


def visits_by_spot(plan: PatrolPlan) -> Ints:
    """Visits that a plan makes to each spot, shape (n_spots,).

    Parameters
    ----------
    plan : PatrolPlan
    """
    spots = [visit.spot for route in plan.routes for visit in route.visits]
    return np.bincount(np.array(spots, dtype=np.int64), minlength=len(plan.spots))


def district_minutes(plan: PatrolPlan, district: Sequence[str]) -> dict[str, int]:
    """Minutes of stops in each district that has a spot, in the order of their names.

    Parameters
    ----------
    plan : PatrolPlan
    district : sequence of str
        Where each spot lies.
    """
    minutes = dict.fromkeys(sorted(set(district)), 0)
    for route in plan.routes:
        for visit in route.visits:
            minutes[district[visit.spot]] += visit.minutes
    return minutes
