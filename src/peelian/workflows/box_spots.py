"""Boxes in a plan: they are spots of their own, and flagged cells give way to them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from peelian import hotspots, operations, spacetime
from peelian.operations import cells_within
from peelian.store import Store
from peelian.terms import (
    Areas,
    Bools,
    Box,
    BoxEntry,
    Ints,
    ParameterError,
    Shift,
    Spots,
)
from peelian.workflows.boxes import instant_of, read_boxes
from peelian.workflows.forecast import Flagged
from peelian.workflows.gather import Material
from peelian.workflows.labels import districts_of, near

LISTED = 5  # names of cells in one sentence


def boxes_of_plan(
    store: Store, shift: Shift, *, now: datetime
) -> tuple[tuple[BoxEntry, ...], tuple[Box, ...]]:
    """What was written about boxes by now, and those that stand now and at the shift.

    A shift of the past is planned with the boxes of today, as its forecast is with the model
    of today.
    """
    entries, written = read_boxes(store, now), instant_of(now)
    start = instant_of(max(shift.start.astimezone(UTC), now))
    return entries, operations.standing_boxes(entries, start, cutoff=written)


def with_boxes(
    spots: Spots, material: Material, made: Flagged, boxes: Sequence[Box]
) -> tuple[Spots, tuple[str, ...]]:
    """The spots of a plan with the boxes among them, and what was left out for what reason."""
    here = [box for box in boxes if box.last.polygon.intersects(material.study_area.polygon)]
    if not here:
        return spots, ()
    kept, said = np.ones(len(spots), dtype=bool), []
    for box in sorted(here, key=lambda box: box.sends):  # places left out are told first
        gone = kept & _given_way(box, material)[spots.cell]
        kept &= ~gone
        if gone.any():
            names = _listed([spots.names[n] for n in np.flatnonzero(gone)])
            said.append(
                f"{box.label} stands for {names}"
                if box.sends
                else f"left out: {names}, by {box.label}: {box.last.reason}"
            )
    sending = [box for box in here if box.sends]
    if not kept.any() and not sending:
        raise ParameterError("every flagged cell is left out by a box: flag more cells")
    joined, few = _joined(spots, np.flatnonzero(kept), material, made, sending)
    if few:
        said.append(
            f"the forecast expects nothing in {_listed(few)}: worth as little as the least "
            "spot, on the word of who drew it"
        )
    if sending:
        said.append(f"spots drawn by hand: {_listed([box.label for box in sending])}")
    return joined, tuple(said)


def _given_way(box: Box, material: Material) -> Bools:
    """Cells that a box concerns: their centre lies in it, or in what it stands for."""
    inside = cells_within(box.last.polygon, material.grid)
    if box.last.replaces is not None:
        inside = inside | cells_within(box.last.replaces, material.grid)
    return inside


def _joined(
    spots: Spots, kept: Ints, material: Material, made: Flagged, boxes: Sequence[Box]
) -> tuple[Spots, list[str]]:
    """Cells kept and boxes as spots, most worth first; boxes in which nothing is expected."""
    grid = material.grid
    x, y, names, worth = [], [], [], []
    shapes = np.full(len(kept) + len(boxes), None, dtype=object)
    for n, box in enumerate(boxes):
        shapes[len(kept) + n] = box.last.polygon
        share = operations.shares_within(box.last.polygon, grid, material.study_area)
        worth.append(float(np.sum(share * made.risk)))
        at_x, at_y, name = _where(box, material)
        x.append(at_x)
        y.append(at_y)
        names.append(name)
    least = min([*spots.worth[kept].tolist(), *(one for one in worth if one > 0)], default=1.0)
    few = [box.label for box, one in zip(boxes, worth, strict=True) if not one > 0]
    every = np.concatenate([spots.worth[kept], [one if one > 0 else least for one in worth]])
    order = np.argsort(-every, kind="stable")
    all_x, all_y = np.append(spots.x[kept], x), np.append(spots.y[kept], y)
    cell = np.append(spots.cell[kept], _nearest_cells(material, x, y))
    every_name = [*(spots.names[n] for n in kept.tolist()), *names]
    return Spots(
        cell=cell[order].astype(np.int64),
        x=all_x[order],
        y=all_y[order],
        worth=every[order],
        names=tuple(every_name[n] for n in order.tolist()),
        shapes=shapes[order],
    ), few


def _where(box: Box, material: Material) -> tuple[float, float, str]:
    """Where officers stand in a box, and what the place is called."""
    one = Areas(("",), ("",), ("",), np.array([np.nan]), _alone(box), material.grid.crs)
    points = hotspots.main_points(material.events, spacetime.polygon_grid(one))
    place = box.last.name or str(near(points.place)[0])
    district = str(districts_of(material.areas, points.x, points.y)[0])
    said = ", ".join(part for part in (place, district) if part)
    return float(points.x[0]), float(points.y[0]), f"{said} ({box.plain})".strip()


def _alone(box: Box) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    shapes = np.empty(1, dtype=object)
    shapes[0] = box.last.polygon
    return shapes


def _nearest_cells(material: Material, x: Sequence[float], y: Sequence[float]) -> Ints:
    """The cell in which each place lies, or whose centre is nearest."""
    grid = material.grid
    at_x, at_y = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    cell, inside = spacetime.assign_cells(grid, at_x, at_y)
    for n in np.flatnonzero(~inside):
        cell[n] = int(np.argmin((grid.x - at_x[n]) ** 2 + (grid.y - at_y[n]) ** 2))
    return cell


def _listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "; ".join(names[:LISTED]) + more
