"""Grids at any angle: the plane turned, so that squares stand straight on it."""

from dataclasses import dataclass, replace

import numpy as np

from peelian.spacetime.grids import outlines, square_grid
from peelian.terms import CellKind, Floats, Grid, ParameterError, StudyArea

RIGHT_ANGLE = 90.0  # degrees; a lattice of squares turned by it is the same lattice


@dataclass(frozen=True)
class Rotation:
    """How a lattice of squares lies on the plane.

    Attributes
    ----------
    cell_size : float
        [m]
    angle : float
        Anticlockwise from east, about ``centre``. [degrees, 0 to 90]
    offset : (float, float)
        Shift of the lattice along its own rows and columns. [cells, 0 to 1]
    """

    cell_size: float
    angle: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not 0 <= self.angle < RIGHT_ANGLE:
            raise ParameterError(
                f"angle is {self.angle:g} degrees; give 0 up to 90, where it is 0 again"
            )
        if not all(0 <= part < 1 for part in self.offset):
            raise ParameterError(f"offset is {self.offset} cells; give 0 up to 1 each way")


def turned(
    study_area: StudyArea, x: Floats, y: Floats, rotation: Rotation
) -> tuple[StudyArea, Floats, Floats]:
    """A study area and points in the plane on which the lattice stands straight.

    Parameters
    ----------
    study_area : StudyArea
    x, y : array, shape (n,)
        In its CRS. [m]
    rotation : Rotation

    Returns
    -------
    study_area : StudyArea
        In plane metres (CRS ``none``): `square_grid` of it is the lattice.
    x, y : array, shape (n,)
        [m]
    """
    import shapely

    def turn(points: Floats) -> Floats:
        moved = _about(points, _centre(study_area), -rotation.angle)
        return moved + np.multiply(rotation.offset, rotation.cell_size)

    polygon = shapely.transform(study_area.polygon, turn)
    places = turn(np.column_stack([x, y]))
    return StudyArea(study_area.name, polygon, "none"), places[:, 0], places[:, 1]


def rotated_grid(study_area: StudyArea, rotation: Rotation) -> Grid:
    """Squares at an angle over a study area, each clipped to it.

    Parameters
    ----------
    study_area : StudyArea
        In a projected CRS, or ``none``.
    rotation : Rotation

    Returns
    -------
    grid : Grid
        Of kind polygons, in the study area's CRS, so that it counts, forecasts and is scored
        like any other. Without angle and offset its cells are those of `square_grid`, and
        `square_grid` is the quicker.

    Raises
    ------
    ParameterError, CoordinateError, DataError
        As `square_grid`.
    """
    import shapely

    nowhere = np.empty(0)
    straight, _, _ = turned(study_area, nowhere, nowhere, rotation)
    grid = square_grid(straight, rotation.cell_size)
    shift = np.multiply(rotation.offset, rotation.cell_size)

    def back(points: Floats) -> Floats:
        return _about(points - shift, _centre(study_area), rotation.angle)

    polygons = shapely.transform(outlines(grid, study_area=straight), back)
    centres = back(np.column_stack([grid.x, grid.y]))
    west, south, _, _ = shapely.total_bounds(polygons)
    return replace(
        grid,
        kind=CellKind.POLYGONS,
        cell_size=np.nan,
        x=centres[:, 0],
        y=centres[:, 1],
        origin=(float(west), float(south)),
        shape=(0, 0),
        position=np.arange(grid.n_cells),
        crs=study_area.crs,
        names=tuple(f"{at // grid.shape[1]}.{at % grid.shape[1]}" for at in grid.position),
        polygons=polygons,
    )


def _centre(study_area: StudyArea) -> Floats:
    """The middle of the study area's bounds, about which it is turned."""
    import shapely

    west, south, east, north = shapely.bounds(study_area.polygon)
    return np.array([(west + east) / 2, (south + north) / 2])


def _about(points: Floats, centre: Floats, angle: float) -> Floats:
    """Points turned anticlockwise about a centre. [degrees]"""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    moved: Floats = (points - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre
    return moved
