"""The public pages as they were released, and the desk's page that releases them.

What the public reads is the site of the last release, byte for byte: no page of the workbench
stands around it, and it sets no cookie.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from peelian import __version__, reports, workflows
from peelian.store import Store
from peelian.terms import NotFound
from peelian.web.desk import Made, Order, Progress, Work, desk
from peelian.web.forms import SHOWN, JobForm
from peelian.web.held import Held, read_held
from peelian.web.results import find, key_of
from peelian.web.show import table_shown
from peelian.web.views import (
    KEEPING,
    MEDIA,
    answer,
    nothing_held,
    results_folder,
    short_address,
    show,
)
from peelian.workflows import BulletinSettings, to_json
from peelian.workflows.public.releases import KIND, SITE

PAGE, TITLE, JOB = "releases", "Public pages", "report bulletin"
HOME = "index.html"


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The first page, whose links are relative to its folder."""
    return redirect("public")


@require_safe
def public(request: HttpRequest, path: str = "") -> HttpResponse:
    """A file of the last release."""
    held = read_held(site.PEELIAN_STORE)
    releases = held.store.artefacts(KIND) if held.store else ()
    if not releases:
        raise NotFound("nothing has been released to the public yet: see Public pages")
    return _answer(_released(site.PEELIAN_STORE, releases[-1].artefact), path)


@require_safe
def draft(request: HttpRequest, key: str, path: str = "") -> HttpResponse:
    """A file of a draft, as it would be released."""
    result = find(results_folder(), key)
    if result is None:
        raise NotFound("this draft is no longer kept: open Public pages again")
    return _answer(reports.site_files(result.file(SITE)), path)


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """What was released, a draft of the next release, and the button that releases it."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        return nothing_held(request, held, PAGE, TITLE)
    form = JobForm(request.GET, held, JOB)
    if SHOWN in request.GET:
        return redirect(short_address(PAGE, form))
    values = {"form": form, "problem": "", "released": _listed(held.store)}
    if not form.is_valid():
        return show(request, held, PAGE, TITLE, values, status=400)
    return answer(request, held, PAGE, TITLE, _draft_order(held.store, held, form), values)


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Release the pages of these settings, as the ledger stands now."""
    held = read_held(site.PEELIAN_STORE)
    form = JobForm(request.GET, held, JOB)
    store = held.store
    if store is None or not form.is_valid():
        return redirect(PAGE)
    settings: BulletinSettings = form.settings()
    key = key_of("release", to_json(settings), _state(store, held), __version__)

    def made(progress: Progress) -> Made:
        now = timezone.now()
        outcome = workflows.run(JOB, store, settings, now=now, progress=progress)
        return {"sentence": outcome.chosen[-1]}, {}

    address = reverse(PAGE)
    order = Order(key, "Releasing the public pages", address, made, listed=True)
    done = desk().ask(results_folder(), order, patience=KEEPING)
    if isinstance(done, Work):
        return show(
            request, held, PAGE, TITLE, {"work": done}, template="progress", status=202
        )
    return redirect(PAGE)


@lru_cache(maxsize=2)
def _released(store: str, artefact: str) -> dict[str, bytes]:
    """The files of a release, which never change."""
    return reports.site_files(workflows.open_store(store).read_artefact(artefact)[1][SITE])


def _answer(files: dict[str, bytes], path: str) -> HttpResponse:
    path = f"{path}{HOME}" if path == "" or path.endswith("/") else path
    if path not in files:
        raise NotFound(f"no public page {path!r}: start at the first page")
    kind = {**MEDIA, "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
    return HttpResponse(
        files[path],
        content_type=kind.get(path.rpartition(".")[2], "application/octet-stream"),
        headers={"Referrer-Policy": "no-referrer"},
    )


def _draft_order(store: Store, held: Held, form: JobForm) -> Order:
    """The draft of a form's settings, to look at before it is released."""
    settings = replace(form.settings(), draft=True)
    key = key_of("draft", to_json(settings), _state(store, held), __version__)

    def made(progress: Progress) -> Made:
        outcome = workflows.run(JOB, store, settings, now=timezone.now(), progress=progress)
        shown: dict[str, Any] = {
            "table": table_shown(outcome.table),
            "refused": [said for said in outcome.chosen if not said.startswith("a draft")],
            "provenance": reports.footer_line(outcome.provenance),
        }
        return shown, {SITE: workflows.as_bytes(outcome, ".zip")}

    return Order(key, "A draft of the public pages", reverse(PAGE), made)


def _state(store: Store, held: Held) -> str:
    """What a draft is made from: what is held, and all that was released."""
    return f"{held.state} {store.journal_heads(KIND)}"


def _listed(store: Store) -> list[dict[str, Any]]:
    """Every release, the newest first."""
    kept = {one.name for one in store.artefacts(KIND)}
    return [
        {
            "name": one.id,
            "at": timezone.localtime(one.at),
            "area": one.content["area"],
            "shown": sum(cell[2] is not None for cell in one.content["cells"]),
            "withheld": sum(cell[2] is None for cell in one.content["cells"]),
            "kept": one.id in kept,
        }
        for one in reversed(store.entries(KIND))
    ]
