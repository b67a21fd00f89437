"""How good each forecast would have been: rolling origins, one area, no hindsight."""

from collections.abc import Callable, Mapping

import numpy as np

from peelian.evaluation.judging import UNSCORED, judge
from peelian.evaluation.results import BETTER, ORACLE, RANDOM, BacktestResult, BacktestRow
from peelian.evaluation.scores import resample_origins
from peelian.evaluation.tally import (
    CURVE_SHARE,
    Frame,
    Tally,
    tally_chance,
    tally_oracle,
    tally_origins,
)
from peelian.terms import (
    CoverageError,
    Forecaster,
    History,
    ParameterError,
)

FOUR_WEEKS = 28.0  # length of a bootstrap block [days]


def backtest(
    history: History,
    forecasters: Mapping[str, Forecaster],
    *,
    area_budget: float,
    min_history: int,
    baseline: str = "count",
    block: int | None = None,
    draws: int = 2_000,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] | None = None,
) -> BacktestResult:
    """Score forecasters at every origin, at a fixed area, against a baseline.

    Parameters
    ----------
    history : History
        All periods; each held period with enough before it is scored once.
    forecasters : mapping of name to Forecaster
        Among them the baseline. ``random`` and ``oracle`` are added.
    area_budget : float
        Area each may flag at each origin, spent exactly. [m2]
    min_history : int
        Held periods an origin needs before it. [periods]
    baseline : str
        Whom a challenger must beat.
    block : int, optional
        Consecutive origins resampled together; as many as fill four weeks when not given, so
        one for months. [origins]
    draws : int
        Bootstrap draws.
    rng : numpy.random.Generator
        For the bootstrap, and the sign flips beyond twenty blocks.
    progress : callable, optional
        Called with origins done and in all, over all forecasters.
    clock : callable, optional
        Returns seconds; times the forecasting.

    Returns
    -------
    BacktestResult

    Raises
    ------
    ParameterError
        If the baseline is missing, a name is reserved, the budget is not between 0 and the
        whole area, ``min_history`` is below 1, or the block is longer than the origins.
    CoverageError
        If no held period has enough before it, or a forecaster gives NaN at an origin.
    PlatformError
        If a forecaster's ``walk`` disagrees with its ``forecast``.

    Notes
    -----
    A forecaster is shown ``history.until(n)`` and asked for period n. One that walks sees the
    whole history in one pass; its first and last answers are checked against that.
    Risk is for a period as long as the last one held; expected events are scaled to the length
    of the period scored, which the calendar tells beforehand. Scores are pooled over origins,
    so that a period without events adds nothing rather than a NaN.

    Do not compare results at different areas or grids, and do not choose settings here and
    report the same origins: choose on earlier ones. Each of several challengers has its own
    chance of a false alarm.
    """
    _check(history, forecasters, area_budget, min_history, baseline)
    origins = _origins(history, min_history)
    block = block or _block(history, origins)
    resamples = resample_origins(len(origins), block, draws=draws, rng=rng)
    frame = Frame.of(history, origins, area_budget)

    ordered = {baseline: forecasters[baseline], **forecasters}
    tallies: dict[str, Tally] = {}
    for done, (name, forecaster) in enumerate(ordered.items()):
        tell = _progress(progress, done * len(origins), len(ordered) * len(origins))
        tallies[name] = tally_origins(name, forecaster, history, frame, clock, tell)
    tallies[RANDOM] = tally_chance(frame)
    tallies[ORACLE] = tally_oracle(history, frame)

    rows = tuple(
        judge(name, ordered.get(name), tallies, frame, resamples, baseline, block, rng)
        for name in tallies
    )
    return BacktestResult(
        origins=history.periods.start[origins],
        events=frame.events,
        area_budget=area_budget,
        area_share=frame.area_share,
        curve_share=CURVE_SHARE,
        block=block,
        unscored="" if frame.whole else UNSCORED,
        baseline=baseline,
        champion=_champion(rows, baseline),
        rows=rows,
    )


def _champion(rows: tuple[BacktestRow, ...], baseline: str) -> str:
    """The challenger that caught most among those that caught more; else the baseline."""
    better = [row for row in rows if row.verdict.startswith(BETTER)]
    best = max(better, key=lambda row: row.difference.value, default=None)
    return best.name if best else baseline


def _check(
    history: History,
    forecasters: Mapping[str, Forecaster],
    area_budget: float,
    min_history: int,
    baseline: str,
) -> None:
    if baseline not in forecasters:
        raise ParameterError(
            f"the baseline {baseline!r} is not among the forecasters: {', '.join(forecasters)}"
        )
    if reserved := {RANDOM, ORACLE} & set(forecasters):
        raise ParameterError(f"{reserved.pop()!r} is a reference row; name yours differently")
    total = float(history.grid.area.sum())
    if not 0 < area_budget <= total * (1 + 1e-9):
        raise ParameterError(
            f"area_budget is {area_budget:.6g} m2; give more than 0 and at most the study "
            f"area's {total:.6g} m2"
        )
    if min_history < 1:
        raise ParameterError(f"min_history is {min_history}; give 1 period or more")


def _origins(history: History, min_history: int) -> list[int]:
    """Held periods with at least ``min_history`` held periods before them."""
    held = [int(period) for period in np.flatnonzero(history.periods.held)]
    if len(held) <= min_history:
        raise CoverageError(
            f"{len(held)} periods are held and min_history is {min_history}; "
            "hold more periods or lower min_history"
        )
    return held[min_history:]


def _block(history: History, origins: list[int]) -> int:
    """Origins that fill four weeks, at most all of them."""
    usual = float(np.median(history.periods.days[origins]))
    return min(max(1, round(FOUR_WEEKS / usual)), len(origins))


def _progress(
    progress: Callable[[int, int], None] | None, done: int, total: int
) -> Callable[[int], None]:
    """Report origins of one forecaster as part of all."""
    return (lambda i: progress(done + i, total)) if progress else (lambda i: None)
