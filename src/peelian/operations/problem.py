"""The routing problem as arrays, and the value that no answer can exceed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from peelian.terms import Bools, Floats, Ints, ParameterError
from peelian.terms.arrays import require_length


class Service(NamedTuple):
    """One visit served: its index in the problem, and the minute at which it starts."""

    visit: int
    start: int


ORDINARY, WANTED, REQUIRED = 0, 1, 2  # ranks of a visit

Routes = tuple[tuple[Service, ...], ...]  # one row of services for each team, in order


@dataclass(frozen=True, eq=False)
class RoutingProblem:
    """Team orienteering with time windows; minutes are whole.

    Attributes
    ----------
    travel : array of int, shape (n_places, n_places), or one such for each mode of travel
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
    team_mode : array of int, shape (n_teams,), optional
        Which of the matrices of ``travel`` is the team's; the first when not given.
    allowed : array of bool, shape (n_teams, n_visits), optional
        Which team may serve which visit; every team every visit when not given.
    visit_group : array of int, shape (n_visits,), optional
        Visits that diminish each other's value; those to one stop when not given.
    visit_rank : array of int, shape (n_visits,), optional
        ORDINARY, WANTED (served before any ordinary one, if it can be) or REQUIRED (an answer
        without it is not valid); all ordinary when not given.
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
    team_mode: Ints | None = None
    allowed: Bools | None = None
    visit_group: Ints | None = None
    visit_rank: Ints | None = None

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
        n_places = self.travel.shape[-1]
        square = self.travel.ndim in (2, 3) and self.travel.shape[-2] == n_places
        if not square or np.any(self.travel < 0):
            raise ParameterError("travel: give a square matrix of minutes, none negative")
        self._require_limits()
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

    def _require_limits(self) -> None:
        """What says who may serve what must fit the teams and visits."""
        require_length("teams", self.n_teams, mode=self.team_mode)
        require_length("visits", self.n_visits, group=self.visit_group, rank=self.visit_rank)
        n_modes = len(self.travel) if self.travel.ndim == 3 else 1
        if self.team_mode is not None and np.any(
            (self.team_mode < 0) | (self.team_mode >= n_modes)
        ):
            raise ParameterError(f"team mode: an index is outside 0 to {n_modes - 1}")
        if self.allowed is not None and self.allowed.shape != (self.n_teams, self.n_visits):
            raise ParameterError(
                f"allowed has shape {self.allowed.shape}: {self.n_teams} teams and "
                f"{self.n_visits} visits need ({self.n_teams}, {self.n_visits})"
            )

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

    def travel_of(self, team: int) -> Ints:
        """Minutes from place to place as the team travels, shape (n_places, n_places)."""
        if self.travel.ndim == 2:
            return self.travel
        matrix: Ints = self.travel[self.modes[team]]
        return matrix

    @property
    def modes(self) -> Ints:
        """Which matrix of ``travel`` is each team's, shape (n_teams,)."""
        if self.team_mode is None:
            return np.zeros(self.n_teams, dtype=np.int64)
        return self.team_mode

    @property
    def quickest(self) -> Ints:
        """Minutes from place to place by the quickest mode, shape (n_places, n_places)."""
        return self.travel if self.travel.ndim == 2 else self.travel.min(axis=0)

    @property
    def groups(self) -> Ints:
        """The group of each visit, shape (n_visits,)."""
        return self.visit_stop if self.visit_group is None else self.visit_group

    @property
    def ranks(self) -> Ints:
        """The rank of each visit, shape (n_visits,)."""
        if self.visit_rank is None:
            return np.zeros(self.n_visits, dtype=np.int64)
        return self.visit_rank

    def team_name(self, team: int) -> str:
        """What messages call a team."""
        return self.team_names[team] if self.team_names else str(team)

    def visit_name(self, visit: int) -> str:
        """What messages call a visit: its stop, and which of the stop's visits it is."""
        stop = int(self.visit_stop[visit])
        name = self.stop_names[stop] if self.stop_names else str(stop)
        return f"stop {name}, visit {visit - int(np.argmax(self.visit_stop == stop))}"


def with_visits(problem: RoutingProblem, kept: Bools) -> RoutingProblem:
    """The problem with fewer visits.

    Parameters
    ----------
    problem : RoutingProblem
    kept : array of bool, shape (n_visits,)
    """
    return replace(
        problem,
        visit_stop=problem.visit_stop[kept],
        visit_value=problem.visit_value[kept],
        visit_open=problem.visit_open[kept],
        visit_close=problem.visit_close[kept],
        visit_group=problem.groups[kept],
        visit_rank=problem.ranks[kept],
        allowed=None if problem.allowed is None else problem.allowed[:, kept],
    )


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
    nearest = problem.quickest[ends].min(axis=0)
    cost = (problem.stop_minutes + nearest[problem.stop_place])[problem.visit_stop]
    purse = float(np.sum(problem.team_end - problem.team_start))
    order = np.argsort(-worth / cost, kind="stable")
    room = purse - np.concatenate([[0.0], np.cumsum(cost[order])[:-1]])
    return float(np.sum(worth[order] * np.clip(room / cost[order], 0, 1)))


def _diminished(problem: RoutingProblem) -> Floats:
    """What each visit adds when its group is served whole, largest value first."""
    worth = problem.visit_value.astype(float)
    for group in np.unique(problem.groups):
        visits = np.flatnonzero(problem.groups == group)
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
