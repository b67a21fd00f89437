"""What Django keeps."""

from __future__ import annotations  # Django's fields take type arguments in stubs only

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from peelian.terms import NotAllowedNow


class JobState(models.TextChoices):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


def check_transition(now: JobState, to: JobState) -> None:
    """Raise NotAllowedNow unless a job may go from one state to the other."""
    if to not in TRANSITIONS[now]:
        raise NotAllowedNow(f"A {now.value} job cannot become {to.value}.")


class Job(models.Model):
    """One run of a workflow: its settings, how far it is, what it made.

    ``message`` is fit to show; ``result`` names the artefact in the store. Nothing here names
    a person.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )
    name: models.CharField[str, str] = models.CharField(max_length=100)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state: models.CharField[str, str] = models.CharField(
        max_length=9, choices=JobState.choices, default=JobState.QUEUED
    )
    progress: models.FloatField[float, float] = models.FloatField(default=0.0)
    message: models.TextField[str, str] = models.TextField(default="", blank=True)
    result: models.CharField[str, str] = models.CharField(
        max_length=64, default="", blank=True
    )
    created: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    started: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )
    finished: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )

    class Meta:
        """Newest first; what the states promise, the database holds to."""

        ordering = ("-created", "id")
        indexes = (models.Index(fields=["state", "created"], name="job_state_created"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=JobState.values), name="job_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(progress__gte=0, progress__lte=1), name="job_progress_share"
            ),
            models.CheckConstraint(
                condition=models.Q(state="queued", started=None)
                | models.Q(state__in=("running", "done", "failed"), started__isnull=False)
                | models.Q(state="cancelled"),
                name="job_started_unless_queued",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("queued", "running"), finished=None)
                | models.Q(state__in=("done", "failed", "cancelled"), finished__isnull=False),
                name="job_finished_when_ended",
            ),
        )

    def __str__(self) -> str:
        """Identifier and state: never the settings."""
        return f"job {self.id} ({self.state})"
