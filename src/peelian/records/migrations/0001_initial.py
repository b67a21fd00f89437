"""The first table: jobs."""

# ruff: noqa: D101, RUF012
import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("settings", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("progress", models.FloatField(default=0.0)),
                ("message", models.TextField(blank=True, default="")),
                ("result", models.CharField(blank=True, default="", max_length=64)),
                ("created", models.DateTimeField()),
                ("started", models.DateTimeField(null=True)),
                ("finished", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-created", "id"),
                "indexes": [
                    models.Index(fields=["state", "created"], name="job_state_created")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running", "done", "failed", "cancelled"])
                        ),
                        name="job_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__gte", 0), ("progress__lte", 1)),
                        name="job_progress_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("started", None), ("state", "queued")),
                            models.Q(
                                ("started__isnull", False),
                                ("state__in", ("running", "done", "failed")),
                            ),
                            ("state", "cancelled"),
                            _connector="OR",
                        ),
                        name="job_started_unless_queued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished", None), ("state__in", ("queued", "running"))),
                            models.Q(
                                ("finished__isnull", False),
                                ("state__in", ("done", "failed", "cancelled")),
                            ),
                            _connector="OR",
                        ),
                        name="job_finished_when_ended",
                    ),
                ],
            },
        ),
    ]
