"""What comes in: the rows of one file, accepted or refused, and the batch they become."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

# One row an event. The store keeps exactly these columns, none of which can name a person.
# Instants are UTC to the second; x, y are metres in the store's CRS; row is the 1-based number
# of the data row in its file.
EVENT_COLUMNS: Mapping[str, str] = {
    "event_id": "string",  # the provider's identifier; null when it gives none
    "offence": "string",  # namespaced code: police-uk:robbery
    "start": "timestamp[s, UTC]",  # the event happened in [start, end]
    "end": "timestamp[s, UTC]",
    "recorded": "timestamp[s, UTC]",  # when it became known; null when not given
    "longitude": "double",  # as received, or computed when the file is projected
    "latitude": "double",
    "x": "double",
    "y": "double",
    "place": "string",  # published name of the point or street; null when not given
    "area_code": "string",  # the area the file names (an LSOA code); null when not given
    "setting": "string",  # terms.Setting
    "weight": "double",  # 1; -1 where a provider takes an earlier count back
    "slice": "string",  # what part of the source the row belongs to: essex/2018-11
    "row": "int64",
    "knife": "bool",  # a blade was used or threatened; null where nobody has said
}

REFUSED_COLUMNS: Mapping[str, str] = {
    "file": "string",
    "row": "int64",  # 1-based data row
    "reason": "string",  # a Refusal
    "field": "string",  # the column at fault
    "original": "string",  # the row as it stood, for repair
}


class Refusal(StrEnum):
    """Why a row was refused; the code stands in quarantine and in every count of refusals."""

    NO_COORDINATES = "no-coordinates"
    BAD_COORDINATES = "bad-coordinates"
    OUTSIDE_STUDY_AREA = "outside-study-area"
    NO_DATE = "no-date"
    BAD_DATE = "bad-date"
    FUTURE_DATE = "future-date"
    TOO_EARLY = "too-early"
    BEFORE_SHIFT = "before-shift"
    AFTER_SHIFT = "after-shift"
    CLOCK_JUMPED = "clock-jumped"
    TOO_FAST = "too-fast"
    NO_UNIT = "no-unit"
    NO_ACCURACY = "no-accuracy"
    INACCURATE = "inaccurate"
    NO_OFFENCE = "no-offence"
    UNKNOWN_OFFENCE = "unknown-offence"
    BAD_NUMBER = "bad-number"
    DUPLICATE_ID = "duplicate-id"
    WRONG_FIELD_COUNT = "wrong-field-count"


@dataclass(frozen=True, eq=False)
class Extract:
    """What a source made of one file: every row accepted or refused, none lost.

    Attributes
    ----------
    file : str
        Name of the file as offered, without its folder.
    sha256 : str
        Of the file's bytes.
    source : str
        Provider, such as ``police-uk``, or the name of the mapping.
    events : pyarrow.Table
        Columns of EVENT_COLUMNS, in file order.
    refused : pyarrow.Table
        Columns of REFUSED_COLUMNS.
    complete : tuple of str
        Slices of which this file is the whole record, so that it replaces what was held of
        them; empty when the file replaces only an earlier file of its name.
    """

    file: str
    sha256: str
    source: str
    events: Any
    refused: Any
    complete: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows read, which is rows accepted plus rows refused."""
        return len(self.events) + len(self.refused)


@dataclass(frozen=True)
class Batch:
    """One file as the store holds it, named by the hash of its content."""

    batch: str
    file: str
    sha256: str
    source: str
    read: int
    accepted: int
    refused: int
    refused_by_reason: Mapping[str, int]
    slices: tuple[str, ...]
    superseded: tuple[str, ...]  # slices that a later batch replaced
    quarantine: str | None
    added: datetime
