"""What teams report, with their clocks; and delivery over shifts from both sources."""

import shutil
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from peelian.store import open_store
from peelian.terms import ParameterError
from peelian.workflows import run
from peelian.workflows.delivery.reported import read_reports, report_visits
from peelian.workflows.settings import DeliverySettings, DosageSettings
from plan_samples import AFTER, at_stop, entries_of, kept_plan, write_pings


@pytest.fixture(scope="module")
def planned(small_store, tmp_path_factory):
    store = shutil.copytree(small_store, tmp_path_factory.mktemp("planned") / "store")
    return store, kept_plan(store)


@pytest.fixture
def own(planned, tmp_path):
    store, plan = planned
    return open_store(shutil.copytree(store, tmp_path / "store")), plan


def report(number, stop, what, minute, plan, **more):
    """What a phone sends: a numbered report, some minutes into the shift by its own clock."""
    time = plan.shift.start + timedelta(minutes=minute)
    return {
        "id": f"{number:032x}",
        "stop": stop,
        "what": what,
        "time": time.isoformat(),
        **more,
    }


TEAM = "Team 1, South"


def send(store, plan, said, *, ahead=0, at=60, team=TEAM):
    now = plan.shift.start + timedelta(minutes=at)
    return report_visits(store, plan, team, said, sent=now + timedelta(minutes=ahead), now=now)


def test_reports_are_written_down_once(own):
    store, plan = own
    said = [report(1, 1, "arrived", 10, plan), report(2, 1, "left", 25, plan)]
    first = send(store, plan, said)
    assert (len(first.held), dict(first.refused)) == (2, {})
    again = send(store, plan, said, at=90, ahead=3)
    assert again.held == first.held
    assert len(entries_of(store)) == 2
    (visits,) = read_reports(store, [plan]).values()
    assert [r.what for r in visits] == ["arrived", "left"]
    assert [r.clock for r in visits] == ["", ""]


def test_one_that_cannot_be_right_keeps_no_other_from_being_held(own):
    store, plan = own
    wrong = [
        {"id": "x"},
        report(2, 99, "arrived", 1, plan),
        report(3, 1, "sang", 1, plan),
        report(4, 1, "seen", 1, plan, seen="a man called X"),
        report(5, 1, "seen", 1, plan, seen="disorder", n=0),
        report(6, 1, "arrived", 1, plan) | {"time": "yesterday"},
        report(7, 1, "arrived", 1, plan) | {"time": "2018-11-01T15:00:00"},
        report(8, 1, "taken-back", 1, plan),
        "not a report",
        report(9, True, "arrived", 1, plan) | {"stop": "1"},
    ]
    receipt = send(store, plan, [*wrong, report(1, 1, "arrived", 10, plan)])
    assert receipt.held == (f"{1:032x}",)
    assert len(receipt.refused) == len({str(w.get("id", "")) if isinstance(w, dict) else ""
                                        for w in wrong})  # fmt: skip
    assert len(entries_of(store)) == 1


def test_the_same_id_for_something_else_is_refused_and_changes_nothing(own):
    store, plan = own
    send(store, plan, [report(1, 1, "arrived", 10, plan)])
    receipt = send(store, plan, [report(1, 2, "arrived", 10, plan)])
    assert receipt.held == ()
    assert "something else" in receipt.refused[f"{1:032x}"]
    other = send(store, plan, [report(1, 1, "arrived", 10, plan)], team="Team 2, North")
    assert len(other.held) == 1  # another team's ids are its own
    assert len(entries_of(store)) == 2


def test_no_field_takes_free_text(own):
    store, plan = own
    said = report(1, 1, "seen", 10, plan, seen="disorder", n=2, note="John Smith", name="x")
    send(store, plan, [said])
    (entry,) = entries_of(store)
    assert "Smith" not in str(entry.content)
    assert set(entry.content) == {
        "plan", "team", "stop", "spot", "what", "time", "ahead", "seen", "n"
    }  # fmt: skip


def test_too_many_at_once_are_refused(own):
    store, plan = own
    with pytest.raises(ParameterError, match="500 at most"):
        send(store, plan, [report(n, 1, "arrived", 1, plan) for n in range(501)])


@pytest.mark.parametrize("ahead", [60, -45])
def test_a_clock_that_is_off_is_put_right_and_marked(own, ahead):
    store, plan = own
    send(store, plan, [report(1, 1, "arrived", 10 + ahead, plan)], ahead=ahead)
    (only,) = read_reports(store, [plan])[plan.artefact]
    assert only.time == plan.shift.start + timedelta(minutes=10)
    assert only.clock == f"device clock {abs(ahead)} min {'ahead' if ahead > 0 else 'behind'}"
    assert entries_of(store)[0].content["time"]  # what the device said is kept too


def test_a_clock_that_jumped_into_the_future_is_not_believed(own):
    store, plan = own
    send(store, plan, [report(1, 1, "arrived", 600, plan)])
    (only,) = read_reports(store, [plan])[plan.artefact]
    assert only.time == plan.shift.start + timedelta(minutes=60)
    assert "jumped" in only.clock


def test_reports_far_from_the_shift_are_kept_marked_and_not_counted(own):
    store, plan = own
    send(store, plan, [report(1, 1, "arrived", -900, plan)])
    (only,) = read_reports(store, [plan])[plan.artefact]
    assert not only.counts
    assert only.clock == "far from the shift"


def test_what_is_taken_back_no_longer_stands_but_is_kept(own):
    store, plan = own
    send(store, plan, [report(1, 1, "arrived", 10, plan), report(2, 1, "left", 12, plan)])
    send(store, plan, [report(3, 1, "taken-back", 13, plan, of=f"{2:032x}")])
    assert [r.what for r in read_reports(store, [plan])[plan.artefact]] == ["arrived"]
    assert len(entries_of(store)) == 3


def delivery(store, **settings):
    return run("delivery", store, DeliverySettings(**settings), now=AFTER)


def test_both_sources_stand_side_by_side_and_unknown_is_not_zero(own, tmp_path):
    store, plan = own
    columns = delivery(store).table.columns
    assert np.isnan(columns["delivered_minutes"]).all()
    assert np.isnan(columns["reported_minutes"]).all()
    one, two = plan.teams[TEAM][:2]
    send(store, plan, [report(1, 1, "arrived", 5, plan), report(2, 1, "left", 17, plan),
                       report(3, 1, "seen", 16, plan, seen="disorder", n=3)])  # fmt: skip
    path = write_pings(tmp_path / "p.csv", at_stop(plan, two))
    run("dosage", store, DosageSettings(pings=str(path)), now=AFTER)
    outcome = delivery(store)
    columns, tables = outcome.table.columns, dict(outcome.tables)
    assert columns["reported_minutes"][one.spot] == pytest.approx(12)
    assert columns["reported_visits"][one.spot] == 1
    assert columns["delivered_minutes"][two.spot] == pytest.approx(11)
    assert np.nansum(columns["delivered_minutes"]) == pytest.approx(11)
    assert (columns["probability"] == plan.probability).all()
    assert (columns["drawn"] == plan.drawn).all()
    seen = tables["seen"].columns
    assert seen["how_many"][seen["what_we_saw"].tolist().index("Disorder")] == 3
    teams = tables["teams"].columns
    assert teams["reported_minutes"].tolist() == pytest.approx([12, 0])
    assert outcome.summary.columns["delivered_minutes"].tolist() == pytest.approx([11])


def test_spots_under_the_weekly_minimum_are_owed_visits(own, tmp_path):
    store, plan = own
    path = write_pings(tmp_path / "p.csv", at_stop(plan, plan.teams[TEAM][0]))
    run("dosage", store, DosageSettings(pings=str(path)), now=AFTER)
    owed = dict(delivery(store, weekly_minimum=2).tables)["owed"].columns
    assert len(owed["place"]) == plan.drawn.sum()
    assert sorted(owed["owed"].tolist()) == [1] + [2] * (int(plan.drawn.sum()) - 1)
    assert owed["not_known"].sum() == 0
    assert len(dict(delivery(store, weekly_minimum=0).tables)["owed"]) == 0
    with pytest.raises(ParameterError, match="weekly minimum"):
        delivery(store, weekly_minimum=-1)


def test_hours_that_can_be_foretold_come_first(own):
    """Entropy by hand from the stops planned; one visit foretells nothing and is left out."""
    store, plan = own
    table = dict(delivery(store).tables)["hours"]
    by_place = {}
    for stop in plan.stops:
        by_place.setdefault(plan.place[stop.spot], []).append(
            stop.arrive.astimezone(ZoneInfo("Europe/London")).hour
        )
    several = {place: hours for place, hours in by_place.items() if len(hours) > 1}
    columns = table.columns
    assert set(columns["place"]) == set(several)
    assert (np.diff(columns["entropy"]) >= 0).all()
    for place, visits, hours, entropy, most in zip(*columns.values(), strict=True):
        shares = np.unique(several[place], return_counts=True)[1] / len(several[place])
        assert (visits, hours) == (len(several[place]), len(shares))
        assert entropy == pytest.approx(-(shares * np.log(shares)).sum(), abs=1e-12)
        assert entropy <= most + 1e-12


def test_days_are_summed_and_a_later_plan_of_the_same_shift_stands(own):
    store, plan = own
    kept_plan(store.path, day="2018-11-02")
    again = kept_plan(store.path, day="2018-11-02", seed=2)
    outcome = delivery(store)
    assert outcome.summary.columns["day"].tolist() == [plan.day, again.day]
    assert set(outcome.table.columns["plan"].tolist()) == {plan.short, again.short}
    assert any("a later one of the same shift" in note for note in outcome.chosen)
    assert len(delivery(store, first_day="2018-11-02").table) == len(again.key)
