"""Was the forecast good; did the action work; was it fair."""

from peelian.evaluation.backtest import backtest
from peelian.evaluation.pieces import Failed, Piece, Scored, Work, one_by_one
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
from peelian.evaluation.tally import Tally, Walker
from peelian.evaluation.tuning import Tuning, tune

__all__ = [
    "MIN_BLOCKS",
    "ORACLE",
    "RANDOM",
    "BacktestResult",
    "BacktestRow",
    "Band",
    "Estimate",
    "Failed",
    "Piece",
    "Resamples",
    "Scored",
    "Tally",
    "Tuning",
    "Walker",
    "Work",
    "backtest",
    "backtest_table",
    "district_rates",
    "observed_over_expected",
    "one_by_one",
    "origins_table",
    "overlap",
    "resample_origins",
    "score_difference",
    "score_hit_rate",
    "score_pei",
    "tune",
    "verdict",
]
