"""``peelian boxes``: draw, change and reject hot spots by hand, each with a reason."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peelian.cli.show import print_data, say

if TYPE_CHECKING:
    from peelian.workflows.boxes.kept import Kept

boxes = typer.Typer(
    no_args_is_help=True, help="Hot spots that people draw: kept, planned and scored."
)

FILE = typer.Argument(help="polygons: GeoJSON, GeoPackage or shapefile")
NUMBER = typer.Argument(help="number of the box")
REASON = typer.Option(help="why, in a sentence; names nobody")
ROLE = typer.Option(help="who says so: analyst, supervisor, patrol or partner")
NAME = typer.Option(help="what people call the place; empty: as the file says")
UNTIL = typer.Option(help="last day it holds, YYYY-MM-DD; empty: no end")
STORE = typer.Option("--store", envvar="PEELIAN_STORE", help="the lake folder of the boxes")
QUIET = typer.Option("--quiet", "-q", help="no messages")
DEFAULT_STORE = "peelian-store"


@boxes.command("add")
def add(
    file: Annotated[Path, FILE],
    reason: Annotated[str, REASON],
    name: Annotated[str, NAME] = "",
    ranks: Annotated[
        str, typer.Option(help="only the cells of these ranks, such as 3,4, joined")
    ] = "",
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="nobody shall be sent here")
    ] = False,
    role: Annotated[str, ROLE] = "analyst",
    since: Annotated[
        str, typer.Option(help="day since when it holds, YYYY-MM-DD; empty: now")
    ] = "",
    until: Annotated[str, UNTIL] = "",
    store: Annotated[str, STORE] = DEFAULT_STORE,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Draw boxes: every polygon of a file becomes a hot spot, or a place left out.

    Example: peelian boxes add forecourt.geojson --reason "Fights after matches, from patrols"
    """
    from peelian import workflows
    from peelian.workflows.boxes.kept import Wording

    kept = workflows.add_file_of_boxes(
        workflows.open_store(store),
        file,
        Wording(reason, role, name, since, until),
        ranks=ranks,
        leave_out=leave_out,
        now=datetime.now(UTC),
    )
    _show(kept, quiet)


@boxes.command("edit")
def edit(
    number: Annotated[int, NUMBER],
    reason: Annotated[str, REASON],
    file: Annotated[
        Path | None, typer.Option(help="file with its new polygon; none: as it is")
    ] = None,
    name: Annotated[str, typer.Option(help="its new name; empty: as it is")] = "",
    role: Annotated[str, ROLE] = "analyst",
    until: Annotated[str, UNTIL] = "",
    store: Annotated[str, STORE] = DEFAULT_STORE,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Change a box: its polygon, its name or its last day. What it was is kept.

    Example: peelian boxes edit 3 --file wider.geojson --reason "The bus stops belong to it"
    """
    from peelian import workflows
    from peelian.workflows.boxes.kept import Wording

    kept = workflows.edit_box_by_file(
        workflows.open_store(store),
        number,
        file,
        Wording(reason, role, name, until=until),
        now=datetime.now(UTC),
    )
    _show(kept, quiet)


@boxes.command("reject")
def reject(
    number: Annotated[int, NUMBER],
    reason: Annotated[str, REASON],
    role: Annotated[str, ROLE] = "analyst",
    store: Annotated[str, STORE] = DEFAULT_STORE,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Take a box off the map from now on. What it was, and why, is kept.

    Example: peelian boxes reject 3 --reason "The night club has closed"
    """
    from peelian import workflows
    from peelian.workflows.boxes.kept import Wording, reject_box

    kept = reject_box(
        workflows.open_store(store), number, Wording(reason, role), now=datetime.now(UTC)
    )
    _show(kept, quiet)


def _show(kept: "Kept", quiet: bool) -> None:
    """What was written down, as JSON; what to know about it, as messages."""
    for sentence in kept.said:
        say(sentence, quiet=quiet)
    lines = ",\n ".join(json.dumps(one, ensure_ascii=False) for one in kept.boxes)
    print_data(f"[{lines}]")
