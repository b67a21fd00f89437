"""Events dated finely enough for a method, of held periods, in the order they were known.

Forecasts of near repeats need to know the day or the week of an event. Month-only data do not
say, and are refused.
"""

from dataclasses import dataclass

import numpy as np

from peelian.spacetime import assign_periods
from peelian.terms import CoverageError, Floats, History, Instants, Periods

_SECOND = np.timedelta64(1, "s")
_DAY = np.timedelta64(86_400, "s")


@dataclass(frozen=True, eq=False)
class DatedEvents:
    """Events of held periods, ascending by the instant at which they were known.

    Attributes
    ----------
    x, y : array, shape (n,)
        [m]
    when : array of datetime64[s], shape (n,)
        The middle of the time in which it happened.
    known : array of datetime64[s], shape (n,)
        When it was over and on record: no forecast from an earlier cutoff may use it.
    weight : array, shape (n,)
        [events]
    """

    x: Floats
    y: Floats
    when: Instants
    known: Instants
    weight: Floats


def dated_events(history: History, *, longest: np.timedelta64, method: str) -> DatedEvents:
    """The history's events, if most of them are dated finely enough.

    Parameters
    ----------
    history : History
        Where it carries no events its counts stand in for them, at the centre of their cell
        and the middle of their period.
    longest : timedelta64
        How long an event may last for its time to count as known.
    method : str
        Name for the message.

    Returns
    -------
    DatedEvents
        Events outside the periods, or in one not held, are left out.

    Raises
    ------
    CoverageError
        If more than half of the events (or of the held periods, where counts stand in) last
        longer than ``longest``.
    """
    if history.events is None:
        return _from_counts(history, longest, method)
    events, periods = history.events, history.periods
    _, inside = assign_periods(periods, events.start, events.end)
    events = events.where(inside)
    lasts = events.end - events.start
    _require_dated(int(np.sum(lasts > longest)), len(events), longest, method, "events")
    when = events.start + lasts // 2
    known = np.maximum(events.known, when + _SECOND)
    order = np.argsort(known, kind="stable")
    weight = np.asarray(events.weight, dtype=np.float64)
    return DatedEvents(
        events.x[order], events.y[order], when[order], known[order], weight[order]
    )


def cutoff(periods: Periods, origin: int) -> np.datetime64:
    """The instant after which nothing is known when the first ``origin`` periods are."""
    instant: np.datetime64 = periods.end[origin - 1] if origin else periods.start[0]
    return instant


def held_days(periods: Periods, origin: int, *, window_days: float) -> float:
    """Days held within a window before the cutoff. [days]"""
    if origin == 0:
        return 0.0
    before = (cutoff(periods, origin) - periods.start[:origin]) / _DAY  # start of each
    inside = np.minimum(before, window_days) - (before - periods.days[:origin])
    return float(np.maximum(inside, 0) @ periods.held[:origin])


def last_length(periods: Periods, origin: int) -> float:
    """Length of the last held period before the origin; NaN when there is none. [days]"""
    held = np.flatnonzero(periods.held[:origin])
    return float(periods.days[held[-1]]) if len(held) else float("nan")


def _from_counts(history: History, longest: np.timedelta64, method: str) -> DatedEvents:
    periods, grid = history.periods, history.grid
    lasts = (periods.end - periods.start)[periods.held]
    _require_dated(int(np.sum(lasts > longest)), len(lasts), longest, method, "periods")
    period, cell = np.nonzero((history.counts > 0) | (history.counts < 0))
    middle = periods.start + (periods.end - periods.start) // 2
    return DatedEvents(
        grid.x[cell],
        grid.y[cell],
        middle[period],
        periods.end[period],
        history.counts[period, cell],
    )


def _require_dated(
    n_longer: int, n: int, longest: np.timedelta64, method: str, what: str
) -> None:
    if 2 * n_longer > n:
        raise CoverageError(
            f"{method} needs to know when events happened to within {longest / _DAY:g} days; "
            f"{n_longer:,} of {n:,} {what} last longer, as in month-only data: use a forecast "
            "that counts, such as ewma"
        )
