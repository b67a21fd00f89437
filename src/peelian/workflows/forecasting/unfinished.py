"""What a long run has done already, kept until it ends, so that a stopped one goes on.

A file for each piece of a backtest, named by the hash of all that decides its content: a
changed input, setting, model or program never meets an old file. Its first line is the hash
of the rest, so that a damaged one is seen, and left alone.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from peelian.evaluation import Piece, Scored, Tally, Work
from peelian.reports import environment_hash

PROGRAM = ("terms", "statistics", "spacetime", "forecasts", "evaluation")


@dataclass
class Kept:
    """Work that keeps each tally in ``folder`` as it is done, and takes up those it finds.

    ``found`` and ``damaged`` count files; ``trouble`` says why some could not be kept.
    """

    work: Work
    folder: Path | None
    found: int = 0
    damaged: int = 0
    trouble: str = ""
    files: set[Path] = field(default_factory=set)

    def __call__(
        self, pieces: Sequence[Piece], tell: Callable[[int, int], None]
    ) -> Iterator[tuple[int, Scored]]:
        """The number of each piece and what it scored, found or done."""
        if self.folder is None:
            yield from self.work(pieces, tell)
            return
        histories = {id(piece.history): piece.history for piece in pieces}
        shared = {key: digest(history) for key, history in histories.items()}
        files = [
            self.folder / f"{digest(shared[id(p.history)], p.forecaster, p.frame, p.led_in)}"
            for p in pieces
        ]
        self.files.update(files)
        left = []
        for number, (file, piece) in enumerate(zip(files, pieces, strict=True)):
            tally = self._read(file, len(piece))
            if tally is None:
                left.append(number)
                continue
            tell(number, len(piece))
            yield number, tally
        rest = [pieces[number] for number in left]
        for n, scored in self.work(rest, lambda n, done: tell(left[n], done)):
            if isinstance(scored, Tally):
                self._write(files[left[n]], scored)
            yield left[n], scored

    @property
    def said(self) -> tuple[str, ...]:
        """What a user should know of it."""
        said = {
            f"went on from a run that was stopped: {self.found} parts were done": self.found,
            f"{self.damaged} parts kept from it were damaged and done again": self.damaged,
            f"{self.folder}: finished parts could not be kept ({self.trouble})": self.trouble,
        }
        return tuple(sentence for sentence, true in said.items() if true)

    def clear(self) -> None:
        """Remove the files of this run."""
        for file in self.files:
            with suppress(OSError):
                file.unlink()
        if self.folder is not None:
            with suppress(OSError):  # which it raises where others' are left
                self.folder.rmdir()

    def _read(self, file: Path, n_origins: int) -> Tally | None:
        """The tally in a file; None if there is none, or it is damaged."""
        try:
            seal, _, data = file.read_bytes().partition(b"\n")
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest().encode() != seal:
            self.damaged += 1
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            self.found += 1
            return Tally(**arrays)

    def _write(self, file: Path, tally: Tally) -> None:
        """Wholly or not at all; that it cannot be written stops nothing."""
        content = io.BytesIO()
        np.savez(content, **{one.name: getattr(tally, one.name) for one in fields(tally)})
        data = content.getvalue()
        seal = hashlib.sha256(data).hexdigest().encode()
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(seal + b"\n" + data)
            os.replace(part, file)
        except OSError as error:
            self.trouble = error.strerror or str(error)


@contextmanager
def keeping(work: Work, folder: Path | None) -> Iterator[Kept]:
    """``work`` that keeps what it has done in ``folder``, until the run has ended well.

    Without a folder nothing is kept.
    """
    kept = Kept(work, folder)
    yield kept
    kept.clear()


def digest(*parts: Any) -> str:
    """Hash of values, arrays and all, and of the program that works on them."""
    whole = hashlib.sha256(_program().encode())
    for part in parts:
        _feed(whole.update, part)
    return whole.hexdigest()


def _feed(update: Callable[[bytes], None], value: Any) -> None:
    """Feed a value to a hash: what is inside, where its repr would leave some out."""
    kind = type(value)
    update(f"{kind.__module__}.{kind.__qualname__}:".encode())
    if isinstance(value, np.ndarray) and value.dtype != object:
        update(f"{value.dtype}{value.shape}".encode())
        update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.ndarray | tuple | list):
        for one in value:
            _feed(update, one)
    elif isinstance(value, Mapping):
        _feed(update, sorted(value.items()))
    elif is_dataclass(value):
        for one in fields(value):
            if one.name != "clock":  # which does not change what is found
                _feed(update, getattr(value, one.name))
    else:
        update(getattr(value, "wkb", None) or repr(value).encode())  # of a polygon its outline


@cache
def _program() -> str:
    """Hash of the source that computes tallies, and of the packages it runs on."""
    root = Path(__file__).parents[2]
    program = hashlib.sha256(environment_hash().encode())
    for name in PROGRAM:
        for file in sorted((root / name).rglob("*.py")):
            program.update(file.read_bytes())
    return program.hexdigest()
