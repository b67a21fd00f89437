"""What a job works on: which events, which cells, which periods, and what it must say."""

import numpy as np
import pytest

from factories import DATED, NOW, SIDE, as_it_stands, dated_csv, spoilt, street_csv
from peelian.store import open_store
from peelian.terms import CoverageError, NotFound, ParameterError
from peelian.workflows import ingest
from peelian.workflows.extent import area_around, periods_for
from peelian.workflows.gather import gather, gather_several
from peelian.workflows.notes import MONTH_ONLY_NOTE
from peelian.workflows.settings import Cells, EventsFile


@pytest.fixture
def material(small_store):
    """What these settings gather from the small store."""

    def gathered(**cells):
        return gather(open_store(small_store), Cells(**cells), now=NOW)

    return gathered


@pytest.fixture
def dated(tmp_path):
    """What these settings gather from a file of dated events."""
    path = dated_csv(tmp_path / "dated.csv")

    def gathered(*, cells=None, **source):
        file = EventsFile(events=str(path), **{**DATED, **source})
        return gather(None, Cells(source=file, **(cells or {})), now=NOW)

    return gathered


def test_month_only_data_are_counted_by_calendar_month(material):
    made = material()
    assert made.monthly
    assert len(made.history.periods) == 10
    np.testing.assert_array_equal(made.history.periods.days[:2], [31, 28])
    assert made.notes[0] == MONTH_ONLY_NOTE


def test_months_not_held_are_unknown_never_zero(material):
    counts = material().history.counts
    assert np.isnan(counts[[5, 8]]).all()
    assert not np.isnan(np.delete(counts, [5, 8], axis=0)).any()


def test_dated_events_are_counted_by_whole_policing_weeks_that_end_with_the_data(dated):
    made = dated()
    assert not made.monthly
    np.testing.assert_array_equal(np.unique(made.history.periods.days), [7 - 1 / 24, 7])
    assert str(made.history.periods.end[-1]) == "2018-04-23T05:00:00"  # 06:00 in summer
    assert made.notes == ()


def test_a_store_of_dated_events_needs_no_layer(weekly_store):
    made = gather(open_store(weekly_store), Cells(), now=NOW)
    assert len(made.history.periods) == 16
    assert made.study_area.name == "events held"
    assert made.history.counts.sum() == 16 * 7 * 4


@pytest.mark.parametrize("until", ["2018-03", "2018-03-31", "2018-03-01"])
def test_until_is_inclusive_and_hides_all_that_follows(material, until):
    made = material(until=until)
    assert len(made.history.periods) == 3
    assert made.events.end.max() < np.datetime64("2018-04-01")
    assert made.history.counts.sum() == made.events.weight.sum()


def test_until_hides_what_follows_in_a_file_too(dated):
    made = dated(cells={"until": "2018-02-04"})
    assert len(made.history.periods) == 5
    assert made.events.start.max() < np.datetime64("2018-02-05T06")
    assert made.history.counts.sum() == made.events.weight.sum() == 5 * 7 * 4


def test_the_events_are_those_that_the_counts_hold(material):
    made = material()
    assert np.nansum(made.history.counts) == made.events.weight.sum() > 0


def test_until_after_the_data_is_a_period_not_held(material):
    assert not material(until="2018-12").history.periods.held[-1]


@pytest.mark.parametrize("until", ["2017-12", "soon", "2018-13", "12/2018"])
def test_an_impossible_until_is_refused(material, until):
    with pytest.raises(ParameterError, match=r"2017-12|soon|2018-13|12/2018"):
        material(until=until)


def test_days_before_the_first_whole_week_count_but_teach_no_trend(tmp_path):
    """Nine days: two of them, then a week that ends with the data."""
    path = tmp_path / "nine.csv"
    rows = [f"{580_000 + i},205000,2018-01-{1 + i:02d}T12:00\n" for i in range(9)]
    path.write_text("e,n,when\n" + "".join(rows))
    cells = Cells(source=EventsFile(events=str(path), **DATED))
    made = gather(None, cells, now=NOW)
    assert (len(made.events), made.counts.sum(), made.lead_in) == (9, 9, 1)
    np.testing.assert_array_equal(made.periods.days, [2, 7])
    assert made.history.counts.sum() == len(made.history.events) == 7


def test_less_than_a_week_of_dated_events_has_no_history_to_learn_from(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(
        "e,n,when\n580000,205000,2018-01-01T12:00\n581000,205900,2018-01-03T12:00\n"
    )
    made = gather(None, Cells(source=EventsFile(events=str(path), **DATED)), now=NOW)
    assert made.counts.sum() == 2
    with pytest.raises(CoverageError, match="3 days are less than one period"):
        _ = made.history


def test_until_before_the_first_dated_event_is_refused():
    with pytest.raises(ParameterError, match="2017-12-31 is before the first event"):
        periods_for(False, "2018-01-01", "2017-12-31", months=frozenset({"2018-01"}))


def test_a_week_that_touches_a_month_not_held_is_not_held():
    periods, _ = periods_for(False, "2018-01-20", "2018-02-16", months=frozenset({"2018-01"}))
    np.testing.assert_array_equal(periods.held, [True, False, False, False])


def test_months_held_before_the_first_event_count_as_none(own_store, tmp_path):
    """Of a kind of offence that was first recorded in the last month of eleven."""
    quiet = spoilt(
        tmp_path / "2018-11-sample-street.csv", lambda t: t.replace("Robbery", "Drugs")
    )
    store = open_store(own_store)
    ingest(store, [quiet], now=NOW)
    made = gather(store, Cells(offence_set="police-uk:robbery"), now=NOW)
    assert len(made.history.periods) == 11
    assert made.history.counts[-1].sum() == 0


def test_a_district_is_its_own_study_area(material):
    made = material(district="Northdale")
    assert made.study_area.name == "Northdale"
    assert made.grid.area.sum() == pytest.approx(SIDE**2 / 2)
    assert set(made.areas.district) == {"Northdale"}


def test_an_unknown_district_is_told_those_there_are(material):
    with pytest.raises(NotFound, match=r"'Nowhere'.*Northdale, Southdale"):
        material(district="Nowhere")


def test_a_district_needs_areas(weekly_store):
    with pytest.raises(CoverageError, match="--areas FILE"):
        gather(open_store(weekly_store), Cells(district="Northdale"), now=NOW)


def test_points_that_gather_records_are_left_out_and_said(own_store, tmp_path):
    file = spoilt(
        tmp_path / "2018-11-sample-street.csv",
        lambda text: text.replace("On or near Street 3", "On or near Airport/Airfield"),
    )
    store = open_store(own_store)
    ingest(store, [file], now=NOW)
    without, with_them = (
        gather(store, Cells(keep_sinks=keep), now=NOW) for keep in (False, True)
    )
    n = int((with_them.events.place == "On or near Airport/Airfield").sum())
    assert n > 0
    assert np.nansum(with_them.history.counts) - np.nansum(without.history.counts) == n
    assert any(f"{n} events at points where" in note for note in without.notes)
    assert not any("at points where" in note for note in with_them.notes)


def test_discovered_offences_do_not_train_and_this_is_said(material):
    made = material(offence_set="violence-and-weapons")
    assert "police-uk:possession-of-weapons" not in made.events.offence
    assert any("possession-of-weapons" in note for note in made.notes)


def test_a_version_of_a_set_can_be_asked_for(material):
    np.testing.assert_array_equal(
        material(offence_set="serious-violence@police-uk-1").history.counts,
        material().history.counts,
    )


def test_a_version_whose_codes_are_not_held_is_refused(material):
    with pytest.raises(
        CoverageError, match=r"serious-violence@home-office-1.*police-uk:robbery"
    ):
        material(offence_set="serious-violence@home-office-1")


@pytest.mark.parametrize("name", ["seriousviolence", "serious-violence@9"])
def test_an_unknown_set_is_told_those_there_are(material, name):
    with pytest.raises(NotFound, match=f"{name}.*serious-violence@police-uk-1"):
        material(offence_set=name)


def test_one_offence_or_every_offence(material):
    everything, robbery = (
        material(offence_set="all"),
        material(offence_set="police-uk:robbery"),
    )
    assert set(robbery.events.offence) == {"police-uk:robbery"}
    assert len(everything.events) > len(material().events) > len(robbery.events) > 0


def test_cells_are_coarse_for_month_only_data_and_this_is_announced(material):
    made = material()
    assert made.grid.cell_size == 500
    assert made.chosen == ("cell size 500 m (from the data)",)
    assert material(cell_size=800.0).chosen == ()


def test_cells_can_be_hexagons_or_the_areas_held(material):
    assert material(cell_kind="hexagon").grid.kind == "hexagon"
    areas = material(cell_kind="areas")
    assert areas.grid.n_cells == 4
    assert np.nansum(areas.history.counts) == areas.events.weight.sum()


def test_an_unknown_kind_of_cell_is_refused(material):
    with pytest.raises(ParameterError, match="'triangle': give square, hexagon or areas"):
        material(cell_kind="triangle")


def test_areas_as_cells_need_areas(weekly_store):
    with pytest.raises(ParameterError, match="areas"):
        gather(open_store(weekly_store), Cells(cell_kind="areas"), now=NOW)


def test_a_file_without_crs_is_plane_metres_vouched_for(dated):
    made = dated(crs="none")
    assert made.grid.crs == "none"
    assert made.history.counts.sum() == 16 * 7 * 4


def test_a_file_may_weigh_and_filter(dated):
    assert dated(weight="harm").history.counts.sum() > dated().history.counts.sum()
    assert len(dated(where="harm = 2").events) == 149  # of 448, every third from the second


def test_a_file_needs_its_columns_named(dated):
    with pytest.raises(ParameterError, match="say which column is --y"):
        dated(y="")


def test_a_study_area_cuts_a_file_and_says_how_much_is_outside(dated, tmp_path):
    outline = tmp_path / "half.geojson"
    outline.write_text(
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": '
        '{"name": "urn:ogc:def:crs:EPSG::27700"}}, "features": [{"type": "Feature", '
        '"properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[570000, 200000], '
        "[578000, 200000], [578000, 204000], [570000, 204000], [570000, 200000]]]}}]}"
    )
    made, whole = dated(study_area=str(outline)), dated()
    outside = len(whole.events) - len(made.events)
    assert outside > 0
    assert any(f"{outside} events outside" in note for note in made.notes)
    assert made.history.counts.sum() == made.events.weight.sum()


def test_neither_store_nor_file_is_refused():
    with pytest.raises(ParameterError, match="no store and no file"):
        gather(None, Cells(), now=NOW)


def test_an_empty_store_says_what_to_do(tmp_path):
    with pytest.raises(CoverageError, match="peelian ingest FILE"):
        gather(open_store(tmp_path / "new", create=True), Cells(), now=NOW)


def test_nothing_is_nothing_to_draw_an_area_around(material):
    events = material().events
    with pytest.raises(CoverageError, match="nothing to count"):
        area_around(events.where(np.zeros(len(events), dtype=bool)), "nothing")


def test_one_cell_cannot_be_compared(small_store):
    store = open_store(small_store)
    assert gather(store, Cells(cell_size=50_000.0), now=NOW).grid.n_cells == 1
    with pytest.raises(ParameterError, match=r"one cell of 50000 m.*smaller cell size"):
        gather_several(store, Cells(cell_size=50_000.0), now=NOW)


def test_the_record_names_every_batch_and_layer(material):
    kinds = [i.kind for i in material().ingredients]
    assert kinds.count("batch") == 8
    assert kinds.count("layer") == 3
    made = material().record("count", Cells(), method="m", seed=None, now=NOW)
    assert sum(i.read for i in made.ingredients) == 8 * 120
    assert sum(i.refused for i in made.ingredients) == 8 * 2


def test_the_budget_of_area_is_whole_cells_or_what_was_asked(material):
    made = material()
    budget, (said,) = made.budget(0.0)
    assert budget % made.whole_cell == 0
    assert "0.2 km2" in said
    assert made.budget(2.0) == (2e6, ())
    assert made.budget(9_999.0)[0] == pytest.approx(made.grid.area.sum())
    with pytest.raises(ParameterError, match="-1 km2"):
        made.budget(-1.0)


def test_gathering_changes_nothing(small_store, material):
    before = as_it_stands(small_store)
    material(district="Northdale", cell_kind="hexagon")
    assert as_it_stands(small_store) == before


def test_a_changed_grid_keeps_the_total(material):
    made = [material(cell_size=size) for size in (250.0, 500.0, 1_000.0)]
    assert len({float(np.nansum(m.history.counts)) for m in made}) == 1


def test_a_later_month_is_counted(own_store, tmp_path):
    store = open_store(own_store)
    before = gather(store, Cells(), now=NOW)
    ingest(store, [street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")], now=NOW)
    after = gather(store, Cells(), now=NOW)
    assert len(after.history.periods) == len(before.history.periods) + 1
    assert after.history.periods.held[-1]


def test_a_district_keeps_only_its_own_events(material):
    whole, part = material(), material(district="Northdale")
    assert 0 < len(part.events) < len(whole.events)
    assert len(part.events) == np.nansum(part.history.counts)
