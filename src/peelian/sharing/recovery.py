"""What a reader of every table released can work out about counts that were not shown."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from peelian.terms import SUPPRESSED, Bools, Floats, ParameterError, ShownCell

SMALL = 4  # counts of 1 to this are to stay unknown
WIDTH = 4  # a small count is safe when it may lie in a range this wide: two either way
MOST = 1e9  # no count is larger: a bound for the search


@dataclass(frozen=True)
class Recovered:
    """A count that a reader could pin down: what it is of, and between which limits.

    ``through`` are the atoms of every cell that is tied to it: what might be suppressed.
    """

    label: str
    low: int
    high: int
    through: frozenset[str]


def recoverable(cells: Sequence[ShownCell]) -> Iterator[Recovered]:
    """Small counts that can be worked out from everything shown.

    Parameters
    ----------
    cells : sequence of ShownCell
        Of all tables that the same reader may hold.

    Yields
    ------
    Recovered
        None when every count of 1 to 4 stays within a range of 4 or more, whatever is added,
        subtracted or solved for.

    Notes
    -----
    A cell rounded to 5 is known to lie within two of what is shown (and not to be small, or
    it would have been suppressed); a suppressed cell is known to be 1 at least, as zeros are
    shown. Counts of atoms are whole numbers. Within these limits the least and the most that
    each of these may be is found by integer programming: every suppressed cell, every
    difference of a cell and a part of it, and every group of atoms that the tables do not
    tell apart [1]_.

    References
    ----------
    .. [1] M. Fischetti and J. J. Salazar-González, "Models and algorithms for the
       2-dimensional cell suppression problem in statistical disclosure control," Mathematical
       Programming, 84, 283-312, 1999. doi:10.1007/s101070050024
    """
    for tied in tied_cells(cells):
        reader = Reader([cells[at] for at in tied])
        yield from filter(None, map(reader.recovers, reader.targets()))


def known_range(cell: ShownCell) -> tuple[float, float]:
    """Between which counts a reader knows a cell to lie, from its own entry alone."""
    if cell.shown is SUPPRESSED:
        return 1, np.inf
    assert cell.shown is not None  # noqa: S101 - what SUPPRESSED is
    half = cell.base // 2
    low, high = cell.shown - half, cell.shown + half
    return (0, 0) if cell.shown == 0 else (max(low, SMALL + 1), high)


def tied_cells(cells: Sequence[ShownCell]) -> Iterator[list[int]]:
    """Numbers of the cells in each set that shares atoms, directly or through others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not cells:
        return
    number: dict[str, int] = {}
    row, column = [], []
    for at, cell in enumerate(cells):
        for atom in cell.atoms:
            row.append(at)
            column.append(len(cells) + number.setdefault(atom, len(number)))
    n = len(cells) + len(number)
    graph = coo_array((np.ones(len(row)), (row, column)), shape=(n, n))
    part = connected_components(graph, directed=False)[1][: len(cells)]
    for one in np.unique(part):
        yield np.flatnonzero(part == one).tolist()


@dataclass(frozen=True)
class Target:
    """A sum of groups of atoms that a reader may want to know, with a name for it."""

    label: str
    groups: Bools


class Reader:
    """What one reader knows from cells that are tied to each other.

    Atoms that the cells do not tell apart are one group: an unknown whole number. Counts that
    fit all that is shown are kept as they are found, since two that differ enough in a sum
    show, without a search, that the sum is safe.
    """

    def __init__(self, cells: Sequence[ShownCell]) -> None:
        where: dict[str, list[int]] = defaultdict(list)
        for at, cell in enumerate(cells):
            for atom in cell.atoms:
                where[atom].append(at)
        groups: dict[tuple[int, ...], set[str]] = defaultdict(set)
        for atom, members in where.items():
            groups[tuple(members)].add(atom)
        self.cells = list(cells)
        self.atoms = [sorted(names) for names in groups.values()]
        self.of_cell = np.zeros((len(cells), len(groups)), dtype=np.bool_)
        for column, pattern in enumerate(groups):
            self.of_cell[list(pattern), column] = True
        self.limits = np.array([known_range(cell) for cell in cells], dtype=np.float64)
        self._fit: list[Floats] = []

    def targets(self) -> Iterator[Target]:
        """Every suppressed cell, every difference of a cell and its part, every group."""
        seen: set[bytes] = set()
        for target in self._targets():
            key = target.groups.tobytes()
            if target.groups.any() and key not in seen:
                seen.add(key)
                yield target

    def _targets(self) -> Iterator[Target]:
        hidden = [at for at, cell in enumerate(self.cells) if cell.shown is SUPPRESSED]
        for at in hidden:
            yield Target(self.cells[at].label, self.of_cell[at])
        sizes = self.of_cell.sum(axis=1)
        for whole, part in permutations(range(len(self.cells)), 2):
            if (
                sizes[whole] > sizes[part]
                and (self.of_cell[part] <= self.of_cell[whole]).all()
            ):
                name = f"{self.cells[whole].label} without {self.cells[part].label}"
                yield Target(name, self.of_cell[whole] & ~self.of_cell[part])
        for column, names in enumerate(self.atoms):
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield Target(f"{names[0]}{more}", np.arange(len(self.atoms)) == column)

    def suppress(self, at: int) -> None:
        """Withhold one more cell: what is known can only become less."""
        self.cells[at] = replace(self.cells[at], shown=SUPPRESSED)
        self.limits[at] = known_range(self.cells[at])

    def recovers(self, target: Target) -> Recovered | None:
        """What the reader can say of a small count; None where it is safe, or not small."""
        within = (self.of_cell <= target.groups).all(axis=1)
        around = (self.of_cell >= target.groups).all(axis=1)
        if (self.limits[within, 0] > SMALL).any() or (self.limits[around, 1] < 1).any():
            return None
        for sign in (1, -1):  # the least, then the most
            sums = [float(counts[target.groups].sum()) for counts in self._fit]
            if sums and max(sums) - min(sums) >= WIDTH and min(sums) <= SMALL:
                return None
            self._fit.append(self._extreme(sign * target.groups.astype(np.float64)))
        low, high = (float(counts[target.groups].sum()) for counts in self._fit[-2:])
        if low > SMALL or high < 1 or high - low >= WIDTH:
            return None
        tied = self.of_cell[self.of_cell[:, target.groups].any(axis=1)].any(axis=0)
        through = (name for at in np.flatnonzero(tied) for name in self.atoms[at])
        return Recovered(target.label, int(low), int(high), frozenset(through))

    def _extreme(self, cost: Floats) -> Floats:
        """Whole counts that fit all that is shown and make ``cost`` least."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        shown = LinearConstraint(
            self.of_cell.astype(np.float64), self.limits[:, 0], self.limits[:, 1]
        )
        whole = np.ones(len(cost), dtype=np.int64)
        solved = milp(cost, constraints=shown, integrality=whole, bounds=Bounds(0, MOST))
        if solved.x is None:
            raise ParameterError(
                "the cells shown contradict each other: check the ledger's counts and parts"
            )
        counts: Floats = np.round(solved.x)
        return counts
