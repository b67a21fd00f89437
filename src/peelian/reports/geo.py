"""Cells and street segments with their numbers as GeoJSON and GeoParquet, record inside."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.reports.numbers import plain
from peelian.reports.provenance import provenance_json, provenance_record
from peelian.terms import (
    CoordinateError,
    Grid,
    Ints,
    ParameterError,
    Provenance,
    Shapes,
    StreetNetwork,
    StudyArea,
    Table,
)

DECIMALS = 6  # of a degree, about 0.1 m; RFC 7946 section 11.2
PROVENANCE_KEY = "provenance"


def cells_geojson(
    table: Table, grid: Grid, provenance: Provenance, *, study_area: StudyArea | None = None
) -> bytes:
    """Cells as a GeoJSON FeatureCollection in longitude and latitude.

    Parameters
    ----------
    table : Table
        One row a cell. Its ``cell`` column numbers them in ``grid``; without one there must be
        a row for every cell, in order.
    grid : Grid
    provenance : Provenance
        Kept in the collection's ``provenance`` member.
    study_area : StudyArea, optional
        Clip the cells to it.

    Returns
    -------
    bytes
        UTF-8 JSON, one feature a line: WGS84 degrees to six decimals, outer rings
        counter-clockwise; the table's columns are properties, NaN is ``null``. ``title`` and
        ``units`` are members of the collection.

    Raises
    ------
    CoordinateError
        If the grid has no coordinate system and so no place on the Earth.
    ParameterError
        If rows and cells do not match.

    References
    ----------
    .. [1] H. Butler et al., "The GeoJSON Format," RFC 7946, 2016. doi:10.17487/RFC7946
    """
    cell = cells_of(table, grid)
    numbered = replace(table, columns={"cell": cell, **table.columns})
    return _geojson(numbered, _outlines(grid, study_area)[cell], grid.crs, provenance)


def segments_geojson(table: Table, network: StreetNetwork, provenance: Provenance) -> bytes:
    """Street segments as lines of a GeoJSON FeatureCollection in longitude and latitude.

    Parameters
    ----------
    table : Table
        One row a segment; its ``segment`` column numbers them in ``network``.
    network : StreetNetwork
    provenance : Provenance

    Returns
    -------
    bytes
        As `cells_geojson`.

    Raises
    ------
    CoordinateError
        If the network has no coordinate system and so no place on the Earth.
    """
    lines = network.lines[table.columns["segment"]]
    return _geojson(table, lines, network.crs, provenance)


def cells_geoparquet(
    table: Table, grid: Grid, provenance: Provenance, *, study_area: StudyArea | None = None
) -> bytes:
    """Cells as GeoParquet in the grid's own coordinate system.

    Parameters
    ----------
    table, grid, study_area
        As in ``cells_geojson``.
    provenance : Provenance
        Kept under the ``provenance`` key of the file's metadata, beside ``title`` and
        ``units``.

    Returns
    -------
    bytes
        GeoParquet 1.1: WKB polygons in ``geometry``, the table's columns beside it. The same
        input gives the same bytes under the same version of pyarrow.

    Raises
    ------
    ParameterError
        If rows and cells do not match.

    References
    ----------
    .. [1] "GeoParquet Specification," version 1.1.0, Open Geospatial Consortium, 2024.
       https://geoparquet.org/releases/v1.1.0/
    """
    import shapely

    cell = cells_of(table, grid)
    shapes = shapely.orient_polygons(_outlines(grid, study_area)[cell])
    numbered = replace(table, columns={"cell": cell, **table.columns})
    return _geoparquet(numbered, shapes, grid.crs, provenance)


def segments_geoparquet(table: Table, network: StreetNetwork, provenance: Provenance) -> bytes:
    """Street segments as GeoParquet, WKB lines in the network's own coordinate system.

    Parameters
    ----------
    table, network, provenance
        As in `segments_geojson`.

    Returns
    -------
    bytes
        As `cells_geoparquet`.
    """
    lines = network.lines[table.columns["segment"]]
    return _geoparquet(table, lines, network.crs, provenance)


def cells_of(table: Table, grid: Grid) -> Ints:
    """The cell number of each row, shape (n_rows,).

    Raises
    ------
    ParameterError
        If the table has neither a ``cell`` column within the grid nor a row a cell.
    """
    if "cell" not in table.columns:
        if len(table) != grid.n_cells:
            raise ParameterError(
                f"table has {len(table)} rows and no cell column, the grid has {grid.n_cells} "
                "cells; add a cell column with each row's cell number"
            )
        return np.arange(grid.n_cells)
    cell = np.asarray(table.columns["cell"], dtype=np.int64)
    wrong = (cell < 0) | (cell >= grid.n_cells)
    if wrong.any():
        raise ParameterError(
            f"table: cell {cell[wrong][0]} is not in the grid (0 to {grid.n_cells - 1}); "
            "use the grid that the table was made with"
        )
    return cell


def geographic(shapes: Shapes, crs: str, decimals: int = DECIMALS) -> Shapes:
    """Shapes in longitude and latitude, WGS84, rounded, outer rings counter-clockwise.

    Parameters
    ----------
    shapes : array of shapely geometries, shape (n,)
        In ``crs``. [m]
    crs : str
    decimals : int, optional
        Of a degree.

    Returns
    -------
    array of shapely geometries, shape (n,)

    Raises
    ------
    CoordinateError
        If ``crs`` is ``none``.
    """
    import shapely

    from peelian.spacetime import unproject

    if not any(shape is not None for shape in shapes):
        return shapes
    if crs == "none":
        raise CoordinateError(
            "plane coordinates (crs none) have no place on the Earth, so they make no GeoJSON "
            "or map; name their system with --crs, or write CSV or GeoParquet"
        )
    xy = shapely.get_coordinates(shapes)
    degrees = np.round(np.column_stack(unproject(xy[:, 0], xy[:, 1], crs=crs)), decimals)
    moved: Shapes = shapely.set_coordinates(np.array(shapes, dtype=object), degrees)
    oriented: Shapes = shapely.orient_polygons(moved)
    return oriented


def feature_collection(
    head: dict[str, Any], shapes: Shapes, properties: list[dict[str, Any]]
) -> bytes:
    """GeoJSON bytes, one feature a line, from shapes in degrees and their properties.

    ``head`` holds the collection's own members; a shape with a ``cell`` or ``segment`` among
    its properties has it as ``id`` too.
    """
    import shapely

    members = json.dumps(head, ensure_ascii=False, allow_nan=False, sort_keys=True)
    geometries = [one or "null" for one in shapely.to_geojson(shapes)]
    lines = [
        f'{{"type":"Feature",{_id(row)}"geometry":{_compact(json.loads(geometry))},'
        f'"properties":{_compact(row)}}}'
        for geometry, row in zip(geometries, properties, strict=True)
    ]
    text = members[:-1] + ', "features": [\n' + ",\n".join(lines) + "\n]}\n"
    return text.encode()


def rows_geojson(table: Table, shapes: Shapes, crs: str, provenance: Provenance) -> bytes:
    """Rows of a table with a shape each as GeoJSON; a shape of None has no place on the map.

    Parameters
    ----------
    table : Table
    shapes : array of shapely geometries or None, shape (n_rows,)
        In ``crs``. [m]
    crs : str
    provenance : Provenance

    Returns
    -------
    bytes
        As `cells_geojson`; ``geometry`` is null where the shape is None.
    """
    return _geojson(table, shapes, crs, provenance)


def _geojson(table: Table, shapes: Shapes, crs: str, provenance: Provenance) -> bytes:
    """Rows with their shapes as GeoJSON."""
    columns = table.columns
    rows = zip(*([plain(v) for v in array] for array in columns.values()), strict=True)
    properties = [dict(zip(columns, row, strict=True)) for row in rows]
    head = {
        "type": "FeatureCollection",
        "title": table.title,
        "units": dict(table.units),
        PROVENANCE_KEY: provenance_record(provenance),
    }
    return feature_collection(head, geographic(shapes, crs), properties)


def _geoparquet(table: Table, shapes: Shapes, crs: str, provenance: Provenance) -> bytes:
    """Rows with their shapes as GeoParquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    arrays = [_arrow(array) for array in table.columns.values()]
    schema_metadata = {
        "geo": json.dumps(_geo_metadata(shapes, crs), sort_keys=True),
        "title": table.title,
        "units": json.dumps(dict(table.units), sort_keys=True),
        PROVENANCE_KEY: provenance_json(provenance),
    }
    frame = pa.Table.from_arrays(
        [*arrays, pa.array(shapely.to_wkb(shapes), pa.binary())], [*table.columns, "geometry"]
    )
    out = io.BytesIO()
    pq.write_table(frame.replace_schema_metadata(schema_metadata), out, compression="zstd")
    return out.getvalue()


def _outlines(grid: Grid, study_area: StudyArea | None) -> Shapes:
    from peelian.spacetime import outlines

    shapes: Shapes = outlines(grid, study_area=study_area)
    return shapes


def _arrow(array: NDArray[Any]) -> Any:
    """A column as Arrow keeps it: instants in UTC, NaN null, months and years as text."""
    import pyarrow as pa

    kind, unit = array.dtype.kind, str(array.dtype)
    if kind == "M" and unit.endswith("[s]"):
        return pa.array(array, pa.timestamp("s", tz="UTC"))
    if kind == "M" and not unit.endswith("[D]"):
        return pa.array([plain(value) for value in array], pa.string())
    return pa.array(array, from_pandas=True)


def _geo_metadata(shapes: NDArray[Any], crs: str) -> dict[str, Any]:
    """The ``geo`` key of a GeoParquet file."""
    import pyproj
    import shapely

    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({shape.geom_type for shape in shapes}),
        "orientation": "counterclockwise",
        "crs": None if crs == "none" else pyproj.CRS.from_user_input(crs).to_json_dict(),
    }
    if len(shapes):
        column["bbox"] = shapely.total_bounds(shapes).tolist()
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _id(properties: dict[str, Any]) -> str:
    number = properties.get("cell", properties.get("segment"))
    return "" if number is None else f'"id":{number},'


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
