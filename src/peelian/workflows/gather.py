"""Gather what a job needs: events, study area, cells, periods, and what to tell the reader."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from peelian import sources, spacetime
from peelian.store import Store
from peelian.terms import (
    Areas,
    CoverageError,
    Events,
    Floats,
    Generators,
    Grid,
    History,
    Ingredient,
    ParameterError,
    Periods,
    Provenance,
    StudyArea,
)
from peelian.workflows.chosen import (
    chosen_offences,
    events_of_file,
    events_of_store,
    file_ingredient,
    harm_file,
    in_time,
    weighed,
)
from peelian.workflows.companions import Companion, companions_sentence, read_companions
from peelian.workflows.extent import (
    area_around,
    cells_for,
    extent,
    is_monthly,
    months_between,
    periods_for,
    union_of,
    within,
    within_district,
)
from peelian.workflows.notes import (
    MONTH_ONLY_NOTE,
    refusal_notes,
    sink_notes,
    taken_back_notes,
    training_notes,
)
from peelian.workflows.options import to_json
from peelian.workflows.places import read_places
from peelian.workflows.settings import Cells, GeneratorFiles

FLAGGED_SHARE = 0.0025  # of the study area, when no budget is given

AREAS_LAYER, STUDY_AREA_LAYER, BASES_LAYER = "areas", "study-area", "bases"


@dataclass(frozen=True, eq=False)
class Material:
    """What a job works on, gathered from the store or from a file.

    ``counts`` are by period and cell, shape (n_periods, n_cells). Dated events are counted by
    periods that end with the data; days too few for one make a shorter period before them
    (``lead_in`` is then 1, else 0), so that every event counts.
    """

    events: Events
    counts: Floats
    grid: Grid
    periods: Periods
    lead_in: int
    study_area: StudyArea
    areas: Areas | None
    monthly: bool
    ingredients: tuple[Ingredient, ...]
    notes: tuple[str, ...]
    chosen: tuple[str, ...]
    generators: Generators | None = None
    companions: tuple[Companion, ...] = ()
    harm: str = ""  # of weights that are days of harm: what every output must say of them

    @cached_property
    def history(self) -> History:
        """Counts by whole periods, which trends and forecasts compare with each other."""
        start, end = (t[self.lead_in :] for t in (self.periods.start, self.periods.end))
        if not len(start):
            days = round(float(self.periods.days.sum()))
            said = f"{days} days are" if days > 1 else "one day is"
            raise CoverageError(f"{said} less than one period: nothing to learn from")
        periods = Periods(start, end, self.periods.held[self.lead_in :])
        events = None if self.monthly else in_time(self.events, periods)
        late = {
            one.name: spacetime.late_events(one.events, self.grid, periods)
            for one in self.companions
        }
        return History(
            self.counts[self.lead_in :],
            self.grid,
            periods,
            events,
            late=spacetime.late_events(self.events, self.grid, periods),
            companions={
                one.name: spacetime.count_events(one.events, self.grid, periods)
                for one in self.companions
            },
            late_companions={name: one for name, one in late.items() if one is not None},
            weighted=bool(self.harm or np.any(self.events.weight != 1)),
        )

    @cached_property
    def numbers(self) -> Floats:
        """Events in each cell, every one alike whatever its harm, shape (n_cells,)."""
        cell, inside = spacetime.assign_cells(self.grid, self.events.x, self.events.y)
        counted = np.bincount(cell[inside], minlength=self.grid.n_cells)
        return counted.astype(np.float64)

    @property
    def unit(self) -> str:
        """What the counts are counts of."""
        return "days of harm" if self.harm else "events"

    @property
    def whole_cell(self) -> float:
        """Area of a cell that is not clipped (the largest, for areas). [m2]"""
        return float(self.grid.area.max())

    def budget(self, flag_area: float) -> tuple[float, tuple[str, ...]]:
        """Area to flag [m2], and the sentence that announces a default."""
        area = float(self.grid.area.sum())
        if flag_area < 0:
            raise ParameterError(f"area to flag is {flag_area:g} km2: give more than 0")
        if flag_area:
            return min(flag_area * 1e6, area), ()
        budget = max(round(FLAGGED_SHARE * area / self.whole_cell), 1) * self.whole_cell
        said = f"area to flag {budget / 1e6:.1f} km2 ({budget / area:.2%} of the area)"
        return budget, (said,)

    def record(
        self, job: str, settings: Any, *, method: str, seed: int | None, now: datetime
    ) -> Provenance:
        """The record of a job done on this material."""
        made = record_of(job, settings, self.ingredients, method=method, seed=seed, now=now)
        return replace(made, notes=self.notes, crs=self.grid.crs)


def record_of(
    job: str,
    settings: Any,
    ingredients: tuple[Ingredient, ...],
    *,
    method: str,
    seed: int | None,
    now: datetime,
) -> Provenance:
    """The record of a job done now, here, by this version."""
    from peelian import __version__
    from peelian.reports import environment_hash

    return Provenance(
        job, to_json(settings), ingredients, method, seed, __version__,
        environment_hash(), now.replace(microsecond=0),
    )  # fmt: skip


def gather(store: Store | None, cells: Cells, *, now: datetime, raw: bool = False) -> Material:
    """Events, cells and periods for a job, from the file that ``cells`` name or the store.

    With a district or a study area asked for, events beyond its cells are left out. Harm is
    winsorised, for targeting; ``raw`` leaves it as it is, for reporting.
    """
    if cells.source.events:
        material = _from_file(cells, now=now)
    else:
        material = _from_store(store, cells, raw=raw)
    if not (cells.district or cells.source.study_area):
        return material
    events = material.events
    inside = spacetime.assign_cells(material.grid, events.x, events.y)[1]
    return replace(material, events=events.where(inside))


def gather_several(
    store: Store | None,
    cells: Cells,
    *,
    places: GeneratorFiles = GeneratorFiles(),  # noqa: B008
    companions: str = "",
    now: datetime,
) -> Material:
    """What `gather` does, for jobs that compare one cell with another.

    With the generators and the companions that they may forecast from.
    """
    material = gather(store, cells, now=now)
    if places.generators:
        generators, files = read_places(places, material.study_area)
        material = replace(
            material, generators=generators, ingredients=(*material.ingredients, *files)
        )
    if companions:
        material = _with_companions(store, companions, cells, material, now=now)
    if material.grid.n_cells < 2:
        raise ParameterError(
            f"{material.study_area.name} is one cell of {material.grid.cell_size:g} m, so "
            "there is nothing to compare: give a smaller cell size"
        )
    return material


def _with_companions(
    store: Store | None, names: str, cells: Cells, material: Material, *, now: datetime
) -> Material:
    """The material with other offences in its cells and periods."""
    found = read_companions(store, names, cells, material.grid, material.periods, now=now)
    return replace(
        material,
        companions=found,
        ingredients=(*material.ingredients, *(i for one in found for i in one.ingredients)),
        notes=tuple(
            dict.fromkeys((*material.notes, *(note for one in found for note in one.notes)))
        ),
        chosen=(*material.chosen, *companions_sentence(found)),
    )


def _from_store(store: Store | None, cells: Cells, *, raw: bool) -> Material:
    if store is None:
        raise ParameterError("no store and no file of events: give one of them")
    months = held_months(store)
    training = chosen_offences(store, cells.offence_set)
    events, back, on_sink = events_of_store(store, training, keep_sinks=cells.keep_sinks)
    events, harm = weighed(events, cells.harm, raw=raw)
    areas, study_area, layers = held_layers(store, events)
    if cells.district:
        areas, study_area = within_district(areas, cells.district)
    monthly = is_monthly(events)
    first, last = (min(months), max(months)) if monthly else extent(events)
    periods, lead_in = periods_for(
        monthly, first, cells.until or last, months=months, period=cells.period
    )
    grid, chosen = cells_for(cells, study_area, areas, monthly)
    sink_names = tuple(np.unique(on_sink.place).tolist())
    counts = (
        spacetime.count_events(events, grid, periods)
        if any(back) or cells.harm or training.offence_set.flagged
        else store.count_events(
            grid, periods, offences=training.codes, excluded_places=sink_names
        )
    )
    batches = (Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches())
    events = in_time(events, periods)
    return Material(
        events,
        counts,
        grid,
        periods,
        lead_in,
        study_area,
        areas,
        monthly,
        (*batches, *layers, *harm_file(cells.harm)),
        (
            *training_notes(training, monthly),
            *harm,
            *sink_notes(len(on_sink)),
            *taken_back_notes(*back),
        ),
        chosen,
        harm=harm[0] if harm else "",
    )


def held_months(store: Store) -> frozenset[str]:
    """Months, YYYY-MM, that every series of the store holds; CoverageError if none."""
    months = frozenset(store.held_months())
    if months:
        return months
    series = {name: sorted(held) for name, held in store.coverage().items() if held}
    if not series:
        raise CoverageError("the store holds no events: run `peelian ingest FILE` first")
    said = "; ".join(f"{name} {held[0]} to {held[-1]}" for name, held in series.items())
    raise CoverageError(
        f"no month is held by every series ({said}): a month that one lacks is not held; keep "
        "them in stores of their own, or ingest the months that are missing"
    )


def held_layers(
    store: Store, events: Events
) -> tuple[Areas | None, StudyArea, tuple[Ingredient, ...]]:
    """The areas and the study area held, or a study area drawn around the events."""
    held = store.layers()
    areas = store.read_areas() if AREAS_LAYER in held else None
    if STUDY_AREA_LAYER in held:
        study_area = store.read_study_area()
    elif areas is not None:
        study_area = union_of(areas, "areas held")
    else:
        study_area = area_around(events, "events held")
    layers = tuple(Ingredient(name, digest, 0, 0, "layer") for name, digest in held.items())
    return areas, study_area, layers


def _from_file(cells: Cells, *, now: datetime) -> Material:
    given = cells.source
    if cells.harm:
        raise ParameterError("harm is for events of the store: give a file's by --weight COL")
    events, extract = events_of_file(given, now=now)
    events, *back = spacetime.without_taken_back(events)
    notes: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    areas = sources.read_areas(given.areas, crs=events.crs) if given.areas else None
    if given.study_area:
        study_area = sources.read_study_area(Path(given.study_area), crs=events.crs)
        events, notes = within(events, study_area)
    elif areas is not None:
        study_area = union_of(areas, Path(given.areas).stem)
        events, notes = within(events, study_area)
    else:
        study_area = area_around(events, Path(given.events).name)
        chosen = ("study area: around the events, for want of --study-area",)
    monthly = is_monthly(events)
    first, last = extent(events)
    months = frozenset(months_between(first, last))
    periods, lead_in = periods_for(
        monthly, first, cells.until or last, months=months, period=cells.period
    )
    grid, size = cells_for(cells, study_area, areas, monthly)
    counts = spacetime.count_events(events, grid, periods)
    events = in_time(events, periods)
    return Material(
        events,
        counts,
        grid,
        periods,
        lead_in,
        study_area,
        areas,
        monthly,
        (file_ingredient(given, extract),),
        (
            *((MONTH_ONLY_NOTE,) if monthly else ()),
            *refusal_notes(extract),
            *taken_back_notes(*back),
            *notes,
        ),
        (*chosen, *size),
    )
