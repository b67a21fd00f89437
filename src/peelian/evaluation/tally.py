"""What one forecaster scored at each origin: arrays over origins, sums rather than scores."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np

from peelian.evaluation.scores import overlap
from peelian.statistics import (
    PIT_BINS,
    Ranking,
    against_ties,
    caught_within,
    count_scores,
    flag_shares,
    rank_cells,
    rank_correlation,
    ranked_gini,
    tied_ranks,
)
from peelian.terms import CoverageError, Floats, Forecaster, History, PlatformError

CURVE_SHARE = np.arange(1, 51) / 1000  # of the study area, for hit rates by budget


@runtime_checkable
class Walker(Protocol):
    """A forecaster that can forecast at many origins in one pass over the history."""

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """Risk of the next period at each origin, shape (n_cells,), from what came before."""
        ...


@dataclass(frozen=True, eq=False)
class Frame:
    """What is the same for every forecaster.

    Attributes
    ----------
    origins : list of int
        Numbers of the periods scored.
    events : array, shape (n_origins,)
        Events in each. [events]
    best : array, shape (n_origins,)
        The most that the budget could have held. [events]
    length_ratio : array, shape (n_origins,)
        Length of the time scored over that of as many periods like the last one held before.
    area : array, shape (n_cells,)
        [m2]
    area_budget : float
        [m2]
    area_share : float
        The budget as a share of the study area. [0 to 1]
    whole : bool
        Whether counts are whole numbers of events, which scores of a distribution need.
    horizon : int
        Periods scored together, from each origin on.
    """

    origins: list[int]
    events: Floats
    best: Floats
    length_ratio: Floats
    area: Floats
    area_budget: float
    area_share: float
    whole: bool
    horizon: int = 1

    @classmethod
    def of(
        cls, history: History, origins: list[int], area_budget: float, horizon: int = 1
    ) -> "Frame":
        """Count what happened after each origin, and the most the budget could have held."""
        area = history.grid.area
        scored = [happened(history, origin, horizon) for origin in origins]
        best = [np.sum(c * flag_shares(c, area, area_budget=area_budget)) for c in scored]
        length = history.periods.days
        held = np.flatnonzero(history.periods.held)
        last = held[np.searchsorted(held, origins) - 1]
        ahead = np.array([length[n : n + horizon].sum() for n in origins])
        weighted = history.weighted or (
            history.events is not None and bool(np.any(history.events.weight != 1))
        )
        return cls(
            origins=origins,
            events=np.array([c.sum() for c in scored]),
            best=np.array(best),
            length_ratio=ahead / (horizon * length[last]),
            area=area,
            area_budget=area_budget,
            area_share=min(area_budget / float(area.sum()), 1.0),
            whole=not weighted and all(bool(np.all(c == np.floor(c))) for c in scored),
            horizon=horizon,
        )


def happened(history: History, origin: int, horizon: int) -> Floats:
    """Events by cell in the periods from an origin on, shape (n_cells,)."""
    if horizon == 1:
        return np.asarray(history.counts[origin])
    counts: Floats = history.counts[origin : origin + horizon].sum(axis=0)
    return counts


def walks(forecaster: Forecaster, history: History, horizon: int) -> TypeGuard[Walker]:
    """Whether a forecaster can answer for all origins in one pass.

    A walk goes one period ahead, and passes over what came on record late.
    """
    late = history.late is not None or history.late_companions
    return isinstance(forecaster, Walker) and horizon == 1 and not late


@dataclass(frozen=True, eq=False)
class Tally:
    """What one forecaster scored at each origin: sums, so that origins can be pooled.

    Every array has one entry or row an origin, NaN where a score does not apply; tallies of
    successive origins are joined by `join_tallies`.

    Attributes
    ----------
    hits, adversarial_hits : arrays, shape (n_origins,)
        Events inside the flagged area, ties averaged and resolved against it. [events]
    expected, expected_flagged : arrays, shape (n_origins,)
        Events expected over all cells and over the flagged area. [events]
    past_hits : array, shape (n_origins,)
        Hits there would be, had the flagged area kept its share of all events held before.
        [events]
    curve_hits : array, shape (n_origins, n_shares)
        Hits for each of CURVE_SHARE. [events]
    ranked : array, shape (n_origins,)
        Events times their Gini coefficient along the forecaster's ranking. [events]
    decile_hits, decile_cells : arrays, shape (n_origins, 10)
        Events that happened in, and cells taken by, each tenth of the events expected, the
        least risky cells first. [events], [cells]
    overlap, kept, rank_correlation : arrays, shape (n_origins,)
        With the map of the origin before: area flagged in both over area flagged in either,
        and over area flagged before; correlation of ranks over all cells.
    brier, bernoulli, log_score, deviance, crps : arrays, shape (n_origins,)
        Proper scores summed over cells, without the events that were given no chance where
        the score would be infinite.
    unforeseen : array, shape (n_origins,)
        Events that were given no chance. [events]
    pit : array, shape (n_origins, n_bins)
        Cells by bin of the probability integral transform. [cells]
    seconds : array, shape (n_origins,)
        Time taken to forecast. [s]
    """

    hits: Floats
    adversarial_hits: Floats
    expected: Floats
    expected_flagged: Floats
    past_hits: Floats
    curve_hits: Floats
    ranked: Floats
    decile_hits: Floats
    decile_cells: Floats
    overlap: Floats
    kept: Floats
    rank_correlation: Floats
    brier: Floats
    bernoulli: Floats
    log_score: Floats
    deviance: Floats
    crps: Floats
    unforeseen: Floats
    pit: Floats
    seconds: Floats


def join_tallies(parts: Sequence[Tally]) -> Tally:
    """Tallies of successive origins as one, at least one part."""
    names = [one.name for one in fields(Tally)]
    return Tally(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def tally_origins(
    name: str,
    forecaster: Forecaster,
    history: History,
    frame: Frame,
    clock: Callable[[], float] | None,
    tell: Callable[[int], None],
) -> Tally:
    """Forecast, flag and count at every origin, holding one surface at a time."""
    parts: list[Tally] = []
    risks = forecast_risks(name, forecaster, history, frame)
    pasts = _pasts(history, frame.origins)
    before: _Map | None = None
    for i, origin in enumerate(frame.origins):
        started = clock() if clock else np.nan
        risk = next(risks)
        seconds = clock() - started if clock else np.nan
        if np.isnan(risk).any():
            raise CoverageError(
                f"{name}: unknown risk (NaN) at {history.periods.start[origin]}; "
                "raise min_history, or lengthen its window"
            )
        drawn = _Map.of(risk, frame)
        counts = happened(history, origin, frame.horizon)
        caught = _caught(drawn, counts, frame)
        expected = _expected(drawn, risk * frame.length_ratio[i], counts, next(pasts), frame)
        changed = _change(before, drawn, frame)
        parts.append(_tally(caught | expected | changed | {"seconds": seconds}))
        before = drawn
        tell(i + 1)
    return join_tallies(parts)


def tally_chance(frame: Frame) -> Tally:
    """Flagging by area share: what knowing nothing catches at each origin."""
    by_chance = frame.events * frame.area_share
    curve = frame.events[:, None] * CURVE_SHARE
    known = {"hits": by_chance, "adversarial_hits": by_chance, "curve_hits": curve}
    return _tally(known | {"ranked": 0.0}, len(frame.origins))


def tally_oracle(history: History, frame: Frame) -> Tally:
    """Flagging what did happen: the most that could be caught at each origin."""
    caught = [
        _caught(_Map.of(counts, frame), counts, frame)
        for counts in (happened(history, n, frame.horizon) for n in frame.origins)
    ]
    return join_tallies([_tally(one) for one in caught])


def tally_unknown(n_origins: int) -> Tally:
    """NaN throughout: of a forecaster that gave no forecast."""
    return _tally({}, n_origins)


@dataclass(frozen=True, eq=False)
class _Map:
    """One surface: its cells in order, and what the budget flags."""

    ranking: Ranking
    ranks: Floats
    flagged: Floats

    @classmethod
    def of(cls, risk: Floats, frame: Frame) -> "_Map":
        ranking = rank_cells(risk, frame.area)
        flagged = flag_shares(risk, frame.area, area_budget=frame.area_budget)
        return cls(ranking, tied_ranks(ranking), flagged)


def _tally(known: Mapping[str, Floats | float], n: int = 1) -> Tally:
    """A tally of ``n`` origins with NaN for what is not known."""
    widths = {"curve_hits": len(CURVE_SHARE), "decile_hits": 10, "decile_cells": 10}
    widths["pit"] = PIT_BINS
    columns = {}
    for one in fields(Tally):
        shape = (n, widths[one.name]) if one.name in widths else (n,)
        columns[one.name] = np.broadcast_to(known.get(one.name, np.nan), shape)
    return Tally(**columns)


def _caught(drawn: _Map, counts: Floats, frame: Frame) -> dict[str, Floats | float]:
    """What the map caught at its budget and at every other."""
    worst = against_ties(drawn.flagged, frame.area, counts)
    spread = ranked_gini(drawn.ranking, counts)
    budgets = CURVE_SHARE * frame.area.sum()
    return {
        "hits": float(np.sum(counts * drawn.flagged)),
        "adversarial_hits": float(np.sum(counts * worst)),
        "curve_hits": caught_within(drawn.ranking, counts, budgets),
        "ranked": 0.0 if np.isnan(spread) else spread * float(counts.sum()),
    }


def _expected(
    drawn: _Map, expected: Floats, counts: Floats, past: Floats, frame: Frame
) -> dict[str, Floats | float]:
    """What was expected against what happened; nothing where a score is no expectation."""
    if expected.min() < 0:
        return {}
    total, before = float(expected.sum()), float(past.sum())
    share = float(np.sum(past * drawn.flagged)) / before if before > 0 else np.nan
    deciles = np.linspace(0, total, 11)[1:-1]
    down = drawn.ranking.running(expected)
    tenths = [
        np.diff(np.interp(deciles, down, running), prepend=0.0, append=running[-1])[::-1]
        for running in (drawn.ranking.running(counts), np.append(0.0, drawn.ranking.ends))
    ]
    scores = {
        "expected": total,
        "expected_flagged": float(np.sum(expected * drawn.flagged)),
        "past_hits": share * float(counts.sum()),
        "decile_hits": tenths[0],
        "decile_cells": tenths[1],
    }
    return scores | (vars(count_scores(expected, counts)) if frame.whole else {})


def _change(before: _Map | None, after: _Map, frame: Frame) -> dict[str, Floats | float]:
    """How much of the map before is still there."""
    if before is None:
        return {}
    was = float(np.sum(frame.area * before.flagged))
    still = float(np.sum(frame.area * np.minimum(before.flagged, after.flagged)))
    return {
        "overlap": overlap(before.flagged, after.flagged, frame.area),
        "kept": still / was,
        "rank_correlation": rank_correlation(before.ranks, after.ranks),
    }


def _pasts(history: History, origins: Sequence[int]) -> Iterator[Floats]:
    """Events held before each origin by cell, shape (n_cells,)."""
    past, known = np.zeros(history.grid.n_cells), 0
    for origin in origins:
        for period in range(known, origin):
            if history.periods.held[period]:
                past += history.counts[period]
        known = origin
        yield past


def forecast_risks(
    name: str, forecaster: Forecaster, history: History, frame: Frame
) -> Iterator[Floats]:
    """Risk of the periods after each origin, from what was known before it alone."""

    def plain(origin: int) -> Floats:
        ahead = forecaster.forecast(history.until(origin), frame.horizon).risk
        return np.asarray(ahead.sum(axis=0))

    origins = frame.origins
    if not walks(forecaster, history, frame.horizon):
        yield from map(plain, origins)
        return
    for origin, risk in zip(origins, forecaster.walk(history, origins), strict=True):
        checked = origin in (origins[0], origins[-1])
        if checked and not np.allclose(risk, plain(origin), rtol=1e-9, atol=0, equal_nan=True):
            raise PlatformError(
                f"{name}: walk and forecast disagree at origin {origin}; "
                "walk may have used later periods"
            )
        yield risk
