"""Spreading what happened in a cell over the cells around it, none of it lost at the edge."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike

from peelian.spacetime import on_lattice, require_bandwidth
from peelian.terms import CellKind, Floats, Grid, Ints, ParameterError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

REACH = 5.0  # standard deviations; four millionths of the kernel lie beyond
MAX_PAIRS = 30_000_000  # cells in reach of each other, where the grid is not of squares


@dataclass(frozen=True, eq=False)
class Smoother:
    """Gaussian smoothing between the cells of a grid.

    Attributes
    ----------
    grid : Grid
    bandwidth : float
        Standard deviation along each axis. [m]

    Notes
    -----
    The share of cell i's events that goes to cell j is ``a_j K(d_ij) / sum_l a_l K(d_il)``,
    with a the area inside the study area and d the distance between centres: the shares sum
    to 1 over j, so nothing is lost into the sea or over the boundary, and a cell clipped by
    the boundary takes its part only. The kernel ends at five standard deviations. Squares are
    smoothed along rows, then along columns; other grids by sparse weights.
    """

    grid: Grid
    bandwidth: float

    def __post_init__(self) -> None:
        require_bandwidth(self.bandwidth)

    def smooth(self, values: Floats) -> Floats:
        """Values spread by the shares, shape (n_cells,); their sum stays what it was."""
        return self._area * self._kernel.total(values / self._mass)

    def smooth_squared(self, values: Floats) -> Floats:
        """Values spread by the squares of the shares: variances of smoothed counts."""
        squared = self._kernel.total(values / self._mass**2, squared=True)
        spread: Floats = self._area**2 * squared
        return spread

    def shares(self, source: Ints, target: Ints) -> Floats:
        """Share of the events of each source cell that goes to its target, shape (n,)."""
        x, y = self.grid.x, self.grid.y
        apart = np.hypot(x[source] - x[target], y[source] - y[target])
        shares: Floats = _falling(apart, self.bandwidth) * self._area[target]
        return np.where(apart <= REACH * self.bandwidth, shares / self._mass[source], 0.0)

    @cached_property
    def own(self) -> Floats:
        """Share of each cell's events that stays in it, shape (n_cells,)."""
        return self._area / self._mass

    @cached_property
    def largest(self) -> Floats:
        """The largest share each cell takes of any cell's events, shape (n_cells,)."""
        return self._area * self._kernel.most(1 / self._mass)

    @cached_property
    def _area(self) -> Floats:
        """Areas over their mean, so that the unit of length cancels."""
        area = self.grid.area
        return area / np.mean(area) if len(area) else area

    @cached_property
    def _mass(self) -> Floats:
        """Kernel times area, summed over the cells in reach of each."""
        return self._kernel.total(self._area)

    @cached_property
    def _kernel(self) -> "_Kernel":
        if self.grid.kind is CellKind.SQUARE:
            return _Separable.of(self.grid, self.bandwidth)
        return _Sparse(_sparse_kernel(self.grid, self.bandwidth))


class _Kernel(Protocol):
    def total(self, values: Floats, *, squared: bool = False) -> Floats:
        """Sum over the cells in reach of kernel (or its square) times values."""
        ...

    def most(self, values: Floats) -> Floats:
        """Largest kernel times value over the cells in reach; values above zero."""
        ...


@dataclass(frozen=True, eq=False)
class _Separable:
    """The kernel along one axis at steps of a cell, 1 in its middle."""

    grid: Grid
    profile: Floats

    @classmethod
    def of(cls, grid: Grid, bandwidth: float) -> "_Separable":
        steps = int(REACH * bandwidth / grid.cell_size * (1 + 1e-9))
        steps = min(steps, max(max(grid.shape) - 1, 0))
        return cls(grid, _falling(grid.cell_size * np.arange(-steps, steps + 1), bandwidth))

    def total(self, values: Floats, *, squared: bool = False) -> Floats:
        from scipy.ndimage import correlate1d

        profile = self.profile**2 if squared else self.profile
        image = on_lattice(self.grid, values)
        for axis in (1, 0):
            image = correlate1d(image, profile, axis=axis, mode="constant")
        sums: Floats = np.ravel(image)[self.grid.position]
        return sums

    def most(self, values: Floats) -> Floats:
        image, middle = on_lattice(self.grid, values), len(self.profile) // 2
        for axis in (1, 0):
            best, n = image.copy(), image.shape[axis]
            for step in range(1, min(middle, n - 1) + 1):
                near = np.moveaxis(image, axis, 0) * self.profile[middle + step]
                view = np.moveaxis(best, axis, 0)
                np.maximum(view[step:], near[:-step], out=view[step:])
                np.maximum(view[:-step], near[step:], out=view[:-step])
            image = best
        return np.ravel(image)[self.grid.position]


@dataclass(frozen=True, eq=False)
class _Sparse:
    """The kernel between the centres of any cells, shape (n_cells, n_cells), symmetric."""

    weights: "csr_array"

    def total(self, values: Floats, *, squared: bool = False) -> Floats:
        weights = self.weights.power(2) if squared else self.weights
        sums: Floats = weights @ values
        return sums

    def most(self, values: Floats) -> Floats:
        each = self.weights.data * values[self.weights.indices]
        return np.maximum.reduceat(each, self.weights.indptr[:-1]) if len(each) else values


def _sparse_kernel(grid: Grid, bandwidth: float) -> "csr_array":
    """Kernel between centres, each cell in reach of itself."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    n, reach = grid.n_cells, REACH * bandwidth
    if n == 0:
        return csr_array((0, 0), dtype=np.float64)
    tree = cKDTree(np.column_stack([grid.x, grid.y]))
    n_pairs = int(tree.count_neighbors(tree, reach))
    if n_pairs > MAX_PAIRS:
        raise ParameterError(
            f"a bandwidth of {bandwidth:g} m puts {n_pairs:,} pairs of cells in reach of each "
            f"other, more than {MAX_PAIRS:,}; use a smaller one, or square cells"
        )
    first, second = tree.query_pairs(reach, output_type="ndarray").T
    apart = np.hypot(grid.x[first] - grid.x[second], grid.y[first] - grid.y[second])
    kernel, own = _falling(apart, bandwidth), np.arange(n)
    row = np.concatenate([first, second, own])
    col = np.concatenate([second, first, own])
    value = np.concatenate([kernel, kernel, np.ones(n)])
    return csr_array((value, (row, col)), shape=(n, n))


def _falling(distance: ArrayLike, bandwidth: float) -> Floats:
    """Gaussian with 1 at no distance."""
    fallen: Floats = np.exp(-((np.asarray(distance) / bandwidth) ** 2) / 2)
    return fallen
