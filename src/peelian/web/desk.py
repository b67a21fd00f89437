"""Long work: one piece at a time in a thread, its progress for anyone who asks."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from peelian.terms import PlatformError, StoreError
from peelian.web import results
from peelian.web.results import Result

PATIENCE = 2.0  # a page waits this long for its work before it shows progress [s]
WAITING = 8  # pieces of work that may wait; more are refused

Progress: TypeAlias = Callable[[float, str], None]
Made: TypeAlias = tuple[dict[str, Any], dict[str, bytes]]  # what is shown, files offered

logger = logging.getLogger("peelian.web")


@dataclass(frozen=True)
class Order:
    """A piece of work: what it is called, where its page is, and how it is made.

    One that is ``listed`` is worth coming back to, and Home names it.
    """

    key: str
    title: str
    address: str
    make: Callable[[Progress], Made]
    listed: bool = False


@dataclass
class Work:
    """Work under way."""

    order: Order
    share: float = 0.0
    message: str = "Waiting for other work to end"
    future: "Future[None] | None" = field(default=None, repr=False)


class Ledger(Protocol):
    """Where the desk writes down what it does; see ``ledger.JobLedger``."""

    def ask(self, order: Order) -> UUID:
        """Work was asked for; the answer names it in what follows."""

    def begin(self, order: Order, job: UUID) -> None:
        """The work begins."""

    def advance(self, job: UUID, share: float, message: str) -> None:
        """The work is so far; raises to stop it."""

    def finish(self, job: UUID, key: str) -> None:
        """The work made the result ``key``."""

    def fail(self, job: UUID, message: str) -> None:
        """The work ended in an error."""

    def leave(self) -> None:
        """The thread is done with the ledger for now."""


class Desk:
    """Where orders are taken: a result that is there is handed over, any other is made."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._under_way: dict[str, Work] = {}
        self._failed: dict[str, PlatformError] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="work")

    def ask(self, folder: Path, order: Order, *, patience: float = PATIENCE) -> Result | Work:
        """The result of an order, or its work under way when that takes longer.

        An error that ended the work is raised, once: asked again, the work starts again.
        """
        kept = results.find(folder, order.key)
        if kept:
            return kept
        work = self._start(folder, order)
        if work.future:
            wait([work.future], timeout=patience)
        with self._lock:
            error = self._failed.pop(order.key, None)
        if error:
            raise error
        return results.find(folder, order.key) or work

    def work(self, key: str) -> Work | None:
        """The work under way for ``key``; None when it has ended, or never began."""
        with self._lock:
            return self._under_way.get(key)

    def all(self) -> list[Work]:
        """Every piece of work under way, in the order asked."""
        with self._lock:
            return list(self._under_way.values())

    def _start(self, folder: Path, order: Order) -> Work:
        with self._lock:
            work = self._under_way.get(order.key)
            if work:
                return work
            work = Work(order)
            if order.key in self._failed:
                return work
            if len(self._under_way) >= WAITING:
                raise StoreError(
                    f"{WAITING} pieces of work are waiting already: let one end, then reload"
                )
            job = self._ledger.ask(order)
            self._under_way[order.key] = work
            work.future = self._pool.submit(self._do, folder, work, job)
            return work

    def _do(self, folder: Path, work: Work, job: UUID) -> None:
        """Make one result; never raises."""
        key, error = work.order.key, None
        try:
            self._make(folder, work, job)
        except PlatformError as raised:
            error = raised
        except Exception:
            logger.exception("%s failed", work.order.title)
            error = PlatformError(
                "The work stopped on a fault of ours. Reload the page to try again; if it "
                "happens again, report it with the lines in the terminal."
            )
        if error:
            with suppress(Exception):  # the reader is told all the same
                self._ledger.fail(job, str(error))
        self._ledger.leave()
        with self._lock:
            if error:
                self._failed[key] = error
            del self._under_way[key]

    def _make(self, folder: Path, work: Work, job: UUID) -> None:
        """Make one result, writing down how far it is.

        A job may report from threads of its own, whose connection nobody would close: what
        they say is shown, not written down.
        """
        own = threading.get_ident()

        def progress(share: float, message: str) -> None:
            work.share, work.message = max(work.share, share), message
            if threading.get_ident() == own:
                self._ledger.advance(job, work.share, message)

        self._ledger.begin(work.order, job)
        progress(0.0, "Starting")
        shown, files = work.order.make(progress)
        results.keep(folder, work.order.key, shown, files)
        self._ledger.finish(job, work.order.key)


@cache
def desk() -> Desk:
    """The desk of this process."""
    from peelian.web.ledger import JobLedger

    return Desk(JobLedger())
