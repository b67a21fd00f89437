"""Study areas and named areas as GeoParquet, named by the hash of their content."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from peelian.store.files import StoredFile, store_file
from peelian.terms import Areas, StudyArea

STUDY_AREA = "study-area"
AREAS = "areas"


def write_layer(lake: Path, layer: StudyArea | Areas) -> tuple[str, str, StoredFile]:
    """Write a layer; return its hash, its kind and its file."""
    import pyarrow as pa
    import shapely

    kind, columns = _columns(layer)
    columns["geometry"] = pa.array(
        shapely.to_wkb(columns.pop("polygons"), byte_order=1).tolist(), pa.binary()
    )
    digest = hashlib.sha256(f"peelian layer 1\0{kind}\0{layer.crs}\0".encode())
    table = pa.table(columns)
    for column in table.columns:
        digest.update(repr(column.to_pylist()).encode())
    name = digest.hexdigest()
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {"encoding": "WKB", "geometry_types": [], "crs": _projjson(layer.crs)}
        },
    }
    metadata = {"geo": json.dumps(geo), "peelian": json.dumps({"crs": layer.crs})}
    data = _parquet(table.replace_schema_metadata(metadata))
    return name, kind, store_file(lake, f"layers/{name}.parquet", data)


def read_layer(path: Path, kind: str) -> StudyArea | Areas:
    """The layer in a file that ``write_layer`` wrote."""
    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(path)
    crs = json.loads(table.schema.metadata[b"peelian"])["crs"]
    polygons = shapely.from_wkb(np.array(table["geometry"].to_pylist(), dtype=object))
    names = tuple(table["name"].to_pylist())
    if kind == STUDY_AREA:
        return StudyArea(names[0], polygons[0], crs)
    return Areas(
        code=tuple(table["code"].to_pylist()),
        name=names,
        district=tuple(table["district"].to_pylist()),
        population=table["population"].to_numpy(),
        polygons=polygons,
        crs=crs,
    )


def _columns(layer: StudyArea | Areas) -> tuple[str, dict[str, Any]]:
    """A layer's kind and columns, its shapes under ``polygons``."""
    if isinstance(layer, StudyArea):
        polygons = np.empty(1, dtype=object)
        polygons[0] = layer.polygon
        return STUDY_AREA, {"name": [layer.name], "polygons": polygons}
    return AREAS, {
        "code": list(layer.code),
        "name": list(layer.name),
        "district": list(layer.district),
        "population": np.asarray(layer.population, dtype=np.float64),
        "polygons": layer.polygons,
    }


def _projjson(crs: str) -> Any:
    """The system as GeoParquet wants it; null for plane coordinates of no stated system."""
    import pyproj

    return None if crs == "none" else pyproj.CRS.from_user_input(crs).to_json_dict()


def _parquet(table: Any) -> bytes:
    """The table as Parquet, metadata kept."""
    from peelian.store.batches import table_parquet

    return table_parquet(table)
