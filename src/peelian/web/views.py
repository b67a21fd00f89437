"""The pages: each reads its settings from the address, asks for one result and shows it."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from peelian import __version__
from peelian.terms import DataError, NotFound, ParameterError
from peelian.web import judged, make, maps
from peelian.web.box_forms import BoxForm, state_of, values_of
from peelian.web.desk import Made, Order, Progress, Work, desk
from peelian.web.forms import FORECAST, SHOWN, JobForm, MapForm, PlanForm, methods_of_map
from peelian.web.held import Held, read_held
from peelian.web.ledger import last_done, lately
from peelian.web.manual import page_of, pages
from peelian.web.moves import move_values
from peelian.web.results import Result, find, key_of
from peelian.workflows import to_json

KEEPING = 20.0  # the reader who keeps a plan waits this long for it [s]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is held, what is stale, the four figures, today's plan, the last evaluation."""
    held = read_held(site.PEELIAN_STORE)
    if not held.months:
        return nothing_held(request, held, "home", "Home")
    kept = {"lately": lately(), "evaluation": last_evaluation()}
    return answer(request, held, "home", "Home", overview_of(request, held), kept)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Batches, refusals, repeated points, gaps, late records."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None or not held.store.batches():
        return nothing_held(request, held, "data", "Data quality")
    return answer(request, held, "data", "Data quality", overview_of(request, held))


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Any method on the map with its settings: one map and one table, in step."""
    return show_map(request)


def show_map(request: HttpRequest, sent: BoxForm | None = None) -> HttpResponse:
    """The map page; ``sent`` is a box that could not be kept, with what is wrong with it."""
    held = read_held(site.PEELIAN_STORE)
    title = "Where violence is likely"
    if not held.months:
        return nothing_held(request, held, "map", title)
    form = MapForm(request.GET, held)
    harm = bool(form.asked.get("harm"))
    if SHOWN in request.GET:
        return redirect(short_address("map", form))

    def more(request: HttpRequest, result: Result) -> dict[str, Any]:
        return values_of(held, result, request, sent, timezone.now())

    if form.method == FORECAST:
        title = "Where harm is likely" if harm else title
        return answer_form(request, held, "map", title, form, maps.map_made, more)

    def made(*given: Any) -> Made:
        return maps.method_made(form.job, *given)

    method = page_of(form.method)
    title = f"{method.title if method else title}{', weighed by harm' if harm else ''}"
    return answer_form(request, held, "map", title, form, made, more)


def map_result(request: HttpRequest) -> Result | None:
    """The result that the map page of an address shows, if it is still kept."""
    held = read_held(site.PEELIAN_STORE)
    form = MapForm(request.GET, held)
    if not form.is_valid():
        return None
    return find(results_folder(), key_for(form, form.settings(), held))


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """Every forecast against counting, how well it knew how much, and what it cost."""
    held = read_held(site.PEELIAN_STORE)
    title = "How good each forecast was"
    if not held.months:
        return nothing_held(request, held, "methods", title)
    form = JobForm(request.GET, held, "backtest")
    if SHOWN in request.GET:
        return redirect(short_address("methods", form))

    def more(request: HttpRequest, result: Result) -> dict[str, Any]:
        return {"pages": pages()}

    return answer_form(request, held, "methods", title, form, judged.backtest_made, more)


@require_safe
def method(request: HttpRequest, name: str) -> HttpResponse:
    """One method: its question, how it works, when not to use it, its sources."""
    found = pages().get(name)
    if found is None:
        raise NotFound(f"no method {name!r} has a page here")
    word = next((word for word, _ in methods_of_map() if page_of(word) is found), "")
    values = {"method": found, "on_map": word}
    held = read_held(site.PEELIAN_STORE)
    return show(request, held, "methods", found.title, values, template="method")


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """One shift's teams on the map, their stops, the draw, the pack to print."""
    held = read_held(site.PEELIAN_STORE)
    if not held.months:
        return nothing_held(request, held, "plan", "Patrol plan")
    form = PlanForm(request.GET, held)

    def more(request: HttpRequest, result: Result) -> dict[str, Any]:
        kept = find(results_folder(), keep_order(held, form, request).key)
        team = team_values(request, result)
        stops = team["team"]["stops"] if team["team"] else []
        said = kept.shown["sentence"] if kept else ""
        return {**team, **move_values(request, stops), "kept": said}

    return answer_form(request, held, "plan", "Patrol plan", form, make.plan_made, more)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the plan of these settings, with its draw, in the store; then show it again."""
    held = read_held(site.PEELIAN_STORE)
    form = PlanForm(request.GET, held)
    if held.store and form.is_valid():
        desk().ask(results_folder(), keep_order(held, form, request), patience=KEEPING)
    return redirect(f"{reverse('plan')}?{request.GET.urlencode()}")


def keep_order(held: Held, form: PlanForm, request: HttpRequest) -> Order:
    """The order to keep the plan of a form's settings."""
    settings, store = form.settings(), held.store
    assert store is not None  # noqa: S101 - callers have asked
    key = f"keep-{key_for(form, settings, held)}"

    def made(progress: Progress) -> Made:
        return make.kept_made(store, settings, timezone.now(), progress)

    address = f"{reverse('plan')}?{request.GET.urlencode()}"
    return Order(key, "Keeping a patrol plan", address, made)


@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """Refused rows as they stood, by batch or reason, to mend and offer again."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        raise NotFound("there is no store, so no rows were refused")
    batch, reason = request.GET.get("batch", ""), request.GET.get("reason", "")
    content = make.refused_csv(held.store, batch, reason)
    name = "-".join(part for part in ("refused", batch[:12], reason) if part)
    return download(f"{name}.csv", content)


@require_safe
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far a piece of work is, for the page that waits for it."""
    work = desk().work(key)
    if work is None:
        return JsonResponse({"done": True})
    return JsonResponse({"done": False, "share": work.share, "message": work.message})


@require_safe
def file(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """A file that a result offers."""
    result = find(results_folder(), key)
    if result is None:
        raise NotFound("this result is no longer kept: open its page again, then download")
    return download(name, result.file(name))


def last_evaluation() -> dict[str, Any] | None:
    """The newest backtest whose result is still kept: its sentence and its address."""
    done = last_done(reverse("methods"))
    result = find(results_folder(), done["key"]) if done else None
    return {**done, "sentence": result.shown["sentence"]} if done and result else None


def short_address(page: str, form: JobForm) -> str:
    """The address of a page with no more settings than those that were changed."""
    query = form.query()
    return f"{reverse(page)}?{query}" if query else reverse(page)


def overview_of(request: HttpRequest, held: Held) -> Order:
    """The order for what Home and Data quality show: once a day and state of the store."""
    assert held.store is not None  # noqa: S101 - callers have asked
    store = held.store

    def made(progress: Progress) -> Made:
        return make.overview_made(store, timezone.now(), progress)

    plans = [plan.artefact for plan in store.artefacts("plan")]
    made_from = {"day": today().isoformat(), "plans": plans}
    key = key_of("overview", made_from, held.state, __version__)
    return Order(key, "Reading what is held", request.get_full_path(), made)


def answer_form(
    request: HttpRequest,
    held: Held,
    page: str,
    title: str,
    form: JobForm | PlanForm,
    maker: Callable[..., Made],
    more: Callable[[HttpRequest, Result], Mapping[str, Any]] = lambda request, result: {},
) -> HttpResponse:
    """The page of a form's settings: its result, its progress, or what is wrong with them."""
    shown: dict[str, Any] = {"form": form, "problem": "", "shown": None, "method": None}
    if isinstance(form, JobForm):
        shown |= {
            "method": page_of(form.job.rpartition(" ")[2]),
            "command": maps.command_of(form.job, form.asked),
        }
    if not form.is_valid():
        return show(request, held, page, title, shown, status=ParameterError.http_status)
    settings, store = form.settings(), held.store
    key = key_for(form, settings, held)

    def address(name: str) -> str:
        return reverse("file", args=(key, name))

    def made(progress: Progress) -> Made:
        return maker(store, settings, timezone.now(), progress, address)

    order = Order(key, form.named(title), request.get_full_path(), made, listed=True)
    try:
        return answer(request, held, page, title, order, shown, more)
    except (ParameterError, DataError, NotFound) as error:
        shown["problem"] = str(error)
        return show(request, held, page, title, shown, status=error.http_status)


def key_for(form: JobForm | PlanForm, settings: Any, held: Held) -> str:
    """Name of the result of a form's settings over what is held now."""
    state = state_of(held, form.job, timezone.now())
    if isinstance(form, PlanForm):
        state += form.kept(held)
    return key_of(form.job, to_json(settings), state, __version__)


def answer(
    request: HttpRequest,
    held: Held,
    page: str,
    title: str,
    order: Order,
    values: Mapping[str, Any] | None = None,
    more: Callable[[HttpRequest, Result], Mapping[str, Any]] = lambda request, result: {},
) -> HttpResponse:
    """The page with its result, or the progress of the work that makes it."""
    result = desk().ask(results_folder(), order)
    if isinstance(result, Work):
        waiting = {"work": result}
        return show(request, held, page, title, waiting, template="progress", status=202)
    found = {"shown": result.shown, "key": result.key}
    return show(
        request, held, page, title, {**(values or {}), **found, **more(request, result)}
    )


def team_values(request: HttpRequest, result: Result) -> dict[str, Any]:
    """The team that the address asks for, if any, and links to each."""
    teams = result.shown["teams"]
    asked = request.GET.get("team", "")
    numbers = [str(n) for n in range(1, len(teams) + 1)]
    if asked and asked not in numbers:
        raise NotFound(f"no team {asked}: this plan has teams 1 to {len(teams)}")
    links = []
    for number, name in [
        ("", "All teams"),
        *zip(numbers, (t["name"] for t in teams), strict=True),
    ]:
        query = request.GET.copy()
        query["team"] = number
        links.append(
            {"text": name, "href": f"?{query.urlencode()}", "current": number == asked}
        )
    return {"team": teams[numbers.index(asked)] if asked else None, "team_links": links}


def nothing_held(request: HttpRequest, held: Held, page: str, title: str) -> HttpResponse:
    """The page when there is no store or nothing in it: what is missing, what to do next."""
    exists = held.store is not None
    return show(request, held, page, title, {"exists": exists}, template="empty")


def show(
    request: HttpRequest,
    held: Held,
    page: str,
    title: str,
    values: Mapping[str, Any],
    *,
    template: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page with its title, area and date."""
    common = {"page": page, "title": title, "area": held.area, "today": today()}
    return render(request, f"{template or page}.html", {**common, **values}, status=status)


def download(name: str, content: bytes) -> HttpResponse:
    """A file to keep."""
    kind = MEDIA.get(name.rpartition(".")[2], "application/octet-stream")
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": disposition}
    )


def results_folder() -> Path:
    """Where results are kept."""
    return Path(site.PEELIAN_FOLDER) / "results"


def today() -> date:
    """The local date."""
    return timezone.localdate()
