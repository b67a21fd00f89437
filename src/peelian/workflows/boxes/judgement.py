"""Drawn boxes scored like any method: those that stood at each origin, and what followed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import numpy as np

from peelian import evaluation, operations, spacetime
from peelian.evaluation import BacktestResult, Drawn
from peelian.store import Store
from peelian.terms import (
    Box,
    BoxEntry,
    Floats,
    Forecaster,
    History,
    Ingredient,
    Ints,
    Table,
)
from peelian.workflows.boxes.kept import boxes_ingredient, day_text, read_boxes
from peelian.workflows.gather import Material
from peelian.workflows.settings import BacktestSettings, generator

DATED = (
    "boxes are believed to hold since the day they name: some were written down later, so "
    "this is only as honest as those days"
)


@dataclass(frozen=True)
class Judged:
    """How judgement did beside the models: a table, if any box stood, and what to say."""

    table: Table | None
    said: tuple[str, ...]
    ingredients: tuple[Ingredient, ...] = ()


@dataclass(frozen=True, eq=False)
class Stood:
    """Which boxes stood at which origins, and what happened in them after each."""

    material: Material
    origins: Ints
    boxes: tuple[tuple[Box, ...], ...]
    horizon: int

    def each(self) -> Iterator[Drawn]:
        """What stood at each origin, and what followed; what stands long is measured once."""
        import shapely

        history, events = self.material.history, self.material.events
        grid, known = history.grid, dict[tuple[int, ...], Drawn]()
        period, dated = spacetime.assign_periods(history.periods, events.start, events.end)
        cell, inside = spacetime.assign_cells(grid, events.x, events.y)
        counted = dated & inside
        for origin, boxes in zip(self.origins.tolist(), self.boxes, strict=True):
            key = tuple(id(box.last) for box in boxes)
            if key not in known:
                known = {key: _measured(boxes, self.material)}
            ahead = counted & (period >= origin) & (period < origin + self.horizon)
            covered = operations.area_of([box for box in boxes if box.sends])
            hit = np.flatnonzero(ahead)
            hit = hit[shapely.intersects_xy(covered, events.x[hit], events.y[hit])]
            by_cell = np.bincount(
                cell[hit], weights=events.weight[hit], minlength=grid.n_cells
            ).astype(np.float64)
            yield replace(known[key], hits=float(by_cell.sum()), inside=by_cell)

    def only(self, chosen: Sequence[int]) -> "Stood":
        """Some of the origins, by their place among them."""
        kept = tuple(self.boxes[n] for n in chosen)
        return replace(self, origins=self.origins[list(chosen)], boxes=kept)


def judge(
    store: Store | None,
    material: Material,
    settings: BacktestSettings,
    result: BacktestResult,
    *,
    now: datetime,
) -> Judged:
    """Score the boxes that stood at the origins of a backtest against its models."""
    if store is None or settings.boxes == "none":
        return Judged(None, ())
    entries = read_boxes(store, now)
    if not entries:
        return Judged(None, ())
    dated = settings.boxes == "dated"
    went_in = (boxes_ingredient(entries),)
    history = material.history
    numbers = np.searchsorted(history.periods.start, result.origins).tolist()
    stood = boxes_at(entries, material, numbers, settings.horizon, dated=dated)
    if not len(stood.origins):
        return Judged(None, (none_stood(entries, history, numbers, dated=dated),), went_in)
    forecasters = {
        name: cast(Forecaster, result.row(name).made_by)
        for name in dict.fromkeys((result.baseline, result.champion))
    }
    table = evaluation.score_judgement(
        history,
        forecasters,
        stood.origins.tolist(),
        stood.each(),
        area_budget=result.area_budget,
        horizon=settings.horizon,
        block=result.block,
        draws=settings.draws,
        rng=generator(settings.seed),
    )
    said = (covered_text(stood, len(numbers), result.block), *((DATED,) if dated else ()))
    return Judged(table, said, went_in)


def boxes_at(
    entries: Sequence[BoxEntry],
    material: Material,
    numbers: Sequence[int],
    horizon: int,
    *,
    dated: bool,
) -> Stood:
    """The origins at which any box stood inside the study area, with the boxes."""
    starts = material.history.periods.start
    here = [e for e in entries if material.study_area.polygon.intersects(e.polygon)]
    boxes = [operations.standing_boxes(here, starts[n], dated=dated) for n in numbers]
    some = [n for n, found in enumerate(boxes) if found]
    every = Stood(material, np.array(numbers, dtype=np.int64), tuple(boxes), horizon)
    return every.only(some)


def covered_text(stood: Stood, n_origins: int, block: int) -> str:
    """At how many origins boxes stood, and whether that is enough to claim anything."""
    n = len(stood.origins)
    blocks = n // min(block, n)
    most = max(len(boxes) for boxes in stood.boxes)
    enough = (
        ""
        if blocks >= evaluation.MIN_BLOCKS
        else f": fewer than {evaluation.MIN_BLOCKS} whole blocks, so no claim can be made yet"
    )
    return (
        f"boxes stood at {n} of {n_origins} origins (at most {most} at once), {blocks} whole "
        f"blocks{enough}"
    )


def _measured(boxes: Sequence[Box], material: Material) -> Drawn:
    """Area and cells of the boxes that stand together, nothing counted yet."""
    grid, study_area = material.grid, material.study_area
    covered = operations.area_of([box for box in boxes if box.sends])
    share = operations.shares_within(covered, grid, study_area)
    none: Floats = np.zeros(grid.n_cells)
    area = float(np.sum(share * grid.area))
    return Drawn(area, 0.0, share, none, operations.closed_cells(boxes, grid))


def none_stood(
    entries: Sequence[BoxEntry], history: History, numbers: Sequence[int], *, dated: bool
) -> str:
    """Why no box is scored."""
    if not entries:
        return "no box is drawn yet: `peelian boxes add FILE --reason TEXT`"
    first = day_text(operations.box_changes(entries, dated=dated)[0])
    last = day_text(history.periods.start[numbers[-1]])
    return (
        f"no box stood at any of {len(numbers)} origins, the last of which is {last}: the "
        f"first box counts from {first}, so judgement is scored once later data are held"
    )
