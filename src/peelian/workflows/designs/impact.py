"""Did it work, and could it show: the effect of an action, and the power of its design."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from peelian import evaluation, reports
from peelian.evaluation import Choices, DesignPower, Effect, Measure
from peelian.store import Store
from peelian.terms import (
    PLANNING_PRIOR,
    AreaCounts,
    Bools,
    Floats,
    ParameterError,
    Provenance,
    Role,
    Table,
    Texts,
)
from peelian.workflows.designs.measured import (
    Gathered,
    gather_baseline,
    gather_counts,
    spans_of,
    tabled,
)
from peelian.workflows.designs.rotated import gather_rotation
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import ImpactSettings, PowerSettings, generator

RATIOS = (PLANNING_PRIOR.ratio, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.25)  # the prior's first


def impact(
    store: Store | None,
    settings: ImpactSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Tell the effect of an action by a design, from counts before and after."""
    rotated = settings.design == "rotation" and not tabled(settings.measured)
    gather = gather_rotation if rotated else gather_counts
    gathered = gather(store, settings.measured, now=now)
    progress(0.2, "Estimating")
    effect = effect_of(gathered.counts, settings)
    record = record_of(
        "evaluate impact",
        settings,
        gathered.ingredients,
        method=method_of(effect),
        seed=settings.seed,
        now=now,
    )
    notes = (*effect_sentences(effect), *gathered.notes)
    return Outcome(
        effect_table(effect),
        noted(record, notes, gathered),
        summary=effect_summary(effect),
        tables=(("counts", counts_table(gathered.counts)),),
    )


def effect_of(counts: AreaCounts, settings: ImpactSettings) -> Effect:
    """The effect that counts show by the design of the settings."""
    choices = Choices(settings.dispersion, settings.washout, settings.permutations)
    rng = generator(settings.seed)
    return evaluation.estimate_effect(counts, settings.design, choices, rng=rng)


def method_of(effect: Effect) -> str:
    """What computed the numbers, for the record."""
    return f"estimate_effect(design={effect.design!r}, dispersion={effect.dispersion:.4g})"


def noted(record: Provenance, notes: tuple[str, ...], gathered: Gathered) -> Provenance:
    """The record with its notes, and the projection where there are places."""
    crs = gathered.places.crs if gathered.places else ""
    return replace(record, notes=notes, crs=crs)


def effect_sentences(effect: Effect) -> tuple[str, ...]:
    """The estimate, where its dispersion comes from, what to be wary of, and the prior."""
    return (
        reports.effect_sentence(effect),
        reports.dispersion_words(effect),
        *effect.warnings,
        *prior_sentences(effect),
    )


def prior_sentences(effect: Effect) -> tuple[str, ...]:
    """What other trials found, beside a rate ratio with an interval."""
    ratio = effect.ratio
    if ratio is None or not np.isfinite(ratio.value) or np.isnan(ratio.interval.low):
        return ()
    said = evaluation.beside_prior(ratio.value, ratio.interval).sentences()
    return said[:1] if effect.design == "before-after" else said


def effect_table(effect: Effect) -> Table:
    """Each measure with its interval and how to read it, and the prior in the last row."""
    prior = PLANNING_PRIOR
    rows = [
        (m.name, m.value, m.interval.low, m.interval.high, m.p, m.unit, reading_of(effect, m),
         effect.dispersion, effect.dispersion_from, m.interval.method)
        for m in effect.measures
    ]  # fmt: skip
    rows.append(
        ("what trials found", prior.ratio, prior.low, prior.high, np.nan, "ratio",
         "stands beside", np.nan, "", prior.source)
    )  # fmt: skip
    names = (
        "measure", "value", "low", "high", "p", "unit", "reading", "dispersion",
        "dispersion_from", "method",
    )  # fmt: skip
    columns = (np.array(values) for values in zip(*rows, strict=True))
    units = {"low": "95 %", "high": "95 %"}
    return Table(
        dict(zip(names, columns, strict=True)), reports.effect_sentence(effect), units
    )


def reading_of(effect: Effect, measure: Measure) -> str:
    """What the interval of a measure lets anyone say."""
    low, high = measure.interval.low, measure.interval.high
    if effect.design == "before-after":
        return "cannot attribute"
    if np.isnan(low) or np.isnan(high):
        return "no interval"
    return "no effect shown" if low <= measure.none <= high else "more than chance"


def effect_summary(effect: Effect) -> Table:
    """The same to read on a screen: every number to its own decimals."""
    table = effect_table(effect)
    names = ("value", "low", "high", "unit")
    numbers = list(zip(*(table.columns[name].tolist() for name in names), strict=True))
    columns = {
        "measure": table.columns["measure"],
        "estimate": np.array([reports.number_words(v, unit) for v, _, _, unit in numbers]),
        "interval": np.array(
            [
                f"{reports.number_words(low, unit)} to {reports.number_words(high, unit)}"
                if np.isfinite(low)
                else "none"
                for _, low, high, unit in numbers
            ]
        ),
        "unit": table.columns["unit"],
        "p": table.columns["p"],
        "reading": table.columns["reading"],
    }
    return Table(columns, table.title, {"interval": "95 %"})


def counts_table(counts: AreaCounts) -> Table:
    """Events and time before and after, by role: what the estimate was made from."""
    roles = [role for role in Role if counts.of(role).any()]
    late = counts.after

    def total(role: Role, when: Bools) -> float:
        return float(counts.counts[counts.of(role)][:, when].sum())

    return Table(
        {
            "role": np.array([str(role) for role in roles]),
            "areas": np.array([int(counts.of(role).sum()) for role in roles]),
            "before": np.array([total(role, ~late) for role in roles]),
            "after": np.array([total(role, late) for role in roles]),
            "periods_before": np.full(len(roles), int((~late).sum())),
            "periods_after": np.full(len(roles), int(late.sum())),
        },
        "What was counted",
        {"before": "events", "after": "events"},
    )


def power(
    store: Store | None,
    settings: PowerSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Tell what a design could show before it begins: its power, and the least fall found."""
    direct = settings.expected_treated or settings.expected_control
    gathered = None
    if direct:
        found = _of_two_counts(settings)
        chosen: tuple[str, ...] = ("two counts compared, as days with the action and without",)
    else:
        gather = gather_baseline if settings.measured.before else gather_counts
        gathered = gather(store, settings.measured, now=now)
        found, chosen = power_of(gathered.counts, settings)
    record = record_of(
        "evaluate power",
        settings,
        gathered.ingredients if gathered else (),
        method=f"power(design={settings.design!r}, dispersion={found.dispersion:.4g})",
        seed=None,
        now=now,
    )
    notes = reports.power_sentences(found, PLANNING_PRIOR.ratio)
    table = power_table(found)
    return Outcome(table, replace(record, notes=notes), chosen, summary=power_summary(table))


def _of_two_counts(settings: PowerSettings) -> DesignPower:
    return evaluation.two_count_power(
        settings.expected_treated,
        settings.expected_control,
        ratios=RATIOS,
        dispersion=settings.dispersion or 1.0,
        power=settings.power,
    )


def power_of(
    counts: AreaCounts, settings: PowerSettings
) -> tuple[DesignPower, tuple[str, ...]]:
    """Power of the design on areas with such counts before, and what was assumed."""
    length = settings.length or planned_length(counts, settings)
    if not 0 < settings.share < 1:
        raise ParameterError(f"share is {settings.share:g}: give more than 0 and less than 1")
    phi, source = evaluation.planning_dispersion(counts, settings.dispersion)
    found = evaluation.design_power(
        counts,
        settings.design,
        length=length,
        share=settings.share,
        dispersion=phi,
        ratios=RATIOS,
        power=settings.power,
    )
    said = f"time with the action: {length:.3g} times the time before"
    return found, (said, f"dispersion {phi:.3g}, {source}")


def planned_length(counts: AreaCounts, settings: PowerSettings) -> float:
    """Time with the action over that before: by the dates, else by the periods held."""
    before, after = spans_of(settings.measured.before, settings.measured.after)
    if before and after:
        days = [(last - first).days + 1 for first, last in (before, after)]
        return days[1] / days[0]
    late = int(counts.after.sum())
    return late / (len(counts.periods) - late) if 0 < late < len(counts.periods) else 1.0


def power_table(found: DesignPower) -> Table:
    """The chance of finding each true effect, the weakest first."""
    order = np.argsort(found.ratios)[::-1]
    return Table(
        {
            "true_ratio": np.array(found.ratios)[order],
            "chance": np.array(found.chances)[order],
            "detectable": np.full(len(order), found.detectable),
            "dispersion": np.full(len(order), found.dispersion),
        },
        "What the design could show",
    )


def power_summary(table: Table) -> Table:
    """The same to read on a screen, in percent."""

    def percent(shares: Floats) -> Texts:
        return np.array([f"{reports.rounded(100 * share, 0)} %" for share in shares])

    columns = {
        "true_fall": percent(1 - table.columns["true_ratio"]),
        "chance": percent(table.columns["chance"]),
    }
    return Table(columns, table.title)
