"""Space-time scan statistic: the cylinder of place and days that holds most beyond chance."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian.hotspots.circles import circles
from peelian.hotspots.pairs import as_days, event_days, require_places
from peelian.hotspots.scan_definition import Model
from peelian.hotspots.scan_inputs import (
    MODELS,
    events_of_rows,
    harm_of_rows,
    people_of_rows,
    require_choices,
    study_period,
)
from peelian.hotspots.scan_search import (
    Best,
    History,
    Search,
    highest_of_runs,
    population_of_places,
    who_is_a_case,
)
from peelian.terms import LOCAL_ZONE, Events, Floats, Ints, ParameterError, Table

__all__ = ["MODELS", "Scan", "scan", "scan_of_events"]
COLUMNS = (
    *("rank", "x", "y", "radius", "start", "end"),
    *("observed", "expected", "statistic", "p", "cells"),
)
MOST_PEOPLE = 200_000  # each is one number in every circle that holds it


@dataclass(frozen=True, eq=False)
class Scan:
    """Clusters in space and time, most likely first, and how likely chance alone makes them.

    Attributes
    ----------
    table : Table
        ``rank`` from 1, ``x, y`` (centre) and ``radius`` [m], ``start, end`` (first and last
        day), ``observed`` cases, or their harm, and as many or as much ``expected``,
        ``statistic`` (log likelihood ratio), ``p`` and ``cells`` (places within). No two
        share a place.
    cluster : array, shape (n,)
        Rank of the cluster that holds each event, 0 where none does.
    maxima : array, shape (runs,)
        Highest statistic of each run under the null.
    n_cases : int
    left_out : int
        Events without a known day.
    """

    table: Table
    cluster: Ints
    maxima: Floats
    n_cases: int
    left_out: int = 0


def scan(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    model: Model = "permutation",
    max_radius: float,
    max_days: int,
    prospective: bool = False,
    runs: int = 999,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    harm: ArrayLike | None = None,
    population: ArrayLike | None = None,
    centres: tuple[ArrayLike, ArrayLike] | None = None,
    max_share: float = 0.5,
    max_clusters: int = 10,
    first_day: float | np.datetime64 | None = None,
    last_day: float | np.datetime64 | None = None,
) -> Scan:
    """Search circles of any size and windows of any days for more events than chance brings.

    Parameters
    ----------
    x, y : array, shape (n,)
        [m]
    day : array, shape (n,)
        Day number, or datetime64; fractions of a day are cut off. [days]
    model : str
        What chance would do. ``permutation``: deal the days of the events anew among their
        places; needs nothing else. ``poisson``: events fall in proportion to ``population``,
        evenly over the days. ``bernoulli``: of all rows, cases and not, any are as likely to
        be the cases.
    max_radius : float
        Largest radius of a circle. [m]
    max_days : int
        Longest window. [days]
    prospective : bool
        Only windows that last until the last day: what is going on now.
    runs : int
        Random histories that p rests on.
    rng : numpy.random.Generator
    weights : array, shape (n,), optional
        Whole number of events, or cases, that a row stands for; 1 when not given. 0 marks a
        place without an event (``poisson``), or somebody who is no case (``bernoulli``).
    harm : array, shape (n,), optional
        What each event of a row counts for, in any unit; 1 when not given. 0 is as a weight
        of 0. [harm]
    population : array, shape (n,), optional
        Under ``poisson``, people at the place of each row: rows of one place must agree.
        Under ``bernoulli``, how many people a row stands for, cases among them; not given, its
        weight, or 1 where that is 0.
    centres : (x, y), optional
        Centres of the circles; every place in the data when not given. [m]
    max_share : float
        Largest share of all harm (``poisson``: population; ``bernoulli``: people) whose
        places a circle may hold. [0 to 1]
    max_clusters : int
        Longest list.
    first_day, last_day : float or datetime64, optional
        Study period; first and last day in the data when not given. [days, as ``day``]

    Returns
    -------
    Scan
        Clusters of two cases or more. An empty table when no cylinder holds more than it is
        expected to: with fewer than two events, or all on one day under ``permutation``.

    Raises
    ------
    ParameterError
        If a choice is unknown, a limit is out of range, arrays differ in length, weights are
        not whole, harm is negative, or the model lacks its population.
    DataError
        If a place or time is missing, lies outside the study period, or populations of one
        place differ.

    Notes
    -----
    The statistic is ``c ln(c / m) + (N - c) ln((N - c) / (N - m))`` for c cases where m were
    expected, of N in all; Bernoulli compares the shares of cases inside and outside. Each run
    is searched in the same way and gives its highest statistic; p is ``(1 + runs as high) /
    (1 + runs)``, also for the clusters after the first, for which that is cautious.

    With ``harm`` c, m and N are sums of it, in units of the largest; it is then no likelihood,
    but p needs none: an event keeps its harm when chance deals its day (``permutation``) or
    its place and day (``poisson``) anew, and people are dealt whole cases (``bernoulli``,
    whose statistic takes a case as the part of a case that its harm is of the largest).

    References
    ----------
    .. [1] M. Kulldorff, "A spatial scan statistic," Communications in Statistics: Theory and
       Methods, 26(6), 1481-1496, 1997. doi:10.1080/03610929708831995
    .. [2] M. Kulldorff et al., "A space-time permutation scan statistic for disease outbreak
       detection," PLoS Medicine, 2(3), e59, 2005. doi:10.1371/journal.pmed.0020059
    """
    require_choices(model, max_radius, max_days, runs, max_share, max_clusters)
    east, north = require_places("Scan", x, y)
    days = np.floor(as_days(day, len(east)))
    cases = events_of_rows(weights, len(east))
    worth = harm_of_rows(harm, cases)
    cases = np.where(worth > 0, cases, 0)
    people = people_of_rows(model, population, cases)
    dated = np.asarray(day).dtype.kind == "M"
    if cases.sum() < 2:
        return _nothing(len(east), runs, int(cases.sum()), dated=dated)

    first, n_days = study_period(days, first_day, last_day)
    places, place = np.unique(np.column_stack([east, north]), axis=0, return_inverse=True)
    at = places[:, 0].copy(), places[:, 1].copy()
    times = people if model == "bernoulli" else cases
    if times.sum() > MOST_PEOPLE:
        raise ParameterError(
            f"{times.sum():,} people or events are more than the {MOST_PEOPLE:,} that a scan "
            "takes one by one; where cases are rare use poisson, else scan a shorter period"
        )
    row = np.repeat(np.arange(len(east)), times)
    row = row[np.argsort(place[row], kind="stable")]
    weight = worth[row] / worth.max()
    if model == "bernoulli":
        weight = np.where(who_is_a_case(row, cases), weight, 0.0)
    if model == "poisson":
        size = population_of_places(place, people, len(places))
    else:
        counted = None if model == "bernoulli" else weight
        size = np.bincount(place[row], counted, minlength=len(places)).astype(np.float64)
    found = circles(
        at if centres is None else require_places("centres", *centres),
        at,
        size,
        max_radius=max_radius,
        max_share=max_share,
    )
    observed = History(
        np.searchsorted(place[row], np.arange(len(places) + 1)),
        (days[row] - first).astype(np.int64),
        weight,
    )
    search = Search(found, model, weight.sum(), n_days, int(max_days), prospective, size)
    best = search.best(observed, each=True)
    seeds = rng.integers(1 << 63, size=runs)
    maxima = highest_of_runs(search, observed, seeds)
    result = _result(
        search, best, maxima, max_clusters, place, days - first, cases, first, dated
    )
    if np.all(worth[cases > 0] == 1):
        return result
    return _in_harm(result, cases * worth, worth.max())


def scan_of_events(
    events: Events,
    *,
    model: Model = "permutation",
    max_radius: float,
    max_days: int,
    prospective: bool = False,
    runs: int = 999,
    rng: np.random.Generator,
    weighted: bool = False,
    tallied: bool = False,
    population: ArrayLike | None = None,
    max_share: float = 0.5,
    max_clusters: int = 10,
    zone: str = LOCAL_ZONE,
) -> Scan:
    """`scan` of events by the local date of their midpoint.

    Parameters
    ----------
    events : Events
        Those that last longer than a day have no day and are left out.
    model, max_radius, max_days, prospective, runs, rng, max_share, max_clusters
        As `scan`.
    weighted : bool
        Whether an event counts for its weight, such as harm; 0 is no case, as ``bernoulli``
        needs to be told.
    tallied : bool
        Whether an event stands for as many events as its weight says, which must be whole.
    population : array, shape (n,), optional
        As `scan`.
    zone : str
        Whose midnights begin a day.

    Returns
    -------
    Scan
        ``start`` and ``end`` are dates.

    Raises
    ------
    CoverageError
        If more than half of the events last longer than a day, as month-only records do.
    CoordinateError
        If places are longitude and latitude.
    ParameterError, DataError
        As `scan`.
    """
    day, known = event_days(events, zone=zone)
    result = scan(
        events.x[known],
        events.y[known],
        day[known].astype("M8[D]"),
        model=model,
        max_radius=max_radius,
        max_days=max_days,
        prospective=prospective,
        runs=runs,
        rng=rng,
        weights=events.weight[known] if tallied else None,
        harm=events.weight[known] if weighted and not tallied else None,
        population=None if population is None else np.asarray(population)[known],
        max_share=max_share,
        max_clusters=max_clusters,
    )
    cluster = np.zeros(len(events), dtype=np.int64)
    cluster[known] = result.cluster
    return replace(result, cluster=cluster, left_out=int(np.count_nonzero(~known)))


def _result(
    search: Search,
    best: Best,
    maxima: Floats,
    max_clusters: int,
    place: Ints,
    time: Floats,
    cases: Ints,
    first: float,
    dated: bool,
) -> Scan:
    """The most likely cylinders that share no place, with their p."""
    taken = np.zeros(len(search.size), dtype=bool)
    cluster = np.zeros(len(place), dtype=np.int64)
    kept: list[int] = []
    for k in np.argsort(-best.statistic, kind="stable"):
        if best.statistic[k] <= 0 or len(kept) == max_clusters:
            break
        within = search.circles.within(best.entry[k])
        if taken[within].any():
            continue
        taken[within] = True
        kept.append(int(k))
        during = (time >= best.begin[k]) & (time <= best.finish[k])
        cluster[np.isin(place, within) & during & (cases > 0)] = len(kept)
    chosen = np.array(kept, dtype=np.int64)
    entry, statistic = best.entry[chosen], best.statistic[chosen]
    least = statistic * (1 - 1e-9)  # equal but for rounding counts as equal
    as_high = (maxima[None, :] >= least[:, None]).sum(axis=1)
    at = search.circles
    table = _table(
        at.x[chosen],
        at.y[chosen],
        at.distance[entry],
        _as_given(first + best.begin[chosen], dated=dated),
        _as_given(first + best.finish[chosen], dated=dated),
        best.count[chosen].astype(np.int64),
        best.chance[chosen],
        statistic,
        (1 + as_high) / (1 + len(maxima)),
        np.array([len(at.within(e)) for e in entry], dtype=np.int64),
    )
    return Scan(table, cluster, maxima, int(cases.sum()))


def _in_harm(found: Scan, harm: Floats, largest: float) -> Scan:
    """What was searched for in units of the largest harm, in the unit it was given in."""
    columns = dict(found.table.columns)
    columns["observed"] = np.bincount(found.cluster, harm, minlength=len(found.table) + 1)[1:]
    columns["expected"] = columns["expected"] * largest
    return replace(found, table=replace(found.table, columns=columns))


def _as_given(days: NDArray[Any], *, dated: bool) -> NDArray[Any]:
    """Days as numbers, or as dates where dates were given."""
    return days.astype(np.int64).astype("M8[D]") if dated else days


def _table(*columns: NDArray[Any]) -> Table:
    rank = np.arange(1, len(columns[0]) + 1)
    return Table(
        dict(zip(COLUMNS, (rank, *columns), strict=True)),
        title="Clusters in space and time",
        units={"x": "m", "y": "m", "radius": "m"},
    )


def _nothing(n: int, runs: int, n_cases: int, *, dated: bool) -> Scan:
    """No cluster, whatever chance does."""
    none = np.empty(0)
    day, whole = _as_given(none, dated=dated), np.empty(0, dtype=np.int64)
    table = _table(none, none, none, day, day, whole, none, none, none, whole)
    return Scan(table, np.zeros(n, dtype=np.int64), np.zeros(runs), n_cases)
