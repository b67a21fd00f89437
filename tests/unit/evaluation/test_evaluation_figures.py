"""Rates, funnels, likeness, rolling totals and trends: edges, laws and bad input."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from peelian import evaluation
from peelian.terms import DataError, ParameterError

KNIFE = [730, 680, 536, 342, 462, 531, 638, 788, 992, 938, 755]  # Essex, 2008/09 to 2018/19


def test_a_rate_is_withheld_where_few_nobody_or_unknown():
    c = evaluation.area_rates(["a", "b", "c", "d"], [19, 20, 50, np.nan], [1e4, 1e4, 0, 1e4])
    assert c.columns["note"].tolist() == [
        "too few for a rate", "", "no residents", "not known",
    ]  # fmt: skip
    assert np.isnan(c.columns["rate"]).tolist() == [True, False, True, True]
    assert np.isnan(c.columns["low"]).tolist() == [True, False, True, True]
    assert np.isnan(c.columns["high"]).tolist() == [True, False, True, True]
    none = evaluation.area_rates(["a"], [0], [1e4]).columns
    assert none["note"].tolist() == ["too few for a rate"]
    assert evaluation.area_rates(["a"], [20], [1]).columns["rate"] == 20_000


def test_a_table_of_rates_says_what_its_columns_are():
    table = evaluation.area_rates(["a", "b"], [50, 70], [1e4, 2e4])
    assert table.title == "Rates by area"
    assert table.units == {"rate": "per 1,000", "low": "95 %", "high": "95 %"}
    c = table.columns
    assert list(c) == ["area", "n", "population", "rate", "low", "high", "note"]
    assert c["area"].tolist() == ["a", "b"]
    assert (c["n"].tolist(), c["population"].tolist()) == ([50, 70], [1e4, 2e4])
    assert c["rate"].tolist() == [5, 3.5]


@pytest.mark.parametrize(
    ("counts", "population", "says"),
    [
        ([1], [1, 2], "2 names, 1 counts, 2 populations"),
        ([-1, 2], [1, 2], "a count or a population is negative"),
        ([1, 2], [1, -2], "a count or a population is negative"),
    ],
)
def test_rates_of_what_cannot_be_are_refused(counts, population, says):
    with pytest.raises(DataError, match=says):
        evaluation.area_rates(["a", "b"], counts, population)


def test_a_funnel_of_equal_rates_has_nobody_outside_and_names_who_is():
    people = np.array([1e5, 2e5, 3e5, 4e5, 5e5, 6e5, 7e5, 8e5, 9e5, 1e6])
    names = list("abcdefghij")
    even = evaluation.area_funnel(names, people / 100, people).columns
    assert set(even["reading"]) == {"usual"}
    assert even["wide_low"] == pytest.approx(even["low"])
    counts = people / 100
    counts[4] *= 2
    counts[7] /= 2
    table = evaluation.area_funnel(names, counts, people)
    odd = table.columns
    assert (odd["reading"][4], odd["reading"][7]) == ("above", "below")
    assert odd["area"].tolist() == names
    assert odd["expected"].sum() == pytest.approx(odd["n"].sum())
    np.testing.assert_allclose(odd["ratio"], odd["n"] / odd["expected"])
    assert table.title == "Areas against the rate of all together"
    assert table.units == {"expected": "at the rate of all", "low": "95 %", "high": "95 %"}


def test_areas_that_differ_by_more_than_chance_have_wider_limits():
    people = np.full(12, 1e5)
    counts = 1000 * np.exp(np.tile([-0.2, -0.1, 0.1, 0.2], 3))
    found = evaluation.area_funnel(list("abcdefghijkl"), counts, people).columns
    assert (found["wide_low"] < found["low"]).all()
    assert (found["wide_high"] > found["high"]).all()
    assert set(found["reading"]) == {"usual"}


def test_a_funnel_does_not_depend_on_the_unit_of_residents_and_takes_one_event():
    people = np.array([1e5, 2e5, 3e5])
    counts = [30, 45, 20]
    whole = evaluation.area_funnel(list("abc"), counts, people).columns
    part = evaluation.area_funnel(list("abc"), counts, people / 1e6).columns
    np.testing.assert_allclose(part["wide_high"], whole["wide_high"])
    one = evaluation.area_funnel(list("abc"), [0, 1, 0], people).columns
    assert set(one["reading"]) == {"usual"}


@pytest.mark.parametrize(
    ("counts", "population", "says"),
    [
        ([1, 1, 1], [1, 1, 0], "a funnel needs residents in every area"),
        ([0, 0, 0], [1, 1, 1], "and something counted"),
        ([5, 5], [9, 9], "needs 3"),
    ],
)
def test_a_funnel_of_too_little_is_refused(counts, population, says):
    with pytest.raises(DataError, match=says):
        evaluation.area_funnel(list("abc")[: len(counts)], counts, population)


def test_the_nearest_do_not_depend_on_units_and_never_hold_the_area_itself():
    size, age = np.array([1.0, 2.0, 9.0, 1.1]), np.array([0.2, 0.2, 0.1, 0.21])
    found = evaluation.nearest_areas({"size": size, "age": age}, 0, k=3)
    assert found.tolist() == [3, 1, 2]
    scaled = evaluation.nearest_areas({"size": 1000 * size + 7, "age": age}, 0, k=3)
    assert scaled.tolist() == found.tolist()
    same = evaluation.nearest_areas({"size": np.ones(100)}, 2, k=50)
    assert same.tolist() == [0, 1, *range(3, 51)]


def test_each_measure_counts_by_its_own_spread():
    """1,000 residents more is 1.2 standard deviations, a year older 2.3."""
    measures = {"size": [0, 1000, 0, 2000], "age": [0, 0, 1, 0], "one for all": [3, 3, 3, 3]}
    assert evaluation.nearest_areas(measures, 0, k=3).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("measures", "k", "says"),
    [
        ({}, 1, "name the measures"),
        ({"a": [1, 2]}, 2, "2 of 2 areas: give 1 to 1"),
        ({"a": [1, 2]}, 0, "0 of 2 areas: give 1 to 1"),
    ],
)
def test_likeness_on_nothing_or_of_too_many_is_refused(measures, k, says):
    with pytest.raises(ParameterError, match=says):
        evaluation.nearest_areas(measures, 0, k=k)


def test_likeness_on_what_is_not_known_is_refused():
    with pytest.raises(DataError, match="a measure of an area is not known"):
        evaluation.nearest_areas({"a": [1, np.nan]}, 0, k=1)


@given(st.lists(st.integers(0, 1000), min_size=12, max_size=40))
def test_rolling_totals_change_by_what_comes_less_what_goes(counts):
    n = np.array(counts, dtype=float)
    found = evaluation.rolling_sums(n, 12)
    assert found[0] == n[:12].sum()
    assert np.allclose(np.diff(found), n[12:] - n[: len(n) - 12])


def test_a_total_over_what_is_not_held_is_not_known():
    assert np.isnan(evaluation.rolling_sums([1, np.nan, 3, 4], 2)).tolist() == [
        True,
        True,
        False,
    ]
    assert evaluation.rolling_sums([1, 2], 1).tolist() == [1, 2]
    assert evaluation.rolling_sums(np.array([200, 100], dtype=np.uint8), 2) == 300
    for k in (0, 3):
        with pytest.raises(ParameterError, match=f"sums of {k} of 2 counts: give 1 to 2"):
            evaluation.rolling_sums([1, 2], k)


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 800), st.integers(1, 800))
def test_days_and_saturdays_add_up_over_times_that_follow_each_other(first, a, b):
    from datetime import timedelta

    middle, last = first + timedelta(days=a), first + timedelta(days=a + b)
    whole = evaluation.days_and_saturdays(first, last)
    parts = (
        evaluation.days_and_saturdays(first, middle),
        evaluation.days_and_saturdays(middle + timedelta(days=1), last),
    )
    assert whole == (parts[0][0] + parts[1][0], parts[0][1] + parts[1][1])


def test_a_time_that_ends_before_it_starts_is_refused():
    with pytest.raises(ParameterError, match="before"):
        evaluation.days_and_saturdays(date(2026, 1, 2), date(2026, 1, 1))


def test_years_that_differ_only_in_level_and_season_are_not_clustered():
    table = np.outer([100, 200, 400], [0.1, 0.2, 0.3, 0.4])
    assert evaluation.yearly_dispersion(table) == 1.0
    assert evaluation.yearly_dispersion(np.zeros((3, 4))) == 1.0
    clustered = np.random.default_rng(1).poisson(20, (40, 4)) * 5
    assert evaluation.yearly_dispersion(clustered) == pytest.approx(5, rel=0.2)


def test_a_part_in_which_nothing_ever_happens_says_nothing():
    """Neither such a quarter nor such a year counts among the degrees of freedom."""
    found = evaluation.yearly_dispersion([[12, 3, 0, 8], [0, 0, 0, 0], [9, 20, 0, 14]])
    assert found == evaluation.yearly_dispersion([[12, 3, 8], [9, 20, 14]]) > 1
    assert evaluation.yearly_dispersion([[5, 0], [9, 0]]) == 1


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([1, 2, 3], "give two years of two parts or more"),
        ([[1, 2]], "give two years of two parts or more"),
        ([[1, np.nan], [1, 2]], "a part of a year is not held, or negative"),
        ([[1, -1], [1, 2]], "a part of a year is not held, or negative"),
    ],
)
def test_a_dispersion_of_too_little_is_refused(counts, says):
    with pytest.raises(DataError, match=says):
        evaluation.yearly_dispersion(counts)


def test_a_trend_finds_the_growth_put_in_and_not_that_of_the_exposure():
    growth = 1000 * 1.1 ** np.arange(8)
    found = evaluation.yearly_trend(growth)
    assert found.value == pytest.approx(1.1)
    assert found.interval.low < 1.1 < found.interval.high
    level = evaluation.yearly_trend(growth, exposure=growth)
    assert level.value == pytest.approx(1.0)
    assert level.p == pytest.approx(1.0)


def test_a_year_that_is_not_held_is_left_out_in_its_place():
    counts = 1000 * 1.1 ** np.arange(8)
    counts[3] = np.nan
    assert evaluation.yearly_trend(counts).value == pytest.approx(1.1)


def test_without_a_trend_its_interval_errs_about_as_often_as_stated():
    rng = np.random.default_rng(20261122)
    missed = 0
    for _ in range(400):
        found = evaluation.yearly_trend(rng.poisson(rng.gamma(20, 10, 10)))
        missed += not found.interval.low <= 1 <= found.interval.high
    assert 0.02 <= missed / 400 <= 0.08


@pytest.mark.parametrize("counts", [[100, 130, 150, 220], [9, 0, 7, 3, 8, 1], KNIFE])
@pytest.mark.parametrize("spread", [1, 9])
def test_limits_and_p_of_a_trend_are_those_of_a_weighted_line(counts, spread):
    """Its error: the dispersion over the squares of years, weighted by fitted counts."""
    counts = spread * np.array(counts, dtype=float)
    year = np.arange(counts.size)
    exposure = 365.0 + (year % 4 == 0)
    found = evaluation.yearly_trend(counts, exposure=exposure)
    slope = np.log(found.value)
    fitted = exposure * np.exp(slope * year)
    fitted *= counts.sum() / fitted.sum()
    freedom = counts.size - 2
    dispersion = max(np.sum((counts - fitted) ** 2 / fitted) / freedom, 1)
    middle = np.average(year, weights=fitted)
    error = np.sqrt(dispersion / np.sum(fitted * (year - middle) ** 2))
    reach = stats.t.ppf(0.975, freedom) * error
    ends = np.exp([slope - reach, slope + reach])
    assert (found.interval.low, found.interval.high) == pytest.approx(ends, rel=1e-6)
    assert found.interval.method == "quasi-Poisson, t"
    assert found.p == pytest.approx(2 * stats.t.sf(abs(slope) / error, freedom), rel=1e-4)


def test_one_event_in_four_years_is_no_trend():
    found = evaluation.yearly_trend([0, 1, 0, 0])
    assert found.interval.low < 1 < found.interval.high


def test_a_trend_of_a_thousandfold_rise_is_found():
    counts = 10.0 * 30.0 ** np.arange(5)
    assert evaluation.yearly_trend(counts).value == pytest.approx(30)
    assert evaluation.yearly_trend(counts[::-1]).value == pytest.approx(1 / 30)


@pytest.mark.parametrize("counts", [[1, 2, 3], [0, 0, 0, 0], [1, 2, 3, -4], [np.nan] * 6])
def test_a_trend_of_too_little_is_refused(counts):
    with pytest.raises(DataError, match="years are held: a trend needs 4, and some events"):
        evaluation.yearly_trend(counts)


def test_a_trend_without_exposure_in_a_year_is_refused():
    with pytest.raises(ParameterError, match="an exposure is not above 0"):
        evaluation.yearly_trend([1, 2, 3, 4], exposure=[1, 1, 0, 1])
