"""Polygons that someone drew, by whatever name they have: areas of an evaluation."""

from pathlib import Path

from peelian.sources.layers import read_layer
from peelian.terms import BRITISH_NATIONAL_GRID, DataError, Shapes

NAMES = ("name", "area", "code", "id")


def read_polygons(
    path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID
) -> tuple[tuple[str, ...], Shapes]:
    """Each polygon of a file with its name.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, shapefile or zipped shapefile with one layer.
    crs : str
        Projected CRS wanted.

    Returns
    -------
    names : tuple of str
        Of the first column called name, area, code or id; else the file's name and a number.
    polygons : array of shapely geometries, shape (n,)

    Raises
    ------
    DataError
        If a name is empty or stands twice, or as for `read_areas`.
    """
    table, shapes = read_layer(path, crs)
    file = Path(path).name
    stem = file.split(".")[0]
    columns = {name.lower(): name for name in reversed(table.column_names)}
    column = next((columns[name] for name in NAMES if name in columns), None)
    if column is None:
        numbers = range(1, len(shapes) + 1)
        return tuple(stem if len(shapes) == 1 else f"{stem} {n}" for n in numbers), shapes
    names = tuple(str("" if v is None else v).strip() for v in table[column].to_pylist())
    for row, name in enumerate(names, start=1):
        if not name or names.count(name) > 1:
            wrong = "repeated" if name else "empty"
            raise DataError(f"{file}: row {row}, {column} {name!r} is {wrong}; name each area")
    return names, shapes
