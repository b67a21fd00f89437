"""From a file of events and a file of streets to the streets that hold most, by commands."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from command_line import peelian

DATA = Path(__file__).parents[1] / "data"
EVENTS = DATA / "middlesbrough_violence.csv"
STREETS = DATA / "middlesbrough_streets.csv"
FILES = (EVENTS, "--x", "longitude", "--y", "latitude", "--time", "month")
NETWORK = ("--network", STREETS, "--network-crs", "EPSG:27700")
SEGMENTS = ("hotspots", "segments", *FILES, *NETWORK)
COLUMNS = ["segment", "x", "y", "length", "n", "per_km", "density", "low", "high"]


@pytest.fixture(scope="module")
def ended():
    """The whole table of Middlesbrough, as CSV."""
    return peelian(*SEGMENTS, "--format", "csv")


def columns_of(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: np.array([float(row[name]) for row in rows]) for name in COLUMNS} | {
        name: [row[name] for row in rows] for name in ("name", "kind", "id")
    }


def test_every_event_is_on_a_street_or_accounted_for(ended):
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[0] == ",".join([*COLUMNS, "name", "kind", "id"])
    found = columns_of(ended.out)
    assert len(found["n"]) == 259
    assert found["n"].sum() == 194
    assert found["segment"].tolist() == list(range(259))
    np.testing.assert_allclose(found["per_km"], found["n"] / found["length"] * 1000)
    assert np.all((found["low"] <= found["per_km"]) & (found["per_km"] <= found["high"]))
    assert found["density"] @ found["length"] / 1000 == pytest.approx(194, rel=1e-3)
    assert found["name"][int(found["n"].argmax())] == "Sussex Street"


def test_the_reader_is_told_what_was_chosen_and_what_the_data_cannot_say(ended):
    for said in (
        "network: 259 segments of 258 lines, 18.0 km, 93.6% of it in one part",
        "lines of the network are split where they share a vertex",
        "half of the events lie within",
        "bandwidth 500 m along the streets (from the data)",
        "may not be where the event was",
    ):
        assert said in ended.err
    assert "cells are 500 m" not in ended.err


def test_a_screen_shows_the_densest_and_a_file_draws_all_as_lines(ended, tmp_path):
    table = peelian(*SEGMENTS, "-q").out
    assert table.startswith("The 20 of 259 segments with the highest density")
    assert len(table.strip().splitlines()) == 24
    drawn = tmp_path / "segments.geojson"
    assert peelian(*SEGMENTS, "-q", "--output", drawn).code == 0
    features = json.loads(drawn.read_text())["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert {shape.geom_type for shape in shapes} == {"LineString"}
    n = [feature["properties"]["n"] for feature in features]
    assert n == columns_of(ended.out)["n"].tolist()
    assert "every byte the same" in peelian("reproduce", drawn).out
    assert json.loads(peelian(*SEGMENTS, "-q", "--format", "json").out)[0]["segment"] == 0


def test_harm_weighs_and_a_bandwidth_and_a_way_to_split_can_be_chosen(tmp_path):
    weighted = tmp_path / "harm.csv"
    head, *rows = EVENTS.read_text().splitlines()
    weighted.write_text("\n".join([head + ",harm", *(row + ",10" for row in rows)]) + "\n")
    words = ("hotspots", "segments", weighted, *FILES[1:], *NETWORK, "--weight", "harm")
    wide = ("--bandwidth", 200, "--kernel", "gaussian", "--junctions", "continuous")
    ended = peelian(*words, *wide, "--format", "csv")
    found = columns_of(ended.out)
    assert found["n"].sum() == 1940
    assert found["density"] @ found["length"] / 1000 == pytest.approx(1940, rel=2e-3)
    assert "bandwidth" not in ended.err


def test_concentration_over_street_segments(ended):
    words = ("hotspots", "concentration", *FILES, *NETWORK, "--draws", 50, "--format", "csv")
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(peelian(*words).out))}
    n = np.sort(columns_of(ended.out)["n"])[::-1]
    top = (n[:25].sum() + 0.9 * n[25]) / n.sum()  # a tenth of 259 segments
    assert float(rows["top_share_0.1"]["value"]) == pytest.approx(top)


def test_an_extract_a_graph_and_another_place(tmp_path):
    """Each file says where it is: events of Middlesbrough are on no street of Leeds."""
    for streets in ("leeds_university.osm.pbf", "cambridge_streets.graphml.gz"):
        ended = peelian("hotspots", "segments", *FILES, "--network", DATA / streets)
        assert (ended.code, ended.out) == (10, "")
        assert "none of its" in ended.err
    leeds = tmp_path / "leeds.csv"
    leeds.write_text("lon,lat,day\n-1.5553,53.8077,2018-01-01\n-1.5553,53.8077,2018-03-01\n")
    words = (leeds, "--x", "lon", "--y", "lat", "--time", "day", "--format", "csv")
    ended = peelian(
        "hotspots", "segments", *words, "--network", DATA / "leeds_university.osm.pbf"
    )
    assert columns_of(ended.out)["n"].sum() == 2
    assert "no street or path one walks (corridor 1)" in ended.err
    assert "bandwidth 250 m" in ended.err


def test_without_a_network_and_too_far_from_one_it_refuses(tmp_path):
    ended = peelian("hotspots", "segments", *FILES)
    assert (ended.code, ended.out) == (11, "")
    assert "no street network: segments need one" in ended.err
    ended = peelian(*SEGMENTS, "--max-distance", 0.001)
    assert ended.code == 10
    assert "lies within 0.001 m of a street" in ended.err
    ended = peelian(*SEGMENTS, "--max-distance", 1)
    assert "events further than 1 m from every street" in ended.err
    assert peelian(*SEGMENTS, "--junctions", "even").code == 11
    assert peelian("hotspots", "segments", *FILES, "--network", STREETS).code == 10
