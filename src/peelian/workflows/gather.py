"""Gather what a job needs: events, study area, cells, periods, and what to tell the reader."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from peelian import offences, sources, spacetime
from peelian.store import Store, filter_rows
from peelian.terms import (
    Areas,
    CoverageError,
    Events,
    Grid,
    History,
    Ingredient,
    NotFound,
    OffenceClass,
    OffenceSet,
    ParameterError,
    Periods,
    Provenance,
    StudyArea,
)
from peelian.workflows.settings import Cells, to_json

COARSE_CELL_SIZE = 500.0  # month-only data with displaced places [m]
FINE_CELL_SIZE = 250.0  # dated events at their own places [m]
MONTHLY = np.timedelta64(27, "D")  # a record that spans longer is known to the month only
FLAGGED_SHARE = 0.0025  # of the study area, when no budget is given

EVERY_OFFENCE = "all"
AREAS_LAYER, STUDY_AREA_LAYER, BASES_LAYER = "areas", "study-area", "bases"

MONTH_ONLY_NOTE = (
    "The data give the month and a displaced place, so cells are 500 m or more and any time "
    "of day is an assumption, not a finding."
)


@dataclass(frozen=True, eq=False)
class Material:
    """What a job works on, gathered from the store or from a file."""

    events: Events
    history: History
    study_area: StudyArea
    areas: Areas | None
    monthly: bool
    ingredients: tuple[Ingredient, ...]
    notes: tuple[str, ...]
    chosen: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """The cells."""
        return self.history.grid

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
        from peelian import __version__
        from peelian.reports import environment_hash

        return Provenance(
            job, to_json(settings), self.ingredients, method, seed, __version__,
            environment_hash(), now.replace(microsecond=0), self.notes,
        )  # fmt: skip


def gather(store: Store | None, cells: Cells, *, now: datetime) -> Material:
    """Events, cells and periods for a job, from the file that ``cells`` name or the store."""
    return _from_file(cells, now=now) if cells.source.events else _from_store(store, cells)


def gather_several(store: Store | None, cells: Cells, *, now: datetime) -> Material:
    """What `gather` does, for jobs that compare one cell with another."""
    material = gather(store, cells, now=now)
    if material.grid.n_cells < 2:
        raise ParameterError(
            f"{material.study_area.name} is one cell of {material.grid.cell_size:g} m, so "
            "there is nothing to compare: give a smaller cell size"
        )
    return material


def in_time(events: Events, periods: Periods) -> Events:
    """The events that the counts can hold: those in a period held."""
    return events.where(spacetime.assign_periods(periods, events.start, events.end)[1])


def _from_store(store: Store | None, cells: Cells) -> Material:
    if store is None:
        raise ParameterError("no store and no file of events: give one of them")
    months = held_months(store)
    training = chosen_offences(store, cells.offence_set)
    every = store.events(offences=training.codes)
    on_sink = np.zeros(len(every), dtype=bool)
    if not cells.keep_sinks:
        on_sink = offences.sink_mask(every, sources.read_sinks())
    events = every.where(~on_sink)
    areas, study_area, layers = held_layers(store, events)
    if cells.district:
        areas, study_area = within_district(areas, cells.district)
    monthly = is_monthly(events)
    first, last = (min(months), max(months)) if monthly else _extent(events)
    periods = periods_for(monthly, first, cells.until or last, months=months)
    grid, chosen = cells_for(cells, study_area, areas, monthly)
    sink_names = tuple(np.unique(every.place[on_sink]).tolist())
    counts = store.count_events(
        grid, periods, offences=training.codes, excluded_places=sink_names
    )
    batches = (Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches())
    events = in_time(events, periods)
    return Material(
        events,
        History(counts, grid, periods, None if monthly else events),
        study_area,
        areas,
        monthly,
        (*batches, *layers),
        (*training_notes(training, monthly), *sink_notes(int(on_sink.sum()))),
        chosen,
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
    import shapely

    held = store.layers()
    areas = store.read_areas() if AREAS_LAYER in held else None
    if STUDY_AREA_LAYER in held:
        study_area = store.read_study_area()
    elif areas is not None:
        study_area = StudyArea("areas held", shapely.union_all(areas.polygons), areas.crs)
    else:
        study_area = area_around(events, "events held")
    layers = tuple(Ingredient(name, digest, 0, 0, "layer") for name, digest in held.items())
    return areas, study_area, layers


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


def training_notes(training: offences.TrainingSet, monthly: bool) -> tuple[str, ...]:
    """What the reader must be told about the offences, and what the data cannot say."""
    chosen = training.offence_set
    notes = [f"Offences: {chosen.label} ({chosen.name}, version {chosen.version})."]
    if training.left_out:
        codes = ", ".join(one.code.partition(":")[2] for one in training.left_out)
        notes.append(f"Left out of training: {codes}. Each {training.left_out[0].reason}.")
    return (MONTH_ONLY_NOTE, *notes) if monthly else tuple(notes)


def sink_notes(n: int) -> tuple[str, ...]:
    """How many events were left out because of the point they are recorded at."""
    if not n:
        return ()
    kinds = ", ".join(sink.kind for sink in sources.read_sinks())
    return (
        f"Left out: {n:,} events at points where offences are recorded rather than committed "
        f"({kinds}).",
    )


def _from_file(cells: Cells, *, now: datetime) -> Material:
    given = cells.source
    for name in ("x", "y", "time"):
        if not getattr(given, name):
            raise ParameterError(f"{given.events}: say which column is --{name}")
    columns = sources.EventColumns(
        given.x, given.y, given.time, given.crs, given.weight or None
    )
    events, extract = (
        sources.read_filtered(
            given.events, columns, lambda table: filter_rows(table, given.where), now=now
        )
        if given.where
        else sources.read_events(
            given.events,
            x=given.x,
            y=given.y,
            time=given.time,
            crs=given.crs,
            weight=given.weight or None,
            now=now,
        )
    )
    notes: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    if given.study_area:
        study_area = sources.read_study_area(Path(given.study_area), crs=events.crs)
        events, notes = within(events, study_area)
    else:
        study_area = area_around(events, Path(given.events).name)
        chosen = ("study area: around the events, for want of --study-area",)
    monthly = is_monthly(events)
    first, last = _extent(events)
    months = frozenset(_months_between(first, last))
    periods = periods_for(monthly, first, cells.until or last, months=months)
    grid, size = cells_for(cells, study_area, None, monthly)
    counts = spacetime.count_events(events, grid, periods)
    events = in_time(events, periods)
    return Material(
        events,
        History(counts, grid, periods, None if monthly else events),
        study_area,
        None,
        monthly,
        (
            Ingredient(
                given.events, extract.sha256, extract.read, len(extract.refused), "file"
            ),
        ),
        (MONTH_ONLY_NOTE, *notes) if monthly else notes,
        (*chosen, *size),
    )


def within(events: Events, study_area: StudyArea) -> tuple[Events, tuple[str, ...]]:
    """The events inside the study area, and how many were not."""
    import shapely

    inside = shapely.contains_xy(study_area.polygon, events.x, events.y)
    if not len(events) or not inside.any():
        raise CoverageError(
            f"none of {len(events):,} events lies in the study area: check --crs and the file"
        )
    outside = len(events) - int(inside.sum())
    notes = (f"Left out: {outside:,} events outside the study area.",) if outside else ()
    return events.where(inside), notes


def _extent(events: Events) -> tuple[str, str]:
    """First and last day on which events happened."""
    if not len(events):
        raise CoverageError("no events are left to count: check the offences and the district")
    middle = events.start + (events.end - events.start) // 2
    days = spacetime.policing_day(middle)
    return str(days.min()), str(days.max())


def _months_between(first: str, last: str) -> list[str]:
    """Every month from ``first`` to ``last``, YYYY-MM."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    return [str(month) for month in months]


def is_monthly(events: Events) -> bool:
    """Whether most events are known only to the month."""
    return len(events) > 0 and bool(np.median(events.end - events.start) >= MONTHLY)


def area_around(events: Events, name: str) -> StudyArea:
    """A study area for events that came without one: their convex hull and one cell more."""
    import shapely

    if not len(events):
        raise CoverageError(f"{name}: no events, so there is nothing to count")
    points = shapely.MultiPoint(np.column_stack([events.x, events.y]))
    return StudyArea(name, points.convex_hull.buffer(COARSE_CELL_SIZE), events.crs)


def within_district(areas: Areas | None, district: str) -> tuple[Areas, StudyArea]:
    """The areas of one district, and their union as the study area."""
    import shapely

    if areas is None:
        raise CoverageError("no areas are held: run `peelian ingest --areas FILE` first")
    inside = [i for i, name in enumerate(areas.district) if name == district]
    if not inside:
        known = ", ".join(sorted(set(areas.district)))
        raise NotFound(f"no district {district!r}: choose one of {known}")
    chosen = Areas(
        tuple(areas.code[i] for i in inside),
        tuple(areas.name[i] for i in inside),
        tuple(areas.district[i] for i in inside),
        areas.population[inside],
        areas.polygons[inside],
        areas.crs,
    )
    return chosen, StudyArea(district, shapely.union_all(chosen.polygons), areas.crs)


def cells_for(
    cells: Cells, study_area: StudyArea, areas: Areas | None, monthly: bool
) -> tuple[Grid, tuple[str, ...]]:
    """The grid asked for, and the sentence that announces a size chosen for the user."""
    if cells.cell_kind == "areas" and areas is not None:
        return spacetime.polygon_grid(areas), ()
    grids = {"square": spacetime.square_grid, "hexagon": spacetime.hexagon_grid}
    if cells.cell_kind not in grids:
        raise ParameterError(f"cell kind {cells.cell_kind!r}: give square, hexagon or areas")
    size = cells.cell_size or (COARSE_CELL_SIZE if monthly else FINE_CELL_SIZE)
    grid = grids[cells.cell_kind](study_area, size)
    if not grid.n_cells:
        raise ParameterError(f"{study_area.name} is lost in a cell of {size:g} m: give less")
    return grid, () if cells.cell_size else (f"cell size {size:g} m (from the data)",)


def periods_for(monthly: bool, first: str, last: str, *, months: frozenset[str]) -> Periods:
    """Months for month-only data; else whole weeks of policing days that end with ``last``.

    ``first`` and ``last`` are dates, YYYY-MM-DD. A period that touches a month not in
    ``months`` is not held.
    """
    if monthly:
        return spacetime.month_periods(first[:7], last[:7], held=months)
    final, start = _date(last), _date(first)
    n_weeks = ((final - start).days + 1) // 7
    if not n_weeks:
        raise CoverageError(f"{first} to {last} is less than one week: nothing to count by")
    weeks = spacetime.week_periods(final - timedelta(days=7 * n_weeks - 1), final)
    ends = (weeks.end - np.timedelta64(1, "D")).astype("datetime64[M]").astype(str)
    starts = weeks.start.astype("datetime64[M]").astype(str)
    held = np.array([a in months and b in months for a, b in zip(starts, ends, strict=True)])
    return Periods(weeks.start, weeks.end, held)


def _date(text: str) -> date:
    """The date written YYYY-MM-DD (or YYYY-MM, for the month's first day)."""
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError as error:
        raise ParameterError(f"date {text!r}: write it as YYYY-MM-DD") from error
