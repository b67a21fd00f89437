"""The public bulletin: what is shown, what the ledger keeps, what is refused."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from command_line import peelian
from peelian import reports, sources, workflows
from peelian.sharing import recoverable
from peelian.store import Store, open_store
from peelian.terms import NotAllowedNow, ParameterError, ShownCell
from peelian.workflows import BulletinSettings, run
from peelian.workflows.deliver import write, write_folder
from peelian.workflows.public import tables as public
from peelian.workflows.public.measures import measures_held, monthly
from peelian.workflows.public.releases import KIND, SITE, Ledger, keep_release
from web_store import make_sample, sample_study_area, street_csv

NOW = datetime(2019, 2, 1, 9, 0, 0, tzinfo=UTC)
JOB = "report bulletin"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("bulletin") / "store", rows=45)


@pytest.fixture
def store(sample: Path, tmp_path: Path) -> Store:
    """A store of its own, so that each test begins with an empty ledger."""
    import shutil

    shutil.copytree(sample, tmp_path / "store")
    return open_store(tmp_path / "store")


def table_of(outcome, measure: str, by: str, place: str):
    made = outcome.bulletin
    tables = [t for topic in made.topics for t in topic.tables]
    tables += [t for district in made.districts for t in district.tables]
    found = [t for t in tables if (t.measure, t.by, t.place) == (measure, by, place)]
    assert len(found) == 1
    return found[0].table.columns


def test_a_draft_leaves_no_trace(store: Store) -> None:
    before = sorted(p for p in store.path.rglob("*"))
    outcome = run(JOB, store, BulletinSettings(draft=True), now=NOW)
    assert outcome.bulletin.draft
    assert "draft" in outcome.chosen[-1]
    assert sorted(p for p in store.path.rglob("*")) == before


def test_counts_of_the_store_are_rounded_or_withheld(store: Store) -> None:
    outcome = run(JOB, store, BulletinSettings(), now=NOW)
    shown = table_of(outcome, "robbery", "month", "Northdale")
    assert len(shown["month"]) == 10
    assert list(shown["state"][[5, 8]]) == ["not held"] * 2
    known = shown["n"][shown["state"] == "shown"]
    assert len(known)
    assert (known % 5 == 0).all()
    assert any(cell.shown is None for cell in outcome.release.cells)
    assert not ((known > 0) & (known < 5)).any()
    assert np.isnan(shown["n"][shown["state"] == "withheld"]).all()


def test_published_figures_stand_as_they_are(store: Store) -> None:
    outcome = run(JOB, store, BulletinSettings(draft=True), now=NOW)
    years = table_of(outcome, "knife-enabled", "year", "Essex")
    assert years["n"][-2:].tolist() == [938, 755]
    knife = outcome.bulletin.topics[0]
    assert knife.change.found.change == pytest.approx(755 / 938 - 1)
    assert [round(100 * (1 - v), 1) for v in (knife.change.found.ratio.high,
            knife.change.found.ratio.low)] == [0.8, 34.7]  # fmt: skip
    assert knife.flags == (("2014/15", "knife-2014"),)


def test_the_wider_category_never_answers_for_violence_with_injury(store: Store) -> None:
    """police.uk's category is shown under its own name, and gives no rate and no change."""
    outcome = run(JOB, store, BulletinSettings(draft=True), now=NOW)
    violence = outcome.bulletin.topics[1]
    assert violence.change is None
    assert violence.latest.n == 13_760
    assert {t.measure for t in violence.tables} == {
        "violence-with-injury",
        "violence-and-sexual-offences",
    }


def test_a_district_led_by_an_airport_is_said_to_be(tmp_path: Path) -> None:
    """Stansted's terminals hold most possession of weapons in their district."""
    path = make_sample(tmp_path / "airport", ("2018-01", "2018-02"), rows=300)
    file = tmp_path / "2018-03-sample-street.csv"
    text = street_csv(file, "2018-03", rows=600).read_text()
    weapons = [
        re.sub(r"On or near Street \d", "On or near Airport/Airfield", line)
        if "Possession of weapons" in line
        else line
        for line in text.splitlines(keepends=True)
    ]
    file.write_text("".join(weapons).replace("Violence and sexual offences", "Burglary"))
    store = open_store(path)
    for extract in sources.read_extracts(file, now=NOW, study_area=sample_study_area()):
        store.save(extract, now=NOW)
    outcome = run(JOB, store, BulletinSettings(draft=True), now=NOW)
    possession = outcome.bulletin.topics[3]
    (table,) = (t for t in possession.tables if t.by == "district")
    assert table.sinks == ("Southdale",)
    page = reports.render_bulletin(outcome.bulletin)["districts/southdale.html"].decode()
    assert "Take care with Southdale" in page


def test_a_window_without_any_month_of_a_measure_is_said_not_to_be_held(store: Store) -> None:
    """As where nobody flagged knives of late: no cell, no error."""
    (robbery,) = (m for m in measures_held(store) if m.key == "robbery")
    series = monthly(store, robbery, by_district=True)
    lately = replace(series, counts=np.where(np.arange(10) > 7, np.nan, series.counts))
    found = public.protect(lately, (), months=2)
    assert found.cells == ()
    assert set(public.month_table(found, "Northdale", "x").table.columns["state"]) == {
        "not held"
    }
    assert set(public.district_table(found, "x").table.columns["state"]) == {"not held"}


def test_without_a_store_the_published_figures_remain() -> None:
    outcome = run(JOB, None, BulletinSettings(draft=True), now=NOW)
    assert outcome.bulletin.districts == ()
    assert [len(topic.tables) for topic in outcome.bulletin.topics] == [2, 2, 2, 2]


def test_a_year_against_the_one_before_comes_from_what_is_shown(tmp_path: Path) -> None:
    """From rounded totals, so that a reader comes to the same."""
    months = tuple(str(np.datetime64("2017-01") + i) for i in range(24))
    store = open_store(make_sample(tmp_path / "two-years", months))
    outcome = run(JOB, store, BulletinSettings(draft=True), now=NOW)
    robbery = outcome.bulletin.topics[2]
    assert robbery.change.found.new % 5 == robbery.change.found.old % 5 == 0
    assert (robbery.change.found.exposure_new, robbery.change.months) == (365, 12)
    assert robbery.latest.n == robbery.change.found.new
    assert robbery.latest.residents == 6_600


def test_releases_go_into_the_ledger_and_say_the_same_again(store: Store) -> None:
    first = run(JOB, store, BulletinSettings(), now=NOW)
    assert "released as 2019-02-01T09:00:00Z" in first.chosen[-1]
    assert [one.id for one in store.entries(KIND)] == ["2019-02-01T09:00:00Z"]
    again = run(JOB, store, BulletinSettings(), now=NOW + timedelta(days=1))
    assert again.release.ledger.last == store.entries(KIND)[0].chain
    assert [c.shown for c in again.release.cells] == [c.shown for c in first.release.cells]
    kept = store.read_artefact(store.artefacts(KIND)[-1].artefact)[1][SITE]
    assert "index.html" in reports.site_files(kept)


def test_windows_that_overlap_give_nothing_away(store: Store) -> None:
    """Fewer months, more months, other months: what a reader holds of all is still safe."""
    for day, months in enumerate((4, 24, 7, 2)):
        run(JOB, store, BulletinSettings(months=months), now=NOW + timedelta(days=day))
    held = Ledger.before(store, NOW + timedelta(days=9)).cells
    assert any(cell.shown is None for cell in held)
    assert list(recoverable(held)) == []


def test_what_would_give_a_count_away_is_refused(store: Store) -> None:
    """Someone published exact counts: a table beside them may not be released."""
    draft = run(JOB, store, BulletinSettings(), now=NOW).release
    small = next(
        c
        for c in draft.cells
        if c.shown is None and len(c.atoms) == 1 and "robbery" in "".join(c.atoms)
    )
    around = next(c for c in draft.cells if small.atoms < c.atoms and c.shown is not None)
    n = around.shown
    leak = [ShownCell("whole", around.atoms, n, 1),
            ShownCell("rest", around.atoms - small.atoms, n - 2, 1)]  # fmt: skip
    atoms = sorted(around.atoms)
    store.append_entries(
        KIND,
        {
            "by hand": {
                "area": "Essex",
                "atoms": atoms,
                "cells": [
                    [c.label, [atoms.index(a) for a in sorted(c.atoms)], c.shown, c.base]
                    for c in leak
                ],
            }
        },
        now=NOW + timedelta(hours=1),
    )
    outcome = run(JOB, store, BulletinSettings(), now=NOW + timedelta(days=1))
    assert outcome.bulletin.withheld == (("robbery", "Essex"),)
    assert "robbery: not published" in outcome.chosen[1]
    assert "the store is of Sampleshire" in outcome.chosen[0]
    robbery = outcome.bulletin.topics[2]
    assert {t.by for t in robbery.tables} == {"quarter", "force"}


def test_two_releases_at_once_are_not_both_published(store: Store) -> None:
    first = workflows.run(JOB, store, BulletinSettings(), now=NOW, keep=False)
    second = workflows.run(JOB, store, BulletinSettings(), now=NOW, keep=False)
    keep_release(store, first, now=NOW)
    with pytest.raises(NotAllowedNow, match="another bulletin was released"):
        keep_release(store, second, now=NOW + timedelta(seconds=2))
    assert len(store.artefacts(KIND)) == 1


def test_a_folder_is_written_whole_and_replaced(store: Store, tmp_path: Path) -> None:
    outcome = run(JOB, store, BulletinSettings(), now=NOW)
    site = tmp_path / "site"
    assert write(outcome, site) == [site]
    (site / "stale.html").write_text("from before")
    write(outcome, site)
    assert not (site / "stale.html").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site", "store"]


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.jpg").write_bytes(b"x")
    with pytest.raises(ParameterError, match="no site that Peelian wrote"):
        write_folder(tmp_path / "photos", {"index.html": b""})
    assert (tmp_path / "photos" / "me.jpg").read_bytes() == b"x"


def test_a_site_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_folder(site, {"record.json": b"{}", "index.html": b"old"})
    with pytest.raises(ParameterError, match="cannot be written"):
        write_folder(site, {"index.html": b"new", "x" * 300: b""})
    assert (site / "index.html").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_it_can_be_made_again_byte_for_byte(store: Store, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(run(JOB, store, BulletinSettings(), now=NOW), path)
    run(JOB, store, BulletinSettings(months=3), now=NOW + timedelta(days=3))
    assert workflows.reproduce(path, folder=store.path)[1] is None
    if path.is_dir():
        page = path / "index.html"
        page.write_text(page.read_text().replace("755", "700"))
        assert "changed after it was made" in workflows.reproduce(path, folder=store.path)[1]


@pytest.mark.parametrize("months", [0, 61])
def test_months_out_of_range_are_refused(months: int) -> None:
    with pytest.raises(ParameterError, match="months"):
        run(JOB, None, BulletinSettings(months=months), now=NOW)


def test_the_record_names_words_and_contacts_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "contacts.toml"
    path.write_text(
        "\n".join(
            f'[[contact]]\nkind = "{kind}"\nname = "N"\nwhen = "W"\nphone = "101"'
            for kind in ("emergency", "non-emergency", "anonymous", "victims")
        )
    )
    settings = BulletinSettings(draft=True, contacts=str(path))
    outcome = run(JOB, None, settings, now=NOW)
    assert [i.name for i in outcome.provenance.ingredients] == [str(path)]
    assert json.loads(reports.provenance_json(outcome.provenance))["job"] == JOB


def test_the_command_writes_a_site_and_says_that_it_is_released(
    store: Store, tmp_path: Path
) -> None:
    done = peelian("report", "bulletin", "--store", store.path, "-o", tmp_path / "site")
    assert done.code == 0, done.err
    assert "released as" in done.err
    assert (tmp_path / "site" / "index.html").is_file()
    assert len(store.entries(KIND)) == 1
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "x").touch()
    refused = peelian("report", "bulletin", "--store", store.path, "--draft", "-o", foreign)
    assert refused.code >= 2
    assert "no site that Peelian wrote" in refused.err
