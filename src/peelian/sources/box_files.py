"""Boxes that someone drew elsewhere: polygons of GeoJSON text, or of a file of them."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from peelian.sources.contents import MAX_FILE_BYTES
from peelian.sources.layers import check_polygons, read_shapes
from peelian.spacetime.projection import PLANE, project_shapes
from peelian.terms import WGS84, CoordinateError, DataError, ParameterError, SchemaError

GEOJSON = (".geojson", ".json")
MOST_FEATURES, MOST_CORNERS = 5_000, 100_000  # in one file, before more is done with them
MOST_DEEP = 12  # brackets within brackets; a feature of a collection has nine
NAMES = ("name", "place", "title")


@dataclass(frozen=True, eq=False)
class Drawing:
    """A polygon that someone drew: its name, and its rank if it is listed in a table."""

    name: str
    rank: int | None
    polygon: Any


def read_drawings(path: str | Path, *, crs: str) -> tuple[Drawing, ...]:
    """The polygons of a file, in ``crs``, as they were drawn: nothing is mended.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, shapefile or zipped shapefile with one layer.
    crs : str
        Projected CRS wanted.

    Raises
    ------
    ParameterError
        If there is no such file. DataError when it cannot be read or a shape is no polygon,
        CoordinateError when it does not say its CRS.
    """
    path = Path(path)
    if path.suffix.lower() in GEOJSON:
        if not path.is_file():
            raise ParameterError(f"{path}: no such file; check the path")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise DataError(f"{path.name}: larger than {MAX_FILE_BYTES:,} bytes")
        return parse_drawings(path.read_bytes(), crs=crs, name=path.name)
    table, shapes, given = read_shapes(path)
    if crs != PLANE:
        if not given:
            raise CoordinateError(f"{path.name}: does not say its CRS; save it with one")
        shapes = project_shapes(shapes, from_crs=given, to_crs=crs)
    _require_few(path.name, shapes)
    rows = table.to_pylist()
    return tuple(_drawing(row, shape) for row, shape in zip(rows, shapes, strict=True))


def parse_drawings(
    text: str | bytes, *, crs: str, name: str = "GeoJSON"
) -> tuple[Drawing, ...]:
    """The polygons of GeoJSON text, in ``crs``, as they were drawn: nothing is mended.

    Parameters
    ----------
    text : str or bytes
        A geometry, a feature or a collection of features.
    crs : str
        Projected CRS wanted.
    name : str
        What messages call the text.

    Raises
    ------
    DataError
        If it is no GeoJSON, or a shape is no polygon. CoordinateError when a corner is not in
        longitude and latitude.

    References
    ----------
    .. [1] H. Butler et al., "The GeoJSON Format," RFC 7946, 2016. doi:10.17487/RFC7946
    """
    import shapely

    features = _features(_loaded(text, name), name)
    shapes = np.empty(len(features), dtype=object)
    for n, feature in enumerate(features):
        shapes[n] = _shape(feature["geometry"], f"{name}: feature {n + 1}")
    check_polygons(name, shapes)
    _require_few(name, shapes)
    shapes = shapely.force_2d(shapes)
    if crs != PLANE:
        corners = shapely.get_coordinates(shapes)
        if np.any(np.abs(corners) > [180.0, 90.0]):
            raise CoordinateError(
                f"{name}: a corner is at {corners[np.argmax(np.abs(corners).sum(axis=1))]}, "
                "not a longitude and latitude; save it in WGS 84"
            )
        shapes = project_shapes(shapes, from_crs=WGS84, to_crs=crs)
    return tuple(
        _drawing(feature.get("properties") or {}, shape)
        for feature, shape in zip(features, shapes, strict=True)
    )


def ranked(drawings: Collection[Drawing], ranks: Collection[int]) -> tuple[Drawing, ...]:
    """Those of these ranks; ParameterError names one that is not among them."""
    known = {drawing.rank: drawing for drawing in drawings if drawing.rank is not None}
    if not known:
        raise ParameterError("nothing here has a rank: give the polygons themselves")
    for rank in ranks:
        if rank not in known:
            listed = f"{min(known)} to {max(known)}"
            raise ParameterError(f"no cell has the rank {rank}: the table lists {listed}")
    return tuple(known[rank] for rank in dict.fromkeys(ranks))


def _loaded(text: str | bytes, name: str) -> Any:
    """JSON text as values; DataError for anything else, however it is made."""
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        if _depth(plain) > MOST_DEEP:
            raise DataError(f"{name}: no GeoJSON has so many brackets within brackets")
        return json.loads(plain)
    except (UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{name}: not GeoJSON that can be read ({error})") from None


def _depth(text: str) -> int:
    """How deep brackets stand within brackets, at most, whatever else the text holds."""
    marks = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    step = np.isin(marks, (91, 123)).astype(np.int64) - np.isin(marks, (93, 125))
    return int(np.cumsum(step).max(initial=0))


def _features(read: Any, name: str) -> list[Mapping[str, Any]]:
    """The features of GeoJSON, each with a geometry."""
    kind = read.get("type") if isinstance(read, Mapping) else None
    if kind in ("Polygon", "MultiPolygon"):
        read = {"type": "Feature", "geometry": read}
        kind = "Feature"
    features = [read] if kind == "Feature" else None
    if kind == "FeatureCollection":
        features = read.get("features")
    if not isinstance(features, list) or not features:
        raise DataError(f"{name}: holds no feature; give a polygon as GeoJSON")
    if len(features) > MOST_FEATURES:
        raise DataError(f"{name}: {len(features):,} features; give {MOST_FEATURES} or fewer")
    for n, feature in enumerate(features, start=1):
        whole = isinstance(feature, Mapping) and isinstance(feature.get("geometry"), Mapping)
        if not whole or not isinstance(feature.get("properties") or {}, Mapping):
            raise DataError(f"{name}: feature {n} has no geometry; leave it out")
    return features


def _shape(geometry: Mapping[str, Any], place: str) -> Any:
    """One geometry; DataError for corners that are no numbers, or too few."""
    import shapely

    kind, rings = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise DataError(f"{place} is a {str(kind)[:40]}; polygons are needed")
    try:
        polygons = [rings] if kind == "Polygon" else rings
        made = [_polygon(one) for one in polygons]  # type: ignore[union-attr]
    except (TypeError, ValueError, IndexError, shapely.errors.ShapelyError):
        raise DataError(
            f"{place}: its corners are not pairs of numbers in closed rings"
        ) from None
    return made[0] if kind == "Polygon" else shapely.MultiPolygon(made)


def _polygon(rings: Any) -> Any:
    """A polygon of its rings; ValueError when a corner is no pair of finite numbers."""
    import shapely

    made = [np.array([corner[:2] for corner in ring], dtype=np.float64) for ring in rings]
    if not all(np.isfinite(ring).all() and ring.shape[1:] == (2,) for ring in made):
        raise ValueError
    return shapely.Polygon(made[0], made[1:])


def _require_few(name: str, shapes: Any) -> None:
    """DataError for more than any hand draws."""
    import shapely

    n_corners = int(shapely.get_num_coordinates(shapes).sum())
    if len(shapes) > MOST_FEATURES or n_corners > MOST_CORNERS:
        raise DataError(
            f"{name}: {len(shapes):,} polygons with {n_corners:,} corners; give "
            f"{MOST_FEATURES} and {MOST_CORNERS:,} or fewer"
        )


def _drawing(row: Mapping[str, Any], shape: Any) -> Drawing:
    """A polygon with what its row says of it."""
    columns = {str(name).lower(): value for name, value in row.items()}
    name = next((str(columns[n]) for n in NAMES if columns.get(n) not in (None, "")), "")
    rank = columns.get("rank")
    if rank is not None and (isinstance(rank, bool) or not isinstance(rank, int)):
        raise SchemaError(f"rank is {str(rank)[:40]!r}: give a whole number, or leave it out")
    return Drawing(name, rank, shape)
