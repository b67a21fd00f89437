"""Forecasts that count the past: all of it alike, or recent events for more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from peelian.forecasts.memory import Memory, remember, remember_window, require_days
from peelian.statistics import garwood_limits, weighted_garwood_limits
from peelian.terms import Floats, History, RiskSurface

TWO_YEARS = 730.0  # best simple half-life on Portland's weekly origins [days]


@dataclass(frozen=True)
class LongWindowCount:
    """Past offences counted: the baseline every forecast must beat.

    Parameters
    ----------
    window_days : float, optional
        How far back to count, in periods that lie wholly inside; None counts everything held.
        Three to five years where recording has been consistent. [days]

    Notes
    -----
    Over sixteen rolling tasks on Portland, counting everything beat counting the last 365
    days in fifteen, and the last 90 days in all. Not for use across a change of recording or
    of boundaries: set the window so that it starts after it.

    Examples
    --------
    >>> LongWindowCount()
    LongWindowCount(window_days=None)
    """

    window_days: float | None = None

    def __post_init__(self) -> None:
        if self.window_days is not None:
            require_days("window_days", self.window_days)

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Events counted a day, times the length of a period.

        Parameters
        ----------
        history : History
            Periods not held add neither events nor days.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` is the same in each period ahead; ``low`` and ``high`` are the exact
            Poisson (Garwood) limits of the expectation, as if the cell's rate had been
            constant. NaN when no period is held, or none lies in the window. [events]
        """
        memory = next(self._remember(history, [len(history.periods)]))
        low, high = garwood_limits(memory.events, memory.days)
        return _surface(self, history, horizon, memory, low, high)

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
            Equal to ``forecast(history.until(origin), 1).risk[0]``, at little cost. [events]
        """
        return (_per_period(memory) for memory in self._remember(history, origins))

    def _remember(self, history: History, origins: Sequence[int]) -> Iterator[Memory]:
        if self.window_days is None:
            return remember(history, origins, half_life_days=np.inf)
        return remember_window(history, origins, window_days=self.window_days)


@dataclass(frozen=True)
class EWMA:
    """Past offences counted with exponentially falling weight.

    Parameters
    ----------
    half_life_days : float
        Age at which an event counts for half. [days]

    Notes
    -----
    A short half-life chases noise: on Portland 730 days beat 180 in most tasks. Events have
    the age of the middle of their period.

    Examples
    --------
    >>> EWMA(half_life_days=365)
    EWMA(half_life_days=365)
    """

    half_life_days: float = TWO_YEARS

    def __post_init__(self) -> None:
        require_days("half_life_days", self.half_life_days)

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Discounted events over discounted days, times the length of a period.

        Parameters
        ----------
        history : History
            Periods not held add neither events nor days.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` is the same in each period ahead; ``low`` and ``high`` are gamma limits
            for a weighted sum of Poisson counts (Fay and Feuer), as if the cell's rate had
            been constant. NaN when no period is held. [events]
        """
        now = [len(history.periods)]
        memory = next(remember(history, now, half_life_days=self.half_life_days))
        squared = next(remember(history, now, half_life_days=self.half_life_days / 2))
        low, high = weighted_garwood_limits(memory.events, squared.events, 1.0, memory.days)
        return _surface(self, history, horizon, memory, low, high)

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
            Equal to ``forecast(history.until(origin), 1).risk[0]``, at little cost. [events]
        """
        memories = remember(history, origins, half_life_days=self.half_life_days)
        return (_per_period(memory) for memory in memories)


def _per_period(memory: Memory) -> Floats:
    """Events expected in one period; NaN when nothing is remembered."""
    scale = memory.period_days / memory.days if memory.days > 0 else np.nan
    return memory.events * scale


def _surface(
    made_by: object, history: History, horizon: int, memory: Memory, low: Floats, high: Floats
) -> RiskSurface:
    """The same expectation for each period ahead, with its limits a day made a period's."""
    risk, low, high = (
        np.tile(a, (horizon, 1))
        for a in (_per_period(memory), low * memory.period_days, high * memory.period_days)
    )
    return RiskSurface(risk, history.grid, made_by, low, high)
