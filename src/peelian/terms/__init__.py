"""The nouns, the units, the errors."""

from peelian.terms.arrays import Bools, Floats, Instants, Ints, Shapes, Texts
from peelian.terms.batches import EVENT_COLUMNS, REFUSED_COLUMNS, Batch, Extract, Refusal
from peelian.terms.dosage import Pings, SeenVisits
from peelian.terms.errors import (
    CoordinateError,
    CoverageError,
    DataError,
    Denied,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    ParameterError,
    PlatformError,
    SchemaError,
    SourceError,
    StoreError,
)
from peelian.terms.events import Events, Forecaster, History, Late, RiskSurface, Setting
from peelian.terms.impact import AreaCounts, Role
from peelian.terms.network import StreetNetwork
from peelian.terms.offences import OffenceClass, OffenceSet
from peelian.terms.plans import (
    STOP_MINUTES,
    Base,
    Draw,
    PatrolPlan,
    Route,
    Shift,
    Spots,
    Team,
    Visit,
)
from peelian.terms.provenance import Ingredient, Provenance
from peelian.terms.residents import Residents
from peelian.terms.space import (
    BRITISH_NATIONAL_GRID,
    WGS84,
    Areas,
    CellKind,
    Generators,
    Grid,
    StudyArea,
)
from peelian.terms.statistics import INTERVAL_LEVEL, Interval
from peelian.terms.tables import Table
from peelian.terms.time import LOCAL_ZONE, POLICING_DAY_STARTS, Periods

__all__ = [
    "BRITISH_NATIONAL_GRID",
    "EVENT_COLUMNS",
    "INTERVAL_LEVEL",
    "LOCAL_ZONE",
    "POLICING_DAY_STARTS",
    "REFUSED_COLUMNS",
    "STOP_MINUTES",
    "WGS84",
    "AreaCounts",
    "Areas",
    "Base",
    "Batch",
    "Bools",
    "CellKind",
    "CoordinateError",
    "CoverageError",
    "DataError",
    "Denied",
    "Draw",
    "Events",
    "Extract",
    "Floats",
    "Forecaster",
    "Generators",
    "Grid",
    "History",
    "Ingredient",
    "Instants",
    "Interval",
    "Ints",
    "Late",
    "NotAllowedNow",
    "NotFound",
    "NotPermitted",
    "OffenceClass",
    "OffenceSet",
    "ParameterError",
    "PatrolPlan",
    "Periods",
    "Pings",
    "PlatformError",
    "Provenance",
    "Refusal",
    "Residents",
    "RiskSurface",
    "Role",
    "Route",
    "SchemaError",
    "SeenVisits",
    "Setting",
    "Shapes",
    "Shift",
    "SourceError",
    "Spots",
    "StoreError",
    "StreetNetwork",
    "StudyArea",
    "Table",
    "Team",
    "Texts",
    "Visit",
]
