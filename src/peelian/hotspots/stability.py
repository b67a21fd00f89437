"""How sure is a rank: would the cell be on the list had chance fallen otherwise?"""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import DataError, Floats, ParameterError

_VALUES_AT_ONCE = 4_000_000


def rank_stability(
    counts: ArrayLike, k: int, *, draws: int = 1000, rng: np.random.Generator
) -> Floats:
    """Share of resampled histories in which each cell is among the ``k`` highest.

    Parameters
    ----------
    counts : array, shape (n_periods, n_cells) or (n_cells,)
        By period and cell, NaN rows where not held: held periods are drawn with replacement,
        so that what comes in bunches stays in bunches, and weights (harm) are welcome. Or
        whole-number totals by cell: each is drawn from a Poisson distribution with that mean.
    k : int
        Length of the list. [cells]
    draws : int
        Resampled histories.
    rng : numpy.random.Generator

    Returns
    -------
    share : array, shape (n_cells,)
        Sums to ``k``, or to ``n_cells`` when there are fewer cells than ``k``. Cells that tie
        at the end of the list share its last places equally; without any events every cell
        has ``k / n_cells``. Empty for no cells. [share]

    Raises
    ------
    ParameterError
        If ``k`` or ``draws`` is below 1, or ``counts`` has another number of dimensions.
    DataError
        If no period is held, or totals are not whole numbers from zero up.

    Notes
    -----
    A share near 1 says that the cell is on the list whatever the luck of the draw; one near
    one half, that a coin would do as well. It says nothing of errors in recording, which a
    resampling cannot see. With fewer than about 6 periods the draw of periods is coarse: use
    totals.

    References
    ----------
    .. [1] P. Hall and H. Miller, "Using the bootstrap to quantify the authority of an
       empirical ranking," Annals of Statistics, 37(6B), 3929-3959, 2009.
       doi:10.1214/09-AOS699
    """
    values = np.asarray(counts, dtype=np.float64)
    if k < 1 or draws < 1:
        raise ParameterError(f"k is {k} and draws {draws}; give 1 or more of each")
    if values.ndim not in (1, 2):
        raise ParameterError(
            f"counts have {values.ndim} dimensions; give (n_periods, n_cells) or (n_cells,)"
        )
    if values.ndim == 2:
        values = values[~np.isnan(values).all(axis=1)]
        if not len(values):
            raise DataError("no period is held; there is nothing to rank")
    elif not np.all((values >= 0) & (values == np.floor(values))):
        raise DataError(
            "totals must be whole numbers from zero up; give weighted counts by period"
        )
    n_cells = values.shape[-1]
    if k >= n_cells:
        return np.ones(n_cells)
    share = np.zeros(n_cells)
    at_once = max(1, _VALUES_AT_ONCE // n_cells)
    for done in range(0, draws, at_once):
        n = min(at_once, draws - done)
        share += _listed(_resampled(values, n, rng), k).sum(axis=0)
    return share / draws


def _resampled(counts: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Totals by draw and cell, shape (n, n_cells)."""
    if counts.ndim == 1:
        return rng.poisson(counts, size=(n, len(counts))).astype(np.float64)
    n_periods = len(counts)
    times = rng.multinomial(n_periods, np.full(n_periods, 1 / n_periods), size=n)
    drawn: Floats = times.astype(np.float64) @ counts
    return drawn


def _listed(totals: Floats, k: int) -> Floats:
    """Whether each cell is among the k highest of its draw; ties share the last places."""
    last = -np.partition(-totals, k - 1, axis=1)[:, k - 1, None]
    above, level = totals > last, totals == last
    places = (k - above.sum(axis=1)) / level.sum(axis=1)
    listed: Floats = above + level * places[:, None]
    return listed
