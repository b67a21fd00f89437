"""Files as offered: one, a folder of them, a zip as downloaded, or gzip. Nothing is executed.

What a file is follows from its first bytes, not from its name. Names inside a zip are only
labels: nothing is ever unpacked to disk.
"""

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, cast

from peelian.terms import DataError

MAX_FILE_BYTES = 1 << 30  # of one file once uncompressed; a force's month is about 4 MB
MAX_RATIO = 200  # uncompressed over compressed; street-crime CSV reaches about 10
RATIO_APPLIES_ABOVE = 16 << 20  # bytes; small files may compress well and harm nobody
MAX_FILES = 20_000  # in one zip or folder; three years of every force is about 5,000
CHUNK = 1 << 20

Notice = Callable[[str], None]


class Format(StrEnum):
    """What the first bytes of a file say it is."""

    CSV = "CSV"
    JSON = "JSON"
    PARQUET = "Parquet"
    GEOPACKAGE = "GeoPackage"


def sha256_of(path: Path) -> str:
    """Hash of the bytes of a file as it stands."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Content:
    """The bytes of one file, uncompressed.

    ``path`` is where the file stands on disk, None when it came out of a zip; ``name`` is the
    name it was offered under, without its folder.
    """

    name: str
    data: bytes
    path: Path | None = None

    @property
    def sha256(self) -> str:
        """Of the uncompressed bytes, so a file and its gzip are the same content."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def format(self) -> Format:
        """What the bytes are.

        Raises
        ------
        DataError
            If the file is empty or of a kind that holds no events.
        """
        return _format(self.data, self.name)


def open_contents(path: str | Path, *, notice: Notice = lambda _: None) -> Iterator[Content]:
    """Each file in a file, folder, zip or gzip, in the order of their names.

    Parameters
    ----------
    path : str or Path
        A file; a folder, searched to any depth; a zip; or a gzip.
    notice : function of one sentence
        Told of what is passed over.

    Raises
    ------
    DataError
        If nothing is there, or it is cut off, encrypted or grows beyond the limits.
    """
    path = Path(path)
    if path.is_dir():
        yield from _folder(path, notice)
    elif not path.exists():
        raise DataError(f"{path}: no such file or folder; check the path")
    else:
        data = _read(path)
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from _zip(data, path.name, notice)
        else:
            yield Content(path.name, _gunzipped(data, path.name), path)


def _folder(path: Path, notice: Notice) -> Iterator[Content]:
    files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not files:
        raise DataError(f"{path}: the folder holds no files")
    if len(files) > MAX_FILES:
        raise DataError(f"{path}: {len(files)} files, more than {MAX_FILES}; offer a part")
    for file in files:
        if _worth_reading(file.name):
            yield from open_contents(file, notice=notice)
        else:
            notice(f"{file.name}: passed over, not a file of events")


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path.name}: {size:,} bytes, more than {MAX_FILE_BYTES:,}; split it by month"
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror})") from None


def _gunzipped(data: bytes, name: str) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            return _limited(cast("IO[bytes]", stream), len(data), name)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(
            f"{name}: the gzip is cut off or damaged ({error}); fetch it again"
        ) from None


def _zip(data: bytes, name: str, notice: Notice) -> Iterator[Content]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        raise DataError(
            f"{name}: the zip is cut off or damaged ({error}); download it again"
        ) from None
    with archive:
        members = sorted(
            (m for m in archive.infolist() if not m.is_dir()), key=lambda m: m.filename
        )
        if any(m.filename == "xl/workbook.xml" for m in members):
            raise DataError(f"{name}: an Excel workbook; save the sheet as CSV UTF-8")
        if len(members) > MAX_FILES:
            raise DataError(
                f"{name}: {len(members)} files, more than {MAX_FILES}; unpack a part of it"
            )
        worth = [m for m in members if _worth_reading(m.filename)]
        for member in members:
            if member not in worth:
                notice(f"{name}: passed over {member.filename}, not a file of events")
        if not worth:
            raise DataError(f"{name}: the zip holds no file of events")
        for member in worth:
            inner = _unzipped(archive, member, name)
            yield Content(PurePosixPath(member.filename.replace("\\", "/")).name, inner)


def _unzipped(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    label = f"{name}: {member.filename}"
    if member.flag_bits & 1:
        raise DataError(f"{label}: encrypted; unpack it with its password first")
    try:
        with archive.open(member) as stream:
            data = _limited(stream, member.compress_size, label)
    except BROKEN_ZIP as error:
        raise DataError(
            f"{label}: cut off or damaged ({error}); download the zip again"
        ) from None
    if data.startswith(b"PK\x03\x04"):
        raise DataError(f"{label}: a zip inside a zip; unpack the outer one first")
    return _gunzipped(data, label)


def _limited(stream: IO[bytes], compressed: int, label: str) -> bytes:
    """All of a compressed stream, stopping as soon as it grows beyond what is plausible."""
    chunks, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise DataError(
                f"{label}: more than {MAX_FILE_BYTES:,} bytes once uncompressed; split it"
            )
        if size > RATIO_APPLIES_ABOVE and size > MAX_RATIO * max(compressed, 1):
            raise DataError(
                f"{label}: grows more than {MAX_RATIO}-fold when uncompressed, which no file "
                "of events does; not read"
            )
        chunks.append(chunk)
    return b"".join(chunks)


BROKEN_ZIP = (  # what zipfile raises on damaged bytes
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    struct.error,
)
SUFFIXES = (".csv", ".csv.gz", ".txt", ".parquet", ".json", ".geojson", ".gpkg", ".zip")
PASSED_OVER = ("-outcomes.csv", "-stop-and-search.csv")  # companions in a data.police.uk zip


def _worth_reading(name: str) -> bool:
    base = name.lower().replace("\\", "/")
    hidden = base.rsplit("/", 1)[-1].startswith(".") or base.startswith("__macosx/")
    return not hidden and base.endswith(SUFFIXES) and not base.endswith(PASSED_OVER)


def _format(data: bytes, name: str) -> Format:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise DataError(f"{name}: the file is empty")
    if data.startswith(b"PAR1"):
        return Format.PARQUET
    if data.startswith(b"SQLite format 3\x00"):
        return Format.GEOPACKAGE
    if head.startswith((b"{", b"[")):
        return Format.JSON
    return Format.CSV
