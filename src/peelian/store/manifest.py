"""The manifest: every change ever made to the lake, in order; its state is a fold over them.

Nothing is taken out of a manifest, so the first ``n`` changes are the lake as it stood after
the ``n``-th. What a later batch replaces is not recorded but worked out by ``superseded``,
from what each batch says of itself.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from peelian.store.files import StoredFile, errors_as_advice, write_file
from peelian.terms import BRITISH_NATIONAL_GRID, Batch, NotFound, StoreError

FORMAT = 1
NAME = "manifest.json"
BEFORE = "manifest.before.json"


@dataclass(frozen=True)
class SliceRecord:
    """Accepted rows of one slice in one batch, and the span they cover. [UTC seconds]"""

    accepted: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class BatchRecord:
    """What the manifest keeps of a batch."""

    batch: str
    file: str
    sha256: str
    source: str
    read: int
    accepted: int
    refused_by_reason: Mapping[str, int]
    slices: Mapping[str, SliceRecord]
    complete: tuple[str, ...]
    added: str
    events: StoredFile | None
    withdraws: StoredFile | None
    quarantine: StoredFile | None


@dataclass(frozen=True)
class LayerRecord:
    """What the manifest keeps of a study area or of named areas."""

    layer: str
    name: str
    kind: str
    added: str
    file: StoredFile


@dataclass(frozen=True)
class Manifest:
    """Every change in order; ``version`` counts them."""

    crs: str = BRITISH_NATIONAL_GRID
    changes: tuple[BatchRecord | LayerRecord, ...] = field(default=())

    @property
    def version(self) -> int:
        """Number of changes made so far."""
        return len(self.changes)

    @property
    def batches(self) -> tuple[BatchRecord, ...]:
        """Every batch held, in the order they came."""
        return tuple(c for c in self.changes if isinstance(c, BatchRecord))

    @property
    def layers(self) -> Mapping[str, LayerRecord]:
        """The latest layer of each name."""
        return {c.name: c for c in self.changes if isinstance(c, LayerRecord)}

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file the manifest names."""
        named = [
            file
            for c in self.changes
            for file in (
                (c.events, c.withdraws, c.quarantine)
                if isinstance(c, BatchRecord)
                else (c.file,)
            )
        ]
        return tuple(dict.fromkeys(f for f in named if f))

    def plus(self, change: BatchRecord | LayerRecord) -> "Manifest":
        """The manifest with one more change."""
        return Manifest(self.crs, (*self.changes, change))

    def until(self, version: int) -> "Manifest":
        """The manifest as it stood after ``version`` changes.

        Raises
        ------
        NotFound
            If the store never had that version.
        """
        if not 0 <= version <= self.version:
            raise NotFound(
                f"the store has versions 0 to {self.version}, not {version}; see its history"
            )
        return Manifest(self.crs, self.changes[:version])


def superseded(batches: Sequence[BatchRecord]) -> dict[str, set[str]]:
    """Slices of each batch that a later one replaced.

    A batch that is the whole record of a slice replaces that slice in every earlier batch of
    its source. A batch that is the whole record of nothing replaces every earlier file of its
    source and name.
    """
    gone: dict[str, set[str]] = {b.batch: set() for b in batches}
    by_slice: dict[tuple[str, str], list[BatchRecord]] = defaultdict(list)
    by_file: dict[tuple[str, str], list[BatchRecord]] = defaultdict(list)
    for b in batches:
        for piece in b.complete:
            for earlier in by_slice.pop((b.source, piece), ()):
                gone[earlier.batch].add(piece)
        if not b.complete:
            for earlier in by_file.pop((b.source, b.file), ()):
                gone[earlier.batch].update(earlier.slices)
        for piece in b.slices:
            by_slice[b.source, piece].append(b)
        by_file[b.source, b.file].append(b)
    return gone


def as_batch(record: BatchRecord, gone: set[str]) -> Batch:
    """The noun that doors see of a record."""
    return Batch(
        batch=record.batch,
        file=record.file,
        sha256=record.sha256,
        source=record.source,
        read=record.read,
        accepted=record.accepted,
        refused=record.read - record.accepted,
        refused_by_reason=dict(record.refused_by_reason),
        slices=tuple(record.slices),
        superseded=tuple(s for s in record.slices if s in gone),
        quarantine=record.quarantine.name if record.quarantine else None,
        added=datetime.fromisoformat(record.added),
    )


def write_manifest(lake: Path, manifest: Manifest) -> None:
    """Replace the manifest; the one before stays beside it for repair."""
    body = {
        "peelian_store": FORMAT,
        "crs": manifest.crs,
        "changes": [
            {"change": "batch" if isinstance(c, BatchRecord) else "layer", **asdict(c)}
            for c in manifest.changes
        ],
    }
    text = json.dumps({**body, "sha256": _checksum(body)}, ensure_ascii=False, indent=1)
    current = lake / NAME
    if current.exists():
        write_file(lake / BEFORE, current.read_bytes())
    write_file(current, text.encode())


def read_manifest(lake: Path) -> Manifest:
    """The lake's state now.

    Raises
    ------
    StoreError
        If the manifest is missing, damaged or written by a newer Peelian.
    """
    path = lake / NAME
    with errors_as_advice(path, "reading the manifest"):
        data = path.read_bytes()
    advice = (
        f"{path}: the manifest is damaged; copy {BEFORE} or a backup over it to return to the "
        "state before the last change, then ingest again"
    )
    try:
        body = json.loads(data)
        written = body["peelian_store"]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(advice) from error
    if written != FORMAT:
        raise StoreError(
            f"{path}: the store has format {written}, this Peelian reads {FORMAT}; "
            "use the version of Peelian that wrote it, or ingest into a new store"
        )
    if body.pop("sha256", None) != _checksum(body):
        raise StoreError(advice)
    return Manifest(body["crs"], tuple(_parse_change(c) for c in body["changes"]))


def _checksum(body: Mapping[str, Any]) -> str:
    """SHA-256 of the manifest's content, however its JSON is laid out."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _parse_change(change: dict[str, Any]) -> BatchRecord | LayerRecord:
    """A record from its JSON."""
    values = {name: value for name, value in change.items() if name != "change"}
    if change["change"] == "layer":
        return LayerRecord(**{**values, "file": StoredFile(**values["file"])})
    for name in ("events", "withdraws", "quarantine"):
        values[name] = StoredFile(**values[name]) if values[name] else None
    values["slices"] = {s: SliceRecord(**record) for s, record in values["slices"].items()}
    values["complete"] = tuple(values["complete"])
    return BatchRecord(**values)


@dataclass(frozen=True)
class Standing:
    """What counts at one version: the batches read and the slices of each not replaced."""

    crs: str
    version: int
    batches: tuple[BatchRecord, ...]
    gone: Mapping[str, set[str]]

    def live(self, record: BatchRecord) -> list[str]:
        """Slices of a batch that no later batch replaced."""
        return [s for s in record.slices if s not in self.gone[record.batch]]

    @property
    def live_slices(self) -> list[tuple[str, str]]:
        """Every ``(batch, slice)`` that counts, in the order the batches came."""
        return [(b.batch, s) for b in self.batches for s in self.live(b)]


def stand(manifest: Manifest, only: Sequence[str] | None = None) -> Standing:
    """What counts now, or, of the batches ``only``, when the last of them had come.

    Raises
    ------
    NotFound
        If one of ``only`` is not held.
    """
    batches = manifest.batches
    if only is not None:
        unknown = sorted(set(only) - {b.batch for b in batches})
        if unknown:
            raise NotFound(
                f"the store does not hold batch {unknown[0]}; ingest the file it came from"
            )
        last = max((n for n, b in enumerate(batches) if b.batch in only), default=-1)
        batches = batches[: last + 1]
    gone = superseded(batches)
    chosen = tuple(b for b in batches if only is None or b.batch in only)
    return Standing(manifest.crs, manifest.version, chosen, gone)
