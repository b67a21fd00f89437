"""The store between processes: killed writers, readers beside a writer, two writers."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from peelian.store import open_store
from store_samples import NOW, make_extract

TESTS = str(Path(__file__).parents[1])
ROWS = 400  # accepted rows of one batch
REFUSED = 3

# Forks a writer of batches FIRST to LAST for each line "FIRST LAST": a process born loaded, so
# that fifty kills take seconds. It says the writer's number once FIRST is held, and its status
# when it has ended.
NURSERY = f"""
import os, sys
import pandas, pyarrow.compute, pyarrow.parquet
from store_samples import NOW, make_extract
from peelian.store import open_store
store = open_store(sys.argv[1])

def extract(n):
    refused = [(row, "no-date", "Month", "x") for row in range(2, 2 + {REFUSED})]
    piece = f"essex/{{2000 + n // 12}}-{{n % 12 + 1:02d}}"
    file = f"{{n}}.csv"
    return make_extract({ROWS}, file=file, slices=piece, complete=(piece,), refused=refused)

for line in sys.stdin:
    number = os.fork()
    if number == 0:
        for n in range(*map(int, line.split())):
            store.save(extract(n), now=NOW)
            if n == int(line.split()[0]):
                print(os.getpid(), flush=True)
        os._exit(0)
    _, status = os.waitpid(number, 0)
    print(status, flush=True)
"""


@dataclass
class Nursery:
    """Writers of one store, one after the other; start another nursery for two at once."""

    process: subprocess.Popen[str]

    def start(self, first: int, last: int) -> int:
        """Start a writer; its process number, once its first batch is held."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{first} {last}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> int:
        """The number of the writer started, or the status with which it ended."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@pytest.fixture
def nurseries(tmp_path: Path) -> Iterator[list[Nursery]]:
    """Two nurseries over one new store, ``tmp_path/store``."""
    store = open_store(tmp_path / "store", create=True)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(store.path)],
            env={**os.environ, "PYTHONPATH": TESTS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    yield [Nursery(process) for process in processes]
    for process in processes:
        process.communicate()


def test_kill_at_50_random_moments_leaves_whole_batches(
    tmp_path: Path, nurseries: list[Nursery]
) -> None:
    """After each kill -9: a valid manifest, whole batches, true counts, nothing lost."""
    store = open_store(tmp_path / "store")
    moments = random.Random(2018)  # noqa: S311
    held = 0
    kills_with_strays = 0
    for _ in range(50):
        writer = nurseries[0].start(held, held + 1_000)
        time.sleep(moments.uniform(0, 0.05))
        os.kill(writer, signal.SIGKILL)
        assert nurseries[0].answer() == signal.SIGKILL

        batches = open_store(store.path).batches()
        assert [b.file for b in batches] == [f"{n}.csv" for n in range(len(batches))]
        assert len(batches) > held
        held = len(batches)
        assert store.verify() == []
        for batch in batches:
            assert (batch.read, batch.accepted, batch.refused) == (
                ROWS + REFUSED,
                ROWS,
                REFUSED,
            )
        kills_with_strays += bool(store.tidy())
        assert on_disk(store.path, "events") == {b.batch for b in batches}
        assert on_disk(store.path, "quarantine") == {b.batch for b in batches}
    assert kills_with_strays >= 5, "few kills came in the middle of a save: this shows little"
    assert len(store.events()) == held * ROWS
    for batch in batches:
        assert len(store.read_quarantine(batch.batch)) == REFUSED


def on_disk(store: Path, shelf: str) -> set[str]:
    """Names of the batches with a file on a shelf."""
    return {p.name.removesuffix(".csv") for p in (store / shelf).glob("*")}


def test_a_reader_beside_a_writer_sees_whole_batches(
    tmp_path: Path, nurseries: list[Nursery]
) -> None:
    store = open_store(tmp_path / "store")
    store.save(make_extract(ROWS, file="first.csv", slices="other"), now=NOW)
    assert len(store.events()) == ROWS  # the engine is awake
    nurseries[0].start(0, 20)
    seen = []
    while len(store.batches()) < 21:
        before = len(store.batches())
        n = len(store.events())
        after = len(store.batches())
        assert n % ROWS == 0
        assert before * ROWS <= n <= after * ROWS
        seen.append(n)
    assert nurseries[0].answer() == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 1, "the reader never ran while the writer wrote"
    assert len(store.events()) == 21 * ROWS


def test_two_writers_take_turns_and_lose_nothing(
    tmp_path: Path, nurseries: list[Nursery]
) -> None:
    store = open_store(tmp_path / "store")
    for number, nursery in enumerate(nurseries):
        nursery.start(number * 10, number * 10 + 10)
    for nursery in nurseries:
        assert nursery.answer() == 0
    assert {b.file for b in store.batches()} == {f"{n}.csv" for n in range(20)}
    assert len(store.events()) == 20 * ROWS
    assert store.tidy() == []


def test_threads_of_a_server_ask_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    for n in range(3):
        store.save(
            make_extract(ROWS, file=f"{n}.csv", ids=[f"{n}-{i}" for i in range(ROWS)]), now=NOW
        )
    store.save(make_extract(1, file="later.csv", ids=["0-0"]), now=NOW)

    def ask(_: int) -> tuple[int, int]:
        return len(store.events()), int(store.offence_counts().columns["n"].sum())

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(24))) == {(3 * ROWS, 3 * ROWS)}


def test_two_processes_may_make_the_same_store(tmp_path: Path) -> None:
    code = "import sys, peelian.store as s; s.open_store(sys.argv[1], create=True)"
    made = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "store")])
        for _ in range(3)
    ]
    assert [process.wait() for process in made] == [0, 0, 0]
    assert open_store(tmp_path / "store").latest_version == 0
