"""Other offences to learn from: asked for, counted alike, known in time, never possession."""

import numpy as np
import pytest

from factories import DATED, NOW
from peelian.evaluation.tally import walks
from peelian.forecasts import ManyScales
from peelian.spacetime import count_events
from peelian.store import open_store
from peelian.terms import CoverageError, NotFound, ParameterError
from peelian.workflows import (
    BacktestSettings,
    ForecastSettings,
    flat_fields,
    from_flat,
    reproduce,
    run,
    write,
)
from peelian.workflows.companions import by_commas
from peelian.workflows.gather import gather, gather_several
from peelian.workflows.options import on_pages
from peelian.workflows.settings import Cells, EventsFile, LeakSettings, MapSettings
from web_store import SIDE, SOUTH, WEST

WEEKS = 16


@pytest.fixture(scope="module")
def crimes(tmp_path_factory):
    """Robberies and thefts of sixteen weeks, at the same kinds of place; half are late."""
    rng = np.random.default_rng(5)
    n = WEEKS * 7 * 6
    centre = np.array([[2_250.0, 2_250.0], [5_750.0, 6_250.0]])[rng.integers(0, 2, n)]
    place = np.clip(centre + rng.normal(0, 700, (n, 2)), 1, SIDE - 1) + np.array([WEST, SOUTH])
    day = np.datetime64("2018-01-01T12:00") + (np.arange(n) // 6).astype("m8[D]")
    seen = day + rng.choice([0, 20], n).astype("m8[D]")
    kind = np.array(["robbery", "theft", "theft, of 'cars'"])[np.arange(n) % 3]
    rows = (
        f'{x:.1f},{y:.1f},{when},"{what}",{known}\n'
        for (x, y), when, what, known in zip(place, day, kind, seen, strict=True)
    )
    path = tmp_path_factory.mktemp("companions") / "crimes.csv"
    path.write_text("e,n,when,what,seen\n" + "".join(rows))
    return path


def cells_of(path, where="what = 'robbery'", **source):
    file = EventsFile(events=str(path), where=where, **{**DATED, **source})
    return Cells(source=file, cell_size=500.0)


THEFT = "what in ('theft', 'theft, of ''cars''')"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("robbery", ["robbery"]),
        (" robbery , all,robbery,", ["robbery", "all"]),
        ("police-uk:robbery,police-uk:burglary", ["police-uk:robbery", "police-uk:burglary"]),
        (f"{THEFT}, \"a,b\" = 'x,''y', f(g(1, 2), [3, 4]) > 0", None),
        ("it's", ["it's"]),
    ],
)
def test_commas_part_but_not_those_in_quotes_or_brackets(text, parts):
    if parts is None:
        parts = [THEFT, "\"a,b\" = 'x,''y'", "f(g(1, 2), [3, 4]) > 0"]
    assert by_commas(text) == parts


def test_rows_of_the_same_file_are_counted_in_the_same_cells_and_weeks(crimes):
    material = gather_several(None, cells_of(crimes), companions=THEFT, now=NOW)
    theft = gather(None, cells_of(crimes, THEFT), now=NOW).events
    history = material.history
    assert list(history.companions) == [THEFT]
    expected = count_events(theft, history.grid, history.periods)
    np.testing.assert_array_equal(history.companions[THEFT], expected)
    assert 0.98 * len(theft) < expected.sum() <= len(theft)  # the hull is of robberies
    plain = gather_several(None, cells_of(crimes), now=NOW).history
    np.testing.assert_array_equal(history.counts, plain.counts)
    assert [i.name for i in material.ingredients] == [str(crimes)] * 2


def test_a_model_that_uses_them_gives_another_map_and_others_the_same(crimes):
    def made(model, companions=""):
        settings = ForecastSettings(cells_of(crimes), companions=companions, model=model)
        return run("forecast", None, settings, now=NOW)

    def risk(outcome):
        return outcome.table.columns["risk"]

    told = made("many-scales", f"{THEFT},what = 'robbery'")
    assert not np.allclose(risk(told), risk(made("many-scales")))
    np.testing.assert_array_equal(risk(made("ewma", THEFT)), risk(made("ewma")))
    said = next(sentence for sentence in told.chosen if sentence.startswith("companions"))
    assert f"{THEFT} (" in said
    assert said.endswith("used by many-scales, ignored by every other model")


def test_a_file_made_with_them_is_made_again_byte_by_byte(crimes, small_store, tmp_path):
    settings = ForecastSettings(cells_of(crimes), companions=THEFT, model="many-scales")
    write(run("forecast", None, settings, now=NOW), tmp_path / "file.geojson")
    settings = ForecastSettings(companions="police-uk:burglary", model="many-scales")
    made = run("forecast", open_store(small_store), settings, now=NOW)
    write(made, tmp_path / "store.geojson")
    for name in ("file", "store"):
        path = tmp_path / f"{name}.geojson"
        assert reproduce(path, folder=small_store)[1] is None
        assert THEFT in path.read_text() or "police-uk:burglary" in path.read_text()


def test_offences_of_a_store_are_counted_as_its_own_count_does(small_store):
    store = open_store(small_store)
    asked = "police-uk:burglary,police-uk:robbery"
    material = gather_several(store, Cells(), companions=asked, now=NOW)
    history = material.history
    for code in asked.split(","):
        counts = store.count_events(history.grid, history.periods, offences=[code])
        np.testing.assert_array_equal(history.companions[code], counts)
        assert np.nansum(counts) > 0


def test_a_companion_that_is_not_held_is_told(small_store):
    store = open_store(small_store)
    with pytest.raises(NotFound, match="companion robery: no offence set"):
        gather_several(store, Cells(), companions="robery", now=NOW)
    with pytest.raises(CoverageError, match="holds no offence police-uk:nothing"):
        gather_several(store, Cells(), companions="police-uk:nothing", now=NOW)


def test_a_name_is_no_condition_on_a_file(crimes):
    with pytest.raises(ParameterError, match=r"companion theft: .*the columns are e, n, when"):
        gather_several(None, cells_of(crimes), companions="theft", now=NOW)


def test_an_origin_knows_no_companion_recorded_after_it(crimes):
    cells = cells_of(crimes, recorded="seen")
    material = gather_several(None, cells, companions=THEFT, now=NOW)
    history, events = material.history, material.companions[0].events
    for n in (4, 9, WEEKS):
        cut = history.until(n)
        known = events.where(events.recorded <= history.periods.end[n - 1])
        expected = count_events(known, history.grid, cut.periods)
        np.testing.assert_array_equal(cut.companions[THEFT], expected)
        assert cut.companions[THEFT].sum() < history.companions[THEFT][:n].sum()


def test_late_companions_alone_are_enough_to_cut_at_every_origin(crimes):
    """A walk over all origins would pass over what came on record late."""
    cells = cells_of(crimes, "what = 'robbery' and \"when\" = seen", recorded="seen")
    settings = BacktestSettings(
        cells, companions=THEFT, models="many-scales", min_history=14, draws=50
    )
    history = gather_several(None, cells, companions=THEFT, now=NOW).history
    assert history.late is None
    assert not walks(ManyScales(), history, 1)
    said = run("backtest", None, settings, now=NOW).chosen
    assert "some events came on record late: no origin knew them before" in said


def test_a_leak_check_refuses_them():
    with pytest.raises(ParameterError, match="leave out companions"):
        run("evaluate leaks", None, LeakSettings(BacktestSettings(companions="x")), now=NOW)


def test_a_leak_check_does_not_offer_what_it_refuses():
    offered = {name for name, *_ in flat_fields(LeakSettings)}
    every = {name for name, *_ in flat_fields(BacktestSettings)}
    assert offered == every - {"companions", "boxes"} | {"runs", "error_rate"}
    assert "companions" not in on_pages(LeakSettings)
    with pytest.raises(ParameterError, match="no setting 'companions'"):
        from_flat(LeakSettings, {"companions": "x"})


def test_a_page_may_offer_them():
    assert "companions" in on_pages(MapSettings)
