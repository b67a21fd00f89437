"""Track points of a GPX file, as rows. Waypoints and routes are plans, not where one was."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.rows import Rows
from peelian.sources.xml_files import parse_xml
from peelian.terms import CoverageError, Ints, SchemaError

UNIT, X, Y, TIME = "unit", "longitude", "latitude", "time"


def read_gpx(content: Content) -> Rows:
    """The points of every track, in their order, all fields as text.

    Returns
    -------
    Rows
        Columns ``unit`` (the track's name, else the file's without its suffix), ``time``,
        ``longitude`` and ``latitude``.

    Raises
    ------
    DataError
        If the file is cut off or hostile; SchemaError when it is not GPX, CoverageError when
        it holds no track point.
    """
    import pyarrow as pa

    found = _points(content)
    if not found:
        raise CoverageError(f"{content.name}: holds no track point; export the tracks as GPX")
    columns = dict(zip((UNIT, TIME, X, Y), map(list, zip(*found, strict=True)), strict=True))

    def original(at: Ints) -> list[str]:
        return [",".join(found[n]) for n in at.tolist()]

    return Rows(
        content.name,
        {name: pa.array(values, pa.string()) for name, values in columns.items()},
        np.arange(1, len(found) + 1),
        original,
    )


def _points(content: Content) -> list[tuple[str, str, str, str]]:
    """Unit, time, longitude and latitude of each track point, as the file says them."""
    stem = PurePath(content.name).stem
    points: list[tuple[str, str, str, str]] = []
    inside: list[str] = []  # the elements that are open
    text: list[str] = []
    unit, time, place = stem, "", ("", "")

    def start(tag: str, given: Mapping[str, str]) -> None:
        nonlocal unit, time, place
        name = tag.rpartition(":")[2]
        if not inside and name != "gpx":
            raise SchemaError(f"{content.name}: its root is <{name[:40]}>, so it is not GPX")
        inside.append(name)
        text.clear()
        if name == "trk":
            unit = stem
        elif name == "trkpt":
            time, place = "", (given.get("lon", ""), given.get("lat", ""))

    def end(tag: str) -> None:
        nonlocal unit, time
        name = inside.pop()
        said = "".join(text).strip()
        text.clear()
        if name == "name" and inside[-1:] == ["trk"]:
            unit = said or stem
        elif name == "time" and inside[-1:] == ["trkpt"]:
            time = said
        elif name == "trkpt":
            points.append((unit, time, *place))

    handlers: dict[str, Callable[..., Any]] = {
        "StartElementHandler": start,
        "EndElementHandler": end,
        "CharacterDataHandler": text.append,
    }
    parse_xml(content, handlers)
    return points
