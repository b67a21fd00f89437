from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from peelian.operations import (
    PatrolRules,
    TravelTimes,
    base_named,
    no_needs,
    plan_shift,
    shift_problem,
    spots_from_risk,
    straight_line,
    travel_minutes,
    visit_hour_entropy,
)
from peelian.terms import (
    Base,
    Break,
    CellKind,
    Grid,
    ParameterError,
    RiskSurface,
    Shift,
    Spots,
    Team,
)

QUICK = PatrolRules(iterations=40)
TOWNS = np.array([(0, 0), (12_000, 3_000), (5_000, 16_000)], dtype=float)
BASES = tuple(
    Base(name, *xy)
    for name, xy in zip(("North", "East", "South"), TOWNS.tolist(), strict=True)
)


def county(n=18, seed=2):
    rng = np.random.default_rng(seed)
    xy = TOWNS[rng.integers(0, 3, n)] + rng.normal(0, 1500, (n, 2))
    names = tuple(f"Spot {i}" for i in range(n))
    return Spots(np.arange(n), xy[:, 0], xy[:, 1], rng.gamma(0.8, 1, n) + 0.01, names)


def three_teams(minutes=480):
    return tuple(Team(f"Team {b.name}", b, 0, minutes) for b in BASES)


def late_shift(minutes=480):
    start = datetime(2018, 12, 14, 14, tzinfo=UTC)
    return Shift(start, start + timedelta(minutes=minutes))


def test_a_plan_keeps_every_promise():
    spots, teams, shift = county(), three_teams(), late_shift()
    plan = plan_shift(spots, teams, shift, seed=4, rules=QUICK)
    travel = straight_line(spots, teams).minutes[0]
    times: dict[int, list[int]] = {}
    for k, route in enumerate(plan.routes):
        at, free, driven = len(spots) + k, route.team.start, 0
        for visit in route.visits:
            assert plan.draw.active[visit.spot]
            assert visit.minutes == 15
            assert visit.arrive >= free + travel[at, visit.spot]
            times.setdefault(visit.spot, []).append(visit.arrive)
            driven += travel[at, visit.spot]
            at, free = visit.spot, visit.arrive + visit.minutes
        assert route.back == free + travel[at, len(spots) + k] <= route.team.end
        assert route.travel_minutes == driven + travel[at, len(spots) + k]
    expected = 0.0
    for spot, starts in times.items():
        assert all(
            b - a >= 15 + 60 for a, b in zip(sorted(starts), sorted(starts)[1:], strict=False)
        )
        blocks = [start // 120 for start in starts]
        assert len(set(blocks)) == len(blocks)
        expected += spots.worth[spot] * sum(0.5**k for k in range(len(starts)))
    assert plan.value == pytest.approx(expected)
    assert plan.draw.active.sum() == 9
    assert plan.draw.probability.sum() == pytest.approx(9)
    assert max(len(starts) for starts in times.values()) > 1


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    made = [
        plan_shift(county(), three_teams(), late_shift(), seed=s, rules=QUICK)
        for s in (1, 1, 2)
    ]
    assert made[0].routes == made[1].routes
    assert made[0].assumptions == made[1].assumptions
    assert made[0].routes != made[2].routes


def test_the_hour_of_a_visit_cannot_be_foretold():
    """Over 40 days the main spot is visited in all hours of the shift, none of them sure.

    Four visits a day at fixed times would have the entropy ln 4; even hours have ln 8.
    """
    spots, teams = county(8, seed=1), three_teams()[:1]
    hours = np.zeros(8, dtype=np.int64)
    main = int(np.argmax(spots.worth))
    for seed in range(40):
        plan = plan_shift(spots, teams, late_shift(), seed=seed, n_active=8, rules=QUICK)
        arrivals = [v.arrive for v in plan.routes[0].visits if v.spot == main]
        hours += np.bincount(np.array(arrivals) // 60, minlength=8)
    assert hours.max() < 40
    assert visit_hour_entropy(hours) > 0.9 * np.log(8)


def test_a_lone_visit_starts_anywhere_in_its_slack():
    spots, teams = county(1), three_teams()[:1]
    rules = PatrolRules(iterations=0, block_minutes=480)
    starts = [
        plan_shift(spots, teams, late_shift(), seed=seed, rules=rules)
        .routes[0]
        .visits[0]
        .arrive
        for seed in range(60)
    ]
    assert visit_hour_entropy(np.bincount(np.array(starts) // 120)) > 0.9 * np.log(4)


def test_half_the_plans_run_the_other_way_round():
    spots = Spots(
        np.arange(2), np.array([3000.0, 6000.0]), np.zeros(2), np.ones(2), ("Near", "Far")
    )
    teams = (Team("One", Base("West", 0.0, 0.0), 0, 80),)
    firsts = [
        plan_shift(
            spots,
            teams,
            late_shift(80),
            seed=s,
            n_active=2,
            rules=PatrolRules(iterations=5, block_minutes=80),
        )
        .routes[0]
        .visits[0]
        .spot
        for s in range(30)
    ]
    assert 5 <= sum(firsts) <= 25


def test_an_unreachable_spot_is_left_out_and_named():
    spots = county()
    far = Spots(
        np.append(spots.cell, 99),
        np.append(spots.x, 900_000.0),
        np.append(spots.y, 0.0),
        np.append(spots.worth, 1e9),
        (*spots.names, "Lundy"),
    )
    plan = plan_shift(far, three_teams(), late_shift(), seed=1, rules=QUICK)
    assert plan.draw.probability[-1] == 0
    assert not plan.draw.active[-1]
    assert any("Left out" in said and "Lundy" in said for said in plan.assumptions)
    every = plan_shift(far, three_teams(), late_shift(), seed=1, n_active=19, rules=QUICK)
    assert every.draw.active.sum() == 18


def test_drawn_spots_without_a_visit_are_named():
    teams = (Team("One", BASES[0], 0, 60),)
    plan = plan_shift(county(), teams, late_shift(), seed=1, n_active=18, rules=QUICK)
    visited = {v.spot for v in plan.routes[0].visits}
    said = " ".join(plan.assumptions)
    assert "Drawn but not visited" in said or "Left out" in said
    assert plan.draw.active.sum() > len(visited)


def test_a_team_with_nothing_to_do_stays_at_base():
    spots = county(1)
    teams = (*three_teams(), Team("Spare", Base("Far", 700_000.0, 0.0), 60, 480))
    plan = plan_shift(spots, teams, late_shift(), seed=1, rules=QUICK)
    assert plan.routes[3].visits == ()
    assert (plan.routes[3].back, plan.routes[3].travel_minutes) == (60, 0)


def test_a_shift_over_the_clock_change_has_its_elapsed_minutes():
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/London")
    shift = Shift(
        datetime(2018, 10, 27, 22, tzinfo=zone), datetime(2018, 10, 28, 6, tzinfo=zone)
    )
    plan = plan_shift(county(), three_teams(shift.minutes), shift, seed=1, rules=QUICK)
    assert shift.minutes == 540
    assert all(route.back <= shift.minutes for route in plan.routes)


def bad(spots=None, teams=None, shift=None, **settings):
    return (
        county() if spots is None else spots,
        three_teams() if teams is None else teams,
        late_shift() if shift is None else shift,
        settings,
    )


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (bad(teams=()), "no teams"),
        (
            bad(shift=late_shift(10), teams=three_teams(10)),
            r"too short for one stop: it has 10 minutes",
        ),
        (bad(teams=three_teams(20)), r"longest team's hours 20"),
        (
            bad(teams=three_teams(500)),
            r"'Team North': hours from minute 0 to 500 leave the shift",
        ),
        (bad(teams=(Team("A", BASES[0], -5, 60),)), "hours from minute -5"),
        (
            bad(teams=(Team("A", BASES[0], 0, 60), Team("A", BASES[1], 0, 60))),
            "teams named more than once: 'A'",
        ),
        (
            bad(teams=(Team("A", Base("Lost", float("nan"), 0.0), 0, 60),)),
            "base 'Lost' has no coordinates",
        ),
        (bad(spots=county(0)), "no spots"),
        (
            bad(spots=replace(county(3), names=("A", "B", "A"))),
            "spots named more than once: 'A'",
        ),
        (
            bad(spots=replace(county(3), worth=np.array([1.0, 0.0, 2.0]))),
            "'Spot 1': worth is 0.0",
        ),
        (bad(spots=replace(county(3), worth=np.array([1.0, -2.0, 2.0]))), "worth is -2.0"),
        (
            bad(spots=replace(county(3), x=np.array([1.0, np.nan, 2.0]))),
            "place 1 has no coordinates",
        ),
        (bad(n_active=0), "n_active is 0"),
        (bad(n_active=19), "draw from 1 to 18"),
        (bad(travel=TravelTimes(np.zeros((2, 2), dtype=np.int64), ())), "travel has shape"),
    ],
)
def test_bad_input_is_named(case, says):
    spots, teams, shift, settings = case
    with pytest.raises(ParameterError, match=says):
        plan_shift(spots, teams, shift, seed=1, rules=QUICK, **settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("rho", 1.5), ("stop_minutes", 0), ("min_gap", -1), ("iterations", -1)],
)
def test_bad_rules_are_named(setting, value):
    with pytest.raises(ParameterError, match=f"{setting} is {value}"):
        PatrolRules(**{setting: value})


def test_bases_by_name():
    assert base_named(BASES, "East") is BASES[1]
    with pytest.raises(
        ParameterError, match=r"'Wset' is not among the bases .'North', 'East'"
    ):
        base_named(BASES, "Wset")
    with pytest.raises(ParameterError, match="none are given"):
        base_named((), "East")


def surface(risk):
    n = len(risk)
    centre = np.arange(n) * 500.0
    grid = Grid(
        CellKind.SQUARE,
        500.0,
        centre,
        np.zeros(n),
        np.full(n, 250_000.0),
        (0.0, 0.0),
        (1, n),
        np.arange(n),
    )
    return RiskSurface(np.array([risk, risk]), grid, made_by="test")


def test_spots_from_flagged_cells_most_worth_first():
    flagged = np.array([True, False, True, True])
    spots = spots_from_risk(
        surface([1.0, 9, 3, 1]), flagged, ("High Street", "Pier", "High Street")
    )
    assert spots.cell.tolist() == [2, 0, 3]
    assert spots.worth.tolist() == [6.0, 2.0, 2.0]
    assert spots.names == ("Pier", "High Street (cell 0)", "High Street (cell 3)")
    assert spots.x.tolist() == [1000.0, 0.0, 1500.0]
    points = np.array([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)])
    moved = spots_from_risk(surface([1.0, 9, 3, 1]), flagged, tuple("ABC"), points=points)
    assert list(zip(moved.x.tolist(), moved.y.tolist(), strict=True)) == [
        (3.0, 4.0),
        (1.0, 2.0),
        (5.0, 6.0),
    ]


@pytest.mark.parametrize(
    ("risk", "flagged", "names", "says"),
    [
        ([1.0, 2.0], [False, False], (), "no spots: no cell is flagged"),
        ([1.0, 0.0], [True, True], ("A", "B"), "'B': worth is 0.0"),
        ([1.0, 2.0], [True, True], ("A",), "1 names for 2 cells"),
        ([1.0, 2.0], [True], ("A",), "1 flags"),
    ],
)
def test_spots_that_cannot_be_chosen(risk, flagged, names, says):
    with pytest.raises(ParameterError, match=says):
        spots_from_risk(surface(risk), np.array(flagged), names)


def test_points_need_one_row_a_spot():
    with pytest.raises(ParameterError, match="points have shape"):
        spots_from_risk(
            surface([1.0, 2.0]), np.array([True, True]), ("A", "B"), points=np.zeros((1, 2))
        )


def test_travel_on_foot_by_town_and_open_road():
    x = np.array([0.0, 300.0, 1000.0, 10_000.0])
    minutes = travel_minutes(x, np.zeros(4))[0]
    assert minutes.tolist() == [0, 5, 7, 19]  # 390 m / 80; 3 + 1.3 km; 3 + 13 km at 50 km/h
    with pytest.raises(ParameterError, match=r"detour is 0.5"):
        travel_minutes(x, np.zeros(4), detour=0.5)


def problem_of(spots, teams, shift, rules=None, **needs):
    return shift_problem(
        spots,
        teams,
        shift,
        replace(no_needs(spots), **needs),
        travel=straight_line(spots, teams).minutes,
        rules=rules or PatrolRules(),
    )


def test_a_problem_lists_one_visit_a_block_for_each_spot():
    problem = problem_of(county(2), three_teams(), late_shift())
    assert problem.visit_stop.tolist() == [0] * 4 + [1] * 4
    assert problem.visit_open.tolist() == [0, 120, 240, 360] * 2
    assert problem.visit_close.tolist() == [105, 225, 345, 465] * 2
    assert problem.visit_group.tolist() == [0] * 4 + [1] * 4


def test_blocks_begin_anew_at_the_border_of_a_shift_and_visits_count_in_full():
    start = datetime(2018, 12, 14, 6, tzinfo=UTC)
    day = Shift(start, start + timedelta(hours=10), (360,))
    problem = problem_of(county(1), three_teams(600), day)
    assert problem.visit_open.tolist() == [0, 120, 240, 360, 480]
    assert problem.visit_group.tolist() == [0, 0, 0, 1, 1]


def test_a_weekly_maximum_leaves_longer_and_fewer_blocks():
    most = {"maximum": np.array([3, 3, 3]), "recent": np.array([1, 3, 9])}
    problem = problem_of(county(3), three_teams(), late_shift(), **most)
    assert problem.visit_stop.tolist() == [0, 0]
    assert problem.visit_open.tolist() == [0, 240]
    assert problem.visit_close.tolist() == [225, 465]


def test_a_break_is_a_visit_to_the_base_that_must_be_made():
    teams = (
        replace(three_teams()[0], meal=Break(30, 120, 200)),
        *three_teams()[1:],
    )
    problem = problem_of(county(2), teams, late_shift())
    assert problem.stop_names[-1] == "break of Team North"
    assert problem.stop_place[-1] == 2
    assert problem.visit_rank.tolist() == [0] * 8 + [2]
    assert problem.allowed[:, -1].tolist() == [True, False, False]
