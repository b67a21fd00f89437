"""Small worlds for the tests of forecasts that know where cells and events lie."""

import numpy as np

from peelian.spacetime import count_events
from peelian.terms import CellKind, Events, Grid, History, Periods

DAY = np.timedelta64(86_400, "s")
START = np.datetime64("2024-01-01T00:00:00")


def squares(n_rows, n_cols, *, cell_size=100.0, origin=(0.0, 0.0), area=None):
    """A full lattice of squares; ``area`` is the share of each cell inside."""
    row, col = np.divmod(np.arange(n_rows * n_cols), n_cols)
    share = np.ones(len(row)) if area is None else np.asarray(area, dtype=float)
    return Grid(
        CellKind.SQUARE,
        cell_size,
        origin[0] + (col + 0.5) * cell_size,
        origin[1] + (row + 0.5) * cell_size,
        share * cell_size**2,
        origin,
        (n_rows, n_cols),
        np.arange(len(row)),
        crs="none",
    )


def as_polygons(grid):
    """The same cells as polygons, so that the way for any grid can be held against squares."""
    import shapely

    half = grid.cell_size / 2
    boxes = shapely.box(grid.x - half, grid.y - half, grid.x + half, grid.y + half)
    return Grid(
        CellKind.POLYGONS, np.nan, grid.x, grid.y, grid.area, grid.origin, (0, 0),
        np.arange(grid.n_cells), "none", (), boxes,
    )  # fmt: skip


def day_lengths(n, days=1):
    """``n`` held periods of so many days each."""
    edges = START + days * np.arange(n + 1) * DAY
    return Periods(edges[:-1], edges[1:], np.ones(n, bool))


def history_of(counts, grid, *, days=1):
    """Counts alone; a row of NaN is not held."""
    counts = np.asarray(counts, dtype=float)
    every = day_lengths(len(counts), days)
    held = ~np.isnan(counts).all(axis=1)
    return History(counts, grid, Periods(every.start, every.end, held))


def events_of(x, y, day, *, lasts=0.0, weight=None):
    """Events at days after the start of the world, each lasting so many days."""
    x, y, day = (np.atleast_1d(np.asarray(a, dtype=float)) for a in (x, y, day))
    seconds = np.round(day * 86_400).astype(np.int64)
    start = START + seconds.astype("m8[s]")
    length = np.broadcast_to(np.round(np.asarray(lasts) * 86_400).astype("m8[s]"), len(x))
    none = np.full(len(x), "")
    weight = np.ones(len(x)) if weight is None else np.asarray(weight, dtype=float)
    return Events(x, y, start, start + length, weight, none, none, none, "none")


def dated_history(events, grid, n_periods, *, days=1, held=None):
    """Events with their counts; a period not held has no counts, though it may have events."""
    every = day_lengths(n_periods, days)
    held = every.held if held is None else np.asarray(held)
    periods = Periods(every.start, every.end, held)
    return History(count_events(events, grid, periods), grid, periods, events)
