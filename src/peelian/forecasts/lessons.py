"""What past periods teach a regression: which of them, which of their cells, and when anew.

A regression is fitted at fixed moments of the history, to the later half of what came before,
and used until the next; its features are new at every origin. When it is fitted depends on the
calendar alone, so that one pass over many origins and a forecast from one of them use the same
fit.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from peelian.forecasts.features import Columns, Features
from peelian.forecasts.memory import require_days, require_origins
from peelian.terms import (
    CoverageError,
    Floats,
    History,
    Ints,
    ParameterError,
    Periods,
    RiskSurface,
)

MIN_LESSONS = 6  # periods that teach
MIN_HITS = 50  # cells with events among them, period by period


@dataclass(frozen=True)
class Schedule:
    """When a regression is fitted, and to what.

    Parameters
    ----------
    refit_days : float
        Days of history between fits; 0 fits at every origin. [days]
    lesson_days : float
        How far back periods teach; never further than half of the history, so that each has
        as much before it as after. [days]
    n_cells : int
        Cells that teach in each period: those most at risk for their area, by shrunk counts.
        Several times as many as will be flagged.
    seed : int
        Decides between cells equally at risk, and what the trees draw.

    Notes
    -----
    Most events fall in the many cells that have had few, so a fit to the whole map bends the
    order of the few with many to please the rest: on Portland that cost a tenth of the hits.
    Elsewhere risk is that of shrunk counts at the level such cells had, and no higher than the
    middle of the cells that are corrected.
    """

    refit_days: float = 91.0
    lesson_days: float = 1096.0
    n_cells: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.refit_days >= 0:
            raise ParameterError(f"refit_days is {self.refit_days}; give 0 or more")
        require_days("lesson_days", self.lesson_days)
        if self.n_cells < 1 or self.seed < 0:
            raise ParameterError(
                f"n_cells is {self.n_cells} and seed {self.seed}; give 1 or more, 0 or more"
            )

    def fitted_at(self, periods: Periods, origin: int) -> int:
        """The origin whose fit is in use at this one: the first of its stretch."""
        if not self.refit_days:
            return origin
        passed = np.concatenate([[0.0], np.cumsum(periods.days[:origin])])
        stretch = np.floor(passed / self.refit_days + 1e-9)
        return int(np.searchsorted(stretch, stretch[origin]))

    def lessons(self, periods: Periods, fitted_at: int) -> Ints:
        """Held periods that teach: the later half of those before, none too old."""
        held = np.flatnonzero(periods.held[:fitted_at])
        if not len(held):
            return held
        later = held[(len(held) + 1) // 2 :]
        age = (periods.end[fitted_at - 1] - periods.start[later]) / np.timedelta64(1, "D")
        recent: Ints = later[age <= self.lesson_days + 1e-6]
        return recent


@dataclass(frozen=True, eq=False)
class Lessons:
    """Cells of past periods: what was known before, what came.

    Attributes
    ----------
    columns : array of float32, shape (n, n_features)
    counts : array, shape (n,)
        [events]
    baseline : array, shape (n,)
        Expected by shrunk counts. [events]
    period : array of int, shape (n,)
    """

    columns: Columns
    counts: Floats
    baseline: Floats
    period: Ints

    def __len__(self) -> int:
        return len(self.counts)

    @classmethod
    def of(cls, many: Sequence["Lessons"]) -> "Lessons":
        """Several together."""
        names = cls.__dataclass_fields__
        return cls(**{n: np.concatenate([getattr(one, n) for one in many]) for n in names})

    def where(self, chosen: Ints) -> "Lessons":
        """Some of the rows."""
        names = self.__dataclass_fields__
        return Lessons(**{name: getattr(self, name)[chosen] for name in names})

    def parted(self, quarter: int = 4) -> tuple["Lessons", "Lessons"]:
        """All before a quarter of the periods, to fit to, and that quarter, to judge by."""
        periods, which = np.unique(self.period, return_inverse=True)
        at = 4 * which // len(periods) + 1
        return self.where(np.flatnonzero(at < quarter)), self.where(
            np.flatnonzero(at == quarter)
        )

    def loss(self, expected: Floats) -> Floats:
        """Poisson log score of each row, but for what depends on its count alone."""
        surprise = np.zeros(len(self))
        hit = self.counts > 0
        surprise[hit] = self.counts[hit] * np.log(expected[hit])
        loss: Floats = expected - surprise
        return loss

    def simplest(self, losses: Iterable[Floats]) -> int:
        """Which of several fits, simplest first, to take: the one-standard-error rule.

        The simplest whose loss, row by row, is above that of the best by no more than its
        standard error.
        """
        each = np.array(list(losses), dtype=np.float32)
        above = each - each[np.argmin(each.sum(axis=1, dtype=np.float64))]
        error = np.sqrt(len(self)) * above.std(axis=1, dtype=np.float64)
        return int(np.argmax(above.sum(axis=1, dtype=np.float64) <= error))


class Knowing(Protocol):
    """What gives features at origins, such as `LagFeatures`."""

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Features]:
        """The features at each origin, from the periods before it alone."""
        ...


class Fitted(Protocol):
    """A regression fitted to lessons."""

    def expected(self, features: Features) -> Floats:
        """Events expected of the period ahead, shape (n_cells,)."""
        ...


@dataclass(frozen=True, eq=False)
class Course:
    """Features, schedule and a way to fit: all that a regression is.

    ``name`` is for messages.
    """

    name: str
    features: Knowing
    schedule: Schedule
    fit: Callable[[Lessons], Fitted]

    def forecast(self, made_by: object, history: History, horizon: int) -> RiskSurface:
        """The fit in use, asked for each period ahead: only the season differs."""
        *_, (features, fitted) = self._walk(history, [len(history.periods)])
        with _one_thread():
            risk = [fitted.expected(features.ahead(n)) for n in range(horizon)]
        shape = (horizon, history.grid.n_cells)
        return RiskSurface(np.array(risk).reshape(shape), history.grid, made_by)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin."""
        for features, fitted in self._walk(history, origins):
            with _one_thread():
                risk = fitted.expected(features)
            yield risk

    def _walk(
        self, history: History, origins: Sequence[int]
    ) -> Iterator[tuple[Features, Fitted]]:
        require_origins(history, origins)
        periods = history.periods
        fitted_at = {n: self.schedule.fitted_at(periods, n) for n in origins}
        lessons = {at: self.schedule.lessons(periods, at) for at in fitted_at.values()}
        taught = {int(n) for periods_ in lessons.values() for n in periods_}
        visits, times = sorted(taught | set(origins)), Counter(origins)
        kept: dict[int, tuple[Lessons, Floats]] = {}
        at, fitted = -1, None
        for n, features in zip(visits, self.features.walk(history, visits), strict=True):
            for _ in range(times[n]):
                if fitted is None or fitted_at[n] != at:
                    at = fitted_at[n]
                    fitted = self._fit([kept[int(p)] for p in lessons[at]])
                yield features, fitted
            if n in taught:
                longer = periods.days[n] / features.period_days
                kept[n] = self._teach(n, features, history.counts[n], longer)

    def _teach(
        self, period: int, features: Features, counts: Floats, longer: float
    ) -> tuple[Lessons, Floats]:
        """The cells most at risk; of the rest, the events that came and were expected."""
        rng = np.random.default_rng([self.schedule.seed, period])
        order = np.lexsort((rng.random(len(counts)), -features.density))
        most, rest = np.split(order, [self.schedule.n_cells])
        came, baseline = np.maximum(counts, 0.0), features.baseline * longer
        lessons = Lessons(
            features.columns[most], came[most], baseline[most], np.full(len(most), period)
        )
        return lessons, np.array([came[rest].sum(), baseline[rest].sum()])

    def _fit(self, kept: Sequence[tuple[Lessons, Floats]]) -> "_Corrected":
        """Fit to what there is, or say why not."""
        hits = sum(int(np.sum(lessons.counts > 0)) for lessons, _ in kept)
        if len(kept) < MIN_LESSONS or hits < MIN_HITS:
            raise CoverageError(
                f"{self.name}: {len(kept)} past periods to learn from, with {hits} cells that "
                f"had events; it needs {MIN_LESSONS} and {MIN_HITS}: hold more periods, or "
                "use a forecast that counts, such as gamma-poisson"
            )
        lessons = Lessons.of([lessons for lessons, _ in kept])
        came, expected = np.sum([rest for _, rest in kept], axis=0)
        with _one_thread():
            fitted = self.fit(lessons.where(np.flatnonzero(lessons.baseline > 0)))
        level = float(came / expected) if expected > 0 else 1.0
        return _Corrected(fitted, self.schedule.n_cells, level)


@dataclass(frozen=True, eq=False)
class _Corrected:
    """The fit in cells like those that taught; elsewhere shrunk counts at their level."""

    fitted: Fitted
    n_cells: int
    level: float

    def expected(self, features: Features) -> Floats:
        """Elsewhere no higher than the middle of the fit, so that no level leaps over it."""
        fitted = self.fitted.expected(features)
        if len(fitted) <= self.n_cells:
            return fitted
        density = features.density
        taught = density >= np.partition(density, -self.n_cells)[-self.n_cells]
        most = float(np.median((fitted / features.exposure)[taught]))
        rest = np.minimum(self.level * features.baseline, most * features.exposure)
        return np.where(taught, fitted, rest)


def _one_thread() -> AbstractContextManager[object]:
    """Keep libraries to one thread, so that two forecasts at work do not fight."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
