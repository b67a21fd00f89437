"""Hour of the week: from windows in which events happened to a profile, and to hourly risk."""

from dataclasses import dataclass

import numpy as np

from peelian.spacetime import to_local
from peelian.terms import (
    LOCAL_ZONE,
    Bools,
    CoverageError,
    Events,
    Floats,
    Instants,
    Ints,
    ParameterError,
)

HOURS = 168  # in a week, from Monday 00:00 local time
_HOUR = np.timedelta64(3600, "s")
_DAY = np.timedelta64(86_400, "s")
_KNOWN = np.timedelta64(23 * 3600, "s")  # a date alone on the day the clock goes forward
_MONDAY = np.datetime64("1970-01-05T00:00:00")
_CHUNK = 100_000  # events at a time


@dataclass(frozen=True, eq=False)
class HourOfWeekProfile:
    """Share of a week's events in each of its hours.

    Attributes
    ----------
    force : array, shape (168,)
        Over all places, from Monday 00:00 local time; sums to 1.
    places : array, shape (n_places, 168)
        Of each place, drawn towards the force's; rows sum to 1.
    events : array, shape (n_places,)
        What each place's profile rests on: events, those of long windows counting for less.
    long_windows : array of bool, shape (n,)
        Events whose window is longer than a day.
    made_by : HourOfWeek
    """

    force: Floats
    places: Floats
    events: Floats
    long_windows: Bools
    made_by: "HourOfWeek"

    def hourly_risk(self, risk: Floats, place: Ints, start: np.datetime64) -> Floats:
        """A weekly risk made hourly.

        Parameters
        ----------
        risk : array, shape (n_cells,)
            Expected events of a week. [events]
        place : array of int, shape (n_cells,)
            Place of each cell, 0 to n_places - 1.
        start : datetime64[s]
            UTC, a full hour of local time.

        Returns
        -------
        hourly : array, shape (168, n_cells)
            Expected events of each of the 168 hours from ``start``. They sum to ``risk`` but
            in a week in which the clock changes, where an hour is missing or comes twice.
            [events]

        Raises
        ------
        ParameterError
            If lengths differ, a place has no profile, or ``start`` is not a full hour.
        """
        if len(risk) != len(place):
            raise ParameterError(f"{len(risk)} cells have {len(place)} places; give one each")
        if len(place) and not 0 <= place.min() <= place.max() < len(self.places):
            raise ParameterError(f"places run from 0 to {len(self.places) - 1}")
        hours = start.astype("M8[s]") + np.arange(HOURS) * _HOUR
        local = to_local(hours, zone=self.made_by.zone)
        if (local[0] - _MONDAY) % _HOUR:
            raise ParameterError(f"{start} is not a full hour of local time")
        hourly: Floats = self.places[place][:, _hour_of_week(local)].T * risk
        return hourly


@dataclass(frozen=True)
class HourOfWeek:
    """When in the week events happen: aoristic weights, smoothed round the week, shrunk.

    Parameters
    ----------
    smoothing_hours : float
        Standard deviation of the Gaussian that smooths the profile round the week. [hours]
    prior_events : float
        How many events the force's profile counts for in a place's own: one for each hour of
        the week by default, so that a place needs several hundred to speak for itself.
        [events]
    zone : str
        Zone of local time.

    Notes
    -----
    An event that happened at an unknown moment of a window is spread over the hours of the
    window in proportion [1]_. A window longer than a day says little of the hour: its event
    counts for one day over its length, and is flagged.

    Not for data without hours: dates alone, or months, are refused.

    References
    ----------
    .. [1] J. H. Ratcliffe, "Aoristic signatures and the spatio-temporal analysis of high
       volume crime patterns," Journal of Quantitative Criminology, 18(1), 23-43, 2002.
       doi:10.1023/A:1013240828824

    Examples
    --------
    >>> HourOfWeek(prior_events=50)
    HourOfWeek(smoothing_hours=1.5, prior_events=50, zone='Europe/London')
    """

    smoothing_hours: float = 1.5
    prior_events: float = float(HOURS)
    zone: str = LOCAL_ZONE

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing_hours <= HOURS:
            raise ParameterError(
                f"smoothing_hours is {self.smoothing_hours}; give 0 to {HOURS}"
            )
        if not self.prior_events > 0:
            raise ParameterError(f"prior_events is {self.prior_events}; give more than 0")

    def profile(
        self, events: Events, *, place: Ints | None = None, n_places: int = 1
    ) -> HourOfWeekProfile:
        """The profile of the force and of each place.

        Parameters
        ----------
        events : Events
        place : array of int, shape (n,), optional
            Place of each event, such as its district; one place when not given.
        n_places : int

        Returns
        -------
        HourOfWeekProfile
            Even over the week where there are no events at all; a place without events has
            the force's.

        Raises
        ------
        CoverageError
            If more than half of the events last 23 hours or longer: dates without hours.
        ParameterError
            If a place is out of range.
        """
        n = len(events)
        place = np.zeros(n, np.int64) if place is None else np.asarray(place)
        if len(place) != n:
            raise ParameterError(f"{n} events have {len(place)} places; give one each")
        if n and not 0 <= place.min() <= place.max() < n_places:
            raise ParameterError(f"places run from 0 to {n_places - 1}")
        lasts = events.end - events.start
        n_unknown = int(np.sum(lasts >= _KNOWN))
        if 2 * n_unknown > n:
            raise CoverageError(
                f"{n_unknown:,} of {n:,} events last 23 hours or longer, so their hour is not "
                "known, as in month-only data or dates alone; use data with times"
            )
        hours = np.zeros(n_places * HOURS)
        for chunk in (slice(a, a + _CHUNK) for a in range(0, n, _CHUNK)):
            event, hour, weight = self.aoristic(events.start[chunk], events.end[chunk])
            at = place[chunk][event] * HOURS + hour
            hours += np.bincount(
                at, weight * events.weight[chunk][event], minlength=len(hours)
            )
        by_place = hours.reshape(n_places, HOURS)
        counted = by_place.sum(axis=1)
        whole = by_place.sum(axis=0)
        even = np.full(HOURS, 1 / HOURS)
        force = self._smooth(whole / whole.sum()) if whole.sum() > 0 else even
        own = self._smooth(by_place)
        places = (own + self.prior_events * force) / (counted + self.prior_events)[:, None]
        return HourOfWeekProfile(force, places, counted, lasts > _DAY, self)

    def aoristic(self, start: Instants, end: Instants) -> tuple[Ints, Ints, Floats]:
        """Hours of the week that each event may have happened in, with their weights.

        Parameters
        ----------
        start, end : array of datetime64[s], shape (n,)
            UTC.

        Returns
        -------
        event, hour : array of int, shape (n_parts,)
            Number of the event; hour of the week, 0 from Monday 00:00 local time.
        weight : array, shape (n_parts,)
            The window's share in that hour. Sums to 1 for an event, to one day over its
            length for a window longer than a day.
        """
        start, end = start.astype("M8[s]"), end.astype("M8[s]")
        past = (to_local(start, zone=self.zone) - _MONDAY) % _HOUR  # since the hour struck
        lasts = end - start
        n_parts = np.maximum(-(-(past + lasts) // _HOUR), 1)
        event = np.repeat(np.arange(len(start)), n_parts)
        number = np.arange(len(event)) - np.repeat(np.cumsum(n_parts) - n_parts, n_parts)
        struck = (start - past)[event] + number * _HOUR
        inside = np.minimum(struck + _HOUR, end[event]) - np.maximum(struck, start[event])
        seconds = np.maximum(lasts.astype(np.int64), 1)[event]
        share = np.where(lasts[event] > 0 * _HOUR, inside.astype(np.int64) / seconds, 1.0)
        capped = share * np.minimum(86_400 / seconds, 1.0)
        hour = _hour_of_week(to_local(np.maximum(struck, start[event]), zone=self.zone))
        return event, hour, capped

    def _smooth(self, hours: Floats) -> Floats:
        """Round the week, so that Sunday night runs into Monday morning; sums stay."""
        if self.smoothing_hours == 0:
            return hours
        apart = np.abs(np.arange(HOURS) + HOURS * np.arange(-5, 6)[:, None])
        spreads = np.minimum(apart, 38 * self.smoothing_hours) / self.smoothing_hours
        kernel = np.exp(-(spreads**2) / 2).sum(axis=0)
        kernel /= kernel.sum()
        ring = kernel[(np.arange(HOURS)[:, None] - np.arange(HOURS)) % HOURS]
        smoothed: Floats = hours @ ring
        return smoothed


def _hour_of_week(local: Instants) -> Ints:
    """0 for Monday 00:00 to 00:59:59 of local time, to 167."""
    hour: Ints = ((local - _MONDAY) // _HOUR) % HOURS
    return hour
