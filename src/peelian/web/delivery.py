"""Planned against delivered by spot, team and day; who is owed visits; links for teams."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from peelian import reports, workflows
from peelian.reports.charts import interval_chart
from peelian.store import Store
from peelian.terms import NotFound, Table
from peelian.web import views
from peelian.web.desk import Made, Progress
from peelian.web.forms import JobForm
from peelian.web.held import Held, read_held
from peelian.web.maps import Address, files_of, first_rows, head_of, mapped
from peelian.web.results import Result
from peelian.web.show import day_text, table_shown
from peelian.web.team_links import ends, link_of
from peelian.workflows.delivery.dosage import KIND as DOSAGE
from peelian.workflows.delivery.map import share_class
from peelian.workflows.delivery.reported import KIND as REPORTS
from peelian.workflows.patrols.kept_plan import PREFIX, read_plan
from peelian.workflows.settings import DeliverySettings

TITLE = "Planned and delivered"
MOST_CHARTED = 21  # days of the chart; the calendar has them all
LISTED = 10  # plans listed with their links
TEAMS = (
    "day", "team", "planned_visits", "planned_minutes", "delivered_visits",
    "delivered_minutes", "delivered_lower", "delivered_upper", "reported_visits",
    "reported_minutes",
)  # fmt: skip
SPOTS = (
    "place", "shifts", "drawn", "planned_visits", "planned_minutes", "planned_with_pings",
    "delivered_visits", "delivered_minutes", "delivered_lower", "delivered_upper",
    "compliance", "reported_visits", "reported_minutes",
)  # fmt: skip
LABELS = {
    "planned_visits": "Visits planned",
    "planned_minutes": "Planned",
    "planned_with_pings": "of it with GPS",
    "delivered_visits": "Visits by GPS",
    "delivered_minutes": "By GPS",
    "delivered_lower": "at least",
    "delivered_upper": "at most",
    "compliance": "GPS over planned",
    "reported_visits": "Visits reported",
    "reported_minutes": "Reported",
    "drawn": "Drawn",
    "visits": "Visits",
    "owed": "Owed",
    "not_known": "Not known",
    "what_we_saw": "What they saw",
    "reports": "Reports",
    "how_many": "How many",
    "entropy": "Entropy of the hour",
    "most": "The most it could be",
}


@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """What was delivered of every plan kept, from GPS and as teams reported it."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        return views.nothing_held(request, held, "delivery", TITLE)
    plans = plans_shown(held.store)
    held = with_deliveries(held, held.store)
    form = JobForm(request.GET, held, "delivery")
    if not plans:
        values = {"form": form, "problem": "", "shown": None, "plans": []}
        return views.show(request, held, "delivery", TITLE, values)

    def more(request: HttpRequest, result: Result) -> Mapping[str, Any]:
        return {"plans": plans}

    return views.answer_form(request, held, "delivery", TITLE, form, delivery_made, more)


@require_safe
def links(request: HttpRequest, plan: str) -> HttpResponse:
    """The link of each team of a kept plan."""
    held = read_held(site.PEELIAN_STORE)
    if held.store is None:
        raise NotFound("there is no store, so no plan is kept")
    kept = read_plan(held.store, plan)
    base = site.PEELIAN_TEAMS_AT or request.build_absolute_uri("/").rstrip("/")
    teams = [
        {
            "name": team,
            "stops": len(stops),
            "href": f"{base}{link_of(kept, number)}",
        }
        for number, (team, stops) in enumerate(kept.teams.items(), start=1)
    ]
    until = ends(kept)
    values = {
        "plan": kept.short,
        "day": day_text(kept.shift.start),
        "hours": f"{kept.shift.start:%H:%M} to {kept.shift.end:%H:%M}",
        "teams": teams,
        "until": f"{until:%H:%M on %A %-d %B %Y}",
        "ended": timezone.now() > until,
        "reached": bool(site.PEELIAN_TEAMS_AT),
    }
    return views.show(
        request, held, "delivery", "Links for the teams", values, template="team_links"
    )


def with_deliveries(held: Held, store: Store) -> Held:
    """What is held, its state with the plans, the dosage and the reports of now."""
    names = [one.artefact for kind in ("plan", DOSAGE) for one in store.artefacts(kind)]
    heads = store.journal_heads(REPORTS).values()
    state = hashlib.sha256("\n".join([held.state, *names, *heads]).encode()).hexdigest()
    return replace(held, state=state)


def plans_shown(store: Store) -> list[dict[str, str]]:
    """The plans kept last, each with what names it."""
    kept = store.artefacts("plan")[::-1][:LISTED]
    return [{"name": one.name, "plan": one.artefact[:PREFIX]} for one in kept]


def delivery_made(
    store: Store,
    settings: DeliverySettings,
    now: datetime,
    progress: Progress,
    address: Address,
) -> Made:
    """The calendar, the tables, the map, and the files of the same numbers."""
    outcome = workflows.run("delivery", store, settings, now=now, progress=progress)
    progress(0.9, "Drawing")
    days, tables = outcome.summary, dict(outcome.tables)
    assert days is not None  # noqa: S101 - this job has one
    view = outcome.view
    shown, files = mapped(view, outcome, address) if view else (head_of(outcome), {})
    offered, more = files_of(outcome, "spot-days")
    shown |= {
        "sentence": sentence_of(days),
        "weeks": weeks_of(days),
        "days_svg": days_chart(days),
        "days": table_shown(newest_first(days), labels=LABELS),
        "teams": table_shown(
            first_rows(newest_first(tables["teams"])), columns=TEAMS, labels=LABELS
        ),
        "spots": table_shown(first_rows(tables["spots"]), columns=SPOTS, labels=LABELS),
        "owed": table_shown(tables["owed"], labels=LABELS),
        "hours": table_shown(first_rows(tables["hours"]), labels=LABELS),
        "seen": table_shown(tables["seen"], labels=LABELS),
        "downloads": offered,
    }
    return shown, {**files, **more}


def newest_first(table: Table) -> Table:
    """A table in order of days, the last day first."""
    columns = {name: column[::-1] for name, column in table.columns.items()}
    return Table(columns, table.title, table.units)


def sentence_of(days: Table) -> str:
    """How much of what was planned was delivered, as far as it is known, with its bounds."""
    columns = days.columns
    known = ~np.isnan(columns["delivered_minutes"])
    said = ~np.isnan(columns["reported_minutes"])
    parts = []
    if known.any():
        planned = columns["planned_minutes"][known].sum()
        low, middle, high = (
            columns[f"delivered_{name}"][known].sum() for name in ("lower", "minutes", "upper")
        )
        share = f", {middle / planned:.0%}" if planned else ""
        parts.append(
            f"By GPS, {middle:,.0f} of {planned:,.0f} planned minutes were delivered{share} "
            f"(at least {low:,.0f}, at most {high:,.0f}), over "
            f"{days_in_words(int(known.sum()))}."
        )
    if said.any():
        planned, minutes = (
            columns[n][said].sum() for n in ("planned_minutes", "reported_minutes")
        )
        parts.append(
            f"As teams reported, {minutes:,.0f} of {planned:,.0f}, over "
            f"{days_in_words(int(said.sum()))}."
        )
    return " ".join(parts) or "Nothing is known yet of what was delivered."


def days_in_words(n: int) -> str:
    """How many days."""
    return f"{n} day{'' if n == 1 else 's'}"


def weeks_of(days: Table) -> list[dict[str, Any]]:
    """A calendar, a week a row from Monday; weeks without a plan are counted, not drawn."""
    rows = {
        day: dict(zip(days.columns, values, strict=True))
        for day, *values in zip(
            days.columns["day"].tolist(), *days.columns.values(), strict=True
        )
    }
    mondays = sorted({day - timedelta(days=day.weekday()) for day in rows})
    weeks = []
    for before, monday in zip([None, *mondays], mondays, strict=False):
        between = (monday - before).days // 7 - 1 if before else 0
        year = before is None or before.year != monday.year
        week = [monday + timedelta(days=n) for n in range(7)]
        weeks.append(
            {
                "gap": f"{between} week{'' if between == 1 else 's'} without a plan"
                if between
                else "",
                "days": [
                    day_shown(day, rows.get(day), year=year and day == monday) for day in week
                ],
            }
        )
    return weeks


def day_shown(day: date, row: dict[str, Any] | None, *, year: bool) -> dict[str, Any]:
    """One day of the calendar, with its year if so."""
    name = f"{day:%-d %b %Y}" if year else f"{day:%-d %b}"
    found: dict[str, Any] = {"day": name, "planned": "", "lines": [], "share": ""}
    if row is None:
        return found
    planned, gps, said = (
        float(row[n]) for n in ("planned_minutes", "delivered_minutes", "reported_minutes")
    )
    found["planned"] = reports.with_commas(planned)
    if not np.isnan(gps):
        found["lines"].append(f"GPS {reports.with_commas(gps)}")
    if not np.isnan(said):
        found["lines"].append(f"reported {reports.with_commas(said)}")
    known = gps if not np.isnan(gps) else said
    found["share"] = share_class(planned, known)
    return found


def days_chart(days: Table) -> str:
    """Minutes by GPS with their bounds, of the last days that are known; empty without any."""
    columns = days.columns
    known = np.flatnonzero(~np.isnan(columns["delivered_minutes"]))[-MOST_CHARTED:]
    if not len(known):
        return ""
    planned = columns["planned_minutes"][known]
    return interval_chart(
        [
            f"{day:%-d %b}, {reports.with_commas(float(n))} planned"
            for day, n in zip(columns["day"][known].tolist(), planned, strict=True)
        ],
        columns["delivered_minutes"][known],
        columns["delivered_lower"][known],
        columns["delivered_upper"][known],
        title="Minutes delivered by GPS, with the least and the most they can be",
        unit="minutes",
    )
