"""An interactive map with its table, in one file that opens by double-click."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from peelian.reports.geo import cells_of
from peelian.reports.layers import STABLE_SHARE, map_geojson
from peelian.reports.numbers import with_commas
from peelian.reports.provenance import footer_line, provenance_json
from peelian.reports.scales import MAX_DRAWN, Layer
from peelian.reports.still import NUMBERED, still_paths
from peelian.reports.tables import column_texts, is_numeric, table_csv
from peelian.reports.words import label_of, texts_of
from peelian.terms import (
    Bools,
    Floats,
    Grid,
    ParameterError,
    Provenance,
    StudyArea,
    Table,
)
from peelian.terms.arrays import require_length

LEFT_OUT = ' class="left-out"'  # of a path
STYLE, SCRIPT, LIBRARY = "map.css", "map.js", "vendor/maplibre-gl.js"


@dataclass(frozen=True, eq=False)
class DrawnBox:
    """A hot spot that a person drew, or a place left out: its name and its polygon. [m]"""

    name: str
    polygon: Any
    sends: bool = True


@dataclass(frozen=True, eq=False)
class MapView:
    """What one map shows.

    Attributes
    ----------
    title, subtitle : str
        What it is about; the area and the dates.
    score : str
        How good this map was, in a sentence with its interval.
    notes : tuple of str
        Cautions the reader must see first.
    table : Table
        The listed cells, best first; its ``cell`` column numbers them in ``grid``, every other
        column is shown. A ``rank`` column puts its first ten numbers on the map, an ``arrive``
        column the first time at each cell where the map has one route; a cell may stand in
        several rows.
    grid : Grid
    layer : Layer
        What the colours mean: `density_layer`, `diverging_layer` or `named_layer`.
    flagged : array of bool, shape (n_cells,)
        Outlined: flagged by a forecast, or standing out by a test.
    study_area : StudyArea
    provenance : Provenance
    districts : mapping of str to shapely geometry
        Background by name, in the grid's ``crs``; ``district_shapes`` makes it. [m]
    stability : array, shape (n_cells,), optional
        Share of resampled rankings that list the cell; flagged cells under 0.8 are hatched.
    routes : mapping of str to shapely LineString
        Routes of a plan by team, in the grid's ``crs``; the part of a name before a comma is
        shown on the map. [m]
    boxes : tuple of DrawnBox
        In the grid's ``crs``, outlined over everything.
    figures : tuple of str
        SVG charts of ``reports.charts``, shown under the map.
    """

    title: str
    subtitle: str
    score: str
    notes: tuple[str, ...]
    table: Table
    grid: Grid
    layer: Layer
    flagged: Bools
    study_area: StudyArea
    provenance: Provenance
    districts: Mapping[str, Any] = field(default_factory=dict)
    stability: Floats | None = None
    routes: Mapping[str, Any] = field(default_factory=dict)
    boxes: tuple[DrawnBox, ...] = ()
    figures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_length(
            "MapView",
            self.grid.n_cells,
            layer=self.layer.classes.of_cell,
            flagged=self.flagged,
            stability=self.stability,
        )
        if "cell" not in self.table.columns:
            raise ParameterError("MapView: the table needs a cell column to stay in step")
        cells_of(self.table, self.grid)

    @property
    def hatched(self) -> Bools:
        """Flagged cells whose rank is uncertain, shape (n_cells,)."""
        if self.stability is None:
            return np.zeros(self.grid.n_cells, dtype=bool)
        hatched: Bools = self.flagged & (self.stability < STABLE_SHARE)
        return hatched


@dataclass(frozen=True)
class MapPanel:
    """The parts of a map for a page of one's own.

    ``table`` and ``map`` are HTML; ``geojson`` is what ``map.js`` draws. The page also needs
    the style sheet and the two scripts in ``reports/static``.
    """

    table: str
    map: str
    geojson: bytes


def map_panel(view: MapView, *, geojson_url: str = "") -> MapPanel:
    """The table and the map as HTML fragments, and the GeoJSON between them.

    Parameters
    ----------
    view : MapView
    geojson_url : str, optional
        Where ``map.js`` fetches the GeoJSON; without it, it reads the element ``map-data`` of
        the page.

    Returns
    -------
    MapPanel
        Both fragments work without JavaScript: the table in full, the map as a still picture.
        Every text is escaped.

    Raises
    ------
    CoordinateError
        If the grid has no coordinate system and so no place on the Earth.
    """
    from markupsafe import Markup

    from peelian.spacetime import outlines

    shapes = outlines(view.grid, study_area=view.study_area)
    geojson = map_geojson(view, shapes)
    values = {
        "view": view,
        "columns": _columns(view.table),
        "cells": view.table.columns["cell"].tolist(),
        "marks": _marks(view),
        "csv": "data:text/csv;base64," + _base64(table_csv(view.table).encode()),
        "still": still_paths(view, shapes),
        "legend": _legend(view),
        "geojson_url": geojson_url,
    }
    table = templates().get_template("table.html").render(values)
    panel = templates().get_template("panel.html").render(values)
    return MapPanel(Markup(table), Markup(panel), geojson)  # noqa: S704  escaped by Jinja2


def with_boxes(panel: str, boxes: Sequence[DrawnBox]) -> str:
    """The map of a panel with boxes outlined on its still picture, and named in its legend.

    Parameters
    ----------
    panel : str
        ``MapPanel.map``, of any time: boxes come and go, the map below them stays.
    boxes : sequence of DrawnBox

    Returns
    -------
    str
    """
    import shapely

    paths = []
    for box in boxes:
        rings = [box.polygon.exterior, *box.polygon.interiors]
        said = "".join(
            "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring)) + "Z"
            for ring in rings
        )
        paths.append(f'<path d="{said}"{"" if box.sends else LEFT_OUT}/>')
    head, found, tail = panel.partition(" data-boxes ")
    if not found:
        return panel
    frame, _, rest = tail.partition("></g>")
    panel = f"{head}{found}{frame}>{''.join(paths)}</g>{rest}"
    for sends, item in ((True, "map-legend-box"), (False, "map-legend-left-out")):
        if any(box.sends is sends for box in boxes):
            panel = panel.replace(f'class="{item}" hidden', f'class="{item}"')
    return panel


def render_map(view: MapView) -> bytes:
    """The map as one self-contained HTML file.

    Parameters
    ----------
    view : MapView

    Returns
    -------
    bytes
        UTF-8 HTML that opens by double-click, asks the network for nothing, and carries its
        record; the same view gives the same bytes.

    Raises
    ------
    CoordinateError
        If the grid has no coordinate system and so no place on the Earth.
    """
    panel = map_panel(view)
    style = static_text("page.css") + static_text(STYLE)
    scripts = [static_text(LIBRARY), static_text(SCRIPT)]
    policy = [
        "default-src 'none'",
        "script-src " + " ".join(f"'sha256-{_digest(script)}'" for script in scripts),
        f"style-src 'sha256-{_digest(style)}'",
        "worker-src blob:",
        "connect-src blob:",  # MapLibre reads its own worker where file: has no origin
        "base-uri 'none'",
        "form-action 'none'",
    ]
    page = templates().get_template("map.html")
    text: str = page.render(
        view=view,
        panel=panel,
        policy="; ".join(policy),
        style=style,
        scripts=scripts,
        data=_script_safe(panel.geojson.decode()),
        record=_script_safe(provenance_json(view.provenance)),
        footer=footer_line(view.provenance),
    )
    return text.encode()


@cache
def static_text(name: str) -> str:
    """A file of ``reports/static``: ``map.css``, ``map.js``, ``vendor/maplibre-gl.js``."""
    return resources.files("peelian.reports").joinpath("static", name).read_text("utf-8")


@cache
def templates() -> Any:
    """The templates of ``reports/templates``; what they are given is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("peelian.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_commas"] = with_commas
    return environment


def _columns(table: Table) -> list[dict[str, Any]]:
    """The columns shown: label, unit, alignment, and entries as a person reads them.

    An interval (``low``, ``high``) stands under the estimate that it follows, ``why`` stands
    under the place.
    """
    texts = {name: texts_of(name, column) for name, column in table.columns.items()}
    units = dict(table.units)
    names = [name for name in texts if name != "cell"]

    estimate = next((a for a, b, c in _triples(names) if (b, c) == ("low", "high")), None)
    under = {}
    if estimate:
        intervals = zip(texts["low"], texts["high"], strict=True)
        under[estimate] = [f"{a} to {b}" if a and b else "" for a, b in intervals]
        units[estimate] = f"{units.get(estimate, '')} (95 % interval)".strip()
        names = [name for name in names if name not in ("low", "high")]
    if "place" in names and "why" in names:
        under["place"] = texts["why"]
        names.remove("why")

    return [
        {
            "label": label_of(name),
            "unit": "" if units.get(name) == label_of(name).lower() else units.get(name, ""),
            "numeric": is_numeric(table.columns[name]),
            "entries": texts[name],
            "under": under.get(name, []),
        }
        for name in names
    ]


def _marks(view: MapView) -> list[str]:
    """What stands on the map at the cell of each row: a rank, a time, or nothing."""
    columns = view.table.columns
    if "rank" in columns:
        ranks = column_texts(columns["rank"])
        return [rank if row < NUMBERED else "" for row, rank in enumerate(ranks)]
    if "arrive" in columns and len(view.routes) == 1:
        return column_texts(columns["arrive"])
    return [""] * len(view.table)


def _triples(names: list[str]) -> list[tuple[str, str, str]]:
    return list(zip(names, names[1:], names[2:], strict=False))


def _legend(view: MapView) -> dict[str, Any]:
    layer, classes = view.layer, view.layer.classes
    outlined = [layer.first_plain and k > 0 for k in range(len(classes.colours))]
    return {
        "title": layer.title,
        "classes": list(zip(classes.colours, classes.labels, outlined, strict=True)),
        "hatched": bool(view.hatched.any()),
        "stable_share": STABLE_SHARE,
        "routes": bool(view.routes),
        "boxes": [box for box in view.boxes if box.sends],
        "left_out": [box for box in view.boxes if not box.sends],
        "note": layer.note,
        "marks": "ranks"
        if "rank" in view.table.columns
        else "times"
        if any(_marks(view))
        else "",
        "limit": MAX_DRAWN if classes.limited else 0,
    }


def _script_safe(json_text: str) -> str:
    """JSON that cannot end the script element it stands in, nor open another."""
    for character in "<>&\u2028\u2029":
        json_text = json_text.replace(character, f"\\u{ord(character):04x}")
    return json_text


def _digest(text: str) -> str:
    return _base64(hashlib.sha256(text.encode()).digest())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
