"""Where: study areas, grids and named areas. Coordinates are metres in a projected CRS."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from peelian.terms.arrays import Floats, Ints, Shapes, Texts, require_length
from peelian.terms.errors import ParameterError

BRITISH_NATIONAL_GRID = "EPSG:27700"
WGS84 = "EPSG:4326"


class CellKind(StrEnum):
    """How cells are shaped."""

    SQUARE = "square"
    HEXAGON = "hexagon"
    POLYGONS = "polygons"


@dataclass(frozen=True, eq=False)
class StudyArea:
    """The polygon analysed; counts outside it do not exist.

    ``polygon`` is a shapely Polygon or MultiPolygon in ``crs`` (metres).
    """

    name: str
    polygon: Any
    crs: str = BRITISH_NATIONAL_GRID


@dataclass(frozen=True, eq=False)
class Areas:
    """Named areas with their district and residents, such as the LSOAs of a force.

    ``polygons`` are shapely geometries in ``crs`` (metres); ``population`` counts residents,
    NaN where unknown; ``district`` is the name used in tables.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    district: tuple[str, ...]
    population: Floats
    polygons: Shapes
    crs: str = BRITISH_NATIONAL_GRID

    def __post_init__(self) -> None:
        require_length(
            "Areas", len(self.code), population=self.population, polygons=self.polygons
        )
        if not len(self.code) == len(self.name) == len(self.district):
            raise ParameterError("Areas: code, name and district differ in length")


@dataclass(frozen=True, eq=False, repr=False)
class Generators:
    """Crime generators: places that draw people, and with them crime.

    Attributes
    ----------
    kind : array of str, shape (n,)
        What each is, such as ``station`` or ``licensed premises``.
    x, y : array, shape (n,)
        Place, inside the study area or beyond it. [m]
    crs : str
        Projected CRS of ``x, y``.
    """

    kind: Texts
    x: Floats
    y: Floats
    crs: str = BRITISH_NATIONAL_GRID

    def __post_init__(self) -> None:
        require_length("Generators", len(self.kind), x=self.x, y=self.y)

    def __len__(self) -> int:
        return len(self.kind)

    def __repr__(self) -> str:
        """Each kind with its number of places."""
        kinds, n = np.unique(self.kind, return_counts=True)
        said = (f"{kind}: {k}" for kind, k in zip(kinds, n, strict=True))
        return f"Generators({', '.join(said)})"


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells that tile a study area, numbered from the south-west, row by row.

    Attributes
    ----------
    kind : CellKind
    cell_size : float
        Side of a square, flat-to-flat width of a hexagon; NaN for polygons. [m]
    x, y : array, shape (n_cells,)
        Centre of the whole cell before clipping (a point inside, for polygons). [m]
    area : array, shape (n_cells,)
        Area inside the study area, never zero. [m2]
    origin : (float, float)
        South-west corner of the lattice. [m]
    shape : (int, int)
        Rows and columns of the whole lattice; (0, 0) for polygons.
    position : array, shape (n_cells,)
        ``row * n_cols + col`` of each cell in the lattice, ascending; 0..n-1 for polygons.
    crs : str
        Projected CRS, such as ``EPSG:27700``; ``none`` for plane coordinates the user vouches
        for.
    names : tuple of str
        Name of each cell, polygons only.
    polygons : array of shapely geometries, shape (n_cells,), or None
        Polygons only; the outlines of squares and hexagons come from ``spacetime.outlines``.
    """

    kind: CellKind
    cell_size: float
    x: Floats
    y: Floats
    area: Floats
    origin: tuple[float, float]
    shape: tuple[int, int]
    position: Ints
    crs: str = BRITISH_NATIONAL_GRID
    names: tuple[str, ...] = ()
    polygons: Shapes | None = None

    def __post_init__(self) -> None:
        require_length(
            "Grid",
            len(self.x),
            y=self.y,
            area=self.area,
            position=self.position,
            polygons=self.polygons,
        )

    @property
    def n_cells(self) -> int:
        """Number of cells kept."""
        return len(self.x)
