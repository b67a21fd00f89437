"""Where is violence concentrated."""

from peelian.hotspots.gi_star import GiStar, gi_star, gi_star_by_weights, gi_star_test
from peelian.hotspots.kde import MIN_KERNEL_MASS, kde
from peelian.hotspots.local_moran import LocalMoran, local_moran, local_moran_by_weights
from peelian.hotspots.places import MainPoints, main_points
from peelian.hotspots.stability import rank_stability

__all__ = [
    "MIN_KERNEL_MASS",
    "GiStar",
    "LocalMoran",
    "MainPoints",
    "gi_star",
    "gi_star_by_weights",
    "gi_star_test",
    "kde",
    "local_moran",
    "local_moran_by_weights",
    "main_points",
    "rank_stability",
]
