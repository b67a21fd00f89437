"""How good each model would have been: every one against counting, over the periods held."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from peelian import evaluation, forecasts, reports, spacetime
from peelian.evaluation import BacktestResult, Tuning, Work
from peelian.store import Store
from peelian.terms import Forecaster, Generators, ParameterError, Table
from peelian.workflows.boxes.judgement import judge
from peelian.workflows.extent import date_of
from peelian.workflows.forecasting.unfinished import keeping
from peelian.workflows.forecasting.workers import Workers
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import BacktestSettings, Running, generator

BASELINE, BEST = "count", "best"
LATE_RECORDS = "some events came on record late: no origin knew them before"
UNFINISHED = "unfinished"  # folder of a store in which a run keeps its finished parts
DEFAULTS = (
    "settings: the models' own, none tuned (--test-from DATE tunes on what was before it)"
)


@dataclass(frozen=True, eq=False)
class Trial:
    """A backtest, how settings were chosen if they were, and what to tell the user of both."""

    result: BacktestResult
    tuning: Tuning | None
    said: tuple[str, ...]


def backtest(
    store: Store | None,
    settings: BacktestSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Score every model against counting, over rolling origins at one budget of area."""
    material = gather_several(
        store, settings.cells, places=settings.places, companions=settings.companions, now=now
    )
    running = settings.running
    folder = Path(running.resume) if running.resume else None
    if folder is None and store is not None:
        folder = store.path / UNFINISHED
    with keeping(Workers(running.jobs), folder) as work:
        trial = score(material, settings, work=work, progress=progress)
    result = trial.result
    judged = judge(store, material, settings, result, now=now)
    record = material.record(
        "backtest",
        replace(settings, running=Running()),
        method=f"backtest of {'; '.join(_settings(result).values())}",
        seed=settings.seed,
        now=now,
    )
    record = replace(record, ingredients=(*record.ingredients, *judged.ingredients))
    return Outcome(
        _table(result),
        record,
        (*material.chosen, *trial.said, *judged.said, *work.said, _cost(result)),
        summary=reports.backtest_summary(result),
        tables=(
            ("cost", _seconds(result)),
            *((("boxes", reports.judgement_summary(judged.table)),) if judged.table else ()),
            *((("tuning", trial.tuning.table),) if trial.tuning else ()),
        ),
    )


def score(
    material: Material,
    settings: BacktestSettings,
    *,
    work: Work = evaluation.one_by_one,
    progress: Progress = silent,
) -> Trial:
    """Backtest the models asked for, with settings chosen before the test if there is one."""
    budget, chosen = material.budget(settings.flag_area)
    tried = models(settings.models, material.generators)
    test_from, baseline, tuning = (
        _test_from(settings.test_from, material),
        settings.baseline,
        None,
    )
    whole: dict[str, Any] = {
        "area_budget": budget,
        "min_history": settings.min_history,
        "horizon": settings.horizon,
        "work": work,
    }
    if test_from is not None:
        candidates = {name: forecasts.candidates(name, tried[name]) for name in tried}
        tuning = evaluation.tune(
            material.history,
            candidates,
            test_from=test_from,
            progress=lambda done, of: progress(done / of / 2, "tuning"),
            **whole,
        )
        tried = tuning.chosen
    if baseline == BEST:
        if tuning is None:
            raise ParameterError("the best baseline is chosen before a test: give --test-from")
        baseline = tuning.best(name for name in tried if name in forecasts.COUNTING)
    share = 0.5 if tuning else 0.0
    result = evaluation.backtest(
        material.history,
        tried,
        baseline=baseline,
        test_from=test_from,
        block=settings.block or None,
        draws=settings.draws,
        rng=generator(settings.seed),
        progress=lambda done, of: progress(share + (1 - share) * done / of, "backtest"),
        clock=time.process_time,
        **whole,
    )
    history = material.history
    late = (LATE_RECORDS,) if history.late or history.late_companions else ()
    return Trial(result, tuning, (*chosen, *late, *_said(result, tuning, settings)))


def models(names: str, generators: Generators | None = None) -> Mapping[str, Forecaster]:
    """Forecasters by name; empty: all that any history can feed. Counting is always one.

    Those that need dated events, or years of them, are tried only when asked for.
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    known: dict[str, Callable[[], Forecaster]] = {
        **forecasts.FORECASTERS,
        **forecasts.ON_REQUEST,
    }
    if generators is not None:
        near = forecasts.GENERATOR_FORECASTERS.items()
        known |= {name: partial(make, generators) for name, make in near}
    for name in asked:
        if name in forecasts.GENERATOR_FORECASTERS and generators is None:
            raise ParameterError(
                f"{name} needs places that draw people: give --generators FILE"
            )
        if name not in known:
            listed = ", ".join(dict.fromkeys([*known, *forecasts.GENERATOR_FORECASTERS]))
            raise ParameterError(f"no model {name!r}: choose one of {listed}, or champion")
    return {
        name: known[name]()
        for name in dict.fromkeys([BASELINE, *(asked or forecasts.FORECASTERS)])
    }


def _test_from(text: str, material: Material) -> np.datetime64 | None:
    """The instant at which the test begins: the start of that month, or policing day."""
    if not text:
        return None
    first = date_of(text)
    if material.monthly:
        return spacetime.month_span(f"{first:%Y-%m}")[0]
    start: np.datetime64 = spacetime.day_periods(first, first).start[0]
    return start


def _settings(result: BacktestResult) -> dict[str, str]:
    """The settings of each model, as its record."""
    return {row.name: repr(row.made_by) for row in result.rows if row.made_by is not None}


def _said(
    result: BacktestResult, tuning: Tuning | None, settings: BacktestSettings
) -> tuple[str, ...]:
    """How settings and baseline were chosen."""
    if tuning is None:
        return (DEFAULTS,)
    said = ", ".join(_settings(result).values())
    chosen = f"settings chosen on {len(tuning.origins)} origins before {settings.test_from}: "
    best = f"baseline {result.baseline}, the best of the counting models there"
    return (f"{chosen}{said}", *((best,) if settings.baseline == BEST else ()))


def _seconds(result: BacktestResult) -> Table:
    """The time each model took, where it was run; never part of a file made again."""
    rows = [row for row in result.rows if row.made_by is not None]
    columns = {
        "forecaster": np.array([row.name for row in rows]),
        "seconds": np.array([row.seconds for row in rows]),
    }
    return Table(columns, "Cost", {"seconds": "CPU s"})


def _cost(result: BacktestResult) -> str:
    """The same in words."""
    columns = _seconds(result).columns
    taken = (f"{name} {seconds:.2g}" for name, seconds in zip(*columns.values(), strict=True))
    return f"CPU seconds: {', '.join(taken)}"


def _table(result: BacktestResult) -> Table:
    """The table with each model's settings, and without the time it took."""
    table, settings = evaluation.backtest_table(result), _settings(result)
    columns = dict(table.columns)
    names = columns.pop("forecaster")
    columns.pop("seconds")
    own = np.array([settings.get(name, "") for name in names.tolist()])
    return replace(table, columns={"forecaster": names, "settings": own, **columns})
