"""What the columns of an unknown file probably are: by their names, then by their values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peelian.sources.mapping import UNDECIDED
from peelian.sources.parsing import ISO, parse_numbers, parse_times, texts
from peelian.sources.rows import Rows
from peelian.terms import WGS84, DataError, Floats, Setting

SAMPLE = 5_000  # rows looked at, spread over the file
ENOUGH = 0.9  # share of values that must fit a guess

X_NAMES = r"^(geometry\.x|lon|lng|long|longitude|x|xcoord|x_?coord.*|easting|east|.*_x)$"
Y_NAMES = r"^(geometry\.y|lat|latitude|y|ycoord|y_?coord.*|northing|north|.*_y)$"
TIME_NAMES = r"date|time|month|occur|when|from"
RECORDED_NAMES = r"record|report|coded|created|logged"
OFFENCE_NAMES = (
    r"offen[cs]e|crime.?type|^crime$|ucr|category|^description$|object of search|type$|^type"
)
ID_NAMES = r"^(id|uid|crime.?id|.*_id|complaint|urn|.*(number|reference|ref|no))$"
WEIGHT_NAMES = r"^(count|weight|n|events)$"
AREA_NAMES = r"lsoa.?code|^lsoa|beat|ward|neighbou?rhood|district|tract"
PLACE_NAMES = r"^location$|location.?name|street"
SETTING_NAMES = r"loc_cat|location.?(type|category)|premise|setting|place.?type"
KNIFE_NAMES = r"knife|sharp.?instrument|blade"
# Columns that may describe people. They are never read; the proposal says so.
PEOPLE_NAMES = (
    r"^(first|last|full|given|family)?.?name$|surname|forename|person|nominal|dob|birth|victim|"
    r"suspect|offender|witness|phone|email|address|gender|ethnic|age.?range|^age$|^sex$"
)

DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
MONTH_FIRST = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%m-%d-%Y",
)
OTHER_FORMATS = ("%Y-%m", ISO, "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%b-%y", "%m/%Y")

PUBLIC = r"street|road|park|sidewalk|alley|highway|public|open space|transport|station|parking"
INDOOR = (
    r"residen|hous|apartment|dwelling|home|indoor|hotel|school|shop|retail|bar|office|store"
)
YES, NO = r"y|yes|true|t|1|knife.*|sharp.*", r"n|no|false|f|0|none"


@dataclass(frozen=True, eq=False)
class PlaceGuess:
    """Columns of coordinates, their CRS or ``?``, and what to say about them."""

    x: str
    y: str
    crs: str
    remarks: tuple[str, ...]
    british: bool
    longitude: float = float("nan")


@dataclass(frozen=True)
class TimeGuess:
    """A column of times, the formats that read it, and what to say about them."""

    column: str
    formats: tuple[str, ...]
    share: float
    remarks: tuple[str, ...] = field(default=())


def sampled(rows: Rows) -> dict[str, Any]:
    """Up to SAMPLE rows spread over the file, by column; columns no text fits are left out."""
    import pyarrow as pa

    step = max(1, len(rows) // SAMPLE)
    at = pa.array(np.arange(0, len(rows), step)[:SAMPLE])
    found = {}
    for name, values in rows.columns.items():
        try:
            texts(part := values.take(at))
        except (DataError, pa.ArrowException):
            continue
        found[name] = part
    return found


def named(columns: Sequence[str], pattern: str) -> list[str]:
    """The columns whose name fits the pattern, in the order of the file."""
    return [name for name in columns if re.search(pattern, name.strip().lower())]


def guess_place(sample: dict[str, Any]) -> PlaceGuess:
    """The pair of columns most like coordinates, and what the size of their values says."""
    xs, ys = (
        _numeric(sample, named(list(sample), X_NAMES)),
        _numeric(sample, named(list(sample), Y_NAMES)),
    )
    if not xs or not ys:
        return PlaceGuess(
            UNDECIDED,
            UNDECIDED,
            UNDECIDED,
            ("no pair of coordinate columns was found",),
            False,
        )
    degrees = [name for name in xs if re.match(r"lo?n|geometry", name.strip().lower())]
    x = degrees[0] if degrees else next(iter(xs))
    pair = [name for name in ys if re.match(r"lat|geometry", name.strip().lower())]
    y = pair[0] if degrees and pair else next(iter(ys))
    both = np.isfinite(xs[x]) & np.isfinite(ys[y]) & ~((xs[x] == 0) & (ys[y] == 0))
    px, py = xs[x][both], ys[y][both]
    remarks = []
    if not both.all():
        remarks.append(
            f"{1 - both.mean():.1%} of the rows looked at have no coordinates (0,0 counts as "
            "none) and will be refused"
        )
    if not len(px):
        return PlaceGuess(x, y, UNDECIDED, (*remarks, "no row has coordinates"), False)
    return _placed(x, y, px, py, remarks)


def _placed(x: str, y: str, px: Floats, py: Floats, remarks: list[str]) -> PlaceGuess:
    east, north = float(np.median(px)), float(np.median(py))
    middle = f"the middle of the file is ({east:g}, {north:g})"
    if np.abs(px).max() <= 180 and np.abs(py).max() <= 180:
        if np.abs(py).max() > 90 or (49 < east < 61 and -9 < north < 3):
            x, y, east, north = y, x, north, east
            remarks.append("the values look exchanged, so x and y are swapped here; check")
        british = 49 < north < 61 and -9 < east < 3
        remarks.append(f"longitude and latitude: {middle}")
        return PlaceGuess(x, y, WGS84, tuple(remarks), british, east)
    eastings = 0 < east < 700_000 and 0 < north < 1_300_000
    if eastings and (px.max() < 700_000 and py.max() < 1_300_000):
        remarks.append(f"taken for British National Grid metres: {middle}")
        return PlaceGuess(x, y, "EPSG:27700", tuple(remarks), True)
    remarks.append(
        f"{middle}: too large for degrees and not the British grid; US State Plane feet look "
        "like this (St. Louis is ESRI:102696, Portland EPSG:2913, Chicago EPSG:3435). Look up "
        "the zone of the city and write its code"
    )
    return PlaceGuess(x, y, UNDECIDED, tuple(remarks), False)


def guess_times(sample: dict[str, Any], *, british: bool) -> list[TimeGuess]:
    """Columns that hold times, the likeliest start of an event first."""
    names = named(list(sample), TIME_NAMES) or list(sample)
    found = [guess for name in names if (guess := _time(name, sample[name], british))]

    def rank(guess: TimeGuess) -> tuple[bool, bool, bool]:
        lower = guess.column.lower()
        recorded = bool(re.search(RECORDED_NAMES, lower)) or lower == "source_month"
        return recorded, not re.search("occur|from|start|commit", lower), guess.share < ENOUGH

    return sorted(found, key=rank)


def _time(name: str, values: Any, british: bool) -> TimeGuess | None:
    import pyarrow as pa

    if pa.types.is_temporal(values.type):
        return TimeGuess(name, (ISO,), 1.0, ("stored as dates or instants",))
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return None
    if not (known := np.array(texts(values).to_pylist()) != "").any():
        return None

    def share(formats: tuple[str, ...]) -> float:
        times = parse_times(values, formats)
        return float((~times.bad & known).sum() / known.sum())

    day, month = share(DAY_FIRST), share(MONTH_FIRST)
    if max(day, month) >= ENOUGH:
        first, order, other = (
            (DAY_FIRST, "day/month", "month/day")
            if day > month or (day == month and british)
            else (MONTH_FIRST, "month/day", "day/month")
        )
        said = f"dates read as {order}: {max(day, month):.1%} fit"
        if min(day, month) == max(day, month):
            said = f"AMBIGUOUS: every date also reads as {other}; {order} is assumed, check"
        elif min(day, month) > 0.2:
            said += f", against {min(day, month):.1%} as {other}"
        return _refined(
            name, values, tuple(f for f in first if share((f,))), max(day, month), said
        )
    for form in OTHER_FORMATS:
        if share((form,)) >= ENOUGH:
            return _refined(name, values, (form,), share((form,)), "")
    return None


def _refined(
    name: str, values: Any, formats: tuple[str, ...], share: float, said: str
) -> TimeGuess:
    """Say so when all times are midnight or all days the first: then they are not known."""
    times = parse_times(values, formats)
    start = times.start[~times.missing & ~times.bad]
    remarks = [said] if said else []
    days = start.astype("datetime64[D]")
    whole = bool(np.all(start == days))
    firsts = bool(np.all(days == days.astype("datetime64[M]")))
    if whole and firsts and len(start) > 1 and "%Y-%m" not in formats:
        remarks.append("every date is the first of a month: read as months, with no day")
        formats = ("%Y-%m-01", "%Y-%m-01 00:00:00") if formats == (ISO,) else formats
    elif whole and any("%H" in form for form in formats):
        remarks.append("every time is midnight: the time of day is not known")
        formats = tuple(
            re.sub("%[HMS]", "00", form) if "%H" in form else form for form in formats
        )
    elif whole and (times.unit == "s").any():
        remarks.append("every time is midnight: the time of day is not known")
        formats = ("%Y-%m-%d 00:00:00", "%Y-%m-%d")
    if (times.bad & ~times.missing).any():
        remarks.append(f"{times.bad.mean():.1%} of the rows looked at fit no format")
    return TimeGuess(name, formats, share, tuple(remarks))


def guess_offence(sample: dict[str, Any]) -> str | None:
    """The column most like offences: a fitting name and few enough different values."""
    for pattern in OFFENCE_NAMES.split("|"):
        for name in named(list(sample), pattern):
            values = texts(sample[name])
            n = len(values.unique())
            dated = guess_times({name: sample[name]}, british=False)
            if not dated and 1 < n <= max(60, len(values) // 4):
                return name
    return None


def guess_weight(sample: dict[str, Any]) -> str | None:
    """A column of small whole counts, such as the ``Count`` of St. Louis."""
    for name, value in _numeric(sample, named(list(sample), WEIGHT_NAMES)).items():
        known = value[np.isfinite(value)]
        if len(known) and np.all(known == np.round(known)) and np.abs(known).max() <= 100:
            return name
    return None


def guess_settings(sample: dict[str, Any]) -> tuple[str, dict[str, str]] | None:
    """A column of kinds of place, and the values whose setting is plain from their words."""
    for name in named(list(sample), SETTING_NAMES):
        values = texts(sample[name]).unique().to_pylist()
        if len(values) > 200:
            continue
        found = {}
        for value in sorted(v for v in values if v):
            if re.search(INDOOR, value.lower()):
                found[value] = Setting.INDOOR.value
            elif re.search(PUBLIC, value.lower()):
                found[value] = Setting.PUBLIC.value
        return name, found
    return None


def guess_knife(sample: dict[str, Any]) -> tuple[str, list[str], list[str]] | None:
    """A column that says whether a knife was used, and the values that mean yes and no."""
    for name in named(list(sample), KNIFE_NAMES):
        values = sorted(texts(sample[name]).unique().to_pylist())
        yes, no = (
            [value for value in values if re.fullmatch(form, value.lower())]
            for form in (YES, NO)
        )
        if yes and len(values) <= 20:
            return name, yes, no
    return None


def _numeric(sample: dict[str, Any], names: list[str]) -> dict[str, Floats]:
    """The columns of ``names`` that hold numbers in most rows that hold anything."""
    found = {}
    for name in names:
        numbers = parse_numbers(sample[name])
        known = ~numbers.missing
        if known.any() and numbers.bad[known].mean() < 2 * (1 - ENOUGH):
            found[name] = numbers.value
    return found
