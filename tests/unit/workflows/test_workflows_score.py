"""Scoring a file of a forecast: the same answer from every format and every program."""

import numpy as np
import pytest

from factories import DATED, NOW, dated_csv
from peelian.store import open_store
from peelian.terms import DataError, ParameterError
from peelian.workflows import ForecastSettings, from_flat, run, write
from peelian.workflows.settings import Cells, EventsFile, ScoreSettings


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    return dated_csv(tmp_path_factory.mktemp("events") / "events.csv")


@pytest.fixture(scope="module")
def forecasts(events, tmp_path_factory):
    """A forecast of dated events in every format that has its cells."""
    folder = tmp_path_factory.mktemp("forecasts")
    source = EventsFile(str(events), **DATED)
    settings = ForecastSettings(Cells(source, cell_size=500.0), model="count", flag_area=4.0)
    outcome = run("forecast", None, settings, now=NOW)
    for suffix in ("csv", "json", "geojson", "parquet"):
        write(outcome, folder / f"forecast.{suffix}")
    return folder, outcome.table.columns


def score(forecast, events, **settings):
    asked = ScoreSettings(
        forecast=str(forecast), source=EventsFile(str(events), **DATED), **settings
    )
    return run("evaluate score", None, asked, now=NOW)


def row(outcome):
    return {name: float(column[0]) for name, column in outcome.table.columns.items()}


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "geojson"])
def test_every_format_scores_alike(forecasts, events, suffix):
    folder, columns = forecasts
    made = row(score(folder / f"forecast.{suffix}", events))
    flagged = columns["flagged"]
    assert made["n"] == pytest.approx(columns["risk"].sum() * 16, rel=0.2)
    share = columns["area"][flagged].sum() / columns["area"].sum()
    assert made["area_share"] == pytest.approx(share, rel=1e-4)
    assert made["pai"] == pytest.approx(made["hit_rate"] / made["area_share"])
    assert made["pai_low"] < made["pai"] < made["pai_high"]
    assert 0 < made["pei"] <= 1
    same = row(score(folder / "forecast.csv", events))
    assert made["hits"] == same["hits"]
    assert list(made) == [
        "n", "hits", "hit_rate", "hit_rate_low", "hit_rate_high", "area_share",
        "pai", "pai_low", "pai_high", "pei", "pei_low", "pei_high",
    ]  # fmt: skip


def test_only_the_window_counts(forecasts, events):
    path = forecasts[0] / "forecast.csv"
    every = row(score(path, events))["n"]
    days = [
        row(score(path, events, until="2018-01-31")),
        row(score(path, events, since="2018-02-01")),
    ]
    assert sum(day["n"] for day in days) == every
    assert row(score(path, events, since="2018-01", until="2018-01"))["n"] == days[0]["n"]
    empty = score(path, events, since="2030-01-01")
    assert row(empty)["n"] == 0
    assert np.isnan(row(empty)["pai"])


def test_whoever_has_only_a_risk_gives_a_budget(forecasts, events, tmp_path):
    text = (forecasts[0] / "forecast.csv").read_text().splitlines()
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(line.rpartition(",")[0] for line in text) + "\n")
    with pytest.raises(ParameterError, match="no column flagged; give --flag-area"):
        score(bare, events)
    made = score(bare, events, flag_area=4.0)
    assert made.table.columns["area_share"][0] > 0
    assert any("ties averaged" in sentence for sentence in made.chosen)
    with pytest.raises(ParameterError, match="at most"):
        score(bare, events, flag_area=1e6)


def test_events_elsewhere_are_told(forecasts, events):
    lines = events.read_text().splitlines()
    moved = events.with_name("moved.csv")
    rows = [line.split(",") for line in lines[1:]]
    x = lines[0].split(",").index(DATED["x"])
    for one in rows:
        one[x] = str(float(one[x]) + 5e4)
    moved.write_text("\n".join([lines[0], *(",".join(one) for one in rows)]) + "\n")
    outcome = score(forecasts[0] / "forecast.csv", moved)
    assert row(outcome)["n"] == 0
    assert any("check --crs" in sentence for sentence in outcome.chosen)


def test_weights_have_no_interval(forecasts, events):
    asked = ScoreSettings(
        forecast=str(forecasts[0] / "forecast.csv"),
        source=EventsFile(str(events), **DATED, weight="harm"),
    )
    made = row(run("evaluate score", None, asked, now=NOW))
    assert made["n"] > row(score(forecasts[0] / "forecast.csv", events))["n"]
    assert np.isnan(made["hit_rate_low"])


def test_against_the_store(small_store, tmp_path):
    store = open_store(small_store)
    outcome = run("forecast", store, ForecastSettings(model="count"), now=NOW)
    write(outcome, tmp_path / "forecast.csv")
    asked = ScoreSettings(forecast=str(tmp_path / "forecast.csv"))
    made = run("evaluate score", store, asked, now=NOW)
    assert row(made)["n"] == 702
    assert made.provenance.job == "evaluate score"
    assert len(made.provenance.notes) == 2


def test_refusals(forecasts, events, tmp_path):
    with pytest.raises(ParameterError, match="give the file of a forecast"):
        run("evaluate score", None, ScoreSettings(), now=NOW)
    with pytest.raises(DataError, match="no such file"):
        score(tmp_path / "none.csv", events)
    with pytest.raises(ParameterError, match="date 'soon'"):
        score(forecasts[0] / "forecast.csv", events, since="soon")


def test_settings_go_through_a_flat_form():
    asked = from_flat(ScoreSettings, {"forecast": "f.csv", "events": "e.csv", "since": "2018"})
    assert asked.forecast == "f.csv"
    assert asked.source.events == "e.csv"
