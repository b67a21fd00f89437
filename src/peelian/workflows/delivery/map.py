"""Delivered against planned on the map, spot by spot."""

from typing import TYPE_CHECKING

import numpy as np

from peelian import reports
from peelian.store import Store
from peelian.terms import (
    Areas,
    CellKind,
    Grid,
    Provenance,
    Shapes,
    StudyArea,
    Table,
)
from peelian.workflows.gather import AREAS_LAYER, STUDY_AREA_LAYER

if TYPE_CHECKING:
    from peelian.reports import MapView

# What a spot got of what was planned, from none to all of it, and what nobody had planned.
CLASSES = {
    "none": ("planned, nothing delivered", "#ffffff"),
    "some": ("under half of the minutes planned", "#c6dbef"),
    "most": ("half or more", "#6baed6"),
    "all": ("all or more", "#08306b"),
    "unplanned": ("delivered, not planned", "#fdb863"),
}
LISTED = ("place", "probability", "drawn", "planned_minutes")


def delivery_view(
    store: Store,
    outlines: Shapes,
    spots: Table,
    record: Provenance,
    *,
    title: str,
    subtitle: str,
) -> "MapView | None":
    """The spots that were planned or visited, coloured by delivered over planned minutes.

    ``outlines`` are those of the rows of ``spots``, in the record's CRS. None where nothing
    was planned or visited.
    """
    columns = spots.columns
    planned, delivered = columns["planned_minutes"], columns["delivered_minutes"]
    some = np.flatnonzero((planned > 0) | (np.nan_to_num(delivered) > 0))
    if not len(some):
        return None
    some = some[np.lexsort([-planned[some], -np.nan_to_num(columns["compliance"][some])])][
        ::-1
    ]
    grid = grid_of(outlines[some], record.crs)
    names = [share_class(*one) for one in zip(planned[some], delivered[some], strict=True)]
    listed = {name: columns[name][some] for name in LISTED if name in columns}
    table = Table(
        {
            **listed,
            "delivered": delivered[some],
            "at_least": columns["delivered_lower"][some],
            "at_most": columns["delivered_upper"][some],
            "compliance": columns["compliance"][some],
            "cell": np.arange(len(some)),
        },
        "Spots, the least delivered first",
        {
            "planned_minutes": "min",
            **dict.fromkeys(("delivered", "at_least", "at_most"), "min"),
        },
    )
    drawn = columns["drawn"][some].astype(bool)
    held = store.layers()
    areas = store.read_areas(AREAS_LAYER) if AREAS_LAYER in held else None
    return reports.MapView(
        title=title,
        subtitle=subtitle,
        score="",
        notes=record.notes,
        table=table,
        grid=grid,
        layer=reports.named_layer(
            names,
            CLASSES,
            drawn,
            "Delivered of the minutes planned",
            "Black outline: drawn for a shift.",
        ),
        flagged=drawn,
        study_area=area_of(store, grid, record.crs, STUDY_AREA_LAYER in held),
        provenance=record,
        districts=districts_of(areas),
    )


def share_class(planned: float, delivered: float) -> str:
    """The class of a spot or a day; empty where it is not known what was delivered."""
    if np.isnan(delivered):
        return ""
    if planned <= 0:
        return "unplanned"
    share = delivered / planned
    return "none" if share <= 0 else "some" if share < 0.5 else "most" if share < 1 else "all"


def grid_of(outlines: Shapes, crs: str) -> Grid:
    """The spots as cells of a map; unlike those of other grids they may overlap."""
    import shapely

    inside = shapely.point_on_surface(outlines)
    return Grid(
        CellKind.POLYGONS,
        np.nan,
        shapely.get_x(inside),
        shapely.get_y(inside),
        shapely.area(outlines),
        (
            float(shapely.bounds(outlines)[:, 0].min()),
            float(shapely.bounds(outlines)[:, 1].min()),
        ),
        (0, 0),
        np.arange(len(outlines)),
        crs,
        tuple(map(str, range(len(outlines)))),
        outlines,
    )


def area_of(store: Store, grid: Grid, crs: str, held: bool) -> StudyArea:
    """The study area held, or the ground that the spots enclose."""
    import shapely

    if held:
        return store.read_study_area()
    assert grid.polygons is not None  # noqa: S101 - made above
    hull = shapely.union_all(grid.polygons).convex_hull
    return StudyArea("the spots planned", hull, crs)


def districts_of(areas: Areas | None) -> dict[str, object]:
    """Outlines of the districts held, for the background."""
    return dict(reports.district_shapes(areas)) if areas else {}
