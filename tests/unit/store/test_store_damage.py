"""A full disk, a closed folder, a damaged file: the store says so and stays as it was."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely

from peelian.store import Store, open_store
from peelian.store.files import writer_lock
from peelian.terms import NotFound, StoreError, StudyArea
from store_samples import NOW, make_extract


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "store", create=True, lock_wait=0.1)
    made.save(make_extract(5, refused=[(1, "no-date", "Month", "")]), now=NOW)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    """Every file and its bytes."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@contextmanager
def disk_full_at(monkeypatch: pytest.MonkeyPatch, nth: int) -> Iterator[None]:
    """The disk is full from the ``nth`` flush on."""
    real, calls = os.fsync, iter(range(10_000))

    def full(handle: int) -> None:
        if next(calls) >= nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        yield


@pytest.mark.parametrize("nth", range(8))
def test_a_full_disk_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    before = contents(store.path)
    extract = make_extract(7, file="b.csv", refused=[(2, "no-date", "Month", "")])
    with (
        disk_full_at(monkeypatch, nth),
        pytest.raises(StoreError, match=r"disk is full.*as it was.*free some space"),
    ):
        store.save(extract, now=NOW)
    after = contents(store.path)
    assert after.pop("manifest.before.json") in (
        before.pop("manifest.before.json"),
        before["manifest.json"],
    )
    assert after == before
    assert len(store.events()) == 5
    assert store.tidy() == []
    assert store.save(extract, now=NOW)[1] is False
    assert len(store.events()) == 12


def test_a_limit_on_file_size_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """As the disk full test, by the system's own limit and in a process of its own."""
    import subprocess
    import sys

    store = open_store(tmp_path / "store", create=True)
    code = """
import resource, signal, sys
from store_samples import NOW, make_extract
from peelian.store import open_store
from peelian.terms import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    open_store(sys.argv[1]).save(make_extract(20_000), now=NOW)
except StoreError as error:
    sys.exit(str(error))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run(
        [sys.executable, "-c", code, str(store.path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the disk is full" in run.stderr
    assert run.returncode == 1
    assert store.latest_version == 0
    assert store.tidy() == []


def test_a_folder_that_may_not_be_written_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any, **__: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", closed)
        with pytest.raises(
            StoreError, match=r"store: taking the writer's lock.*not permitted"
        ):
            store.save(make_extract(1), now=NOW)
    assert store.latest_version == 1


def test_a_store_cannot_be_made_under_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="making the store failed"):
        open_store(tmp_path / "file" / "store", create=True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('"accepted": 5', '"accepted": 6', 1),
        lambda text: "\x00" * len(text),
    ],
)
def test_a_damaged_manifest_is_named_with_its_remedy(store: Store, damage: Any) -> None:
    manifest = store.path / "manifest.json"
    manifest.write_text(damage(manifest.read_text()))
    with pytest.raises(StoreError, match=r"manifest\.json: the manifest is damaged; copy"):
        store.events()
    with pytest.raises(StoreError, match="damaged"):
        store.save(make_extract(1), now=NOW)


def test_the_manifest_before_is_the_remedy(store: Store) -> None:
    store.save(make_extract(3, file="b.csv"), now=NOW)
    manifest = store.path / "manifest.json"
    manifest.write_text("")
    manifest.write_bytes((store.path / "manifest.before.json").read_bytes())
    assert len(store.events()) == 5
    assert store.save(make_extract(3, file="b.csv"), now=NOW)[1] is False
    assert len(store.events()) == 8


def test_a_newer_format_is_not_guessed_at(store: Store) -> None:
    manifest = store.path / "manifest.json"
    body = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**body, "peelian_store": 2}))
    with pytest.raises(StoreError, match="format 2, this Peelian reads 1"):
        store.batches()


def test_a_missing_manifest_is_not_taken_for_an_empty_store(store: Store) -> None:
    (store.path / "manifest.json").unlink()
    for open_again in (False, True):
        with pytest.raises(StoreError, match=r"manifest\.json is missing; restore it"):
            open_store(store.path, create=open_again)


@pytest.mark.parametrize("cut", [True, False])
def test_an_altered_batch_is_named(store: Store, cut: bool) -> None:
    (path,) = store.path.glob("events/*/events.parquet")
    data = path.read_bytes()
    path.write_bytes(data[:-40] if cut else data[:50] + bytes([data[50] ^ 1]) + data[51:])
    fresh = open_store(store.path)
    with pytest.raises(StoreError, match=f"{path} was altered since it was ingested; restore"):
        fresh.events()
    assert fresh.verify() == [f"events/{path.parent.name}/events.parquet was altered"]


def test_an_alteration_is_seen_by_a_store_that_already_read_it(store: Store) -> None:
    assert len(store.events()) == 5
    (path,) = store.path.glob("events/*/events.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="was altered"):
        store.events()


def test_a_missing_batch_is_named(store: Store) -> None:
    (path,) = store.path.glob("events/*/events.parquet")
    path.unlink()
    with pytest.raises(StoreError, match=r"events\.parquet is missing since it was ingested"):
        store.events()


def test_altered_quarantine_and_layers_are_named(store: Store) -> None:
    digest = store.save_layer("study-area", StudyArea("A", shapely.box(0, 0, 1, 1)), now=NOW)
    (quarantine,) = store.path.glob("quarantine/*.csv")
    quarantine.write_text(quarantine.read_text() + "x")
    (store.path / "layers" / f"{digest}.parquet").unlink()
    with pytest.raises(StoreError, match="was altered"):
        store.read_quarantine(quarantine.stem)
    with pytest.raises(StoreError, match="is missing"):
        store.read_study_area()
    assert len(store.verify()) == 2


@pytest.mark.parametrize("altered", ["plan.json", "artefact.json", None])
def test_altered_artefacts_are_named(store: Store, altered: str | None) -> None:
    kept = store.save_artefact("plan", "p", {"plan.json": b"{}"}, now=NOW)
    folder = store.path / "artefacts" / "plan" / kept.artefact
    if altered is None:
        (folder / "plan.json").unlink()
    elif altered == "plan.json":
        (folder / altered).write_bytes(b"[]")
    else:
        (folder / altered).write_text((folder / altered).read_text().replace('"p"', '"q"'))
    with pytest.raises(StoreError, match=f"{folder}.*(altered|missing)"):
        store.read_artefact(kept.artefact)


def test_an_unreadable_artefact_record_is_named(store: Store) -> None:
    kept = store.save_artefact("plan", "p", {"plan.json": b"{}"}, now=NOW)
    (store.path / "artefacts" / "plan" / kept.artefact / "artefact.json").write_text("{")
    with pytest.raises(StoreError, match="record is damaged"):
        store.artefacts()


def test_tidy_removes_strays_and_nothing_else(store: Store) -> None:
    kept = contents(store.path)
    stray = "0" * 64
    (store.path / "events" / stray).mkdir()
    (store.path / "events" / stray / "events.parquet").write_bytes(b"half")
    (store.path / "quarantine" / f"{stray}.csv").write_bytes(b"half")
    (store.path / "quarantine" / "mine.txt").write_bytes(b"a person's note")
    (store.path / ".new-0011").write_bytes(b"half")
    (store.path / "artefacts" / "plan" / ".new-0011").mkdir(parents=True)
    assert len(store.events()) == 5
    assert store.tidy() == [
        ".new-0011",
        "artefacts/plan/.new-0011",
        f"events/{stray}",
        f"quarantine/{stray}.csv",
    ]
    assert contents(store.path) == {**kept, "quarantine/mine.txt": b"a person's note"}


def test_a_second_writer_waits_then_is_told(store: Store) -> None:
    with (
        writer_lock(store.path, wait=0),
        pytest.raises(StoreError, match=r"another process is still writing .* after 0\.1 s"),
    ):
        store.save(make_extract(1), now=NOW)
    assert len(store.events()) == 5  # a reader needs no lock
    store.save(make_extract(1, file="b.csv"), now=NOW)


def test_writing_to_a_folder_that_is_gone_says_so(store: Store) -> None:
    import shutil

    shutil.rmtree(store.path)
    with pytest.raises(NotFound, match="no store here"):
        store.tidy()
