"""The curve: laws of flagging more, and the backtest it is made of."""

import numpy as np
import pytest

from peelian.store import open_store
from peelian.terms import CoverageError, ParameterError
from peelian.workflows import BacktestSettings, Cells, run
from peelian.workflows.forecasting.curve import SHARES, pai_curve
from web_store import NOW, make_sample


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store(make_sample(tmp_path_factory.mktemp("curve") / "store"))


@pytest.fixture(scope="module")
def curve(store):
    return pai_curve(store, Cells(), now=NOW).columns


def test_flagging_more_never_catches_less(curve):
    for name in set(curve["forecaster"].tolist()):
        rows = curve["forecaster"] == name
        assert curve["area_share"][rows].tolist() == list(SHARES)
        caught = curve["pai"][rows] * curve["area_share"][rows]
        assert np.all(np.diff(caught) >= -1e-9)
        assert caught[-1] <= 1


def test_every_point_is_the_backtest_at_that_budget(store, curve):
    area = 64.0  # of the sample [km2]
    asked = BacktestSettings(flag_area=SHARES[-1] * area)
    table = run("backtest", store, asked, now=NOW).table.columns
    for name in ("count", "ewma"):
        expected = table["pai"][table["forecaster"] == name]
        found = curve["pai"][
            (curve["forecaster"] == name) & (curve["area_share"] == SHARES[-1])
        ]
        assert found == pytest.approx(expected)


def test_one_model_is_drawn_against_counting(store):
    names = pai_curve(store, Cells(), "ewma", now=NOW).columns["forecaster"]
    assert set(names.tolist()) == {"count", "ewma"}


def test_a_model_that_learns_from_other_offences_is_scored_with_them(store):
    alone, told = (
        pai_curve(store, Cells(), "many-scales", companions=companions, now=NOW).columns["pai"]
        for companions in ("", "police-uk:burglary")
    )
    np.testing.assert_array_equal(alone[::2], told[::2])  # of counting, which stands first
    assert not np.array_equal(alone, told)


def test_an_unknown_model_and_too_little_history_are_said(store, tmp_path):
    with pytest.raises(ParameterError, match="crystal-ball"):
        pai_curve(store, Cells(), "crystal-ball", now=NOW)
    short = open_store(make_sample(tmp_path / "store", months=("2018-01", "2018-02")))
    with pytest.raises(CoverageError):
        pai_curve(short, Cells(), now=NOW)
