"""From a table or an interval to what a template shows: words, not arithmetic."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from peelian.reports.tables import is_numeric
from peelian.reports.words import label_of, texts_of
from peelian.terms import Table


def table_shown(
    table: Table,
    *,
    columns: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    title: str = "",
) -> dict[str, Any]:
    """A table as JSON values: headings with units, and every entry as text.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        Names to show, in order; those the table lacks are passed over. All by default.
    labels : mapping, optional
        Headings that differ from LABELS.
    title : str
        Caption; the table's own by default.
    """
    names = [n for n in columns if n in table.columns] if columns else list(table.columns)
    heads = [
        {
            "name": name,
            "label": (labels or {}).get(name, label_of(name)),
            "unit": table.units.get(name, ""),
            "number": is_numeric(table.columns[name]),
        }
        for name in names
    ]
    texts = [texts_of(name, table.columns[name]) for name in names]
    return {
        "title": title or table.title,
        "heads": heads,
        "rows": [list(row) for row in zip(*texts, strict=True)],
    }


def day_text(day: date | datetime | str) -> str:
    """A day as it is said: Sunday 22 November 2026."""
    day = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{day:%A} {day.day} {day:%B %Y}"


def month_text(month: str) -> str:
    """A month as it is said: August 2018."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"
