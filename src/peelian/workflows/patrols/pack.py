"""What the printed pack and the plan's map are made from."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from peelian import reports
from peelian.reports import DrawnBox
from peelian.terms import PatrolPlan, Provenance, Route, Spots, Table
from peelian.workflows.forecasting.forecast import Flagged
from peelian.workflows.gather import Material
from peelian.workflows.maps.explore import offences_by_cell, what_happened

if TYPE_CHECKING:
    from peelian.reports import MapView, PatrolPack


def pack_of(material: Material, plan: PatrolPlan, record: Provenance) -> "PatrolPack":
    """The pack: what is recorded at each spot, what to look for, and the cautions."""
    districts = reports.district_shapes(material.areas) if material.areas else {}
    shapes = np.empty(len(districts), dtype=object)
    shapes[:] = list(districts.values())
    recorded = offences_by_spot(material, plan.spots)
    return reports.PatrolPack(
        area=material.study_area.name,
        plan=plan,
        outlines=shapes,
        outline_names=tuple(districts),
        what_happens=what_happened(material, recorded),
        look_for=tuple(reports.what_to_look_for(counted) for counted in recorded),
        notes=(*filter(None, (*material.notes[:2], material.harm)), *plan.assumptions),
        provenance=record,
    )


def offences_by_spot(material: Material, spots: Spots) -> list[Counter[str]]:
    """Events by offence code at each spot: in its cell, or in the box that was drawn."""
    import shapely

    counted, events = offences_by_cell(material, spots.cell), material.events
    for n, shape in spots.boxes:
        inside = shapely.intersects_xy(shape, events.x, events.y)
        counted[n] = Counter(events.offence[inside].tolist())
    return counted


def plan_view(
    material: Material, made: Flagged, plan: PatrolPlan, visits: Table, record: Provenance
) -> "MapView":
    """The plan as a map: the spots drawn today, the stops in the table beside it."""
    flagged = np.zeros(material.grid.n_cells, dtype=bool)
    spots, active = plan.spots, plan.draw.active.copy()
    active[[n for n, _ in spots.boxes]] = False  # outlined as what they are
    flagged[spots.cell[active]] = True
    start, end = plan.shift.start, plan.shift.end
    return reports.MapView(
        title=f"Patrol plan: {material.study_area.name}",
        subtitle=f"{start:%A %-d %B %Y, %H:%M} to {end:%H:%M}; {number_of(plan.routes)}",
        score="",
        notes=(*plan.assumptions, *material.notes),
        table=visits,
        grid=material.grid,
        layer=reports.density_layer(
            made.risk, material.grid.area, flagged, f"expected events per km² in {made.span}"
        ),
        flagged=flagged,
        study_area=material.study_area,
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
        routes=route_lines(plan),
        boxes=tuple(DrawnBox(spots.names[n], shape) for n, shape in spots.boxes),
    )


def number_of(routes: Sequence[Route]) -> str:
    """How many teams, in words fit to read."""
    return f"{len(routes)} team{'' if len(routes) == 1 else 's'}"


def route_lines(plan: PatrolPlan) -> dict[str, Any]:
    """The way of each team that makes a stop, base to base, as a line. [m]"""
    import shapely

    lines = {}
    for route in plan.routes:
        base = (route.team.base.x, route.team.base.y)
        stops = [(plan.spots.x[v.spot], plan.spots.y[v.spot]) for v in route.visits]
        if 0 < route.before_meal < len(stops):
            stops.insert(route.before_meal, base)
        if stops:
            lines[route.team.name] = shapely.LineString([base, *stops, base])
    return lines
