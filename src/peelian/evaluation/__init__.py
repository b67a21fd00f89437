"""Was the forecast good; did the action work; was it fair."""

from peelian.evaluation.backtest import backtest
from peelian.evaluation.rates import district_rates
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
from peelian.evaluation.tally import Walker

__all__ = [
    "MIN_BLOCKS",
    "ORACLE",
    "RANDOM",
    "BacktestResult",
    "BacktestRow",
    "Band",
    "Estimate",
    "Resamples",
    "Walker",
    "backtest",
    "backtest_table",
    "district_rates",
    "observed_over_expected",
    "origins_table",
    "overlap",
    "resample_origins",
    "score_difference",
    "score_hit_rate",
    "score_pei",
    "verdict",
]
