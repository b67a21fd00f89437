"""The record of how an output was made: written as canonical JSON, read back, in one line."""

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any
from zoneinfo import ZoneInfo

from peelian.reports.numbers import plain, with_commas
from peelian.terms import LOCAL_ZONE, DataError, Ingredient, ParameterError, Provenance

SEAL = "sha256"  # of the record's own canonical JSON without this member


def provenance_json(provenance: Provenance) -> str:
    """The record as canonical JSON: keys sorted, no spaces, ASCII, sealed by its own hash.

    Parameters
    ----------
    provenance : Provenance

    Returns
    -------
    str
        The same text for the same record, whatever order its settings stand in.

    Raises
    ------
    ParameterError
        If the time has no zone, or a setting is not a JSON value.
    """
    return _canonical(provenance_record(provenance))


def provenance_record(provenance: Provenance) -> dict[str, Any]:
    """The record as a JSON object, with its seal; for embedding in a larger JSON text."""
    if provenance.time.tzinfo is None:
        raise ParameterError(
            f"provenance: time {provenance.time} has no zone; give an aware datetime"
        )
    record = asdict(provenance)
    record["settings"] = _json_values(provenance.settings)
    record["ingredients"] = [asdict(item) for item in provenance.ingredients]
    record["notes"] = list(provenance.notes)
    instant = provenance.time.astimezone(UTC)
    record["time"] = instant.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**record, SEAL: _seal(record)}


def parse_provenance(text: str) -> Provenance:
    """The record that a text holds.

    Parameters
    ----------
    text : str
        As ``provenance_json`` writes it; the order of keys and the spacing do not matter.

    Returns
    -------
    Provenance
        Equal to the record written, with lists where settings held tuples and the time in UTC.

    Raises
    ------
    DataError
        If the text is not such a record, or was changed after it was written.
    """
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"provenance record: not JSON ({error}); {_REMAKE}") from None
    if not isinstance(record, dict) or SEAL not in record:
        raise DataError(f"provenance record: no {SEAL} seal in it; {_REMAKE}")
    seal = record.pop(SEAL)
    if seal != _seal(record):
        raise DataError(
            f"provenance record: changed after it was written (sealed {str(seal)[:12]}, now "
            f"{_seal(record)[:12]}); {_REMAKE}"
        )
    try:
        return Provenance(
            job=record["job"],
            settings=record["settings"],
            ingredients=tuple(Ingredient(**item) for item in record["ingredients"]),
            method=record["method"],
            seed=record["seed"],
            version=record["version"],
            environment=record["environment"],
            time=datetime.fromisoformat(record["time"]),
            notes=tuple(record["notes"]),
            crs=record.get("crs", ""),  # not in records of older versions
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"provenance record: {error!r} in it; {_REMAKE}") from None


def footer_line(provenance: Provenance) -> str:
    """The record in one sentence for the foot of a page.

    Parameters
    ----------
    provenance : Provenance

    Returns
    -------
    str
        Who made it, when (local time), from how many rows of events (or entries that people
        wrote down), by what method and seed, and the first twelve characters of the record's
        seal. Layers are not counted.
    """
    local = provenance.time.astimezone(ZoneInfo(LOCAL_ZONE))
    when = f"{local.day} {local:%B %Y} at {local:%H:%M %Z}"
    entries = sum(item.read for item in provenance.ingredients if item.kind == "entries")
    sources = [i for i in provenance.ingredients if i.kind not in ("layer", "entries")]
    files = len(sources)
    read = with_commas(sum(item.read for item in sources))
    refused = with_commas(sum(item.refused for item in sources))
    made_from = (
        f"{files} {'file' if files == 1 else 'files'}, {read} rows read, {refused} refused"
    )
    if entries:
        told = f"{with_commas(entries)} {'entry' if entries == 1 else 'entries'}"
        made_from = f"{made_from}, and {told}" if files else told
    seed = "" if provenance.seed is None else f", seed {provenance.seed}"
    return (
        f"Made by Peelian {provenance.version} ({provenance.job}) on {when} from {made_from}. "
        f"Method: {provenance.method}{seed}. "
        f"Record {provenance_record(provenance)[SEAL][:12]}."
    )


@cache
def environment_hash() -> str:
    """SHA-256 of the interpreter's version and of every package Peelian runs on.

    Returns
    -------
    str
        Hash of the lines ``python==3.11.7``, ``altair==6.3.0``, ... in name order. Packages
        that Peelian does not need, such as test tools, do not count.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    lines = [f"{sys.implementation.name}=={python}", *sorted(_distributions())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_REMAKE = "make the file again, or use the copy as it was written"


def _distributions() -> set[str]:
    """``name==version`` of every installed package that Peelian needs, direct or not."""
    from packaging.requirements import Requirement

    found: dict[str, str] = {}
    waiting, seen = [("peelian", "")], set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = distribution.version
        for line in distribution.requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                wanted = re.sub(r"[-_.]+", "-", needed.name).lower()
                waiting += [(wanted, one) for one in ("", *needed.extras)]
    return {f"{name}=={version}" for name, version in found.items()}


def _canonical(record: Mapping[str, Any]) -> str:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _seal(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(record).encode()).hexdigest()


def _json_values(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as JSON values, so that what is sealed is what is read back."""

    def unwrap(value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        unwrapped = plain(value)
        if unwrapped is value:
            raise TypeError(f"{value!r} is no JSON value")
        return unwrapped

    try:
        text = json.dumps(dict(settings), default=unwrap, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"provenance: settings cannot be kept as JSON: {error}") from None
    values: dict[str, Any] = json.loads(text)
    return values
