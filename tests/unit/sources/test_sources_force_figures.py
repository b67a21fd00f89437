"""The bundled figures hold together; a workbook of admissions is read or refused."""

import numpy as np
import pytest

from peelian import sources
from peelian.terms import DataError, ParameterError, SchemaError

REGIONS = (
    "East Midlands", "East of England", "London", "North East", "North West", "South East",
    "South West", "West Midlands", "Yorkshire & The Humber",
)  # fmt: skip
MONTHS = (
    "April", "May", "June", "July", "August", "September", "October", "November", "December",
    "January", "February", "March",
)  # fmt: skip


def workbook(path, *, sheet="GOR-Data-Totals", months=MONTHS, n="15", regions=REGIONS):
    """A workbook laid out as the publisher's: two rows of headings, two columns a region."""
    import pyarrow as pa
    import pyogrio

    rows = [["A title", "", *("" for _ in regions for _ in "ab")]]
    rows += [["", "", *(cell for region in regions for cell in (region, ""))]]
    rows += [["Year", "Month", *("FAEs", "FCEs") * len(regions)]]
    for year in ("2012-13", "2013-14"):
        for i, month in enumerate(months):
            rows += [[year if i == 0 else "", month, *(n, "99") * len(regions)]]
        rows += [[f"{year} Total", "", *("180", "999") * len(regions)]]
    columns = [pa.array([row[i] or None for row in rows]) for i in range(len(rows[0]))]
    names = [f"Field{i + 1}" for i in range(len(columns))]
    pyogrio.write_arrow(
        pa.table(columns, names=names), path, layer=sheet, driver="XLSX", geometry_type=None,
        geometry_name=None,
    )  # fmt: skip
    return path


def test_every_force_with_a_knife_series_has_44_quarters_that_add_up():
    c = sources.knife_offences().columns
    forces, quarters = np.unique(c["force"], return_counts=True)
    assert len(forces) == 42
    assert set(quarters) == {44}
    assert np.array_equal(c["n"], c["other"] + c["injury"] + c["homicide"])


def test_every_force_has_residents_a_region_and_recorded_crime():
    c = sources.force_residents().columns
    assert set(c["force"]) <= set(sources.recorded_crime().columns["force"])
    assert (c["aged_15_24"] + c["aged_65_up"] < c["mid2017"]).all()
    assert len(set(c["region"])) == 10
    assert (c["km2"] > 0).all()


def test_a_change_of_definition_names_its_series_and_its_source():
    c = sources.recording_changes().columns
    assert set(c["series"]) <= {"recorded", "knife", "admissions"}
    assert all(c["source"])
    assert all(c["note"])


def test_admissions_are_read_by_region_and_month(tmp_path):
    table = sources.read_admissions(workbook(tmp_path / "a.xlsx"))
    c = table.columns
    assert len(table) == 9 * 24
    assert set(c["year"]) == {"2012/13", "2013/14"}
    assert c["month"][0] == "2012-04"
    assert c["month"][-1] == "2014-03"
    assert set(c["n"]) == {15.0}
    assert "Yorkshire and the Humber" in c["region"]


def test_admissions_withheld_are_not_known_rather_than_none(tmp_path):
    assert np.isnan(
        sources.read_admissions(workbook(tmp_path / "a.xlsx", n="*")).columns["n"]
    ).all()


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"sheet": "Another"}, SchemaError, "no sheet"),
        ({"regions": REGIONS[1:]}, SchemaError, "East Midlands"),
        ({"n": "many"}, DataError, "row 4"),
        ({"n": "-5"}, DataError, "row 4"),
        ({"months": MONTHS[:11]}, DataError, "twelve months"),
    ],
)
def test_a_workbook_laid_out_otherwise_is_refused(tmp_path, how, error, said):
    with pytest.raises(error, match=said):
        sources.read_admissions(workbook(tmp_path / "a.xlsx", **how))


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_text("not a workbook")
    for name in ("a.xlsx", "missing.xlsx"):
        with pytest.raises(ParameterError, match=r"not a workbook"):
            sources.read_admissions(tmp_path / name)
