"""Pings against a plan: by spot, team and day, kept once, and nothing half-saved."""

import json
import shutil

import numpy as np
import pytest

from factories import as_it_stands
from peelian.store import open_store
from peelian.terms import (
    CoordinateError,
    CoverageError,
    DataError,
    NotFound,
    ParameterError,
    SchemaError,
)
from peelian.workflows import run, write
from peelian.workflows.deliver import as_bytes, reproduce
from peelian.workflows.patrols.kept_plan import read_plan
from peelian.workflows.settings import DeliverySettings, DosageSettings
from plan_samples import AFTER, at_stop, kept_plan, write_pings


@pytest.fixture(scope="module")
def planned(small_store, tmp_path_factory):
    store = shutil.copytree(small_store, tmp_path_factory.mktemp("planned") / "store")
    return store, kept_plan(store)


@pytest.fixture
def own(planned, tmp_path):
    store, plan = planned
    return shutil.copytree(store, tmp_path / "store"), plan


def dosage(store, path, *, now=AFTER, **settings):
    return run(
        "dosage", open_store(store), DosageSettings(pings=str(path), **settings), now=now
    )


def first_stops(plan, n=2):
    return next(iter(plan.teams.values()))[:n]


def test_a_plan_is_read_back_as_it_was_kept(planned):
    store, plan = planned
    assert plan.area == "Sampleshire"
    assert plan.shift.minutes == 240
    assert len(plan.key) == len(set(plan.key.tolist())) == 6
    assert 0 < plan.drawn.sum() < 6
    assert list(plan.teams) == ["Team 1, South", "Team 2, North"]
    assert all(stop.minutes == 15 for stop in plan.stops)
    areas = [outline.area for outline in plan.outlines]
    assert np.allclose(areas, 250_000, rtol=1e-3)  # squares of 500 m
    assert read_plan(open_store(store), plan.short).artefact == plan.artefact


def test_the_same_spot_has_the_same_key_in_another_plan(own):
    store, plan = own
    other = kept_plan(store, day="2018-11-02", seed=2)
    assert other.artefact != plan.artefact
    key = dict(zip(plan.cell.tolist(), plan.key.tolist(), strict=True))
    both = [(key[c], k) for c, k in zip(other.cell, other.key, strict=True) if c in key]
    assert both
    assert all(one == two for one, two in both)


def test_what_was_delivered_is_told_by_spot_team_and_day(own, tmp_path):
    store, plan = own
    stop = first_stops(plan)[0]
    outcome = dosage(store, write_pings(tmp_path / "p.csv", at_stop(plan, stop)))
    spots, tables = outcome.table.columns, dict(outcome.tables)
    assert spots["delivered_minutes"][stop.spot] == pytest.approx(11)
    assert spots["delivered_lower"][stop.spot] == pytest.approx(10)
    assert spots["delivered_upper"][stop.spot] == pytest.approx(12)
    assert spots["delivered_visits"][stop.spot] == 1
    planned = spots["planned_minutes"][stop.spot]
    assert spots["compliance"][stop.spot] == pytest.approx(11 / planned)
    teams = tables["teams"].columns
    assert teams["delivered_minutes"].tolist() == pytest.approx([11, np.nan, 0], nan_ok=True)
    assert "no pings of Team 2, North: what they did is not known" in outcome.chosen
    assert tables["day"].columns["delivered_minutes"].tolist() == pytest.approx([11])
    drawn = tables["as drawn"].columns
    assert drawn["spots"].tolist()[:2] == ["drawn", "not drawn"]  # intention to treat first
    assert tables["units"].columns["refresh"].tolist() == [60]
    assert "15 pings read, 15 accepted, 0 refused" in " ".join(outcome.chosen)


def test_two_officers_of_a_team_are_one_visit(own, tmp_path):
    store, plan = own
    stop = first_stops(plan)[0]
    rows = at_stop(plan, stop, "EA1") + at_stop(plan, stop, "EA2", minutes=6)
    path = write_pings(tmp_path / "p.csv", rows)
    outcome = dosage(store, path, units="EA1=Team 1, ea2 = team 1")
    spots, tables = outcome.table.columns, dict(outcome.tables)
    assert spots["delivered_visits"][stop.spot] == 1
    assert spots["delivered_minutes"][stop.spot] == pytest.approx(11)
    assert spots["officer_minutes"][stop.spot] == pytest.approx(18)
    assert tables["teams"].columns["delivered_minutes"][0] == pytest.approx(11)


def test_units_of_no_team_are_said_and_count_for_their_spot(own, tmp_path):
    store, plan = own
    stop = first_stops(plan)[0]
    outcome = dosage(store, write_pings(tmp_path / "p.csv", at_stop(plan, stop, "ZZ9")))
    assert "ZZ9" in " ".join(outcome.chosen)
    assert outcome.table.columns["delivered_minutes"][stop.spot] == pytest.approx(11)
    teams = dict(outcome.tables)["teams"].columns
    assert np.isnan(teams["delivered_minutes"][:2]).all()
    assert teams["elsewhere_minutes"][2] == pytest.approx(11)
    assert dict(outcome.tables)["day"].columns["delivered_minutes"][0] == pytest.approx(11)


def test_the_same_file_again_adds_nothing_and_a_fuller_one_takes_its_place(own, tmp_path):
    store, plan = own
    one, two = first_stops(plan)
    path = write_pings(tmp_path / "p.csv", at_stop(plan, one))
    assert "kept in the store" in dosage(store, path).chosen[-1]
    before = as_it_stands(store)
    assert "nothing was added" in dosage(store, path, now=AFTER.replace(hour=10)).chosen[-1]
    assert as_it_stands(store) == before
    write_pings(path, at_stop(plan, one) + at_stop(plan, two))
    said = dosage(store, path, now=AFTER.replace(hour=11)).chosen[-1]
    assert "in place of the one before" in said
    days = run("delivery", open_store(store), DeliverySettings(), now=AFTER).table.columns
    assert np.nansum(days["delivered_visits"]) == 2


def test_no_ping_is_kept(own, tmp_path):
    store, plan = own
    rows = at_stop(plan, first_stops(plan)[0])
    dosage(store, write_pings(tmp_path / "p.csv", rows))
    (kept,) = open_store(store).artefacts("dosage")
    _, files = open_store(store).read_artefact(kept.artefact)
    everything = b"".join(files.values()).decode()
    away = f"{rows[0][2]:.4f}"
    assert away not in everything
    assert len(json.loads(files["visits.json"])) == 1
    assert json.loads(files["units.json"])[0]["refresh"] == 60
    assert "sha256" in files["provenance.json"].decode()


def test_files_of_every_kind_are_made_and_made_again(own, tmp_path):
    store, plan = own
    outcome = dosage(
        store, write_pings(tmp_path / "p.csv", at_stop(plan, first_stops(plan)[0]))
    )
    drawn = json.loads(as_bytes(outcome, ".geojson"))
    assert len(drawn["features"]) == 6
    assert drawn["features"][0]["geometry"]["type"] == "Polygon"
    assert b"Delivered of the minutes planned" in as_bytes(outcome, ".html")
    path = tmp_path / "dosage.csv"
    write(outcome, path)
    assert reproduce(path, folder=store)[1] is None


def of_another_day(plan):
    return [("A", "2018-10-01T15:00:00Z", plan.longitude[0], plan.latitude[0])] * 3


WRONG = {
    "another shift": (of_another_day, CoverageError),
    "sea": (lambda plan: [("A", "2018-11-01T15:00:00Z", 1.9, 51.0)] * 2, CoordinateError),
    "future": (lambda plan: [("A", "2030-11-01T15:00:00Z", 0.5, 51.7)] * 2, DataError),
    "columns": (lambda plan: [], CoverageError),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_an_error_and_nothing_is_saved(own, tmp_path, wrong):
    store, plan = own
    rows, error = WRONG[wrong]
    before = as_it_stands(store)
    with pytest.raises(error):
        dosage(store, write_pings(tmp_path / "p.csv", rows(plan)))
    assert as_it_stands(store) == before


def test_settings_that_cannot_be_are_refused(own, tmp_path):
    store, plan = own
    path = write_pings(tmp_path / "p.csv", at_stop(plan, first_stops(plan)[0]))
    with pytest.raises(NotFound, match="no plan is kept as 'nope'"):
        dosage(store, path, plan="nope")
    with pytest.raises(ParameterError, match="the plan's teams are Team 1, Team 2"):
        dosage(store, path, units="EA1=Team 7")
    with pytest.raises(ParameterError, match="GPS error"):
        dosage(store, path, gps_error=-1.0)
    with pytest.raises(ParameterError, match="give a file of pings"):
        dosage(store, "")
    with pytest.raises(SchemaError, match="callsign"):
        dosage(store, path, unit="callsign")


def test_without_a_plan_it_says_how_to_make_one(small_store, tmp_path):
    path = write_pings(tmp_path / "p.csv", [("A", "2018-11-01T15:00:00Z", 0.5, 51.7)])
    with pytest.raises(NotFound, match="peelian plan"):
        dosage(small_store, path)
    with pytest.raises(CoverageError, match="peelian plan"):
        run("delivery", open_store(small_store), DeliverySettings(), now=AFTER)
