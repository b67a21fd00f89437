"""Was the forecast good; did the action work; was it fair."""

from peelian.evaluation.backtest import backtest
from peelian.evaluation.equity import equity_table, flagged_parts
from peelian.evaluation.leaks import LEAKS, leak_check
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
from peelian.evaluation.two_counts import (
    MIN_BASE,
    CountChange,
    compare_counts,
    e_test,
    monthly_dispersion,
)
from peelian.evaluation.window import score_map

__all__ = [
    "LEAKS",
    "MIN_BASE",
    "MIN_BLOCKS",
    "ORACLE",
    "RANDOM",
    "BacktestResult",
    "BacktestRow",
    "Band",
    "CountChange",
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
    "compare_counts",
    "district_rates",
    "e_test",
    "equity_table",
    "flagged_parts",
    "leak_check",
    "monthly_dispersion",
    "observed_over_expected",
    "one_by_one",
    "origins_table",
    "overlap",
    "resample_origins",
    "score_difference",
    "score_hit_rate",
    "score_map",
    "score_pei",
    "tune",
    "verdict",
]
