"""How many, where and when: events by cell, district or month."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np

from peelian import evaluation, offences, reports, sources, spacetime
from peelian.offences import HarmIndex
from peelian.store import Store
from peelian.terms import CoverageError, Floats, ParameterError, Table
from peelian.workflows.gather import Material, gather
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import CountSettings, generator

COUNTED = {"n": "events", "harm": "days"}  # units


def count(
    store: Store | None, settings: CountSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Count events by cell, by district (with rates and intervals) or by month."""
    material = gather(store, settings.cells, now=now, raw=True)
    tables = {"cell": by_cell, "district": by_district, "month": by_month}
    if settings.by not in tables:
        raise ParameterError(f"count by {settings.by!r}: give one of {', '.join(tables)}")
    table, record = tables[settings.by](material), partial(material.record, "count", now=now)
    if material.harm and settings.by == "district":
        index = sources.harm_index(settings.cells.harm)
        table = with_ranks(table, material, index, seed=settings.seed)
        made = record(settings, method="count_events, rank_ranges", seed=settings.seed)
        made = replace(made, notes=(*made.notes, reports.rank_sentence(table)))
    else:
        made = record(settings, method="count_events", seed=None)
    by_cells = settings.by == "cell"
    return Outcome(
        table,
        made,
        material.chosen if by_cells else (),
        grid=material.grid if by_cells else None,
        study_area=material.study_area,
    )


def totals(material: Material) -> Floats:
    """Events by cell over the periods held, shape (n_cells,)."""
    totals: Floats = np.nansum(material.counts, axis=0)
    return totals


def by_cell(material: Material) -> Table:
    """Events by cell over the periods held."""
    grid = material.grid
    columns = {
        "cell": np.arange(grid.n_cells),
        "x": grid.x,
        "y": grid.y,
        **counted(material),
    }
    title = f"Events {'and harm ' if material.harm else ''}by cell"
    return Table(columns, title, {"x": "m", "y": "m", **units_of(columns)})


def units_of(columns: Collection[str]) -> dict[str, str]:
    """Units of those columns that are events or harm."""
    return {name: unit for name, unit in COUNTED.items() if name in columns}


def counted(material: Material) -> dict[str, Floats]:
    """Events by cell over the periods held, with their harm beside them where it is asked."""
    if material.harm:
        return {"n": material.numbers, "harm": totals(material)}
    return {"n": totals(material)}


def by_month(material: Material) -> Table:
    """Events by period; NaN, never zero, where a period is not held."""
    periods = material.history.periods
    counts = material.history.counts
    columns = {"n": np.where(periods.held, np.nansum(counts, axis=1), np.nan)}
    if material.harm:
        each = replace(material.events, weight=np.ones(len(material.events)))
        numbers = spacetime.count_events(each, material.grid, periods).sum(axis=1)
        columns = {"n": numbers, "harm": columns["n"]}
    # The middle of a period names it whatever the clock change at its edges.
    middle = periods.start + (periods.end - periods.start) // 2
    label = middle.astype("datetime64[M]" if material.monthly else "datetime64[D]").astype(str)
    name = "month" if material.monthly else "week_around"
    title = f"Events {'and harm ' if material.harm else ''}by period"
    units = units_of(columns) if material.harm else {}
    return Table({name: label, "held": periods.held, **columns}, title, units)


def by_district(material: Material) -> Table:
    """Events and rates per 1,000 residents by district."""
    if material.areas is None:
        raise CoverageError("no areas are held: run `peelian ingest --areas FILE` first")
    periods = material.periods
    return evaluation.district_rates(
        material.events,
        material.areas,
        days=float(periods.days[periods.held].sum()),
        harm=bool(material.harm),
    )


def with_ranks(table: Table, material: Material, index: HarmIndex, *, seed: int) -> Table:
    """Districts with their rank by harm, and the ranks it has over the index's ranges."""
    areas = material.areas
    assert areas is not None  # noqa: S101 - the table is by district
    codes, kind = np.unique(material.events.offence, return_inverse=True)
    area, known = spacetime.assign_areas(material.events, areas)
    names = table.columns["district"]
    place = np.searchsorted(names, np.array(areas.district)[area[known]])
    counts = np.zeros((len(names), len(codes)))
    np.add.at(counts, (place, kind[known]), 1.0)
    ranks = offences.rank_ranges(counts, codes, index, rng=generator(seed))
    columns = dict(zip(("rank", "rank_low", "rank_high"), ranks, strict=True))
    units = {
        "rank": "by harm",
        "rank_low": "as weights range",
        "rank_high": "as weights range",
    }
    return replace(table, columns={**table.columns, **columns}, units={**table.units, **units})
