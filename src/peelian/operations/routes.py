"""From today's active spots and the teams to routes: the problem posed, solved and varied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from peelian.operations.checker import check_routes
from peelian.operations.checks import require_fraction, require_unique, require_worth
from peelian.operations.problem import (
    Routes,
    RoutingProblem,
    Service,
    window_blocks,
)
from peelian.operations.rotation import CEILING, FLOOR
from peelian.operations.search import solve
from peelian.operations.travel import travel_minutes
from peelian.operations.visits import RHO
from peelian.terms import (
    STOP_MINUTES,
    Bools,
    Ints,
    ParameterError,
    Route,
    Spots,
    Team,
    Visit,
)


@dataclass(frozen=True)
class PatrolRules:
    """Settings of a patrol plan; its repr is their full record.

    Attributes
    ----------
    stop_minutes : int
        Length of a stop; guidance says 10 to 20. [minutes]
    rho : float
        A further visit in the shift is worth this share of the one before it.
    block_minutes : int
        The shift is cut into blocks of about this length; a spot is visited once in a block
        at most (Koper: come back at least every two hours). [minutes]
    min_gap : int
        From the end of a visit to the start of the next one to the same spot. [minutes]
    floor, ceiling : float
        Limits of the inclusion probabilities of the draw.
    iterations : int
        Rounds of the route search: a budget in work, not in seconds, so that the same plan
        can be made again.
    """

    stop_minutes: int = STOP_MINUTES
    rho: float = RHO
    block_minutes: int = 120
    min_gap: int = 60
    floor: float = FLOOR
    ceiling: float = CEILING
    iterations: int = 2000

    def __post_init__(self) -> None:
        for name in ("rho", "floor", "ceiling"):
            require_fraction(name, getattr(self, name))
        for name, least in (
            ("stop_minutes", 1),
            ("block_minutes", 1),
            ("min_gap", 0),
            ("iterations", 0),
        ):
            value = getattr(self, name)
            if value < least:
                raise ParameterError(f"{name} is {value}: give a whole number from {least}")


def place_minutes(spots: Spots, teams: Sequence[Team]) -> Ints:
    """Travel minutes between all spots, then all team bases: straight line x detour.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team

    Returns
    -------
    array of int, shape (n_spots + n_teams, n_spots + n_teams)
        Spots first, then the base of each team. [minutes]
    """
    return travel_minutes(
        np.concatenate([spots.x, [team.base.x for team in teams]]),
        np.concatenate([spots.y, [team.base.y for team in teams]]),
    )


def reachable_spots(
    spots: Spots, teams: Sequence[Team], minutes: int, travel: Ints, rules: PatrolRules
) -> Bools:
    """Which spots some team can reach, stay one stop at and be back from in its hours.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    minutes : int
        Length of the shift. [minutes]
    travel : array of int, shape (n_spots + n_teams, n_spots + n_teams)
        As from ``place_minutes``. [minutes]
    rules : PatrolRules

    Returns
    -------
    array of bool, shape (n_spots,)
    """
    n = len(spots)
    blocks = _blocks(minutes, rules)
    reachable = np.zeros(n, dtype=np.bool_)
    for k, team in enumerate(teams):
        there, back = travel[n + k, :n], travel[:n, n + k]
        latest = team.end - back - rules.stop_minutes
        for opens, closes in blocks:
            reachable |= np.maximum(team.start + there, opens) <= np.minimum(latest, closes)
    return reachable


def plan_routes(
    spots: Spots,
    active: Bools,
    teams: Sequence[Team],
    minutes: int,
    *,
    rng: np.random.Generator,
    rules: PatrolRules | None = None,
    travel: Ints | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Route, ...], float]:
    """Routes that visit the active spots, and what their visits are worth together.

    Every route leaves base, makes its stops and is back within the team's hours. Visits to one
    spot lie in separate blocks of the shift and keep the minimum gap, whichever team makes
    them. Half of all plans are driven the other way round, and start times vary within the
    slack, so that patrols cannot be foretold.

    Parameters
    ----------
    spots : Spots
    active : array of bool, shape (n_spots,)
        Spots that may be visited today; the others are passed by.
    teams : sequence of Team
    minutes : int
        Length of the shift, which the teams' hours must lie in. [minutes]
    rng : Generator
        The same generator, input and rules give the same routes.
    rules : PatrolRules, optional
    travel : array of int, shape (n_spots + n_teams, n_spots + n_teams), optional
        Spots first, then team bases; straight line x detour when not given. [minutes]
    progress : callable, optional
        Called with rounds done and rounds in all.

    Returns
    -------
    routes : tuple of Route
        One for each team, without visits where nothing is left to do.
    value : float
        Worth of all visits, with diminishing returns. [as worth]

    Raises
    ------
    ParameterError
        If there is no team, two teams or spots share a name, a team's hours leave the shift,
        a worth is not above zero, or coordinates or travel times are not usable.
    """
    rules = rules or PatrolRules()
    check_teams(teams, minutes)
    require_unique("spots", spots.names)
    require_worth(spots.worth, spots.names)
    travel = place_minutes(spots, teams) if travel is None else travel
    problem = shift_problem(spots, active, teams, minutes, travel, rules)

    if rng.random() < 0.5:
        mirror = _mirrored(problem, minutes)
        answer = solve(mirror, iterations=rules.iterations, rng=rng, progress=progress)
        answer = _mirror_answer(problem, answer, minutes)
    else:
        answer = solve(problem, iterations=rules.iterations, rng=rng, progress=progress)
    answer = vary_starts(problem, answer, rng=rng)
    value = check_routes(problem, answer)

    return tuple(_route(problem, team, k, answer[k]) for k, team in enumerate(teams)), value


def shift_problem(
    spots: Spots,
    active: Bools,
    teams: Sequence[Team],
    minutes: int,
    travel: Ints,
    rules: PatrolRules,
) -> RoutingProblem:
    """The routing problem of a shift: one visit to each active spot in each block.

    Parameters
    ----------
    spots, active, teams, minutes, travel, rules
        As ``plan_routes``.

    Returns
    -------
    RoutingProblem
        Places and stops are numbered as the spots; team bases follow.

    Raises
    ------
    ParameterError
        If ``travel`` does not have one row and column for each spot and team.
    """
    n, n_teams = len(spots), len(teams)
    check_travel(travel, n, n_teams)
    blocks = np.array(_blocks(minutes, rules), dtype=np.int64).reshape(-1, 2)
    chosen = np.flatnonzero(active)
    visit_stop = np.repeat(chosen, len(blocks))
    return RoutingProblem(
        travel=travel,
        team_base=n + np.arange(n_teams),
        team_start=np.array([team.start for team in teams], dtype=np.int64),
        team_end=np.array([team.end for team in teams], dtype=np.int64),
        stop_place=np.arange(n),
        stop_minutes=np.full(n, rules.stop_minutes, dtype=np.int64),
        visit_stop=visit_stop,
        visit_value=np.asarray(spots.worth, dtype=float)[visit_stop],
        visit_open=np.tile(blocks[:, 0], len(chosen)),
        visit_close=np.tile(blocks[:, 1], len(chosen)),
        rho=rules.rho,
        min_gap=rules.min_gap,
    )


def vary_starts(
    problem: RoutingProblem, routes: Routes, *, rng: np.random.Generator
) -> Routes:
    """The same visits in the same order, each at a random time within its slack.

    Parameters
    ----------
    problem : RoutingProblem
    routes : tuple of tuples of Service
    rng : Generator

    Returns
    -------
    tuple of tuples of Service
        As feasible as what was given: windows, hours and gaps are kept.
    """
    starts = {s.visit: s.start for route in routes for s in route}
    of_stop: dict[int, list[int]] = {}
    for visit in starts:
        of_stop.setdefault(int(problem.visit_stop[visit]), []).append(visit)

    for team, route in enumerate(routes):
        base = int(problem.team_base[team])
        stops = [int(problem.visit_stop[s.visit]) for s in route]
        places = [base, *problem.stop_place[stops].tolist(), base]
        needs = problem.stop_minutes[stops].tolist()
        travel = [int(problem.travel[a, b]) for a, b in pairwise(places)]

        def apart(k: int, sign: int, route: tuple[Service, ...] = route) -> list[int]:
            """Starts that keep the gap to visits of the same stop before (-1) or after (1)."""
            visit = route[k].visit
            stop = int(problem.visit_stop[visit])
            step = sign * (int(problem.stop_minutes[stop]) + problem.min_gap)
            others = [starts[v] for v in of_stop[stop] if v != visit and problem.min_gap]
            return [s - step for s in others if (s - starts[visit]) * sign > 0]

        # Latest start of each visit while the other routes stay as they are, last one first.
        latest = [0] * len(route)
        limit = int(problem.team_end[team])
        for k in reversed(range(len(route))):
            limit -= travel[k + 1] + needs[k]
            limit = min([limit, int(problem.visit_close[route[k].visit]), *apart(k, 1)])
            latest[k] = limit
        # Places between earliest and latest rise along the route: its slack is spread over it.
        free = early = int(problem.team_start[team])
        shares = np.sort(rng.random(len(route))).tolist()
        for k, (visit, _) in enumerate(route):
            least = [int(problem.visit_open[visit]), *apart(k, -1)]
            early = max(early + travel[k], *least)
            wanted = early + int(shares[k] * (latest[k] - early + 1))
            starts[visit] = max(wanted, free + travel[k], *least)
            early, free = early + needs[k], starts[visit] + needs[k]
    return tuple(tuple(Service(v, starts[v]) for v, _ in route) for route in routes)


def check_teams(teams: Sequence[Team], minutes: int) -> None:
    """Raise ParameterError unless there are teams, named apart, with hours in the shift.

    Parameters
    ----------
    teams : sequence of Team
    minutes : int
        Length of the shift. [minutes]

    Raises
    ------
    ParameterError
        Naming the team and its hours.
    """
    if not teams:
        raise ParameterError("no teams: a plan needs one team at least")
    require_unique("teams", [team.name for team in teams])
    for team in teams:
        if team.start < 0 or team.end > minutes:
            raise ParameterError(
                f"team {team.name!r}: hours from minute {team.start} to {team.end} leave the "
                f"shift, which has {minutes} minutes; keep them inside 0 to {minutes}"
            )
        if not (np.isfinite(team.base.x) and np.isfinite(team.base.y)):
            raise ParameterError(
                f"team {team.name!r}: base {team.base.name!r} has no coordinates "
                f"({team.base.x}, {team.base.y}); give metres in the plan's projected CRS"
            )


def check_travel(travel: Ints, n_spots: int, n_teams: int) -> None:
    """Raise ParameterError unless ``travel`` has a row and a column for each spot and team."""
    n = n_spots + n_teams
    if travel.shape != (n, n):
        raise ParameterError(
            f"travel has shape {travel.shape}: {n_spots} spots and {n_teams} teams need "
            f"({n}, {n}), spots first"
        )


def _blocks(minutes: int, rules: PatrolRules) -> Sequence[tuple[int, int]]:
    """Start windows of the shift's blocks."""
    n_blocks = max(1, round(minutes / rules.block_minutes))
    return window_blocks(minutes, n_blocks, stop_minutes=rules.stop_minutes)


def _mirrored(problem: RoutingProblem, minutes: int) -> RoutingProblem:
    """The same problem with time running backwards."""
    need = problem.stop_minutes[problem.visit_stop]
    return replace(
        problem,
        travel=problem.travel.T,
        team_start=minutes - problem.team_end,
        team_end=minutes - problem.team_start,
        visit_open=minutes - problem.visit_close - need,
        visit_close=minutes - problem.visit_open - need,
    )


def _mirror_answer(problem: RoutingProblem, routes: Routes, minutes: int) -> Routes:
    """Routes found with time running backwards, as they are driven."""
    need = problem.stop_minutes[problem.visit_stop]
    return tuple(
        tuple(Service(v, minutes - start - int(need[v])) for v, start in reversed(route))
        for route in routes
    )


def _route(
    problem: RoutingProblem, team: Team, k: int, services: tuple[Service, ...]
) -> Route:
    """One team's services as a route of spots."""
    stops = [int(problem.visit_stop[s.visit]) for s in services]
    visits = tuple(
        Visit(stop, s.start, int(problem.stop_minutes[stop]))
        for stop, s in zip(stops, services, strict=True)
    )
    base = int(problem.team_base[k])
    legs = [
        int(problem.travel[a, b]) for a, b in zip([base, *stops], [*stops, base], strict=True)
    ]
    if not visits:
        return Route(team, (), team.start, 0)
    return Route(team, visits, visits[-1].arrive + visits[-1].minutes + legs[-1], sum(legs))
