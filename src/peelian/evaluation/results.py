"""What a backtest found, and the words for it."""

from dataclasses import dataclass

import numpy as np

from peelian.evaluation.scores import Estimate
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
        Events the forecaster expected over all cells; NaN for random and oracle. [events]
    hit_rate, pai, pei, pai_adversarial : Estimate
        Pooled over origins.
    calibration : Estimate
        Observed over expected events.
    overlap : float
        Mean overlap of flagged area from one origin to the next; NaN with one origin. [share]
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
    calibration: Estimate
    overlap: float
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
    block : int
        Consecutive origins resampled together.
    baseline, champion : str
        Names of rows. The champion is the baseline unless a challenger caught more.
    rows : tuple of BacktestRow
        The baseline first, then the challengers, then random and oracle.
    """

    origins: Instants
    events: Floats
    area_budget: float
    area_share: float
    block: int
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
        Columns ``forecaster, hits, events, hit_rate, pai, pei`` with ``_low`` and ``_high``,
        ``pai_adversarial``, ``observed_over_expected`` and ``difference`` with theirs, ``p,
        overlap, seconds, verdict, champion``. Unknown numbers are NaN.
    """
    columns: dict[str, list[object]] = {}

    def put(name: str, value: object) -> None:
        columns.setdefault(name, []).append(value)

    def put_estimate(name: str, estimate: Estimate) -> None:
        put(name, estimate.value)
        put(f"{name}_low", estimate.interval.low)
        put(f"{name}_high", estimate.interval.high)

    for row in result.rows:
        put("forecaster", row.name)
        put("hits", float(row.hits.sum()))
        put("events", float(result.events.sum()))
        put_estimate("hit_rate", row.hit_rate)
        put_estimate("pai", row.pai)
        put_estimate("pei", row.pei)
        put("pai_adversarial", row.pai_adversarial.value)
        put_estimate("difference", row.difference)
        put("p", row.p)
        put_estimate("observed_over_expected", row.calibration)
        put("overlap", row.overlap)
        put("seconds", row.seconds)
        put("verdict", row.verdict)
        put("champion", row.name == result.champion)

    km2 = result.area_budget / 1e6
    return Table(
        {name: np.array(values) for name, values in columns.items()},
        title=(
            f"Backtest over {len(result.origins)} origins, {km2:.4g} km2 flagged "
            f"({100 * result.area_share:.2g} % of the study area)"
        ),
        units={
            "hits": "events",
            "events": "events",
            "hit_rate": "share",
            "difference": "events an origin",
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
