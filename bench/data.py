"""Events to measure on: seeded, 60 x 60 km, 250 m cells, most in a few hundred places."""

import numpy as np
import shapely

from peelian.spacetime import square_grid
from peelian.terms import StudyArea

SIDE = 60_000.0  # m
CELL_SIZE = 250.0  # m
HOTSPOTS = 300
SEED = 20180101


def study_area() -> StudyArea:
    """The plain they happen on."""
    return StudyArea("plain", shapely.box(0, 0, SIDE, SIDE), "none")


def grid():
    """57,600 squares."""
    return square_grid(study_area(), CELL_SIZE)


def places(n: int) -> tuple[np.ndarray, np.ndarray]:
    """60 % in unequal hot spots, 15 % within 100 m of an earlier event, 25 % anywhere."""
    rng = np.random.default_rng(SEED)
    middle = rng.uniform(0, SIDE, (HOTSPOTS, 2))
    size = rng.dirichlet(np.full(HOTSPOTS, 0.5))
    kind = rng.choice(3, n, p=(0.60, 0.15, 0.25))
    at = middle[rng.choice(HOTSPOTS, n, p=size)] + rng.normal(0, 150, (n, 2))
    at = np.where((kind == 2)[:, None], rng.uniform(0, SIDE, (n, 2)), at)
    earlier = (rng.random(n) * np.arange(n)).astype(int)
    at = np.where((kind == 1)[:, None], at[earlier] + rng.normal(0, 50, (n, 2)), at)
    return tuple(np.clip(at, 0, SIDE - 1e-6).T.copy())
