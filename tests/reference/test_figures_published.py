"""Figures against published totals, the vectors of the science sheet, and algebra."""

from datetime import date

import numpy as np
import pytest

from peelian import evaluation, sources

KNIFE = [730, 680, 536, 342, 462, 531, 638, 788, 992, 938, 755]


def of_essex(table):
    return table.columns["force"] == "Essex"


def test_essex_recorded_134153_offences_in_2017_18():
    crime = sources.recorded_crime()
    quarters = np.array([crime.columns[f"q{q}"][of_essex(crime)].sum() for q in range(1, 5)])
    assert quarters.sum() == 134_153


def test_the_yearly_knife_totals_of_essex():
    knife = sources.knife_offences()
    mine = of_essex(knife)
    years = knife.columns["year"][mine]
    n = [knife.columns["n"][mine][years == y].sum() for y in np.unique(years)]
    assert n == KNIFE


def test_residents_of_essex_and_of_england_and_wales():
    forces = sources.force_residents()
    assert forces.columns["mid2019"][of_essex(forces)] == 1_846_655
    assert forces.columns["mid2017"][of_essex(forces)] == 1_820_379
    assert forces.columns["mid2019"].sum() == 59_439_840  # ONS, mid-2019
    assert len(forces) == 43


def test_the_rates_of_the_science_sheet():
    c = evaluation.area_rates(["new", "old"], [1511, 1730], [1.9e6, 1.9e6]).columns
    assert c["rate"] == pytest.approx([0.795263, 0.910526], abs=1e-6)
    assert c["low"] == pytest.approx([0.755666, 0.868121], abs=1e-6)
    assert c["high"] == pytest.approx([0.836397, 0.954467], abs=1e-6)


def test_the_rate_of_essex_in_2017_18():
    c = evaluation.area_rates(["Essex"], [134_153], [1_820_379]).columns
    assert c["rate"][0] == pytest.approx(134_153 / 1_820.379)


def test_the_dispersion_is_pearsons_chi_square_of_the_two_way_table():
    table = np.array([[12.0, 8.0, 20.0], [9.0, 14.0, 7.0]])
    from scipy.stats import chi2_contingency

    found = chi2_contingency(table)
    assert evaluation.yearly_dispersion(table) == pytest.approx(
        found.statistic / found.dof, rel=1e-12
    )


def test_a_trend_satisfies_the_score_equations_of_the_poisson_regression():
    found = evaluation.yearly_trend(KNIFE)
    slope, year = np.log(found.value), np.arange(len(KNIFE))
    level = np.log(sum(KNIFE) / np.exp(slope * year).sum())
    residual = np.array(KNIFE) - np.exp(level + slope * year)
    assert abs(residual.sum()) < 1e-6
    assert abs((residual * year).sum()) < 1e-4


@pytest.mark.parametrize(
    ("start", "end", "days", "saturdays"),
    [
        (date(2011, 4, 1), date(2012, 3, 31), 366, 53),
        (date(2018, 4, 1), date(2019, 3, 31), 365, 52),
        (date(2022, 1, 1), date(2022, 12, 31), 365, 53),
        (date(2026, 11, 22), date(2026, 11, 22), 1, 0),
        (date(2026, 11, 21), date(2026, 11, 21), 1, 1),
    ],
)
def test_days_and_saturdays_against_the_calendar(start, end, days, saturdays):
    assert evaluation.days_and_saturdays(start, end) == (days, saturdays)
