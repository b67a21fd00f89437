"""Worlds of risk terrain: offences in few or many clusters, and places of one kind."""

import numpy as np
from claims import ALARM, ASYMPTOTIC

from forecast_histories import history_of, squares
from peelian import forecasts
from peelian.terms import Generators


def risk_terrain(n_clusters, reach):
    """Offences in so many clusters of that reach, and forty places that mean nothing."""
    grid = squares(40, 40, cell_size=150.0)
    at = np.stack([grid.x, grid.y])
    fits = []  # the one without factors, made by the first world

    def run(rng):
        hubs, places = rng.uniform(0, 6000, (2, n_clusters)), rng.uniform(0, 6000, (2, 40))
        near = np.exp(-(((at[:, :, None] - hubs[:, None]) / reach) ** 2).sum(axis=0) / 2)
        terrain = forecasts.RiskTerrain(Generators(np.full(40, "pub"), *places, "none"))
        counts = rng.poisson(0.15 + 3 * near.sum(axis=1), (2, 1600))
        if not fits:
            fits.append(terrain.fit(history_of(np.zeros((2, 1600)), grid)))
        history = history_of(counts, grid, days=30)
        p = forecasts.shift_test(history, terrain.candidates(grid), fits[0], "pub")
        return float(p <= 0.05)

    return run


ROWS = tuple(
    ("explain_risk", f"p of a kind, {n} clusters of {reach} m on 6 km", ALARM, ASYMPTOTIC,
     1000, risk_terrain(n, reach))
    for n, reach in ((8, 500), (25, 300))
)  # fmt: skip
