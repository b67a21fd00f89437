"""Every choice a job can be given: frozen, JSON-able, so that a record can bring it back.

The same fields are the options of the command line and the query string of a page.
"""

from peelian.workflows.settings.common import (
    SEED,
    Cells,
    EventsFile,
    GeneratorFiles,
    Running,
    Streets,
    generator,
)
from peelian.workflows.settings.forecasts import (
    BacktestSettings,
    EquitySettings,
    ExplainSettings,
    ForecastSettings,
    LeakSettings,
    MapSettings,
    ScoreSettings,
)
from peelian.workflows.settings.hotspots import (
    ChangeSettings,
    ConcentrationSettings,
    CountSettings,
    DualKdeSettings,
    EmergingSettings,
    GiStarSettings,
    KdeSettings,
    KnoxSettings,
    LocalMoranSettings,
    NearRepeatSettings,
    ScanSettings,
    SegmentSettings,
    StabilitySettings,
)
from peelian.workflows.settings.operations import PlanSettings

__all__ = [
    "SEED",
    "BacktestSettings",
    "Cells",
    "ChangeSettings",
    "ConcentrationSettings",
    "CountSettings",
    "DualKdeSettings",
    "EmergingSettings",
    "EquitySettings",
    "EventsFile",
    "ExplainSettings",
    "ForecastSettings",
    "GeneratorFiles",
    "GiStarSettings",
    "KdeSettings",
    "KnoxSettings",
    "LeakSettings",
    "LocalMoranSettings",
    "MapSettings",
    "NearRepeatSettings",
    "PlanSettings",
    "Running",
    "ScanSettings",
    "ScoreSettings",
    "SegmentSettings",
    "StabilitySettings",
    "Streets",
    "generator",
]
