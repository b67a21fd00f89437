"""What was planned and delivered in the time of an evaluation, as far as it is held."""

from datetime import date, datetime

import numpy as np

from peelian import reports
from peelian.store import Store
from peelian.terms import Bools, CoverageError, Ingredient, Role, Shapes
from peelian.workflows.delivery.shifts import delivery
from peelian.workflows.designs.places_compared import ComparedPlaces
from peelian.workflows.settings import DeliverySettings

SOURCES = {"delivered_minutes": "devices saw", "reported_minutes": "teams reported"}


def held_dosage(
    store: Store | None,
    span: tuple[date, date],
    places: ComparedPlaces | None,
    *,
    now: datetime,
) -> tuple[str, tuple[Ingredient, ...]]:
    """Minutes planned and delivered in these days, at spots in the treated areas.

    With what says so; empty where no plan is kept, so that nothing is known.
    """
    if store is None or not store.artefacts("plan"):
        return "", ()
    first, last = (day.isoformat() for day in span)
    try:
        outcome = delivery(store, DeliverySettings(first_day=first, last_day=last), now=now)
    except CoverageError:
        return "", ()
    assert outcome.shapes is not None  # noqa: S101 - every delivery has
    inside = _inside(outcome.shapes, places)
    columns = {name: column[inside] for name, column in outcome.table.columns.items()}
    planned = columns["planned_minutes"]
    days = len(np.unique(columns["day"]))
    parts = []
    for name, who in SOURCES.items():
        known = np.isfinite(columns[name])
        if known.any():
            minutes, of = columns[name][known].sum(), planned[known].sum()
            parts.append(f"{who} {_whole(minutes)} of the {_whole(of)} planned there and then")
    said = (
        f"{_whole(planned.sum())} minutes in plans of {days} days; "
        f"{'; '.join(parts) or 'delivery was not measured'}."
    )
    return said, outcome.provenance.ingredients


def _inside(shapes: Shapes, places: ComparedPlaces | None) -> Bools:
    """Which spots have their middle in a treated area; all of them where none is known."""
    import shapely

    if places is None:
        return np.ones(len(shapes), dtype=np.bool_)
    treated = shapely.union_all(places.as_areas(Role.TREATED).polygons)
    return np.asarray(shapely.contains(treated, shapely.centroid(shapes)))


def _whole(minutes: float) -> str:
    return reports.with_commas(float(minutes))
