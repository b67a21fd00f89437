"""Pieces of a backtest on several cores, or wherever joblib's active backend has them done."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from peelian.evaluation import Piece, Scored
from peelian.terms import ParameterError

PATIENCE = 3.0  # of work in this process before others are started, which takes a second [s]


@dataclass(frozen=True)
class Workers:
    """Does pieces here, and what is left after a while in ``jobs`` processes (0: all cores).

    The processes are those of joblib's active backend, so that ``joblib.parallel_config``
    decides where they are. Whoever does a piece uses one thread for it, and the answer is
    the same to the last bit.
    """

    jobs: int = 0

    def __post_init__(self) -> None:
        if self.jobs < 0:
            raise ParameterError(f"jobs is {self.jobs}: give a number of processes, or 0")

    def __call__(
        self, pieces: Sequence[Piece], tell: Callable[[int, int], None]
    ) -> Iterator[tuple[int, Scored]]:
        """The number of each piece and what it scored, as it is done."""
        import joblib

        jobs = self.jobs or -1
        several = joblib.effective_n_jobs(jobs)
        began, left = time.monotonic(), list(enumerate(pieces))
        while left and not (
            several > 1 and len(left) > 1 and time.monotonic() - began >= PATIENCE
        ):
            number, piece = left.pop(0)
            yield number, _score(piece, lambda n, number=number: tell(number, n))  # type: ignore[misc]
        if not left:
            return
        rounds = [left]
        try:
            parallel = joblib.Parallel(jobs, batch_size=1, return_as="generator_unordered")
        except ValueError:  # a backend, such as Ray's, that hands all back at the end
            parallel = joblib.Parallel(jobs, batch_size=1)
            rounds = [left[first : first + several] for first in range(0, len(left), several)]
        for some in rounds:
            tasks = (joblib.delayed(_apart)(*one, os.getpid()) for one in some)
            for number, scored in parallel(tasks):
                tell(number, len(pieces[number]))
                yield number, scored


def _apart(number: int, piece: Piece, asker: int) -> tuple[int, Scored]:
    """A piece done by a worker, whose progress nobody sees."""
    if os.getppid() == asker:
        _leave_with(asker)
    return number, _score(piece, lambda n: None)


@cache
def _leave_with(parent: int) -> None:
    """End this process soon after its parent was killed, which leaves workers behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _score(piece: Piece, tell: Callable[[int], None]) -> Scored:
    """One thread, so that sums are added in one order everywhere."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return piece.score(tell)
