"""The areas of an evaluation as polygons: kept apart, given their surroundings, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from peelian import evaluation, spacetime
from peelian.terms import (
    AreaCounts,
    Areas,
    CoverageError,
    DataError,
    Events,
    ParameterError,
    Periods,
    Role,
    StudyArea,
)
from peelian.workflows.extent import DAY, MONTH, WEEK

TOGETHER = 1.0  # areas of one role may share no more than this [m2]


@dataclass(frozen=True, eq=False)
class ComparedPlaces:
    """Areas with their roles, as shapely polygons in ``crs``. [m]"""

    names: tuple[str, ...]
    roles: tuple[Role, ...]
    polygons: tuple[Any, ...]
    crs: str

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names):
            twice = next(n for n in self.names if self.names.count(n) > 1)
            raise DataError(f"two areas are called {twice!r}: give each its own name")
        parts = list(zip(self.names, self.roles, self.polygons, strict=True))
        for (one, role, a), (other, also, b) in combinations(parts, 2):
            if {role, also} == {Role.TREATED, Role.CONTROL} and a.intersects(b):
                raise DataError(
                    f"the areas {one!r} ({role}) and {other!r} ({also}) touch: what moves "
                    "next door would count as a change of the control. Leave a gap between "
                    "them, or choose another control"
                )
            if a.intersection(b).area > TOGETHER:
                raise DataError(
                    f"the areas {one!r} and {other!r} overlap: events there would count "
                    "twice. Draw them apart"
                )

    def as_areas(self, *roles: Role) -> Areas:
        """The areas that have one of these roles."""
        kept = [i for i, role in enumerate(self.roles) if role in roles]
        names = tuple(self.names[i] for i in kept)
        shapes = np.empty(len(kept), dtype=object)
        shapes[:] = [self.polygons[i] for i in kept]
        return Areas(
            names, names, ("",) * len(kept), np.full(len(kept), np.nan), shapes, self.crs
        )


def with_surroundings(
    places: ComparedPlaces, distance: float, study_area: StudyArea | None
) -> tuple[ComparedPlaces, tuple[str, ...]]:
    """The places with what lies around them, and how much of it could not be had."""
    if distance < 0:
        raise ParameterError(f"buffer is {distance:g} m: give 0 or more")
    if not distance:
        return places, ()
    sides = (Role.TREATED, Role.CONTROL)
    found = evaluation.buffer_areas(
        *(places.as_areas(role) for role in sides),
        distance=distance,
        study_area=study_area.polygon if study_area else None,
    )
    names, roles, polygons = list(places.names), list(places.roles), list(places.polygons)
    told = []
    for side, role, around, cut in (
        (Role.TREATED, Role.TREATED_BUFFER, found.treated, found.treated_cut),
        (Role.CONTROL, Role.CONTROL_BUFFER, found.control, found.control_cut),
    ):
        areas = [n for n, r in zip(places.names, places.roles, strict=True) if r is side]
        for name, polygon, share in zip(areas, around, cut, strict=True):
            if polygon.is_empty:
                told.append(
                    f"Nothing is left around {name}: its surroundings are not counted."
                )
                continue
            if share > 0:
                told.append(
                    f"Of the surroundings of {name} {share:.0%} lie outside the study area "
                    "and are cut off."
                )
            names.append(f"around {name}")
            roles.append(role)
            polygons.append(polygon)
    whole = ComparedPlaces(tuple(names), tuple(roles), tuple(polygons), places.crs)
    return whole, tuple(told)


def count_places(
    events: Events,
    places: ComparedPlaces,
    spans: Sequence[tuple[date, date]],
    *,
    period: str,
    months: frozenset[str] | None,
) -> AreaCounts:
    """Events of each area before and after, by period.

    ``spans`` are the first and last days before and after; ``months`` those held, None for
    all. CoverageError names the months asked for that are not held.
    """
    if months is not None:
        _require_held(spans, months)
    n = len(places.names)
    grid = spacetime.polygon_grid(places.as_areas(*Role))
    counts, exposure, labels, after = [], [], [], []
    for late, (first, last) in enumerate(spans):
        days, opens = spacetime.day_periods(first, last), _openings(first, last, period)
        for start, end in pairwise(opens):
            whole = Periods(
                days.start[start : start + 1], days.end[end - 1 : end], days.held[:1]
            )
            counts.append(spacetime.count_events(events, grid, whole)[0])
            exposure.append(end - start)
            day = np.datetime64(first) + start
            labels.append(str(day.astype("datetime64[M]") if period == MONTH else day))
            after.append(bool(late))
    by_area = np.array(counts).T
    return AreaCounts(
        places.names,
        places.roles,
        ("",) * n,
        tuple(labels),
        np.array(after),
        ("",),
        by_area[None],
        np.zeros(by_area.shape, dtype=np.bool_),
        np.broadcast_to(np.array(exposure, dtype=np.float64), by_area.shape),
        np.full(n, np.nan),
        np.array([np.nan]),
    )


def _require_held(spans: Sequence[tuple[date, date]], months: frozenset[str]) -> None:
    asked = [
        str(month)
        for first, last in spans
        for month in np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    ]
    missing = [month for month in asked if month not in months]
    if missing:
        raise CoverageError(
            f"the outcome is not held in {', '.join(missing)}: ingest these months, or "
            f"choose among those held ({min(months)} to {max(months)})"
        )


def _openings(first: date, last: date, period: str) -> list[int]:
    """Days after ``first`` on which periods open, and the day after the last of them ends."""
    n = (last - first).days + 1
    if period not in (DAY, WEEK, MONTH):
        raise ParameterError(f"period {period!r}: give day, week or month")
    if period != MONTH:
        step = 1 if period == DAY else 7
        return [*range(0, n, step), n]
    days = np.datetime64(first) + np.arange(n)
    new = np.flatnonzero(np.diff(days.astype("datetime64[M]").astype(np.int64)) > 0) + 1
    return [0, *new.tolist(), n]
