"""Search for good routes: ruin a neighbourhood, rebuild it by insertion, accept by annealing.

The moves are those of slack induction by string removals (Christiaens and Vanden Berghe 2020),
with visits that may stay unserved. They are compiled (``search_kernels``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peelian.operations.problem import REQUIRED, WANTED, Routes, RoutingProblem, Service
from peelian.terms import Floats, Ints, ParameterError

if TYPE_CHECKING:
    from peelian.operations.search_kernels import Rounds, Task

HOT, COLD = 0.10, 0.001  # annealing temperatures, in mean visit values
TRAVEL_PRICE = 0.0075  # mean visit values for travel as long as a stop: breaks ties
STEPS = 100  # parts of the budget; between them progress is told and the clock read


def solve(
    problem: RoutingProblem,
    *,
    iterations: int,
    rng: np.random.Generator,
    searches: int = 1,
    seconds: float | None = None,
    clock: Callable[[], float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Routes:
    """Routes of high value that every team can drive.

    Parameters
    ----------
    problem : RoutingProblem
    iterations : int
        Rounds of ruin and rebuild after the first construction. The same number, generator
        and problem give the same routes when there is no clock.
    rng : Generator
    searches : int
        Independent searches, each in a thread; the best is kept.
    seconds : float, optional
        Search for so long instead; ``clock`` tells the time. [seconds]
    clock : callable, optional
        Returns seconds.
    progress : callable, optional
        Called with the rounds (or seconds) done and in all, about a hundred times.

    Returns
    -------
    tuple of tuples of Service
        One row for each team, each visit at its earliest time. Empty rows where nothing fits.

    Raises
    ------
    ParameterError
        If seconds are given without a clock.

    References
    ----------
    .. [1] J. Christiaens and G. Vanden Berghe, "Slack induction by string removals for vehicle
       routing problems", Transportation Science, 54(2), 417-433, 2020.
       doi:10.1287/trsc.2019.0914
    """
    if seconds is not None and clock is None:
        raise ParameterError("seconds need a clock: give one, or a number of iterations")
    if not problem.n_teams or not problem.n_visits:
        return ((),) * problem.n_teams
    from concurrent.futures import ThreadPoolExecutor

    begun = clock() if clock else 0.0  # compiling counts
    task, children = _task(problem), rng.spawn(searches)
    budget = _Budget(iterations, seconds, clock, begun, progress)
    with ThreadPoolExecutor(searches) as threads:
        found = list(
            threads.map(lambda child: _search(problem, task, budget, child), children)
        )
    best = max(found, key=lambda rounds: float(rounds.total[0]))
    return tuple(
        tuple(Service(int(v), int(best.start[v])) for v in route[:n])
        for route, n in zip(best.route, best.length, strict=True)
    )


@dataclass(frozen=True)
class _Budget:
    """How long to search, in rounds or in seconds."""

    iterations: int
    seconds: float | None
    clock: Callable[[], float] | None
    begun: float
    progress: Callable[[int, int], None] | None

    def shares(self) -> Iterator[tuple[int, float, float]]:
        """Rounds to go now, and the share of the budget spent before and after them."""
        if self.seconds is None or self.clock is None:
            step = max(1, self.iterations // STEPS)
            for done in range(0, self.iterations, step):
                n = min(step, self.iterations - done)
                self._tell(done, self.iterations)
                yield n, done / self.iterations, (done + n) / self.iterations
            return
        rounds, took = 1, 0.0
        while (spent := (self.clock() - self.begun) / self.seconds) < 1:
            self._tell(round(spent * self.seconds), round(self.seconds))
            yield rounds, spent, min(spent + took, 1.0)
            took = (self.clock() - self.begun) / self.seconds - spent
            rounds = max(1, min(2 * rounds, round(rounds / max(took * STEPS, 1e-9))))

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)


def _search(
    problem: RoutingProblem, task: "Task", budget: _Budget, rng: np.random.Generator
) -> "Rounds":
    """One search: build, then ruin and rebuild while the temperature falls."""
    from peelian.operations import search_kernels as kernels

    now, best, trial = (_empty(problem, task) for _ in range(3))
    everyone = np.arange(problem.n_teams)
    anywhere = np.ones(problem.n_visits, dtype=np.bool_)
    kernels.rebuild(task, now, everyone, everyone, anywhere, 0.0, rng)
    kernels.copy(now, best)
    scale = max(float(np.mean(problem.visit_value)), 1e-300)
    price = TRAVEL_PRICE * scale / float(np.mean(problem.stop_minutes))
    fall = COLD / HOT
    for rounds, before, after in budget.shares():
        kernels.anneal(
            task, now, best, trial, scale * HOT * fall**before,
            fall ** ((after - before) / rounds), price, rounds, rng,
        )  # fmt: skip
    return best


def _task(problem: RoutingProblem) -> "Task":
    """The problem as the kernels want it."""
    from peelian.operations.search_kernels import Task

    p = problem

    def whole(values: Ints) -> Ints:
        return np.array(values, dtype=np.int64, order="C")  # one type, compiled once

    order = np.lexsort((p.visit_open, p.visit_stop))
    _, group = np.unique(p.groups, return_inverse=True)
    by_worth = np.lexsort((-p.visit_value, group))
    n_groups = int(group.max()) + 1
    allowed = np.ones((p.n_teams, p.n_visits)) if p.allowed is None else p.allowed
    teams = [p.team_base, p.modes * p.travel.shape[-1], p.team_start, p.team_end]
    place, need = (a[p.visit_stop] for a in (p.stop_place, p.stop_minutes))
    visits = [p.visit_stop, group, place, need, p.visit_open, p.visit_close]
    return Task(
        travel=whole(p.travel.reshape(-1, p.travel.shape[-1])),
        teams=whole(np.column_stack(teams)),
        visits=whole(np.column_stack(visits)),
        worth=np.column_stack([p.visit_value, _bonus(p)]).astype(np.float64),
        first=whole(np.searchsorted(p.visit_stop[order], np.arange(p.n_stops + 1))),
        of_stop=whole(order),
        group_first=whole(np.searchsorted(group[by_worth], np.arange(n_groups + 1))),
        by_worth=whole(by_worth),
        allowed=np.array(allowed, dtype=np.bool_, order="C"),
        near=whole(
            np.argsort(p.quickest[np.ix_(p.stop_place, p.stop_place)], axis=1, kind="stable")
        ),
        rho=float(p.rho),
        gap=int(p.min_gap),
    )


def _bonus(problem: RoutingProblem) -> Floats:
    """More than all of lower rank are worth together, so that rank goes before worth."""
    step = 1.0 + float(np.sum(problem.visit_value))
    ranks = problem.ranks
    bonus = np.where(ranks == WANTED, step, 0.0)
    bonus[ranks == REQUIRED] = step * (1 + np.count_nonzero(ranks == WANTED))
    return bonus


def _empty(problem: RoutingProblem, task: "Task") -> "Rounds":
    """No visit served yet."""
    from peelian.operations.search_kernels import Rounds, schedule

    n_teams, n_visits = problem.n_teams, problem.n_visits
    longest = int((problem.team_end - problem.team_start).max() // problem.stop_minutes.min())
    wide = min(longest, n_visits) + 2  # the base at both ends
    shapes: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(("route", "legs", "ready", "due"), (n_teams, wide)),
        **dict.fromkeys(("length", "driven"), (n_teams,)),
        **dict.fromkeys(("team", "start", "low", "high"), (n_visits,)),
    }
    ends = np.cumsum([np.prod(shape) for shape in shapes.values()])
    whole, real = np.full(ends[-1], -1), np.concatenate([task.worth.sum(axis=1), np.zeros(2)])
    parts = zip(shapes.items(), np.split(whole, ends[:-1]), strict=True)
    views = {name: part.reshape(shape) for (name, shape), part in parts}
    rounds = Rounds(
        whole=whole, real=real, gain=real[:n_visits], total=real[n_visits:], **views
    )
    rounds.length[:] = 0
    rounds.driven[:] = 0
    rounds.low[:], rounds.high[:] = problem.visit_open, problem.visit_close
    for team in range(n_teams):
        schedule(task, rounds, team)
    return rounds
