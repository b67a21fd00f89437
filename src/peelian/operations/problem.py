"""The routing problem as arrays, the value of an answer, and what no answer can exceed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from peelian.terms import DataError, Floats, Ints, ParameterError
from peelian.terms.arrays import require_length


class Service(NamedTuple):
    """One visit served: its index in the problem, and the minute at which it starts."""

    visit: int
    start: int


Routes = tuple[tuple[Service, ...], ...]  # one row of services for each team, in order


@dataclass(frozen=True, eq=False)
class RoutingProblem:
    """Team orienteering with time windows; minutes are whole.

    Attributes
    ----------
    travel : array of int, shape (n_places, n_places)
        From row to column; the diagonal is between two visits at one place. [minutes]
    team_base : array of int, shape (n_teams,)
        Place where the team starts and ends.
    team_start, team_end : array of int, shape (n_teams,)
        Earliest departure and latest return. [minutes]
    stop_place, stop_minutes : array of int, shape (n_stops,)
        Where a stop is, and how long one visit lasts. [minutes]
    visit_stop : array of int, shape (n_visits,)
        The stop that a visit belongs to; each visit may be served once.
    visit_value : array, shape (n_visits,)
    visit_open, visit_close : array of int, shape (n_visits,)
        The visit starts in [open, close]. [minutes]
    rho : float
        The second visit to a stop counts ``rho`` of its value, the third ``rho**2``, and so
        on, largest value first; 1 counts each in full.
    min_gap : int
        From the end of a visit to the start of the next one to the same stop. [minutes]
    team_names, stop_names : tuple of str
        What messages call them; their numbers when empty.
    """

    travel: Ints
    team_base: Ints
    team_start: Ints
    team_end: Ints
    stop_place: Ints
    stop_minutes: Ints
    visit_stop: Ints
    visit_value: Floats
    visit_open: Ints
    visit_close: Ints
    rho: float = 1.0
    min_gap: int = 0
    team_names: tuple[str, ...] = ()
    stop_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n_teams, n_stops, n_visits = self.n_teams, self.n_stops, self.n_visits
        require_length("teams", n_teams, start=self.team_start, end=self.team_end)
        for noun, names, n in (
            ("team_names", self.team_names, n_teams),
            ("stop_names", self.stop_names, n_stops),
        ):
            if names and len(names) != n:
                raise ParameterError(f"{noun}: {len(names)} names for {n}")
        require_length("stops", n_stops, minutes=self.stop_minutes)
        require_length("visits", n_visits, value=self.visit_value, open=self.visit_open)
        require_length("visits", n_visits, close=self.visit_close)
        n_places = len(self.travel)
        if self.travel.shape != (n_places, n_places) or np.any(self.travel < 0):
            raise ParameterError("travel: give a square matrix of minutes, none negative")
        for noun, index, n in (
            ("team base", self.team_base, n_places),
            ("stop place", self.stop_place, n_places),
            ("visit stop", self.visit_stop, n_stops),
        ):
            if np.any((index < 0) | (index >= n)):
                raise ParameterError(f"{noun}: an index is outside 0 to {n - 1}")
        if np.any(self.team_end < self.team_start) or np.any(self.stop_minutes <= 0):
            raise ParameterError("teams must end after they start and stops must last a while")
        if not (0 <= self.rho <= 1 and np.all(self.visit_value >= 0)):
            raise ParameterError("values must be zero or more, and rho in 0 to 1")
        if self.min_gap < 0:
            raise ParameterError(f"min_gap is {self.min_gap} minutes: zero or more")
        if self.min_gap:
            self._require_separate_windows()

    def _require_separate_windows(self) -> None:
        """A gap is kept between visits whose windows follow one another."""
        order = np.lexsort((self.visit_open, self.visit_stop))
        first, then = order[:-1], order[1:]
        overlap = (self.visit_stop[first] == self.visit_stop[then]) & (
            self.visit_close[first] >= self.visit_open[then]
        )
        if np.any(overlap):
            visit = int(then[np.argmax(overlap)])
            raise ParameterError(
                f"visit {visit}: its window opens before the one before it closes; with a "
                "minimum gap the visits of a stop need separate windows"
            )

    @property
    def n_teams(self) -> int:
        """Number of teams."""
        return len(self.team_base)

    @property
    def n_stops(self) -> int:
        """Number of stops."""
        return len(self.stop_place)

    @property
    def n_visits(self) -> int:
        """Number of visits that may be served."""
        return len(self.visit_stop)

    def team_name(self, team: int) -> str:
        """What messages call a team."""
        return self.team_names[team] if self.team_names else str(team)

    def visit_name(self, visit: int) -> str:
        """What messages call a visit: its stop, and which of the stop's visits it is."""
        stop = int(self.visit_stop[visit])
        name = self.stop_names[stop] if self.stop_names else str(stop)
        return f"stop {name}, visit {visit - int(np.argmax(self.visit_stop == stop))}"


def check_routes(problem: RoutingProblem, routes: Routes) -> float:
    """Value of an answer, after following every team minute by minute.

    Shares no code with the search, so that it can catch its mistakes.

    Parameters
    ----------
    problem : RoutingProblem
    routes : tuple of tuples of Service
        One for each team, in the order of the teams.

    Returns
    -------
    float
        Sum of the visits' values, diminished by ``problem.rho``.

    Raises
    ------
    DataError
        With the first violation: its team, its visit and the minutes that do not fit.
    """
    if len(routes) != problem.n_teams:
        raise DataError(f"the answer has {len(routes)} routes for {problem.n_teams} teams")
    served: dict[int, int] = {}
    for team, route in enumerate(routes):
        name = problem.team_name(team)
        place, free = int(problem.team_base[team]), int(problem.team_start[team])
        for visit, start in route:
            if not 0 <= visit < problem.n_visits:
                raise DataError(
                    f"team {name}: no visit {visit}; there are {problem.n_visits} visits"
                )
            where = f"team {name}, {problem.visit_name(visit)}"
            if visit in served:
                raise DataError(f"{where}: it is served twice")
            stop = problem.visit_stop[visit]
            there = int(problem.stop_place[stop])
            arrive = free + int(problem.travel[place, there])
            if start < arrive:
                raise DataError(f"{where}: starts at minute {start}, there only at {arrive}")
            opens, closes = problem.visit_open[visit], problem.visit_close[visit]
            if not opens <= start <= closes:
                raise DataError(f"{where}: starts at {start}, outside {opens} to {closes}")
            served[visit] = start
            place, free = there, start + int(problem.stop_minutes[stop])
        back = free + int(problem.travel[place, problem.team_base[team]]) if route else free
        if back > problem.team_end[team]:
            raise DataError(f"team {name}: back at {back}, after {problem.team_end[team]}")

    value = 0.0
    for stop in range(problem.n_stops):
        visits = [v for v in served if problem.visit_stop[v] == stop]
        starts = sorted(served[v] for v in visits)
        for before, after in pairwise(starts):
            gap = after - before - int(problem.stop_minutes[stop])
            if problem.min_gap and gap < problem.min_gap:
                raise DataError(
                    f"stop {stop}: visits at {before} and {after} are {gap} minutes apart, "
                    f"the minimum is {problem.min_gap}"
                )
        values = sorted((float(problem.visit_value[v]) for v in visits), reverse=True)
        value += sum(v * problem.rho**k for k, v in enumerate(values))
    return value


def knapsack_bound(problem: RoutingProblem) -> float:
    """A value that no answer can exceed: the visits with most value a minute, time permitting.

    Each visit costs its minutes and the shortest journey that ends at its place; all teams'
    time is one purse; the last visit may count in part. Windows and gaps are ignored, so the
    bound is loose.

    Parameters
    ----------
    problem : RoutingProblem

    Returns
    -------
    float
        In the unit of the visits' values; 0 without teams or visits.
    """
    worth = _diminished(problem)
    ends = np.union1d(problem.team_base, problem.stop_place)
    if not len(ends) or not problem.n_visits:
        return 0.0
    nearest = problem.travel[ends].min(axis=0)
    cost = (problem.stop_minutes + nearest[problem.stop_place])[problem.visit_stop]
    purse = float(np.sum(problem.team_end - problem.team_start))
    order = np.argsort(-worth / cost, kind="stable")
    room = purse - np.concatenate([[0.0], np.cumsum(cost[order])[:-1]])
    return float(np.sum(worth[order] * np.clip(room / cost[order], 0, 1)))


def _diminished(problem: RoutingProblem) -> Floats:
    """What each visit adds when a stop's visits are all served, largest value first."""
    worth = problem.visit_value.astype(float)
    for stop in range(problem.n_stops):
        visits = np.flatnonzero(problem.visit_stop == stop)
        order = visits[np.argsort(-worth[visits], kind="stable")]
        worth[order] *= problem.rho ** np.arange(len(order))
    return worth


def window_blocks(
    minutes: int, n_blocks: int, *, stop_minutes: int
) -> Sequence[tuple[int, int]]:
    """Start windows [open, close] of equal blocks of a shift, each wide enough for a stop.

    Parameters
    ----------
    minutes : int
        Length of the shift. [minutes]
    n_blocks : int
        Blocks wanted; fewer come back when they would be shorter than one stop.
    stop_minutes : int
        A stop that starts in a block also ends in it. [minutes]

    Returns
    -------
    list of (int, int)
        Empty when the shift is shorter than one stop.

    Examples
    --------
    >>> window_blocks(360, 3, stop_minutes=15)
    [(0, 105), (120, 225), (240, 345)]
    """
    n = min(n_blocks, minutes // stop_minutes)
    edges = [minutes * b // n for b in range(n + 1)] if n else []
    return [(a, b - stop_minutes) for a, b in pairwise(edges) if b > a]
