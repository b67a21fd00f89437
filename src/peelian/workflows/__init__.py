"""One function per job: gather, decide, apply."""

from peelian.store import Store, open_store
from peelian.workflows.boxes.files import (
    add_file_of_boxes,
    edit_box_by_file,
)
from peelian.workflows.deliver import (
    FORMATS,
    as_bytes,
    as_text,
    further_text,
    reproduce,
    suffixes,
    write,
    write_whole,
)
from peelian.workflows.demo import demo
from peelian.workflows.ingest import ingest, ingest_text, require_form, suggest
from peelian.workflows.jobs import JOBS, Job, run
from peelian.workflows.maps.explore import explore
from peelian.workflows.options import flat_fields, from_flat, from_json, to_json
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.overview import Figure, Overview, overview
from peelian.workflows.patrols.plan import plan
from peelian.workflows.patrols.routing import check_answer, solve_problem
from peelian.workflows.public.change import report_change
from peelian.workflows.settings import (
    ArchSettings,
    BacktestSettings,
    BulletinSettings,
    Cells,
    CountSettings,
    EventsFile,
    ForecastSettings,
    GiStarSettings,
    KdeSettings,
    MapSettings,
    PlanSettings,
)

__all__ = [
    "FORMATS",
    "JOBS",
    "ArchSettings",
    "BacktestSettings",
    "BulletinSettings",
    "Cells",
    "CountSettings",
    "EventsFile",
    "Figure",
    "ForecastSettings",
    "GiStarSettings",
    "Job",
    "KdeSettings",
    "MapSettings",
    "Outcome",
    "Overview",
    "PlanSettings",
    "Progress",
    "Store",
    "add_file_of_boxes",
    "as_bytes",
    "as_text",
    "check_answer",
    "demo",
    "edit_box_by_file",
    "explore",
    "flat_fields",
    "from_flat",
    "from_json",
    "further_text",
    "ingest",
    "ingest_text",
    "open_store",
    "overview",
    "plan",
    "report_change",
    "reproduce",
    "require_form",
    "run",
    "silent",
    "solve_problem",
    "suffixes",
    "suggest",
    "to_json",
    "write",
    "write_whole",
]
