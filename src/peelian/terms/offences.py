"""What kind: codes of named lists, and versioned sets of them."""

from dataclasses import dataclass
from datetime import date


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
    """A named, versioned set of offence codes, with the reason it is drawn so.

    Of a set that is ``flagged`` only events whose knife flag says yes are meant.
    """

    name: str
    version: str
    codes: tuple[str, ...]
    label: str
    note: str
    flagged: bool = False


@dataclass(frozen=True)
class ClassValidity:
    """The days on which a Home Office class could be recorded, both ends included.

    A day is None where no source seen gives it. ``replaced_by`` are the codes to use after
    ``valid_until``, ``basis`` says where the days come from.
    """

    code: str
    name: str
    valid_from: date | None
    valid_until: date | None
    replaced_by: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class KnifeDefinition:
    """One version of what counts as knife-enabled crime, and the days it holds for.

    ``codes`` are the classes in which a blade used or threatened counts, ``possession`` those
    of the separate series. ``method`` is how the flag was made: two methods, two series.
    """

    version: str
    valid_from: date
    valid_until: date | None
    method: str
    codes: tuple[str, ...]
    possession: tuple[str, ...]
    note: str

    @property
    def name(self) -> str:
        """What every figure made with it carries."""
        return f"knife-enabled {self.version}"
