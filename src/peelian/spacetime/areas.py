"""Which named area an event belongs to."""

import numpy as np

from peelian.spacetime.counting import assign_cells, assign_periods
from peelian.spacetime.grids import polygon_grid
from peelian.terms import Areas, Bools, Events, Floats, Ints, Periods


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


def count_districts(
    events: Events, areas: Areas | None, periods: Periods
) -> tuple[tuple[str, ...], Floats]:
    """Events by district and period, each counting for its weight.

    Parameters
    ----------
    events : Events
    areas : Areas or None
        Each with its district. None: all events are of one, without a name.
    periods : Periods

    Returns
    -------
    districts : tuple of str
        In order of name.
    counts : array, shape (n_districts, n_periods)
        NaN in a period that is not held. Events in none of the areas, or in no held period,
        count nowhere. [events]
    """
    period, counted = assign_periods(periods, events.start, events.end)
    district, names = np.zeros(len(events), dtype=np.int64), np.array([""])
    if areas is not None:
        names, of_area = np.unique(np.array(areas.district), return_inverse=True)
        area, known = assign_areas(events, areas)
        district, counted = of_area[area], counted & known
    place = (district * len(periods) + period)[counted]
    weight = np.asarray(events.weight, dtype=np.float64)[counted]
    shape = (len(names), len(periods))
    counts = np.bincount(place, weight, minlength=shape[0] * shape[1]).astype(np.float64)
    counts = np.where(periods.held, counts.reshape(shape), np.nan)
    return tuple(names.tolist()), counts
