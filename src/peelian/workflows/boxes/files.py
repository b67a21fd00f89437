"""Boxes from files and from what a page sends: polygons, ranks of a table, a centre."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian import sources, spacetime
from peelian.sources import Drawing
from peelian.store import Store
from peelian.terms import WGS84, BoxKind, DataError, ParameterError
from peelian.workflows.boxes.kept import Kept, Wording, add_boxes, edit_box

JOIN = 1.0  # cells whose corners were rounded to a file's decimals still touch [m]
MOST_RANKS = 100


def add_file_of_boxes(
    store: Store,
    path: Path,
    wording: Wording,
    *,
    ranks: str = "",
    leave_out: bool = False,
    now: datetime,
) -> Kept:
    """Write down every polygon of a file as a box, or the cells of these ranks joined."""
    drawings = sources.read_drawings(path, crs=store.crs)
    kind = BoxKind.DRAWN
    if ranks:
        drawings, kind = joined(drawings, ranks), BoxKind.EDITED
    kind = BoxKind.LEFT_OUT if leave_out else kind
    return add_boxes(store, drawings, wording, kind=kind, now=now)


def edit_box_by_file(
    store: Store, number: int, path: Path | None, wording: Wording, *, now: datetime
) -> Kept:
    """Change a box, its polygon too when a file is given."""
    drawings = () if path is None else sources.read_drawings(path, crs=store.crs)
    return edit_box(store, number, wording, drawings=drawings, now=now)


def joined(drawings: Sequence[Drawing], ranks: str) -> tuple[Drawing, ...]:
    """The cells of these ranks as one drawing, in as many parts as do not touch."""
    import shapely

    chosen = sources.ranked(drawings, parse_ranks(ranks))
    shapes = shapely.buffer([one.polygon for one in chosen], JOIN / 2, join_style="mitre")
    shape = shapely.buffer(shapely.union_all(shapes), -JOIN / 2, join_style="mitre")
    name = chosen[0].name if len(chosen) == 1 else ""
    return (Drawing(name, None, shape),)


def parse_ranks(text: str) -> tuple[int, ...]:
    """Ranks written 3, 4."""
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise ParameterError(f"ranks {text[:40]!r}: write whole numbers, such as 3, 4")
    if len(words) > MOST_RANKS:
        raise ParameterError(f"{len(words)} ranks: give {MOST_RANKS} or fewer")
    return tuple(int(word) for word in words)


def square_around(centre: str, width: str, *, crs: str) -> Drawing:
    """A square box around a centre written as latitude, longitude; width in metres."""
    import shapely

    numbers = re.findall(r"[-+]?\d+(?:\.\d+)?", centre)
    latitude, longitude = (float(n) for n in numbers) if len(numbers) == 2 else (np.nan,) * 2
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ParameterError(
            f"centre {centre[:40]!r}: write latitude and longitude, such as 51.7361, 0.4798"
        )
    try:
        side = float(width)
    except ValueError:
        side = np.nan
    if not 0 < side < 1e5:
        raise ParameterError(f"width {width[:40]!r}: give metres, such as 200")
    x, y = spacetime.transform(
        np.array([longitude]), np.array([latitude]), from_crs=WGS84, to_crs=crs
    )
    if not np.isfinite([x[0], y[0]]).all():
        raise DataError(f"centre {centre[:40]!r} is off the map of this store")
    half = side / 2
    return Drawing("", None, shapely.box(x[0] - half, y[0] - half, x[0] + half, y[0] + half))


def degrees_of(polygon: Any, crs: str) -> str:
    """A polygon as GeoJSON text in longitude and latitude, for a reader to change."""
    import shapely

    from peelian.reports.geo import geographic

    shape = geographic(np.array([polygon], dtype=object), crs)[0]
    return json.dumps(json.loads(shapely.to_geojson(shape)))
