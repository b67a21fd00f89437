"""Small synthetic values for the tests of reports: a grid, a table, a record."""

from datetime import UTC, datetime

import numpy as np
import shapely

from peelian.reports import MapView, density_layer
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


def sample_view(**changes: object) -> MapView:
    """A map of the sample grid: six flagged cells, five listed, two districts, one sure."""
    grid = sample_grid()
    risk = np.full(grid.n_cells, 0.01)
    risk[[7, 33, 34, 44, 45, 71]] = [3.0, 5.5, 4.2, 2.1, 1.8, 1.2]
    flagged = risk > 1
    stability = np.where(flagged, 0.4, np.nan)
    stability[33] = 0.97
    listed = np.array([33, 34, 7, 44, 45])
    west, south = ORIGIN
    table = Table(
        {
            "cell": listed,
            "rank": np.arange(1, 6),
            "place": np.array(["High Street", "Station Road", "Quay", "Park", "Mill Lane"]),
            "expected": risk[listed],
            "stability": stability[listed],
            "last_observed": np.array([6, 3, 2, 2, 0]),
            "why": np.array(["41 events in 9 months held"] * 5),
        },
        title="The 5 cells most likely to see serious violence",
        units={"expected": "events a month", "stability": "share of draws"},
    )
    values: dict[str, object] = {
        "title": "Where serious violence is most likely, December 2018",
        "subtitle": "Sample area, from January to November 2018",
        "score": "PAI 21.3 (95 % interval 18.9 to 23.6); counting past offences gave 21.0.",
        "notes": ("Places are moved to the nearest of a fixed list of points.",),
        "table": table,
        "grid": grid,
        "flagged": flagged,
        "study_area": sample_study_area(),
        "provenance": sample_provenance(),
        "districts": {
            "Easton": shapely.box(west + 2500, south, west + 4800, south + 4000),
            "Weston": shapely.box(west, south, west + 2500, south + 4000),
        },
        "stability": stability,
    }
    risk = changes.pop("risk", risk)
    values |= changes
    unit = "expected events per km² a month"
    values.setdefault("layer", density_layer(risk, grid.area, values["flagged"], unit))
    return MapView(**values)  # type: ignore[arg-type]


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
