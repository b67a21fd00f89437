"""Charts: named, described, without scripts, the same every time."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from peelian.reports import (
    bands_chart,
    calibration_chart,
    interval_chart,
    monthly_chart,
    pai_chart,
)
from peelian.terms import ParameterError

MONTHS = np.arange("2018-01", "2018-12", dtype="datetime64[M]")
COUNTS = np.array([47, 43, 48, 46, 50, 49, 52, np.nan, np.nan, 48, 46.0])
SHARE = np.array([0.001, 0.01, 0.05])
CURVE = (np.array([21.0, 8.0, 4.0]), np.array([19.0, 7.5, 3.9]), np.array([23.0, 8.5, 4.1]))
HOSTILE = '</svg><script>alert(1)</script>"'


def monthly(title: str = "Violence", counts: np.ndarray = COUNTS) -> str:
    return monthly_chart(MONTHS, counts, title=title, unit="events a month")


def intervals(name: str = "Basildon") -> str:
    one, none = np.array([20.0, np.nan]), np.array([19.0, np.nan])
    return interval_chart(
        [name, "Nowhere"],
        one,
        none,
        np.array([21.0, np.nan]),
        title="Rates",
        unit="events per 1,000 residents",
        mark={"Essex": 22.0},
    )


def curves(name: str = "counting") -> str:
    return pai_chart(SHARE, {name: CURVE}, title="How good")


def words(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314  our own text
    return [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("draw", [monthly, intervals, curves])
def test_charts_are_the_same_every_time_and_run_nothing(draw):
    svg = draw()
    assert svg == draw()
    assert not re.search(r"<script|style=|<image|url\(| id=", svg)
    assert svg.startswith('<svg role="img" aria-label="')
    assert "</title><desc>" in svg


@pytest.mark.parametrize("draw", [monthly, intervals, curves])
def test_hostile_names_stay_text(draw):
    svg = draw(HOSTILE)
    assert "<script" not in svg
    assert any(HOSTILE in text for text in words(svg))


def test_months_not_held_are_named_and_break_the_line():
    svg = monthly()
    assert "not held" in words(svg)
    assert "Not held: 2018-08, 2018-09." in svg
    assert "47 events a month in 2018-01, 46 in 2018-11." in svg
    line = next(p for p in re.findall(r' d="(M[^"]*)"', svg) if p.count("L") == 7)
    assert line.count("M") == 2
    assert "not held" not in words(monthly(counts=np.ones(11)))
    assert "events a month" in words(svg)
    assert "0" in words(svg)


def test_no_month_held_still_draws():
    assert "No month is held." in monthly(counts=np.full(11, np.nan))


def test_intervals_keep_the_row_of_an_unknown_estimate():
    svg = intervals()
    assert {"Basildon", "Nowhere", "Essex", "events per 1,000 residents"} <= set(words(svg))
    assert "Basildon 20 (95 % interval 19 to 21); Nowhere unknown." in svg


def test_curves_are_named_where_they_end():
    svg = pai_chart(SHARE, {"gamma-poisson": CURVE, "counting": CURVE}, title="How good")
    assert {"gamma-poisson", "counting", "chance", "PAI (1 is chance)"} <= set(words(svg))
    heights = re.findall(
        r'translate\(([\d.]+),([\d.]+)\)"[^>]*>(gamma-poisson|counting)<', svg
    )
    assert abs(float(heights[0][1]) - float(heights[1][1])) >= 12


def test_four_curves_are_too_many():
    with pytest.raises(ParameterError, match="at most 3"):
        pai_chart(SHARE, {str(i): CURVE for i in range(4)}, title="How good")


def test_calibration_is_drawn_with_its_interval_and_said_in_words():
    expected, observed = np.array([10.0, 10.0, 0.0]), np.array([12.0, 8.0, 3.0])
    svg = calibration_chart(expected, observed, observed - 2, observed + 2, title="count")
    assert "tenth 1 1.200 (95 % interval 1.000 to 1.400)" in svg
    assert "tenth 2 0.800" in svg
    assert "tenth 3" not in svg  # nothing was expected there
    assert "as expected" in svg


def test_calibration_of_nothing_is_an_empty_chart():
    nothing = np.empty(0)
    assert "<svg" in calibration_chart(nothing, nothing, nothing, nothing, title="none")


def test_bands_say_each_ratio_and_outline_what_chance_seldom_makes():
    svg = bands_chart(
        ["0 to 7", "7 to 14"],
        ["0 to 100", "0 to 100"],
        np.array([2.5, np.nan]),
        np.array([0.01, 0.9]),
        title="Pairs",
        across_title="Days apart",
        down_title="Metres apart",
    )
    assert "0 to 100 and 0 to 7: 2.50 (p 0.010)" in svg
    assert "7 to 14: " not in svg.partition("<desc>")[2].partition("</desc>")[0]
    assert svg.count('stroke-width="3"') == 1
