"""Counts here, near, wide, lately, at one address and of other offences, each to a power."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from peelian.forecasts.counting import TWO_YEARS
from peelian.forecasts.dated import cutoff
from peelian.forecasts.memory import (
    exponential_weights,
    remember,
    require_days,
    require_origins,
)
from peelian.forecasts.smoothing import Smoother
from peelian.spacetime import assign_cells, assign_periods, require_bandwidth
from peelian.terms import Floats, History, ParameterError, RiskSurface

LESSON_DAYS = 28.0  # what one lesson foretells [days]
LEARNED_FOR = 730.0  # how far back lessons go, never over half of the history [days]
CELLS_AT_RISK = 1_000  # lessons are learned where it matters: in so many cells, highest risk
FLOOR = 0.2  # of what one event today would add to a cell: what a cell without events has
MAX_STEPS = 30
_CLOSE_ENOUGH = 1e-6  # change of the logarithm of risk in one step
_DAY = np.timedelta64(86_400, "s")

# Powers before anything is learned; those of several companions share theirs.
OWN = {"here": 0.3, "near": 0.4, "wide": 0.2, "lately": 0.05, "repeats": 0.3}
COMPANION = {"here": 0.2, "near": 0.1}


@dataclass(frozen=True)
class ManyScales:
    """Risk as a product of smoothed past counts, each to a power learned from the past.

    Parameters
    ----------
    half_life_days : float
        Age at which an event counts for half. [days]
    near, wide : float
        Standard deviations of the Gaussians that smooth the map. [m]
    recent_days : float
        Half-life of what counts as lately. [days]
    prior_events : float
        Events that must be learned from for the powers to move about halfway from where they
        start.

    Notes
    -----
    For each cell several kinds of counts are taken: *here*, *near* and *wide* (discounted, and
    smoothed by nothing, by ``near`` and by ``wide``), *lately* (fast discounted, smoothed by
    ``wide``), *repeats* (the root of the sum over exact places of their discounted counts
    squared, where the history has events) and, for each companion of the history, its counts
    *here* and *near*. With x_k those, and c_k a fifth of what one event today would add,

        risk_i = level * product over k of (x_ik + c_ik)^power_k.

    The powers are a Poisson regression's [1]_, on lessons of 28 days that the last two years
    hold (at most the later half of the history), in the thousand cells most at risk at the
    start of each, shrunk to powers set beforehand: with nothing to learn from, those are used.
    The level makes the map sum to what `EWMA` expects.

    Not with companions that patrols produce, such as possession of weapons: they would draw
    patrols to where patrols go.

    References
    ----------
    .. [1] P. McCullagh and J. A. Nelder, "Generalized Linear Models," 2nd ed., Chapman and
       Hall, 1989.

    Examples
    --------
    >>> ManyScales().near
    100.0
    """

    half_life_days: float = TWO_YEARS
    near: float = 100.0
    wide: float = 400.0
    recent_days: float = 30.0
    prior_events: float = 100.0

    def __post_init__(self) -> None:
        require_days("half_life_days", self.half_life_days)
        require_days("recent_days", self.recent_days)
        require_bandwidth(self.near)
        require_bandwidth(self.wide)
        if not self.prior_events > 0:
            raise ParameterError(f"prior_events is {self.prior_events}; give more than 0")

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """The product of the counts, at the level of `EWMA`.

        Parameters
        ----------
        history : History
            Periods not held add neither events nor days, and teach nothing.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` is the same in each period ahead; no ``low`` or ``high``: how wrong the
            powers are is not known. NaN when no period is held. [events]
        """
        risk = next(self.walk(history, [len(history.periods)]))
        return RiskSurface(np.tile(risk, (horizon, 1)), history.grid, self)

    def powers(self, history: History) -> dict[str, float]:
        """The power of each kind of count, as learned from all of the history.

        Parameters
        ----------
        history : History

        Returns
        -------
        dict of str to float
            ``here``, ``near``, ``wide``, ``lately``, ``repeats``, and ``here`` and ``near`` of
            each companion with its name before it.
        """
        *_, (_, powers) = self._walk(history, [len(history.periods)])
        return dict(zip(self._start(history), powers.tolist(), strict=True))

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin, from the periods before it alone.

        Parameters
        ----------
        history : History
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        risk : array, shape (n_cells,)
            Equal to ``forecast(history.until(origin), 1).risk[0]``; powers are learned anew
            every 28 days. [events]
        """
        for known, powers in self._walk(history, origins):
            if np.isnan(known.expected):
                yield np.full(history.grid.n_cells, np.nan)
                continue
            logs = known.logs @ powers
            risk = np.exp(logs - logs.max(initial=-np.inf))
            yield risk * (known.expected / risk.sum() if known.expected else 0.0)

    def _start(self, history: History) -> dict[str, float]:
        """The powers before anything is learned."""
        own = {k: p for k, p in OWN.items() if k != "repeats" or history.events is not None}
        n = len(history.companions)
        others = {
            f"{name} {kind}": power / n
            for name in history.companions
            for kind, power in COMPANION.items()
        }
        return own | others

    def _walk(
        self, history: History, origins: Sequence[int]
    ) -> Iterator[tuple["_Known", Floats]]:
        """What is known at each origin, and the powers in use there."""
        require_origins(history, origins)
        start = np.array(list(self._start(history).values()))
        taught = {n: _lessons(history, n) for n in origins}
        lessons = {lesson.first: lesson for many in taught.values() for lesson in many}
        visits, times = sorted({*origins, *lessons}), Counter(origins)
        learned: dict[_Lesson, tuple[Floats, Floats]] = {}
        powers, fitted_to = start, tuple[_Lesson, ...]()
        for n, known in zip(visits, self._know(history, visits), strict=True):
            for _ in range(times[n]):
                if taught[n] != fitted_to:
                    fitted_to = taught[n]
                    powers = _learn(
                        [learned[one] for one in fitted_to], start, self.prior_events
                    )
                yield known, powers
            if n in lessons:
                learned[lessons[n]] = known.lesson(history, lessons[n], start)

    def _know(self, history: History, visits: Sequence[int]) -> Iterator["_Known"]:
        """The logarithms of every kind of count at each visit, in one pass."""
        grid, periods = history.grid, history.periods
        near, wide = Smoother(grid, self.near), Smoother(grid, self.wide)
        whole = grid.area / grid.area.max(initial=np.finfo(np.float64).tiny)
        floor = {"here": whole, "near": near.own, "wide": wide.own}
        floor |= {"lately": wide.own, "repeats": whole}
        past = remember(history, visits, half_life_days=self.half_life_days)
        recent = remember(history, visits, half_life_days=self.recent_days)
        others = [
            remember(
                History(counts, grid, periods), visits, half_life_days=self.half_life_days
            )
            for counts in history.companions.values()
        ]
        repeats = _repeats(history, visits, self.half_life_days)
        for memory, lately, again, *companions in zip(
            past, recent, repeats, *others, strict=True
        ):
            kinds = [
                ("here", memory.events),
                ("near", near.smooth(memory.events)),
                ("wide", wide.smooth(memory.events)),
                ("lately", wide.smooth(lately.events)),
            ]
            if again is not None:
                kinds.append(("repeats", again))
            for other in companions:
                kinds += [("here", other.events), ("near", near.smooth(other.events))]
            logs = np.stack([np.log(x + FLOOR * floor[kind]) for kind, x in kinds], axis=1)
            rate = float(memory.events.sum()) / memory.days if memory.days > 0 else np.nan
            yield _Known(logs, rate * memory.period_days)


@dataclass(frozen=True)
class _Lesson:
    """Held periods ``first`` to ``end - 1``, foretold together."""

    first: int
    end: int


@dataclass(frozen=True, eq=False)
class _Known:
    """At one origin: ``logs``, shape (n_cells, n_kinds), and the events of a period in all."""

    logs: Floats
    expected: float

    def lesson(
        self, history: History, lesson: _Lesson, start: Floats
    ) -> tuple[Floats, Floats]:
        """Logs of the cells most at risk, from their mean, and what came."""
        logs, n = self.logs, min(CELLS_AT_RISK, len(self.logs))
        cells = np.sort(np.argpartition(-(logs @ start), n - 1)[:n]) if n else np.arange(0)
        came = history.counts[lesson.first : lesson.end, cells].sum(axis=0)
        return logs[cells] - logs[cells].mean(axis=0), np.maximum(came, 0.0)


def _lessons(history: History, origin: int) -> tuple[_Lesson, ...]:
    """Lessons over before an origin: by the calendar of the history, so that walks agree."""
    periods = history.periods
    passed = np.concatenate([[0.0], np.cumsum(periods.days[:origin])])
    number = np.floor(passed / LESSON_DAYS + 1e-9)
    edges = np.flatnonzero(np.diff(number, prepend=-1.0))
    oldest = max(passed[-1] / 2, passed[-1] - LEARNED_FOR) - 1e-6
    return tuple(
        _Lesson(int(first), int(end))
        for first, end in pairwise(edges)
        if passed[first] >= oldest and periods.held[first:end].all()
    )


def _repeats(
    history: History, visits: Sequence[int], half_life_days: float
) -> Iterator[Floats | None]:
    """Root of the sum over a cell's exact places of their discounted events squared."""
    events, periods, n_cells = history.events, history.periods, history.grid.n_cells
    if events is None:
        yield from (None for _ in visits)
        return
    _, in_time = assign_periods(periods, events.start, events.end)
    cell, in_grid = assign_cells(history.grid, events.x, events.y)
    events, cell = events.where(in_time & in_grid), cell[in_time & in_grid]
    places, first, place = np.unique(
        events.x + 1j * events.y, return_index=True, return_inverse=True
    )
    when, known = events.start + (events.end - events.start) // 2, events.known
    for n in visits:
        now = cutoff(periods, n)
        usable = known <= now
        age = (now - when[usable]) / _DAY
        weight = events.weight[usable]
        weight = weight * exponential_weights(age, half_life_days=half_life_days)
        counted = np.bincount(place[usable], weight, minlength=len(places))
        squares = np.maximum(counted, 0.0) ** 2
        yield np.sqrt(np.bincount(cell[first], squares, minlength=n_cells))


def _learn(
    lessons: Sequence[tuple[Floats, Floats]], start: Floats, prior_events: float
) -> Floats:
    """Poisson regression, its powers drawn to where they start.

    The penalty is on what a standard deviation of each kind does to the logarithm of risk, so
    that it weighs as much as so many events.
    """
    x = np.concatenate([logs for logs, _ in lessons]) if lessons else np.zeros((0, len(start)))
    y = np.concatenate([came for _, came in lessons]) if lessons else np.zeros(0)
    if not y.sum() > 0:
        return start
    spread = x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    z = np.column_stack([np.ones(len(x)), x / spread])
    begin = np.concatenate([[0.0], start * spread])
    begin[0] = np.log(y.sum() / np.exp(z @ begin).sum())
    penalty = np.full(len(begin), prior_events)
    penalty[0] = 0.0
    at = begin
    for _ in range(MAX_STEPS):
        expected = np.exp(z @ at)
        slope = z.T @ (y - expected) - penalty * (at - begin)
        curve = (z * expected[:, None]).T @ z + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        largest = float(np.abs(step).max())
        at = at + step * min(1.0, 1.0 / largest) if largest > 0 else at
        if largest < _CLOSE_ENOUGH:
            break
    powers: Floats = at[1:] / spread
    return powers
