"""What the pages of an operation show of its reports: tables narrow enough for a phone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import timezone

from peelian import reports
from peelian.terms import Table
from peelian.web.show import day_text, table_shown
from peelian.workflows.weeks.operations import Written

# Columns of the sheet on a page, and what each is called there.
DONE = {
    "strand": "Strand",
    "planned_today": "Planned",
    "done_today": "Done",
    "done_so_far": "Done so far",
    "target": "Target",
}
FOUND = {
    "strand": "Strand",
    "found_today": "Found",
    "found_so_far": "So far",
    "of_so_far": "Of",
    "of_what": "Of what",
}


def sheet_shown(table: Table, labels: Mapping[str, str]) -> dict[str, Any]:
    """A table of the sheet, narrow enough for a phone: what is counted beside its strand."""
    names = zip(table.columns["strand"], table.columns["counted"], strict=True)
    strand = np.array([f"{one}: {counted.lower()}" for one, counted in names], dtype=np.str_)
    kept = {name: table.columns[name] for name in labels if name != "strand"}
    title = table.title.partition(": ")[2]
    shown = Table({"strand": strand, **kept}, title[:1].upper() + title[1:])
    return table_shown(shown, labels=labels)


def sections(document: "reports.Document") -> list[dict[str, Any]]:
    """A report as a page shows it."""
    return [
        {
            "heading": section.heading,
            "sentences": section.sentences,
            "tables": [
                table_shown(reports.without_empty_columns(table)) for table in section.tables
            ],
            "after": section.after,
        }
        for section in document.sections
    ]


def version_told(one: Written) -> dict[str, str]:
    """One version of an entry: when, and whether it counted."""
    local = timezone.localtime(one.at)
    entry = one.activity
    return {
        "when": f"{day_text(local)}, {local:%H:%M}",
        "what": "withdrawn"
        if entry.withdrawn
        else "corrected"
        if entry.version
        else "recorded",
        "day": day_text(entry.day),
    }
