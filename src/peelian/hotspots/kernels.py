"""Compiled loops over pairs. Imported only when used; the first use of each compiles it."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_WORD = np.uint16
_MOST = 65_535  # pairs that a word can count

Array = NDArray[Any]


@njit(cache=True, nogil=True)
def count_near(
    x: Array, y: Array, col: Array, row: Array, start: Array, wide: int, edges: Array,
    first: int, last: int, counts: Array,
) -> None:  # fmt: skip
    """Later neighbours of events ``first`` to ``last`` by band; see `near` for the order."""
    for i in range(first, last):
        for up in range(2):
            at = (row[i] + up) * wide + col[i]
            low = i + 1 if up == 0 else start[at - 1]
            for j in range(low, start[at + 2]):
                band = _band(x[j] - x[i], y[j] - y[i], edges)
                if band >= 0:
                    counts[i - first, band] += 1


@njit(cache=True, nogil=True)
def fill_near(
    x: Array, y: Array, col: Array, row: Array, start: Array, wide: int, edges: Array,
    first: int, last: int, place: Array, neighbour: Array,
) -> None:  # fmt: skip
    """Write those neighbours, each at the next free ``place`` of its event and band."""
    for i in range(first, last):
        for up in range(2):
            at = (row[i] + up) * wide + col[i]
            low = i + 1 if up == 0 else start[at - 1]
            for j in range(low, start[at + 2]):
                band = _band(x[j] - x[i], y[j] - y[i], edges)
                if band >= 0:
                    neighbour[place[i - first, band]] = j
                    place[i - first, band] += 1


@njit(cache=True, nogil=True)
def _band(dx: float, dy: float, edges: Array) -> int:
    """0 for no distance at all, k for the k-th band, -1 for none.

    Band k holds distances over ``edges[k - 1]``, up to and including ``edges[k]``.
    """
    if dx == 0 and dy == 0:
        return 0
    distance = np.sqrt(dx * dx + dy * dy)
    band = len(edges) - 1
    if distance > edges[band] or distance <= edges[0]:
        return -1
    while distance <= edges[band - 1]:
        band -= 1
    return band


@njit(cache=True, nogil=True)
def count_within(
    offset: Array, neighbour: Array, first: int, days: Array, within: Array, counts: Array
) -> None:
    """Add up pairs by band and permutation that lie within each of four spans of days.

    ``days`` is uint16, shape (n, n_permutations); ``within`` uint16, shape (4,); ``counts``
    shape (n_bands, 4, n_permutations). The pairs of event ``first + i`` and band b are
    ``neighbour[offset[i * n_bands + b] : offset[i * n_bands + b + 1]]``.

    The permutations are the inner axis: each step is the same arithmetic on numbers that lie
    side by side, so one instruction does sixteen or more of them.
    """
    n_bands, _, n_permutations = counts.shape
    found = np.zeros((4, n_permutations), _WORD)
    in_0, in_1, in_2, in_3 = found[0], found[1], found[2], found[3]
    w_0, w_1, w_2, w_3 = within[0], within[1], within[2], within[3]
    for i in range((len(offset) - 1) // n_bands):
        mine = days[first + i]
        for band in range(n_bands):
            low, high = offset[i * n_bands + band], offset[i * n_bands + band + 1]
            while low < high:
                stop = min(high, low + _MOST)
                found[:] = 0
                for at in range(low, stop):
                    theirs = days[neighbour[at]]
                    for p in range(n_permutations):
                        after = _WORD(theirs[p] - mine[p])  # modulo 65,536: one of the two
                        before = _WORD(mine[p] - theirs[p])  # is the span, the other is huge
                        span = min(after, before)
                        in_0[p] = _WORD(in_0[p] + (span <= w_0))
                        in_1[p] = _WORD(in_1[p] + (span <= w_1))
                        in_2[p] = _WORD(in_2[p] + (span <= w_2))
                        in_3[p] = _WORD(in_3[p] + (span <= w_3))
                for k in range(4):
                    for p in range(n_permutations):
                        counts[band, k, p] += found[k, p]
                low = stop


@njit(cache=True, nogil=True)
def weigh_within(
    offset: Array, neighbour: Array, first: int, days: Array, weight: Array, within: Array,
    sums: Array,
) -> None:  # fmt: skip
    """As `count_within`, for any times and any number of spans, adding products of weights."""
    n_bands, n_spans, n_permutations = sums.shape
    for i in range((len(offset) - 1) // n_bands):
        mine = days[first + i]
        for band in range(n_bands):
            for at in range(offset[i * n_bands + band], offset[i * n_bands + band + 1]):
                theirs = days[neighbour[at]]
                both = weight[first + i] * weight[neighbour[at]]
                for k in range(n_spans):
                    for p in range(n_permutations):
                        if abs(theirs[p] - mine[p]) <= within[k]:
                            sums[band, k, p] += both
