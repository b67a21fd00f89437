"""Streets of an OpenStreetMap extract: ``.osm.pbf``, or the XML of ``.osm``."""

import re
import zlib

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.lines import DrawnLines, texts_of, walked_streets
from peelian.sources.xml_files import require_sound_xml
from peelian.terms import WGS84, CoverageError, DataError

PBF_MAX_HEADER = 64 << 10  # bytes; the format's own limits
PBF_MAX_BLOCK = 32 << 20
COLUMNS = ("name", "highway", "osm_id", "other_tags")
# A pavement or a crossing drawn beside its street would take that street's events.
BESIDE_A_STREET = re.compile(r'"footway"=>"(sidewalk|crossing|traffic_island)"')


def read_osm(content: Content) -> DrawnLines:
    """The walked streets of an extract, as OpenStreetMap draws them.

    Raises
    ------
    DataError
        If the file is cut off, damaged or hostile.
    CoverageError
        If it holds no streets.
    """
    import pyogrio
    import shapely

    # GDAL reads a damaged extract as one that holds little, without a word: look first.
    if content.data[:64].lstrip()[:1] == b"<":
        require_sound_xml(content)
    else:
        require_whole_pbf(content)
    try:
        _, table = pyogrio.read_arrow(
            content.path,
            layer="lines",
            columns=COLUMNS,
            where="highway IS NOT NULL",
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(
            f"{content.name}: not an OpenStreetMap extract that can be read ({error}); unpack "
            "it, or fetch it again"
        ) from None
    if not len(table):
        raise CoverageError(
            f"{content.name}: holds no streets (ways with a highway tag); check the extract"
        )
    names, kinds, ids = (texts_of(content.name, table[c]) for c in COLUMNS[:3])
    lines = DrawnLines(
        shapes=shapely.from_wkb(table["wkb_geometry"].to_numpy()),
        ids=ids,
        names=names,
        kinds=kinds,
        crs=WGS84,
        only_ends=False,
        read=len(table),
    )
    tags = table["other_tags"].to_pylist()
    beside = np.array([bool(BESIDE_A_STREET.search(one or "")) for one in tags])
    if beside.any():
        lines = lines.where(~beside, "pavements and crossings drawn beside their street")
    return walked_streets(lines)


def require_whole_pbf(content: Content) -> None:
    """Raise DataError unless every block of the file is there and unpacks to its size.

    References
    ----------
    .. [1] "PBF Format," OpenStreetMap Wiki. https://wiki.openstreetmap.org/wiki/PBF_Format
    """
    data, at, n_blocks = content.data, 0, 0
    try:
        while at < len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            if size > PBF_MAX_HEADER:
                raise ValueError("a header beyond the format's limit")
            header = _fields(_part(data, at + 4, size))
            at += 4 + size
            length = header[3]
            if not isinstance(length, int) or length > PBF_MAX_BLOCK:
                raise ValueError("a block beyond the format's limit")
            blob = _fields(_part(data, at, length))
            packed, expected = blob.get(3), blob.get(2)
            if isinstance(packed, bytes):
                unpacker = zlib.decompressobj()
                n = len(unpacker.decompress(packed, PBF_MAX_BLOCK))
                if n != expected or not unpacker.eof:
                    raise ValueError("a block that does not unpack to its size")
            at, n_blocks = at + length, n_blocks + 1
        if n_blocks < 2:
            raise ValueError("no data after its header")
    except (ValueError, KeyError, IndexError, zlib.error) as error:
        raise DataError(
            f"{content.name}: the OpenStreetMap extract is cut off or damaged at byte {at:,} "
            f"({error}); fetch it again"
        ) from None


def _part(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise ValueError("it ends in the middle of a block")
    return data[at : at + size]


def _fields(message: bytes) -> dict[int, int | bytes]:
    """The fields of a protobuf message by number; those given as bytes, and whole numbers."""
    found: dict[int, int | bytes] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            found[key >> 3], at = _varint(message, at)
        elif key & 7 == 2:
            size, at = _varint(message, at)
            found[key >> 3] = _part(message, at, size)
            at += size
        else:
            raise ValueError("a field of a kind the format does not use")
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number without end")
