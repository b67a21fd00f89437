"""Gini and generalised Gini: Bernasco and Steenbeek, Journal of Quantitative Criminology 33.

doi:10.1007/s10940-016-9324-7. The generalised form is checked at its limits too: one event a
place gives 0 when there are fewer events than places, all in one place gives 1 - 1/events, and
with as many events as places or more it is the plain one.
"""

import numpy as np
import pytest

from peelian.statistics import generalised_gini, gini, lorenz


@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [
        ([5, 2, 1, 1, 1] + [0] * 15, 0.84, 0.68),
        ([1] * 10 + [0] * 10, 0.5, 0),
        ([12, 6, 4, 3, 2, 1, 1, 1], 0.466667, 0.466667),
    ],
)
def test_published_forms(counts, plain, generalised):
    assert gini(counts) == pytest.approx(plain, abs=1e-6)
    assert generalised_gini(counts) == pytest.approx(generalised, abs=1e-6)


@pytest.mark.parametrize("events", [1, 4, 19])
def test_limits_of_the_generalised_form(events):
    even = np.arange(20) < events
    assert generalised_gini(even) == pytest.approx(0, abs=1e-12)
    assert generalised_gini([events] + [0] * 19) == pytest.approx(1 - 1 / events)


def test_gini_is_half_the_mean_difference_of_pairs_over_the_mean():
    """Gini's own definition (1912)."""
    counts = np.array([5, 0, 2, 9, 1, 1, 0])
    pairs = np.abs(counts[:, None] - counts).mean()
    assert gini(counts) == pytest.approx(pairs / (2 * counts.mean()))
    places, events = lorenz(counts)
    assert np.interp(6 / 7, places, events) == pytest.approx(9 / 18)
