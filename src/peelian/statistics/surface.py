"""Scores of a risk surface: which cells a budget flags, and what they caught.

A flagged set is an array over cells: booleans, or shares from 0 to 1 where a cell is flagged
in part. A budget of area buys the most risk in order of density, ``risk / area``; a budget of
so many cells buys the most in order of risk.

**Ties.** `flag_cells` marks whole cells on the ground: it stops before the cell that would
exceed the budget, and orders tied cells by a seeded shuffle. `flag_shares` is for
scoring: it spends the budget exactly, and where it runs out among cells of equal density it
flags the same share of each, which is the average over all orders of the tied cells.
"""

import numpy as np

from peelian.terms import Bools, Floats, ParameterError
from peelian.terms.arrays import require_length

SQUARE_METRES_PER_KM2 = 1e6
_SLACK = 1e-9  # relative; a budget written in km2 must buy the cells it was meant to buy


def flag_cells(
    risk: Floats,
    area: Floats,
    *,
    area_budget: float | None = None,
    n_cells: int | None = None,
    rng: np.random.Generator,
) -> Bools:
    """Cells to flag: whole cells, the most risk for the budget first.

    Parameters
    ----------
    risk : array, shape (n_cells,)
        Expected events (or any score). [events]
    area : array, shape (n_cells,)
        Area of each cell inside the study area. [m2]
    area_budget : float, optional
        Highest risk per square metre first, until the next cell would exceed this area.
        Give this or ``n_cells``. [m2]
    n_cells : int, optional
        Flag this many cells, highest risk first.
    rng : numpy.random.Generator
        Orders tied cells, so that no part of the map is favoured.

    Returns
    -------
    flagged : array of bool, shape (n_cells,)

    Raises
    ------
    ParameterError
        If a risk is NaN, an area is not positive, the lengths differ, or not exactly one of
        ``area_budget`` and ``n_cells`` is given, zero or more.

    Notes
    -----
    Choose the budget from what patrols can cover, not from a colour ramp. When most cells
    have no risk the budget may reach into them; compare ``risk[flagged].min()`` with zero. A
    sliver of a cell, clipped by the boundary, has a high density from a single event: it takes
    little of an area budget, but it is no patrol area.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> flag_cells(np.array([1.0, 5.0, 4.0]), np.array([1.0, 1.0, 1.0]), n_cells=2, rng=rng)
    array([False,  True,  True])
    """
    density = require_density(risk, area)
    if (area_budget is None) == (n_cells is None):
        raise ParameterError("give either area_budget (m2) or n_cells, and not both")
    limit = n_cells if area_budget is None else area_budget
    if limit is None or not limit >= 0:
        raise ParameterError(f"the budget is {limit}; give zero or more")

    worth = density if n_cells is None else risk
    order = np.lexsort((rng.permutation(density.size), -worth))
    if area_budget is None:
        chosen = order[: int(limit)]
    else:
        spent = np.cumsum(area[order])
        chosen = order[: np.searchsorted(spent, area_budget * (1 + _SLACK))]
    flagged = np.zeros(density.size, dtype=np.bool_)
    flagged[chosen] = True
    return flagged


def flag_shares(risk: Floats, area: Floats, *, area_budget: float) -> Floats:
    """Share of each cell flagged when the budget is spent exactly and ties are averaged.

    Parameters
    ----------
    risk : array, shape (n_cells,)
        Expected events (or any score). [events]
    area : array, shape (n_cells,)
        Area of each cell inside the study area. [m2]
    area_budget : float
        Area flagged, no more than all of it. [m2]

    Returns
    -------
    flagged : array, shape (n_cells,)
        1 above the margin, 0 below it, and one share for all cells at the margin. [0 to 1]

    Raises
    ------
    ParameterError
        If a risk is NaN, an area is not positive, the lengths differ or the budget is
        negative.

    Notes
    -----
    Of all ways to flag this much area, none holds more risk: with ``risk`` the counts
    themselves the result is the best possible forecast. A single cell at the margin is
    flagged pro rata; in practice it is flagged or not, and `flag_cells` does not flag it.

    Examples
    --------
    >>> flag_shares(np.array([8.0, 4, 4, 2]), np.ones(4), area_budget=2)
    array([1. , 0.5, 0.5, 0. ])
    """
    density = require_density(risk, area)
    if not area_budget >= 0:
        raise ParameterError(f"area_budget is {area_budget}; give zero or more square metres")
    if area_budget >= area.sum() * (1 - _SLACK):
        return np.ones(density.size)
    if area_budget == 0:
        return np.zeros(density.size)
    margin = _margin(density, area, area_budget)

    flagged = (density > margin).astype(np.float64)
    at_margin = density == margin
    left = area_budget - _dot(area, flagged)
    share = left / float(area[at_margin].sum())
    flagged[at_margin] = 1.0 if share > 1 - _SLACK else max(share, 0.0)
    return flagged


def against_ties(flagged: Floats, area: Floats, counts: Floats) -> Floats:
    """Resolve the ties of `flag_shares` against the forecaster: fewest events first.

    Parameters
    ----------
    flagged : array, shape (n_cells,)
        From `flag_shares`: cells at the margin are those flagged in part. [0 to 1]
    area : array, shape (n_cells,)
        Area of each cell. [m2]
    counts : array, shape (n_cells,)
        What happened. [events]

    Returns
    -------
    flagged : array, shape (n_cells,)
        The same area with the lowest hit rate of all orders of the tied cells; the last cell
        pro rata. [0 to 1]

    Examples
    --------
    >>> flagged = flag_shares(np.array([8.0, 4, 4, 2]), np.ones(4), area_budget=2)
    >>> against_ties(flagged, np.ones(4), np.array([6.0, 7, 3, 2]))
    array([1., 0., 1., 0.])
    """
    require_length("ties", len(flagged), area=area, counts=counts)
    flagged = flagged.copy()
    tied = np.flatnonzero((flagged > 0) & (flagged < 1))
    left = _dot(flagged[tied], area[tied])
    order = tied[np.argsort(counts[tied] / area[tied], kind="stable")]
    before = np.cumsum(area[order]) - area[order]
    flagged[order] = np.clip((left - before) / area[order], 0, 1)
    return flagged


def hit_rate(counts: Floats, flagged: Bools | Floats) -> float:
    """Share of events inside the flagged cells.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        Events that happened. [events]
    flagged : array, shape (n_cells,)
        Flagged cells, or the share of each.

    Returns
    -------
    float
        NaN when there were no events. [share]

    Examples
    --------
    >>> hit_rate(np.array([6, 7, 3, 2, 1, 0]), np.array([1, 0, 0, 0, 0, 0]))
    0.3157894736842105
    """
    require_length("hit rate", len(counts), flagged=flagged)
    return _ratio(_dot(counts, flagged), float(np.sum(counts)))


def pai(counts: Floats, flagged: Bools | Floats, area: Floats) -> float:
    """Predictive accuracy index: hit rate over the share of the study area flagged.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        Events that happened. [events]
    flagged : array, shape (n_cells,)
        Flagged cells, or the share of each.
    area : array, shape (n_cells,)
        Area of each cell inside the study area. [m2]

    Returns
    -------
    float
        1 when everything is flagged; NaN when there were no events or nothing is flagged.

    Notes
    -----
    PAI depends on cell size and on the area flagged: compare it only between forecasts on
    the same grid with the same budget.

    References
    ----------
    .. [1] S. Chainey, L. Tompson and S. Uhlig, "The utility of hotspot mapping for predicting
       spatial patterns of crime," Security Journal, 21, 4-28, 2008.
       doi:10.1057/palgrave.sj.8350066

    Examples
    --------
    >>> pai(np.array([6, 7, 3, 2, 1, 0]), np.array([1, 0, 0, 0, 0, 0]), np.ones(6))
    1.894736842105263
    """
    require_length("PAI", len(counts), area=area)
    return _ratio(hit_rate(counts, flagged), _dot(area, flagged) / float(np.sum(area)))


def pei(counts: Floats, flagged: Bools | Floats, area: Floats) -> float:
    """Predictive efficiency index: hits over the most that the same area could have held.

    Parameters
    ----------
    counts, flagged, area : arrays, shape (n_cells,)
        As in `pai`.

    Returns
    -------
    float
        1 for the best possible forecast; NaN when there were no events or nothing is
        flagged. [0 to 1]

    Notes
    -----
    The best possible is greedy by density with the last cell pro rata, which is exact for
    equal cells and otherwise an upper bound on whole cells. The ratio equals PAI over the
    best PAI. It favours large cells.

    References
    ----------
    .. [1] J. M. Hunt, "Do crime hot spots move?" PhD thesis, American University, 2016.

    Examples
    --------
    >>> pei(np.array([6, 7, 3, 2, 1, 0]), np.array([1, 0, 0, 0, 0, 0]), np.ones(6))
    0.8571428571428571
    """
    require_length("PEI", len(counts), flagged=flagged, area=area)
    best = flag_shares(
        np.asarray(counts, dtype=np.float64), area, area_budget=_dot(area, flagged)
    )
    return _ratio(_dot(counts, flagged), _dot(counts, best))


def search_efficiency(counts: Floats, flagged: Bools | Floats, area: Floats) -> float:
    """Events caught per square kilometre flagged.

    Parameters
    ----------
    counts, flagged, area : arrays, shape (n_cells,)
        As in `pai`; area in m2.

    Returns
    -------
    float
        NaN when nothing is flagged. [events per km2]

    Examples
    --------
    >>> search_efficiency(np.array([3.0, 1.0]), np.array([True, False]), np.array([5e5, 5e5]))
    6.0
    """
    require_length("search efficiency", len(counts), flagged=flagged, area=area)
    return _ratio(_dot(counts, flagged), _dot(area, flagged) / SQUARE_METRES_PER_KM2)


def require_density(risk: Floats, area: Floats) -> Floats:
    """Risk per square metre, after checking both."""
    require_length("risk", len(area), risk=risk)
    if np.isnan(risk).any():
        n = int(np.isnan(risk).sum())
        raise ParameterError(f"risk is unknown (NaN) in {n} cells; leave those cells out")
    if not np.all(area > 0):
        raise ParameterError("a cell has no area; keep only cells inside the study area")
    density: Floats = risk / area
    return density


def _margin(density: Floats, area: Floats, area_budget: float) -> float:
    """Density of the cell in which the budget runs out; sorts only cells above it."""
    lowest, budget = float(density.min()), area_budget * (1 - _SLACK)
    above = np.flatnonzero(density > lowest)  # most cells of most maps share the lowest
    top = min(above.size, 1 + int(2 * area_budget / float(np.max(area))))
    while float(area[above].sum()) >= budget:
        leading = above[np.argpartition(-density[above], top - 1)[:top]]
        leading = leading[np.argsort(-density[leading])]
        last = int(np.searchsorted(np.cumsum(area[leading]), budget))
        if last < top or top == above.size:
            return float(density[leading[min(last, top - 1)]])
        top = min(above.size, 2 * top)
    return lowest


def _dot(values: Floats, flagged: Bools | Floats) -> float:
    """Sum of products; plain numpy, as starting BLAS threads costs more than these sums."""
    return float(np.sum(values * flagged))


def _ratio(numerator: float, denominator: float) -> float:
    """NaN rather than an error or infinity over nothing."""
    return numerator / denominator if denominator > 0 else np.nan
