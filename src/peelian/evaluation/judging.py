"""From what a forecaster caught at each origin to its scores and the words for them."""

from collections.abc import Mapping

import numpy as np

from peelian.evaluation.results import IS_BASELINE, IS_REFERENCE, BacktestRow, verdict
from peelian.evaluation.scores import (
    Estimate,
    Resamples,
    observed_over_expected,
    scaled,
    score_curve,
    score_difference,
    score_hit_rate,
    score_pei,
    score_ranking,
    score_ratio,
    score_stability,
    wilson_pooled,
)
from peelian.evaluation.tally import CURVE_SHARE, Frame, Tally
from peelian.statistics import garwood, garwood_limits, sign_flip_test
from peelian.terms import Floats, Forecaster, Interval, Table

UNSCORED = "counts are weights, not whole events, so no distribution can be scored"


def judge(
    name: str,
    made_by: Forecaster | None,
    tallies: Mapping[str, Tally],
    frame: Frame,
    resamples: Resamples,
    baseline: str,
    block: int,
    rng: np.random.Generator,
) -> BacktestRow:
    """Turn a tally into scores, differences and a verdict."""
    tally, events = tallies[name], frame.events
    rate = score_hit_rate(tally.hits, events, resamples)
    worst = score_hit_rate(tally.adversarial_hits, events, resamples)
    paired = tally.hits - tallies[baseline].hits
    difference = score_difference(paired, resamples)
    words = verdict(difference, baseline=baseline, n_blocks=resamples.n_blocks)
    if made_by is None:
        words = IS_REFERENCE
    entries = np.full(len(events), len(frame.area), dtype=np.float64)  # cells at each origin
    return BacktestRow(
        name=name,
        made_by=made_by,
        hits=tally.hits,
        adversarial_hits=tally.adversarial_hits,
        expected=tally.expected,
        hit_rate=rate,
        pai=scaled(rate, 1 / frame.area_share),
        pei=score_pei(tally.hits, frame.best, events, resamples),
        pai_adversarial=scaled(worst, 1 / frame.area_share),
        rri=score_ratio(tally.expected_flagged, tally.hits, resamples),
        rri_levine=score_ratio(tally.hits, tally.past_hits, resamples),
        search_efficiency=_search_efficiency(tally.hits, frame, resamples),
        curve=score_curve(tally.curve_hits, events, resamples),
        curve_area=_curve_area(tally.curve_hits, events, resamples),
        gini=score_ranking(tally.ranked, events, resamples, bounds=(-1, 1)),
        generalised_gini=_generalised_gini(tally.ranked, frame, resamples),
        calibration=_calibration(tally.expected, frame, resamples),
        calibration_table=_calibration_table(tally, frame),
        brier=score_ratio(tally.brier, entries, resamples),
        bernoulli=_unless_unforeseen(tally.bernoulli, tally, entries, resamples),
        log_score=_unless_unforeseen(tally.log_score, tally, entries, resamples),
        deviance=_unless_unforeseen(tally.deviance, tally, entries, resamples),
        crps=score_ratio(tally.crps, entries, resamples),
        unforeseen=float(tally.unforeseen.sum()),
        pit=tally.pit.sum(axis=0) / entries.sum(),
        overlap=score_stability(tally.overlap, resamples),
        kept=score_stability(tally.kept, resamples),
        rank_correlation=score_stability(tally.rank_correlation, resamples, bounds=(-1, 1)),
        difference=difference,
        p=np.nan if np.isnan(paired).any() else sign_flip_test(paired, rng=rng, block=block),
        verdict=IS_BASELINE if name == baseline else words,
        seconds=float(tally.seconds.sum()),
    )


def _search_efficiency(hits: Floats, frame: Frame, resamples: Resamples) -> Estimate:
    """Hits a flagged square kilometre and period; few hits never make it look certain."""
    searched = np.full(len(hits), frame.area_budget / 1e6)
    guard = garwood(float(hits.sum()), float(searched.sum())) if frame.whole else None
    return score_ratio(hits, searched, resamples, guard)


def _curve_area(curve_hits: Floats, events: Floats, resamples: Resamples) -> Estimate:
    """Hit rate averaged over all budgets of the curve; where no origin differs, Wilson's."""
    caught = np.pad(curve_hits, ((0, 0), (1, 0)))
    share = np.append(0.0, CURVE_SHARE)
    mean: Floats = np.trapezoid(caught, share, axis=1) / share[-1]
    found = score_ranking(mean, events, resamples, bounds=(0, 1))
    alike = found.interval.low == found.interval.high
    return Estimate(found.value, wilson_pooled(mean, events)) if alike else found


def _generalised_gini(ranked: Floats, frame: Frame, resamples: Resamples) -> Estimate:
    """Gini against the most even spread that so few events allow, weighted by events."""
    events = frame.events
    spread = np.maximum(len(frame.area), events)
    top = events - spread * (1 - ranked / np.maximum(events, 1))
    known = np.where(events > 0, top, 0.0) if frame.whole else np.full(len(events), np.nan)
    least = 1 - 2 * float(spread.sum()) / max(float(events.sum()), 1)
    return score_ranking(known, events, resamples, bounds=(least, 1))


def _calibration(expected: Floats, frame: Frame, resamples: Resamples) -> Estimate:
    """Observed over expected; exact limits for events, the bootstrap for weights."""
    if not frame.whole:
        return score_ratio(frame.events, expected, resamples)
    return observed_over_expected(float(frame.events.sum()), float(expected.sum()))


def _calibration_table(tally: Tally, frame: Frame) -> Table:
    """Expected against observed by tenth of what was expected."""
    expected = np.full(10, float(tally.expected.sum()) / 10)
    observed = tally.decile_hits.sum(axis=0)
    low = high = np.full(10, np.nan)
    if frame.whole and not np.isnan(observed).any():
        low, high = garwood_limits(observed)
    ratio = np.divide(observed, expected, out=np.full(10, np.nan), where=expected > 0)
    columns = {
        "decile": np.arange(1, 11),
        "cells": tally.decile_cells.sum(axis=0),
        "expected": expected,
        "observed": observed,
        "low": low,
        "high": high,
        "ratio": ratio,
    }
    units = {"cells": "cells and periods", "expected": "events", "observed": "events"}
    return Table(
        columns, "Events expected and observed", units | {"low": "95 %", "high": "95 %"}
    )


def _unless_unforeseen(
    score: Floats, tally: Tally, entries: Floats, resamples: Resamples
) -> Estimate:
    """Mean score; infinite when any event was given no chance."""
    if tally.unforeseen.sum() > 0:
        return Estimate(np.inf, Interval(np.nan, np.inf, "infinite: see unforeseen"))
    return score_ratio(score, entries, resamples)
