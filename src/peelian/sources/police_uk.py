"""Street-level crime as published by data.police.uk: monthly CSV files and the API.

Page: https://data.police.uk/about/ and https://data.police.uk/docs/. Published monthly by
the police forces of England, Wales and Northern Ireland through the Home Office.

Only the month of an event is given, and its place is the nearest of a fixed list of map
points. docs/data/police-uk.md says what follows from that.
"""

import re
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.parsing import parse_numbers, parse_times, texts
from peelian.sources.places import check_places
from peelian.sources.rows import Rows, require_columns
from peelian.sources.sieve import (
    Reading,
    Sieve,
    check_repeats,
    check_times,
    finish,
    or_null,
)
from peelian.terms import LOCAL_ZONE, WGS84, Extract, Refusal, Setting

SOURCE = "police-uk"
PAGE = "https://data.police.uk/data/"
LICENCE = "Open Government Licence v3.0"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0 "
    "(data.police.uk)."
)

# Column of the published CSV, and the word we use for it. What is not named is not read.
COLUMN_MAP = {
    "Crime ID": "event_id",
    "Month": "start",
    "Falls within": "slice",
    "Longitude": "longitude",
    "Latitude": "latitude",
    "Location": "place",
    "LSOA code": "area_code",
    "Crime type": "offence",
}
# The same for the API's shape. It names no force, so a file replaces only one of its name.
API_COLUMN_MAP = {
    "persistent_id": "event_id",
    "date": "start",
    "long": "longitude",
    "lat": "latitude",
    "street_name": "place",
    "category": "offence",
}

# Label in the CSV files, and the id of the same category in the API.
CATEGORIES = {
    "Anti-social behaviour": "anti-social-behaviour",
    "Bicycle theft": "bicycle-theft",
    "Burglary": "burglary",
    "Criminal damage and arson": "criminal-damage-arson",
    "Drugs": "drugs",
    "Other crime": "other-crime",
    "Other theft": "other-theft",
    "Possession of weapons": "possession-of-weapons",
    "Public disorder and weapons": "public-disorder-weapons",  # in older files
    "Public order": "public-order",
    "Robbery": "robbery",
    "Shoplifting": "shoplifting",
    "Theft from the person": "theft-from-the-person",
    "Vehicle crime": "vehicle-crime",
    "Violence and sexual offences": "violent-crime",
    "Violent crime": "violent-crime",  # in older files
}

CATEGORIES_BY_FOLD = {label.lower(): id_ for label, id_ in CATEGORIES.items()} | {
    id_: id_ for id_ in CATEGORIES.values()
}

OTHER_FILES = {  # companions in a download: a column that only they have, and what they are
    "Outcome type": "outcomes, not events",
    "Object of search": "stop and search records, not events",
}


def recognise(header: list[str]) -> str | None:
    """``street``, ``api``, what else of data.police.uk it is, or None for something else."""
    have = set(header)
    for column, what in OTHER_FILES.items():
        if column in have:
            return what
    if len(have & set(COLUMN_MAP)) >= 5:
        return "street"
    if len(have & {*API_COLUMN_MAP, "id", "location_type", "location"}) >= 5:
        return "api"
    return None


def extract_street(rows: Rows, content: Content, reading: Reading) -> Extract:
    """Events of a street file; its slices are force and month, and it is all of them.

    A row is refused when its month is missing, unreadable or to come; its category is missing
    or unknown; it has no coordinates (police.uk leaves some out), or they lie off the grid or
    outside the study area; or its Crime ID already stands in a row accepted above it for the
    same force and month, because one crime counts once.
    """
    return _extract(rows, content, reading, COLUMN_MAP)


def extract_api(rows: Rows, content: Content, reading: Reading) -> Extract:
    """Events in the API's shape; what area they cover is not said, so no slice is complete."""
    return _extract(rows, content, reading, API_COLUMN_MAP)


def force_slug(name: str) -> str:
    """The force's id in the API, from its name: Essex Police is ``essex``.

    Examples
    --------
    >>> force_slug("Devon & Cornwall Police"), force_slug("City of London Police")
    ('devon-and-cornwall', 'city-of-london')
    """
    known = {
        "Police Service of Northern Ireland": "northern-ireland",
        "British Transport Police": "btp",
    }
    short = re.sub(r"\s+(Police|Constabulary)?( Service)?$", "", name.strip())
    words = re.sub(r"[^a-z0-9]+", "-", short.lower().replace("&", "and"))
    return known.get(name.strip(), words.strip("-"))


def code_of(category: str) -> str | None:
    """The code of a category by its label or its id; None for anything else.

    Examples
    --------
    >>> code_of("Violence and sexual offences"), code_of("violent-crime")
    ('police-uk:violent-crime', 'police-uk:violent-crime')
    """
    said = category.strip().lower()
    found = CATEGORIES_BY_FOLD.get(said)
    return f"{SOURCE}:{found}" if found else None


def _extract(rows: Rows, content: Content, reading: Reading, names: dict[str, str]) -> Extract:
    import pyarrow as pa
    import pyarrow.compute as pc

    published = {ours: theirs for theirs, ours in names.items()}
    wanted = [n for n in names if names[n] not in ("event_id", "area_code", "place")]
    require_columns(rows.file, list(rows.columns), wanted)
    sieve = Sieve(rows)

    span = check_times(
        sieve,
        parse_times(rows.columns[published["start"]], ["%Y-%m"]),
        published["start"],
        reading=reading,
        zone=LOCAL_ZONE,
    )
    in_time = sieve.kept
    offence = _offences(sieve, texts(rows.columns[published["offence"]]), published["offence"])
    x, y = published["longitude"], published["latitude"]
    places = check_places(
        sieve,
        parse_numbers(rows.columns[x]),
        parse_numbers(rows.columns[y]),
        fields=(x, y),
        crs=WGS84,
        reading=reading,
    )
    slices, complete = _slices(rows, span.month, in_time, published.get("slice"))
    event_id = or_null(texts(rows.column(published["event_id"])))
    key = pc.binary_join_element_wise(event_id, slices, " ")
    check_repeats(sieve, key, published["event_id"])

    n = len(rows)
    area = published.get("area_code")
    columns = {
        "event_id": event_id,
        "offence": offence,
        "start": span.start,
        "end": span.end,
        "recorded": pa.nulls(n, pa.timestamp("s", "UTC")),
        "longitude": places.longitude,
        "latitude": places.latitude,
        "x": places.x,
        "y": places.y,
        "place": or_null(texts(rows.column(published["place"]))),
        "area_code": or_null(texts(rows.column(area))) if area else pa.nulls(n, pa.string()),
        "setting": pa.array(np.full(n, Setting.UNKNOWN.value)),
        "weight": np.ones(n),
        "slice": slices,
        "knife": pa.nulls(n, pa.bool_()),
    }
    return finish(sieve, content, columns, source=SOURCE, complete=complete)


def _offences(sieve: Sieve, label: Any, field: str) -> Any:
    """Codes of labels or ids; rows without one we know are refused."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = label.dictionary_encode()
    codes = pa.array([code_of(said) for said in encoded.dictionary.to_pylist()], pa.string())
    code = codes.take(encoded.indices)
    empty = np.array(pc.equal(label, "").to_numpy(zero_copy_only=False), dtype=bool)
    unknown = np.array(pc.is_null(code).to_numpy(zero_copy_only=False), dtype=bool)
    sieve.refuse(empty, Refusal.NO_OFFENCE, field)
    sieve.refuse(unknown, Refusal.UNKNOWN_OFFENCE, field)
    return code


def _slices(
    rows: Rows, month: Any, in_time: Any, force_column: str | None
) -> tuple[Any, tuple[str, ...]]:
    """Slice of each row, and the slices of which this file is the whole record."""
    import pyarrow as pa
    import pyarrow.compute as pc

    months = pa.array(
        np.where(np.isnat(month), "", month.astype(str)).astype(str), pa.string()
    )
    if force_column is None:
        return pc.binary_join_element_wise("api", months, "/"), ()
    force = texts(rows.columns[force_column]).dictionary_encode()
    slugs = pa.array([force_slug(name) for name in force.dictionary.to_pylist()], pa.string())
    slices = pc.binary_join_element_wise(slugs.take(force.indices), months, "/")
    held = pc.unique(slices.filter(pa.array(in_time))).to_pylist()
    return slices, tuple(sorted(s for s in held if not s.startswith("/")))
