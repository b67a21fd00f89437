"""The list of offences and weights in an official workbook of a harm index, however laid out.

The headings are found by their words, for editions differ in sheets, rows above and columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from peelian.sources.offence_tables import read_offence_classes
from peelian.sources.workbooks import read_sheets
from peelian.terms import DataError, SchemaError

SCHEME = "home-office:"
HEADINGS_WITHIN = 40  # rows from the top of a sheet
MOST = 1e6  # days, or weight; the gravest offences are below 10,000
NAMED = 3  # offences named of those not used
LONGEST = 100  # characters of a version
# Headings in order of preference, matched whole in small letters without punctuation.
VALUES = {
    "cambridge": (
        r"(20\d\d )?(the )?(cambridge )?(c?chi|crime harm( index)?)( 20\d\d)? "
        r"(score|value|weight|days)( in days| days)?( 20\d\d)?",
        r"harm (score|value|weight|days)|(score|value)( in)? days",
        r"(sentenc(e|ing) )?starting point (in )?days|(number of )?days"
        r"( of)?( imprisonment| custody| prison| harm)?",
        r"(20\d\d )?c?chi( 20\d\d)?",
    ),
    "ons": (r"(crime |css |ons |offence |severity |final )*weights?( \d.*)?",),
}
CODES = (
    r"(home office|ho) (offence )?classification( code)?",
    r"(home office|ho) (offence |crime |recorded crime )?(class|code)s?",
    r"(recorded )?(offence|crime) codes?|offence class",
    r"(offence )?classification|code",
)
NAMES = (
    r"(full |offence )*title|offence (name|description|type|category)s?",
    r"offences?|description|crime( type)?s?|offence category .*",
)
KNOWS = {"cambridge": r"c?chi\b|crime harm", "ons": r"severity"}  # that a text is about it
YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")
NO_CODE, NO_VALUE = "without a Home Office code", "without a number"
EXPIRED = "marked as expired"


@dataclass(frozen=True)
class Listing:
    """What a workbook says: days (or weights) by code, their ranges, and what to tell."""

    days: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    version: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Sheet:
    """A sheet with the row of its headings and the columns that matter."""

    name: str
    rows: list[list[str]]
    at: int
    code: int | None
    title: int | None
    values: list[int]

    def listed(self) -> list[tuple[int, str, str, str]]:
        """Row number as the sheet counts, code, name and value of every row with a value."""
        found = []
        for number, row in enumerate(self.rows[self.at + 1 :], start=self.at + 2):
            code, name = (row[c] if c is not None else "" for c in (self.code, self.title))
            value = row[self.values[0]]
            if code or (name and value):
                found.append((number, code, name, value))
        return found


def read_listing(path: Path, family: str) -> Listing:
    """The offences of a workbook with what each counts for.

    Parameters
    ----------
    path : Path
        An .xlsx workbook, as its publisher gives it.
    family : str
        ``cambridge`` or ``ons``.

    Returns
    -------
    Listing
        By ``home-office:`` codes. A code that stands several times with different values has
        the middle of them, and its range.

    Raises
    ------
    ParameterError
        If it is no workbook.
    SchemaError
        If no sheet has the headings, several do alike, it is of the other family, or it does
        not say which edition it is.
    DataError
        If a value is not a number from 0, or it unpacks to too much.
    """
    sheets = read_sheets(path)
    sheet, passed_over = _chosen(path, sheets, family)
    values: dict[str, list[float]] = {}
    left_out: dict[str, list[str]] = {NO_CODE: [], NO_VALUE: [], EXPIRED: []}
    named = _codes_by_name() if sheet.code is None else {}
    for number, code, name, value in sheet.listed():
        codes = named.get(_plain(name), []) if sheet.code is None else codes_of(code)
        days = _number(value, f"{path}, sheet {sheet.name}, row {number}")
        called = name or code
        if re.search(r"\bexpired\b", f"{name} {code}", re.IGNORECASE):
            left_out[EXPIRED].append(called)
        elif days is None:
            left_out[NO_VALUE].append(called)
        elif not codes:
            left_out[NO_CODE].append(called)
        else:
            for one in codes:
                values.setdefault(one, []).append(days)
    if not values:
        raise SchemaError(
            f"{path}: sheet {sheet.name} has headings but no offence with a Home Office code "
            "and a number; formulas must have been calculated and saved"
        )
    several = sum(len(set(of)) > 1 for of in values.values())
    return Listing(
        {code: float(median(of)) for code, of in values.items()},
        {code: min(of) for code, of in values.items()},
        {code: max(of) for code, of in values.items()},
        _version(path, sheets, sheet, family),
        tuple(_told(sheet, passed_over, left_out, several)),
    )


def codes_of(text: str) -> list[str]:
    """Home Office codes of a cell as events have them; empty where it is none.

    >>> codes_of("8N"), codes_of("008/6"), codes_of("34A & 34B")
    (['home-office:8N'], ['home-office:008/06'], ['home-office:34A', 'home-office:34B'])
    """
    text = re.sub(r"[\[(].*", "", text.upper().removeprefix(SCHEME.upper()))
    parts = re.split(r"\s*(?:,|;|&|\bAND\b)\s*", text.strip())
    codes = [_code(part.replace(" ", "")) for part in parts]
    return [f"{SCHEME}{code}" for code in codes] if all(codes) else []


def _code(text: str) -> str:
    """One code without leading zeros, or as class and number: ``8N``, ``37.2``, ``008/06``."""
    if found := re.fullmatch(r"0*(\d{1,3})/(\d{1,2})", text):
        return f"{int(found[1]):03}/{int(found[2]):02}"
    if found := re.fullmatch(r"(0\d\d|1\d\d|8\d\d)(\d\d)", text):  # 00806 is 008/06
        return f"{found[1]}/{found[2]}"
    if found := re.fullmatch(r"0*([1-9]\d{0,2}[A-Z]{0,2})(\.0)?", text):
        return found[1]
    return text if re.fullmatch(r"[1-9]\d?\.[1-9]\d?0?", text) else ""


def _chosen(
    path: Path, sheets: dict[str, list[list[str]]], family: str
) -> tuple[_Sheet, list[str]]:
    """The sheet with the list, and the names of shorter ones laid out like it."""
    found, other = (
        [one for name, rows in sheets.items() if (one := _laid_out(name, rows, of))]
        for of in (family, _other(family))
    )
    if not found and other:
        raise SchemaError(
            f"{path}: laid out as the other family's list; the two are never mixed: give "
            f"{_other(family)}={path.name}"
        )
    if not found:
        seen = "; ".join(f"{name}: {_first_words(rows)}" for name, rows in sheets.items())
        value = "days" if family == "cambridge" else "weight"
        raise SchemaError(
            f"{path}: no sheet has headings of an offence code (or an offence) and of its "
            f"{value}. Seen: {seen or 'no sheet'}. Save the list as CSV: code, {value}, "
            "version"
        )
    found.sort(key=lambda one: (one.code is None, -len(one.listed())))
    first, *others = found
    if first.name in [one.name for one in other]:
        raise SchemaError(
            f"{path}: sheet {first.name} has both days and weights: the two are never mixed"
        )
    if others and 2 * len(others[0].listed()) > len(first.listed()):
        names = ", ".join(one.name for one in found)
        raise SchemaError(f"{path}: several lists, in sheets {names}; keep the one to be used")
    if len(first.values) > 1:
        alike = ", ".join(first.rows[first.at][c] for c in first.values)
        raise SchemaError(
            f"{path}: sheet {first.name} has several columns of values: {alike}; keep one"
        )
    return first, [one.name for one in others]


def _other(family: str) -> str:
    return next(one for one in VALUES if one != family)


def _laid_out(name: str, rows: list[list[str]], family: str) -> _Sheet | None:
    """The sheet with its headings found; None if it has none."""
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        words = [_plain(cell) for cell in row]
        values = _column(words, VALUES[family])
        code, title = (next(iter(_column(words, of)), None) for of in (CODES, NAMES))
        if values and (code, title) != (None, None):
            return _Sheet(name, rows, at, code, title, values)
    return None


def _column(words: Sequence[str], patterns: Sequence[str]) -> list[int]:
    """Columns whose heading fits the first pattern that any of them fits."""
    for pattern in patterns:
        if found := [c for c, text in enumerate(words) if re.fullmatch(pattern, text)]:
            return found
    return []


def _plain(text: str) -> str:
    """Small letters and figures, words apart by one space, without the numbers of notes."""
    without = re.sub(r"[\[(](note )?\d{1,2}[\])]", "", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", without))


def _codes_by_name() -> dict[str, list[str]]:
    """Codes of the offences of each name; homicide has several."""
    found: dict[str, list[str]] = {}
    for one in read_offence_classes():
        if one.code.startswith(SCHEME):
            found.setdefault(_plain(one.name), []).append(one.code)
    return found


def _number(text: str, where: str) -> float | None:
    """A number as people write it; None for a blank or a word."""
    plain = re.sub(r"(?i)[\s\u00a0,]|days?$", "", text)
    if text.startswith("#") and text != "#N/A":
        raise DataError(f"{where}: {text} instead of a number: a formula failed; mend it")
    try:
        value = float(plain)
    except ValueError:
        return None
    if not 0 <= value < MOST:
        raise DataError(f"{where}: {text!r} is no number from 0 to {MOST:,.0f}")
    return value


def _version(
    path: Path, sheets: dict[str, list[list[str]]], sheet: _Sheet, family: str
) -> str:
    """The first text with a year in it: above the list, the sheet's name, other sheets."""
    above = [cell for row in sheet.rows[: sheet.at] for cell in row]
    elsewhere = [
        cell
        for name, rows in sheets.items()
        if name != sheet.name
        for row in rows[:HEADINGS_WITHIN]
        for cell in row
    ]
    about, at_hand = (
        [one for one in texts if re.search(KNOWS[family], one, re.IGNORECASE)]
        for texts in (elsewhere, above)
    )
    for text in (*at_hand, sheet.name, *above, *about, path.stem):
        if YEAR.search(text):
            plain = " ".join(text.split())
            return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
    raise SchemaError(
        f"{path}: does not say which edition it is; write its year into a cell above the "
        f"headings of sheet {sheet.name}, or into the sheet's name"
    )


def _first_words(rows: list[list[str]]) -> str:
    """The headings of a sheet that is not understood: its fullest row near the top."""
    fullest = max(rows[:HEADINGS_WITHIN], key=lambda row: sum(map(bool, row)), default=[])
    return ", ".join(filter(None, fullest))[:LONGEST] or "nothing"


def _told(
    sheet: _Sheet, passed_over: list[str], left_out: dict[str, list[str]], several: int
) -> list[str]:
    """What the reader of any output must know of how the workbook was read."""
    parts = [
        f"{len(names):,} {why} (such as {', '.join(map(repr, names[:NAMED]))})"
        for why, names in left_out.items()
        if names
    ]
    said = [f"Not used of the list: {'; '.join(parts)}."] if parts else []
    if several:
        said.append(
            f"{several:,} codes stand several times with different values: each has the "
            "middle one, and ranks are drawn from the lowest to the highest."
        )
    if passed_over:
        said.append(f"Sheets laid out alike but shorter, not read: {', '.join(passed_over)}.")
    if sheet.code is None:
        said.append("The list has no codes: offences were found by their names.")
    return said
