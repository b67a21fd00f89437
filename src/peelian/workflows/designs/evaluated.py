"""The result of a registered design, by its registered settings, with every departure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from peelian import reports
from peelian.evaluation import Effect, Measure
from peelian.reports import Document, Section
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    PLANNING_PRIOR,
    AreaCounts,
    DataError,
    Ingredient,
    Role,
    Table,
)
from peelian.workflows.designs.delivered import held_dosage
from peelian.workflows.designs.impact import (
    counts_table,
    effect_of,
    effect_sentences,
    effect_summary,
    effect_table,
    method_of,
    noted,
)
from peelian.workflows.designs.measured import Gathered, gather_counts, spans_of
from peelian.workflows.designs.register import Registered, find_design
from peelian.workflows.designs.sensitivity import before_sentences, sensitivity
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import Measured, ReportSettings

KIND = "evaluation"
NOT_MEASURED = "Not measured."
DESIGNS_IN_WORDS = {
    "did": "Difference in differences on counts: treated against control areas.",
    "wdd": "Weighted displacement difference: treated and control areas with surroundings.",
    "wdq": "Weighted displacement quotient, with the difference beside it.",
    "crossover": "Crossover by place and day: each spot on its days with and without.",
    "rotation": "Daily draw: spot-days drawn against those that might have been.",
    "pairs": "Pairs of areas of which one was drawn for treatment.",
    "stepped-wedge": "Stepped wedge: areas started one after another.",
    "synthetic": "Synthetic control: one area against a weighted mean of others.",
    "interrupted": "Interrupted series: the course after the start against that before.",
    "before-after": "Before and after alone, which describes and cannot attribute.",
}


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A result with what it was made from; ``dosage`` is empty where none is held."""

    design: Registered
    gathered: Gathered
    effect: Effect
    departures: tuple[str, ...]
    dosage: str


def report(
    store: Store | None,
    settings: ReportSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Estimate a registered design's effect as registered, and list what departed from it."""
    design = find_design(store, settings.registered, now=now)
    measured = _measured(design, settings)
    gathered = gather_counts(store, measured, now=now, places=design.places)
    counts, departures = _as_registered(design, gathered.counts)
    gathered = replace(gathered, counts=counts)
    progress(0.2, "Estimating")
    effect = effect_of(counts, design.settings.impact)
    after = spans_of("", measured.after)[1]
    dosage, delivered = "", tuple[Ingredient, ...]()
    if after:
        dosage, delivered = held_dosage(store, after, gathered.places, now=now)
    found = Evaluated(design, gathered, effect, departures, dosage)
    progress(0.5, "Trying other comparisons, windows and outcomes")
    tried = sensitivity(store, counts, design, measured, now=now)
    entry = Ingredient(f"design {design.name}", design.chain, 0, 0, "entries")
    record = record_of(
        "evaluate report",
        settings,
        (*gathered.ingredients, *delivered, entry),
        method=method_of(effect),
        seed=design.settings.impact.seed,
        now=now,
    )
    notes = (*effect_sentences(effect), *departures, *gathered.notes)
    record = noted(record, notes, gathered)
    document = Document(
        design.question,
        "Design {}: before {}; after {}.".format(design.name, *dates_of(design)),
        _sections(store, found, settings, tried, now),
        record,
    )
    return Outcome(
        effect_table(effect),
        record,
        summary=effect_summary(effect),
        tables=(("counts", counts_table(counts)), ("sensitivity", tried)),
        document=document,
    )


def keep_report(store: Store, outcome: Outcome, *, now: datetime) -> str:
    """Keep the result with its report and record; say so."""
    record = outcome.provenance
    assert outcome.document is not None  # noqa: S101 - report made it
    name = str(record.settings["registered"])
    store.save_artefact(
        KIND,
        find_design(store, name, now=now).name,
        {
            "report.pdf": reports.render_document(outcome.document),
            "report.json": reports.document_json(outcome.document).encode(),
            "result.json": reports.table_json(outcome.table).encode(),
            "sensitivity.json": reports.table_json(
                dict(outcome.tables)["sensitivity"]
            ).encode(),
            "provenance.json": reports.provenance_json(record).encode(),
        },
        now=now,
    )
    return f"result of design {name} kept in the store"


def _measured(design: Registered, settings: ReportSettings) -> Measured:
    """Where the counts of the result come from; everything else is as registered."""
    registered = design.settings.impact.measured
    source = settings.source if settings.source.events else registered.source
    if not (settings.counts or settings.rows) and design.places is None:
        raise DataError(
            f"design {design.name} was registered with a table of counts: give one with the "
            "periods before and after"
        )
    return replace(registered, counts=settings.counts, rows=settings.rows, source=source)


def _as_registered(
    design: Registered, counts: AreaCounts
) -> tuple[AreaCounts, tuple[str, ...]]:
    """The registered areas in their registered roles, and each departure from the plan."""
    found = list(design.changes)
    if design.late:
        found.insert(0, f"Registered after the start of the action ({design.start}).")
    if design.settings.anyway:
        found.append(
            "Registered although the design can detect nothing: "
            f"{design.settings.anyway.rstrip('.')}."
        )
    known = np.array([area in design.roles for area in counts.areas], dtype=np.bool_)
    extra = [a for a, k in zip(counts.areas, known, strict=True) if not k]
    if extra:
        found.append(
            f"Areas in the counts that were not registered are left out: {_few(extra)}."
        )
    missing = [a for a in design.roles if a not in counts.areas]
    if missing:
        found.append(f"Registered areas without counts: {_few(missing)}.")
    if not known.any():
        raise DataError(
            f"none of the areas counted is registered: registered are "
            f"{_few(list(design.roles))}"
        )
    kept = counts.only(known)
    roles = tuple(design.roles[area][0] for area in kept.areas)
    pairs = tuple(design.roles[area][1] for area in kept.areas)
    if roles != kept.roles:
        found.append("Roles that differ from those registered are taken as registered.")
    found += _times(design, kept)
    return replace(kept, roles=roles, pairs=pairs), tuple(found)


def _times(design: Registered, counts: AreaCounts) -> list[str]:
    """Days that were registered and are not in the counts."""
    measured = design.settings.impact.measured
    days = np.array(counts.periods, dtype="datetime64[D]")
    months = len(counts.periods[0]) == len("2018-01")
    step = np.timedelta64(1, "D") if len(days) < 2 else np.diff(days).min()
    ends = (days.astype("M8[M]") + 1).astype("M8[D]") if months else days + step
    said = []
    for word, span, when in zip(
        ("before", "after"), spans_of(measured.before, measured.after),
        (~counts.after, counts.after), strict=True,
    ):  # fmt: skip
        if span is None or not when.any():
            continue
        first, last = days[when].min(), ends[when].max() - np.timedelta64(1, "D")
        if first > np.datetime64(span[0]) or last < np.datetime64(span[1]):
            said.append(
                f"The time {word} was registered as {span[0]} to {span[1]}; the counts are of "
                f"{first} to {min(last, np.datetime64(span[1]))}."
            )
    return said


def _sections(
    store: Store | None,
    found: Evaluated,
    settings: ReportSettings,
    tried: Table,
    now: datetime,
) -> tuple[Section, ...]:
    """The parts of the report, in the order of the template."""
    design, effect = found.design, found.effect
    plan, measured = design.settings, design.settings.impact.measured
    kinds = [kind for kind in found.gathered.counts.kinds if kind]
    outcome = plan.outcome or f"Recorded offences: {measured.offence_set}."
    unintended = settings.unintended or NOT_MEASURED
    return (
        Section("In one sentence", (reports.effect_sentence(effect),)),
        Section("Question", (design.question,)),
        Section(
            "Outcome, as registered",
            (outcome, *((f"Counted by kind: {', '.join(kinds)}.",) if kinds else ())),
        ),
        Section(
            "Population, places and dates",
            (
                plan.population or "Population: not stated.",
                "Before: {}. With the action: {}.".format(*dates_of(design)),
            ),
            (counts_table(found.gathered.counts),),
        ),
        Section("Dosage", _dosage(settings, plan.dosage, found.dosage)),
        Section("Data", _data_sentences(store, found, now)),
        Section(
            "Design",
            (
                DESIGNS_IN_WORDS[effect.design],
                _registered_sentence(design),
                *design.power["sentences"],
                *(found.departures or ("No departure from what was registered.",)),
            ),
        ),
        Section(
            "Estimate",
            effect_sentences(effect),
            (replace(effect_summary(effect), title="Estimates"),),
            chart=reports.effect_chart(effect, PLANNING_PRIOR),
        ),
        Section("Displacement", _displacement(found)),
        Section(
            "Sensitivity",
            (
                "The same estimate with other comparison areas, times and outcomes."
                if len(tried)
                else "Not tried: one control area, one period each way, one outcome.",
                *before_sentences(found.gathered.counts, design.settings.impact),
            ),
            (replace(tried, title=""),) if len(tried) else (),
        ),
        Section("Harm", _harm(effect)),
        Section("Unintended effects", (unintended,)),
        Section(
            "Limits",
            (*_limits(found), *((settings.limits,) if settings.limits else ())),
        ),
        Section(
            "Decision",
            (
                f"As registered: {plan.decision or 'not stated.'}",
                f"Taken: {settings.decision or 'none yet.'}",
            ),
        ),
    )  # fmt: skip


def _dosage(settings: ReportSettings, planned: str, held: str) -> tuple[str, ...]:
    """What was planned and what was delivered, as far as anyone knows."""
    return (
        f"Planned: {planned or 'not stated.'}",
        f"Delivered: {settings.delivered or held or 'not measured.'}",
        *((f"Held: {held}",) if held and settings.delivered else ()),
    )


def _data_sentences(store: Store | None, found: Evaluated, now: datetime) -> tuple[str, ...]:
    local = now.astimezone(ZoneInfo(LOCAL_ZONE))
    read = sum(i.read for i in found.gathered.ingredients if i.kind != "layer")
    said = [f"Extract read on {local.day} {local:%B %Y at %H:%M %Z}: {read:,} rows."]
    added = [b.added for b in store.live_batches()] if store and found.gathered.places else []
    if added:
        last = max(added).astimezone(ZoneInfo(LOCAL_ZONE))
        said.append(f"The newest batch came into the store on {last.day} {last:%B %Y}.")
    return (*said, *found.gathered.notes)


def _registered_sentence(design: Registered) -> str:
    local = design.first_at.astimezone(ZoneInfo(LOCAL_ZONE))
    when = "after" if design.late else "before"
    return (
        f"Registered as {design.name} on {local.day} {local:%B %Y at %H:%M %Z}, {when} the "
        f"start; seal {design.chain[:12]}."
    )


def _displacement(found: Evaluated) -> tuple[str, ...]:
    """What happened around, where the surroundings were counted."""
    counts = found.gathered.counts
    if not counts.of(Role.TREATED_BUFFER).any():
        return (f"{NOT_MEASURED} No surroundings were registered.",)
    late, near = counts.after, counts.of(Role.TREATED_BUFFER)
    before, after = (float(counts.counts[near][:, when].sum()) for when in (~late, late))
    said = [
        f"In the surroundings of the treated areas: {before:,.0f} offences in "
        f"{(~late).sum()} periods before, {after:,.0f} in {late.sum()} after."
    ]
    inside = _named(found.effect, "of which inside the treated area")
    if inside:
        whole = found.effect.measures[0]
        said.append(
            f"Inside the treated area: {reports.measure_words(inside)}. With surroundings: "
            f"{reports.measure_words(whole)}. What is stronger with the surroundings spread; "
            "what is weaker moved."
        )
    return tuple(said)


def _harm(effect: Effect) -> tuple[str, ...]:
    harm = next((m for m in effect.measures if m.unit == "days of harm"), None)
    if harm is None:
        return (f"{NOT_MEASURED} No weights of harm were given for this design.",)
    return (f"Weighted by harm: {reports.measure_words(harm)}.",)


def _limits(found: Evaluated) -> tuple[str, ...]:
    effect = found.effect
    said = [*effect.warnings]
    if effect.design == "before-after":
        said.append(reports.CANNOT)
    if found.design.late:
        said.append("Registered after the start: the choice of design may have seen the data.")
    if found.design.power["chance"] < 0.5:
        said.append(
            "The design had less than an even chance of finding what trials found: no effect "
            "shown is not no effect, and an effect shown is likely to be overstated."
        )
    said.append("Recorded offences: what is not reported, or recorded elsewhere, is not seen.")
    return tuple(said)


def _named(effect: Effect, name: str) -> Measure | None:
    return next((m for m in effect.measures if m.name == name), None)


def dates_of(design: Registered) -> tuple[str, str]:
    """The times before and after, in words."""
    measured = design.settings.impact.measured
    before, after = (
        f"{_day(span[0])} to {_day(span[1])}" if span else "not stated"
        for span in spans_of(measured.before, measured.after)
    )
    return before, after


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _few(names: list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
