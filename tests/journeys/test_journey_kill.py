"""``kill -9`` at random moments of an ingest of the Essex data: all of it or nothing."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from peelian import sources
from peelian.store import open_store

KILLS = 50
ROWS = 149_906


def ingest(store):
    """``peelian ingest`` of Essex as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "peelian", "ingest", sources.essex_street_path(), "-q",
         "--store", store],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(store):
    """A whole ingest."""
    process = ingest(store)
    _, said = process.communicate()
    assert process.returncode == 0, said


def held(path):
    """Rows and refusals that the store at ``path`` holds; all of them or none."""
    if not (path / "manifest.json").exists():
        assert not any(path.rglob("*.parquet")) if path.exists() else True
        return 0
    store = open_store(path)
    batches = store.batches()
    assert store.verify() == []
    if not batches:
        assert len(store.events()) == 0
        return 0
    (batch,) = batches
    assert batch.read == batch.accepted + batch.refused == ROWS
    assert len(store.events()) == batch.accepted
    quarantined = store.read_quarantine(batch.batch)
    assert len(quarantined) == batch.refused == sum(batch.refused_by_reason.values())
    return batch.read


@pytest.mark.nightly
def test_fifty_kills_leave_the_whole_batch_or_nothing(tmp_path, record_property):
    """Moments are spread over the time a whole ingest takes, every other over its end, where
    the store is written; a store that holds the batch makes way for a new one.
    """
    began = time.monotonic()
    finish(tmp_path / "first")
    whole = time.monotonic() - began
    assert held(tmp_path / "first") == ROWS

    moments = random.Random(2018)  # noqa: S311
    told = {"killed with nothing held": 0, "killed with the batch held": 0, "ended first": 0}
    strays = 0
    path = tmp_path / "store-0"
    for turn in range(KILLS):
        process = ingest(path)
        time.sleep(moments.uniform(0 if turn % 2 else 0.7 * whole, whole))
        os.kill(process.pid, signal.SIGKILL)
        _, said = process.communicate()
        ended = process.returncode == 0
        assert ended or process.returncode == -signal.SIGKILL, said
        rows = held(path)
        assert rows == ROWS or not ended
        told[
            "ended first"
            if ended
            else f"killed with {'the batch' if rows else 'nothing'} held"
        ] += 1
        if rows:  # an ingest after it adds nothing; the next kill finds a new store
            path = tmp_path / f"store-{turn + 1}"
        elif (path / "manifest.json").exists():
            strays += bool(open_store(path).tidy())
            assert held(path) == 0

    for _ in range(2):  # the second adds nothing
        finish(path)
        assert held(path) == ROWS
    record_property(
        "kills", {**told, "with strays to tidy": strays, "whole ingest [s]": whole}
    )
    print(told, f"strays {strays}, whole ingest {whole:.1f} s")  # noqa: T201 - the figures
    assert told["killed with nothing held"] >= KILLS // 2, (
        "few kills came in time: shows little"
    )
