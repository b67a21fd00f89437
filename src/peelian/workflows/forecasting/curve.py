"""How good a map would have been at other budgets: PAI by share of the area flagged."""

from datetime import datetime

import numpy as np

from peelian import evaluation
from peelian.store import Store
from peelian.terms import Table
from peelian.workflows.forecasting.backtest import BASELINE, models
from peelian.workflows.gather import gather_several
from peelian.workflows.outcome import Progress, silent
from peelian.workflows.settings import BacktestSettings, Cells, generator

SHARES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)  # of the area, flagged


def pai_curve(
    store: Store | None,
    cells: Cells,
    names: str = "",
    *,
    companions: str = "",
    now: datetime,
    progress: Progress = silent,
) -> Table:
    """PAI of models (all when ``names`` is empty) and of counting at each of SHARES.

    Columns ``forecaster, area_share, pai, low, high``, backtested over the same periods;
    CoverageError when too little is held.
    """
    forecasters = models(names)
    material = gather_several(store, cells, companions=companions, now=now)
    settings = BacktestSettings(cells=cells)
    area = float(material.grid.area.sum())
    rows = []
    for done, share in enumerate(SHARES):
        progress(done / len(SHARES), "scoring other budgets")
        result = evaluation.backtest(
            material.history,
            forecasters,
            area_budget=share * area,
            min_history=settings.min_history,
            baseline=BASELINE,
            draws=settings.draws,
            rng=generator(settings.seed),
        )
        for name in forecasters:
            pai = result.row(name).pai
            rows.append((name, share, pai.value, pai.interval.low, pai.interval.high))
    forecaster, *numbers = zip(*rows, strict=True)
    titles = ("area_share", "pai", "low", "high")
    columns = dict(zip(titles, map(np.array, numbers), strict=True))
    return Table(
        {"forecaster": np.array(forecaster, dtype=np.str_), **columns},
        "PAI by share of the area flagged",
        {"area_share": "share", "low": "95 %", "high": "95 %"},
    )
