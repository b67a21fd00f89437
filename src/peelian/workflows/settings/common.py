"""What several jobs choose: the events, the cells, the streets, the seed."""

from dataclasses import dataclass

import numpy as np

from peelian.terms import ParameterError
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
    harm: str = option(
        "",
        "weigh events by harm: cchi-2026, cchi-2026-FORCE, cambridge=PATH or ons=PATH; "
        "store only",
    )
    keep_sinks: bool = option(False, "keep points that gather records, such as an airport")


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
class GeneratorFiles:
    """Crime generators: files of places that draw people, for risk terrain."""

    generators: str = option(
        "", "files of places that draw people, by commas; essex: bundled", page=False
    )
    kind_column: str = option(
        "", "column that says what each is; empty: a file is one kind", page=False
    )


@dataclass(frozen=True)
class Running:
    """How a long job is run, which changes nothing in what it finds."""

    jobs: int = option(0, "processes that share the work; 0: as many as cores", page=False)
    resume: str = option(
        "", "folder of finished parts, to go on from; empty: the store's", page=False
    )


def generator(seed: int) -> np.random.Generator:
    """The generator of every random draw of a job."""
    if seed < 0:
        raise ParameterError(f"seed is {seed}: give a whole number, zero or more")
    return np.random.default_rng(seed)
