"""Boxes kept with a reason, listed as a layer, scored beside a model, and reproduced."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely

from factories import DATED, MONTHS, NOW, SOUTH, WEST, dated_csv
from peelian.operations import shares_within
from peelian.reports import read_provenance, table_csv
from peelian.sources import Drawing
from peelian.store import open_store
from peelian.terms import BoxKind, CoverageError, DataError, NotFound, ParameterError, Shift
from peelian.workflows import reproduce, run, write
from peelian.workflows.boxes import kept as module
from peelian.workflows.boxes.files import (
    add_file_of_boxes,
    degrees_of,
    edit_box_by_file,
    joined,
    parse_ranks,
    square_around,
)
from peelian.workflows.boxes.kept import (
    Wording,
    add_boxes,
    edit_box,
    read_boxes,
    reject_box,
    standing,
)
from peelian.workflows.boxes.spots import with_boxes
from peelian.workflows.forecasting.forecast import flag
from peelian.workflows.gather import gather
from peelian.workflows.patrols.plan import spots_of
from peelian.workflows.settings import (
    BacktestSettings,
    BoxesSettings,
    BoxScoreSettings,
    Cells,
    EventsFile,
    ForecastSettings,
    MapSettings,
    PlanSettings,
)

WHY = Wording("Fights after closing")
BUSY = (2_250.0, 2_250.0)  # of the two places of the sample where most happens
QUIET = (600.0, 7_400.0)
SHIFT = Shift(NOW, NOW + timedelta(hours=8))


def square(at, side=400.0, name="Market"):
    x, y = WEST + at[0] - side / 2, SOUTH + at[1] - side / 2
    return Drawing(name, None, shapely.box(x, y, x + side, y + side))


@pytest.fixture
def store(own_store):
    return open_store(own_store)


def test_a_box_is_kept_edited_and_rejected_and_nothing_is_lost(store):
    kept = add_boxes(store, [square(BUSY)], WHY, now=NOW)
    assert [one["box"] for one in kept.boxes] == [1]
    later = NOW + timedelta(days=1)
    edit_box(
        store, 1, Wording("Wider", name="Square"), drawings=[square(BUSY, 450)], now=later
    )
    (box,) = standing(store, later)
    assert (box.last.name, round(box.last.polygon.area), box.edits) == ("Square", 202_500, 1)
    reject_box(store, 1, Wording("The club has closed", "supervisor"), now=later)
    assert standing(store, later) == ()
    assert [box.number for box in standing(store, NOW)] == [1]
    said = [(e.action.value, e.reason, e.role) for e in read_boxes(store)]
    assert said == [
        ("add", "Fights after closing", "analyst"),
        ("edit", "Wider", "analyst"),
        ("reject", "The club has closed", "supervisor"),
    ]


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        (Wording(""), "give a reason"),
        (Wording(" \n\t "), "give a reason"),
        (Wording("x" * 501), "the reason has 501 letters"),
        (Wording("x", "sergeant Smith"), "role 'sergeant Smith'"),
        (Wording("x", name="y" * 81), "the name has 81 letters"),
        (Wording("x", until="2019-01-01"), "that day is over"),
        (Wording("x", since="soon"), "write it as YYYY-MM-DD"),
    ],
)
def test_nothing_is_kept_without_a_reason_or_with_a_wrong_word(store, wording, words):
    with pytest.raises(ParameterError, match=words):
        add_boxes(store, [square(BUSY)], wording, now=NOW)
    assert read_boxes(store) == ()


def test_one_unfit_box_keeps_the_others_out_too(store):
    small = square(QUIET, 20)
    with pytest.raises(ParameterError, match="draw 2,500 m2 or more"):
        add_boxes(store, [square(BUSY), small], WHY, now=NOW)
    assert read_boxes(store) == ()
    with pytest.raises(ParameterError, match="say where"):
        add_boxes(store, [], WHY, now=NOW)


def test_control_characters_are_no_part_of_what_is_kept(store):
    wording = Wording("Fights\x00 after\u202e closing\n", name="\x1b[31mMarket")
    add_boxes(store, [square(BUSY)], wording, now=NOW)
    (entry,) = read_boxes(store)
    assert (entry.reason, entry.name) == ("Fights after closing", "[31mMarket")


def test_a_box_that_others_changed_or_rejected_cannot_be_changed_blindly(store):
    add_boxes(store, [square(BUSY)], WHY, now=NOW)
    edit_box(store, 1, WHY, seen=1, now=NOW)
    with pytest.raises(ParameterError, match="was changed on 2019-01-10, after you opened it"):
        reject_box(store, 1, WHY, seen=1, now=NOW)
    reject_box(store, 1, WHY, seen=2, now=NOW)
    with pytest.raises(ParameterError, match="was rejected on 2019-01-10"):
        edit_box(store, 1, WHY, now=NOW)
    with pytest.raises(NotFound, match="no box 7"):
        reject_box(store, 7, WHY, now=NOW)


def test_two_writers_at_once_get_numbers_of_their_own(store, monkeypatch):
    """The other writes after this one has looked: it looks again."""
    seen, looked = read_boxes, []

    def late(one, until=None):
        found = seen(one, until)
        if not looked:
            looked.append(True)
            monkeypatch.setattr(module, "read_boxes", seen)
            add_boxes(one, [square(QUIET)], WHY, now=NOW)
        return found

    monkeypatch.setattr(module, "read_boxes", late)
    kept = add_boxes(store, [square(BUSY)], WHY, now=NOW)
    assert [one["box"] for one in kept.boxes] == [2]
    assert [box.number for box in standing(store, NOW)] == [1, 2]


def test_what_was_made_within_the_second_before_is_made_again_without_it(store, tmp_path):
    early, late = (NOW.replace(microsecond=n) for n in (300_000, 700_000))
    (path, *_) = write(
        run("boxes list", store, BoxesSettings(), now=early), tmp_path / "b.csv"
    )
    add_boxes(store, [square(BUSY)], WHY, now=late)
    assert reproduce(path, folder=store.path)[1] is None
    assert [box.number for box in standing(store, late)] == [1]  # the page shows it at once


def test_files_ranks_and_a_centre_become_boxes(store, tmp_path):
    found = run("report map", store, asked_map(), now=NOW)
    (path,) = write(found, tmp_path / "hot.geojson")
    kept = add_file_of_boxes(store, path, WHY, ranks="1, 2", now=NOW)
    assert {one["kind"] for one in kept.boxes} == {"edited"}
    left = add_file_of_boxes(store, path, WHY, ranks="3", leave_out=True, now=NOW)
    assert left.boxes[0]["kind"] == "left-out"
    drawn = tmp_path / "one.geojson"
    drawn.write_text(degrees_of(square(QUIET).polygon, store.crs))
    edited = edit_box_by_file(store, 1, drawn, WHY, now=NOW)
    area = shapely.from_geojson(json.dumps(edited.boxes[0]["polygon"])).area
    assert area == pytest.approx(160_000, rel=1e-3)
    one = square_around("51.73, 0.54", "200", crs=store.crs)
    assert one.polygon.area == pytest.approx(40_000)


def asked_map():
    return MapSettings(ForecastSettings(model="count", flag_cells=4), draws=10)


@pytest.mark.parametrize(
    ("centre", "width", "words"),
    [
        ("nowhere", "200", "write latitude and longitude"),
        ("51.7", "200", "write latitude and longitude"),
        ("151.7, 0.5", "200", "write latitude and longitude"),
        ("51.7, 0.5", "", "give metres"),
        ("51.7, 0.5", "-3", "give metres"),
        ("51.7, 0.5", "inf", "give metres"),
        ("-51.7, 100", "200", "off the map"),
    ],
)
def test_a_centre_that_is_none_is_told(centre, width, words):
    with pytest.raises((ParameterError, DataError), match=words):
        square_around(centre, width, crs="EPSG:27700")


def test_ranks_are_whole_numbers():
    assert parse_ranks(" 3, 4;12 ") == (3, 4, 12)
    for text in ("", "a", "-1", "1.5", "\uff11"):
        with pytest.raises(ParameterError, match="write whole numbers"):
            parse_ranks(text)


def test_cells_that_touch_are_one_box():
    cells = [Drawing("", k + 1, shapely.box(100 * k, 0, 100 * k + 99.9, 100)) for k in (0, 1)]
    (one,) = joined(cells, "1,2")
    assert one.polygon.geom_type == "Polygon"
    assert one.polygon.area == pytest.approx(20_000, rel=0.01)


# ---- planned


def material_of(store, n_cells=6):
    material = gather(store, Cells(), now=NOW)
    made = flag(material, ForecastSettings(model="count", flag_cells=n_cells))
    return material, made


def spots_with(store, n_cells=6):
    material, made = material_of(store, n_cells)
    before = spots_of(material, made)
    return before, with_boxes(store, material, made, before, SHIFT, now=NOW), material, made


def test_a_box_is_a_spot_worth_the_risk_inside_it(store):
    add_boxes(store, [square(BUSY, 500)], WHY, now=NOW)
    before, boxed, material, made = spots_with(store)
    ((n, shape),) = boxed.spots.boxes
    assert "Market" in boxed.spots.names[n]
    assert "(box 1)" in boxed.spots.names[n]
    share = shares_within(shape, material.grid, material.study_area)
    assert boxed.spots.worth[n] == pytest.approx(float(share @ made.risk))
    assert np.all(np.diff(boxed.spots.worth) <= 0)
    assert boxed.said[0].startswith("box 1, Market stands for ")
    assert len(boxed.spots) < len(before) + 1
    assert [one.kind for one in boxed.ingredients] == ["boxes"]


def test_a_place_left_out_is_no_spot_and_the_reason_is_said(store):
    wording = Wording("Guards of its own")
    add_boxes(store, [square(BUSY, 900)], wording, kind=BoxKind.LEFT_OUT, now=NOW)
    before, boxed, material, _ = spots_with(store)
    box = standing(store, NOW)[0].last.polygon
    centres = shapely.points(material.grid.x, material.grid.y)
    gone = [n for n in before.cell.tolist() if box.intersects(centres[n])]
    assert gone
    assert not set(gone) & set(boxed.spots.cell.tolist())
    assert boxed.said[0].startswith("left out: ")
    assert boxed.said[0].endswith("by box 1, Market: Guards of its own")


def test_without_boxes_the_spots_stay_as_they_are(store):
    before, boxed, *_ = spots_with(store)
    assert boxed.spots is before
    assert boxed.ingredients == ()


def test_a_box_where_nothing_is_expected_is_worth_the_least_spot(store):
    add_boxes(store, [square(QUIET, 60)], WHY, now=NOW)
    material, made = material_of(store)
    made = replace(made, risk=np.where(made.flagged, made.risk, 0.0))
    before = spots_of(material, made)
    boxed = with_boxes(store, material, made, before, SHIFT, now=NOW)
    assert boxed.spots.worth.min() == before.worth.min()
    assert any("expects nothing in box 1" in one for one in boxed.said)


# ---- scored


def test_the_list_is_a_layer_that_can_be_made_again(store, tmp_path):
    add_boxes(store, [square(BUSY), square(QUIET, name="Park")], WHY, now=NOW)
    outcome = run("boxes list", store, BoxesSettings(), now=NOW)
    assert outcome.table.columns["name"].tolist() == ["Market", "Park"]
    paths = [*write(outcome, tmp_path / "b.geojson"), *write(outcome, tmp_path / "b.csv")]
    assert json.loads(paths[0].read_bytes())["features"][0]["properties"]["reason"]
    reject_box(store, 1, WHY, now=NOW + timedelta(days=2))
    for path in paths[:2]:
        assert reproduce(path, folder=store.path)[1] is None
    none = run("boxes list", store, BoxesSettings(on="2018-01-01"), now=NOW)
    assert len(none.table) == 0
    assert "the first was written down on 2019-01-10" in none.chosen[0]


def test_boxes_written_after_the_test_change_no_number(store):
    asked = BacktestSettings(models="count", draws=50)
    before = run("backtest", store, asked, now=NOW)
    add_boxes(store, [square(BUSY)], WHY, now=NOW)
    after = run("backtest", store, asked, now=NOW)
    assert table_csv(before.table) == table_csv(after.table)
    assert "boxes" not in dict(after.tables)
    assert any("no box stood at any of 5 origins" in one for one in after.chosen)
    with pytest.raises(CoverageError, match="no box stood at any"):
        run("evaluate boxes", store, BoxScoreSettings(), now=NOW)


def test_boxes_are_scored_from_when_they_stood(store, tmp_path):
    """By hand: events inside the polygon in the months scored, over its area and months."""
    drawn = NOW.replace(year=2018, month=4, day=30)
    add_boxes(store, [square(BUSY, 500)], WHY, now=drawn)
    outcome = run("evaluate boxes", store, BoxScoreSettings(draws=50), now=NOW)
    events = gather(store, Cells(), now=NOW).events
    box = standing(store, NOW)[0].last.polygon
    inside = shapely.intersects_xy(box, events.x, events.y)
    month = (events.start + (events.end - events.start) // 2).astype("M8[M]").astype(str)
    scored = [m for m in MONTHS if m >= "2018-05"]
    hits = int((inside & np.isin(month, scored)).sum())
    columns = outcome.table.columns
    assert columns["flagged"].tolist() == ["drawn boxes", "count with boxes"]
    assert columns["origins"].tolist() == [4, 4]
    assert columns["hits"][0] == hits
    assert columns["per_km2"][0] == pytest.approx(hits / (0.25 * 4), rel=1e-4)
    assert columns["events"][0] == np.isin(month, scored).sum()
    assert columns["verdict"][0].startswith("no detectable difference")
    each = dict(outcome.tables)["boxes"].columns
    assert each["hits"].tolist() == [hits]
    assert any("fewer than 10 whole blocks, so no claim" in one for one in outcome.chosen)
    backtest = run("backtest", store, BacktestSettings(models="count", draws=50), now=NOW)
    assert dict(backtest.tables)["boxes"].columns["hits"][0] == hits
    (path, *_) = write(backtest, tmp_path / "b.csv")
    add_boxes(store, [square(QUIET)], WHY, now=NOW + timedelta(days=1))
    assert reproduce(path, folder=store.path)[1] is None
    assert "boxes" in {i.kind for i in read_provenance(path).ingredients}


def test_a_date_given_later_is_believed_only_when_asked(store):
    add_boxes(store, [square(BUSY)], Wording("x", since="2018-03-01"), now=NOW)
    written, dated = (
        run("backtest", store, BacktestSettings(models="count", boxes=how, draws=20), now=NOW)
        for how in ("written", "dated")
    )
    assert "boxes" not in dict(written.tables)
    assert dict(dated.tables)["boxes"].columns["origins"].tolist() == [5, 5]
    assert any("only as honest as those days" in one for one in dated.chosen)


def test_a_file_of_events_has_no_boxes(tmp_path):
    source = EventsFile(events=str(dated_csv(tmp_path / "e.csv")), **DATED)
    asked = BacktestSettings(cells=Cells(source=source), models="count", draws=20)
    assert "boxes" not in dict(run("backtest", None, asked, now=NOW).tables)


def test_a_plan_takes_boxes_in_keeps_their_outline_and_is_made_again(store, tmp_path):
    add_boxes(store, [square(BUSY, 500)], WHY, now=NOW)
    asked = PlanSettings(ForecastSettings(model="count", flag_cells=6), teams=1)
    outcome = run("plan", store, asked, now=NOW)
    assert "spots drawn by hand: box 1, Market" in outcome.chosen
    draw = dict(outcome.tables)["draw"].columns
    (n,) = [k for k, place in enumerate(draw["place"].tolist()) if "(box 1)" in place]
    assert 0 < draw["probability"][n] <= 1
    assert [box.name for box in outcome.view.boxes] == [draw["place"][n]]
    (kept,) = store.artefacts("plan")
    spots = json.loads(store.read_artefact(kept.artefact)[1]["spots.geojson"])
    ring = shapely.geometry.shape(spots["features"][n]["geometry"])
    flagged = shapely.geometry.shape(spots["features"][n - 1]["geometry"])
    assert ring.area == pytest.approx(flagged.area, rel=0.01)  # as large, elsewhere
    (path, *_) = write(outcome, tmp_path / "plan.csv")
    reject_box(store, 1, WHY, now=NOW + timedelta(days=1))
    assert reproduce(path, folder=store.path)[1] is None
    without = run("plan", store, asked, now=NOW + timedelta(days=2))
    assert not any("box" in one for one in without.chosen)
