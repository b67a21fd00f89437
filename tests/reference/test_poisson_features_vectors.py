"""Random Fourier features against the kernel, and the regression against its likelihood.

Rahimi and Recht (2007): the products of the features average to the Gaussian kernel. The fit
is held against scipy's general minimiser, given the penalised likelihood as it is written.
"""

import numpy as np
import pytest

from peelian.forecasts import Waves
from peelian.forecasts.lessons import Lessons
from peelian.forecasts.poisson_features import _Regression


def test_many_waves_are_the_gaussian_kernel():
    rng = np.random.default_rng(1)
    place = rng.uniform(0, 2, (40, 3))
    waves = Waves.drawn(20_000, rng).at(place)
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    np.testing.assert_allclose(waves @ waves.T, np.exp(-(apart**2) / 2), atol=0.04)


def test_waves_have_no_bias():
    """Mean over draws of six waves at one distance: exp(-1/2), to four standard errors."""
    place = np.array([[0.0, 0, 0], [1.0, 0, 0]])
    products = []
    for seed in range(2000):
        here, there = Waves.drawn(6, np.random.default_rng(seed)).at(place)
        products.append(here @ there)
    error = 4 * np.std(products) / np.sqrt(2000)
    assert np.mean(products) == pytest.approx(np.exp(-0.5), abs=error)


def test_the_fit_minimises_the_penalised_likelihood():
    from scipy.optimize import minimize

    rng, n, penalty = np.random.default_rng(2), 300, 3.0
    columns = rng.normal(size=(n, 7)).astype(np.float32)
    baseline = rng.gamma(2.0, 1.0, n)
    counts = rng.poisson(baseline * np.exp(0.5 * columns[:, 0] - 1)).astype(float)
    lessons = Lessons(columns, counts, baseline, np.arange(n))
    waves = Waves.drawn(4, rng)
    fit = _Regression.fitted(lessons, waves, penalty)

    logs = columns[:, [0, 1, 5, 6]].astype(float)  # between them place and time
    design = np.hstack(
        [(logs - logs.mean(0)) / logs.std(0), waves.at(columns[:, 2:5].astype(float))]
    )

    def objective(b):
        log_mean = np.log(baseline) + b[0] + design @ b[1:]
        return np.sum(np.exp(log_mean) - counts * log_mean) + penalty / 2 * b[1:] @ b[1:]

    theirs = minimize(objective, np.zeros(9), method="BFGS", options={"gtol": 1e-4}).x
    ours = np.concatenate([[fit.model.intercept_ + np.log(fit.level)], fit.model.coef_])
    np.testing.assert_allclose(ours, theirs, atol=2e-4)
    mean = baseline * np.exp(theirs[0] + design @ theirs[1:])
    np.testing.assert_allclose(fit.mean(lessons), mean, rtol=1e-3)
