"""Who lives in flagged cells: by hand, in empty and whole maps, in other units."""

import numpy as np
import pytest
import shapely

from peelian.evaluation import equity_table, flagged_parts
from peelian.terms import Areas, ParameterError, Residents


def two_areas(scale=1.0):
    """A poor area west and a rich one east, each a square, 100 and 300 residents."""
    squares = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    return Areas(
        ("W", "E"), ("west", "east"), ("Westham", "Eastham"), np.array([100.0, 300.0]),
        shapely.transform(squares, lambda xy: xy * scale), "none",
    )  # fmt: skip


PEOPLE = Residents(
    ("E", "W"),
    {
        ("age", "0 to 17"): np.array([100.0, 60.0]),
        ("age", "18 and over"): np.array([200.0, 40.0]),
        ("deprivation", "1"): np.array([0.0, 100.0]),
        ("deprivation", "5"): np.array([300.0, 0.0]),
    },
)


def rows(table):
    names = list(table.columns)
    return {
        (str(d), str(b), str(g)): dict(zip(names, values, strict=True))
        for d, b, g, values in zip(
            table.columns["district"], table.columns["by"], table.columns["group"],
            zip(*table.columns.values(), strict=True), strict=True,
        )
    }  # fmt: skip


def test_shares_of_areas_by_their_ground():
    areas = two_areas()
    cells = np.array(
        [shapely.box(0, 0, 1, 2), shapely.box(1, 0, 3, 1), shapely.box(1, 0, 2, 1)]
    )
    assert flagged_parts(areas, cells) == pytest.approx([0.75, 0.25])
    assert flagged_parts(areas, cells[:0]).tolist() == [0, 0]
    assert flagged_parts(areas, np.array([shapely.box(-9, -9, 9, 9)])).tolist() == [1, 1]


def test_by_hand():
    """Half of the west and a tenth of the east: 50 and 30 residents flagged."""
    found = rows(equity_table(two_areas(), np.array([0.5, 0.1]), PEOPLE))
    everyone = found["all", "everyone", "everyone"]
    assert everyone["residents"] == 400
    assert everyone["flagged"] == 80
    assert everyone["share"] == 0.2
    assert everyone["ratio"] == 1
    assert everyone["flagged_area"] == pytest.approx((2 + 0.4) / 1e6)
    poor = found["all", "deprivation", "1"]
    assert poor["inside"] == 50 / 80
    assert poor["outside"] == 50 / 320
    assert poor["ratio"] == pytest.approx(4)
    young = found["all", "age", "0 to 17"]
    assert young["flagged"] == pytest.approx(60 * 0.5 + 100 * 0.1)
    assert found["all", "district", "Westham"]["inside"] == 50 / 80
    within = found["Westham", "deprivation", "1"]
    assert within["inside"] == within["outside"] == 1
    assert found["Eastham", "deprivation", "1"]["residents"] == 0
    assert np.isnan(found["Eastham", "deprivation", "1"]["share"])


def test_groups_of_a_kind_add_up():
    table = equity_table(two_areas(), np.array([0.5, 0.1]), PEOPLE)
    for kind in ("age", "deprivation", "district"):
        at = (table.columns["district"] == "all") & (table.columns["by"] == kind)
        for name, total in (
            ("inside", 1),
            ("outside", 1),
            ("residents", 400),
            ("flagged", 80),
        ):
            assert table.columns[name][at].sum() == pytest.approx(total)


def test_metres_and_kilometres_agree():
    cells = np.array([shapely.box(0, 0, 1, 2)])
    metres = flagged_parts(two_areas(1000.0), shapely.transform(cells, lambda xy: xy * 1000))
    assert metres == pytest.approx(flagged_parts(two_areas(), cells))


def test_a_map_that_flags_by_chance_has_ratios_of_one():
    table = equity_table(two_areas(), np.array([0.3, 0.3]), PEOPLE)
    ratio = table.columns["ratio"]
    assert ratio[~np.isnan(ratio)] == pytest.approx(np.ones((~np.isnan(ratio)).sum()))


def test_nothing_or_everything_flagged_is_unknown_not_zero():
    nothing = rows(equity_table(two_areas(), np.zeros(2), PEOPLE))["all", "age", "0 to 17"]
    assert nothing["share"] == 0
    assert np.isnan(nothing["inside"])
    assert np.isnan(nothing["ratio"])
    everything = rows(equity_table(two_areas(), np.ones(2), PEOPLE))["all", "age", "0 to 17"]
    assert np.isnan(everything["outside"])


def test_without_groups_only_districts_are_compared():
    table = equity_table(two_areas(), np.array([0.5, 0.1]))
    assert set(table.columns["by"]) == {"everyone", "district"}


def test_areas_without_groups_are_refused():
    with pytest.raises(
        ParameterError, match="1 of 2 areas have no residents by group, such as W"
    ):
        equity_table(two_areas(), np.zeros(2), Residents(("E",), {}))
    with pytest.raises(ParameterError, match="share has 1"):
        equity_table(two_areas(), np.zeros(1))
    with pytest.raises(ParameterError, match="stands twice"):
        Residents(("E", "E"), {})
