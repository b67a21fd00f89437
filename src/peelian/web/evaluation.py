"""Pages of evaluations: designs registered before they start, and what they found."""

import json
from datetime import date
from typing import Any

from django import forms
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from peelian import __version__, reports, workflows
from peelian.evaluation import DESIGNS
from peelian.store import Store
from peelian.terms import DataError, Denied, NotFound, ParameterError
from peelian.web.desk import Made, Order, Progress, Work, desk
from peelian.web.held import Held, read_held
from peelian.web.results import key_of
from peelian.web.show import table_shown
from peelian.web.views import KEEPING, download, nothing_held, results_folder, show
from peelian.workflows import from_flat, to_json
from peelian.workflows.designs.evaluated import DESIGNS_IN_WORDS, KIND, dates_of
from peelian.workflows.designs.register import Registered, designs, find_design, power_settings
from peelian.workflows.settings import RegisterSettings, ReportSettings

PAGE = "evaluation"  # in the navigation
WHOLE = 80_000  # characters of counts that a form sends back and forth
EXAMPLE = "area,role,period,n\nHigh Street,treated,2026-01,14\nStation Road,control,2026-01,11"
Kept = tuple[str, dict[str, Any], list[dict[str, Any]]]  # artefact, report, rows of the result


class CountsForm(forms.Form):
    """Counts as a file or as text; the file goes first."""

    use_required_attribute = False
    rows = forms.CharField(
        label="Or paste the counts",
        required=False,
        widget=forms.Textarea,
        help_text="One line for each area and period, the first line naming the columns",
    )
    file = forms.FileField(
        label="Counts, as a CSV file",
        required=False,
        help_text="Columns area, period, n and role (treated, control, treated-buffer, "
        "control-buffer) or treated (1 or 0)",
    )

    def clean(self) -> dict[str, Any]:
        """The text of the file in place of what was pasted."""
        found = dict(super().clean() or {})
        upload = found.pop("file", None)
        if upload is not None:
            try:
                found["rows"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "This is not UTF-8 text: save the table as CSV UTF-8")
        return found


class DesignForm(CountsForm):
    """What is written down before the start."""

    question = forms.CharField(
        label="Question",
        help_text="One sentence, such as: did patrols in Town lower serious violence?",
        error_messages={"required": "Say what is asked"},
    )
    design = forms.ChoiceField(
        label="Design",
        choices=[(name, DESIGNS_IN_WORDS[name].rstrip(".")) for name in DESIGNS],
    )
    before = forms.CharField(
        label="Time before",
        help_text="First and last day or month, such as 2025-01..2026-12",
        error_messages={"required": "Give the time before, such as 2025-01..2026-12"},
    )
    after = forms.CharField(
        label="Time with the action",
        help_text="Such as 2027-01..2027-12",
        error_messages={"required": "Give the time with the action, such as 2027-01..2027-12"},
    )
    outcome = forms.CharField(
        label="Outcome", required=False, help_text="Which offences, recorded how"
    )
    population = forms.CharField(
        label="Population", required=False, help_text="Who and where it is about"
    )
    dosage = forms.CharField(
        label="Planned dosage", required=False, help_text="Minutes, visits, tests: what, where"
    )
    decision = forms.CharField(
        label="Decision", required=False, help_text="What will be decided on which result"
    )
    share = forms.FloatField(
        label="Share of days treated",
        required=False,
        help_text="Crossover only, such as 0.4",
    )
    dispersion = forms.FloatField(
        label="Dispersion",
        required=False,
        help_text="Variance over mean of counts; empty: estimated from the counts before",
    )
    anyway = forms.CharField(
        label="Why go on although it can detect nothing",
        required=False,
        help_text="Only for a design that is refused; the report will say so",
    )
    amends = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label="Why the registered design is changed", required=False)

    def settings(self) -> RegisterSettings:
        """The job's settings; only for a form that is valid."""
        given = {n: v for n, v in self.cleaned_data.items() if v not in (None, "")}
        return from_flat(RegisterSettings, given)


class ResultForm(CountsForm):
    """What the result is made from, and what no counts can say."""

    delivered = forms.CharField(label="What was delivered", required=False)
    unintended = forms.CharField(
        label="Unintended effects",
        required=False,
        help_text="Such as complaints, or disparity in stop and search",
    )
    limits = forms.CharField(label="Limits, beyond those found", required=False)
    decision = forms.CharField(label="Decision taken", required=False)

    def settings(self, name: str) -> ReportSettings:
        """The job's settings; only for a form that is valid."""
        given = {n: v for n, v in self.cleaned_data.items() if v not in (None, "")}
        return from_flat(ReportSettings, {"registered": name, **given})


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every registered design: power before, result after, one card each."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        return nothing_held(request, held, PAGE, "Did it work?")
    results = results_of(held.store)
    cards = [
        card(design, results.get(design.name))
        for design in designs(held.store, now=timezone.now())
    ]
    return show(request, held, PAGE, "Did it work?", {"cards": cards})


@require_http_methods(["GET", "POST"])
def created(request: HttpRequest) -> HttpResponse:
    """A form for a design: its power is shown before it can be registered."""
    held = read_held(site.PEELIAN_STORE)
    title = "Register a design"
    if held.store is None:
        return nothing_held(request, held, PAGE, title)
    values: dict[str, Any] = {"example": EXAMPLE, "problem": "", "power": None}
    if request.method != "POST":
        form = DesignForm(initial=amended(held.store, request.GET))
        return show(
            request, held, PAGE, title, {**values, "form": form}, template="evaluation_design"
        )
    form = DesignForm(request.POST, request.FILES)
    values["form"] = form
    if not form.is_valid():
        return show(
            request, held, PAGE, title, values, template="evaluation_design", status=400
        )
    settings = form.settings()
    keep_rows(form)
    try:
        values["power"] = power_shown(held.store, settings)
        if "register" in request.POST:
            now = timezone.now()
            made = workflows.run("evaluate register", held.store, settings, now=now)
            return redirect("evaluation-one", made.table.columns["value"][0])
    except (ParameterError, DataError, NotFound, Denied) as error:
        values["problem"] = str(error)
        status = error.http_status
        return show(
            request, held, PAGE, title, values, template="evaluation_design", status=status
        )
    return show(request, held, PAGE, title, values, template="evaluation_design")


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One design: what was registered, its report, and the counts for a result."""
    held = read_held(site.PEELIAN_STORE)
    store = required(held)
    design = find_design(store, name, now=timezone.now())
    form = ResultForm()
    problem, status = "", 200
    if request.method == "POST":
        form = ResultForm(request.POST, request.FILES)
        status = ParameterError.http_status
        if form.is_valid():
            keep_rows(form)
            try:
                made = desk().ask(
                    results_folder(), result_order(store, design, form), patience=KEEPING
                )
                if isinstance(made, Work):
                    waiting = {"work": made}
                    return show(
                        request, held, PAGE, design.question, waiting,
                        template="progress", status=202,
                    )  # fmt: skip
                return redirect("evaluation-one", design.name)
            except (ParameterError, DataError, NotFound) as error:
                problem, status = str(error), error.http_status
    kept = results_of(store).get(design.name)
    values = {
        "design": design,
        "card": card(design, kept),
        "form": form,
        "problem": problem,
        "counted": design.places is not None,
        "report": kept[1] if kept else None,
        "sections": sections_shown(kept[1]) if kept else [],
    }
    title = design.question
    return show(
        request, held, PAGE, title, values, template="evaluation_report", status=status
    )


@require_safe
def pdf(request: HttpRequest, name: str) -> HttpResponse:
    """The report of the newest result, to print."""
    store = required(read_held(site.PEELIAN_STORE))
    design = find_design(store, name, now=timezone.now())
    kept = results_of(store).get(design.name)
    if kept is None:
        raise NotFound(f"design {design.name} has no result yet: give its counts first")
    return download(f"{design.name}.pdf", store.read_artefact(kept[0])[1]["report.pdf"])


def required(held: Held) -> Store:
    """The store; NotFound without one."""
    if held.store is None:
        raise NotFound("there is no store yet, so no design is registered")
    return held.store


def keep_rows(form: CountsForm) -> None:
    """Send the counts back with the form, so that a file need not be chosen again."""
    rows = form.cleaned_data.get("rows", "")
    if isinstance(form.data, QueryDict) and len(rows) <= WHOLE:
        form.data = form.data.copy()
        form.data["rows"] = rows


def amended(store: Store, query: QueryDict) -> dict[str, Any]:
    """The answers of the design that the address asks to change, if any."""
    name = query.get("amends", "")
    if not name:
        return {}
    design = find_design(store, name, now=timezone.now())
    found: dict[str, Any] = {}

    def walk(values: dict[str, Any]) -> None:
        for key, value in values.items():
            walk(value) if isinstance(value, dict) else found.update({key: value})

    walk(to_json(design.settings))
    return {**found, "amends": design.entry, "reason": "", "anyway": ""}


def power_shown(store: Store, settings: RegisterSettings) -> dict[str, Any]:
    """What the design could show, as sentences and a table."""
    outcome = workflows.run(
        "evaluate power", store, power_settings(settings), now=timezone.now()
    )
    assert outcome.summary is not None  # noqa: S101 - power has one
    labels = {"true_fall": "True fall", "chance": "Chance of finding it"}
    table = table_shown(outcome.summary, labels=labels)
    nothing = outcome.provenance.notes[0] == reports.DETECTS_NOTHING
    return {
        "sentences": outcome.provenance.notes,
        "chosen": outcome.chosen,
        "table": table,
        "nothing": nothing,
    }


def result_order(store: Store, design: Registered, form: ResultForm) -> Order:
    """The work that makes a result and keeps it."""
    settings = form.settings(design.name)
    now = timezone.now()
    told = {**to_json(settings), "entry": design.entry, "minute": f"{now:%Y-%m-%d %H:%M}"}
    key = key_of("evaluate report", told, "", __version__)

    def made(progress: Progress) -> Made:
        outcome = workflows.run("evaluate report", store, settings, now=now, progress=progress)
        return {"sentence": outcome.table.title}, {}

    address = reverse("evaluation-one", args=(design.name,))
    return Order(key, f"Result of {design.name}", address, made, listed=True)


def results_of(store: Store) -> dict[str, Kept]:
    """The newest result of each design."""
    newest = {one.name: one.artefact for one in store.artefacts(KIND)}
    found = {}
    for name, artefact in newest.items():
        _, files = store.read_artefact(artefact)
        found[name] = (
            artefact,
            json.loads(files["report.json"]),
            json.loads(files["result.json"]),
        )
    return found


def card(design: Registered, kept: Kept | None) -> dict[str, Any]:
    """One design as its card shows it."""
    before, after = dates_of(design)
    today = timezone.localdate()
    chart = ""
    if kept:
        chart = next((s["chart"] for s in kept[1]["sections"] if s.get("chart")), "")
    return {
        "name": design.name,
        "question": design.question,
        "design": DESIGNS_IN_WORDS[design.settings.impact.design],
        "before": before,
        "after": after,
        "areas": areas_text(design),
        "registered": timezone.localtime(design.first_at),
        "late": design.late,
        "amended": len(design.changes),
        "power": design.power["sentences"],
        "state": state_of(design, kept, today),
        "sentence": kept[1]["sections"][0]["sentences"][0] if kept else "",
        "chart": chart,
    }


def areas_text(design: Registered) -> str:
    """How many areas have each role."""
    roles = [str(role) for role, _ in design.roles.values()]
    return ", ".join(f"{roles.count(role)} {role}" for role in dict.fromkeys(roles))


def state_of(design: Registered, kept: Kept | None, today: date) -> str:
    """Where the evaluation stands."""
    if kept:
        return "Result"
    return "Planned" if today < design.start else "Waiting for counts"


def sections_shown(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The kept report's sections, its tables as the pages show tables."""
    found = []
    for section in report["sections"]:
        tables = [
            {
                "title": table["title"],
                "heads": [
                    {"name": head["label"], **head, "number": number}
                    for head, number in zip(table["heads"], table["numbers"], strict=True)
                ],
                "rows": table["rows"],
            }
            for table in section["tables"]
        ]
        found.append({**section, "tables": tables})
    return found
