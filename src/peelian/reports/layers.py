"""What a map draws: cells in their colours, shapes in degrees, one GeoJSON of it all."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from peelian.reports.geo import feature_collection, geographic
from peelian.terms import Areas, Floats, Shapes

if TYPE_CHECKING:
    from peelian.reports.map import DrawnBox, MapView

STABLE_SHARE = 0.8  # of resampled rankings; a rank kept less often is hatched
DOT_PIXELS = 12.0  # a flagged cell drawn narrower than this is shown as a dot
WIDE = 0.5  # of the whole frame; flagged cells spread wider open on the whole area
DEGREE_DECIMALS = 5  # about 1 m, enough to draw
SIMPLIFY_METRES = 50.0


def district_shapes(areas: Areas) -> Mapping[str, Any]:
    """One shapely polygon a district, joined from its areas, in name order. [m]

    Parameters
    ----------
    areas : Areas

    Returns
    -------
    mapping of str to shapely geometry
        In the areas' own ``crs``; areas without a district are left out.
    """
    import shapely

    district = np.array(areas.district)
    names = sorted(set(areas.district) - {""})
    return {name: shapely.union_all(areas.polygons[district == name]) for name in names}


def map_geojson(view: "MapView", outlines: Shapes) -> bytes:
    """Everything the map draws as one GeoJSON.

    Parameters
    ----------
    view : MapView
    outlines : array of shapely geometries, shape (n_cells,)
        Outlines of the cells. [m]

    Returns
    -------
    bytes
        Features have a ``kind``: ``cell`` (with ``id`` the cell's number, ``colour``,
        ``flagged``, ``hatched`` and its ``value`` as text; in the order to draw them, the last
        class on top), ``district`` and ``route``
        (``name`` and where its ``label`` stands), ``study-area`` and ``box`` (``name`` and
        whether it ``sends`` people there). The collection's
        ``bounds`` hold ``[west, south, east, north]`` of the ``flagged`` cells and of ``all``;
        ``dots_below_zoom`` is the zoom under which a flagged cell is too small to see.
    """
    import shapely

    classes, texts = view.layer.classes, view.layer.texts
    listed = view.table.columns["cell"].astype(np.int64)
    cell = np.union1d(np.flatnonzero((classes.of_cell >= 0) | view.flagged), listed)
    cell = cell[np.argsort(classes.of_cell[cell], kind="stable")]
    colour = classes.colour

    names = list(view.districts)
    land = simplified(np.array([view.districts[name] for name in names], dtype=object))
    border = simplified(np.array([view.study_area.polygon], dtype=object))
    shapes = geographic(
        np.concatenate([outlines[cell], land, border]), view.grid.crs, DEGREE_DECIMALS
    )
    n_cells, n_names = len(cell), len(names)
    labels = [_label_place(shape) for shape in shapes[n_cells : n_cells + n_names]]

    properties: list[dict[str, Any]] = [
        {
            "kind": "cell",
            "cell": int(one),
            "colour": str(colour[one]),
            "flagged": bool(view.flagged[one]),
            "hatched": bool(view.hatched[one]),
            "value": str(texts[one]),
        }
        for one in cell
    ]
    properties += [
        {"kind": "district", "name": name, "label": label}
        for name, label in zip(names, labels, strict=True)
    ]
    properties.append({"kind": "study-area", "name": view.study_area.name})
    routes = geographic(_lines(view), view.grid.crs, DEGREE_DECIMALS)
    properties += [
        {"kind": "route", "name": short_name(name), "label": _half_way(line)}
        for name, line in zip(view.routes, routes, strict=True)
    ]

    boxes = geographic(_polygons(view), view.grid.crs)
    properties += [box_properties(box) for box in view.boxes]

    flagged = np.isin(cell, np.flatnonzero(view.flagged))
    everything = shapely.total_bounds(shapes[n_cells:])
    answer = shapely.total_bounds(shapes[:n_cells][flagged]) if flagged.any() else everything
    side, latitude = typical_side(view), float(everything[[1, 3]].mean())
    head = {
        "type": "FeatureCollection",
        "bounds": {
            "all": everything.tolist(),
            "flagged": (everything if _is_wide(answer, everything) else answer).tolist(),
        },
        "dots_below_zoom": round(_zoom(DOT_PIXELS / side, latitude), 2),
        "unit": view.layer.unit,
    }
    return feature_collection(head, np.concatenate([shapes, routes, boxes]), properties)


def boxes_geojson(boxes: Sequence["DrawnBox"], crs: str) -> bytes:
    """Boxes as the GeoJSON that a map which is drawn already can show beside its own.

    Parameters
    ----------
    boxes : sequence of DrawnBox
    crs : str
        Of their polygons.

    Returns
    -------
    bytes
        Features of the ``kind`` ``box``, each with ``name`` and whether it ``sends``.
    """
    shapes = np.empty(len(boxes), dtype=object)
    shapes[:] = [box.polygon for box in boxes]
    properties = [box_properties(box) for box in boxes]
    return feature_collection(
        {"type": "FeatureCollection"}, geographic(shapes, crs), properties
    )


def box_properties(box: "DrawnBox") -> dict[str, Any]:
    """What the map is told of a box."""
    return {"kind": "box", "name": box.name, "sends": box.sends}


def typical_side(view: "MapView") -> float:
    """Side of a square as large as the median flagged cell. [m]"""
    flagged = view.grid.area[view.flagged]
    return float(np.sqrt(np.median(flagged if flagged.size else view.grid.area)))


def short_name(team: str) -> str:
    """What fits on a map: the part before a comma."""
    return team.split(",", 1)[0]


def simplified(shapes: Shapes) -> Shapes:
    """Outlines with fewer corners, shared borders kept shared, to 50 m. [m]"""
    import shapely

    kept: Shapes = (
        shapely.coverage_simplify(shapes, SIMPLIFY_METRES) if len(shapes) else shapes
    )
    return kept


def _is_wide(answer: Floats, everything: Floats) -> bool:
    """Whether the first bounds fill most of the second, so that cutting off helps nobody."""
    size, whole = answer[2:] - answer[:2], everything[2:] - everything[:2]
    return bool(np.prod(size) > WIDE * np.prod(whole))


def _zoom(pixels_per_metre: float, latitude: float) -> float:
    """Zoom level of a web map (tiles of 512 pixels) at this scale and latitude."""
    equator = 40_075_016.686
    return float(np.log2(pixels_per_metre * equator * np.cos(np.radians(latitude)) / 512))


def _lines(view: "MapView") -> Shapes:
    return np.array(list(view.routes.values()), dtype=object)


def _polygons(view: "MapView") -> Shapes:
    shapes = np.empty(len(view.boxes), dtype=object)
    shapes[:] = [box.polygon for box in view.boxes]
    return shapes


def _half_way(line: Any) -> list[float]:
    return [
        round(float(v), DEGREE_DECIMALS)
        for v in line.interpolate(0.5, normalized=True).coords[0]
    ]


def _label_place(shape: Any) -> list[float]:
    """Where a name stands best: the middle of the widest circle inside the shape."""
    import shapely

    west, south, east, north = shape.bounds
    circle = shapely.maximum_inscribed_circle(shape, max(east - west, north - south) / 100)
    return [round(float(value), DEGREE_DECIMALS) for value in circle.coords[0]]
