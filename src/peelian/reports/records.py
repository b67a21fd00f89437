"""Finding the record in a file that Peelian wrote."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from peelian.reports.bulletin.archive import SITE_RECORD, site_files
from peelian.reports.geo import PROVENANCE_KEY
from peelian.reports.provenance import parse_provenance, provenance_record
from peelian.terms import DataError, NotFound, Provenance

SIDECAR_SUFFIX = ".provenance.json"
HTML_RECORD = re.compile(
    r'<script type="application/json" id="provenance">(.*?)</script>', re.DOTALL
)


def read_provenance(path: str | Path) -> Provenance:
    """The record of how a file was made.

    Parameters
    ----------
    path : path
        An ``.html``, ``.geojson``, ``.json``, ``.parquet``, ``.csv``, ``.pdf`` or ``.zip``, or
        the folder of a site, that Peelian wrote. A CSV, and a JSON array, carry their record
        in a file beside them, the ``sidecar``.

    Returns
    -------
    Provenance

    Raises
    ------
    NotFound
        If there is no such file.
    DataError
        If the file carries no record, or the record (or, beside a sidecar, the file) was
        changed after it was written.
    """
    path = Path(path)
    read = _from_folder if path.is_dir() else _READERS.get(path.suffix.lower())
    if read is None:
        kinds = ", ".join(_READERS)
        raise DataError(f"{path}: no record can be read from this kind of file, only {kinds}")
    if not path.exists():
        raise NotFound(f"{path}: there is no such file")
    try:
        return parse_provenance(read(path))
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def sidecar(path: str | Path) -> Path:
    """Where the record of a file lies that cannot hold one: ``NAME.provenance.json``."""
    path = Path(path)
    return path.with_name(path.name + SIDECAR_SUFFIX)


def sidecar_json(content: bytes, provenance: Provenance) -> str:
    """The text of the file beside a CSV or a JSON array.

    Parameters
    ----------
    content : bytes
        The whole file that the record belongs to.
    provenance : Provenance

    Returns
    -------
    str
        A JSON object with the record under ``provenance`` and the file's hash under
        ``file_sha256``, so that neither can be paired with another.
    """
    record = {
        "file_sha256": hashlib.sha256(content).hexdigest(),
        PROVENANCE_KEY: provenance_record(provenance),
    }
    return json.dumps(record, sort_keys=True, indent=1) + "\n"


def _from_html(path: Path) -> str:
    found = HTML_RECORD.findall(_text(path))
    if len(found) != 1:
        raise DataError(
            f"{len(found)} provenance records in it, expected 1; use the file as first written"
        )
    return str(found[0])


def _from_json(path: Path) -> str:
    if sidecar(path).is_file():
        return _from_sidecar(path)
    return _member(_object(_text(path)))


def _from_parquet(path: Path) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"not a whole Parquet file ({error}); make it again") from None
    if PROVENANCE_KEY.encode() not in metadata:
        raise DataError(_NO_RECORD)
    return str(metadata[PROVENANCE_KEY.encode()].decode(errors="replace"))


def _from_sidecar(path: Path) -> str:
    beside = sidecar(path)
    if not beside.is_file():
        raise DataError(
            f"its record should lie beside it in {beside.name}, which is not there; keep the "
            "two files together"
        )
    record = _object(_text(beside))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if record.get("file_sha256") != digest:
        raise DataError(
            f"changed after its record was written ({beside.name} names sha256 "
            f"{str(record.get('file_sha256'))[:12]}, the file has {digest[:12]})"
        )
    return _member(record)


def _from_pdf(path: Path) -> str:
    from peelian.reports.pack import read_pack_provenance

    return str(read_pack_provenance(path.read_bytes()))


def _from_folder(path: Path) -> str:
    record = path / SITE_RECORD
    if not record.is_file():
        raise DataError(f"no {SITE_RECORD} in it: it is no site that Peelian wrote")
    return _text(record)


def _from_zip(path: Path) -> str:
    files = site_files(path.read_bytes())
    if SITE_RECORD not in files:
        raise DataError(_NO_RECORD)
    return files[SITE_RECORD].decode(errors="replace")


_READERS: Mapping[str, Callable[[Path], str]] = {
    ".html": _from_html,
    ".geojson": _from_json,
    ".json": _from_json,
    ".parquet": _from_parquet,
    ".csv": _from_sidecar,
    ".pdf": _from_pdf,
    ".zip": _from_zip,
}

_NO_RECORD = "no provenance record in it; Peelian did not write it, or it was stripped since"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 text ({error.reason} at byte {error.start})") from None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"not whole JSON ({error}); was it cut off?") from None
    if not isinstance(value, dict):
        raise DataError(_NO_RECORD)
    return value


def _member(record: dict[str, Any]) -> str:
    if PROVENANCE_KEY not in record:
        raise DataError(_NO_RECORD)
    return json.dumps(record[PROVENANCE_KEY])
