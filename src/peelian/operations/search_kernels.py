"""Compiled moves of the route search. Imported only when used; the first use compiles them.

``legs[t]`` holds the places of team t's round: its base, its visits, its base. ``ready[t, k]``
is the minute it is free to leave place k, ``due[t, k]`` the latest minute it may be at place
k + 1. ``low`` and ``high`` are the start windows of served visits, narrowed so that visits to
one stop keep their gap whatever happens to the routes between.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]

STRINGS, STRING_LENGTH = 3, 8  # at most so many routes ruined, visits taken from each
BASE, MODE, BEGINS, ENDS = range(4)  # columns of teams
STOP, GROUP, PLACE, NEED, OPENS, CLOSES = range(6)  # columns of visits
OWN, BONUS = range(2)  # columns of worth
SKIP = 0.02  # a good position is passed over this often ("blinks")


class Task(NamedTuple):
    """The problem, flat, in few arrays: each costs time in every call.

    ``travel`` has the matrices of all modes one below the other. ``teams`` and ``visits`` have
    the columns named above; a team's MODE is the first row of its matrix. ``worth`` has what a
    visit is worth of its OWN, and the BONUS for serving one of higher rank. ``allowed`` says
    which team may serve which visit. The visits of stop s are
    ``of_stop[first[s]:first[s + 1]]`` in the order in which they open; those of group g, which
    diminish each other's worth, ``by_worth[group_first[g]:group_first[g + 1]]``, largest
    first.
    """

    travel: Array
    teams: Array
    visits: Array
    worth: Array
    first: Array
    of_stop: Array
    group_first: Array
    by_worth: Array
    allowed: Array
    near: Array
    rho: float
    gap: int


class Rounds(NamedTuple):
    """The routes of all teams: views of one array of whole numbers and one of real ones.

    ``total`` holds their value and their travel.
    """

    whole: Array
    real: Array
    route: Array
    legs: Array
    ready: Array
    due: Array
    length: Array
    driven: Array
    team: Array
    start: Array
    low: Array
    high: Array
    gain: Array
    total: Array


@njit(cache=True, nogil=True)
def copy(source: Rounds, target: Rounds) -> None:
    """Make ``target`` equal to ``source``."""
    for i in range(len(source.whole)):
        target.whole[i] = source.whole[i]
    for i in range(len(source.real)):
        target.real[i] = source.real[i]


@njit(cache=True, nogil=True)
def schedule(p: Task, s: Rounds, t: int) -> bool:
    """Earliest and latest times of one route; False when it cannot be driven."""
    n, base, mode = s.length[t], p.teams[t, BASE], p.teams[t, MODE]
    free, driven, fits = p.teams[t, BEGINS], 0, True
    s.legs[t, 0], s.ready[t, 0] = base, free
    for k in range(n):
        v = s.route[t, k]
        leg = p.travel[mode + s.legs[t, k], p.visits[v, PLACE]]
        driven += leg
        begin = max(free + leg, s.low[v])
        fits = fits and begin <= s.high[v]
        s.start[v] = begin
        free = begin + p.visits[v, NEED]
        s.legs[t, k + 1], s.ready[t, k + 1] = p.visits[v, PLACE], free
    s.legs[t, n + 1] = base
    if n:
        leg = p.travel[mode + s.legs[t, n], base]
        driven += leg
        fits = fits and free + leg <= p.teams[t, ENDS]
    latest = p.teams[t, ENDS]
    s.due[t, n] = latest
    for k in range(n - 1, -1, -1):
        v = s.route[t, k]
        latest -= p.travel[mode + s.legs[t, k + 1], s.legs[t, k + 2]] + p.visits[v, NEED]
        latest = min(latest, s.high[v])
        s.due[t, k] = latest
    s.total[1] += driven - s.driven[t]
    s.driven[t] = driven
    return fits


@njit(cache=True, nogil=True)
def neighbours(p: Task, s: Rounds, visit: int) -> tuple[int, int]:
    """Served visits to the same stop just before and just after, -1 for none."""
    before, seen = -1, False
    for i in range(p.first[p.visits[visit, STOP]], p.first[p.visits[visit, STOP] + 1]):
        other = p.of_stop[i]
        if other == visit:
            seen = True
        elif s.team[other] >= 0:
            if seen:
                return before, other
            before = other
    return before, -1


@njit(cache=True, nogil=True)
def window(p: Task, s: Rounds, visit: int) -> tuple[int, int]:
    """When an unserved visit may start, given the other visits to its stop."""
    low, high = p.visits[visit, OPENS], p.visits[visit, CLOSES]
    if p.gap:
        before, after = neighbours(p, s, visit)
        apart = p.visits[visit, NEED] + p.gap
        if before >= 0:
            low = max(low, s.start[before] + apart)
        if after >= 0:
            high = min(high, s.start[after] - apart)
    return low, high


@njit(cache=True, nogil=True)
def best_place(
    p: Task, s: Rounds, visit: int, teams: Array, skip: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Team and position where the visit adds least travel, (-1, -1) when none fits."""
    team, position, least = -1, -1, np.inf
    low, high = window(p, s, visit)
    if low > high:
        return team, position
    place, need = p.visits[visit, PLACE], p.visits[visit, NEED]
    for t in teams:
        if not p.allowed[t, visit]:
            continue
        n, mode = s.length[t], p.teams[t, MODE]
        k = 0
        while k <= n and s.due[t, k] < low + need:
            k += 1
        while k <= n and s.ready[t, k] <= high:
            here, after = s.legs[t, k], s.legs[t, k + 1]
            out, on = p.travel[mode + here, place], p.travel[mode + place, after]
            begin = max(s.ready[t, k] + out, low)
            if begin <= high and begin + need + on <= s.due[t, k]:
                cost = out + on - p.travel[mode + here, after]
                if cost < least and (skip == 0 or rng.random() >= skip):
                    team, position, least = t, k, cost
            k += 1
    return team, position


@njit(cache=True, nogil=True)
def worth_of_group(p: Task, s: Rounds, group: int, also: int, less: int) -> float:
    """What a group's served visits are worth together, with one more (or less) of them."""
    total, factor = 0.0, 1.0
    for i in range(p.group_first[group], p.group_first[group + 1]):
        v = p.by_worth[i]
        if (s.team[v] >= 0 or v == also) and v != less:
            total += p.worth[v, OWN] * factor
            factor *= p.rho
    return total


@njit(cache=True, nogil=True)
def count(p: Task, s: Rounds, visit: int) -> None:
    """Bring the value up to date, and what each visit of the group would now add."""
    served = s.team[visit] >= 0
    s.total[0] += p.worth[visit, BONUS] if served else -p.worth[visit, BONUS]
    if p.rho == 1:
        s.total[0] += p.worth[visit, OWN] if served else -p.worth[visit, OWN]
        return
    group = p.visits[visit, GROUP]
    now = worth_of_group(p, s, group, -1, -1)
    before = (
        worth_of_group(p, s, group, -1, visit)
        if served
        else worth_of_group(p, s, group, visit, -1)
    )
    s.total[0] += now - before
    for i in range(p.group_first[group], p.group_first[group + 1]):
        v = p.by_worth[i]
        if s.team[v] < 0:
            s.gain[v] = worth_of_group(p, s, group, v, -1) - now + p.worth[v, BONUS]


@njit(cache=True, nogil=True)
def insert(p: Task, s: Rounds, visit: int, t: int, position: int) -> None:
    """Serve the visit there; the place must come from ``best_place``."""
    s.low[visit], s.high[visit] = window(p, s, visit)
    for k in range(s.length[t], position, -1):
        s.route[t, k] = s.route[t, k - 1]
    s.route[t, position] = visit
    s.length[t] += 1
    s.team[visit] = t
    schedule(p, s, t)
    if p.gap:  # narrow the windows on both sides so that the gaps will last
        apart = p.visits[visit, NEED] + p.gap
        before, after = neighbours(p, s, visit)
        if before >= 0:
            s.low[visit] = max(s.low[visit], s.start[visit])
            s.high[before] = min(s.high[before], s.low[visit] - apart)
            schedule(p, s, s.team[before])
        if after >= 0:
            s.low[after] = max(s.low[after], s.start[after])
            s.high[visit] = min(s.high[visit], s.low[after] - apart)
            schedule(p, s, s.team[after])
        schedule(p, s, t)
    count(p, s, visit)


@njit(cache=True, nogil=True)
def remove(p: Task, s: Rounds, t: int, position: int) -> int:
    """Leave a visit unserved, give its room to its neighbours, and return it."""
    visit = int(s.route[t, position])
    s.length[t] -= 1
    for k in range(position, s.length[t]):
        s.route[t, k] = s.route[t, k + 1]
    s.team[visit] = -1
    s.low[visit], s.high[visit] = p.visits[visit, OPENS], p.visits[visit, CLOSES]
    schedule(p, s, t)
    if p.gap:
        apart = p.visits[visit, NEED] + p.gap
        before, after = neighbours(p, s, visit)
        if before >= 0:
            limit = s.low[after] - apart if after >= 0 else p.visits[before, CLOSES]
            s.high[before] = min(p.visits[before, CLOSES], limit)
            schedule(p, s, s.team[before])
        if after >= 0:
            limit = s.high[before] + apart if before >= 0 else p.visits[after, OPENS]
            s.low[after] = max(p.visits[after, OPENS], limit)
            schedule(p, s, s.team[after])
    count(p, s, visit)
    return visit


@njit(cache=True, nogil=True)
def take_string(
    p: Task, s: Rounds, visit: int, removed: Array, n: int, rng: np.random.Generator
) -> int:
    """Remove some consecutive visits of a route, this one among them."""
    t = s.team[visit]
    size = s.length[t]
    length = 1 + int(rng.random() * min(STRING_LENGTH, size))
    at = 0
    while s.route[t, at] != visit:
        at += 1
    lowest, highest = max(0, at - length + 1), min(at, size - length)
    begin = lowest + int(rng.random() * (highest - lowest + 1))
    for _ in range(length):
        removed[n] = remove(p, s, t, begin)
        n += 1
    while not schedule(p, s, t):  # the way round is longer than the way through
        removed[n] = remove(p, s, t, min(begin, s.length[t] - 1))
        n += 1
    return n


@njit(cache=True, nogil=True)
def ruin(
    p: Task, s: Rounds, removed: Array, touched: Array, rng: np.random.Generator
) -> tuple[int, int]:
    """Take strings of visits out of routes that lie near each other."""
    n_removed, n_touched, n_served = 0, 0, 0
    is_touched = np.zeros(len(s.length), np.bool_)
    for t in range(len(s.length)):
        n_served += s.length[t]
    if n_served == 0:
        return 0, 0
    pick, t = int(rng.random() * n_served), 0
    while pick >= s.length[t]:
        pick -= s.length[t]
        t += 1
    centre = p.visits[s.route[t, pick], STOP]
    n_strings = 1 + int(rng.random() * STRINGS)
    for stop in p.near[centre]:
        for i in range(p.first[stop], p.first[stop + 1]):
            visit = p.of_stop[i]
            t = s.team[visit]
            if t < 0 or is_touched[t]:
                continue
            is_touched[t] = True
            touched[n_touched] = t
            n_touched += 1
            n_removed = take_string(p, s, visit, removed, n_removed, rng)
            if n_touched == n_strings:
                return n_removed, n_touched
    return n_removed, n_touched


@njit(cache=True, nogil=True)
def rebuild(
    p: Task, s: Rounds, teams: Array, everyone: Array, anywhere: Array, skip: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Insert unserved visits where they fit: those that add most first, with noise.

    Those marked ``anywhere`` are offered to every team, the others to ``teams``.
    """
    spread = rng.random()
    score = np.empty(len(s.team))
    for v in range(len(s.team)):  # those served come last
        score[v] = np.inf
        if s.team[v] < 0:  # rank is without noise
            worth = s.gain[v] - p.worth[v, BONUS]
            score[v] = -p.worth[v, BONUS] - worth * (1 - spread * rng.random())
    for visit in np.argsort(score):
        if score[visit] == np.inf:
            break
        among = everyone if anywhere[visit] else teams
        t, position = best_place(p, s, visit, among, skip, rng)
        if t >= 0:
            insert(p, s, visit, t, position)


@njit(cache=True, nogil=True)
def anneal(
    p: Task, now: Rounds, best: Rounds, trial: Rounds, temperature: float, cooling: float,
    price: float, rounds: int, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Ruin and rebuild so many times; ``now`` goes on, ``best`` is kept."""
    n_visits, n_teams = len(p.visits), len(p.teams)
    removed, touched = np.empty(n_visits, np.int64), np.empty(n_teams, np.int64)
    anywhere, everyone = np.zeros(n_visits, np.bool_), np.arange(n_teams)
    for _ in range(rounds):
        copy(now, trial)
        n_removed, n_touched = ruin(p, trial, removed, touched, rng)
        for i in range(n_removed):
            anywhere[removed[i]] = True
        rebuild(p, trial, touched[:n_touched], everyone, anywhere, SKIP, rng)
        for i in range(n_removed):
            anywhere[removed[i]] = False
        worth = trial.total[0] - price * trial.total[1]
        change = worth - (now.total[0] - price * now.total[1])
        if change >= temperature * np.log(1 - rng.random()):
            copy(trial, now)
            if worth > best.total[0] - price * best.total[1]:
                copy(trial, best)
        temperature *= cooling
