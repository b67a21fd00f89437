"""Rows as received, before anything is understood: columns, row numbers, original text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np

from peelian.terms import Ints, SchemaError


@dataclass(frozen=True)
class Malformed:
    """A row whose fields do not fit the header: its number, what is wrong, its text."""

    row: int
    field: str
    original: str


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one file, none lost: those that fit the header, and the malformed.

    Attributes
    ----------
    file : str
        Name of the file, for messages.
    columns : dict of name to pyarrow array, length n each
        As received; text where the file is text.
    number : array, shape (n,)
        The 1-based number of each row in the file; blank lines are not rows.
    original : function
        From positions 0..n-1 to the text of those rows as they stood.
    malformed : tuple of Malformed
        Rows that are not among the n.
    """

    file: str
    columns: dict[str, Any]
    number: Ints
    original: Callable[[Ints], list[str]]
    malformed: tuple[Malformed, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.number)

    @property
    def read(self) -> int:
        """Rows in the file."""
        return len(self) + len(self.malformed)

    def require(self, wanted: Sequence[str]) -> None:
        """Raise SchemaError unless every column of ``wanted`` is there."""
        require_columns(self.file, list(self.columns), wanted)

    def column(self, name: str) -> Any:
        """One column; all null when the file lacks it."""
        import pyarrow as pa

        return self.columns.get(name, pa.nulls(len(self), pa.string()))


def require_columns(file: str, have: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise SchemaError, naming the nearest column of the file for each that is missing."""
    missing = [name for name in wanted if name not in have]
    if not missing:
        return
    said = []
    for name in missing:
        by_fold = {_fold(other): other for other in have if other not in wanted}
        near = get_close_matches(_fold(name), list(by_fold), n=1, cutoff=0.6)
        said.append(f'"{name}"' + (f' (is it "{by_fold[near[0]]}"?)' if near else ""))
    listed = ", ".join(f'"{name}"' for name in have[:30])
    raise SchemaError(
        f"{file}: missing column{'s' * (len(missing) > 1)} {', '.join(said)}; the file has "
        f"{listed}. Rename the column in the file, or name yours in a mapping file"
    )


def _fold(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def select(values: Any, chosen: np.ndarray[Any, Any]) -> Any:
    """The entries of a pyarrow array where ``chosen``, shape (n,), is true."""
    import pyarrow as pa

    return values.filter(pa.array(chosen))
