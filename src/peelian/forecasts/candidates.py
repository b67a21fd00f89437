"""The settings of each model that a backtest may choose from before its test begins."""

from collections.abc import Mapping
from itertools import product

from peelian.forecasts.counting import EWMA
from peelian.forecasts.gamma_poisson import GammaPoissonEWMA
from peelian.forecasts.prospective import Prospective
from peelian.forecasts.rotated_grid import RotatedGrid
from peelian.forecasts.self_exciting import SelfExciting
from peelian.forecasts.smoothed import KernelEWMA
from peelian.terms import Forecaster

# Models that count the past: the best of them is the baseline where the best is asked for.
COUNTING = ("count", "ewma", "gamma-poisson", "kernel-ewma")

HALF_LIVES = (730.0, 365.0, 180.0, 1460.0)  # [days]
BANDWIDTHS = (45.0, 75.0, 150.0)  # 150, 250 and 500 ft, which won in turn on Portland [m]

CANDIDATES: Mapping[str, tuple[Forecaster, ...]] = {
    "ewma": tuple(EWMA(half_life) for half_life in HALF_LIVES),
    "gamma-poisson": tuple(GammaPoissonEWMA(half_life) for half_life in HALF_LIVES),
    "kernel-ewma": tuple(KernelEWMA(*both) for both in product(HALF_LIVES, BANDWIDTHS)),
    "prospective": tuple(
        Prospective(reach, days)
        for reach, days in product((400.0, 200.0), (60.0, 180.0, 365.0))
    ),
    "rotated-grid": tuple(
        RotatedGrid(*both) for both in product((40.0, 75.0, 150.0), (None, 0.0, 45.0))
    ),
    "self-exciting": tuple(SelfExciting(width) for width in (45.0, 150.0, 300.0)),
}


def candidates(name: str, default: Forecaster) -> tuple[Forecaster, ...]:
    """The settings to choose from for a model, its default first so that it wins ties.

    Parameters
    ----------
    name : str
        One that is not among CANDIDATES has its default alone.
    default : Forecaster

    Returns
    -------
    tuple of Forecaster

    Examples
    --------
    >>> [one.half_life_days for one in candidates("ewma", EWMA())]
    [730.0, 365.0, 180.0, 1460.0]
    """
    return tuple(dict.fromkeys((default, *CANDIDATES.get(name, ()))))
