"""Tables that leave: cells with true counts, and what of them is shown."""

from dataclasses import dataclass

from peelian.terms.errors import ParameterError

SUPPRESSED = None  # a count withheld: neither zero nor missing


@dataclass(frozen=True)
class CountCell:
    """One cell of a table: the smallest parts it sums over, and its true count.

    ``atoms`` name places, periods and offences so finely that any two tables can be compared,
    such as ``robbery|Harlow|2018-01``; a total has the atoms of all its parts.
    """

    label: str
    atoms: frozenset[str]
    count: int

    def __post_init__(self) -> None:
        if not self.atoms:
            raise ParameterError(f"cell {self.label!r} sums over nothing; name its parts")


@dataclass(frozen=True)
class ShownCell:
    """One cell as it is shown: a count, rounded to a multiple of ``base``, or SUPPRESSED."""

    label: str
    atoms: frozenset[str]
    shown: int | None
    base: int
