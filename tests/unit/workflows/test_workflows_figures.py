"""The figures of a force: worked totals, the restated past, the command, bad input."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from command_line import peelian
from peelian import reports, sources
from peelian.store import open_store
from peelian.terms import NotFound, ParameterError
from peelian.workflows import JOBS, run
from peelian.workflows.settings import FiguresSettings
from store_samples import make_extract

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told(settings, store=None):
    return run("report figures", store, settings, now=NOW)


def table_of(outcome, name):
    return next(table for one, table in outcome.tables if one == name)


@pytest.fixture(scope="module")
def essex():
    return told(FiguresSettings(force="essex", measure="knife"))


def test_the_rates_of_essex_beside_its_region_and_the_nation(essex):
    c = essex.table.columns
    row = (c["area"] == "Essex") & (c["measure"] == "recorded offences")
    assert c["n"][row] == 134_153
    assert c["rate"][row] == pytest.approx(73.695, abs=1e-3)
    assert "East of England (region)" in c["area"]
    assert "England and Wales" in c["area"]
    said = " ".join(essex.provenance.notes)
    assert "Essex: 134,153 recorded offences in 2017/18, 73.70 for every 1,000" in said
    assert "not the official group" in said
    assert "not victims" in said


def test_knife_offences_by_year_with_changes_and_intervals(essex):
    c = table_of(essex, "knife offences").columns
    assert c["n"].tolist() == [730, 680, 536, 342, 462, 531, 638, 788, 992, 938, 755]
    assert c["change"][-1] == pytest.approx(100 * (755 / 938 - 1))
    assert (c["low"][1:] < c["change"][1:]).all()
    assert (c["change"][1:] < c["high"][1:]).all()
    assert c["days"][3] == 366
    assert c["saturdays"][3] == 53
    # 2011/12 was a day longer: its rate fell by more than its count
    assert c["change"][3] < 100 * (342 / 536 - 1)
    said = " ".join(essex.provenance.notes)
    assert "755 offences in the 12 months to 31 March 2019 against 938" in said
    assert "NDQIS" in said
    assert "not many pieces of evidence" in said


def test_a_force_among_all_in_a_funnel(essex):
    c = table_of(essex, "funnel").columns
    assert len(c["area"]) == 42
    assert c["reading"][c["area"] == "Surrey"] == "below"
    assert c["reading"][c["area"] == "Essex"] == "usual"
    assert c["expected"].sum() == pytest.approx(c["n"].sum())


def test_a_report_with_its_charts(essex):
    document = json.loads(reports.document_json(essex.document))
    charts = [s["chart"] for s in document["sections"] if s["chart"]]
    assert len(charts) == 2
    assert all(chart.startswith("<svg") for chart in charts)
    assert "Essex has" in document["sections"][1]["alt"]


def test_similar_forces_as_given(essex):
    outcome = told(FiguresSettings(similar="Kent, Thames Valley"))
    areas = outcome.table.columns["area"]
    assert {"Kent", "Thames Valley"} < set(areas)
    assert "Surrey" not in areas
    assert "as given: Kent, Thames Valley" in " ".join(outcome.provenance.notes)


def test_a_force_without_a_knife_series_says_so():
    outcome = told(FiguresSettings(force="City of London"))
    assert "knife offences" not in dict(outcome.tables)
    assert "No quarterly figures of City of London" in " ".join(outcome.provenance.notes)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (FiguresSettings(force="Atlantis"), NotFound),
        (FiguresSettings(similar="Atlantis"), NotFound),
        (FiguresSettings(similar="Essex"), ParameterError),
        (FiguresSettings(nearest=0), ParameterError),
        (FiguresSettings(measure="joy"), ParameterError),
        (FiguresSettings(dispersion=0.5), ParameterError),
    ],
)
def test_what_cannot_be_is_refused(settings, error):
    with pytest.raises(error):
        told(settings)


@pytest.fixture
def restated(tmp_path):
    """A store in which a month was given 30 robberies on a Monday, and 50 on a Wednesday."""
    store = open_store(tmp_path / "store", create=True)
    monday = datetime(2026, 11, 16, 12, tzinfo=UTC)
    areas = sources.essex_areas()
    store.save_layer("areas", areas, now=monday)
    middle = areas.polygons[0].representative_point()
    for n, day in ((30, 0), (50, 2)):
        extract = make_extract(
            n, file=f"{n}.csv", complete=("essex/2018-01",), x=np.full(n, middle.x),
            y=np.full(n, middle.y),
        )  # fmt: skip
        store.save(extract, now=monday + timedelta(days=day))
    return store


@pytest.mark.parametrize(("as_of", "n"), [("", 50), ("2026-11-18", 50), ("2026-11-17", 30)])
def test_a_past_figure_is_rebuilt_as_it_stood(restated, as_of, n):
    outcome = told(FiguresSettings(as_of=as_of), restated)
    assert table_of(outcome, "districts").columns["n"].sum() == n
    assert (
        f"as the store stood at the end of {as_of}" in " ".join(outcome.provenance.notes)
    ) == (as_of != "")


@pytest.mark.parametrize(
    ("as_of", "error"), [("2026-11-01", NotFound), ("last week", ParameterError)]
)
def test_a_day_before_everything_and_a_day_that_is_none(restated, as_of, error):
    with pytest.raises(error):
        told(FiguresSettings(as_of=as_of), restated)


def test_the_command_needs_no_store_and_gives_json(tmp_path):
    ended = peelian(
        "report",
        "figures",
        "--force",
        "essex",
        "--store",
        tmp_path / "none",
        "--format",
        "json",
    )
    assert ended.code == 0
    assert not (tmp_path / "none").exists()
    assert any(row["n"] == 134_153 for row in json.loads(ended.out))
    assert "run `peelian ingest` first" in ended.err


def test_no_page_offers_a_file_of_the_machine():
    from peelian.workflows.options import on_pages

    assert "admissions" not in on_pages(JOBS["report figures"].settings)
