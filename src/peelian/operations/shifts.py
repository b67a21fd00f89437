"""One shift from its spots and teams: who can be reached, today's draw, the routes."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from peelian.operations.checks import require_unique, require_worth
from peelian.operations.rotation import ALL_ACTIVE, draw_spots
from peelian.operations.routes import (
    PatrolRules,
    check_teams,
    check_travel,
    place_minutes,
    plan_routes,
    reachable_spots,
)
from peelian.operations.travel import (
    DETOUR,
    FIXED_MINUTES,
    FOOT_M_MIN,
    FOOT_REACH,
    OPEN_ROAD_KM_H,
    TOWN_KM_H,
    TOWN_REACH,
)
from peelian.terms import (
    Bools,
    Draw,
    Floats,
    Ints,
    ParameterError,
    PatrolPlan,
    RiskSurface,
    Route,
    Shift,
    Spots,
    Team,
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
    travel: Ints | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PatrolPlan:
    """Plan one shift: leave out what cannot be reached, draw today's spots, find routes.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    shift : Shift
    seed : int
        Everything random follows from it: the same seed and input give the same plan.
    n_active : int, optional
        Spots to draw; half of those that can be reached when not given (as in the Thames
        Valley trial). All of them switches the rotation off.
    rules : PatrolRules, optional
    travel : array of int, shape (n_spots + n_teams, n_spots + n_teams), optional
        Spots first, then team bases; straight line x detour when not given. [minutes]
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
        impossible, or no spot can be visited in time (the message says how long the shortest
        trip takes).
    """
    rules = rules or PatrolRules()
    check_teams(teams, shift.minutes)
    if not len(spots):
        raise ParameterError("no spots: choose one hot spot at least")
    require_unique("spots", spots.names)
    require_worth(spots.worth, spots.names)
    if n_active is not None and not 1 <= n_active <= len(spots):
        raise ParameterError(f"n_active is {n_active}: draw from 1 to {len(spots)} spots")
    default_travel = travel is None
    travel = place_minutes(spots, teams) if travel is None else travel
    check_travel(travel, len(spots), len(teams))
    reachable = reachable_spots(spots, teams, shift.minutes, travel, rules)
    if not reachable.any():
        raise ParameterError(_too_short(spots, teams, shift, travel, rules))

    n = int(reachable.sum())
    drawn = min(n_active, n) if n_active is not None else (n + 1) // 2
    draw = _draw_reachable(spots, reachable, drawn, seed, rules)
    routes, value = plan_routes(
        spots,
        draw.active,
        teams,
        shift.minutes,
        rng=np.random.default_rng([seed, 1]),
        rules=rules,
        travel=travel,
        progress=progress,
    )
    said = _assumptions(rules, default_travel)
    said += _what_happened(spots, reachable, draw, routes)
    return PatrolPlan(shift, spots, draw, routes, value, said)


def _draw_reachable(
    spots: Spots, reachable: Bools, n: int, seed: int, rules: PatrolRules
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
    draw = draw_spots(few, n, seed=seed, floor=rules.floor, ceiling=rules.ceiling)
    probability, active = np.zeros(len(spots)), np.zeros(len(spots), dtype=np.bool_)
    probability[kept], active[kept] = draw.probability, draw.active
    return Draw(probability, active, seed, draw.method)


def _too_short(
    spots: Spots, teams: Sequence[Team], shift: Shift, travel: Ints, rules: PatrolRules
) -> str:
    """Why no spot can be visited."""
    n = len(spots)
    there, back = travel[n:, :n], travel[:n, n:].T
    trip = there + back + rules.stop_minutes
    team, spot = divmod(int(np.argmin(trip)), n)
    longest = max(t.end - t.start for t in teams)
    return (
        f"the shift is too short for one stop: it has {shift.minutes} minutes and the longest "
        f"team's hours {longest}, but the shortest trip, {teams[team].name!r} to "
        f"{spots.names[spot]!r} and back with a stop of {rules.stop_minutes} minutes, takes "
        f"{trip[team, spot]}; lengthen the shift, or use nearer bases or shorter stops"
    )


def _assumptions(rules: PatrolRules, default_travel: bool) -> tuple[str, ...]:
    """What the plan takes for granted, in words."""
    travel = (
        f"Travel is the straight line times {DETOUR}, not a road network: ways under "
        f"{FOOT_REACH:.0f} m on foot at {FOOT_M_MIN * 0.06:.1f} km/h, others by vehicle at "
        f"{TOWN_KM_H:.0f} km/h under {TOWN_REACH / 1000:.0f} km and {OPEN_ROAD_KM_H:.0f} km/h "
        f"above, plus {FIXED_MINUTES:.0f} minutes to set off and park."
    )
    return (
        "A spot is worth the same at every hour of the shift: times of day are an assumption, "
        "not a finding. Start times and directions are varied at random.",
        "A first visit is worth what the forecast expects at the spot, each further one in "
        f"the shift {rules.rho:g} of the one before. This is an assumption about effect, not "
        "a prediction of crimes prevented; no effect size is applied.",
        f"A stop lasts {rules.stop_minutes} minutes. A spot gets one visit at most in a "
        f"block of about {rules.block_minutes} minutes, and none within {rules.min_gap} "
        "minutes.",
        travel if default_travel else "Travel times were given with the plan.",
    )


def _what_happened(
    spots: Spots, reachable: Bools, draw: Draw, routes: tuple[Route, ...]
) -> tuple[str, ...]:
    """What was drawn, what was left out and what got no visit, in words."""
    said = []
    n_active, n = int(draw.active.sum()), int(reachable.sum())
    if draw.method == ALL_ACTIVE:
        said.append(f"No rotation: all {n} spots are active, so the draw cannot be evaluated.")
    else:
        said.append(
            f"{n_active} of {n} spots were drawn for this shift with probability proportional "
            f"to worth, from {draw.probability[reachable].min():.2f} to "
            f"{draw.probability.max():.2f} (seed {draw.seed})."
        )
    if not reachable.all():
        left = [spots.names[i] for i in np.flatnonzero(~reachable)]
        said.append(
            f"Left out, because no team can get there, stop and be back in its hours: "
            f"{', '.join(left)}."
        )
    visited = {visit.spot for route in routes for visit in route.visits}
    passed = [spots.names[i] for i in np.flatnonzero(draw.active) if i not in visited]
    if passed:
        said.append(f"Drawn but not visited, for want of team time: {', '.join(passed)}.")
    return tuple(said)
