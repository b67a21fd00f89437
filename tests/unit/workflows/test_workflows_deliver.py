"""From an outcome to bytes, and from a file back to the same bytes."""

import csv
import io
import json
import os
import shutil
from dataclasses import replace

import pytest

from factories import DATED, NOW, as_it_stands, dated_csv, street_csv
from peelian import reports
from peelian.store import open_store
from peelian.terms import DataError, NotFound, ParameterError, StoreError
from peelian.workflows import (
    CountSettings,
    ForecastSettings,
    MapSettings,
    PlanSettings,
    as_bytes,
    as_text,
    further_text,
    ingest,
    reproduce,
    run,
    suffixes,
    write,
    write_whole,
)
from peelian.workflows.settings import Cells, EventsFile

SUFFIXES = (".csv", ".json", ".geojson", ".parquet", ".html", ".pdf")
COUNTING = ForecastSettings(model="count", flag_cells=8)


@pytest.fixture(scope="module")
def outcomes(small_store):
    """A map of cells, a plan and a table of districts."""
    store = open_store(small_store)
    jobs = {
        "report map": MapSettings(COUNTING, draws=50),
        "plan": PlanSettings(COUNTING, teams=2),
        "count": CountSettings(by="district"),
    }
    return {
        name: run(name, store, settings, now=NOW, keep=False)
        for name, settings in jobs.items()
    }


@pytest.fixture
def made(outcomes, tmp_path):
    """A file of each kind, from the outcome that can be written so."""

    def write_one(suffix, job="report map"):
        path = tmp_path / f"made{suffix}"
        write(outcomes["plan" if suffix == ".pdf" else job], path)
        return path

    return write_one


def test_an_outcome_says_how_it_can_be_written(outcomes):
    assert suffixes(outcomes["report map"]) == [
        ".csv",
        ".json",
        ".geojson",
        ".parquet",
        ".html",
    ]
    assert suffixes(outcomes["plan"]) == [
        ".csv",
        ".json",
        ".geojson",
        ".parquet",
        ".html",
        ".pdf",
    ]
    assert suffixes(outcomes["count"]) == [".csv", ".json"]


@pytest.mark.parametrize("suffix", [".pdf", ".xlsx", "", ".CSV"])
def test_another_suffix_is_refused_with_those_that_will_do(outcomes, tmp_path, suffix):
    with pytest.raises(ParameterError, match=r"use \.csv, \.json, \.geojson"):
        write(outcomes["report map"], tmp_path / f"made{suffix}")
    assert not list(tmp_path.iterdir())


def test_text_is_the_same_table_in_each_format(outcomes):
    outcome = outcomes["count"]
    rows = list(csv.DictReader(io.StringIO(as_text(outcome, "csv"))))
    values = json.loads(as_text(outcome, "json"))
    assert [row["district"] for row in rows] == ["Northdale", "Southdale"]
    assert [float(row["n"]) for row in rows] == [value["n"] for value in values]
    assert "rate [per 1,000]" in as_text(outcome, "table")


def test_a_table_for_people_is_the_narrow_one(outcomes):
    assert as_text(outcomes["plan"], "table").startswith("Plan for Thursday")
    assert (
        len(as_text(outcomes["plan"], "csv").splitlines()) == len(outcomes["plan"].table) + 1
    )


def test_further_tables_can_be_read_each_under_its_title(outcomes):
    text = further_text(outcomes["plan"])
    assert text.startswith("The draw (seed ")
    assert "probability" in text
    assert further_text(outcomes["count"]) == ""


def test_cells_can_be_geojson_on_standard_output(outcomes):
    features = json.loads(as_text(outcomes["report map"], "geojson"))["features"]
    assert len(features) == 8
    with pytest.raises(ParameterError, match=r"count cannot be written as \.geojson"):
        as_text(outcomes["count"], "geojson")


def test_another_format_is_refused(outcomes):
    with pytest.raises(ParameterError, match="'xml': give one of table, csv, json, geojson"):
        as_text(outcomes["count"], "xml")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_carries_its_record(made, suffix):
    record = reports.read_provenance(made(suffix))
    assert record.time == NOW
    assert record.seed == COUNTING.seed
    assert len(record.ingredients) == 8 + 3


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_table_has_its_record_in_a_file_beside_it(outcomes, tmp_path, suffix):
    path = tmp_path / f"made{suffix}"
    files = write(outcomes["count"], path)
    assert files == [path, tmp_path / f"made{suffix}.provenance.json"]
    assert sorted(tmp_path.iterdir()) == files


def test_a_file_is_written_whole_or_not_at_all(outcomes, tmp_path, monkeypatch):
    path = tmp_path / "made.csv"
    path.write_text("what was there")
    replaced = []

    def full(source, target):
        replaced.append(target)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ParameterError, match=r"made\.csv: cannot be written \(No space left"):
        write(outcomes["count"], path)
    assert replaced == [path]
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_neither_file_appears_when_the_record_cannot_be_written(outcomes, tmp_path):
    beside = tmp_path / f".made.csv.provenance.json.{os.getpid()}.part"
    beside.mkdir()
    with pytest.raises(ParameterError, match="cannot be written"):
        write(outcomes["count"], tmp_path / "made.csv")
    assert list(tmp_path.iterdir()) == [beside]


@pytest.mark.parametrize("place", ["missing/made.csv", "file/made.csv"])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(ParameterError, match=r"made\.csv: cannot be written"):
        write_whole({tmp_path / place: b""})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_is_made_again_byte_for_byte(made, small_store, suffix):
    path = made(suffix)
    assert reproduce(path, folder=small_store) == (path.read_bytes(), None)


@pytest.mark.parametrize("suffix", [".csv", ".html"])
def test_a_plan_is_made_again_byte_for_byte_and_not_kept_again(made, own_store, suffix):
    path, before = made(suffix, "plan"), as_it_stands(own_store)
    assert reproduce(path, folder=own_store)[1] is None
    assert as_it_stands(own_store) == before


def test_what_comes_later_into_the_store_changes_nothing(made, own_store, tmp_path):
    path = made(".geojson")
    store = open_store(own_store)
    ingest(store, [street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")], now=NOW)
    assert len(store.batches()) == 9
    assert reproduce(path, folder=own_store)[1] is None


def test_a_corrected_file_later_in_the_store_changes_nothing(made, own_store, tmp_path):
    path = made(".geojson")
    again = street_csv(tmp_path / "2018-10-sample-street.csv", "2018-10", rows=40)
    ingest(open_store(own_store), [again], now=NOW)
    assert reproduce(path, folder=own_store)[1] is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_altered_file_is_found_out(made, small_store, suffix):
    """Whether its record says so or the bytes made again do."""
    path = made(suffix)
    data = path.read_bytes()
    old, new = {
        ".csv": (b"Street", b"Straat"),
        ".json": (b"Street", b"Straat"),
        ".geojson": (b"Street", b"Straat"),
        ".html": (b"Street", b"Straat"),
        ".parquet": (b"PAR1", b"PAR1"),
        ".pdf": (b"%PDF-1.7", b"%PDF-1.7 "),
    }[suffix]
    assert old in data
    changed = data.replace(old, new, 1) if old != new else data[:4] + b"\0" + data[4:]
    path.write_bytes(changed)
    try:
        difference = reproduce(path, folder=small_store)[1]
    except DataError as error:
        difference = str(error)
    assert difference
    assert "changed" in difference or "not a" in difference or "cannot" in difference


def test_layers_changed_later_change_nothing(made, own_store):
    path = made(".geojson")
    store = open_store(own_store)
    area = store.read_study_area()
    store.save_layer("study-area", replace(area, polygon=area.polygon.buffer(-900)), now=NOW)
    assert reproduce(path, folder=own_store)[1] is None


def test_layers_that_the_store_never_had_are_named(made, small_store, tmp_path):
    """The same batches over another study area."""
    path, store = made(".geojson"), open_store(tmp_path / "other", create=True)
    area = open_store(small_store).read_study_area()
    store.save_layer("study-area", replace(area, polygon=area.polygon.buffer(900)), now=NOW)
    ingest(store, [small_store.with_name("store-files")], now=NOW)
    difference = reproduce(path, folder=store.path)[1]
    assert difference.startswith("what went in has changed since: ")
    assert difference.endswith(": areas, bases, study-area")


def test_a_batch_that_is_gone_is_named(made, own_store, tmp_path):
    path = made(".geojson")
    other = open_store(tmp_path / "other", create=True)
    with pytest.raises(NotFound, match="batch"):
        reproduce(path, folder=other.path)
    (gone, *_) = (own_store / "events").iterdir()
    shutil.rmtree(gone)
    with pytest.raises(StoreError, match=gone.name[:8]):
        reproduce(path, folder=own_store)


def test_another_version_is_said(made, small_store, monkeypatch):
    path = made(".geojson")
    monkeypatch.setattr("peelian.__version__", "9.9.9")
    assert "made by version" in reproduce(path, folder=small_store)[1]


def test_a_file_from_a_store_needs_the_store(made):
    with pytest.raises(ParameterError, match="say which with --store"):
        reproduce(made(".geojson"), folder=None)


def test_a_forecast_of_a_file_is_made_again_without_a_store(tmp_path):
    events = dated_csv(tmp_path / "dated.csv")
    settings = ForecastSettings(
        Cells(EventsFile(events=str(events), **DATED)), model="ewma", flag_cells=3
    )
    path = tmp_path / "made.parquet"
    write(run("forecast", None, settings, now=NOW), path)
    assert reproduce(path, folder=None)[1] is None

    events.write_text(events.read_text() + "571000,201000,2018-04-20T12:00,1\n")
    assert reproduce(path, folder=None)[1] == f"what went in has changed since: {events}"


def test_a_record_of_an_unknown_job_is_refused(outcomes, small_store, tmp_path):
    path = tmp_path / "made.csv"
    record = type(outcomes["count"].provenance)(
        **{**outcomes["count"].provenance.__dict__, "job": "oracle"}
    )
    path.write_text("a\n")
    reports.sidecar(path).write_text(reports.sidecar_json(b"a\n", record))
    with pytest.raises(DataError, match="names the job 'oracle', which is not known"):
        reproduce(path, folder=small_store)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bytes_do_not_depend_on_when_they_are_asked_for(outcomes, suffix):
    outcome = outcomes["plan" if suffix == ".pdf" else "report map"]
    assert as_bytes(outcome, suffix) == as_bytes(outcome, suffix)
