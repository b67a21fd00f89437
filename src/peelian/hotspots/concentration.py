"""How few places hold how much: concentration of events over cells, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics import (
    bootstrap_limits,
    generalised_gini,
    gini,
    lorenz,
    places_holding,
    top_share,
)
from peelian.terms import Floats, ParameterError

TOP_SHARES = (0.01, 0.05, 0.10)
HELD_SHARES = (0.25, 0.50)  # Weisburd's law of crime concentration
MIN_PLACES = 40  # in the top share: limits resting on fewer missed too often in trials
_DRAWN_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Concentration:
    """Measures of concentration, one a row, and the Lorenz curve.

    ``measure`` names each: ``gini``, ``generalised_gini``, ``top_share_0.05`` (share of events
    in the busiest 5 % of places), ``places_holding_0.5`` (smallest share of places with half
    of the events). ``value``, ``low`` and ``high`` are NaN where unknown. ``place_share``
    and ``event_share`` draw the curve, the emptiest places first.
    """

    measure: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    place_share: Floats
    event_share: Floats


def concentration(
    counts: ArrayLike,
    *,
    area: ArrayLike | None = None,
    n_events: float | None = None,
    draws: int = 2000,
    rng: np.random.Generator,
) -> Concentration:
    """Gini, generalised Gini, share of events in the top places and places for a share.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        Events or harm by place (cells, segments, areas), zero places included. Leaving those
        out makes any pattern look even. [events, or days]
    area : array, shape (n_cells,), optional
        Given, places rank by density and shares of places are shares of area. [m2]
    n_events : float, optional
        Number of events where counts are weighted by harm, for the generalised Gini; without
        it weighted counts leave it NaN. [events]
    draws : int
        Bootstrap draws for the intervals.
    rng : numpy.random.Generator

    Returns
    -------
    Concentration
        All NaN without events or places. Limits are NaN with fewer than two places, and those
        of a top share that holds fewer than MIN_PLACES of them; the generalised Gini is NaN
        when areas are given.

    Raises
    ------
    ParameterError
        If a count is negative or not finite, an area not positive, lengths differ, or
        ``draws`` is below 1.

    Notes
    -----
    Places are drawn with replacement, as many as there are, and 95 % limits read by
    `bootstrap_limits`. They say how far the figure would move had the study area been made of
    other places of the same kind. They do not say how far chance moved the events: with fewer
    events than places even a level risk looks concentrated, and only the generalised Gini
    allows for that in part.

    Do not use it to find places (it names none), or to compare areas cut into units of
    different size: smaller units always look more concentrated.

    References
    ----------
    .. [1] W. Bernasco and W. Steenbeek, "More places than crimes: implications for evaluating
       the law of crime concentration at place," Journal of Quantitative Criminology, 33,
       451-467, 2017. doi:10.1007/s10940-016-9324-7
    .. [2] D. Weisburd, "The law of crime concentration and the criminology of place,"
       Criminology, 53(2), 133-157, 2015. doi:10.1111/1745-9125.12070
    """
    if draws < 1:
        raise ParameterError(f"draws is {draws}; give 1 or more, such as 2000")
    values = np.asarray(counts, dtype=np.float64)
    place_share, event_share = lorenz(values, area)
    counted = n_events is not None or np.array_equal(values, np.floor(values))
    even = generalised_gini(values, n_events=n_events) if area is None and counted else np.nan
    value = [gini(values, area), even]
    value += [top_share(values, share, area) for share in TOP_SHARES]
    value += [places_holding(values, share, area) for share in HELD_SHARES]
    measure = (
        "gini",
        "generalised_gini",
        *(f"top_share_{share:g}" for share in TOP_SHARES),
        *(f"places_holding_{share:g}" for share in HELD_SHARES),
    )
    found = np.array(value)
    low, high = np.full(found.shape, np.nan), np.full(found.shape, np.nan)
    if len(values) >= 2 and values.sum() > 0:
        size = np.ones(len(values)) if area is None else np.asarray(area, dtype=np.float64)
        drawn = _drawn(values, size, n_events, draws, rng)
        drawn = drawn[
            ~np.isnan(drawn[:, 0])
        ]  # a draw of nothing but empty places says nothing
        if len(drawn):
            low, high = bootstrap_limits(drawn, len(values))
    few = [share * len(values) < MIN_PLACES for share in TOP_SHARES]
    unknown = np.isnan(found) | np.array([False, False, *few, *[False] * len(HELD_SHARES)])
    low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
    return Concentration(measure, found, low, high, place_share, event_share)


def _drawn(
    values: Floats, size: Floats, n_events: float | None, draws: int, rng: np.random.Generator
) -> Floats:
    """Every measure in each draw of places, shape (draws, n_measures).

    Places of the same count and size are one kind: a draw is how often each kind occurs.
    """
    kinds, times = np.unique(np.column_stack([values, size]), axis=0, return_counts=True)
    order = np.argsort(kinds[:, 0] / kinds[:, 1], kind="stable")
    kinds, times = kinds[order], times[order]
    n, total = len(values), values.sum()
    c = total if n_events is None else n_events
    measures = np.empty((draws, 2 + len(TOP_SHARES) + len(HELD_SHARES)))
    at_once = max(1, _DRAWN_AT_ONCE // len(kinds))
    for done in range(0, draws, at_once):
        chosen = rng.multinomial(n, times / n, size=min(at_once, draws - done))
        places = np.cumsum(chosen * kinds[:, 1], axis=1)
        events = np.cumsum(chosen * kinds[:, 0], axis=1)
        for i, (place, event) in enumerate(zip(places, events, strict=True), start=done):
            measures[i] = _measures(place, event, n, c * event[-1] / total)
    return measures


def _measures(place: Floats, event: Floats, n: int, c: float) -> Floats:
    """Every measure from running totals of places and events, the emptiest first."""
    if event[-1] <= 0:
        return np.full(2 + len(TOP_SHARES) + len(HELD_SHARES), np.nan)
    place = np.append(0.0, place / place[-1])
    event = np.append(0.0, event / event[-1])
    plain = 1 - np.sum(np.diff(place) * (event[1:] + event[:-1]))
    even = max(1 / c, 1 / n) * plain * n - max(n / c, 1) + 1
    taken, held = 1 - place[::-1], 1 - event[::-1]
    rising = np.append(True, np.diff(held) > 0)
    top = np.interp(TOP_SHARES, taken, held)
    holding = np.interp(HELD_SHARES, held[rising], taken[rising])
    measures: Floats = np.concatenate([[plain, even], top, holding])
    return measures
