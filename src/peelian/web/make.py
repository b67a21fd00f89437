"""What each page shows: one workflow called, its outcome turned into words and files."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from peelian import reports, workflows
from peelian.store import Store
from peelian.terms import REFUSED_COLUMNS
from peelian.web.desk import Made, Progress
from peelian.web.show import table_shown
from peelian.workflows import MapSettings, PlanSettings


def overview_made(store: Store, now: datetime, progress: Progress) -> Made:
    """What Home and Data quality show."""
    progress(0.1, "Counting what is held")
    overview = workflows.overview(store, now=now)
    progress(0.8, "Drawing the figures")
    shown = {
        "strip": strip_of(overview.months),
        "held_sentence": held_sentence(overview.months),
        "gaps_sentence": gaps_sentence(overview.months),
        "stale_sentence": stale_sentence(overview.stale_days),
        "notes": list(overview.notes),
        "figures": [figure_shown(figure) for figure in overview.figures],
        "last_plan": overview.last_plan,
        "rates": table_shown(overview.rates),
        "batches": table_shown(overview.batches),
        "refusals": table_shown(overview.refusals),
        "repeated": table_shown(overview.repeated),
    }
    return shown, {}


def map_made(store: Store, settings: MapSettings, now: datetime, progress: Progress) -> Made:
    """What the map page shows, and the files it offers."""
    outcome = workflows.explore(store, settings, now=now, progress=progress)
    shown: dict[str, Any] = {}
    return shown, {}


def plan_made(store: Store, settings: PlanSettings, now: datetime, progress: Progress) -> Made:
    """What the plan page shows, and the files it offers."""
    outcome = workflows.plan(store, settings, now=now, progress=progress)
    shown: dict[str, Any] = {}
    return shown, {}


def refused_csv(store: Store, batch: str, reason: str) -> bytes:
    """Refused rows as they stood: of one batch or all, for one reason or all.

    Columns are those of ``terms.REFUSED_COLUMNS``. Nothing in ``original`` is changed, so that
    the row can be mended and offered again.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(REFUSED_COLUMNS), lineterminator="\n")
    writer.writeheader()
    for name in [batch] if batch else [b.batch for b in store.batches()]:
        rows = store.read_quarantine(name).to_pylist()
        writer.writerows(row for row in rows if reason in ("", row["reason"]))
    return text.getvalue().encode()


def strip_of(months: Sequence[tuple[str, bool, int]]) -> list[dict[str, Any]]:
    """Months by year, each with its name, whether it is held and its events."""
    years: dict[str, list[dict[str, Any]]] = {}
    for month, held, n in months:
        day = date.fromisoformat(f"{month}-01")
        years.setdefault(month[:4], []).append(
            {
                "name": f"{day:%B %Y}",
                "short": f"{day:%b}",
                "held": held,
                "n": reports.with_commas(n) if held else "",
            }
        )
    return [{"year": year, "months": items} for year, items in years.items()]


def held_sentence(months: Sequence[tuple[str, bool, int]]) -> str:
    """From when to when, and how many months."""
    names = [month_name(m) for m, held, _ in months if held]
    if len(names) == 1:
        return f"One month is held: {names[0]}."
    return f"{len(names)} months are held, from {names[0]} to {names[-1]}."


def gaps_sentence(months: Sequence[tuple[str, bool, int]]) -> str:
    """The months between them that are not held; empty when there are none."""
    names = [month_name(m) for m, held, _ in months if not held]
    if not names:
        return ""
    verb = "is" if len(names) == 1 else "are"
    return f"{in_words(names)} {verb} not held: unknown, not zero."


def stale_sentence(days: int) -> str:
    """How long ago the data end."""
    return f"The newest month ended {reports.with_commas(days)} days ago."


def month_name(month: str) -> str:
    """August 2018."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def in_words(names: Sequence[str]) -> str:
    """One, two and three."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def figure_shown(figure: Any) -> dict[str, Any]:
    """A figure: its number, its sentence and its chart."""
    return {
        "title": figure.title,
        "number": figure.number,
        "unit": figure.unit,
        "sentence": figure.sentence,
        "svg": "",
        "table": table_shown(figure.series, title=f"{figure.title} by month"),
    }
