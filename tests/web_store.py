"""A small made-up store for the tests of the pages: two districts, a few months, a gap."""

import csv
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import shapely

from peelian import sources, spacetime
from peelian.store import open_store
from peelian.terms import Areas, StudyArea

NOW = datetime(2019, 1, 10, 9, 0, tzinfo=UTC)
WEST, SOUTH, SIDE = 570_000.0, 200_000.0, 8_000.0  # in Essex [m]
MONTHS = (
    "2018-01",
    "2018-02",
    "2018-03",
    "2018-04",
    "2018-05",
    "2018-07",
    "2018-08",
    "2018-10",
)
KINDS = ("Violence and sexual offences", "Robbery", "Possession of weapons", "Burglary")
COLUMNS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip


def sample_areas() -> Areas:
    """Four squares in two districts."""
    corners = [(WEST + i * SIDE / 2, SOUTH + j * SIDE / 2) for j in (0, 1) for i in (0, 1)]
    half = SIDE / 2
    return Areas(
        code=tuple(f"E0100000{n}" for n in range(4)),
        name=tuple(f"Sample {n:03d}A" for n in range(4)),
        district=("Southdale", "Southdale", "Northdale", "Northdale"),
        population=np.array([1500.0, 1600.0, 1700.0, 1800.0]),
        polygons=np.array(
            [shapely.box(x, y, x + half, y + half) for x, y in corners], dtype=object
        ),
    )


def sample_bases() -> Areas:
    """One base in each district, kept as named points."""
    return Areas(
        code=("South", "North"),
        name=("South", "North"),
        district=("", ""),
        population=np.full(2, np.nan),
        polygons=np.array(
            [
                shapely.Point(WEST + 3_000, SOUTH + 3_000),
                shapely.Point(WEST + 5_000, SOUTH + 6_000),
            ],
            dtype=object,
        ),
    )


def sample_study_area() -> StudyArea:
    """The square around them."""
    return StudyArea("Sampleshire", shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE))


def street_csv(path: Path, month: str, *, rows: int = 120) -> Path:
    """A month of street crime as published: most of it near two places, two rows spoilt."""
    rng = np.random.default_rng(int(month.replace("-", "")))
    centre = np.array([[2_250.0, 2_250.0], [5_750.0, 6_250.0]])[rng.integers(0, 2, rows)]
    spread = rng.normal(0, 250, (rows, 2))
    anywhere = rng.uniform(100, SIDE - 100, (rows, 2))
    place = np.where(rng.random((rows, 1)) < 0.6, centre + spread, anywhere)
    longitude, latitude = spacetime.unproject(
        WEST + place[:, 0], SOUTH + place[:, 1], crs="EPSG:27700"
    )
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            kind = KINDS[rng.choice(4, p=[0.6, 0.15, 0.1, 0.15])]
            x, y = (longitude[n], latitude[n]) if n > 1 else ("", "")
            writer.writerow(
                [f"{n:04d}{month}", month, "Sample Police", "Sample Police", x, y,
                 f"On or near Street {n % 9}", "E01000000", "Sample 000A", kind, "", ""]
            )  # fmt: skip
    return path


def make_sample(path: Path, months: tuple[str, ...] = MONTHS, *, rows: int = 120) -> Path:
    """Put the areas and these months into the store at ``path``, which is made if missing."""
    store = open_store(path, create=True)
    store.save_layer("study-area", sample_study_area(), now=NOW)
    store.save_layer("areas", sample_areas(), now=NOW)
    store.save_layer("bases", sample_bases(), now=NOW)
    files = path.with_name(f"{path.name}-files")
    files.mkdir(exist_ok=True)
    for month in months:
        file = street_csv(files / f"{month}-sample-street.csv", month, rows=rows)
        for extract in sources.read_extracts(file, now=NOW, study_area=sample_study_area()):
            store.save(extract, now=NOW)
    return path


def wait_for(client, path):
    """A page once the work behind it has ended."""
    for _ in range(300):
        answer = client.get(path)
        if answer.status_code != 202:
            return answer
        time.sleep(0.2)
    raise TimeoutError(path)
