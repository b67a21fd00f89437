"""The counts of an evaluation: from a table that a user brings, or of events in polygons."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from peelian import sources, spacetime
from peelian.store import Store
from peelian.terms import (
    AreaCounts,
    Bools,
    Events,
    Ingredient,
    ParameterError,
    Role,
    StudyArea,
)
from peelian.workflows.chosen import (
    chosen_offences,
    events_of_file,
    events_of_store,
    file_ingredient,
)
from peelian.workflows.designs.places_compared import (
    ComparedPlaces,
    count_places,
    with_surroundings,
)
from peelian.workflows.extent import MONTH, WEEK, is_monthly, span_of
from peelian.workflows.gather import STUDY_AREA_LAYER, held_months
from peelian.workflows.notes import (
    refusal_notes,
    sink_notes,
    taken_back_notes,
    training_notes,
)
from peelian.workflows.settings import Measured

PASTED = "counts as given"  # the name of a table that came without a file

Span = tuple[date, date]


@dataclass(frozen=True, eq=False)
class Gathered:
    """Counts with what went into them; ``places`` where they were counted in polygons."""

    counts: AreaCounts
    ingredients: tuple[Ingredient, ...]
    notes: tuple[str, ...] = ()
    places: ComparedPlaces | None = None
    period: str = ""


def spans_of(before: str, after: str) -> tuple[Span | None, Span | None]:
    """First and last day before and after; None where not given. They may not overlap."""
    spans = [span_of(text) if text else None for text in (before, after)]
    for said, span in zip((before, after), spans, strict=True):
        if span and span[1] < span[0]:
            raise ParameterError(f"{said}: the last day is before the first")
    if spans[0] and spans[1] and spans[0][1] >= spans[1][0]:
        raise ParameterError(
            f"before ({before}) and after ({after}) overlap: the time after begins when the "
            "time before has ended"
        )
    return spans[0], spans[1]


def gather_counts(
    store: Store | None,
    measured: Measured,
    *,
    now: datetime,
    places: ComparedPlaces | None = None,
) -> Gathered:
    """Counts of treated, control and surrounding areas, as the settings say.

    ``places`` are polygons already known, instead of files.
    """
    spans = spans_of(measured.before, measured.after)
    if tabled(measured):
        return _of_table(measured, *spans)
    _require_polygons(measured, places)
    before, after = spans
    if before is None or after is None:
        raise ParameterError("give the times before and after, such as 2018-01..2018-06")
    return _of_polygons(store, measured, (before, after), places, now)


def gather_baseline(store: Store | None, measured: Measured, *, now: datetime) -> Gathered:
    """Counts before the action alone: what a design can be judged by before it starts."""
    before, _ = spans_of(measured.before, measured.after)
    if before is None:
        raise ParameterError("give the time before, such as 2018-01..2018-06")
    if tabled(measured):
        found = _of_table(measured, before, None)
        return replace(found, counts=found.counts.during(~found.counts.after))
    _require_polygons(measured, None)
    return _of_polygons(store, measured, (before,), None, now)


def _require_polygons(measured: Measured, places: ComparedPlaces | None) -> None:
    if places is None and not (measured.treated and measured.control):
        raise ParameterError(
            "nothing to count: give a table of counts (area, period, n, role), or polygons "
            "by --treated and --control with events"
        )


def tabled(measured: Measured) -> bool:
    """Whether the counts are a table's; ParameterError when they are also polygons'."""
    table = bool(measured.counts or measured.rows)
    if table and (measured.treated or measured.control):
        raise ParameterError("give a table of counts, or polygons with events: not both")
    return table


def _of_table(measured: Measured, before: Span | None, after: Span | None) -> Gathered:
    name, text = PASTED, measured.rows
    if measured.counts:
        name, text = measured.counts, _text_of(Path(measured.counts))
    counts = dated(sources.parse_area_counts(name, text), before, after)
    digest = hashlib.sha256(text.encode()).hexdigest()
    n = max(len(text.strip().splitlines()) - 1, 0)
    return Gathered(counts, (Ingredient(name, digest, n, 0, "file"),))


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: not UTF-8 text; save the table as CSV UTF-8") from error


def dated(counts: AreaCounts, before: Span | None, after: Span | None) -> AreaCounts:
    """The counts of the periods in these times, those of the second being after."""
    if not (before or after):
        return counts
    try:
        days = np.array(counts.periods, dtype="datetime64[D]")
    except ValueError as error:
        raise ParameterError(
            f"the periods of the table ({counts.periods[0]} ...) are no dates: leave out the "
            "dates before and after, or write the periods as YYYY-MM-DD or YYYY-MM"
        ) from error

    def within(span: Span) -> Bools:
        return np.asarray((days >= np.datetime64(span[0])) & (days <= np.datetime64(span[1])))

    late = within(after) if after else days > np.datetime64(before[1] if before else "NaT")
    early = within(before) if before else days < np.datetime64(after[0] if after else "NaT")
    chosen = replace(counts, after=np.asarray(late)).during(np.asarray(early | late))
    if not chosen.periods:
        raise ParameterError(
            f"no period of the table ({counts.periods[0]} to {counts.periods[-1]}) is in the "
            "times before and after: check the dates"
        )
    return chosen


def _of_polygons(
    store: Store | None,
    measured: Measured,
    spans: Sequence[Span],
    places: ComparedPlaces | None,
    now: datetime,
) -> Gathered:
    events, ingredients, notes, months = events_for(store, measured, now)
    if places is None:
        places, files = read_places_compared(measured, events.crs)
        ingredients = (*ingredients, *files)
        places, cut = with_surroundings(
            places, measured.buffer, _study_area(store, measured, places)
        )
        notes = (*notes, *cut)
    monthly = is_monthly(events)
    if monthly and measured.period not in ("", MONTH):
        raise ParameterError(
            f"period {measured.period}: these events are known to the month only"
        )
    whole_months = all(
        first.day == 1 and (last + timedelta(days=1)).day == 1 for first, last in spans
    )
    if monthly and not whole_months:
        raise ParameterError(
            "the data give the month only: give whole months, such as 2018-01..2018-06"
        )
    period = measured.period or (MONTH if monthly else WEEK)
    counts = count_places(events, places, spans, period=period, months=months)
    return Gathered(counts, ingredients, notes, places, period)


def events_for(
    store: Store | None, measured: Measured, now: datetime
) -> tuple[Events, tuple[Ingredient, ...], tuple[str, ...], frozenset[str] | None]:
    """The events of the file or the store, and the months held where that is known."""
    given = measured.source
    if given.events:
        events, extract = events_of_file(given, now=now)
        events, *back = spacetime.without_taken_back(events)
        notes = (*refusal_notes(extract), *taken_back_notes(*back))
        return events, (file_ingredient(given, extract),), notes, None
    if store is None:
        raise ParameterError("no store and no file of events: give one of them")
    training = chosen_offences(store, measured.offence_set)
    events, taken, on_sink = events_of_store(store, training, keep_sinks=False)
    batches = tuple(
        Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches()
    )
    notes = (
        *training_notes(training, monthly=False),
        *sink_notes(len(on_sink)),
        *taken_back_notes(*taken),
    )
    return events, batches, notes, held_months(store)


def _study_area(
    store: Store | None, measured: Measured, places: ComparedPlaces
) -> StudyArea | None:
    """Where events are recorded, as far as that is known."""
    path = measured.source.study_area
    if path:
        return sources.read_study_area(path, crs=places.crs)
    held = store is not None and not measured.source.events
    if held and store is not None and STUDY_AREA_LAYER in store.layers():
        return store.read_study_area()
    return None


def read_places_compared(
    measured: Measured, crs: str
) -> tuple[ComparedPlaces, tuple[Ingredient, ...]]:
    """The polygons of the files, each with its role."""
    names: list[str] = []
    roles: list[Role] = []
    polygons: list[object] = []
    files = []
    for path, role in ((measured.treated, Role.TREATED), (measured.control, Role.CONTROL)):
        found, shapes = sources.read_polygons(path, crs=crs)
        names += found
        roles += [role] * len(found)
        polygons += list(shapes)
        digest = sources.sha256_of(Path(path))
        files.append(Ingredient(path, digest, len(found), 0, "file"))
    places = ComparedPlaces(tuple(names), tuple(roles), tuple(polygons), crs)
    return places, tuple(files)
