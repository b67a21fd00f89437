"""The desk: work is done once, reports how far it is, and an error is raised to who asked."""

import threading
from uuid import uuid4

import pytest

from peelian.terms import NotAllowedNow, ParameterError, PlatformError, StoreError
from peelian.web import desk as desk_module
from peelian.web.desk import Desk, Order, Work
from peelian.web.results import Result


class Notes:
    """A ledger that remembers what it was told; ``cancelled`` stops the work."""

    def __init__(self, *, cancelled=False):
        self.told, self.heard, self.cancelled = [], [], cancelled

    def ask(self, order):
        self.told.append("ask")
        return uuid4()

    def begin(self, order, job):
        self.told.append("begin")

    def advance(self, job, share, message):
        self.heard.append(message)
        if self.cancelled:
            raise NotAllowedNow("A cancelled job cannot advance.")

    def finish(self, job, key):
        self.told.append("finish")

    def fail(self, job, message):
        self.told.append(message)

    def leave(self):
        self.told.append("leave")


def order(key, make):
    return Order(key, "A map", "/map", make)


def made(progress):
    return {"title": "made"}, {"table.csv": b"n\n"}


def test_short_work_is_handed_over_at_once(tmp_path):
    result = Desk(Notes()).ask(tmp_path, order("k", made), patience=10)
    assert isinstance(result, Result)
    assert result.shown["title"] == "made"


def test_what_was_made_is_not_made_again(tmp_path):
    calls = []

    def once(progress):
        calls.append(1)
        return made(progress)

    for desk in (Desk(Notes()), Desk(Notes())):
        desk.ask(tmp_path, order("k", once), patience=10)
    assert len(calls) == 1


def test_long_work_reports_and_may_be_left_and_come_back_to(tmp_path):
    going, end = threading.Event(), threading.Event()

    def slow(progress):
        progress(0.4, "backtest")
        going.set()
        assert end.wait(10)
        return made(progress)

    desk = Desk(Notes())
    first = desk.ask(tmp_path, order("k", slow), patience=0)
    assert going.wait(10)
    second = desk.ask(tmp_path, order("k", slow), patience=0)
    assert isinstance(first, Work)
    assert first is second
    assert (desk.work("k").share, desk.work("k").message) == (0.4, "backtest")
    assert desk.all() == [first]
    end.set()
    assert isinstance(desk.ask(tmp_path, order("k", slow), patience=10), Result)
    first.future.result(10)
    assert desk.work("k") is None
    assert desk.all() == []


def test_an_error_is_raised_once_and_the_next_request_tries_again(tmp_path):
    tries = []

    def second_time(progress):
        tries.append(1)
        if len(tries) == 1:
            raise ParameterError("teams is 0: give at least 1")
        return made(progress)

    desk = Desk(Notes())
    with pytest.raises(ParameterError, match="teams is 0"):
        desk.ask(tmp_path, order("k", second_time), patience=10)
    assert isinstance(desk.ask(tmp_path, order("k", second_time), patience=10), Result)


def test_a_fault_of_ours_shows_nothing_of_its_inside(tmp_path, caplog):
    def faulty(progress):
        raise KeyError("inside")

    with pytest.raises(PlatformError) as raised:
        Desk(Notes()).ask(tmp_path, order("k", faulty), patience=10)
    assert "inside" not in str(raised.value)
    assert "inside" in caplog.text


def test_too_much_waiting_work_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(desk_module, "WAITING", 1)
    end = threading.Event()

    def slow(progress):
        assert end.wait(10)
        return made(progress)

    desk = Desk(Notes())
    work = desk.ask(tmp_path, order("k", slow), patience=0)
    with pytest.raises(StoreError, match="waiting already"):
        desk.ask(tmp_path, order("other", made), patience=0)
    end.set()
    work.future.result(10)


def test_the_ledger_hears_how_work_ends(tmp_path):
    def wrong(progress):
        raise ParameterError("teams is 0")

    notes = Notes()
    desk = Desk(notes)
    desk.ask(tmp_path, order("k", made), patience=10)
    with pytest.raises(ParameterError):
        desk.ask(tmp_path, order("other", wrong), patience=10)
    expected = ["ask", "begin", "finish", "leave", "ask", "begin", "teams is 0", "leave"]
    assert notes.told == expected


def test_cancelled_work_stops(tmp_path):
    with pytest.raises(NotAllowedNow, match="cancelled"):
        Desk(Notes(cancelled=True)).ask(tmp_path, order("k", made), patience=10)


def test_progress_never_goes_back(tmp_path):
    shares = []

    def uneven(progress):
        for share in (0.1, 1.0, 0.6):
            progress(share, "step")
            shares.append(desk.work("k").share)
        return made(progress)

    desk = Desk(Notes())
    desk.ask(tmp_path, order("k", uneven), patience=10)
    assert shares == [0.1, 1.0, 1.0]


def test_what_other_threads_report_is_shown_and_not_written_down(tmp_path):
    shares = []

    def threaded(progress):
        progress(0.2, "own")
        other = threading.Thread(target=progress, args=(0.6, "other"))
        other.start()
        other.join(10)
        shares.append(desk.work("k").share)
        return made(progress)

    notes = Notes()
    desk = Desk(notes)
    desk.ask(tmp_path, order("k", threaded), patience=10)
    assert shares == [0.6]
    assert notes.heard == ["Starting", "own"]
