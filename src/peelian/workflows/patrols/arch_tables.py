"""A week of knife arches as tables, and as a map."""

import numpy as np

from peelian import operations, reports
from peelian.operations import ArchProblem, ArchSchedule, Slots
from peelian.reports import MapView
from peelian.terms import (
    Bools,
    Floats,
    Instants,
    Ints,
    Provenance,
    Shapes,
    Sites,
    Table,
    Texts,
)
from peelian.workflows.gather import Material
from peelian.workflows.settings import ArchSettings


def arches_view(
    material: Material,
    risk: Floats,
    covered: Bools,
    table: Table,
    record: Provenance,
    span: str,
) -> MapView:
    """The week as a map: the cells that an arch covers, the sites in the table beside it.

    ``covered``, shape (n_rows, n_cells), are the cells that each deployment covers.
    """
    columns = table.columns
    away = np.hypot(
        columns["x"][:, None] - material.grid.x, columns["y"][:, None] - material.grid.y
    )
    shown = summary_table(table)
    flagged: Bools = np.asarray(covered.any(axis=0))
    days = np.unique(columns["day"])
    return MapView(
        title=f"Knife arches: {material.study_area.name}",
        subtitle=f"{days[0]} to {days[-1]}; {len(table)} deployments at "
        f"{len(np.unique(columns['site']))} sites",
        score="",
        notes=material.notes,
        table=Table({**shown.columns, "cell": away.argmin(axis=1)}, shown.title, shown.units),
        grid=material.grid,
        layer=reports.density_layer(
            risk, material.grid.area, flagged, f"expected events per km² in {span}"
        ),
        flagged=flagged,
        study_area=material.study_area,
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
    )


def deployments_table(
    problem: ArchProblem, schedule: ArchSchedule, sites: Sites, settings: ArchSettings
) -> Table:
    """One row a deployment, in order of time."""
    slots, chosen = problem.slots, schedule.deployments
    slot = np.array([one.slot for one in chosen], dtype=np.int64)
    site = np.array([one.site for one in chosen], dtype=np.int64)
    worth = [operations.covered_value(problem, [one]) for one in chosen]
    hours = (slots.end[slot] - slots.start[slot]) / 60
    screened = sites.footfall[site] * hours * settings.screened
    return Table(
        {
            "day": slots.day[slot].astype("datetime64[D]").astype(np.str_),
            "weekday": _weekdays(slots.day[slot]),
            "start": _clocks(slots.start[slot]),
            "end": _clocks(slots.end[slot]),
            "team": np.array([one.team + 1 for one in chosen], dtype=np.int64),
            "site": sites.name[site],
            "kind": sites.kind[site],
            "consent": sites.consent[site],
            "worth": np.array(worth, dtype=np.float64),
            "probability": schedule.probability[site, slot],
            "screened": screened,
            "x": sites.x[site],
            "y": sites.y[site],
        },
        "Knife arches",
        {
            "worth": "expected events x footfall",
            "probability": "of being drawn",
            "screened": "people",
            "x": "m",
            "y": "m",
        },
    )


def summary_table(table: Table) -> Table:
    """What a sergeant reads: when, where, who."""
    shown = ("day", "weekday", "start", "end", "team", "site", "consent", "probability")
    columns = {name: table.columns[name] for name in shown}
    return Table(columns, table.title)


def draw_table(schedule: ArchSchedule, sites: Sites, slots: Slots) -> Table:
    """Every site and slot that might have been drawn, with its chance: the experiment."""
    site, slot = np.nonzero(schedule.probability)
    drawn = {(one.site, one.slot) for one in schedule.deployments}
    return Table(
        {
            "day": slots.day[slot].astype("datetime64[D]").astype(np.str_),
            "start": _clocks(slots.start[slot]),
            "end": _clocks(slots.end[slot]),
            "site": sites.name[site],
            "probability": schedule.probability[site, slot],
            "drawn": np.array(
                [pair in drawn for pair in zip(site.tolist(), slot.tolist(), strict=True)],
                dtype=bool,
            ),
        },
        "The draw",
    )


def _weekdays(day: Instants) -> Texts:
    """Names of the days."""
    names = [f"{d:%A}" for d in day.astype("datetime64[D]").astype(object)]
    return np.array(names, dtype=np.str_)


def _clocks(minutes: Ints) -> Texts:
    """Minutes from midnight as HH:MM."""
    return np.array([f"{m // 60:02d}:{m % 60:02d}" for m in minutes.tolist()], dtype=np.str_)


def points_of(table: Table) -> Shapes:
    """A point a row."""
    import shapely

    shapes: Shapes = shapely.points(table.columns["x"], table.columns["y"])
    return shapes
