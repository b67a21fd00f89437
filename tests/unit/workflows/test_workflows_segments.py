"""Street segments over a store: district, months, sinks and a network beside the place."""

import geopandas
import numpy as np
import pytest
import shapely

from factories import NOW, SIDE
from peelian.store import open_store
from peelian.terms import CoverageError, ParameterError
from peelian.workflows import CountSettings, run
from peelian.workflows.settings import Cells, ConcentrationSettings, SegmentSettings, Streets
from web_store import SOUTH, WEST


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    """A street every 200 m from west to east, over the whole of the small store's square."""
    path = tmp_path_factory.mktemp("streets") / "streets.gpkg"
    north = SOUTH + np.arange(100, SIDE, 200)
    lines = [shapely.LineString([(WEST - 500, y), (WEST + SIDE + 500, y)]) for y in north]
    geopandas.GeoDataFrame(geometry=lines, crs="EPSG:27700").to_file(path)
    return Streets(str(path))


@pytest.fixture(scope="module")
def made(small_store, streets):
    """Segments of the small store by what is asked."""

    def segments(**cells):
        settings = SegmentSettings(Cells(**cells), streets)
        return run("hotspots segments", open_store(small_store), settings, now=NOW)

    return segments


def test_a_store_has_as_many_events_on_streets_as_in_cells(made, small_store):
    on_streets = made()
    columns = on_streets.table.columns
    assert len(on_streets.table) == 40
    cells = run(
        "count", open_store(small_store), CountSettings(Cells()), now=NOW
    ).table.columns
    assert columns["n"].sum() == cells["n"].sum() > 500
    mass = columns["density"] @ columns["length"] / 1000
    assert mass == pytest.approx(columns["n"].sum(), rel=1e-3)
    assert on_streets.provenance.ingredients[-1].name.endswith("streets.gpkg")
    assert on_streets.provenance.crs == "EPSG:27700"


def test_a_district_has_its_streets_and_its_events(made):
    whole, south = made(), made(district="Southdale")
    assert len(south.table) == 20
    assert any("20 of them" in said for said in south.chosen)
    upper = whole.table.columns["y"] > SOUTH + SIDE / 2
    n = south.table.columns["n"].sum()
    assert n == whole.table.columns["n"][~upper].sum()


def test_what_is_not_counted_is_on_no_street(made):
    every, early = made(), made(until="2018-02")
    assert 0 < early.table.columns["n"].sum() < every.table.columns["n"].sum()


def test_segments_of_months_say_that_places_are_displaced(made):
    notes = " ".join(made().provenance.notes)
    assert "may not be where the event was" in notes
    assert "cells are 500 m" not in notes
    assert not any("cell size" in said for said in made().chosen)


def test_concentration_counts_the_streets_without_events(small_store, streets):
    settings = ConcentrationSettings(Cells(), streets, draws=20)
    found = run("hotspots concentration", open_store(small_store), settings, now=NOW)
    assert found.table.title == "Concentration over street segments"
    assert found.grid is None
    columns = found.table.columns
    gini = columns["value"][columns["measure"] == "gini"][0]
    assert 0 < gini < 1


def test_a_network_elsewhere_and_none_at_all_are_refused(small_store, streets):
    store = open_store(small_store)
    with pytest.raises(ParameterError, match="segments need one"):
        run("hotspots segments", store, SegmentSettings(), now=NOW)
    far = Streets(streets.network, max_distance=1e-6)
    with pytest.raises(CoverageError, match="larger --max-distance"):
        run("hotspots segments", store, SegmentSettings(Cells(), far), now=NOW)
    with pytest.raises(ParameterError, match="no such file of streets"):
        run("hotspots segments", store, SegmentSettings(Cells(), Streets("no")), now=NOW)
