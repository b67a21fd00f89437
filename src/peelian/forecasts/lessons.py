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
    zeros_per_event : int
        Cells without events drawn for each cell with some.
    seed : int
        Of the draws.
    """

    refit_days: float = 91.0
    lesson_days: float = 1096.0
    zeros_per_event: int = 20
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.refit_days >= 0:
            raise ParameterError(f"refit_days is {self.refit_days}; give 0 or more")
        require_days("lesson_days", self.lesson_days)
        if self.zeros_per_event < 1 or self.seed < 0:
            raise ParameterError(
                f"zeros_per_event is {self.zeros_per_event} and seed {self.seed}; "
                "give 1 or more, and 0 or more"
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
    exposure : array, shape (n,)
        As in `Features`. [days]
    weight : array, shape (n,)
        How many cells each stands for: 1 with events, more without.
    period : array of int, shape (n,)
    """

    columns: Columns
    counts: Floats
    baseline: Floats
    exposure: Floats
    weight: Floats
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
        loss: Floats = self.weight * (expected - surprise)
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
        periods, held = history.periods, history.periods.held
        fitted_at = {n: self.schedule.fitted_at(periods, n) for n in origins}
        lessons = {at: self.schedule.lessons(periods, at) for at in fitted_at.values()}
        taught = {int(n) for periods_ in lessons.values() for n in periods_}
        visits, times = sorted(taught | set(origins)), Counter(origins)
        kept: dict[int, Lessons] = {}
        at, fitted = -1, None
        for n, features in zip(visits, self.features.walk(history, visits), strict=True):
            for _ in range(times[n]):
                if fitted is None or fitted_at[n] != at:
                    at = fitted_at[n]
                    fitted = self._fit([kept[int(p)] for p in lessons[at]])
                yield features, fitted
            if n in taught and held[n]:
                longer = periods.days[n] / features.period_days
                kept[n] = self._draw(n, features, history.counts[n], longer)

    def _draw(self, period: int, features: Features, counts: Floats, longer: float) -> Lessons:
        """Every cell with events; of the others, likely ones with the greater chance.

        A cell without events matters by what it was expected to have, so half of the chance
        goes by that and half is even; each drawn stands for one over its chance.
        """
        hit, none = np.flatnonzero(counts > 0), np.flatnonzero(~(counts > 0))
        wanted = self.schedule.zeros_per_event * max(len(hit), 1)
        likely = features.baseline[none]
        likely = likely / likely.sum() if likely.sum() > 0 else np.full(len(none), np.nan)
        even = 1 / max(len(none), 1)
        chance = np.minimum(wanted * (np.nan_to_num(likely, nan=even) + even) / 2, 1.0)
        rng = np.random.default_rng([self.schedule.seed, period])
        drawn = rng.random(len(none)) < chance
        cells = np.concatenate([hit, none[drawn]])
        return Lessons(
            features.columns[cells],
            np.maximum(counts[cells], 0.0),
            features.baseline[cells] * longer,
            features.exposure[cells] * longer,
            np.concatenate([np.ones(len(hit)), 1 / chance[drawn]]),
            np.full(len(cells), period),
        )

    def _fit(self, kept: list[Lessons]) -> Fitted:
        """Fit to what there is, or say why not."""
        hits = sum(int(np.sum(lesson.counts > 0)) for lesson in kept)
        if len(kept) < MIN_LESSONS or hits < MIN_HITS:
            raise CoverageError(
                f"{self.name}: {len(kept)} past periods to learn from, with {hits} cells that "
                f"had events; it needs {MIN_LESSONS} and {MIN_HITS}: hold more periods, or "
                "use a forecast that counts, such as gamma-poisson"
            )
        lessons = Lessons.of(kept)
        with _one_thread():
            return self.fit(lessons.where(np.flatnonzero(lessons.baseline > 0)))


def _one_thread() -> AbstractContextManager[object]:
    """Keep libraries to one thread, so that two forecasts at work do not fight."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
