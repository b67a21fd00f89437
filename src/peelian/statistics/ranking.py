"""Cells in the order of their risk, sorted once for every budget of area.

What any budget would have caught, how the events are spread along the order, and how much two
orders agree. Tied cells stand together and share alike, which is the average over all their
orders; see `flag_shares` for one budget.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics.surface import require_density
from peelian.terms import Floats, Ints, ParameterError
from peelian.terms.arrays import require_length


@dataclass(frozen=True, eq=False)
class Ranking:
    """Cells from the highest risk per square metre to the lowest.

    Attributes
    ----------
    order : array, shape (n_cells,)
        Numbers of the cells; within a tie in no order.
    ends : array, shape (n_ties,)
        One past the last place of each group of tied cells; a cell by itself is a group.
    area : array, shape (n_ties + 1,)
        Area down to the end of each group, from 0 to all of it. [m2]
    """

    order: Ints
    ends: Ints
    area: Floats

    def running(self, values: Floats) -> Floats:
        """Sum of ``values``, shape (n_cells,), down to each end; shape (n_ties + 1,)."""
        return np.append(0.0, np.cumsum(values[self.order])[self.ends - 1])


def rank_cells(risk: Floats, area: Floats) -> Ranking:
    """Order cells by risk per square metre, the highest first.

    Parameters
    ----------
    risk : array, shape (n_cells,)
        Expected events (or any score). [events]
    area : array, shape (n_cells,)
        Area of each cell. [m2]

    Returns
    -------
    Ranking

    Raises
    ------
    ParameterError
        If a risk is NaN, an area is not positive, or the lengths differ.

    Examples
    --------
    >>> ranking = rank_cells(np.array([1.0, 5.0, 1.0]), np.ones(3))
    >>> ranking.ends, ranking.area
    (array([1, 3]), array([0., 1., 3.]))
    """
    density = require_density(risk, area)
    order = np.argsort(-density)
    leading = density[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = leading[1:] != leading[:-1]
    ends = np.flatnonzero(last) + 1
    spent = np.append(0.0, np.cumsum(area[order])[ends - 1])
    return Ranking(order, ends, spent)


def caught_within(ranking: Ranking, counts: Floats, area_budget: ArrayLike) -> Floats:
    """Events inside the riskiest cells for each budget of area, ties averaged.

    Parameters
    ----------
    ranking : Ranking
    counts : array, shape (n_cells,)
        What happened. [events]
    area_budget : float or array
        Area flagged, spent exactly. [m2]

    Returns
    -------
    caught : array of the shape of ``area_budget``
        Not falling as the budget grows; all events at the whole area. [events]

    Examples
    --------
    >>> ranking = rank_cells(np.array([8.0, 4, 4, 2, 1, 0]), np.ones(6))
    >>> caught_within(ranking, np.array([6.0, 7, 3, 2, 1, 0]), [1, 2, 3])
    array([ 6., 11., 16.])
    """
    budget = np.asarray(area_budget, dtype=np.float64)
    return np.asarray(np.interp(budget, ranking.area, ranking.running(counts)))


def ranked_gini(ranking: Ranking, counts: Floats) -> float:
    """Gini coefficient of events along a ranking: how far up the ranking they lie.

    Parameters
    ----------
    ranking : Ranking
        By a forecast, or by anything else.
    counts : array, shape (n_cells,)
        What happened. [events]

    Returns
    -------
    float
        1 when all events lie in the very first bit of area, 0 when they are spread as evenly
        as area (a ranking by chance), negative when they lie at the bottom. By the events
        themselves it is `gini` of their density, which no other ranking exceeds. NaN without
        events. [-1 to 1]

    Notes
    -----
    ``2 P - 1`` where P is the chance that an event lies in a riskier place than a random point
    of the study area, a tie counting half.

    Examples
    --------
    >>> perfect = rank_cells(np.array([3.0, 0, 1, 0]), np.ones(4))
    >>> ranked_gini(perfect, np.array([3.0, 0, 1, 0]))
    0.625
    """
    caught = ranking.running(counts)
    if not caught[-1] > 0:
        return np.nan
    steps = np.diff(ranking.area) / ranking.area[-1]
    return float(np.sum(steps * (caught[1:] + caught[:-1])) / caught[-1] - 1)


def tied_ranks(ranking: Ranking) -> Floats:
    """Rank of each cell from 1 for the riskiest, tied cells sharing their mean rank.

    Parameters
    ----------
    ranking : Ranking

    Returns
    -------
    ranks : array, shape (n_cells,)

    Examples
    --------
    >>> tied_ranks(rank_cells(np.array([1.0, 5.0, 1.0]), np.ones(3)))
    array([2.5, 1. , 2.5])
    """
    size = np.diff(ranking.ends, prepend=0)
    ranks = np.empty(len(ranking.order))
    ranks[ranking.order] = np.repeat(ranking.ends - (size - 1) / 2, size)
    return ranks


def rank_correlation(before: Floats, after: Floats) -> float:
    """Spearman's correlation of two rankings of the same cells.

    Parameters
    ----------
    before, after : arrays, shape (n_cells,)
        From `tied_ranks`.

    Returns
    -------
    float
        NaN when all cells of either are tied. [-1 to 1]

    Raises
    ------
    ParameterError
        If the lengths differ.

    References
    ----------
    .. [1] C. Spearman, "The proof and measurement of association between two things," American
       Journal of Psychology, 15(1), 72-101, 1904. doi:10.2307/1412159

    Examples
    --------
    >>> print(f"{rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])):.1f}")
    0.8
    """
    require_length("rank correlation", len(before), after=after)
    if not len(before):
        raise ParameterError("a rank correlation needs cells")
    middle = (len(before) + 1) / 2
    a, b = before - middle, after - middle
    spread = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / spread if spread > 0 else np.nan
