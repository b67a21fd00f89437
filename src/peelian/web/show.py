"""From a table or an interval to what a template shows: words, not arithmetic."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from peelian.reports import with_commas
from peelian.reports.numbers import decimals_for
from peelian.reports.tables import column_texts, is_numeric
from peelian.terms import LOCAL_ZONE, Table

# Column names of the tables, as people say them.
LABELS: Mapping[str, str] = {
    "n": "Events",
    "held": "Held",
    "rank": "Rank",
    "cell": "Cell",
    "pai": "PAI",
    "pei": "PEI",
    "p": "p",
    "p_fdr": "p, adjusted",
    "low": "From",
    "high": "To",
    "x": "Easting",
    "y": "Northing",
    "sink": "What gathers records there",
    "share": "Share of rows",
    "added": "Read on",
    "replaced": "Replaced",
    "worth": "Worth of a visit",
    "probability": "Chance of being drawn",
    "forecaster": "Method",
    "area_share": "Area flagged",
    "hit_rate": "Offences caught",
    "pai_low": "PAI from",
    "pai_high": "PAI to",
    "difference": "More caught than by counting",
    "difference_low": "from",
    "difference_high": "to",
}
PLACES = ("cell", "x", "y", "seed")  # numbers that name a place, without commas


def label_of(name: str) -> str:
    """A column's heading: its label, or its name with spaces and a capital."""
    plain = name.replace("_", " ")
    return LABELS.get(name, plain[:1].upper() + plain[1:])


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


def texts_of(name: str, column: NDArray[Any]) -> list[str]:
    """Every entry of a column as a person reads it: commas in numbers, local times."""
    if is_numeric(column) and name not in PLACES:
        decimals = decimals_for(column) if column.dtype.kind == "f" else 0
        return [with_commas(float(value), decimals) for value in column]
    if column.dtype == np.dtype("datetime64[s]"):
        return [time_text(value) for value in column.tolist()]
    return column_texts(column)


def time_text(instant: datetime) -> str:
    """A UTC instant in local time: 22 November 2026, 10:19."""
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(LOCAL_ZONE))
    return f"{local.day} {local:%B %Y, %H:%M}"


def day_text(day: date | datetime | str) -> str:
    """A day as it is said: Sunday 22 November 2026."""
    day = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{day:%A} {day.day} {day:%B %Y}"


def month_text(month: str) -> str:
    """A month as it is said: August 2018."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"
