"""A forecast from a file: its cells, the risk of each, and which are flagged.

Whoever made it. Outlines (GeoJSON, GeoParquet, GeoPackage, shapefile) say where cells are; a
table of centres (CSV, JSON, Parquet) says it when they stand on a lattice.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import Content, Format, open_contents, sha256_of
from peelian.sources.extracts import read_rows
from peelian.sources.layers import check_polygons, read_layer
from peelian.sources.parsing import parse_numbers, texts
from peelian.sources.rows import Rows
from peelian.sources.tables_in import load_json, parquet_table, rows_of_table
from peelian.spacetime.centres import grid_of_centres
from peelian.spacetime.grids import polygon_grid
from peelian.spacetime.projection import PLANE, project_shapes
from peelian.terms import (
    Areas,
    Bools,
    CellKind,
    DataError,
    Floats,
    Grid,
    ParameterError,
)

GEOMETRY = "geometry"
SHAPEFILES = (".shp", ".zip")
TRUE, FALSE = ("true", "1", "yes", "t", "1.0"), ("false", "0", "no", "f", "0.0")
AREAS_AGREE = 0.05  # share by which a stated area may differ from that of its outline


@dataclass(frozen=True, eq=False)
class ForecastFile:
    """A forecast as read.

    Attributes
    ----------
    grid : Grid
        Its cells, which together are the area studied.
    risk : array, shape (n_cells,), or None
        Expected events (or any score), where the file has a column ``risk``.
    flagged : array of bool, shape (n_cells,), or None
        Where it has a column ``flagged``.
    sha256 : str
        Of the file.
    """

    grid: Grid
    risk: Floats | None
    flagged: Bools | None
    sha256: str


def read_forecast(
    path: str | Path, *, crs: str, cell_kind: str = "", cell_size: float = 0.0
) -> ForecastFile:
    """A forecast that Peelian or another program wrote.

    Parameters
    ----------
    path : str or Path
        With ``flagged`` or ``risk``, and outlines or ``x``, ``y`` and ``area``.
    crs : str
        The projected CRS to bring outlines into, and that of centres whose record does not
        name one; ``none`` for plane metres.
    cell_kind : str
        ``square`` or ``hexagon``, where centres leave it open.
    cell_size : float
        Of the lattice, where no cell is whole; 0 to find it. [m]

    Returns
    -------
    ForecastFile

    Raises
    ------
    SchemaError
        If a column is missing.
    DataError
        If a value is no number or no truth, a cell stands twice, cells overlap, or their
        places are ambiguous. The message names the row.
    CoverageError
        If it holds no cells.
    """
    path = Path(path)
    if cell_kind and cell_kind not in (CellKind.SQUARE, CellKind.HEXAGON):
        raise ParameterError(
            f"cell kind {cell_kind!r}: centres are of square or hexagon cells"
        )
    if path.suffix.lower() in SHAPEFILES and path.is_file():
        digest = sha256_of(path)
        return _outlined(*read_layer(path, crs), crs, path.name, digest)
    contents = list(open_contents(path))
    if len(contents) != 1:
        raise DataError(f"{path}: holds {len(contents)} files; name one")
    content = contents[0]
    if _is_layer(content):
        if content.format is Format.JSON:
            load_json(content)  # a layer that is cut off reads as a shorter one
        return _outlined(*read_layer(path, crs), crs, path.name, content.sha256)
    if content.format is Format.PARQUET:
        table = parquet_table(content)
        if GEOMETRY in table.column_names:
            shapes = _parquet_shapes(table, crs, content.name)
            attributes = table.drop_columns([GEOMETRY])
            return _outlined(attributes, shapes, crs, path.name, content.sha256)
    rows = read_rows(content)
    if rows.malformed:
        bad = rows.malformed[0]
        raise DataError(f"{rows.file}: row {bad.row}: {bad.field}; mend the file")
    rows.require(("x", "y", "area"))
    return _centred(rows, content.sha256, crs_beside(path) or crs, cell_kind, cell_size)


def crs_beside(path: Path) -> str:
    """The CRS of centres that the record beside a file names; empty without one."""
    try:
        text = path.with_name(f"{path.name}.provenance.json").read_text(encoding="utf-8")
        named = json.loads(text)["provenance"]["crs"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(named)


def _is_layer(content: Content) -> bool:
    """Whether a file is read as a layer of shapes: GeoPackage, or a GeoJSON collection."""
    if content.format is Format.GEOPACKAGE:
        return True
    return (
        content.format is Format.JSON
        and content.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    )


def _centred(
    rows: Rows, sha256: str, crs: str, cell_kind: str, cell_size: float
) -> ForecastFile:
    """Cells of a lattice, from their centres."""
    x, y, area = (_numbers(rows, name) for name in ("x", "y", "area"))
    if not np.all(area > 0):
        raise DataError(
            f"{rows.file}: row {_first(rows, ~(area > 0))}: the area is not above 0"
        )
    risk, flagged = _columns(rows)
    kind = CellKind(cell_kind) if cell_kind else None
    try:
        grid, order = grid_of_centres(
            x, y, area, kind=kind, cell_size=cell_size or None, crs=crs
        )
    except DataError as error:
        raise type(error)(f"{rows.file}: {error}") from None
    return ForecastFile(
        grid,
        None if risk is None else risk[order],
        None if flagged is None else flagged[order],
        sha256,
    )


def _outlined(table: Any, shapes: Any, crs: str, file: str, sha256: str) -> ForecastFile:
    """Cells as outlines in ``crs``."""
    import shapely

    rows = rows_of_table(table, file)
    numbers = tuple(str(n) for n in rows.number)
    areas = Areas(numbers, numbers, ("",) * len(rows), np.full(len(rows), np.nan), shapes, crs)
    grid = polygon_grid(areas)
    tree = shapely.STRtree(shapes)
    held = tree.query(shapely.points(grid.x, grid.y), predicate="within")
    twice = np.flatnonzero(np.bincount(held[0], minlength=len(rows)) > 1)
    if len(twice):
        raise DataError(
            f"{file}: row {twice[0] + 1} overlaps another cell, so an event there would count "
            "twice; give cells that lie side by side"
        )
    if "area" in rows.columns:
        stated = _numbers(rows, "area")
        off = np.abs(stated / grid.area - 1) > AREAS_AGREE
        if off.any():
            n = int(np.flatnonzero(off)[0])
            raise DataError(
                f"{file}: row {_first(rows, off)} states {stated[n]:,.6g} m2 and its outline "
                f"has {grid.area[n]:,.6g}; area must be in square metres inside the study area"
            )
    return ForecastFile(grid, *_columns(rows), sha256)


def _parquet_shapes(table: Any, crs: str, file: str) -> Any:
    """Outlines of a GeoParquet table, in ``crs``."""
    import shapely

    try:
        geo = json.loads((table.schema.metadata or {})[b"geo"])
        said = geo["columns"][GEOMETRY].get("crs", "OGC:CRS84")
        shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(), on_invalid="ignore")
    except (TypeError, ValueError, KeyError, AttributeError):
        raise DataError(
            f"{file}: its geometry is not that of a GeoParquet file; save it again"
        ) from None
    check_polygons(file, shapes)
    if said is None or crs == PLANE:
        return shapes
    named = said if isinstance(said, str) else json.dumps(said)
    return project_shapes(shapes, from_crs=named, to_crs=crs)


def _columns(rows: Rows) -> tuple[Floats | None, Bools | None]:
    """The risk and the flags of a file, either of which may be missing."""
    if not {"risk", "flagged"} & set(rows.columns):
        rows.require(("flagged",))
    risk = _numbers(rows, "risk") if "risk" in rows.columns else None
    flagged = _truths(rows, "flagged") if "flagged" in rows.columns else None
    return risk, flagged


def _numbers(rows: Rows, name: str) -> Floats:
    """A column of numbers, every one there."""
    numbers = parse_numbers(rows.columns[name])
    wrong = numbers.missing | numbers.bad
    if wrong.any():
        raise DataError(f"{rows.file}: row {_first(rows, wrong)}: {name} is not a number")
    return np.asarray(numbers.value, dtype=np.float64)


def _truths(rows: Rows, name: str) -> Bools:
    """A column of true and false, however a program writes them."""
    import pyarrow as pa

    values = rows.columns[name]
    if not pa.types.is_string(values.type):
        values = values.cast(pa.string())
    said = np.char.lower(np.array(texts(values).to_pylist(), dtype=np.str_))
    wrong = ~np.isin(said, TRUE + FALSE)
    if wrong.any():
        n = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{rows.file}: row {_first(rows, wrong)}: {name} = {str(said[n])!r}; write "
            "true or false"
        )
    return np.isin(said, TRUE)


def _first(rows: Rows, wrong: Bools) -> int:
    """Number of the first wrong row in the file."""
    return int(rows.number[np.flatnonzero(wrong)[0]])
