"""What the printed pack and the plan's map are made from."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from peelian import reports, sources, spacetime
from peelian.terms import PatrolPlan, Provenance, Table
from peelian.workflows.forecast import Flagged
from peelian.workflows.gather import Material

if TYPE_CHECKING:
    from peelian.reports import MapView, PatrolPack


def pack_of(material: Material, plan: PatrolPlan, record: Provenance) -> "PatrolPack":
    """The pack: what is recorded at each spot, what to look for, and the cautions."""
    happened = offences_by_cell(material, plan.spots.cell.tolist())
    names = {one.code: one.name.lower() for one in sources.read_offence_classes()}
    districts = reports.district_shapes(material.areas) if material.areas else {}
    months = int(material.history.periods.held.sum())
    shapes = np.empty(len(districts), dtype=object)
    shapes[:] = list(districts.values())
    return reports.PatrolPack(
        area=material.study_area.name,
        plan=plan,
        outlines=shapes,
        outline_names=tuple(districts),
        what_happens=tuple(reports.what_happens(c, months, names=names) for c in happened),
        look_for=tuple(reports.what_to_look_for(c) for c in happened),
        notes=material.notes,
        provenance=record,
    )


def offences_by_cell(material: Material, cells: list[int]) -> list[Counter[str]]:
    """Events by offence code in each of these cells."""
    events = material.events
    cell, inside = spacetime.assign_cells(material.grid, events.x, events.y)
    by_cell: dict[int, Counter[str]] = {c: Counter() for c in cells}
    wanted = inside & np.isin(cell, cells)
    for c, code in zip(cell[wanted].tolist(), events.offence[wanted].tolist(), strict=True):
        by_cell[c][code] += 1
    return [by_cell[c] for c in cells]


def plan_view(
    material: Material, made: Flagged, plan: PatrolPlan, visits: Table, record: Provenance
) -> "MapView":
    """The plan as a map: the spots drawn today, the stops in the table beside it."""
    drawn = np.zeros(material.grid.n_cells, dtype=bool)
    drawn[plan.spots.cell[plan.draw.active]] = True
    start, end = plan.shift.start, plan.shift.end
    return reports.MapView(
        title=f"Patrol plan: {material.study_area.name}",
        subtitle=f"{start:%A %-d %B %Y, %H:%M} to {end:%H:%M}; {len(plan.routes)} teams",
        score="",
        notes=(*plan.assumptions, *material.notes),
        table=visits,
        grid=material.grid,
        risk=made.risk,
        flagged=drawn,
        study_area=material.study_area,
        unit=f"expected events per km2 in {made.days:g} days",
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
    )
