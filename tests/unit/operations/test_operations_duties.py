"""Who may be sent where, what a week asks, and what a district gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from peelian.operations import (
    NO_LIMIT,
    Move,
    PatrolRules,
    RoutingProblem,
    Service,
    check_routes,
    draw_weights,
    may_serve,
    move_visit,
    no_needs,
    plan_shift,
    single_hours,
    solve,
    visit_at,
    visits_left,
    wanted_visits,
)
from peelian.terms import (
    Base,
    Break,
    DataError,
    Needs,
    ParameterError,
    Shift,
    Spots,
    Team,
)

BASE = Base("South", 0.0, 0.0)
START = datetime(2018, 12, 14, 14, tzinfo=UTC)


def spots(n=3, reach=500.0):
    names = tuple(f"Spot {i}" for i in range(n))
    x = np.arange(1.0, n + 1) * reach
    return Spots(np.arange(n), x, np.zeros(n), np.arange(n, 0, -1.0), names)


def needs(n=3, **given):
    return replace(no_needs(spots(n)), **given)


def team(name="One", **given):
    return Team(name, BASE, 0, 480, **given)


def test_a_crew_skills_and_places_decide_who_may_go():
    asked = needs(
        crew=np.array([1, 2, 1]),
        skills=((), (), ("arch",)),
        within={"stations": np.array([True, False, True])},
    )
    teams = (
        team("Single", crew=1),
        team("Double"),
        team("Arch", skills=("driver", "arch")),
        team("Rail", agency="BTP", places=("stations",)),
    )
    assert may_serve(teams, asked).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
        [True, False, False],
    ]
    with pytest.raises(
        ParameterError, match="place 'moon' is not known; there are 'stations'"
    ):
        may_serve((team(places=("moon",)),), asked)


def test_single_crews_keep_their_hours_and_leave_a_break_outside_them():
    teams = (
        team("Pair", meal=Break(30, 300, 400)),
        team("Lone", crew=1, meal=Break(30, 200, 400)),
        team("Late", crew=1, meal=Break(30, 300, 400)),
    )
    kept, left = single_hours(teams, [(0, 60), (100, 300)])
    assert left == ()
    assert [(t.start, t.end) for t in kept] == [(0, 480), (100, 300), (100, 300)]
    assert kept[1].meal == Break(30, 200, 270)
    assert kept[2].meal is None
    assert single_hours(teams, [])[1] == ("Lone", "Late")


def test_what_a_week_owes_and_leaves():
    asked = needs(
        recent=np.array([0, 2, 9]), minimum=np.array([4, 4, 4]), maximum=np.array([0, 6, 6])
    )
    assert draw_weights(np.array([10.0, 2.0, 1.0]), asked).tolist() == [20.0, 7.0, 1.0]
    assert visits_left(asked.recent, asked.maximum).tolist() == [NO_LIMIT, 4, 0]
    assert draw_weights(np.array([]), needs(0)).tolist() == []
    with pytest.raises(ParameterError, match="spot 1: a weekly minimum of 4 visits is above"):
        needs(minimum=np.array([0, 4, 0]), maximum=np.array([0, 3, 0]))


def planned(asked=None, teams=None, rules=None, **given):
    shift = Shift(START, START + timedelta(hours=8))
    quick = rules or PatrolRules(iterations=30)
    return plan_shift(
        spots(), teams or (team(),), shift, seed=1, needs=asked, rules=quick, **given
    )


def test_a_spot_at_its_weekly_maximum_is_left_out_and_named():
    asked = needs(recent=np.array([3, 0, 0]), maximum=np.array([3, 3, 3]))
    plan = planned(asked, n_active=2)
    assert plan.draw.probability[0] == 0
    assert "weekly maximum is reached: Spot 0." in " ".join(plan.assumptions)
    visits = [v.spot for v in plan.routes[0].visits]
    assert 0 not in visits
    assert visits.count(1) <= 3


def test_when_the_rules_leave_no_team_for_any_spot_that_is_said():
    with pytest.raises(ParameterError, match="no team may visit any spot in its hours"):
        planned(needs(crew=np.array([5, 5, 5])))


def test_each_district_gets_its_least_minutes_before_worth_counts():
    """The worthless spot of the far district would get nothing: 40 minutes fit one trip."""
    far = Spots(
        np.arange(2), np.array([500.0, -500.0]), np.zeros(2), np.array([9.0, 0.1]), ("A", "B")
    )
    shift = Shift(START, START + timedelta(minutes=40))
    asked = replace(no_needs(far), district=("Rich", "Poor"))
    teams = (Team("One", BASE, 0, 34),)

    def visited(rules):
        plan = plan_shift(far, teams, shift, seed=1, n_active=2, needs=asked, rules=rules)
        return {v.spot for v in plan.routes[0].visits}, " ".join(plan.assumptions)

    spots_seen, _ = visited(PatrolRules(iterations=50))
    assert spots_seen == {0}
    _, said = visited(PatrolRules(iterations=50, district_minutes=15))
    assert "Not reached, for want of team time or of spots" in said
    problem = RoutingProblem(
        travel=np.zeros((3, 3), dtype=int),
        team_base=np.array([2]),
        team_start=np.array([0]),
        team_end=np.array([20]),
        stop_place=np.array([0, 1]),
        stop_minutes=np.array([15, 15]),
        visit_stop=np.array([0, 0, 1, 1]),
        visit_value=np.array([9.0, 9, 0.1, 0.1]),
        visit_open=np.array([0, 0, 0, 0]),
        visit_close=np.array([5, 5, 5, 5]),
    )
    rng = np.random.default_rng(0)
    wanted = wanted_visits(problem, ("", "Poor"), 15, rng=rng)
    assert wanted.sum() == 1
    assert problem.visit_stop[wanted].tolist() == [1]
    ranked = replace(problem, visit_rank=wanted.astype(int))
    ((service,),) = solve(ranked, iterations=5, rng=rng)
    assert problem.visit_stop[service.visit] == 1


def two_teams(**changes):
    """Two stops five minutes from both bases, each with two visits an hour apart."""
    base = RoutingProblem(
        travel=np.array([[0, 5, 5, 5], [5, 0, 5, 5], [5, 5, 0, 5], [5, 5, 5, 0]]),
        team_base=np.array([0, 3]),
        team_start=np.array([0, 0]),
        team_end=np.array([120, 120]),
        stop_place=np.array([1, 2]),
        stop_minutes=np.array([10, 10]),
        visit_stop=np.array([0, 0, 1, 1]),
        visit_value=np.array([4.0, 4, 2, 2]),
        visit_open=np.array([0, 40, 0, 40]),
        visit_close=np.array([39, 110, 39, 110]),
        rho=0.5,
        min_gap=20,
    )
    return replace(base, **changes)


ROUTES = ((Service(0, 35), Service(1, 70)), (Service(2, 10),))


def test_a_move_keeps_the_gap_to_the_visits_that_stand():
    """Team 0 keeps its visit to stop 0 at minute 70, so the other is over by minute 50."""
    three = two_teams(
        team_base=np.array([0, 3, 0]), team_start=np.zeros(3, int), team_end=np.full(3, 120)
    )
    routes = ((Service(1, 65),), (Service(0, 20),), ())
    for seed in range(20):
        made = move_visit(three, routes, 0, 2, iterations=20, rng=np.random.default_rng(seed))
        assert made[0] == routes[0]
        (start,) = (s.start for s in made[2] if s.visit == 0)
        assert start <= 35
        check_routes(three, made)


def test_a_visit_given_away_stays_there_in_the_next_move():
    problem = two_teams()
    rng = np.random.default_rng(1)
    first = move_visit(problem, ROUTES, 0, 1, iterations=20, rng=rng)
    assert 0 in [s.visit for s in first[1]]
    then = move_visit(problem, first, 2, 0, iterations=20, rng=rng, pinned={0: 1})
    assert 0 in [s.visit for s in then[1]]
    assert 2 in [s.visit for s in then[0]]


def test_a_move_against_the_rules_or_the_clock_is_refused():
    allowed = np.array([[True] * 4, [False, True, True, True]])
    rng = np.random.default_rng(1)
    with pytest.raises(ParameterError, match="the rules do not let this team go there"):
        move_visit(two_teams(allowed=allowed), ROUTES, 0, 1, iterations=5, rng=rng)
    late = two_teams(team_start=np.array([0, 60]))
    routes = (ROUTES[0], ())
    with pytest.raises(ParameterError, match="does not fit into the team's hours"):
        move_visit(late, routes, 0, 1, iterations=5, rng=rng)
    with pytest.raises(ParameterError, match="no team stops at 1 about minute 60"):
        visit_at(two_teams(), ROUTES, 1, 60)
    with pytest.raises(ParameterError, match=r"move 1: no team 9 or no such spot"):
        planned(moves=(Move(0, 10, 8),))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"team_mode": np.array([0, 1])}, "team mode: an index is outside 0 to 0"),
        ({"allowed": np.ones((2, 3), dtype=bool)}, r"allowed has shape \(2, 3\)"),
        ({"visit_rank": np.zeros(3, dtype=int)}, "visits: rank has 3 entries"),
        ({"travel": np.zeros((2, 4, 3), dtype=int)}, "square matrix"),
    ],
)
def test_limits_that_do_not_fit_are_named(changes, says):
    with pytest.raises(ParameterError, match=says):
        two_teams(**changes)


def test_the_checker_sees_a_rule_broken_and_a_break_left_out():
    barred = two_teams(allowed=np.array([[False] * 4, [True] * 4]))
    with pytest.raises(
        DataError, match=r"team 0, stop 0, visit 0: this team may not serve it"
    ):
        check_routes(barred, ROUTES)
    asked = two_teams(visit_rank=np.array([0, 0, 0, 2]))
    with pytest.raises(DataError, match="stop 1, visit 1: it must be served, and is not"):
        check_routes(asked, ROUTES)


def test_a_team_on_foot_is_checked_by_its_own_minutes():
    slow = np.stack([two_teams().travel, two_teams().travel * 4])
    walking = two_teams(travel=slow, team_mode=np.array([0, 1]))
    with pytest.raises(DataError, match="starts at minute 10, there only at 20"):
        check_routes(walking, ROUTES)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"mode": "horse"}, "travels by 'horse'; give vehicle or foot"),
        ({"crew": 0}, "a crew of 0"),
        ({"meal": Break(30, 470, 475)}, "does not lie in its hours"),
        ({"meal": Break(0, 100, 200)}, "a break of 0 minutes"),
    ],
)
def test_a_team_that_cannot_be_is_refused(given, says):
    with pytest.raises(ParameterError, match=says):
        team(**given)


def test_needs_must_fit_each_other():
    with pytest.raises(ParameterError, match="2 skills, expected 3"):
        needs(skills=((), ()))
    with pytest.raises(ParameterError, match="recent must be zero or more"):
        needs(recent=np.array([0, -1, 0]))
    assert isinstance(needs(), Needs)


def test_borders_of_shifts_must_rise_inside_them():
    with pytest.raises(ParameterError, match="must rise between 0 and 480"):
        Shift(START, START + timedelta(hours=8), (500,))
