"""One map against what happened in one window of time, with the interval of so few events."""

import numpy as np

from peelian.statistics import flag_shares, wilson
from peelian.terms import Bools, Floats, Interval, Table
from peelian.terms.arrays import require_length

UNKNOWN = Interval(np.nan, np.nan, "unknown")


def score_map(
    counts: Floats, flagged: Bools | Floats, area: Floats, *, weighted: bool
) -> Table:
    """Hit rate, PAI and PEI of the flagged cells in one window.

    Parameters
    ----------
    counts : array, shape (n_cells,)
        What happened in each cell, everything studied. [events]
    flagged : array, shape (n_cells,)
        Cells flagged beforehand, or the share of each.
    area : array, shape (n_cells,)
        Area of each inside the study area. [m2]
    weighted : bool
        Whether counts are sums of weights, of which no share has an interval here.

    Returns
    -------
    Table
        One row, ``n, hits, hit_rate, area_share, pai, pei``, the rates with ``_low`` and
        ``_high``. Without events every rate is NaN; with nothing flagged PAI and PEI are.

    Raises
    ------
    ParameterError
        If the lengths differ, or an area is not positive.

    Notes
    -----
    The interval is Wilson's for the hit rate, carried over to PAI and PEI: as if events were
    independent. They cluster, so it is the least the uncertainty can be; a backtest over many
    origins measures what it is.

    PEI divides by the most that the same area could have held: cells by density of events,
    the last in part. That is exact for equal cells; for others it is the relaxation of a
    knapsack, so PEI is at worst a little too low.

    Examples
    --------
    >>> counts, flagged = np.array([6.0, 7, 3, 2, 1, 0]), np.array([1, 1, 0, 0, 0, 0])
    >>> table = score_map(counts, flagged, np.ones(6), weighted=False)
    >>> {name: round(float(table.columns[name][0]), 4) for name in ("hits", "pai", "pei")}
    {'hits': 13.0, 'pai': 2.0526, 'pei': 1.0}
    """
    require_length("score", len(counts), flagged=flagged, area=area)
    n, hits = float(counts.sum()), float(np.sum(counts * flagged))
    searched, total = float(np.sum(area * flagged)), float(area.sum())
    best = float(np.sum(counts * flag_shares(counts, area, area_budget=searched)))
    rate = hits / n if n > 0 else np.nan
    interval = UNKNOWN if weighted or not n > 0 else wilson(min(hits, n), n)
    share = searched / total
    per_share = 1 / share if searched > 0 else np.nan
    per_best = n / best if best > 0 else np.nan
    columns = {"n": n, "hits": hits}
    for name, factor in (("hit_rate", 1.0), ("pai", per_share), ("pei", per_best)):
        columns[name] = rate * factor
        columns[f"{name}_low"] = interval.low * factor
        columns[f"{name}_high"] = interval.high * factor
        if name == "hit_rate":
            columns["area_share"] = share
    columns["pei_high"] = min(columns["pei_high"], 1.0)
    return Table(
        {name: np.array([value]) for name, value in columns.items()},
        f"{searched / 1e6:.4g} km2 of {total / 1e6:.4g} flagged",
        {"n": "events", "hits": "events", "hit_rate": "share", "area_share": "share"},
    )
