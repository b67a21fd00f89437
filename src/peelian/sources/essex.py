"""Essex in the box: street crime of 2018, areas with residents, and assumed patrol bases.

Licences and what was changed stand in bundled/essex/README.md, beside the files.
"""

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from peelian.sources.residents import read_residents
from peelian.spacetime.projection import project_shapes
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    WGS84,
    Areas,
    Base,
    Bools,
    Residents,
    StudyArea,
)

PAGE = "https://data.police.uk/data/ and https://geoportal.statistics.gov.uk/"
LICENCE = "Open Government Licence v3.0"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Contains Ordnance Survey, Office of National Statistics data © Crown copyright and "
    "database right."
)
COLUMN_MAP = {
    "code": "code",
    "name": "name",
    "district": "district",
    "population": "population",
    "geometry": "polygons",
}
BASES_ARE_ASSUMED = (
    "Patrol bases are assumed: the middle of eight towns by where people live, "
    "not real police stations."
)
FOLDER = Path(__file__).parent / "bundled" / "essex"


def essex_street_path() -> Path:
    """Street-level crime, Essex Police, nine months of 2018 (149,906 rows), as Parquet."""
    return FOLDER / "street_2018.parquet"


def essex_outlines_path() -> Path:
    """GeoJSON (WGS84) of the 14 districts, drawn coarsely: a background for maps only."""
    return FOLDER / "district_outlines.geojson"


@lru_cache(maxsize=1)
def essex_residents() -> Residents:
    """Residents of the LSOAs by age band (mid-2017) and fifth of deprivation (IMD 2019)."""
    return read_residents(FOLDER / "residents_lsoa11.csv")


def essex_generators_path() -> Path:
    """Railway stations and hospitals of Essex, as CSV: ``kind, name, x, y`` in EPSG:27700."""
    return FOLDER / "generators.csv"


@lru_cache(maxsize=1)
def essex_areas() -> Areas:
    """The 1,077 LSOAs of 2011 with district and mid-2017 residents, in EPSG:27700."""
    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(FOLDER / "lsoa11.parquet")
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    return Areas(
        code=tuple(table["code"].to_pylist()),
        name=tuple(table["name"].to_pylist()),
        district=tuple(table["district"].to_pylist()),
        population=table["population"].to_numpy().astype(np.float64),
        polygons=project_shapes(shapes, from_crs=WGS84, to_crs=BRITISH_NATIONAL_GRID),
    )


@lru_cache(maxsize=1)
def essex_districts() -> Areas:
    """The 14 districts with mid-2017 residents: unions of their LSOAs, in EPSG:27700."""
    import pyarrow.parquet as pq
    import shapely

    areas = essex_areas()
    codes = pq.read_table(FOLDER / "lsoa11.parquet", columns=["district_code"])
    of_lsoa = np.array(codes["district_code"].to_pylist())
    names = np.array(areas.district)
    code, first = np.unique(of_lsoa, return_index=True)

    def members(district: str) -> Bools:
        chosen: Bools = of_lsoa == district
        return chosen

    polygons = np.empty(len(code), dtype=object)
    polygons[:] = [shapely.union_all(areas.polygons[members(c)]) for c in code]
    return Areas(
        code=tuple(code.tolist()),
        name=tuple(names[first].tolist()),
        district=tuple(names[first].tolist()),
        population=np.array([areas.population[members(c)].sum() for c in code]),
        polygons=polygons,
    )


@lru_cache(maxsize=1)
def essex_study_area() -> StudyArea:
    """The 14 districts as one polygon (3,677 km2), without slivers, in EPSG:27700."""
    import shapely

    return StudyArea("Essex", shapely.union_all(essex_districts().polygons))


def essex_bases() -> tuple[Base, ...]:
    """Eight assumed patrol bases in EPSG:27700; say so wherever they are shown.

    Notes
    -----
    No list of police bases is openly published. Each is the population-weighted centre of the
    LSOAs within 2 km of its district's most populous neighbourhood; ``BASES_ARE_ASSUMED`` is
    the sentence to show.
    """
    with (FOLDER / "bases.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Base(f"{row['name']} (assumed base)", float(row["x"]), float(row["y"]))
            for row in csv.DictReader(file)
        )
