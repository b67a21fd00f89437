"""The bundled data: whole, as published, and what is assumed says so."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from peelian import sources
from peelian.sources.essex import FOLDER


@pytest.fixture(scope="module")
def street():
    (extract,) = sources.read_extracts(
        sources.essex_street_path(),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        study_area=sources.essex_study_area(),
    )
    return extract


def test_every_row_is_accepted_or_refused(street):
    assert street.read == 149_906
    assert (len(street.events), len(street.refused)) == (149_265, 641)
    assert Counter(street.refused["reason"].to_pylist()) == {
        "no-coordinates": 388,
        "outside-study-area": 253,
    }
    rows = np.concatenate([street.events["row"].to_numpy(), street.refused["row"].to_numpy()])
    assert np.array_equal(np.sort(rows), np.arange(1, 149_907))


def test_august_and_september_are_not_there(street):
    months = [f"2018-{m:02d}" for m in (1, 2, 3, 4, 5, 6, 7, 10, 11)]
    assert street.complete == tuple(f"essex/{month}" for month in months)


def test_the_file_has_the_published_columns_and_counts():
    table = pq.read_table(sources.essex_street_path())
    assert table.num_columns == 12
    counted = Counter(table["Crime type"].to_pylist())
    assert counted["Violence and sexual offences"] == 42_282
    assert counted["Robbery"] == 1_227
    assert counted["Possession of weapons"] == 1_663


def test_no_point_of_an_essex_lsoa_is_refused_as_outside():
    """The tolerance of 250 m: points of Essex LSOAs lie at most 117 m outside the polygons."""
    (extract,) = sources.read_extracts(
        sources.essex_street_path(),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        study_area=sources.essex_study_area(),
        tolerance=120,
    )
    codes = pq.read_table(sources.essex_street_path(), columns=["LSOA code"])["LSOA code"]
    refused = extract.refused.to_pylist()
    outside = [r["row"] - 1 for r in refused if r["reason"] == "outside-study-area"]
    named = set(np.array(codes.to_pylist(), dtype=object)[outside])
    assert not named & set(sources.essex_areas().code)


def test_areas_have_residents_and_tile_without_gaps():
    areas, districts = sources.essex_areas(), sources.essex_districts()
    assert len(areas.code) == 1_077
    assert areas.population.sum() == districts.population.sum() == 1_820_379
    assert len(districts.code) == len(set(districts.name)) == 14
    assert set(areas.district) == set(districts.name)
    whole = sources.essex_study_area().polygon
    assert whole.area == pytest.approx(shapely.area(areas.polygons).sum(), rel=1e-9)
    assert all(not part.interiors for part in whole.geoms)
    assert whole.area / 1e6 == pytest.approx(3_676.7, abs=0.1)


def test_bases_are_assumed_and_computed_as_the_readme_says():
    areas = sources.essex_areas()
    centre = shapely.centroid(areas.polygons)
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    district, people = np.array(areas.district), areas.population
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= 2_000
    bases = sources.essex_bases()
    assert len(bases) == 8
    towns = {"Southend": "Southend-on-Sea", "Grays": "Thurrock", "Clacton": "Tendring"}
    for base in bases:
        name, _, said = base.name.partition(" (")
        assert said == "assumed base)"
        here = np.flatnonzero(district == towns.get(name, name))
        busiest = near[here[(near @ people)[here].argmax()]]
        assert base.x == pytest.approx(np.average(x[busiest], weights=people[busiest]), abs=15)
        assert base.y == pytest.approx(np.average(y[busiest], weights=people[busiest]), abs=15)
    assert "not real police stations" in sources.BASES_ARE_ASSUMED


def test_the_bundle_is_small_and_says_its_licence():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 10_000_000
    said = (FOLDER / "README.md").read_text()
    for file in FOLDER.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in said
    assert "Open Government Licence v3.0" in said
    assert sources.essex_outlines_path().stat().st_size < 100_000
