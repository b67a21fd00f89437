"""Columns as people read them: a heading for each, and every entry in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from peelian.reports.numbers import decimals_for, rounded, with_commas
from peelian.reports.tables import column_texts, is_numeric
from peelian.terms import LOCAL_ZONE

# Column names of the tables, as people say them.
LABELS: Mapping[str, str] = {
    "n": "Events",
    "harm": "Harm",
    "last": "Last",
    "rank_low": "Rank from",
    "rank_high": "Rank to",
    "held": "Held",
    "rank": "Rank",
    "cell": "Cell",
    "pai": "PAI",
    "pei": "PEI",
    "p": "p",
    "p_fdr": "p, adjusted",
    "trend_p": "p of the trend",
    "trend_z": "Trend",
    "z": "Change",
    "gi_star": "Gi*",
    "local_moran": "Local Moran's I",
    "quadrant": "The cell among its neighbours",
    "class": "Pattern",
    "n_hot": "Hot",
    "n_cold": "Cold",
    "n_reference": "Others",
    "reference_density": "Density of others",
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
    "recent": "Visits so far",
    "minimum": "Fewest",
    "maximum": "Most",
    "per_1000": "For residents",
    "per_event": "For what is expected",
    "measure": "What",
    "forecaster": "Method",
    "area_share": "Area flagged",
    "hit_rate": "Caught",
    "pai_low": "PAI from",
    "pai_high": "PAI to",
    "difference": "More caught than by counting",
    "difference_low": "from",
    "difference_high": "to",
    "wide_low": "Beyond chance, from",
    "wide_high": "to",
    "n_low": "Events from",
    "n_high": "Events to",
    "rate_low": "Rate from",
    "rate_high": "Rate to",
    "twelve_months": "12 months to it",
}
PLACES = ("cell", "x", "y", "seed")  # numbers that name a place, without commas
CHANCES = ("p", "p_fdr", "trend_p")
LEAST_CHANCE = 0.001  # smaller ones are said to be smaller


def label_of(name: str) -> str:
    """A column's heading: its label, or its name with spaces and a capital."""
    plain = name.replace("_", " ")
    return LABELS.get(name, plain[:1].upper() + plain[1:])


def texts_of(name: str, column: NDArray[Any]) -> list[str]:
    """Every entry of a column as a person reads it: commas in numbers, local times."""
    if name in CHANCES:
        return [
            f"<{LEAST_CHANCE}" if value < LEAST_CHANCE else rounded(float(value), 3)
            for value in column
        ]
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
