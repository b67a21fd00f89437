"""A mapping proposed from the header and rows of a file, with what is uncertain said in it."""

import json
import re
from pathlib import Path
from typing import Any

from peelian.sources import guesses, police_uk
from peelian.sources.contents import Content, Format, open_contents
from peelian.sources.csv_rows import read_csv, read_header
from peelian.sources.extracts import read_rows
from peelian.sources.guesses import PlaceGuess, TimeGuess
from peelian.sources.mapping import UNDECIDED
from peelian.sources.parsing import texts
from peelian.sources.rows import Rows
from peelian.terms import LOCAL_ZONE

ZONES_WEST_OF = (  # a first guess at a US zone by longitude
    (-115.0, "America/Los_Angeles"),
    (-102.0, "America/Denver"),
    (-87.0, "America/Chicago"),
    (-60.0, "America/New_York"),
)


def suggest_mapping(path: str | Path) -> str:
    """A mapping file proposed for a file of events, as TOML that `parse_mapping` reads.

    Parameters
    ----------
    path : str or Path
        As for `read_extracts`; of a folder or zip, the first file.

    Returns
    -------
    str
        TOML with a comment wherever the guess may be wrong. A ``?`` stands where only a person
        can know; reading with it stops until it is filled in.

    Raises
    ------
    DataError
        If there is nothing to read.

    Notes
    -----
    Guesses rest on names and on up to 5,000 rows spread over the file. Look at every line:
    day/month against month/day cannot be told apart when no day is above 12.
    """
    content = next(open_contents(path))
    rows, encoding, delimiter = _rows(content)
    sample = guesses.sampled(rows)
    place = guesses.guess_place(sample)
    times = guesses.guess_times(sample, british=place.british)
    name = _source_name(content.name)
    lines = [
        f"# A mapping proposed for {_printable(content.name)}: {rows.read:,} rows, "
        f"{len(rows.columns)} columns.",
        "# Check every line. docs/how-to/bring-your-own-data.md explains them.",
        *_known_shape(list(rows.columns)),
        f"name = {_quoted(name)}",
        *(
            [f"encoding = {_quoted(encoding)}", f"delimiter = {_quoted(delimiter)}"]
            if content.format is Format.CSV
            else []
        ),
        "whole_months = false  # true when each file is all there is for its months",
        "",
        *_place_lines(place, sample),
        "",
        *_time_lines(times, place),
        "",
        *_offence_lines(sample, name),
        *_setting_lines(sample),
        *_knife_lines(sample),
        *_event_lines(sample, rows),
        *_people_lines(list(rows.columns)),
    ]
    return "\n".join(lines) + "\n"


def _rows(content: Content) -> tuple[Rows, str, str]:
    if content.format is not Format.CSV:
        return read_rows(content), "utf-8", ","
    encoding = "utf-8"
    try:
        content.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "utf-16" if content.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
    _, delimiter = read_header(content, encoding=encoding)
    return read_csv(content, encoding=encoding, delimiter=delimiter), encoding, delimiter


def _known_shape(header: list[str]) -> list[str]:
    kind = police_uk.recognise(header)
    if kind in ("street", "api"):
        return ["# This file has the shape of data.police.uk and needs no mapping."]
    if kind is not None:
        return [f"# CAREFUL: a data.police.uk file of {kind}. Do not mix them with crimes."]
    return []


def _place_lines(place: PlaceGuess, sample: dict[str, Any]) -> list[str]:
    lines = ["[place]", *_remarks(place.remarks)]
    lines += [f"{key} = {_quoted(getattr(place, key))}" for key in ("x", "y", "crs")]
    taken = {place.x, place.y}
    for key, pattern in (("name", guesses.PLACE_NAMES), ("area", guesses.AREA_NAMES)):
        for column in guesses.named(list(sample), pattern):
            if column not in taken and len(texts(sample[column]).unique()) > 1:
                lines.append(f"{key} = {_quoted(column)}")
                taken.add(column)
                break
    return lines


def _time_lines(times: list[TimeGuess], place: PlaceGuess) -> list[str]:
    if not times:
        return [
            "[time]",
            "# no column of dates was found; give the column and its format",
            f"start = {_quoted(UNDECIDED)}",
            'formats = ["%d/%m/%Y"]',
            f"zone = {_quoted(_zone(place))}",
        ]
    first = times[0]
    lines = ["[time]", *_remarks(first.remarks), f"start = {_quoted(first.column)}"]
    formats = list(first.formats)
    later = [
        guess for guess in times[1:] if re.search(guesses.RECORDED_NAMES, guess.column.lower())
    ]
    if later:
        lines.append("# when it became known; a forecast never learns from it earlier")
        lines.append(f"recorded = {_quoted(later[0].column)}")
        formats += [form for form in later[0].formats if form not in formats]
    others = [guess.column for guess in times[1:] if guess not in later[:1]]
    if others:
        lines.append(f"# other columns with dates: {', '.join(map(_printable, others))}")
    lines.append(f"formats = {json.dumps(formats)}")
    zone = _zone(place)
    if zone != LOCAL_ZONE:
        lines.append("# the zone is a guess; name that of the place")
    lines.append(f"zone = {_quoted(zone)}")
    return lines


def _zone(place: PlaceGuess) -> str:
    if place.british:
        return LOCAL_ZONE
    return next((zone for west, zone in ZONES_WEST_OF if place.longitude < west), UNDECIDED)


def _offence_lines(sample: dict[str, Any], name: str) -> list[str]:
    column = guesses.guess_offence(sample)
    if column is None:
        return [
            "[offence]",
            "# no column of offences was found: one code for the whole file; name it",
            f"fixed = {_quoted(name + ':event')}",
        ]
    values = texts(sample[column]).value_counts().to_pylist()
    values.sort(key=lambda one: -one["counts"])
    lines = [
        "[offence]",
        f"column = {_quoted(column)}",
        f"list = {_quoted(name)}  # or police-uk, or home-office, when these are its codes",
        'unmapped = "keep"  # keep a value as list:value; or refuse what codes does not name',
        "# [offence.codes]  # gives values a code of a list Peelian knows; the most frequent:",
    ]
    shown = [one["values"] for one in values if one["values"]][:5]
    lines += [f"# {_quoted(value[:60])} = {_quoted('police-uk:?')}" for value in shown]
    return lines


def _setting_lines(sample: dict[str, Any]) -> list[str]:
    found = guesses.guess_settings(sample)
    if found is None:
        return []
    column, values = found
    lines = ["", "[setting]", f"column = {_quoted(column)}", "[setting.values]"]
    lines.append("# guessed from the words; what is not named stays unknown")
    return lines + [f"{_quoted(value)} = {_quoted(said)}" for value, said in values.items()]


def _knife_lines(sample: dict[str, Any]) -> list[str]:
    found = guesses.guess_knife(sample)
    if found is None:
        return []
    column, yes, no = found
    return [
        "",
        "# whether a knife or sharp instrument was used or threatened, not carried; any other",
        '# value is not known. Add "" to no if an empty entry means no',
        "[knife]",
        f"column = {_quoted(column)}",
        f"yes = {json.dumps(yes, ensure_ascii=False)}",
        f"no = {json.dumps(no, ensure_ascii=False)}",
    ]


def _event_lines(sample: dict[str, Any], rows: Rows) -> list[str]:
    lines = []
    for column in guesses.named(list(sample), guesses.ID_NAMES):
        ids = texts(rows.columns[column])
        known = ids.filter(_not_empty(ids))
        if not len(known) or len(known.unique()) < 0.8 * len(known):
            continue
        lines.append(f"id = {_quoted(column)}")
        repeats = len(known) - len(known.unique())
        if repeats:
            lines.append(
                f"# {repeats:,} rows share the id of a row above them: refuse or keep"
            )
            lines.append('repeated_ids = "keep"')
        break
    weight = guesses.guess_weight(sample)
    if weight is not None:
        lines.append("# what a row counts for; -1 takes an earlier count back")
        lines.append(f"weight = {_quoted(weight)}")
    return ["", "[event]", *lines] if lines else []


def _people_lines(header: list[str]) -> list[str]:
    people = guesses.named(header, guesses.PEOPLE_NAMES)
    if not people:
        return []
    return [
        "",
        "# Columns that may describe people are not read: "
        + ", ".join(map(_printable, people)),
    ]


def _not_empty(values: Any) -> Any:
    import pyarrow.compute as pc

    return pc.not_equal(values, "")


def _remarks(remarks: tuple[str, ...]) -> list[str]:
    return [f"# {remark}" for remark in remarks]


def _source_name(file: str) -> str:
    stem = file.lower().split(".")[0]
    stem = re.sub(r"\d{4}[-_]\d{2}([-_]\d{2})?(?!\d)", "", stem)
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "events"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _printable(text: str) -> str:
    """Text fit for a comment: nothing that could end the line."""
    return "".join(c if c.isprintable() else "?" for c in text)
