"""From a table or an interval to what a template shows: words, not arithmetic."""

from collections.abc import Mapping, Sequence
from typing import Any

from peelian.reports.tables import column_texts, is_numeric
from peelian.terms import Table

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
}


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
    texts = [column_texts(table.columns[name]) for name in names]
    return {
        "title": title or table.title,
        "heads": heads,
        "rows": [list(row) for row in zip(*texts, strict=True)],
    }
