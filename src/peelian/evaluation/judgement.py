"""Judgement against model: what people drew, and as much area that a model flags, at origins.

At each origin a model flags exactly as much area as the boxes that stood there had; events
inside each are counted, and compared in pairs. Judgement may also be joined to a model: the
boxes first, then the model's cells outside them but for those that people left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from peelian.evaluation.backtest import usual_block
from peelian.evaluation.results import verdict
from peelian.evaluation.scores import (
    Estimate,
    Resamples,
    resample_origins,
    scaled,
    score_difference,
    score_ratio,
)
from peelian.evaluation.tally import Frame, forecast_risks, happened
from peelian.statistics import flag_shares, garwood, sign_flip_test, wilson
from peelian.terms import Bools, Floats, Forecaster, History, Table

DRAWN, WITH = "drawn boxes", "with boxes"
_NOTHING = 1e-6  # share of a cell that is left when a box covers it, but for rounding


@dataclass(frozen=True, eq=False)
class Drawn:
    """What people had drawn by one origin, and what happened there after it.

    Attributes
    ----------
    area : float
        Covered by boxes, each place once. [m2]
    hits : float
        Events inside them in the time scored. [events]
    share : array, shape (n_cells,)
        Of each cell's area inside boxes. [0 to 1]
    inside : array, shape (n_cells,)
        The hits by cell. [events]
    left_out : array of bool, shape (n_cells,)
        Cells to which people said that nobody shall be sent, or for which a box stands.
    """

    area: float
    hits: float
    share: Floats
    inside: Floats
    left_out: Bools


def score_judgement(
    history: History,
    forecasters: Mapping[str, Forecaster],
    origins: Sequence[int],
    drawn: Iterable[Drawn],
    *,
    area_budget: float,
    horizon: int = 1,
    block: int | None = None,
    draws: int = 2_000,
    rng: np.random.Generator,
) -> Table:
    """Score drawn boxes against forecasters that flag the same area, in pairs.

    Parameters
    ----------
    history : History
    forecasters : mapping of name to Forecaster
    origins : sequence of int
        Numbers of the periods scored: those at which any box stood.
    drawn : iterable of Drawn
        One for each origin.
    area_budget : float
        Area that the forecaster flags where it is joined with the boxes. [m2]
    horizon : int
        Periods scored together from each origin on. [periods]
    block : int, optional
        Consecutive origins resampled together; as many as fill four weeks when not given.
    draws : int
        Bootstrap draws.
    rng : numpy.random.Generator

    Returns
    -------
    Table
        For each forecaster two rows: the boxes against it at their area, and it with the boxes
        against it alone at ``area_budget``. Columns ``flagged, against, origins, area`` (mean,
        km2), ``events, hits, hits_against``; ``per_km2, per_km2_against, pai, pai_against,
        difference`` each with ``_low`` and ``_high``; ``p, verdict``.

    Notes
    -----
    Hits are paired at each origin, so the interval of the difference is that of the block
    bootstrap as for any challenger; below ten whole blocks there is no claim.

    Where boxes hold more than ``area_budget``, joined with a forecaster they count in part, as
    tied cells do: hits times budget over area.
    """
    block = block or usual_block(history, list(origins))
    frame = Frame.of(history, list(origins), area_budget, horizon)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in forecasters}
    risks = {
        name: forecast_risks(name, forecaster, history, frame)
        for name, forecaster in forecasters.items()
    }
    own = []
    for origin, one in zip(frame.origins, drawn, strict=True):
        counts = happened(history, origin, horizon)
        own.append((one.area, one.hits))
        for name, risk in ((name, next(each)) for name, each in risks.items()):
            found[name].append(
                (
                    _caught(risk, counts, frame.area, one.area),
                    _caught(risk, counts, frame.area, area_budget),
                    _joined(risk, counts, frame.area, one, area_budget),
                )
            )
    area, hits = np.array(own).T
    some = area > 0
    rows = []
    everywhere, whole = np.ones(len(area), dtype=bool), np.full(len(area), area_budget)
    for name, caught in found.items():
        at_their_area, alone, joined = np.array(caught).T
        if some.any():
            pair = (hits[some], at_their_area[some], area[some])
            rows.append(_row(DRAWN, name, pair, frame, some, block, draws, rng))
        pair = (joined, alone, whole)
        rows.append(_row(f"{name} {WITH}", name, pair, frame, everywhere, block, draws, rng))
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return Table(
        columns,
        "Judgement and model in the same area",
        {
            "area": "km2",
            "events": "events",
            "hits": "events",
            "per_km2": "events a km2 and origin",
            "per_km2_against": "events a km2 and origin",
            "difference": "events an origin",
        },
    )


def _caught(risk: Floats, counts: Floats, area: Floats, area_budget: float) -> float:
    """Hits of a model that flags so much."""
    budget = min(area_budget, float(area.sum()))
    return float(np.sum(counts * flag_shares(risk, area, area_budget=budget)))


def _joined(
    risk: Floats, counts: Floats, area: Floats, one: Drawn, area_budget: float
) -> float:
    """Hits of the boxes and, for the rest of the budget, of the model outside them."""
    if one.area >= area_budget:
        return one.hits * area_budget / one.area
    left = area * (1 - one.share)
    open_to = ~one.left_out & (one.share < 1 - _NOTHING)
    if not open_to.any():
        return one.hits
    rest = min(area_budget - one.area, float(left[open_to].sum()))
    worth = (risk * (1 - one.share))[open_to]
    flagged = flag_shares(worth, left[open_to], area_budget=rest)
    return one.hits + float(np.sum((counts - one.inside)[open_to] * flagged))


def _row(
    flagged: str,
    against: str,
    pair: tuple[Floats, Floats, Floats],
    frame: Frame,
    some: Bools,
    block: int,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, object]:
    """One comparison: hits of the one and the other at the same area of each origin."""
    hits, others, area = pair
    events = frame.events[some]
    block = min(block, len(hits))
    resamples = resample_origins(len(hits), block, draws=draws, rng=rng)
    difference = score_difference(hits - others, resamples)
    row: dict[str, object] = {
        "flagged": flagged,
        "against": against,
        "origins": len(hits),
        "area": float(area.mean()) / 1e6,
        "events": float(events.sum()),
        "hits": float(hits.sum()),
        "hits_against": float(others.sum()),
    }
    for ending, caught in (("", hits), ("_against", others)):
        row |= _spread(f"per_km2{ending}", _per_km2(caught, area, frame, resamples))
        row |= _spread(f"pai{ending}", _pai(caught, events, area, frame, resamples))
    row |= _spread("difference", difference)
    row["p"] = sign_flip_test(hits - others, rng=rng, block=block)
    row["verdict"] = verdict(difference, baseline=against, n_blocks=resamples.n_blocks)
    return row


def _per_km2(hits: Floats, area: Floats, frame: Frame, resamples: Resamples) -> Estimate:
    """Hits a square kilometre and origin; few hits never make it look certain."""
    searched = area / 1e6
    guard = garwood(float(hits.sum()), float(searched.sum())) if frame.whole else None
    return score_ratio(hits, searched, resamples, guard)


def _pai(
    hits: Floats, events: Floats, area: Floats, frame: Frame, resamples: Resamples
) -> Estimate:
    """Hits over those that chance would put into the same area."""
    by_chance = events * area / float(frame.area.sum())
    total, share = float(events.sum()), float(by_chance.sum())
    if not share > 0:
        return score_ratio(hits, by_chance, resamples)
    rate = Estimate(np.nan, wilson(min(float(hits.sum()), total), total))
    return score_ratio(hits, by_chance, resamples, scaled(rate, total / share).interval)


def _spread(name: str, estimate: Estimate) -> dict[str, object]:
    """An estimate as three columns."""
    interval = estimate.interval
    return {name: estimate.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
