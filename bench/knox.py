"""Knox test, 10 x 4 bands, 999 permutations: pairs within 1 km and four weeks."""

import resource

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import knox, pair_counts

DISTANCES = np.arange(0, 1001, 100.0)
DAYS = np.array([0, 7, 14, 21, 28])
PERMUTATIONS = 999


def run(*, repetitions: int = 3) -> list[Row]:
    """Ours against twelve lines of scipy and against plain numpy, which do fewer shuffles.

    The peers' time for 999 is theirs for a few, in proportion; finding pairs counts once.
    """
    rows = []
    for n, shuffles, scale, of in (
        (2_000, 20, 1.0, 5),
        (10_000, 20, 1.0, 3),
        (100_000, 2, 1.0, 1),
        (100_000, 1, 0.3, 1),  # the same places closer together: 64 million pairs
    ):
        x, y = (scale * place for place in data.places(n))
        day = np.random.default_rng(data.SEED).integers(0, 730, n)
        name = f"Knox, {n:,} events, 10 x 4 bands, 999 permutations"
        found = _ours(x, y, day)
        observed = found.table.columns["observed"].reshape(10, 4)
        pairs = _pairs(x, y)
        assert np.array_equal(observed, _count(*pairs, day))
        seconds = medians(
            {
                "ours": lambda x=x, y=y, day=day: _ours(x, y, day),
                "pairs": lambda x=x, y=y: _pairs(x, y),
                "shuffles": lambda pairs=pairs, day=day, s=shuffles: _shuffled(*pairs, day, s),
            },
            repetitions=min(of, repetitions),
        )
        scipy = seconds["pairs"] + seconds["shuffles"] / shuffles * PERMUTATIONS
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        note = f"{len(pairs[0]):,} pairs; {memory:,} MB at most so far, the peer's included"
        rows.append(compare(name, seconds["ours"], "scipy cKDTree, bincount", scipy, note))
        if n == 2_000:
            plain = medians({"plain": lambda x=x, y=y, day=day: _plain(x, y, day)})["plain"]
            peer = "plain numpy, all pairs (the definition)"
            rows.append(compare(name, seconds["ours"], peer, plain * PERMUTATIONS))
    return rows


def _ours(x, y, day):
    rng = np.random.default_rng(1)
    return knox(
        x, y, day, distance_breaks=DISTANCES, time_breaks=DAYS,
        permutations=PERMUTATIONS, rng=rng,
    )  # fmt: skip


def _plain(x, y, day):
    return pair_counts(x, y, day, distance_breaks=DISTANCES, time_breaks=DAYS)


def _pairs(x, y):
    """What one would write with scipy: pairs within reach, and the band of each."""
    from scipy.spatial import cKDTree

    first, second = cKDTree(np.column_stack([x, y])).query_pairs(1000, output_type="ndarray").T
    far = np.sqrt((x[first] - x[second]) ** 2 + (y[first] - y[second]) ** 2)
    near = far < 1000
    return first[near], second[near], (far[near] // 100).astype(np.int64)


def _count(first, second, band, day):
    week = np.abs(day[first] - day[second]) // 7
    close = week < 4
    return np.bincount(band[close] * 4 + week[close], minlength=40).reshape(10, 4)


def _shuffled(first, second, band, day, shuffles):
    rng = np.random.default_rng(1)
    return [_count(first, second, band, rng.permutation(day)) for _ in range(shuffles)]
