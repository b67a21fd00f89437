"""Choices of forecasts, and of judging them."""

from dataclasses import dataclass

from peelian.workflows.options import option, part
from peelian.workflows.settings.common import SEED, Cells, EventsFile, GeneratorFiles, Running


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
    boxes: str = option(
        "written",
        "drawn boxes scored too: written (known by the origin), dated (as they say), none",
        choices=("written", "dated", "none"),
    )
    draws: int = option(2000, "bootstrap draws")
    seed: int = option(SEED, "seed of every random draw")
    running: Running = Running()


@dataclass(frozen=True)
class LeakSettings:
    """The whole backtest on worlds in which there is nothing to foretell."""

    backtest: BacktestSettings = part(BacktestSettings(), without=("companions", "boxes"))
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
