"""The boxes as a table and a layer: those that stand, and all that was written about them."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from peelian import operations
from peelian.store import Store
from peelian.terms import (
    Box,
    BoxAction,
    BoxEntry,
    BoxKind,
    ParameterError,
    Table,
)
from peelian.workflows.boxes.kept import boxes_ingredient, day_text, instant_of, read_boxes
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BoxesSettings

WORDS = {
    BoxKind.DRAWN: "hot spot drawn",
    BoxKind.EDITED: "hot spot redrawn",
    BoxKind.LEFT_OUT: "place left out",
}
DONE = {BoxAction.ADD: "drawn", BoxAction.EDIT: "changed", BoxAction.REJECT: "rejected"}


def list_boxes(
    store: Store | None,
    settings: BoxesSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the boxes that stand, with their reasons; as GeoJSON they are a layer."""
    if store is None:
        raise ParameterError("boxes are kept in a store: say which with --store")
    entries = read_boxes(store, now)
    instant = instant_of(now, settings.on)
    boxes = operations.standing_boxes(entries, instant, dated=settings.dated)
    shapes = np.empty(len(boxes), dtype=object)
    shapes[:] = [box.last.polygon for box in boxes]
    record = record_of(
        "boxes list",
        settings,
        (boxes_ingredient(entries),),
        method="standing_boxes",
        seed=None,
        now=now,
    )
    return Outcome(
        boxes_table(boxes, f"Boxes standing on {day_text(instant)}"),
        record,
        () if boxes else (none_stands(entries, instant),),
        tables=(("history", history_table(entries)),) if entries else (),
        shapes=shapes,
        crs=store.crs,
    )


def none_stands(entries: Sequence[BoxEntry], instant: np.datetime64) -> str:
    """What to say where no box stands."""
    if not entries:
        return "no box is drawn yet: `peelian boxes add FILE --reason TEXT`"
    first = day_text(min(entry.at for entry in entries))
    return f"no box stands on {day_text(instant)}; the first was written down on {first}"


def boxes_table(boxes: Sequence[Box], title: str) -> Table:
    """One row a box: what it is, why, by whom, since when."""
    last = [box.last for box in boxes]
    return Table(
        {
            "box": np.array([box.number for box in boxes], dtype=np.int64),
            "name": _texts([entry.name for entry in last]),
            "what": _texts([WORDS[entry.kind] for entry in last]),
            "reason": _texts([entry.reason for entry in last]),
            "by": _texts([entry.role for entry in last]),
            "drawn": _texts([day_text(box.drawn) for box in boxes]),
            "changed": _texts([day_text(b.last.at) if b.edits else "" for b in boxes]),
            "last_day": _texts([_last_day(entry.until) for entry in last]),
            "area": np.array([float(e.polygon.area) for e in last], dtype=np.float64),
        },
        title,
        {"area": "m2"},
    )


def history_table(entries: Sequence[BoxEntry]) -> Table:
    """Everything that was written down about boxes, in order."""
    return Table(
        {
            "box": np.array([entry.box for entry in entries], dtype=np.int64),
            "name": _texts([entry.name for entry in entries]),
            "written": np.array([entry.at for entry in entries], dtype="datetime64[s]"),
            "what": _texts([WORDS[entry.kind] for entry in entries]),
            "done": _texts([DONE[entry.action] for entry in entries]),
            "by": _texts([entry.role for entry in entries]),
            "reason": _texts([entry.reason for entry in entries]),
        },
        "All that was written down",
    )


def _last_day(until: np.datetime64) -> str:
    return "" if np.isnat(until) else day_text(until - np.timedelta64(1, "s"))


def _texts(values: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array(values, dtype=np.str_)
