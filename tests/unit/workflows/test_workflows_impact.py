"""Did it work, as a user asks it: tables and polygons, power, the register, the report."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely import Point

from evaluation_samples import PLAN, ROLES, counts_csv
from factories import as_it_stands
from peelian import reports
from peelian.store import open_store
from peelian.terms import (
    Areas,
    CoverageError,
    DataError,
    NotAllowedNow,
    NotFound,
    ParameterError,
    Role,
)
from peelian.workflows import JOBS, from_flat, reproduce, run, write
from peelian.workflows.designs.measured import gather_counts
from peelian.workflows.designs.register import find_design
from peelian.workflows.designs.rotated import gather_rotation
from peelian.workflows.settings import Measured
from plan_samples import kept_plan
from web_store import SOUTH, WEST

NOW = datetime(2026, 11, 22, 15, 0, 0, 250, tzinfo=UTC)
LATER = datetime(2028, 1, 10, 9, 0, tzinfo=UTC)
FOUR = (
    "area,role,period,n\nTown,treated,before,207\nTown,treated,after,110\n"
    "Port,control,before,308\nPort,control,after,318\n"
)


def do(job, store=None, *, now=NOW, **settings):
    return run(job, store, from_flat(JOBS[job].settings, settings), now=now)


def cell(outcome, measure, column):
    at = outcome.table.columns["measure"].tolist().index(measure)
    return outcome.table.columns[column][at]


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "store", create=True)


def registered(store, *, now=NOW, **settings):
    """The name of a design registered with counts before."""
    given = {"rows": counts_csv(after=False), **PLAN, **settings}
    found = do("evaluate register", store, now=now, **given)
    return found.table.columns["value"][0]


def test_the_effect_with_its_prior_and_where_the_dispersion_comes_from():
    found = do("evaluate impact", rows=FOUR)
    assert cell(found, "ratio of ratios", "value") == pytest.approx(0.514690, abs=1e-6)
    assert cell(found, "ratio of ratios", "reading") == "more than chance"
    assert cell(found, "what trials found", "value") == 0.86
    said = " ".join(found.provenance.notes)
    assert "48.5 % fewer (95 % interval 23.6 % to 65.3 % fewer)" in said
    assert "Dispersion 2.00, assumed" in said
    assert "Trials of patrols at hot spots found 14 % fewer" in said
    assert found.provenance.seed is not None


def test_before_and_after_alone_cannot_attribute():
    found = do("evaluate impact", rows=FOUR, design="before-after")
    assert "cannot attribute" in found.table.title
    assert found.table.columns["reading"][0] == "cannot attribute"
    assert not any("Taken together" in note for note in found.provenance.notes)


def test_a_file_is_made_again_byte_for_byte(tmp_path):
    (tmp_path / "counts.csv").write_text(FOUR)
    outcome = do("evaluate impact", counts=str(tmp_path / "counts.csv"), design="wdd")
    write(outcome, tmp_path / "effect.csv")
    assert reproduce(tmp_path / "effect.csv", folder=None)[1] is None


@pytest.mark.parametrize(
    "settings, said",
    [
        ({}, "nothing to count"),
        ({"rows": FOUR, "treated": "t.geojson"}, "not both"),
        ({"rows": FOUR, "before": "2025-01..2025-06", "after": "2025-06..2025-12"}, "overlap"),
        ({"rows": FOUR, "after": "2025-06..2025-12"}, "are no dates"),
        ({"rows": counts_csv(), "before": "2019-01..2019-02"}, "no period is before"),
        ({"rows": counts_csv(), "after": "2019-06..2019-05"}, "before the first"),
        ({"counts": "nowhere.csv"}, "cannot be read"),
        ({"treated": "a", "control": "b"}, "give the times before and after"),
    ],
)
def test_what_cannot_be_counted_is_told(settings, said):
    with pytest.raises((ParameterError, DataError), match=said):
        do("evaluate impact", **settings)


def test_dates_choose_the_periods_of_a_table():
    measured = Measured(rows=counts_csv(), before="2025-07..2026-12", after="2027-01..2027-03")
    found = gather_counts(None, measured, now=NOW).counts
    assert (found.periods[0], found.periods[-1]) == ("2025-07", "2027-03")
    assert found.after.sum() == 3


# ---- polygons


def square(x, side=100.0):
    return [[[x, 0], [x + side, 0], [x + side, side], [x, side], [x, 0]]]


def drawn(path, **squares):
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": square(x)},
        }
        for name, x in squares.items()
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(whole))
    return str(path)


@pytest.fixture
def events(tmp_path):
    """Dated events: 30 before and 10 after in the treated square, 20 and 20 in the other."""
    lines = ["x,y,day"]
    for x, month, n in ((50, 3, 30), (50, 9, 10), (550, 3, 20), (550, 9, 20)):
        lines += [f"{x},50,2025-{month:02d}-{1 + k % 28:02d}T12:00:00" for k in range(n)]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(lines) + "\n")
    return {"events": str(path), "x": "x", "y": "y", "time": "day", "crs": "none"}


SPANS = {"before": "2025-03-01..2025-03-31", "after": "2025-09-01..2025-09-30"}


def test_events_are_counted_in_polygons(events, tmp_path):
    found = do(
        "evaluate impact", **events, **SPANS, dispersion=1.0,
        treated=drawn(tmp_path / "t.geojson", Town=0),
        control=drawn(tmp_path / "c.geojson", Port=500),
    )  # fmt: skip
    counted = dict(found.tables)["counts"].columns
    assert counted["before"].tolist() == [30, 20]
    assert counted["after"].tolist() == [10, 20]
    assert cell(found, "ratio of ratios", "value") == pytest.approx(1 / 3)


def test_surroundings_are_counted_apart_and_cut_where_nothing_is_recorded(events, tmp_path):
    found = do(
        "evaluate impact", **events, **SPANS, design="wdd", buffer=50.0,
        study_area=drawn(tmp_path / "s.geojson", Whole=0, More=100, Rest=200, End=520),
        treated=drawn(tmp_path / "t.geojson", Town=0),
        control=drawn(tmp_path / "c.geojson", Port=500),
    )  # fmt: skip
    counted = dict(found.tables)["counts"].columns
    assert counted["role"].tolist() == [
        "treated", "control", "treated-buffer", "control-buffer",
    ]  # fmt: skip
    assert counted["before"].tolist() == [30, 20, 0, 0]
    assert any("lie outside the study area" in note for note in found.provenance.notes)
    with pytest.raises(ParameterError, match="buffer is -1 m"):
        do(
            "evaluate impact", **events, **SPANS, buffer=-1.0,
            treated=str(tmp_path / "t.geojson"), control=str(tmp_path / "c.geojson"),
        )  # fmt: skip


@pytest.mark.parametrize("x", [100, 60])
def test_a_treated_area_that_touches_its_control_is_refused(events, tmp_path, x):
    with pytest.raises(DataError, match=r"'Town' .*'Port' .*touch"):
        do(
            "evaluate impact", **events, **SPANS,
            treated=drawn(tmp_path / "t.geojson", Town=0),
            control=drawn(tmp_path / "c.geojson", Port=x),
        )  # fmt: skip


def test_areas_that_overlap_or_share_a_name_are_refused(events, tmp_path):
    control = drawn(tmp_path / "c.geojson", Port=500, Quay=550)
    treated = drawn(tmp_path / "t.geojson", Town=0)
    with pytest.raises(DataError, match="overlap"):
        do("evaluate impact", **events, **SPANS, treated=treated, control=control)
    with pytest.raises(DataError, match="two areas are called 'Town'"):
        do("evaluate impact", **events, **SPANS, treated=treated, control=treated)


def test_an_outcome_that_is_not_held_is_told_by_its_months(small_store, tmp_path):
    settings = {
        "treated": drawn(tmp_path / "t.geojson", Town=570_000),
        "control": drawn(tmp_path / "c.geojson", Port=575_000),
        "before": "2018-01..2018-03", "after": "2031-04..2031-05",
    }  # fmt: skip
    with pytest.raises(CoverageError, match="not held in 2031-04, 2031-05"):
        do("evaluate impact", open_store(small_store), **settings)


# ---- power


def test_power_before_a_design_is_accepted():
    found = do("evaluate power", expected_treated=21.6, expected_control=32.4)
    assert found.table.columns["detectable"][0] == pytest.approx(0.299, abs=6e-4)
    (half,) = found.table.columns["chance"][found.table.columns["true_ratio"] == 0.5]
    assert half == pytest.approx(0.4766, abs=5e-5)


@pytest.mark.parametrize("design", ["did", "wdd", "crossover", "interrupted", "before-after"])
def test_more_offences_show_more(design):
    chances = [
        do("evaluate power", rows=counts_csv(after=False, mean=mean), design=design,
           before="2025-01..2026-12", after="2027-01..2027-12",
           dispersion=1.0).table.columns["chance"]
        for mean in (4, 40)
    ]  # fmt: skip
    assert (chances[1] > chances[0]).all()


def test_a_synthetic_control_of_few_areas_can_detect_nothing():
    found = do("evaluate power", rows=counts_csv(after=False), design="synthetic",
               before="2025-01..2026-12")  # fmt: skip
    assert np.isnan(found.table.columns["detectable"]).all()
    assert "can detect nothing" in found.provenance.notes[0]


def test_nothing_before_promises_nothing():
    with pytest.raises(DataError, match="no offences in the treated areas before"):
        do("evaluate power", rows=counts_csv(after=False, mean=0), before="2025-01..2026-12")


# ---- the register


def test_a_design_is_written_down_with_its_areas_and_power(store):
    name = registered(store)
    found = find_design(store, name, now=NOW)
    assert name.startswith("2026-11-22-")
    assert {a: r for a, (r, _) in found.roles.items()} == {
        a: Role(r) for a, r in ROLES.items()
    }
    assert 0 < found.power["chance"] < 1
    assert not found.late
    assert registered(store) == name
    assert len(store.entries("design")) == 1


def test_a_plan_in_a_file_is_changed_by_what_is_said_beside_it(store, tmp_path):
    (tmp_path / "counts.csv").write_text(counts_csv(after=False))
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({**PLAN, "counts": str(tmp_path / "counts.csv")}))
    do("evaluate register", store, plan=str(plan), design="wdd")
    (entry,) = store.entries("design")
    assert entry.content["settings"]["impact"]["design"] == "wdd"
    assert "counts.csv" not in json.dumps(entry.content)


@pytest.mark.parametrize(
    "settings, kind, said",
    [
        ({"question": " "}, ParameterError, "does not say its question"),
        ({"after": ""}, ParameterError, "does not say its after"),
        ({"after": "2026-06..2027-12"}, ParameterError, "overlap"),
        ({"amends": "nothing"}, ParameterError, "its reason"),
        ({"amends": "nothing", "reason": "typed"}, NotFound, "no design 'nothing'"),
        ({"design": "synthetic"}, NotAllowedNow, "can detect nothing.*not registered"),
        ({"plan": "nowhere.json"}, ParameterError, "cannot be read"),
    ],
)
def test_what_is_refused_leaves_the_register_as_it_was(store, settings, kind, said):
    before = as_it_stands(store.path)
    with pytest.raises(kind, match=said):
        registered(store, **settings)
    assert as_it_stands(store.path) == before


def test_a_design_that_can_detect_nothing_goes_on_with_a_reason_that_is_told(store):
    name = registered(store, design="synthetic", anyway="Asked for by the funder.")
    found = do("evaluate report", store, registered=name, rows=counts_csv(), now=LATER)
    assert any("Asked for by the funder" in note for note in found.provenance.notes)


# ---- the result


def said_in(outcome):
    """Every sentence of the report, by its heading."""
    return {s.heading: " ".join(s.sentences) for s in outcome.document.sections}


def test_the_report_answers_every_question_of_the_template(store):
    name = registered(store)
    found = do("evaluate report", store, registered=name, rows=counts_csv(), now=LATER,
               unintended="Two complaints.", decision="Go on for a year.")  # fmt: skip
    said = said_in(found)
    assert list(said) == [
        "In one sentence", "Question", "Outcome, as registered",
        "Population, places and dates", "Dosage", "Data", "Design", "Estimate",
        "Displacement", "Sensitivity", "Harm", "Unintended effects", "Limits", "Decision",
    ]  # fmt: skip
    assert "Three visits a day." in said["Dosage"]
    assert "not measured" in said["Dosage"]
    assert "10 January 2028 at 09:00 GMT" in said["Data"]
    assert "before the start" in said["Design"]
    assert "No departure" in said["Design"]
    assert said["Unintended effects"] == "Two complaints."
    assert "Go on for a year." in said["Decision"]
    assert "Not measured" in said["Harm"]
    tried = dict(found.tables)["sensitivity"].columns["choice"].tolist()
    assert "without the control Port" in tried
    assert "first half of the time after" in tried


def test_the_estimate_is_that_of_the_registered_settings(store):
    name = registered(store, dispersion=3.0)
    report = do("evaluate report", store, registered=name, rows=counts_csv(), now=LATER)
    plain = do("evaluate impact", rows=counts_csv(), dispersion=3.0, before=PLAN["before"],
               after=PLAN["after"])  # fmt: skip
    assert report.table.columns["low"].tolist() == plain.table.columns["low"].tolist()


def test_departures_are_listed(store):
    name = registered(store)
    rows = "\n".join(
        line for line in counts_csv(extra=[("Moor", "control")]).splitlines()
        if not line.startswith("Quay") and "2027-12" not in line
    )  # fmt: skip
    found = do("evaluate report", store, registered=name, rows=rows, now=LATER)
    notes = " ".join(found.provenance.notes)
    assert "not registered are left out: Moor" in notes
    assert "Registered areas without counts: Quay" in notes
    assert "the counts are of 2027-01-01 to 2027-11-30" in notes


def test_amendments_and_late_registration_are_told(store):
    name = registered(store)
    other = registered(store, amends=name, reason="a control was lost", design="wdd")
    assert find_design(store, name, now=NOW).entry == other
    late = registered(store, before="2025-01..2025-06", after="2025-07..2026-12")
    found = do("evaluate report", store, registered=name, rows=counts_csv(), now=LATER)
    assert "Amended on 22 November 2026 (a control was lost): design changed." in " ".join(
        found.provenance.notes
    )
    assert found.provenance.method.startswith("estimate_effect(design='wdd'")
    found = do("evaluate report", store, registered=late, rows=counts_csv(), now=LATER)
    assert "Registered after the start of the action (2025-07-01)." in found.provenance.notes


def test_the_result_is_kept_and_its_pdf_made_again(store, tmp_path):
    name = registered(store)
    (tmp_path / "counts.csv").write_text(counts_csv())
    found = do("evaluate report", store, registered=name, now=LATER,
               counts=str(tmp_path / "counts.csv"))  # fmt: skip
    (kept,) = store.artefacts("evaluation")
    assert kept.name == name
    assert {"report.pdf", "report.json", "result.json"} <= set(kept.files)
    pdf = tmp_path / "report.pdf"
    write(found, pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    later = LATER + timedelta(days=1)
    registered(store, amends=name, reason="too late to matter", design="wdd", now=later)
    assert reproduce(pdf, folder=store.path)[1] is None
    assert reports.read_provenance(pdf).job == "evaluate report"


def test_a_result_needs_counts_of_registered_areas(store):
    name = registered(store)
    before = as_it_stands(store.path)
    with pytest.raises(DataError, match="registered with a table of counts"):
        do("evaluate report", store, registered=name, now=LATER)
    others = counts_csv().replace("Town", "T").replace("Port", "P").replace("Quay", "Q")
    with pytest.raises(DataError, match="none of the areas counted is registered"):
        do("evaluate report", store, registered=name, rows=others, now=LATER)
    with pytest.raises(NotFound, match="no design 'x'"):
        do("evaluate report", store, registered="x", now=LATER)
    assert as_it_stands(store.path) == before


def test_a_design_on_polygons_is_counted_again_from_the_events(store, events, tmp_path):
    name = do(
        "evaluate register", store, **events, question="Did it fall?",
        before=SPANS["before"], after=SPANS["after"], anyway="A test.",
        treated=drawn(tmp_path / "t.geojson", Town=0),
        control=drawn(tmp_path / "c.geojson", Port=500),
    ).table.columns["value"][0]  # fmt: skip
    (tmp_path / "t.geojson").unlink()
    found = do("evaluate report", store, registered=name, now=LATER)
    assert dict(found.tables)["counts"].columns["after"].tolist() == [10, 20]


# ---- the rotation that plans keep


def test_a_rotation_is_told_from_the_plans_kept(weekly_store, tmp_path):
    path = shutil.copytree(weekly_store, tmp_path / "store")
    store = open_store(path)
    with pytest.raises(CoverageError, match="no plan with its draw is kept"):
        do("evaluate impact", store, design="rotation", offence_set="all")
    base = Areas(("B",), ("B",), ("",), np.array([np.nan]), np.array([Point(WEST, SOUTH)]))
    store.save_layer("bases", base, now=NOW)
    plans = [kept_plan(path, day=f"2018-03-{day:02d}") for day in (5, 6, 9)]
    found = gather_rotation(store, Measured(offence_set="all"), now=NOW)
    counts = found.counts
    assert counts.periods[0] == "2018-03-05"
    assert len(counts.periods) == 5
    assert counts.probability.shape == counts.treated.shape
    for day, plan in zip((0, 1, 4), plans, strict=True):
        at = [counts.areas.index(key) for key in plan.key]
        assert counts.treated[at, day].tolist() == plan.drawn.tolist()
        assert counts.probability[at, day] == pytest.approx(plan.probability)
    assert not counts.probability[:, 2:4].any()
    assert not (counts.treated & (counts.probability == 0)).any()
    assert [i.kind for i in found.ingredients].count("artefact") == 3
    events = store.events()
    inside = sum(
        any(shape.contains(Point(x, y)) for shape in plans[0].outlines)
        and str(t)[:10] == "2018-03-05"
        for x, y, t in zip(events.x, events.y, events.start, strict=True)
    )
    assert counts.counts[:, 0].sum() >= inside


def test_dosage_held_is_told_and_the_periods_before_are_looked_at(weekly_store, tmp_path):
    path = shutil.copytree(weekly_store, tmp_path / "store")
    store = open_store(path)
    base = Areas(("B",), ("B",), ("",), np.array([np.nan]), np.array([Point(WEST, SOUTH)]))
    store.save_layer("bases", base, now=NOW)
    kept_plan(path, day="2018-03-05")
    rng = np.random.default_rng(2)
    days = [str(np.datetime64("2018-02-05") + t) for t in range(56)]
    rows = "area,role,period,n\n" + "".join(
        f"a{a},{'treated' if a < 4 else 'control'},{day},{rng.poisson(6)}\n"
        for a in range(10)
        for day in days
    )
    plan = {
        **PLAN, "rows": rows, "before": "2018-02-05..2018-03-04",
        "after": "2018-03-05..2018-04-01",
    }  # fmt: skip
    name = do("evaluate register", store, **plan).table.columns["value"][0]
    said = said_in(do("evaluate report", store, registered=name, rows=rows))
    assert "minutes in plans of 1 days; delivery was not measured" in said["Dosage"]
    assert "treated against control areas: p" in said["Sensitivity"]
