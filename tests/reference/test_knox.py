"""Knox test against published values, and against every arrangement counted by hand."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from peelian.hotspots import knox, near_repeats

BURKITT = Path(__file__).parents[1] / "data" / "burkitt.csv"
X = np.array([0, 30, 40, 300, 310, 1000.0])
DAY = np.array([0, 3, 20, 50, 52, 53])


def test_six_events_over_all_720_arrangements():
    # Worked by hand: 4 pairs within 100 m, 4 within 7 days, 15 pairs.
    found = knox(
        X, 0 * X, DAY, distance_breaks=[0, 100], time_breaks=[0, 7], edges="closed",
        permutations=999, rng=np.random.default_rng(1),
    )  # fmt: skip
    columns = {name: column.tolist() for name, column in found.table.columns.items()}
    assert found.exact and found.arrangements == 720
    assert columns["observed"] == [2]
    assert columns["expected"] == pytest.approx([1.066667], abs=1e-6)
    assert columns["ratio"] == pytest.approx([1.875])
    assert columns["p"] == pytest.approx([0.2])

    close = np.abs(X[:, None] - X) <= 100
    counts = []
    for days in itertools.permutations(DAY):
        near = np.abs(np.subtract.outer(days, days)) <= 7
        counts.append(np.count_nonzero(np.triu(close & near, 1)))
    assert np.mean(counts) == pytest.approx(columns["expected"][0])
    assert np.mean(np.array(counts) >= 2) == pytest.approx(0.2)


def test_burkitt_lymphoma():
    """188 cases in Uganda: pointpats 2.5.5 documents 13 pairs within 20 km and 5 days.

    It expects 10.14; its Poisson p is P(X > 13) = 0.146, ours P(X >= 13) = 0.222.
    Data: R. Rowlingson and P. Diggle, splancs, as distributed with libpysal.
    """
    x, y, day = np.loadtxt(BURKITT, delimiter=",", skiprows=1, unpack=True)
    found = knox(
        x, y, day, distance_breaks=[0, 20], time_breaks=[0, 5], edges="closed",
        permutations=1999, rng=np.random.default_rng(5),
    )  # fmt: skip
    assert (found.table.columns["observed"], found.n) == (13, 188)
    assert found.table.columns["expected"][0] == pytest.approx(10.143816)
    by_poisson = poisson.sf(12, found.table.columns["expected"][0])
    assert by_poisson == pytest.approx(0.222, abs=5e-4)
    assert found.table.columns["p"][0] == pytest.approx(by_poisson, abs=0.05)
    assert len(near_repeats(x, y, day, distance=20, days=5).pairs) == 13
