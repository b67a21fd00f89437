"""Plans, draws, forecasts and their provenance: immutable sets of files, named by content.

An artefact is a folder that appears whole, by one rename, and is never written again.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from peelian.store.files import TEMPORARY, make_folder, sync_folder, write_file
from peelian.terms import NotFound, ParameterError, StoreError

RECORD = "artefact.json"
_KIND = re.compile(r"[a-z][a-z0-9-]*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Artefact:
    """Something made and kept: what kind, called what, when saved, of which files.

    ``artefact`` is its hash; ``files`` maps each file's name to its SHA-256.
    """

    artefact: str
    kind: str
    name: str
    saved: datetime
    files: Mapping[str, str] = field(hash=False)


def artefact_hash(kind: str, name: str, files: Mapping[str, str]) -> str:
    """Hash of what an artefact is; the time it was saved is not part of it."""
    content = json.dumps([kind, name, sorted(files.items())], ensure_ascii=False)
    return hashlib.sha256(b"peelian artefact 1\0" + content.encode()).hexdigest()


def write_artefact(
    lake: Path, kind: str, name: str, files: Mapping[str, bytes], *, now: datetime
) -> Artefact:
    """Keep an artefact; the same content offered again is the one already kept."""
    if not _KIND.fullmatch(kind):
        raise ParameterError(f"artefact kind {kind!r}: use small letters, digits and hyphens")
    for file in files:
        if not _FILE.fullmatch(file) or file == RECORD:
            raise ParameterError(f"artefact file {file!r}: use letters, digits, '.', '_', '-'")
    if not files:
        raise ParameterError(f"artefact {kind} {name!r} has no files; give at least one")
    hashes = {f: hashlib.sha256(data).hexdigest() for f, data in sorted(files.items())}
    artefact = Artefact(artefact_hash(kind, name, hashes), kind, name, now, hashes)
    shelf = lake / "artefacts" / kind
    if (shelf / artefact.artefact / RECORD).exists():
        return read_record(shelf / artefact.artefact)
    staged = shelf / f"{TEMPORARY}{artefact.artefact}"
    shutil.rmtree(staged, ignore_errors=True)
    try:
        make_folder(staged)
        for file, data in files.items():
            write_file(staged / file, data)
        record = {**asdict(artefact), "saved": now.isoformat()}
        write_file(staged / RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode())
        os.replace(staged, shelf / artefact.artefact)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(staged)
        raise
    sync_folder(shelf)
    return artefact


def read_record(folder: Path) -> Artefact:
    """The record of one artefact's folder, checked against the folder's name."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        artefact = Artefact(**{**record, "saved": datetime.fromisoformat(record["saved"])})
        expected = artefact_hash(artefact.kind, artefact.name, artefact.files)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{folder}: the artefact's record is damaged; restore the folder from a backup or "
            "remove it"
        ) from error
    if not folder.name == artefact.artefact == expected:
        raise StoreError(f"{folder}: the artefact was altered; restore it from a backup")
    return artefact


def list_artefacts(lake: Path, kind: str | None) -> tuple[Artefact, ...]:
    """Every artefact kept, or those of one kind, the oldest first."""
    records = [
        read_record(folder)
        for folder in (lake / "artefacts").glob(f"{kind or '*'}/*")
        if not folder.name.startswith(TEMPORARY)
    ]
    return tuple(sorted(records, key=lambda a: (a.saved, a.artefact)))


def read_artefact(lake: Path, artefact: str) -> tuple[Artefact, dict[str, bytes]]:
    """One artefact with its files, each checked against its hash."""
    folders = [f for f in (lake / "artefacts").glob("*/*") if f.name == artefact]
    if not folders:
        raise NotFound(
            f"the store holds no artefact {artefact}; list them to see what it holds"
        )
    record, files = read_record(folders[0]), {}
    for file, sha256 in record.files.items():
        path = folders[0] / file
        data = path.read_bytes() if path.is_file() else None
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            what = "is missing" if data is None else "was altered"
            raise StoreError(f"{path} {what}; restore it from a backup, or make it again")
        files[file] = data
    return record, files
