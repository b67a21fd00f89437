"""What a backtest found, and the words for it."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian.evaluation.scores import Band, Estimate
from peelian.terms import Floats, Instants, NotFound, Table

MIN_BLOCKS = 10  # fewer independent blocks of origins never decide between forecasters

RANDOM = "random"  # flags by area share: what knowing nothing catches
ORACLE = "oracle"  # flags what did happen: the most that could be caught

NO_DIFFERENCE = "no detectable difference from"
BETTER = "more offences in the same area than"
WORSE = "fewer offences in the same area than"
COUNTING = "counting past offences"
IS_BASELINE = "the baseline"
IS_REFERENCE = "for reference"

COLUMNS = {"calibration": "observed_over_expected"}  # of a table, where a field says it short


@dataclass(frozen=True, eq=False)
class BacktestRow:
    """One forecaster over all origins.

    Attributes
    ----------
    name : str
    made_by : object or None
        The forecaster, whose repr is its full record; None for the random and oracle rows.
    hits : array, shape (n_origins,)
        Events inside the flagged area, averaged over the order of tied cells. [events]
    adversarial_hits : array, shape (n_origins,)
        The same with ties resolved against the forecaster. [events]
    expected : array, shape (n_origins,)
        Events the forecaster expected over all cells; this and what is made from it is NaN for
        random and oracle. [events]
    hit_rate, pai, pei, pai_adversarial : Estimate
        Pooled over origins.
    calibration : Estimate
        Observed over expected events.
    rri, rri_levine : Estimate
        Events expected in the flagged area over those that happened there (the form of Wheeler
        and Steenbeek); and hits over the hits there would be, had the flagged area kept its
        share of past events (Levine's form). [1 when foreseen exactly]
    search_efficiency : Estimate
        Hits a flagged square kilometre in one period. [events per km2]
    curve : Band
        Hit rate for each share of the area in ``BacktestResult.curve_share``; PAI is that
        over the share. [share]
    curve_area : Estimate
        Mean of the curve from nothing to its last share: 0.025 by chance. [share]
    gini, generalised_gini : Estimate
        Of what happened, along the forecaster's ranking of cells.
    calibration_table : Table
        ``decile`` (tenths of the events expected, the least risky cells first), ``cells``,
        ``expected``, ``observed`` with Garwood's ``low`` and ``high``, and ``ratio``.
    brier, bernoulli, log_score, deviance, crps : Estimate
        Proper scores, mean over cells and periods; less is better. Infinite where an event
        fell in a cell that was given no chance. NaN where counts are weights.
    unforeseen : float
        Events that were given no chance. [events]
    pit : array, shape (n_bins,)
        Histogram of the probability integral transform of the counts. [share]
    overlap, kept, rank_correlation : Estimate
        From one origin to the next, on average: area flagged in both over area flagged in
        either, and over area flagged before; Spearman's correlation of risk over all cells.
        NaN with one origin.
    difference : Estimate
        Mean hits an origin less those of the baseline. [events]
    p : float
        Two-sided sign-flip p-value of the difference, blocks flipped together. [0 to 1]
    verdict : str
    seconds : float
        Time taken to forecast, by the caller's clock; NaN without one. [s]
    """

    name: str
    made_by: object | None
    hits: Floats
    adversarial_hits: Floats
    expected: Floats
    hit_rate: Estimate
    pai: Estimate
    pei: Estimate
    pai_adversarial: Estimate
    rri: Estimate
    rri_levine: Estimate
    search_efficiency: Estimate
    curve: Band
    curve_area: Estimate
    gini: Estimate
    generalised_gini: Estimate
    calibration: Estimate
    calibration_table: Table
    brier: Estimate
    bernoulli: Estimate
    log_score: Estimate
    deviance: Estimate
    crps: Estimate
    unforeseen: float
    pit: Floats
    overlap: Estimate
    kept: Estimate
    rank_correlation: Estimate
    difference: Estimate
    p: float
    verdict: str
    seconds: float


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """Every forecaster against the baseline, at the same origins, area and grid.

    Attributes
    ----------
    origins : array of datetime64[s], shape (n_origins,)
        Start of each period scored; nothing later was known. UTC
    events : array, shape (n_origins,)
        Events in each period scored. [events]
    area_budget : float
        Area flagged at each origin. [m2]
    area_share : float
        The same as a share of the study area. [0 to 1]
    curve_share : array, shape (n_shares,)
        Shares of the study area for which each row has a hit rate. [0 to 1]
    block : int
        Consecutive origins resampled together.
    unscored : str
        Why there are no proper scores; empty when there are.
    baseline, champion : str
        Names of rows. The champion is the baseline unless a challenger caught more.
    rows : tuple of BacktestRow
        The baseline first, then the challengers, then random and oracle.
    """

    origins: Instants
    events: Floats
    area_budget: float
    area_share: float
    curve_share: Floats
    block: int
    unscored: str
    baseline: str
    champion: str
    rows: tuple[BacktestRow, ...]

    @property
    def n_blocks(self) -> int:
        """Whole blocks among the origins."""
        return len(self.origins) // self.block

    @property
    def too_few(self) -> bool:
        """Whether there are too few blocks of origins to prefer any forecaster."""
        return self.n_blocks < MIN_BLOCKS

    def row(self, name: str) -> BacktestRow:
        """The row of that name; NotFound when there is none."""
        for row in self.rows:
            if row.name == name:
                return row
        names = ", ".join(row.name for row in self.rows)
        raise NotFound(f"no row {name!r} in this backtest; it has {names}")


def backtest_table(result: BacktestResult) -> Table:
    """One row a forecaster, one column a score, each with its interval.

    Parameters
    ----------
    result : BacktestResult

    Returns
    -------
    Table
        Columns ``forecaster, hits, events``; each Estimate of a row under its own name, with
        ``_low`` and ``_high``; ``p, unforeseen, unscored, no_interval`` (why what successive
        maps share has none), ``seconds, verdict, champion``; and,
        each entry a list, ``curve_share, curve, curve_low, curve_high``, the columns of the
        calibration table as ``calibration_...``, and ``pit``. Unknown numbers are NaN.
    """
    columns: dict[str, list[object]] = {}
    for row in result.rows:
        values: dict[str, object] = {
            "forecaster": row.name,
            "hits": float(row.hits.sum()),
            "events": float(result.events.sum()),
        }
        for score in fields(BacktestRow):
            estimate = getattr(row, score.name)
            if isinstance(estimate, Estimate):
                name = COLUMNS.get(score.name, score.name)
                values[name] = estimate.value
                values[f"{name}_low"] = estimate.interval.low
                values[f"{name}_high"] = estimate.interval.high
        values |= {
            "p": row.p,
            "unforeseen": row.unforeseen,
            "unscored": _unscored(result, row),
            "no_interval": _no_interval(row),
            "seconds": row.seconds,
            "verdict": row.verdict,
            "champion": row.name == result.champion,
            "curve_share": result.curve_share.tolist(),
            "curve": row.curve.value.tolist(),
            "curve_low": row.curve.low.tolist(),
            "curve_high": row.curve.high.tolist(),
        }
        for name, column in row.calibration_table.columns.items():
            values[f"calibration_{name}"] = column.tolist()
        values["pit"] = row.pit.tolist()
        for name, value in values.items():
            columns.setdefault(name, []).append(value)

    km2 = result.area_budget / 1e6
    return Table(
        {name: _column(values) for name, values in columns.items()},
        title=(
            f"Backtest over {len(result.origins)} origins, {km2:.4g} km2 flagged "
            f"({100 * result.area_share:.2g} % of the study area)"
        ),
        units={
            "hits": "events",
            "events": "events",
            "hit_rate": "share",
            "search_efficiency": "events a km2 and origin",
            "crps": "events",
            "difference": "events an origin",
            "unforeseen": "events",
            "seconds": "s",
        },
    )


def origins_table(result: BacktestResult) -> Table:
    """Hits of every forecaster at every origin, for checking and for charts.

    Parameters
    ----------
    result : BacktestResult

    Returns
    -------
    Table
        Columns ``origin, events`` and one a forecaster. [events]
    """
    columns = {"origin": result.origins, "events": result.events}
    columns |= {row.name: row.hits for row in result.rows}
    return Table(
        columns, title="Hits by origin", units={row.name: "events" for row in result.rows}
    )


def _unscored(result: BacktestResult, row: BacktestRow) -> str:
    """Why a row lacks proper scores; empty when it has them all."""
    if row.made_by is None:
        return IS_REFERENCE
    if row.unforeseen > 0:
        return f"infinite log score: {row.unforeseen:g} events where none was expected at all"
    return result.unscored


def _no_interval(row: BacktestRow) -> str:
    """Why what successive maps share has no interval; empty when it has, or is not known."""
    shared = (row.overlap, row.kept, row.rank_correlation)
    lacking = [one for one in shared if np.isfinite(one.value) and np.isnan(one.interval.low)]
    return lacking[0].interval.method if lacking else ""


def _column(values: list[object]) -> NDArray[Any]:
    """An array of the values; lists stay lists."""
    if not isinstance(values[0], list):
        return np.array(values)
    column = np.empty(len(values), dtype=np.object_)
    column[:] = values
    return column


def verdict(difference: Estimate, *, baseline: str, n_blocks: int) -> str:
    """Better or worse only when the interval excludes zero and the origins are enough.

    Parameters
    ----------
    difference : Estimate
        Mean paired difference in hits from the baseline. [events an origin]
    baseline : str
        Its name; ``count`` is called counting past offences.
    n_blocks : int
        Whole blocks among the origins; below ten there is no claim.

    Returns
    -------
    str
    """
    against = COUNTING if baseline == "count" else baseline
    interval = difference.interval
    if n_blocks >= MIN_BLOCKS and interval.low > 0:
        return f"{BETTER} {against}"
    if n_blocks >= MIN_BLOCKS and interval.high < 0:
        return f"{WORSE} {against}"
    return f"{NO_DIFFERENCE} {against}"
