"""What happened in each box since it was drawn, beside a model and the whole area."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from peelian import evaluation, reports, spacetime, statistics
from peelian.store import Store
from peelian.terms import Box, CoverageError, Ints, ParameterError, Table
from peelian.workflows.boxes.judgement import DATED, Stood, boxes_at, covered_text, none_stood
from peelian.workflows.boxes.kept import boxes_ingredient, day_text, read_boxes
from peelian.workflows.boxes.listed import WORDS
from peelian.workflows.forecasting.backtest import models
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BoxScoreSettings, generator

FOUR_WEEKS = 28.0  # [days]


def score_boxes(
    store: Store | None,
    settings: BoxScoreSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Score drawn boxes since they were drawn, against a model in as much area."""
    if store is None:
        raise ParameterError("boxes are kept in a store: say which with --store")
    material = gather_several(store, settings.cells, now=now)
    entries, history = read_boxes(store, now), material.history
    numbers = evaluation.find_origins(history, settings.min_history)
    stood = boxes_at(entries, material, numbers, 1, dated=settings.dated)
    record = material.record(
        "evaluate boxes",
        settings,
        method=f"score_judgement against {settings.model}",
        seed=settings.seed,
        now=now,
    )
    ingredients = (*record.ingredients, boxes_ingredient(entries))
    record = replace(record, ingredients=ingredients)
    if not len(stood.origins):
        raise CoverageError(none_stood(entries, history, numbers, dated=settings.dated))
    block = evaluation.usual_block(history, stood.origins.tolist())
    said = (covered_text(stood, len(numbers), block), *((DATED,) if settings.dated else ()))
    made = models(settings.model)
    judged = evaluation.score_judgement(
        history,
        {settings.model: made[settings.model]},
        stood.origins.tolist(),
        stood.each(),
        area_budget=material.budget(settings.flag_area)[0],
        draws=settings.draws,
        rng=generator(settings.seed),
    )
    return Outcome(
        judged,
        record,
        (*material.chosen, *said),
        summary=reports.judgement_summary(judged),
        tables=(("boxes", _since_drawn(stood)),),
    )


def _since_drawn(stood: Stood) -> Table:
    """One row a box: what happened in it while it stood, against the whole area."""
    history, events = stood.material.history, stood.material.events
    period, dated = spacetime.assign_periods(history.periods, events.start, events.end)
    in_cell = spacetime.assign_cells(history.grid, events.x, events.y)[1]
    counted = dated & in_cell
    whole = float(history.grid.area.sum()) / 1e6
    weighted = bool(np.any(events.weight != 1))
    numbers = {b.number: b for found in stood.boxes for b in found if b.sends}
    rows = []
    for number in sorted(numbers):
        hits = span = searched = everywhere = 0.0
        for origin, found in zip(stood.origins.tolist(), stood.boxes, strict=True):
            own = next((box for box in found if box.number == number), None)
            if own is None:
                continue
            ahead = np.flatnonzero(counted & (period == origin))
            hits += _weight_within(own, ahead, stood.material)
            days = float(history.periods.days[origin])
            span += days
            searched += days / FOUR_WEEKS * float(own.last.polygon.area) / 1e6
            everywhere += float(events.weight[ahead].sum())
        low = high = np.nan
        if not weighted:
            interval = statistics.garwood(hits, searched)
            low, high = interval.low, interval.high
        box = numbers[number]
        rows.append(
            (number, box.last.name, WORDS[box.last.kind], day_text(box.drawn), span, hits,
             hits / searched, low, high, everywhere / (span / FOUR_WEEKS * whole))
        )  # fmt: skip
    names = ("box", "name", "what", "drawn", "days", "hits", "per_km2", "low", "high", "area")
    columns = {
        name: np.array([row[k] for row in rows]) if rows else np.array([])
        for k, name in enumerate(names)
    }
    columns["everywhere"] = columns.pop("area")
    return Table(
        columns,
        "What happened in each box while it stood",
        {
            "days": "scored",
            "hits": "events",
            "per_km2": "events a km2 and 28 days",
            "low": "95 %",
            "high": "95 %",
            "everywhere": "events a km2 and 28 days",
        },
    )


def _weight_within(box: Box, rows: Ints, material: Material) -> float:
    """Weight of those of the events that lie in a box."""
    import shapely

    events = material.events
    inside = shapely.intersects_xy(box.last.polygon, events.x[rows], events.y[rows])
    return float(events.weight[rows[inside]].sum())
