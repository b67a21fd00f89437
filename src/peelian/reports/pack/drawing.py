"""One team's map as SVG, in millimetres: its stops, its way, and where in the area it is."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

from peelian.reports.pack.labels import (
    Box,
    Canvas,
    Point,
    kept_inside,
    leader_end,
    legs,
    runs,
    together,
)
from peelian.reports.pack.words import printable
from peelian.terms import PatrolPlan, Route, Shapes

WIDTH, PANEL, GAP = 186.0, 40.0, 4.0  # whole picture, its right column, and between them
LEAST_VIEW = 3000.0  # metres across: never zoomed in further
FAR_BASE = 0.4  # a base that would shrink the map below this is shown at its edge
LETTERS = 3.6  # height of the stop numbers
DIGIT = 0.52  # width of a letter over its height, on the safe side
FONT = 'font-family="Libertinus Serif"'
GREY, LAND = "#8a8a8a", "#f3f3f3"
TOUCHING = 2.8  # marks nearer than this share one [mm]
LINE_LETTERS = 16  # of a label before it takes a second line


def draw_map(
    plan: PatrolPlan, route: Route, outlines: Shapes, names: Sequence[str], height: float
) -> str:
    """The map of one team.

    Parameters
    ----------
    plan : PatrolPlan
    route : Route
        The team's own.
    outlines : array of shapely geometries
        Districts, drawn as background. [m, CRS of the plan]
    names : sequence of str
        One for each outline, or empty.
    height : float
        Of the picture, whose width is ``WIDTH``. [mm]

    Returns
    -------
    str
        SVG, black, white and grey; north is up.
    """
    frame = Box(0.0, 0.0, WIDTH - PANEL - GAP, height)
    base = (route.team.base.x, route.team.base.y)
    at = {
        v.spot: (float(plan.spots.x[v.spot]), float(plan.spots.y[v.spot]))
        for v in route.visits
    }
    view = _view([base, *at.values()], frame)
    close = _view(list(at.values()) or [base], frame)
    base_name = route.team.base.name
    if view[2] < FAR_BASE * close[2]:
        view = close
        nearest = min(math.dist(base, place) for place in at.values())
        base_name = f"{base_name}, {nearest / 1000:.0f} km"
    west, north, scale = view

    def on_map(place: Point) -> Point:
        return round((place[0] - west) * scale, 2), round((north - place[1]) * scale, 2)

    base_mark = kept_inside(on_map(base), frame)
    mark_of = _marks({spot: on_map(place) for spot, place in at.items()}, base_mark)
    others = [
        on_map((float(x), float(y)))
        for i, (x, y) in enumerate(zip(plan.spots.x, plan.spots.y, strict=True))
        if i not in at
    ]
    canvas = Canvas(frame.around(-0.8))
    canvas.faint += [Box(x - 1, y - 1, x + 1, y + 1) for x, y in others]
    stops_at: dict[Point, list[int]] = {}
    for number, visit in enumerate(route.visits, start=1):
        stops_at.setdefault(mark_of[visit.spot], []).append(number)
    way = [mark_of[visit.spot] for visit in route.visits]
    if 0 < route.before_meal < len(way):
        way.insert(route.before_meal, base_mark)
    journeys = legs([base_mark, *way, base_mark]) if way else []
    canvas.lines += [(a, b) for a, b, _ in journeys]
    stops, labels = _stops(canvas, base_mark, base_name, stops_at)

    parts = _background(outlines, view, frame)
    parts += [
        _circle(p, 0.9, f'fill="white" stroke="{GREY}"') for p in others if _in(p, frame)
    ]
    parts += [part for a, b, one_way in journeys for part in _leg(a, b, one_way)]
    parts += stops
    parts += labels
    parts += _district_names(canvas, outlines, names, view, frame)
    clip = f'<clipPath id="f"><rect width="{frame.right}" height="{height}"/></clipPath>'
    border = (
        f'<rect width="{frame.right}" height="{height}" fill="none" stroke="black" '
        'stroke-width="0.3"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{height}mm" '
        f'viewBox="-0.2 -0.2 {WIDTH + 0.4} {height + 0.4}">{clip}'
        f'<g clip-path="url(#f)">{"".join(parts)}</g>{border}'
        f"{''.join(_panel(outlines, view, frame))}</svg>"
    )


def _view(places: list[Point], frame: Box) -> tuple[float, float, float]:
    """West and north edge in metres and millimetres a metre, so that all places fit."""
    xy = np.array(places)
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = 12.0  # kept free at every edge for labels
    span = np.maximum(high - low, LEAST_VIEW)
    scale = float(min((frame.right - 2 * room) / span[0], (frame.bottom - 2 * room) / span[1]))
    middle = (low + high) / 2
    return (
        float(middle[0] - frame.right / 2 / scale),
        float(middle[1] + frame.bottom / 2 / scale),
        scale,
    )


def _marks(places: dict[int, Point], base: Point) -> dict[int, Point]:
    """Where spots are marked: those that would touch share a mark, none lies on the base."""
    marks = {}
    group = together(list(places.values()), TOUCHING)
    for number in set(group):
        members = [s for s, g in zip(places, group, strict=True) if g == number]
        x, y = np.mean([places[s] for s in members], axis=0).tolist()
        off = math.dist((x, y), base)
        if off < TOUCHING:
            across, down = ((x - base[0]) / off, (y - base[1]) / off) if off else (1.0, 0.0)
            x, y = base[0] + TOUCHING * across, base[1] + TOUCHING * down
        for spot in members:
            marks[spot] = (round(x, 2), round(y, 2))
    return marks


def _stops(
    canvas: Canvas, base: Point, base_name: str, stops_at: dict[Point, list[int]]
) -> tuple[list[str], list[str]]:
    """Marks of the base and the stops, then their labels with leaders."""
    x, y = base
    own = Box(x - 1.5, y - 1.5, x + 1.5, y + 1.5)
    marks = [
        f'<rect x="{own.left:.2f}" y="{own.top:.2f}" width="3" height="3" fill="white" '
        'stroke="black" stroke-width="0.5"/>'
        f'<rect x="{x - 0.8:.2f}" y="{y - 0.8:.2f}" width="1.6" height="1.6"/>'
    ]
    boxes = {(x, y): Box(x - 1.1, y - 1.1, x + 1.1, y + 1.1) for x, y in stops_at}
    canvas.taken += [own, *boxes.values()]
    marks += [_circle(mark, 1.1, 'fill="black" stroke="white"') for mark in stops_at]

    def crowd(mark: Point) -> int:
        return sum(math.dist(mark, other) < 12 for other in stops_at)

    labels = []
    for mark in sorted(stops_at, key=lambda m: (-crowd(m), stops_at[m])):
        lines = _lines(runs(stops_at[mark]))
        wide = max(sum(0.27 if c in ", " else DIGIT for c in line) for line in lines)
        box = canvas.place(
            mark, boxes[mark], wide * LETTERS + 1.6, (LETTERS + 0.2) * len(lines) + 0.6
        )
        if box is not None:
            labels += _label(lines, box, mark)
    text = printable(base_name)
    text = text if len(text) <= 44 else text[:43] + "…"
    box = canvas.place(base, own, len(text) * 2.9 * DIGIT + 1.4, 3.7)
    if box is not None:
        labels.append(
            f'<rect x="{box.left:.2f}" y="{box.top:.2f}" width="{box.right - box.left:.2f}" '
            'height="3.7" fill="white" fill-opacity="0.85"/>'
            f'<text x="{(box.left + box.right) / 2:.2f}" y="{box.bottom - 0.95:.2f}" {FONT} '
            f'font-size="2.9" text-anchor="middle" font-style="italic">{escape(text)}</text>'
        )
    return marks, labels


def _lines(numbers: list[str]) -> list[str]:
    """Numbers in lines that are not too long."""
    lines = [""]
    for k, number in enumerate(numbers):
        text = number + (", " if k + 1 < len(numbers) else "")
        if len(lines[-1]) + len(text) > LINE_LETTERS and lines[-1]:
            lines.append("")
        lines[-1] += text
    return [line.strip() for line in lines]


def _label(lines: list[str], box: Box, mark: Point) -> list[str]:
    """Numbers in a white box, with a line to the mark."""
    end = leader_end(mark, box)
    step = LETTERS + 0.2
    style = f'{FONT} font-size="{LETTERS}" font-weight="bold" text-anchor="middle"'
    return [
        f'<path d="M{mark[0]:.2f} {mark[1]:.2f}L{end[0]:.2f} {end[1]:.2f}" '
        'stroke="black" stroke-width="0.25"/>',
        f'<rect x="{box.left:.2f}" y="{box.top:.2f}" width="{box.right - box.left:.2f}" '
        f'height="{box.bottom - box.top:.2f}" rx="0.8" fill="white" stroke="black" '
        'stroke-width="0.25"/>',
        *(
            f'<text x="{(box.left + box.right) / 2:.2f}" '
            f'y="{box.top + step * (k + 0.82):.2f}" {style}>{line}</text>'
            for k, line in enumerate(lines)
        ),
    ]


def _leg(a: Point, b: Point, one_way: bool) -> list[str]:
    """A journey; with an arrow in its middle where it is made one way only."""
    parts = [
        f'<path d="M{a[0]:.2f} {a[1]:.2f}L{b[0]:.2f} {b[1]:.2f}" stroke="#555" '
        'stroke-width="0.4" fill="none"/>'
    ]
    length = math.hypot(b[0] - a[0], b[1] - a[1])
    if one_way and length > 7:
        x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        turn = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
        parts.append(
            f'<path d="M1.1 0L-0.9 0.8L-0.9 -0.8Z" fill="#555" '
            f'transform="translate({x:.2f} {y:.2f}) rotate({turn:.1f})"/>'
        )
    return parts


def _background(
    outlines: Shapes, view: tuple[float, float, float], frame: Box, simplify: float = 0.12
) -> list[str]:
    """Districts inside the frame, light grey with grey borders."""
    import shapely

    west, north, scale = view
    margin = 2 / scale
    box = shapely.box(
        west - margin,
        north - frame.bottom / scale - margin,
        west + frame.right / scale + margin,
        north + margin,
    )
    parts = []
    for shape in outlines:
        piece = shapely.intersection(shapely.make_valid(shape), box)
        piece = shapely.simplify(piece, simplify / scale)
        for polygon in shapely.get_parts(piece):
            if polygon.geom_type != "Polygon" or polygon.is_empty:
                continue
            rings = [polygon.exterior, *polygon.interiors]
            path = "".join(
                _ring(np.asarray(ring.coords), west, north, scale) for ring in rings
            )
            parts.append(
                f'<path d="{path}" fill="{LAND}" fill-rule="evenodd" stroke="{GREY}" '
                'stroke-width="0.2" stroke-linejoin="round"/>'
            )
    return parts


def _district_names(
    canvas: Canvas,
    outlines: Shapes,
    names: Sequence[str],
    view: tuple[float, float, float],
    frame: Box,
) -> list[str]:
    """Names of districts where they hide nothing."""
    import shapely

    west, north, scale = view
    box = shapely.box(west, north - frame.bottom / scale, west + frame.right / scale, north)
    parts = []
    for shape, name in zip(outlines, names, strict=False):
        piece = shapely.intersection(shapely.make_valid(shape), box)
        if piece.is_empty:
            continue
        point = shapely.point_on_surface(piece)
        x, y = (point.x - west) * scale, (north - point.y) * scale
        text = printable(name)
        half = len(text) * 3.0 * DIGIT / 2 + 0.5
        for down in (0.0, -4.0, 4.0, -8.0, 8.0, -12.0, 12.0, -16.0, 16.0):
            room = Box(x - half, y + down - 2.6, x + half, y + down + 1.2)
            ground = shapely.box(
                west + room.left / scale,
                north - room.bottom / scale,
                west + room.right / scale,
                north - room.top / scale,
            )
            hides = any(room.meets(other) for other in canvas.faint) or any(
                room.crossed_by(*line) for line in [*canvas.lines, *canvas.leaders]
            )
            if canvas.free(room) and not hides and shapely.contains(piece, ground):
                canvas.taken.append(room)
                parts.append(
                    f'<text x="{x:.2f}" y="{y + down:.2f}" {FONT} font-size="3" fill="#666" '
                    f'text-anchor="middle" letter-spacing="0.1">{escape(text)}</text>'
                )
                break
    return parts


def _panel(outlines: Shapes, view: tuple[float, float, float], frame: Box) -> list[str]:
    """Right column: where the map lies in the area, north, scale and key."""
    import shapely

    left, parts = frame.right + GAP, []
    key_top = frame.bottom - 31.0
    west, north, scale = view
    if len(outlines):
        bounds = shapely.total_bounds(outlines)
        room = (PANEL - 1.0, key_top - 3.0)
        small = min(room[0] / (bounds[2] - bounds[0]), room[1] / (bounds[3] - bounds[1]))
        shown = (float(bounds[0]), float(bounds[3]), float(small))
        size = Box(0, 0, PANEL, key_top)
        x, y = max(0.0, (west - shown[0]) * small), max(0.0, (shown[1] - north) * small)
        east, south = west + frame.right / scale, north - frame.bottom / scale
        width = min(PANEL - 1.0, (east - shown[0]) * small) - x
        height = min((bounds[3] - bounds[1]) * small, (shown[1] - south) * small) - y
        parts += [
            f'<g transform="translate({left + 0.5} 0.5)">',
            *_background(outlines, shown, size, simplify=0.25),
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
            'fill="none" stroke="black" stroke-width="0.5"/></g>',
        ]
    y = key_top + 4.0
    metres, bar = _scale_bar(scale)
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    parts += [
        f'<path d="M{left + 0.5} {y - 1.6}v1.6h{bar:.2f}v-1.6" fill="none" stroke="black" '
        'stroke-width="0.4"/>',
        _words(text, left + bar + 2, y),
        f'<path d="M{left + 37} {y - 4.2}l1.5 4.6l-1.5 -1.1l-1.5 1.1z"/>',
        _words("N", left + 37, y + 3.2, anchor="middle", bold=True),
    ]
    rows = y + 6.0
    lines = (
        (
            _circle((left + 2, rows - 1), 1.1, 'fill="black" stroke="white"'),
            "your stops, by number",
        ),
        (
            _circle((left + 2, rows + 3.6), 0.9, f'fill="white" stroke="{GREY}"'),
            "other hot spots, not yours",
        ),
        (
            f'<rect x="{left + 0.5}" y="{rows + 6.7}" width="3" height="3" fill="white" '
            f'stroke="black" stroke-width="0.5"/><rect x="{left + 1.2}" y="{rows + 7.4}" '
            'width="1.6" height="1.6"/>',
            "base",
        ),
        (
            f'<path d="M{left} {rows + 12.8}h4" stroke="#555" stroke-width="0.4"/>',
            "order of travel, not the road",
        ),
        ("", "Grey lines: districts"),
    )
    for k, (mark, words) in enumerate(lines):
        parts += [mark, _words(words, left + (5.5 if mark else 0), rows + 4.6 * k)]
    return parts


def _scale_bar(scale: float) -> tuple[int, float]:
    """Length of a round scale bar in metres and in millimetres, at most 22 mm."""
    for metres in (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200):
        if metres * scale <= 22:
            return metres, metres * scale
    return 100, 100 * scale


def _words(text: str, x: float, y: float, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" {FONT} font-size="2.9" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _circle(place: Point, radius: float, style: str) -> str:
    return (
        f'<circle cx="{place[0]:.2f}" cy="{place[1]:.2f}" r="{radius}" stroke-width="0.35" '
        f"{style}/>"
    )


def _ring(xy: np.ndarray, west: float, north: float, scale: float) -> str:
    x, y = (xy[:-1, 0] - west) * scale, (north - xy[:-1, 1]) * scale
    return "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in zip(x, y, strict=True)) + "Z"


def _in(place: Point, frame: Box) -> bool:
    return 1 < place[0] < frame.right - 1 and 1 < place[1] < frame.bottom - 1
