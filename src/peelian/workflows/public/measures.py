"""The four measures of a store, by month: for the first page and for the public pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from peelian import evaluation, offences, reports, sources, spacetime, statistics
from peelian.offences import DefinitionChange, Measure
from peelian.store import Store
from peelian.terms import (
    Areas,
    Bools,
    ClassValidity,
    CoverageError,
    Events,
    Extract,
    Floats,
    Instants,
    KnifeDefinition,
    Table,
    Texts,
)
from peelian.workflows.gather import AREAS_LAYER, held_months

_SECOND = np.timedelta64(1, "s")
_YEAR = 12  # months
MOST_UNSAID = 0.1  # share of a period's events without a flag, above which no change is told
READ_FLAGS = "knife-flags"  # entries of the store: which batches took flags from narratives


@dataclass(frozen=True, eq=False)
class MonthlyMeasure:
    """One measure by month, for the whole area or by district.

    Attributes
    ----------
    measure : Measure
    areas : tuple of str
        The districts; one empty name for the whole area.
    months : array of str, shape (n_months,)
        ``2018-01`` and on, from the first month held to the last.
    held : array of bool, shape (n_months,)
    days : array, shape (n_months,)
        [days]
    counts : array, shape (n_areas, n_months)
        NaN in months not held, without a definition, or in which no event carries a flag.
        Events in no district are only in the whole area. [events]
    residents : array, shape (n_areas,)
        NaN where not held.
    unsaid : array, shape (n_months,)
        Events of the measure's codes of which it cannot be said whether they count: no flag,
        or a class that did not exist that day. [events]
    every : array, shape (n_months,)
        All events of those codes. [events]
    read_flags : int
        Flags of the events held that were read from narratives: of the knife measure only.
    mixed : bool
        Whether others were not.
    flags : tuple of DefinitionChange
        The days within the series from which it means something else.
    """

    measure: Measure
    areas: tuple[str, ...]
    months: Texts
    held: Bools
    days: Floats
    counts: Floats
    residents: Floats
    unsaid: Floats
    every: Floats
    read_flags: int
    mixed: bool
    flags: tuple[DefinitionChange, ...]

    @property
    def unflagged(self) -> float:
        """Events of which it cannot be said whether they count, in the months held."""
        return float(np.nansum(self.unsaid))

    @property
    def by_month(self) -> Table:
        """The whole area: ``month, n``, and ``twelve_months`` to it where any are held."""
        n = self.counts.sum(axis=0)
        columns: dict[str, Any] = {"month": self.months, "n": n}
        if not np.isnan(self.rolling_year).all():
            columns["twelve_months"] = self.rolling_year.sum(axis=0)
        return Table(columns, f"{self.measure.label} by month")

    @property
    def said(self) -> tuple[str, ...]:
        """How many in the whole area, per resident, and the change from a year before."""
        n = self.counts.sum(axis=0)
        if np.isnan(n).all():
            return (self.measure.reason or "No month held has a definition of it.",)
        total, residents = float(np.nansum(n)), float(self.residents.sum())
        rate = statistics.garwood(total, residents / evaluation.PER)
        found = [reports.rate_sentence(total, rate, int((~np.isnan(n)).sum()), residents)]
        if self.year_change:
            change, months = self.year_change.found, self.year_change.months
            found.append(reports.change_sentence(change, to=self.last_day, months=months))
        return tuple(found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was counted, and what a reader must know of it."""
        return reports.measure_notes(
            self.measure,
            unflagged=self.unflagged,
            mixed=self.mixed,
            read_flags=self.read_flags,
            flags=self.flags,
        )

    @property
    def last_day(self) -> date:
        """Of the last month."""
        return _day(str(self.months[-1]), after=1) - timedelta(days=1)

    @property
    def rolling_year(self) -> Floats:
        """Events in the twelve months to each, shape (n_areas, n_months); NaN if not all held.

        Successive totals share eleven months: a run of falling ones is not much evidence.
        """
        sums = np.full(self.counts.shape, np.nan)
        if len(self.months) >= _YEAR:
            sums[:, _YEAR - 1 :] = [evaluation.rolling_sums(n, _YEAR) for n in self.counts]
        return sums

    @property
    def year_change(self) -> evaluation.YearChange | None:
        """The whole area's last months against those a year before, where both mean the same.

        None too where `evaluation.compare_years` has none.
        """
        found = evaluation.compare_years(self.counts.sum(axis=0), self.days)
        return found if found and self.comparable(found.months) else None

    def comparable(self, k: int) -> bool:
        """Whether the last ``k`` months mean what the same months a year before do.

        Not across a change of definition, with flags made in two ways, or where more than
        MOST_UNSAID of the events of either time carry none. ``k`` is at most 12.
        """
        end = len(self.months)
        if self.mixed or end < _YEAR + k:
            return False
        for last in (end, end - _YEAR):
            part = slice(last - k, last)
            if self.unsaid[part].sum() > MOST_UNSAID * self.every[part].sum():
                return False
        first = _day(str(self.months[end - _YEAR - k]))
        return not any(one.day > first for one in self.flags)


def measures_held(
    store: Store, *, adopted: date | None = None, events: Events | None = None
) -> tuple[Measure, ...]:
    """What a store can say of each of `offences.MEASURES`, in their order.

    ``events`` are all that it holds, if they were read already. ``adopted`` is the day on
    which the force moved to the National Data Quality Improvement Service, whose flags are
    not comparable with officers'.
    """
    events = store.events() if events is None else events
    held = set(np.unique(events.offence).tolist())
    definitions = sources.read_knife_definitions()
    used, _ = _in_use(definitions, sorted(held_months(store)), adopted)
    codes = {code for one in used for code in one.codes} & held
    knife = _of(events, codes).knife
    return offences.measures_of(
        held,
        sources.read_offence_classes(),
        _validity(),
        used,
        flagged=knife is not None and not np.isnan(knife).all(),
    )


def monthly(
    store: Store,
    measure: Measure,
    *,
    by_district: bool = False,
    adopted: date | None = None,
    events: Events | None = None,
) -> MonthlyMeasure:
    """A measure by month, of the whole area or by district.

    ``adopted`` and ``events`` are as for `measures_held`.

    Raises
    ------
    CoverageError
        By district, where the store holds no areas.
    """
    held = held_months(store)
    periods = spacetime.month_periods(min(held), max(held), held=held)
    months = np.arange(min(held), np.datetime64(max(held)) + 1, dtype="datetime64[M]")
    if events is None:
        events = store.events(offences=measure.codes)
    else:
        events = _of(events, measure.codes)
    weight, read_flags, mixed, known = events.weight, 0, False, periods.held
    unsaid = np.zeros(len(events))
    flags: tuple[DefinitionChange, ...] = ()
    if measure.key == offences.KNIFE:
        definitions = sources.read_knife_definitions()
        enabled = offences.knife_flags(
            events, recorded_days(events), definitions, _validity(), adopted=adopted
        )
        flags = _in_use(definitions, sorted(held), adopted)[1]
        read_flags, mixed = _read_flags(store)
        first = np.datetime64(min(one.valid_from for one in definitions), "M")
        unsaid, weight = events.weight * np.isnan(enabled), events.weight * (enabled == 1)
        known = known & (months >= first)
    (_, (every,)), (_, (unknown,)) = (
        spacetime.count_districts(replace(events, weight=each), None, periods)
        for each in (events.weight, unsaid)
    )
    known = known & ((every != unknown) | (every == 0))
    areas = store.read_areas() if AREAS_LAYER in store.layers() else None
    if by_district and areas is None:
        raise CoverageError("no areas are held: run `peelian ingest --areas FILE` first")
    names, counts = spacetime.count_districts(
        replace(events, weight=weight), areas if by_district else None, periods
    )
    return MonthlyMeasure(
        measure,
        names,
        months.astype(str),
        periods.held,
        ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(float),
        np.where(known & bool(measure.codes), counts, np.nan),
        _residents(areas, names),
        unknown,
        every,
        read_flags,
        mixed,
        flags,
    )


def keep_read_flags(store: Store, batch: str, file: Path, n: int, *, now: datetime) -> None:
    """Write down that ``n`` flags of a batch were read from narratives: no event tells it."""
    digest = sources.sha256_of(file)
    said = {"batch": batch, "file": file.name, "sha256": digest, "n": n}
    store.append_entries(READ_FLAGS, {f"{batch[:16]}-{digest[:16]}": said}, now=now)


def _read_flags(store: Store) -> tuple[int, bool]:
    """Flags read from narratives in the batches that count, and whether others were not."""
    kept = {one.content["batch"]: int(one.content["n"]) for one in store.entries(READ_FLAGS)}
    read = sum(kept.get(batch.batch, 0) for batch in store.live_batches())
    if not read:
        return 0, False
    knife = store.events().knife
    return read, knife is not None and int((~np.isnan(knife)).sum()) > read


def misdated(events: Events) -> Table:
    """Events whose Home Office class did not exist on the day recorded, counted by class."""
    events = _of(events, _validity())
    return offences.misdated_classes(events.offence, recorded_days(events), _validity())


def misdated_sentences(extract: Extract, crs: str) -> tuple[str, ...]:
    """The same of a file, a sentence a class."""
    if not _validity().keys() & set(extract.events["offence"].unique().to_pylist()):
        return ()
    found = misdated(sources.as_events(extract, crs=crs)).columns
    return tuple(
        f"{extract.file}: {n:,} row{'s' * (n > 1)} kept, but {what}"
        for n, what in zip(found["n"].tolist(), found["what_to_do"].tolist(), strict=True)
    )


def _of(events: Events, codes: Collection[str]) -> Events:
    """The events of these codes."""
    return events.where(np.isin(events.offence, list(codes)))


def recorded_days(events: Events) -> Instants:
    """Local day on which each event was recorded, or began where that is not given.

    ``recorded`` is when an event was known: a date alone means by the end of that day, which
    is the midnight after it.
    """
    known = events.start
    if events.recorded is not None:
        known = np.where(np.isnat(events.recorded), known, events.recorded - _SECOND)
    days: Instants = spacetime.to_local(known).astype("datetime64[D]")
    return days


def _in_use(
    definitions: Sequence[KnifeDefinition], months: Sequence[str], adopted: date | None
) -> tuple[tuple[KnifeDefinition, ...], tuple[DefinitionChange, ...]]:
    """The knife definitions of the time held, in order, and the changes between them."""
    first = max(_day(months[0]), min(one.valid_from for one in definitions))
    last = _day(months[-1], after=1) - timedelta(days=1)
    if last < first:
        return (), ()
    changes = offences.definition_changes(definitions, first, last, adopted=adopted)
    days = (first, *(one.day for one in changes))
    used = (offences.definition_on(definitions, day, adopted) for day in days)
    return tuple(dict.fromkeys(used)), changes


def _day(month: str, after: int = 0) -> date:
    """The first day of a month, or of one after it."""
    day: date = (np.datetime64(month, "M") + after).astype("datetime64[D]").astype(date)
    return day


def _residents(areas: Areas | None, districts: tuple[str, ...]) -> Floats:
    """Of each district; of all areas for the one without a name."""
    if areas is None:
        return np.full(len(districts), np.nan)
    where = np.array(areas.district)
    return np.array(
        [areas.population[(where == name) | (name == "")].sum() for name in districts]
    )


@cache
def _validity() -> Mapping[str, ClassValidity]:
    return {one.code: one for one in sources.read_class_validity()}
