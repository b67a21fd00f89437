"""Two densities side by side: where is one kind of event common, given the other?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peelian import spacetime
from peelian.hotspots.kde import kde
from peelian.statistics import benjamini_hochberg
from peelian.terms import (
    Bools,
    CoordinateError,
    DataError,
    Events,
    Floats,
    Grid,
    ParameterError,
    StudyArea,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_ROUNDING = 1e-9  # of a share: densities this near are equal
_AT_ONCE = 32  # labellings


@dataclass(frozen=True, eq=False)
class DualKDE:
    """Two densities and what they make together, shape (n_cells,) each.

    ``density`` and ``reference_density`` are in events per m2; ``ratio`` is the first over the
    second, NaN where the second is zero; ``log_ratio`` its natural logarithm, NaN where either
    is zero; ``difference`` the first less the second; ``total`` their sum.
    """

    density: Floats
    reference_density: Floats
    ratio: Floats
    log_ratio: Floats
    difference: Floats
    total: Floats


@dataclass(frozen=True, eq=False)
class RelativeRisk:
    """Relative risk of each cell and its p-values, shape (n_cells,) each.

    ``relative_risk`` is the share of all events that the cell's surroundings hold, over the
    share of all reference events there: 1 where the two kinds go together. ``p`` is two-sided,
    by random labelling, never 0; ``p_fdr`` the same after Benjamini-Hochberg. ``tolerance``
    is 1 inside the contour of high risk (``p <= level`` and above 1), -1 inside that of low
    risk, 0 elsewhere. NaN, and tolerance 0, where no event of either kind is in reach; where
    none of the reference is, the risk is NaN (unbounded) and p is given.
    """

    relative_risk: Floats
    p: Floats
    p_fdr: Floats
    tolerance: Floats


def dual_kde(
    events: Events,
    reference: Events,
    grid: Grid,
    *,
    bandwidth: float,
    reference_bandwidth: float | None = None,
    kernel: str = "quartic",
    study_area: StudyArea | None = None,
) -> DualKDE:
    """Density of events beside that of reference events: ratio, difference, sum.

    Parameters
    ----------
    events, reference : Events
        Such as knife robberies and all robberies, this year and last, crimes and the people
        present. Weights (harm) count. In the grid's CRS. [m]
    grid : Grid
    bandwidth : float
        Of both, unless the next is given; see `kde`. [m]
    reference_bandwidth : float, optional
        Of the reference: wider where it is sparser, at the price of ratios near edges and
        peaks that owe to the difference in width. [m]
    kernel : str
        ``quartic`` or ``gaussian``.
    study_area : StudyArea, optional
        Given, events outside are left out and both densities are corrected at its edge. With
        one bandwidth the ratio needs no correction: both lose the same share.

    Returns
    -------
    DualKDE
        Ratios are NaN where there is nothing to divide by, never infinite and never 0/0.

    Raises
    ------
    ParameterError, CoordinateError, DataError
        As `kde`; CoordinateError if events and grid differ in CRS.

    Notes
    -----
    Where the reference is thin the ratio swings between extremes: test it with `relative_risk`
    before a ratio is shown to anyone.

    References
    ----------
    .. [1] J. F. Bithell, "An application of density estimation to geographical epidemiology,"
       Statistics in Medicine, 9(6), 691-701, 1990. doi:10.1002/sim.4780090616
    """
    wide = bandwidth if reference_bandwidth is None else reference_bandwidth
    first = _density(events, grid, bandwidth, kernel, study_area)
    second = _density(reference, grid, wide, kernel, study_area)
    unknown = np.full(first.shape, np.nan)
    ratio = np.divide(first, second, out=unknown.copy(), where=second > 0)
    log_ratio = np.log(ratio, out=unknown.copy(), where=ratio > 0)
    return DualKDE(first, second, ratio, log_ratio, first - second, first + second)


def relative_risk(
    events: Events,
    reference: Events,
    grid: Grid,
    *,
    bandwidth: float,
    kernel: str = "quartic",
    study_area: StudyArea | None = None,
    level: float = 0.05,
    permutations: int = 999,
    rng: np.random.Generator,
) -> RelativeRisk:
    """Relative risk of each cell, with tolerance contours by random labelling.

    Parameters
    ----------
    events, reference : Events
        Two kinds of event, neither part of the other. Weights (harm) go with their event. In
        the grid's CRS. [m]
    grid : Grid
    bandwidth : float
        Of both: with two widths even the same events would differ. [m]
    kernel : str
        ``quartic`` or ``gaussian``.
    study_area : StudyArea, optional
        Given, events outside are left out.
    level : float
        Of the tolerance contours, two-sided, cell by cell. [0 to 1]
    permutations : int
        Labellings drawn. Memory and time grow with the pairs of an event and a cell in reach
        (five bandwidths for the Gaussian).
    rng : numpy.random.Generator

    Returns
    -------
    RelativeRisk

    Raises
    ------
    ParameterError, CoordinateError, DataError
        As `dual_kde`; ParameterError if ``permutations`` is below 1, the level is not between
        0 and 1, or a weight is negative.

    Notes
    -----
    ``relative_risk = (f / W) / (g / V)``, f and g the densities and W and V the total weights.
    The null keeps the places and labels them anew, so that it holds whatever the pattern of
    places. Edges need no correction: both densities lose the same share there. p counts ties
    as extreme: ``2 (extreme + 1) / (permutations + 1)``, at most 1.

    A contour at 5 % encloses some 5 % of the cells on noise: read ``p_fdr`` before saying that
    any one place differs. Do not use it where the two kinds are recorded differently (one at
    the door, one at the map's published point): it finds the recording.

    References
    ----------
    .. [1] J. E. Kelsall and P. J. Diggle, "Kernel estimation of relative risk," Bernoulli,
       1(1-2), 3-16, 1995. doi:10.2307/3318678
    .. [2] M. L. Hazelton and T. M. Davies, "Inference based on kernel estimates of the
       relative risk function in geographical epidemiology," Biometrical Journal, 51(1),
       98-109, 2009. doi:10.1002/bimj.200810495
    """
    if permutations < 1:
        raise ParameterError(f"permutations is {permutations}; give 1 or more, such as 999")
    if not 0 < level < 1:
        raise ParameterError(f"level is {level}; give a share between 0 and 1, such as 0.05")
    for kind in (events, reference):
        _require_crs(kind, grid)
        if np.any(kind.weight < 0):
            raise ParameterError("a weight is negative; relative risk needs zero or more")
        if study_area is None:
            spacetime.require_metres(kind.x, kind.y, grid.crs)
    x, y, weight = (
        np.append(getattr(events, name), getattr(reference, name))
        for name in ("x", "y", "weight")
    )
    first = np.arange(len(x)) < len(events)
    if study_area is not None:
        inside = spacetime.within(study_area, x, y)
        x, y, weight, first = x[inside], y[inside], weight[inside], first[inside]

    kernels = _kernels(grid, x, y, weight, bandwidth, kernel)
    found = _shares(kernels, weight, first[:, None])[:, 0]
    as_high, as_low = np.zeros(grid.n_cells), np.zeros(grid.n_cells)
    for done in range(0, permutations, _AT_ONCE):
        n = min(_AT_ONCE, permutations - done)
        labels = rng.permuted(np.tile(first[:, None], n), axis=0)
        drawn = _shares(kernels, weight, labels)
        as_high += (drawn >= found[:, None] - _ROUNDING).sum(axis=1)
        as_low += (drawn <= found[:, None] + _ROUNDING).sum(axis=1)
    p = np.minimum(2 * (np.minimum(as_high, as_low) + 1) / (permutations + 1), 1.0)
    known = ~np.isnan(found)
    p = np.where(known, p, np.nan)
    risk = np.divide(found, 1 - found, out=np.full(p.shape, np.nan), where=known & (found < 1))
    side = np.where(found > 0.5, 1.0, -1.0)
    tolerance = np.where(known & (p <= level), side, 0.0)
    return RelativeRisk(risk, p, benjamini_hochberg(p), tolerance)


def _kernels(
    grid: Grid, x: Floats, y: Floats, weight: Floats, bandwidth: float, kernel: str
) -> "csr_array":
    """What each event adds to the density of each cell, shape (n_cells, n_events)."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    if kernel not in spacetime.KERNELS:
        raise ParameterError(
            f"unknown kernel {kernel!r}; choose {' or '.join(spacetime.KERNELS)}"
        )
    spacetime.require_bandwidth(bandwidth)
    reach = bandwidth * (5 if kernel == "gaussian" else 1)
    centres, places = np.column_stack([grid.x, grid.y]), np.column_stack([x, y])
    if not np.isfinite(places).all():
        raise DataError("an event has no place; leave it out")
    near = cKDTree(centres).sparse_distance_matrix(
        cKDTree(places), reach, output_type="ndarray"
    )
    density = spacetime.KERNELS[kernel](near["v"], bandwidth) * weight[near["j"]]
    return csr_array((density, (near["i"], near["j"])), shape=(grid.n_cells, len(x)))


def _shares(kernels: "csr_array", weight: Floats, labels: Bools) -> Floats:
    """Share of the first kind in each cell and labelling, both kinds weighing one in all.

    One half where they go together; NaN where neither is in reach, or a kind weighs nothing.
    """
    chosen = labels.astype(np.float64)
    f, g = kernels @ chosen, kernels @ (1 - chosen)
    first, second = weight @ chosen, weight @ (1 - chosen)
    f *= second
    g *= first
    total = f + g
    share: Floats = np.divide(f, total, out=np.full(total.shape, np.nan), where=total > 0)
    share[:, (first == 0) | (second == 0)] = np.nan
    return share


def _density(
    kind: Events, grid: Grid, bandwidth: float, kernel: str, study_area: StudyArea | None
) -> Floats:
    """Density of one kind of event."""
    _require_crs(kind, grid)
    return kde(
        kind.x, kind.y, grid, bandwidth=bandwidth, kernel=kernel, weights=kind.weight,
        study_area=study_area,
    )  # fmt: skip


def _require_crs(kind: Events, grid: Grid) -> None:
    if spacetime.crs_code(kind.crs) != spacetime.crs_code(grid.crs):
        raise CoordinateError(
            f"events are in {kind.crs}, the grid in {grid.crs}; transform one of them"
        )
