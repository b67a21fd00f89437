"""Who goes where, when and for how long."""

from peelian.operations.activities import (
    KNIFE_ARRESTS,
    Finding,
    Total,
    activities_of,
    add_up,
    estimate_by,
    estimate_measure,
    places_of,
    planned_work,
    require_operation,
    standing_activities,
)
from peelian.operations.boxes import (
    area_of,
    box_changes,
    cells_within,
    closed_cells,
    fit_box,
    overlaps,
    shares_within,
    standing_boxes,
)
from peelian.operations.checker import check_routes
from peelian.operations.disclosure import FEWER, SMALL_COUNT, withhold_small
from peelian.operations.dosage import (
    BOUNDS,
    Refresh,
    find_visits,
    officer_minutes,
    patrol_minutes,
    refresh_rates,
)
from peelian.operations.problem import (
    Routes,
    RoutingProblem,
    Service,
    knapsack_bound,
    window_blocks,
)
from peelian.operations.recording import parse_activity, parse_day, parse_place
from peelian.operations.rotation import (
    draw_spots,
    horvitz_thompson,
    inclusion_probabilities,
    systematic_sample,
    visit_hour_entropy,
)
from peelian.operations.routes import (
    PatrolRules,
    place_minutes,
    plan_routes,
    reachable_spots,
    shift_problem,
    vary_starts,
)
from peelian.operations.search import solve
from peelian.operations.shifts import plan_shift, spots_from_risk
from peelian.operations.strands import STRANDS
from peelian.operations.travel import base_named, travel_minutes
from peelian.operations.visits import allocate_visits, value_of_visits

__all__ = [
    "BOUNDS",
    "FEWER",
    "KNIFE_ARRESTS",
    "SMALL_COUNT",
    "STRANDS",
    "Finding",
    "PatrolRules",
    "Refresh",
    "Routes",
    "RoutingProblem",
    "Service",
    "Total",
    "activities_of",
    "add_up",
    "allocate_visits",
    "area_of",
    "base_named",
    "box_changes",
    "cells_within",
    "check_routes",
    "closed_cells",
    "draw_spots",
    "estimate_by",
    "estimate_measure",
    "find_visits",
    "fit_box",
    "horvitz_thompson",
    "inclusion_probabilities",
    "knapsack_bound",
    "officer_minutes",
    "overlaps",
    "parse_activity",
    "parse_day",
    "parse_place",
    "patrol_minutes",
    "place_minutes",
    "places_of",
    "plan_routes",
    "plan_shift",
    "planned_work",
    "reachable_spots",
    "refresh_rates",
    "require_operation",
    "shares_within",
    "shift_problem",
    "solve",
    "spots_from_risk",
    "standing_activities",
    "standing_boxes",
    "systematic_sample",
    "travel_minutes",
    "value_of_visits",
    "vary_starts",
    "visit_hour_entropy",
    "window_blocks",
    "withhold_small",
]
