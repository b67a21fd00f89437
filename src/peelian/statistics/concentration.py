"""How unevenly events are spread over places: Lorenz curve, Gini, share in the top places."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, ParameterError
from peelian.terms.arrays import require_length


def lorenz(counts: ArrayLike, area: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Lorenz curve: share of events in each share of places, the emptiest places first.

    Parameters
    ----------
    counts : array, shape (n,)
        Events (or harm) by place, zero places included. [events, or days]
    area : array, shape (n,), optional
        Given, shares of places are shares of area and places rank by density. [m2]

    Returns
    -------
    place_share, event_share : arrays, shape (n + 1,)
        From (0, 0) to (1, 1), convex. All NaN but the first when there are no events; a
        single 0 without places. [share]

    Raises
    ------
    ParameterError
        If a count is negative or not finite, an area not positive, or their lengths differ.

    References
    ----------
    .. [1] M. O. Lorenz, "Methods of measuring the concentration of wealth," Publications of
       the American Statistical Association, 9(70), 209-219, 1905. doi:10.2307/2276207

    Examples
    --------
    >>> places, events = lorenz([3, 0, 1, 0])
    >>> events
    array([0.  , 0.  , 0.  , 0.25, 1.  ])
    """
    values, size = _checked(counts, area)
    order = np.argsort(values / size, kind="stable")
    places = np.append(0.0, np.cumsum(size[order]))
    events = np.append(0.0, np.cumsum(values[order]))
    if not len(values):
        return places, events
    with_events = events[-1] if events[-1] > 0 else np.nan
    events[1:] /= with_events
    return places / places[-1], events


def gini(counts: ArrayLike, area: ArrayLike | None = None) -> float:
    """Gini coefficient: 0 when every place has the same, near 1 when one has all.

    Parameters
    ----------
    counts : array, shape (n,)
        Events (or harm) by place, zero places included. [events, or days]
    area : array, shape (n,), optional
        As `lorenz`: 0 then means even *density*. [m2]

    Returns
    -------
    float
        Twice the area between the Lorenz curve and the diagonal; ``1 - 1/n`` when one of n
        places has all. NaN without events. [0 to 1]

    Raises
    ------
    ParameterError
        As `lorenz`.

    Notes
    -----
    ``(2 sum_i i y_i - n - 1) / n`` over shares y sorted ascending. With fewer events than
    places it is high even where every place is as likely as any other: use
    `generalised_gini`.

    References
    ----------
    .. [1] W. Bernasco and W. Steenbeek, "More places than crimes: implications for evaluating
       the law of crime concentration at place," Journal of Quantitative Criminology, 33,
       451-467, 2017. doi:10.1007/s10940-016-9324-7

    Examples
    --------
    >>> print(f"{gini([5, 2, 1, 1, 1] + [0] * 15):.2f}")
    0.84
    """
    places, events = lorenz(counts, area)
    if not events[-1] > 0:
        return np.nan
    return float(1 - np.sum(np.diff(places) * (events[1:] + events[:-1])))


def generalised_gini(counts: ArrayLike, *, n_events: float | None = None) -> float:
    """Gini coefficient against the most even spread that so few events allow.

    Parameters
    ----------
    counts : array, shape (n,)
        Events by place, zero places included. [events]
    n_events : float, optional
        Number of events, where counts are weighted (harm). Their sum when not given.

    Returns
    -------
    float
        0 when no place could have fewer, such as one event in each of some places; equal to
        `gini` with as many events as places or more. NaN without events. [below 1]

    Raises
    ------
    ParameterError
        As `lorenz`, or if ``n_events`` is not positive.

    Notes
    -----
    With n places, c events and shares y sorted ascending [1]_::

        max(1/c, 1/n) (2 sum_i i y_i - n - 1) - max(n/c, 1) + 1

    For serious violence, with far fewer events than places, only this one is honest. Chance
    alone still lifts it above 0, as some events fall on one place by luck.

    References
    ----------
    .. [1] Bernasco and Steenbeek 2017, as `gini`.

    Examples
    --------
    >>> print(f"{generalised_gini([5, 2, 1, 1, 1] + [0] * 15):.2f}")
    0.68
    """
    if n_events is not None and not n_events > 0:
        raise ParameterError(f"n_events is {n_events}; give a number above zero")
    plain = gini(counts)
    values = np.asarray(counts, dtype=np.float64)
    c, n = float(values.sum()) if n_events is None else n_events, len(values)
    if np.isnan(plain):
        return plain
    return max(1 / c, 1 / n) * plain * n - max(n / c, 1) + 1


def top_share(counts: ArrayLike, share: float, area: ArrayLike | None = None) -> float:
    """Share of events in the busiest ``share`` of places.

    Parameters
    ----------
    counts : array, shape (n,)
        [events, or days]
    share : float
        Of the places, or of the area when given; 0.05 for the top 5 %. [0 to 1]
    area : array, shape (n,), optional
        [m2]

    Returns
    -------
    float
        The last place is taken in part where the share is not a whole number of places. NaN
        without events. [share]

    Raises
    ------
    ParameterError
        As `lorenz`, or if ``share`` is not between 0 and 1.

    Examples
    --------
    >>> top_share([6, 2, 1, 1], 0.25)
    0.6
    """
    _require_share(share)
    places, events = lorenz(counts, area)
    if not events[-1] > 0:
        return np.nan
    return float(np.interp(share, 1 - places[::-1], 1 - events[::-1]))


def places_holding(counts: ArrayLike, share: float, area: ArrayLike | None = None) -> float:
    """Smallest share of places that holds ``share`` of the events.

    Parameters
    ----------
    counts : array, shape (n,)
        [events, or days]
    share : float
        Of the events; 0.5 for half of them. [0 to 1]
    area : array, shape (n,), optional
        [m2]

    Returns
    -------
    float
        Of the places, or of the area when given; the last place in part. NaN without events.
        [share]

    Raises
    ------
    ParameterError
        As `top_share`.

    References
    ----------
    .. [1] D. Weisburd, "The law of crime concentration and the criminology of place,"
       Criminology, 53(2), 133-157, 2015. doi:10.1111/1745-9125.12070

    Examples
    --------
    >>> places_holding([6, 2, 1, 1], 0.6)
    0.25
    """
    _require_share(share)
    places, events = lorenz(counts, area)
    if not events[-1] > 0:
        return np.nan
    taken, held = 1 - places[::-1], 1 - events[::-1]
    rising = np.append(True, np.diff(held) > 0)  # empty places hold nothing more
    return float(np.interp(share, held[rising], taken[rising]))


def _checked(counts: ArrayLike, area: ArrayLike | None) -> tuple[Floats, Floats]:
    """Counts and the size of each place, 1 unless areas are given."""
    values = np.asarray(counts, dtype=np.float64)
    size = np.ones(values.shape) if area is None else np.asarray(area, dtype=np.float64)
    if values.ndim != 1:
        raise ParameterError(f"counts have {values.ndim} dimensions; give one count a place")
    require_length("concentration", len(values), area=size)
    if not np.all((values >= 0) & np.isfinite(values)):
        raise ParameterError("counts must be numbers from zero up; add up the held periods")
    if not np.all((size > 0) & np.isfinite(size)):
        raise ParameterError("every place needs an area above zero")
    return values, size


def _require_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ParameterError(f"share is {share}; give a number from 0 to 1, such as 0.05")
