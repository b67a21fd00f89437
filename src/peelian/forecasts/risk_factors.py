"""Risk factors on a map: near a crime generator, or where many of a kind stand."""

from dataclasses import dataclass, replace

import numpy as np

from peelian.spacetime import crs_code, kernel_density
from peelian.terms import (
    Bools,
    CellKind,
    CoordinateError,
    CoverageError,
    Floats,
    Generators,
    Grid,
    ParameterError,
)

DENSE = 2.0  # standard deviations above the mean of the map: RTMDx's threshold


@dataclass(frozen=True)
class RiskFactor:
    """One way in which a kind of generator may matter: present in a cell, or absent.

    Attributes
    ----------
    kind : str
        The generators it is made of.
    operationalisation : str
        ``proximity``: a generator within ``distance`` of the cell's centre. ``density``: their
        kernel density (quartic, radius ``distance``) is more than two standard deviations
        above the map's mean.
    distance : float
        [m]
    """

    kind: str
    operationalisation: str
    distance: float


@dataclass(frozen=True, eq=False)
class Candidates:
    """Risk factors that set some cells apart from others, each once.

    Attributes
    ----------
    factors : tuple of RiskFactor
    present : array of bool, shape (n_factors, n_cells)
    lattice : array of bool, shape (n_factors, n_rows, n_cols), or None
        The same over the whole lattice of a square grid, cells outside the study area too.
    """

    factors: tuple[RiskFactor, ...]
    present: Bools
    lattice: Bools | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kind of generator of each factor."""
        return tuple(factor.kind for factor in self.factors)


def candidate_factors(
    generators: Generators,
    grid: Grid,
    *,
    street_block: float | None = None,
    n_street_blocks: int = 3,
) -> Candidates:
    """Every kind of generator in every way and at every half block, as RTMDx tries them.

    Parameters
    ----------
    generators : Generators
        In the grid's CRS; those beyond the study area count for the cells near them.
    grid : Grid
    street_block : float, optional
        Length of a street block; two cells when not given. [m]
    n_street_blocks : int
        Blocks out to which a generator may matter.

    Returns
    -------
    Candidates
        Without those that all cells or none have, and of equal ones the first.

    Raises
    ------
    CoverageError
        If there are no generators.
    CoordinateError
        If they are in another CRS than the grid, or one has no place.
    ParameterError
        If the block is not positive, or not given where cells have no size.

    References
    ----------
    .. [1] J. M. Caplan, L. W. Kennedy and E. L. Piza, "Risk Terrain Modeling Diagnostics
       Utility User Manual," Rutgers Center on Public Security, 2013.
    """
    _check(generators, grid)
    block = 2 * grid.cell_size if street_block is None else street_block
    if not (np.isfinite(block) and block > 0) or n_street_blocks < 1:
        raise ParameterError(
            f"street_block is {block:g} m and n_street_blocks {n_street_blocks}; give a "
            "length above zero (areas have none of their own) and 1 block or more"
        )
    places = _whole_lattice(grid) if grid.kind is CellKind.SQUARE else grid
    inside = grid.position if grid.kind is CellKind.SQUARE else np.arange(grid.n_cells)
    factors: list[RiskFactor] = []
    present: list[Bools] = []
    seen: set[bytes] = set()
    for kind in np.unique(generators.kind).tolist():
        of_kind = generators.kind == kind
        x, y = generators.x[of_kind], generators.y[of_kind]
        nearest = _nearest(places, x, y)
        for half in range(1, 2 * n_street_blocks + 1):
            distance = half * block / 2
            near = nearest <= distance
            density = kernel_density(places, x, y, bandwidth=distance, kernel="quartic")
            here = density[inside]
            dense = density > here.mean() + DENSE * here.std()
            for how, where in (("proximity", near), ("density", dense)):
                cells = where[inside]
                if cells.all() or not cells.any() or cells.tobytes() in seen:
                    continue
                seen.add(cells.tobytes())
                factors.append(RiskFactor(kind, how, distance))
                present.append(where)
    whole = np.array(present, dtype=np.bool_).reshape(len(factors), places.n_cells)
    on_squares = grid.kind is CellKind.SQUARE
    lattice = whole.reshape(len(factors), *grid.shape) if on_squares else None
    return Candidates(tuple(factors), whole[:, inside], lattice)


def _check(generators: Generators, grid: Grid) -> None:
    if not len(generators):
        raise CoverageError(
            "no crime generators: give places that draw people, such as licensed premises"
        )
    if crs_code(generators.crs) != crs_code(grid.crs):
        raise CoordinateError(
            f"generators are in {generators.crs}, the grid in {grid.crs}; transform them first"
        )
    lost = int(np.sum(~(np.isfinite(generators.x) & np.isfinite(generators.y))))
    if lost:
        raise CoordinateError(
            f"{lost} of {len(generators)} generators have no place; leave them out"
        )


def _whole_lattice(grid: Grid) -> Grid:
    """Every square of the lattice as a cell."""
    row, col = np.divmod(np.arange(grid.shape[0] * grid.shape[1]), grid.shape[1])
    west, south = grid.origin
    return replace(
        grid,
        x=west + (col + 0.5) * grid.cell_size,
        y=south + (row + 0.5) * grid.cell_size,
        area=np.full(len(row), grid.cell_size**2),
        position=np.arange(len(row)),
    )


def _nearest(places: Grid, x: Floats, y: Floats) -> Floats:
    """Distance from each centre to the nearest point. [m]"""
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([x, y]))
    return np.asarray(tree.query(np.column_stack([places.x, places.y]))[0], np.float64)
