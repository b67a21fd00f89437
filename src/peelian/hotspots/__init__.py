"""Where is violence concentrated."""

from peelian.hotspots.gi_star import GiStar, gi_star, gi_star_by_weights, gi_star_test
from peelian.hotspots.kde import MIN_KERNEL_MASS, kde
from peelian.hotspots.places import MainPoints, main_points
from peelian.hotspots.stability import rank_stability

__all__ = [
    "MIN_KERNEL_MASS",
    "GiStar",
    "MainPoints",
    "gi_star",
    "gi_star_by_weights",
    "gi_star_test",
    "kde",
    "main_points",
    "rank_stability",
]
