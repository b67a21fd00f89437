"""Was the forecast good; did the action work; was it fair."""

from peelian.evaluation.backtest import (
    backtest,
    find_origins,
    usual_block,
)
from peelian.evaluation.buffers import Buffers, buffer_areas
from peelian.evaluation.crossover import (
    Crossover,
    crossover,
    randomisation_p,
)
from peelian.evaluation.design_power import design_power, planning_dispersion
from peelian.evaluation.designs import (
    conditional_power,
    minimum_detectable_ratio,
    normal_power,
    stepped_wedge_error,
)
from peelian.evaluation.displacement import (
    Displacement,
    RatioOfRatios,
    displacement_quotient,
    ratio_of_ratios,
    weighted_displacement,
)
from peelian.evaluation.effects import (
    Choices,
    Effect,
    Measure,
    before_dispersion,
)
from peelian.evaluation.equity import equity_table, flagged_parts
from peelian.evaluation.figures import (
    area_funnel,
    area_rates,
    days_and_saturdays,
    nearest_areas,
    rolling_sums,
    yearly_dispersion,
    yearly_trend,
)
from peelian.evaluation.impact import DESIGNS, estimate_effect, scheduled
from peelian.evaluation.interrupted import InterruptedSeries, interrupted_series
from peelian.evaluation.judgement import (
    DRAWN,
    WITH,
    Drawn,
    score_judgement,
)
from peelian.evaluation.leads import EventStudy, event_study, placebo_operations
from peelian.evaluation.leaks import LEAKS, leak_check
from peelian.evaluation.logged_draw import DrawEffect, draw_effect
from peelian.evaluation.monitoring import (
    SequentialTest,
    average_run_length,
    between_areas,
    funnel_limits,
    poisson_cusum,
    poisson_limits,
    sequential_test,
    spate_p,
    stabilised_limits,
)
from peelian.evaluation.panels import (
    PanelEffect,
    SyntheticControl,
    difference_in_differences,
    synthetic_control,
)
from peelian.evaluation.pieces import Failed, Piece, Scored, Work, one_by_one
from peelian.evaluation.planning import (
    DesignPower,
    displacement_power,
    error_power,
    panel_dispersion,
    two_count_power,
)
from peelian.evaluation.prior import (
    BesidePrior,
    Exaggeration,
    beside_prior,
    exaggeration,
    ratio_from_d,
)
from peelian.evaluation.rate_ratio import RateRatio
from peelian.evaluation.rates import PER, district_rates
from peelian.evaluation.results import (
    MIN_BLOCKS,
    ORACLE,
    RANDOM,
    BacktestResult,
    BacktestRow,
    backtest_table,
    origins_table,
    verdict,
)
from peelian.evaluation.run_length import cusum_limit
from peelian.evaluation.scores import (
    Band,
    Estimate,
    Resamples,
    observed_over_expected,
    overlap,
    resample_origins,
    score_difference,
    score_hit_rate,
    score_pei,
)
from peelian.evaluation.several_tasks import Task, TaskComparison, compare_tasks
from peelian.evaluation.tally import Tally, Walker
from peelian.evaluation.tuning import Tuning, tune
from peelian.evaluation.two_counts import (
    MIN_BASE,
    CountChange,
    YearChange,
    compare_counts,
    compare_years,
    e_test,
    monthly_dispersion,
)
from peelian.evaluation.window import score_map

__all__ = [
    "DESIGNS",
    "DRAWN",
    "LEAKS",
    "MIN_BASE",
    "MIN_BLOCKS",
    "ORACLE",
    "PER",
    "RANDOM",
    "WITH",
    "BacktestResult",
    "BacktestRow",
    "Band",
    "BesidePrior",
    "Buffers",
    "Choices",
    "CountChange",
    "Crossover",
    "DesignPower",
    "Displacement",
    "DrawEffect",
    "Drawn",
    "Effect",
    "Estimate",
    "EventStudy",
    "Exaggeration",
    "Failed",
    "InterruptedSeries",
    "Measure",
    "PanelEffect",
    "Piece",
    "RateRatio",
    "RatioOfRatios",
    "Resamples",
    "Scored",
    "SequentialTest",
    "SyntheticControl",
    "Tally",
    "Task",
    "TaskComparison",
    "Tuning",
    "Walker",
    "Work",
    "YearChange",
    "area_funnel",
    "area_rates",
    "average_run_length",
    "backtest",
    "backtest_table",
    "before_dispersion",
    "beside_prior",
    "between_areas",
    "buffer_areas",
    "compare_counts",
    "compare_tasks",
    "compare_years",
    "conditional_power",
    "crossover",
    "cusum_limit",
    "days_and_saturdays",
    "design_power",
    "difference_in_differences",
    "displacement_power",
    "displacement_quotient",
    "district_rates",
    "draw_effect",
    "e_test",
    "equity_table",
    "error_power",
    "estimate_effect",
    "event_study",
    "exaggeration",
    "find_origins",
    "flagged_parts",
    "funnel_limits",
    "interrupted_series",
    "leak_check",
    "minimum_detectable_ratio",
    "monthly_dispersion",
    "nearest_areas",
    "normal_power",
    "observed_over_expected",
    "one_by_one",
    "origins_table",
    "overlap",
    "panel_dispersion",
    "placebo_operations",
    "planning_dispersion",
    "poisson_cusum",
    "poisson_limits",
    "randomisation_p",
    "ratio_from_d",
    "ratio_of_ratios",
    "resample_origins",
    "rolling_sums",
    "scheduled",
    "score_difference",
    "score_hit_rate",
    "score_judgement",
    "score_map",
    "score_pei",
    "sequential_test",
    "spate_p",
    "stabilised_limits",
    "stepped_wedge_error",
    "synthetic_control",
    "tune",
    "two_count_power",
    "usual_block",
    "verdict",
    "weighted_displacement",
    "yearly_dispersion",
    "yearly_trend",
]
