"""An interrupted series against a published example and what another program makes of it.

Acute coronary episodes in Sicily, 2002 to 2006, before and after smoking was banned in public
from January 2005: the data of Lopez Bernal, Cummins and Gasparrini (International Journal of
Epidemiology, 2017, doi:10.1093/ije/dyw098). Coefficients and dispersions are what statsmodels
0.15.0 gives: ``GLM(aces, X, family=Poisson(), offset=log(stdpop)).fit(scale="X2")``.
"""

import numpy as np
import pytest

from peelian.evaluation import interrupted_series, ratio_of_ratios

EPISODES = np.array([
    728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858,
    887, 766, 851, 769, 781, 756, 766, 752, 765, 831, 879, 928,
    914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886,
    831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908,
    1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912,
])  # fmt: skip
POPULATION = np.array([
    379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2,
    378485.6, 375955.5, 378349.7, 376762.4, 379032.3, 379360.4, 376162.0, 377972.4, 381830.7,
    379888.6, 380872.2, 380966.9, 381240.4, 382104.9, 381802.7, 381656.3, 383680.0, 383504.2,
    386462.9, 383783.1, 380836.8, 383483.0, 380906.2, 382926.8, 384052.4, 384449.6, 383428.4,
    388153.2, 388373.2, 386470.1, 386033.2, 383686.4, 385509.3, 385901.9, 386516.6, 388436.5,
    383255.2, 390148.7, 385874.9, 391613.6, 391750.4, 394005.6, 391364.9, 391664.6, 389022.3,
    391878.5, 388575.3, 392989.0, 390018.8, 390712.3,
])  # fmt: skip
SEASON = (np.arange(59) % 12) / 12


def sicily(**choice):
    return interrupted_series(EPISODES, n_before=36, exposure=POPULATION, **choice)


def test_level_without_a_season():
    found = sicily(slope_change=False)
    assert found.level.value == pytest.approx(0.89437651, abs=5e-9)
    assert found.dispersion == pytest.approx(3.559187, abs=5e-7)


def test_level_with_a_season():
    """The tutorial's result: 11 % fewer."""
    found = sicily(season=SEASON, slope_change=False)
    assert found.level.value == pytest.approx(0.88507155, abs=5e-9)
    assert found.dispersion == pytest.approx(2.262183, abs=5e-7)
    limits = (found.level.interval.low, found.level.interval.high)
    # The other program takes months for independent and prints 0.8394 to 0.9332.
    assert limits == pytest.approx((0.8394, 0.9332), abs=0.003)
    assert abs(found.correlation) < 0.15


def test_level_and_slope():
    found = sicily(season=SEASON)
    assert found.slope.value == pytest.approx(1.00148333, abs=5e-9)
    # There the slope counts from December, here from the first month of the ban.
    assert found.level.value == pytest.approx(0.87646442 * 1.00148333, abs=5e-9)
    assert found.dispersion == pytest.approx(2.274558, abs=5e-7)
    after = slice(36, None)
    assert found.overall.value == pytest.approx(
        found.fitted[after].sum() / found.expected[after].sum()
    )


def test_a_comparison_without_trends_gives_the_ratio_of_ratios():
    """Levels chosen so that there is no trend for the fit to find."""
    treated = np.repeat([207.0, 110.0], 12)
    control = np.repeat([308.0, 318.0], 12)
    found = interrupted_series(treated, n_before=12, comparison=control, slope_change=False)
    exact = ratio_of_ratios((207, 110), (308, 318)).value
    assert found.level.value == pytest.approx(exact, rel=1e-8)
    assert found.level.value == pytest.approx(0.514690, abs=5e-7)
