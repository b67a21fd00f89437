"""Where next: expected events by cell by the chosen model, and the cells flagged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from peelian import evaluation, forecasts, reports, statistics
from peelian.evaluation import BacktestResult
from peelian.store import Store
from peelian.terms import (
    Bools,
    CoverageError,
    Floats,
    Forecaster,
    ParameterError,
    RiskSurface,
    Table,
)
from peelian.workflows.gather import Material, gather
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BacktestSettings, ForecastSettings

BASELINE, CHAMPION = "count", "champion"


@dataclass(frozen=True, eq=False)
class Flagged:
    """A forecast over the whole horizon, the cells flagged, and how the model was chosen."""

    model: str
    surface: RiskSurface
    risk: Floats  # expected events over the horizon, shape (n_cells,)
    low: Floats | None
    high: Floats | None
    flagged: Bools
    days: float
    why: str
    chosen: tuple[str, ...]
    trial: BacktestResult | None = None  # of every model; None when it was not run


def forecast(
    store: Store | None,
    settings: ForecastSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Every cell with its risk and its flag."""
    material = gather(store, settings.cells, now=now)
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
    units = {"x": "m", "y": "m", "area": "m2", "risk": f"events in {made.days:g} days"}
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


def backtest(
    store: Store | None,
    settings: BacktestSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Every model against counting, over rolling origins at one budget of area."""
    material = gather(store, settings.cells, now=now)
    result, chosen = score(material, settings, progress=progress)
    record = material.record(
        "backtest", settings, method=evaluation.backtest.__name__, seed=settings.seed, now=now
    )
    return Outcome(
        evaluation.backtest_table(result),
        record,
        (*material.chosen, *chosen),
        summary=reports.backtest_summary(result),
    )


def score(
    material: Material, settings: BacktestSettings, *, progress: Progress = silent
) -> tuple[BacktestResult, tuple[str, ...]]:
    """The backtest of the models asked for, and the sentence about a default budget."""
    budget, chosen = material.budget(settings.flag_area)
    result = evaluation.backtest(
        material.history,
        models(settings.models),
        area_budget=budget,
        min_history=settings.min_history,
        baseline=BASELINE,
        draws=settings.draws,
        rng=np.random.default_rng(settings.seed),
        progress=lambda done, of: progress(done / of, "backtest"),
    )
    return result, chosen


def models(names: str) -> Mapping[str, Forecaster]:
    """Forecasters by name; all when ``names`` is empty. Counting is always among them."""
    asked = [name.strip() for name in names.split(",") if name.strip()] or list(
        forecasts.FORECASTERS
    )
    for name in asked:
        if name not in forecasts.FORECASTERS:
            known = ", ".join(forecasts.FORECASTERS)
            raise ParameterError(f"no model {name!r}: choose one of {known}, or champion")
    return {name: forecasts.FORECASTERS[name]() for name in dict.fromkeys([BASELINE, *asked])}


def flag(
    material: Material, settings: ForecastSettings, *, progress: Progress = silent
) -> Flagged:
    """Choose the model, forecast, and flag cells within the budget.

    The champion is counting, unless the backtest finds a challenger better; with too little
    history for a backtest it is counting too.
    """
    budget, chosen = material.budget(settings.flag_area)
    model, why, trial = settings.model, "as asked", None
    if model == CHAMPION:
        try:
            asked = BacktestSettings(
                cells=settings.cells, flag_area=settings.flag_area, seed=settings.seed
            )
            trial, _ = score(material, asked, progress=progress)
            model, why = trial.champion, reports.champion_sentence(trial)
        except CoverageError as error:
            model, why = BASELINE, f"too little history to compare models ({error})"
    surface = models(model)[model].forecast(material.history, 1)
    days = _horizon_days(settings.horizon, material)
    scale = days / _next_days(material)
    risk = surface.risk[0] * scale
    return Flagged(
        model,
        surface,
        risk,
        None if surface.low is None else surface.low[0] * scale,
        None if surface.high is None else surface.high[0] * scale,
        statistics.flag_cells(
            risk,
            material.grid.area,
            area_budget=budget,
            rng=np.random.default_rng(settings.seed),
        ),
        days,
        why,
        chosen,
        trial,
    )


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
    if not days > 0:
        raise ParameterError(f"horizon {horizon!r}: write days, such as 31d")
    return days
