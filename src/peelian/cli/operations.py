"""``peelian operation``: weeks of action, from the plan to what was recorded."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from peelian.cli.show import print_data, say
from peelian.terms import ParameterError

operations = typer.Typer(
    no_args_is_help=True, help="Weeks of action: plan, record, running sheet, close-down pack."
)

STORE = typer.Option("--store", envvar="PEELIAN_STORE", help="the lake folder")
QUIET = typer.Option("--quiet", "-q", help="no messages")
DEFAULT_STORE = "peelian-store"
KEYS = ("name", "kind", "first_day", "last_day", "area", "partners", "strands", "targets",
        "leads")  # fmt: skip


@operations.command("create")
def create(
    file: Annotated[
        str,
        typer.Argument(help="JSON of all that follows, or a bundled name", show_default=False),
    ] = "",
    name: Annotated[str, typer.Option(help="what it is called, such as Op Sceptre")] = "",
    kind: Annotated[str, typer.Option(help="sceptre, calibre or other")] = "",
    first_day: Annotated[str, typer.Option(help="first day, YYYY-MM-DD")] = "",
    last_day: Annotated[str, typer.Option(help="last day, YYYY-MM-DD")] = "",
    area: Annotated[str, typer.Option(help="where, such as Essex")] = "",
    partners: Annotated[str, typer.Option(help="who takes part, by commas")] = "",
    strands: Annotated[str, typer.Option(help="strands, by commas; empty: all")] = "",
    targets: Annotated[str, typer.Option(help="such as sweeps=22,schools=23")] = "",
    leads: Annotated[
        str, typer.Option(help="partner in charge, such as schools=youth-work")
    ] = "",
    change: Annotated[
        str, typer.Option(help="short name of an operation held: say how it is now")
    ] = "",
    store: Annotated[str, STORE] = DEFAULT_STORE,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Write a week of action down: when, where, who, which strands, and how much of each.

    Example: peelian operation create --name "Op Sceptre" --kind sceptre --first-day 2025-12-01
    --last-day 2025-12-07 --area Essex --targets sweeps=22,schools=23
    """
    from peelian import sources, workflows
    from peelian.workflows.weeks import operations as weeks

    now = datetime.now(UTC)
    told = (name, kind, first_day, last_day, area, partners, strands, targets, leads)
    texts = sources.read_operation_file(file) if file else {}
    for key in texts:
        if key not in KEYS:
            raise ParameterError(f"{file}: no key {key!r}; it may have {', '.join(KEYS)}")
    texts |= {key: text for key, text in zip(KEYS, told, strict=True) if text}
    held = workflows.open_store(store, create=True)
    if change:
        operation, version = weeks.find_operation(held, change)
        texts = weeks.texts_of(operation) | texts
        made = weeks.change_operation(held, operation, version, texts, now=now)
    else:
        made = weeks.create_operation(held, texts, now=now)
    say(f"{made.name}, {made.first_day} to {made.last_day}, is held as", quiet=quiet)
    print_data(made.id)


@operations.command("record")
def record(
    operation: Annotated[str, typer.Argument(help="short name of the operation")],
    values: Annotated[
        list[str], typer.Argument(help="fields of one entry, such as areas=4 place=Basildon")
    ] = [],  # noqa: B006
    strand: Annotated[str, typer.Option(help="strand of the entry")] = "",
    day: Annotated[str, typer.Option(help="day of the entry, YYYY-MM-DD")] = "",
    partner: Annotated[str, typer.Option(help="who did it; empty: who leads")] = "",
    file: Annotated[
        str, typer.Option(help="many entries: CSV, JSON or a bundled name; all or none")
    ] = "",
    id: Annotated[str, typer.Option(help="its own name, for one of two alike")] = "",  # noqa: A002
    replaces: Annotated[str, typer.Option(help="name of the entry that this corrects")] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="take back the entry that --replaces names")
    ] = False,
    store: Annotated[str, STORE] = DEFAULT_STORE,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Record what was done and found: one entry, or every row of a file.

    Example: peelian operation record op-sceptre-2025-12-01 --strand sweeps --day 2025-12-01
    areas=4 minutes=150 knives=1 place=Basildon
    """
    from peelian import workflows
    from peelian.workflows.weeks import entries as week_entries
    from peelian.workflows.weeks import operations as weeks

    now = datetime.now(UTC)
    held = workflows.open_store(store)
    found, _ = weeks.find_operation(held, operation)
    if file:
        new, old = week_entries.record_file(held, found, file, now=now)
    elif withdraw:
        new, old = week_entries.withdraw_entry(held, found, replaces, now=now), 0
    else:
        pairs = [value.partition("=") for value in values]
        for name, equals, _ in pairs:
            if not equals:
                raise ParameterError(f"{name!r}: write field=value, such as areas=4")
        row = {name: text for name, _, text in pairs}
        row |= {"strand": strand, "day": day, "partner": partner, "id": id}
        row |= {"replaces": replaces}
        new, old = week_entries.record_rows(
            held, found, [(1, row)], file="this entry", now=now
        )
    already = f", {old} held already" if old else ""
    say(f"{found.name}: {new} recorded{already}", quiet=quiet)
