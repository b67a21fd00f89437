"""One shift from its spots and teams: who can be reached, today's draw, the routes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from peelian.operations.checks import require_unique, require_worth
from peelian.operations.duties import check_teams, no_needs
from peelian.operations.fairness import wanted_visits
from peelian.operations.moves import Move, move_visit, visit_at
from peelian.operations.problem import (
    ORDINARY,
    WANTED,
    Routes,
    RoutingProblem,
    with_visits,
)
from peelian.operations.remarks import assumptions, what_happened
from peelian.operations.rotation import draw_spots
from peelian.operations.routes import (
    PatrolRules,
    check_travel,
    plan_routes,
    reachable_stops,
    routes_of,
    shift_problem,
    worth_of_routes,
)
from peelian.operations.travel import TravelTimes, straight_line
from peelian.operations.weekly import draw_weights
from peelian.terms import (
    Bools,
    Draw,
    Floats,
    Moved,
    Needs,
    ParameterError,
    PatrolPlan,
    RiskSurface,
    Shift,
    Spots,
    Team,
    Visit,
)


def spots_from_risk(
    risk: RiskSurface,
    flagged: Bools,
    names: Sequence[str],
    *,
    points: Floats | None = None,
) -> Spots:
    """Spots from the flagged cells of a forecast, most worth first.

    Parameters
    ----------
    risk : RiskSurface
        Worth is the risk summed over its periods. [events, or days of harm]
    flagged : array of bool, shape (n_cells,)
        The cells chosen, such as by an area budget or a number of cells.
    names : sequence of str
        One for each flagged cell, in the order of the cells. A name given twice gets its cell
        number, so that two places can be told apart.
    points : array, shape (n_flagged, 2), optional
        Where officers stand; the centre of the cell when not given. [m]

    Returns
    -------
    Spots
        Ordered by worth, equal ones by cell number.

    Raises
    ------
    ParameterError
        If no cell is flagged, a flagged cell has no risk, or lengths differ.
    """
    cell = np.flatnonzero(flagged)
    if len(flagged) != risk.grid.n_cells or len(names) != len(cell):
        raise ParameterError(
            f"{len(flagged)} flags and {len(names)} names for {risk.grid.n_cells} cells, "
            f"{len(cell)} of them flagged: give a flag for each cell, a name for each flagged"
        )
    if not len(cell):
        raise ParameterError("no spots: no cell is flagged; allow more area or more cells")
    if points is not None and points.shape != (len(cell), 2):
        raise ParameterError(f"points have shape {points.shape}, expected ({len(cell)}, 2)")
    often = Counter(names)
    apart = [
        f"{name} (cell {c})" if often[name] > 1 or not name.strip() else name
        for name, c in zip(names, cell.tolist(), strict=True)
    ]
    x, y = (risk.grid.x[cell], risk.grid.y[cell]) if points is None else points.T
    worth = risk.risk.sum(axis=0)[cell]
    require_worth(worth, apart)
    order = np.argsort(-worth, kind="stable")
    return Spots(
        cell=cell[order],
        x=np.asarray(x, dtype=float)[order],
        y=np.asarray(y, dtype=float)[order],
        worth=worth[order],
        names=tuple(apart[i] for i in order),
    )


def plan_shift(
    spots: Spots,
    teams: Sequence[Team],
    shift: Shift,
    *,
    seed: int,
    n_active: int | None = None,
    rules: PatrolRules | None = None,
    needs: Needs | None = None,
    travel: TravelTimes | None = None,
    moves: Sequence[Move] = (),
    progress: Callable[[int, int], None] | None = None,
) -> PatrolPlan:
    """Plan one shift: leave out what cannot be reached, draw today's spots, find routes.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    shift : Shift
        One, or several planned together.
    seed : int
        Everything random follows from it: the same seed and input give the same plan.
    n_active : int, optional
        Spots to draw; half of those that can be reached when not given (as in the Thames
        Valley trial). All of them switches the rotation off.
    rules : PatrolRules, optional
    needs : Needs, optional
        What spots ask of a team, and their visits a week; nothing when not given.
    travel : TravelTimes, optional
        As from ``road_travel``; straight line x detour when not given.
    moves : sequence of Move, optional
        Stops given to other teams, one after the other, once the routes are found.
    progress : callable, optional
        Called with rounds of search done and in all.

    Returns
    -------
    PatrolPlan
        ``assumptions`` say in words what was assumed, which spots were left out because no
        team can reach them (their probability is 0), and which active ones get no visit.

    Raises
    ------
    ParameterError
        If there are no teams or no spots, a name stands twice, a worth is not above zero, a
        team's hours leave the shift, a base or spot has no coordinates, the draw is
        impossible, no spot can be visited in time (the message says how long the shortest
        trip takes), or a move cannot be made.
    """
    rules, needs = rules or PatrolRules(), needs or no_needs(spots)
    check_teams(teams, shift.minutes)
    if not len(spots):
        raise ParameterError("no spots: choose one hot spot at least")
    require_unique("spots", spots.names)
    require_worth(spots.worth, spots.names)
    if n_active is not None and not 1 <= n_active <= len(spots):
        raise ParameterError(f"n_active is {n_active}: draw from 1 to {len(spots)} spots")
    travel = travel or straight_line(spots, teams)
    check_travel(travel.minutes, len(spots), len(teams))
    whole = shift_problem(spots, teams, shift, needs, travel=travel.minutes, rules=rules)
    reachable = reachable_stops(whole)[: len(spots)]
    if not reachable.any():
        raise ParameterError(_too_short(spots, teams, shift, travel, whole, rules))

    n = int(reachable.sum())
    drawn = min(n_active, n) if n_active is not None else (n + 1) // 2
    weights = draw_weights(spots.worth, needs)
    draw = _draw_reachable(spots, reachable, weights, drawn, seed, rules)
    is_break = np.ones(whole.n_stops - len(spots), dtype=np.bool_)
    problem = with_visits(whole, np.append(draw.active, is_break)[whole.visit_stop])
    rng = np.random.default_rng([seed, 1])
    if rules.district_minutes:
        wanted = wanted_visits(problem, needs.district, rules.district_minutes, rng=rng)
        ranks = np.where(wanted & (problem.ranks == ORDINARY), WANTED, problem.ranks)
        problem = replace(problem, visit_rank=ranks)
    rounds = rules.iterations * (len(shift.borders) + 1)
    services = plan_routes(problem, iterations=rounds, rng=rng, progress=progress)
    services, moved = _with_moves(spots, problem, services, moves, seed=seed, rules=rules)
    routes = routes_of(problem, teams, services, n_spots=len(spots))
    value = worth_of_routes(spots, problem, services, rho=rules.rho)
    said = assumptions(teams, shift, needs, travel, rules)
    said += what_happened(spots, reachable, draw, routes, needs, rules)
    return PatrolPlan(shift, spots, draw, routes, value, said, needs, moved)


def _with_moves(
    spots: Spots,
    problem: RoutingProblem,
    services: Routes,
    moves: Sequence[Move],
    *,
    seed: int,
    rules: PatrolRules,
) -> tuple[Routes, tuple[Moved, ...]]:
    """The routes after every move, and what each cost."""
    pinned: dict[int, int] = {}
    found = []
    for number, (spot, minute, team) in enumerate(moves):
        if not (0 <= team < problem.n_teams and 0 <= spot < len(spots)):
            raise ParameterError(
                f"move {number + 1}: no team {team + 1} or no such spot in this plan; teams "
                f"are 1 to {problem.n_teams}"
            )
        visit = visit_at(problem, services, spot, minute)
        made = move_visit(
            problem, services, visit, team,
            iterations=rules.iterations, rng=np.random.default_rng([seed, 2, number]),
            pinned=pinned,
        )  # fmt: skip
        pinned[visit] = team
        found.append(_moved(spots, problem, services, made, visit, rules))
        services = made
    return services, tuple(found)


def _moved(
    spots: Spots,
    problem: RoutingProblem,
    before: Routes,
    after: Routes,
    visit: int,
    rules: PatrolRules,
) -> Moved:
    """What a move changed."""

    def starts(routes: Routes) -> dict[int, tuple[int, int]]:
        return {s.visit: (k, s.start) for k, route in enumerate(routes) for s in route}

    old, new = starts(before), starts(after)
    lost, won = (Counter(problem.visit_stop[list(s)].tolist()) for s in (old, new))
    at = int(problem.visit_stop[visit])
    worth = [worth_of_routes(spots, problem, r, rho=rules.rho) for r in (before, after)]
    driven = [sum(_driven(problem, r)) for r in (before, after)]
    return Moved(
        visit=Visit(at, new[visit][1], int(problem.stop_minutes[at])),
        team=problem.team_name(new[visit][0]),
        before=problem.team_name(old[visit][0]),
        value=worth[1] - worth[0],
        minutes=driven[0] - driven[1],
        dropped=tuple((lost - won).elements()),
        added=tuple((won - lost).elements()),
    )


def _driven(problem: RoutingProblem, routes: Routes) -> list[int]:
    """Minutes of travel of each route."""
    found = []
    for k, route in enumerate(routes):
        base = int(problem.team_base[k])
        stops = [int(problem.visit_stop[s.visit]) for s in route]
        places = np.array([base, *problem.stop_place[stops].tolist(), base])
        found.append(int(problem.travel_of(k)[places[:-1], places[1:]].sum()) if route else 0)
    return found


def _draw_reachable(
    spots: Spots, reachable: Bools, weights: Floats, n: int, seed: int, rules: PatrolRules
) -> Draw:
    """Draw among the reachable spots; the others have probability 0."""
    kept = np.flatnonzero(reachable)
    few = Spots(
        spots.cell[kept],
        spots.x[kept],
        spots.y[kept],
        spots.worth[kept],
        tuple(spots.names[i] for i in kept),
    )
    draw = draw_spots(
        few, n, seed=seed, floor=rules.floor, ceiling=rules.ceiling, weights=weights[kept]
    )
    probability, active = np.zeros(len(spots)), np.zeros(len(spots), dtype=np.bool_)
    probability[kept], active[kept] = draw.probability, draw.active
    return Draw(probability, active, seed, draw.method, weights)


def _too_short(
    spots: Spots,
    teams: Sequence[Team],
    shift: Shift,
    travel: TravelTimes,
    problem: RoutingProblem,
    rules: PatrolRules,
) -> str:
    """Why no spot can be visited."""
    n = len(spots)
    trip = np.array(
        [
            problem.travel_of(k)[n + k, :n] + problem.travel_of(k)[:n, n + k]
            for k in range(len(teams))
        ]
    )
    trip += rules.stop_minutes
    team, spot = divmod(int(np.argmin(trip)), n)
    longest = max(t.end - t.start for t in teams)
    if trip[team, spot] <= longest:
        return (
            "no team may visit any spot in its hours: the crews, skills, places and weekly "
            "limits leave none; change the roster or the rules of the spots"
        )
    return (
        f"the shift is too short for one stop: it has {shift.minutes} minutes and the longest "
        f"team's hours {longest}, but the shortest trip, {teams[team].name!r} to "
        f"{spots.names[spot]!r} and back with a stop of {rules.stop_minutes} minutes, takes "
        f"{trip[team, spot]}; lengthen the shift, or use nearer bases or shorter stops"
    )
