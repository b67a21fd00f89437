"""Times arranged by chance, and the pairs that each arrangement makes."""

import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.hotspots.pairs import PairBlock
from peelian.terms import Floats

_AT_ONCE = 64  # arrangements side by side: their days of one event fill two cache lines
_LONGEST = 32_767  # days that 16-bit differences can tell apart


@dataclass(frozen=True)
class Arrangements:
    """Some arrangements of the times, made when asked for."""

    days: Floats
    size: int
    seed: int | None  # None: the arrangements ``first`` and following of all n!
    first: int

    def rows(self) -> Floats:
        """Times by arrangement and event; the first of all is as observed."""
        rows = np.tile(self.days, (self.size + (self.first == 0), 1))
        moved = rows[1:] if self.first == 0 else rows
        if self.seed is not None:
            np.random.default_rng(self.seed).permuted(moved, axis=1, out=moved)
        else:
            some = itertools.permutations(self.days)
            moved[:] = list(itertools.islice(some, self.first, self.first + self.size))
        return rows


def arrangements(
    days: Floats, permutations: int, rng: np.random.Generator, *, exact: bool
) -> Iterator[Arrangements]:
    """Arrangements of the times in lots, each with its own seed; all n! of them if exact."""
    n = math.factorial(len(days)) if exact else permutations
    whole = np.array_equal(days, np.floor(days)) and days.max(initial=0) <= _LONGEST
    values: NDArray[Any] = days.astype(np.uint16) if whole else days
    for first in range(0, n, _AT_ONCE):
        seed = None if exact else int(rng.integers(1 << 63))
        yield Arrangements(values, min(_AT_ONCE, n - first), seed, first)


def count_pairs(
    block: PairBlock, tasks: list[Arrangements], t_edges: Floats, weight: Floats | None
) -> Floats:
    """Pairs by distance band, time band and arrangement; the first is as observed."""
    import numba

    def one(task: Arrangements) -> Floats:
        return _count_some(block, task, t_edges, weight)

    workers = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(one, tasks)), axis=2)


def _count_some(
    block: PairBlock, task: Arrangements, t_edges: Floats, weight: Floats | None
) -> Floats:
    from peelian.hotspots.kernels import count_within, weigh_within

    rows = task.rows()
    days = np.ascontiguousarray(rows.T)
    spans = np.flatnonzero(t_edges >= 0)
    below = np.zeros((block.n_bands, len(t_edges), len(rows)))
    if weight is not None or days.dtype != np.uint16:
        times = days.astype(np.float64)
        weights = np.ones(len(days)) if weight is None else weight
        sums = np.zeros((block.n_bands, len(spans), len(rows)))
        weigh_within(
            block.offset, block.neighbour, block.first, times, weights, t_edges[spans], sums
        )
        below[:, spans] = sums
    else:
        for some in (spans[k : k + 4] for k in range(0, len(spans), 4)):
            within = np.zeros(4, dtype=np.uint16)
            within[: len(some)] = np.minimum(np.floor(t_edges[some]), _LONGEST)
            counts = np.zeros((block.n_bands, 4, len(rows)), dtype=np.int64)
            count_within(block.offset, block.neighbour, block.first, days, within, counts)
            below[:, some] = counts[:, : len(some)]
    return np.diff(below, axis=1)


def pairs_by_band(block: PairBlock, weight: Floats | None) -> Floats:
    """Pairs by distance band, at any time apart; products of weights where given."""
    if weight is None:
        sizes = np.diff(block.offset).astype(np.float64)
        total: Floats = sizes.reshape(-1, block.n_bands).sum(axis=0)
        return total
    first, second, band = block.pairs()
    both = weight[first] * weight[second]
    return np.bincount(band, both, minlength=block.n_bands).astype(np.float64)
