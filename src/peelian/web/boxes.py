"""Drawing, editing and rejecting boxes on the map page: each POST writes one entry."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings as site
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from peelian import reports
from peelian.store import Store
from peelian.terms import DataError, NotFound, ParameterError
from peelian.web.box_forms import EDIT, TOLD, BoxForm, drawn_boxes
from peelian.web.held import read_held
from peelian.web.results import Result
from peelian.web.views import map_result, show_map
from peelian.workflows.boxes.kept import (
    Kept,
    Wording,
    add_boxes,
    edit_box,
    reject_box,
    standing,
)

MEDIA = "application/geo+json"


@require_safe
def layer(request: HttpRequest) -> HttpResponse:
    """The boxes that stand now, for the map that is drawn already."""
    store = read_held(site.PEELIAN_STORE).store
    if store is None:
        raise NotFound("there is no store, so no box is drawn")
    boxes = drawn_boxes(standing(store, timezone.now()))
    return HttpResponse(reports.boxes_geojson(boxes, store.crs), content_type=MEDIA)


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Draw a box or draw it again, then show the map; say beside the form what is wrong."""
    form = BoxForm(request.POST, request.FILES)
    store = read_held(site.PEELIAN_STORE).store
    if store is None:
        raise NotFound("there is no store to keep a box in")
    if form.is_valid():
        try:
            kept = written(form, store, map_result(request))
        except (DataError, ParameterError, NotFound) as error:
            form.add_error(None, str(error))
        else:
            return back(request, kept)
    return refused(request, form)


@require_POST
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Take a box off the map, with a reason."""
    store = read_held(site.PEELIAN_STORE).store
    if store is None:
        raise NotFound("there is no store, so no box is drawn")
    wording = Wording(request.POST.get("reason", ""), request.POST.get("role", ""))
    try:
        kept = reject_box(
            store,
            whole(number),
            wording,
            seen=whole(request.POST.get("seen", "")),
            now=timezone.now(),
        )
    except (ParameterError, NotFound) as error:
        form = BoxForm({}, initial={})
        form.errors.clear()
        form.add_error(None, f"Box {number}: {error}")
        return refused(request, form)
    return back(request, kept)


def whole(text: str) -> int:
    """The whole number that a page of ours wrote; NotFound for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"no box {text[:20]!r}: open the map again")
    return int(text)


def written(form: BoxForm, store: Store, result: Result | None) -> Kept:
    """What a valid form asks, written down."""
    said, wording, now = form.cleaned_data, form.wording(), timezone.now()
    drawings, kind, replaces = form.drawings(store, result)
    if said["box"] is not None:
        return edit_box(
            store, said["box"], wording, drawings=drawings, seen=said["seen"], now=now
        )
    return add_boxes(store, drawings, wording, kind=kind, replaces=replaces, now=now)


def back(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The map again, which tells what was done."""
    done = {"add": "is kept", "edit": "is changed", "reject": "is rejected"}
    said = [f"Box {one['box']} {done[one['action']]}." for one in kept.boxes]
    query: dict[str, Any] = {n: v for n, v in request.GET.items() if n not in (EDIT, TOLD)}
    query[TOLD] = signing.dumps([*said, *kept.said], salt=TOLD)
    return redirect(f"{reverse('map')}?{urlencode(query)}#boxes")


def refused(request: HttpRequest, form: BoxForm) -> HttpResponse:
    """The map with the form as it was sent, and what is wrong with it."""
    answer = show_map(request, form)
    if answer.status_code == 200:
        answer.status_code = ParameterError.http_status
    return answer
