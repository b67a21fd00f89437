"""Boxes in a plan: they are spots of their own, and flagged cells give way to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from peelian import hotspots, operations, spacetime
from peelian.operations import cells_within
from peelian.store import Store
from peelian.terms import (
    Areas,
    Bools,
    Box,
    Ingredient,
    Ints,
    ParameterError,
    Shift,
    Spots,
)
from peelian.workflows.boxes.kept import boxes_ingredient, instant_of, read_boxes
from peelian.workflows.forecasting.forecast import Flagged
from peelian.workflows.gather import Material
from peelian.workflows.labels import districts_of, near

LISTED = 5  # names of cells in one sentence


@dataclass(frozen=True, eq=False)
class Boxed:
    """The spots of a plan with the boxes among them, what went in, and what to say of it."""

    spots: Spots
    said: tuple[str, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where officers stand in a box: the cell, the point [m], and what people call it."""

    cell: int
    x: float
    y: float
    name: str


def with_boxes(
    store: Store,
    material: Material,
    made: Flagged,
    spots: Spots,
    shift: Shift,
    *,
    now: datetime,
) -> Boxed:
    """The flagged spots with the boxes that stand now and at the shift.

    A shift of the past is planned with the boxes of today, as its forecast is with the model
    of today.
    """
    entries = read_boxes(store, now)
    if not entries:
        return Boxed(spots)
    start = instant_of(max(shift.start.astimezone(UTC), now))
    boxes = operations.standing_boxes(entries, start, cutoff=instant_of(now))
    joined, said = _with(spots, material, made, boxes)
    return Boxed(joined, said, (boxes_ingredient(entries),))


def _with(
    spots: Spots, material: Material, made: Flagged, boxes: Sequence[Box]
) -> tuple[Spots, tuple[str, ...]]:
    """Spots and boxes, and what was left out for what reason."""
    here = [box for box in boxes if box.last.polygon.intersects(material.study_area.polygon)]
    if not here:
        return spots, ()
    kept, said = np.ones(len(spots), dtype=bool), []
    placed = [(box, _place_of(box, material)) for box in here]
    for box, place in sorted(placed, key=lambda one: one[0].sends):  # left out comes first
        gone = kept & _given_way(box, place, material)[spots.cell]
        kept &= ~gone
        if gone.any():
            names = _listed([spots.names[n] for n in np.flatnonzero(gone)])
            said.append(
                f"{box.label} stands for {names}"
                if box.sends
                else f"left out: {names}, by {box.label}: {box.last.reason}"
            )
    sending = [one for one in placed if one[0].sends]
    if not kept.any() and not sending:
        raise ParameterError("every flagged cell is left out by a box: flag more cells")
    joined, few = _joined(spots, np.flatnonzero(kept), material, made, sending)
    if few:
        said.append(
            f"the forecast expects nothing in {_listed(few)}: worth as little as the least "
            "spot, on the word of who drew it"
        )
    if sending:
        said.append(f"spots drawn by hand: {_listed([box.label for box, _ in sending])}")
    return joined, tuple(said)


def _given_way(box: Box, place: Place, material: Material) -> Bools:
    """Cells a box concerns: those it holds or stands for, and where its officers stand."""
    inside = cells_within(box.last.polygon, material.grid)
    if box.last.replaces is not None:
        inside = inside | cells_within(box.last.replaces, material.grid)
    inside[place.cell] |= box.sends
    return inside


def _joined(
    spots: Spots,
    kept: Ints,
    material: Material,
    made: Flagged,
    placed: Sequence[tuple[Box, Place]],
) -> tuple[Spots, list[str]]:
    """Cells kept and boxes as spots, most worth first; boxes in which nothing is expected."""
    shapes = np.full(len(kept) + len(placed), None, dtype=object)
    for n, (box, _) in enumerate(placed, start=len(kept)):
        shapes[n] = box.last.polygon
    expected = [
        float(
            made.risk
            @ operations.shares_within(box.last.polygon, material.grid, material.study_area)
        )
        for box, _ in placed
    ]
    every = [*spots.worth[kept].tolist(), *expected]
    least = min((one for one in every if one > 0), default=1.0)
    few = [box.label for (box, _), one in zip(placed, expected, strict=True) if not one > 0]
    worth = np.array([one if one > 0 else least for one in every])
    order = np.argsort(-worth, kind="stable")
    places = [place for _, place in placed]
    names = [*(spots.names[n] for n in kept.tolist()), *(place.name for place in places)]
    return Spots(
        cell=np.append(spots.cell[kept], [p.cell for p in places])[order].astype(np.int64),
        x=np.append(spots.x[kept], [p.x for p in places])[order],
        y=np.append(spots.y[kept], [p.y for p in places])[order],
        worth=worth[order],
        names=tuple(names[n] for n in order.tolist()),
        shapes=shapes[order],
    ), few


def _place_of(box: Box, material: Material) -> Place:
    """Where officers stand in a box, at its most repeated point, and what that is called."""
    one = Areas(("",), ("",), ("",), np.array([np.nan]), _alone(box), material.grid.crs)
    points = hotspots.main_points(material.events, spacetime.polygon_grid(one))
    name = box.last.name or str(near(points.place)[0])
    district = str(districts_of(material.areas, points.x, points.y)[0])
    said = ", ".join(part for part in (name, district) if part)
    grid = material.grid
    cell, inside = spacetime.assign_cells(grid, points.x, points.y)
    if not inside[0]:
        cell = np.array([np.argmin((grid.x - points.x) ** 2 + (grid.y - points.y) ** 2)])
    x, y = float(points.x[0]), float(points.y[0])
    return Place(int(cell[0]), x, y, f"{said} ({box.plain})".strip())


def _alone(box: Box) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    shapes = np.empty(1, dtype=object)
    shapes[0] = box.last.polygon
    return shapes


def _listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "; ".join(names[:LISTED]) + more
