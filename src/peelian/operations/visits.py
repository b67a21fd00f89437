"""Value of visits with diminishing returns, and how many each spot gets."""

import numpy as np

from peelian.operations.checks import require_fraction, require_worth
from peelian.terms import EffectPrior, Floats, Ints, ParameterError

RHO = 0.5  # science 4.1: a second visit in the shift is worth half the first (an assumption)


def value_of_visits(worth: Floats, n_visits: Ints, *, rho: float = RHO) -> Floats:
    """What ``n_visits`` visits to each spot in one shift are worth.

    Parameters
    ----------
    worth : array, shape (n_spots,)
        What a first visit is worth. [events, or days of harm; an assumption about effect]
    n_visits : array of int, shape (n_spots,)
    rho : float
        Each further visit is worth this share of the one before it, 0 to 1.

    Returns
    -------
    array, shape (n_spots,)
        ``worth * (1 - rho**n) / (1 - rho)``. [as worth]

    Raises
    ------
    ParameterError
        If ``rho`` is outside 0 to 1.

    Examples
    --------
    >>> value_of_visits(np.array([10.0]), np.array([3])).tolist()
    [17.5]
    """
    require_fraction("rho", rho)
    n = np.asarray(n_visits, dtype=float)
    visits = n if rho == 1 else (1 - rho**n) / (1 - rho)
    value: Floats = np.asarray(worth, dtype=float) * visits
    return value


def allocate_visits(worth: Floats, n_visits: int, *, rho: float = RHO) -> Ints:
    """How many of ``n_visits`` interchangeable visits each spot gets.

    The next visit goes where it is worth most, which is optimal because returns diminish.
    Spots that tie are served in their order.

    Parameters
    ----------
    worth : array, shape (n_spots,)
        What a first visit is worth, above zero. [events, or days of harm]
    n_visits : int
        Visits to hand out in the shift.
    rho : float
        Each further visit is worth this share of the one before it.

    Returns
    -------
    array of int, shape (n_spots,)
        Visits by spot; they sum to ``n_visits`` (to 0 where there is no spot).

    Raises
    ------
    ParameterError
        If a worth is not a number above zero, ``n_visits`` is negative or ``rho`` is outside
        0 to 1.

    Notes
    -----
    For visits that cost the same wherever they are made. Where travel differs, use
    ``plan_routes``.

    Examples
    --------
    >>> allocate_visits(np.array([10.0, 6.0, 3.0, 1.0]), 6).tolist()
    [3, 2, 1, 0]
    """
    require_fraction("rho", rho)
    require_worth(worth)
    if n_visits < 0:
        raise ParameterError(f"n_visits is {n_visits}: give zero or more visits")
    visits = np.zeros(len(worth), dtype=np.int64)
    next_visit = np.array(worth, dtype=float)
    for _ in range(n_visits if len(worth) else 0):
        best = int(np.argmax(next_visit))
        visits[best] += 1
        next_visit[best] *= rho
    return visits


def events_prevented(expected: float, prior: EffectPrior) -> tuple[float, float, float]:
    """How many fewer events there would be if visits did what a prior says.

    Parameters
    ----------
    expected : float
        Events expected without visits. [events]
    prior : EffectPrior
        Ratio of rates with visits over without.

    Returns
    -------
    (float, float, float)
        ``expected x (1 - ratio)``, and its lowest and highest. [events]

    Notes
    -----
    An assumption carried through, not a prediction: nothing here is learned from the place.

    Examples
    --------
    >>> from peelian.terms import PLANNING_PRIOR
    >>> [round(x, 3) for x in events_prevented(10.0, PLANNING_PRIOR)]
    [1.4, 1.0, 2.0]
    """
    return (
        expected * (1 - prior.ratio),
        expected * (1 - prior.high),
        expected * (1 - prior.low),
    )
