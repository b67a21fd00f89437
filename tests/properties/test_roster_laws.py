"""A plan is never infeasible: random rosters, rules and limits, followed minute by minute.

The follower below reads the plan alone and shares no code with what made it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.operations import Move, PatrolRules, draw_weights, plan_shift, straight_line
from peelian.terms import Base, Break, Needs, ParameterError, Shift, Spots, Team

SEEDS = st.integers(0, 2**32)
SKILLS = ("arch", "driver", "dog")


@st.composite
def shifts(draw):
    """Spots, a roster of mixed teams, needs and rules."""
    rng = np.random.default_rng(draw(SEEDS))
    n, n_teams = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    minutes = draw(st.integers(90, 700))
    borders = (minutes // 2,) if draw(st.booleans()) else ()
    start = datetime(2018, 12, 14, 6, tzinfo=UTC)
    shift = Shift(start, start + timedelta(minutes=minutes), borders)
    spots = Spots(
        np.arange(n),
        rng.normal(0, 3000, n),
        rng.normal(0, 3000, n),
        rng.gamma(0.8, 1, n) + 0.01,
        tuple(f"Spot {i}" for i in range(n)),
    )
    teams = []
    for k in range(n_teams):
        begin = int(rng.integers(0, minutes - 60))
        end = int(rng.integers(begin + 60, minutes + 1))
        meal = None
        if rng.random() < 0.5:
            opens = int(rng.integers(begin, end - 29))
            meal = Break(30, opens, int(rng.integers(opens, end - 29)))
        teams.append(
            Team(
                f"Team {k}",
                Base(f"Base {k}", *rng.normal(0, 2000, 2).tolist()),
                begin,
                end,
                mode=str(rng.choice(["vehicle", "foot"])),
                crew=int(rng.integers(1, 4)),
                skills=tuple(rng.choice(SKILLS, rng.integers(0, 3), replace=False).tolist()),
                meal=meal,
                agency="BTP" if k == 1 else "police",
                places=("stations",) if k == 1 else (),
            )
        )
    some = rng.random(n) < 0.3
    needs = Needs(
        crew=np.where(some, 2, 1),
        skills=tuple(("arch",) if rng.random() < 0.2 else () for _ in range(n)),
        recent=rng.integers(0, 4, n),
        minimum=rng.integers(0, 3, n),
        maximum=rng.choice([0, 3, 4], n),
        district=tuple(rng.choice(["North", "South", ""], n).tolist()),
        within={"stations": rng.random(n) < 0.5},
    )
    rules = PatrolRules(
        iterations=15,
        min_gap=draw(st.sampled_from([0, 30, 60])),
        district_minutes=draw(st.sampled_from([0, 30])),
        floor=0.0,
        ceiling=1.0,
    )
    return spots, tuple(teams), shift, needs, rules


def follow(plan, teams, needs, rules):
    """Every promise of a plan, by its routes; returns its value."""
    travel = straight_line(plan.spots, teams).minutes
    n, at_spot, value = len(plan.spots), {}, 0.0
    for k, (route, team) in enumerate(zip(plan.routes, teams, strict=True)):
        assert route.team == team
        legs = travel[0 if team.mode == "vehicle" else 1]
        base, place, free, driven = n + k, n + k, team.start, 0
        todo = [(v.arrive, v.minutes, v.spot) for v in route.visits]
        assert (route.meal_at is None) == (team.meal is None)
        if team.meal:
            assert team.meal.opens <= route.meal_at <= team.meal.closes
            todo.append((route.meal_at, team.meal.minutes, base))
        for begins, minutes, there in sorted(todo):
            assert begins >= free + legs[place, there]
            driven += legs[place, there]
            place, free = there, begins + minutes
        if todo:
            assert route.back == free + legs[place, base] <= team.end
            assert route.travel_minutes == driven + legs[place, base]
        for visit in route.visits:
            spot = visit.spot
            assert plan.draw.active[spot]
            assert visit.minutes == rules.stop_minutes
            assert team.crew >= needs.crew[spot]
            assert set(needs.skills[spot]) <= set(team.skills)
            assert not team.places or needs.within["stations"][spot]
            at_spot.setdefault(spot, []).append(visit.arrive)
    for spot, starts in at_spot.items():
        starts.sort()
        for before, after in pairwise(starts):
            assert after - before - rules.stop_minutes >= rules.min_gap
        if needs.maximum[spot]:
            assert needs.recent[spot] + len(starts) <= needs.maximum[spot]
        edges = [0, *plan.shift.borders, plan.shift.minutes + 1]
        for a, b in pairwise(edges):
            in_shift = sum(a <= s < b for s in starts)
            value += plan.spots.worth[spot] * sum(0.5**j for j in range(in_shift))
    return value


def planned(case, seed, **given):
    """The plan, or None where no team may go anywhere."""
    spots, teams, shift, needs, rules = case
    try:
        return plan_shift(spots, teams, shift, seed=seed, rules=rules, needs=needs, **given)
    except ParameterError as error:
        assert "too short" in str(error) or "no team may visit" in str(error)
        return None


@settings(max_examples=80, deadline=None)
@given(case=shifts(), seed=st.integers(0, 99))
def test_a_plan_keeps_every_rule_of_the_roster(case, seed):
    spots, teams, _, needs, rules = case
    plan = planned(case, seed)
    if plan is None:
        return
    # A block that was made longer, for a weekly maximum, may lie across the border.
    value = follow(plan, teams, needs, rules)
    if not needs.maximum.any():
        assert abs(plan.value - value) < 1e-9
    at_most = needs.maximum - needs.recent
    assert np.all(plan.draw.probability[(needs.maximum > 0) & (at_most <= 0)] == 0)
    drawn = plan.draw.probability[plan.draw.probability > 0]
    assert abs(drawn.sum() - plan.draw.active.sum()) < 1e-9
    assert np.array_equal(plan.draw.weight, draw_weights(spots.worth, needs))


@settings(max_examples=40, deadline=None)
@given(case=shifts(), seed=st.integers(0, 99), data=st.data())
def test_a_stop_given_to_another_team_keeps_every_rule_too(case, seed, data):
    _, teams, _, needs, rules = case
    plan = planned(case, seed)
    stops = [(v, k) for k, r in enumerate(plan.routes) for v in r.visits] if plan else []
    if not stops:
        return
    visit, giver = data.draw(st.sampled_from(stops))
    taker = data.draw(st.integers(0, len(teams) - 1))
    try:
        moved = planned(case, seed, moves=(Move(visit.spot, visit.arrive, taker),))
    except AssertionError as error:  # the team may not, or cannot in its hours
        said = str(error.__context__)
        assert any(
            words in said for words in ("do not let", "does not fit", "too near in time")
        )
        return
    follow(moved, teams, needs, rules)
    assert any(v.spot == visit.spot for v in moved.routes[taker].visits)
    for k, (before, after) in enumerate(zip(plan.routes, moved.routes, strict=True)):
        if k not in (giver, taker):
            assert before == after
    (cost,) = moved.moved
    assert abs(moved.value - plan.value - cost.value) < 1e-9
    driven = [sum(r.travel_minutes for r in p.routes) for p in (plan, moved)]
    assert cost.minutes == driven[0] - driven[1]


@settings(max_examples=30, deadline=None)
@given(case=shifts(), seed=st.integers(0, 99))
def test_a_spot_that_is_owed_visits_is_drawn_no_less_often(case, seed):
    spots, teams, shift, needs, rules = case
    n = len(spots)
    free = replace(needs, maximum=np.zeros(n, dtype=int), minimum=np.zeros(n, dtype=int))
    owed = replace(free, minimum=np.where(np.arange(n) == 0, 3, 0), recent=np.zeros(n, int))
    plans = [planned((spots, teams, shift, some, rules), seed) for some in (free, owed)]
    if None not in plans:
        before, after = (plan.draw.probability[0] for plan in plans)
        assert after >= before - 1e-12
