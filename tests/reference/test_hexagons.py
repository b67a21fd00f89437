"""Size of a hexagon from its flat-to-flat width: width^2 sqrt(3) / 2, side width / sqrt(3)."""

import numpy as np
import pytest
import shapely

from peelian.spacetime import hexagon_grid, outlines
from peelian.terms import StudyArea


@pytest.mark.parametrize(
    ("width", "area", "side"),
    [(150.0, 19485.57, 86.6025), (200.0, 34641.02, 115.4701), (259.80762, 58456.71, 150.0)],
)
def test_area_and_side(width, area, side):
    grid = hexagon_grid(StudyArea("square", shapely.box(0, 0, 2000, 2000)), width)
    np.testing.assert_allclose(grid.area.max(), area, rtol=1e-6)
    corners = shapely.get_coordinates(outlines(grid)[grid.n_cells // 2])
    sides = np.hypot(*np.diff(corners, axis=0).T)
    np.testing.assert_allclose(sides, side, rtol=1e-5)
    assert np.ptp(corners[:, 0]) == pytest.approx(width)
