"""A forecaster that takes its time, so that a run can be stopped in the middle of it.

``python slow_forecaster.py SETTINGS`` runs a backtest with it, from settings as JSON. Workers,
where there are to be some, are started at once.
"""

import json
import sys
import time
from dataclasses import dataclass

from peelian import forecasts


@dataclass(frozen=True)
class Slow:
    """Counting, after a rest."""

    rest: float = 0.0

    def forecast(self, history, horizon):
        time.sleep(self.rest)
        return forecasts.EWMA(30.0).forecast(history, horizon)


if __name__ == "__main__":
    from factories import NOW
    from peelian.workflows import BacktestSettings, from_json, run
    from peelian.workflows.forecasting import workers
    from slow_forecaster import Slow as Named  # by the name it has in a test, not __main__

    forecasts.FORECASTERS["slow"] = lambda: Named(0.02)
    workers.PATIENCE = 0.0
    run("backtest", None, from_json(BacktestSettings, json.loads(sys.argv[1])), now=NOW)
