"""Rates, funnels, likeness, rolling totals and trends: edges, laws and bad input."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peelian import evaluation
from peelian.terms import DataError, ParameterError


def test_a_rate_is_withheld_where_few_nobody_or_unknown():
    c = evaluation.area_rates(["a", "b", "c", "d"], [19, 20, 50, np.nan], [1e4, 1e4, 0, 1e4])
    assert c.columns["note"].tolist() == [
        "too few for a rate", "", "no residents", "not known",
    ]  # fmt: skip
    assert np.isnan(c.columns["rate"]).tolist() == [True, False, True, True]
    assert np.isnan(c.columns["high"]).tolist() == [True, False, True, True]


@pytest.mark.parametrize(
    ("counts", "population"), [([1], [1, 2]), ([-1, 2], [1, 2]), ([1, 2], [1, -2])]
)
def test_rates_of_what_cannot_be_are_refused(counts, population):
    with pytest.raises(DataError):
        evaluation.area_rates(["a", "b"], counts, population)


def test_a_funnel_of_equal_rates_has_nobody_outside_and_names_who_is():
    people = np.array([1e5, 2e5, 3e5, 4e5, 5e5, 6e5, 7e5, 8e5, 9e5, 1e6])
    names = list("abcdefghij")
    even = evaluation.area_funnel(names, people / 100, people).columns
    assert set(even["reading"]) == {"usual"}
    assert even["wide_low"] == pytest.approx(even["low"])
    counts = people / 100
    counts[4] *= 2
    odd = evaluation.area_funnel(names, counts, people).columns
    assert odd["reading"][4] == "above"
    assert odd["expected"].sum() == pytest.approx(odd["n"].sum())


@pytest.mark.parametrize(
    ("counts", "population"),
    [([1, 1, 1], [1, 1, 0]), ([0, 0, 0], [1, 1, 1]), ([5, 5], [9, 9])],
)
def test_a_funnel_of_too_little_is_refused(counts, population):
    with pytest.raises(DataError):
        evaluation.area_funnel(list("abc")[: len(counts)], counts, population)


def test_the_nearest_do_not_depend_on_units_and_never_hold_the_area_itself():
    size, age = np.array([1.0, 2.0, 9.0, 1.1]), np.array([0.2, 0.2, 0.1, 0.21])
    found = evaluation.nearest_areas({"size": size, "age": age}, 0, k=3)
    assert found.tolist() == [3, 1, 2]
    scaled = evaluation.nearest_areas({"size": 1000 * size + 7, "age": age}, 0, k=3)
    assert scaled.tolist() == found.tolist()
    same = evaluation.nearest_areas({"size": np.ones(4)}, 2, k=2)
    assert same.tolist() == [0, 1]


@pytest.mark.parametrize(("measures", "k"), [({}, 1), ({"a": [1, 2]}, 2), ({"a": [1, 2]}, 0)])
def test_likeness_on_nothing_or_of_too_many_is_refused(measures, k):
    with pytest.raises(ParameterError):
        evaluation.nearest_areas(measures, 0, k=k)


def test_likeness_on_what_is_not_known_is_refused():
    with pytest.raises(DataError):
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
    with pytest.raises(ParameterError):
        evaluation.rolling_sums([1, 2], 3)


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


@pytest.mark.parametrize(
    "counts", [[1, 2, 3], [[1, 2]], [[1, np.nan], [1, 2]], [[1, -1], [1, 2]]]
)
def test_a_dispersion_of_too_little_is_refused(counts):
    with pytest.raises(DataError):
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


@pytest.mark.parametrize("counts", [[1, 2, 3], [0, 0, 0, 0], [1, 2, 3, -4], [np.nan] * 6])
def test_a_trend_of_too_little_is_refused(counts):
    with pytest.raises(DataError):
        evaluation.yearly_trend(counts)


def test_a_trend_without_exposure_in_a_year_is_refused():
    with pytest.raises(ParameterError):
        evaluation.yearly_trend([1, 2, 3, 4], exposure=[1, 1, 0, 1])
