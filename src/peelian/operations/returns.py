"""A funder's return: columns of their own making, filled from a week's entries."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from peelian.operations.activities import (
    activities_of,
    add_up,
    estimate_measure,
    places_of,
)
from peelian.operations.strands import STRANDS
from peelian.terms import Activity, Operation, ParameterError, Strand

ALL = "all"  # every strand that has the field
OF_OPERATION = ("id", "name", "kind", "first_day", "last_day", "area")
OF_FIELD, OF_MEASURE = ("sum", "entries", "places"), ("rate", "low", "high", "hits", "n")


@dataclass(frozen=True)
class ReturnColumn:
    """One column: a fact of the operation, a fixed text, or a number of a strand.

    ``aggregate`` is ``sum`` of a ``field``, ``entries`` or ``places`` of a strand; or
    ``rate``, ``low``, ``high``, ``hits`` or ``n`` of a ``measure``. ``where`` keeps the
    entries whose fields hold these choices.
    """

    column: str
    operation: str = ""
    fixed: str | None = None
    strand: str = ""
    field: str = ""
    measure: str = ""
    aggregate: str = "sum"
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReturnLayout:
    """The columns of a return, and what stands for unknown and for too few people."""

    name: str
    columns: tuple[ReturnColumn, ...] = field(default=())
    unknown: str = ""
    withheld: str = "[c]"

    def __post_init__(self) -> None:
        names = [one.column for one in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise ParameterError(
                f"return {self.name}: column {twice[0]!r} is there twice"
                if twice
                else f"return {self.name}: it has no column"
            )
        for one in self.columns:
            _require_column(one)


def fill_return(
    layout: ReturnLayout, operation: Operation, activities: Sequence[Activity]
) -> dict[str, Any]:
    """The return's one row: a value by column.

    Parameters
    ----------
    layout : ReturnLayout
    operation : Operation
    activities : sequence of Activity
        As they stand.

    Returns
    -------
    row : dict
        Numbers, or text; ``layout.unknown`` where nothing was recorded, ``layout.withheld``
        where too few people are counted.
    """
    return {one.column: _value(one, layout, operation, activities) for one in layout.columns}


def _value(
    one: ReturnColumn,
    layout: ReturnLayout,
    operation: Operation,
    activities: Sequence[Activity],
) -> Any:
    if one.fixed is not None:
        return one.fixed
    if one.operation:
        return str(getattr(operation, one.operation))
    kept = [a for a in activities if all(a.values.get(k) == v for k, v in one.where)]
    strands = _strands(one)
    if one.measure:
        return _of_measure(one, layout, strands[0], kept)
    if one.aggregate == "entries":
        return sum(len(activities_of(kept, strand)) for strand in strands)
    if one.aggregate == "places":
        return sum(places_of(strand, kept) for strand in strands)
    totals = [add_up(strand, strand.field(one.field), kept) for strand in strands]
    if any(total.withheld for total in totals):
        return layout.withheld
    known = [total.value for total in totals if not math.isnan(total.value)]
    return _plain(sum(known)) if known else layout.unknown


def _of_measure(
    one: ReturnColumn, layout: ReturnLayout, strand: Strand, kept: Sequence[Activity]
) -> Any:
    measure = next(m for m in strand.measures if m.title == one.measure)
    found = estimate_measure(strand, measure, kept)
    if found.withheld:
        return layout.withheld
    if math.isnan(found.value):
        return layout.unknown
    values = {
        "rate": found.value,
        "low": found.interval.low,
        "high": found.interval.high,
        "hits": found.hits,
        "n": found.n,
    }
    return _plain(round(values[one.aggregate], 3))


def _require_column(one: ReturnColumn) -> None:
    """ParameterError unless the column can be filled."""
    sources = [one.fixed is not None, bool(one.operation), bool(one.strand)]
    if sum(sources) != 1:
        raise ParameterError(f"column {one.column!r}: give one of operation, strand or fixed")
    if one.operation and one.operation not in OF_OPERATION:
        raise ParameterError(
            f"column {one.column!r}: operation = {one.operation!r}; give one of "
            f"{', '.join(OF_OPERATION)}"
        )
    if not one.strand:
        return
    if one.strand not in (*STRANDS, ALL):
        raise ParameterError(
            f"column {one.column!r}: no strand {one.strand!r}; give {ALL} or one of "
            f"{', '.join(STRANDS)}"
        )
    titles = [m.title for strand in _strands(one) for m in strand.measures]
    allowed = OF_MEASURE if one.measure else OF_FIELD
    if one.aggregate not in allowed:
        raise ParameterError(
            f"column {one.column!r}: aggregate = {one.aggregate!r}; give one of "
            f"{', '.join(allowed)}"
        )
    if one.measure and (one.strand == ALL or one.measure not in titles):
        raise ParameterError(
            f"column {one.column!r}: no measure {one.measure!r} in {one.strand}; it has "
            f"{'; '.join(titles) if one.strand != ALL else 'none of its own'}"
        )
    numbers = {f.name for s in _strands(one) for f in s.fields if f.is_number}
    if not one.measure and one.aggregate == "sum" and one.field not in numbers:
        raise ParameterError(
            f"column {one.column!r}: no number {one.field!r} in {one.strand}; it has "
            f"{', '.join(sorted(numbers))}"
        )
    for name, _ in one.where:
        if any(name not in {f.name for f in strand.fields} for strand in _strands(one)):
            raise ParameterError(f"column {one.column!r}: where names no field {name!r}")


def _strands(one: ReturnColumn) -> list[Strand]:
    """The strands a column speaks of: one, or every one that has its field."""
    if one.strand != ALL:
        return [STRANDS[one.strand]]
    return [
        strand
        for strand in STRANDS.values()
        if not one.field or one.field in {f.name for f in strand.fields}
    ]


def _plain(value: float) -> float | int:
    """A whole number without a point."""
    return int(value) if float(value).is_integer() else value
