"""Who lives in the cells that a forecast flags, by district, deprivation and age."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from peelian import evaluation, reports, sources, spacetime
from peelian.store import Store
from peelian.terms import Areas, Ingredient, ParameterError, Residents, Table
from peelian.workflows.gather import AREAS_LAYER, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import EquitySettings

ESSEX = "essex"


def equity(
    store: Store | None,
    settings: EquitySettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Compare who lives in flagged cells with who lives elsewhere, by district and group."""
    if not settings.forecast:
        raise ParameterError("give the file of a forecast, with flagged by cell")
    areas, layer = _areas(store, settings.areas)
    made = sources.read_forecast(
        settings.forecast,
        crs=areas.crs,
        cell_kind=settings.cell_kind,
        cell_size=settings.cell_size,
    )
    if made.flagged is None:
        raise ParameterError(f"{settings.forecast}: has no column flagged")
    residents, chosen = _residents(areas, settings.residents)
    outlines = spacetime.outlines(made.grid)[np.flatnonzero(made.flagged)]
    if spacetime.crs_code(made.grid.crs) != spacetime.crs_code(areas.crs):
        outlines = spacetime.project_shapes(outlines, from_crs=made.grid.crs, to_crs=areas.crs)
    share = evaluation.flagged_parts(areas, outlines)
    table = evaluation.equity_table(areas, share, residents)
    file = Ingredient(settings.forecast, made.sha256, made.grid.n_cells, 0, "file")
    record = record_of(
        "evaluate equity",
        settings,
        (file, layer),
        method=evaluation.equity_table.__name__,
        seed=None,
        now=now,
    )
    sentences = reports.equity_sentences(table)
    return Outcome(table, replace(record, notes=sentences), chosen, summary=_summary(table))


def _areas(store: Store | None, path: str) -> tuple[Areas, Ingredient]:
    """The areas of a file, or those that the store holds."""
    if path:
        areas = sources.read_areas(path)
        digest = sources.sha256_of(Path(path))
        return areas, Ingredient(path, digest, len(areas.code), 0, "file")
    held = {} if store is None else store.layers()
    if store is None or AREAS_LAYER not in held:
        raise ParameterError(
            "no areas are held: give a file of polygons with residents by --areas, or run "
            "`peelian ingest --areas FILE` first"
        )
    return store.read_areas(), Ingredient(AREAS_LAYER, held[AREAS_LAYER], 0, 0, "layer")


def _residents(areas: Areas, path: str) -> tuple[Residents | None, tuple[str, ...]]:
    """Residents by group: of the file, or the bundled ones where they are of these areas."""
    if path and path != ESSEX:
        return sources.read_residents(path), ()
    bundled = sources.essex_residents()
    if path == ESSEX or set(areas.code) <= set(bundled.code):
        return bundled, (
            "residents by age and deprivation: bundled (Essex, mid-2017; IMD 2019)",
        )
    return None, ("no residents by group: give --residents FILE to compare ages and fifths",)


def _summary(table: Table) -> Table:
    """The rows of the whole area, in columns narrow enough to read."""
    at = np.flatnonzero(table.columns["district"] == table.columns["district"][0])
    names = ("by", "group", "residents", "flagged", "share", "inside", "outside", "ratio")
    return Table({name: table.columns[name][at] for name in names}, table.title, table.units)
