"""Events by district against residents: by hand, with harm, and where nobody lives."""

import numpy as np
import pytest
import shapely

from forecast_histories import events_of
from peelian.evaluation import district_rates
from peelian.statistics import garwood, garwood_limits, weighted_garwood_limits
from peelian.terms import Areas

# Two areas of Westham, one of Eastham and one of a wood, side by side.
AREAS = Areas(
    ("1", "2", "3", "4"), ("a", "b", "c", "d"), ("Westham", "Eastham", "Westham", "Wood"),
    np.array([800.0, 3000.0, 1200.0, 0.0]),
    np.array([shapely.box(at, 0, at + 1, 1) for at in range(4)]), "none",
)  # fmt: skip


def events(weight=None):
    """Two in the first area of Westham, one in the second, one in the wood, one outside."""
    return events_of([0.2, 0.4, 2.5, 3.5, 9.0], [0.5] * 5, [1, 2, 3, 4, 5], weight=weight)


def test_rates_by_hand():
    made = district_rates(events(), AREAS, days=364.6)
    assert made.title == "Events by district over the 365 days held"
    columns = {name: list(column) for name, column in made.columns.items()}
    assert list(columns) == ["district", "n", "population", "rate", "low", "high"]
    assert columns["district"] == ["Eastham", "Westham", "Wood"]
    assert columns["n"] == [0, 3, 1]
    assert columns["population"] == [3000, 2000, 0]
    assert columns["rate"][:2] == [0, 1.5]
    assert columns["low"][1] == pytest.approx(garwood(3, 2).low)
    assert columns["high"][0] == pytest.approx(garwood(0, 3).high)
    for name in ("rate", "low", "high"):
        assert np.isnan(columns[name][2])
        assert made.units[name] in ("per 1,000", "95 %")


def test_a_single_resident_has_a_rate():
    one = Areas(("1",), ("a",), ("A",), np.array([1.0]), AREAS.polygons[:1], "none")
    assert district_rates(events(), one, days=1).columns["rate"].tolist() == [2000]


def test_harm_has_its_own_rate_beside_the_events():
    days = np.array([2.0, 10, 0.5, 7, 1])
    made = district_rates(events(days), AREAS, days=30, harm=True)
    assert made.title == "Harm by district over the 30 days held"
    columns = made.columns
    assert list(columns)[:3] == ["district", "n", "harm"]
    assert columns["n"].tolist() == [0, 3, 1]
    assert columns["harm"].tolist() == [0, 12.5, 7]
    assert columns["rate"][1] == 6.25
    low, high = weighted_garwood_limits(12.5, 2**2 + 10**2 + 0.5**2, 10, 2)
    assert (columns["low"][1], columns["high"][1]) == pytest.approx((low, high))
    assert (made.units["n"], made.units["harm"]) == ("events", "days")
    assert (made.units["rate"], made.units["low"]) == ("days per 1,000", "95 %")


def test_harm_of_one_each_is_a_count():
    counted = district_rates(events(), AREAS, days=30)
    weighed = district_rates(events(), AREAS, days=30, harm=True)
    for name in ("n", "rate", "low", "high"):
        np.testing.assert_allclose(weighed.columns[name], counted.columns[name])


def test_without_events_a_rate_is_none_and_its_limit_is_not():
    nothing = events_of([], [], [])
    for harm in (False, True):
        columns = district_rates(nothing, AREAS, days=30, harm=harm).columns
        assert columns["n"].tolist() == [0, 0, 0]
        assert columns["high"][1] == pytest.approx(garwood_limits(0, 2)[1])
