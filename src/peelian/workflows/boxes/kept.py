"""Boxes kept: drawn, edited, rejected with a reason, as entries that are only ever added."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from peelian import operations, spacetime
from peelian.sources import Drawing
from peelian.store import Store
from peelian.terms import (
    ROLES,
    Box,
    BoxAction,
    BoxEntry,
    BoxKind,
    Ingredient,
    NotFound,
    ParameterError,
    StudyArea,
)
from peelian.workflows.extent import date_of
from peelian.workflows.gather import held_layers

KIND = "box"  # of the entries in the store
LONGEST_NAME, LONGEST_REASON = 80, 500  # [letters]
MOST_BOXES = 200  # at once
WHERE = "say where: draw it on the map, or give ranks, a centre and a width, or GeoJSON"
TRIES = 5  # when others write at the same moment
CENTIMETRE = 0.01  # corners are kept to it [m]


@dataclass(frozen=True)
class Kept:
    """What was written down, one mapping a box, and what to tell whoever wrote it."""

    boxes: tuple[Mapping[str, Any], ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """What is said of a box: why, by whom, called what, and from when to when it holds.

    ``since`` and ``until`` are days, YYYY-MM-DD, the last one included; empty for now on, and
    for no end.
    """

    reason: str
    role: str = "analyst"
    name: str = ""
    since: str = ""
    until: str = ""


def add_boxes(
    store: Store,
    drawings: Sequence[Drawing],
    wording: Wording,
    *,
    kind: BoxKind = BoxKind.DRAWN,
    replaces: Any = None,
    now: datetime,
) -> Kept:
    """Write down boxes that someone drew: all of them or, when one is unfit, none."""
    if not drawings:
        raise ParameterError(WHERE)
    if len(drawings) > MOST_BOXES:
        raise ParameterError(f"{len(drawings):,} polygons: draw {MOST_BOXES} or fewer at once")
    area, written = study_area_of(store), _second(_whole_second(now))
    texts = _checked(wording)
    since, until = _span(wording, written)
    for _ in range(TRIES):
        entries = read_boxes(store)
        stand = operations.standing_boxes(entries, max(since, written), cutoff=written)
        number = max((entry.box for entry in entries), default=0)
        contents: dict[str, dict[str, Any]] = {}
        said: list[str] = []
        for drawing in drawings:
            fitted = operations.fit_box(drawing.polygon, area, kind)
            said += fitted.said
            for part in fitted.parts:
                said += operations.overlaps(part, stand)
                number += 1
                contents[f"{number}-1"] = {
                    "box": number,
                    "action": BoxAction.ADD.value,
                    "kind": kind.value,
                    **texts,
                    "name": texts["name"] or _plain(drawing.name)[:LONGEST_NAME],
                    "polygon": _geometry(part),
                    "replaces": _replaced(kind, part, replaces),
                    "crs": area.crs,
                    "since": str(since) if wording.since else "",
                    "until": "" if np.isnat(until) else str(until),
                }
        if _written(store, contents, now):
            break
    else:
        raise ParameterError("others keep writing boxes: try again")
    if wording.since and since < written:
        said.append(
            f"it holds since {wording.since} by your word, not as written down then: a "
            "backtest believes that only when asked for boxes as dated"
        )
    return Kept(tuple(contents.values()), tuple(dict.fromkeys(said)))


def edit_box(
    store: Store,
    number: int,
    wording: Wording,
    *,
    drawings: Sequence[Drawing] = (),
    seen: int | None = None,
    now: datetime,
) -> Kept:
    """Change a box that stands: its polygon, its name or its last day.

    ``seen`` is how many entries it had when the writer looked; others may have written since.
    """
    entries = read_boxes(store)
    last = _last(entries, number, seen, now)
    texts = _checked(wording)
    polygon, said = last.polygon, tuple[str, ...]()
    if drawings:
        if len(drawings) > 1:
            raise ParameterError(f"{len(drawings)} polygons: give one to edit box {number}")
        fitted = operations.fit_box(drawings[0].polygon, study_area_of(store), last.kind)
        if len(fitted.parts) > 1:
            raise ParameterError(
                f"what is left inside the study area has {len(fitted.parts)} parts: draw one"
            )
        polygon, written = fitted.parts[0], _second(_whole_second(now))
        stand = operations.standing_boxes(entries, written)
        others = [box for box in stand if box.number != number]
        said = (*fitted.said, *operations.overlaps(polygon, others))
    _, until = _span(replace(wording, since=""), _second(_whole_second(now)))
    until = until if wording.until else last.until
    content = {
        "box": number,
        "action": BoxAction.EDIT.value,
        "kind": last.kind.value,
        **texts,
        "name": texts["name"] or last.name,
        "polygon": _geometry(polygon),
        "replaces": None if last.replaces is None else _geometry(last.replaces),
        "crs": store.crs,
        "since": "",
        "until": "" if np.isnat(until) else str(until),
    }
    return _next_entry(store, entries, content, said, now)


def reject_box(
    store: Store, number: int, wording: Wording, *, seen: int | None = None, now: datetime
) -> Kept:
    """Take a box off the map from now on; what it was is kept."""
    entries = read_boxes(store)
    last = _last(entries, number, seen, now)
    content = {
        "box": number,
        "action": BoxAction.REJECT.value,
        "kind": last.kind.value,
        **_checked(wording),
        "name": last.name,
        "polygon": _geometry(last.polygon),
        "replaces": None if last.replaces is None else _geometry(last.replaces),
        "crs": store.crs,
        "since": "",
        "until": "",
    }
    said = (
        ()
        if last.kind is not BoxKind.LEFT_OUT
        else ("models may send people there again from now on",)
    )
    return _next_entry(store, entries, content, said, now)


def read_boxes(store: Store, until: datetime | None = None) -> tuple[BoxEntry, ...]:
    """Every entry about boxes in the order written, those written by ``until`` if given."""
    known = store.entries(KIND)
    if until is not None:
        known = tuple(entry for entry in known if entry.at <= until)
    return tuple(_entry(entry.content, _second(entry.at)) for entry in known)


def standing(store: Store, now: datetime) -> tuple[Box, ...]:
    """The boxes that stand now, one written this very second among them."""
    return operations.standing_boxes(read_boxes(store), _second(_whole_second(now)))


def instant_of(now: datetime, day: str = "") -> np.datetime64:
    """Now, or the end of a local day, UTC."""
    return _midnight(day, 1) - np.timedelta64(1, "s") if day else _second(now)


def boxes_ingredient(entries: Sequence[BoxEntry]) -> Ingredient:
    """What was written about boxes as an ingredient of what is made with them, by its hash."""
    return Ingredient("boxes", hash_of(entries), len(entries), 0, "boxes")


def hash_of(entries: Sequence[BoxEntry]) -> str:
    """Hash of what entries say."""
    import shapely

    said = [
        [e.box, e.action, e.kind, e.name, e.reason, e.role, str(e.at), str(e.since),
         str(e.until), shapely.to_wkt(e.polygon), str(e.replaces)]
        for e in entries
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def study_area_of(store: Store) -> StudyArea:
    """The study area held, or one around the events."""
    return held_layers(store, store.events())[1]


def day_text(instant: np.datetime64) -> str:
    """The local day of an instant, YYYY-MM-DD; empty for none."""
    if np.isnat(instant):
        return ""
    return str(spacetime.to_local(np.array([instant]))[0].astype("datetime64[D]"))


def _entry(content: Mapping[str, Any], at: np.datetime64) -> BoxEntry:
    """What an entry of the store says."""
    return BoxEntry(
        box=int(content["box"]),
        action=BoxAction(content["action"]),
        kind=BoxKind(content["kind"]),
        name=content["name"],
        polygon=_shape(content["polygon"]),
        replaces=None if content["replaces"] is None else _shape(content["replaces"]),
        reason=content["reason"],
        role=content["role"],
        at=at,
        since=np.datetime64(content["since"], "s") if content["since"] else at,
        until=np.datetime64(content["until"] or "NaT", "s"),
    )


def _next_entry(
    store: Store,
    entries: Sequence[BoxEntry],
    content: Mapping[str, Any],
    said: tuple[str, ...],
    now: datetime,
) -> Kept:
    """Write down one more entry about a box."""
    n = sum(entry.box == content["box"] for entry in entries)
    if not _written(store, {f"{content['box']}-{n + 1}": content}, now):
        raise ParameterError(f"box {content['box']} was changed just now: look at it again")
    return Kept((content,), said)


def _written(store: Store, contents: Mapping[str, Mapping[str, Any]], now: datetime) -> bool:
    """Write entries down; False when others had taken one of their names first."""
    try:
        new = store.append_entries(KIND, contents, now=_whole_second(now))
    except ParameterError:
        if {entry.id for entry in store.entries(KIND)} & set(contents):
            return False
        raise
    return len(new) == len(contents)


def _last(
    entries: Sequence[BoxEntry], number: int, seen: int | None, now: datetime
) -> BoxEntry:
    """The last entry of a box that can still be changed."""
    own = [entry for entry in entries if entry.box == number]
    if not own:
        raise NotFound(f"no box {number}: `peelian boxes list` names those there are")
    if own[-1].action is BoxAction.REJECT:
        raise ParameterError(
            f"box {number} was rejected on {day_text(own[-1].at)} ({own[-1].reason}): draw "
            "it anew"
        )
    if seen is not None and seen != len(own):
        raise ParameterError(
            f"box {number} was changed on {day_text(own[-1].at)}, after you opened it: look "
            "at it again"
        )
    return own[-1]


def _checked(wording: Wording) -> dict[str, Any]:
    """Reason, role and name as they are kept."""
    reason, name = _plain(wording.reason), _plain(wording.name)
    if not reason:
        raise ParameterError("give a reason: without one nobody can learn from the box later")
    for word, text, longest in (
        ("reason", reason, LONGEST_REASON),
        ("name", name, LONGEST_NAME),
    ):
        if len(text) > longest:
            raise ParameterError(
                f"the {word} has {len(text)} letters: give {longest} or fewer"
            )
    if wording.role not in ROLES:
        raise ParameterError(f"role {wording.role!r}: give one of {', '.join(ROLES)}")
    return {"reason": reason, "role": wording.role, "name": name}


def _plain(text: str) -> str:
    """Text on one line, without control characters."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


def _span(wording: Wording, written: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    """From when to when a box holds, UTC."""
    since = _midnight(wording.since, 0) if wording.since else written
    until = _midnight(wording.until, 1) if wording.until else np.datetime64("NaT", "s")
    if wording.until and until <= max(since, written):
        raise ParameterError(f"until {wording.until}: that day is over; give a later one")
    return since, until


def _midnight(text: str, days: int) -> np.datetime64:
    """The local midnight that opens a day, or so many days later, UTC."""
    day = np.datetime64(date_of(text) + timedelta(days=days))
    return np.datetime64(spacetime.to_utc(np.array([day.astype("datetime64[s]")]))[0], "s")


def _whole_second(now: datetime) -> datetime:
    """Now, or the second that begins next: an entry is never older than it says.

    So what was made before it, whose record gives whole seconds too, is made again without it.
    """
    part = timedelta(microseconds=now.microsecond)
    return now - part + timedelta(seconds=1) if part else now


def _second(instant: datetime) -> np.datetime64:
    """An instant to the second, UTC."""
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None, microsecond=0), "s")


def _replaced(kind: BoxKind, part: Any, replaces: Any) -> Any:
    """The model's cells that an edited box stands for: those it was drawn from, or itself."""
    if kind is not BoxKind.EDITED:
        return None
    return _geometry(part if replaces is None else replaces)


def _geometry(polygon: Any) -> Any:
    """A polygon as GeoJSON values, in its own CRS, to the centimetre."""
    import shapely

    return json.loads(shapely.to_geojson(shapely.set_precision(polygon, CENTIMETRE)))


def _shape(geometry: Any) -> Any:
    import shapely

    return shapely.from_geojson(json.dumps(geometry))
