"""Counts by area and period from a CSV: what is read, and what each wrong row is told."""

import numpy as np
import pytest

from peelian.sources import parse_area_counts
from peelian.terms import DataError, Role, SchemaError

TEXT = "area,role,period,n\nT,treated,2018-02,4\nT,treated,2018-01,9\nC,control,2018-01,8\n"
WHOLE = TEXT + "C,control,2018-02,7\n"


def test_periods_stand_in_order_of_time_and_areas_as_they_come():
    found = parse_area_counts("c.csv", WHOLE)
    assert found.periods == ("2018-01", "2018-02")
    assert found.areas == ("T", "C")
    assert found.roles == (Role.TREATED, Role.CONTROL)
    assert found.counts.tolist() == [[9, 4], [8, 7]]
    assert not found.treated.any() and not found.after.any()
    assert np.isnan(found.harm).all() and np.isnan(found.size).all()


def test_before_comes_before_after():
    text = WHOLE.replace("2018-01", "before").replace("2018-02", "after")
    found = parse_area_counts("c.csv", text)
    assert found.periods == ("before", "after")
    assert found.after.tolist() == [False, True]


def test_numbers_are_ordered_as_numbers_and_treated_says_when():
    text = "\ufeffarea,period,n,treated\n" + "".join(
        f"{a},{t},{t},{int(a == 'T' and t >= 10)}\n" for a in "TC" for t in (2, 10, 9)
    )
    found = parse_area_counts("c.csv", text)
    assert found.periods == ("2", "9", "10")
    assert found.after.tolist() == [False, False, True]
    assert found.roles == (Role.TREATED, Role.CONTROL)


def test_a_buffer_is_the_treated_areas():
    found = parse_area_counts("c.csv", WHOLE + "B,buffer,2018-01,1\nB,buffer,2018-02,1\n")
    assert found.roles[2] is Role.TREATED_BUFFER


def test_a_period_with_an_empty_n_is_not_held():
    found = parse_area_counts("c.csv", WHOLE.replace("2018-02,7", "2018-02,"))
    assert found.periods == ("2018-01",)
    with pytest.raises(DataError, match="no period is held"):
        parse_area_counts("c.csv", "area,role,period,n\nT,treated,2018-01,\n")


def test_kinds_of_offence_are_kept_apart_with_their_harm():
    text = "area,role,period,n,offence,harm\n" + "".join(
        f"{a},{r},before,{n},{o},{h}\n"
        for a, r in (("T", "treated"), ("C", "control"))
        for n, o, h in ((3, "theft", 2), (1, "robbery", 365))
    )
    found = parse_area_counts("c.csv", text)
    assert found.kinds == ("theft", "robbery")
    assert found.harm.tolist() == [2, 365]
    assert found.counts.tolist() == [[4], [4]]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "no column area, period, n"),
        ("area,period\n", "no column n"),
        ("area,role,period,n\n", "no rows"),
        (WHOLE.replace("role", "rolle"), "unknown column rolle"),
        (TEXT, "no row for C, 2018-02"),
        (WHOLE + "T,treated,2018-01,9\n", "line 6: a second row for T, 2018-01"),
        (WHOLE.replace(",9", ",9.5"), "line 3: n is '9.5'"),
        (WHOLE.replace(",9", ",-1"), "line 3: n is '-1'"),
        (WHOLE.replace("2018-02", "spring"), "not of one kind"),
        (WHOLE.replace("T,treated,2018-01", "T,control,2018-01"), "area T has the role"),
        (WHOLE.replace("treated", "target"), "area T has the role 'target'"),
        (WHOLE.replace("treated", "control"), "no area is treated"),
        (WHOLE + "T,treated\n", "line 6: 4 values are expected"),
        (WHOLE.replace("T,treated,2018-01", ",treated,2018-01"), "line 3: area is empty"),
        ("area,period,n,treated\nT,1,3,maybe\n", "treated is 'maybe'"),
        ("area,period,n,treated,role\nT,1,3,1,control\n", "the role control and treated 1"),
        ("area,period,n,treated,exposure\nT,1,3,1,0\n", "exposure is '0'"),
        ("area,period,n,treated,size\nT,1,3,1,x\n", "size is 'x'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, said):
    with pytest.raises((DataError, SchemaError), match=said):
        parse_area_counts("c.csv", text)
