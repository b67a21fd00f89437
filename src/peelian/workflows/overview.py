"""What is held, what is stale, and the figures, for the first page and the data page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from peelian import offences, sources, spacetime
from peelian.store import Store
from peelian.terms import CoverageError, Floats, Table
from peelian.workflows.gather import gather, held_months
from peelian.workflows.maps.count import by_district
from peelian.workflows.public.measures import MonthlyMeasure, measures_held, misdated, monthly
from peelian.workflows.settings import Cells

REPEATED_SHOWN = 10
LATE = (7, 28)  # how late a record is called late [days]


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure: its number (NaN when the data cannot give it), sentence and series.

    ``series`` has the columns ``month`` and ``n``, NaN in months not held, and
    ``twelve_months``, those to each month, where any are held. ``notes`` say what was counted
    and what a reader must know of it.
    """

    title: str
    number: float
    unit: str
    sentence: str
    series: Table
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Overview:
    """What the first page and the data page show.

    ``late`` has the columns ``days`` and ``share``: of the events whose record is dated, those
    that came on record later than that; NaN when none is.
    """

    months: tuple[tuple[str, bool, float], ...]
    stale_days: int
    batches: Table
    refusals: Table
    repeated: Table
    repeated_share: float
    late: Table
    misdated: Table
    figures: tuple[Figure, ...]
    rates: Table
    last_plan: str | None
    notes: tuple[str, ...]


def overview(store: Store, *, now: datetime) -> Overview:
    """Everything the first page says of a store, from what it holds now."""
    held = held_months(store)
    try:
        material = gather(store, Cells(keep_sinks=True), now=now)
    except CoverageError:  # too little of the usual offences: say the rest
        material = None
    areas = material.areas if material else None
    months = np.arange(min(held), np.datetime64(max(held)) + 1, dtype="datetime64[M]").astype(
        str
    )
    counts = store.monthly_counts()
    everything = _series(counts, months)
    end = spacetime.month_span(max(held))[1]
    events = store.events()
    plans = store.artefacts("plan")
    return Overview(
        months=tuple(
            (str(m), m in held, float(n)) for m, n in zip(months, everything, strict=True)
        ),
        stale_days=int((np.datetime64(now.replace(tzinfo=None), "s") - end).astype(int))
        // 86400,
        batches=_batches(store),
        refusals=store.refusals(),
        repeated=offences.repeated_points(events, REPEATED_SHOWN, sinks=sources.read_sinks()),
        repeated_share=offences.repeated_share(events),
        late=Table({"days": np.array(LATE), "share": spacetime.late_shares(events, LATE)}),
        misdated=misdated(events),
        figures=tuple(
            _figure(monthly(store, measure, events=events))
            for measure in measures_held(store, events=events)
        ),
        rates=by_district(material) if material and areas else Table({}),
        last_plan=plans[-1].name if plans else None,
        notes=material.notes if material else (),
    )


def _series(counts: Table, months: np.ndarray[Any, Any]) -> Floats:
    """Events by month; NaN in months not held."""
    month, n = counts.columns["month"], counts.columns["n"]
    totals = np.bincount(np.searchsorted(months, month), weights=n, minlength=len(months))
    return np.where(np.isin(months, month), totals, np.nan)


def _figure(found: MonthlyMeasure) -> Figure:
    """One figure, with its rate, its change from a year before, and what was counted."""
    held = ~np.isnan(found.counts).all()
    total = float(np.nansum(found.counts)) if held else float("nan")
    notes = found.notes if held else ()
    label, series = found.measure.label, found.by_month
    return Figure(label, total, "offences", " ".join(found.said), series, notes)


def _batches(store: Store) -> Table:
    """The batches held, one row each."""
    batches = store.batches()
    return Table(
        {
            "file": np.array([b.file for b in batches]),
            "batch": np.array([b.batch[:12] for b in batches]),
            "added": np.array(
                [b.added.replace(tzinfo=None) for b in batches], "datetime64[s]"
            ),
            "read": np.array([b.read for b in batches]),
            "accepted": np.array([b.accepted for b in batches]),
            "refused": np.array([b.refused for b in batches]),
            "replaced": np.array([len(b.superseded) for b in batches]),
        },
        "Files read",
        {"read": "rows", "accepted": "rows", "refused": "rows", "replaced": "parts"},
    )
