"""The tables of the bulletin as CSV files, each with CSV on the Web metadata beside it."""

import json
from typing import Any

import numpy as np

from peelian.reports.bulletin.phrases import Phrases
from peelian.reports.bulletin.tables import caption_of
from peelian.reports.bulletin.values import PublicTable
from peelian.reports.provenance import provenance_json
from peelian.reports.tables import table_csv
from peelian.terms import Provenance, Table

# What each column holds, and the word of its unit.
DATATYPES = {
    "month": "gYearMonth",
    "quarter": "gYearMonth",
    "n": "integer",
    "population": "integer",
    "state": "string",
    "group": "string",
}
UNITS = {
    "n": "n", "population": "population", "rate": "rate", "low": "rate", "high": "rate",
    "change": "share", "change_low": "share", "change_high": "share",
}  # fmt: skip
WHOLE = ("n", "population")


def public_csv(table: PublicTable) -> bytes:
    """The table as CSV: counts whole, nothing where a number is not shown."""
    columns = {
        name: _whole(column) if name in WHOLE else column
        for name, column in table.table.columns.items()
    }
    return table_csv(Table(columns)).encode()


def csv_metadata(
    say: Phrases, table: PublicTable, name: str, record: Provenance, issued: str
) -> bytes:
    """What the columns of a CSV file mean, and where its numbers come from.

    Parameters
    ----------
    say : Phrases
    table : PublicTable
    name : str
        Of the CSV file.
    record : Provenance
    issued : str
        The day of release, as YYYY-MM-DD.

    Returns
    -------
    bytes
        JSON.

    References
    ----------
    .. [1] W3C, Metadata Vocabulary for Tabular Data, Recommendation of 17 December 2015.
    """
    source = f"source.{table.source}"
    caption = caption_of(say, table)
    said = say("csv.description", caption=caption, source=say(f"{source}.title"))
    if table.definition:
        said += " " + say("table.definition", definition=table.definition)
    if table.rounded_to > 1:
        said += " " + say("table.rounded", base=str(table.rounded_to))
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": say.words.language}],
        "url": name,
        "dialect": {"encoding": "utf-8", "header": True},
        "dc:title": caption,
        "dc:description": f"{said} {say('table.withheld_note')}",
        "dc:license": say(f"{source}.licence"),
        "dc:source": {"@id": say(f"{source}.page")},
        "dc:issued": {"@value": issued, "@type": "xsd:date"},
        "dc:provenance": provenance_json(record),
        "dc:relation": {"@id": "../record.json"},
        "tableSchema": {
            "columns": [_column(say, column) for column in table.table.columns],
            "primaryKey": table.by,
        },
    }
    return (json.dumps(metadata, ensure_ascii=False, indent=1) + "\n").encode()


def _column(say: Phrases, name: str) -> dict[str, Any]:
    number = name in UNITS
    column: dict[str, Any] = {
        "name": name,
        "titles": name,
        "dc:description": say(f"csv.{name}"),
        "datatype": DATATYPES.get(name, "number" if number else "string"),
        "required": not number,
    }
    if name in UNITS:
        column |= {"null": "", "schema:unitText": say(f"csv.unit_{UNITS[name]}")}
    return column


def _whole(column: Any) -> Any:
    """Whole numbers without a point; None where unknown."""
    whole = [int(value) if np.isfinite(value) else None for value in column]
    return np.array(whole, dtype=object)
