"""What was delivered of a plan, from pings of officers' devices; the pings are not kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from peelian import operations, reports, sources
from peelian.sources import PingColumns, PingFile
from peelian.store import Store
from peelian.terms import (
    CoverageError,
    Ingredient,
    ParameterError,
    Pings,
    Provenance,
    StudyArea,
    Table,
)
from peelian.workflows.delivery.dosage_tables import (
    MINUTES,
    OTHERS,
    day_table,
    drawn_table,
    refused_table,
    short_table,
    spots_table,
    teams_of,
    teams_table,
    units_table,
    visits_table,
)
from peelian.workflows.gather import STUDY_AREA_LAYER, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.patrols.kept_plan import PREFIX, KeptPlan, read_plan
from peelian.workflows.settings import DosageSettings

if TYPE_CHECKING:
    from peelian.reports import MapView

KIND = "dosage"
NAMED = 8  # units or teams in a sentence
KEPT = ("day", "teams", "units", "visits", "refused")  # tables kept beside the one by spot
NOT_KEPT = (
    "The pings are not kept: only visits by call sign, their bounds, how often devices spoke, "
    "and the hash of each file."
)


def dosage(
    store: Store | None,
    settings: DosageSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Hold a shift's patrols, as devices saw them, against its plan: by spot, team and day."""
    if store is None:
        raise ParameterError("dosage needs a store: it holds the plan")
    if not settings.pings:
        raise ParameterError("give a file of pings (CSV or GPX), or a folder of them")
    plan = read_plan(store, settings.plan)
    teams = teams_of(settings.units, plan)
    progress(0.1, "reading pings")
    files = sources.read_pings(
        settings.pings,
        columns_of(settings),
        shift=plan.shift,
        study_area=study_area_of(store, plan),
        now=now,
    )
    pings = joined([one.pings for one in files])
    if not len(pings):
        raise CoverageError(
            f"not one of {sum(one.read for one in files):,} pings can be used ("
            f"{reasons(files)}): nothing is known of {plan_in_words(plan)}; if they are of "
            "another shift, give its plan with --plan"
        )
    progress(0.5, "finding visits")
    gap, dwell = (
        np.timedelta64(round(minutes * 60), "s") for minutes in (settings.gap, settings.dwell)
    )
    visits = operations.find_visits(
        pings,
        plan.outlines,
        gps_error=settings.gps_error,
        gap=gap,
        dwell=dwell,
        least_pings=settings.least_pings,
    )
    spots = spots_table(plan, visits)
    tables = {
        "day": day_table(plan, visits, teams),
        "as drawn": drawn_table(spots),
        "teams": teams_table(plan, visits, teams, set(pings.unit.tolist())),
        "units": units_table(operations.refresh_rates(pings, gap=gap), teams),
        "visits": visits_table(plan, visits),
        "refused": refused_table(files),
    }
    record = replace(
        record_of(
            "dosage",
            replace(settings, plan=plan.artefact),
            (
                Ingredient(f"plan {plan.short}", plan.artefact, 0, 0, "artefact"),
                *(Ingredient(f.file, f.sha256, f.read, refused(f), "file") for f in files),
            ),
            method=f"find_visits within {settings.gps_error:g} m of each spot",
            seed=None,
            now=now,
        ),
        notes=(NOT_KEPT,),
        crs=plan.crs,
    )
    return Outcome(
        spots,
        record,
        sentences(plan, files, tables, settings),
        summary=short_table(spots),
        tables=tuple(tables.items()),
        shapes=plan.outlines,
        crs=plan.crs,
        draw=lambda: dosage_view(store, plan, spots, record),
    )


def keep_dosage(store: Store, outcome: Outcome, *, now: datetime) -> str:
    """Keep what was delivered of a plan, once; the sentence that says so."""
    record = outcome.provenance
    plan, files = record.ingredients[0], record.ingredients[1:]
    made_of = [sorted(f.sha256 for f in files), to_rule(record)]
    name = f"plan {plan.sha256[:PREFIX]}, {hashed(made_of)}"
    held = store.artefacts(KIND)
    if any(one.name == name for one in held):
        return (
            f"these pings of plan {plan.sha256[:PREFIX]} are held already; nothing was added"
        )
    before = sum(plan_of(one.name) == plan.sha256[:PREFIX] for one in held)
    tables = {"spots": outcome.table, **dict(outcome.tables)}
    kept = store.save_artefact(
        KIND,
        name,
        {
            **{f"{n}.json": reports.table_json(tables[n]).encode() for n in ("spots", *KEPT)},
            "provenance.json": reports.provenance_json(record).encode(),
        },
        now=now,
    )
    instead = (
        " in place of the one before: give all files of a shift together" if before else ""
    )
    return f"dosage kept in the store as {kept.artefact[:PREFIX]}{instead}"


def plan_of(name: str) -> str:
    """The beginning of the hash of the plan that a kept dosage is of."""
    return name.removeprefix("plan ").partition(",")[0]


def to_rule(record: Provenance) -> dict[str, object]:
    """The settings of a record that change its numbers."""
    return {name: value for name, value in record.settings.items() if name != "pings"}


def hashed(value: object) -> str:
    """A short name for any JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:PREFIX]


def columns_of(settings: DosageSettings) -> PingColumns:
    """How the file of pings is written."""
    return PingColumns(
        settings.unit,
        settings.x,
        settings.y,
        settings.time,
        settings.crs,
        settings.zone,
        settings.accuracy,
        settings.worst_accuracy,
    )


def study_area_of(store: Store, plan: KeptPlan) -> StudyArea:
    """The study area held, or what the spots of the plan enclose."""
    import shapely

    if STUDY_AREA_LAYER in store.layers():
        return store.read_study_area()
    return StudyArea(plan.area, shapely.union_all(plan.outlines).convex_hull, plan.crs)


def joined(parts: list[Pings]) -> Pings:
    """The pings of several files as one."""
    columns = ([getattr(part, n) for part in parts] for n in ("unit", "time", "x", "y"))
    return Pings(*(np.concatenate(column) for column in columns))


def refused(file: PingFile) -> int:
    """Rows refused of a file."""
    return sum(file.refused.values())


def reasons(files: tuple[PingFile, ...]) -> str:
    """Reasons for refusals with how many rows, the commonest first."""
    why: Counter[str] = Counter()
    for one in files:
        why.update(one.refused)
    return ", ".join(f"{reason} {n:,}" for reason, n in why.most_common())


def plan_in_words(plan: KeptPlan) -> str:
    """Which plan: its name, area and shift."""
    start, end = plan.shift.start, plan.shift.end
    return f"plan {plan.short}: {plan.area}, {start:%A %-d %B %Y, %H:%M} to {end:%H:%M}"


def sentences(
    plan: KeptPlan,
    files: tuple[PingFile, ...],
    tables: Mapping[str, Table],
    settings: DosageSettings,
) -> tuple[str, ...]:
    """What was read, what was refused, what is not known, and the answer in a sentence."""
    read, out = sum(f.read for f in files), sum(refused(f) for f in files)
    day, units, teams = (tables[name].columns for name in ("day", "units", "teams"))
    planned = float(day["planned_minutes"][0])
    low, middle, high = (float(day[name][0]) for name in MINUTES)
    share = f": {middle / planned:.0%} of what was planned" if planned else ""
    unknown = units["unit"][units["team"] == OTHERS].tolist()
    silent_teams = teams["team"][np.isnan(teams["delivered_minutes"])].tolist()
    said = [
        plan_in_words(plan),
        f"{read:,} pings read, {read - out:,} accepted, {out:,} refused"
        + (f" ({reasons(files)})" if out else ""),
    ]
    if any(f.assumed_zone for f in files):
        said.append(f"times without an offset from UTC are of {settings.zone}")
    if unknown:
        said.append(f"of no team of the plan (say whose with --units): {listed(unknown)}")
    if silent_teams:
        said.append(f"no pings of {listed(silent_teams)}: what they did is not known")
    said.append(
        f"{middle:,.0f} of {planned:,.0f} minutes delivered ({low:,.0f} to {high:,.0f}){share}"
    )
    return tuple(said)


def listed(names: list[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


def dosage_view(
    store: Store, plan: KeptPlan, spots: Table, record: Provenance
) -> "MapView | None":
    """Compliance on the map: every spot that was planned or visited."""
    from peelian.workflows.delivery.map import delivery_view

    return delivery_view(
        store,
        plan.outlines,
        spots,
        record,
        title=f"Delivered: {plan.area}",
        subtitle=f"{plan.shift.start:%A %-d %B %Y, %H:%M} to {plan.shift.end:%H:%M}, "
        f"plan {plan.short}",
    )
