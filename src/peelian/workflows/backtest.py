"""How good each model would have been: every one against counting, over the periods held."""

from collections.abc import Mapping
from datetime import datetime

from peelian import evaluation, forecasts, reports
from peelian.evaluation import BacktestResult
from peelian.store import Store
from peelian.terms import Forecaster, ParameterError
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BacktestSettings, generator

BASELINE = "count"


def backtest(
    store: Store | None,
    settings: BacktestSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Score every model against counting, over rolling origins at one budget of area."""
    material = gather_several(store, settings.cells, now=now)
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
        rng=generator(settings.seed),
        progress=lambda done, of: progress(done / of, "backtest"),
    )
    return result, chosen


def models(names: str) -> Mapping[str, Forecaster]:
    """Forecasters by name; empty: all that any history can feed. Counting is always one.

    Those that need dated events are tried only when asked for.
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    known = {**forecasts.FORECASTERS, **forecasts.DATED_FORECASTERS}
    for name in asked:
        if name not in known:
            listed = ", ".join(known)
            raise ParameterError(f"no model {name!r}: choose one of {listed}, or champion")
    return {
        name: known[name]()
        for name in dict.fromkeys([BASELINE, *(asked or forecasts.FORECASTERS)])
    }
