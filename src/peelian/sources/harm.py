"""Harm indices: published aggregates of the Cambridge index, and a user's workbook or list.

Licences and what was changed stand in bundled/figures/README.md, beside the files.
"""

import csv
from pathlib import Path

from peelian.offences import HarmIndex
from peelian.sources.force_figures import FOLDER
from peelian.sources.harm_workbooks import read_listing
from peelian.sources.offence_tables import TABLES
from peelian.sources.workbooks import is_workbook
from peelian.terms import DataError, NotFound, ParameterError, SchemaError

PAGE = "https://www.cambridge-ebp.co.uk/the-chi"
LICENCE = "free to download from its authors; see bundled/figures/README.md"
COLUMN_MAP = {"code": "code", "days": "days (or weight)"}
AGGREGATE = "cchi-2026"
FAMILIES = {"cambridge": "Cambridge Crime Harm Index", "ons": "ONS Crime Severity Score"}
VALUES = {"cambridge": "days", "ons": "weight"}
# Home Office subgroups of 2017/18 by the names of 2024/25, where they differ.
RENAMED = {
    "Domestic burglary": "Residential burglary",
    "Non-domestic burglary": "Non-residential burglary",
    "Theft of a motor vehicle": "Vehicle offences",
    "Theft from a vehicle": "Vehicle offences",
    "Vehicle interference": "Vehicle offences",
    "Miscellaneous crimes": "Miscellaneous crimes against society",
}
LARGEST = 20_000_000  # bytes


def harm_index(name: str) -> HarmIndex:
    """A harm index by name.

    Parameters
    ----------
    name : str
        ``cchi-2026``: aggregates for police.uk categories (England and Wales) and Home Office
        classes; ``cchi-2026-essex``: categories as that force's offences mix;
        ``cambridge=FILE`` or ``ons=FILE``: a workbook or a list of your own, as
        `read_harm_index`.

    Raises
    ------
    NotFound
        If there is no such index or force.
    """
    family, _, path = name.partition("=")
    if path:
        if family not in FAMILIES:
            raise NotFound(f"no family {family!r}: give {' or '.join(FAMILIES)}, then =FILE")
        return read_harm_index(path, family=family)
    if name != AGGREGATE and not name.startswith(f"{AGGREGATE}-"):
        raise NotFound(
            f"no harm index {name!r}: give {AGGREGATE}, {AGGREGATE}-FORCE, cambridge=FILE or "
            "ons=FILE"
        )
    index = _aggregates()
    return index if name == AGGREGATE else _of_force(index, name.removeprefix(f"{AGGREGATE}-"))


def bundled_indices() -> tuple[tuple[str, str], ...]:
    """Indices that come with the program: the name of each, and the force whose mix it has."""
    forces = [row["force"] for row in _rows("cchi_2026_forces.csv")]
    own = ((f"{AGGREGATE}-{f.replace(' ', '-').casefold()}", f) for f in forces)
    return ((AGGREGATE, ""), *own)


def _aggregates() -> HarmIndex:
    """Middle, lowest and highest of the entries of a subgroup; categories by their mix."""
    values: dict[str, dict[str, float]] = {"days": {}, "low": {}, "high": {}}
    rows = _rows("cchi_2026_subgroups.csv")
    code_of = {row["name"]: row["code"] for row in _table("police_uk_categories.csv")}
    for kind, by_code in values.items():
        by_subgroup = {row["subgroup"]: float(row[kind]) for row in rows}
        for category in {row["category"] for row in rows}:
            parts = [row for row in rows if row["category"] == category]
            n = sum(float(row["n_2024_25"]) for row in parts)
            mixed = sum(float(row["n_2024_25"]) * float(row[kind]) for row in parts) / n
            by_code[code_of[category]] = mixed
        for row in _table("home_office_classes.csv"):
            subgroup = RENAMED.get(row["group"], row["group"])
            if subgroup in by_subgroup:
                by_code[row["code"]] = by_subgroup[subgroup]
    label = f"{FAMILIES['cambridge']}, February 2026, medians of Home Office subgroups"
    return HarmIndex(AGGREGATE, label, True, values["days"], values["low"], values["high"])


def _of_force(index: HarmIndex, force: str) -> HarmIndex:
    """The index with a force's own mix of offences in each police.uk category."""
    rows = _rows("cchi_2026_forces.csv")
    wanted = force.replace("-", " ").casefold()
    row = next((r for r in rows if r["force"].replace("-", " ").casefold() == wanted), None)
    if row is None:
        raise NotFound(f"no police force {force!r}: such as {AGGREGATE}-essex")
    code_of = {one["name"]: one["code"] for one in _table("police_uk_categories.csv")}
    own = {code_of[c]: float(v) for c, v in row.items() if c != "force"}
    low = {code: min(v, own.get(code, v)) for code, v in index.low.items()}
    high = {code: max(v, own.get(code, v)) for code, v in index.high.items()}
    label = f"{index.label}, mixed as in {row['force']}"
    return HarmIndex(f"{AGGREGATE}-{force}", label, True, {**index.days, **own}, low, high)


def read_harm_index(path: str | Path, *, family: str) -> HarmIndex:
    """An official workbook as it comes (.xlsx), or a list of your own as CSV.

    Parameters
    ----------
    path : str or Path
        A workbook: see `read_listing` in ``harm_workbooks``. A CSV has a row an offence:
        ``code`` as your offences have it (``home-office:8N``), ``days`` (Cambridge) or
        ``weight`` (ONS), and ``version``, the same in every row.
    family : str
        ``cambridge`` or ``ons``: a file of the other is refused, as they are never mixed.

    Raises
    ------
    ParameterError
        If the file cannot be read.
    SchemaError
        If a column is missing, or it is a list of the other family.
    DataError
        If a code stands twice, a value is none, or there are two versions.
    """
    path, value = Path(path), VALUES[family]
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path}: larger than {LARGEST:,} bytes")
        if is_workbook(path):
            return _of_workbook(path, family)
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise SchemaError(
            f"{path}: neither a workbook (.xlsx) nor CSV ({error}); save the list as CSV"
        ) from None
    wanted = ("code", value, "version")
    if not rows or not set(wanted) <= set(rows[0]):
        found = ", ".join(map(str, rows[0])) if rows else "no rows"
        raise SchemaError(f"{path}: has {found}; {FAMILIES[family]} needs {', '.join(wanted)}")
    other = set(VALUES.values()) - {value}
    if other & set(rows[0]):
        raise SchemaError(f"{path}: has both days and weight: the two are never mixed")
    days: dict[str, float] = {}
    for line, row in enumerate(rows, start=2):
        code, days_said = (row["code"] or "").strip(), _number(row[value])
        if not code or code in days or not 0 <= days_said < 1e6:
            raise DataError(
                f"{path}, line {line}: code {code!r} is empty or stands twice, or {value} "
                f"{row[value]!r} is no number from 0"
            )
        days[code] = days_said
    versions = {(row["version"] or "").strip() for row in rows}
    if len(versions) != 1 or "" in versions:
        raise DataError(f"{path}: versions {sorted(versions)}; one list has one version")
    label = f"{FAMILIES[family]}, version {versions.pop()}"
    return HarmIndex(f"{family}={path.name}", label, False, days, days, days)


def _of_workbook(path: Path, family: str) -> HarmIndex:
    """An index from the list in an official workbook."""
    found = read_listing(path, family)
    label = f"{FAMILIES[family]}, {found.version}"
    name = f"{family}={path.name}"
    return HarmIndex(name, label, False, found.days, found.low, found.high, found.notes)


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return -1.0


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
