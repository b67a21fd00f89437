"""From longitude and latitude to metres on the ground, and back.

British National Grid goes through OSTN15, the Ordnance Survey's definition, by ``convertbng``.
pyproj carries no OSTN15 grid, so on its own it is 2 m off there (up to 3.3 m); it serves every
other system.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    WGS84,
    Bools,
    CoordinateError,
    Floats,
    ParameterError,
    Shapes,
)

PLANE = "none"  # plane coordinates the user vouches for
_URN = re.compile(r"^urn:ogc:def:crs:(\w+):[^:]*:(\w+)$", re.IGNORECASE)
_WGS84_NAMES = frozenset({WGS84, "OGC:CRS84", "CRS84", "WGS84", "4326"})


def project(
    longitude: ArrayLike, latitude: ArrayLike, *, crs: str = BRITISH_NATIONAL_GRID
) -> tuple[Floats, Floats]:
    """Metres east and north of points given in WGS84 degrees.

    Parameters
    ----------
    longitude, latitude : array, shape (n,)
        WGS84, taken as ETRS89 in Britain. [degrees]
    crs : str
        The projected CRS wanted.

    Returns
    -------
    x, y : array, shape (n,)
        NaN where the input is NaN, is not on Earth, or lies off the grid: OSTN15 covers Great
        Britain and its inshore waters only. [m]

    Raises
    ------
    CoordinateError
        If ``crs`` is not a projected CRS in metres.

    Notes
    -----
    OSTN15 results are rounded to the millimetre by ``convertbng``.

    References
    ----------
    .. [1] Ordnance Survey, "Transformations and OSGM15 user guide", v1.3, 2020.
    """
    lon, lat = _pair(longitude, latitude)
    require_projected(crs)
    if crs_code(crs) == BRITISH_NATIONAL_GRID:
        from convertbng.cutil import convert_bng

        return convert_bng(lon, lat)
    _forbid_plane(crs)
    off_earth = (np.abs(lon) > 180) | (np.abs(lat) > 90)
    return _by_pyproj(np.where(off_earth, np.nan, lon), lat, WGS84, crs)


def unproject(
    x: ArrayLike, y: ArrayLike, *, crs: str = BRITISH_NATIONAL_GRID
) -> tuple[Floats, Floats]:
    """WGS84 degrees of points given in metres: the way back of `project`.

    Parameters
    ----------
    x, y : array, shape (n,)
        East and north in ``crs``. [m]
    crs : str
        The projected CRS they are in.

    Returns
    -------
    longitude, latitude : array, shape (n,)
        NaN off the grid. [degrees]

    Raises
    ------
    CoordinateError
        If ``crs`` is not a projected CRS in metres.
    """
    east, north = _pair(x, y)
    require_projected(crs)
    if crs_code(crs) == BRITISH_NATIONAL_GRID:
        from convertbng.cutil import convert_lonlat

        return convert_lonlat(east, north)
    _forbid_plane(crs)
    return _by_pyproj(east, north, crs, WGS84)


def transform(
    x: ArrayLike, y: ArrayLike, *, from_crs: str, to_crs: str
) -> tuple[Floats, Floats]:
    """Points of one CRS in another; x is always east or longitude.

    Parameters
    ----------
    x, y : array, shape (n,)
        In the unit of ``from_crs``.
    from_crs, to_crs : str
        Any CRS pyproj knows. Whatever leads to or from British National Grid goes through
        WGS84 and OSTN15.

    Returns
    -------
    x, y : array, shape (n,)
        In the unit of ``to_crs``; NaN off the grid.

    Raises
    ------
    CoordinateError
        If a CRS is unknown, or ``none`` would have to be converted.
    """
    east, north = _pair(x, y)
    source, target = crs_code(from_crs), crs_code(to_crs)
    if source == target:
        return east.copy(), north.copy()
    for crs in (source, target):
        _forbid_plane(crs)
    if source == WGS84 and target == BRITISH_NATIONAL_GRID:
        return project(east, north, crs=target)
    if source == BRITISH_NATIONAL_GRID:
        degrees = unproject(east, north, crs=source)
        return degrees if target == WGS84 else _by_pyproj(*degrees, WGS84, target)
    if target == BRITISH_NATIONAL_GRID:
        return project(*_by_pyproj(east, north, source, WGS84), crs=target)
    return _by_pyproj(east, north, source, target)


def project_shapes(shapes: Shapes, *, from_crs: str, to_crs: str) -> Shapes:
    """Shapely geometries of one CRS in another; heights are dropped.

    Parameters
    ----------
    shapes : array of shapely geometries, shape (n,)
    from_crs, to_crs : str
        As for `transform`.

    Returns
    -------
    shapes : array of shapely geometries, shape (n,)

    Raises
    ------
    CoordinateError
        If a vertex lies off the grid of ``to_crs``.
    """
    import shapely

    def move(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = np.column_stack(
            transform(vertices[:, 0], vertices[:, 1], from_crs=from_crs, to_crs=to_crs)
        )
        lost = np.flatnonzero(np.isnan(moved).any(axis=1))
        if lost.size:
            x, y = vertices[lost[0]]
            raise CoordinateError(
                f"{lost.size} of {len(vertices)} vertices lie off the grid of {to_crs}, the "
                f"first at ({x:g}, {y:g}) in {from_crs}; check that {from_crs} is the CRS of "
                "the file, or clip the shapes"
            )
        return moved

    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    moved: Shapes = shapely.transform(flat, move)
    return moved


def require_projected(crs: str) -> None:
    """Raise CoordinateError unless ``crs`` is projected and in metres; ``none`` passes."""
    code = crs_code(crs)
    if code in (BRITISH_NATIONAL_GRID, PLANE):
        return
    if code == WGS84:
        raise CoordinateError(
            f"longitude/latitude given ({crs}); project first, for England "
            f"{BRITISH_NATIONAL_GRID}"
        )
    known = _pyproj_crs(code)
    if not known.is_projected:
        raise CoordinateError(
            f"{crs} ({known.name}) is not a projected CRS; project first, for England "
            f"{BRITISH_NATIONAL_GRID}"
        )
    unit = known.axis_info[0]
    if unit.unit_conversion_factor != 1:
        raise CoordinateError(
            f"{crs} ({known.name}) is in {unit.unit_name}, not metres; use a metric CRS of "
            "the same place and transform the coordinates to it"
        )


def require_metres(x: Floats, y: Floats, crs: str) -> None:
    """Raise CoordinateError when British National Grid values are plainly degrees."""
    if crs_code(crs) == BRITISH_NATIONAL_GRID and len(x) and _look_like_degrees(x, y).all():
        raise CoordinateError(
            f"coordinates such as ({x[0]:g}, {y[0]:g}) look like longitude and latitude, but "
            f"{crs} is in metres; state their CRS ({WGS84}) or project them first"
        )


def crs_code(crs: str) -> str:
    """One spelling of a CRS: ``urn:ogc:def:crs:EPSG::27700`` is ``EPSG:27700``."""
    text = str(crs).strip()
    if urn := _URN.match(text):
        text = f"{urn[1]}:{urn[2]}"
    text = f"EPSG:{text}" if text.isdigit() else text
    if text.lower() == PLANE:
        return PLANE
    text = text.upper() if text.upper().startswith(("EPSG:", "OGC:")) else text
    return WGS84 if text.upper() in _WGS84_NAMES else text


def _look_like_degrees(x: Floats, y: Floats) -> Bools:
    """Whether points fall where Britain is in degrees: as metres, 7 km off Scilly."""
    return (x > -9) & (x < 3) & (y > 49) & (y < 62)


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Both as one-dimensional float64 of one length, which is what the converters take."""
    first = np.ascontiguousarray(x, dtype=np.float64).ravel()
    second = np.ascontiguousarray(y, dtype=np.float64).ravel()
    if len(first) != len(second):
        raise ParameterError(f"x has {len(first)} entries and y {len(second)}; give pairs")
    return first, second


def _forbid_plane(crs: str) -> None:
    if crs_code(crs) == PLANE:
        raise CoordinateError(
            "plane coordinates (crs none) have no place on Earth; to convert them, state a CRS"
        )


def _pyproj_crs(crs: str) -> Any:
    """The pyproj CRS of that name, or CoordinateError."""
    import pyproj

    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise CoordinateError(
            f"{crs!r} is not a known CRS; give a code such as {BRITISH_NATIONAL_GRID}"
        ) from error


def _by_pyproj(x: Floats, y: Floats, source: str, target: str) -> tuple[Floats, Floats]:
    """Convert with pyproj, NaN where it has no answer."""
    import pyproj

    converter = pyproj.Transformer.from_crs(
        _pyproj_crs(source), _pyproj_crs(target), always_xy=True
    )
    moved_x, moved_y = converter.transform(x, y)
    lost = ~(np.isfinite(moved_x) & np.isfinite(moved_y))
    return np.where(lost, np.nan, moved_x), np.where(lost, np.nan, moved_y)
