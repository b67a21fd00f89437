"""Names for people: of places, districts and dates."""

import numpy as np

from peelian import spacetime
from peelian.terms import Areas, Floats, Periods, Texts


def near(places: Texts) -> Texts:
    """Names of points without the words every published name begins with."""
    return np.char.replace(places, "On or near ", "")


def districts_of(areas: Areas | None, x: Floats, y: Floats) -> Texts:
    """Name of the district at each place; empty where none is held."""
    if areas is None:
        return np.full(len(x), "", dtype=np.str_)
    area, inside = spacetime.assign_cells(spacetime.polygon_grid(areas), x, y)
    return np.where(inside, np.array(areas.district)[area], "")


def dates_of(periods: Periods, *, monthly: bool) -> str:
    """From when to when, and whether there are gaps: ``2018-01 to 2018-11``."""
    middle = periods.start + (periods.end - periods.start) // 2
    unit = "M" if monthly else "D"
    first, last = (str(t.astype(f"datetime64[{unit}]")) for t in (middle[0], middle[-1]))
    held = int(periods.held.sum())
    gap = "" if periods.held.all() else f", {held} of {len(periods)} periods held"
    return f"{first} to {last}{gap}"
