"""Choices of counts and of hotspot methods."""

from dataclasses import dataclass

from peelian.workflows.options import option
from peelian.workflows.settings.common import SEED, Cells, Streets


@dataclass(frozen=True)
class CountSettings:
    """Events by cell, district or month: all that are recorded, wherever they are."""

    cells: Cells = Cells(keep_sinks=True)
    by: str = option("cell", "cell, district or month")
    seed: int = option(SEED, "seed of the weights drawn for ranks of districts by harm")


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
        "permutation, poisson, or bernoulli (weight 0 is no case)",
        choices=("permutation", "poisson", "bernoulli"),
    )
    population: str = option(
        "", "poisson: column of residents, of --areas if given, else of the events", page=False
    )
    weight_is_count: bool = option(
        False,
        "weight is how many events a row stands for, not what one counts for",
        page=False,
    )
    prospective: bool = option(False, "only clusters still going on at the end")
    max_radius: float = option(1000.0, "largest radius of a circle [m]")
    max_days: int = option(30, "longest time of a cluster [days]")
    runs: int = option(999, "repetitions on chance data for p")
    seed: int = option(SEED, "seed of every random draw")
