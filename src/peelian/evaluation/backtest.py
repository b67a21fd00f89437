"""How good each forecast would have been: rolling origins, one area, no hindsight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from peelian.evaluation.judging import UNSCORED, judge
from peelian.evaluation.pieces import Failed, Piece, Scored, Work, join, one_by_one, split
from peelian.evaluation.results import BETTER, ORACLE, RANDOM, BacktestResult, BacktestRow
from peelian.evaluation.scores import resample_origins
from peelian.evaluation.tally import (
    CURVE_SHARE,
    Frame,
    Tally,
    tally_chance,
    tally_oracle,
    tally_unknown,
)
from peelian.terms import (
    CoverageError,
    DataError,
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
    horizon: int = 1,
    test_from: np.datetime64 | None = None,
    block: int | None = None,
    draws: int = 2_000,
    rng: np.random.Generator,
    work: Work = one_by_one,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] | None = None,
) -> BacktestResult:
    """Score forecasters at every origin, at a fixed area, against a baseline.

    Parameters
    ----------
    history : History
        All periods; each held period with enough before it is an origin.
    forecasters : mapping of name to Forecaster
        Among them the baseline. ``random`` and ``oracle`` are added.
    area_budget : float
        Area each may flag at each origin, spent exactly. [m2]
    min_history : int
        Held periods an origin needs before it. [periods]
    baseline : str
        Whom a challenger must beat.
    horizon : int
        Periods scored together from each origin on, all of them held. [periods]
    test_from : datetime64, optional
        Origins before it are not scored, so that settings can be chosen on them. UTC
    block : int, optional
        Consecutive origins resampled together; as many as fill four weeks when not given, so
        one for months. [origins]
    draws : int
        Bootstrap draws.
    rng : numpy.random.Generator
        For the bootstrap, and the sign flips beyond twenty blocks.
    work : callable
        Does the pieces the backtest is made of, anywhere and in any order: the result is the
        same. Here and in turn when not given.
    progress : callable, optional
        Called with origins done and in all, over all forecasters.
    clock : callable, optional
        Returns seconds; times the forecasting.

    Returns
    -------
    BacktestResult
        A forecaster that gave no forecast at one origin, for what it found in the data, has
        NaN for its scores and the reason for its verdict.

    Raises
    ------
    ParameterError
        If the baseline is missing, a name is reserved, the budget is not between 0 and the
        whole area, ``min_history`` or ``horizon`` is below 1, or the block is longer than the
        origins.
    CoverageError
        If no held period has enough before it, a forecaster gives NaN at an origin, or the
        data do not suit it.
    DataError
        If the baseline gave no forecast at an origin.
    PlatformError
        If a forecaster's ``walk`` disagrees with its ``forecast``.

    Notes
    -----
    A forecaster is shown ``history.until(n)`` and asked for period n. One that walks sees the
    whole history in one pass; its first and last answers are checked against that. What was
    recorded late is not known before, but scored as in the end it was.
    Risk is for a period as long as the last one held; expected events are scaled to the length
    of the period scored, which the calendar tells beforehand. Scores are pooled over origins,
    so that a period without events adds nothing rather than a NaN.

    Do not compare results at different areas or grids, and do not choose settings here and
    report the same origins: choose on earlier ones. Each of several challengers has its own
    chance of a false alarm.
    """
    _check(history, forecasters, area_budget, baseline)
    origins = find_origins(history, min_history, horizon, test_from)
    block = block or usual_block(history, origins)
    resamples = resample_origins(len(origins), block, draws=draws, rng=rng)
    frame = Frame.of(history, origins, area_budget, horizon)

    ordered = {baseline: forecasters[baseline], **forecasters}
    pieces = [
        piece
        for name, forecaster in ordered.items()
        for piece in split(name, forecaster, history, frame, clock)
    ]
    scored = join(pieces, do_pieces(pieces, work, progress))
    failed = {name: why.reason for name, why in scored.items() if isinstance(why, Failed)}
    if baseline in failed:
        raise DataError(f"the baseline {baseline} {failed[baseline]}")
    unknown = tally_unknown(len(origins))
    tallies = {name: t if isinstance(t, Tally) else unknown for name, t in scored.items()}
    tallies |= {RANDOM: tally_chance(frame), ORACLE: tally_oracle(history, frame)}

    judged = (
        judge(name, ordered.get(name), tallies, frame, resamples, baseline, block, rng)
        for name in tallies
    )
    rows = tuple(replace(row, verdict=failed.get(row.name, row.verdict)) for row in judged)
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


def do_pieces(
    pieces: Sequence[Piece], work: Work, progress: Callable[[int, int], None] | None
) -> list[Scored]:
    """What each piece scored, in their order; origins are counted as they are done."""
    done, total = np.zeros(len(pieces), dtype=np.int64), sum(map(len, pieces))

    def tell(number: int, n: int) -> None:
        done[number] = n
        if progress:
            progress(int(done.sum()), total)

    found = dict(work(pieces, tell))
    return [found[number] for number in range(len(pieces))]


def find_origins(
    history: History,
    min_history: int,
    horizon: int = 1,
    test_from: np.datetime64 | None = None,
) -> list[int]:
    """Periods that start a held horizon, with ``min_history`` held periods before them."""
    for name, value in (("min_history", min_history), ("horizon", horizon)):
        if value < 1:
            raise ParameterError(f"{name} is {value}; give 1 period or more")
    held, starts = history.periods.held, history.periods.start
    before = np.cumsum(held, dtype=np.int64) - held
    ahead = [bool(held[n : n + horizon].all()) for n in range(len(held) - horizon + 1)]
    origins = [n for n in np.flatnonzero(ahead).tolist() if before[n] >= min_history]
    if not origins:
        longer = f" and the horizon {horizon}" if horizon > 1 else ""
        raise CoverageError(
            f"{held.sum()} periods are held and min_history is {min_history}{longer}; "
            "hold more periods or lower min_history"
        )
    if test_from is None:
        return origins
    tested = [n for n in origins if starts[n] >= test_from]
    if not tested:
        raise CoverageError(
            f"no origin is on or after {test_from}: the last is {starts[origins[-1]]}; "
            "test from an earlier date"
        )
    return tested


def _check(
    history: History,
    forecasters: Mapping[str, Forecaster],
    area_budget: float,
    baseline: str,
) -> None:
    if baseline not in forecasters:
        raise ParameterError(
            f"the baseline {baseline!r} is not among the forecasters: {', '.join(forecasters)}"
        )
    if reserved := {RANDOM, ORACLE} & set(forecasters):
        raise ParameterError(f"{reserved.pop()!r} is a reference row; name yours differently")
    require_budget(history, area_budget)


def require_budget(history: History, area_budget: float) -> None:
    """Raise ParameterError unless some area, and at most all of it, may be flagged."""
    total = float(history.grid.area.sum())
    if not 0 < area_budget <= total * (1 + 1e-9):
        raise ParameterError(
            f"area_budget is {area_budget:.6g} m2; give more than 0 and at most the study "
            f"area's {total:.6g} m2"
        )


def usual_block(history: History, origins: list[int]) -> int:
    """Origins that fill four weeks, at most all of them."""
    usual = float(np.median(history.periods.days[origins]))
    return min(max(1, round(FOUR_WEEKS / usual)), len(origins))
