"""What several rooms need: intervals, resampling, false discovery, scores of a surface."""

from peelian.statistics.concentration import (
    generalised_gini,
    gini,
    lorenz,
    places_holding,
    top_share,
)
from peelian.statistics.intervals import (
    clopper_pearson,
    clopper_pearson_limits,
    garwood,
    garwood_limits,
    weighted_garwood_limits,
    wilson,
    wilson_limits,
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
    "MannKendall",
    "against_ties",
    "benjamini_hochberg",
    "bootstrap_blocks",
    "bootstrap_limits",
    "clopper_pearson",
    "clopper_pearson_limits",
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
    "search_efficiency",
    "sign_flip_test",
    "top_share",
    "weighted_garwood_limits",
    "wilson",
    "wilson_limits",
]
