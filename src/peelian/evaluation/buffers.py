"""Surroundings of treated and control areas: where offences may have moved to."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from peelian.terms import Areas, DataError, Floats, ParameterError, Shapes

_STEPS = 50  # in which buffers grow towards each other


@dataclass(frozen=True, eq=False)
class Buffers:
    """The surroundings of each treated and each control area, in the order given.

    ``cut`` is the share of each whole surrounding outside the study area (sea, another force),
    ``taken`` that in a treated or control area or nearer to another one. An empty polygon
    where nothing is left.
    """

    treated: Shapes
    control: Shapes
    treated_cut: Floats
    control_cut: Floats
    treated_taken: Floats
    control_taken: Floats


def buffer_areas(
    treated: Areas, control: Areas, *, distance: float, study_area: Any | None = None
) -> Buffers:
    """Polygons around treated and control areas that overlap nothing, clipped to the data.

    Parameters
    ----------
    treated, control : Areas
        In one projected CRS.
    distance : float
        How far the surroundings reach; 100 to 300 m are usual. [m]
    study_area : shapely polygon, optional
        Where events are recorded: what is beyond (sea, another force) is cut off and told.

    Returns
    -------
    Buffers
        Each place within the distance belongs to the area it is nearest to, and to it alone;
        no buffer covers any part of a treated or control area.

    Raises
    ------
    ParameterError
        If the distance is not above 0, the CRS differ, or there are no treated areas.
    DataError
        If a treated area touches a control, by their names, or an area has no extent.

    Notes
    -----
    Nearest is to within a fiftieth of the distance. Where a treated area and a control lie
    closer together than twice the distance their buffers share a border: what moves across it
    is counted against the effect. Prefer controls farther away.

    References
    ----------
    .. [1] K. J. Bowers and S. D. Johnson, "Measuring the geographical displacement and
       diffusion of benefit effects of crime prevention activity," Journal of Quantitative
       Criminology, 19(3), 275-301, 2003. doi:10.1023/A:1024909009240
    """
    if not (distance > 0 and np.isfinite(distance)):
        raise ParameterError(f"distance is {distance:g}: give metres above 0")
    if treated.crs != control.crs:
        raise ParameterError(
            f"treated areas are in {treated.crs}, control areas in {control.crs}: project one"
        )
    if not len(treated.code):
        raise ParameterError("no treated areas: there is nothing to put a buffer around")
    import shapely

    names = (*treated.name, *control.name)
    shapes = np.array([*treated.polygons, *control.polygons], dtype=object)
    empty = [n for n, area in zip(names, shapely.area(shapes), strict=True) if not area > 0]
    if empty:
        raise DataError(f"{', '.join(empty)}: no extent; draw polygons")
    _require_apart(treated, control)

    whole = shapely.difference(shapely.buffer(shapes, distance), shapes)
    inside = whole if study_area is None else shapely.intersection(whole, study_area)
    left = shapely.difference(inside, shapely.union_all(shapes))
    own = _nearest(shapes, left, distance)
    extent = shapely.area(whole)
    cut = np.maximum(1 - shapely.area(inside) / extent, 0.0)
    taken = np.maximum(1 - cut - shapely.area(own) / extent, 0.0)
    n = len(treated.code)
    return Buffers(own[:n], own[n:], cut[:n], cut[n:], taken[:n], taken[n:])


def _require_apart(treated: Areas, control: Areas) -> None:
    """Refuse a treated area that touches a control: what moved would be counted twice."""
    import shapely

    if not len(control.code):
        return
    tree = shapely.STRtree(control.polygons)
    one, other = tree.query(treated.polygons, predicate="intersects")
    if len(one):
        pairs = "; ".join(
            f"{treated.name[i]} and {control.name[j]}"
            for i, j in sorted(zip(one, other, strict=True))[:5]
        )
        more = f" (and {len(one) - 5} more pairs)" if len(one) > 5 else ""
        raise DataError(
            f"treated areas touch their own control: {pairs}{more}; what moved next door "
            "would count twice; choose controls farther away"
        )


def _nearest(shapes: Shapes, left: Shapes, distance: float) -> Shapes:
    """Of each surrounding what is nearer to its own area than to any other.

    All grow outward together, a step at a time, and take what no other has taken.
    """
    import shapely

    one, other = shapely.STRtree(left).query(left, predicate="intersects")
    rivals = {int(i): other[(one == i) & (other != i)] for i in np.unique(one[one != other])}
    own = left.copy()
    own[list(rivals)] = shapely.Polygon()
    for reach in np.linspace(0, distance, _STEPS + 1)[1:] if rivals else ():
        for i, near in rivals.items():
            grown = shapely.intersection(shapely.buffer(shapes[i], reach), left[i])
            own[i] = shapely.difference(grown, shapely.union_all(own[near]))
    return own
