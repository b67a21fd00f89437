"""Conditional permutation: a cell keeps its count while all others change places.

The sum over the neighbours of a cell depends on nothing but which other cells' counts land on
them: m drawn without replacement. So one table of draws serves every cell of a map. Each row
lists m + 1 different cells; the first m are the neighbours' new counts. Where the cell itself
is among them (m rows in n cells), the spare takes its place, and what is left is m draws
without replacement from the *other* cells: exactly the conditional permutation, at the cost
of sorting one column of sums for each number of neighbours instead of drawing anew for each
cell.
"""

import numpy as np

from peelian.terms import Floats, Ints, ParameterError

_DRAWN_AT_ONCE = 4_000_000
_ROUNDING = 1e-10  # of the largest count and neighbour: sums this near are equal


def permutation_p(
    values: Floats,
    near: Floats,
    n_near: Ints,
    *,
    permutations: int,
    rng: np.random.Generator,
) -> Floats:
    """Two-sided p-value of each cell's sum over its neighbours under conditional permutation.

    Parameters
    ----------
    values : array, shape (n_cells,)
        Counts. [events]
    near : array, shape (n_cells,)
        Their sum over the neighbours of each cell, itself left out.
    n_near : array of int, shape (n_cells,)
        How many neighbours each has, itself left out; at most ``n_cells - 1``.
    permutations : int
    rng : numpy.random.Generator

    Returns
    -------
    p : array, shape (n_cells,)
        ``2 (extreme + 1) / (permutations + 1)``, at most 1 and never 0, ``extreme`` the sums
        as far out as the one found, or further, on its own side. 1 without neighbours.
        [0 to 1]

    Raises
    ------
    ParameterError
        If ``permutations`` is below 1.
    """
    if permutations < 1:
        raise ParameterError(f"permutations is {permutations}; give 1 or more, such as 999")
    n, most = len(values), int(n_near.max(initial=0))
    as_high, as_low = np.zeros(n), np.zeros(n)
    slack = _ROUNDING * (1 + most) * np.abs(values).max(initial=0.0)
    groups = [np.flatnonzero(n_near == m) for m in range(1, most + 1)]
    at_once = max(1, _DRAWN_AT_ONCE // (most + 1))
    for done in range(0, permutations if most else 0, at_once):
        n_rows = min(at_once, permutations - done)
        drawn = different_cells(n, most + 1, n_rows, rng)
        value = values[drawn]
        running = np.cumsum(value, axis=1)
        for m, cells in enumerate(groups, start=1):
            if not len(cells):
                continue
            sums = np.sort(running[:, m - 1])
            low, high = near[cells] - slack, near[cells] + slack
            as_high[cells] += n_rows - np.searchsorted(sums, low, side="left")
            as_low[cells] += np.searchsorted(sums, high, side="right")
            # A cell that drew itself takes the spare instead.
            row, place = np.nonzero(n_near[drawn[:, :m]] == m)
            cell, plain = drawn[row, place], running[row, m - 1]
            mended = plain - values[cell] + value[row, m]
            low, high = near[cell] - slack, near[cell] + slack
            np.add.at(as_high, cell, (mended >= low).astype(float) - (plain >= low))
            np.add.at(as_low, cell, (mended <= high).astype(float) - (plain <= high))
    extreme = np.minimum(as_high, as_low)
    p: Floats = np.minimum(2 * (extreme + 1) / (permutations + 1), 1.0)
    p[n_near == 0] = 1.0
    return p


def different_cells(n: int, k: int, n_rows: int, rng: np.random.Generator) -> Ints:
    """Rows of ``k`` different cells out of ``n``, in random order, shape (n_rows, k).

    Few of many are drawn with replacement, and repeats drawn again until none is left: every
    step treats all cells alike, so every row of different cells is equally likely.
    """
    if 2 * k > n or k * k > 8 * n:
        keys = rng.random((n_rows, n))
        return np.argsort(keys, axis=1)[:, :k]
    drawn = rng.integers(0, n, (n_rows, k))
    rows = np.arange(n_rows)
    while len(rows):
        order = np.argsort(drawn[rows], axis=1, kind="stable")
        ranked = np.take_along_axis(drawn[rows], order, axis=1)
        at, place = np.nonzero(ranked[:, 1:] == ranked[:, :-1])
        repeat = rows[at], order[at, place + 1]
        drawn[repeat] = rng.integers(0, n, len(at))
        rows = np.unique(repeat[0])
    return drawn
