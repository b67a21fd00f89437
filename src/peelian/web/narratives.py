"""Coding narratives: one at a time, each display written down before its text is sent.

No answer here may be kept by a browser, and no text of a narrative stands in an address, a
title or an error: rows have numbers.
"""

import math
import re
import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peelian.offences import CODE_REASONS, Code, CodeLabel, CodeMode, require_coder
from peelian.reports.numbers import rounded
from peelian.store import Store
from peelian.terms import Denied, NotFound, ParameterError, PlatformError, Table
from peelian.web.held import Held, read_held
from peelian.web.show import table_shown
from peelian.web.views import nothing_held, show
from peelian.workflows import Outcome
from peelian.workflows.narratives.review import (
    PURPOSES,
    Coding,
    ReviewFile,
    Shown,
    Turn,
    agreement_of,
    coding_of,
    compare_codes,
    next_row,
    pieces_of,
    progress_table,
    save_code,
    show_narrative,
    turn_of,
)

PAGE = "narratives"
TITLE = "Coding of narratives"
LABELS = {
    CodeLabel.KNIFE: ("Knife", "k"),
    CodeLabel.NOT: ("Not", "n"),
    CodeLabel.UNSURE: ("Cannot say", "c"),
}
MEASURE = ("model", "measure", "value", "low", "high", "n")
MODES = {
    "blind": "Double coding: rows drawn at random, the text alone",
    "open": "Uncertain rows: with what the rules made of them",
    "third": "Third reading: rows on which the two differ",
}
FORM = re.compile(r"[0-9a-f]{32}")  # what makes a form that is sent twice one code


@require_GET
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """How far the coding is, and where to begin."""
    return _overview(request)


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Go to the first row that this coder has still to read."""
    _, store, opened = _open()
    asked = request.GET
    try:
        coder, mode = require_coder(asked.get("coder", "").strip().upper()), _mode(asked)
        row = next_row(opened, coding_of(store, opened), mode, coder)
    except (ParameterError, Denied, NotFound) as error:
        return _overview(request, error)
    saved = _saved(asked)
    if row is None:
        told = {"coder": coder, "done": mode.value}
        return redirect(f"{reverse('narratives')}?{urlencode({**told, **saved})}")
    return redirect(_address(row, coder, mode, **saved))


@require_http_methods(["GET", "POST"])
@never_cache
def one(request: HttpRequest, row: str) -> HttpResponse:
    """One narrative with its form; a POST is the answer."""
    held, store, opened = _open()
    sent = request.POST if request.method == "POST" else request.GET
    coder, mode, number = str(sent.get("coder", "")), _mode(sent), _whole(row)
    if request.method != "POST":
        turn = turn_of(opened, coding_of(store, opened), number, mode, coder)
        shown = show_narrative(
            store, opened, turn, token=secrets.token_hex(16), now=timezone.now()
        )
        return _narrative(request, held, opened, turn, shown)
    try:
        label = CodeLabel(str(sent.get("label", "")))
    except ValueError:
        return redirect(_address(number, coder, mode, problem="label"))
    code = Code(number, coder, label, mode, str(sent.get("reason", "")))
    token, file = str(sent.get("form", "")), str(sent.get("file", ""))
    if not FORM.fullmatch(token):
        raise ParameterError("This form is not one of ours: open the row again")
    save_code(store, opened, code, file=file, token=token, now=timezone.now())
    told = {"coder": coder, "mode": mode.value, "saved": number}
    return redirect(f"{reverse('narrative-next')}?{urlencode(told)}")


@require_POST
@never_cache
def compare(request: HttpRequest) -> HttpResponse:
    """Close the rows that two have coded, and show how well they agree."""
    _, store, opened = _open()
    compare_codes(store, opened, now=timezone.now())
    return redirect("narrative-agreement")


@require_GET
@never_cache
def agreement(request: HttpRequest) -> HttpResponse:
    """Kappa, where the two differ, and how good the classifier is by what they decided."""
    held, store, opened = _open()
    coding = coding_of(store, opened)
    if not coding.compared:
        return redirect("narratives")
    values = {
        **_agreement(coding, agreement_of(store, opened, now=timezone.now())),
        "source": opened.settings.source,
    }
    title = "How well coders and classifier agree"
    return show(request, held, PAGE, title, values, template="narrative_agreement")


def _overview(request: HttpRequest, error: PlatformError | None = None) -> HttpResponse:
    held = read_held(site.PEELIAN_STORE)
    opened: ReviewFile | None = site.PEELIAN_NARRATIVES
    if opened is None:
        return show(request, held, PAGE, TITLE, {"opened": None})
    if held.store is None:
        return nothing_held(request, held, PAGE, TITLE)
    coding = coding_of(held.store, opened)
    values = {
        "opened": opened,
        "refused": str(error) if error else "",
        "problem": bool(error),
        "coder": request.GET.get("coder", "")[:2],
        "mode": request.GET.get("mode", request.GET.get("done", "")),
        "done": MODES.get(request.GET.get("done", ""), ""),
        "modes": MODES,
        "progress": table_shown(progress_table(opened, coding)),
        "waiting": coding.waiting,
        "compared": len(coding.compared),
    }
    status = error.http_status if error else 200
    return show(request, held, PAGE, TITLE, values, status=status)


def _narrative(
    request: HttpRequest, held: Held, opened: ReviewFile, turn: Turn, shown: Shown
) -> HttpResponse:
    """The page of one narrative."""
    text = shown.text
    mentions = [
        {
            "words": " … ".join(" ".join(text[e.start : e.end].split()) for e in m.evidence),
            "rule": m.rule,
            "decides": m.decides,
        }
        for m in shown.mentions
    ]
    problem = request.GET.get("problem") == "label"
    values: dict[str, Any] = {
        "turn": turn,
        "purpose": PURPOSES[turn.mode],
        "pieces": pieces_of(text, shown.mentions),
        "verdict": shown.verdict,
        "mentions": mentions,
        "codes": shown.codes,
        "own": shown.own,
        "labels": LABELS,
        "reasons": CODE_REASONS,
        "file": opened.sha256,
        "form_token": secrets.token_hex(16),
        "saved": _saved(request.GET).get("saved", ""),
        "before": turn.before and _address(turn.before, turn.coder, turn.mode),
        "after": turn.after and _address(turn.after, turn.coder, turn.mode),
        "problem": problem,
    }
    status = 400 if problem else 200
    title = f"Row {turn.row}"
    return show(request, held, PAGE, title, values, template="narrative", status=status)


def _agreement(coding: Coding, outcome: Outcome) -> dict[str, Any]:
    """What the page of agreement shows: the command's own tables, and the rows that differ."""
    first, second = coding.coders
    tables = dict(outcome.tables)
    differ = tables["differences"].columns
    third = next((c.coder for c in coding.codes if c.mode == CodeMode.THIRD), "")
    heads = {
        "first_coder": f"{first} said",
        "second_knife": f"{second}: knife",
        "second_not": f"{second}: not",
        "second_cannot_say": f"{second}: cannot say",
    }
    called = {"called_knife": "Called knife", "called_not": "Called not"}
    return {
        "sentence": _sentence(outcome.table, first, second),
        "notes": outcome.provenance.notes,
        "measures": table_shown(
            outcome.table,
            columns=("model", "measure", "value", "low", "high", "n"),
            labels={"model": "Of", "n": "Records"},
            title="Coders and classifier, in shares",
        ),
        "pairs": table_shown(tables["coders"], labels=heads, title="Rows by what each said"),
        "confusion": table_shown(
            tables["confusion"],
            columns=("coded", "called_knife", "called_not", "called_review"),
            labels={"coded": "People decided", **called, "called_review": "Left to a person"},
            title="Rows by what people decided and what the rules say",
        )
        if "confusion" in tables
        else None,
        "coders": coding.coders,
        "differ": list(zip(*(column.tolist() for column in differ.values()), strict=True)),
        "third": third,
        "waiting": coding.waiting,
    }


def _sentence(measures: Table, first: str, second: str) -> str:
    """How well two agree, in words."""
    rows = zip(*(measures.columns[n].tolist() for n in MEASURE), strict=True)
    told = {measure: rest for model, measure, *rest in rows if model == "coders"}
    share, *_, n = told["agreement"]
    kappa, low, high, _ = told["kappa"]
    agreed = (
        f"{first} and {second} gave the same code to {rounded(share * n, 0)} of {n:,} rows"
    )
    if math.isnan(kappa):
        return f"{agreed}. Kappa is not defined: both gave one code throughout."
    interval = f"95 % interval {rounded(low, 2)} to {rounded(high, 2)}"
    return f"{agreed}: kappa {rounded(kappa, 2)} ({interval})."


def _open() -> tuple[Held, Store, ReviewFile]:
    """The store and the file that is open for coding."""
    held, opened = read_held(site.PEELIAN_STORE), site.PEELIAN_NARRATIVES
    if opened is None:
        raise NotFound("No file of narratives is open: see Narratives for what to do")
    if held.store is None:
        raise NotFound("There is no store to write down what is shown, so nothing is")
    return held, held.store, opened


def _mode(sent: QueryDict) -> CodeMode:
    try:
        return CodeMode(str(sent.get("mode", "")))
    except ValueError:
        raise ParameterError("Choose what to read") from None


def _whole(text: str) -> int:
    """The number of a row; NotFound for any other text, which is not shown."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound("A row of narratives has a number: start again from Narratives")
    return int(text)


def _saved(asked: QueryDict) -> dict[str, int]:
    """The row that was coded just now, from the address."""
    text = str(asked.get("saved", ""))
    return {"saved": _whole(text)} if text else {}


def _address(row: int, coder: str, mode: CodeMode, **more: Any) -> str:
    told = urlencode({"coder": coder, "mode": mode.value, **more})
    return f"{reverse('narrative', args=(row,))}?{told}"
