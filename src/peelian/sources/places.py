"""Where rows lie: in the store's metres, inside the study area, or refused with the reason."""

from dataclasses import dataclass

import numpy as np

from peelian.sources.parsing import Numbers
from peelian.sources.sieve import Reading, Sieve
from peelian.spacetime.projection import PLANE, project, transform, unproject
from peelian.terms import WGS84, Bools, CoordinateError, Floats, Refusal, StudyArea


@dataclass(frozen=True, eq=False)
class Places:
    """Where, shape (n,) each: as longitude and latitude, and in metres. NaN where refused."""

    longitude: Floats
    latitude: Floats
    x: Floats
    y: Floats


def check_places(
    sieve: Sieve,
    x: Numbers,
    y: Numbers,
    *,
    fields: tuple[str, str],
    crs: str,
    reading: Reading,
) -> Places:
    """Points in the store's CRS; those missing, bad or outside the study area are refused.

    Raises
    ------
    CoordinateError
        If the numbers as a whole cannot be in ``crs``: degrees for metres, metres for degrees,
        longitude and latitude exchanged, or nowhere near.
    """
    both = f"{fields[0]}, {fields[1]}"
    nowhere = (x.value == 0) & (y.value == 0)
    sieve.refuse((x.missing & ~y.bad) | nowhere, Refusal.NO_COORDINATES, fields[0])
    sieve.refuse(y.missing & ~x.bad, Refusal.NO_COORDINATES, fields[1])
    sieve.refuse(x.bad, Refusal.BAD_COORDINATES, fields[0])
    sieve.refuse(y.bad, Refusal.BAD_COORDINATES, fields[1])
    given = ~(x.missing | y.missing | x.bad | y.bad | nowhere)
    if crs != PLANE and not _is_geographic(crs):
        degrees = given & (np.abs(x.value) <= 180) & (np.abs(y.value) <= 90)
        if given.any() and degrees[given].all():
            _explain_nowhere(sieve, x.value, y.value, given, crs, both, reading)
        sieve.refuse(degrees, Refusal.BAD_COORDINATES, both)
        given &= ~degrees
    places = _located(
        np.where(given, x.value, np.nan), np.where(given, y.value, np.nan), crs, reading
    )
    found = np.isfinite(places.x) & np.isfinite(places.y)
    if given.any() and not found.any():
        _explain_nowhere(sieve, x.value, y.value, given, crs, both, reading)
    sieve.refuse(given & ~found, Refusal.BAD_COORDINATES, both)
    if reading.study_area is not None:
        inside = _inside(reading.study_area, places, found, reading)
        if found.any() and not inside.any():
            _explain_nowhere(sieve, x.value, y.value, given, crs, both, reading)
        sieve.refuse(found & ~inside, Refusal.OUTSIDE_STUDY_AREA, both)
    return places


def _is_geographic(crs: str) -> bool:
    import pyproj

    try:
        return crs == WGS84 or bool(pyproj.CRS.from_user_input(crs).is_geographic)
    except pyproj.exceptions.CRSError:
        raise CoordinateError(
            f"crs {crs!r} is not known; write it like EPSG:27700, EPSG:4326 or none"
        ) from None


def _located(x: Floats, y: Floats, crs: str, reading: Reading) -> Places:
    """Each distinct point projected once: published points repeat."""
    points, which = np.unique(x + 1j * y, return_inverse=True)
    px, py = points.real, points.imag
    if crs == PLANE:
        nothing = np.full(len(points), np.nan)
        found = (nothing, nothing, px, py)
    elif crs == WGS84:
        on_earth = (np.abs(px) <= 180) & (np.abs(py) <= 90)
        px, py = np.where(on_earth, px, np.nan), np.where(on_earth, py, np.nan)
        found = (px, py, *project(px, py, crs=reading.store_crs))
    else:
        sx, sy = transform(px, py, from_crs=crs, to_crs=reading.store_crs)
        found = (*unproject(sx, sy, crs=reading.store_crs), sx, sy)
    return Places(*(np.asarray(column, dtype=np.float64)[which] for column in found))


def _inside(area: StudyArea, places: Places, found: Bools, reading: Reading) -> Bools:
    """Whether each point lies in the study area or within the tolerance of it."""
    import shapely

    if area.crs not in (reading.store_crs, PLANE):
        raise CoordinateError(
            f"the study area {area.name} is in {area.crs}, the store in {reading.store_crs}; "
            "read the study area in the store's CRS"
        )
    polygon = area.polygon
    points, which = np.unique(places.x + 1j * places.y, return_inverse=True)
    inside = np.zeros(len(points), dtype=bool)
    shapely.prepare(polygon)
    inside[:] = shapely.intersects_xy(polygon, points.real, points.imag)
    out = np.flatnonzero(~inside & np.isfinite(points.real))
    near = shapely.points(points.real[out], points.imag[out])
    inside[out] = shapely.dwithin(near, polygon, reading.tolerance)
    result: Bools = inside[which] & found
    return result


def _explain_nowhere(
    sieve: Sieve,
    x: Floats,
    y: Floats,
    given: Bools,
    crs: str,
    both: str,
    reading: Reading,
) -> None:
    """Raise what is most likely wrong when not one point can be placed."""
    at = int(np.flatnonzero(given)[0])
    shown = f"{sieve.rows.file}: row {sieve.rows.number[at]}, {both}: ({x[at]:g}, {y[at]:g})"
    gx, gy = x[given], y[given]
    degrees = bool(np.all(np.abs(gx) <= 180) and np.all(np.abs(gy) <= 180))
    if crs == WGS84 and not degrees:
        raise CoordinateError(
            f"{shown}: longitude/latitude expected (EPSG:4326) but these look like metres or "
            'feet; name their CRS in a mapping file, for British eastings crs = "EPSG:27700"'
        )
    if crs != PLANE and degrees and not _is_geographic(crs):
        raise CoordinateError(
            f"{shown}: metres expected ({crs}) but these look like longitude and latitude; "
            'say crs = "EPSG:4326" in the mapping file'
        )
    swapped = _located(gy, gx, crs, reading) if crs != PLANE else None
    if swapped is not None:
        landed = np.isfinite(swapped.x)
        if reading.study_area is not None:
            landed = _inside(reading.study_area, swapped, landed, reading)
        if landed.mean() > 0.5:
            raise CoordinateError(
                f"{shown}: the two coordinates are exchanged; rename the columns, or swap x "
                "and y in the mapping file"
            )
    area = reading.study_area
    where = f"the study area {area.name}" if area is not None else f"where {crs} is defined"
    raise CoordinateError(
        f"{shown}: not one of {int(given.sum())} points lies in {where}, in the store's "
        f"{reading.store_crs}; check the CRS in the mapping, the study area and the store's "
        "CRS"
    )
