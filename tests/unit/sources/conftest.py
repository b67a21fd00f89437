"""What the tests of this room share."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from peelian.sources import read_extracts
from peelian.terms import Extract

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)


def street_row(**changes: str) -> str:
    """One row of a street file in Chelmsford, with the changes asked for."""
    row = {
        "Crime ID": "a1",
        "Month": "2018-11",
        "Reported by": "Essex Police",
        "Falls within": "Essex Police",
        "Longitude": "0.4731",
        "Latitude": "51.7352",
        "Location": "On or near High Street",
        "LSOA code": "E01021000",
        "LSOA name": "Chelmsford 010G",
        "Crime type": "Robbery",
        "Last outcome category": "",
        "Context": "",
    }
    row.update({name.replace("_", " "): value for name, value in changes.items()})
    return ",".join(row.values())


@pytest.fixture
def data():
    return DATA


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def street():
    return street_row


@pytest.fixture
def read(tmp_path):
    """The one extract of a file with this content."""

    def read_one(content, name="2018-11-essex-street.csv", **options) -> Extract:
        path = tmp_path / name
        if isinstance(content, list):
            content = "\n".join([HEADER, *content]) + "\n"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (extract,) = read_extracts(path, now=NOW, **options)
        return extract

    return read_one


@pytest.fixture
def reasons():
    """Row, reason and field of each refused row."""

    def listed(extract: Extract):
        table = extract.refused.to_pydict()
        return list(zip(table["row"], table["reason"], table["field"], strict=True))

    return listed
