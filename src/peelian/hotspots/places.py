"""What stands behind a cell: its most repeated point, and how much of the cell that is."""

from dataclasses import dataclass

import numpy as np

from peelian import spacetime
from peelian.terms import Events, Floats, Grid, Texts


@dataclass(frozen=True, eq=False)
class MainPoints:
    """The most repeated point of each cell, shape (n_cells,) each.

    ``place`` is its published name (empty in a cell without events), ``x, y`` its place [m]
    (the cell's centre in a cell without events), ``share`` the part of the cell's weight that
    lies on exactly this point (NaN in a cell without events).
    """

    place: Texts
    x: Floats
    y: Floats
    share: Floats


def main_points(events: Events, grid: Grid) -> MainPoints:
    """The most repeated point of each cell.

    A cell that lives off one point says more about how places were recorded (an airport, a
    police station, the middle of a long road) than about where violence happens.

    Parameters
    ----------
    events : Events
        Those outside the grid are passed over; negative weights count as zero here.
    grid : Grid

    Returns
    -------
    MainPoints

    Notes
    -----
    Of two points repeated equally often the western one is taken, then the southern one.
    """
    cell, inside = spacetime.assign_cells(grid, events.x, events.y)
    x, y, place = events.x[inside], events.y[inside], events.place[inside]
    weight = np.maximum(events.weight[inside], 0.0)
    key = np.column_stack([cell[inside].astype(float), x, y])
    points, first, member = np.unique(key, axis=0, return_index=True, return_inverse=True)
    on_point = np.bincount(member.ravel(), weights=weight, minlength=len(points))
    owner = points[:, 0].astype(np.int64)
    # Heaviest point first within a cell; the sort is stable, so ties stay west to east.
    order = np.lexsort((-on_point, owner))
    cells, start = np.unique(owner[order], return_index=True)
    main = order[start]

    total = np.bincount(owner, weights=on_point, minlength=grid.n_cells)
    names = np.full(grid.n_cells, "", dtype=place.dtype if len(place) else np.str_)
    at_x, at_y = grid.x.copy(), grid.y.copy()
    share = np.full(grid.n_cells, np.nan)
    names[cells] = place[first[main]]
    at_x[cells], at_y[cells] = points[main, 1], points[main, 2]
    weighed = total[cells] > 0
    share[cells[weighed]] = on_point[main][weighed] / total[cells[weighed]]
    return MainPoints(names, at_x, at_y, share)
