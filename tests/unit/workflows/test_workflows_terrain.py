"""Why here: places that draw people, from files to factors, and what they are worth."""

import numpy as np
import pytest

from factories import DATED, NOW, dated_csv
from peelian.store import open_store
from peelian.terms import CoordinateError, ParameterError
from peelian.workflows import BacktestSettings, ForecastSettings, run
from peelian.workflows.settings import Cells, EventsFile, ExplainSettings, GeneratorFiles
from web_store import SIDE, SOUTH, WEST


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Dated events around two places, which are the pubs; shops lie anywhere."""
    made = tmp_path_factory.mktemp("terrain")
    dated_csv(made / "dated.csv")
    pubs = [(2_250, 2_250), (5_750, 6_250)]
    shops = np.random.default_rng(1).uniform(0, SIDE, (25, 2))
    rows = [("pub", *pub) for pub in pubs] + [("shop", *shop) for shop in shops]
    text = "".join(f"{kind},{WEST + x:.0f},{SOUTH + y:.0f}\n" for kind, x, y in rows)
    (made / "places.csv").write_text("what,x,y\n" + text)
    (made / "far.csv").write_text("x,y\n100000,900000\n")
    return made


def settings_of(kind, folder, *, places="places.csv", **chosen):
    source = EventsFile(events=str(folder / "dated.csv"), **DATED)
    files = ",".join(str(folder / name) for name in places.split(",") if name)
    return kind(Cells(source=source, cell_size=250.0), GeneratorFiles(files, "what"), **chosen)


@pytest.fixture(scope="module")
def explained(folder):
    settings = settings_of(ExplainSettings, folder, draws=100)
    return run("explain", None, settings, now=NOW)


def test_the_pubs_explain_it_and_the_shops_do_not(explained):
    columns = explained.table.columns
    assert columns["factor"].tolist() == ["pub", "shop"]
    assert columns["low"][0] > 2
    assert columns["p"][0] < 0.05 < columns["p"][1]
    assert columns["places"].tolist() == [2, 25]


def test_what_it_is_worth_stands_in_the_same_result(explained):
    validation = dict(explained.tables)["validation"].columns
    names = validation["forecaster"].tolist()
    assert names[:3] == ["count", "risk-terrain", "risk-terrain elsewhere"]
    assert {"random", "oracle"} <= set(names)
    said = "\n".join(explained.chosen)
    assert "validated on 8 periods after those it was fitted on" in said
    assert "risk-terrain: " in said
    assert "too few periods to prefer either" in said


def test_the_record_names_the_files_of_places(explained):
    assert [i.name.rpartition("/")[2] for i in explained.provenance.ingredients] == [
        "dated.csv",
        "places.csv",
    ]
    assert "Generators(pub: 2, shop: 25)" in explained.provenance.method
    assert any("not what causes them" in note for note in explained.provenance.notes)


def test_it_forecasts_and_is_backtested_by_name(folder):
    asked = settings_of(ForecastSettings, folder, model="risk-terrain")
    made = run("forecast", None, asked, now=NOW)
    columns = made.table.columns
    assert len(np.unique(np.round(columns["risk"] / columns["area"], 12))) == 2
    assert "RiskTerrain(generators=Generators(pub: 2" in made.provenance.method
    assert len(made.provenance.ingredients) == 2
    trial = settings_of(
        BacktestSettings, folder, models="risk-terrain", min_history=14, draws=50
    )
    names = run("backtest", None, trial, now=NOW).table.columns["forecaster"].tolist()
    assert names == ["count", "risk-terrain", "random", "oracle"]


def test_without_places_it_says_which_option(folder):
    for kind, job, chosen in (
        (ExplainSettings, "explain", {}),
        (ForecastSettings, "forecast", {"model": "risk-terrain"}),
    ):
        with pytest.raises(ParameterError, match="give --generators FILE"):
            run(job, None, settings_of(kind, folder, places="", **chosen), now=NOW)


def test_places_of_another_country_are_refused(folder):
    settings = settings_of(ExplainSettings, folder, places="far.csv")
    settings = ExplainSettings(settings.cells, GeneratorFiles(settings.places.generators))
    with pytest.raises(CoordinateError, match="none of 1 crime generators is within 20 km"):
        run("explain", None, settings, now=NOW)


def test_the_bundled_places_and_a_file_are_one(small_store, folder):
    settings = ExplainSettings(
        places=GeneratorFiles(f"essex,{folder / 'places.csv'}", "what"), draws=50
    )
    made = run("explain", open_store(small_store), settings, now=NOW)
    assert set(made.table.columns["factor"]) == {"hospital", "pub", "shop", "station"}
