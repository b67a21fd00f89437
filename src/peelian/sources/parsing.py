"""Columns of text or numbers to values, by whole arrays: what is missing, what is bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from peelian.terms import Bools, DataError, Floats, Instants, ParameterError

ISO = "iso8601"  # a format that reads dates, and date-times with or without an offset
EPOCH_DAYS = "days"  # a format that reads a plain number of days
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
ISO_TEXT = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)
EARLIEST = np.datetime64("1900-01-01", "s")  # an event before this is a slip of the pen,
LATEST = np.datetime64("2500-01-01", "s")  # and so is one after this


@dataclass(frozen=True, eq=False)
class Numbers:
    """Parsed numbers, shape (n,): NaN where ``missing`` or ``bad``."""

    value: Floats
    missing: Bools
    bad: Bools


@dataclass(frozen=True, eq=False)
class Times:
    """When, as the file says it, shape (n,) each.

    ``start`` is local wall clock, or UTC where ``is_utc``; ``unit`` is ``"M"``, ``"D"`` or
    ``"s"``: how much of the calendar the value names. NaT where ``missing`` or ``bad``.
    """

    start: Instants
    unit: np.ndarray[Any, np.dtype[np.str_]]
    is_utc: Bools
    missing: Bools
    bad: Bools


def texts(values: Any) -> Any:
    """Any column as trimmed text, the empty string where null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = _flat(values)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        raise DataError(f"a column of {values.type} cannot be read as text; leave it out")
    if pa.types.is_floating(values.type):  # 64701.0 in a file means the code 64701
        whole = pc.equal(values, pc.floor(values))
        if pc.all(whole).as_py() and pc.max(pc.abs(values)).as_py() is not None:
            values = values.cast(pa.int64(), safe=False)
    if not pa.types.is_string(values.type):
        values = values.cast(pa.string())
    return pc.fill_null(pc.utf8_trim_whitespace(values), "")


def parse_numbers(values: Any, *, missing: Sequence[str] = ()) -> Numbers:
    """Numbers from text or numbers; ``missing`` are texts that stand for no value.

    Infinite values are bad; empty text, null and NaN are missing.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    values = _flat(values)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        number = _array(values.cast(pa.float64(), safe=False))
        text_missing = np.isin(number, [float(m) for m in missing if _is_number(m)])
        absent = np.isnan(number) | text_missing
        bad = np.isinf(number)
    else:
        text = texts(values)
        absent = _bools(pc.is_in(text, pa.array(["", *missing], pa.string())))
        fine = _bools(pc.match_substring_regex(text, NUMBER)) & ~absent
        number = _array(pc.if_else(pa.array(fine), text, None).cast(pa.float64()))
        bad = ~absent & ~np.isfinite(number)
    number = np.where(absent | bad, np.nan, number)
    return Numbers(number, absent, bad)


def parse_times(values: Any, formats: Sequence[str]) -> Times:
    """Times from text by the first of ``formats`` that fits, or from typed dates and instants.

    Parameters
    ----------
    values : pyarrow array
        Text, dates, timestamps, or numbers of days when ``formats`` is ``["days"]``.
    formats : sequence of str
        strptime formats of numeric dates and times, or ``"iso8601"``, or ``"days"`` (since
        1 January 1970). A format without a day names a month.

    Raises
    ------
    ParameterError
        If a format holds no year and month.
    """
    import pyarrow as pa

    values = _flat(values)
    if pa.types.is_temporal(values.type):
        return _typed_times(values)
    n = len(values)
    start = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    unit = np.full(n, "s", dtype="<U1")
    is_utc = np.zeros(n, dtype=bool)
    if list(formats) == [EPOCH_DAYS]:
        days = parse_numbers(values)
        bad = days.bad | (np.abs(days.value) > 1e6)
        known = ~(days.missing | bad)
        seconds = np.round(days.value[known] * 86400).astype("int64")
        start[known] = seconds.astype("datetime64[s]")
        whole = bool(np.all(days.value[known] == np.floor(days.value[known])))
        unit[:] = "D" if whole else "s"
        return Times(start, unit, np.ones(n, dtype=bool), days.missing, bad)

    text = texts(values)
    missing = _bools(_is_empty(text))
    left = ~missing
    for form in formats:
        if not left.any():
            break
        if form == ISO:
            found, units, utc = _iso(text)
        else:
            found, units, utc = _strptime(text, form), _unit_of(form), np.zeros(n, dtype=bool)
        hit = left & (found >= EARLIEST) & (found < LATEST)  # NaT compares false
        start[hit] = found[hit]
        unit[hit] = units if isinstance(units, str) else units[hit]
        is_utc[hit] = utc[hit]
        left &= ~hit
    return Times(start, unit, is_utc, missing, left)


def _typed_times(values: Any) -> Times:
    import pyarrow as pa

    n = len(values)
    days_only = pa.types.is_date(values.type)
    utc = not days_only and pa.types.is_timestamp(values.type) and values.type.tz is not None
    if pa.types.is_time(values.type) or pa.types.is_duration(values.type):
        raise DataError(f"a column of {values.type} is no date; name the column of dates")
    start = _instants(values.cast(pa.timestamp("s", "UTC" if utc else None), safe=False))
    absent = np.isnat(start)
    bad = (start < EARLIEST) | (start >= LATEST)
    known = ~absent & ~bad
    midnight = bool(np.all(start[known] == start[known].astype("datetime64[D]")))
    unit = np.full(n, "D" if days_only or (midnight and not utc) else "s", dtype="<U1")
    start = np.where(bad, np.datetime64("NaT", "s"), start)
    return Times(start, unit, np.full(n, utc), absent, bad)


def _unit_of(form: str) -> str:
    if not ("%Y" in form or "%y" in form) or ("%m" not in form and "%b" not in form):
        raise ParameterError(
            f"date format {form!r} names no year and month; write it like %d/%m/%Y %H:%M"
        )
    if any(code in form for code in ("%H", "%I", "%M")):
        return "s"
    return "D" if "%d" in form else "M"


def _strptime(text: Any, form: str) -> Instants:
    """Instants, NaT where the text does not fit; a 30 February fits nothing."""
    import pyarrow.compute as pc

    found = _instants(pc.strptime(text, format=form, unit="s", error_is_null=True))
    # strptime in C takes 30 February for 2 March: look again at days 1 to 3.
    day = (found.astype("datetime64[D]") - found.astype("datetime64[M]")).astype("int64") + 1
    doubtful = np.flatnonzero(~np.isnat(found) & (day <= 3))
    if "%d" in form and len(doubtful):
        for i, value in zip(doubtful, text.take(doubtful).to_pylist(), strict=True):
            try:
                datetime.strptime(value, form)  # noqa: DTZ007, only the calendar is checked
            except ValueError:
                found[i] = np.datetime64("NaT")
    return found


def _iso(text: Any) -> tuple[Instants, Any, Bools]:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(text, ISO_TEXT)
    field = {k: pc.fill_null(pc.struct_field(parts, k), "") for k in ("day", "time", "zone")}
    day = _strptime(field["day"], "%Y-%m-%d")
    clock = pc.if_else(
        pc.equal(pc.utf8_length(field["time"]), 5),
        pc.binary_join_element_wise(field["time"], "00", ":"),
        field["time"],
    )
    timed = _bools(pc.not_equal(field["time"], ""))
    stamp = _instants(
        pc.strptime(
            pc.binary_join_element_wise("1970-01-01", clock, " "),
            format="%Y-%m-%d %H:%M:%S",
            unit="s",
            error_is_null=True,
        )
    )
    found = np.where(timed, day + stamp.astype("int64").astype("timedelta64[s]"), day)
    found[timed & np.isnat(stamp)] = np.datetime64("NaT")
    zone = field["zone"]
    utc = _bools(pc.not_equal(zone, ""))
    if utc.any():
        digits = pc.replace_substring_regex(zone, r"^([+-]\d{2}):?(\d{2})$", r"\1\2")
        signed = pc.if_else(pc.is_in(digits, pa.array(["Z", ""])), "+0000", digits)
        hours = _array(pc.utf8_slice_codeunits(signed, 1, 3).cast(pa.float64()))
        minutes = _array(pc.utf8_slice_codeunits(signed, 3, 5).cast(pa.float64()))
        sign = np.where(_bools(pc.starts_with(signed, "-")), -1, 1)
        ahead = (sign * (hours * 3600 + minutes * 60)).astype("int64")
        found = found - ahead.astype("timedelta64[s]")
    return found, np.where(timed, "s", "D"), utc


def _is_empty(text: Any) -> Any:
    import pyarrow.compute as pc

    return pc.equal(text, "")


def _flat(values: Any) -> Any:
    import pyarrow as pa

    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _array(values: Any) -> Floats:
    return np.array(_flat(values).to_numpy(zero_copy_only=False), dtype=np.float64)


def _bools(values: Any) -> Bools:
    import pyarrow.compute as pc

    return np.array(
        pc.fill_null(_flat(values), False).to_numpy(zero_copy_only=False), dtype=bool
    )


def _instants(values: Any) -> Instants:
    return np.array(_flat(values).to_numpy(zero_copy_only=False), dtype="datetime64[s]")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
