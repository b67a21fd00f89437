"""The record: written, sealed, read back from every kind of file."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from peelian.reports import (
    cells_geojson,
    cells_geoparquet,
    environment_hash,
    footer_line,
    parse_provenance,
    provenance_json,
    read_provenance,
    sidecar,
    sidecar_json,
    table_csv,
    table_json,
)
from peelian.terms import DataError, Ingredient, NotFound, ParameterError
from report_samples import sample_grid, sample_provenance, sample_table


def test_what_is_written_is_read_back():
    assert parse_provenance(provenance_json(sample_provenance())) == sample_provenance()


def test_the_text_is_canonical():
    settings = {"b": 1, "a": (np.float64(0.5), np.int64(2))}
    text = provenance_json(sample_provenance(settings=settings))
    again = provenance_json(sample_provenance(settings=dict(reversed(settings.items()))))
    assert text == again
    assert text.isascii()
    assert ": " not in text
    assert parse_provenance(text).settings == {"a": [0.5, 2], "b": 1}


def test_the_zone_of_the_time_does_not_change_the_record():
    time = sample_provenance().time
    elsewhere = time.astimezone(timezone(timedelta(hours=5)))
    assert provenance_json(sample_provenance(time=elsewhere)) == provenance_json(
        sample_provenance()
    )


def test_a_time_without_zone_is_refused():
    naive = datetime(2026, 11, 22, 10)  # noqa: DTZ001
    with pytest.raises(ParameterError, match="no zone"):
        provenance_json(sample_provenance(time=naive))


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
def test_settings_that_are_no_json_are_refused(value):
    with pytest.raises(ParameterError, match="settings"):
        provenance_json(sample_provenance(settings={"odd": value}))


def test_a_changed_record_is_found_out():
    text = provenance_json(sample_provenance())
    with pytest.raises(DataError, match="changed after it was written"):
        parse_provenance(text.replace('"seed":42', '"seed":43'))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"sha256":"x"}'])
def test_what_is_no_record_is_refused(text):
    with pytest.raises(DataError, match="provenance record"):
        parse_provenance(text)


def test_the_footer_is_one_sentence_a_person_can_read():
    line = footer_line(sample_provenance())
    assert line.startswith(
        "Made by Peelian 0.1.0 (forecast) on 22 November 2026 at 10:12 GMT from 1 file, "
        "17,050 rows read, 68 refused. Method: GammaPoissonEWMA(half_life_days=730), seed 42."
    )
    assert "seed" not in footer_line(sample_provenance(seed=None))
    layer = Ingredient("areas", "ef" * 32, 1_077, 0, kind="layer")
    events = sample_provenance().ingredients
    with_layer = footer_line(sample_provenance(ingredients=(*events, layer)))
    assert "from 1 file, 17,050 rows read" in with_layer


def test_the_environment_is_the_same_from_another_folder(tmp_path):
    code = "from peelian.reports import environment_hash; print(environment_hash())"
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == environment_hash()
    assert len(environment_hash()) == 64


def test_geojson_and_parquet_carry_their_record(tmp_path):
    for name, write in {"a.geojson": cells_geojson, "a.parquet": cells_geoparquet}.items():
        path = tmp_path / name
        path.write_bytes(write(sample_table(), sample_grid(), sample_provenance()))
        assert read_provenance(path) == sample_provenance()


def test_csv_and_json_have_theirs_beside_them(tmp_path):
    for name, write in {"a.csv": table_csv, "a.json": table_json}.items():
        path = tmp_path / name
        path.write_text(write(sample_table()), encoding="utf-8")
        with pytest.raises(DataError, match="record"):
            read_provenance(path)
        sidecar(path).write_text(sidecar_json(path.read_bytes(), sample_provenance()))
        assert sidecar(path).name == name + ".provenance.json"
        assert read_provenance(path) == sample_provenance()
        path.write_text("changed", encoding="utf-8")
        with pytest.raises(DataError, match="changed after its record was written"):
            read_provenance(path)


def test_html_has_exactly_one_record(tmp_path):
    path = tmp_path / "a.html"
    record = (
        '<script type="application/json" id="provenance">'
        f"{provenance_json(sample_provenance())}</script>"
    )
    path.write_text(f"<html>{record}</html>", encoding="utf-8")
    assert read_provenance(path) == sample_provenance()
    path.write_text(record + record, encoding="utf-8")
    with pytest.raises(DataError, match="2 provenance records"):
        read_provenance(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.html", b"<html></html>", "0 provenance records"),
        (
            "a.geojson",
            b'{"type": "FeatureCollection", "features": []}',
            "no provenance record",
        ),
        ("a.geojson", b'{"type": "Feat', "cut off"),
        ("a.geojson", b"\xff\xfe", "UTF-8"),
        ("a.json", b"[]", "no provenance record"),
        ("a.parquet", b"PAR1", "not a whole Parquet"),
        ("a.csv", b"x", "keep the two files together"),
        ("a.txt", b"x", "this kind of file"),
    ],
)
def test_a_file_without_record_says_so_with_its_name(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_provenance(path)
    assert name in str(caught.value)


def test_an_altered_record_in_a_file_is_found_out(tmp_path):
    path = tmp_path / "a.geojson"
    content = json.loads(cells_geojson(sample_table(), sample_grid(), sample_provenance()))
    content["provenance"]["seed"] = 43
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match="changed after it was written"):
        read_provenance(path)


def test_no_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no such file"):
        read_provenance(tmp_path / "a.csv")


def test_records_that_differ_have_different_seals():
    seals = {
        json.loads(provenance_json(record))["sha256"]
        for record in (
            sample_provenance(),
            sample_provenance(seed=None),
            replace(sample_provenance(), notes=()),
            sample_provenance(ingredients=()),
        )
    }
    assert len(seals) == 4
