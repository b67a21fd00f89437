"""The page a team opens on a phone: its stops, and what it says of them, out of reach too."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from peelian import workflows
from peelian.store import Store
from peelian.terms import LOCAL_ZONE, NotFound, ParameterError, PlatformError
from peelian.web import errors
from peelian.web.show import day_text
from peelian.web.team_links import NO_SUCH_LINK, TeamPack, open_pack, require_open
from peelian.workflows.delivery.reported import (
    ARRIVED,
    LEFT,
    MOST_SEEN,
    SEEN,
    SEEN_CHOICES,
    TAKEN_BACK,
    Receipt,
    Reported,
    read_plan_reports,
    report_visits,
)

WORKER = Path(__file__).parent / "static" / "peelian" / "team-worker.js"
SAID = {ARRIVED: "Arrived", LEFT: "Left"}


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, token: str) -> HttpResponse:
    """A team's stops; a POST is what it says of them, by form or, from a script, as JSON."""
    script = request.content_type == "application/json"
    pack = None
    try:
        store = opened_store()
        pack = open_pack(store, token)
        require_open(pack, timezone.now())
        if request.method != "POST":
            return shown(request, store, pack)
        if script:
            return sent(request, store, pack)
        return pressed(request, store, pack)
    except PlatformError as error:
        if script:
            return JsonResponse({"error": str(error)}, status=error.http_status)
        values = {"title": errors.title_of(error), "message": str(error), "pack": pack}
        return render(request, "team_ended.html", values, status=error.http_status)


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the page again where there is no signal; for these pages only."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


def opened_store() -> Store:
    """The store; without one no link can be right."""
    try:
        return workflows.open_store(Path(site.PEELIAN_STORE))
    except NotFound:
        raise NotFound(NO_SUCH_LINK) from None


def shown(request: HttpRequest, store: Store, pack: TeamPack) -> HttpResponse:
    """The page as it stands."""
    plan, zone = pack.plan, ZoneInfo(LOCAL_ZONE)
    reports = read_plan_reports(store, plan)
    said: dict[int, list[dict[str, Any]]] = {stop.number: [] for stop in pack.stops}
    for one in sorted(reports, key=lambda r: r.time):
        if one.team == pack.team:
            said[one.stop].append(
                {"id": one.id, "what": one.what, "text": words_of(one), "clock": one.clock}
            )
    stops: list[dict[str, Any]] = [
        {
            "number": stop.number,
            "id": secrets.token_hex(16),
            "arrive": f"{stop.arrive.astimezone(zone):%H:%M}",
            "leave": f"{stop.leave.astimezone(zone):%H:%M}",
            "place": str(plan.place[stop.spot]),
            "where": f"{plan.latitude[stop.spot]:.5f},{plan.longitude[stop.spot]:.5f}",
            "happens": stop.what_happens,
            "look_for": stop.look_for,
            "said": said[stop.number],
        }
        for stop in pack.stops
    ]
    values = {
        "page": "team",
        "title": pack.team,
        "area": plan.area,
        "day": day_text(plan.shift.start),
        "hours": f"{plan.shift.start:%H:%M} to {plan.shift.end:%H:%M}",
        "until": f"{pack.until:%H:%M on %A}",
        "pack": pack,
        "stops": stops,
        "next": next(
            (s for s in stops if not any(o["what"] == LEFT for o in s["said"])), None
        ),
        "choices": SEEN_CHOICES,
        "most": MOST_SEEN,
    }
    return render(request, "team.html", values)


def words_of(one: Reported) -> str:
    """A report as it is said: ``Arrived 14:12``, ``Disorder, 3, 14:20``."""
    time = f"{one.time.astimezone(ZoneInfo(LOCAL_ZONE)):%H:%M}"
    if one.what != SEEN:
        return f"{SAID[one.what]} {time}"
    return ", ".join([SEEN_CHOICES[one.seen], *([str(one.n)] if one.n > 1 else []), time])


def sent(request: HttpRequest, store: Store, pack: TeamPack) -> HttpResponse:
    """What a phone kept while it had no signal: which reports are held now, which refused."""
    try:
        body = json.loads(request.body)
        said, clock = body["reports"], datetime.fromisoformat(body["sent"])
        if not isinstance(said, list) or clock.tzinfo is None:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ParameterError("send reports with the time they were sent, as JSON") from None
    receipt = report(store, pack, said, clock)
    answer = {"held": receipt.held, "refused": receipt.refused, "now": timezone.now()}
    return JsonResponse(answer)


def pressed(request: HttpRequest, store: Store, pack: TeamPack) -> HttpResponse:
    """One button, where no script runs; our own clock says when."""
    given = request.POST
    number, n, what = (given.get(name, "") for name in ("stop", "n", "what"))
    said: dict[str, Any] = {
        "id": given.get("id"),
        "stop": int(number) if number.isdecimal() else number,
        "what": what,
    }
    if what == SEEN:
        said |= {"seen": given.get("seen"), "n": int(n) if n.isdecimal() else n}
    if what == TAKEN_BACK:
        said["of"] = given.get("of")
    receipt = report(store, pack, [said], None)
    if receipt.refused:
        (why,) = receipt.refused.values()
        raise ParameterError(f"Not written down: {why}. Go back and try again.")
    return redirect(f"{request.path}#stop-{number}")


def report(store: Store, pack: TeamPack, said: list[Any], clock: datetime | None) -> Receipt:
    """Write down what a team says."""
    return report_visits(store, pack.plan, pack.team, said, sent=clock, now=timezone.now())
