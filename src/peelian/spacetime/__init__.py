"""Where and when as numbers: projection, grids, counts, kernels, neighbours, periods."""

from peelian.spacetime.areas import assign_areas, count_districts
from peelian.spacetime.centres import grid_of_centres
from peelian.spacetime.counting import (
    MAX_COUNTS,
    assign_cells,
    assign_periods,
    count_events,
    late_events,
    late_shares,
    require_countable,
    require_fine_enough,
    within,
)
from peelian.spacetime.density import KERNELS, direct_density, kernel_density, kernel_mass
from peelian.spacetime.grids import (
    MAX_CELLS,
    hexagon_grid,
    outlines,
    polygon_grid,
    square_grid,
)
from peelian.spacetime.kernels import gaussian, quartic, require_bandwidth
from peelian.spacetime.neighbours import (
    distance_weights,
    neighbour_sums,
    on_lattice,
    queen_weights,
    require_distance,
    row_sums,
)
from peelian.spacetime.networks import (
    SAME_PLACE,
    joined_share,
    network_within,
    segment_middles,
    street_network,
)
from peelian.spacetime.periods import (
    day_periods,
    month_periods,
    month_span,
    policing_day,
    to_local,
    to_utc,
    week_periods,
)
from peelian.spacetime.projection import (
    crs_code,
    project,
    project_shapes,
    require_metres,
    require_projected,
    transform,
    unproject,
)
from peelian.spacetime.rotation import Rotation, rotated_grid, turned
from peelian.spacetime.taken_back import without_taken_back

__all__ = [
    "KERNELS",
    "MAX_CELLS",
    "MAX_COUNTS",
    "SAME_PLACE",
    "Rotation",
    "assign_areas",
    "assign_cells",
    "assign_periods",
    "count_districts",
    "count_events",
    "crs_code",
    "day_periods",
    "direct_density",
    "distance_weights",
    "gaussian",
    "grid_of_centres",
    "hexagon_grid",
    "joined_share",
    "kernel_density",
    "kernel_mass",
    "late_events",
    "late_shares",
    "month_periods",
    "month_span",
    "neighbour_sums",
    "network_within",
    "on_lattice",
    "outlines",
    "policing_day",
    "polygon_grid",
    "project",
    "project_shapes",
    "quartic",
    "queen_weights",
    "require_bandwidth",
    "require_countable",
    "require_distance",
    "require_fine_enough",
    "require_metres",
    "require_projected",
    "rotated_grid",
    "row_sums",
    "segment_middles",
    "square_grid",
    "street_network",
    "to_local",
    "to_utc",
    "transform",
    "turned",
    "unproject",
    "week_periods",
    "within",
    "without_taken_back",
]
