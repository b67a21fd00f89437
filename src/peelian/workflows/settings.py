"""Every choice a job can be given: frozen, JSON-able, so that a record can bring it back.

The same fields are the options of the command line and the query string of a page.
"""

from dataclasses import dataclass

import numpy as np

from peelian.terms import STOP_MINUTES, ParameterError
from peelian.workflows.options import option

SEED = 20181201  # any number would do; this one is written down


@dataclass(frozen=True)
class EventsFile:
    """Events in a file instead of the store: which columns, and in which CRS."""

    events: str = option(
        "", "file of events (CSV, Parquet, GeoJSON, GeoPackage), not the store", page=False
    )
    x: str = option("", "column of eastings or longitudes", page=False)
    y: str = option("", "column of northings or latitudes", page=False)
    time: str = option(
        "", "column of dates, date-times, months or numbers of days", page=False
    )
    crs: str = option(
        "EPSG:4326", "EPSG:n of the coordinates; none: plane metres you vouch for", page=False
    )
    weight: str = option("", "column of weights, such as harm", page=False)
    recorded: str = option("", "column of when each event came on record", page=False)
    where: str = option("", "keep only rows for which this SQL condition holds", page=False)
    study_area: str = option(
        "", "file of the polygon analysed (GeoJSON, GeoPackage, shapefile)", page=False
    )
    areas: str = option(
        "", "file of named polygons, for --cell-kind areas and residents", page=False
    )


@dataclass(frozen=True)
class Cells:
    """Which events, counted in which cells."""

    source: EventsFile = EventsFile()
    offence_set: str = option(
        "serious-violence", "named set of offences, or all, or codes a,b; store only"
    )
    district: str = option("", "one district instead of the whole study area, store only")
    cell_kind: str = option(
        "square",
        "square, hexagon, or areas: those held",
        choices=("square", "hexagon", "areas"),
    )
    cell_size: float = option(0.0, "side or width of a cell [m]; 0: chosen from the data")
    period: str = option(
        "", "count by day, week or month; empty: week, or month for month-only data"
    )
    until: str = option("", "last day (or month) counted, inclusive; empty: all that is held")
    keep_sinks: bool = option(False, "keep points that gather records, such as an airport")


@dataclass(frozen=True)
class CountSettings:
    """Events by cell, district or month: all that are recorded, wherever they are."""

    cells: Cells = Cells(keep_sinks=True)
    by: str = option("cell", "cell, district or month")


@dataclass(frozen=True)
class KdeSettings:
    """Kernel density of events."""

    cells: Cells = Cells()
    bandwidth: float = option(0.0, "radius, or standard deviation if gaussian [m]; 0: 2 cells")
    kernel: str = option("quartic", "quartic or gaussian", choices=("quartic", "gaussian"))


@dataclass(frozen=True)
class DualKdeSettings:
    """Density of events beside that of others, and the relative risk of each cell."""

    cells: Cells = Cells()
    reference: str = option(
        "", "file of the events compared with, its columns named alike", page=False
    )
    reference_where: str = option(
        "", "SQL condition on them; without a file, on the same one", page=False
    )
    reference_set: str = option("", "set, or codes, of offences compared with, store only")
    bandwidth: float = option(0.0, "radius, or standard deviation if gaussian [m]; 0: 2 cells")
    kernel: str = option("quartic", "quartic or gaussian", choices=("quartic", "gaussian"))
    permutations: int = option(999, "random labellings of the places for p")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class ChangeSettings:
    """Change of each cell between two periods."""

    cells: Cells = Cells()
    split: str = option("", "first day, or month, of the second period")
    before: str = option("", "first period instead, such as 2018-01-01..2018-06-30, inclusive")
    after: str = option("", "second period, written alike")
    dispersion: float = option(1.0, "variance of counts over their mean, 1 or more")
    share: bool = option(False, "ask whether a cell's share of all events changed")


@dataclass(frozen=True)
class StabilitySettings:
    """How often a cell stays on the list of the highest when chance falls otherwise."""

    cells: Cells = Cells()
    top: int = option(0, "length of the list [cells]; 0: 0.25 % of the area")
    draws: int = option(1000, "resampled histories")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class GiStarSettings:
    """Getis-Ord Gi* of the counts."""

    cells: Cells = Cells()
    distance: float = option(0.0, "neighbours within [m]; 0: the eight around")
    null: str = option(
        "drawn",
        "p against counts drawn from all cells, permuted, or normal",
        choices=("drawn", "permutation", "normal"),
    )
    permutations: int = option(0, "rearrangements of the counts for p; more than 0: permuted")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class LocalMoranSettings:
    """Local Moran's I of the counts."""

    cells: Cells = Cells()
    distance: float = option(0.0, "neighbours within [m]; 0: the eight around")
    permutations: int = option(999, "rearrangements of the counts for p")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class EmergingSettings:
    """Hot spots by when they were hot."""

    cells: Cells = Cells()
    distance: float = option(0.0, "neighbours within [m]; 0: the eight around")
    scheme: str = option(
        "seventeen", "seventeen classes, or the simpler five", choices=("seventeen", "five")
    )
    null: str = option(
        "drawn",
        "p against counts drawn from all cells, or normal",
        choices=("drawn", "normal"),
    )


@dataclass(frozen=True)
class Streets:
    """A street network, and how far from it an event may lie."""

    network: str = option(
        "", "file of streets: .osm.pbf, GraphML, or a table of lines", page=False
    )
    network_crs: str = option(
        "", "EPSG:n of streets whose file does not say its own", page=False
    )
    max_distance: float = option(
        100.0, "events further from every street are left out [m]", page=False
    )


@dataclass(frozen=True)
class SegmentSettings:
    """Events on street segments, and their density along the streets."""

    cells: Cells = Cells()
    streets: Streets = Streets()
    bandwidth: float = option(
        0.0, "radius along the streets, or standard deviation if gaussian [m]; 0: chosen"
    )
    kernel: str = option("quartic", "quartic or gaussian", choices=("quartic", "gaussian"))
    junctions: str = option(
        "discontinuous",
        "density where streets meet: discontinuous or continuous",
        choices=("discontinuous", "continuous"),
    )


@dataclass(frozen=True)
class ConcentrationSettings:
    """How concentrated events are over cells, or over street segments."""

    cells: Cells = Cells()
    streets: Streets = Streets()
    draws: int = option(2000, "bootstrap draws")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class KnoxSettings:
    """Pairs of events near in space and time, against shuffled times."""

    cells: Cells = Cells()
    distance_breaks: str = option("0,100,200,300,400", "edges of the distance bands [m]")
    time_breaks: str = option("0,7,14,21,28", "edges of the time bands [days]")
    edges: str = option(
        "half-open",
        "which end a band holds: half-open (the lower) or closed",
        choices=("half-open", "closed"),
    )
    same_place: str = option(
        "include", "pairs at one point: include or exclude", choices=("include", "exclude")
    )
    permutations: int = option(999, "arrangements of the times for p")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class NearRepeatSettings:
    """Events that follow another near it in space and time."""

    cells: Cells = Cells()
    distance: float = option(200.0, "largest distance between the two [m]")
    days: float = option(14.0, "longest time between the two [days]")


@dataclass(frozen=True)
class ScanSettings:
    """Clusters in space and time, by scan statistic."""

    cells: Cells = Cells()
    model: str = option(
        "permutation",
        "permutation, poisson, or bernoulli (weight 1 a case, 0 not)",
        choices=("permutation", "poisson", "bernoulli"),
    )
    population: str = option(
        "", "poisson: column of residents, of --areas if given, else of the events", page=False
    )
    prospective: bool = option(False, "only clusters still going on at the end")
    max_radius: float = option(1000.0, "largest radius of a circle [m]")
    max_days: int = option(30, "longest time of a cluster [days]")
    runs: int = option(999, "repetitions on chance data for p")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class GeneratorFiles:
    """Crime generators: files of places that draw people, for risk terrain."""

    generators: str = option(
        "", "files of places that draw people, by commas; essex: bundled", page=False
    )
    kind_column: str = option(
        "", "column that says what each is; empty: a file is one kind", page=False
    )


@dataclass(frozen=True)
class ForecastSettings:
    """Expected events by cell, and the cells flagged within a budget of area."""

    cells: Cells = Cells()
    places: GeneratorFiles = GeneratorFiles()
    companions: str = option(
        "",
        "other offences for many-scales, by commas: sets or codes; with EVENTS, as --where",
    )
    model: str = option("champion", "champion, or a model by name")
    horizon: str = option("", "how far ahead, such as 31d; empty: one period")
    flag_area: float = option(0.0, "area to flag, densest risk first [km2]")
    flag_cells: int = option(0, "cells to flag, most risk first; neither: 0.25 % of the area")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class Running:
    """How a long job is run, which changes nothing in what it finds."""

    jobs: int = option(0, "processes that share the work; 0: as many as cores", page=False)
    resume: str = option(
        "", "folder of finished parts, to go on from; empty: the store's", page=False
    )


@dataclass(frozen=True)
class BacktestSettings:
    """Every model against counting, over rolling origins at one budget of area."""

    cells: Cells = Cells()
    places: GeneratorFiles = GeneratorFiles()
    companions: str = option(
        "",
        "other offences for many-scales, by commas: sets or codes; with EVENTS, as --where",
    )
    models: str = option("", "models to try, separated by commas; empty: all for any data")
    baseline: str = option("count", "model to beat, or best: of the counting ones, tuned")
    test_from: str = option("", "first day tested; on those before it settings are chosen")
    flag_area: float = option(0.0, "area to flag [km2]; 0: 0.25 % of the study area")
    min_history: int = option(3, "held periods a forecast needs before it is scored")
    horizon: int = option(1, "periods scored together from each origin on")
    block: int = option(0, "origins resampled together; 0: as many as fill four weeks")
    draws: int = option(2000, "bootstrap draws")
    seed: int = option(SEED, "seed of every random draw")
    running: Running = Running()


@dataclass(frozen=True)
class LeakSettings:
    """The whole backtest on worlds in which there is nothing to foretell."""

    backtest: BacktestSettings = BacktestSettings()
    runs: int = option(10, "worlds of each kind, up to 20; more see smaller leaks")
    error_rate: float = option(0.05, "chance that any sound model is called leaking, 0 to 1")


@dataclass(frozen=True)
class EquitySettings:
    """Who lives in the cells that a forecast flags."""

    forecast: str = option("", "file of the forecast, with flagged by cell")
    areas: str = option("", "file of polygons with residents; empty: the store's")
    residents: str = option("", "CSV of residents by age and deprivation; essex: bundled")
    cell_kind: str = option("", "square or hexagon, where centres leave it open")
    cell_size: float = option(0.0, "of cells given by centres, where none is whole [m]")


@dataclass(frozen=True)
class ScoreSettings:
    """A forecast of any program against the events that followed."""

    forecast: str = option("", "file of the forecast, with flagged or risk by cell")
    source: EventsFile = EventsFile()
    offence_set: str = option(
        "serious-violence", "named set of offences, or all, or codes a,b; store only"
    )
    since: str = option("", "first day (or month) counted, inclusive; empty: all")
    until: str = option("", "last day (or month) counted, inclusive; empty: all")
    flag_area: float = option(0.0, "flag this area by risk instead [km2]; 0: as the file does")
    cell_kind: str = option("", "square or hexagon, where centres leave it open")
    cell_size: float = option(0.0, "of cells given by centres, where none is whole [m]")


@dataclass(frozen=True)
class ExplainSettings:
    """Risk terrain: the places that events go with."""

    cells: Cells = Cells()
    places: GeneratorFiles = GeneratorFiles()
    street_block: float = option(0.0, "length of a street block [m]; 0: two cells")
    flag_area: float = option(0.0, "area flagged to validate [km2]; 0: 0.25 % of the area")
    draws: int = option(2000, "bootstrap draws")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class MapSettings:
    """The forecast, how good it was and how stable its ranks are, as one map and table."""

    forecast: ForecastSettings = ForecastSettings()
    draws: int = option(1000, "bootstrap draws")


@dataclass(frozen=True)
class PlanSettings:
    """One shift: who, when, how long, how many spots."""

    forecast: ForecastSettings = ForecastSettings()
    date: str = option("", "date of the shift, YYYY-MM-DD; empty: the day after the data end")
    shift_start: str = option("14:00", "start of the shift, local time")
    shift_end: str = option("22:00", "end of the shift, local time; may be after midnight")
    teams: int = option(8, "number of teams, spread over the bases")
    active: int = option(0, "spots drawn for the shift; 0: half of those flagged")
    stop_minutes: int = option(STOP_MINUTES, "length of a stop [minutes]")


def generator(seed: int) -> np.random.Generator:
    """The generator of every random draw of a job."""
    if seed < 0:
        raise ParameterError(f"seed is {seed}: give a whole number, zero or more")
    return np.random.default_rng(seed)
