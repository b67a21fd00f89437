"""A week of knife arches: sites of a file, slots, what is kept and what rests afterwards."""

import csv
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from factories import NOW
from peelian.store import open_store
from peelian.terms import CoverageError, DataError, ParameterError
from peelian.workflows import run
from peelian.workflows.gather import gather
from peelian.workflows.patrols.arches import slots_of
from peelian.workflows.settings import ArchSettings, Cells, ForecastSettings

FORECAST = ForecastSettings(model="count")


@pytest.fixture(scope="module")
def sites(small_store, tmp_path_factory):
    """A file of sites at the fullest cells, one of them barred, with footfall."""
    material = gather(open_store(small_store), Cells(), now=NOW)
    total = np.nansum(material.counts, axis=0)
    best = np.argsort(-total, kind="stable")[:6]
    path = tmp_path_factory.mktemp("sites") / "sites.csv"
    rows = [
        f"Site {i},{material.grid.x[c]:.0f},{material.grid.y[c]:.0f},{400 + 100 * i},"
        f"{'no' if i == 5 else 'yes'}"
        for i, c in enumerate(best)
    ]
    path.write_text("name,x,y,footfall,consent\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def asked(sites):
    return ArchSettings(
        FORECAST, sites=str(sites), date="2018-12-03", days=3, slots="08:00-10:00,16:00-18:00"
    )


def test_a_week_has_a_row_a_deployment_and_its_finds(small_store, asked):
    outcome = run("arches", open_store(small_store), asked, now=NOW, keep=False)
    columns = outcome.table.columns
    assert len(outcome.table) == 6  # one team, two slots a day
    assert set(columns["site"]) <= {f"Site {i}" for i in range(5)}
    assert columns["day"].tolist() == sorted(columns["day"])
    assert columns["weekday"][0] == "Monday"
    footfall = np.array([400 + 100 * int(name[-1]) for name in columns["site"]])
    np.testing.assert_allclose(columns["screened"], footfall * 2 * 0.1)
    said = " ".join(outcome.chosen)
    people = columns["screened"].sum()
    assert f"{people * 0.0068:.1f} weapons" in said
    assert "every hour counts alike" in said
    assert "none can cover more" in said
    assert dict(outcome.tables)["not used"].columns["why"].tolist() == ["no consent"]
    assert any("deterrence is unproven" in note for note in outcome.provenance.notes)
    assert len(outcome.shapes) == 6


def test_what_is_kept_makes_sites_rest_and_planning_anew_does_not(own_store, asked):
    store = open_store(own_store)
    first = run("arches", store, asked, now=NOW)
    assert "kept in the store as arches" in first.chosen[-1]
    (kept,) = store.artefacts("arches")
    files = store.read_artefact(kept.artefact)[1]
    draw = list(csv.DictReader(files["draw.csv"].decode().splitlines()))
    drawn = {(r["day"], r["start"], r["site"]) for r in draw if r["drawn"] == "true"}
    columns = first.table.columns
    assert drawn == set(zip(columns["day"], columns["start"], columns["site"], strict=True))
    chances = sum(float(r["probability"]) for r in draw)
    assert chances == pytest.approx(6)

    later = NOW + timedelta(hours=1)
    again = run("arches", store, asked, now=later, keep=False)
    assert again.table.columns["site"].tolist() == columns["site"].tolist()

    week_later = replace(asked, date="2018-12-10")
    found = run("arches", store, week_later, now=later, keep=False).table.columns
    before = {(d, s) for d, s in zip(columns["weekday"], columns["site"], strict=True)}
    after = {(d, s) for d, s in zip(found["weekday"], found["site"], strict=True)}
    assert not before & after
    rested = replace(week_later, apart_weeks=1)
    assert len(run("arches", store, rested, now=later, keep=False).table) == 6


def test_dated_events_give_each_slot_its_share(weekly_store, tmp_path):
    store = open_store(weekly_store)
    material = gather(store, Cells(), now=NOW)
    best = int(np.argmax(np.nansum(material.counts, axis=0)))
    path = tmp_path / "one.csv"
    path.write_text(f"name,x,y\nA,{material.grid.x[best]},{material.grid.y[best]}\n")
    settings = ArchSettings(FORECAST, sites=str(path), slots="00:00-24:00", days=7)
    outcome = run("arches", store, settings, now=NOW, keep=False)
    assert "aoristic" in " ".join(outcome.chosen)
    assert "expected finds: not known" in " ".join(outcome.chosen)


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"days": 0}, ParameterError, "days is 0"),
        ({"date": "3 December"}, ParameterError, "YYYY-MM-DD"),
        ({"slots": "8-10"}, ParameterError, "HH:MM-HH:MM"),
        ({"slots": "22:00-02:00"}, ParameterError, "within one day"),
        ({"slots": "08:00-10:00,09:00-11:00"}, ParameterError, "overlap"),
        ({"slots": " , "}, ParameterError, "no slots"),
        ({"radius": 0.0}, ParameterError, "radius is 0"),
        ({"teams": 0}, ParameterError, "one team"),
        ({"people": 0}, ParameterError, "needs more officers"),
        ({"kit": 0}, ParameterError, "needs more arches"),
        ({"sites": "missing.csv"}, DataError, "missing.csv"),
        ({"worth_kept": 2.0}, ParameterError, "worth_kept"),
        ({"published": "rumour"}, ParameterError, "rumour"),
    ],
)
def test_bad_settings_are_refused_and_nothing_is_kept(own_store, asked, changed, error, said):
    store = open_store(own_store)
    with pytest.raises(error, match=said):
        run("arches", store, replace(asked, **changed), now=NOW)
    assert store.artefacts("arches") == ()


def test_sites_elsewhere_are_refused_and_stations_are_there_without_any(
    small_store, asked, tmp_path
):
    store, path = open_store(small_store), tmp_path / "far.csv"
    path.write_text("name,x,y\nA,200000,800000\n")
    with pytest.raises(CoverageError, match="none of the 1 sites"):
        run("arches", store, replace(asked, sites=str(path)), now=NOW, keep=False)
    outcome = run("arches", store, replace(asked, sites=""), now=NOW, keep=False)
    assert set(outcome.table.columns["kind"]) == {"station"}
    assert set(outcome.table.columns["consent"]) == {"to be asked"}


def test_slots_follow_the_data(small_store):
    material = gather(open_store(small_store), Cells(), now=NOW)
    slots = slots_of(ArchSettings(days=2, slots="16:00-18:00,08:00-10:00"), material)
    assert slots.day[0] == np.datetime64("2018-11-01")
    assert slots.start.tolist() == [480, 960, 480, 960]
