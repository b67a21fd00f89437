"""Writing files so that a crash leaves the old or the new, and one writer at a time."""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from peelian.terms import StoreError

TEMPORARY = ".new-"  # a file or folder being written; nothing reads it, tidy removes it
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True)
class StoredFile:
    """One immutable file of the lake: its path from the lake's folder, hash and size."""

    name: str
    sha256: str
    bytes: int


@contextmanager
def errors_as_advice(path: Path, doing: str) -> Iterator[None]:
    """Turn an operating-system error into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            what, advice = "the disk is full", "free some space, then run the same again"
        elif error.errno in _CLOSED:
            what, advice = (
                "not permitted",
                "check who owns the folder, or choose another store",
            )
        else:
            what, advice = error.strerror or str(error), "check the disk, then run it again"
        raise StoreError(
            f"{path}: {doing} failed ({what}); the store is as it was; {advice}"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, and its parents, durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: after a crash at any instant it is the old or the new."""
    make_folder(path.parent)
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def store_file(lake: Path, name: str, data: bytes) -> StoredFile:
    """Write ``lake/name`` and return what the manifest keeps of it."""
    write_file(lake / name, data)
    return StoredFile(name, hashlib.sha256(data).hexdigest(), len(data))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writer_lock(lake: Path, *, wait: float) -> Iterator[None]:
    """Hold the lake's one writer's lock; wait up to ``wait`` [s] for another writer to finish.

    The system drops the lock when its process ends, however it ends. Readers take no lock.

    Raises
    ------
    StoreError
        If another process still writes after ``wait``, or the folder is not writable.
    """
    path = lake / "lock"
    with errors_as_advice(lake, "taking the writer's lock"):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + wait
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                raise StoreError(
                    f"{lake}: another process is still writing to this store after "
                    f"{wait:g} s; wait for it to finish, or end it, and run the same again"
                )
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _try_lock(handle: int) -> bool:
        """Lock the file's first byte; False when another process holds it."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        """Lock the file; False when another process holds it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
