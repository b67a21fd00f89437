"""Who lives where, in groups: never persons, always counts by area."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from peelian.terms.arrays import Floats, require_length
from peelian.terms.errors import ParameterError


@dataclass(frozen=True, eq=False)
class Residents:
    """Residents of named areas by group.

    Attributes
    ----------
    code : tuple of str
        Of each area, as in `Areas`.
    groups : mapping of (kind, group) to array, shape (n_areas,)
        Residents of each group, such as ``("age", "10 to 17")``. The groups of one kind are
        all residents, each once. [residents]
    """

    code: tuple[str, ...]
    groups: Mapping[tuple[str, str], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.code)) < len(self.code):
            raise ParameterError("Residents: a code stands twice")
        for (kind, group), counts in self.groups.items():
            require_length("Residents", len(self.code), **{f"{kind} {group}": counts})
