"""The mapping file: how one provider's columns, codes and dates become ours.

docs/how-to/bring-your-own-data.md shows one line by line.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from peelian.terms import LOCAL_ZONE, ParameterError, SchemaError, Setting

UNDECIDED = "?"  # what a proposal says where only a person can know
BUNDLED = Path(__file__).parent / "mappings"  # one file a provider, found by its name
POLICE_UK, HOME_OFFICE = "police-uk", "home-office"  # lists whose codes we know


@dataclass(frozen=True)
class PlaceColumns:
    """Where: two columns of numbers and their CRS; ``none`` for plane metres vouched for."""

    x: str
    y: str
    crs: str
    name: str | None = None
    area: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeColumns:
    """When: columns, formats tried in turn, and the zone of local times.

    ``start`` may be two columns, a date and a time, read as one text with a space between.
    What began before the local day ``earliest`` is refused: late reports reach back for years.
    """

    start: tuple[str, ...]
    formats: tuple[str, ...]
    zone: str = LOCAL_ZONE
    end: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    earliest: str | None = None


@dataclass(frozen=True)
class OffenceColumn:
    """What: a column and the list its values belong to, or one code for the whole file.

    ``codes`` maps values to namespaced codes; for a value it does not hold the first regular
    expression of ``matches`` that is found in it decides. A value neither knows becomes
    ``list:value`` when ``keep_unmapped``, and is refused otherwise.
    """

    column: str | None
    fixed: str | None
    list: str
    codes: Mapping[str, str] = field(default_factory=dict)
    matches: Mapping[str, str] = field(default_factory=dict)
    keep_unmapped: bool = True


@dataclass(frozen=True)
class FileMapping:
    """How to read one provider's file; ``name`` is the source and the prefix of its slices.

    ``knife`` is the column of the knife flag and ``knife_values`` what its values say.
    ``repeated_ids`` says whether rows may share an id; ``whole_months`` that a file is all
    there is for its months, so that a corrected one replaces them.
    """

    name: str
    place: PlaceColumns
    time: TimeColumns
    offence: OffenceColumn
    setting: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    knife: str | None = None
    knife_values: Mapping[str, bool] = field(default_factory=dict)
    id: str | None = None
    weight: str | None = None
    repeated_ids: bool = False
    whole_months: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that is read; nothing else passes the door."""
        named = (
            self.place.x,
            self.place.y,
            self.place.name,
            self.place.area,
            *self.time.start,
            *self.time.end,
            *self.time.recorded,
            self.offence.column,
            self.setting,
            self.knife,
            self.id,
            self.weight,
        )
        return tuple(dict.fromkeys(name for name in named if name))


# Table of the file, its keys, and the types they may have.
KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "": {"name": str, "encoding": str, "delimiter": str, "whole_months": bool},
    "place": {"x": str, "y": str, "crs": str, "name": str, "area": str, "missing": list},
    "time": {
        "start": (str, list),
        "end": (str, list),
        "recorded": (str, list),
        "formats": list,
        "zone": str,
        "earliest": str,
    },
    "offence": {
        "column": str,
        "fixed": str,
        "list": str,
        "unmapped": str,
        "codes": dict,
        "matches": dict,
    },
    "setting": {"column": str, "values": dict},
    "knife": {"column": str, "yes": list, "no": list},
    "event": {"id": str, "repeated_ids": str, "weight": str},
}
REQUIRED = {"": ("name",), "place": ("x", "y", "crs"), "time": ("start", "formats")}


def read_mapping(path: str | Path) -> FileMapping:
    """The mapping in a TOML file, or a bundled one by its name, such as ``st-louis-2013``.

    Raises
    ------
    ParameterError
        If there is no such file, and none bundled of that name.
    SchemaError
        If a key is missing, misspelt or of the wrong type.
    """
    path = Path(path)
    if not path.exists() and str(path) in bundled_mappings():
        path = BUNDLED / f"{path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ParameterError(
            f"{path}: cannot be read ({error.strerror}); give a TOML file, or one of "
            f"{', '.join(bundled_mappings())}"
        ) from None
    except UnicodeDecodeError as error:
        raise SchemaError(f"{path.name}: byte {error.start} is not UTF-8") from None
    return parse_mapping(text, path.name)


def bundled_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with Peelian."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.toml")))


def parse_mapping(text: str, name: str = "mapping") -> FileMapping:
    """The mapping in TOML text; ``name`` is what error messages call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"{name}: not TOML ({error})") from None
    _check_keys(name, data)
    place, time = data["place"], data["time"]
    offence, event = data.get("offence", {}), data.get("event", {})
    setting, knife = data.get("setting", {}), data.get("knife", {})
    translated = offence.get("codes") or offence.get("matches")
    found = FileMapping(
        name=data["name"],
        place=PlaceColumns(
            place["x"],
            place["y"],
            place["crs"],
            place.get("name"),
            place.get("area"),
            tuple(str(one) for one in place.get("missing", ())),
        ),
        time=TimeColumns(
            _listed(time["start"]),
            tuple(time["formats"]),
            time.get("zone", LOCAL_ZONE),
            _listed(time.get("end", [])),
            _listed(time.get("recorded", [])),
            time.get("earliest"),
        ),
        offence=OffenceColumn(
            offence.get("column"),
            offence.get("fixed"),
            offence.get("list", data["name"]),
            offence.get("codes", {}),
            offence.get("matches", {}),
            offence.get("unmapped", "refuse" if translated else "keep") == "keep",
        ),
        setting=setting.get("column"),
        settings=setting.get("values", {}),
        knife=knife.get("column"),
        knife_values=_flag_values(name, knife),
        id=event.get("id"),
        weight=event.get("weight"),
        repeated_ids=event.get("repeated_ids", "refuse") == "keep",
        whole_months=data.get("whole_months", False),
        encoding=data.get("encoding", "utf-8"),
        delimiter=data.get("delimiter", ","),
    )
    _check_values(name, data, found)
    return found


def check_decided(mapping: FileMapping) -> None:
    """Raise SchemaError when a proposal still has a ``?`` in it."""
    open_questions = [
        f"{table} = {key}"
        for table, key in (
            ("[place] crs", mapping.place.crs),
            ("[time] zone", mapping.time.zone),
        )
        if key == UNDECIDED
    ]
    columns = [f'column "{name}"' for name in mapping.columns if name == UNDECIDED]
    if open_questions or columns:
        raise SchemaError(
            f"mapping {mapping.name}: {', '.join(open_questions + columns)} is still to be "
            "filled in; the comments in the file say what is known"
        )


def _check_keys(name: str, data: dict[str, Any]) -> None:
    tables = [table for table in KEYS if table]
    top = {**KEYS[""], **dict.fromkeys(tables, dict)}
    _check_table(name, "", data, top)
    for table in tables:
        _check_table(name, table, data.get(table, {}), KEYS[table])
    for table, keys in REQUIRED.items():
        held = data if table == "" else data.get(table, {})
        for key in keys:
            if key not in held:
                raise SchemaError(f"{name}: {_where(table, key)} is missing; add it")


def _check_table(
    name: str, table: str, held: dict[str, Any], known: Mapping[str, Any]
) -> None:
    for key, value in held.items():
        if key not in known:
            near = get_close_matches(key, list(known), n=1)
            hint = f"; is it {near[0]}?" if near else f"; known are {', '.join(known)}"
            raise SchemaError(f"{name}: {_where(table, key)} is not known{hint}")
        if not isinstance(value, known[key]):
            raise SchemaError(f"{name}: {_where(table, key)} = {value!r} has the wrong type")


def _flag_values(name: str, knife: Mapping[str, Any]) -> dict[str, bool]:
    """What each value of the knife flag says."""
    said = {key: [_text(one) for one in knife.get(key, ())] for key in ("yes", "no")}
    if both := set(said["yes"]) & set(said["no"]):
        raise SchemaError(f"{name}: [knife] {min(both)!r} is among yes and no; choose one")
    if knife and not (knife.get("column") and said["yes"]):
        raise SchemaError(
            f"{name}: [knife] needs column, and yes: the values that mean that a blade was "
            "used or threatened"
        )
    return {value: key == "yes" for key, values in said.items() for value in values}


def _text(value: object) -> str:
    """A value of TOML as a column of text has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_values(name: str, data: dict[str, Any], found: FileMapping) -> None:
    offence = found.offence
    if (offence.column is None) == (offence.fixed is None):
        raise SchemaError(
            f"{name}: [offence] needs either column, the column of offences, or fixed, one "
            "code for the whole file"
        )
    for pattern in offence.matches:
        try:
            re.compile(pattern)
        except re.error as error:
            raise SchemaError(
                f"{name}: [offence.matches] {pattern!r} is no regular expression ({error})"
            ) from None
    codes = (*offence.codes.values(), *offence.matches.values())
    for code in (*codes, *([offence.fixed] if offence.fixed else [])):
        if not isinstance(code, str) or ":" not in code:
            raise SchemaError(
                f"{name}: offence code {code!r} names no list; write it like police-uk:robbery"
            )
    choices = {("offence", "unmapped"), ("event", "repeated_ids")}
    for table, key in choices:
        value = data.get(table, {}).get(key, "keep")
        if value not in ("keep", "refuse"):
            raise SchemaError(f"{name}: {_where(table, key)} = {value!r}; say keep or refuse")
    for value in found.settings.values():
        if value not in set(Setting):
            raise SchemaError(
                f"{name}: [setting] value {value!r}; say one of {', '.join(Setting)}"
            )
    if len(found.delimiter) != 1:
        raise SchemaError(f"{name}: delimiter = {found.delimiter!r} is not one character")
    if not found.time.formats or not all(isinstance(f, str) for f in found.time.formats):
        raise SchemaError(f'{name}: [time] formats is a list such as ["%d/%m/%Y %H:%M"]')
    if found.time.earliest is not None:
        try:
            date.fromisoformat(found.time.earliest)
        except ValueError:
            raise SchemaError(
                f"{name}: [time] earliest = {found.time.earliest!r}; write it as YYYY-MM-DD"
            ) from None
    if not found.name or set(found.name) - set("abcdefghijklmnopqrstuvwxyz0123456789-"):
        raise SchemaError(
            f"{name}: name = {found.name!r}; use lower-case letters, digits and hyphens, such "
            "as essex-athena"
        )


def _where(table: str, key: str) -> str:
    return f"[{table}] {key}" if table else key


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
