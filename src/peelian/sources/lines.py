"""Lines as a file draws them, and which kinds of OpenStreetMap line are streets one walks."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from peelian.terms import Bools, DataError, Shapes, Texts

HIGHWAYS = Path(__file__).parent / "tables" / "osm_highways.csv"
MAX_TEXT = 200  # characters of a name, identifier or class


@dataclass(frozen=True, eq=False)
class DrawnLines:
    """The lines of one file, before they become street segments.

    Attributes
    ----------
    shapes : array of shapely LineStrings, shape (n,)
        In ``crs``.
    ids, names, kinds : array of str, shape (n,)
        Empty when not given.
    crs : str
        As the file says it; empty when it does not.
    only_ends : bool
        Whether lines meet only where they end; else wherever they share a vertex.
    read : int
        Lines of the file, those left out among them.
    left_out : tuple of (int, str)
        How many lines were left out, and what they were.
    """

    shapes: Shapes
    ids: Texts
    names: Texts
    kinds: Texts
    crs: str
    only_ends: bool
    read: int
    left_out: tuple[tuple[int, str], ...] = ()

    def where(self, chosen: Bools, others: str) -> "DrawnLines":
        """The lines for which ``chosen`` is true; ``others`` says what the rest are."""
        return replace(
            self,
            shapes=self.shapes[chosen],
            ids=self.ids[chosen],
            names=self.names[chosen],
            kinds=self.kinds[chosen],
            left_out=(*self.left_out, (int((~chosen).sum()), others)),
        )


def walked_streets(lines: DrawnLines) -> DrawnLines:
    """Without the lines whose OpenStreetMap ``highway`` is no street or path one walks.

    A kind may be several, joined by " / "; one that is walked is enough.
    """
    with HIGHWAYS.open(encoding="utf-8", newline="") as file:
        walked = {row["highway"] for row in csv.DictReader(file) if row["walked"] == "yes"}
    kept = np.array([bool(walked & set(kind.split(" / "))) for kind in lines.kinds], bool)
    if kept.all():
        return lines
    found = Counter(lines.kinds[~kept].tolist())
    listed = ", ".join(f"{kind} {n:,}" for kind, n in found.most_common(5))
    return lines.where(kept, f"lines that are no street or path one walks ({listed})")


def texts_of(file: str, column: Any) -> Texts:
    """An Arrow column as stripped text of at most MAX_TEXT characters, empty where null.

    Raises
    ------
    DataError
        If it holds text that is not UTF-8.
    """
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        raise DataError(f"{file}: holds text that is not UTF-8; save it as UTF-8") from None
    return as_texts("" if value is None else str(value) for value in values)


def as_texts(values: Iterable[str]) -> Texts:
    """Stripped, and of at most MAX_TEXT characters: an array is as wide as its longest."""
    return np.array([value.strip()[:MAX_TEXT] for value in values], dtype=np.str_)
