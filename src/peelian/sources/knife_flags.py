"""Labels read from narratives, and how they become the flag of the events they are about."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from peelian.sources.narrative_files import coded_knife, read_narratives
from peelian.terms import DataError, Extract

PAGE = "docs/methods/knife-narratives.md"
LICENCE = "the user's own"
COLUMN_MAP = {"event_id": "event_id", "label": "knife"}


def read_knife_flags(path: str | Path) -> dict[str, bool]:
    """Whether a blade was used or threatened, by event_id; those left to review are not in it.

    Parameters
    ----------
    path : str or Path
        CSV with the columns ``event_id`` and ``label`` (knife, not or review), as
        ``peelian offences classify --id`` writes it.

    Raises
    ------
    DataError
        If a label is no code, or one event has two that differ; the row is named.
    SchemaError
        If a column is missing.
    """
    file = read_narratives(path)
    flags: dict[str, bool] = {}
    rows = zip(file.column("event_id"), coded_knife(file, "label"), strict=True)
    for number, (event_id, knife) in enumerate(rows, start=1):
        if knife is None or not event_id.strip():
            continue
        if flags.setdefault(event_id.strip(), knife) != knife:
            raise DataError(
                f"{file.name}: row {number:,} says otherwise of an event than a row above it: "
                "keep one"
            )
    return flags


def with_knife_flags(extract: Extract, flags: Mapping[str, bool]) -> tuple[Extract, int, int]:
    """The extract with flags where the file itself has none.

    Returns
    -------
    extract : Extract
    filled : int
        Events that took a flag.
    otherwise : int
        Events whose own flag says otherwise; it stands.
    """
    import pyarrow as pa

    own = extract.events["knife"].to_pylist()
    read = [flags.get(one) for one in extract.events["event_id"].to_pylist()]
    filled = sum(a is None and b is not None for a, b in zip(own, read, strict=True))
    otherwise = sum(
        a is not None and b is not None and a != b for a, b in zip(own, read, strict=True)
    )
    both = [b if a is None else a for a, b in zip(own, read, strict=True)]
    at = extract.events.column_names.index("knife")
    events = extract.events.set_column(at, "knife", pa.array(both, pa.bool_()))
    return replace(extract, events=events), filled, otherwise
