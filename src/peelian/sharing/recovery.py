"""What a reader of every table released can work out about counts that were not shown."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peelian.terms import SUPPRESSED, Bools, Floats, Ints, ParameterError, ShownCell

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
        yield from Reader([cells[at] for at in tied]).recovered()


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
    part = connected_components(graph)[1][: len(cells)]
    for one in np.unique(part):
        yield np.flatnonzero(part == one).tolist()


class Reader:
    """What one reader knows from cells that are tied to each other.

    Atoms that the cells do not tell apart are one group: an unknown whole number. A target is
    a sum of groups that a reader may want to know. Of every target the least and the most are
    kept that it has in counts found so far which fit all that is shown, since a range wide
    enough shows, without a search, that it is safe.
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
        self._parts = self.of_cell.astype(np.float32)  # products of bools are slow
        self._size = self.of_cell.sum(axis=1)
        wanted: dict[bytes, tuple[str, Bools]] = {}
        for name, target in self._wanted():
            wanted.setdefault(target.tobytes(), (name, target))
        self._labels = [name for name, _ in wanted.values()]
        self._targets = np.array([target for _, target in wanted.values()])
        self._sums = self._targets.T.astype(np.float32)
        self._least = np.full(len(wanted), np.inf)
        self._most = np.full(len(wanted), -np.inf)

    def recovered(self) -> Iterator[Recovered]:
        """Small counts that can be pinned down.

        Between two of them cells may be suppressed: every target is then asked again that is
        not known to be safe whatever else is withheld.
        """
        waiting, not_safe = list(range(len(self._labels))), set[int]()
        while waiting:
            limits = self.limits.copy()
            found = self._recovers(waiting[-1])
            if found:
                yield found
            withheld = (self.limits != limits).any(axis=1)
            if withheld.any():
                loosened = self._sums.T @ self._parts[withheld].sum(axis=0) > 0
                again = {target for target in not_safe if loosened[target]}
                waiting, not_safe = [*sorted(again), *waiting], not_safe - again
                continue
            target = waiting.pop()
            if not self._safe(target):
                not_safe.add(target)

    def suppress(self, at: int) -> None:
        """Withhold one more cell: what is known can only become less."""
        self.cells[at] = replace(self.cells[at], shown=SUPPRESSED)
        self.limits[at] = known_range(self.cells[at])

    def _wanted(self) -> Iterator[tuple[str, Bools]]:
        """Every cell, every difference of a cell and its part, every group."""
        for at, cell in enumerate(self.cells):
            yield cell.label, self.of_cell[at]
        inside = (self._parts @ self._parts.T == self._size) & (
            self._size[:, None] > self._size
        )
        for whole, part in np.argwhere(inside):
            name = f"{self.cells[whole].label} without {self.cells[part].label}"
            yield name, self.of_cell[whole] & ~self.of_cell[part]
        for column, names in enumerate(self.atoms):
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield f"{names[0]}{more}", np.arange(len(self.atoms)) == column

    def _recovers(self, target: int) -> Recovered | None:
        """What the reader can say of a small count; None where it is safe, or not small."""
        groups = self._targets[target]
        shared = self._parts @ self._sums[:, target]
        within, around = shared == self._size, shared == groups.sum()
        if (
            self._safe(target)
            or (self.limits[around, 1] < 1).any()
            or self._surely_large(np.flatnonzero(within))
        ):
            return None
        low = self._extreme(target, 1)
        if low > SMALL or self._safe(target):
            return None
        high = self._extreme(target, -1)
        if high < 1 or high - low >= WIDTH:
            return None
        tied = self.of_cell[self.of_cell[:, groups].any(axis=1)].any(axis=0)
        through = (name for at in np.flatnonzero(tied) for name in self.atoms[at])
        return Recovered(self._labels[target], int(low), int(high), frozenset(through))

    def _safe(self, target: int) -> bool:
        low, high = self._least[target], self._most[target]
        return bool(high - low >= WIDTH and low <= SMALL)

    def _surely_large(self, within: Ints) -> bool:
        """Whether cells that lie side by side in a sum already make it more than small.

        Without a search, so it may miss some.
        """
        total, taken = 0.0, np.zeros(self.of_cell.shape[1], dtype=np.bool_)
        for at in within[np.lexsort((self._size[within], -self.limits[within, 0]))]:
            if not (taken & self.of_cell[at]).any():
                total += self.limits[at, 0]
                taken |= self.of_cell[at]
            if total > SMALL:
                return True
        return False

    def _extreme(self, target: int, sign: int) -> float:
        """The least (sign 1) or the most (-1) that a target may be."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        groups = self._targets[target].astype(np.float64)
        shown = LinearConstraint(csr_array(self._parts), self.limits[:, 0], self.limits[:, 1])
        whole = np.ones(len(groups), dtype=np.int64)
        solved = milp(
            sign * groups, constraints=shown, integrality=whole, bounds=Bounds(0, MOST)
        )
        if solved.x is None:
            raise ParameterError(
                "the cells shown contradict each other: check the ledger's counts and parts"
            )
        counts: Floats = np.round(solved.x)
        sums = counts.astype(np.float32) @ self._sums
        self._least, self._most = np.minimum(self._least, sums), np.maximum(self._most, sums)
        return float(counts @ groups)
