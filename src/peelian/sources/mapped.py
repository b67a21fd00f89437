"""Any provider's file through a mapping: how a force brings its own export.

Page: the mapping names the provider. LICENCE and COLUMN_MAP are the mapping's to give: a
mapping is this module's COLUMN_MAP, written by whoever knows the file.
"""

import re
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.mapping import (
    HOME_OFFICE,
    POLICE_UK,
    FileMapping,
    OffenceColumn,
    check_decided,
)
from peelian.sources.offence_tables import read_class_validity, read_offence_classes
from peelian.sources.parsing import Times, parse_numbers, parse_times, texts
from peelian.sources.places import check_places
from peelian.sources.police_uk import code_of
from peelian.sources.rows import Rows
from peelian.sources.sieve import (
    Reading,
    Sieve,
    Span,
    check_recorded,
    check_repeats,
    check_times,
    finish,
    or_null,
    utc_span,
)
from peelian.spacetime.periods import to_utc
from peelian.terms import Extract, Instants, Refusal, Setting

COLUMN_MAP: dict[str, str] = {}  # given by the mapping
LICENCE = "given by the provider; keep it with the mapping file"


def extract_mapped(
    rows: Rows, content: Content, mapping: FileMapping, reading: Reading
) -> Extract:
    """Events of a file read as a mapping says; columns it does not name are not read.

    Raises
    ------
    SchemaError
        If a column named in the mapping is not in the file.
    """
    import pyarrow as pa

    check_decided(mapping)
    rows.require(mapping.columns)
    n = len(rows)
    sieve = Sieve(rows)
    span = _times(sieve, mapping, reading)
    in_time = sieve.kept.copy()
    recorded = _recorded(sieve, mapping, reading)
    offence = _offences(sieve, mapping.offence)
    place = mapping.place
    places = check_places(
        sieve,
        parse_numbers(rows.columns[place.x], missing=place.missing),
        parse_numbers(rows.columns[place.y], missing=place.missing),
        fields=(place.x, place.y),
        crs=place.crs,
        reading=reading,
    )
    weight = np.ones(n)
    if mapping.weight:
        counted = parse_numbers(rows.columns[mapping.weight])
        sieve.refuse(counted.missing | counted.bad, Refusal.BAD_NUMBER, mapping.weight)
        weight = counted.value
    event_id = or_null(texts(rows.column(mapping.id or "")))
    if mapping.id and not mapping.repeated_ids:
        check_repeats(sieve, event_id, mapping.id)

    months = np.where(np.isnat(span.month), "", span.month.astype(str)).astype(str)
    slices = np.char.add(f"{mapping.name}/", months)
    columns = {
        "event_id": event_id,
        "offence": offence,
        "start": span.start,
        "end": span.end,
        "recorded": recorded,
        "longitude": places.longitude,
        "latitude": places.latitude,
        "x": places.x,
        "y": places.y,
        "place": or_null(texts(rows.column(place.name or ""))),
        "area_code": or_null(texts(rows.column(place.area or ""))),
        "setting": _settings(rows, mapping),
        "weight": weight,
        "slice": pa.array(slices, pa.string()),
        "knife": _knife(rows, mapping),
    }
    complete = tuple(np.unique(slices[in_time]).tolist()) if mapping.whole_months else ()
    return finish(sieve, content, columns, source=mapping.name, complete=complete)


def _times(sieve: Sieve, mapping: FileMapping, reading: Reading) -> Span:
    """When each event happened; an end before its start is a bad date."""
    when, field = mapping.time, ", ".join(mapping.time.start)
    times = _parsed(sieve.rows, when.start, when.formats)
    span = check_times(sieve, times, field, reading=reading, zone=when.zone)
    if when.earliest is not None:
        first = to_utc(np.array([when.earliest], dtype="datetime64[s]"), zone=when.zone)
        sieve.refuse(span.start < first, Refusal.TOO_EARLY, field)
    if not when.end:
        return span
    until = _parsed(sieve.rows, when.end, when.formats)
    to = ", ".join(when.end)
    sieve.refuse(until.bad, Refusal.BAD_DATE, to)
    last = utc_span(until, zone=when.zone).end
    end = np.where(until.missing | until.bad, span.end, last)
    sieve.refuse(end < span.start, Refusal.BAD_DATE, to)
    return Span(span.start, end, span.month)


def _recorded(sieve: Sieve, mapping: FileMapping, reading: Reading) -> Instants:
    """When each event came on record; NaT where the mapping names no column of it."""
    when = mapping.time
    if not when.recorded:
        return np.full(len(sieve.rows), np.datetime64("NaT"), dtype="datetime64[s]")
    times = _parsed(sieve.rows, when.recorded, when.formats)
    field = ", ".join(when.recorded)
    return check_recorded(sieve, times, field, reading=reading, zone=when.zone)


def _parsed(rows: Rows, names: tuple[str, ...], formats: tuple[str, ...]) -> Times:
    import pyarrow.compute as pc

    if len(names) == 1:
        return parse_times(rows.columns[names[0]], formats)
    joined = pc.binary_join_element_wise(*(texts(rows.columns[name]) for name in names), " ")
    return parse_times(joined, formats)


def _offences(sieve: Sieve, offence: OffenceColumn) -> Any:
    """Codes of the rows' offences; rows without one, or with an unknown one, are refused."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(sieve.rows)
    if offence.column is None:
        return pa.array([offence.fixed] * n, pa.string())
    said = texts(sieve.rows.columns[offence.column])
    encoded = said.dictionary_encode()
    codes = [_code(value, offence) for value in encoded.dictionary.to_pylist()]
    code = pa.array(codes, pa.string()).take(encoded.indices)
    empty = np.array(pc.equal(said, "").to_numpy(zero_copy_only=False), dtype=bool)
    unknown = np.array(pc.is_null(code).to_numpy(zero_copy_only=False), dtype=bool)
    sieve.refuse(empty, Refusal.NO_OFFENCE, offence.column)
    sieve.refuse(unknown, Refusal.UNKNOWN_OFFENCE, offence.column)
    return code


def _code(value: str, offence: OffenceColumn) -> str | None:
    """The namespaced code of one value, None where no list knows it."""
    if value in offence.codes:
        return offence.codes[value]
    for pattern, code in offence.matches.items():
        if re.search(pattern, value):
            return code
    if not value or not offence.keep_unmapped:
        return None
    if offence.list == POLICE_UK:
        return code_of(value)
    if offence.list == HOME_OFFICE:
        code = f"{HOME_OFFICE}:{value.upper()}"
        known = {one.code for one in read_offence_classes()}
        known |= {one.code for one in read_class_validity()}  # also those ended since
        return code if code in known else None
    return f"{offence.list}:{re.sub(r'[^a-z0-9.]+', '-', value.lower()).strip('-')}"


def _knife(rows: Rows, mapping: FileMapping) -> Any:
    """Whether a blade was used or threatened; null where a value is said to mean neither."""
    import pyarrow as pa

    if mapping.knife is None:
        return pa.nulls(len(rows), pa.bool_())
    encoded = texts(rows.columns[mapping.knife]).dictionary_encode()
    said = [mapping.knife_values.get(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(said, pa.bool_()).take(encoded.indices)


def _settings(rows: Rows, mapping: FileMapping) -> Any:
    """Setting of each row; ``unknown`` where the mapping does not say what a value means."""
    import pyarrow as pa

    if mapping.setting is None:
        return pa.array(np.full(len(rows), Setting.UNKNOWN.value))
    encoded = texts(rows.columns[mapping.setting]).dictionary_encode()
    said = [
        mapping.settings.get(value, Setting.UNKNOWN.value)
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.array(said, pa.string()).take(encoded.indices)
