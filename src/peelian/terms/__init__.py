"""The nouns, the units, the errors."""

from peelian.terms.arrays import Bools, Floats, Instants, Ints, Shapes, Texts
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
from peelian.terms.events import Events, Forecaster, History, RiskSurface, Setting
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
from peelian.terms.space import BRITISH_NATIONAL_GRID, WGS84, Areas, CellKind, Grid, StudyArea
from peelian.terms.statistics import INTERVAL_LEVEL, Interval
from peelian.terms.time import LOCAL_ZONE, POLICING_DAY_STARTS, Periods

__all__ = [
    "BRITISH_NATIONAL_GRID",
    "INTERVAL_LEVEL",
    "LOCAL_ZONE",
    "POLICING_DAY_STARTS",
    "STOP_MINUTES",
    "WGS84",
    "Areas",
    "Base",
    "Bools",
    "CellKind",
    "CoordinateError",
    "CoverageError",
    "DataError",
    "Denied",
    "Draw",
    "Events",
    "Floats",
    "Forecaster",
    "Grid",
    "History",
    "Ingredient",
    "Instants",
    "Interval",
    "Ints",
    "NotAllowedNow",
    "NotFound",
    "NotPermitted",
    "OffenceClass",
    "OffenceSet",
    "ParameterError",
    "PatrolPlan",
    "Periods",
    "PlatformError",
    "Provenance",
    "RiskSurface",
    "Route",
    "SchemaError",
    "Setting",
    "Shapes",
    "Shift",
    "SourceError",
    "Spots",
    "StoreError",
    "StudyArea",
    "Team",
    "Texts",
    "Visit",
]
