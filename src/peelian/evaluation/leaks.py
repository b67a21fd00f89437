"""Does a backtest leak? Run where nothing can be foretold, it must foretell nothing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from peelian.evaluation.results import BacktestResult
from peelian.statistics import sign_flip_test
from peelian.terms import (
    CellKind,
    Events,
    Floats,
    Grid,
    History,
    Instants,
    Ints,
    Late,
    ParameterError,
    Table,
)

NOISE, SHUFFLED, DELAYED = "noise", "shuffled", "delayed"
AREA_SHARE = "area share"
LEAKS, CLEAN = "leaks", "no leak seen"


def leak_check(
    history: History,
    run: Callable[[History], BacktestResult],
    *,
    runs: int = 10,
    error_rate: float = 0.05,
    baseline: str = "count",
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Run a whole backtest on worlds without anything to foretell.

    Parameters
    ----------
    history : History
        Whose cells, periods and number of events the worlds have. Where some of its events
        came on record late, one more world asks whether they are kept back until then.
    run : callable
        The backtest as it is done, from a history on: whatever is prepared, tuned or smoothed
        beforehand belongs inside, or a leak there goes unseen.
    runs : int
        Worlds of each kind.
    error_rate : float
        Chance that any sound model is called leaking, over all kinds. [0 to 1]
    baseline : str
        The row that counts all the history there is.
    rng : numpy.random.Generator
    progress : callable, optional
        Called with runs done and in all.

    Returns
    -------
    Table
        One row a world and model, ``world, forecaster, hits, yardstick, bound, p, threshold,
        verdict``: events caught over all runs, those of area share (noise, delayed) or of
        counting (shuffled), and the one-sided sign-flip p-value over runs. A model leaks where
        p is at most the threshold, the error rate shared out over models and worlds
        (Bonferroni).

    Raises
    ------
    ParameterError
        If counts are not whole events, there are too few runs for the error rate, or the
        backtest has no such baseline.

    Notes
    -----
    *Noise*: as many events a period as were held, each in any cell with equal chance. Flagging
    an area can catch no more than its share of them, whatever was learned.

    *Shuffled*: every event keeps its cell and takes the time of another, and cells change
    places, so that neither time nor neighbours tell anything beyond how much a cell has had;
    nothing then ranks cells better than all of the past counted.

    *Delayed*: noise in which every second period has its events where the one before had
    them, and each comes on record only when the next period has ended. What is on record
    tells nothing of what comes; what is not yet would tell nearly all.

    In all every cell has equal area, as slivers of different size could be told apart. Dated
    events are placed anew, anywhere in their cell and period.

    The sign flips ask that runs be independent and their differences symmetric, which sums of
    many events are. A small leak may go unseen: more runs see more.

    References
    ----------
    .. [1] S. Kapoor and A. Narayanan, "Leakage and the reproducibility crisis in
       machine-learning-based science," Patterns, 4(9), 100804, 2023.
       doi:10.1016/j.patter.2023.100804
    """
    _check(history, runs, error_rate)
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    worlds = {NOISE: noise_world, SHUFFLED: shuffled_world}
    if history.late is not None:
        worlds[DELAYED] = delayed_world
    for done, world in enumerate(list(worlds) * runs, start=1):
        result = run(worlds[world](history, rng))
        counting = float(result.row(baseline).hits.sum())
        by_area = float(result.events.sum()) * result.area_share
        for row in result.rows:
            compared = world != SHUFFLED or row.name != baseline
            if row.made_by is not None and compared:
                pair = float(row.hits.sum()), counting if world == SHUFFLED else by_area
                found.setdefault((world, row.name), []).append(pair)
        if progress:
            progress(done, len(worlds) * runs)
    return _table(found, runs, error_rate, baseline)


def noise_world(history: History, rng: np.random.Generator) -> History:
    """As many events a period, each in any cell with equal chance."""
    counts = history.counts.copy()
    even = np.full(history.grid.n_cells, 1 / history.grid.n_cells)
    for period in np.flatnonzero(history.periods.held):
        counts[period] = rng.multinomial(int(counts[period].sum()), even)
    return _world(history, counts, rng)


def shuffled_world(history: History, rng: np.random.Generator) -> History:
    """The same events at the times of others, and cells in each other's place."""
    counts = history.counts.copy()
    held = np.flatnonzero(history.periods.held)
    period, cell = _each_event(counts[held])
    place = rng.permutation(history.grid.n_cells)
    mixed = rng.permutation(period) * history.grid.n_cells + place[cell]
    counts[held] = np.bincount(mixed, minlength=counts[held].size).reshape(len(held), -1)
    return _world(history, counts, rng)


def delayed_world(history: History, rng: np.random.Generator) -> History:
    """Events where the period before had them, on record when the period after has ended."""
    counts = history.counts.copy()
    held = np.flatnonzero(history.periods.held)
    anywhere = np.full(history.grid.n_cells, 1 / history.grid.n_cells)
    for number, period in enumerate(held):
        there = counts[held[number - 1]] if number % 2 else anywhere
        chance = there / there.sum() if there.any() else anywhere
        counts[period] = rng.multinomial(int(counts[period].sum()), chance)
    end, last = history.periods.end, history.periods.end[-1:]
    recorded = end.copy()
    recorded[held] = np.append(end[held[1:]], last + (last - history.periods.start[-1:]))
    return _world(history, counts, rng, recorded)


def _world(
    history: History,
    counts: Floats,
    rng: np.random.Generator,
    recorded: Instants | None = None,
) -> History:
    """A history of these counts on cells of equal area; with events, if it had any.

    ``recorded`` is when those of each period came on record; at once when not given.
    """
    grid = replace(
        history.grid, area=np.full(history.grid.n_cells, float(history.grid.area.mean()))
    )
    events = None if history.events is None else _events(counts, grid, history, rng, recorded)
    late = None
    if recorded is not None:
        period, cell = _each_event(np.nan_to_num(counts))
        late = Late(period, cell, np.ones(len(period)), recorded[period])
    return History(counts, grid, history.periods, events, late=late)


def _events(
    counts: Floats,
    grid: Grid,
    history: History,
    rng: np.random.Generator,
    recorded: Instants | None,
) -> Events:
    """Events that these counts count: anywhere in their square, else at the cell's centre."""
    held = np.flatnonzero(history.periods.held)
    period, cell = _each_event(counts[held])
    period = held[period]
    n = len(cell)
    side = 0.0 if grid.kind is CellKind.POLYGONS else grid.cell_size
    if grid.kind is CellKind.HEXAGON:
        side *= 0.5  # the square of this side about the centre lies inside
    off = (rng.random((2, n)) - 0.5) * side * (1 - 1e-9)
    start, end = history.periods.start[period], history.periods.end[period]
    at = start + (rng.random(n) * (end - start).astype(np.int64)).astype("timedelta64[s]")
    nothing = np.full(n, "", dtype=np.str_)
    return Events(
        grid.x[cell] + off[0], grid.y[cell] + off[1], at, at, np.ones(n), nothing, nothing,
        nothing, crs=grid.crs, recorded=None if recorded is None else recorded[period],
    )  # fmt: skip


def _each_event(counts: Floats) -> tuple[Ints, Ints]:
    """Period and cell of every event counted."""
    period, cell = np.nonzero(counts)
    times = counts[period, cell].astype(np.int64)
    return np.repeat(period, times), np.repeat(cell, times)


def _table(
    found: dict[tuple[str, str], list[tuple[float, float]]],
    runs: int,
    error_rate: float,
    baseline: str,
) -> Table:
    """Each model in each world against what it cannot beat."""
    tested = {key: np.array(pairs) for key, pairs in found.items()}
    threshold = error_rate / max(len(tested), 1)
    if 2.0**-runs > threshold:
        needed = int(np.ceil(-np.log2(threshold)))
        raise ParameterError(
            f"{runs} runs cannot reach p = {threshold:.2g}, the error rate shared by "
            f"{len(tested)} comparisons: give {needed} runs or more"
        )
    columns: dict[str, list[object]] = {}
    for (world, name), pairs in sorted(tested.items()):
        gain = pairs[:, 0] - pairs[:, 1]
        p = np.nan if np.isnan(gain).any() else sign_flip_test(gain, alternative="greater")
        for column, value in {
            "world": world,
            "forecaster": name,
            "hits": float(pairs[:, 0].sum()),
            "yardstick": baseline if world == SHUFFLED else AREA_SHARE,
            "bound": float(pairs[:, 1].sum()),
            "p": p,
            "threshold": threshold,
            "verdict": "gave no forecast"
            if np.isnan(p)
            else LEAKS
            if p <= threshold
            else CLEAN,
        }.items():
            columns.setdefault(column, []).append(value)
    return Table(
        {name: np.array(values) for name, values in columns.items()},
        f"Leak check over {runs} runs a world, error rate {error_rate:g}",
        {"hits": "events", "bound": "events"},
    )


def _check(history: History, runs: int, error_rate: float) -> None:
    held = history.counts[history.periods.held]
    weighted = history.events is not None and bool(np.any(history.events.weight != 1))
    if weighted or not np.all(held == np.floor(held)):
        raise ParameterError("counts are weights: check for leaks with whole events")
    if not 0 < error_rate < 1:
        raise ParameterError(f"error rate is {error_rate}: give a chance such as 0.05")
    if not 1 <= runs <= 20:
        raise ParameterError(f"runs is {runs}: give 1 to 20 worlds of each kind")
