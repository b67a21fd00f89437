"""Where next: what is expected, what is flagged, which model and why."""

import numpy as np
import pytest

from factories import DATED, NOW, dated_csv
from peelian.store import open_store
from peelian.terms import CoverageError, ParameterError
from peelian.workflows import BacktestSettings, ForecastSettings, MapSettings, run
from peelian.workflows.settings import Cells, EventsFile

OCTOBER = 31 + 1 / 24  # the clocks go back [days]
HELD = 31 + 28 + (31 - 1 / 24) + 30 + 31 + 31 + 31 + OCTOBER


@pytest.fixture(scope="module")
def forecast(small_store):
    """A forecast by counting, so that no backtest is run, unless told otherwise."""

    def made(**settings):
        asked = ForecastSettings(**{"model": "count", **settings})
        return run("forecast", open_store(small_store), asked, now=NOW)

    return made


@pytest.fixture(scope="module")
def explored(small_store):
    settings = MapSettings(ForecastSettings(flag_cells=6), draws=100)
    return run("report map", open_store(small_store), settings, now=NOW)


def test_every_cell_has_its_risk_and_its_flag(forecast):
    columns = forecast().table.columns
    assert list(columns) == ["cell", "x", "y", "area", "risk", "flagged"]
    assert (columns["risk"] >= 0).all()
    assert columns["area"].sum() == pytest.approx(64e6)


def test_counting_expects_what_was_seen_a_day(forecast):
    made = forecast()
    store_total = made.table.columns["risk"].sum()
    assert store_total == pytest.approx(702 / HELD * OCTOBER, rel=1e-9)


def test_the_horizon_scales_what_is_expected(forecast):
    month, week = forecast(), forecast(horizon="7d")
    np.testing.assert_allclose(
        week.table.columns["risk"] * OCTOBER, month.table.columns["risk"] * 7, rtol=1e-12
    )
    assert month.table.units["risk"] == "events in 31 days"
    assert week.table.units["risk"] == "events in 7 days"
    np.testing.assert_array_equal(
        week.table.columns["flagged"], month.table.columns["flagged"]
    )


@pytest.mark.parametrize("horizon", ["soon", "0d", "-3d", "infd", "nan", "d"])
def test_a_horizon_is_days(forecast, horizon):
    with pytest.raises(ParameterError, match=f"horizon '{horizon}': write days, such as 31d"):
        forecast(horizon=horizon)


def test_flags_by_area_fill_the_area(forecast):
    columns = forecast(flag_area=2.0).table.columns
    assert columns["area"][columns["flagged"]].sum() == pytest.approx(2e6)
    assert (
        columns["risk"][columns["flagged"]].min() >= columns["risk"][~columns["flagged"]].max()
    )


def test_flags_by_number_are_the_most_risk(forecast):
    columns = forecast(flag_cells=5).table.columns
    assert columns["flagged"].sum() == 5
    assert (
        columns["risk"][columns["flagged"]].min() >= columns["risk"][~columns["flagged"]].max()
    )


def test_without_a_budget_a_quarter_percent_is_flagged_and_announced(forecast):
    made = forecast()
    assert made.table.columns["flagged"].sum() == 1
    assert any("area to flag 0.2 km2" in sentence for sentence in made.chosen)


def test_more_cells_than_there_are_flags_them_all(forecast):
    assert forecast(flag_cells=10_000).table.columns["flagged"].all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"flag_cells": 3, "flag_area": 1.0}, "not both"),
        ({"flag_cells": -1}, "cells to flag is -1"),
        ({"flag_area": -1.0}, "area to flag is -1 km2"),
        ({"model": "oracle"}, "no model 'oracle': choose one of count, ewma"),
        ({"seed": -1}, "seed is -1"),
        ({"cells": Cells(cell_size=50_000.0)}, "nothing to compare"),
    ],
)
def test_settings_out_of_range_are_refused(forecast, settings, said):
    with pytest.raises(ParameterError, match=said):
        forecast(**settings)


@pytest.mark.parametrize("model", ["count", "ewma", "gamma-poisson"])
def test_a_model_can_be_asked_for(forecast, model):
    assert f"model {model}: as asked" in forecast(model=model).chosen


def test_the_champion_is_counting_until_another_is_shown_to_be_better(forecast):
    (why,) = (s for s in forecast(model="champion").chosen if s.startswith("model "))
    assert why.startswith("model count: ")
    assert "no detectable difference" in why


def test_too_little_history_is_counted_and_said(forecast):
    made = forecast(model="champion", cells=Cells(until="2018-02"))
    assert any("model count: too little history" in sentence for sentence in made.chosen)


def test_the_same_seed_gives_the_same_flags(forecast):
    """Of 255 cells nearly all are tied at nothing, so that chance decides among them."""
    cells = Cells(until="2018-01", cell_size=250.0)
    flags = [
        forecast(cells=cells, flag_cells=300, seed=seed).table.columns["flagged"]
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(flags[0], flags[1])
    assert (flags[0] != flags[2]).any()


def test_a_file_is_forecast_without_a_store(tmp_path):
    source = EventsFile(events=str(dated_csv(tmp_path / "dated.csv")), **DATED)
    settings = ForecastSettings(Cells(source=source), model="ewma", horizon="14d")
    made = run("forecast", None, settings, now=NOW)
    assert made.table.columns["risk"].sum() == pytest.approx(14 * 4, rel=0.1)
    assert [i.kind for i in made.provenance.ingredients] == ["file"]


def test_the_backtest_has_every_model_and_two_references(small_store):
    made = run("backtest", open_store(small_store), BacktestSettings(draws=200), now=NOW)
    rows = made.table.columns["forecaster"].tolist()
    assert rows == ["count", "ewma", "gamma-poisson", "kernel-ewma", "random", "oracle"]
    assert made.summary is not None
    verdicts = set(made.table.columns["verdict"].tolist())
    assert "no detectable difference from counting past offences" in verdicts


def test_counting_is_always_in_the_backtest(small_store):
    settings = BacktestSettings(models="ewma, ewma", draws=100)
    made = run("backtest", open_store(small_store), settings, now=NOW)
    rows = made.table.columns["forecaster"].tolist()
    assert rows[:2] == ["count", "ewma"]
    assert "gamma-poisson" not in rows


def test_a_backtest_needs_history(small_store):
    with pytest.raises(CoverageError, match="min_history is 99"):
        run("backtest", open_store(small_store), BacktestSettings(min_history=99), now=NOW)


def test_the_map_ranks_the_cells_that_are_flagged(explored):
    columns = explored.table.columns
    np.testing.assert_array_equal(columns["rank"], np.arange(1, 7))
    assert (np.diff(columns["expected"]) <= 0).all()
    flagged = np.flatnonzero(explored.view.flagged)
    assert sorted(columns["cell"].tolist()) == flagged.tolist()


def test_the_map_says_what_stands_behind_each_cell(explored):
    columns = explored.table.columns
    assert (
        (columns["low"] < columns["expected"]) & (columns["expected"] < columns["high"])
    ).all()
    assert ((columns["stability"] > 0) & (columns["stability"] <= 1)).all()
    assert ((columns["one_point"] > 0) & (columns["one_point"] <= 1)).all()
    assert (columns["last"] <= columns["all"]).all()
    assert set(columns["district"]) <= {"Northdale", "Southdale"}
    assert not any(place.startswith("On or near") for place in columns["place"])
    for why, n in zip(columns["why"], columns["all"], strict=True):
        assert why.startswith(f"{n:.0f} offences in 8 months")


def test_the_map_says_how_good_it_was_and_warns(explored):
    view = explored.view
    assert view.score.startswith("Over the last 5 periods")
    assert "PAI" in view.score
    assert "95 % interval" in view.score
    assert any("The data give the month" in note for note in view.notes)
    assert "2018-01 to 2018-10, 8 of 10 periods held" in view.subtitle
    assert set(view.districts) == {"Northdale", "Southdale"}
    assert dict(explored.tables)["scores"].columns["forecaster"][0] == "count"


def test_a_map_by_a_named_model_is_scored_too(small_store):
    settings = MapSettings(ForecastSettings(model="ewma"), draws=20)
    made = run("report map", open_store(small_store), settings, now=NOW)
    assert made.view.score.startswith("Over the last 5 periods")
    assert "model ewma: as asked" in made.chosen


@pytest.mark.parametrize("model", ["ewma", "champion"])
def test_a_map_of_two_months_has_no_score_and_says_so(small_store, model):
    settings = MapSettings(ForecastSettings(Cells(until="2018-02"), model=model), draws=20)
    made = run("report map", open_store(small_store), settings, now=NOW)
    assert made.view.score.startswith("This map has not been scored: too little history")
    assert made.tables == ()


def test_a_map_of_a_file_needs_no_areas(tmp_path):
    source = EventsFile(events=str(dated_csv(tmp_path / "dated.csv")), **DATED)
    settings = MapSettings(ForecastSettings(Cells(source=source), flag_cells=4), draws=20)
    made = run("report map", None, settings, now=NOW)
    assert len(made.table) == 4
    assert set(made.table.columns["district"]) == {""}


def test_progress_is_told_in_order(small_store):
    told = []
    run(
        "report map",
        open_store(small_store),
        MapSettings(draws=20),
        now=NOW,
        progress=lambda share, message: told.append((share, message)),
    )
    assert {message for _, message in told} >= {"gathering events", "resampling ranks"}
    assert all(0 <= share <= 1 for share, _ in told)


def test_a_method_for_dated_events_is_tried_when_asked(weekly_store, small_store):
    store, months = open_store(weekly_store), open_store(small_store)
    settings = BacktestSettings(models="prospective", draws=20)
    table = run("backtest", store, settings, now=NOW).table
    assert "prospective" in table.columns["forecaster"]
    with pytest.raises(CoverageError, match="month"):
        run("backtest", months, settings, now=NOW)
