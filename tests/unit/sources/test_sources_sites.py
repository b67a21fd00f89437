"""Candidate sites from a table, each row right or the file refused."""

import numpy as np
import pytest

from peelian.sources import read_sites, stations_path
from peelian.terms import DataError, SchemaError

HEADER = "name,x,y,kind,footfall,people,kit,opens,closes,consent,suitable\n"


def write(path, text):
    path.write_text(text)
    return path


def test_a_full_row_and_an_empty_one(tmp_path):
    path = write(
        tmp_path / "sites.csv",
        f"{HEADER}College gate,600000,220000,college,350,8,2,08:00,16:30,Yes,yes\n"
        "Bus station,600100,220100,,,,,,,,\n"
        "Arcade,600200,220200,,,,,,,no,too narrow\n"
        "Square,600300,220300,,,,,,,,no power\n",
    )
    sites, ingredient = read_sites(path)
    assert sites.name.tolist() == ["College gate", "Bus station", "Arcade", "Square"]
    assert sites.kind.tolist() == ["college", "site", "site", "site"]
    np.testing.assert_array_equal(sites.footfall, [350, np.nan, np.nan, np.nan])
    assert (sites.people[:2].tolist(), sites.kit[:2].tolist()) == ([8, 1], [2, 1])
    assert (sites.opens[:2].tolist(), sites.closes[:2].tolist()) == ([480, 0], [990, 1440])
    assert sites.consent[:2].tolist() == ["yes", "to be asked"]
    assert sites.barred.tolist() == ["", "", "no consent", "no power"]
    assert (ingredient.read, ingredient.refused) == (4, 0)


def test_a_name_and_a_place_are_enough(tmp_path):
    path = write(tmp_path / "sites.csv", "name,lat,lon\nMarket,51.88,0.90\n")
    sites, _ = read_sites(path, kind="market")
    assert sites.kind.tolist() == ["market"]
    assert sites.x == pytest.approx([599_700], abs=400)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",600000,220000,,,,,,,,", "row 1, name ''"),
        ("A,,,,,,,,,,", "no row|row 1|coordinates"),
        ("A,600000,220000,,many,,,,,,", "row 1, footfall 'many'"),
        ("A,600000,220000,,-1,,,,,,", "row 1, footfall '-1'"),
        ("A,600000,220000,,,0,,,,,", "row 1, people '0'"),
        ("A,600000,220000,,,1.5,,,,,", "row 1, people '1.5'"),
        ("A,600000,220000,,,,,8am,,,", "row 1, opens '8am'"),
        ("A,600000,220000,,,,,08:00,25:00,,", "row 1, closes '25:00'"),
        ("A,600000,220000,,,,,08:00,07:00,,", "closes before it opens"),
        ("A,600000,220000,,,,,,,perhaps,", "row 1, consent 'perhaps'"),
        ("A,600000,220000,,,,,,,,\nA,600001,220000,,,,,,,,", "'A' is given twice"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, row, said):
    path = write(tmp_path / "sites.csv", f"{HEADER}{row}\n")
    with pytest.raises(DataError, match=said):
        read_sites(path)


def test_a_table_without_names_or_places_is_refused(tmp_path):
    with pytest.raises(SchemaError, match="name"):
        read_sites(write(tmp_path / "a.csv", "title,x,y\nA,600000,220000\n"))
    with pytest.raises(SchemaError, match="coordinates"):
        read_sites(write(tmp_path / "b.csv", "name,colour\nA,red\n"))


def test_the_stations_of_great_britain_come_along():
    sites, _ = read_sites(stations_path(), kind="station")
    assert len(sites) == 2594
    at = dict(zip(sites.name.tolist(), zip(sites.x, sites.y, strict=True), strict=True))
    assert at["Southend Central"] == pytest.approx((588_162, 185_569), abs=300)
    assert not (sites.barred != "").any()
