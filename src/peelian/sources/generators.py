"""Crime generators from any file of points: stations, hospitals, licensed premises."""

from pathlib import Path

import numpy as np

from peelian.sources.contents import open_contents
from peelian.sources.extracts import read_rows
from peelian.sources.guesses import guess_place, sampled
from peelian.sources.mapping import UNDECIDED
from peelian.sources.parsing import parse_numbers, texts
from peelian.spacetime.projection import PLANE, project
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    WGS84,
    CoordinateError,
    CoverageError,
    DataError,
    Generators,
    Ingredient,
    SchemaError,
)


def read_generators(
    path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID, kind: str | None = None
) -> tuple[Generators, Ingredient]:
    """The points of a file, each with the kind of place it is.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet, GeoJSON or GeoPackage, or its gzip. Coordinates are longitude and
        latitude, or metres in ``crs``; their columns are found by name.
    crs : str
        Projected CRS wanted, or ``none``.
    kind : str, optional
        Column that says what each place is. Without it all are one kind, named as the file.

    Returns
    -------
    generators : Generators
    ingredient : Ingredient
        Rows without a place or a kind are refused, and counted.

    Raises
    ------
    CoverageError
        If no row has a place.
    SchemaError
        If no pair of columns holds coordinates, or ``kind`` is no column.
    CoordinateError
        If the coordinates are degrees and ``crs`` is ``none``.
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
                "give generators in the same plane"
            )
        x, y = project(x, y, crs=crs)
    if kind:
        rows.require([kind])
        kinds = np.array([t.strip() for t in texts(rows.columns[kind]).to_pylist()])
    else:
        kinds = np.full(len(rows), Path(path).name.split(".")[0])
    known = np.isfinite(x) & np.isfinite(y) & (kinds != "")
    if not known.any():
        raise CoverageError(f"{rows.file}: no row has a place; check its coordinates")
    refused = rows.read - int(known.sum())
    ingredient = Ingredient(str(path), contents[0].sha256, rows.read, refused, "file")
    return Generators(kinds[known], x[known], y[known], crs), ingredient
