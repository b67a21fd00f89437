"""Jobs: every state, every transition, and two workers at once."""

from datetime import UTC, datetime, timedelta
from itertools import product
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

from peelian.terms import NotAllowedNow, NotFound, ParameterError

NOW = datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def job_in(jobs: ModuleType, state: Any) -> Any:
    """A job brought to a state by the functions alone."""
    made = jobs.create_job("forecast", {"cell_size": 500}, now=NOW)
    if state == jobs.JobState.CANCELLED:
        return jobs.cancel_job(made.id, now=LATER)
    if state != jobs.JobState.QUEUED:
        made = jobs.claim_job(now=NOW)
    if state == jobs.JobState.DONE:
        return jobs.finish_job(made.id, "abc", now=LATER)
    if state == jobs.JobState.FAILED:
        return jobs.fail_job(made.id, "The store holds no events; ingest a file.", now=LATER)
    return made


def test_every_state_has_its_transitions(jobs: ModuleType) -> None:
    assert jobs.TRANSITIONS.keys() == set(jobs.JobState)
    ended = {s for s in jobs.JobState if not jobs.TRANSITIONS[s]}
    assert ended == {jobs.JobState.DONE, jobs.JobState.FAILED, jobs.JobState.CANCELLED}
    reached = {to for tos in jobs.TRANSITIONS.values() for to in tos}
    assert reached == set(jobs.JobState) - {jobs.JobState.QUEUED}


def test_every_state_is_kept_and_labelled(jobs: ModuleType) -> None:
    for state in jobs.JobState:
        job = job_in(jobs, state)
        kept = jobs.read_job(job.id)
        assert kept.state == state
        assert kept.get_state_display() == state.label
        assert str(kept) == f"job {job.id} ({state.value})"
        jobs.Job.objects.all().delete()


def test_the_functions_allow_exactly_the_transitions(jobs: ModuleType) -> None:
    state = jobs.JobState
    move = {
        state.DONE: lambda job: jobs.finish_job(job, "abc", now=LATER),
        state.FAILED: lambda job: jobs.fail_job(job, "It broke.", now=LATER),
        state.CANCELLED: lambda job: jobs.cancel_job(job, now=LATER),
    }
    for now, to in product(state, move):
        job = job_in(jobs, now)
        if to in jobs.TRANSITIONS[now]:
            assert move[to](job.id).state == to
        else:
            with pytest.raises(NotAllowedNow, match=f"A {now.value} job cannot become"):
                move[to](job.id)
            assert jobs.read_job(job.id).state == now
        jobs.Job.objects.all().delete()


def test_only_a_running_job_advances(jobs: ModuleType) -> None:
    for state in jobs.JobState:
        job = job_in(jobs, state)
        if state == jobs.JobState.RUNNING:
            jobs.advance_job(job.id, 0.5, "counting")
            kept = jobs.read_job(str(job.id))
            assert (kept.progress, kept.message) == (0.5, "counting")
        else:
            with pytest.raises(NotAllowedNow, match=f"A {state.value} job cannot advance"):
                jobs.advance_job(job.id, 0.5)
        jobs.Job.objects.all().delete()


def test_a_job_keeps_its_story(jobs: ModuleType) -> None:
    job = jobs.create_job("plan", {"teams": 8, "rho": 0.5}, now=NOW)
    assert (job.progress, job.started, job.finished, job.result) == (0.0, None, None, "")
    claimed = jobs.claim_job(now=LATER)
    assert claimed is not None
    assert (claimed.id, claimed.started) == (job.id, LATER)
    jobs.finish_job(job.id, "f" * 64, now=LATER + timedelta(seconds=1), message="8 teams")
    kept = jobs.read_job(job.id)
    assert kept.settings == {"teams": 8, "rho": 0.5}
    assert (kept.created, kept.started, kept.finished) == (
        NOW,
        LATER,
        LATER + timedelta(seconds=1),
    )
    assert (kept.progress, kept.result, kept.message) == (1.0, "f" * 64, "8 teams")


def test_the_oldest_job_is_taken_first(jobs: ModuleType) -> None:
    second = jobs.create_job("plan", {}, now=LATER)
    first = jobs.create_job("forecast", {}, now=NOW)
    assert jobs.claim_job(now=LATER, name="backtest") is None
    assert jobs.claim_job(now=LATER).id == first.id
    assert jobs.claim_job(now=LATER, name="plan").id == second.id
    assert jobs.claim_job(now=LATER) is None


def test_workers_at_once_share_the_jobs_without_taking_one_twice(jobs: ModuleType) -> None:
    from django.db import connection

    made = {jobs.create_job("forecast", {"n": n}, now=NOW).id for n in range(12)}
    taken: list[Any] = []

    def work() -> None:
        while (job := jobs.claim_job(now=LATER)) is not None:
            taken.append(job.id)
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == 12
    assert set(taken) == made


def test_a_job_being_claimed_is_passed_over_not_waited_for(jobs: ModuleType) -> None:
    from django.db import connection, transaction

    held = jobs.create_job("forecast", {}, now=NOW)
    free = jobs.create_job("forecast", {}, now=LATER)
    found: list[Any] = []

    def work() -> None:
        found.append(jobs.claim_job(now=LATER).id)
        connection.close()

    with transaction.atomic():
        jobs.Job.objects.select_for_update().get(id=held.id)
        worker = Thread(target=work)
        worker.start()
        worker.join(timeout=20)
    assert found == [free.id]


def test_jobs_are_listed_newest_first(jobs: ModuleType) -> None:
    old = jobs.create_job("plan", {}, now=NOW)
    new = jobs.create_job("forecast", {}, now=LATER)
    assert [j.id for j in jobs.list_jobs()] == [new.id, old.id]
    assert [j.id for j in jobs.list_jobs(name="plan")] == [old.id]
    assert [j.id for j in jobs.list_jobs(limit=1)] == [new.id]
    jobs.cancel_job(old.id, now=LATER)
    assert [j.id for j in jobs.list_jobs(state=jobs.JobState.CANCELLED)] == [old.id]


@pytest.mark.parametrize("job", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_job_that_is_not_there_is_said_to_be_missing(jobs: ModuleType, job: str) -> None:
    with pytest.raises(NotFound, match=f"no job '{job}'"):
        jobs.read_job(job)
    with pytest.raises(NotFound, match=f"no job '{job}'"):
        jobs.cancel_job(job, now=NOW)


@pytest.mark.parametrize("progress", [-0.1, 1.1, float("nan")])
def test_progress_is_a_share(jobs: ModuleType, progress: float) -> None:
    job = job_in(jobs, jobs.JobState.RUNNING)
    with pytest.raises(ParameterError, match="give a share from 0 to 1"):
        jobs.advance_job(job.id, progress)


def test_times_have_a_zone(jobs: ModuleType) -> None:
    naive = datetime(2019, 1, 1)  # noqa: DTZ001
    with pytest.raises(ParameterError, match="without a time zone"):
        jobs.create_job("plan", {}, now=naive)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"progress": 2.0},
        {"state": "running"},
        {"state": "done"},
        {"finished": NOW},
        {"started": NOW},
    ],
)
def test_the_database_refuses_a_state_that_cannot_be(
    jobs: ModuleType, values: dict[str, Any]
) -> None:
    from django.db import IntegrityError, transaction

    job = jobs.create_job("plan", {}, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.Job.objects.filter(id=job.id).update(**values)


def test_no_migration_is_missing(django_ready: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "records", check=True, dry_run=True, verbosity=0)
