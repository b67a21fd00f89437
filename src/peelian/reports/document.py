"""A report of headings, sentences and tables as a tagged PDF, its record attached."""

import json
import re
from dataclasses import dataclass
from datetime import UTC
from html import unescape
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np

from peelian.reports.pack.words import breakable, printable
from peelian.reports.provenance import footer_line, provenance_json
from peelian.reports.tables import is_numeric
from peelian.reports.words import label_of, texts_of
from peelian.terms import Provenance, Table

REPEATED = ("strand", "lead")  # columns in which the same as above is left out


@dataclass(frozen=True, eq=False)
class Section:
    """A heading, what it says, its chart (SVG) and its tables."""

    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()  # sentences below the tables
    chart: str = ""


@dataclass(frozen=True, eq=False)
class Document:
    """A report: its title, what stands under it, its sections and its record."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    provenance: Provenance


def render_document(document: Document) -> bytes:
    """The report as PDF/UA on A4; the same bytes for the same values.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes
        A tagged PDF in British English whose time is the record's, with the record attached.
    """
    import typst

    template = resources.files("peelian.reports").joinpath("document.typ").read_bytes()
    pdf: Any = typst.Compiler(
        template,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(document))},
    ).compile(
        format="pdf",
        timestamp=document.provenance.time.astimezone(UTC),
        pdf_standards=["ua-1"],
    )
    return bytes(pdf)


def document_json(document: Document) -> str:
    """What the report says, as JSON that a page can show: texts, tables as texts, charts."""
    values = _data(document)
    return json.dumps({n: v for n, v in values.items() if n != "record"}, ensure_ascii=False)


def without_empty_columns(table: Table) -> Table:
    """The table without the columns that hold nothing in any row."""
    kept = {
        name: column
        for name, column in table.columns.items()
        if len(table) == 0 or not _empty(column)
    }
    return Table(kept, table.title, table.units)


def _empty(column: Any) -> bool:
    if column.dtype.kind == "f":
        return bool(np.isnan(column).all())
    return bool(column.dtype.kind == "U" and (column == "").all())


def _data(document: Document) -> dict[str, Any]:
    """Everything the template prints, as JSON values fit for its fonts."""
    made = document.provenance.time.astimezone(UTC)
    return {
        "title": printable(document.title),
        "subtitle": printable(document.subtitle),
        "sections": [
            {
                "heading": printable(section.heading),
                "sentences": [printable(text) for text in section.sentences],
                "tables": [_table(table) for table in section.tables],
                "after": [printable(text) for text in section.after],
                "chart": section.chart,
                "alt": _alt(section.chart),
            }
            for section in document.sections
        ],
        "footer": printable(footer_line(document.provenance)),
        "record": provenance_json(document.provenance),
        "version": printable(document.provenance.version),
        "time": [made.year, made.month, made.day, made.hour, made.minute, made.second],
    }


def _alt(svg: str) -> str:
    """What a chart says of itself, for those who do not see it."""
    found = re.search(r"<desc>(.*?)</desc>", svg, re.DOTALL)
    return printable(unescape(found[1])) if found else ""


def _table(table: Table) -> dict[str, Any]:
    """A table as texts: headings, which columns are numbers, rows."""
    shown = without_empty_columns(table)
    columns = [texts_of(name, column) for name, column in shown.columns.items()]
    rows = [list(row) for row in zip(*columns, strict=True)]
    repeated = [i for i, name in enumerate(shown.columns) if name in REPEATED]
    for above, row in reversed(list(pairwise(rows))):
        if repeated and row[repeated[0]] == above[repeated[0]]:
            for i in repeated:
                row[i] = ""
    return {
        "title": breakable(shown.title),
        "heads": [
            {"label": breakable(label_of(name)), "unit": printable(shown.units.get(name, ""))}
            for name in shown.columns
        ],
        "numbers": [is_numeric(column) for column in shown.columns.values()],
        "rows": [[breakable(text) for text in row] for row in rows],
    }
