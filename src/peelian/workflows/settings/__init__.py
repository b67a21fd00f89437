"""Every choice a job can be given: frozen, JSON-able, so that a record can bring it back.

The same fields are the options of the command line and the query string of a page.
"""

from peelian.workflows.settings.boxes import BoxesSettings, BoxScoreSettings
from peelian.workflows.settings.common import (
    SEED,
    Cells,
    EventsFile,
    GeneratorFiles,
    Running,
    Streets,
    generator,
)
from peelian.workflows.settings.delivery import DeliverySettings, DosageSettings
from peelian.workflows.settings.evaluation import (
    ImpactSettings,
    Measured,
    MonitorSettings,
    PowerSettings,
    RegisterSettings,
    ReportSettings,
)
from peelian.workflows.settings.figures import FiguresSettings
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
from peelian.workflows.settings.offences import (
    ClassifySettings,
    EvaluateNarrativesSettings,
    NarrativeEntriesSettings,
    NarrativeFiles,
    ReviewSettings,
)
from peelian.workflows.settings.operations import ArchSettings, PlanSettings
from peelian.workflows.settings.public import BulletinSettings
from peelian.workflows.settings.weeks import (
    CloseSettings,
    ListSettings,
    ReturnSettings,
    SheetSettings,
)

__all__ = [
    "SEED",
    "ArchSettings",
    "BacktestSettings",
    "BoxScoreSettings",
    "BoxesSettings",
    "BulletinSettings",
    "Cells",
    "ChangeSettings",
    "ClassifySettings",
    "CloseSettings",
    "ConcentrationSettings",
    "CountSettings",
    "DeliverySettings",
    "DosageSettings",
    "DualKdeSettings",
    "EmergingSettings",
    "EquitySettings",
    "EvaluateNarrativesSettings",
    "EventsFile",
    "ExplainSettings",
    "FiguresSettings",
    "ForecastSettings",
    "GeneratorFiles",
    "GiStarSettings",
    "ImpactSettings",
    "KdeSettings",
    "KnoxSettings",
    "LeakSettings",
    "ListSettings",
    "LocalMoranSettings",
    "MapSettings",
    "Measured",
    "MonitorSettings",
    "NarrativeEntriesSettings",
    "NarrativeFiles",
    "NearRepeatSettings",
    "PlanSettings",
    "PowerSettings",
    "RegisterSettings",
    "ReportSettings",
    "ReturnSettings",
    "ReviewSettings",
    "Running",
    "ScanSettings",
    "ScoreSettings",
    "SegmentSettings",
    "SheetSettings",
    "StabilitySettings",
    "Streets",
    "generator",
]
