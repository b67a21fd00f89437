"""Visits from pings: the worked example of the dosage rule, and time by hand."""

import numpy as np
import shapely

from peelian import operations
from peelian.terms import Pings


def test_out_in_in_in_out_every_two_minutes():
    """Pings at 0, 120, 240, 360, 480 s: lower 240 s, middle 360 s, upper 480 s.

    The rule is that of the field (clip to the polygon and GPS error, runs with no gap over
    five minutes, two pings and five minutes at least): Hutt et al., Crime Science 10:3, 2021.
    """
    when = np.datetime64("2026-11-22T14:00:00", "s") + np.arange(5) * np.timedelta64(120, "s")
    x = np.array([500.0, 50.0, 50.0, 50.0, 500.0])
    pings = Pings(np.full(5, "A1"), when, x, np.full(5, 50.0))
    visits = operations.find_visits(pings, np.array([shapely.box(0, 0, 100, 100)]))
    assert visits.n_pings.tolist() == [3]
    assert visits.cut.tolist() == [False]
    minutes = operations.officer_minutes(visits, visits.spot, 1)
    assert (minutes * 60).tolist() == [[240.0, 360.0, 480.0]]
