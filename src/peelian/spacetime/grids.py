"""Grids: squares, hexagons or any polygons, clipped to a study area.

A lattice is anchored at multiples of its cell size, so two runs over one place agree whatever
the outline they were given. A cell keeps its place in the lattice however much of it the study
area cuts away; ``area`` is what remains.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from peelian.spacetime.projection import require_metres, require_projected
from peelian.terms import (
    Areas,
    CellKind,
    DataError,
    Floats,
    Grid,
    Ints,
    ParameterError,
    Shapes,
    StudyArea,
)

MAX_CELLS = 4_000_000  # Great Britain at 250 m; about 130 MB a grid
_LEAF = 16  # cells along a block that is clipped cell by cell
_SLIVER = 1e-9  # share of a cell below which an overlap is rounding


def square_grid(study_area: StudyArea, cell_size: float) -> Grid:
    """Squares over a study area, each with the area it has inside.

    Parameters
    ----------
    study_area : StudyArea
        In a projected CRS, or ``none``.
    cell_size : float
        Side of a square. [m]

    Returns
    -------
    grid : Grid
        Every lattice cell with area inside the study area; row by row from the south-west.

    Raises
    ------
    ParameterError
        If ``cell_size`` is not positive, or the lattice would exceed MAX_CELLS (raised before
        anything is allocated, with a size that fits).
    CoordinateError
        If the coordinates are degrees.
    DataError
        If the study area is empty.
    """
    return _lattice_grid(study_area, cell_size, CellKind.SQUARE)


def hexagon_grid(study_area: StudyArea, cell_size: float) -> Grid:
    """Hexagons over a study area, each with the area it has inside.

    Parameters
    ----------
    study_area : StudyArea
        In a projected CRS, or ``none``.
    cell_size : float
        Flat-to-flat width, which is also the distance between neighbouring centres; the side
        is ``cell_size / sqrt(3)``. [m]

    Returns
    -------
    grid : Grid
        Flat sides west and east, a point to the north; every second row half a cell further
        east. Row 0 is never one of those.

    Raises
    ------
    ParameterError, CoordinateError, DataError
        As `square_grid`.
    """
    return _lattice_grid(study_area, cell_size, CellKind.HEXAGON)


def polygon_grid(areas: Areas) -> Grid:
    """Named areas as cells, in the order given.

    Parameters
    ----------
    areas : Areas
        Such as the LSOAs of a force.

    Returns
    -------
    grid : Grid
        ``x, y`` is a point inside each polygon.

    Raises
    ------
    DataError
        If there are no areas, or one has no extent.
    CoordinateError
        If the coordinates are degrees.
    """
    import shapely

    require_projected(areas.crs)
    polygons = np.asarray(areas.polygons, dtype=object)
    if not len(polygons):
        raise DataError("no areas given; a grid needs at least one polygon")
    area = shapely.area(polygons)
    if not np.all(area > 0):
        at = int(np.flatnonzero(~(area > 0))[0])
        raise DataError(
            f"area {areas.code[at]} ({areas.name[at]}) has no extent; repair or drop it"
        )
    inside = shapely.point_on_surface(polygons)
    x, y = shapely.get_x(inside), shapely.get_y(inside)
    require_metres(x, y, areas.crs)
    west, south, _, _ = shapely.total_bounds(polygons)
    return Grid(
        kind=CellKind.POLYGONS,
        cell_size=np.nan,
        x=x,
        y=y,
        area=area,
        origin=(float(west), float(south)),
        shape=(0, 0),
        position=np.arange(len(polygons)),
        crs=areas.crs,
        names=areas.name,
        polygons=polygons,
    )


def outlines(grid: Grid, *, study_area: StudyArea | None = None) -> Shapes:
    """Polygon of each cell.

    Parameters
    ----------
    grid : Grid
    study_area : StudyArea, optional
        The area the grid was made for; given, cells are clipped to it.

    Returns
    -------
    polygons : array of shapely geometries, shape (n_cells,)
        Whole cells when no study area is given.
    """
    if grid.polygons is not None:
        return grid.polygons
    lattice = _Lattice(grid.kind, grid.cell_size, *grid.origin, *grid.shape)
    shapes: Shapes = lattice.cells(grid.position)
    if study_area is None:
        return shapes
    for block in _blocks(lattice, _polygon(study_area)):
        if block.whole:
            continue
        at = np.searchsorted(grid.position, block.position)
        known = at < grid.n_cells
        known[known] = grid.position[at[known]] == block.position[known]
        shapes[at[known]] = block.shapes[known]
    return shapes


@dataclass(frozen=True)
class _Lattice:
    """Squares or hexagons over a rectangle: where each stands and what shape it has."""

    kind: CellKind
    cell_size: float
    west: float
    south: float
    n_rows: int
    n_cols: int

    @property
    def row_step(self) -> float:
        return self.cell_size * (1 if self.kind is CellKind.SQUARE else 3**0.5 / 2)

    @property
    def half_height(self) -> float:
        return self.cell_size / (2 if self.kind is CellKind.SQUARE else 3**0.5)

    @property
    def whole_area(self) -> float:
        return self.cell_size * self.row_step

    def centres(self, position: Ints) -> tuple[Floats, Floats]:
        """Centre of each whole cell. [m]"""
        row, col = np.divmod(position, self.n_cols)
        shift = 0.5 if self.kind is CellKind.SQUARE else 0.5 + 0.5 * (row % 2)
        x = self.west + (col + shift) * self.cell_size
        y = self.south + self.half_height + row * self.row_step
        return x, y

    def cells(self, position: Ints) -> Shapes:
        """Outline of each whole cell."""
        import shapely

        x, y = self.centres(position)
        half = self.cell_size / 2
        if self.kind is CellKind.SQUARE:
            squares: Shapes = shapely.box(x - half, y - half, x + half, y + half)
            return squares
        top = self.half_height
        east = np.array([0, half, half, 0, -half, -half])
        north = np.array([-top, -top / 2, top / 2, top, top / 2, -top / 2])
        corners = np.stack([x[:, None] + east, y[:, None] + north], axis=-1)
        hexagons: Shapes = shapely.polygons(corners)
        return hexagons

    def bounds(self, rows: slice, cols: slice) -> tuple[float, float, float, float]:
        """Rectangle that holds a block of cells."""
        lean = 0 if self.kind is CellKind.SQUARE else 0.5 * self.cell_size
        south = self.south + rows.start * self.row_step
        north = self.south + (rows.stop - 1) * self.row_step + 2 * self.half_height
        west = self.west + cols.start * self.cell_size
        return west, south, self.west + cols.stop * self.cell_size + lean, north


@dataclass(frozen=True)
class _Block:
    """Cells of one block: wholly inside the study area, or each with its clipped shape."""

    position: Ints
    whole: bool
    shapes: Shapes


def _lattice_grid(study_area: StudyArea, cell_size: float, kind: CellKind) -> Grid:
    """Cells of the lattice that have area inside the study area."""
    import shapely

    require_projected(study_area.crs)
    polygon = _polygon(study_area)
    lattice = _anchor(study_area, polygon, float(cell_size), kind)
    whole = lattice.whole_area
    positions, areas = [np.empty(0, np.int64)], [np.empty(0)]
    for block in _blocks(lattice, polygon):
        inside = (
            np.full(len(block.position), whole) if block.whole else shapely.area(block.shapes)
        )
        kept = inside > _SLIVER * whole
        positions.append(block.position[kept])
        areas.append(np.where(inside > (1 - _SLIVER) * whole, whole, inside)[kept])
    position, area = np.concatenate(positions), np.concatenate(areas)
    order = np.argsort(position)
    x, y = lattice.centres(position[order])
    return Grid(
        kind=kind,
        cell_size=lattice.cell_size,
        x=x,
        y=y,
        area=area[order],
        origin=(lattice.west, lattice.south),
        shape=(lattice.n_rows, lattice.n_cols),
        position=position[order],
        crs=study_area.crs,
    )


def _polygon(study_area: StudyArea) -> Any:
    """The study area's polygon, repaired where it crosses itself."""
    import shapely

    polygon = study_area.polygon
    if not shapely.is_valid(polygon):
        polygon = shapely.make_valid(polygon)
    if not shapely.area(polygon) > 0:
        raise DataError(f"study area {study_area.name} is empty; give a polygon with extent")
    west, south, east, north = shapely.bounds(polygon)
    require_metres(np.array([west, east]), np.array([south, north]), study_area.crs)
    return polygon


def _anchor(study_area: StudyArea, polygon: Any, cell_size: float, kind: CellKind) -> _Lattice:
    """The smallest lattice at multiples of the cell size that covers the polygon."""
    import shapely

    if not (np.isfinite(cell_size) and cell_size > 0):
        raise ParameterError(f"cell size is {cell_size:g} m; give a length above zero")
    west, south, east, north = (float(v) for v in shapely.bounds(polygon))
    unit = _Lattice(kind, cell_size, 0, 0, 1, 1)
    width, height = east - west, (north - south) / unit.row_step * cell_size
    wanted = (width / cell_size + 2) * (height / cell_size + 2)
    if wanted > MAX_CELLS:
        edges = 2 * (width + height)
        fits = (edges + np.sqrt(edges**2 + 4 * width * height * MAX_CELLS)) / (2 * MAX_CELLS)
        step = 10 ** np.floor(np.log10(fits) - 1)
        raise ParameterError(
            f"{kind} cells of {cell_size:g} m over {study_area.name} would be {wanted:,.6g}, "
            f"more than the {MAX_CELLS:,} a grid may have; use "
            f"{np.ceil(fits / step) * step:g} m or more"
        )
    col, row = np.floor(west / cell_size), np.floor(south / unit.row_step)
    if kind is CellKind.SQUARE:
        n_cols = np.ceil(east / cell_size) - col
        n_rows = np.ceil(north / cell_size) - row
        origin_y = row * cell_size
    else:  # rows stand at multiples of row_step, even ones unshifted; odd ones lean east
        col, row = col - 1, np.floor((south - unit.half_height) / unit.row_step)
        row -= row % 2
        n_cols = np.ceil(east / cell_size) - col
        n_rows = np.ceil((north + unit.half_height) / unit.row_step) - row + 1
        origin_y = row * unit.row_step - unit.half_height
    return _Lattice(kind, cell_size, col * cell_size, origin_y, int(n_rows), int(n_cols))


def _polygonal(shape: Any) -> Any:
    """The shape without the lines and points that clipping may leave."""
    import shapely

    if shape.geom_type != "GeometryCollection":
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.area(parts) > 0])


def _blocks(lattice: _Lattice, polygon: Any) -> Iterator[_Block]:
    """Blocks of cells with area inside the polygon, found by halving the lattice.

    Work follows the boundary: a block wholly inside or outside is settled at once.
    """
    import shapely

    waiting = [(slice(0, lattice.n_rows), slice(0, lattice.n_cols), polygon)]
    while waiting:
        rows, cols, around = waiting.pop()
        box = shapely.box(*lattice.bounds(rows, cols))
        part = _polygonal(shapely.intersection(around, box))
        covered = shapely.area(part)
        if covered == 0:
            continue
        n_rows, n_cols = rows.stop - rows.start, cols.stop - cols.start
        whole = covered >= shapely.area(box) * (1 - 1e-12)
        if whole or max(n_rows, n_cols) <= _LEAF:
            row, col = np.mgrid[rows, cols]
            position = (row * lattice.n_cols + col).ravel()
            shapes = np.empty(0, dtype=object)
            if not whole:
                cells = lattice.cells(position)
                shapely.prepare(part)
                touched = shapely.intersects(part, cells)
                position, cells = position[touched], cells[touched]
                inside = shapely.covers(part, cells)
                shapes = cells.copy()
                for at in np.flatnonzero(~inside):
                    shapes[at] = _polygonal(shapely.intersection(cells[at], part))
            yield _Block(position, bool(whole), shapes)
        elif n_rows >= n_cols:
            middle = rows.start + n_rows // 2
            waiting += [
                (slice(rows.start, middle), cols, part),
                (slice(middle, rows.stop), cols, part),
            ]
        else:
            middle = cols.start + n_cols // 2
            waiting += [
                (rows, slice(cols.start, middle), part),
                (rows, slice(middle, cols.stop), part),
            ]
