"""The running sheet of a day, the close-down pack, the return: jobs over a week's entries."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from peelian import operations, reports, sources, statistics
from peelian.operations import STRANDS
from peelian.reports import weeks as words
from peelian.store import Entry, Store
from peelian.terms import (
    LOCAL_ZONE,
    Activity,
    Ingredient,
    NotFound,
    Operation,
    ParameterError,
    Provenance,
    Strand,
    Table,
)
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import (
    CloseSettings,
    ListSettings,
    ReturnSettings,
    SheetSettings,
)
from peelian.workflows.weeks import tables
from peelian.workflows.weeks.operations import (
    ACTIVITIES,
    OPERATIONS,
    entries_by,
    find_operation,
    operations_held,
    written_among,
)

SHOPS = "test-purchases"
OPENED = "the latest operation, {}"
NO_STORE = "an operation is held in a store: say which with --store"


def listing(
    store: Store | None, settings: ListSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """List the operations held, or the entries of one as they stand, each with its name."""
    if store is None:
        raise NotFound(NO_STORE)
    entries = entries_by(store, ACTIVITIES, now)
    if settings.operation:
        operation, _ = find_operation(store, settings.operation, until=now)
        table = tables.entries_table(_standing(entries, operation))
    else:
        held = [one for one, _ in operations_held(store, until=now).values()]
        table = tables.operations_table([(one, len(_standing(entries, one))) for one in held])
    record = record_of(
        "operation list", settings, _ingredients(store, entries, len(entries), now=now),
        method="as written down", seed=None, now=now,
    )  # fmt: skip
    return Outcome(table, record)


def sheet(
    store: Store | None, settings: SheetSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Print the running sheet of one day: what each strand planned, did and found."""
    operation, entries, record, chosen = _gathered(
        store, settings.operation, "operation sheet", settings, now=now
    )
    day = day_of(operation, settings.day, now=now)
    chosen = chosen if settings.day else (*chosen, f"sheet of {day}")
    done = tables.done_today(operation, entries, day)
    found = tables.found_today(operation, entries, day)
    document = reports.Document(
        f"Running sheet: {operation.name}",
        f"{operation.area}, {day:%A} {day.day} {day:%B %Y}",
        (
            reports.Section(words.DONE, (words.ACTIVITY_ONLY,), (_titled(done),)),
            reports.Section(words.FOUND_TODAY, (), (_titled(found),)),
        ),
        record,
    )
    first, second = (done, found) if settings.part == "done" else (found, done)
    return Outcome(
        first,
        record,
        chosen,
        tables=(("found" if first is done else "done", second),),
        document=document,
    )


def day_of(operation: Operation, text: str, *, now: datetime) -> date:
    """The day asked for; today when none is, or the day of the operation nearest to it."""
    if not text:
        today = now.astimezone(ZoneInfo(LOCAL_ZONE)).date()
        return min(max(today, operation.first_day), operation.last_day)
    day = operations.parse_day(text)
    if not operation.first_day <= day <= operation.last_day:
        raise ParameterError(
            f"{day} is not a day of {operation.name}, {operation.first_day} to "
            f"{operation.last_day}"
        )
    return day


def close(
    store: Store | None, settings: CloseSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Make the close-down pack: what was done, and apart from it what it found."""
    operation, entries, record, chosen = _gathered(
        store, settings.operation, "operation close", settings, now=now
    )
    document = pack_of(operation, entries, record, _residents(settings.residents))
    done, found = (section.tables for section in document.sections[:2])
    return Outcome(
        tables.done_in_all(operation, entries),
        record,
        chosen,
        tables=(
            ("found", tables.found_in_all(operation, entries)),
            *((table.title, table) for table in (*found[1:], *done[1:])),
        ),
        document=document,
    )


def fill_return(
    store: Store | None,
    settings: ReturnSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Fill a funder's return: one row, its columns as the layout names them."""
    layout = sources.read_return_layout(settings.layout)
    operation, entries, record, chosen = _gathered(
        store, settings.operation, "operation return", settings, now=now
    )
    row = operations.fill_return(layout, operation, entries)
    columns = {name: np.array([value]) for name, value in row.items()}
    return Outcome(Table(columns, layout.name), record, chosen)


def pack_of(
    operation: Operation,
    entries: Sequence[Activity],
    record: Provenance,
    residents: Mapping[str, float],
) -> "reports.Document":
    """The close-down pack: done and found apart, each with the sentence that keeps it so."""
    strands = tables.strands_of(operation)
    groups = [
        table
        for strand in strands
        for group in strand.groups
        if len(table := tables.found_by(strand, group, entries)) > 1
    ]
    schools = tables.school_table(entries)
    ethnicity = tables.ethnicity_table(entries, residents)
    counts = _titled(tables.counts_found(operation, entries))
    n = len(entries)
    first, last = operation.first_day, operation.last_day
    return reports.Document(
        f"Close-down pack: {operation.name}",
        f"{operation.area}, {first:%A} {first.day} {first:%B} to {last:%A} {last.day} "
        f"{last:%B %Y}. {n} {'entry' if n == 1 else 'entries'}.",
        (
            reports.Section(
                words.DONE,
                (words.ACTIVITY_ONLY,),
                (
                    _titled(tables.done_in_all(operation, entries)),
                    *((schools,) if len(schools) else ()),
                ),
                (words.SMALL,) if len(schools) else (),
            ),
            reports.Section(
                words.FOUND,
                (words.ONE_WEEK, *findings(strands, entries)),
                (
                    _titled(tables.findings_shown(operation, entries)),
                    *((counts,) if len(counts) else ()),
                    *groups,
                    *((ethnicity,) if len(ethnicity) > 1 else ()),
                ),
                (
                    words.CLUSTERED,
                    *_unranked(groups),
                    *((words.RESIDENTS,) if residents else ()),
                ),
            ),
            reports.Section(
                "Beside other figures",
                tuple(compared(strands, entries)),
            ),
            reports.Section(
                "What these figures do not show",
                tuple(f"{s.title}. {s.caution}" for s in strands if s.caution),
            ),
        ),
        record,
    )


def findings(strands: Sequence[Strand], entries: Sequence[Activity]) -> list[str]:
    """What no table of measures holds: those not recorded, and those that found none."""
    unknown, none = [], []
    for strand in strands:
        if operations.activities_of(entries, strand):
            first = operations.estimate_measure(strand, strand.measures[0], entries)
            if math.isnan(first.value):
                unknown.append(f"{strand.title.lower()} ({first.measure.title.lower()})")
            elif first.hits == 0:
                none.append(f"{strand.title}. {words.finding_sentence(strand, first)}")
    told = f"Not recorded, so not known, which is not none: {'; '.join(unknown)}."
    return [*none, *([told] if unknown else [])]


def compared(strands: Sequence[Strand], entries: Sequence[Activity]) -> list[str]:
    """Local shares against published ones and against each other, and the retests."""
    told = []
    for one in operations.BENCHMARKS:
        strand = STRANDS[one.strand]
        if strand not in strands:
            continue
        (measure,) = (m for m in strand.measures if m.title == one.measure)
        found = operations.estimate_measure(strand, measure, entries)
        if found.n and (found.hits, found.n) != (one.hits, one.n):
            against = statistics.compare_shares(found.hits, found.n, one.hits, one.n)
            told.append(
                f"{strand.title}, {measure.title.lower()}. "
                + words.difference_sentence(
                    "This operation", f"{one.who} ({one.hits:,} of {one.n:,})", against
                )
            )
    shops = STRANDS[SHOPS]
    if shops in strands:
        told += _shops_chosen(shops, entries)
    return told or ["Nothing was recorded that can be set beside another figure."]


def _shops_chosen(shops: Strand, entries: Sequence[Activity]) -> list[str]:
    """Shops chosen on intelligence against those at random, and retests against the same."""
    failed = shops.measures[0]
    by_choice, _ = operations.estimate_by(shops, failed, "chosen", entries)
    random, told = by_choice.get("At random"), []
    for label, one in by_choice.items():
        if random and one is not random:
            against = statistics.compare_shares(one.hits, one.n, random.hits, random.n)
            said = words.difference_sentence(
                f"Shops chosen {label.lower()}", "shops chosen at random", against
            )
            told.append(f"{shops.title}, failed. {said}")
    again = operations.estimate_measure(shops, shops.measures[-1], entries)
    if again.n:
        told.append(f"{words.finding_sentence(shops, again)} {words.RETEST}")
        if random:
            against = statistics.compare_shares(again.hits, again.n, random.hits, random.n)
            told.append(
                words.difference_sentence("Retests", "shops chosen at random", against)
            )
    return told


def _unranked(groups: Sequence[Table]) -> tuple[str, ...]:
    """Why some rows have no rank."""
    without = any(np.isnan(table.columns["rank"]).any() for table in groups)
    return (words.NO_RANK,) if without else ()


def _titled(table: Table) -> Table:
    """A table whose title its page has said already."""
    title = table.title.partition(": ")[2]
    return Table(table.columns, title[:1].upper() + title[1:], table.units)


def _residents(text: str) -> dict[str, float]:
    """``group=number`` by commas, the groups being those of the form."""
    groups = dict(STRANDS["stop-search"].field("ethnicity").choices)
    found = {}
    for one in filter(str.strip, text.split(",")):
        name, _, number = one.partition("=")
        if name.strip() not in groups:
            raise ParameterError(
                f"residents: no group {name.strip()!r}; give some of {', '.join(groups)}"
            )
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            raise ParameterError(f"residents {one.strip()!r}: write white=1600000")
        found[name.strip()] = value
    return found


def _gathered(
    store: Store | None, name: str, job: str, settings: object, *, now: datetime
) -> tuple[Operation, tuple[Activity, ...], Provenance, tuple[str, ...]]:
    """The operation asked for, its entries as they stood by ``now``, and the record."""
    if store is None:
        raise NotFound(NO_STORE)
    operation, _ = find_operation(store, name, until=now)
    held = entries_by(store, ACTIVITIES, now)
    entries = _standing(held, operation)
    ingredients = _ingredients(store, held, len(written_among(held, operation)), now=now)
    record = record_of(
        job, settings, ingredients, method="sums of entries", seed=None, now=now
    )
    return operation, entries, record, () if name else (OPENED.format(operation.id),)


def _standing(entries: Sequence[Entry], operation: Operation) -> tuple[Activity, ...]:
    """The entries of an operation as they stand, among those read."""
    return operations.standing_activities(
        one.activity for one in written_among(entries, operation)
    )


def _ingredients(
    store: Store, entries: Sequence[Entry], n: int, *, now: datetime
) -> tuple[Ingredient, ...]:
    """What was written down by ``now``: the hash over all of it, ``n`` entries used."""
    plans = entries_by(store, OPERATIONS, now)
    counted = ((OPERATIONS, plans, 0), (ACTIVITIES, entries, n))
    return tuple(
        Ingredient(kind, held[-1].chain, used, 0, "entries")
        for kind, held, used in counted
        if held
    )
