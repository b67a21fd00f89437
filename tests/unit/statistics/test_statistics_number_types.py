"""How numbers are held, in four bytes or in one, changes no answer."""

import numpy as np
import pytest

from peelian.statistics import (
    bernoulli_log_score,
    bootstrap_limits,
    brier_score,
    clopper_pearson_limits,
    cosine_limits,
    count_scores,
    f1_of,
    garwood_limits,
    generalised_gini,
    gini,
    lorenz,
    overlap_factor,
    poisson_crps,
    poisson_deviance,
    poisson_log_score,
    poisson_pit,
    sign_flip_test,
    weighted_garwood_limits,
    wilson_limits,
)

HALF = np.array([0.1, 0.7, 1.3, 2.9], dtype=np.float32)
COUNTS = np.array([0, 3, 7, 100], dtype=np.uint8)


@pytest.mark.parametrize(
    ("function", "arrays"),
    [
        *(
            (score, (HALF, held))
            for score in (
                brier_score, bernoulli_log_score, poisson_log_score, poisson_deviance,
                poisson_crps, poisson_pit,
            )
            for held in (COUNTS, COUNTS.astype(np.float32))
        ),
        (f1_of, (HALF / 4,)),
        (gini, (HALF,)),
        (lorenz, (HALF, HALF)),
        (generalised_gini, (HALF / 4,)),
        (overlap_factor, (9, HALF / 4)),
        (wilson_limits, (HALF, 3 * HALF)),
        (clopper_pearson_limits, (HALF, 3 * HALF)),
        (garwood_limits, (HALF, 3 * HALF)),
        (weighted_garwood_limits, (COUNTS, COUNTS, 2, COUNTS + 1)),
        (sign_flip_test, (COUNTS.view(np.int8) - np.int8(50),)),
    ],
)  # fmt: skip
def test_narrow_numbers_count_like_any(function, arrays):
    narrow, wide = function(*arrays), function(*(np.float64(a) for a in arrays))
    np.testing.assert_allclose(narrow, wide, rtol=1e-12)


def test_narrow_series_and_draws_too():
    series = HALF / 3
    assert cosine_limits(series, [2], bounds=(0, 1)) == cosine_limits(
        series.astype(np.float64), [2], bounds=(0, 1)
    )
    np.testing.assert_allclose(
        bootstrap_limits(HALF, 5), bootstrap_limits(HALF.astype(np.float64), 5), rtol=1e-12
    )
    narrow, wide = count_scores(HALF, COUNTS), count_scores(*map(np.float64, (HALF, COUNTS)))
    assert narrow.crps == pytest.approx(wide.crps, rel=1e-12)
