"""Gaussian density on a lattice from six sums a sub-cell: for many events at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.terms import Floats

GAUSSIAN_REACH = 5.0  # standard deviations; four millionths of the mass lie beyond
_SUB_CELLS_A_BANDWIDTH = 2
_CHUNK = 1 << 18  # events at a time
_BLOCK = 16  # lattice points that share one matrix product


@dataclass(frozen=True)
class Axis:
    """Evenly spaced points ``first + step * k`` for k below ``n``. [m]"""

    first: float
    step: float
    n: int


@dataclass(frozen=True)
class SubCells:
    """Intervals along one axis: ``per`` a lattice step, ``margin`` more beyond either end."""

    low: float
    width: float
    n: int
    per: int
    margin: int


def sub_cells(axis: Axis, bandwidth: float) -> SubCells:
    """Intervals up to half a bandwidth wide that reach five bandwidths past the lattice."""
    per = int(np.ceil(_SUB_CELLS_A_BANDWIDTH * axis.step / bandwidth))
    width = axis.step / per
    margin = int(np.ceil(GAUSSIAN_REACH * bandwidth / width))
    low = axis.first - axis.step / 2 - margin * width
    return SubCells(low, width, axis.n * per + 2 * margin, per, margin)


def density_by_moments(
    across: SubCells,
    up: SubCells,
    x: Floats,
    y: Floats,
    weight: Floats | None,
    bandwidth: float,
) -> Floats:
    """Gaussian density at lattice points.

    Parameters
    ----------
    across, up : SubCells
        Along x and along y.
    x, y : array, shape (n,)
        Events, all within the sub-cells. [m]
    weight : array, shape (n,), or None
    bandwidth : float
        Standard deviation. [m]

    Returns
    -------
    density : array, shape (rows of the lattice, columns of the lattice)
        [events per m2]

    Notes
    -----
    With t the place of an event within its sub-cell, -1 to 1 along either axis, and P_k the
    Legendre polynomials, the kernel along one axis is replaced by ``sum_k c_k(z) P_k(t)``,
    ``c_k(z) = (2k + 1)/2`` times the integral of ``K(z - t width/2) P_k(t)`` over t: the fit
    by least squares. Products of total degree above two are left out. What remains of the sum
    over events is the sum of each P_j P_k over the events of a sub-cell.
    """
    n, tx, ty, txx, tyy, txy = _moments(across, up, x, y, weight)
    c0, c1, c2 = _coefficients(across, bandwidth)
    by_column = (
        _across(across, n, c0) + _across(across, tx, c1) + _across(across, txx, c2),
        _across(across, ty, c0) + _across(across, txy, c1),
        _across(across, tyy, c0),
    )
    density = np.zeros((_lattice_points(up), _lattice_points(across)))
    for part, c in zip(by_column, _coefficients(up, bandwidth), strict=True):
        density += _across(up, part.T, c).T
    return density


def _moments(
    across: SubCells, up: SubCells, x: Floats, y: Floats, weight: Floats | None
) -> NDArray[np.float64]:
    """Sums of 1, P1(tx), P1(ty), P2(tx), P2(ty) and P1(tx) P1(ty) by sub-cell."""
    size = across.n * up.n
    sums = np.zeros((6, size))
    for chunk in (slice(a, a + _CHUNK) for a in range(0, len(x), _CHUNK)):
        col, tx = _place(across, x[chunk])
        row, ty = _place(up, y[chunk])
        row *= across.n
        row += col
        at = row.astype(np.intp)
        w = None if weight is None else weight[chunk]
        sums[0] += np.bincount(at, w, minlength=size)
        product = tx * ty
        for k, term in ((1, tx), (2, ty), (5, product)):
            sums[k] += np.bincount(at, term if w is None else term * w, minlength=size)
        for k, term in ((3, tx), (4, ty)):
            term *= term
            if w is not None:
                term *= w
            sums[k] += np.bincount(at, term, minlength=size)
    sums[3:5] = 1.5 * sums[3:5] - 0.5 * sums[0]  # P2(t) = (3 t^2 - 1) / 2
    return sums.reshape(6, up.n, across.n)


def _place(cells: SubCells, at: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Sub-cell of each event, and where in it: -1 at its lower end, 1 at its upper."""
    t = at - cells.low
    t *= 1 / cells.width
    number = t.astype(np.int32)
    t -= number
    t *= 2
    t -= 1
    return number, t


def _coefficients(cells: SubCells, bandwidth: float) -> list[Floats]:
    """c_0, c_1, c_2 of every sub-cell in reach of a block of lattice points."""
    nodes, shares = np.polynomial.legendre.leggauss(8)
    points = np.arange(_BLOCK) * cells.per + cells.margin + cells.per / 2
    middles = np.arange(_BLOCK * cells.per + 2 * cells.margin) + 0.5
    z = (points - middles[:, None]) * cells.width
    at_nodes = (z[..., None] - nodes * cells.width / 2) / bandwidth
    kernel = np.exp(-(at_nodes**2) / 2) / (np.sqrt(2 * np.pi) * bandwidth)
    legendre = (np.ones_like(nodes), nodes, 1.5 * nodes**2 - 0.5)
    return [(k + 0.5) * (kernel @ (shares * p)) for k, p in enumerate(legendre)]


def _across(cells: SubCells, image: NDArray[Any], coefficients: Floats) -> Floats:
    """Product with the band matrix of the coefficients along the last axis, block by block."""
    n = _lattice_points(cells)
    product = np.empty((image.shape[0], n))
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        low, high = start * cells.per, stop * cells.per + 2 * cells.margin
        near = coefficients[: high - low, : stop - start]
        product[:, start:stop] = image[:, low:high] @ near
    return product


def _lattice_points(cells: SubCells) -> int:
    """Lattice points along the axis."""
    return (cells.n - 2 * cells.margin) // cells.per
