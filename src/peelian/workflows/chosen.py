"""Which events a job is about: offences of a store by name, or rows of a file."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian import offences, sources, spacetime
from peelian.store import Store, filter_rows
from peelian.terms import (
    CoverageError,
    DataError,
    Events,
    Extract,
    Ingredient,
    NotFound,
    OffenceClass,
    OffenceSet,
    ParameterError,
    Periods,
)
from peelian.workflows.notes import refused_text
from peelian.workflows.settings import EventsFile

EVERY_OFFENCE = "all"
FILES_OF_POINTS = (".geojson", ".json", ".gpkg", ".parquet")


def chosen_offences(store: Store, name: str) -> offences.TrainingSet:
    """What to train on, by name.

    ``name`` is a set (``name@version`` for one version of several, else the first that has
    codes the store holds), ``all`` for every offence held, or codes separated by commas.
    """
    held = store.offence_counts().columns["offence"].tolist()
    classes = sources.read_offence_classes()
    if name == EVERY_OFFENCE or ":" in name:
        codes = held if name == EVERY_OFFENCE else [code.strip() for code in name.split(",")]
        known = {one.code for one in classes}
        own = tuple(OffenceClass(code, code) for code in held if code not in known)
        if not set(codes) & set(held):
            raise CoverageError(
                f"the store holds no offence {', '.join(codes)}: it holds {', '.join(held)}"
            )
        label = "Every offence held" if name == EVERY_OFFENCE else ", ".join(codes)
        asked = OffenceSet(name, "as asked", tuple(codes), label, "")
        return offences.training_set(asked, (*classes, *own))
    set_name, _, version = name.partition("@")
    sets = [s for s in sources.read_offence_sets() if s.name == set_name]
    sets = [s for s in sets if version in ("", s.version)]
    if not sets:
        listed = sorted({f"{s.name}@{s.version}" for s in sources.read_offence_sets()})
        raise NotFound(f"no offence set {name!r}: choose one of {', '.join(listed)}, or all")
    fitting = [s for s in sets if set(held) & set(s.codes)]
    if not fitting:
        raise CoverageError(
            f"the store holds no offence of the set {name!r} ({', '.join(sets[0].codes)}); it "
            f"holds {', '.join(sorted(held))}: name codes of these, or all, as the offence set"
        )
    return offences.training_set(fitting[0], classes)


def events_of_store(
    store: Store, training: offences.TrainingSet, *, keep_sinks: bool
) -> tuple[Events, tuple[int, int], Events]:
    """Events to train on, how many were taken back, and those left out at sinks.

    Of those taken back: how many, and how many rows that take back found none.
    """
    every = store.events(offences=training.codes)
    if training.offence_set.flagged:
        every = _flagged(every, training.offence_set)
    on_sink = np.zeros(len(every), dtype=bool)
    if not keep_sinks:
        on_sink = offences.sink_mask(every, sources.read_sinks())
    events, *back = spacetime.without_taken_back(every.where(~on_sink))
    return events, (back[0], back[1]), every.where(on_sink)


def _flagged(events: Events, chosen: OffenceSet) -> Events:
    """The events whose knife flag says yes; CoverageError where none says anything."""
    knife = np.full(len(events), np.nan) if events.knife is None else events.knife
    if np.isnan(knife).all():
        raise CoverageError(
            f"offence set {chosen.name} {chosen.version}: no event says whether a knife was "
            "used; name the column that does in the mapping, or choose "
            f"{chosen.name}@home-office-1 for every event of its classes"
        )
    return events.where(knife == 1)


def _with_columns(given: EventsFile) -> EventsFile:
    """The file's columns, those of its points when it has points and none were named."""
    points = Path(given.events).suffix.lower() in FILES_OF_POINTS
    if points and not (given.x or given.y):
        given = replace(given, x=sources.X, y=sources.Y)
    for name in ("x", "y", "time"):
        if not getattr(given, name):
            raise ParameterError(f"{given.events}: say which column is --{name}")
    return given


def events_of_file(given: EventsFile, *, now: datetime) -> tuple[Events, Extract]:
    """The events of a file that its settings describe, and what was refused.

    DataError when that is all of it.
    """
    given = _with_columns(given)
    columns: dict[str, Any] = {
        "x": given.x,
        "y": given.y,
        "time": given.time,
        "crs": given.crs,
        "weight": given.weight or None,
        "recorded": given.recorded or None,
    }
    if given.where:
        events, extract = sources.read_filtered(
            given.events,
            sources.EventColumns(**columns),
            lambda table: filter_rows(table, given.where),
            now=now,
        )
    else:
        events, extract = sources.read_events(given.events, **columns, now=now)
    if not len(events):
        said = refused_text(extract)
        raise DataError(f"{extract.file}: none of {extract.read:,} rows can be used: {said}")
    return events, extract


def weighed(events: Events, name: str, *, raw: bool) -> tuple[Events, tuple[str, ...]]:
    """Events weighed by the harm index of that name, and what to tell of it.

    No name leaves them as they are; ``raw`` leaves the harm of each whole.
    """
    if not name:
        return events, ()
    index = sources.harm_index(name)
    found, left_out = offences.weigh_by_harm(events, index)
    notes = [f"{index.sentence} What is weighed by it is in days of harm.", *index.notes]
    if left_out:
        notes.append(f"Left out: {left_out:,} events that the index has no value for.")
    if raw:
        notes.append("To report, the harm of each event is left whole.")
    else:
        capped = offences.winsorised(found.weight)
        n, most = int((capped < found.weight).sum()), capped.max(initial=0)
        above = f"{n:,} events are brought down to it" if n else "no event is above it"
        notes.append(
            f"To target, an event counts for at most {most:g} days, as all but the largest "
            f"one in a hundred do: {above}."
        )
        found = replace(found, weight=capped)
    return found, tuple(notes)


def harm_file(name: str) -> tuple[Ingredient, ...]:
    """The file of a harm index of the user's own, as an ingredient."""
    path = name.partition("=")[2]
    return (Ingredient(path, sources.sha256_of(Path(path)), 0, 0, "file"),) if path else ()


def in_crs(events: Events, crs: str) -> Events:
    """The same events in another CRS."""
    if spacetime.crs_code(events.crs) == spacetime.crs_code(crs):
        return events
    x, y = spacetime.transform(events.x, events.y, from_crs=events.crs, to_crs=crs)
    return replace(events, x=x, y=y, crs=crs)


def file_ingredient(given: EventsFile, extract: Extract) -> Ingredient:
    """A file of events as an ingredient of what is made from it."""
    n_refused = len(extract.refused)
    return Ingredient(given.events, extract.sha256, extract.read, n_refused, "file")


def in_time(events: Events, periods: Periods) -> Events:
    """The events that the counts can hold: those in a period held."""
    return events.where(spacetime.assign_periods(periods, events.start, events.end)[1])
