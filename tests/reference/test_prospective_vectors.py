"""Prospective hot-spotting: worked values (science F5)."""

import numpy as np
import pytest

from forecast_histories import events_of, history_of, squares
from peelian.forecasts import Prospective
from peelian.terms import History

DISTANCE, AGE = np.array([0.0, 60, 260, 390]), np.array([2.0, 9, 30, 60])


def test_terms_f5():
    terms = Prospective().terms(DISTANCE, AGE, band=50)
    np.testing.assert_allclose(terms, [1, 0.25, 0.033333, 0.013889], atol=5e-7)
    assert terms.sum() == pytest.approx(1.297222, abs=5e-7)


def test_continuous_f5():
    terms = Prospective(continuous=True).terms(DISTANCE, AGE, band=50)
    assert terms.sum() == pytest.approx(1.019028, abs=5e-7)


@pytest.mark.parametrize(("continuous", "total"), [(False, 1.297222), (True, 1.019028)])
def test_through_a_forecast_f5(continuous, total):
    """The four events east of a cell's centre, against one event at another's centre now.

    Shares of risk are shares of the scores, so the known score of the second gives the first.
    """
    grid = squares(1, 40)
    x = np.append(50 + DISTANCE, 3050.0)
    day = 60 - np.append(AGE, 1 / 86_400)
    history = history_of(np.zeros((60, 40)), grid)
    history = History(
        history.counts, grid, history.periods, events_of(x, np.full(5, 50.0), day)
    )
    risk = Prospective(continuous=continuous).forecast(history, 1).risk[0]
    assert risk[0] / risk[30] == pytest.approx(total, abs=2e-6)
