"""Where next: expected events by cell by the chosen model, and the cells flagged."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from peelian import reports, statistics
from peelian.evaluation import BacktestResult
from peelian.store import Store
from peelian.terms import (
    Bools,
    CoverageError,
    Floats,
    Ints,
    ParameterError,
    RiskSurface,
    Table,
)
from peelian.workflows.forecasting.backtest import BASELINE, models, score
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BacktestSettings, ForecastSettings, generator

CHAMPION = "champion"


@dataclass(frozen=True, eq=False)
class Flagged:
    """A forecast over the whole horizon, the cells flagged, and how the model was chosen."""

    model: str
    surface: RiskSurface
    risk: Floats  # expected events over the horizon, shape (n_cells,)
    low: Floats | None  # none of harm: limits of counts would be far too near
    high: Floats | None
    flagged: Bools
    cells: Ints  # numbers of the flagged cells, best first
    days: float
    why: str
    chosen: tuple[str, ...]
    trial: BacktestResult | None = None  # of every model; None when it was not run

    @property
    def span(self) -> str:
        """How far ahead, in words: 31 days, though October has an hour more."""
        return f"{round(self.days, 1):g} days"


def forecast(
    store: Store | None,
    settings: ForecastSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Forecast every cell: its expected events, and whether it is flagged."""
    material = gather_several(
        store, settings.cells, places=settings.places, companions=settings.companions, now=now
    )
    made = flag(material, settings, progress=progress)
    grid = material.grid
    columns = {
        "cell": np.arange(grid.n_cells),
        "x": grid.x,
        "y": grid.y,
        "area": grid.area,
        "risk": made.risk,
        "flagged": made.flagged,
    }
    units = {"x": "m", "y": "m", "area": "m2", "risk": f"events in {made.span}"}
    record = material.record(
        "forecast", settings, method=repr(made.surface.made_by), seed=settings.seed, now=now
    )
    return Outcome(
        Table(columns, "Expected events by cell", units),
        record,
        (*material.chosen, *made.chosen, f"model {made.model}: {made.why}"),
        grid=grid,
        study_area=material.study_area,
    )


def flag(
    material: Material,
    settings: ForecastSettings,
    *,
    scored: bool = False,
    progress: Progress = silent,
) -> Flagged:
    """Choose the model, forecast, and flag cells within the budget.

    The champion is counting, unless the backtest finds a challenger better; with too little
    history for a backtest it is counting too. A model asked for by name is backtested only if
    ``scored``.
    """
    n_cells, budget, chosen = flag_budget(settings, material)
    model, why, trial = settings.model, "as asked", None
    if scored or model == CHAMPION:
        asked = BacktestSettings(
            cells=settings.cells,
            places=settings.places,
            companions=settings.companions,
            models="" if model == CHAMPION else model,
            flag_area=budget / 1e6,
            seed=settings.seed,
        )
        try:
            trial = score(material, asked, progress=progress).result
        except CoverageError as error:
            why = f"too little history to compare models ({error})"
    if model == CHAMPION:
        model = trial.champion if trial else BASELINE
        why = reports.champion_sentence(trial) if trial else why
    surface = models(model, material.generators)[model].forecast(material.history, 1)
    days = _horizon_days(settings.horizon, material)
    scale = days / _next_days(material)
    risk, area = surface.risk[0] * scale, material.grid.area
    flagged = statistics.flag_cells(
        risk,
        area,
        area_budget=None if n_cells else budget,
        n_cells=n_cells or None,
        rng=generator(settings.seed),
    )
    cells = np.flatnonzero(flagged)
    worth = risk[cells] if n_cells else risk[cells] / area[cells]
    return Flagged(
        model,
        surface,
        risk,
        None if surface.low is None or material.harm else surface.low[0] * scale,
        None if surface.high is None or material.harm else surface.high[0] * scale,
        flagged,
        cells[np.argsort(-worth, kind="stable")],
        days,
        why,
        chosen,
        trial,
    )


def flag_budget(
    settings: ForecastSettings, material: Material
) -> tuple[int, float, tuple[str, ...]]:
    """Cells to flag (0: by area), the area that is [m2], and what to announce.

    Without a budget it is a number of cells: a patrol stops once in a cell, however little of
    a cell on the coast is land.
    """
    if settings.flag_area and settings.flag_cells:
        raise ParameterError("give an area to flag or a number of cells, not both")
    if settings.flag_area:
        return 0, material.budget(settings.flag_area)[0], ()
    if settings.flag_cells < 0:
        raise ParameterError(f"cells to flag is {settings.flag_cells}: give 1 or more")
    budget, chosen = material.budget(0.0)
    n_cells = settings.flag_cells or round(budget / material.whole_cell)
    n_cells = min(n_cells, material.grid.n_cells)
    budget = min(n_cells * material.whole_cell, float(material.grid.area.sum()))
    return n_cells, budget, () if settings.flag_cells else (f"{n_cells} cells, {chosen[0]}",)


def _next_days(material: Material) -> float:
    """Length of the period a forecast of horizon 1 is for. [days]"""
    periods = material.history.periods
    return float(periods.days[np.flatnonzero(periods.held)[-1]])


def _horizon_days(horizon: str, material: Material) -> float:
    """The horizon in days: ``31d``, or one period when empty."""
    if not horizon:
        return _next_days(material)
    try:
        days = float(horizon.removesuffix("d"))
    except ValueError:
        days = 0.0
    if not 0 < days < np.inf:
        raise ParameterError(f"horizon {horizon!r}: write days, such as 31d")
    return days
