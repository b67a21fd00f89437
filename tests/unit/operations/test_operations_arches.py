"""Weeks of knife arches keep every rule, cover as much as can be, and are drawn fairly."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from peelian.operations import (
    ArchProblem,
    Deployment,
    Slots,
    best_schedule,
    broken_rule,
    covered_value,
    draw_schedule,
    expected_finds,
    share_of_slots,
    used_lately,
)
from peelian.terms import ParameterError

MONDAY = np.datetime64("2026-11-30", "D")


def slots_of(days: int, spans: list[tuple[int, int]]) -> Slots:
    """The same times on each of so many days from a Monday."""
    day = np.repeat(MONDAY + np.arange(days), len(spans))
    start, end = np.tile(np.array(spans), (days, 1)).T
    return Slots(day, start, end)


def random_problem(seed: int, *, n_sites: int = 4, days: int = 2, **changed) -> ArchProblem:
    """Sites that overlap, times too near each other for far sites, some hours closed."""
    rng = np.random.default_rng(seed)
    slots = slots_of(days, [(480, 600), (640, 760)])
    problem = ArchProblem(
        demand=rng.gamma(0.5, 1.0, (len(slots), 8)),
        covers=rng.random((n_sites, 8)) < 0.5,
        footfall=rng.gamma(2.0, 0.5, n_sites),
        allowed=rng.random((n_sites, len(slots))) < 0.9,
        slots=slots,
        minutes=np.where(rng.random((n_sites, n_sites)) < 0.5, 30, 90),
        n_teams=1,
    )
    return replace(problem, **changed)


def exhaustive(problem: ArchProblem) -> float:
    """The most that any week can cover, by trying every one."""
    n_sites, n_slots = problem.allowed.shape
    every = [
        Deployment(t, k, s)
        for t, k, s in product(range(n_slots), range(problem.n_teams), range(n_sites))
    ]
    most = problem.n_teams * n_slots
    return max(
        covered_value(problem, week)
        for n in range(most + 1)
        for week in combinations(every, n)
        if not broken_rule(problem, week)
    )


@pytest.mark.parametrize("seed", range(8))
def test_no_week_covers_more_than_the_best(seed: int) -> None:
    problem = random_problem(seed)
    found, bound = best_schedule(problem)
    assert broken_rule(problem, found) == ""
    assert covered_value(problem, found) == pytest.approx(exhaustive(problem))
    assert bound == pytest.approx(exhaustive(problem))


@pytest.mark.parametrize("seed", range(3))
def test_two_teams_are_told_apart_in_time(seed: int) -> None:
    problem = random_problem(seed, n_sites=3, days=1, n_teams=2)
    found, _ = best_schedule(problem)
    assert broken_rule(problem, found) == ""
    assert covered_value(problem, found) == pytest.approx(exhaustive(problem))


def test_greedy_is_not_good_enough() -> None:
    """The best single site is in no best pair."""
    covers = np.array([[1, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=bool)
    problem = ArchProblem(
        demand=np.array([[3.0, 3, 1, 1, 3, 3]]),
        covers=covers,
        footfall=np.ones(3),
        allowed=np.ones((3, 1), dtype=bool),
        slots=slots_of(1, [(480, 600)]),
        minutes=np.zeros((3, 3), dtype=np.int64),
        n_teams=1,
    )
    assert [one.site for one in best_schedule(problem)[0]] == [0]
    pair, _ = best_schedule(replace(problem, n_teams=2))
    assert [one.site for one in pair] == [1, 2]


def test_a_point_counts_once_in_a_slot_by_the_busiest_site() -> None:
    problem = random_problem(0, covers=np.ones((4, 8), dtype=bool))
    one, both = [Deployment(0, 0, 1)], [Deployment(0, 0, 1), Deployment(0, 1, 2)]
    busiest = problem.footfall[[1, 2]].max()
    assert covered_value(problem, both) == pytest.approx(busiest * problem.demand[0].sum())
    assert covered_value(problem, []) == 0
    assert covered_value(problem, one) <= covered_value(problem, both)


def test_units_do_not_matter() -> None:
    """Worth in thousandths, minutes kept: the same week, a thousand times the value."""
    problem = random_problem(3)
    scaled = replace(problem, demand=problem.demand * 1000)
    (found, bound), (other, larger) = best_schedule(problem), best_schedule(scaled)
    assert found == other
    assert larger == pytest.approx(1000 * bound)


def test_the_draw_keeps_every_rule_and_its_chances_are_shares() -> None:
    problem = random_problem(5, n_sites=8, days=5, minutes=np.full((8, 8), 30))
    schedule = draw_schedule(
        problem, rng=np.random.default_rng(1), worth_kept=0.8, schedules=200
    )
    assert broken_rule(problem, schedule.deployments) == ""
    assert schedule.value == pytest.approx(covered_value(problem, schedule.deployments))
    assert 0.8 * schedule.best <= schedule.value <= schedule.best <= schedule.bound + 1e-6
    assert schedule.probability.sum() == pytest.approx(len(schedule.deployments))
    assert schedule.probability.max() <= 1 + 1e-9
    assert all(schedule.probability[one.site, one.slot] > 0 for one in schedule.deployments)
    assert not schedule.probability[~problem.allowed].any()
    assert ((schedule.probability > 0) & (schedule.probability < 1)).sum() > 20
    again = draw_schedule(problem, rng=np.random.default_rng(1), worth_kept=0.8, schedules=200)
    assert again.deployments == schedule.deployments


def test_equal_sites_are_drawn_equally() -> None:
    """Three sites alike and one slot: each stands in a third of the weeks drawn from."""
    problem = ArchProblem(
        demand=np.ones((1, 3)),
        covers=np.eye(3, dtype=bool),
        footfall=np.ones(3),
        allowed=np.ones((3, 1), dtype=bool),
        slots=slots_of(1, [(480, 600)]),
        minutes=np.zeros((3, 3), dtype=np.int64),
        n_teams=1,
    )
    schedule = draw_schedule(problem, rng=np.random.default_rng(0), schedules=3000)
    np.testing.assert_allclose(schedule.probability[:, 0], 1 / 3, atol=0.04)


def test_keeping_all_worth_leaves_nothing_to_chance() -> None:
    problem = random_problem(5)
    schedule = draw_schedule(problem, rng=np.random.default_rng(1), worth_kept=1.0)
    assert schedule.value == pytest.approx(schedule.best)


@pytest.mark.parametrize(
    ("week", "said"),
    [
        ([Deployment(0, 0, 0)], "may not be used"),
        ([Deployment(0, 1, 1)], "no team 1"),
        ([Deployment(0, 0, 1), Deployment(1, 0, 2)], "cannot be at site 2"),
        ([Deployment(0, 0, 1), Deployment(0, 0, 2)], "cannot be at site 2"),
        ([Deployment(0, 0, 3), Deployment(1, 0, 3)], "twice on 2026-11-30"),
        ([Deployment(0, 0, 3), Deployment(14, 0, 3)], "one weekday twice"),
        ([Deployment(t, 0, t // 2 % 4) for t in range(2, 10, 2)], "more than 3"),
    ],
)
def test_each_rule_is_seen_when_broken(week: list[Deployment], said: str) -> None:
    allowed = np.ones((4, 16), dtype=bool)
    allowed[0, 0] = False
    minutes = np.full((4, 4), 30)
    minutes[1, 2] = 90
    slots = slots_of(8, [(480, 600), (640, 760)])
    problem = random_problem(
        0, slots=slots, demand=np.ones((16, 8)), allowed=allowed, minutes=minutes, most=3
    )
    assert said in broken_rule(problem, week)
    assert broken_rule(problem, [Deployment(0, 0, 1), Deployment(1, 0, 3)]) == ""


def test_nothing_to_cover_and_nowhere_allowed_are_refused() -> None:
    problem = random_problem(0)
    for changed in (
        {"demand": np.zeros_like(problem.demand)},
        {"allowed": np.zeros_like(problem.allowed)},
        {"covers": np.zeros_like(problem.covers)},
    ):
        with pytest.raises(ParameterError, match="no site can be used"):
            best_schedule(replace(problem, **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"n_teams": 0},
        {"most": 0},
        {"footfall": np.full(4, np.nan)},
        {"footfall": np.ones(3)},
        {"demand": np.full((4, 8), -1.0)},
    ],
)
def test_bad_problems_are_refused(changed) -> None:
    with pytest.raises(ParameterError):
        random_problem(0, **changed)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ([0], [600], [600]),
        ([1, 0], [480, 480], [600, 600]),
        ([0, 0], [600, 480], [700, 500]),
        ([0, 1], [480], [600]),
    ],
)
def test_bad_slots_are_refused(day, start, end) -> None:
    with pytest.raises(ParameterError, match="slots"):
        Slots(MONDAY + np.array(day), np.array(start), np.array(end))


def test_slots_take_their_part_of_the_week() -> None:
    share = np.arange(168) / np.arange(168).sum()
    slots = slots_of(7, [(0, 1440)])
    assert share_of_slots(share, slots).sum() == pytest.approx(1)
    tuesday = Slots(np.array([MONDAY + 1]), np.array([90]), np.array([180]))
    assert share_of_slots(share, tuesday)[0] == pytest.approx(share[25] / 2 + share[26])


def test_sites_used_lately_rest() -> None:
    slots = slots_of(8, [(480, 600)])
    used = [("a", MONDAY - 14), ("b", MONDAY - 28), ("c", MONDAY + 1 + 21), ("z", MONDAY)]
    lately = used_lately(np.array(["a", "b", "c"]), slots, used, apart_weeks=4)
    assert np.flatnonzero(lately[0]).tolist() == [0, 7]
    assert np.flatnonzero(lately[1]).tolist() == []
    assert np.flatnonzero(lately[2]).tolist() == [1]


@pytest.mark.parametrize("given", [{"screened": -1.0}, {"screened": 1.0, "published": "x"}])
def test_finds_of_nonsense_are_refused(given) -> None:
    with pytest.raises(ParameterError):
        expected_finds(**given)


def test_nobody_screened_finds_nothing() -> None:
    finds, interval = expected_finds(0.0)
    assert finds == interval.low == interval.high == 0
