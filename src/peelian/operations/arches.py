"""Knife arches: sites, slots and teams, the rules they keep, and what may be found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from peelian.statistics import wilson
from peelian.terms import Bools, Floats, Instants, Interval, Ints, ParameterError, Texts

RADIUS = 400.0  # a site covers what lies within this of it: five minutes' walk [m]
SET_UP_MINUTES = 45  # taking down, putting up; science 4.5: 30 to 45
APART_WEEKS = 4  # weeks before a site is used on the same weekday again

HOURS_OF_WEEK = 168
_A_MONDAY = 4  # 1970-01-05, in days from 1970-01-01

OP_SHIELD = "op-shield-2006"
YIELDS = {  # weapons found, people screened: British Transport Police; Doncaster
    OP_SHIELD: (68, 10_000),
    "doncaster": (1, 143),
}


@dataclass(frozen=True, eq=False)
class Slots:
    """Times at which an arch may stand, shape (n_slots,) each: a day, from minute to minute.

    In order of day and start; ``start, end`` are minutes from local midnight.
    """

    day: Instants
    start: Ints
    end: Ints

    def __post_init__(self) -> None:
        if not len(self.day) == len(self.start) == len(self.end):
            raise ParameterError("slots: give a day, a start and an end for each")
        if np.any(self.end <= self.start):
            raise ParameterError("slots: each must end after it starts")
        order = np.lexsort((self.start, self.day))
        if np.any(order != np.arange(len(order))):
            raise ParameterError("slots: give them in order of day and start")

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, eq=False)
class ArchProblem:
    """What may be covered, from where, when and by how many teams.

    Attributes
    ----------
    demand : array, shape (n_slots, n_points)
        Worth of covering each point in each slot, such as expected offences there and then.
    covers : array of bool, shape (n_sites, n_points)
        Whether an arch at the site covers the point.
    footfall : array, shape (n_sites,)
        Share of people who pass through, relative to other sites; 1 for all if not known.
    allowed : array of bool, shape (n_sites, n_slots)
        The site may be used then: consent, opening hours, people and kit.
    slots : Slots
    minutes : array of int, shape (n_sites, n_sites)
        From taking down at one site to standing at another.
    n_teams : int
        Teams with an arch, each at one site in a slot.
    apart_weeks : int
        A site is used on the same weekday once in so many weeks.
    most : int, optional
        Deployments in all, if fewer than the teams could make.
    """

    demand: Floats
    covers: Bools
    footfall: Floats
    allowed: Bools
    slots: Slots
    minutes: Ints
    n_teams: int
    apart_weeks: int = APART_WEEKS
    most: int | None = None

    def __post_init__(self) -> None:
        n_sites, n_points = self.covers.shape
        shapes = {
            "demand": (self.demand, (len(self.slots), n_points)),
            "footfall": (self.footfall, (n_sites,)),
            "allowed": (self.allowed, (n_sites, len(self.slots))),
            "minutes": (self.minutes, (n_sites, n_sites)),
        }
        for name, (values, shape) in shapes.items():
            if values.shape != shape:
                raise ParameterError(f"{name} has shape {values.shape}, expected {shape}")
        for name in ("demand", "footfall"):
            values = getattr(self, name)
            if not (np.isfinite(values) & (values >= 0)).all():
                raise ParameterError(f"{name}: give finite numbers, zero or more")
        if self.n_teams < 1 or (self.most is not None and self.most < 1):
            raise ParameterError("give one team and one deployment at least")


@dataclass(frozen=True)
class Deployment:
    """A team with its arch at a site in a slot, by number."""

    slot: int
    team: int
    site: int


def covered_value(problem: ArchProblem, deployments: Sequence[Deployment]) -> float:
    """Worth covered: in each slot a point counts once, by the busiest site that covers it."""
    reach = np.zeros_like(problem.demand)
    for one in deployments:
        here = problem.covers[one.site] * problem.footfall[one.site]
        reach[one.slot] = np.maximum(reach[one.slot], here)
    return float((reach * problem.demand).sum())


def broken_rule(problem: ArchProblem, deployments: Sequence[Deployment]) -> str:
    """The first rule that deployments break, in words; empty when they keep all."""
    slots = problem.slots
    if problem.most is not None and len(deployments) > problem.most:
        return f"{len(deployments)} deployments, more than {problem.most}"
    for one in deployments:
        if not problem.allowed[one.site, one.slot]:
            return f"site {one.site} may not be used in slot {one.slot}"
        if not 0 <= one.team < problem.n_teams:
            return f"there is no team {one.team}"
    for before, after in _of_each_team(deployments):
        if slots.day[before.slot] != slots.day[after.slot]:
            continue
        there = slots.end[before.slot] + problem.minutes[before.site, after.site]
        if before.slot == after.slot or there > slots.start[after.slot]:
            return f"team {after.team} cannot be at site {after.site} in slot {after.slot}"
    seen: dict[int, list[np.datetime64]] = {}
    for one in deployments:
        seen.setdefault(one.site, []).append(slots.day[one.slot])
    for site, days in seen.items():
        for earlier, later in pairwise(sorted(days)):
            if earlier == later:
                return f"site {site} is used twice on {later}"
        if _too_near(np.array(days), problem.apart_weeks).any():
            return f"site {site} is used on one weekday twice in {problem.apart_weeks} weeks"
    return ""


def share_of_slots(share: Floats, slots: Slots) -> Floats:
    """Share of a week's events in each slot, from the share in each hour of the week.

    Parameters
    ----------
    share : array, shape (168,)
        From Monday 00:00 local time.
    slots : Slots

    Returns
    -------
    array, shape (n_slots,)
        A part of an hour counts for that part.
    """
    to_hour = np.concatenate([[0.0], np.cumsum(share)])
    weekday = (slots.day.astype("M8[D]").astype(np.int64) - _A_MONDAY) % 7
    hours = np.arange(len(to_hour))
    first, last = (weekday * 24 + m / 60 for m in (slots.start, slots.end))
    within: Floats = np.interp(last, hours, to_hour) - np.interp(first, hours, to_hour)
    return within


def used_lately(
    names: Texts,
    slots: Slots,
    used: Sequence[tuple[str, np.datetime64]],
    *,
    apart_weeks: int = APART_WEEKS,
) -> Bools:
    """Sites that were used on a slot's weekday less than so many weeks from its day.

    Parameters
    ----------
    names : array of str, shape (n_sites,)
    slots : Slots
    used : sequence of (name, day)
        Deployments of other weeks; sites that are not among ``names`` are passed over.
    apart_weeks : int

    Returns
    -------
    array of bool, shape (n_sites, n_slots)
    """
    lately = np.zeros((len(names), len(slots)), dtype=np.bool_)
    for name, day in used:
        apart = np.abs((slots.day - day).astype("m8[D]").astype(np.int64))
        lately[names == name] |= (apart % 7 == 0) & (apart < 7 * apart_weeks)
    return lately


def expected_finds(screened: float, *, published: str = OP_SHIELD) -> tuple[float, Interval]:
    """Weapons that arches may find, from a published yield.

    Parameters
    ----------
    screened : float
        People screened.
    published : str
        The yield used, a key of YIELDS: weapons found of people screened, so that how many
        carry, are detected and are followed up is all in it.

    Returns
    -------
    finds : float
        [weapons]
    interval : Interval
        That of the published yield (Wilson), nothing else. [weapons]

    Raises
    ------
    ParameterError
        If the yield is not known, or fewer than no people are screened.

    Notes
    -----
    No weapons found is weak evidence that none are carried: none in 500 screened leaves up to
    0.74 % (exact, two-sided 95 %).

    Examples
    --------
    >>> finds, interval = expected_finds(1000)
    >>> round(finds, 2), round(interval.low, 2), round(interval.high, 2)
    (6.8, 5.37, 8.61)
    """
    if published not in YIELDS:
        raise ParameterError(f"yield {published!r}: choose one of {', '.join(YIELDS)}")
    if not 0 <= screened < np.inf:
        raise ParameterError(f"people screened is {screened}: give a number, zero or more")
    found, of = YIELDS[published]
    share = wilson(found, of)
    method = f"{published}, {found} of {of:,} screened ({share.method})"
    return screened * found / of, Interval(screened * share.low, screened * share.high, method)


def _of_each_team(
    deployments: Sequence[Deployment],
) -> Iterator[tuple[Deployment, Deployment]]:
    """Each team's successive deployments, in pairs."""
    by_team: dict[int, list[Deployment]] = {}
    for one in sorted(deployments, key=lambda d: d.slot):
        by_team.setdefault(one.team, []).append(one)
    for own in by_team.values():
        yield from pairwise(own)


def _too_near(days: Instants, weeks: int) -> Bools:
    """Pairs of days (upper triangle) that are the same weekday within so many weeks."""
    apart = np.abs(days[:, None] - days[None, :]).astype(np.int64)
    near: Bools = np.triu((apart % 7 == 0) & (apart < 7 * weeks), k=1)
    return near
