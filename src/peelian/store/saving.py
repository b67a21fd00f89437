"""Adding a batch: every file is durable before the manifest names it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian.spacetime import require_metres
from peelian.store.batches import (
    BATCH_COLUMN,
    HASH_COLUMN,
    batch_name,
    count_reasons,
    events_parquet,
    id_hashes,
    quarantine_csv,
    require_extract,
    slice_records,
    table_parquet,
)
from peelian.store.files import TEMPORARY, StoredFile, file_sha256, store_file
from peelian.store.manifest import BatchRecord, Manifest, read_manifest, stand
from peelian.terms import Extract, ParameterError

_NAME_LENGTH = 64  # a SHA-256 in hexadecimal


def prepare(extract: Extract, crs: str) -> tuple[str, Any, Any]:
    """The batch's name, accepted rows and refused rows, checked."""
    events, refused = require_extract(extract)
    require_metres(events["x"].to_numpy(), events["y"].to_numpy(), crs)
    return batch_name(extract, events, refused), events, refused


def write_batch(
    lake: Path,
    manifest: Manifest,
    extract: Extract,
    prepared: tuple[str, Any, Any],
    *,
    now: datetime,
) -> BatchRecord:
    """Write a batch's files and return its record."""
    name, events, refused = prepared
    return BatchRecord(
        batch=name,
        file=extract.file,
        sha256=extract.sha256,
        source=extract.source,
        read=extract.read,
        accepted=len(events),
        refused_by_reason=count_reasons(refused),
        slices=slice_records(events, extract.complete),
        complete=tuple(sorted(extract.complete)),
        added=instant(now),
        events=_put(lake, f"events/{name}/events.parquet", events, events_parquet, name),
        withdraws=_write_withdrawals(lake, manifest, extract, name, events),
        quarantine=_put(lake, f"quarantine/{name}.csv", refused, quarantine_csv),
    )


@contextmanager
def all_or_nothing(lake: Path, name: str) -> Iterator[None]:
    """Remove a batch's files when saving it failed before the manifest named them."""
    try:
        yield
    except BaseException:
        if name not in {b.batch for b in read_manifest(lake).batches}:
            shutil.rmtree(lake / "events" / name, ignore_errors=True)
            with suppress(OSError):
                (lake / "quarantine" / f"{name}.csv").unlink()
        raise


def instant(now: datetime) -> str:
    """An aware time as the manifest keeps it: UTC, to the second."""
    if now.tzinfo is None:
        raise ParameterError(f"now is {now}, without a time zone; give an aware time")
    return now.astimezone(UTC).isoformat(timespec="seconds")


def _put(lake: Path, name: str, table: Any, render: Any, *settings: str) -> StoredFile | None:
    """Write a table unless it is empty."""
    return store_file(lake, name, render(table, *settings)) if len(table) else None


def _write_withdrawals(
    lake: Path, manifest: Manifest, extract: Extract, name: str, events: Any
) -> StoredFile | None:
    """Note the rows of earlier batches whose event this batch carries again.

    Rows already withdrawn by another batch are noted too: whichever of the later batches
    still stands, the event counts once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    named = events.filter(pc.is_valid(events["event_id"]))
    live = _outlasting(manifest, extract)
    if not len(named) or not live:
        return None
    hashes = pa.array(np.unique(id_hashes(named["event_id"])))
    mine = named.group_by("event_id", use_threads=False).aggregate([("slice", "first")])
    mine = mine.rename_columns({"slice_first": "slice"})
    found = []
    for file, slices in live:
        path = lake / file.name
        theirs = pq.read_table(path, columns=[HASH_COLUMN])
        if pc.any(pc.is_in(theirs[HASH_COLUMN], hashes, skip_nulls=True)).as_py():
            columns = ["event_id", "row", BATCH_COLUMN]
            rows = pq.read_table(path, columns=columns, filters=pc.field("slice").isin(slices))
            found.append(rows.join(mine, "event_id", join_type="inner"))
    withdrawn = pa.concat_tables(found) if found else None
    if withdrawn is None or not len(withdrawn):
        return None
    by = pa.repeat(pa.scalar(name, pa.string()), len(withdrawn))
    table = withdrawn.select([BATCH_COLUMN, "row", "slice"]).append_column("by", by)
    table = table.sort_by([(BATCH_COLUMN, "ascending"), ("row", "ascending")])
    return store_file(lake, f"events/{name}/withdraws.parquet", table_parquet(table))


def _outlasting(manifest: Manifest, extract: Extract) -> list[tuple[StoredFile, list[str]]]:
    """Files of events of the extract's source, with the slices that it does not replace."""
    standing = stand(manifest)
    found = []
    for earlier in standing.batches:
        if earlier.source != extract.source or earlier.events is None:
            continue
        same_file = not extract.complete and earlier.file == extract.file
        replaced = set(earlier.slices if same_file else extract.complete)
        live = [s for s in standing.live(earlier) if s not in replaced]
        if live:
            found.append((earlier.events, live))
    return found


def sweep(lake: Path, manifest: Manifest) -> list[str]:
    """Remove what interrupted writes left behind, and nothing else; return what went."""
    batches = {b.batch for b in manifest.batches}
    layers = {c.layer for c in manifest.changes if not isinstance(c, BatchRecord)}
    held = {"events": batches, "quarantine": batches, "layers": layers}
    gone = list(lake.rglob(f"{TEMPORARY}*"))
    for shelf, names in held.items():
        for path in (lake / shelf).glob("*"):
            stem = path.name.partition(".")[0]
            if len(stem) == _NAME_LENGTH and stem not in names:
                gone.append(path)
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return sorted(p.relative_to(lake).as_posix() for p in gone)


def differs(lake: Path, file: StoredFile) -> str | None:
    """What is wrong with a file of the lake, or None."""
    path = lake / file.name
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != file.bytes or file_sha256(path) != file.sha256:
        return "was altered"
    return None
