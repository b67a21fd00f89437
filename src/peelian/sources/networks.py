"""A street network from the file that draws it: the one door for every format."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from peelian.sources.contents import MAX_FILE_BYTES, Content, open_contents
from peelian.sources.graphml import read_graphml
from peelian.sources.line_files import read_line_layer, read_line_table
from peelian.sources.lines import DrawnLines
from peelian.sources.osm_files import read_osm
from peelian.spacetime import (
    crs_code,
    joined_share,
    project_shapes,
    require_metres,
    street_network,
)
from peelian.spacetime.projection import PLANE
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    WGS84,
    CoordinateError,
    CoverageError,
    DataError,
    Ingredient,
    ParameterError,
    StreetNetwork,
)

LOOSE = 0.5  # of the length: less than this in one part, and the lines hardly meet


@dataclass(frozen=True, eq=False)
class NetworkFile:
    """A street network, the file it came from, and what the reader must be told of it."""

    network: StreetNetwork
    ingredient: Ingredient
    said: tuple[str, ...]


def read_network(
    path: str | Path, *, crs: str = BRITISH_NATIONAL_GRID, file_crs: str = ""
) -> NetworkFile:
    """Street network of an OpenStreetMap extract, a GraphML graph or a table of lines.

    Parameters
    ----------
    path : str or Path
        ``.osm.pbf`` or ``.osm``; GraphML with x, y and crs (as OSMnx writes it), also
        gzipped; GeoParquet, GeoPackage, shapefile or zipped shapefile, GeoJSON; Parquet or
        CSV with a column of WKT or WKB.
    crs : str
        Projected CRS wanted; ``none`` keeps the numbers as they are.
    file_crs : str
        CRS of a file that does not say its own.

    Returns
    -------
    NetworkFile
        Lines are split where they share a vertex, except the edges of a graph, which says
        itself where it joins. Lines that only cross are never joined.

    Raises
    ------
    DataError
        If the file is cut off, damaged, hostile or of another kind. SchemaError,
        CoordinateError and CoverageError are its kinds; the message names the file and says
        what to do.
    ParameterError
        If there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path}: no such file of streets; check the path")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise DataError(
            f"{path.name}: larger than {MAX_FILE_BYTES:,} bytes; cut it to the area"
        )
    content, lines = _read(path)
    lines = _finite(lines)
    lines = _located(path.name, lines, crs, file_crs)
    network = street_network(
        lines.shapes,
        ids=lines.ids,
        names=lines.names,
        kinds=lines.kinds,
        crs=crs,
        only_ends=lines.only_ends,
    )
    if not network.n_segments:
        why = "; ".join(_left_out(lines)) or "every line has no length"
        raise CoverageError(f"{path.name}: holds no streets ({why}); check the file")
    refused = sum(n for n, _ in lines.left_out)
    ingredient = Ingredient(str(path), content.sha256, lines.read, refused, "file")
    return NetworkFile(network, ingredient, _sentences(lines, network))


def _read(path: Path) -> tuple[Content, DrawnLines]:
    """The file's bytes and lines, by what its first bytes say it is."""
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(b"PK"):
        return Content(path.name, path.read_bytes(), path), read_line_layer(path)
    (content,) = open_contents(path)
    data = content.data
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if b"<graphml" in start:
            return content, read_graphml(content)
        if b"<osm" in start:
            return content, read_osm(content)
        raise DataError(
            f"{path.name}: XML that is neither GraphML nor an OpenStreetMap extract"
        )
    if b"OSMHeader" in data[:64]:
        return content, read_osm(content)
    if data.startswith((b"SQLite format 3\x00", b"\x00\x00\x27\x0a")) or start[:1] == b"{":
        return content, read_line_layer(path)
    return content, read_line_table(content)


def _finite(lines: DrawnLines) -> DrawnLines:
    """Without the lines that have a vertex nowhere."""
    import shapely

    xy, of = shapely.get_coordinates(lines.shapes, return_index=True)
    lost = np.zeros(len(lines.shapes), dtype=bool)
    lost[of[~np.isfinite(xy).all(axis=1)]] = True
    if not lost.any():
        return lines
    return lines.where(~lost, "lines with a coordinate that is no number")


def _located(file: str, lines: DrawnLines, crs: str, file_crs: str) -> DrawnLines:
    """The lines in the CRS wanted."""
    import shapely

    from_crs = lines.crs or file_crs
    if crs == PLANE:
        if crs_code(from_crs) == WGS84:
            raise CoordinateError(
                f"{file}: in longitude and latitude, but the events are plane coordinates "
                "(crs none); give streets in the same coordinates"
            )
        return lines
    if not from_crs:
        raise CoordinateError(
            f"{file}: does not say its CRS; give it, for British eastings and northings "
            f"--network-crs {BRITISH_NATIONAL_GRID}"
        )
    if from_crs == PLANE:
        raise CoordinateError(
            f"{file}: its CRS is none, but the events are in {crs}; say --crs none for both"
        )
    xy = shapely.get_coordinates(lines.shapes)
    require_metres(xy[:, 0], xy[:, 1], from_crs)
    shapes = project_shapes(lines.shapes, from_crs=from_crs, to_crs=crs)
    return replace(lines, shapes=shapes)


def _sentences(lines: DrawnLines, network: StreetNetwork) -> tuple[str, ...]:
    """What was made of the lines."""
    share = joined_share(network)
    said = [
        f"network: {network.n_segments:,} segments of {len(lines.shapes):,} lines, "
        f"{network.length.sum() / 1000:,.1f} km, {share:.1%} of it in one part"
    ]
    if network.n_segments > len(lines.shapes):
        said.append("lines of the network are split where they share a vertex")
    if share < LOOSE:
        said.append(
            "the network hardly hangs together: density does not pass between its parts, and "
            "lines that cross without a vertex in common are not joined"
        )
    return (*said, *(f"left out of the network: {one}" for one in _left_out(lines)))


def _left_out(lines: DrawnLines) -> list[str]:
    return [f"{n:,} {others}" for n, others in lines.left_out]
