"""Drawn boxes: which stand at an instant, what may be drawn, which cells they concern.

What stands is worked out from the entries in order, as of any instant, so that a backtest at
an origin knows the boxes of that day and no later one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from peelian.spacetime import outlines
from peelian.terms import (
    Bools,
    Box,
    BoxAction,
    BoxEntry,
    BoxKind,
    DataError,
    Floats,
    Grid,
    Instants,
    Ints,
    ParameterError,
    Shapes,
    Spots,
    StudyArea,
)

LEAST_AREA = 2_500.0  # 50 m square: below, error of place decides who is inside [m2]
WALKED_AREA = 250_000.0  # 500 m square: what one stop on foot can cover [m2]
MOST_AREA = 1_000_000.0  # beyond it is a beat, not a hot spot [m2]
MOST_CORNERS = 500
SAME = 0.999  # shared over union, above which two boxes are one
SLIVER = 1.0  # what a border drawn otherwise cuts off, and nobody needs to be told of [m2]
NEVER = np.datetime64("NaT", "s")


@dataclass(frozen=True, eq=False)
class Fitted:
    """A polygon made fit to be a box: its parts inside the study area, and what was done."""

    parts: tuple[Any, ...]
    said: tuple[str, ...]


def standing_boxes(
    entries: Sequence[BoxEntry],
    instant: np.datetime64,
    *,
    cutoff: np.datetime64 | None = None,
    dated: bool = False,
) -> tuple[Box, ...]:
    """The boxes that stand at an instant, by their numbers.

    Parameters
    ----------
    entries : sequence of BoxEntry
        In the order written.
    instant : datetime64
        UTC
    cutoff : datetime64, optional
        Entries written down later are not known; the instant itself when not given. UTC
    dated : bool
        Believe what an entry says of since when it holds, though it was written down later.
        Only as honest as those dates.

    Returns
    -------
    tuple of Box

    Notes
    -----
    An entry written or holding after the instant changes nothing: that is what keeps a
    backtest with boxes from looking ahead.
    """
    cutoff = instant if cutoff is None else cutoff
    told: dict[int, list[BoxEntry]] = {}
    for entry in entries:
        known = dated or entry.at <= cutoff
        if known and entry.since <= instant:
            told.setdefault(entry.box, []).append(entry)
    stand = []
    for number in sorted(told):
        own, last = told[number], told[number][-1]
        over = not np.isnat(last.until) and last.until <= instant
        if last.action is not BoxAction.REJECT and not over:
            drawn = own[0].since if dated else own[0].at
            stand.append(Box(drawn, len(own) - 1, last))
    return tuple(stand)


def box_changes(entries: Sequence[BoxEntry], *, dated: bool = False) -> Instants:
    """Every instant at which what stands may change, ascending. UTC

    Parameters
    ----------
    entries : sequence of BoxEntry
    dated : bool
        As in `standing_boxes`.

    Returns
    -------
    array of datetime64[s]
    """
    known = [e.since if dated else max(e.at, e.since) for e in entries]
    over = [e.until for e in entries if not np.isnat(e.until)]
    return np.unique(np.array([*known, *over], dtype="datetime64[s]"))


def fit_box(polygon: Any, study_area: StudyArea, kind: BoxKind) -> Fitted:
    """Make a polygon fit to be a box, or say why it cannot be one.

    Parameters
    ----------
    polygon : shapely geometry
        In the study area's CRS. [m]
    study_area : StudyArea
    kind : BoxKind
        A place left out may be large; a hot spot may not.

    Returns
    -------
    Fitted
        What lies outside the study area is cut off; separate parts are boxes of their own.

    Raises
    ------
    DataError
        If it is no polygon, crosses itself, has too many corners or lies outside.
    ParameterError
        If it is too small or too large.
    """
    import shapely

    if polygon is None or polygon.geom_type not in ("Polygon", "MultiPolygon"):
        kind_of = "nothing" if polygon is None else f"a {polygon.geom_type}"
        raise DataError(f"a box is a polygon; this is {kind_of}")
    corners = shapely.get_coordinates(polygon)
    if polygon.is_empty or not np.isfinite(corners).all():
        raise DataError("the box has no corners, or one that is not a number: draw it again")
    if len(corners) > MOST_CORNERS:
        raise DataError(f"the box has {len(corners):,} corners; draw it with {MOST_CORNERS}")
    if not shapely.is_valid(polygon):
        why = shapely.is_valid_reason(polygon).split("[")[0].lower()
        raise DataError(
            f"the box crosses itself or is damaged ({why}): move its corners so that no side "
            "crosses another"
        )
    inside = shapely.intersection(polygon, study_area.polygon)
    parts = [p for p in shapely.get_parts(inside).tolist() if p.geom_type == "Polygon"]
    parts = [p for p in parts if p.area >= SLIVER]
    if not parts:
        raise DataError(
            f"the box lies outside {study_area.name}: is longitude before latitude?"
        )
    said = []
    lost = float(polygon.area) - sum(float(p.area) for p in parts)
    if lost >= SLIVER:
        said.append(f"{_hectares(lost)} outside {study_area.name} cut off")
    whole = [p for p in parts if p.area >= LEAST_AREA]
    if not whole:
        raise ParameterError(
            f"the box has {max(p.area for p in parts):,.0f} m2; draw {LEAST_AREA:,.0f} m2 or "
            "more (50 m square): in less, the error of published places decides what is inside"
        )
    if len(whole) < len(parts):
        said.append(f"{len(parts) - len(whole)} parts under {LEAST_AREA:,.0f} m2 left away")
    if len(whole) > 1:
        said.append(f"{len(whole)} separate parts are kept as boxes of their own")
    largest = max(float(p.area) for p in whole)
    if kind is not BoxKind.LEFT_OUT and largest > MOST_AREA:
        raise ParameterError(
            f"the box has {largest / 1e6:.2f} km2; draw {MOST_AREA / 1e6:g} km2 or less: more "
            "is a beat, in which a stop of fifteen minutes is seen by few"
        )
    if kind is not BoxKind.LEFT_OUT and largest > 1.1 * WALKED_AREA:
        said.append(
            f"{largest / 1e6:.2f} km2 is more than one stop on foot covers "
            f"({WALKED_AREA / 1e6:g} km2): two smaller boxes say better where to stand"
        )
    return Fitted(tuple(shapely.orient_polygons(np.array(whole, dtype=object))), tuple(said))


def overlaps(polygon: Any, boxes: Sequence[Box]) -> tuple[str, ...]:
    """What to tell of boxes that a new one lies over.

    Parameters
    ----------
    polygon : shapely Polygon
        [m]
    boxes : sequence of Box
        Those that stand.

    Returns
    -------
    tuple of str

    Raises
    ------
    ParameterError
        If one of them is the same polygon.
    """
    said = []
    for box in boxes:
        other = box.last.polygon
        if not polygon.intersects(other):
            continue
        shared = float(polygon.intersection(other).area)
        union = float(polygon.area) + float(other.area) - shared
        if shared > SAME * union:
            raise ParameterError(
                f"the same area stands as {box.label}: edit or reject that one"
            )
        if shared >= SLIVER:
            share = shared / float(polygon.area)
            word = "" if box.sends else ", which is left out"
            said.append(f"{share:.0%} of it lies in {box.label}{word}")
    return tuple(said)


def cells_within(polygon: Any, grid: Grid) -> Bools:
    """Cells whose centre lies inside a polygon or on its edge, shape (n_cells,).

    Parameters
    ----------
    polygon : shapely geometry
        [m]
    grid : Grid

    Returns
    -------
    array of bool, shape (n_cells,)
    """
    import shapely

    within: Bools = shapely.intersects_xy(polygon, grid.x, grid.y)
    return within


def shares_within(polygon: Any, grid: Grid, study_area: StudyArea) -> Floats:
    """Share of each cell's area that lies inside a polygon, shape (n_cells,).

    Parameters
    ----------
    polygon : shapely geometry
        [m]
    grid : Grid
    study_area : StudyArea
        Cells are clipped to it.

    Returns
    -------
    array, shape (n_cells,)
        [0 to 1]
    """
    import shapely

    shares = np.zeros(grid.n_cells)
    within = shapely.intersection(polygon, study_area.polygon)
    near = _cells_near(within, grid)
    inside = shapely.area(shapely.intersection(within, _whole_cells(grid, near)))
    shares[near] = np.minimum(inside / grid.area[near], 1.0)
    return shares


def _cells_near(polygon: Any, grid: Grid) -> Ints:
    """Numbers of the cells that a polygon may touch, so that few outlines are made."""
    if grid.polygons is not None:
        return np.arange(grid.n_cells)
    if polygon.is_empty:
        return np.arange(0)
    west, south, east, north = polygon.bounds
    reach = grid.cell_size
    return np.flatnonzero(
        (grid.x > west - reach)
        & (grid.x < east + reach)
        & (grid.y > south - reach)
        & (grid.y < north + reach)
    )


def _whole_cells(grid: Grid, cells: Ints) -> Shapes:
    """Outlines of some cells, not clipped."""
    if grid.polygons is not None:
        return grid.polygons[cells]
    columns = {name: getattr(grid, name)[cells] for name in ("x", "y", "area", "position")}
    return outlines(replace(grid, **columns))


def closed_cells(boxes: Sequence[Box], grid: Grid) -> Bools:
    """Cells that a model is not to flag: left out by people, or a box stands for them.

    Parameters
    ----------
    boxes : sequence of Box
        Those that stand.
    grid : Grid

    Returns
    -------
    array of bool, shape (n_cells,)
    """
    closed = np.zeros(grid.n_cells, dtype=bool)
    for box in boxes:
        if not box.sends:
            closed |= cells_within(box.last.polygon, grid)
        elif box.last.replaces is not None:
            closed |= cells_within(box.last.replaces, grid)
    return closed


def spot_outlines(spots: Spots, grid: Grid, study_area: StudyArea | None = None) -> Shapes:
    """Outline of each spot, shape (n_spots,): its cell, or the box that was drawn. [m]

    Parameters
    ----------
    spots : Spots
    grid : Grid
    study_area : StudyArea, optional
        Cells are clipped to it.

    Returns
    -------
    array of shapely geometries, shape (n_spots,)
    """
    shapes: Shapes = outlines(grid, study_area=study_area)[spots.cell]
    for n, shape in spots.boxes:
        shapes[n] = shape
    return shapes


def area_of(boxes: Sequence[Box]) -> Any:
    """All that boxes cover, as one shapely geometry; empty for none. [m]

    Parameters
    ----------
    boxes : sequence of Box

    Returns
    -------
    shapely geometry
    """
    import shapely

    return shapely.union_all(np.array([box.last.polygon for box in boxes], dtype=object))


def _hectares(area: float) -> str:
    """An area in words: hectares, or square metres when small."""
    return f"{area / 1e4:,.1f} hectares" if area >= 1e4 else f"{area:,.0f} m2"
