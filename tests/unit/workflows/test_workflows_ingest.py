"""Files into the store: every row accounted for, nothing twice, all or nothing."""

import csv
import io
import json

import pytest
import shapely

from factories import (
    NOW,
    SIDE,
    SOUTH,
    WEST,
    as_it_stands,
    dated_csv,
    own_mapping,
    spoilt,
    street_csv,
)
from peelian.store import open_store
from peelian.terms import DataError, ParameterError, SchemaError
from peelian.workflows import ingest, ingest_text, suggest

KEYS = [
    "file", "batch", "read", "accepted", "refused", "already_held", "refused_by_reason",
    "quarantine",
]  # fmt: skip


@pytest.fixture
def month(tmp_path):
    """A good file of a month that is not held."""
    return street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")


def outline(path, *, side=SIDE):
    """Two districts side by side, in metres."""
    halves = [
        shapely.box(WEST + i * side / 2, SOUTH, WEST + (i + 1) * side / 2, SOUTH + side)
        for i in (0, 1)
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"E{i}", "name": "A", "district": "D", "population": 900},
            "geometry": json.loads(shapely.to_geojson(half)),
        }
        for i, half in enumerate(halves)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    text = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(text))
    return path


def test_the_report_accounts_for_every_row(own_store, month):
    (row,) = ingest(open_store(own_store), [month], now=NOW)
    assert list(row) == KEYS
    assert (row["read"], row["accepted"], row["refused"]) == (120, 118, 2)
    assert row["refused_by_reason"] == {"no-coordinates": 2}
    assert not row["already_held"]
    refused = list(csv.DictReader((own_store / row["quarantine"]).read_text().splitlines()))
    assert [(r["file"], r["row"], r["reason"]) for r in refused] == [
        (month.name, "1", "no-coordinates"),
        (month.name, "2", "no-coordinates"),
    ]


def test_a_second_ingest_adds_nothing(own_store, month):
    store = open_store(own_store)
    (first,) = ingest(store, [month], now=NOW)
    before = as_it_stands(own_store)
    (second,) = ingest(store, [month], now=NOW)
    assert second == {**first, "already_held": True}
    assert as_it_stands(own_store) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Longitude", "Lng", 1),
        lambda text: text[:-60],
        lambda text: text.replace("Street 1", "Café", 1).encode("latin-1"),
        lambda text: "",
    ],
    ids=["renamed column", "cut off", "encoding", "empty"],
)
def test_a_bad_file_among_good_ones_leaves_the_store_as_it_was(
    own_store, month, tmp_path, change
):
    before = as_it_stands(own_store)
    bad = spoilt(tmp_path / "2018-12-sample-street.csv", change, "2018-12")
    with pytest.raises(DataError, match=bad.name):
        ingest(open_store(own_store), [month, bad], now=NOW)
    with pytest.raises(DataError, match=bad.name):
        ingest(open_store(own_store), [bad.parent], now=NOW)
    assert as_it_stands(own_store) == before


def test_layers_with_a_bad_file_are_not_kept_either(own_store, tmp_path):
    before = as_it_stands(own_store)
    bad = spoilt(tmp_path / "bad.csv", lambda text: text[:-60])
    layer = outline(tmp_path / "areas.geojson")
    with pytest.raises(DataError, match="cut off"):
        ingest(open_store(own_store), [bad], areas=layer, now=NOW)
    assert as_it_stands(own_store) == before


def test_a_corrected_file_takes_the_place_of_the_first_and_history_stays(own_store, tmp_path):
    store = open_store(own_store)
    corrected = street_csv(tmp_path / "2018-10-sample-street.csv", "2018-10", rows=40)
    ingest(store, [corrected], now=NOW)
    assert len(store.batches()) == 9
    assert len(store.live_batches()) == 8
    assert len(store.events()) == 7 * 118 + 38


def test_layers_are_kept_and_rows_outside_them_refused(tmp_path, month):
    store = open_store(tmp_path / "store", create=True)
    layer = outline(tmp_path / "areas.geojson", side=SIDE / 2)
    (row,) = ingest(store, [month], areas=layer, now=NOW)
    assert set(store.layers()) == {"areas", "study-area"}
    assert store.read_study_area().name == "areas"
    assert row["refused_by_reason"]["outside-study-area"] > 0
    assert row["accepted"] + row["refused"] == row["read"] == 120


def test_a_study_area_given_with_areas_is_the_one_kept(tmp_path):
    store = open_store(tmp_path / "store", create=True)
    report = ingest(
        store,
        [],
        areas=outline(tmp_path / "areas.geojson", side=SIDE / 2),
        study_area=outline(tmp_path / "county.geojson"),
        now=NOW,
    )
    assert report == []
    assert store.read_study_area().polygon.area == pytest.approx(SIDE**2)


def test_bases_become_a_layer_of_points(tmp_path):
    store = open_store(tmp_path / "store", create=True)
    bases = tmp_path / "bases.csv"
    bases.write_text("name,longitude,latitude\nSouth,0.47,51.70\nNorth,0.48,51.72\n")
    ingest(store, [], bases=bases, now=NOW)
    assert store.read_areas("bases").name == ("South", "North")


def test_a_force_brings_its_own_columns(tmp_path):
    store = open_store(tmp_path / "store", create=True)
    mapping = own_mapping(tmp_path / "own.toml")
    (row,) = ingest(store, [dated_csv(tmp_path / "dated.csv")], mapping=mapping, now=NOW)
    assert row["read"] == row["accepted"] == 16 * 7 * 4
    assert row["quarantine"] is None


def test_files_of_another_kind_are_passed_over_and_mentioned(own_store, tmp_path):
    folder = tmp_path / "download"
    folder.mkdir()
    street_csv(folder / "2018-11-sample-street.csv", "2018-11")
    (folder / "2018-11-sample-outcomes.csv").write_text("Crime ID,Outcome type\na,b\n")
    told = []
    (row,) = ingest(open_store(own_store), [folder], now=NOW, notice=told.append)
    assert row["file"] == "2018-11-sample-street.csv"
    assert told == ["2018-11-sample-outcomes.csv: passed over, not a file of events"]


def test_progress_ends_near_its_end(own_store, month):
    told = []
    ingest(open_store(own_store), [month], now=NOW, progress=lambda *step: told.append(step))
    assert told == [(0.0, f"reading {month.name}"), (0.8, f"keeping {month.name}")]


def test_the_report_can_be_read_by_scripts_and_by_people(own_store, month):
    report = ingest(open_store(own_store), [month], now=NOW)
    assert json.loads(ingest_text(report, "json")) == report
    (row,) = csv.DictReader(io.StringIO(ingest_text(report, "csv")))
    assert (row["read"], row["why_refused"]) == ("120", "no-coordinates 2")
    assert "no-coordinates 2" in ingest_text(report, "table")
    assert json.loads(ingest_text([], "json")) == []
    with pytest.raises(ParameterError, match="'geojson': give one of table, csv, json"):
        ingest_text(report, "geojson")


def test_a_mapping_is_proposed_and_must_be_decided(tmp_path):
    path = dated_csv(tmp_path / "dated.csv")
    proposed = tmp_path / "proposed.toml"
    proposed.write_text(suggest(path))
    assert '"when"' in proposed.read_text()
    store = open_store(tmp_path / "store", create=True)
    with pytest.raises(SchemaError, match=r"crs = \?"):
        ingest(store, [path], mapping=proposed, now=NOW)
    assert store.batches() == ()
