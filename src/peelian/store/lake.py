"""The folder under the store: manifest, checked files, one writer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peelian.store import queries, reading
from peelian.store.batches import BATCH_COLUMN, WITHDRAWAL_COLUMNS, arrow_schema
from peelian.store.engine import Engine, shared_engine
from peelian.store.files import (
    TEMPORARY,
    StoredFile,
    errors_as_advice,
    make_folder,
    writer_lock,
)
from peelian.store.manifest import (
    BEFORE,
    NAME,
    BatchRecord,
    LayerRecord,
    Manifest,
    Standing,
    read_manifest,
    stand,
    write_manifest,
)
from peelian.store.queries import Choice
from peelian.store.saving import differs
from peelian.terms import (
    EVENT_COLUMNS,
    Events,
    NotAllowedNow,
    NotFound,
    ParameterError,
    StoreError,
)

LOCK_WAIT = 30.0  # how long a writer waits for another [s]


@dataclass(frozen=True, eq=False)
class Lake:
    """A lake's folder, read now, at a version, or for certain batches ``only``."""

    path: Path
    version: int | None = None
    only: tuple[str, ...] | None = None
    lock_wait: float = LOCK_WAIT
    engine: Engine = field(default_factory=shared_engine, repr=False)
    _checked: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)

    def manifest(self) -> Manifest:
        """The manifest now, or at the version opened."""
        if not (self.path / NAME).exists():
            raise no_manifest(self.path)
        manifest = read_manifest(self.path)
        return manifest if self.version is None else manifest.until(self.version)

    def standing(self) -> Standing:
        """What counts."""
        return stand(self.manifest(), self.only)

    def file(self, file: StoredFile) -> Path:
        """The path of a file that the manifest names, checked against its hash once.

        Raises
        ------
        StoreError
            If it is missing or was altered.
        """
        path = self.path / file.name
        try:
            found = path.stat()
            seen = (found.st_size, found.st_mtime_ns)
        except OSError:
            seen = (-1, -1)
        if self._checked.get(file.name) != seen:
            with errors_as_advice(path, "reading"):
                wrong = differs(self.path, file)
            if wrong:
                raise StoreError(
                    f"{path} {wrong} since it was ingested; restore it from a backup, or "
                    "ingest its file into a new store"
                )
            self._checked[file.name] = seen
        return path

    # ---- reading events

    def rows(self, standing: Standing) -> Any:
        """The rows that count, as an expression."""
        import ibis
        import pyarrow as pa

        slices = standing.live_slices
        with_rows = {batch for batch, _ in slices}
        live = [b for b in standing.batches if b.batch in with_rows]
        paths = [self.file(b.events) for b in live if b.events]
        schema = arrow_schema({**EVENT_COLUMNS, BATCH_COLUMN: "string"})
        if not paths:
            return ibis.memtable(schema.empty_table())
        events = self.engine.read_parquet(paths, schema)
        withdrawn = [self.file(b.withdraws) for b in live if b.withdraws]
        if not withdrawn and not any(standing.gone[b.batch] for b in live):
            return events
        batch, piece = zip(*slices, strict=True)
        table = ibis.memtable(pa.table({BATCH_COLUMN: batch, "slice": piece}))
        if not withdrawn:
            return queries.standing(events, table, None)
        gave_way = arrow_schema(WITHDRAWAL_COLUMNS)
        return queries.standing(events, table, self.engine.read_parquet(withdrawn, gave_way))

    def chosen(self, choice: Choice) -> Any:
        """The events of a choice, as an expression."""
        return queries.choose(self.rows(self.standing()), choice)

    def fetch(self, choice: Choice) -> Events:
        """The events of a choice, in the order of their batches and rows."""
        import ibis
        import pyarrow as pa

        standing = self.standing()
        names = [b.batch for b in standing.batches]
        order = ibis.memtable(
            pa.table(
                {
                    BATCH_COLUMN: pa.array(names, pa.string()),
                    "number": pa.array(range(len(names)), pa.int64()),
                }
            )
        )
        events = queries.choose(self.rows(standing), choice)
        return reading.to_events(
            self.engine.run(reading.event_columns(events, order)), standing.crs
        )

    # ---- writing

    @contextmanager
    def writing(self, doing: str) -> Iterator[Manifest]:
        """Hold the writer's lock over the latest manifest."""
        if self.version is not None or self.only is not None:
            raise NotAllowedNow(
                f"{self.path}: opened as it stood, to read; open it without a version to write"
            )
        if not (self.path / NAME).exists():
            raise no_manifest(self.path)
        with writer_lock(self.path, wait=self.lock_wait), errors_as_advice(self.path, doing):
            yield read_manifest(self.path)

    def commit(self, manifest: Manifest, change: BatchRecord | LayerRecord) -> Manifest:
        """Make a change visible; its files are already durable."""
        manifest = manifest.plus(change)
        write_manifest(self.path, manifest)
        return manifest


def no_manifest(lake: Path) -> NotFound | StoreError:
    """What to say of a folder without a manifest."""
    if (lake / "events").is_dir():
        return StoreError(
            f"{lake}: {NAME} is missing; restore it from a backup or from {BEFORE}, or ingest "
            "into a new store"
        )
    return NotFound(f"{lake}: no store here; `peelian ingest FILES --store` makes one")


def require_folder(path: Path | str) -> Path:
    """The folder named, if it is a kind of store that is supported."""
    text = str(path)
    if "://" in text:
        raise ParameterError(
            f"--store {text}: this version keeps its store in a folder on this machine; give "
            "one, such as ./peelian-store"
        )
    return Path(path)


def create_lake(folder: Path, crs: str, *, lock_wait: float) -> None:
    """Make an empty lake unless there is one.

    Raises
    ------
    StoreError
        If the folder holds other things, or cannot be written.
    """
    if (folder / NAME).exists():
        return
    with errors_as_advice(folder, "making the store"):
        if folder.is_dir():
            names = [p.name for p in folder.iterdir() if not p.name.startswith(TEMPORARY)]
            if "events" in names and NAME not in names:
                raise no_manifest(folder)
            others = [n for n in names if n not in (NAME, "lock")]
            if NAME not in names and others:
                raise StoreError(
                    f"{folder}: holds {others[0]!r} and is no store; choose an empty folder"
                )
        make_folder(folder)
        with writer_lock(folder, wait=lock_wait):
            if not (folder / NAME).exists():
                write_manifest(folder, Manifest(crs))
