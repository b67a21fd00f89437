"""Where is violence concentrated."""

from peelian.hotspots.change import MIN_BASE, Change, change
from peelian.hotspots.concentration import (
    HELD_SHARES,
    MIN_PLACES,
    TOP_SHARES,
    Concentration,
    concentration,
)
from peelian.hotspots.dual_kde import DualKDE, RelativeRisk, dual_kde, relative_risk
from peelian.hotspots.emerging import Emerging, emerging
from peelian.hotspots.gi_star import GiStar, gi_star, gi_star_by_weights, gi_star_test
from peelian.hotspots.kde import MIN_KERNEL_MASS, kde
from peelian.hotspots.knox import KnoxTable, knox, knox_of_events, pair_counts
from peelian.hotspots.local_moran import LocalMoran, local_moran, local_moran_by_weights
from peelian.hotspots.near_repeats import NearRepeats, near_repeats, near_repeats_of_events
from peelian.hotspots.pairs import event_days
from peelian.hotspots.places import MainPoints, main_points
from peelian.hotspots.scan import MODELS as SCAN_MODELS
from peelian.hotspots.scan import Scan, scan, scan_of_events
from peelian.hotspots.scan_definition import scan_by_definition
from peelian.hotspots.segment_kde import segment_kde
from peelian.hotspots.segments import (
    SegmentRates,
    SnappedEvents,
    segment_counts,
    segment_rates,
    snap_events,
)
from peelian.hotspots.stability import rank_stability

__all__ = [
    "HELD_SHARES",
    "MIN_BASE",
    "MIN_KERNEL_MASS",
    "MIN_PLACES",
    "SCAN_MODELS",
    "TOP_SHARES",
    "Change",
    "Concentration",
    "DualKDE",
    "Emerging",
    "GiStar",
    "KnoxTable",
    "LocalMoran",
    "MainPoints",
    "NearRepeats",
    "RelativeRisk",
    "Scan",
    "SegmentRates",
    "SnappedEvents",
    "change",
    "concentration",
    "dual_kde",
    "emerging",
    "event_days",
    "gi_star",
    "gi_star_by_weights",
    "gi_star_test",
    "kde",
    "knox",
    "knox_of_events",
    "local_moran",
    "local_moran_by_weights",
    "main_points",
    "near_repeats",
    "near_repeats_of_events",
    "pair_counts",
    "rank_stability",
    "relative_risk",
    "scan",
    "scan_by_definition",
    "scan_of_events",
    "segment_counts",
    "segment_kde",
    "segment_rates",
    "snap_events",
]
