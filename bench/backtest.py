"""Backtest: 180 daily origins, 57,600 cells, 100,000 events over 360 days."""

import resource
import time

import numpy as np
from timing import Row, compare, medians

import data
from peelian.evaluation import backtest
from peelian.forecasts import KernelEWMA, LongWindowCount, Prospective
from peelian.spacetime import count_events
from peelian.terms import Events, History, Periods

DAYS, ORIGINS, EVENTS = 360, 180, 100_000
FLAGGED = 144  # cells, 0.25 % of the area
FEW = 2  # origins of prospective hot-spotting that the loop does, in proportion
REACH, WINDOW = 400.0, 60.0  # [m], [days]


def run(*, repetitions: int = 3) -> list[Row]:
    """Ours, every measure and interval, against loops of numpy that count hits and no more."""
    history, day = _history()
    models = {
        "counting": LongWindowCount(),
        "kernel-smoothed EWMA": KernelEWMA(),
        "prospective hot-spotting": Prospective(REACH, WINDOW),
    }
    found = {name: _ours(history, model) for name, model in models.items()}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    counted, near = _counted(history), _prospective(history, day)
    for hits, name in ((counted, "counting"), (near, "prospective hot-spotting")):
        same = found[name].hits[: len(hits)].sum()
        assert abs(hits.sum() / same - 1) < 0.1  # but for the order of tied cells

    seconds = medians(
        {name: lambda model=model: _ours(history, model) for name, model in models.items()},
        repetitions=repetitions,
    )
    plain = medians({"loop": lambda: _counted(history)}, repetitions=1)["loop"]
    slow = medians({"loop": lambda: _prospective(history, day)}, repetitions=1)["loop"]
    peers = {
        "counting": ("numpy, all history summed at each origin", plain),
        "kernel-smoothed EWMA": ("the same, not smoothed", plain),
        "prospective hot-spotting": ("numpy, each event to all cells", slow * ORIGINS / FEW),
    }
    setting = "180 daily origins, 57,600 cells, 100,000 events"
    return [
        compare(
            f"Backtest of {name}, {setting}",
            seconds[name],
            *peers[name],
            f"forecasting alone {found[name].seconds:.2f} s; {memory:,} MB at most",
        )
        for name in models
    ]


def _history() -> tuple[History, np.ndarray]:
    """The world by day, and the day of each event."""
    grid, (x, y) = data.grid(), data.places(EVENTS)
    day = np.sort(np.random.default_rng(data.SEED).uniform(0, DAYS, EVENTS))
    start = np.datetime64("2018-01-01T00:00:00")
    when = start + (day * 86_400).astype("m8[s]")
    no = np.full(EVENTS, "")
    events = Events(x, y, when, when, np.ones(EVENTS), no, no, no, "none")
    edges = start + np.arange(DAYS + 1) * np.timedelta64(86_400, "s")
    periods = Periods(edges[:-1], edges[1:], np.ones(DAYS, bool))
    return History(count_events(events, grid, periods), grid, periods, events), day


def _ours(history: History, model):
    """The row of the model, with every measure and interval."""
    result = backtest(
        history,
        {"model": model},
        baseline="model",
        area_budget=FLAGGED * data.CELL_SIZE**2,
        min_history=DAYS - ORIGINS,
        rng=np.random.default_rng(1),
        clock=time.process_time,
    )
    return result.row("model")


def _counted(history: History) -> np.ndarray:
    """Hits of counting, as one would write it."""
    hits = []
    for origin in range(DAYS - ORIGINS, DAYS):
        risk = history.counts[:origin].sum(axis=0)
        flagged = np.argsort(-risk, kind="stable")[:FLAGGED]
        hits.append(history.counts[origin, flagged].sum())
    return np.array(hits)


def _prospective(history: History, day: np.ndarray) -> np.ndarray:
    """Hits of prospective hot-spotting at a few origins, as one would write it."""
    grid, events, hits = history.grid, history.events, []
    for origin in range(DAYS - ORIGINS, DAYS - ORIGINS + FEW):
        risk = np.zeros(grid.n_cells)
        for k in np.flatnonzero((day < origin) & (day >= origin - WINDOW)):
            apart = np.hypot(grid.x - events.x[k], grid.y - events.y[k])
            bands = np.floor(apart / (grid.cell_size / 2))
            weeks = np.floor((origin - day[k]) / 7)
            risk += np.where(apart <= REACH, 1 / (1 + bands) / (1 + weeks), 0)
        flagged = np.argsort(-risk, kind="stable")[:FLAGGED]
        hits.append(history.counts[origin, flagged].sum())
    return np.array(hits)
