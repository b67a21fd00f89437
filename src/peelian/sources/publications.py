"""The words of the public pages, and whom they tell to ask for help.

The English words and the contacts for England and Wales are bundled; another language or place
comes as a file. docs/how-to/publish-the-bulletin.md says how to write one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from peelian.terms import Contact, DataError, NotFound, SchemaError, Words

FOLDER = Path(__file__).parent / "bundled" / "public"
ENGLISH, CONTACTS = FOLDER / "en.toml", FOLDER / "contacts.toml"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
NUMBER = re.compile(r"[+(]?\d[\d ()-]*")
KINDS = (
    "emergency", "non-emergency", "anonymous", "victims", "young-people", "other",
    "corrections",
)  # fmt: skip
NEEDED = ("emergency", "non-emergency", "anonymous", "victims")
CALLED = ("emergency", "non-emergency")  # their numbers stand in sentences
FIELDS = ("kind", "name", "when", "phone", "text", "page", "checked")


def read_words(path: str | Path | None = None) -> Words:
    """Every sentence of the public pages in one language.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file with the keys of the English one; the bundled English without it.

    Returns
    -------
    Words
        By key, the tables' names before a dot: ``help.heading``.

    Raises
    ------
    NotFound
        If there is no such file.
    DataError
        If it is not TOML in UTF-8.
    SchemaError
        If a key of the English file is missing, or is not in it, or a text is empty, or has
        not the same places; all of them are listed.
    """
    english = _told(ENGLISH)
    if path is None:
        return _words(english)
    told = _told(Path(path))
    wrong = list(_differences(_flat(told), _flat(english)))
    if wrong:
        raise SchemaError(
            f"{Path(path).name}: {len(wrong)} to mend, so that it has what the English words "
            "have:\n- " + "\n- ".join(wrong)
        )
    return _words(told)


def read_contacts(path: str | Path | None = None) -> tuple[Contact, ...]:
    """Whom to ask for help, in the order in which pages name them.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file of ``[[contact]]`` tables; those of England and Wales without it.

    Raises
    ------
    NotFound
        If there is no such file.
    DataError
        If it is not TOML in UTF-8.
    SchemaError
        If a contact lacks a name, says not when to ask it, or cannot be reached; an address is
        not https or a number no number; or no contact is left for an emergency, for what is
        none, without a name, or for victims.
    """
    file = CONTACTS if path is None else Path(path)
    told = _told(file)
    rows = told.get("contact", [])
    if set(told) - {"contact"} or not isinstance(rows, list):
        raise SchemaError(
            f"{file.name}: write each contact under [[contact]], and nothing else"
        )
    contacts = tuple(
        _contact(f"{file.name}, contact {n}", row) for n, row in enumerate(rows, start=1)
    )
    missing = [kind for kind in NEEDED if kind not in {one.kind for one in contacts}]
    if missing:
        raise SchemaError(
            f"{file.name}: no contact of kind {', '.join(missing)}; the page of help needs "
            f"one of each of {', '.join(NEEDED)}"
        )
    return contacts


def _told(file: Path) -> dict[str, Any]:
    """What a TOML file says."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise NotFound(f"{file}: there is no such file") from None
    except OSError as error:
        raise DataError(f"{file.name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.name}: not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{file.name}: not TOML ({error})") from None


def _words(told: Mapping[str, Any]) -> Words:
    texts = _flat(told)
    return Words(texts.pop("language"), texts.pop("name"), texts)


def _flat(told: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Values by their key, the names of the tables around it before a dot."""
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = value
    return flat


def _differences(texts: Mapping[str, Any], english: Mapping[str, str]) -> Iterator[str]:
    """What keeps texts from being words like the English ones, a line each."""
    for key, text in english.items():
        found = texts.get(key)
        if key not in texts:
            yield f"{key} is missing: in English {text!r}"
        elif not isinstance(found, str) or not found.strip():
            yield f"{key} is {found!r}: write a text between quotation marks"
        elif (places := _places(found)) is None:
            yield f"{key}: a brace stands alone in {found!r}; write names such as {{area}}"
        elif places != (needed := _places(text) or set()):
            yield f"{key}: its places are {_braced(places)}; write {_braced(needed)}"
        elif key.endswith("page") and "://" in text and not _is_https(found):
            yield f"{key}: {found!r} is no https address"
    for key in texts:
        if key not in english:
            yield f"{key} is not known: take it out, or mend its name"
    if not LANGUAGE.fullmatch(str(texts.get("language", "en"))):
        yield f"language is {texts['language']!r}: give a language tag, such as cy"


def _places(text: str) -> set[str] | None:
    """The named places of a text; None if its braces do not pair."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    # A format or conversion is part of what is written between the braces, so it counts.
    return {
        name + (f"!{how}" if how else "") + (f":{form}" if form else "")
        for _, name, form, how in parts
        if name is not None
    }


def _braced(places: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(places)) or "none"


def _contact(where: str, told: Any) -> Contact:
    """One contact, checked."""
    if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
        raise SchemaError(f"{where}: give texts between quotation marks")
    unknown = set(told) - set(FIELDS)
    if unknown:
        raise SchemaError(
            f"{where}: {', '.join(sorted(unknown))} is not known; give {', '.join(FIELDS)}"
        )
    one = Contact(**{name: told.get(name, "").strip() for name in FIELDS})
    where = f"{where} ({one.name})"
    if one.kind not in KINDS:
        raise SchemaError(f"{where}: kind {one.kind!r}; give one of {', '.join(KINDS)}")
    if not one.name or not one.when:
        raise SchemaError(f"{where}: give a name, and when to ask")
    if not (one.phone or one.text or one.page) or (one.kind in CALLED and not one.phone):
        raise SchemaError(f"{where}: nobody can reach it; give a phone, or a text or page")
    for name in ("phone", "text"):
        value = getattr(one, name)
        if value and not NUMBER.fullmatch(value):
            raise SchemaError(f"{where}: {name} {value!r} is no number to dial")
    if one.page and not _is_https(one.page):
        raise SchemaError(f"{where}: page {one.page!r} is no https address")
    try:
        if one.checked:
            date.fromisoformat(one.checked)
    except ValueError:
        raise SchemaError(
            f"{where}: checked {one.checked!r}; give a day as 2026-11-22"
        ) from None
    return one


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and not re.search(r"\s", address)
