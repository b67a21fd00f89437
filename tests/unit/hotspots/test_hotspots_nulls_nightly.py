"""Longer null and coverage tests of the hotspot methods."""

import numpy as np
import pytest
import shapely

from peelian.hotspots import concentration, emerging, gi_star_test, local_moran
from peelian.spacetime import square_grid
from peelian.statistics import gini, places_holding, top_share
from peelian.terms import StudyArea

GRID = square_grid(StudyArea("box", shapely.box(0, 0, 10_000, 10_000)), 250)
pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("mean", [0.1, 0.5, 5])
def test_permutation_p_on_noise(mean):
    rng, maps = np.random.default_rng(30), 150
    found = {"moran": 0, "gi_star": 0}
    for _ in range(maps):
        counts = rng.poisson(mean, GRID.n_cells)
        moran = local_moran(counts, GRID, permutations=19_999, rng=rng)
        gi = gi_star_test(counts, GRID, null="permutation", permutations=19_999, rng=rng)
        found["moran"] += bool((moran.p_fdr <= 0.05).any())
        found["gi_star"] += bool((gi.p_fdr <= 0.05).any())
    assert max(found.values()) / maps <= 0.07, found


@pytest.mark.parametrize("periods_before", [0, 1, 3])
@pytest.mark.parametrize("mean", [0.05, 0.5, 5])
def test_emerging_on_noise(mean, periods_before):
    rng, maps = np.random.default_rng(31), 200
    any_class, trends = 0, []
    for _ in range(maps):
        counts = rng.poisson(mean, (24, GRID.n_cells))
        found = emerging(counts, GRID, periods_before=periods_before)
        any_class += bool((found.category != "no pattern").any())
        trends.append((found.trend_p <= 0.05).mean())
    assert any_class / maps <= 0.07
    assert np.mean(trends) < 0.06


def test_limits_of_concentration_hold_the_truth():
    rng, maps = np.random.default_rng(32), 1000
    many = rng.negative_binomial(0.3, 0.375, 4_000_000)
    truth = [gini(many), *(top_share(many, s) for s in (0.05, 0.1)),
             *(places_holding(many, s) for s in (0.25, 0.5))]  # fmt: skip
    covered = np.zeros(5)
    for _ in range(maps):
        found = concentration(rng.negative_binomial(0.3, 0.375, 1000), draws=400, rng=rng)
        rows = [0, 3, 4, 5, 6]
        covered += (found.low[rows] <= truth) & (truth <= found.high[rows])
    assert covered.min() / maps > 0.92  # 1000 maps: 0.93 less one and a half errors
