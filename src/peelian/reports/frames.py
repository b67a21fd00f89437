"""Cells with their numbers as a GeoDataFrame, for a notebook."""

from typing import TYPE_CHECKING

from peelian.reports.geo import cells_of
from peelian.terms import Grid, StudyArea, Table

if TYPE_CHECKING:
    import geopandas


def cells_frame(
    table: Table, grid: Grid, *, study_area: StudyArea | None = None
) -> "geopandas.GeoDataFrame":
    """Cells as a GeoDataFrame in the grid's own coordinate system.

    Parameters
    ----------
    table : Table
        One row a cell. Its ``cell`` column numbers them in ``grid``; without one there must be
        a row for every cell, in order.
    grid : Grid
    study_area : StudyArea, optional
        Clip the cells to it.

    Returns
    -------
    GeoDataFrame
        The table's columns and ``geometry``.

    Raises
    ------
    ParameterError
        If rows and cells do not match.
    """
    import geopandas

    from peelian.spacetime import outlines

    shapes = outlines(grid, study_area=study_area)[cells_of(table, grid)]
    crs = None if grid.crs == "none" else grid.crs
    return geopandas.GeoDataFrame(dict(table.columns), geometry=shapes, crs=crs)
