"""The tables of a week of action: activity in the one kind, what was found in the other."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from peelian import evaluation, operations
from peelian.operations import FEWER, KNIFE_ARRESTS, STRANDS, Finding, Total
from peelian.reports import weeks
from peelian.terms import PARTNERS, Activity, Field, Operation, Strand, Table, Use

UNKNOWN = math.nan
NOTHING = "nothing recorded"
SCHOOL = "schools"
REFERENCE = "white"  # the group that others are compared with


def strands_of(operation: Operation) -> list[Strand]:
    """The strands of an operation in the order of the running sheet."""
    return [strand for name, strand in STRANDS.items() if name in operation.strands]


def lead_of(operation: Operation, strand: Strand) -> str:
    """The partner in charge of a strand, in words."""
    return dict(PARTNERS)[operation.leads.get(strand.name, strand.partner)]


def counted_field(strand: Strand) -> Field:
    """What a strand is counted by: its target's field, or the first number asked for."""
    if strand.target:
        return strand.field(strand.target)
    return next(f for f in strand.fields if f.required and f.is_number)


def done_today(operation: Operation, entries: Sequence[Activity], day: date) -> Table:
    """What each strand planned and did on one day, and so far."""
    so_far, today = _until(entries, day), [a for a in entries if a.day == day]
    rows = []
    for strand in strands_of(operation):
        field = counted_field(strand)
        on_day, until = operations.planned_work(operation, strand, day)
        now, before = (operations.add_up(strand, field, some) for some in (today, so_far))
        rows.append(
            (
                strand.title,
                lead_of(operation, strand),
                field.label,
                on_day,
                now.value,
                until,
                before.value,
                operation.targets.get(strand.name, UNKNOWN),
                "" if before.entries else NOTHING,
            )
        )
    arrests = [_arrests(operation, some) for some in (today, so_far)]
    if not math.isnan(arrests[1]):
        rows.append(
            ("All strands", "", "Knife-related arrests", UNKNOWN, arrests[0], UNKNOWN,
             arrests[1], UNKNOWN, "")
        )  # fmt: skip
    return _table(
        ("strand", "lead", "counted", "planned_today", "done_today", "planned_so_far",
         "done_so_far", "target", "note"),
        rows,
        f"{operation.name}: done on {day:%A} {day.day} {day:%B %Y}",
    )  # fmt: skip


def found_today(operation: Operation, entries: Sequence[Activity], day: date) -> Table:
    """What each strand found on one day and so far, and of how many."""
    so_far, today = _until(entries, day), [a for a in entries if a.day == day]
    rows = []
    for strand, field in _fields(operation, Use.OUTCOME):
        known = operations.add_up(strand, field, so_far)
        if field.small or math.isnan(known.value):
            continue  # small counts are told of the whole operation only
        of, label = UNKNOWN, ""
        if field.within:
            whole = strand.field(field.within)
            giving = [a for a in so_far if field.name in a.values]
            of, label = operations.add_up(strand, whole, giving).value, whole.label
        now = operations.add_up(strand, field, today)
        rows.append((strand.title, field.label, now.value, known.value, of, label))
    return _table(
        ("strand", "counted", "found_today", "found_so_far", "of_so_far", "of_what"),
        rows,
        f"{operation.name}: found by {day:%A} {day.day} {day:%B %Y}",
    )


def done_in_all(operation: Operation, entries: Sequence[Activity]) -> Table:
    """Every count of activity of the whole operation, beside what was planned."""
    rows = []
    for strand in strands_of(operation):
        counted, lead = counted_field(strand), lead_of(operation, strand)
        fields = [f for f in strand.fields if f.is_number and f.use is Use.ACTIVITY]
        order = sorted(fields, key=lambda f: (f.name != counted.name, f.secondary))
        for field in order:
            total = operations.add_up(strand, field, entries)
            if math.isnan(total.value) and field is not counted:
                continue
            target = operation.targets.get(strand.name, UNKNOWN)
            rows.append(
                (
                    strand.title,
                    field.label,
                    UNKNOWN if total.withheld else total.value,
                    target if field is counted else UNKNOWN,
                    field.unit,
                    lead,
                    note_of(field, total),
                )
            )
        places = operations.places_of(strand, entries)
        if places:
            label = "Different schools" if strand.name == SCHOOL else "Different places"
            rows.append((strand.title, label, float(places), UNKNOWN, "", lead, ""))
    arrests = _arrests(operation, entries)
    if not math.isnan(arrests):
        rows.append(("All strands", "Knife-related arrests", arrests, UNKNOWN, "", "", ""))
    return _table(
        ("strand", "counted", "done", "planned", "unit", "lead", "note"),
        rows,
        f"{operation.name}: activity by strand",
    )


def found_in_all(operation: Operation, entries: Sequence[Activity]) -> Table:
    """Every measure of the whole operation with its interval."""
    rows = [
        (strand.title, *_finding(operations.estimate_measure(strand, measure, entries)))
        for strand in strands_of(operation)
        for measure in strand.measures
    ]
    return _table(
        ("strand", "measure", "found", "of", "rate", "low", "high", "unit", "note"),
        [row for row in rows if row[-1] or not math.isnan(row[4])],
        f"{operation.name}: findings by strand, with 95 % intervals",
    )


def findings_shown(operation: Operation, entries: Sequence[Activity]) -> Table:
    """The same to read: each measure in words."""
    rows = []
    for strand in strands_of(operation):
        for measure in strand.measures:
            found = operations.estimate_measure(strand, measure, entries)
            if found.withheld:
                rows.append((strand.title, measure.title, FEWER, "", ""))
            elif not math.isnan(found.value):
                said = weeks.finding_texts(strand, found)
                rows.append((strand.title, measure.title, *said))
    return _table(
        ("strand", "measure", "found", "rate", "interval"),
        rows,
        f"{operation.name}: findings by strand",
        {"interval": "95 %"},
    )


def counts_found(operation: Operation, entries: Sequence[Activity]) -> Table:
    """Counts of outcome that are no measure by themselves, such as items by type."""
    rows = []
    for strand, field in _fields(operation, Use.OUTCOME):
        total = operations.add_up(strand, field, entries)
        told = [
            operations.estimate_measure(strand, measure, entries).value
            for measure in strand.measures
            if measure.hits == (field.name,)
        ]
        if not math.isnan(total.value) and all(map(math.isnan, told)):
            value = UNKNOWN if total.withheld else total.value
            rows.append((strand.title, field.label, value, note_of(field, total)))
    return _table(
        ("strand", "counted", "number", "note"), rows, f"{operation.name}: counts of finds"
    )


def found_by(strand: Strand, group: str, entries: Sequence[Activity]) -> Table:
    """The strand's first measure by the choices of a field; ranks only where they mean it."""
    measure = strand.measures[0]
    found, rank = operations.estimate_by(strand, measure, group, entries)
    rows = [
        (label, *weeks.finding_texts(strand, one), place)
        for (label, one), place in zip(found.items(), rank, strict=True)
    ]
    return _table(
        ("group", "found", "rate", "interval", "rank"),
        rows,
        f"{strand.title}: {measure.title.lower()} by {strand.field(group).label.lower()}",
        {"interval": "95 %"},
    )


def school_table(entries: Sequence[Activity]) -> Table:
    """Sessions and pupils by school and year group, small numbers of pupils withheld."""
    strand = STRANDS[SCHOOL]
    years = dict(strand.field("year").choices)
    cells: dict[tuple[str, str], list[float]] = {}
    for entry in operations.activities_of(entries, strand):
        key = (str(entry.values["place"]), str(entry.values["year"]))
        cell = cells.setdefault(key, [0.0, 0.0])
        cell[0] += float(entry.values["sessions"])
        cell[1] += float(entry.values["pupils"])
    ordered = sorted(
        cells.items(), key=lambda item: (item[0][0], list(years).index(item[0][1]))
    )
    hidden = operations.withhold_small([pupils for _, (_, pupils) in ordered])
    rows = [
        (school, years[year], sessions, UNKNOWN if few else pupils, "withheld" if few else "")
        for ((school, year), (sessions, pupils)), few in zip(ordered, hidden, strict=True)
    ]
    return _table(
        ("school", "year", "sessions", "pupils", "note"), rows, "Schools by year group"
    )


def ethnicity_table(entries: Sequence[Activity], residents: Mapping[str, float]) -> Table:
    """Searches and finds by ethnicity as the person says, small numbers withheld.

    With ``residents`` also how often each group is searched for its residents, against the
    white group for theirs; never of a group whose number is withheld.
    """
    strand = STRANDS["stop-search"]
    labels = dict(strand.field("ethnicity").choices)
    counted: dict[str, tuple[float, float]] = {}
    for group in labels:
        some = [a for a in entries if a.values.get("ethnicity") == group]
        n, hits = (
            operations.add_up(strand, strand.field(name), some).value
            for name in ("encounters", "found")
        )
        if n > 0:
            counted[group] = (n, 0.0 if math.isnan(hits) else hits)
    hide = operations.withhold_small([n for n, _ in counted.values()])
    hide_found = operations.withhold_small([hits for _, hits in counted.values()]) | hide
    shown = [group for group, few in zip(counted, hide, strict=True) if not few]
    rows = []
    for (group, (n, hits)), few, few_found in zip(
        counted.items(), hide, hide_found, strict=True
    ):
        ratio, interval = "", ""
        if group in residents and {group, REFERENCE} <= {*shown} and REFERENCE in residents:
            ratio, interval = weeks.ratio_texts(
                evaluation.compare_counts(
                    n,
                    counted[REFERENCE][0],
                    exposure=(residents[group], residents[REFERENCE]),
                )
            )
        rows.append(
            (
                labels[group],
                UNKNOWN if few else n,
                UNKNOWN if few_found else hits,
                *(("", "") if group == REFERENCE else (ratio, interval)),
                "withheld" if few or few_found else "",
            )
        )
    return _table(
        ("ethnicity", "searches", "found", "times_as_often", "interval", "note"),
        rows,
        "Stop and search by ethnicity, as the person says",
        {"interval": "95 %"},
    )


def operations_table(held: Sequence[tuple[Operation, int]]) -> Table:
    """Operations with the number of their entries: when and where."""
    rows = [
        (
            operation.id,
            operation.name,
            operation.first_day.isoformat(),
            operation.last_day.isoformat(),
            operation.area,
            float(n),
        )
        for operation, n in held
    ]
    return _table(
        ("operation", "name", "first_day", "last_day", "area", "entries"), rows, "Operations"
    )


def entries_table(entries: Sequence[Activity]) -> Table:
    """Entries as they stand, each with its main count and no other number."""
    rows = []
    for entry in sorted(entries, key=lambda a: (a.day, list(STRANDS).index(a.strand))):
        strand = STRANDS[entry.strand]
        field = counted_field(strand)
        rows.append(
            (
                entry.id,
                entry.day.isoformat(),
                strand.title,
                dict(PARTNERS)[entry.partner],
                str(entry.values.get("place", "")),
                field.label,
                float(entry.values.get(field.name, UNKNOWN)),
                float(entry.version),
            )
        )
    return _table(
        ("entry", "day", "strand", "partner", "place", "counted", "number", "corrections"),
        rows,
        "Entries as they stand",
    )


def note_of(field: Field, total: Total) -> str:
    """What a reader must know of a total: withheld, an estimate, or given by some only."""
    if total.withheld:
        return FEWER
    said = []
    if total.about:
        said.append("about: estimated")
    if 0 < total.given < total.entries:
        said.append(f"given in {total.given} of {total.entries} entries")
    if field.secondary:
        said.append("secondary")
    return NOTHING if not total.given else "; ".join(said)


def _finding(found: Finding) -> tuple[Any, ...]:
    """A measure as a row."""
    measure, interval = found.measure, found.interval
    if found.withheld:
        unknown = (UNKNOWN,) * 5
        return (measure.title, *unknown, measure.unit, FEWER)
    note = "" if math.isnan(found.value) else interval.method
    return (
        measure.title, found.hits, found.n, found.value, interval.low, interval.high,
        measure.unit, note,
    )  # fmt: skip


def _fields(operation: Operation, use: Use) -> Iterable[tuple[Strand, Field]]:
    """Every number of one use, by strand."""
    for strand in strands_of(operation):
        for field in strand.fields:
            if field.is_number and field.use is use:
                yield strand, field


def _arrests(operation: Operation, entries: Sequence[Activity]) -> float:
    """Knife-related arrests of every strand; NaN where none gives them."""
    totals = [
        operations.add_up(strand, field, entries).value
        for strand, field in _fields(operation, Use.ACTIVITY)
        if field.name == KNIFE_ARRESTS
    ]
    known = [value for value in totals if not math.isnan(value)]
    return sum(known) if known else UNKNOWN


def _until(entries: Sequence[Activity], day: date) -> list[Activity]:
    return [a for a in entries if a.day <= day]


def _table(
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    title: str,
    units: Mapping[str, str] | None = None,
) -> Table:
    """Rows as columns: texts where an entry is one, numbers otherwise."""
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    made = {}
    for name, column in zip(names, columns, strict=True):
        text = any(isinstance(value, str) for value in column)
        made[name] = np.array(column, dtype=np.str_ if text else np.float64)
    return Table(made, title, units or {})
