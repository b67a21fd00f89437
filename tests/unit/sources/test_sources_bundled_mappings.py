"""The mappings that come with Peelian, each on a small file in the shape of its provider's."""

import numpy as np
import pytest

from peelian.sources import bundled_mappings, read_extracts, read_mapping
from peelian.terms import ParameterError, SchemaError

# Mapping: sample, CRS of the store, what is refused, offences in order, first start in UTC.
SAMPLES = {
    "st-louis-2008": (
        "st_louis_old_shape.csv",
        "EPSG:26915",
        [(5, "too-early", "DateOccured"), (6, "no-coordinates", "XCoord")],
        ["aggravated-assault-knife", "robbery-knife", "robbery-knife", "robbery"],
        "2008-03-19T09:00:00",
    ),
    "st-louis-2013": (
        "st_louis_shape.csv",
        "EPSG:26915",
        [(4, "no-coordinates", "XCoord"), (5, "bad-number", "Count")],
        ["aggravated-assault-knife", "robbery-knife", "robbery-knife", None],
        "2016-03-19T09:00:00",
    ),
    "portland-burglary": (
        "portland_shape.csv", "EPSG:26910", [], ["burglary"] * 3, "2012-03-12T07:00:00",
    ),
    "portland-motor-vehicle-theft": (
        "portland_shape.csv",
        "EPSG:26910",
        [],
        ["motor-vehicle-theft"] * 3,
        "2012-03-12T07:00:00",
    ),
    "chicago-aggravated-assaults": (
        "chicago_shape.csv",
        "EPSG:26916",
        [],
        ["aggravated-assault"] * 3,
        "2016-03-22T22:46:00",
    ),
    "memphis-robberies": (
        "memphis_shape.csv",
        "EPSG:26916",
        [],
        ["personal-robbery", "personal-robbery", "commercial-robbery"],
        "2019-01-01T07:30:00",
    ),
    "nottingham-robbery": (
        "nottingham_robbery.csv", "EPSG:27700", [], ["robbery"] * 20, "2022-01-01T00:00:00",
    ),
}  # fmt: skip
# Where each city lies: degrees that hold all of its sample.
CITIES = {
    "st-louis": (-90.4, -90.1, 38.5, 38.8),
    "portland": (-123.0, -122.4, 45.4, 45.7),
    "chicago": (-88.0, -87.5, 41.6, 42.1),
    "memphis": (-90.2, -89.6, 34.9, 35.3),
    "nottingham": (-1.3, -1.0, 52.8, 53.1),
}


def extract_of(data, now, name):
    file, crs, *_ = SAMPLES[name]
    (extract,) = read_extracts(data / file, mapping=read_mapping(name), now=now, crs=crs)
    return extract


def test_every_bundled_mapping_is_tried_here():
    assert set(bundled_mappings()) == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_provider_s_file_is_read_by_the_name_of_its_mapping(data, now, reasons, name):
    _, _, refused, offences, start = SAMPLES[name]
    extract = extract_of(data, now, name)
    assert reasons(extract) == refused
    assert extract.read == extract.events.num_rows + len(refused)
    found = [code.partition(":")[2] for code in extract.events["offence"].to_pylist()]
    for code, wanted in zip(found, offences, strict=True):
        assert wanted in (code, None)
    first = extract.events["start"][0].as_py().replace(tzinfo=None)
    assert np.datetime64(first) == np.datetime64(start)
    west, east, south, north = CITIES[next(c for c in CITIES if name.startswith(c))]
    longitude, latitude = (np.array(extract.events[c]) for c in ("longitude", "latitude"))
    assert ((longitude > west) & (longitude < east)).all()
    assert ((latitude > south) & (latitude < north)).all()


def test_st_louis_reads_no_street_and_keeps_when_it_was_coded(data, now):
    events = extract_of(data, now, "st-louis-2008").events
    assert set(events["place"].to_pylist()) == {None}
    assert events["weight"].to_pylist() == [1, 1, -1, 1]
    assert str(events["recorded"][0].as_py())[:10] == "2008-04-01"  # by the end of March


def test_chicago_says_what_happened_in_public(data, now):
    events = extract_of(data, now, "chicago-aggravated-assaults").events
    assert events["setting"].to_pylist() == ["public", "indoor", "unknown"]


def test_a_file_of_the_same_name_comes_before_a_bundled_mapping(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "memphis-robberies").write_text("name = 3")
    with pytest.raises(SchemaError, match="name = 3"):
        read_mapping("memphis-robberies")


def test_a_mapping_that_is_not_there_names_those_that_are():
    with pytest.raises(ParameterError, match=r"give a TOML file, or one of .*st-louis-2013"):
        read_mapping("st-louis")
