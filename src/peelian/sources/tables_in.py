"""Parquet, JSON, GeoJSON and GeoPackage to rows, kept as received."""

import json
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.rows import Malformed, Rows
from peelian.terms import CoverageError, DataError, Ints, SchemaError

MAX_ROWS = 50_000_000  # of one Parquet file; repeated values pack into very few bytes
MAX_DEPTH = 64  # of nested JSON; an API answer has four levels
X, Y = "geometry.x", "geometry.y"  # columns made of the points of GeoJSON and GeoPackage
# The API nests these; the flat form of the same data has these names.
NESTED = {
    "location.longitude": "long",
    "location.latitude": "lat",
    "location.street.name": "street_name",
    "month": "date",
}


def read_parquet(content: Content) -> Rows:
    """The rows of a Parquet file, typed as stored; points of GeoParquet as two columns.

    Raises
    ------
    DataError
        If it is cut off or damaged.
    CoverageError
        If it holds no rows.
    """
    return rows_of_table(_points_apart(parquet_table(content)), content.name)


def parquet_table(content: Content) -> Any:
    """A Parquet file as a pyarrow table; DataError when it is cut off or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        n = pq.read_metadata(pa.BufferReader(content.data)).num_rows
        if n > MAX_ROWS:
            raise DataError(f"{content.name}: {n:,} rows, more than {MAX_ROWS:,}; split it")
        table = pq.read_table(pa.BufferReader(content.data))
        table.validate(full=True)  # text that is not UTF-8 among them
        table.schema.names  # noqa: B018, names are decoded only now
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{content.name}: the Parquet file is cut off or damaged "
            f"({str(error).splitlines()[0]}); fetch it again"
        ) from None
    return table


def _points_apart(table: Any) -> Any:
    """A GeoParquet table with its points as two columns; any other as it is."""
    try:
        said = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
        geometry = said.get("primary_column")
    except (ValueError, AttributeError):
        return table
    if geometry not in table.column_names or "binary" not in str(table[geometry].type):
        return table
    return _with_points(table, geometry)


def _with_points(table: Any, geometry: str) -> Any:
    """The table with columns X and Y, null but for points, in place of its geometry."""
    import shapely

    shapes = shapely.from_wkb(table[geometry].to_numpy(), on_invalid="ignore")
    point = shapely.get_type_id(shapes) == 0
    x = np.where(point, shapely.get_x(shapes), np.nan)
    y = np.where(point, shapely.get_y(shapes), np.nan)
    return table.drop_columns([geometry]).append_column(X, [x]).append_column(Y, [y])


def rows_of_table(table: Any, name: str) -> Rows:
    """Rows of a pyarrow table; the original text of a row is its values as JSON."""
    if not len(table):
        raise CoverageError(f"{name}: columns and no rows; nothing happened, or it is cut off")
    columns = dict(zip(table.column_names, table.columns, strict=True))
    plain = table.select([n for n in columns if n != "geometry"])

    def original(at: Ints) -> list[str]:
        return [_as_json(row) for row in plain.take(at).to_pylist()]

    return Rows(name, columns, np.arange(1, len(table) + 1), original)


def read_json(content: Content) -> Rows:
    """Rows of a JSON array of objects, such as an API answer, or of a GeoJSON collection.

    Nested objects become columns named by their path; a GeoJSON point becomes ``geometry.x``
    and ``geometry.y``. A feature without a point is a row without coordinates; an entry that
    is no object is malformed.

    Raises
    ------
    DataError
        If it is cut off, nested beyond reason, or holds no list of events.
    CoverageError
        If the list is empty.
    """
    data = load_json(content)
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        entries = data.get("features")
    elif isinstance(data, dict):
        raise SchemaError(
            f"{content.name}: a single JSON object; expected an array of events or a GeoJSON "
            "FeatureCollection"
        )
    else:
        entries = data
    if not isinstance(entries, list):
        raise SchemaError(f"{content.name}: its features are not a list; mend the file")
    if not entries:
        raise CoverageError(
            f"{content.name}: an empty list; nothing happened, or it is cut off"
        )
    return _entries(content.name, entries, geojson=isinstance(data, dict))


def read_geopackage(content: Content) -> Rows:
    """Rows of the only layer of a GeoPackage, its points as ``geometry.x``, ``geometry.y``.

    Raises
    ------
    DataError
        If it cannot be read, stands in an archive, or has several layers.
    """
    import pyogrio

    if content.path is None:
        raise DataError(f"{content.name}: a GeoPackage in an archive; unpack it first")
    try:
        layers = pyogrio.list_layers(content.path)
        if len(layers) != 1:
            raise DataError(
                f"{content.name}: {len(layers)} layers; save the layer of events by itself"
            )
        meta, table = pyogrio.read_arrow(content.path)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError) as error:
        raise DataError(
            f"{content.name}: the GeoPackage is cut off or damaged ({error}); fetch it again"
        ) from None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        return rows_of_table(table, content.name)
    return rows_of_table(_with_points(table, geometry), content.name)


def load_json(content: Content) -> Any:
    """What a JSON file says; DataError when it is cut off, or nested beyond reason."""
    text = content.data.removeprefix(b"\xef\xbb\xbf")
    if _depth(text) > MAX_DEPTH:
        raise DataError(f"{content.name}: nested more than {MAX_DEPTH} deep; not read")
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{content.name}: byte {error.start:,} is not UTF-8; save the file as UTF-8"
        ) from None
    except (json.JSONDecodeError, ValueError) as error:
        raise DataError(
            f"{content.name}: not JSON ({error}); the file is cut off or damaged, fetch it "
            "again"
        ) from None


def _depth(text: bytes) -> int:
    """The most brackets open at once, counting also those inside strings."""
    raw = np.frombuffer(text, dtype=np.uint8)
    at = np.flatnonzero((raw == 91) | (raw == 93) | (raw == 123) | (raw == 125))
    steps = np.where((raw[at] == 91) | (raw[at] == 123), 1, -1)
    return int(np.cumsum(steps).max(initial=0))


def _entries(name: str, entries: list[Any], *, geojson: bool) -> Rows:
    flat, kept, malformed = [], [], []
    for n, entry in enumerate(entries, start=1):
        if isinstance(entry, dict):
            flat.append(_feature(entry) if geojson else _flattened(entry))
            kept.append(n)
        else:
            malformed.append(Malformed(n, "not an object", _as_json(entry)[:1000]))
    if not flat:
        raise SchemaError(f"{name}: a list without objects; expected one object an event")
    names = list(dict.fromkeys(key for row in flat for key in row))
    columns = {key: _column([row.get(key) for row in flat]) for key in names}
    for path, short in NESTED.items():
        if path in columns and short not in columns:
            columns[short] = columns[path]
    number = np.array(kept, dtype=np.int64)

    def original(at: Ints) -> list[str]:
        return [_as_json(entries[number[i] - 1]) for i in at]

    return Rows(name, columns, number, original, tuple(malformed))


def _column(values: list[Any]) -> Any:
    """Numbers stay numbers; anything mixed becomes text."""
    import pyarrow as pa

    kinds = {type(v) for v in values if v is not None}
    if kinds <= {int, float} and kinds:
        return pa.array([None if v is None else _as_float(v) for v in values], pa.float64())
    said = [v if v is None or isinstance(v, str) else _as_json(v) for v in values]
    return pa.array(said, pa.string())


def _as_float(value: float) -> float:
    """The number; infinite, hence refused, when it is too large to be one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    row = _flattened(properties) if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    x = y = None
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        point = geometry.get("coordinates")
        if isinstance(point, list) and len(point) >= 2:
            x, y = (v if type(v) in (int, float) else None for v in point[:2])
    return {**row, X: x, Y: y}


def _flattened(entry: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            row.update(_flattened(value, f"{prefix}{key}."))
        else:
            row[f"{prefix}{key}"] = value
    return row


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
