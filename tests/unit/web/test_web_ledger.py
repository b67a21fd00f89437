"""The ledger: each piece of work is a job in the database, from asked to ended."""

import pytest

from peelian.terms import NotAllowedNow
from peelian.web.desk import Order


@pytest.fixture
def ledger(client_of, sample_store, tmp_path):
    from peelian.web.ledger import JobLedger

    client_of(sample_store, tmp_path)
    clock = iter(range(100))
    return JobLedger(clock=lambda: float(next(clock)))


@pytest.fixture
def order():
    return Order(
        "key-of-a-map", "Where violence is likely", "/map?district=Harlow", None, listed=True
    )


def test_work_is_written_down_from_asked_to_done(ledger, order):
    from peelian.records.jobs import read_job
    from peelian.web.ledger import lately

    job = ledger.ask(order)
    assert read_job(job).state == "queued"
    ledger.begin(order, job)
    ledger.advance(job, 0.4, "backtest")
    assert (read_job(job).progress, read_job(job).message) == (0.4, "backtest")
    ledger.finish(job, order.key)
    assert read_job(job).state == "done"
    assert lately()[0]["address"] == "/map?district=Harlow"


def test_a_failure_keeps_its_sentence_and_is_not_listed(ledger, order):
    from peelian.records.jobs import read_job
    from peelian.web.ledger import lately

    job = ledger.ask(order)
    ledger.begin(order, job)
    ledger.fail(job, "0 teams: give one at least")
    assert (read_job(job).state, read_job(job).message) == (
        "failed",
        "0 teams: give one at least",
    )
    assert lately() == []


def test_home_names_each_view_once_and_no_reading_of_the_store(ledger, order):
    from peelian.web.ledger import lately

    for asked in (order, order, Order("k", "Reading what is held", "/", None)):
        job = ledger.ask(asked)
        ledger.begin(asked, job)
        ledger.finish(job, asked.key)
    assert [work["address"] for work in lately()] == [order.address]


def test_work_cancelled_elsewhere_stops_at_its_next_step(ledger, order):
    from peelian.records.jobs import cancel_job, read_job

    job = ledger.ask(order)
    ledger.begin(order, job)
    cancel_job(job, now=read_job(job).created)
    with pytest.raises(NotAllowedNow):
        ledger.advance(job, 0.5, "backtest")


def test_what_a_server_left_unended_is_cancelled_by_the_next(ledger, order):
    from django.test import override_settings

    from peelian.records.jobs import read_job
    from peelian.web.ledger import cancel_left_over

    waiting, running = ledger.ask(order), ledger.ask(order)
    ledger.begin(order, running)
    with override_settings(PEELIAN_FOLDER="/another/workbench"):
        other = ledger.ask(order)
    cancel_left_over()
    states = [read_job(job).state for job in (waiting, running, other)]
    assert states == ["cancelled", "cancelled", "queued"]
