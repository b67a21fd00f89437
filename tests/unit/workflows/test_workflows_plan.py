"""One shift: who, when, which spots were drawn, and what is kept of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from factories import NOW, as_it_stands
from peelian.store import open_store
from peelian.terms import CoverageError, NotFound, ParameterError
from peelian.workflows import ForecastSettings, PlanSettings, plan, run
from peelian.workflows.gather import gather
from peelian.workflows.patrols.plan_tables import clock
from peelian.workflows.patrols.staffing import shift_of, turns_of
from peelian.workflows.settings import Cells

LONDON = ZoneInfo("Europe/London")
SMALL = PlanSettings(ForecastSettings(model="count", flag_cells=6), teams=1)  # found quickly


@pytest.fixture(scope="module")
def planned(small_store):
    """A plan for two teams by counting, unless told otherwise."""

    def made(*, forecast=None, **settings):
        asked = PlanSettings(
            ForecastSettings(**{"model": "count", **(forecast or {})}),
            **{"teams": 2, **settings},
        )
        return plan(open_store(small_store), asked, now=NOW)

    return made


@pytest.fixture(scope="module")
def usual(planned):
    return planned()


@pytest.fixture(scope="module")
def shift(small_store):
    """The shift of these settings, without the rest of the plan."""
    material = gather(open_store(small_store), Cells(), now=NOW)
    return lambda **settings: shift_of(turns_of(PlanSettings(**settings), material))


def test_stops_are_in_order_inside_the_shift_at_spots_that_were_drawn(usual):
    made, columns = usual.pack.plan, usual.table.columns
    assert len(usual.table) > 10
    for route in made.routes:
        arrive = [visit.arrive for visit in route.visits]
        assert arrive == sorted(arrive)
        assert all(made.draw.active[visit.spot] for visit in route.visits)
        assert route.back <= made.shift.minutes
    assert set(columns["team"]) == {"Team 1, South", "Team 2, North"}
    assert (columns["probability"] > 0).all()


def test_the_summary_has_a_row_a_team(usual):
    columns = usual.summary.columns
    assert columns["team"].tolist() == ["Team 1, South", "Team 2, North"]
    assert columns["stops"].sum() == len(usual.table)
    assert usual.summary.title == "Plan for Thursday 1 November 2018"


def test_the_draw_has_every_spot_with_its_probability(usual):
    columns = dict(usual.tables)["draw"].columns
    assert len(columns["place"]) == 20  # ten a team
    assert columns["drawn"].sum() == 10
    assert columns["probability"].sum() == pytest.approx(10)
    assert ((columns["probability"] > 0) & (columns["probability"] <= 1)).all()
    assert not (columns["visited"] & ~columns["drawn"]).any()


def test_ten_spots_a_team_are_chosen_and_announced(usual, planned):
    assert "20 spots to draw from (10 a team; half are drawn each shift)" in usual.chosen
    draw = dict(planned(forecast={"flag_cells": 12}, active=5).tables)["draw"].columns
    assert len(draw["place"]) == 12
    assert draw["drawn"].sum() == 5


def test_the_same_seed_draws_the_same_spots_and_another_does_not(usual, planned):
    same, other = planned(), planned(forecast={"seed": 7})
    first, second, third = (
        dict(o.tables)["draw"].columns["drawn"] for o in (usual, same, other)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != third).any()
    for name, values in usual.table.columns.items():
        np.testing.assert_array_equal(values, same.table.columns[name])


def test_the_day_is_the_one_after_the_data_unless_said(shift):
    assert shift().start == datetime(2018, 11, 1, 14, tzinfo=LONDON)
    assert shift(date="2018-12-24").start.date().isoformat() == "2018-12-24"


def test_the_day_after_the_data_is_a_local_day(small_store):
    """The end of July is 23:00 UTC on the 31st."""
    july = gather(open_store(small_store), Cells(until="2018-07"), now=NOW)
    assert shift_of(turns_of(PlanSettings(), july)).start.date().isoformat() == "2018-08-01"


def test_a_shift_may_end_after_midnight(planned):
    made = planned(shift_start="22:00", shift_end="06:00", teams=1)
    assert made.pack.plan.shift.minutes == 480
    assert made.pack.plan.shift.end.date().isoformat() == "2018-11-02"
    assert any(t < "06:00" for t in made.table.columns["arrive"])


@pytest.mark.parametrize(
    ("day", "hours"), [("2018-03-24", 7), ("2018-10-27", 9), ("2018-06-01", 8)]
)
def test_a_night_in_which_the_clocks_change_has_its_true_length(shift, day, hours):
    assert shift(date=day, shift_start="22:00", shift_end="06:00").minutes == hours * 60


def test_the_clock_shows_local_time_across_the_change(shift):
    night = shift(date="2018-03-24", shift_start="22:00", shift_end="06:00")
    assert [clock(night, minute) for minute in (0, 179, 180, 420)] == [
        "22:00", "00:59", "02:00", "06:00",
    ]  # fmt: skip


def test_a_plan_over_a_clock_change_is_back_in_time(planned):
    made = planned(
        date="2018-10-27", shift_start="22:00", shift_end="06:00", teams=1
    ).pack.plan
    assert max(route.back for route in made.routes) > 480
    assert max(route.back for route in made.routes) <= 540


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"teams": 0}, "0 teams: give one at least"),
        ({"teams": -2}, "-2 teams"),
        ({"shift_end": "14:05"}, "too short for one stop"),
        ({"stop_minutes": 0}, "stop_minutes is 0"),
        ({"stop_minutes": 600}, "too short for one stop"),
        ({"date": "tomorrow"}, "date 'tomorrow': write it as YYYY-MM-DD"),
        ({"shift_start": "25:00"}, "time '25:00': write it as HH:MM"),
        ({"shift_start": "14:00+02:00"}, "write it as HH:MM, local time"),
        ({"active": 99}, "n_active is 99: draw from 1 to 20 spots"),
        ({"active": -1}, "n_active is -1"),
        ({"forecast": {"seed": -1}}, "seed is -1"),
        ({"forecast": {"cells": Cells(cell_size=50_000.0)}}, "nothing to compare"),
    ],
)
def test_an_impossible_plan_is_refused(planned, settings, said):
    with pytest.raises(ParameterError, match=said):
        planned(**settings)


def test_a_plan_needs_a_store_and_bases(weekly_store):
    with pytest.raises(ParameterError, match="needs a store"):
        plan(None, PlanSettings(), now=NOW)
    with pytest.raises(CoverageError, match="--bases FILE"):
        plan(open_store(weekly_store), PlanSettings(ForecastSettings(model="count")), now=NOW)


def test_the_pack_and_the_map_warn_and_show_the_way(usual):
    for notes in (usual.pack.notes, usual.view.notes):
        assert any("The data give the month" in note for note in notes)
    assert set(usual.view.routes) == {"Team 1, South", "Team 2, North"}
    assert len(usual.pack.what_happens) == len(usual.pack.plan.spots)
    drawn = usual.pack.plan.spots.cell[usual.pack.plan.draw.active]
    assert set(np.flatnonzero(usual.view.flagged)) == set(drawn.tolist())


def test_a_plan_run_as_a_job_is_kept_with_its_draw(own_store):
    store = open_store(own_store)
    outcome = run("plan", store, SMALL, now=NOW)
    (kept,) = store.artefacts("plan")
    assert kept.name == "2018-11-01 14:00 to 22:00, 1 team"
    assert (
        outcome.chosen[-1] == f"plan and draw kept in the store as plan {kept.artefact[:12]}"
    )
    _, files = store.read_artefact(kept.artefact)
    assert sorted(files) == [
        "draw.csv",
        "provenance.json",
        "routes.json",
        "spots.geojson",
        "stops.csv",
    ]
    assert files["draw.csv"].count(b"\n") == 7
    assert b'"seed"' in files["provenance.json"]

    run("plan", store, SMALL, now=NOW)
    assert len(store.artefacts("plan")) == 1


def test_a_job_told_to_keep_nothing_keeps_nothing(own_store):
    before = as_it_stands(own_store)
    run("plan", open_store(own_store), SMALL, now=NOW, keep=False)
    assert as_it_stands(own_store) == before


def test_an_unknown_job_is_told_those_there_are(small_store):
    with pytest.raises(NotFound, match="no job 'plans': choose one of count"):
        run("plans", open_store(small_store), PlanSettings(), now=NOW)
