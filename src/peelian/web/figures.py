"""The page of a force's figures: beside other forces, over the years, from its own store."""

import json
import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from peelian import reports, sources, workflows
from peelian.store import Store
from peelian.web import maps
from peelian.web.desk import Made, Progress
from peelian.web.evaluation import sections_shown
from peelian.web.forms import CHOICE, SHOWN, JobForm
from peelian.web.held import Held, read_held
from peelian.web.views import answer_form, short_address
from peelian.workflows.settings import FiguresSettings

PAGE, TITLE, JOB = "figures", "Figures", "report figures"


class FiguresForm(JobForm):
    """A force of the list, however its letters are written, and what to hold it to."""

    def __init__(self, query: QueryDict, held: Held) -> None:
        names = sources.force_residents().columns["force"].tolist()
        known = {name.casefold(): name for name in names}
        query = query.copy()
        if force := known.get(query.get("force", "").strip().casefold()):
            query["force"] = force
        super().__init__(query, held, JOB)
        choice = forms.ChoiceField(
            label="Police force",
            choices=[(name, name) for name in names],
            error_messages=CHOICE,
            required=False,
        )
        self.fields = {**self.fields, "force": choice}

    def settings(self) -> FiguresSettings:
        """The job's settings; only for a form that is valid."""
        found: FiguresSettings = super().settings()
        return found


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """A force's figures with its charts and tables; without a store those published."""
    held = read_held(site.PEELIAN_STORE)
    form = FiguresForm(request.GET, held)
    if SHOWN in request.GET:
        return redirect(short_address(PAGE, form))
    return answer_form(request, held, PAGE, TITLE, form, figures_made)


def figures_made(
    store: Store | None,
    settings: FiguresSettings,
    now: datetime,
    progress: Progress,
    address: maps.Address,
) -> Made:
    """The sections of the report, and the files it offers."""
    outcome = workflows.run(JOB, store, settings, now=now, progress=progress)
    assert outcome.document is not None  # noqa: S101 - this job has one
    progress(0.8, "Making the report")
    report: dict[str, Any] = json.loads(reports.document_json(outcome.document))
    offered, files = maps.files_of(outcome, "figures")
    for _, table in outcome.tables:
        name = f"{re.sub('[^a-z0-9]+', '-', table.title.lower()).strip('-')}.csv"
        offered.append((name, f"{table.title} (CSV)"))
        files[name] = reports.table_csv(table).encode()
    files["figures.pdf"] = workflows.as_bytes(outcome, ".pdf")
    shown = {
        "heading": report["title"],
        "subtitle": report["subtitle"],
        "sections": sections_shown(report),
        "downloads": offered,
        "provenance": report["footer"],
    }
    return shown, files
