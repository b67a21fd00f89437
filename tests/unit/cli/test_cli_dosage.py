"""Dosage and delivery from the command line: data, files, refusals and exit codes."""

import csv
import io
import json
import shutil

import pytest

from command_line import peelian
from factories import as_it_stands
from plan_samples import at_stop, kept_plan, write_pings


@pytest.fixture(scope="module")
def planned(small_store, tmp_path_factory):
    store = shutil.copytree(small_store, tmp_path_factory.mktemp("planned") / "store")
    return store, kept_plan(store)


@pytest.fixture
def own(planned, tmp_path):
    store, plan = planned
    return shutil.copytree(store, tmp_path / "store"), plan


def test_a_shift_is_measured_and_every_ping_accounted_for(own, tmp_path):
    store, plan = own
    stop = next(iter(plan.teams.values()))[0]
    rows = [*at_stop(plan, stop), ("Team 1", "2030-01-01T00:00:00Z", 0.5, 51.7)]
    path = write_pings(tmp_path / "pings.csv", rows)
    done = peelian("dosage", path, "--store", store, "--format", "json")
    assert done.code == 0
    (spot,) = [row for row in json.loads(done.out) if row["delivered_visits"]]
    assert spot["delivered_lower"] <= spot["delivered_minutes"] <= spot["delivered_upper"]
    assert "16 pings read, 15 accepted, 1 refused (future-date 1)" in done.err
    done = peelian("delivery", "--store", store, "--format", "csv")
    days = list(csv.DictReader(io.StringIO(done.out)))
    assert len(days) == len(plan.key)
    assert {row["day"] for row in days} == {"2018-11-01"}
    assert sum(float(row["delivered_minutes"]) for row in days) == spot["delivered_minutes"]
    assert {row["reported_minutes"] for row in days} == {""}


def test_what_cannot_be_ends_with_its_code_and_leaves_the_store_alone(own, tmp_path):
    store, _ = own
    before = as_it_stands(store)
    sea = write_pings(tmp_path / "sea.csv", [("A", "2018-11-01T15:00:00Z", 2.0, 51.4)] * 3)
    bomb = tmp_path / "bomb.gpx"
    bomb.write_text('<!DOCTYPE x [<!ENTITY a "a">]><gpx>&a;</gpx>')
    for path, code, words in (
        (sea, 10, "not one of 3 points"),
        (bomb, 10, "document type"),
        (tmp_path / "none.csv", 10, "no such file"),
    ):
        done = peelian("dosage", path, "--store", store)
        assert (done.code, done.out) == (code, "")
        assert words in done.err
    assert peelian("dosage", sea, "--store", store, "--plan", "nope").code == 12
    assert peelian("dosage", sea, "--store", store, "--units", "A=Team 9").code == 11
    assert as_it_stands(store) == before
