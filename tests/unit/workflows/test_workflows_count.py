"""Events by cell, district and month add up to the same events."""

import numpy as np
import pytest

from factories import NOW, SIDE
from peelian.store import open_store
from peelian.terms import CoverageError, ParameterError
from peelian.workflows import CountSettings, GiStarSettings, KdeSettings, run
from peelian.workflows.settings import Cells


@pytest.fixture(scope="module")
def counted(small_store):
    """Counts of the small store by what is asked."""

    def count(by="cell", **cells):
        store = open_store(small_store)
        return run("count", store, CountSettings(Cells(**cells), by), now=NOW)

    return count


def test_cells_districts_and_months_hold_the_same_events(counted):
    totals = {by: np.nansum(counted(by).table.columns["n"]) for by in ("cell", "month")}
    assert totals["cell"] == totals["month"] > 500


def test_cells_are_numbered_and_come_with_their_grid(counted):
    made = counted()
    assert list(made.table.columns) == ["cell", "x", "y", "n"]
    np.testing.assert_array_equal(made.table.columns["cell"], np.arange(256))
    assert made.grid.n_cells == 256


def test_months_not_held_have_no_number(counted):
    columns = counted("month").table.columns
    held = dict(zip(columns["month"].tolist(), columns["held"].tolist(), strict=True))
    assert not held["2018-06"]
    assert not held["2018-09"]
    assert sum(held.values()) == 8
    np.testing.assert_array_equal(np.isnan(columns["n"]), ~columns["held"])


def test_dated_events_are_counted_by_week(weekly_store):
    made = run("count", open_store(weekly_store), CountSettings(by="month"), now=NOW)
    columns = made.table.columns
    assert list(columns) == ["week_around", "held", "n"]
    np.testing.assert_array_equal(columns["n"], np.full(16, 28.0))
    assert columns["week_around"][0] == "2018-01-04"


def test_districts_have_rates_with_intervals(counted):
    made = counted("district")
    columns = made.table.columns
    assert columns["district"].tolist() == ["Northdale", "Southdale"]
    np.testing.assert_array_equal(columns["population"], [3500, 3100])
    np.testing.assert_allclose(columns["rate"], columns["n"] / columns["population"] * 1000)
    assert (columns["low"] <= columns["rate"]).all()
    assert (columns["rate"] < columns["high"]).all()
    assert made.grid is None
    assert made.chosen == ()


def test_districts_stop_at_until(counted):
    first, later = (counted("district", until=u).table for u in ("2018-01", "2018-03"))
    assert "31 days" in first.title
    assert 0 < first.columns["n"].sum() < later.columns["n"].sum()


def test_districts_need_areas(weekly_store):
    with pytest.raises(CoverageError, match="--areas FILE"):
        run("count", open_store(weekly_store), CountSettings(by="district"), now=NOW)


def test_another_way_to_count_is_refused(counted):
    with pytest.raises(ParameterError, match="'week': give one of cell, district, month"):
        counted("week")


@pytest.mark.parametrize(
    ("job", "settings", "columns"),
    [
        ("hotspots kde", KdeSettings(), ["density"]),
        ("hotspots kde", KdeSettings(kernel="gaussian", bandwidth=400.0), ["density"]),
        ("hotspots gi-star", GiStarSettings(), ["gi_star", "p", "p_fdr"]),
        ("hotspots gi-star", GiStarSettings(distance=1200.0), ["gi_star", "p", "p_fdr"]),
    ],
)
def test_a_statistic_shares_the_columns_of_a_count(
    small_store, counted, job, settings, columns
):
    made = run(job, open_store(small_store), settings, now=NOW)
    assert list(made.table.columns) == ["cell", "x", "y", "n", *columns]
    np.testing.assert_array_equal(made.table.columns["n"], counted().table.columns["n"])
    assert np.isfinite(made.table.columns[columns[0]]).all()


def test_density_adds_up_to_the_events_in_it(small_store):
    made = run("hotspots kde", open_store(small_store), KdeSettings(), now=NOW)
    mass = made.table.columns["density"].sum() * (SIDE / 1000) ** 2 / len(made.table)
    assert mass == pytest.approx(made.table.columns["n"].sum(), rel=0.02)


def test_density_stops_at_until_and_at_the_edge(small_store):
    """What is not counted makes no density either."""
    store = open_store(small_store)
    cells = Cells(until="2018-02", district="Southdale")
    made = run("hotspots kde", store, KdeSettings(cells), now=NOW).table.columns
    area = SIDE**2 / 2 / 1e6 / len(made["n"])
    assert made["density"].sum() * area == pytest.approx(made["n"].sum(), rel=0.03)


def test_the_bandwidth_chosen_is_announced(small_store):
    made = run("hotspots kde", open_store(small_store), KdeSettings(), now=NOW)
    assert "bandwidth 1000 m (twice the cell size)" in made.chosen


def test_density_of_areas_is_refused(small_store):
    settings = KdeSettings(Cells(cell_kind="areas"), bandwidth=100.0)
    with pytest.raises(ParameterError, match="areas have no one size"):
        run("hotspots kde", open_store(small_store), settings, now=NOW)


def test_gi_star_is_highest_at_the_two_places(small_store):
    made = run("hotspots gi-star", open_store(small_store), GiStarSettings(), now=NOW)
    columns = made.table.columns
    best = np.argsort(-columns["gi_star"])[:8]
    x, y = columns["x"][best] - 570_000, columns["y"][best] - 200_000
    south, north = (
        np.hypot(x - at, y - up) < 1_500 for at, up in ((2_250, 2_250), (5_750, 6_250))
    )
    assert (south | north).all()
    assert south.any()
    assert north.any()
    assert (columns["p"] <= columns["p_fdr"]).all()
