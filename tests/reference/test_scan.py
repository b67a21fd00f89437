"""Scan statistics against what other programs print."""

import numpy as np
import pytest

from peelian.hotspots import scan

# Leukaemia in 281 tracts of New York, 552 cases among 1,057,673 people: the tracts of the
# first three clusters put together, and the rest. SaTScan 9.6, discrete Poisson, at most 10 %
# of the population: as printed in the tests of smerc (J. French), whose data are not ours.
PEOPLE = np.array([95_249, 34_083, 78_280, 850_061])
CASES = np.array([85, 38, 64, 365])
LOG_RATIO = [11.577255, 9.019716, 6.114140]
EXPECTED = [49.71, 17.79, 40.85]


def test_poisson_equals_satscan():
    x = np.array([0.0, 10_000, 20_000, 30_000])
    found = scan(
        x, 0 * x, 0 * x, model="poisson", weights=CASES, population=PEOPLE, max_radius=100,
        max_days=1, max_share=0.1, runs=99, rng=np.random.default_rng(1),
    ).table.columns  # fmt: skip
    assert found["observed"][:3].tolist() == [85, 38, 64]
    assert found["expected"][:3] == pytest.approx(EXPECTED, abs=0.005)
    assert found["statistic"][:3] == pytest.approx(LOG_RATIO, abs=5e-7)


@pytest.mark.parametrize(
    ("cases", "people", "statistic"),
    [(41, 38_999, 8.47836), (42, 40_696, 8.29257), (44, 47_412, 6.43049)],
)
def test_bernoulli_equals_flexscan(cases, people, statistic):
    """FleXScan 3.1.2, binomial model, the same data: first three clusters as printed there."""
    from peelian.hotspots.scan_kernels import log_ratio_bernoulli

    value = log_ratio_bernoulli(cases, people, 552, 1_057_673)
    assert value == pytest.approx(statistic, abs=5e-6)


def test_permutation_by_hand():
    # 4 of 10 events at one place, 3 of them on the day that has 5: 4 x 5 / 10 expected.
    x = np.array([0.0] * 4 + [1000.0 * k for k in range(1, 7)])
    day = np.array([3, 3, 3, 9, 3, 3, 0, 1, 5, 7])
    found = scan(
        x, 0 * x, day, max_radius=100, max_days=1, runs=9, rng=np.random.default_rng(1)
    ).table.columns
    by_hand = 3 * np.log(3 / 2) + 7 * np.log(7 / 8)
    assert found["statistic"].tolist() == pytest.approx([by_hand])
    first = [float(found[name][0]) for name in ("observed", "expected", "start", "end")]
    assert first == pytest.approx([3, 2, 3, 3])
