"""Why discovered offences stay out of training: the urn of Ensign et al.

Vector: the specification's section 1.4 (computed), two areas with equal true rates, 500 days,
discovery probability 0.5, urn starting at 1 and 1, 2,000 runs.

D. Ensign, S. A. Friedler, S. Neville, C. Scheidegger and S. Venkatasubramanian, "Runaway
feedback loops in predictive policing," PMLR 81, 160-171, 2018.
"""

import numpy as np
import pytest

from peelian.offences import training_set
from peelian.sources import read_offence_classes, read_offence_sets

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def shares_after(*, corrected: bool, runs: int = 2_000, days: int = 500):
    """Share of the first area once patrols have followed what patrols found."""
    rng = np.random.default_rng(20181)
    urn = np.ones((runs, 2))
    for _ in range(days):
        share = urn / urn.sum(axis=1, keepdims=True)
        area = (rng.random(runs) >= share[:, 0]).astype(int)
        visited = share[np.arange(runs), area]
        found = rng.random(runs) < 0.5
        if corrected:
            found &= rng.random(runs) < 1 - visited
        urn[np.arange(runs), area] += found
    return urn[:, 0] / urn.sum(axis=1)


def test_a_forecast_trained_on_its_own_finds_learns_nothing():
    share = shares_after(corrected=False)
    assert np.quantile(share, QUANTILES) == pytest.approx(
        [0.05, 0.26, 0.5, 0.75, 0.95], abs=0.03
    )
    assert share.std() == pytest.approx(0.286, abs=0.01)


def test_the_correction_brings_the_truth_back():
    share = shares_after(corrected=True)
    wanted = [0.43, 0.47, 0.5, 0.53, 0.57]
    assert np.quantile(share, QUANTILES) == pytest.approx(wanted, abs=0.01)
    assert share.std() == pytest.approx(0.046, abs=0.004)


def test_so_no_set_trains_on_what_police_discover():
    classes = read_offence_classes()
    discovered = {one.code for one in classes if one.discovered}
    for offence_set in read_offence_sets():
        assert not discovered & set(training_set(offence_set, classes).codes)
