"""Small counts of people are not printed, alone or by subtraction."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Bools, ParameterError

SMALL_COUNT = 5  # counts of people from 1 to 4 are withheld
FEWER = f"fewer than {SMALL_COUNT}"


def withhold_small(counts: ArrayLike) -> Bools:
    """Which counts of people may not be printed when their total is known.

    Parameters
    ----------
    counts : array, shape (n,)
        People in each cell of one row or column, zeros included. [people]

    Returns
    -------
    mask : array of bool, shape (n,)
        True for counts of 1 to 4, and for as many of the smallest others as it takes: at
        least two are withheld, and each could still be any number from 1 to 5.

    Raises
    ------
    ParameterError
        If a count is negative or unknown.

    Notes
    -----
    A lone small cell cannot be hidden among others: withhold its total as well. Cells of a
    table by two things need more than this.

    Examples
    --------
    >>> withhold_small([3, 20, 31]).tolist(), withhold_small([20, 31]).tolist()
    ([True, True, False], [False, False])
    """
    people = np.asarray(counts, dtype=np.float64)
    if not (people >= 0).all():
        raise ParameterError(f"counts of people are {people.tolist()}: give zero or more")
    hidden: Bools = (people > 0) & (people < SMALL_COUNT)
    smallest_first = np.argsort(people, kind="stable")
    for cell in smallest_first[~hidden[smallest_first]]:
        n = int(hidden.sum())
        if n == 0 or (n >= 2 and people[hidden].sum() - (n - 1) >= SMALL_COUNT):
            break
        hidden[cell] = True
    return hidden
