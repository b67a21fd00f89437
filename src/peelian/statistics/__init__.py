"""What several rooms need: intervals, resampling, false discovery, scores of a surface."""

from peelian.statistics.agreement import Kappa, Retrieval, cohen_kappa, f1_of, retrieval
from peelian.statistics.concentration import (
    generalised_gini,
    gini,
    lorenz,
    places_holding,
    top_share,
)
from peelian.statistics.cosines import cosine_limits
from peelian.statistics.intervals import (
    Z95,
    clopper_pearson,
    clopper_pearson_limits,
    garwood,
    garwood_limits,
    weighted_garwood_limits,
    wilson,
    wilson_limits,
)
from peelian.statistics.proper import (
    PIT_BINS,
    CountScores,
    bernoulli_log_score,
    brier_score,
    count_scores,
    poisson_crps,
    poisson_deviance,
    poisson_log_score,
    poisson_pit,
)
from peelian.statistics.proportions import (
    ShareComparison,
    compare_shares,
    rank_apart,
    share_interval,
)
from peelian.statistics.ranking import (
    Ranking,
    caught_within,
    rank_cells,
    rank_correlation,
    ranked_gini,
    tied_ranks,
)
from peelian.statistics.resampling import bootstrap_blocks, bootstrap_limits
from peelian.statistics.significance import benjamini_hochberg, sign_flip_test
from peelian.statistics.surface import (
    against_ties,
    flag_cells,
    flag_shares,
    hit_rate,
    pai,
    pei,
    search_efficiency,
)
from peelian.statistics.trend import MannKendall, mann_kendall, overlap_factor

__all__ = [
    "PIT_BINS",
    "Z95",
    "CountScores",
    "Kappa",
    "MannKendall",
    "Ranking",
    "Retrieval",
    "ShareComparison",
    "against_ties",
    "benjamini_hochberg",
    "bernoulli_log_score",
    "bootstrap_blocks",
    "bootstrap_limits",
    "brier_score",
    "caught_within",
    "clopper_pearson",
    "clopper_pearson_limits",
    "cohen_kappa",
    "compare_shares",
    "cosine_limits",
    "count_scores",
    "f1_of",
    "flag_cells",
    "flag_shares",
    "garwood",
    "garwood_limits",
    "generalised_gini",
    "gini",
    "hit_rate",
    "lorenz",
    "mann_kendall",
    "overlap_factor",
    "pai",
    "pei",
    "places_holding",
    "poisson_crps",
    "poisson_deviance",
    "poisson_log_score",
    "poisson_pit",
    "rank_apart",
    "rank_cells",
    "rank_correlation",
    "ranked_gini",
    "retrieval",
    "search_efficiency",
    "share_interval",
    "sign_flip_test",
    "tied_ranks",
    "top_share",
    "weighted_garwood_limits",
    "wilson",
    "wilson_limits",
]
