"""Work as the database keeps it: what was asked, how far it came, how it ended."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings as site
from django.db import connections
from django.utils import timezone

from peelian.records import jobs
from peelian.records.jobs import Job, JobState
from peelian.web.desk import Order

LISTED = (JobState.QUEUED, JobState.RUNNING, JobState.DONE)
BETWEEN = 0.5  # progress is written down no more often [s]


class JobLedger:
    """Writes each piece of work down as a ``records`` job."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written: dict[UUID, float] = {}

    def ask(self, order: Order) -> UUID:
        """Queue a job for an order."""
        asked = {
            "title": order.title,
            "address": order.address,
            "listed": order.listed,
            "folder": site.PEELIAN_FOLDER,
        }
        return jobs.create_job(order.key, asked, now=timezone.now()).id

    def begin(self, order: Order, job: UUID) -> None:
        """Set the order's job running."""
        jobs.claim_job(now=timezone.now(), name=order.key)
        self._written[job] = self._clock()

    def advance(self, job: UUID, share: float, message: str) -> None:
        """Say how far a job is; NotAllowedNow when it was cancelled meanwhile."""
        now = self._clock()
        if now - self._written[job] >= BETWEEN:
            self._written[job] = now
            jobs.advance_job(job, share, message)

    def finish(self, job: UUID, key: str) -> None:
        """End a job well; ``key`` names its result."""
        jobs.finish_job(job, key, now=timezone.now())
        self._written.pop(job, None)

    def fail(self, job: UUID, message: str) -> None:
        """End a job badly, with the sentence that its reader sees."""
        jobs.fail_job(job, message, now=timezone.now())
        self._written.pop(job, None)

    def leave(self) -> None:
        """Give up this thread's connection to the database."""
        connections.close_all()


def cancel_left_over() -> None:
    """Cancel the jobs of this workbench that a server before this one did not end."""
    for state in (JobState.QUEUED, JobState.RUNNING):
        for job in jobs.list_jobs(state=state):
            if job.settings.get("folder") == site.PEELIAN_FOLDER:
                jobs.cancel_job(job.id, now=timezone.now())


def lately(limit: int = 5) -> list[dict[str, Any]]:
    """The newest maps and plans of this workbench, made or being made, each once."""
    shown: dict[str, dict[str, Any]] = {}
    for job in jobs.list_jobs():
        asked = job.settings
        mine = asked.get("folder") == site.PEELIAN_FOLDER
        if mine and asked.get("listed") and job.state in LISTED:
            shown.setdefault(asked["address"], _shown(job))
    return list(shown.values())[:limit]


def last_done(path: str) -> dict[str, Any] | None:
    """The newest work of this workbench that ended well on the page at ``path``."""
    for job in jobs.list_jobs(state=JobState.DONE):
        asked = job.settings
        mine = asked.get("folder") == site.PEELIAN_FOLDER
        if mine and urlsplit(asked["address"]).path == path:
            return {**_shown(job), "key": job.name}
    return None


def _shown(job: Job) -> dict[str, Any]:
    return {
        "title": job.settings["title"],
        "address": job.settings["address"],
        "state": job.state,
        "asked": timezone.localtime(job.created),
    }
