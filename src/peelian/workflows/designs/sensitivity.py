"""The same estimate under other choices: which comparison, which window, which outcome."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np

from peelian import evaluation, reports, sources
from peelian.store import Store
from peelian.terms import AreaCounts, Bools, PlatformError, Role, Table
from peelian.workflows.designs.impact import effect_of
from peelian.workflows.designs.measured import gather_counts
from peelian.workflows.designs.register import Registered
from peelian.workflows.settings import ImpactSettings, Measured, generator

MOST_LEFT_OUT = 20  # control areas left out in turn
LEADS = 4  # periods before the start in which areas should have moved alike
OUTLYING = 0.05
PERMUTATIONS = 199  # enough to see whether a result hangs on one choice


def sensitivity(
    store: Store | None,
    counts: AreaCounts,
    design: Registered,
    measured: Measured,
    *,
    now: datetime,
) -> Table:
    """The estimate with each control left out, shorter windows and other outcomes.

    What cannot be estimated says why in its row.
    """
    settings = replace(
        design.settings.impact,
        permutations=min(design.settings.impact.permutations, PERMUTATIONS),
    )
    rows = []
    tries = [*_other_areas(counts), *_other_windows(counts), *_other_kinds(counts)]
    tries += _other_outcomes(store, design, measured, now=now)
    for choice, changed in tries:
        try:
            if isinstance(changed, PlatformError):
                raise changed
            first = effect_of(changed, settings).measures[0]
        except PlatformError as error:
            rows.append((choice, "none", "", str(error)))
            continue
        low, high = (
            reports.number_words(v, first.unit)
            for v in (first.interval.low, first.interval.high)
        )
        value = reports.number_words(first.value, first.unit)
        rows.append((choice, value, f"{low} to {high}" if low else "none", ""))
    names = ("choice", "estimate", "interval", "why_not")
    columns = {
        name: np.array([row[i] for row in rows], dtype=np.str_) for i, name in enumerate(names)
    }
    if not any(row[3] for row in rows):
        del columns["why_not"]
    return Table(columns, "Sensitivity", {"interval": "95 %"})


Try = tuple[str, AreaCounts | PlatformError]


def _other_areas(counts: AreaCounts) -> Iterator[Try]:
    """Without each control area in turn."""
    controls = np.flatnonzero(counts.of(Role.CONTROL))
    if not 2 <= len(controls) <= MOST_LEFT_OUT:
        return
    for k in controls:
        kept = np.arange(len(counts.areas)) != k
        yield f"without the control {counts.areas[k]}", counts.only(_mask(kept))


def _other_windows(counts: AreaCounts) -> Iterator[Try]:
    """The first and the second half of the time after; the later half of the time before."""
    late, early = np.flatnonzero(counts.after), np.flatnonzero(~counts.after)
    halves = {
        "first half of the time after": (early, late[: len(late) // 2]),
        "second half of the time after": (early, late[len(late) // 2 :]),
        "later half of the time before": (early[len(early) // 2 :], late),
    }
    for name, (before, after) in halves.items():
        if not (len(before) and len(after)) or len(before) + len(after) == len(counts.periods):
            continue
        kept = np.isin(np.arange(len(counts.periods)), [*before, *after])
        yield name, counts.during(_mask(kept))


def _other_kinds(counts: AreaCounts) -> Iterator[Try]:
    """Without each kind of offence in turn."""
    if len(counts.kinds) < 2:
        return
    for k, kind in enumerate(counts.kinds):
        kept = np.arange(len(counts.kinds)) != k
        yield f"without the outcome {kind or 'unnamed'}", counts.of_kinds(_mask(kept))


def _other_outcomes(
    store: Store | None, design: Registered, measured: Measured, *, now: datetime
) -> Iterator[Try]:
    """Every other set of offences that the store holds, for designs counted from events."""
    if store is None or design.places is None or measured.source.events:
        return
    held = set(store.offence_counts().columns["offence"].tolist())
    sets = {s.name for s in sources.read_offence_sets() if held & set(s.codes)}
    for name in (*sorted(sets - {measured.offence_set}), "all"):
        try:
            other = replace(measured, offence_set=name)
            found = gather_counts(store, other, now=now, places=design.places)
            yield f"outcome {name}", found.counts
        except PlatformError as error:
            yield f"outcome {name}", error


def before_sentences(counts: AreaCounts, settings: ImpactSettings) -> tuple[str, ...]:
    """Whether treated and control areas moved alike before the start, where it can be told."""
    if settings.design not in ("did", "stepped-wedge"):
        return ()
    compared = evaluation.scheduled(counts.only(counts.of(Role.TREATED, Role.CONTROL)))
    try:
        found = evaluation.event_study(
            compared.counts,
            compared.treated,
            leads=LEADS,
            exposure=compared.exposure,
            permutations=PERMUTATIONS,
            rng=generator(settings.seed),
        )
    except PlatformError:
        return ()
    if found.p <= OUTLYING:
        verdict = "they did not, so the comparison is in doubt"
    else:
        verdict = "no difference is found, which is no proof of none"
    return (
        f"The last {LEADS} periods before the start, treated against control areas: p "
        f"{reports.rounded(found.p, 3)} over {found.n_areas} areas; {verdict}.",
    )


def _mask(kept: object) -> Bools:
    return np.asarray(kept, dtype=np.bool_)
