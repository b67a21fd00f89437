"""Who lives in flagged cells, from a forecast's file and the areas held."""

import numpy as np
import pytest

from factories import DATED, NOW, dated_csv
from peelian.store import open_store
from peelian.terms import ParameterError
from peelian.workflows import ForecastSettings, as_text, run, write
from peelian.workflows.settings import Cells, EquitySettings, EventsFile


@pytest.fixture(scope="module")
def made(small_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("equity")
    settings = ForecastSettings(model="count", flag_cells=6)
    outcome = run("forecast", open_store(small_store), settings, now=NOW)
    for suffix in ("csv", "geojson"):
        write(outcome, folder / f"forecast.{suffix}")
    return folder


def test_by_district_from_the_store(made, small_store):
    store = open_store(small_store)
    outcome = run(
        "evaluate equity", store, EquitySettings(forecast=str(made / "forecast.csv")), now=NOW
    )
    columns = outcome.table.columns
    assert columns["residents"][0] == store.read_areas().population.sum()
    by_district = columns["by"] == "district"
    assert by_district.sum() == len(set(store.read_areas().district))
    assert columns["flagged"][by_district].sum() == pytest.approx(columns["flagged"][0])
    assert any("give --residents FILE" in said for said in outcome.chosen)
    assert "No data on ethnicity are held" in " ".join(outcome.provenance.notes)
    assert "ratio" in as_text(outcome, "table")
    again = EquitySettings(forecast=str(made / "forecast.geojson"))
    outlined = run("evaluate equity", store, again, now=NOW).table.columns
    np.testing.assert_allclose(outlined["flagged"], columns["flagged"], rtol=1e-3)


def test_residents_by_group(made, small_store, tmp_path):
    areas = open_store(small_store).read_areas()
    lines = ["code,deprivation_decile,age_0_17,age_18_up"]
    lines += [f"{code},{1 + n % 10},{10 + n},30" for n, code in enumerate(areas.code)]
    (tmp_path / "residents.csv").write_text("\n".join(lines) + "\n")
    settings = EquitySettings(
        forecast=str(made / "forecast.csv"), residents=str(tmp_path / "residents.csv")
    )
    outcome = run("evaluate equity", open_store(small_store), settings, now=NOW)
    assert {"age", "deprivation"} <= set(outcome.table.columns["by"])
    assert any("times as many" in note for note in outcome.provenance.notes)


def test_refusals(made, small_store, tmp_path):
    store = open_store(small_store)
    with pytest.raises(ParameterError, match="give the file of a forecast"):
        run("evaluate equity", store, EquitySettings(), now=NOW)
    with pytest.raises(ParameterError, match="--areas"):
        run("evaluate equity", None, EquitySettings(str(made / "forecast.csv")), now=NOW)
    with pytest.raises(ParameterError, match="have no residents by group"):
        asked = EquitySettings(str(made / "forecast.csv"), residents="essex")
        run("evaluate equity", store, asked, now=NOW)
    bare = tmp_path / "bare.csv"
    text = (made / "forecast.csv").read_text().splitlines()
    bare.write_text("\n".join(line.rpartition(",")[0] for line in text) + "\n")
    with pytest.raises(ParameterError, match="no column flagged"):
        run("evaluate equity", store, EquitySettings(str(bare)), now=NOW)


def test_a_whole_forecast_of_dated_events_needs_no_store(tmp_path):
    import geopandas
    import shapely

    source = EventsFile(str(dated_csv(tmp_path / "events.csv")), **DATED)
    settings = ForecastSettings(Cells(source, cell_size=500.0), model="count", flag_area=4.0)
    outcome = run("forecast", None, settings, now=NOW)
    write(outcome, tmp_path / "forecast.parquet")
    west, south = outcome.grid.x.min() - 250, outcome.grid.y.min() - 250
    frame = geopandas.GeoDataFrame(
        {"code": ["a"], "population": [1000.0], "district": ["D"]},
        geometry=[shapely.box(west, south, west + 9_000, south + 9_000)],
        crs="EPSG:27700",
    )
    frame.to_file(tmp_path / "areas.gpkg", driver="GPKG")
    asked = EquitySettings(
        str(tmp_path / "forecast.parquet"), areas=str(tmp_path / "areas.gpkg")
    )
    columns = run("evaluate equity", None, asked, now=NOW).table.columns
    flagged = outcome.table.columns["area"][outcome.table.columns["flagged"]].sum()
    assert columns["flagged"][0] == pytest.approx(1000 * flagged / 81e6, rel=0.02)
