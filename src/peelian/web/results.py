"""Results of long work, kept by what they were made from, so that they come at once next time.

A result is a folder of files: ``page.json``, what the page shows, and the files it offers.
Results can be made again at any time, so the folder may be emptied.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peelian.terms import NotFound

SHOWN = "page.json"
MAKING = "making-"  # begins the name of a result that is not whole yet
KEPT = 60  # results; the least recently used go first


@dataclass(frozen=True)
class Failure:
    """Work that ended in an error: its title, words and HTTP status."""

    title: str
    message: str
    status: int


@dataclass(frozen=True)
class Result:
    """What one piece of work made."""

    key: str
    folder: Path
    shown: dict[str, Any]

    def file(self, name: str) -> bytes:
        """The bytes of a file that the result offers; NotFound when it has none such."""
        if name not in self.shown.get("files", ()):
            raise NotFound(f"this result has no file {name!r}: open its page again")
        return (self.folder / name).read_bytes()


def key_of(kind: str, settings: Mapping[str, Any], state: str, version: str) -> str:
    """Name of the result of ``kind`` with ``settings`` over the store's ``state``."""
    text = json.dumps([kind, settings, state, version], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def find(results: Path, key: str) -> Result | None:
    """The result kept under ``key``, or None."""
    folder = results / key
    try:
        shown = json.loads((folder / SHOWN).read_bytes())
        os.utime(folder)
    except (OSError, ValueError):
        return None
    return Result(key, folder, shown)


def keep(
    results: Path, key: str, shown: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Put a result in its place, whole or not at all, and let the oldest go."""
    results.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=results, prefix=MAKING))
    for name, content in files.items():
        (made / name).write_bytes(content)
    text = json.dumps({**shown, "files": sorted(files)}, allow_nan=False)
    (made / SHOWN).write_text(text)
    shutil.rmtree(results / key, ignore_errors=True)
    try:
        made.rename(results / key)
    except OSError:  # another process kept the same result first
        shutil.rmtree(made, ignore_errors=True)
    _let_go(results)


def sweep(results: Path) -> None:
    """Remove what a server that was killed had begun to keep."""
    for folder in results.glob(f"{MAKING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def drop(results: Path, key: str) -> None:
    """Forget a result, so that it is made again."""
    shutil.rmtree(results / key, ignore_errors=True)


def _let_go(results: Path) -> None:
    """Remove all but the KEPT results used last."""
    kept = [f for f in results.iterdir() if f.is_dir() and not f.name.startswith(MAKING)]
    for folder in sorted(kept, key=lambda f: f.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
