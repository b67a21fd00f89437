"""Knife arches: the covering vector, and finds from published yields."""

import numpy as np
import pytest

from peelian.operations import (
    ArchProblem,
    Slots,
    best_schedule,
    covered_value,
    expected_finds,
)

POINTS = np.array([(0, 0), (300, 0), (600, 0), (900, 0), (0, 500), (900, 500)])
DEMAND = np.array([120.0, 80, 60, 90, 40, 70])
SITES = np.array([(100, 100), (450, 0), (900, 250), (0, 500)])


@pytest.mark.parametrize(
    ("n", "sites", "value"), [(1, [2], 220), (2, [0, 2], 420), (3, [0, 2, 3], 460)]
)
def test_the_maximal_covering_vector(n: int, sites: list[int], value: float) -> None:
    """Church and ReVelle's problem, 400 m, solved by hand (all choices enumerated)."""
    away = np.linalg.norm(SITES[:, None] - POINTS[None], axis=-1)
    problem = ArchProblem(
        demand=DEMAND[None],
        covers=away <= 400,
        footfall=np.ones(4),
        allowed=np.ones((4, 1), dtype=bool),
        slots=Slots(np.array(["2026-12-01"], "M8[D]"), np.array([600]), np.array([720])),
        minutes=np.zeros((4, 4), dtype=np.int64),
        n_teams=n,
    )
    found, bound = best_schedule(problem)
    assert [one.site for one in found] == sites
    assert covered_value(problem, found) == value == pytest.approx(bound)


@pytest.mark.parametrize(
    ("published", "n", "finds", "low", "high"),
    [
        ("op-shield-2006", 1000, 6.8, 5.4, 8.6),  # 0.68 % [0.54, 0.86]
        ("doncaster", 1000, 7.0, 1.2, 38.5),  # 0.70 % [0.12, 3.85]
    ],
)
def test_published_yields_with_their_wilson_intervals(
    published: str, n: float, finds: float, low: float, high: float
) -> None:
    """British Transport Police Operation Shield 2006; Doncaster: 1 blade of 143 scanned."""
    value, interval = expected_finds(n, published=published)
    assert (value, interval.low, interval.high) == pytest.approx((finds, low, high), abs=0.05)
