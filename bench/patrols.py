"""Three shifts, 150 spots, 40 teams: planned in one run, followed minute by minute, timed.

``python bench/patrols.py`` prints seconds and value for 13 or 14 teams in each shift, which
have more to do than they can, and for 40 in each. The spots are those of the E150 instance
(science, Appendix A); the gap between two visits to a spot is 60 minutes, across shifts too.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from peelian.operations import PatrolRules, plan_shift, straight_line
from peelian.terms import Base, PatrolPlan, Shift, Spots, Team

N_SPOTS, N_TOWNS, TEAMS, SHIFTS, HOURS = 150, 12, 40, 3, 8


def main(rounds: int = 10_000) -> None:
    spots, bases = county()
    start = datetime(2018, 12, 14, 6, tzinfo=UTC)
    minutes = HOURS * 60
    day = Shift(
        start,
        start + timedelta(minutes=SHIFTS * minutes),
        tuple(minutes * n for n in range(1, SHIFTS)),
    )
    rules = PatrolRules(iterations=rounds)
    plan_shift(spots, shared(bases), day, seed=0, rules=PatrolRules(iterations=1))  # compiles
    print(f"{N_SPOTS} spots, {SHIFTS} shifts of {HOURS} hours, gap {rules.min_gap} minutes,")
    print(f"{rounds:,} rounds for each shift; every spot is active\n")
    for words, teams in (
        (f"{TEAMS} teams, 13 or 14 in each shift", shared(bases)),
        (f"{TEAMS} teams in each shift", everywhere(bases)),
    ):
        begun = time.monotonic()
        plan = plan_shift(spots, teams, day, seed=1, n_active=N_SPOTS, rules=rules)
        seconds = time.monotonic() - begun
        value, visits = follow(plan, teams, rules)
        print(f"{words}: {visits} visits, value {value:.2f}, {seconds:.1f} s, no rule broken")


def county() -> tuple[Spots, list[Base]]:
    """The spots of E150, and for each of 40 teams the town it starts from."""
    rng = np.random.default_rng(20260101)
    towns = np.c_[rng.uniform(0, 60, N_TOWNS), rng.uniform(0, 50, N_TOWNS)] * 1000
    size = rng.dirichlet(np.full(N_TOWNS, 2.0))
    home = rng.choice(N_TOWNS, N_SPOTS, p=size)
    xy = towns[home] + rng.normal(0, 1000.0, (N_SPOTS, 2))
    worth = rng.gamma(0.8, 1.0, N_SPOTS)
    names = tuple(f"Spot {n}" for n in range(N_SPOTS))
    spots = Spots(np.arange(N_SPOTS), xy[:, 0], xy[:, 1], 100 * worth / worth.sum(), names)
    base = rng.choice(N_TOWNS, TEAMS, p=size).tolist()
    return spots, [Base(f"Town {town}", *towns[town].tolist()) for town in base]


def shared(bases: list[Base]) -> list[Team]:
    """Each team in one of the shifts."""
    return [team(k, k % SHIFTS, base) for k, base in enumerate(bases)]


def everywhere(bases: list[Base]) -> list[Team]:
    """Each team in all of the shifts: a team of its own in each."""
    return [team(k, n, base) for n in range(SHIFTS) for k, base in enumerate(bases)]


def team(number: int, shift: int, base: Base) -> Team:
    start = shift * HOURS * 60
    return Team(f"Team {number + 1}, shift {shift + 1}", base, start, start + HOURS * 60)


def follow(plan: PatrolPlan, teams: list[Team], rules: PatrolRules) -> tuple[float, int]:
    """The value and number of visits of a plan, after following every team; it asserts."""
    legs = straight_line(plan.spots, teams).minutes[0]
    n, starts = len(plan.spots), {}
    for k, route in enumerate(plan.routes):
        place, free = n + k, route.team.start
        for visit in route.visits:
            assert visit.arrive >= free + legs[place, visit.spot], "there too early"
            place, free = visit.spot, visit.arrive + visit.minutes
            starts.setdefault(visit.spot, []).append(visit.arrive)
        assert free + legs[place, n + k] <= route.team.end, "back too late"
    value = 0.0
    for spot, times in starts.items():
        for before, after in pairwise(sorted(times)):
            assert after - before - rules.stop_minutes >= rules.min_gap, "too soon again"
        for n_visits in np.bincount(np.array(times) // (HOURS * 60)).tolist():
            value += plan.spots.worth[spot] * sum(rules.rho**k for k in range(n_visits))
    assert abs(value - plan.value) < 1e-6
    return value, sum(map(len, starts.values()))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
