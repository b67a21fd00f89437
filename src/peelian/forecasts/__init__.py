"""Where next: one module per method.

A forecaster is its settings plus ``forecast(history, horizon)``. Listing it in ``FORECASTERS``
makes it a name on the command line and a row of the backtest.
"""

from collections.abc import Callable, Mapping

from peelian.forecasts.boosting import GradientBoosting, RandomForest
from peelian.forecasts.candidates import CANDIDATES, COUNTING, candidates
from peelian.forecasts.counting import EWMA, LongWindowCount
from peelian.forecasts.ensemble import GeometricEnsemble, StackedEnsemble
from peelian.forecasts.expectation import SelfExcitingFit
from peelian.forecasts.features import Features, LagFeatures
from peelian.forecasts.gamma_poisson import (
    GammaPoissonEWMA,
    GammaPrior,
    fit_gamma_prior,
    posterior_limits,
    posterior_mean,
)
from peelian.forecasts.hour_of_week import HourOfWeek, HourOfWeekProfile
from peelian.forecasts.lessons import Schedule
from peelian.forecasts.many_scales import ManyScales
from peelian.forecasts.memory import exponential_weights
from peelian.forecasts.poisson_features import PoissonFeatures, Waves
from peelian.forecasts.prospective import Prospective
from peelian.forecasts.risk_explained import RiskExplanation, explain_risk, shift_test
from peelian.forecasts.risk_factors import Candidates, RiskFactor, candidate_factors
from peelian.forecasts.risk_terrain import RiskTerrain, RiskTerrainFit, SettledTerrain
from peelian.forecasts.rotated_grid import RotatedGrid
from peelian.forecasts.rotation_search import RotationSearch, search_rotation
from peelian.forecasts.self_exciting import SelfExciting
from peelian.forecasts.smoothed import KernelEWMA
from peelian.forecasts.trigger import Trigger
from peelian.terms import Forecaster, Generators

FORECASTERS: Mapping[str, Callable[[], Forecaster]] = {
    "count": LongWindowCount,
    "ewma": EWMA,
    "gamma-poisson": GammaPoissonEWMA,
    "kernel-ewma": KernelEWMA,
}
# Offered by name and not run unasked: the first three need to know when or where events
# happened and refuse month-only data with a CoverageError; the others learn from years of
# past forecasts, take longer, and refuse short histories.
ON_REQUEST: Mapping[str, Callable[[], Forecaster]] = {
    "prospective": Prospective,
    "self-exciting": SelfExciting,
    "rotated-grid": RotatedGrid,
    "boosting": GradientBoosting,
    "forest": RandomForest,
    "poisson-features": PoissonFeatures,
    "stacked": StackedEnsemble,
    "many-scales": ManyScales,
}
COMPANION_FORECASTERS = ("many-scales",)  # these learn from other offences too
# These explain offences by what stands near, and so need places that draw people.
GENERATOR_FORECASTERS: Mapping[str, Callable[[Generators], Forecaster]] = {
    "risk-terrain": RiskTerrain,
}

__all__ = [
    "CANDIDATES",
    "COMPANION_FORECASTERS",
    "COUNTING",
    "EWMA",
    "FORECASTERS",
    "GENERATOR_FORECASTERS",
    "ON_REQUEST",
    "Candidates",
    "Features",
    "GammaPoissonEWMA",
    "GammaPrior",
    "GeometricEnsemble",
    "GradientBoosting",
    "HourOfWeek",
    "HourOfWeekProfile",
    "KernelEWMA",
    "LagFeatures",
    "LongWindowCount",
    "ManyScales",
    "PoissonFeatures",
    "Prospective",
    "RandomForest",
    "RiskExplanation",
    "RiskFactor",
    "RiskTerrain",
    "RiskTerrainFit",
    "RotatedGrid",
    "RotationSearch",
    "Schedule",
    "SelfExciting",
    "SelfExcitingFit",
    "SettledTerrain",
    "StackedEnsemble",
    "Trigger",
    "Waves",
    "candidate_factors",
    "candidates",
    "explain_risk",
    "exponential_weights",
    "fit_gamma_prior",
    "posterior_limits",
    "posterior_mean",
    "search_rotation",
    "shift_test",
]
