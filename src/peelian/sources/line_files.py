"""Streets of a table of lines: GeoPackage, shapefile, GeoJSON, Parquet or CSV."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import Content, Format
from peelian.sources.extracts import read_rows
from peelian.sources.lines import DrawnLines, texts_of, walked_streets
from peelian.sources.tables_in import parquet_table
from peelian.spacetime import crs_code
from peelian.terms import WGS84, CoverageError, DataError, SchemaError, Shapes

COLUMN_NAMES = {  # how tables of streets name these, small letters; the first that is there
    "ids": ("id", "osm_id", "osmid", "identifier", "toid", "fid"),
    "names": ("name", "distinctive_name", "name1", "road_name", "roadname", "street"),
    "kinds": ("highway", "classification", "class", "kind", "function", "formofway"),
}
SHAPE_COLUMNS = ("geometry", "geom", "wkt", "wkb_geometry", "the_geom")
LINE, MULTILINE = 1, 5  # shapely type ids


def read_line_layer(path: Path) -> DrawnLines:
    """Lines of the one layer that holds them, in a file that GDAL knows.

    Raises
    ------
    DataError
        If the file is cut off, or several layers hold lines.
    CoverageError
        If it holds no lines.
    """
    import pyogrio
    import shapely

    source = f"/vsizip/{path.resolve()}" if path.suffix.lower() == ".zip" else path
    try:
        layers = pyogrio.list_layers(source)
        drawn = [str(name) for name, kind in layers if kind and "Line" in kind]
        drawn = drawn or [
            str(name) for name, kind in layers if kind in ("Unknown", "Geometry")
        ]
        if len(drawn) != 1:
            said = f"layers {', '.join(drawn)} do" if drawn else "no layer does"
            raise DataError(
                f"{path.name}: one layer must hold lines, and {said}; save the one meant by "
                "itself"
            )
        meta, table = pyogrio.read_arrow(source, layer=drawn[0])
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        UnicodeDecodeError,
    ) as error:
        raise DataError(
            f"{path.name}: not a layer of lines that can be read, or cut off ({error})"
        ) from None
    geometry = meta["geometry_name"] or "wkb_geometry"
    columns = dict(zip(table.column_names, table.columns, strict=True))
    shapes = shapely.from_wkb(columns.pop(geometry).to_numpy(), on_invalid="ignore")
    return _lines(path.name, shapes, columns, crs=meta["crs"] or "")


def read_line_table(content: Content) -> DrawnLines:
    """Lines of a Parquet or CSV file with a column of shapes: GeoParquet, WKB or WKT.

    Raises
    ------
    DataError
        If the file is cut off. SchemaError when it has no column of shapes, CoverageError
        when that holds no lines.
    """
    import pyarrow as pa
    import shapely

    if content.format is Format.PARQUET:
        table = parquet_table(content)
        columns = dict(zip(table.column_names, table.columns, strict=True))
        geo = _geo_metadata(content.name, table.schema.metadata or {})
    else:
        columns, geo = dict(read_rows(content).columns), {}
    wanted = [geo["primary_column"]] if geo else SHAPE_COLUMNS
    found = [name for name in columns if name.lower() in wanted or name in wanted]
    if not found:
        raise SchemaError(
            f"{content.name}: no column of lines; it needs one of {', '.join(SHAPE_COLUMNS)}, "
            "as WKT or WKB"
        )
    values = columns.pop(found[0])
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        parsed = shapely.from_wkb
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        parsed = shapely.from_wkt
    else:
        raise SchemaError(
            f"{content.name}: {found[0]} is {values.type}; lines are read as WKT or WKB"
        )
    shapes = parsed(np.array(values.to_pylist(), dtype=object), on_invalid="ignore")
    crs = _geoparquet_crs(geo, found[0]) if geo else ""
    return _lines(content.name, shapes, columns, crs=crs)


def _lines(file: str, shapes: Shapes, columns: Mapping[str, Any], *, crs: str) -> DrawnLines:
    """Each single line with its texts; shapes of other types are left out and counted."""
    import shapely

    kind = shapely.get_type_id(shapes)
    drawn = np.flatnonzero(((kind == LINE) | (kind == MULTILINE)) & ~shapely.is_empty(shapes))
    if not len(drawn):
        raise CoverageError(f"{file}: holds no lines")
    joined = shapely.line_merge(shapes[drawn])  # parts that touch become one line
    singles, at = shapely.get_parts(joined, return_index=True)
    row = drawn[at]
    by_name = {name.lower(): values for name, values in columns.items()}
    texts = {}
    for word, names in COLUMN_NAMES.items():
        given = next((by_name[name] for name in names if name in by_name), None)
        every = np.full(len(shapes), "") if given is None else texts_of(file, given)
        texts[word] = every[row]
    others = len(shapes) - len(drawn)
    left_out = ((others, "shapes that are not lines"),) if others else ()
    lines = DrawnLines(
        singles, **texts, crs=crs, only_ends=False, read=len(shapes), left_out=left_out
    )
    return walked_streets(lines) if "highway" in by_name else lines


def _geo_metadata(file: str, written: Mapping[bytes, bytes]) -> dict[str, Any]:
    """What GeoParquet says of itself; empty for any other file."""
    try:
        geo = json.loads(written.get(b"geo", b"{}"))
        return geo if geo and geo["primary_column"] in geo["columns"] else {}
    except (ValueError, KeyError, TypeError):
        raise DataError(
            f"{file}: its GeoParquet metadata are damaged; write it again"
        ) from None


def _geoparquet_crs(geo: Mapping[str, Any], column: str) -> str:
    """The CRS of a GeoParquet column: longitude and latitude when it does not say."""
    import pyproj

    given = geo["columns"][column].get("crs", WGS84)
    if given is None:
        return ""
    return crs_code(pyproj.CRS.from_user_input(given).to_string())
