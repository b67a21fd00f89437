"""Boxes: hot spots that an analyst draws, edits or rejects on the map, each with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

# Who may have written an entry, by role and never by name.
ROLES: Mapping[str, str] = {
    "analyst": "an analyst",
    "supervisor": "a supervisor",
    "patrol": "a patrol",
    "partner": "a partner agency",
}


class BoxKind(StrEnum):
    """What a box says: go here, go here instead of the model's cells, or do not go here."""

    DRAWN = "drawn"
    EDITED = "edited"
    LEFT_OUT = "left-out"


class BoxAction(StrEnum):
    """What an entry does to its box."""

    ADD = "add"
    EDIT = "edit"
    REJECT = "reject"


@dataclass(frozen=True, eq=False)
class BoxEntry:
    """What was written down about a box, once and for ever.

    Attributes
    ----------
    box : int
        Its number.
    action : BoxAction
    kind : BoxKind
    name : str
        What people call the place.
    polygon : shapely Polygon
        In the store's CRS. [m]
    replaces : shapely geometry or None
        The model's cells that an edited box stands for. [m]
    reason : str
        Never empty.
    role : str
        One of ROLES.
    at : datetime64[s]
        When it was written down, UTC, never before it was.
    since, until : datetime64[s]
        When it holds, closed and open, UTC; NaT for no end.
    """

    box: int
    action: BoxAction
    kind: BoxKind
    name: str
    polygon: Any
    replaces: Any
    reason: str
    role: str
    at: np.datetime64
    since: np.datetime64
    until: np.datetime64


@dataclass(frozen=True, eq=False)
class Box:
    """A box as its entries leave it: the ``last`` of them says what it is.

    ``drawn`` is when it was first written down, UTC; ``edits`` how often it was changed since.
    """

    drawn: np.datetime64
    edits: int
    last: BoxEntry

    @property
    def number(self) -> int:
        """Its number."""
        return self.last.box

    @property
    def sends(self) -> bool:
        """Whether it sends people to the place, rather than leave it out."""
        return self.last.kind is not BoxKind.LEFT_OUT

    @property
    def label(self) -> str:
        """Number and name: box 3, Station forecourt."""
        return f"box {self.number}, {self.last.name}" if self.last.name else self.plain

    @property
    def plain(self) -> str:
        """Its number in words."""
        return f"box {self.number}"
