"""Study areas and named areas from GeoJSON, GeoPackage, shapefile or zipped shapefile."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import MAX_FILE_BYTES, Format, open_contents
from peelian.sources.csv_rows import read_csv
from peelian.sources.parsing import parse_numbers, texts
from peelian.sources.rows import require_columns
from peelian.spacetime.projection import PLANE, project, project_shapes, require_metres
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    Areas,
    Base,
    CoordinateError,
    CoverageError,
    DataError,
    ParameterError,
    SchemaError,
    StudyArea,
)

POLYGONS = (3, 6)  # shapely type ids of Polygon and MultiPolygon


def read_study_area(
    path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID, name: str | None = None
) -> StudyArea:
    """All polygons of a file as one study area.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, shapefile or zipped shapefile with one layer.
    crs : str
        Projected CRS wanted; ``none`` keeps the numbers as they are.
    name : str, optional
        The file's name without its ending when not given.

    Raises
    ------
    DataError
        If the file is cut off, or a shape is no polygon. CoverageError when it has none,
        CoordinateError when it does not say its CRS.
    """
    import shapely

    _, shapes = read_layer(path, crs)
    return StudyArea(name or Path(path).name.split(".")[0], shapely.union_all(shapes), crs)


def read_areas(
    path: str | Path,
    *,
    crs: str = BRITISH_NATIONAL_GRID,
    code: str | None = None,
    name: str | None = None,
    district: str | None = None,
    population: str | None = None,
) -> Areas:
    """Named areas of a file, one a row, by the columns that hold their attributes.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, shapefile or zipped shapefile with one layer.
    crs : str
        Projected CRS wanted.
    code, name, district, population : str
        Columns; found by their names when not given, such as ``LSOA11CD``. Without them
        ``name`` is ``code``, ``district`` is empty and ``population`` NaN. [residents]

    Raises
    ------
    SchemaError
        If a column is missing, or a code is empty or stands twice.
    DataError
        As for `read_study_area`.
    """
    table, shapes = read_layer(path, crs)
    file = Path(path).name
    wanted = [column for column in (code, name, district, population) if column]
    require_columns(file, table.column_names, wanted)
    found = _found(table.column_names)
    code = code or found.get("code")
    name, district = name or found.get("name"), district or found.get("district")
    population = population or found.get("population")
    if code is None:
        raise SchemaError(
            f"{file}: no column of codes among {', '.join(table.column_names)}; name it code"
        )
    codes = _texts(table[code])
    seen: set[str] = set()
    for n, one in enumerate(codes, start=1):
        if not one or one in seen:
            raise SchemaError(
                f"{file}: row {n}, {code} = {one!r} is "
                + ("repeated" if one else "empty")
                + "; each area needs its own code"
            )
        seen.add(one)
    return Areas(
        code=codes,
        name=_texts(table[name]) if name else codes,
        district=_texts(table[district]) if district else ("",) * len(codes),
        population=_population(table, population, file),
        polygons=shapes,
        crs=crs,
    )


def read_bases(path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID) -> tuple[Base, ...]:
    """Patrol bases of a CSV: ``name`` with ``longitude, latitude``, or ``x, y`` in ``crs``.

    Raises
    ------
    SchemaError
        If a column is missing, a name is empty or stands twice, or a place is no number.
    CoordinateError
        If a base lies off the grid of ``crs``.
    """
    contents = list(open_contents(path))
    file = Path(path).name
    if len(contents) != 1 or contents[0].format is not Format.CSV:
        raise DataError(f"{file}: bases are read from one CSV file")
    rows = read_csv(contents[0])
    degrees = "longitude" in rows.columns or "latitude" in rows.columns
    columns = ("longitude", "latitude") if degrees else ("x", "y")
    rows.require(("name", *columns))
    if rows.malformed:
        raise SchemaError(f"{file}: row {rows.malformed[0].row}: {rows.malformed[0].field}")
    names = texts(rows.columns["name"]).to_pylist()
    numbers = [parse_numbers(rows.columns[column]) for column in columns]
    for n, name in enumerate(names):
        if not name or name in names[:n]:
            raise SchemaError(f"{file}: row {n + 1}, name = {name!r}; each base needs its own")
        for column, number in zip(columns, numbers, strict=True):
            if not np.isfinite(number.value[n]):
                raise SchemaError(f"{file}: row {n + 1}, {column} is not a number; mend it")
    x, y = (number.value for number in numbers)
    if degrees:
        x, y = project(x, y, crs=crs)
        lost = np.flatnonzero(~np.isfinite(x))
        if len(lost):
            raise CoordinateError(
                f"{file}: row {lost[0] + 1} lies off the grid of {crs}; check longitude and "
                "latitude"
            )
    elif crs != PLANE:
        require_metres(x, y, crs)
    return tuple(Base(n, float(a), float(b)) for n, a, b in zip(names, x, y, strict=True))


COLUMN_NAMES = {  # how layers name these; the first that fits
    "code": r"^code$|^[a-z]{3,5}\d{2}cd$|code$|cd$|^id$",
    "name": r"^name$|^[a-z]{3,5}\d{2}nm$|name$|nm$",
    "district": r"^district$|^lad\d{2}nm$|district.?name",
    "population": r"^population$|population|^residents$",
}


def _found(columns: list[str]) -> dict[str, str]:
    """The columns that layers usually give these names."""
    found = {}
    for word, pattern in COLUMN_NAMES.items():
        for one in pattern.split("|"):
            fitting = [name for name in columns if re.search(one, name.lower())]
            if fitting:
                found[word] = fitting[0]
                break
    return found


def read_layer(path: str | Path, crs_to: str) -> tuple[Any, Any]:
    """Attributes and valid polygons of the only layer, in the CRS wanted."""
    import shapely

    table, shapes, crs = read_shapes(path)
    shapes = shapely.make_valid(shapes, method="structure")
    if crs_to != PLANE:
        if not crs:
            raise CoordinateError(
                f"{Path(path).name}: does not say its CRS; save it with one (a shapefile "
                "needs its .prj file)"
            )
        shapes = project_shapes(shapes, from_crs=crs, to_crs=crs_to)
    return table, shapes


def read_shapes(path: str | Path) -> tuple[Any, Any, str | None]:
    """Attributes, polygons as they were drawn, and CRS of the only layer of a file."""
    import pyogrio
    import shapely

    path = Path(path)
    if not path.exists():
        raise ParameterError(f"{path}: no such file; check the path")
    if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
        raise DataError(
            f"{path.name}: larger than {MAX_FILE_BYTES:,} bytes; cut it to the area"
        )
    source = f"/vsizip/{path.resolve()}" if path.suffix.lower() == ".zip" else path
    try:
        layers = pyogrio.list_layers(source)
        if len(layers) != 1:
            named = ", ".join(str(layer[0]) for layer in layers)
            raise DataError(
                f"{path.name}: {len(layers)} layers ({named}); save the one meant by itself"
            )
        meta, table = pyogrio.read_arrow(source)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        UnicodeDecodeError,
    ) as error:
        raise DataError(
            f"{path.name}: not a layer of polygons that can be read, or cut off ({error})"
        ) from None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if not len(table) or geometry not in table.column_names:
        raise CoverageError(f"{path.name}: holds no polygons")
    shapes = shapely.from_wkb(table[geometry].to_numpy(), on_invalid="ignore")
    check_polygons(path.name, shapes)
    return table.drop_columns([geometry]), shapely.force_2d(shapes), meta["crs"]


def check_polygons(file: str, shapes: Any) -> None:
    """Raise DataError unless every shape is a polygon with extent."""
    import shapely

    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), POLYGONS))
    empty = np.flatnonzero(shapely.is_empty(shapes))
    if len(wrong):
        shape = shapes[wrong[0]]
        kind = "has no shape" if shape is None else f"is a {shape.geom_type}"
        raise DataError(f"{file}: row {wrong[0] + 1} {kind}; polygons are needed")
    if len(empty):
        raise DataError(f"{file}: row {empty[0] + 1} is an empty polygon; leave it out")


def _texts(column: Any) -> tuple[str, ...]:
    return tuple("" if value is None else str(value).strip() for value in column.to_pylist())


def _population(table: Any, column: str | None, file: str) -> Any:
    if column is None:
        return np.full(len(table), np.nan)
    values = table[column].to_pylist()
    try:
        return np.array([np.nan if v in (None, "") else float(v) for v in values])
    except (TypeError, ValueError):
        raise SchemaError(f"{file}: {column} holds text; residents are a number") from None
