"""What a counting forecaster remembers: discounted events and days, origin by origin.

An origin is a number of periods: origin n knows periods 0 to n-1 and nothing later. Periods
not held add neither events nor days, but time passes in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, History, ParameterError


@dataclass(frozen=True, eq=False)
class Memory:
    """What is remembered at one origin; each day counts for ``w = 0.5 ** (age / half_life)``.

    Attributes
    ----------
    events : array, shape (n_cells,)
        Sum of w times the counts; zero where counts taken back outweigh those given.
        [events]
    days : float
        Sum of w times the days held: the effective exposure. [days]
    square_days : float
        Sum of w squared times the days held. [days]
    period_days : float
        Length of the last period held, the length a forecast is for; NaN when none is held.
        [days]
    """

    events: Floats
    days: float
    square_days: float
    period_days: float


def exponential_weights(age_days: ArrayLike, *, half_life_days: float) -> Floats:
    """What an event of each age still counts for.

    Parameters
    ----------
    age_days : array, shape (n,)
        Time from the event to the origin. [days]
    half_life_days : float
        Age at which an event counts for half; infinity never forgets. [days]

    Returns
    -------
    weights : array, shape (n,)
        ``0.5 ** (age / half_life)``. [0 to 1 for ages of zero or more]

    Examples
    --------
    >>> exponential_weights([3, 10, 40, 200], half_life_days=90).sum()
    np.float64(2.852212...)
    """
    weights: Floats = 0.5 ** (np.asarray(age_days, dtype=np.float64) / half_life_days)
    return weights


def remember(
    history: History, origins: Sequence[int], *, half_life_days: float
) -> Iterator[Memory]:
    """The memory at each origin, in one pass over the periods.

    Parameters
    ----------
    history : History
    origins : sequence of int
        Ascending, from 0 to the number of periods.
    half_life_days : float
        A period's counts have the age of its middle. [days]

    Yields
    ------
    Memory
        One an origin; its arrays are not changed afterwards.

    Raises
    ------
    ParameterError
        If the origins do not ascend or lie outside the history.
    """
    require_origins(history, origins)
    length, held = history.periods.days, history.periods.held
    events = np.zeros(history.grid.n_cells)
    days = square_days = 0.0
    period_days = float("nan")
    known = 0
    for origin in origins:
        for period in range(known, origin):
            decay, half = 0.5 ** (np.array([1.0, 0.5]) * length[period] / half_life_days)
            if decay != 1:
                events *= decay
            days, square_days = days * decay, square_days * decay**2
            if held[period]:
                counts = history.counts[period]
                events += counts if half == 1 else half * counts
                period_days = float(length[period])
                days += half * period_days
                square_days += half**2 * period_days
        known = origin
        yield Memory(np.maximum(events, 0), float(days), float(square_days), period_days)


def remember_window(
    history: History, origins: Sequence[int], *, window_days: float
) -> Iterator[Memory]:
    """The memory at each origin of the periods that lie wholly in the days before it.

    Parameters
    ----------
    history : History
    origins : sequence of int
        Ascending, from 0 to the number of periods.
    window_days : float
        Periods that start earlier than this before the origin are forgotten. [days]

    Yields
    ------
    Memory
        One an origin.

    Raises
    ------
    ParameterError
        If the origins do not ascend or lie outside the history.
    """
    require_origins(history, origins)
    length, held = history.periods.days, history.periods.held
    starts = np.concatenate([[0.0], np.cumsum(length)])
    for origin in origins:
        first = int(np.searchsorted(starts, starts[origin] - window_days - 1e-6))
        inside = np.arange(first, origin)[held[first:origin]]
        events = np.zeros(history.grid.n_cells)
        for period in inside:
            events += history.counts[period]
        days = float(length[inside].sum())
        period_days = float(length[inside[-1]]) if len(inside) else float("nan")
        yield Memory(np.maximum(events, 0), days, days, period_days)


def require_origins(history: History, origins: Sequence[int]) -> None:
    """Raise ParameterError unless the origins ascend within the history."""
    ends = [0, *origins, len(history.periods)]
    if any(later < earlier for earlier, later in pairwise(ends)):
        raise ParameterError(
            f"origins {list(origins)[:5]} must ascend from 0 to {len(history.periods)}, "
            "the number of periods"
        )


def require_days(name: str, days: float) -> None:
    """Raise ParameterError unless ``days`` is above zero."""
    if not days > 0:
        raise ParameterError(f"{name} is {days}; give a number of days above zero")
