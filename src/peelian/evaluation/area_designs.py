"""Designs that hold areas against areas, or one against its own past."""

from dataclasses import replace
from math import comb

import numpy as np

from peelian.evaluation.displacement import (
    displacement_quotient,
    ratio_of_ratios,
    weighted_displacement,
)
from peelian.evaluation.effects import (
    EVENTS,
    HARM,
    QUOTIENT,
    RATIO,
    Choices,
    Effect,
    Measure,
    base_warning,
    dispersion_of,
    levels_warning,
    require_above_zero,
    require_both_sides,
    small_warning,
    totals_of,
)
from peelian.evaluation.interrupted import interrupted_series
from peelian.evaluation.panels import difference_in_differences, synthetic_control
from peelian.evaluation.two_counts import compare_counts
from peelian.terms import AreaCounts, Bools, DataError, Floats, Interval, Ints, Role

DEALINGS = 40  # ways to deal the treatments from which the areas themselves give the error


def differences(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """Treated and control areas before and after, by the areas' own spread where many."""
    require_both_sides(counts, Role.TREATED, Role.CONTROL)
    compared = counts.only(counts.of(Role.TREATED, Role.CONTROL))
    treated, control = totals_of(counts, Role.TREATED), totals_of(counts, Role.CONTROL)
    n, k = len(compared.areas), int(compared.of(Role.TREATED).sum())
    if comb(n, k) >= DEALINGS and treated[1]:
        return _panel(compared, choices, rng, "did")
    require_above_zero(
        treated_area_before=treated[0],
        control_area_before=control[0],
        control_area_after=control[1],
    )
    phi, source = dispersion_of(compared, choices)
    found = ratio_of_ratios(treated, control, dispersion=phi)
    measure = Measure("ratio of ratios", found.value, found.interval, found.p, RATIO)
    fewer = found.expected - treated[1]
    low, high = (found.expected * (1 - v) for v in (found.interval.high, found.interval.low))
    prevented = Measure(
        "offences fewer than expected", fewer, Interval(low, high, "from the ratio"),
        found.p, EVENTS,
    )  # fmt: skip
    return Effect(
        "did", (measure, prevented), treated[1], found.expected, phi, source,
        (*base_warning(treated[0]), *small_warning(treated_after=treated[1])),
    )  # fmt: skip


def _panel(
    counts: AreaCounts, choices: Choices, rng: np.random.Generator, design: str
) -> Effect:
    """Poisson regression with a level for each area and each period."""
    y, treated, exposure = gathered_periods(counts)
    found = difference_in_differences(
        y, treated, exposure=exposure, permutations=choices.permutations, rng=rng
    )
    measure = Measure("rate ratio, areas and periods", found.value, found.interval, found.p,
                      RATIO)  # fmt: skip
    observed = float(counts.counts[counts.treated].sum())
    return Effect(
        design, (measure,), observed, observed / found.value, np.nan,
        f"none assumed: the error comes from {found.n_areas} areas",
    )  # fmt: skip


def gathered_periods(counts: AreaCounts) -> tuple[Floats, Bools, Floats]:
    """Counts, treatment and exposure with periods added up in which the same were treated.

    With a level for each area and each period, the sums say all that the periods do, and
    many permutations take as long as a few. Not where areas of a period differ in exposure.
    """
    y, d, e = counts.counts, counts.treated, counts.exposure
    if not np.all(e == e[0]):
        return y, d, e
    patterns, at = np.unique(d, axis=1, return_inverse=True)
    member = np.equal.outer(at.ravel(), np.arange(patterns.shape[1])).astype(np.float64)
    return y @ member, patterns, e @ member


def stepped_wedge(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """Areas that start one after another and go on."""
    compared = counts.only(counts.of(Role.TREATED, Role.CONTROL))
    begun = np.maximum.accumulate(compared.treated, axis=1)
    if not np.array_equal(begun, compared.treated):
        raise DataError(
            "an area stops being treated: a stepped wedge only starts. Use crossover"
        )
    if len(np.unique(compared.treated.sum(axis=1))) < 2:
        raise DataError(
            "every area starts in the same period: a stepped wedge needs steps. Use did"
        )
    return _panel(compared, choices, rng, "stepped-wedge")


def displacement(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """Differences of counts, with the surroundings where they are held."""
    require_both_sides(counts, Role.TREATED, Role.CONTROL)
    phi, source = dispersion_of(counts.only(counts.of(Role.TREATED, Role.CONTROL)), choices)
    pairs = {role: totals_of(counts, role) for role in Role if counts.of(role).any()}
    treated, control = pairs[Role.TREATED], pairs[Role.CONTROL]
    measures = [_difference(counts, np.ones(len(counts.kinds)), phi, EVENTS)]
    if np.isfinite(counts.harm).all():
        measures.append(_difference(counts, counts.harm, phi, HARM))
    if len(pairs) > 2:
        local = counts.only(counts.of(Role.TREATED, Role.CONTROL))
        measures.append(_difference(local, np.ones(len(counts.kinds)), phi, EVENTS))
        measures[-1] = replace(measures[-1], name="of which inside the treated area")
    expected = np.nan
    if min(*treated, *control) > 0:
        found = ratio_of_ratios(treated, control, dispersion=phi)
        expected = found.expected
        measures.append(
            Measure("ratio of ratios", found.value, found.interval, found.p, RATIO)
        )
    smallest = {f"{role.replace('-', ' ')}": min(pair) for role, pair in pairs.items()}
    return Effect(
        "wdd", tuple(measures), treated[1], expected, phi, source,
        (*small_warning(**smallest), *levels_warning(treated[0], control[0])),
    )  # fmt: skip


def _difference(counts: AreaCounts, harm: Floats, phi: float, unit: str) -> Measure:
    """The weighted displacement difference, per length of the time after and treated size."""
    now = counts.after
    length = counts.exposure.mean(axis=0)
    lengths = (float(length[~now].sum() / length[now].sum()), 1.0)

    def pair(role: Role) -> tuple[Floats, Floats] | None:
        chosen = counts.of(role)
        if not chosen.any():
            return None
        y = counts.by_kind[:, chosen].sum(axis=1)
        return y[:, ~now].sum(axis=1), y[:, now].sum(axis=1)

    roles = (Role.TREATED, Role.CONTROL, Role.TREATED_BUFFER, Role.CONTROL_BUFFER)
    size = [float(counts.size[counts.of(role)].sum()) or 1.0 for role in roles]
    areas = (1.0, size[1] / size[0], size[2] / size[0], size[3] / size[0])
    if not np.isfinite(counts.size).all():
        areas = (1.0, 1.0, 1.0, 1.0)
    treated, control, near, other = (pair(role) for role in roles)
    if treated is None or control is None:
        raise DataError("no treated or no control area")
    found = weighted_displacement(
        treated,
        control,
        treated_near=near,
        control_near=other,
        lengths=lengths,
        areas=areas,
        harm=harm,
        dispersion=phi,
    )
    name = f"weighted displacement difference{' in harm' if unit == HARM else ''}"
    return Measure(name, found.value, found.interval, found.p, unit)


def quotient(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """The displacement quotient, with the difference beside it, which has an interval."""
    require_both_sides(counts, Role.TREATED, Role.CONTROL, Role.TREATED_BUFFER)
    beside = displacement(counts, choices, rng)
    value = displacement_quotient(
        totals_of(counts, Role.TREATED),
        totals_of(counts, Role.TREATED_BUFFER),
        totals_of(counts, Role.CONTROL),
    )
    none = Interval(np.nan, np.nan, "none exists for a quotient")
    measure = Measure("weighted displacement quotient", value, none, np.nan, QUOTIENT)
    warnings = (
        "The quotient has no interval: read the weighted displacement difference beside it.",
    )
    if np.isnan(value):
        warnings = ("The treated area did not fall against the control: no quotient exists.",)
    return replace(
        beside,
        design="wdq",
        measures=(*beside.measures, measure),
        warnings=(*warnings, *beside.warnings),
    )


def synthetic(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """One area against a mean of others that went the same way before."""
    require_both_sides(counts, Role.TREATED, Role.CONTROL)
    if counts.of(Role.TREATED).sum() != 1:
        raise DataError("a synthetic control is for one treated area: use did for several")
    if np.count_nonzero(~counts.after) < 2:
        raise DataError("a synthetic control needs two periods before or more: use did")
    length = counts.exposure[counts.of(Role.TREATED)][0]
    y = counts.counts / counts.exposure * length
    one, others = y[counts.of(Role.TREATED)][0], y[counts.of(Role.CONTROL)]
    n_before = int((~counts.after).sum())
    found = synthetic_control(one, others, n_before=n_before)
    total = float(found.effect[n_before:].sum())
    placebos = np.sort([
        abs(_gap(others[k], np.delete(others, k, axis=0), n_before))
        for k in range(len(others))
        if len(others) > 1
    ])  # fmt: skip
    at = int(np.ceil(0.95 * (len(placebos) + 1)))  # conformal: the treated area is one more
    reach = float(placebos[at - 1]) if 0 < at <= len(placebos) else np.nan
    limits = Interval(total - reach, total + reach, "gaps of areas taken for treated in turn")
    unit = Measure("offences against the synthetic control", total, limits, found.p, EVENTS)
    expected = float(found.expected[n_before:].sum())
    observed = float(one[n_before:].sum())
    warnings: tuple[str, ...] = ()
    if np.isnan(reach):
        warnings = (
            f"{len(others)} areas to compare with: 19 are the fewest that give a 95 % "
            f"interval, and p cannot fall below {1 / (len(others) + 1):.2g}.",
        )
    ratio = Measure(
        "observed over synthetic", observed / expected,
        Interval(1 + limits.low / expected, 1 + limits.high / expected, limits.method),
        found.p, RATIO,
    ) if expected > 0 else None  # fmt: skip
    fit = f"Before, the gap was {found.error_before:.3g} a period (root mean square)."
    return Effect(
        "synthetic", (unit, ratio) if ratio else (unit,), observed, expected, np.nan,
        "none assumed: p is the rank among areas taken for treated in turn",
        (*warnings, fit),
    )  # fmt: skip


def _gap(one: Floats, others: Floats, n_before: int) -> float:
    """Events after, less those of the synthetic control."""
    found = synthetic_control(one, others, n_before=n_before)
    return float(found.effect[n_before:].sum())


def interrupted(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """The course of the treated areas after a date against their course before.

    Where control areas are held the course is that of treated over control.
    """
    require_both_sides(counts, Role.TREATED)
    treated, control = counts.of(Role.TREATED), counts.of(Role.CONTROL)
    at, season = _calendar(counts.periods)
    y, e, other = (np.full(at[-1] + 1, np.nan) for _ in range(3))
    y[at], other[at] = (counts.counts[some].sum(axis=0) for some in (treated, control))
    e[at] = counts.exposure[treated].mean(axis=0)
    e[np.isnan(e)] = 1.0
    compared = bool(control.any())
    found = interrupted_series(
        y,
        n_before=int(at[np.argmax(counts.after)]),
        exposure=e,
        season=None if compared else season,
        comparison=other if compared else None,
    )
    measures = tuple(
        Measure(name, one.value, one.interval, one.p, RATIO)
        for name, one in (
            ("all events after over those expected", found.overall),
            ("change of level at the start", found.level),
            ("change of slope each period", found.slope),
        )
    )
    after = np.arange(len(y)) >= at[np.argmax(counts.after)]
    course = "" if compared or season is not None else (
        "No season is allowed for: less than a year of dated periods, or no dates."
    )  # fmt: skip
    alone = "" if compared else (
        "Without control areas, whatever else began at the same time is part of this."
    )  # fmt: skip
    return Effect(
        "interrupted", measures, float(np.nansum(y[after])),
        float(np.nansum(found.expected[after])), found.dispersion,
        f"estimated about the course of {len(at)} periods",
        tuple(said for said in (alone, course) if said),
    )  # fmt: skip


def _calendar(periods: tuple[str, ...]) -> tuple[Ints, Floats | None]:
    """Where each period stands among successive ones, and the part of the year gone by.

    Months may have gaps; others are taken as they come. The season is None without dates, or
    with less than a year.
    """
    at = np.arange(len(periods))
    try:
        days = np.array(periods, dtype="datetime64[D]")
    except ValueError:
        return at, None
    if all(len(period) == len("2018-01") for period in periods):
        months = days.astype("datetime64[M]").astype(np.int64)
        at = months - months[0]
        full = days[0].astype("datetime64[M]") + np.arange(at[-1] + 1)
        days = full.astype("datetime64[D]")
    gone = (days - days.astype("datetime64[Y]")).astype(np.float64) / 365.25
    whole = np.ptp(gone) >= 0.75
    return at, gone if whole else None


def before_after(counts: AreaCounts, choices: Choices, rng: np.random.Generator) -> Effect:
    """The treated areas alone: a description."""
    require_both_sides(counts, Role.TREATED)
    alone = counts.only(counts.of(Role.TREATED))
    old, new = totals_of(alone, Role.TREATED)
    length = alone.exposure.mean(axis=0)
    e0, e1 = float(length[~alone.after].sum()), float(length[alone.after].sum())
    if not old + new:
        raise DataError("no offences before or after: nothing can be told from 0")
    phi, source = dispersion_of(alone, choices)
    found = compare_counts(new, old, exposure=(e1, e0), dispersion=phi)
    measure = Measure("rate after over rate before", found.value, found.ratio, found.p, RATIO)
    return Effect(
        "before-after", (measure,), new, old * e1 / e0, phi, source, base_warning(old)
    )
