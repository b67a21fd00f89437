"""Planned against delivered over many shifts: by spot and day, team, day, and what is owed."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from peelian.store import Store
from peelian.terms import (
    CoverageError,
    DataError,
    Ingredient,
    ParameterError,
    Provenance,
    Shapes,
    Table,
)
from peelian.workflows.delivery.dosage import KIND, plan_of
from peelian.workflows.delivery.reported import KIND as REPORTS
from peelian.workflows.delivery.reported import kind_of, read_reports
from peelian.workflows.delivery.tables import (
    Shifted,
    by_day,
    by_spot,
    by_team,
    owed,
    seen,
    spot_days,
    visit_hours,
)
from peelian.workflows.extent import date_of
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.patrols.kept_plan import KeptPlan, read_kept
from peelian.workflows.settings import DeliverySettings

if TYPE_CHECKING:
    from peelian.reports import MapView


def delivery(
    store: Store | None,
    settings: DeliverySettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Hold what was delivered against what was planned, spot by spot and day by day."""
    if store is None:
        raise ParameterError("delivery needs a store: it holds the plans")
    if settings.weekly_minimum < 0:
        raise ParameterError(
            f"weekly minimum is {settings.weekly_minimum}: give zero visits or more"
        )
    shifts, notes = gathered(store, settings, progress)
    if not shifts:
        raise CoverageError(
            "no plan with its spots is kept in these days: `peelian plan` makes and keeps one"
        )
    days, shapes = spot_days(shifts)
    crs = shifts[0].plan.crs
    record = record_of(
        "delivery",
        settings,
        tuple(ingredients(store, shifts)),
        method="minutes delivered over minutes planned",
        seed=None,
        now=now,
    )
    record = replace(record, notes=notes, crs=crs)
    spots, outlines = by_spot(days, shapes)
    return Outcome(
        days,
        record,
        notes,
        summary=by_day(shifts),
        tables=(
            ("teams", by_team(shifts)),
            ("spots", spots),
            ("owed", owed(days, settings.weekly_minimum)),
            ("seen", seen(shifts)),
            ("hours", visit_hours(shifts)),
        ),
        shapes=shapes,
        crs=crs,
        draw=lambda: whole_view(store, shifts, spots, outlines, record),
    )


def gathered(
    store: Store, settings: DeliverySettings, progress: Progress
) -> tuple[list[Shifted], tuple[str, ...]]:
    """The shifts asked for in their order, and what the reader must be told of them."""
    first = date_of(settings.first_day) if settings.first_day else date.min
    last = date_of(settings.last_day) if settings.last_day else date.max
    held = store.artefacts("plan")
    newest = {plan_of(one.name): one.artefact for one in store.artefacts(KIND)}
    plans, without = [], 0
    for n, one in enumerate(held):
        progress(0.8 * n / len(held), "reading plans")
        try:
            plan = read_kept(store, one.artefact)
        except DataError:
            without += 1
            continue
        if first <= plan.day <= last:
            plans.append(plan)
    standing, replaced = last_of_each(plans)
    reports = read_reports(store, standing)
    shifts = []
    for plan in standing:
        day = spots = teams = None
        if plan.short in newest:
            _, files = store.read_artefact(newest[plan.short])
            (day,) = json.loads(files["day.json"])
            spots = {row["spot"]: row for row in json.loads(files["spots.json"])}
            teams = {row["team"]: row for row in json.loads(files["teams.json"])}
        shifts.append(Shifted(plan, day, spots, teams, reports[plan.artefact] or None))
    return shifts, told(shifts, without, replaced)


def last_of_each(plans: list[KeptPlan]) -> tuple[list[KeptPlan], int]:
    """Plans in order of their shifts, without those that a later plan took the place of.

    A plan of the same hours and area for a team of the same name does so.
    """
    kept: list[KeptPlan] = []
    for plan in reversed(plans):
        taken = any(
            other.area == plan.area
            and other.shift == plan.shift
            and set(other.teams) & set(plan.teams)
            for other in kept
        )
        if not taken:
            kept.append(plan)
    return sorted(kept, key=lambda p: (p.shift.start, p.artefact)), len(plans) - len(kept)


def told(shifts: list[Shifted], without: int, replaced: int) -> tuple[str, ...]:
    """How much is known from which source, and which plans were passed over."""
    n = len(shifts)
    gps = sum(s.spots is not None for s in shifts)
    said = sum(s.reports is not None for s in shifts)
    notes = [
        f"{n} shift{'' if n == 1 else 's'} planned: pings of {gps}, reports of {said}. What "
        "is not known is left empty: it is not zero."
    ]
    if replaced:
        notes.append(
            f"Passed over: {replaced} plans that a later one of the same shift replaced."
        )
    if without:
        notes.append(f"Passed over: {without} plans kept without their spots.")
    return tuple(notes)


def ingredients(store: Store, shifts: list[Shifted]) -> list[Ingredient]:
    """The plans, the dosage and the reports that went in."""
    newest = {plan_of(one.name): one for one in store.artefacts(KIND)}
    heads = store.journal_heads(REPORTS)
    found = []
    for shift in shifts:
        plan = shift.plan
        found.append(Ingredient(f"plan {plan.short}", plan.artefact, 0, 0, "artefact"))
        if plan.short in newest:
            one = newest[plan.short]
            found.append(Ingredient(f"dosage of {one.name}", one.artefact, 0, 0, "artefact"))
        if shift.reports is not None:
            head = heads[kind_of(plan)]
            found.append(Ingredient(f"reports of plan {plan.short}", head, 0, 0, "entries"))
    return found


def whole_view(
    store: Store, shifts: list[Shifted], spots: Table, outlines: Shapes, record: Provenance
) -> "MapView | None":
    """Compliance on the map over all the shifts that pings are held of."""
    from peelian.workflows.delivery.map import delivery_view

    first, last = shifts[0].plan, shifts[-1].plan
    columns = dict(spots.columns)
    columns["planned_minutes"] = columns.pop("planned_with_pings")
    return delivery_view(
        store,
        outlines,
        Table(columns, spots.title, spots.units),
        record,
        title=f"Delivered: {last.area}",
        subtitle=f"{first.day:%-d %B %Y} to {last.day:%-d %B %Y}, {len(shifts)} shifts",
    )
