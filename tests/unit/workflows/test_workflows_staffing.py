"""A plan from a roster, along streets, with limits a week: what the command and record get."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pytest

from factories import NOW
from peelian.store import open_store
from peelian.terms import Break, CoverageError, DataError, ParameterError, Shift, Spots, Team
from peelian.workflows import ForecastSettings, PlanSettings, plan, run
from peelian.workflows.gather import gather
from peelian.workflows.options import to_json
from peelian.workflows.patrols.spot_needs import places_of_teams
from peelian.workflows.patrols.staffing import minute_at, read_bases, shift_of, spans, turns_of
from peelian.workflows.settings import Cells
from web_store import SIDE, SOUTH, WEST

ROSTER = """team,base,start,end,mode,crew,skills,break,agency,places
Alpha,South,14:00,22:00,vehicle,2,driver,30 17:00-18:30,,
Bravo,North,16:00,00:00,foot,1,,,,
Wardens,North,12:00,18:00,vehicle,2,,,wardens,Northdale
Night,South,22:00,06:00,vehicle,2,,,,
"""


@pytest.fixture
def made(own_store, tmp_path):
    """A plan by counting of the test's own store; files are written for it."""

    def make(*, roster="", spot_rules="", network="", keep=False, **settings):
        given = {"roster": roster, "spot_rules": spot_rules, "network": network}
        for name, text in given.items():
            if text:
                (tmp_path / f"{name}.csv").write_text(text)
                settings[name] = str(tmp_path / f"{name}.csv")
        forecast = ForecastSettings(model="count", flag_cells=settings.pop("cells", 12))
        asked = PlanSettings(forecast, **settings)
        store = open_store(own_store)
        if keep:
            return run("plan", store, asked, now=NOW)
        return plan(store, asked, now=NOW)

    return make


def routes_of(outcome):
    return {route.team.name: route for route in outcome.pack.plan.routes}


def test_teams_of_a_roster_keep_their_hours_breaks_and_places(made):
    outcome = made(roster=ROSTER)
    routes = routes_of(outcome)
    assert list(routes) == ["Alpha", "Bravo", "Wardens"]
    alpha, bravo, wardens = routes.values()
    assert alpha.team.meal == Break(30, 180, 270)
    assert 180 <= alpha.meal_at <= 270
    assert (bravo.team.start, bravo.team.end, bravo.team.mode) == (120, 480, "foot")
    assert (wardens.team.start, wardens.team.end) == (0, 240)
    names = outcome.pack.plan.spots.names
    assert wardens.visits
    assert all("Northdale" in names[v.spot] for v in wardens.visits)
    assert "3 teams of the roster are on duty in this shift" in outcome.chosen
    assert "on the roster, but not on duty: Night" in outcome.chosen
    summary = outcome.summary.columns
    assert summary["break"].tolist()[1:] == ["", ""]
    assert summary["mode"].tolist() == ["vehicle", "foot", "vehicle"]
    (file,) = (i for i in outcome.provenance.ingredients if i.name.endswith("roster.csv"))
    assert file.read == 4


def test_single_crews_are_out_in_their_hours_only(made):
    outcome = made(roster=ROSTER, single_hours="06:00-18:00")
    bravo = routes_of(outcome)["Bravo"]
    assert (bravo.team.start, bravo.team.end) == (120, 240)
    gone = made(roster=ROSTER, single_hours="06:00-16:00")
    assert "Bravo" not in routes_of(gone)
    assert "single crews not sent out in this shift: Bravo" in gone.chosen
    alone = "team,base,start,end,crew\nLone,South,20:00,22:00,1\n"
    with pytest.raises(ParameterError, match="no team is left: every one is a single crew"):
        made(roster=alone, single_hours="06:00-18:00")


@pytest.mark.parametrize(
    ("roster", "error", "says"),
    [
        ("A,West,14:00,22:00,", DataError, r"roster.csv: row 1: base 'West' is not among"),
        ("A,South,06:00,07:00,", ParameterError, "no team is on duty between 14:00 and 22:00"),
        ("A,South,14:00,22:00,moon", DataError, "team 'A': no spot lies in a district 'moon'"),
    ],
)
def test_a_roster_that_does_not_fit_the_store_is_refused(made, roster, error, says):
    with pytest.raises(error, match=says):
        made(roster=f"team,base,start,end,places\n{roster}\n")


def test_a_team_that_is_on_twice_is_called_by_its_hours(made):
    twice = "team,base,start,end\nA,South,14:00,17:00\nA,South,18:00,22:00\n"
    assert list(routes_of(made(roster=twice))) == ["A, 14:00", "A, 18:00"]


def test_rules_of_spots_by_name_by_district_and_for_all(made):
    usual = made(teams=1)
    first = usual.pack.plan.spots.names[0]
    rules = f'spot,crew,maximum\n*,,9\nNorthdale,3,\n"{first}",1,1\nNowhere,2,\n'
    outcome = made(spot_rules=rules, teams=1, active=12)
    needs = outcome.pack.plan.needs
    assert needs.crew[0] == 1
    assert needs.maximum.tolist() == [1] + [9] * 11
    north = np.array(needs.district) == "Northdale"
    assert set(needs.crew[north].tolist()) <= {1, 3}
    assert 3 in needs.crew
    assert "rules of the spots that match none today: Nowhere (row 4)" in outcome.chosen
    draw = dict(outcome.tables)["draw"].columns
    assert (draw["probability"][needs.crew == 3] == 0).all()


def test_kept_plans_count_towards_the_week_and_say_so(made):
    before = made(date="2018-11-05", teams=1, keep=True)
    visits = np.bincount(
        [v.spot for r in before.pack.plan.routes for v in r.visits], minlength=12
    )
    after = made(date="2018-11-06", teams=1, weekly_minimum=2, weekly_maximum=4)
    draw = dict(after.tables)["draw"].columns
    assert draw["recent"].tolist() == visits.tolist()
    assert (draw["probability"][visits >= 4] == 0).all()
    assert (draw["weight"][visits == 0] > draw["worth"][visits == 0]).all()
    total = sum(
        v.spot == s for s in range(12) for r in after.pack.plan.routes for v in r.visits
    )
    assert total
    counted = "visits of the last seven days: of 1 shifts, 0 as delivered, 1 as planned"
    assert counted in after.chosen
    assert any(i.kind == "artefact" for i in after.provenance.ingredients)
    later = made(date="2018-11-20", teams=1, weekly_minimum=2)
    assert dict(later.tables)["draw"].columns["recent"].sum() == 0


def test_three_shifts_in_one_plan_keep_the_gap_across_their_borders(made):
    outcome = made(shifts="06:00-14:00,14:00-22:00,22:00-06:00", teams=2, active=12)
    made_plan = outcome.pack.plan
    assert made_plan.shift.minutes == 24 * 60
    assert made_plan.shift.borders == (480, 960)
    assert [(r.team.start, r.team.end) for r in made_plan.routes] == [
        (0, 480), (0, 480), (480, 960), (480, 960), (960, 1440), (960, 1440),
    ]  # fmt: skip
    assert set(np.unique(outcome.table.columns["day"]).astype(str)) == {
        "2018-11-01", "2018-11-02",
    }  # fmt: skip
    for spot in range(12):
        starts = sorted(v.arrive for r in made_plan.routes for v in r.visits if v.spot == spot)
        assert all(b - a >= 75 for a, b in pairwise(starts))
    assert any("planned together from one draw" in said for said in made_plan.assumptions)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"shifts": "06:00-14:00,05:00-06:00,04:00-05:00"}, "go on for more than a day"),
        ({"shifts": "06:00"}, "time '': write it as HH:MM"),
        ({"single_hours": "all day"}, "write it as HH:MM"),
        ({"weekly_minimum": -1}, "weekly_minimum is -1"),
        ({"weekly_minimum": 5, "weekly_maximum": 2}, "a weekly minimum of 5 visits is above"),
        ({"district_minutes": -5}, "district_minutes is -5"),
        ({"moves": "12@x=1"}, "write the cell, the time and the number"),
        ({"moves": "12@25:00=1"}, "25:00 is no time"),
    ],
)
def test_settings_that_cannot_be_are_named(made, settings, says):
    with pytest.raises(ParameterError, match=says):
        made(teams=1, **settings)


def streets(side=400.0):
    """A chequerboard over the sample's square, as a CSV of lines."""
    lines = []
    for k in np.arange(0, SIDE + 1, side):
        for j in np.arange(0, SIDE, side):
            lines.append((WEST + k, SOUTH + j, WEST + k, SOUTH + j + side))
            lines.append((WEST + j, SOUTH + k, WEST + j + side, SOUTH + k))
    rows = [f'a road,"LINESTRING ({a} {b}, {c} {d})"' for a, b, c, d in lines]
    return "\n".join(["class,geometry", *rows, ""])


def test_a_plan_along_the_streets_says_so_and_records_the_file(made):
    outcome = made(network=streets(), network_crs="EPSG:27700", teams=2)
    said = " ".join(outcome.pack.notes)
    assert "Travel is along the streets given (840 segments)" in said
    assert "straight line" not in said
    assert any("km, 100.0% of it in one part" in one for one in outcome.chosen)
    assert any(i.name.endswith("network.csv") for i in outcome.provenance.ingredients)
    straight = made(teams=2)
    assert "travel: straight line x 1.3, for want of a street network" in straight.chosen


def test_a_network_of_another_place_is_refused_by_the_base(made):
    far = 'class,geometry\na road,"LINESTRING (400000 300000, 401000 300000)"\n'
    with pytest.raises(ParameterError, match="base 'South' lies further than 300 m"):
        made(network=far, network_crs="EPSG:27700", teams=1)


def test_what_the_visits_may_be_worth_is_an_interval_called_an_assumption(made):
    outcome = made(teams=1)
    worth = dict(outcome.tables)["worth"].columns
    expected, fewer = worth["value"][1:]
    assert fewer == pytest.approx(0.14 * expected)
    assert worth["low"][2] == pytest.approx(0.10 * expected, abs=0.005)
    assert worth["high"][2] == pytest.approx(0.20 * expected, abs=0.005)
    assert any(
        "This is an assumption, not a prediction of crimes prevented." in note
        and "0.86, 0.80 to 0.90" in note
        for note in outcome.pack.notes
    )


def test_minutes_by_district_against_residents_and_expected_events(made):
    outcome = made(teams=2, active=12)
    districts = dict(outcome.tables)["districts"].columns
    assert districts["district"].tolist() == ["Northdale", "Southdale"]
    assert districts["minutes"].sum() == 15 * len(outcome.table)
    assert districts["residents"].tolist() == [3500.0, 3100.0]
    assert districts["per_1000"] == pytest.approx(districts["minutes"] / [3.5, 3.1])
    assert districts["per_event"] == pytest.approx(
        districts["minutes"] / districts["expected"]
    )


def test_a_move_is_part_of_the_settings_and_costs_are_a_table(made):
    usual = made(teams=2)
    stops = usual.table.columns
    move = f"{stops['cell'][0]}@{stops['arrive'][0]}=2"
    outcome = made(teams=2, moves=move)
    table = dict(outcome.tables)["moves"].columns
    assert table["place"].tolist() == [stops["place"][0]]
    assert table["from"].tolist() == ["Team 1, South"]
    assert table["to"].tolist() == ["Team 2, North"]
    assert outcome.pack.plan.value == pytest.approx(usual.pack.plan.value + table["worth"][0])
    assert any("goes from Team 1, South to Team 2, North" in said for said in outcome.chosen)
    assert outcome.provenance.settings["moves"] == move
    assert to_json(PlanSettings(moves=move))["moves"] == move


def test_places_are_stations_districts_and_layers(small_store):
    store = open_store(small_store)
    bases = read_bases(store)
    x = np.array([570_552.0, bases[0].x + 200, WEST + 4_100.0])
    y = np.array([207_068.0, bases[0].y, SOUTH + 100.0])
    spots = Spots(np.arange(3), x, y, np.ones(3), ("Station", "Base", "Field"))
    asked = Team("Rail", bases[0], 0, 480, places=("stations", "bases", "Southdale", "areas"))
    within = places_of_teams(store, spots, ("Northdale", "Southdale", "Southdale"), [asked])
    assert within["stations"].tolist() == [True, False, False]
    assert within["bases"].tolist() == [False, True, False]
    assert within["Southdale"].tolist() == [False, True, True]
    assert within["areas"].tolist() == [True, True, True]


def test_hours_of_a_day_inside_a_shift():
    start = datetime(2018, 12, 14, 22, tzinfo=UTC)
    night = Shift(start, start + timedelta(hours=8))
    at = [time(hour) for hour in (22, 2, 6, 12)]
    assert [minute_at(night, one) for one in at] == [0, 240, None, None]
    assert spans(night, (at[1], at[2])) == [(240, 480)]
    assert spans(night, (at[2], at[3])) == []


def test_a_plan_without_bases_is_told_to_get_some(weekly_store):
    with pytest.raises(CoverageError, match="--bases FILE"):
        read_bases(open_store(weekly_store))


def test_one_shift_has_no_borders(small_store):
    material = gather(open_store(small_store), Cells(), now=NOW)
    assert shift_of(turns_of(PlanSettings(), material)).borders == ()
