"""Sentences made from numbers, with the interval in them, in plain English."""

import math

import numpy as np

from peelian.evaluation import BacktestResult, Estimate
from peelian.reports.numbers import rounded, with_commas
from peelian.terms import Interval, Table

FIRST = 3  # places whose ranks are said in words


def rate_sentence(n: float, rate: Interval, n_months: int, residents: float) -> str:
    """How many in the months held, and per 1,000 residents with the interval.

    Parameters
    ----------
    n : float
        Offences. [events]
    rate : Interval
        Of the rate. [per 1,000 residents]
    n_months : int
        Months held.
    residents : float
        NaN when the population is not held; the sentence then gives no rate.

    Examples
    --------
    >>> rate_sentence(1227, Interval(0.63, 0.71, "Garwood"), 9, 1.8e6)
    '1,227 in the 9 months held: 0.68 for every 1,000 residents (95 % interval 0.63 to 0.71).'
    """
    months = "month" if n_months == 1 else f"{n_months} months"
    counted = f"{with_commas(n)} in the {months} held"
    if math.isnan(residents) or not residents:
        return f"{counted}."
    per = rounded(n / residents * 1000, 2)
    return (
        f"{counted}: {per} for every 1,000 residents (95 % interval "
        f"{rounded(rate.low, 2)} to {rounded(rate.high, 2)})."
    )


def rank_sentence(table: Table) -> str:
    """Who ranks first by harm, and between which ranks each lies as the weights range.

    Parameters
    ----------
    table : Table
        ``district, rank, rank_low, rank_high``.

    Examples
    --------
    >>> ranks = {"district": np.array(["Harlow"]), "rank": np.array([3])}
    >>> ranks |= {"rank_low": np.array([1]), "rank_high": np.array([6])}
    >>> rank_sentence(Table(ranks)).partition(". ")[0]
    'By harm Harlow is 3rd; between 1st and 6th as the weights range'
    """
    names = ("district", "rank", "rank_low", "rank_high")
    columns = (table.columns[name].tolist() for name in names)
    rows = sorted(zip(*columns, strict=True), key=lambda row: row[1])
    if not rows:
        return "No district has a rank."
    said = [
        f"{name} is {ordinal(rank)}"
        + (
            f"; between {ordinal(low)} and {ordinal(high)} as the weights range"
            if low < high
            else ", wherever in their range the weights are"
        )
        for name, rank, low, high in rows[:FIRST]
    ]
    moving = sum(low < high for *_, low, high in rows)
    return (
        f"By harm {'. '.join(said)}. Of {len(rows)} districts {moving or 'none'} can change "
        "rank: each offence's weight was drawn as often below its value as above, down to the "
        "lowest and up to the highest of its offences. That shows what rests on the weights, "
        "not how sure a rank is."
    )


def ordinal(n: int) -> str:
    """A rank in words and figures: 1st, 2nd, 3rd, 11th, 23rd."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{n}{'th' if n % 100 in (11, 12, 13) else ends.get(n % 10, 'th')}"


def backtest_sentence(result: BacktestResult, name: str, *, harm: bool = False) -> str:
    """How good a model's maps were over the origins of a backtest, against counting."""
    thing = "harm" if harm else "offences"
    row, baseline = result.row(name), result.row(result.baseline)
    days = "period" if len(result.origins) == 1 else "periods"
    sentence = (
        f"Over the last {len(result.origins)} {days} tried, the "
        f"{rounded(result.area_budget / 1e6, 1)} km2 flagged beforehand "
        f"({rounded(100 * result.area_share, 2)} % of the area) held "
        f"{rounded(100 * row.hit_rate.value, 1)} % of the {thing} that followed: PAI "
        f"{rounded(row.pai.value, 1)} (95 % interval {rounded(row.pai.interval.low, 1)} to "
        f"{rounded(row.pai.interval.high, 1)})"
    )
    if name == result.baseline:
        of = "sum of past harm" if harm else "count of past offences"
        return f"{sentence}. This is the {of}, which every model must beat."
    return f"{sentence}, against {rounded(baseline.pai.value, 1)} for counting; {row.verdict}."


def champion_sentence(result: BacktestResult) -> str:
    """Which model is used and why, in one sentence."""
    challengers = [
        row for row in result.rows if row.made_by is not None and row.name != result.baseline
    ]
    if result.champion != result.baseline:
        return f"{result.champion} caught {result.row(result.champion).verdict}"
    few = f"; {len(result.origins)} origins are too few to choose by" if result.too_few else ""
    said = ", ".join(f"{row.name}: {row.verdict}" for row in challengers)
    return f"counting is kept ({said or 'no challenger'}{few})"


def backtest_summary(result: BacktestResult) -> Table:
    """A backtest in columns narrow enough to read: each score with its interval."""
    rows = result.rows
    return Table(
        {
            "forecaster": np.array([row.name for row in rows]),
            "hits": np.array([row.hits.sum() for row in rows]),
            "hit rate": np.array([_with_interval(row.hit_rate, 3) for row in rows]),
            "PAI": np.array([_with_interval(row.pai, 1) for row in rows]),
            "PEI": np.array([_with_interval(row.pei, 3) for row in rows]),
            "hits above counting": np.array(
                [_with_interval(row.difference, 1) for row in rows]
            ),
            "p": np.array([row.p for row in rows]),
            "observed / expected": np.array(
                [_with_interval(row.calibration, 2) for row in rows]
            ),
            "verdict": np.array([row.verdict for row in rows]),
        },
        f"Backtest over {len(result.origins)} origins of {int(result.events.sum()):,} events, "
        f"{rounded(result.area_budget / 1e6, 1)} km2 flagged "
        f"({rounded(100 * result.area_share, 2)} % of the area); in brackets 95 % intervals",
        {"hits": "events", "hits above counting": "an origin"},
    )


def judgement_summary(table: Table) -> Table:
    """Judgement against model in columns narrow enough to read: scores with intervals."""
    columns = table.columns

    def spread(name: str, decimals: int) -> list[str]:
        numbers = (columns[n] for n in (name, f"{name}_low", f"{name}_high"))
        return [
            _in_brackets(*(rounded(float(one), decimals) for one in row))
            for row in zip(*numbers, strict=True)
        ]

    return Table(
        {
            "flagged": columns["flagged"],
            "origins": columns["origins"],
            "area": columns["area"],
            "hits": columns["hits"],
            "hits a km2": np.array(spread("per_km2", 1)),
            "PAI": np.array(spread("pai", 1)),
            "against": columns["against"],
            "its hits a km2": np.array(spread("per_km2_against", 1)),
            "its PAI": np.array(spread("pai_against", 1)),
            "difference": np.array(spread("difference", 1)),
            "p": columns["p"],
            "verdict": columns["verdict"],
        },
        f"{table.title}; in brackets 95 % intervals",
        {"area": "km2", "hits": "events", "difference": "hits an origin"},
    )


def _with_interval(estimate: Estimate, decimals: int) -> str:
    """An estimate with its interval in brackets."""
    value, low, high = (
        rounded(number, decimals)
        for number in (estimate.value, estimate.interval.low, estimate.interval.high)
    )
    return _in_brackets(value, low, high)


def _in_brackets(value: str, low: str, high: str) -> str:
    return f"{value} [{low}, {high}]" if value else ""
