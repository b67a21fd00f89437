"""The public files of Portland (NIJ challenge, 2017), St. Louis and Chicago as studies.

Portland: ``portland-police-districts.zip`` (EPSG:2913), ``burglary_2012-03_2017-02.csv`` and
``motor_vehicle_theft_2012-03_2017-02.csv`` with ``occ_date, x_coordina, y_coordina``.
St. Louis: ``stl_boundary.geojson`` (ESRI:102696) and the department's monthly files of 2008
to 2016 as ``slmpd_2008-01_2013-08.parquet`` and ``slmpd_2013-06_2016-12.parquet``. Chicago:
``chicago_aggravated_assaults_2010-01_2017-06.parquet`` with ``date, longitude, latitude``,
from the R package crimemappingdata.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from peelian.spacetime import project, square_grid
from peelian.terms import Events, Grid, StudyArea

FOOT = 0.3048  # m, international
US_SURVEY_FOOT = 1200 / 3937  # m


@dataclass(frozen=True, eq=False)
class Study:
    """A city: its area from its own south-west corner [m], and its offences by name.

    ``companions`` name, for each offence, the others that a forecast of it may look at.
    """

    area: StudyArea
    start: np.datetime64
    offences: Mapping[str, Events]
    companions: Mapping[str, tuple[str, ...]]

    def grid(self, cell_size: float, least_share: float = 0.0) -> Grid:
        """Squares from the corner; cells with less than a share of themselves left out."""
        grid = square_grid(self.area, cell_size)
        kept = grid.area >= least_share * cell_size**2
        return Grid(
            grid.kind, grid.cell_size, grid.x[kept], grid.y[kept], grid.area[kept],
            grid.origin, grid.shape, grid.position[kept], grid.crs,
        )  # fmt: skip


def portland(folder: Path) -> Study:
    """Burglary and motor vehicle theft, March 2012 to February 2017, dates only."""
    import geopandas as gpd
    import pandas as pd

    districts = gpd.read_file(f"zip://{folder / 'portland-police-districts.zip'}")
    outline, west, south = _from_corner(districts.union_all(), FOOT)
    offences = {}
    for name in ("burglary", "motor_vehicle_theft"):
        rows = pd.read_csv(folder / f"{name}_2012-03_2017-02.csv")
        x = (rows["x_coordina"].to_numpy(np.float64) - west) * FOOT
        y = (rows["y_coordina"].to_numpy(np.float64) - south) * FOOT
        day = rows["occ_date"].to_numpy().astype("M8[s]")
        offences[name] = _events(x, y, day, day + np.timedelta64(86_399, "s"))
    return Study(
        StudyArea("Portland", outline, "none"),
        np.datetime64("2012-03-01T00:00:00"),
        offences,
        {"burglary": ("motor_vehicle_theft",), "motor_vehicle_theft": ("burglary",)},
    )


def st_louis(folder: Path) -> Study:
    """Assault and robbery with a knife, and robbery, 2008 to 2016, local wall clock.

    Rows with a ``Count`` of -1 take back an earlier one. What happened over sixty days before
    the month that reported it, or has no place, is left out.
    """
    import geopandas as gpd
    import pandas as pd

    city = gpd.read_file(folder / "stl_boundary.geojson").union_all()
    outline, west, south = _from_corner(city, US_SURVEY_FOOT)
    old = pd.read_parquet(folder / "slmpd_2008-01_2013-08.parquet")
    new = pd.read_parquet(folder / "slmpd_2013-06_2016-12.parquet")
    rows = pd.concat([old.rename(columns={"DateOccured": "DateOccur"}), new])
    rows["code"] = rows["Crime"].str.strip().str.zfill(6).str[:2]
    rows["when"] = pd.to_datetime(rows["DateOccur"].str.strip(), format="%m/%d/%Y %H:%M")
    reported = pd.to_datetime(rows["source_month"])
    rows = rows[
        rows["code"].isin(["03", "04"])
        & (rows["XCoord"] > 0)
        & (rows["when"] >= reported - pd.Timedelta(days=60))
        & (rows["when"] >= "2008-01-01")
    ]
    x = (rows["XCoord"].to_numpy() - west) * US_SURVEY_FOOT
    y = (rows["YCoord"].to_numpy() - south) * US_SURVEY_FOOT
    when = rows["when"].to_numpy().astype("M8[s]")
    weight = rows["Count"].astype(float).to_numpy()
    robbery = (rows["code"] == "03").to_numpy()
    knife = rows["Description"].str.contains("KNIFE").to_numpy()
    chosen = {
        "knife": knife,
        "robbery": robbery,
        "violence_without_knife": ~knife,
        "aggravated_assault": ~robbery,
    }
    return Study(
        StudyArea("St. Louis", outline, "none"),
        np.datetime64("2008-01-01T00:00:00"),
        {n: _events(x[c], y[c], when[c], when[c], weight[c]) for n, c in chosen.items()},
        {"knife": ("violence_without_knife",), "robbery": ("aggravated_assault",)},
    )


def chicago(folder: Path) -> Study:
    """Aggravated assaults, 2010 to June 2017, within the hull of where they were recorded."""
    import pandas as pd

    rows = pd.read_parquet(folder / "chicago_aggravated_assaults_2010-01_2017-06.parquet")
    x, y = project(rows["longitude"].to_numpy(), rows["latitude"].to_numpy(), crs="EPSG:26916")
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([x, y])))
    outline, west, south = _from_corner(hull, 1.0)
    when = rows["date"].to_numpy().astype("M8[s]")
    return Study(
        StudyArea("Chicago", outline, "none"),
        np.datetime64("2010-01-01T00:00:00"),
        {"aggravated_assault": _events(x - west, y - south, when, when)},
        {"aggravated_assault": ()},
    )


def _from_corner(outline, unit: float):
    """Outline in metres from its south-west corner, and that corner in its own units."""
    west, south = outline.bounds[:2]
    moved = shapely.transform(outline, lambda xy: (xy - (west, south)) * unit)
    return moved, west, south


def _events(x, y, start, end, weight=None) -> Events:
    order = np.argsort(start, kind="stable")
    none = np.full(len(x), "")
    weight = np.ones(len(x)) if weight is None else weight
    x, y, start, end, weight = (a[order] for a in (x, y, start, end, weight))
    return Events(x, y, start, end, weight, none, none, none, "none")
