"""Designs in which chance said who was treated: days of a spot, or one of a pair."""

from dataclasses import replace

import numpy as np

from peelian.evaluation.crossover import Crossover, crossover, randomisation_p
from peelian.evaluation.effects import (
    A_SPOT_DAY,
    ASSUMED,
    RATIO,
    Choices,
    Effect,
    Measure,
    small_warning,
)
from peelian.evaluation.logged_draw import MIN_DAYS, draw_effect
from peelian.evaluation.planning import panel_dispersion
from peelian.evaluation.two_counts import compare_counts
from peelian.statistics import Z95, sign_flip_test
from peelian.terms import AreaCounts, Bools, DataError, Floats, Interval, Role

MOST_REDRAWN = 20_000_000  # place-days of all redraws together, so that memory holds them


def days_within_spots(
    counts: AreaCounts, choices: Choices, rng: np.random.Generator
) -> Effect:
    """Each spot on its days with and without."""
    y, on, e = counts.counts, counts.treated, counts.exposure
    kept = _washed(on, choices.washout)
    both = (on & kept).any(axis=1) & (~on & kept).any(axis=1)
    if not both.any():
        raise DataError(
            "no spot has days with and days without the action: a crossover compares these. "
            "Use did"
        )
    y, on, e, kept = y[both], on[both], e[both], kept[both]
    if np.all(on == on[0]) and np.count_nonzero(np.diff(on[0])) < 2:
        raise DataError(
            "every spot is treated from one date on: that is before and after, not a "
            "crossover. Use did with control areas"
        )
    if not y[kept].sum():
        raise DataError("no offences at any spot on any day: nothing can be told from 0")
    phi, source = _cells_dispersion(y, e, choices)
    yt, yc = (y * (on & kept)).sum(axis=1), (y * (~on & kept)).sum(axis=1)
    et, ec = (e * (on & kept)).sum(axis=1), (e * (~on & kept)).sum(axis=1)
    found = crossover(yt, yt + yc, et / (et + ec), dispersion=phi)
    measures = [_within(found, yt.sum(), yc.sum(), float(et.sum()), float(ec.sum()), phi)]
    if not choices.washout:
        redrawn = _redrawn(on, choices.permutations, rng)
        measures[0] = _as_wide_as_drawn(measures[0], y, redrawn, found.variance)
        p = randomisation_p(y, on, redrawn)
        measures.append(replace(measures[0], name="the same, p by redrawing the days", p=p))
    left = int((~both).sum())
    warnings = (f"{left} areas without days of both kinds are left out.",) if left else ()
    observed = float(yt.sum())
    expected = observed / found.value if found.value > 0 else found.expected
    return Effect(
        "crossover", tuple(measures), observed, expected, phi, source,
        (*warnings, *small_warning(on_treated_days=observed, on_other_days=float(yc.sum()))),
    )  # fmt: skip


def _cells_dispersion(y: Floats, e: Floats, choices: Choices) -> tuple[float, str]:
    if choices.dispersion:
        return choices.dispersion, "as given"
    found = panel_dispersion(y, exposure=e)
    if np.isnan(found):
        return ASSUMED, "assumed: too few place-days to estimate it"
    return found, f"estimated from {y.size:,} place-days"


def _within(
    found: Crossover, yt: float, yc: float, et: float, ec: float, phi: float
) -> Measure:
    """The ratio within spots; by exact limits of the totals where one of them is 0."""
    limits, p = found.interval, found.p
    if not (yt and yc):
        totals = compare_counts(yt, yc, exposure=(et, ec), dispersion=phi)
        limits, p = totals.ratio, totals.p
    return Measure("rate ratio within spots", found.value, limits, p, RATIO)


def _as_wide_as_drawn(measure: Measure, y: Floats, redrawn: Bools, variance: float) -> Measure:
    """The interval, made no narrower than what redrawing the days shows of the total."""
    totals = np.tensordot(redrawn, y, axes=2)
    reach = float(np.quantile(np.abs(totals - totals.mean()), 0.95)) / np.sqrt(variance) / Z95
    low, high = measure.interval.low, measure.interval.high
    if not (reach > 1 and 0 < low <= high < np.inf):
        return measure
    limits = measure.value * (np.array([low, high]) / measure.value) ** reach
    method = f"{measure.interval.method}, widened to the redrawn days"
    return replace(measure, interval=Interval(float(limits[0]), float(limits[1]), method))


def _washed(on: Bools, washout: int) -> Bools:
    """Which place-days count: all but those within ``washout`` periods after treatment."""
    kept = np.ones_like(on)
    for back in range(1, washout + 1):
        kept[:, back:] &= on[:, back:] | ~on[:, :-back]
    return kept


def _redrawn(on: Bools, draws: int, rng: np.random.Generator) -> Bools:
    """Draws with as many spots treated each day, every spot as likely as another."""
    draws = max(min(draws, MOST_REDRAWN // on.size), 99)
    rank = rng.random((draws, *on.shape)).argsort(axis=1)
    return np.asarray(np.take_along_axis(np.broadcast_to(on, rank.shape), rank, axis=1))


def rotation(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """Spot-days drawn with logged probabilities against those that might have been."""
    if counts.probability is None:
        raise DataError(
            "no probabilities of the draw: give a column probability, or kept plans in a store"
        )
    on = counts.treated & (counts.probability > 0)
    found = draw_effect(counts.counts.T, on.T, counts.probability.T, washout=choices.washout)
    if np.isnan(found.ratio.value):
        raise DataError(
            f"{found.events:g} events in {found.used:,} spot-days of the draw: nothing can be "
            "told from them"
        )
    plain = Interval(np.nan, np.nan, "weights as they are: no interval")
    measures = (
        Measure("rate ratio where chance decided", found.ratio.value, found.ratio.interval,
                found.ratio.p, RATIO),
        Measure("rate ratio over all spot-days", found.everywhere.value,
                found.everywhere.interval, found.everywhere.p, RATIO),
        Measure("drawn less not drawn", found.difference, found.difference_interval,
                np.nan, A_SPOT_DAY),
        Measure("Horvitz-Thompson difference", found.horvitz_thompson, plain, np.nan,
                A_SPOT_DAY),
    )  # fmt: skip
    left = f"{found.certain:,} spot-days drawn with probability 0 or 1 teach nothing."
    warnings = (left,) if found.certain else ()
    if np.isnan(found.ratio.interval.low):
        few = f"{found.n_days} days: {MIN_DAYS} are the fewest that give an interval."
        warnings = (few, *warnings)
    observed = float(np.nansum(counts.counts[on]))
    return Effect(
        "rotation", measures, observed, np.nan, np.nan,
        f"none assumed: the error comes from {found.n_days:,} days",
        (*warnings, "The draw is analysed, not the delivery: what was not walked dilutes it."),
    )  # fmt: skip


def pairs(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """Pairs of which one was drawn for treatment: after, one against the other."""
    names = list(dict.fromkeys(pair for pair in counts.pairs if pair))
    if not names:
        raise DataError("no pairs: name the pair of each area in a column pair")
    during = counts.during(counts.after)
    y, e = during.counts.sum(axis=1), during.exposure.sum(axis=1)
    if not during.periods:
        raise DataError("no period is after the start of the action: nothing to compare")
    at = np.empty((len(names), 2), dtype=np.int64)
    for n, name in enumerate(names):
        for k, role in enumerate((Role.TREATED, Role.CONTROL)):
            members = [
                i for i, p in enumerate(counts.pairs) if p == name and counts.roles[i] is role
            ]
            if len(members) != 1:
                raise DataError(f"pair {name!r} has {len(members)} {role} areas: it needs one")
            at[n, k] = members[0]
    yt, yc = y[at[:, 0]], y[at[:, 1]]
    et, ec = e[at[:, 0]], e[at[:, 1]]
    if not (yt.sum() + yc.sum()):
        raise DataError("no offences in any pair: nothing can be told from 0")
    phi, source = _cells_dispersion(y[at], e[at], choices)
    source = source.replace("place-days", "areas")
    found = crossover(yt, yt + yc, et / (et + ec), dispersion=phi)
    p = sign_flip_test(yt / et - yc / ec, rng=rng)
    measure = _within(found, yt.sum(), yc.sum(), float(et.sum()), float(ec.sum()), phi)
    measure = replace(measure, name="rate ratio within pairs", p=p)
    observed = float(yt.sum())
    expected = observed / found.value if found.value > 0 else found.expected
    warnings = small_warning(treated=observed, control=float(yc.sum()))
    if len(names) < 6:
        warnings = (
            f"{len(names)} pairs: p cannot fall below {2 / 2 ** len(names):.2g}; six are the "
            "fewest that can reach 0.05.",
            *warnings,
        )
    return Effect("pairs", (measure,), observed, expected, phi, source, warnings)
