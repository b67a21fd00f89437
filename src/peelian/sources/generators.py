"""Crime generators from any file of points: stations, hospitals, licensed premises."""

from collections.abc import Sequence
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
    ParameterError,
    SchemaError,
)


def read_generators(
    paths: Sequence[str | Path], *, crs: str = BRITISH_NATIONAL_GRID, kind: str | None = None
) -> tuple[Generators, tuple[Ingredient, ...]]:
    """All points of some files, each with the kind of place it is.

    Parameters
    ----------
    paths : sequence of str or Path
        CSV, Parquet, GeoJSON or GeoPackage, or their gzip. Coordinates are longitude and
        latitude, or metres in ``crs``; their columns are found by name.
    crs : str
        Projected CRS wanted, or ``none``.
    kind : str, optional
        Column that says what each place is. Without it, a file is one kind, named as the
        file.

    Returns
    -------
    generators : Generators
    ingredients : tuple of Ingredient
        One a file; rows without a place or a kind are refused, and counted.

    Raises
    ------
    CoverageError
        If a file holds no row with a place.
    SchemaError
        If there is no pair of columns of coordinates, or none of that name.
    CoordinateError
        If the coordinates are degrees and ``crs`` is ``none``.
    """
    if not paths:
        raise ParameterError("no files of crime generators: name one or more")
    parts = [_read(path, crs, kind) for path in paths]
    generators = Generators(
        np.concatenate([part.kind for part, _ in parts]),
        np.concatenate([part.x for part, _ in parts]),
        np.concatenate([part.y for part, _ in parts]),
        crs,
    )
    return generators, tuple(ingredient for _, ingredient in parts)


def _read(path: str | Path, crs: str, kind: str | None) -> tuple[Generators, Ingredient]:
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
