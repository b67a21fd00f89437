"""What happened: events as analysed, their counts, and a forecast's risk."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Protocol

import numpy as np

from peelian.terms.arrays import Bools, Floats, Instants, Ints, Texts, require_length
from peelian.terms.errors import ParameterError
from peelian.terms.space import BRITISH_NATIONAL_GRID, Grid
from peelian.terms.time import Periods


class Setting(StrEnum):
    """Where an event took place, as far as the data say."""

    PUBLIC = "public"
    DOMESTIC = "domestic"
    INDOOR = "indoor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Events:
    """Recorded incidents with place and time, as analysed.

    Attributes
    ----------
    x, y : array, shape (n,)
        Place. [m in ``crs``]
    start, end : array of datetime64[s], shape (n,)
        The event happened in [start, end], UTC; equal when the instant is known. A month-only
        record spans its month.
    weight : array, shape (n,)
        What the event counts for: 1, or its harm. [events, or days]
    offence : array of str, shape (n,)
        Code from a named list, such as ``police-uk:robbery``.
    place : array of str, shape (n,)
        The published name of the point or street; empty when not given.
    area_code : array of str, shape (n,)
        The area the data name (an LSOA code); empty when not given.
    recorded : array of datetime64[s], shape (n,), optional
        When it came on record, UTC; NaT where not given.
    knife : array, shape (n,), optional
        1 where a knife or sharp instrument was used or threatened, 0 where none was, NaN where
        nobody has said.
    """

    x: Floats
    y: Floats
    start: Instants
    end: Instants
    weight: Floats
    offence: Texts
    place: Texts
    area_code: Texts
    crs: str = BRITISH_NATIONAL_GRID
    recorded: Instants | None = None
    knife: Floats | None = None

    def __post_init__(self) -> None:
        require_length(
            "Events",
            len(self.x),
            y=self.y,
            start=self.start,
            end=self.end,
            weight=self.weight,
            offence=self.offence,
            place=self.place,
            area_code=self.area_code,
            recorded=self.recorded,
            knife=self.knife,
        )

    def __len__(self) -> int:
        return len(self.x)

    @property
    def known(self) -> Instants:
        """When each was over and on record, shape (n,): no earlier cutoff may use it."""
        return self.end if self.recorded is None else np.fmax(self.end, self.recorded)

    def where(self, chosen: Bools) -> "Events":
        """The events for which ``chosen``, shape (n,), is true."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "crs"}
        held = {name: column for name, column in columns.items() if column is not None}
        return Events(**{name: c[chosen] for name, c in held.items()}, crs=self.crs)


@dataclass(frozen=True, eq=False)
class Late:
    """Every event of the periods and cells in which one came on record late, shape (n,) each.

    Late is after the end of its period. All events of such a count are here, those recorded in
    time too, so that it can be made anew from what was known at any instant: taking the late
    ones off would leave a trace of them in rounding.

    Attributes
    ----------
    period, cell : array of int
        Where it is counted.
    weight : array
        [events]
    recorded : array of datetime64[s]
        UTC; NaT for known by the end of the period.
    """

    period: Ints
    cell: Ints
    weight: Floats
    recorded: Instants

    def __post_init__(self) -> None:
        require_length(
            "Late",
            len(self.period),
            cell=self.cell,
            weight=self.weight,
            recorded=self.recorded,
        )

    def where(self, chosen: Bools) -> "Late":
        """The events for which ``chosen``, shape (n,), is true."""
        return Late(
            self.period[chosen], self.cell[chosen], self.weight[chosen], self.recorded[chosen]
        )


@dataclass(frozen=True, eq=False)
class History:
    """Counts seen so far, shape (n_periods, n_cells); NaN rows where a period is not held.

    ``late`` is what `until` needs to take back counts that were not on record yet; None where
    the data do not say when, or nothing was late. ``companions`` are counts of other offences
    in the same cells and periods, by name: forecast from, never forecast or scored;
    ``late_companions`` is what ``late`` is, for those of them that need it. ``weighted`` says
    that the counts are weights, such as harm, even where they happen to be whole.
    """

    counts: Floats
    grid: Grid
    periods: Periods
    events: Events | None = None
    exposure: Floats | None = None
    late: Late | None = None
    companions: Mapping[str, Floats] = field(default_factory=dict)
    late_companions: Mapping[str, Late] = field(default_factory=dict)
    weighted: bool = False

    def __post_init__(self) -> None:
        for counts in (self.counts, *self.companions.values()):
            if counts.shape != (len(self.periods), self.grid.n_cells):
                raise ParameterError(
                    f"History: counts have shape {counts.shape}, expected "
                    f"({len(self.periods)}, {self.grid.n_cells})"
                )
            if not np.array_equal(~np.isnan(counts).all(axis=1), self.periods.held):
                raise ParameterError(
                    "History: counts must be NaN in exactly the periods not held"
                )

    def until(self, n: int) -> "History":
        """What was known after the first ``n`` periods: nothing of the later ones remains.

        Nor does any event that came on record after the last of them had ended.
        """
        cutoff = self.periods.end[n - 1] if n else self.periods.start[0]
        events = self.events
        if events is not None:
            events = events.where(events.known <= cutoff)
        counts, late = _on_record(self.counts[:n], self.late, cutoff)
        companions, late_companions = {}, {}
        for name, other in self.companions.items():
            known, after = _on_record(other[:n], self.late_companions.get(name), cutoff)
            companions[name] = known
            if after is not None:
                late_companions[name] = after
        return History(
            counts,
            self.grid,
            self.periods.until(n),
            events,
            self.exposure,
            late,
            companions,
            late_companions,
            self.weighted,
        )


def _on_record(
    counts: Floats, late: Late | None, cutoff: np.datetime64
) -> tuple[Floats, Late | None]:
    """Counts without what came on record after the cutoff, and what is left of ``late``."""
    if late is None:
        return counts, None
    late = late.where(late.period < len(counts))
    unknown = late.recorded > cutoff
    if unknown.any():
        counts = counts.copy()
        counts[late.period, late.cell] = 0.0
        late = late.where(~unknown)
        np.add.at(counts, (late.period, late.cell), late.weight)
    return counts, late


@dataclass(frozen=True, eq=False)
class RiskSurface:
    """Expected events (or harm) by period ahead and cell, shape (horizon, n_cells).

    ``made_by`` is the forecaster, whose repr is its full record. ``low`` and ``high`` bound a
    95 % interval of the expectation where the method has one, same shape as ``risk``.
    """

    risk: Floats
    grid: Grid
    made_by: object
    low: Floats | None = None
    high: Floats | None = None

    def __post_init__(self) -> None:
        for name in ("risk", "low", "high"):
            array = getattr(self, name)
            if array is not None and (array.ndim != 2 or array.shape[1] != self.grid.n_cells):
                raise ParameterError(
                    f"RiskSurface: {name} has shape {array.shape}, expected "
                    f"(horizon, {self.grid.n_cells})"
                )


class Forecaster(Protocol):
    """Settings plus one method."""

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Expected events by period ahead and cell, shape (horizon, n_cells)."""
        ...
