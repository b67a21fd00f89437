"""What kind: codes of named lists, and versioned sets of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OffenceClass:
    """One legal category of a code list.

    ``code`` is namespaced (``police-uk:robbery``, ``home-office:34B``). ``discovered`` marks
    offences that come to light mainly because police looked, so that their number follows
    police activity.
    """

    code: str
    name: str
    group: str = ""
    discovered: bool = False


@dataclass(frozen=True)
class OffenceSet:
    """A named, versioned set of offence codes, with the reason it is drawn so."""

    name: str
    version: str
    codes: tuple[str, ...]
    label: str
    note: str
