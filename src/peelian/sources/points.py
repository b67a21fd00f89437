"""Any file of points: its rows, and where each is."""

from pathlib import Path

import numpy as np

from peelian.sources.contents import open_contents
from peelian.sources.extracts import read_rows
from peelian.sources.guesses import guess_place, sampled
from peelian.sources.mapping import UNDECIDED
from peelian.sources.parsing import parse_numbers
from peelian.sources.rows import Rows
from peelian.spacetime.projection import PLANE, project
from peelian.terms import WGS84, CoordinateError, DataError, Floats, SchemaError


def read_points(path: str | Path, *, crs: str) -> tuple[Rows, Floats, Floats, str]:
    """Rows of one file, their places in ``crs`` (NaN where not known), the file's SHA-256.

    Coordinates are longitude and latitude, or metres in ``crs``; their columns are found by
    name.

    Raises
    ------
    DataError
        If there is more than one file at ``path``; SchemaError if no pair of columns holds
        coordinates; CoordinateError if they are degrees and ``crs`` is ``none``.
    """
    contents = list(open_contents(path))
    if len(contents) != 1:
        raise DataError(f"{path}: holds {len(contents)} files; name one")
    rows = read_rows(contents[0])
    place = guess_place(sampled(rows))
    if place.x == UNDECIDED:
        raise SchemaError(
            f"{rows.file}: no pair of columns looks like coordinates among "
            f"{', '.join(rows.columns)}; name them longitude and latitude, or x and y in {crs}"
        )
    x, y = (parse_numbers(rows.columns[column]).value for column in (place.x, place.y))
    x, y = (np.where((x == 0) & (y == 0), np.nan, axis) for axis in (x, y))
    if place.crs == WGS84:
        if crs == PLANE:
            raise CoordinateError(
                f"{rows.file}: longitude and latitude, but the events are on a plane (none); "
                "give places in the same plane"
            )
        x, y = project(x, y, crs=crs)
    return rows, x, y, contents[0].sha256
