"""Visits as teams say them: "arrived" and "left", in the order of their times."""

import numpy as np

from peelian.terms import Floats


def pair_reports(arrived: Floats, left: Floats) -> Floats:
    """Visits of one team to one spot from what it said.

    Parameters
    ----------
    arrived, left : array, shape (n_arrived,), (n_left,)
        When it said so, in any order. [minutes]

    Returns
    -------
    visits : array, shape (n_visits, 2)
        From and to, in order; NaN where it was not said. "Arrived" said again before "left"
        changes nothing, nor does "left" said again. [minutes]

    Examples
    --------
    >>> pair_reports(np.array([0.0, 60.0]), np.array([15.0])).tolist()
    [[0.0, 15.0], [60.0, nan]]
    """
    said = sorted([(float(t), 0) for t in arrived] + [(float(t), 1) for t in left])
    visits: list[list[float]] = []
    there = False
    for time, gone in said:
        if gone and there:
            visits[-1][1] = time
        elif gone and not visits:
            visits.append([np.nan, time])
        elif not gone and not there:
            visits.append([time, np.nan])
        there = not gone
    return np.array(visits, dtype=np.float64).reshape(-1, 2)
