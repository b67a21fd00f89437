"""Columns of equal length, with title and units: what a door shows and a file holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from peelian.terms.arrays import require_length


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns, each an array of shape (n_rows,), in the order they are shown.

    ``units`` names the unit of a column where it has one. A table about cells has a ``cell``
    column that numbers them in its grid.
    """

    columns: Mapping[str, NDArray[Any]]
    title: str = ""
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_length(f"Table {self.title}".strip(), len(self), **self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))
