"""Which named area an event belongs to."""

import numpy as np

from peelian.spacetime.counting import assign_cells
from peelian.spacetime.grids import polygon_grid
from peelian.terms import Areas, Bools, Events, Ints


def assign_areas(events: Events, areas: Areas) -> tuple[Ints, Bools]:
    """Number of the area of each event, by the code the data give, else by its place.

    A published code is better than a point near a border, whose polygon is drawn coarsely.

    Parameters
    ----------
    events : Events
    areas : Areas

    Returns
    -------
    area : array of int, shape (n,)
        Index into ``areas``; 0 where ``known`` is false.
    known : array of bool, shape (n,)
        Whether the event lies in one of the areas.
    """
    if not len(areas.code):
        return np.zeros(len(events), dtype=np.int64), np.zeros(len(events), dtype=bool)
    code = np.array(areas.code)
    order = np.argsort(code)
    at = np.searchsorted(code, events.area_code, sorter=order).clip(max=len(code) - 1)
    area = order[at]
    known = code[area] == events.area_code
    if not known.all():
        rest = ~known
        area[rest], known[rest] = assign_cells(
            polygon_grid(areas), events.x[rest], events.y[rest]
        )
    return np.where(known, area, 0), known
