"""What several rooms need: intervals, resampling, false discovery, scores of a surface."""

from peelian.statistics.intervals import (
    clopper_pearson,
    clopper_pearson_limits,
    garwood,
    garwood_limits,
    weighted_garwood_limits,
    wilson,
    wilson_limits,
)
from peelian.statistics.significance import benjamini_hochberg, sign_flip_test

__all__ = [
    "benjamini_hochberg",
    "clopper_pearson",
    "clopper_pearson_limits",
    "garwood",
    "garwood_limits",
    "sign_flip_test",
    "weighted_garwood_limits",
    "wilson",
    "wilson_limits",
]
