"""The cosine average against published numbers and another program's transform."""

import numpy as np
import pytest
from scipy import fft, stats

from peelian.statistics import cosine_limits

# Student (1908), Biometrika 6(1): additional hours of sleep by the second soporific over the
# first; R's t.test(extra ~ group, data = sleep, paired = TRUE) gives 0.7001142 to 2.4598858.
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
FAR = (-1e6, 1e6)  # bounds so far away that the logit scale is straight


def test_all_cosines_are_students_t():
    assert cosine_limits(SLEEP, [9], bounds=FAR) == pytest.approx(
        (0.7001142, 2.4598858), abs=1e-5
    )


@pytest.mark.parametrize("waves", [1, 2, 4])
def test_few_cosines_are_the_estimator_of_lazarus_and_others(waves):
    """JBES 36(4), 2018; the type II cosine transform is SciPy's."""
    weights = fft.dct(SLEEP, type=2, norm="ortho")[1 : waves + 1]
    reach = stats.t.ppf(0.975, waves) * np.sqrt(np.mean(weights**2) / len(SLEEP))
    assert cosine_limits(SLEEP, [waves], bounds=FAR) == pytest.approx(
        (SLEEP.mean() - reach, SLEEP.mean() + reach), abs=1e-3
    )
