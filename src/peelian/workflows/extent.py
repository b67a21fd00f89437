"""How far events reach in space and time: study area, cells, periods, and their defaults."""

from datetime import date, timedelta

import numpy as np

from peelian import spacetime
from peelian.terms import (
    Areas,
    CoverageError,
    Events,
    Grid,
    Ints,
    NotFound,
    ParameterError,
    Periods,
    StudyArea,
)
from peelian.workflows.settings import Cells

COARSE_CELL_SIZE = 500.0  # month-only data with displaced places [m]
FINE_CELL_SIZE = 250.0  # dated events at their own places [m]
MONTHLY = np.timedelta64(27, "D")  # a record that spans longer is known to the month only
DAY, WEEK, MONTH = "day", "week", "month"
RANGE = ".."  # between the first and the last day of a period asked for


def within(events: Events, study_area: StudyArea) -> tuple[Events, tuple[str, ...]]:
    """The events inside the study area, and how many were not."""
    import shapely

    inside = shapely.contains_xy(study_area.polygon, events.x, events.y)
    if not len(events) or not inside.any():
        raise CoverageError(
            f"none of {len(events):,} events lies in the study area: check --crs and the file"
        )
    outside = len(events) - int(inside.sum())
    notes = (f"Left out: {outside:,} events outside the study area.",) if outside else ()
    return events.where(inside), notes


def extent(events: Events) -> tuple[str, str]:
    """First and last day on which events happened."""
    if not len(events):
        raise CoverageError("no events are left to count: check the offences and the district")
    middle = events.start + (events.end - events.start) // 2
    days = spacetime.policing_day(middle)
    return str(days.min()), str(days.max())


def months_between(first: str, last: str) -> list[str]:
    """Every month from ``first`` to ``last``, YYYY-MM."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    return [str(month) for month in months]


def is_monthly(events: Events) -> bool:
    """Whether most events are known only to the month."""
    return len(events) > 0 and bool(np.median(events.end - events.start) >= MONTHLY)


def area_around(events: Events, name: str, *others: Events) -> StudyArea:
    """A study area for events that came without one: their convex hull and one cell more.

    ``others`` are events in the same CRS that it must hold too.
    """
    import shapely

    if not len(events):
        raise CoverageError(f"{name}: no events, so there is nothing to count")
    places = [np.column_stack([one.x, one.y]) for one in (events, *others)]
    hull = shapely.MultiPoint(np.concatenate(places)).convex_hull
    return StudyArea(name, hull.buffer(COARSE_CELL_SIZE), events.crs)


def union_of(areas: Areas, name: str) -> StudyArea:
    """The study area that named areas make up."""
    import shapely

    return StudyArea(name, shapely.union_all(areas.polygons), areas.crs)


def within_district(areas: Areas | None, district: str) -> tuple[Areas, StudyArea]:
    """The areas of one district, and their union as the study area."""
    import shapely

    if areas is None:
        raise CoverageError("no areas are held: run `peelian ingest --areas FILE` first")
    inside = [i for i, name in enumerate(areas.district) if name == district]
    if not inside:
        known = ", ".join(sorted(set(areas.district)))
        raise NotFound(f"no district {district!r}: choose one of {known}")
    chosen = Areas(
        tuple(areas.code[i] for i in inside),
        tuple(areas.name[i] for i in inside),
        tuple(areas.district[i] for i in inside),
        areas.population[inside],
        areas.polygons[inside],
        areas.crs,
    )
    return chosen, StudyArea(district, shapely.union_all(chosen.polygons), areas.crs)


def cells_for(
    cells: Cells, study_area: StudyArea, areas: Areas | None, monthly: bool
) -> tuple[Grid, tuple[str, ...]]:
    """The grid asked for, and the sentence that announces a size chosen for the user."""
    if cells.cell_kind == "areas":
        if areas is None:
            raise ParameterError(
                "cell kind areas: no areas are held; give a file of polygons with --areas"
            )
        return spacetime.polygon_grid(areas), ()
    grids = {"square": spacetime.square_grid, "hexagon": spacetime.hexagon_grid}
    if cells.cell_kind not in grids:
        raise ParameterError(f"cell kind {cells.cell_kind!r}: give square, hexagon or areas")
    size = cells.cell_size or (COARSE_CELL_SIZE if monthly else FINE_CELL_SIZE)
    grid = grids[cells.cell_kind](study_area, size)
    if not grid.n_cells:
        raise ParameterError(f"{study_area.name} is lost in a cell of {size:g} m: give less")
    return grid, () if cells.cell_size else (f"cell size {size:g} m (from the data)",)


def periods_for(
    monthly: bool, first: str, last: str, *, months: frozenset[str], period: str = ""
) -> tuple[Periods, int]:
    """Months for month-only data; else days, weeks or months that end with ``last``.

    ``first`` and ``last`` are dates, YYYY-MM-DD, of policing days; ``period`` is one of DAY,
    WEEK (when not given) and MONTH. Days before the first whole period make a shorter one; the
    second result is how many such there are, 0 or 1. A period that touches a month not in
    ``months`` is not held.
    """
    if period not in ("", DAY, WEEK, MONTH):
        raise ParameterError(f"period {period!r}: give day, week or month")
    if monthly and period in (DAY, WEEK):
        raise ParameterError(
            f"period {period}: these events are known to the month only, so count by month"
        )
    if monthly:
        return spacetime.month_periods(first[:7], last[:7], held=months), 0
    final, start = date_of(last), date_of(first)
    if final < start:
        raise ParameterError(f"{last} is before the first event, {first}: nothing to count")
    days = spacetime.day_periods(start, final)
    opens = _openings(start, final, period)
    lead_in = int(not len(opens) or opens[0] > 0)
    opens = np.append(np.zeros(lead_in, dtype=np.int64), opens)
    begin, end = days.start[opens], days.end[np.append(opens[1:], len(days)) - 1]
    ends = (end - np.timedelta64(1, "D")).astype("datetime64[M]").astype(str)
    starts = begin.astype("datetime64[M]").astype(str)
    held = np.array([a in months and b in months for a, b in zip(starts, ends, strict=True)])
    return Periods(begin, end, held), lead_in


def _openings(start: date, final: date, period: str) -> Ints:
    """Days after ``start`` on which whole periods that end with ``final`` open, ascending."""
    n_days = (final - start).days + 1
    if period != MONTH:
        step = 1 if period == DAY else 7
        return np.arange(n_days % step, n_days, step)
    after = final + timedelta(days=1)  # months open on this day of the month, or on its last
    month = np.datetime64(after, "M") - np.arange(1, n_days // 28 + 2)
    longest = (month + 1).astype("M8[D]") - month.astype("M8[D]") - 1
    opens = month.astype("M8[D]") + np.minimum(np.timedelta64(after.day - 1, "D"), longest)
    days: Ints = (opens - np.datetime64(start, "D")).astype(np.int64)[::-1]
    return days[days >= 0]


def date_of(text: str) -> date:
    """The date written YYYY-MM-DD (or YYYY-MM, for the month's first day)."""
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError as error:
        raise ParameterError(f"date {text!r}: write it as YYYY-MM-DD") from error


def last_day_of(text: str) -> date:
    """The day, or the last day of the month, written so."""
    day = date_of(text)
    if len(text) > 7:
        return day
    return (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def span_of(text: str) -> tuple[date, date]:
    """First and last day of ``2018-01..2018-06``, both inclusive."""
    first, _, last = text.partition(RANGE)
    if not last:
        raise ParameterError(f"period {text!r}: write it like 2018-01-01..2018-06-30")
    return date_of(first), last_day_of(last)
