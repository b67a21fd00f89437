"""The companions of a forecast: other offences that it may learn from."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from peelian import forecasts, spacetime
from peelian.store import Store
from peelian.terms import Events, Grid, Ingredient, Periods, PlatformError
from peelian.workflows.chosen import (
    chosen_offences,
    events_of_file,
    events_of_store,
    file_ingredient,
    in_crs,
    in_time,
)
from peelian.workflows.notes import (
    refusal_notes,
    sink_notes,
    taken_back_notes,
    training_notes,
)
from peelian.workflows.settings import Cells

PIECE = re.compile(r"'[^']*'|\"[^\"]*\"|.", re.DOTALL)
OPENS, CLOSES = "([{", ")]}"


@dataclass(frozen=True, eq=False)
class Companion:
    """Events of another offence in the cells and periods of a job."""

    name: str
    events: Events
    ingredients: tuple[Ingredient, ...]
    notes: tuple[str, ...]


def read_companions(
    store: Store | None,
    names: str,
    cells: Cells,
    grid: Grid,
    periods: Periods,
    *,
    now: datetime,
) -> tuple[Companion, ...]:
    """The companions named: offences of the store, or rows of the file of events.

    Each is asked for as ``cells`` ask for the events themselves, by a set or a code, or by a
    condition; what police discover is left out of each alike.
    """
    found = []
    for name in by_commas(names):
        try:
            found.append(_read(store, name, cells, grid, periods, now=now))
        except PlatformError as error:
            raise type(error)(f"companion {name}: {error}") from error
    return tuple(found)


def companions_sentence(companions: tuple[Companion, ...]) -> tuple[str, ...]:
    """Which they are, and which models use them."""
    if not companions:
        return ()
    listed = ", ".join(f"{one.name} ({len(one.events):,} events)" for one in companions)
    models = ", ".join(forecasts.COMPANION_FORECASTERS)
    return (f"companions: {listed}; used by {models}, ignored by every other model",)


def by_commas(text: str) -> list[str]:
    """The parts between commas; those in quotes or brackets are no such commas."""
    parts, depth = [""], 0
    for piece in PIECE.findall(text):
        depth += (piece in OPENS) - (piece in CLOSES)
        if piece == "," and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _read(
    store: Store | None,
    name: str,
    cells: Cells,
    grid: Grid,
    periods: Periods,
    *,
    now: datetime,
) -> Companion:
    """One companion."""
    own: tuple[str, ...]
    left_out: list[str] = []
    ingredients: tuple[Ingredient, ...] = ()
    if cells.source.events:
        asked = replace(cells.source, where=name)
        events, extract = events_of_file(asked, now=now)
        events, *back = spacetime.without_taken_back(in_crs(events, grid.crs))
        own = (*refusal_notes(extract), *taken_back_notes(*back))
        ingredients = (file_ingredient(asked, extract),)
    else:
        assert store is not None  # noqa: S101 - else the events themselves could not be read
        training = chosen_offences(store, name)
        events, taken, on_sink = events_of_store(store, training, keep_sinks=cells.keep_sinks)
        said, *left_out = training_notes(training, False)
        own = (
            said,
            *sink_notes(len(on_sink)),
            *taken_back_notes(*taken),
        )
    events = in_time(events, periods)
    events = events.where(spacetime.assign_cells(grid, events.x, events.y)[1])
    return Companion(
        name, events, ingredients, (*(f"Companion {name}. {note}" for note in own), *left_out)
    )
