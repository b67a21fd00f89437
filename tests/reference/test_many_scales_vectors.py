"""The powers of many scales against scipy's minimiser of the same penalised likelihood."""

import numpy as np
import pytest
from scipy.optimize import minimize

from peelian.forecasts.many_scales import _learn


@pytest.mark.parametrize("prior_events", [1.0, 100.0])
def test_the_powers_minimise_the_penalised_likelihood(prior_events):
    rng = np.random.default_rng(1)
    logs = rng.normal(0, [1.0, 0.5, 2.0], (4, 300, 3))
    came = rng.poisson(0.2 * np.exp(logs @ [0.5, 0.2, 0.1])).astype(float)
    start = np.array([0.3, 0.4, 0.0])
    x, y = logs.reshape(-1, 3), came.ravel()
    spread = x.std(axis=0)

    def loss(at):
        eta = at[0] + x @ at[1:]
        away = (at[1:] - start) * spread
        return np.exp(eta).sum() - y @ eta + prior_events * away @ away / 2

    best = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-4}).x[1:]
    powers = _learn(list(zip(logs, came, strict=True)), start, prior_events)
    np.testing.assert_allclose(powers, best, atol=1e-4)
