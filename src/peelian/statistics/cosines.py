"""Interval of a mean over time whose entries depend on each other."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics.intervals import require_level
from peelian.terms import INTERVAL_LEVEL, ParameterError


def cosine_limits(
    values: ArrayLike,
    waves: Iterable[int],
    *,
    bounds: tuple[float, float],
    level: float = INTERVAL_LEVEL,
) -> tuple[float, float]:
    """Limits of the mean of a series, from how much its slow waves move.

    Parameters
    ----------
    values : array, shape (n,)
        In the order of time.
    waves : iterable of int
        Numbers of cosines to average, each from 1 to ``n - 1``; the widest interval counts.
        Few see only slow waves, where long memory shows; ``n - 1`` takes the entries for
        independent and gives the ordinary t interval.
    bounds : tuple of float
        What a mean can be at least and at most, such as 0 and 1; the limits stay inside.
    level : float
        Coverage aimed at. [0 to 1]

    Returns
    -------
    low, high : float
        Both the mean where the entries do not differ.

    Raises
    ------
    ParameterError
        If a number of waves is not between 1 and ``n - 1``, a value is not finite, the mean is
        outside ``bounds``, or ``level`` is not between 0 and 1.

    Notes
    -----
    Equal-weighted cosine estimator [1]_: with ``w_j = sqrt(2/n) sum_t y_t cos(pi j (t - 1/2)
    / n)``, the variance of the mean is the average of ``w_j^2 / n`` over the first B, and the
    error over its root has Student's t with B degrees of freedom, also with few entries and
    strong dependence. The half length is carried over to the logit scale by its slope.

    References
    ----------
    .. [1] E. Lazarus, D. J. Lewis, J. H. Stock and M. W. Watson, "HAR inference:
       recommendations for practice," Journal of Business & Economic Statistics, 36(4),
       541-559, 2018. doi:10.1080/07350015.2018.1506926

    Examples
    --------
    >>> share_kept = [0.8, 0.85, 0.9, 0.88, 0.93, 0.95, 0.9]
    >>> low, high = cosine_limits(share_kept, [6], bounds=(0, 1))
    >>> print(f"{low:.3f} {high:.3f}")
    0.832 0.926
    >>> low, high = cosine_limits(share_kept, [2, 3, 6], bounds=(0, 1))
    >>> print(f"{low:.3f} {high:.3f}")
    0.686 0.966
    """
    require_level(level)
    series, numbers = np.asarray(values, dtype=np.float64), sorted(set(waves))
    n = len(series)
    if not np.all(np.isfinite(series)):
        raise ParameterError("a value of the series is not finite; leave out what is unknown")
    if not numbers or numbers[0] < 1 or numbers[-1] > n - 1:
        raise ParameterError(
            f"waves are {numbers} of a series of {n}; give some of 1 to {n - 1}"
        )
    least, most = bounds
    mean, rounding = float(series.mean()), 1e-9 * (most - least)
    if not least - rounding <= mean <= most + rounding:
        raise ParameterError(f"the mean {mean} is not within {least} and {most}")
    if np.ptp(series) <= rounding:
        return mean, mean

    from scipy.special import expit, logit, stdtrit

    steps = np.arange(1, numbers[-1] + 1)[:, None] * (np.arange(n) + 0.5)
    moved = np.cumsum((np.cos(np.pi * steps / n) @ series) ** 2) * 2 / n**2
    counted = np.array(numbers)
    t = stdtrit(counted, 0.5 + level / 2)
    reach = float(np.max(t * np.sqrt(moved[counted - 1] / counted)))
    share = (mean - least) / (most - least)
    slope = (most - least) * share * (1 - share)
    low, high = expit(logit(share) + np.array([-1, 1]) * reach / slope)
    return least + (most - least) * float(low), least + (most - least) * float(high)
