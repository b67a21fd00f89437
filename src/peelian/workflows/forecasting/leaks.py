"""The whole backtest run where there is nothing to foretell: does anything leak?"""

from dataclasses import replace
from datetime import datetime

import numpy as np

from peelian import evaluation
from peelian.evaluation import BacktestResult
from peelian.store import Store
from peelian.terms import History, ParameterError
from peelian.workflows.forecasting.backtest import BASELINE, score
from peelian.workflows.forecasting.workers import Workers
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import LeakSettings, generator

NOTE = (
    "Noise: events anywhere, where nothing may beat area share. Shuffled: times permuted and "
    "cells in each other's place, where nothing may beat counting all the past."
)
DELAYED_NOTE = (
    "Delayed: noise that repeats itself once, on record only when it has, where nothing may "
    "beat area share."
)


def leaks(
    store: Store | None,
    settings: LeakSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Run the whole backtest where nothing can be foretold; name what seems to foretell."""
    tried = replace(settings.backtest, draws=1)
    if tried.companions:
        raise ParameterError(
            "the leak check makes worlds of one offence: leave out companions"
        )
    material = gather_several(store, tried.cells, places=tried.places, now=now)
    work = Workers(tried.running.jobs)

    def run(history: History) -> BacktestResult:
        return score(_in_place_of(material, history), tried, work=work).result

    table = evaluation.leak_check(
        material.history,
        run,
        runs=settings.runs,
        error_rate=settings.error_rate,
        baseline=BASELINE,
        rng=generator(tried.seed),
        progress=lambda done, of: progress(done / of, "leak check"),
    )
    record = material.record(
        "evaluate leaks",
        settings,
        method=evaluation.leak_check.__name__,
        seed=tried.seed,
        now=now,
    )
    found = table.columns["forecaster"][table.columns["verdict"] == evaluation.LEAKS]
    named = ", ".join(np.unique(found).tolist())
    delayed = (DELAYED_NOTE,) if material.history.late else ()
    said = f"leaks: {named}" if named else "no leak seen"
    return Outcome(
        table,
        replace(record, notes=(*record.notes, NOTE, *delayed)),
        (*material.chosen, said),
        passed=not named,
    )


def _in_place_of(material: Material, history: History) -> Material:
    """The material with another history."""
    made = replace(material, grid=history.grid, periods=history.periods, lead_in=0)
    vars(made)["history"] = history  # in place of the one it would make of its events
    return made
