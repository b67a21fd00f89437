"""The week of arches that covers most, and a draw among weeks nearly as good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from peelian.operations.arches import (
    ArchProblem,
    Deployment,
    broken_rule,
    covered_value,
)
from peelian.terms import Bools, Floats, Ints, ParameterError

WORTH_KEPT = 0.95  # a week drawn instead of the best is worth this share of it at least
SCHEDULES = 500  # good weeks among which one is drawn
STEPS = 40  # changes tried from one of them to the next
SECONDS = 60.0  # longest search for the best week


@dataclass(frozen=True, eq=False)
class ArchSchedule:
    """A week of deployments drawn among good ones.

    Attributes
    ----------
    deployments : tuple of Deployment
        In order of slot and team.
    value : float
        Worth covered by them.
    best : float
        Worth of the best week; ``bound`` is what no week can exceed.
    bound : float
    probability : array, shape (n_sites, n_slots)
        Share of the good weeks in which the site is used in the slot: the chance of this draw.
    """

    deployments: tuple[Deployment, ...]
    value: float
    best: float
    bound: float
    probability: Floats


def best_schedule(
    problem: ArchProblem, *, seconds: float = SECONDS
) -> tuple[tuple[Deployment, ...], float]:
    """The deployments that cover most, and a bound that no others can exceed.

    Parameters
    ----------
    problem : ArchProblem
    seconds : float
        Longest search. The bound says how far the answer may be from the best.

    Returns
    -------
    deployments : tuple of Deployment
    bound : float
        As ``covered_value``.

    Raises
    ------
    ParameterError
        If no site may be used in any slot, or none covers anything.

    Notes
    -----
    The maximal covering location problem [1]_ over sites and slots, solved as a mixed integer
    programme. Teams are a flow through the slots of a day, from site to site where there is
    time to move, so that identical teams are not told apart; the flow of a day is put in once
    an answer without it has shown that time is short there.

    References
    ----------
    .. [1] R. Church and C. ReVelle, "The maximal covering location problem," Papers of the
       Regional Science Association, 32, 101-118, 1974. doi:10.1007/BF01942293
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    worth = problem.covers @ problem.demand.T * problem.footfall[:, None]
    site, slot = np.nonzero(problem.allowed & (worth > 0))
    if not len(site):
        raise ParameterError(
            "no site can be used: none that may be used in a slot covers a place of any worth"
        )
    moving: set[np.datetime64] = set()
    while True:
        gain, rows, limits = _programme(problem, site, slot, moving)
        found = milp(
            -gain,
            constraints=LinearConstraint(rows, -np.inf, limits),
            integrality=(np.arange(len(gain)) < len(site)).astype(np.int64),
            bounds=Bounds(0, 1),
            options={"time_limit": seconds},
        )
        if found.x is None:
            raise ParameterError(
                f"no week was found in {seconds:g} s: give fewer sites or slots"
            )
        used = np.flatnonzero(found.x[: len(site)] > 0.5)
        deployments = _teams_of(problem, [(int(slot[i]), int(site[i])) for i in used])
        short = {
            problem.slots.day[one.slot] for one in deployments if one.team >= problem.n_teams
        }
        if not short:
            return deployments, float(-found.mip_dual_bound)
        moving |= short


def draw_schedule(
    problem: ArchProblem,
    *,
    rng: np.random.Generator,
    worth_kept: float = WORTH_KEPT,
    schedules: int = SCHEDULES,
    seconds: float = SECONDS,
) -> ArchSchedule:
    """Draw one week among many that cover nearly as much as the best.

    Parameters
    ----------
    problem : ArchProblem
    rng : numpy Generator
    worth_kept : float
        Every week drawn from is worth this share of the best at least; 1 gives the best
        alone, which cannot be evaluated.
    schedules : int
        Good weeks found, of which one is drawn, each with the same chance.
    seconds : float
        Longest search for the best week.

    Returns
    -------
    ArchSchedule

    Raises
    ------
    ParameterError
        If no site can be used, or ``worth_kept`` is no share.

    Notes
    -----
    From the best week, single changes (two deployments exchange their sites; one moves to
    another time or site) are tried at random and kept when every rule still holds and enough
    worth is left. What stands after each forty tries is one of the weeks drawn from, so the
    chance of each site in each slot is known exactly: it is its share of those weeks. It makes
    deterrence testable: sites and slots not drawn are what would have happened otherwise.
    """
    if not 0 <= worth_kept <= 1:
        raise ParameterError(f"worth_kept is {worth_kept}: give a share from 0 to 1")
    first, bound = best_schedule(problem, seconds=seconds)
    best = covered_value(problem, first)
    weeks = list(_good_weeks(problem, first, worth_kept * best, schedules, rng))
    probability = np.zeros(problem.allowed.shape)
    for week in weeks:
        for one in week:
            probability[one.site, one.slot] += 1 / len(weeks)
    drawn = weeks[rng.integers(len(weeks))]
    return ArchSchedule(drawn, covered_value(problem, drawn), best, bound, probability)


def _can_follow(problem: ArchProblem, slot: Ints, site: Ints) -> Bools:
    """Whether a team at one pair can be at another of the day in time, shape (n, n)."""
    slots = problem.slots
    same_day = slots.day[slot][:, None] == slots.day[slot][None, :]
    there = slots.end[slot][:, None] + problem.minutes[site[:, None], site[None, :]]
    follows: Bools = same_day & (there <= slots.start[slot][None, :])
    return follows


def _teams_of(problem: ArchProblem, used: Sequence[tuple[int, int]]) -> tuple[Deployment, ...]:
    """Give each used (slot, site) to a team: the fewest chains that each day needs."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    found = []
    for day in np.unique(problem.slots.day):
        own = [pair for pair in used if problem.slots.day[pair[0]] == day]
        slot, site = np.array(own, dtype=np.int64).reshape(-1, 2).T
        follows = csr_array(_can_follow(problem, slot, site).astype(np.int8))
        after = maximum_bipartite_matching(follows, perm_type="column")
        for team, first in enumerate(sorted(set(range(len(own))) - set(after.tolist()))):
            at = first
            while at >= 0:
                found.append(Deployment(own[at][0], team, own[at][1]))
                at = int(after[at])
    return _in_order(found)


def _in_order(deployments: Sequence[Deployment]) -> tuple[Deployment, ...]:
    return tuple(sorted(deployments, key=lambda d: (d.slot, d.team)))


def _good_weeks(
    problem: ArchProblem,
    first: tuple[Deployment, ...],
    enough: float,
    n: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Deployment, ...]]:
    """``n`` weeks by a random walk over those that keep every rule and are worth enough."""
    now = list(first)
    enough -= 1e-9 * abs(enough)  # the best itself always passes
    for _ in range(n):
        for _ in range(STEPS if now else 0):
            tried = _changed(problem, now, rng)
            if not broken_rule(problem, tried) and covered_value(problem, tried) >= enough:
                now = tried
        yield _in_order(now)


def _changed(
    problem: ArchProblem, now: list[Deployment], rng: np.random.Generator
) -> list[Deployment]:
    """One change: two exchange their sites, or one moves to another slot, team or site.

    Each change is as likely as the one that undoes it, so no good week is favoured.
    """
    tried = list(now)
    i, kind = int(rng.integers(len(now))), int(rng.integers(3))
    one = now[i]
    if kind == 0:
        j = int(rng.integers(len(now)))
        tried[i] = Deployment(one.slot, one.team, now[j].site)
        tried[j] = Deployment(now[j].slot, now[j].team, one.site)
    elif kind == 1:
        slot, team = int(rng.integers(len(problem.slots))), int(rng.integers(problem.n_teams))
        tried[i] = Deployment(slot, team, one.site)
    else:
        tried[i] = Deployment(one.slot, one.team, int(rng.integers(len(problem.footfall))))
    return tried


def _programme(
    problem: ArchProblem, site: Ints, slot: Ints, moving: set[np.datetime64]
) -> tuple[Floats, Any, Floats]:
    """What each variable adds, and rows with their limits (rows @ variables <= limits).

    Variables, in this order: ``x`` whether a (site, slot) pair is used, whole; ``y`` how much
    of a point counts at each pair, where several cover it; ``f`` whether a team goes from a
    pair to a later one, on the days in ``moving``. Given ``x`` the ``f`` are a matching, so
    they come out whole.
    """
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    slots, n = problem.slots, len(site)
    pair, point = np.nonzero(problem.covers[site] & (problem.demand[slot] > 0))
    own = problem.demand[slot[pair], point] * problem.footfall[site[pair]]
    at = np.unique(slot[pair] * problem.demand.shape[1] + point, return_inverse=True)[1]
    shared = np.bincount(at)[at] > 1
    x_gain = np.bincount(pair[~shared], own[~shared], minlength=n)
    pair, at, own = pair[shared], at[shared], own[shared]
    flows = np.isin(slots.day[slot], np.array(sorted(moving), slots.day.dtype))
    before, after = np.nonzero(_can_follow(problem, slot, site) & flows[:, None])
    gain = np.concatenate([x_gain, own, np.zeros(len(before))])
    blocks, limits = [], []

    def add(x: Any, y: Any, f: Any, limit: float) -> None:
        """Rows: coefficients of x, y and f, each None where it has no part."""
        height = next(part.shape[0] for part in (x, y, f) if part is not None)
        widths = (n, len(pair), len(before))
        parts = [
            csr_array((height, width)) if part is None else part
            for part, width in zip((x, y, f), widths, strict=True)
        ]
        blocks.append(hstack(parts))
        limits.append(np.full(height, limit))

    # A point counts at a pair only if that is used, and once in a slot.
    if len(pair):
        add(-_groups(np.arange(len(pair)), pair, n), eye_array(len(pair)), None, 0)
        add(None, _groups(at), None, 1)
    # A team is at one site in a slot. It leaves and enters a pair only if that is used, and a
    # day has as many chains as teams.
    add(_groups(slot), None, None, problem.n_teams)
    day = np.unique(slots.day[slot], return_inverse=True)[1]
    n_days = int(day.max()) + 1
    if moving:
        add(-eye_array(n), None, _groups(before, height=n), 0)
        add(-eye_array(n), None, _groups(after, height=n), 0)
        chains = -_groups(day[after], height=n_days)
        add(_groups(np.where(flows, day, -1), height=n_days), None, chains, problem.n_teams)
    # A site is used once a day, and once on a weekday in so many weeks.
    add(_groups(site * n_days + day), None, None, 1)
    number = slots.day[slot].astype("M8[D]").astype(np.int64)
    for first in np.unique(number):
        window = (number >= first) & (number < first + 7 * problem.apart_weeks)
        window &= (number - first) % 7 == 0
        if len(np.unique(number[window])) > 1:
            add(_groups(np.where(window, site, -1)), None, None, 1)
    if problem.most is not None:
        add(csr_array(np.ones((1, n))), None, None, problem.most)
    return gain, vstack(blocks, format="csr"), np.concatenate(limits)


def _groups(
    group: Ints, column: Ints | None = None, width: int = 0, *, height: int = 0
) -> Any:
    """A sparse array of ones: a row a group, a column an entry (or the column given).

    Entries of group -1 are in no row. Groups are numbered anew unless ``height`` is given.
    """
    from scipy.sparse import csr_array

    kept = group >= 0
    column = np.arange(len(group)) if column is None else column
    row = group[kept] if height else np.unique(group[kept], return_inverse=True)[1]
    shape = (height or int(row.max(initial=-1)) + 1, width or len(group))
    return csr_array((np.ones(len(row)), (row, column[kept])), shape=shape)
