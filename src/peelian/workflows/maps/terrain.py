"""Why here: which places offences go with, how sure that is, and what it would have caught."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from peelian import evaluation, forecasts, reports
from peelian.evaluation import BacktestResult
from peelian.forecasts import RiskExplanation, RiskTerrain
from peelian.store import Store
from peelian.terms import CoverageError, ParameterError, Table
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import ExplainSettings, generator

ELSEWHERE = "risk-terrain elsewhere"  # each part of the map forecast from the others

NO_GENERATORS = (
    "no crime generators: give --generators FILE, places that draw people, such as licensed "
    "premises (essex: the stations and hospitals that come with Peelian)"
)
NOT_A_CAUSE = (
    "A factor is what offences go with, not what causes them: stations, pubs and offences are "
    "all where people are."
)


def explain(
    store: Store | None,
    settings: ExplainSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Explain where events are by the places near them, and how sure that is."""
    material = gather_several(store, settings.cells, places=settings.places, now=now)
    generators = material.generators
    if generators is None:
        raise ParameterError(NO_GENERATORS)
    material = replace(material, notes=(*material.notes, NOT_A_CAUSE))
    terrain = RiskTerrain(generators, settings.street_block or None)
    explained = forecasts.explain_risk(material.history, terrain)
    worth, said = _worth(material, settings, terrain, explained.n_earlier, progress)
    record = material.record(
        "explain", settings, method=repr(terrain), seed=settings.seed, now=now
    )
    return Outcome(
        explained.table,
        record,
        (*material.chosen, *_said(explained), *said),
        tables=worth,
    )


def _worth(
    material: Material,
    settings: ExplainSettings,
    terrain: RiskTerrain,
    min_history: int,
    progress: Progress,
) -> tuple[tuple[tuple[str, Table], ...], tuple[str, ...]]:
    """What the terrain would have caught in each later period, against counting and chance.

    Its factors are those of the earlier periods; their weights are made anew each time.
    """
    budget, chosen = material.budget(settings.flag_area)
    history = material.history
    earlier = history.until(int(np.flatnonzero(history.periods.held)[min_history]))
    try:
        result = evaluation.backtest(
            history,
            {
                "count": forecasts.LongWindowCount(),
                "risk-terrain": terrain.settle(earlier),
                ELSEWHERE: replace(terrain, elsewhere=True).settle(earlier),
            },
            area_budget=budget,
            min_history=min_history,
            draws=settings.draws,
            rng=generator(settings.seed),
            progress=lambda done, of: progress(done / of, "validation"),
        )
    except CoverageError as error:
        return (), (f"not validated: {error}",)
    table = ("validation", reports.backtest_summary(result))
    return (table,), (*chosen, *_validated(result))


def _said(explained: RiskExplanation) -> tuple[str, ...]:
    """How the factors were found, in a sentence."""
    fit = explained.fit
    found = f"{len(fit.factors)} of {fit.n_candidates} factors chosen"
    return (
        f"{found} on the first {explained.n_earlier} periods ({fit.distribution} counts), "
        f"measured on the {explained.n_later} after them",
    )


def _validated(result: BacktestResult) -> tuple[str, ...]:
    """What each caught in the later periods, a sentence a method."""
    n = len(result.origins)
    said = [f"validated on {n} periods after those it was fitted on, chance being PAI 1:"]
    for name in ("count", "risk-terrain", ELSEWHERE):
        row = result.row(name)
        low, high = row.pai.interval.low, row.pai.interval.high
        pai = f"PAI {row.pai.value:.3g} [{low:.3g}, {high:.3g}]"
        words = "too few periods to prefer either" if result.too_few else row.verdict
        said.append(f"  {name}: {row.hit_rate.value:.1%} of events, {pai}; {words}")
    return tuple(said)
