"""From spots, teams and rules to routes: the problem posed, solved and varied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from peelian.operations.checker import check_routes
from peelian.operations.checks import require_fraction
from peelian.operations.duties import may_serve
from peelian.operations.problem import (
    ORDINARY,
    REQUIRED,
    Routes,
    RoutingProblem,
    Service,
    window_blocks,
)
from peelian.operations.rotation import CEILING, FLOOR
from peelian.operations.search import solve
from peelian.operations.visits import RHO, value_of_visits
from peelian.operations.weekly import draw_weights, visits_left
from peelian.terms import (
    MODES,
    STOP_MINUTES,
    Bools,
    Ints,
    Needs,
    ParameterError,
    Route,
    Shift,
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
        Rounds of the route search for each shift planned together: a budget in work, not in
        seconds, so that the same plan can be made again.
    district_minutes : int
        Least minutes of stops in each district that has a spot drawn, served before worth
        counts; 0: none. [minutes]
    """

    stop_minutes: int = STOP_MINUTES
    rho: float = RHO
    block_minutes: int = 120
    min_gap: int = 60
    floor: float = FLOOR
    ceiling: float = CEILING
    iterations: int = 2000
    district_minutes: int = 0

    def __post_init__(self) -> None:
        for name in ("rho", "floor", "ceiling"):
            require_fraction(name, getattr(self, name))
        for name, least in (
            ("stop_minutes", 1),
            ("block_minutes", 1),
            ("min_gap", 0),
            ("iterations", 0),
            ("district_minutes", 0),
        ):
            value = getattr(self, name)
            if value < least:
                raise ParameterError(f"{name} is {value}: give a whole number from {least}")


def shift_problem(
    spots: Spots, teams: Sequence[Team], shift: Shift, needs: Needs, *,
    travel: Ints, rules: PatrolRules,
) -> RoutingProblem:  # fmt: skip
    """The routing problem of a shift: one visit to each spot in each block, and the breaks.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    shift : Shift
    needs : Needs
    travel : array of int, shape (n_modes, n_spots + n_teams, n_spots + n_teams)
        By mode, in the order of MODES; spots first, then the base of each team. [minutes]
    rules : PatrolRules

    Returns
    -------
    RoutingProblem
        Stops are numbered as the spots, after them the breaks. A spot with a weekly maximum
        has no more visits, in longer blocks, than are left of it.

    Raises
    ------
    ParameterError
        If ``travel`` does not have a row and a column for each spot and team.
    """
    n, n_teams = len(spots), len(teams)
    check_travel(travel, n, n_teams)
    left = visits_left(needs.recent, needs.maximum)
    blocks = {most: _blocks(shift, rules, most) for most in set(left.tolist())}
    spot_blocks = [blocks[most] for most in left.tolist()]
    meals = [(k, team.meal) for k, team in enumerate(teams) if team.meal]

    stop_place = np.concatenate([np.arange(n), [n + k for k, _ in meals]]).astype(np.int64)
    lasts = [rules.stop_minutes] * n + [meal.minutes for _, meal in meals]
    visit_stop = np.repeat(
        np.arange(n + len(meals)), [*map(len, spot_blocks), *[1 for _ in meals]]
    )
    windows = [window for several in spot_blocks for window in several]
    windows += [(meal.opens, meal.closes) for _, meal in meals]
    opens, closes = np.array(windows, dtype=np.int64).reshape(-1, 2).T
    value = np.append(draw_weights(spots.worth, needs), np.zeros(len(meals)))
    part = np.searchsorted(np.array(shift.borders, dtype=np.int64), opens, side="right")
    allowed = np.zeros((n_teams, n + len(meals)), dtype=np.bool_)
    allowed[:, :n] = may_serve(teams, needs)
    for j, (k, _) in enumerate(meals):
        allowed[k, n + j] = True
    return RoutingProblem(
        travel=travel,
        team_base=n + np.arange(n_teams),
        team_start=np.array([team.start for team in teams], dtype=np.int64),
        team_end=np.array([team.end for team in teams], dtype=np.int64),
        stop_place=stop_place,
        stop_minutes=np.array(lasts, dtype=np.int64),
        visit_stop=visit_stop,
        visit_value=value[visit_stop],
        visit_open=opens,
        visit_close=closes,
        rho=rules.rho,
        min_gap=rules.min_gap,
        team_names=tuple(team.name for team in teams),
        stop_names=(*spots.names, *(f"break of {teams[k].name}" for k, _ in meals)),
        team_mode=np.array([MODES.index(team.mode) for team in teams], dtype=np.int64),
        allowed=allowed[:, visit_stop],
        visit_group=visit_stop * (len(shift.borders) + 1) + part,
        visit_rank=np.where(visit_stop < n, ORDINARY, REQUIRED),
    )


def reachable_stops(problem: RoutingProblem) -> Bools:
    """Which stops some team may serve, can reach, stay at and be back from in its hours.

    Parameters
    ----------
    problem : RoutingProblem

    Returns
    -------
    array of bool, shape (n_stops,)
    """
    place = problem.stop_place[problem.visit_stop]
    need = problem.stop_minutes[problem.visit_stop]
    reachable = np.zeros(problem.n_stops, dtype=np.bool_)
    for team in range(problem.n_teams):
        travel, base = problem.travel_of(team), problem.team_base[team]
        begin = np.maximum(problem.team_start[team] + travel[base, place], problem.visit_open)
        latest = problem.team_end[team] - travel[place, base] - need
        fits = begin <= np.minimum(latest, problem.visit_close)
        if problem.allowed is not None:
            fits &= problem.allowed[team]
        reachable[problem.visit_stop[fits]] = True
    return reachable


def plan_routes(
    problem: RoutingProblem,
    *,
    iterations: int,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> Routes:
    """Routes of high value that cannot be foretold.

    Half of all plans are driven the other way round, and start times vary within the slack.

    Parameters
    ----------
    problem : RoutingProblem
    iterations : int
        Rounds of search.
    rng : Generator
        The same generator, problem and rounds give the same routes.
    progress : callable, optional
        Called with rounds done and rounds in all.

    Returns
    -------
    tuple of tuples of Service
        Checked: every window, gap, limit and required visit is kept.

    Raises
    ------
    DataError
        If a required visit, such as a break, cannot be made.
    """
    backwards = rng.random() < 0.5
    posed = _mirrored(problem) if backwards else problem
    answer = solve(posed, iterations=iterations, rng=rng, progress=progress)
    if backwards:
        answer = _mirror_answer(problem, answer)
    answer = vary_starts(problem, answer, rng=rng)
    check_routes(problem, answer)
    return answer


def worth_of_routes(
    spots: Spots, problem: RoutingProblem, routes: Routes, *, rho: float
) -> float:
    """What the visits are worth together, with diminishing returns. [as worth]

    Parameters
    ----------
    spots : Spots
    problem : RoutingProblem
        As from ``shift_problem``; its values may have been raised for spots that are owed
        visits, the worth of the spots is not.
    routes : tuple of tuples of Service
    rho : float
        Each further visit is worth this share of the one before it.
    """
    visits = np.array([s.visit for route in routes for s in route], dtype=np.int64)
    visits = visits[problem.visit_stop[visits] < len(spots)]
    _, first, n = np.unique(problem.groups[visits], return_index=True, return_counts=True)
    worth = np.asarray(spots.worth, dtype=float)[problem.visit_stop[visits[first]]]
    return float(value_of_visits(worth, n, rho=rho).sum())


def routes_of(
    problem: RoutingProblem, teams: Sequence[Team], services: Routes, *, n_spots: int
) -> tuple[Route, ...]:
    """The services of each team as a route of spots, with its break.

    Parameters
    ----------
    problem : RoutingProblem
        As from ``shift_problem``.
    teams : sequence of Team
    services : tuple of tuples of Service
    n_spots : int
        Stops after these are breaks.
    """
    return tuple(
        _route(problem, team, k, services[k], n_spots) for k, team in enumerate(teams)
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
        base, minutes = int(problem.team_base[team]), problem.travel_of(team)
        stops = [int(problem.visit_stop[s.visit]) for s in route]
        places = [base, *problem.stop_place[stops].tolist(), base]
        needs = problem.stop_minutes[stops].tolist()
        travel = [int(minutes[a, b]) for a, b in pairwise(places)]

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


def check_travel(travel: Ints, n_spots: int, n_teams: int) -> None:
    """Raise ParameterError unless ``travel`` has a row and a column for each spot and team."""
    n = n_spots + n_teams
    if travel.shape != (len(MODES), n, n):
        raise ParameterError(
            f"travel has shape {travel.shape}: {n_spots} spots and {n_teams} teams need "
            f"({len(MODES)}, {n}, {n}), by mode, spots first"
        )


def _blocks(shift: Shift, rules: PatrolRules, most: int) -> list[tuple[int, int]]:
    """Start windows of the blocks of each shift, or ``most`` longer ones if those are more."""
    blocks = []
    for begin, end in pairwise((0, *shift.borders, shift.minutes)):
        n = max(1, round((end - begin) / rules.block_minutes))
        within = window_blocks(end - begin, n, stop_minutes=rules.stop_minutes)
        blocks += [(begin + a, begin + b) for a, b in within]
    if most >= len(blocks):
        return blocks
    return list(window_blocks(shift.minutes, most, stop_minutes=rules.stop_minutes))


def _horizon(problem: RoutingProblem) -> int:
    """A minute that nothing goes beyond."""
    need = problem.stop_minutes[problem.visit_stop]
    ends = np.concatenate([problem.team_end, problem.visit_close + need])
    return int(ends.max(initial=0))


def _mirrored(problem: RoutingProblem) -> RoutingProblem:
    """The same problem with time running backwards."""
    need, minutes = problem.stop_minutes[problem.visit_stop], _horizon(problem)
    return replace(
        problem,
        travel=np.swapaxes(problem.travel, -1, -2),
        team_start=minutes - problem.team_end,
        team_end=minutes - problem.team_start,
        visit_open=minutes - problem.visit_close - need,
        visit_close=minutes - problem.visit_open - need,
    )


def _mirror_answer(problem: RoutingProblem, routes: Routes) -> Routes:
    """Routes found with time running backwards, as they are driven."""
    need, minutes = problem.stop_minutes[problem.visit_stop], _horizon(problem)
    return tuple(
        tuple(Service(v, minutes - start - int(need[v])) for v, start in reversed(route))
        for route in routes
    )


def _route(
    problem: RoutingProblem, team: Team, k: int, services: tuple[Service, ...], n_spots: int
) -> Route:
    """One team's services as a route of spots."""
    if not services:
        return Route(team, (), team.start, 0)
    stops = [int(problem.visit_stop[s.visit]) for s in services]
    visits = tuple(
        Visit(stop, s.start, int(problem.stop_minutes[stop]))
        for stop, s in zip(stops, services, strict=True)
        if stop < n_spots
    )
    meals = [s.start for stop, s in zip(stops, services, strict=True) if stop >= n_spots]
    base, travel = int(problem.team_base[k]), problem.travel_of(k)
    places = [base, *problem.stop_place[stops].tolist(), base]
    legs = [int(travel[a, b]) for a, b in pairwise(places)]
    back = services[-1].start + int(problem.stop_minutes[stops[-1]]) + legs[-1]
    return Route(team, visits, back, sum(legs), meals[0] if meals else None)
