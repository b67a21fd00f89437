"""Months, policing days and weeks, with their own lengths: a day of 23 or 25 hours is one day.

Local time is used for two things only: to cut periods and to show times. Where the clock goes
back, a local time that occurs twice means its first occurrence; where it goes forward, a local
time that never occurs means the instant the clock would have shown it had it not moved (the
meaning of ``fold=0`` in Python's ``zoneinfo``).
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from peelian.terms import (
    LOCAL_ZONE,
    POLICING_DAY_STARTS,
    Bools,
    Instants,
    ParameterError,
    Periods,
)

_SECOND = np.timedelta64(1, "s")
_DAY = np.timedelta64(1, "D")


def month_periods(
    first: str, last: str, *, held: Collection[str] | None = None, zone: str = LOCAL_ZONE
) -> Periods:
    """Local calendar months from ``first`` to ``last``, both included.

    Parameters
    ----------
    first, last : str
        As ``2018-01``.
    held : collection of str, optional
        Months the data cover, as ``2018-01``; all when not given. A month left out is unknown,
        never zero.
    zone : str
        Zone whose midnights cut the months.

    Returns
    -------
    periods : Periods
        Instants in UTC: a British summer month starts at 23:00 of the day before.

    Raises
    ------
    ParameterError
        If a month cannot be read or ``last`` comes before ``first``.
    """
    start, stop = _month(first), _month(last)
    if stop < start:
        raise ParameterError(f"the last month {last} comes before the first {first}")
    months = np.arange(start, stop + 2)
    covered = None if held is None else np.array([_month(m) for m in held], dtype="M8[M]")
    return _periods(to_utc(months.astype("M8[s]"), zone=zone), _held(months[:-1], covered))


def day_periods(
    first: date,
    last: date,
    *,
    day_starts: np.timedelta64 = POLICING_DAY_STARTS,
    zone: str = LOCAL_ZONE,
    held: Collection[date] | None = None,
) -> Periods:
    """Policing days from ``first`` to ``last``, both included; 23 or 25 hours twice a year.

    Parameters
    ----------
    first, last : date
        A policing day carries the date on which it starts.
    day_starts : timedelta64
        Local time of day at which it starts.
    zone : str
    held : collection of date, optional
        Days the data cover; all when not given.

    Returns
    -------
    periods : Periods

    Raises
    ------
    ParameterError
        If ``last`` comes before ``first``, or ``day_starts`` is not within a day.
    """
    days = _days(first, last, step=1)
    covered = None if held is None else np.array(list(held), dtype="M8[D]")
    return _periods(_day_starts(days, day_starts, zone), _held(days[:-1], covered))


def week_periods(
    first: date,
    last: date,
    *,
    day_starts: np.timedelta64 = POLICING_DAY_STARTS,
    zone: str = LOCAL_ZONE,
    held: Collection[date] | None = None,
) -> Periods:
    """Weeks of seven policing days, the first starting on ``first``.

    Parameters
    ----------
    first, last : date
        Weeks start on the weekday of ``first`` and go on while they end by the policing day
        ``last``: a week that is not complete is left out.
    day_starts : timedelta64
        Local time of day at which a policing day starts.
    zone : str
    held : collection of date, optional
        First days of the weeks the data cover; all when not given.

    Returns
    -------
    periods : Periods

    Raises
    ------
    ParameterError
        If no whole week fits, or ``day_starts`` is not within a day.
    """
    weeks = _days(first, last, step=7)
    covered = None if held is None else np.array(list(held), dtype="M8[D]")
    return _periods(_day_starts(weeks, day_starts, zone), _held(weeks[:-1], covered))


def policing_day(
    instants: Instants,
    *,
    day_starts: np.timedelta64 = POLICING_DAY_STARTS,
    zone: str = LOCAL_ZONE,
) -> NDArray[np.datetime64]:
    """Date of the policing day that each instant falls in.

    Parameters
    ----------
    instants : array of datetime64[s], shape (n,)
        UTC.
    day_starts : timedelta64
        Local time of day at which a policing day starts.
    zone : str

    Returns
    -------
    day : array of datetime64[D], shape (n,)
        NaT where the instant is NaT. The same cut as `day_periods`, to the second.

    Raises
    ------
    ParameterError
        If ``day_starts`` is not within a day.

    References
    ----------
    .. [1] Thames Valley Police hot-spot patrol trial: a day from 06:00 to 05:59:59.
    """
    instants = np.asarray(instants, dtype="M8[s]")
    day = (to_local(instants, zone=zone) - day_starts).astype("M8[D]")
    unique, which = np.unique(day, return_inverse=True)
    starts = _day_starts(unique, day_starts, zone)[which]
    ends = _day_starts(unique + 1, day_starts, zone)[which]
    placed: NDArray[np.datetime64] = day - (instants < starts) + (instants >= ends)
    return placed


def month_span(month: str, *, zone: str = LOCAL_ZONE) -> tuple[np.datetime64, np.datetime64]:
    """First instant of a local month and of the month after it, in UTC to the second.

    Raises
    ------
    ParameterError
        If ``month`` is not of the form ``2018-01``.
    """
    start = _month(month)
    first, after = to_utc(np.array([start, start + 1], dtype="M8[s]"), zone=zone)
    return first, after


def to_utc(local: NDArray[np.datetime64], *, zone: str = LOCAL_ZONE) -> Instants:
    """UTC instants of local wall-clock times.

    Parameters
    ----------
    local : array of datetime64[s], shape (n,)
        What the clock on the wall showed.
    zone : str

    Returns
    -------
    utc : array of datetime64[s], shape (n,)
        NaT where ``local`` is NaT. For times that occur twice or never, see the top of this
        module.
    """
    local = np.asarray(local, dtype="M8[s]")
    changes, offsets = _clock(local, zone)
    # Wall-clock time from which the new offset holds: past the hour repeated or skipped.
    from_wall = changes + np.maximum(offsets[1:], offsets[:-1])
    utc: Instants = local - offsets[np.searchsorted(from_wall, local, side="right")]
    return utc


def to_local(utc: Instants, *, zone: str = LOCAL_ZONE) -> NDArray[np.datetime64]:
    """Local wall-clock times of UTC instants, for display and for shift patterns.

    Parameters
    ----------
    utc : array of datetime64[s], shape (n,)
    zone : str

    Returns
    -------
    local : array of datetime64[s], shape (n,)
        NaT where ``utc`` is NaT.
    """
    utc = np.asarray(utc, dtype="M8[s]")
    changes, offsets = _clock(utc, zone)
    local: NDArray[np.datetime64] = utc + offsets[np.searchsorted(changes, utc, side="right")]
    return local


def _clock(
    times: NDArray[np.datetime64], zone: str
) -> tuple[Instants, NDArray[np.timedelta64]]:
    """Instants at which the clock changes around ``times``, and the offsets between them."""
    known = times[~np.isnat(times)]
    years = (
        known.astype("M8[Y]").astype(int) + 1970 if known.size else np.array([1970], dtype=int)
    )
    first, last = int(years.min()) - 1, int(years.max()) + 1
    if first < 2 or last > 9997:
        raise ParameterError(f"years {first + 1} to {last - 1} are outside the calendar")
    changes, offsets = _clock_changes(zone, first, last)
    return changes.copy(), offsets.copy()


@lru_cache(maxsize=64)
def _clock_changes(
    zone: str, first: int, last: int
) -> tuple[Instants, NDArray[np.timedelta64]]:
    """Each change of offset in those years, found by halving the day in which it falls."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ParameterError(
            f"{zone!r} is not a known time zone; give a name such as {LOCAL_ZONE}"
        ) from error

    def offset(seconds: int) -> int:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        shift = moment.astimezone(tz).utcoffset() or timedelta(0)
        return int(shift.total_seconds())

    day = 86400
    start, stop = (
        int(np.datetime64(f"{year:04d}", "s").astype(int)) for year in (first, last + 1)
    )
    changes: list[int] = []
    offsets = [offset(start)]
    for midnight in range(start, stop, day):
        after = offset(midnight + day)
        if after == offsets[-1]:
            continue
        low, high = midnight, midnight + day
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offset(middle) == after else (middle, high)
        changes.append(high)
        offsets.append(after)
    return np.array(changes, dtype="M8[s]"), np.array(offsets, dtype="m8[s]")


def _day_starts(
    days: NDArray[np.datetime64], day_starts: np.timedelta64, zone: str
) -> Instants:
    """UTC instants at which the policing days of those dates start."""
    if not np.timedelta64(0, "s") <= day_starts < _DAY:
        raise ParameterError(
            f"a policing day cannot start at {day_starts}; give 0 to 24 hours"
        )
    return to_utc(days.astype("M8[s]") + day_starts.astype("m8[s]"), zone=zone)


def _days(first: date, last: date, *, step: int) -> NDArray[np.datetime64]:
    """First date of each whole step up to ``last``, and the date after them all."""
    start, stop = np.datetime64(first, "D"), np.datetime64(last, "D") + 1
    n = int((stop - start).astype(int)) // step
    if n < 1:
        raise ParameterError(f"from {first} to {last} there is no whole period of {step} days")
    return start + step * np.arange(n + 1)


def _month(text: str) -> np.datetime64:
    """``2018-01`` as a month."""
    try:
        month = np.datetime64(text, "M")
        if str(month) == str(text):
            return month
    except ValueError:
        pass
    raise ParameterError(f"{text!r} is not a month; give it as 2018-01")


def _held(keys: NDArray[np.datetime64], covered: NDArray[np.datetime64] | None) -> Bools:
    """Whether each period is among those covered."""
    return np.ones(len(keys), bool) if covered is None else np.isin(keys, covered)


def _periods(edges: Instants, held: Bools) -> Periods:
    """Periods between consecutive edges."""
    return Periods(start=edges[:-1], end=edges[1:], held=held)
