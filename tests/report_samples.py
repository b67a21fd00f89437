"""Small synthetic values for the tests of reports: a grid, a table, a record."""

from datetime import UTC, datetime

import numpy as np
import shapely

from peelian.terms import CellKind, Grid, Ingredient, Provenance, StudyArea, Table

ORIGIN = (580_000.0, 205_000.0)  # west of Maldon, Essex
CELL_SIZE = 500.0


def sample_grid(rows: int = 8, cols: int = 10, crs: str = "EPSG:27700") -> Grid:
    """Whole squares of 500 m, none clipped."""
    row, col = np.divmod(np.arange(rows * cols), cols)
    return Grid(
        kind=CellKind.SQUARE,
        cell_size=CELL_SIZE,
        x=ORIGIN[0] + (col + 0.5) * CELL_SIZE,
        y=ORIGIN[1] + (row + 0.5) * CELL_SIZE,
        area=np.full(rows * cols, CELL_SIZE**2),
        origin=ORIGIN,
        shape=(rows, cols),
        position=np.arange(rows * cols),
        crs=crs,
    )


def sample_study_area(rows: int = 8, cols: int = 10) -> StudyArea:
    """The sample grid's outline, cut off by 200 m in the east."""
    east = ORIGIN[0] + cols * CELL_SIZE - 200
    return StudyArea("Sample", shapely.box(*ORIGIN, east, ORIGIN[1] + rows * CELL_SIZE))


def sample_table() -> Table:
    """Three cells, with a missing number and an awkward name."""
    return Table(
        {
            "cell": np.array([7, 3, 79]),
            "risk": np.array([2.675, np.nan, 0.5]),
            "last_observed": np.array([3, 0, 1]),
            "flagged": np.array([True, False, True]),
            "place": np.array(["On or near High Street", 'a,"b"\nc', "</script><img>"]),
            "month": np.array(["2018-11", "2018-10", "2018-07"], dtype="datetime64[M]"),
        },
        title="Where next",
        units={"risk": "events per month"},
    )


def sample_provenance(**changes: object) -> Provenance:
    """A record of a forecast, as it would be made on 22 November 2026."""
    values: dict[str, object] = {
        "job": "forecast",
        "settings": {"cell_size": 500.0, "model": "gamma-poisson", "area_budget": 10e6},
        "ingredients": (Ingredient("2018-11-essex-street.csv", "ab" * 32, 17_050, 68),),
        "method": "GammaPoissonEWMA(half_life_days=730)",
        "seed": 42,
        "version": "0.1.0",
        "environment": "cd" * 32,
        "time": datetime(2026, 11, 22, 10, 12, 13, tzinfo=UTC),
        "notes": ("Places are displaced to the nearest of a fixed list of points.",),
    }
    return Provenance(**{**values, **changes})  # type: ignore[arg-type]
