"""Change between two counts against known answers.

Exact conditional limits and tests: Przyborowski and Wilenski 1940, as R's ``poisson.test`` and
``binom.test`` give them. The difference over its standard error: Wheeler and Ratcliffe 2018,
doi:10.1186/s40163-018-0085-5.
"""

import numpy as np
import pytest

from peelian.hotspots import change


@pytest.mark.parametrize(
    ("before", "after", "exposure", "ratio", "low", "high", "p"),
    [
        (62, 41, (1, 1), 0.661290, 0.434501, 0.996979, 0.048234),
        (8, 3, (1, 1), 0.375, 0.064076, 1.562411, 0.226562),
        (5, 0, (1, 1), 0, 0, 1.091279, 0.0625),
        (50, 20, (2, 1), 0.8, 0.451117, 1.368238, 0.448148),
        (1730, 1511, (1, 1), 0.873410, 0.814626, 0.936359, 0.000128),
    ],
)
def test_exact_ratio(before, after, exposure, ratio, low, high, p):
    found = change([before], [after], exposure=exposure)
    values = np.ravel([found.rate_ratio, found.low, found.high, found.p])
    np.testing.assert_allclose(values, [ratio, low, high, p], atol=1e-6)


def test_difference_over_its_standard_error():
    """-219 with 95 % limits -330.6 and -107.4; and 80 in two years against 20 in one."""
    assert change([1730], [1511]).z[0] == pytest.approx(-219 / (330.6 - 219) * 1.96, abs=2e-3)
    z = change([80], [20], exposure=(2, 1)).z[0]
    assert z == pytest.approx((20 - 40) / np.sqrt(80 / 4 + 20))


def test_dispersion_two_gives_the_published_interval_of_the_change():
    """20.8 % to 3.7 % lower by the normal limits: the exact ones lie a tenth further out."""
    found = change([1730], [1511], dispersion=2)
    np.testing.assert_allclose(
        [found.low[0] - 1, found.high[0] - 1], [-0.208, -0.037], atol=2e-3
    )
