"""What a plan takes for granted, and what came of it, in sentences."""

from collections.abc import Sequence

import numpy as np

from peelian.operations.rotation import ALL_ACTIVE
from peelian.operations.routes import PatrolRules
from peelian.operations.travel import TravelTimes
from peelian.operations.weekly import WEEK, visits_left
from peelian.terms import FOOT, POLICE, Bools, Draw, Needs, Route, Shift, Spots, Team


def assumptions(
    teams: Sequence[Team], shift: Shift, needs: Needs, travel: TravelTimes, rules: PatrolRules
) -> tuple[str, ...]:
    """What the plan takes for granted, in words."""
    said = [
        "A spot is worth the same at every hour of the shift: times of day are an assumption, "
        "not a finding. Start times and directions are varied at random.",
        "A first visit is worth what the forecast expects at the spot, each further one in "
        f"the shift {rules.rho:g} of the one before. This is an assumption about effect, not "
        "a prediction of crimes prevented; no effect size is applied.",
        f"A stop lasts {rules.stop_minutes} minutes. A spot gets one visit at most in a "
        f"block of about {rules.block_minutes} minutes, and none within {rules.min_gap} "
        "minutes.",
        *travel.said,
    ]
    if shift.borders:
        said.append(
            f"{len(shift.borders) + 1} shifts are planned together from one draw: the gap "
            "between visits is kept across their borders, and the first visit of each shift "
            "counts in full."
        )
    if any(team.meal for team in teams):
        said.append("Breaks are taken at base.")
    if any(team.mode == FOOT for team in teams):
        n = sum(team.mode == FOOT for team in teams)
        said.append(f"{n} of {len(teams)} teams go on foot, the others by vehicle.")
    others = sorted({team.agency for team in teams} - {POLICE})
    if others:
        said.append(
            f"Teams of {', '.join(others)} serve only the places that the roster gives them."
        )
    if needs.minimum.any() or needs.maximum.any():
        said.append(
            f"Visits of the {WEEK} days before count towards weekly limits. A spot that is "
            "owed visits has a larger chance of being drawn, and is worth more to the routes, "
            "by the share of its minimum that it is owed; one at its maximum is left out. The "
            "chances stay known, so the draw can be evaluated."
        )
    return tuple(said)


def what_happened(
    spots: Spots,
    reachable: Bools,
    draw: Draw,
    routes: Sequence[Route],
    needs: Needs,
    rules: PatrolRules,
) -> tuple[str, ...]:
    """What was drawn, what was left out and what got no visit, in words."""
    said = []
    n_active, n = int(draw.active.sum()), int(reachable.sum())
    if draw.method == ALL_ACTIVE:
        said.append(f"No rotation: all {n} spots are active, so the draw cannot be evaluated.")
    else:
        owed = needs.minimum > needs.recent
        to_what = "worth and visits owed" if owed.any() else "worth"
        said.append(
            f"{n_active} of {n} spots were drawn for this shift with probability proportional "
            f"to {to_what}, from {draw.probability[reachable].min():.2f} to "
            f"{draw.probability.max():.2f} (seed {draw.seed})."
        )
    full = visits_left(needs.recent, needs.maximum) == 0
    if full.any():
        left = [spots.names[i] for i in np.flatnonzero(full)]
        said.append(f"Left out, because the weekly maximum is reached: {', '.join(left)}.")
    lost = ~reachable & ~full
    if lost.any():
        left = [spots.names[i] for i in np.flatnonzero(lost)]
        said.append(
            f"Left out, because no team can get there, stop and be back in its hours: "
            f"{', '.join(left)}."
        )
    visited = {visit.spot for route in routes for visit in route.visits}
    passed = [spots.names[i] for i in np.flatnonzero(draw.active) if i not in visited]
    if passed:
        said.append(f"Drawn but not visited, for want of team time: {', '.join(passed)}.")
    if rules.district_minutes:
        said.append(_district_service(draw, routes, needs, rules.district_minutes))
    return tuple(said)


def _district_service(draw: Draw, routes: Sequence[Route], needs: Needs, least: int) -> str:
    """Which districts got their least minutes, and why others did not."""
    names = sorted(set(needs.district) - {""})
    drawn = {needs.district[i] for i in np.flatnonzero(draw.active)}
    minutes = dict.fromkeys(names, 0)
    for route in routes:
        for visit in route.visits:
            if needs.district[visit.spot]:
                minutes[needs.district[visit.spot]] += visit.minutes
    said = f"Each district with a spot drawn is to get {least} minutes before worth counts."
    short = [
        f"{name} {minutes[name]}" for name in names if name in drawn and minutes[name] < least
    ]
    none = [name for name in names if name not in drawn]
    if short:
        said += f" Not reached, for want of team time or of spots: {', '.join(short)} minutes."
    if none:
        said += f" No spot was drawn in {', '.join(none)}."
    return said if short or none else f"{said} All of them do."
