"""The jobs by name: what the command line, the pages and a record call them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peelian.store import Store
from peelian.terms import NotFound, ParameterError
from peelian.workflows.boxes.listed import list_boxes
from peelian.workflows.boxes.scores import score_boxes
from peelian.workflows.delivery.dosage import dosage, keep_dosage
from peelian.workflows.delivery.shifts import delivery
from peelian.workflows.designs.evaluated import keep_report, report
from peelian.workflows.designs.impact import impact, power
from peelian.workflows.designs.monitor import monitor
from peelian.workflows.designs.register import keep_design, register
from peelian.workflows.forecasting.backtest import backtest
from peelian.workflows.forecasting.equity import equity
from peelian.workflows.forecasting.forecast import forecast
from peelian.workflows.forecasting.leaks import leaks
from peelian.workflows.forecasting.score import score
from peelian.workflows.harm import harm_of, models_of, why_not_harm
from peelian.workflows.maps.comparisons import change, dual_kde
from peelian.workflows.maps.count import count
from peelian.workflows.maps.explore import explore
from peelian.workflows.maps.hotspots import (
    concentration,
    emerging,
    gi_star,
    kde,
    local_moran,
    stability,
)
from peelian.workflows.maps.patterns import knox, near_repeats, scan
from peelian.workflows.maps.segments import segments
from peelian.workflows.maps.terrain import explain
from peelian.workflows.narratives.classify import classify, review
from peelian.workflows.narratives.codes import list_codes, list_reads
from peelian.workflows.narratives.scores import evaluate_narratives
from peelian.workflows.outcome import Outcome, Progress, in_days, silent
from peelian.workflows.patrols.arches import arches, keep_arches
from peelian.workflows.patrols.plan import keep_plan, plan
from peelian.workflows.public.bulletin import bulletin
from peelian.workflows.public.figures import figures
from peelian.workflows.public.releases import keep_release
from peelian.workflows.settings import (
    ArchSettings,
    BacktestSettings,
    BoxesSettings,
    BoxScoreSettings,
    BulletinSettings,
    ChangeSettings,
    ClassifySettings,
    CloseSettings,
    ConcentrationSettings,
    CountSettings,
    DeliverySettings,
    DosageSettings,
    DualKdeSettings,
    EmergingSettings,
    EquitySettings,
    EvaluateNarrativesSettings,
    ExplainSettings,
    FiguresSettings,
    ForecastSettings,
    GiStarSettings,
    ImpactSettings,
    KdeSettings,
    KnoxSettings,
    LeakSettings,
    ListSettings,
    LocalMoranSettings,
    MapSettings,
    MonitorSettings,
    NarrativeEntriesSettings,
    NearRepeatSettings,
    PlanSettings,
    PowerSettings,
    RegisterSettings,
    ReportSettings,
    ReturnSettings,
    ReviewSettings,
    ScanSettings,
    ScoreSettings,
    SegmentSettings,
    SheetSettings,
    StabilitySettings,
)
from peelian.workflows.weeks.reports import close, fill_return, listing, sheet


@dataclass(frozen=True)
class Job:
    """A workflow, the settings it takes, and what it keeps in the store when it is done."""

    name: str
    settings: type[Any]
    run: Callable[..., Outcome]
    keep: Callable[..., str] | None = None


JOBS: Mapping[str, Job] = {
    job.name: job
    for job in (
        Job("count", CountSettings, count),
        Job("hotspots kde", KdeSettings, kde),
        Job("hotspots dual-kde", DualKdeSettings, dual_kde),
        Job("hotspots change", ChangeSettings, change),
        Job("hotspots stability", StabilitySettings, stability),
        Job("hotspots gi-star", GiStarSettings, gi_star),
        Job("hotspots local-moran", LocalMoranSettings, local_moran),
        Job("hotspots emerging", EmergingSettings, emerging),
        Job("hotspots concentration", ConcentrationSettings, concentration),
        Job("hotspots segments", SegmentSettings, segments),
        Job("hotspots knox", KnoxSettings, knox),
        Job("hotspots near-repeats", NearRepeatSettings, near_repeats),
        Job("hotspots scan", ScanSettings, scan),
        Job("explain", ExplainSettings, explain),
        Job("forecast", ForecastSettings, forecast),
        Job("backtest", BacktestSettings, backtest),
        Job("evaluate leaks", LeakSettings, leaks),
        Job("evaluate equity", EquitySettings, equity),
        Job("evaluate score", ScoreSettings, score),
        Job("evaluate impact", ImpactSettings, impact),
        Job("evaluate power", PowerSettings, power),
        Job("evaluate monitor", MonitorSettings, monitor),
        Job("evaluate register", RegisterSettings, register, keep=keep_design),
        Job("evaluate report", ReportSettings, report, keep=keep_report),
        Job("evaluate boxes", BoxScoreSettings, score_boxes),
        Job("boxes list", BoxesSettings, list_boxes),
        Job("plan", PlanSettings, plan, keep=keep_plan),
        Job("arches", ArchSettings, arches, keep=keep_arches),
        Job("operation list", ListSettings, listing),
        Job("operation sheet", SheetSettings, sheet),
        Job("operation close", CloseSettings, close),
        Job("operation return", ReturnSettings, fill_return),
        Job("dosage", DosageSettings, dosage, keep=keep_dosage),
        Job("delivery", DeliverySettings, delivery),
        Job("report bulletin", BulletinSettings, bulletin, keep=keep_release),
        Job("report figures", FiguresSettings, figures),
        Job("offences classify", ClassifySettings, classify),
        Job("offences evaluate", EvaluateNarrativesSettings, evaluate_narratives),
        Job("offences review", ReviewSettings, review),
        Job("offences codes", NarrativeEntriesSettings, list_codes),
        Job("offences reads", NarrativeEntriesSettings, list_reads),
        Job("report map", MapSettings, explore),
    )
}


def run(
    name: str,
    store: Store | None,
    settings: Any,
    *,
    now: datetime,
    progress: Progress = silent,
    keep: bool = True,
) -> Outcome:
    """Run the job of that name, and ``keep`` in the store what the job keeps."""
    if name not in JOBS:
        raise NotFound(f"no job {name!r}: choose one of {', '.join(JOBS)}")
    job, harm = JOBS[name], harm_of(settings)
    if harm and (reason := why_not_harm(name, models_of(settings))):
        raise ParameterError(f"harm: {reason}")
    outcome = job.run(store, settings, now=now, progress=progress)
    if harm and name != "count":  # which tells its events from their harm itself
        outcome = in_days(outcome)
    if not keep or job.keep is None or store is None:
        return outcome
    return replace(outcome, chosen=(*outcome.chosen, job.keep(store, outcome, now=now)))
