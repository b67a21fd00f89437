"""The page of knife arches: a week of sites and slots, kept when it is to be used."""

from datetime import datetime
from typing import Any

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from peelian import __version__, workflows
from peelian.store import Store
from peelian.web import maps
from peelian.web.desk import Made, Order, Progress, desk
from peelian.web.forms import SHOWN, ArchForm
from peelian.web.held import Held, read_held
from peelian.web.results import Result, find, key_of
from peelian.web.show import table_shown
from peelian.web.views import (
    KEEPING,
    answer_form,
    nothing_held,
    results_folder,
    short_address,
)
from peelian.workflows import ArchSettings, to_json
from peelian.workflows.patrols.arches import keep_arches

TITLE = "Knife arches"


@require_safe
def arches(request: HttpRequest) -> HttpResponse:
    """A week of knife arches on the map, with the chance that each slot was drawn."""
    held = read_held(site.PEELIAN_STORE)
    if not held.months:
        return nothing_held(request, held, "arches", TITLE)
    form = ArchForm(request.GET, held)
    if SHOWN in request.GET:
        return redirect(short_address("arches", form))

    def more(request: HttpRequest, result: Result) -> dict[str, Any]:
        kept = find(results_folder(), keep_order(held, form, request).key)
        return {"kept": kept.shown["sentence"] if kept else ""}

    return answer_form(request, held, "arches", TITLE, form, arches_made, more)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the week of these settings, with its draw, in the store; then show it again."""
    held = read_held(site.PEELIAN_STORE)
    form = ArchForm(request.GET, held)
    if held.store and form.is_valid():
        desk().ask(results_folder(), keep_order(held, form, request), patience=KEEPING)
    return redirect(f"{reverse('arches')}?{request.GET.urlencode()}")


def keep_order(held: Held, form: ArchForm, request: HttpRequest) -> Order:
    """The order to keep the week of a form's settings."""
    settings, store = form.settings(), held.store
    assert store is not None  # noqa: S101 - callers have asked
    key = key_of("keep arches", to_json(settings), held.state, __version__)

    def made(progress: Progress) -> Made:
        now = timezone.now()
        outcome = workflows.run(
            "arches", store, settings, now=now, progress=progress, keep=False
        )
        return {"sentence": keep_arches(store, outcome, now=now)}, {}

    address = f"{reverse('arches')}?{request.GET.urlencode()}"
    return Order(key, "Keeping a week of knife arches", address, made)


def arches_made(
    store: Store,
    settings: ArchSettings,
    now: datetime,
    progress: Progress,
    address: maps.Address,
) -> Made:
    """The week's map, its tables and the files it offers; nothing is kept."""
    outcome = workflows.run("arches", store, settings, now=now, progress=progress, keep=False)
    shown, files = maps.mapped(maps.view_of(outcome), outcome, address)
    offered, more = maps.files_of(outcome, "knife-arches")
    tables = [table_shown(maps.first_rows(t)) for _, t in (*outcome.kept, *outcome.tables)]
    return {**shown, "tables": tables, "downloads": offered}, {**files, **more}
