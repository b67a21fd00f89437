"""Crime generators from any file of points: stations, hospitals, licensed premises."""

from pathlib import Path

import numpy as np

from peelian.sources.parsing import texts
from peelian.sources.points import read_points
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    CoverageError,
    Generators,
    Ingredient,
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
    rows, x, y, sha256 = read_points(path, crs=crs)
    if kind:
        rows.require([kind])
        kinds = np.array([t.strip() for t in texts(rows.columns[kind]).to_pylist()])
    else:
        kinds = np.full(len(rows), Path(path).name.split(".")[0])
    known = np.isfinite(x) & np.isfinite(y) & (kinds != "")
    if not known.any():
        raise CoverageError(f"{rows.file}: no row has a place; check its coordinates")
    refused = rows.read - int(known.sum())
    ingredient = Ingredient(str(path), sha256, rows.read, refused, "file")
    return Generators(kinds[known], x[known], y[known], crs), ingredient
