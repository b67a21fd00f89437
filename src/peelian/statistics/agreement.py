"""How well labels agree: with the truth (precision, recall, F1), and among coders (kappa)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics.intervals import Z95, wilson, wilson_limits
from peelian.terms import Interval, ParameterError

_METHOD = "Fleiss, Cohen and Everitt"


@dataclass(frozen=True)
class Retrieval:
    """Precision, recall and F1 of one class, each with its interval. [share]"""

    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float
    f1_interval: Interval


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa with its standard error and interval, and the plain agreement. [share]"""

    kappa: float
    standard_error: float
    interval: Interval
    agreement: float
    n: int


def retrieval(hits: int, false_alarms: int, misses: int) -> Retrieval:
    """Precision, recall and F1 from three counts.

    Parameters
    ----------
    hits, false_alarms, misses : int
        Records called so rightly, called so wrongly, and not called so wrongly. [records]

    Returns
    -------
    Retrieval
        NaN where a share has nothing to be a share of.

    Raises
    ------
    ParameterError
        If a count is negative.

    Notes
    -----
    Precision and recall take Wilson intervals. F1 = 2J / (1 + J) with Jaccard's index
    J = hits / (hits + false_alarms + misses), itself a share: the Wilson limits of J, taken
    through the same rising function, are those of F1. Records must be independent and drawn at
    random; several of one crime are not.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference," JASA, 22(158), 209-212, 1927. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> found = retrieval(90, 10, 30)
    >>> found.precision, found.recall, round(found.f1, 3)
    (0.9, 0.75, 0.818)
    """
    if min(hits, false_alarms, misses) < 0:
        raise ParameterError(f"counts {hits}, {false_alarms}, {misses}: none may be negative")
    called, true, either = hits + false_alarms, hits + misses, hits + false_alarms + misses
    low, high = (float(f1_of(limit)) for limit in wilson_limits(hits, either))
    return Retrieval(
        _share(hits, called),
        wilson(hits, called),
        _share(hits, true),
        wilson(hits, true),
        float(f1_of(_share(hits, either))),
        Interval(low, high, "Wilson of Jaccard's index"),
    )


def f1_of(jaccard: ArrayLike) -> np.float64:
    """F1 of Jaccard's index: 2J / (1 + J)."""
    share = np.asarray(jaccard, dtype=np.float64)
    return np.float64(2 * share / (1 + share))


def cohen_kappa(confusion: ArrayLike) -> Kappa:
    """Cohen's kappa of two coders from their confusion table.

    Parameters
    ----------
    confusion : array, shape (n_labels, n_labels)
        Records by the first coder's label (rows) and the second's (columns). [records]

    Returns
    -------
    Kappa
        NaN for no records, and where both coders gave one label throughout.

    Raises
    ------
    ParameterError
        Unless the table is square and without negative numbers.

    Notes
    -----
    The standard error is that of large samples without assuming kappa is zero [2]_. Kappa
    falls when one label is rare, whatever the coders do: read it beside the plain agreement.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales," Educational and
       Psychological Measurement, 20(1), 37-46, 1960. doi:10.1177/001316446002000104
    .. [2] J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and
       weighted kappa," Psychological Bulletin, 72(5), 323-327, 1969. doi:10.1037/h0028106

    Examples
    --------
    >>> round(cohen_kappa([[20, 5], [10, 15]]).kappa, 3)
    0.4
    """
    table = np.asarray(confusion, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or (table < 0).any():
        raise ParameterError(f"a confusion table of shape {table.shape}: give a square one")
    n = table.sum()
    if n == 0:
        return _unknown(np.nan, 0)
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    same, chance = float(np.trace(p)), float(rows @ columns)
    if np.isclose(chance, 1):
        return _unknown(same, int(n))
    kappa = (same - chance) / (1 - chance)
    left = 1 - kappa
    on = (np.diag(p) * (1 - (rows + columns) * left) ** 2).sum()
    sums = (columns[:, None] + rows[None, :]) ** 2
    off = left**2 * ((p * sums).sum() - (np.diag(p) * np.diag(sums)).sum())
    variance = (on + off - (kappa - chance * left) ** 2) / (n * (1 - chance) ** 2)
    error = float(np.sqrt(max(variance, 0.0)))
    limits = Interval(max(kappa - Z95 * error, -1.0), min(kappa + Z95 * error, 1.0), _METHOD)
    return Kappa(float(kappa), error, limits, same, int(n))


def _unknown(agreement: float, n: int) -> Kappa:
    return Kappa(np.nan, np.nan, Interval(np.nan, np.nan, _METHOD), agreement, n)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
