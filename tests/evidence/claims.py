"""What a simulation claims, and what several worlds need."""

import numpy as np

ALARM, COVER = "p ≤ 0.05 where nothing is", "95 % interval holds the truth"
EXACT, GUARDED, ASYMPTOTIC = "exact", "never narrower than Wilson's", "asymptotic"
CAUTIOUS = "wider for what is not known"


def holds(low, truth, high):
    """Share of intervals that hold the truth."""
    return float(np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high))))


def clustered(rng, mean, dispersion):
    """Counts of that mean whose variance is so many times it."""
    if dispersion == 1:
        return rng.poisson(mean)
    shape = np.maximum(mean, 1e-9) / (dispersion - 1)
    return rng.poisson(rng.gamma(shape) * (dispersion - 1))
