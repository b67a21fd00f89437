"""Spot-days of the plans that are kept: what was drawn, how likely it was, what happened."""

from datetime import date, datetime, timedelta

import numpy as np

from peelian import spacetime
from peelian.store import Store
from peelian.terms import (
    AreaCounts,
    Areas,
    CoverageError,
    DataError,
    Events,
    Floats,
    Ingredient,
    ParameterError,
    Role,
    Shapes,
)
from peelian.workflows.delivery.shifts import last_of_each
from peelian.workflows.designs.measured import Gathered, events_for, spans_of
from peelian.workflows.extent import is_monthly
from peelian.workflows.patrols.kept_plan import KeptPlan, read_kept
from peelian.workflows.settings import Measured


def gather_rotation(store: Store | None, measured: Measured, *, now: datetime) -> Gathered:
    """Events of each spot on each policing day from the first plan kept to the last.

    ``measured.after`` says which days; empty: all. A spot that two plans of a day might have
    drawn counts once, drawn if either did.
    """
    if store is None:
        raise ParameterError("the rotation is in a store: say which with --store")
    plans = _plans(store, measured)
    events, ingredients, notes, months = events_for(store, measured, now)
    if is_monthly(events):
        raise CoverageError(
            "these events are known to the month only: a rotation is told by the day"
        )
    key, shapes = _spots(plans)
    number = {one: n for n, one in enumerate(key)}
    first, last = plans[0].day, plans[-1].day
    shape = (len(key), (last - first).days + 1)
    drawn, spared = np.zeros(shape, dtype=np.bool_), np.ones(shape)
    for plan in plans:
        at = [number[one] for one in plan.key.tolist()]
        day = (plan.day - first).days
        drawn[at, day] |= plan.drawn
        spared[at, day] *= 1 - plan.probability
    counts = _counts(events, key, shapes, plans[0].crs, (first, last))
    days = [first + timedelta(days=n) for n in range(shape[1])]
    if months is not None:
        unknown = np.array([f"{day:%Y-%m}" not in months for day in days])
        counts[:, unknown] = np.nan
    found = AreaCounts(
        key,
        (Role.TREATED,) * len(key),
        ("",) * len(key),
        tuple(str(day) for day in days),
        np.ones(len(days), dtype=np.bool_),
        ("",),
        counts[None],
        drawn,
        np.ones(shape),
        np.full(len(key), np.nan),
        np.array([np.nan]),
        1 - spared,
    )
    kept = tuple(Ingredient(f"plan {p.short}", p.artefact, 0, 0, "artefact") for p in plans)
    said = (f"{len(plans)} plans of {first} to {last}, {len(key)} spots in their draws.",)
    return Gathered(found, (*ingredients, *kept), (*said, *notes))


def _plans(store: Store, measured: Measured) -> list[KeptPlan]:
    """The plans that stand, in order; CoverageError without any, or over several systems."""
    _, span = spans_of("", measured.after)
    found = []
    for one in store.artefacts("plan"):
        try:
            plan = read_kept(store, one.artefact)
        except DataError:  # kept by a version that did not keep its spots
            continue
        if span is None or span[0] <= plan.day <= span[1]:
            found.append(plan)
    plans, _ = last_of_each(found)
    if not plans:
        raise CoverageError(
            "no plan with its draw is kept in these days: `peelian plan` makes and keeps one, "
            "or give a table with the columns treated and probability"
        )
    return sorted(plans, key=lambda plan: plan.day)


def _spots(plans: list[KeptPlan]) -> tuple[tuple[str, ...], Shapes]:
    """Every spot that some plan might have drawn, once, and its outline."""
    outlines = {
        key: shape
        for plan in plans
        for key, shape in zip(plan.key.tolist(), plan.outlines, strict=True)
    }
    shapes = np.empty(len(outlines), dtype=object)
    shapes[:] = list(outlines.values())
    return tuple(outlines), shapes


def _counts(
    events: Events, key: tuple[str, ...], shapes: Shapes, crs: str, span: tuple[date, date]
) -> Floats:
    """Events by spot and policing day, shape (n_spots, n_days)."""
    n = len(key)
    areas = Areas(key, key, ("",) * n, np.full(n, np.nan), shapes, crs)
    grid = spacetime.polygon_grid(areas)
    return spacetime.count_events(events, grid, spacetime.day_periods(*span)).T
