"""Weeks of action: an operation, its strands, the form of each, and what was recorded.

No field can hold a person's name or free words about anyone: a value is a number, a choice
from a list, a day, or the name of a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from peelian.terms.errors import ParameterError

Pairs = tuple[tuple[str, str], ...]  # value, and what it is called

OPERATION_KINDS: Pairs = (
    ("sceptre", "Op Sceptre"),
    ("calibre", "Op Calibre"),
    ("other", "Other"),
)
PARTNERS: Pairs = (
    ("police", "Police"),
    ("btp", "British Transport Police"),
    ("cadets", "Police cadets"),
    ("council", "Council"),
    ("trading-standards", "Trading standards"),
    ("schools", "Schools and colleges"),
    ("youth-justice", "Youth justice service"),
    ("youth-work", "Youth work"),
    ("violence-reduction", "Violence reduction partnership"),
    ("probation", "Probation"),
    ("health", "Health service"),
    ("retailers", "Retailers"),
    ("transport", "Transport operators"),
    ("voluntary", "Voluntary sector"),
)


class FieldKind(StrEnum):
    """What a field of a form can hold."""

    COUNT = "count"  # a whole number, zero or more
    AMOUNT = "amount"  # a number, zero or more
    CHOICE = "choice"
    PLACE = "place"
    DAY = "day"


class Use(StrEnum):
    """What a field says: the two kinds of count never share a table."""

    ACTIVITY = "activity"  # what was done
    OUTCOME = "outcome"  # what it found, or what changed
    CONTEXT = "context"  # what tells one entry from another


@dataclass(frozen=True)
class Field:
    """One question of a recording form.

    ``within`` names the field that this one is a part of and can never be above. ``most`` is
    the largest number believed. A ``small`` count is of people who could be known by it: it
    is printed for a whole operation only, and not below five. A ``secondary`` one, such as
    kilograms, is printed last.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.COUNT
    use: Use = Use.ACTIVITY
    unit: str = ""
    help: str = ""
    within: str = ""
    choices: Pairs = ()
    required: bool = False
    most: float = 100_000
    small: bool = False
    secondary: bool = False

    @property
    def is_number(self) -> bool:
        """Whether entries of it can be added up."""
        return self.kind in (FieldKind.COUNT, FieldKind.AMOUNT)


@dataclass(frozen=True)
class Proportion:
    """What a strand found, in proportion: the sum of ``hits`` over the sum of ``n``.

    A share of trials (``hits`` among ``n``) or, when ``rate``, events for an exposure.
    ``per`` is what it is told for: 100 for per cent, 1,000 screened, 60 minutes.
    """

    title: str
    hits: tuple[str, ...]
    n: str
    per: float = 100.0
    unit: str = "%"
    rate: bool = False


@dataclass(frozen=True)
class Strand:
    """One kind of action of a week: its form, what is counted against its target, who leads.

    ``entry`` says what one entry of the form is; ``target`` names the field that a plan
    counts, empty where a target would do harm. ``measures`` are told with intervals, each
    also by the choices of every field in ``groups``. The ``parts`` of a whole, in ``parts``,
    add up to no more than it. ``caution`` says what its numbers do not show.
    """

    name: str
    title: str
    partner: str
    target: str
    entry: str
    fields: tuple[Field, ...]
    measures: tuple[Proportion, ...] = ()
    groups: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    caution: str = ""

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the form has none."""
        return {f.name: f for f in self.fields}[name]


@dataclass(frozen=True)
class Operation:
    """A week of action: when, where, by whom, and how much of each strand is planned.

    ``targets`` are for the whole operation, by strand; ``leads`` the partner in charge of a
    strand where that is not its usual one.
    """

    id: str
    name: str
    kind: str
    first_day: date
    last_day: date
    area: str
    partners: tuple[str, ...] = ("police",)
    strands: tuple[str, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict, hash=False)
    leads: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ParameterError(
                f"the operation ends on {self.last_day}, before its first day {self.first_day}"
            )

    @property
    def n_days(self) -> int:
        """Days it lasts, the first and the last included."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Activity:
    """One entry as it stands: ``values`` by field, numbers or text.

    ``version`` counts its corrections; ``withdrawn`` ones count for nothing.
    """

    id: str
    operation: str
    strand: str
    day: date
    partner: str
    values: Mapping[str, float | str] = field(hash=False)
    version: int = 0
    withdrawn: bool = False
