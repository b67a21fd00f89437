"""Long work, asked for on a page and done beside it. Every change checks its transition."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from peelian.records.models import TRANSITIONS, Job, JobState, check_transition
from peelian.terms import NotAllowedNow, NotFound, ParameterError

__all__ = [
    "TRANSITIONS",
    "Job",
    "JobState",
    "advance_job",
    "cancel_job",
    "claim_job",
    "create_job",
    "fail_job",
    "finish_job",
    "list_jobs",
    "read_job",
]


def create_job(name: str, settings: Mapping[str, Any], *, now: datetime) -> Job:
    """Queue a job: the workflow's name and its settings as JSON values."""
    return Job.objects.create(name=name, settings=dict(settings), created=_aware(now))


def claim_job(*, now: datetime, name: str | None = None) -> Job | None:
    """Take the oldest queued job, or the oldest of a name, and set it running.

    None when nothing waits. Two workers never take the same job.
    """
    wanted = Q(state=JobState.QUEUED) if name is None else Q(state=JobState.QUEUED, name=name)
    with transaction.atomic():
        waiting = Job.objects.select_for_update(skip_locked=True).filter(wanted)
        job = waiting.order_by("created", "id").first()
        return None if job is None else _change(job, JobState.RUNNING, started=_aware(now))


def advance_job(job: UUID | str, progress: float, message: str = "") -> Job:
    """Say how far a running job is, 0 to 1, and what it is at.

    Raises
    ------
    NotAllowedNow
        If the job is not running: a worker learns here that its job was cancelled.
    ParameterError
        If progress is not a share.
    """
    if not 0 <= progress <= 1:
        raise ParameterError(f"progress is {progress}; give a share from 0 to 1")
    with transaction.atomic():
        found = _lock(job)
        if found.state != JobState.RUNNING:
            raise NotAllowedNow(f"A {found.state} job cannot advance.")
        found.progress, found.message = progress, message
        found.save(update_fields=["progress", "message"])
        return found


def finish_job(job: UUID | str, result: str, *, now: datetime, message: str = "") -> Job:
    """End a running job well; ``result`` names its artefact in the store."""
    with transaction.atomic():
        return _change(
            _lock(job),
            JobState.DONE,
            result=result,
            message=message,
            progress=1.0,
            finished=_aware(now),
        )


def fail_job(job: UUID | str, message: str, *, now: datetime) -> Job:
    """End a running job badly; ``message`` says to its reader what went wrong."""
    with transaction.atomic():
        return _change(_lock(job), JobState.FAILED, message=message, finished=_aware(now))


def cancel_job(job: UUID | str, *, now: datetime) -> Job:
    """Give a job up that has not ended."""
    with transaction.atomic():
        return _change(_lock(job), JobState.CANCELLED, finished=_aware(now))


def read_job(job: UUID | str) -> Job:
    """One job.

    Raises
    ------
    NotFound
        If there is none.
    """
    found = Job.objects.filter(id=_identifier(job)).first()
    if found is None:
        raise _unknown(job)
    return found


def list_jobs(
    *, name: str | None = None, state: JobState | None = None, limit: int = 100
) -> tuple[Job, ...]:
    """Jobs, the newest first, of a name or a state if given."""
    jobs = Job.objects.all()
    if name is not None:
        jobs = jobs.filter(name=name)
    if state is not None:
        jobs = jobs.filter(state=state)
    return tuple(jobs[:limit])


def _change(job: Job, to: JobState, **values: Any) -> Job:
    """Move a locked job to another state."""
    check_transition(JobState(job.state), to)
    for name, value in {"state": to, **values}.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *values])
    return job


def _lock(job: UUID | str) -> Job:
    """A job that nobody else changes until the transaction ends."""
    found = Job.objects.select_for_update().filter(id=_identifier(job)).first()
    if found is None:
        raise _unknown(job)
    return found


def _identifier(job: UUID | str) -> UUID:
    """The job's id; NotFound when the text is none."""
    try:
        return job if isinstance(job, UUID) else UUID(job)
    except ValueError:
        raise _unknown(job) from None


def _unknown(job: UUID | str) -> NotFound:
    """What to say of a job that is not there."""
    return NotFound(f"no job {str(job)[:36]!r}; open the list of jobs to see which there are")


def _aware(now: datetime) -> datetime:
    """A time with its zone."""
    if now.tzinfo is None:
        raise ParameterError(f"now is {now}, without a time zone; give an aware time")
    return now
