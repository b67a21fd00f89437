"""Pages of weeks of action: what is planned, recorded and found, and what is printed of it."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from peelian import reports, workflows
from peelian.operations import STRANDS, parse_operation
from peelian.reports.weeks import ACTIVITY_ONLY
from peelian.store import Store
from peelian.terms import (
    Activity,
    Areas,
    Denied,
    NotFound,
    Operation,
    ParameterError,
    PlatformError,
    Strand,
)
from peelian.web import questions as asked
from peelian.web.held import Held, read_held
from peelian.web.running_sheet import DONE, FOUND, sections, sheet_shown, version_told
from peelian.web.show import table_shown
from peelian.web.views import download, nothing_held, show, today
from peelian.workflows.settings import (
    CloseSettings,
    ListSettings,
    ReturnSettings,
    SheetSettings,
)
from peelian.workflows.weeks import entries as week_entries
from peelian.workflows.weeks import operations as weeks
from peelian.workflows.weeks.entries import Offered
from peelian.workflows.weeks.reports import day_of

PAGE = "operations"  # in the navigation
ABOUT = ("csrfmiddlewaretoken", "form", "version", "day", "partner", "withdraw")
FORM = re.compile(r"[0-9a-f]{32}")  # what makes a form that is sent twice one entry
PLACES_OFFERED = 200


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every operation held, the latest first."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        return nothing_held(request, held, PAGE, "Operations")
    table = run("operation list", held.store, ListSettings()).table
    names = table.columns["operation"].tolist()
    shown = table_shown(table, columns=("name", "first_day", "last_day", "area", "entries"))
    return show(request, held, PAGE, "Operations", {"names": names, "shown": shown})


@require_http_methods(["GET", "POST"])
def created(request: HttpRequest) -> HttpResponse:
    """A form for a new operation."""
    held, store = _store(request)
    if store is None:
        return nothing_held(request, held, PAGE, "A new operation")
    if request.method != "POST":
        answers = {"area": held.area, "partners": "police", "strands": ",".join(STRANDS)}
        return _operation_form(request, held, "A new operation", answers)
    texts = asked.operation_texts(request.POST)
    try:
        made = weeks.create_operation(store, texts, now=timezone.now())
    except (ParameterError, Denied) as error:
        return _operation_form(
            request, held, "A new operation", _answers(request.POST, texts), error
        )
    return redirect("operation", made.id)


@require_http_methods(["GET", "POST"])
def changed(request: HttpRequest, name: str) -> HttpResponse:
    """The same form for an operation that is held."""
    held, store = _store(request)
    store = _required(store)
    operation, version = weeks.find_operation(store, name)
    title = f"Change {operation.name}"
    if request.method != "POST":
        answers = {**weeks.texts_of(operation), "version": str(version)}
        answers |= {f"target-{one}": f"{n:g}" for one, n in operation.targets.items()}
        answers |= {f"lead-{one}": who for one, who in operation.leads.items()}
        return _operation_form(request, held, title, answers, operation=operation)
    texts = asked.operation_texts(request.POST)
    try:
        seen = _whole(request.POST.get("version", ""))
        weeks.change_operation(store, operation, seen, texts, now=timezone.now())
    except (ParameterError, Denied) as error:
        answers = _answers(request.POST, texts)
        return _operation_form(request, held, title, answers, error, operation)
    return redirect("operation", operation.id)


@require_safe
def operation(request: HttpRequest, name: str) -> HttpResponse:
    """The running sheet of a day: planned, done, found; what to record; the day's entries."""
    held, store = _store(request)
    store = _required(store)
    found, _ = weeks.find_operation(store, name)
    day = day_of(found, request.GET.get("day", ""), now=timezone.now())
    outcome = run("operation sheet", store, SheetSettings(name, str(day)))
    entries = run("operation list", store, ListSettings(name)).table
    mine = entries.columns["day"] == str(day)
    columns = {key: column[mine].tolist() for key, column in entries.columns.items()}
    days = [
        {"day": str(one), "text": f"{one:%a} {one.day} {one:%b}", "current": one == day}
        for one in _days(found)
    ]
    values = {
        "operation": found,
        "day": day,
        "days": days,
        "done": sheet_shown(outcome.table, DONE),
        "found": sheet_shown(dict(outcome.tables)["found"], FOUND),
        "activity_only": ACTIVITY_ONLY,
        "strands": [s for n, s in STRANDS.items() if n in found.strands],
        "entries": [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ],
        "saved": STRANDS.get(request.GET.get("saved", "")),
        "to_come": day > today(),
        "provenance": reports.footer_line(outcome.provenance),
    }
    return show(request, held, PAGE, found.name, values, template="operation")


@require_http_methods(["GET", "POST"])
def recorded(request: HttpRequest, name: str, strand: str) -> HttpResponse:
    """The form of one strand: one entry."""
    held, store = _store(request)
    store = _required(store)
    found, _ = weeks.find_operation(store, name)
    form = _strand(found, strand)
    if request.method != "POST":
        day = day_of(found, request.GET.get("day", ""), now=timezone.now())
        answers = {"day": str(day)}
        values = {"form": secrets.token_hex(16)}
        return _entry_form(request, held, found, form, answers, {}, values)
    sent = request.POST
    token = str(sent.get("form", ""))
    if not FORM.fullmatch(token):
        raise ParameterError("This form is not one of ours: open it again from the sheet")
    offered = Offered(
        _texts(sent), strand, str(sent.get("day", "")), str(sent.get("partner", "")),
        id=f"{found.id}:{token}",
    )  # fmt: skip
    return _keep(request, held, store, found, form, offered, {"form": token})


@require_http_methods(["GET", "POST"])
def corrected(request: HttpRequest, name: str, entry: str) -> HttpResponse:
    """The form of an entry that is held, filled in, to correct or to withdraw."""
    held, store = _store(request)
    store = _required(store)
    found, _ = weeks.find_operation(store, name)
    versions = [w for w in weeks.written(store, found) if w.activity.id == entry]
    if not versions:
        raise NotFound(f"no entry {entry!r} of {found.name} is held")
    current = versions[-1].activity
    form = STRANDS[current.strand]
    values: dict[str, Any] = {
        "entry": current,
        "seen": current.version,
        "history": [version_told(w) for w in versions],
    }
    if request.method != "POST":
        return _entry_form(request, held, found, form, _as_answers(current), {}, values)
    sent = request.POST
    seen = _whole(sent.get("version", ""))
    offered = Offered(
        _texts(sent), current.strand, str(sent.get("day", "")), str(sent.get("partner", "")),
        replaces=entry, version=seen, withdrawn="withdraw" in sent,
    )  # fmt: skip
    return _keep(request, held, store, found, form, offered, {**values, "seen": seen})


@require_safe
def closed(request: HttpRequest, name: str) -> HttpResponse:
    """The close-down pack as a page: what was done, and apart from it what it found."""
    held, store = _store(request)
    store = _required(store)
    found, _ = weeks.find_operation(store, name)
    residents = request.GET.get("residents", "").strip()
    outcome = run("operation close", store, CloseSettings(name, residents))
    values = {
        "operation": found,
        "subtitle": outcome.document.subtitle,
        "sections": sections(outcome.document),
        "query": request.GET.urlencode(),
        "provenance": reports.footer_line(outcome.provenance),
    }
    return show(request, held, PAGE, outcome.document.title, values, template="close")


@require_safe
def file(request: HttpRequest, name: str, wanted: str) -> HttpResponse:
    """What can be taken away: the sheet, the pack, the return."""
    _, store = _store(request)
    day, residents = request.GET.get("day", ""), request.GET.get("residents", "").strip()
    jobs: Mapping[str, tuple[str, Any]] = {
        "sheet.pdf": ("operation sheet", SheetSettings(name, day)),
        "done.csv": ("operation sheet", SheetSettings(name, day)),
        "found.csv": ("operation sheet", SheetSettings(name, day, "found")),
        "close-down.pdf": ("operation close", CloseSettings(name, residents)),
        "return.csv": ("operation return", ReturnSettings(name)),
    }
    if wanted not in jobs:
        raise NotFound(f"no file {wanted!r}: there are {', '.join(jobs)}")
    outcome = run(jobs[wanted][0], _required(store), jobs[wanted][1])
    suffix = "." + wanted.rpartition(".")[2]
    told = f"{name}-{day}-{wanted}" if day else f"{name}-{wanted}"
    return download(told, workflows.as_bytes(outcome, suffix))


def run(job: str, store: Store, settings: Any) -> Any:
    """A job done now: the page shows what the command prints."""
    return workflows.run(job, store, settings, now=timezone.now())


def _keep(
    request: HttpRequest,
    held: Held,
    store: Store,
    found: Operation,
    strand: Strand,
    offered: Offered,
    values: Mapping[str, Any],
) -> HttpResponse:
    """Write an entry down and go back to its day, or show what is wrong with it."""
    problems: Mapping[str, str] = {}
    refused: PlatformError | None = None
    try:
        entry, problems = week_entries.record_entry(store, found, offered, now=timezone.now())
        if entry is not None:
            sheet = reverse("operation", args=(found.id,))
            return redirect(f"{sheet}?day={entry.day}&saved={strand.name}")
    except (ParameterError, Denied) as error:
        refused = error
    answers = {name: str(text) for name, text in request.POST.items()}
    return _entry_form(request, held, found, strand, answers, problems, values, refused)


def _entry_form(
    request: HttpRequest,
    held: Held,
    found: Operation,
    strand: Strand,
    answers: Mapping[str, str],
    problems: Mapping[str, str],
    values: Mapping[str, Any],
    refused: PlatformError | None = None,
) -> HttpResponse:
    """The page of an entry's form."""
    title = f"Correct: {strand.title}" if "entry" in values else strand.title
    told = {
        "operation": found,
        "strand": strand,
        "questions": asked.entry_questions(found, strand, answers, problems, today=today()),
        "places": _places(held),
        "refused": str(refused) if refused else "",
        "problem": bool(problems or refused),
        **values,
    }
    status = refused.http_status if refused else 400 if problems else 200
    return show(request, held, PAGE, title, told, template="record", status=status)


def _operation_form(
    request: HttpRequest,
    held: Held,
    title: str,
    answers: Mapping[str, str],
    error: PlatformError | None = None,
    operation: Operation | None = None,
) -> HttpResponse:
    """The page of an operation's form."""
    texts = {k: v for k, v in answers.items() if not k.startswith(("target-", "lead-"))}
    _, problems = parse_operation(texts) if error else (None, {})
    values = {
        "questions": asked.operation_questions(answers, problems),
        "targets": asked.target_questions(answers),
        "leads": asked.lead_questions(answers),
        "places": _places(held),
        "refused": "" if problems or not error else str(error),
        "targets_error": problems.get("targets", ""),
        "problem": bool(error),
        "seen": answers.get("version", ""),
        "operation": operation,
    }
    status = error.http_status if error else 200
    return show(request, held, PAGE, title, values, template="operation_form", status=status)


def _answers(sent: QueryDict, texts: Mapping[str, str]) -> dict[str, str]:
    """What was sent, to fill the form in again."""
    return {**{name: str(sent[name]) for name in sent}, **texts}


def _texts(sent: QueryDict) -> dict[str, str]:
    """The answers to a strand's own questions."""
    return {name: str(text) for name, text in sent.items() if name not in ABOUT}


def _as_answers(entry: Activity) -> dict[str, str]:
    """An entry as it was filled in."""
    return {
        "day": str(entry.day),
        "partner": entry.partner,
        **{
            name: f"{value:.10g}" if isinstance(value, float) else str(value)
            for name, value in entry.values.items()
        },
    }


def _strand(found: Operation, name: str) -> Strand:
    if name not in found.strands:
        raise NotFound(f"{found.name} has no strand {name!r}: {', '.join(found.strands)}")
    return STRANDS[name]


def _days(found: Operation) -> list[Any]:
    first = found.first_day.toordinal()
    return [found.first_day.fromordinal(first + n) for n in range(found.n_days)]


def _places(held: Held) -> list[str]:
    """Names of places in the store's layers, offered while one is typed."""
    if held.store is None or "areas" not in held.store.layers():
        return list(held.districts)
    areas = held.store.read_areas()
    assert isinstance(areas, Areas)  # noqa: S101
    return list(dict.fromkeys((*held.districts, *areas.name)))[:PLACES_OFFERED]


def _store(request: HttpRequest) -> tuple[Held, Store | None]:
    held = read_held(site.PEELIAN_STORE)
    return held, held.store


def _required(store: Store | None) -> Store:
    if store is None:
        raise NotFound("there is no store, so no operation is held")
    return store


def _whole(text: Any) -> int:
    """The version that a form showed."""
    if not str(text).isdigit():
        raise ParameterError("This form is not one of ours: open it again from the sheet")
    return int(str(text))
