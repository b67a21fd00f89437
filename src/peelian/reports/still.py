"""The map as a still picture: SVG for print, for no JavaScript and for no WebGL."""

from typing import TYPE_CHECKING, Any

import numpy as np

from peelian.reports.layers import short_name, simplified, typical_side
from peelian.terms import Floats, Shapes

if TYPE_CHECKING:
    from peelian.reports.map import MapView

WIDTH = 800  # of the drawing, in its own units
MARGIN = 12
NUMBERED = 10  # ranks that carry a number on the map
DOT = 9.0  # width under which a cell becomes a dot
MARK = 22.0  # width of a rank's mark
LETTER, LINE = 6.6, 14.0  # about the width and height of a label's letters


def still_paths(view: "MapView", outlines: Shapes) -> dict[str, Any]:
    """What the SVG template draws.

    Parameters
    ----------
    view : MapView
    outlines : array of shapely geometries, shape (n_cells,)
        Outlines of the cells. [m]

    Returns
    -------
    dict
        ``width`` and ``height`` of the drawing; ``districts`` and ``border`` as paths, with
        names and label places; ``cells`` that are flagged or listed, with ``cell``, ``path``,
        ``x, y``, ``colour``, ``flagged`` and ``hatched``; whether they are drawn as ``dots``;
        ``boxes`` as paths, with whether each ``sends`` people there, and the ``frame``, the
        transform from metres to the units of the drawing, for those added later;
        ``ranks`` with their numbers and place; ``routes`` with names, paths and label places.
    """
    import shapely

    names = list(view.districts)
    land = simplified(np.array([view.districts[name] for name in names], dtype=object))
    border = simplified(np.array([view.study_area.polygon], dtype=object))
    west, south, east, north = shapely.total_bounds(np.concatenate([land, border]))
    scale = (WIDTH - 2 * MARGIN) / (east - west)

    def drawn(shape: Any) -> str:
        return _path(shape, west, north, scale)

    rank = view.table.columns.get("rank", np.array([]))[:NUMBERED]
    listed = view.table.columns["cell"].astype(np.int64)[: len(rank)]
    centres = np.column_stack([view.grid.x[listed], view.grid.y[listed]])
    widest = [shapely.maximum_inscribed_circle(shape, 100).coords[0] for shape in land]
    marks = _together(rank.tolist(), _places(centres, west, north, scale))
    labels = _apart(names, _places(np.array(widest), west, north, scale), marks)
    half_way = [
        line.interpolate(0.5, normalized=True).coords[0] for line in view.routes.values()
    ]
    classes = view.layer.classes
    cells = np.union1d(np.flatnonzero(view.flagged), view.table.columns["cell"])
    cells = cells[np.argsort(classes.of_cell[cells], kind="stable")]  # the last class on top
    middle = shapely.get_coordinates(shapely.centroid(outlines[cells]))
    colour = np.where(classes.of_cell < 0, "#ffffff", classes.colour)
    return {
        "width": WIDTH,
        "height": round((north - south) * scale) + 2 * MARGIN,
        "districts": [
            {"name": name, "path": drawn(shape), "x": place[0], "y": place[1]}
            for name, shape, place in zip(names, land, labels, strict=True)
        ],
        "border": drawn(border[0]),
        "cells": [
            {
                "cell": int(cell),
                "path": drawn(outlines[cell]),
                "x": x,
                "y": y,
                "colour": str(colour[cell]),
                "flagged": bool(view.flagged[cell]),
                "hatched": bool(view.hatched[cell]),
            }
            for cell, (x, y) in zip(cells, _places(middle, west, north, scale), strict=True)
        ],
        "routes": [
            {"name": short_name(name), "path": _line(line, west, north, scale), "x": x, "y": y}
            for (name, line), (x, y) in zip(
                view.routes.items(),
                _places(np.array(half_way), west, north, scale),
                strict=True,
            )
        ],
        "boxes": [{"path": drawn(box.polygon), "sends": box.sends} for box in view.boxes],
        "frame": f"matrix({scale:.6g} 0 0 {-scale:.6g} {MARGIN - west * scale:.6g} "
        f"{MARGIN + north * scale:.6g})",
        "dots": typical_side(view) * scale < DOT,
        "ranks": [
            {"numbers": ", ".join(map(str, numbers)), "x": x, "y": y}
            for numbers, x, y in marks
        ],
    }


def _places(xy: Floats, west: float, north: float, scale: float) -> list[list[float]]:
    """Points in the units of the drawing, to a tenth; y runs down."""
    flipped = np.atleast_2d(xy).reshape(-1, 2) * [1.0, -1.0] + [-west, north]
    places: list[list[float]] = np.round(flipped * scale + MARGIN, 1).tolist()
    return places


def _together(
    ranks: list[int], places: list[list[float]]
) -> list[tuple[list[int], float, float]]:
    """Ranks by place, best first; those that would cover each other share one mark."""
    marks: list[tuple[list[int], float, float]] = []
    for rank, (x, y) in zip(ranks, places, strict=True):
        near = next((m for m in marks if abs(m[1] - x) < MARK and abs(m[2] - y) < MARK), None)
        if near:
            near[0].append(rank)
        else:
            marks.append(([rank], x, y))
    return marks


def _apart(
    names: list[str],
    places: list[list[float]],
    marks: list[tuple[list[int], float, float]],
) -> list[list[float]]:
    """Label places moved up or down, where needed, so that no name or mark is covered."""
    kept = [(x, y - LINE, len(str(ranks)) * LETTER / 2) for ranks, x, y in marks]
    for name, (x, y) in zip(names, places, strict=True):
        half = len(name) * LETTER / 2
        free = (
            y + step * LINE
            for step in (0, 1, -1, 2, -2, 3, -3)
            if all(
                abs(x - other_x) > half + other_half or abs(y + step * LINE - other_y) >= LINE
                for other_x, other_y, other_half in kept
            )
        )
        kept.append((x, round(next(free, y), 1), half))
    return [[x, y] for x, y, _ in kept[len(marks) :]]


def _line(line: Any, west: float, north: float, scale: float) -> str:
    """The ``d`` of an SVG path along a line."""
    points = _places(np.array(line.coords), west, north, scale)
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


def _path(shape: Any, west: float, north: float, scale: float) -> str:
    """The ``d`` of an SVG path around a polygon or several, holes included."""
    import shapely

    polygons = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    rings = [ring for p in polygons for ring in (p.exterior, *p.interiors)]
    return "".join(
        "M"
        + "L".join(
            f"{x:g},{y:g}"
            for x, y in _places(shapely.get_coordinates(ring)[:-1], west, north, scale)
        )
        + "Z"
        for ring in rings
    )
