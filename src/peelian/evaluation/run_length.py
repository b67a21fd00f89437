"""How high a running sum may go before it signals, so that false alarms stay rare."""

from peelian.evaluation.monitoring import average_run_length
from peelian.terms import ParameterError

_STATES = 150  # of the chain in the search: run lengths come out right to about 1 %


def cusum_limit(*, usual: float, raised: float, run_length: float) -> float:
    """Least limit of a `poisson_cusum` whose false alarms are so far apart.

    Parameters
    ----------
    usual, raised : float
        Mean in control, and the mean to be found soon. [events a period]
    run_length : float
        Periods between false alarms, on average, at least. [periods]

    Returns
    -------
    float
        To a tenth of an event, upward. [events]

    Raises
    ------
    ParameterError
        Unless ``0 < usual < raised`` and the run length is 1 or more.

    Notes
    -----
    When m series are watched together, some series gives a false alarm m times as often: give
    m times the run length.

    References
    ----------
    .. [1] D. Brook and D. A. Evans, "An approach to the probability distribution of cusum run
       length," Biometrika, 59(3), 539-549, 1972. doi:10.1093/biomet/59.3.539

    Examples
    --------
    >>> cusum_limit(usual=4, raised=6, run_length=400)
    9.9
    """
    if not 1 <= run_length < 1e9:
        raise ParameterError(f"run length is {run_length:g}: give 1 or more periods")

    def enough(limit: float) -> bool:
        found = average_run_length(
            limit, usual=usual, raised=raised, mean=usual, states=_STATES
        )
        return found >= run_length

    high = 1
    while not enough(high):
        high *= 2
    tenths = range(5 * high if high > 1 else 1, 10 * high + 1)
    low, top = tenths[0], tenths[-1]
    while low < top:
        middle = (low + top) // 2
        low, top = (low, middle) if enough(middle / 10) else (middle + 1, top)
    return top / 10
