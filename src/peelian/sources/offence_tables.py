"""Lists of offence classes, sets of them, and sinks: package data read into nouns.

Sources and licences stand in tables/README.md, beside the files.
"""

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from peelian.offences import TRIGGERS, KnifeWords, Sink
from peelian.terms import (
    ClassValidity,
    KnifeDefinition,
    NotFound,
    OffenceClass,
    OffenceSet,
    ParameterError,
    SchemaError,
)

PAGE = "https://www.gov.uk/government/statistics/police-recorded-crime-open-data-tables"
LICENCE = "Open Government Licence v3.0; see tables/README.md"
COLUMN_MAP = {"code": "code", "name": "name", "group": "group", "discovered": "discovered"}
TABLES = Path(__file__).parent / "tables"
CLASS_TABLES = ("police_uk_categories.csv", "home_office_classes.csv")


def read_offence_classes() -> tuple[OffenceClass, ...]:
    """Categories of data.police.uk and Home Office classes, under one namespace each."""
    classes = []
    for table in CLASS_TABLES:
        with (TABLES / table).open(encoding="utf-8", newline="") as file:
            classes += [
                OffenceClass(
                    row["code"], row["name"], row["group"], row["discovered"] == "yes"
                )
                for row in csv.DictReader(file)
            ]
    return tuple(classes)


def read_police_uk_categories() -> dict[str, str]:
    """The police.uk category of each Home Office class, as codes of both lists.

    Notes
    -----
    A reconstruction by the authors of crime-sim-toolkit, not an official table.
    """
    with (TABLES / "home_office_classes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: f"police-uk:{row['police_uk']}" for row in csv.DictReader(file)}


def read_offence_sets(path: str | Path | None = None) -> tuple[OffenceSet, ...]:
    """Versioned sets of offence codes, ours or those of a TOML file of the same shape.

    Raises
    ------
    SchemaError
        If the file is not such a TOML file.
    """
    path = Path(path) if path is not None else TABLES / "offence_sets.toml"
    wanted = ("name", "version", "label", "codes", "note")
    return tuple(
        OffenceSet(
            name=one["name"],
            version=one["version"],
            codes=tuple(one["codes"]),
            label=one["label"],
            note=" ".join(one["note"].split()),
            flagged=one.get("flagged", False),
        )
        for one in _entries(path, "set", wanted)
    )


def find_offence_set(sets: tuple[OffenceSet, ...], name: str, version: str) -> OffenceSet:
    """The set of that name and version.

    Raises
    ------
    NotFound
        If there is none.
    """
    for one in sets:
        if (one.name, one.version) == (name, version):
            return one
    known = ", ".join(f"{one.name} {one.version}" for one in sets)
    raise NotFound(f"no offence set {name} {version}; there is {known}")


def read_class_validity() -> tuple[ClassValidity, ...]:
    """When Home Office classes around knife crime could be recorded, and what came after."""
    with (TABLES / "home_office_validity.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            ClassValidity(
                row["code"],
                row["name"],
                _day(row["valid_from"]),
                _day(row["valid_until"]),
                tuple(row["replaced_by"].split()),
                row["basis"],
            )
            for row in csv.DictReader(file)
        )


def read_knife_definitions(path: str | Path | None = None) -> tuple[KnifeDefinition, ...]:
    """The versions of the knife or sharp instrument collection, ours or those of a TOML file.

    Raises
    ------
    SchemaError
        If the file is not such a TOML file.
    """
    path = Path(path) if path is not None else TABLES / "knife_definitions.toml"
    wanted = ("version", "valid_from", "method", "codes", "possession", "note")
    return tuple(
        KnifeDefinition(
            version=one["version"],
            valid_from=one["valid_from"],
            valid_until=one.get("valid_until"),
            method=one["method"],
            codes=tuple(one["codes"]),
            possession=tuple(one["possession"]),
            note=" ".join(one["note"].split()),
        )
        for one in _entries(path, "definition", wanted)
    )


def find_knife_definition(
    definitions: tuple[KnifeDefinition, ...], version: str
) -> KnifeDefinition:
    """The definition of that version.

    Raises
    ------
    NotFound
        If there is none.
    """
    for one in definitions:
        if one.version == version:
            return one
    known = ", ".join(one.version for one in definitions)
    raise NotFound(f"no knife definition {version!r}; there is {known}")


def read_knife_words(path: str | Path | None = None) -> KnifeWords:
    """The dictionary of the narrative rules, ours or that of a TOML file of the same shape.

    Raises
    ------
    SchemaError
        If the file is not such a TOML file.
    """
    path = Path(path) if path is not None else TABLES / "knife_words.toml"
    said = _toml(path)
    try:
        groups = {
            tag: tuple(" ".join(word.lower().split()) for word in one["words"].split(","))
            for tag, one in said["group"].items()
        }
        words = KnifeWords(said["version"], said["review_from"], said["knife_from"], groups)
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(
            f"{path.name}: not a dictionary of narrative words ({error}); it needs version, "
            "review_from, knife_from and [group.NAME] with words"
        ) from None
    missing = [tag for tag in (*TRIGGERS, "weapon") if not groups.get(tag)]
    if missing:
        raise SchemaError(f"{path.name}: lacks [group.{missing[0]}]; copy ours and change it")
    return words


def read_sinks(path: str | Path | None = None) -> tuple[Sink, ...]:
    """Kinds of point that gather offences recorded there rather than committed there."""
    path = Path(path) if path is not None else TABLES / "sinks.toml"
    return tuple(
        Sink(one["kind"], tuple(one["names"]), tuple(one["endings"]), one["reason"])
        for one in _entries(path, "sink", ("kind", "names", "endings", "reason"))
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _entries(path: Path, key: str, wanted: tuple[str, ...]) -> list[dict[str, Any]]:
    entries = _toml(path).get(key, [])
    for n, entry in enumerate(entries, start=1):
        missing = [word for word in wanted if word not in entry]
        if missing:
            raise SchemaError(f"{path.name}: [[{key}]] number {n} lacks {', '.join(missing)}")
    if not entries:
        raise SchemaError(f"{path.name}: holds no [[{key}]]")
    return list(entries)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path.name}: not TOML in UTF-8 ({error})") from None
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from None
