"""What a job hands back: one table, its record, and what is needed to draw or print it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from peelian.terms import Grid, Provenance, Shapes, StreetNetwork, StudyArea, Table

if TYPE_CHECKING:
    from peelian.reports.bulletin import Bulletin
    from peelian.reports.document import Document
    from peelian.reports.map import MapView
    from peelian.reports.pack import PatrolPack
    from peelian.workflows.public.releases import Release

Progress: TypeAlias = Callable[[float, str], None]
EVENTS = re.compile(r"\b([Ee])vent(s?)\b")
NUMBERS = ("n", "all")  # of events even where harm stands beside them


def silent(share: float, message: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of one job.

    ``table`` is the whole answer, ``summary`` a narrower one to read on a screen, ``tables``
    are further ones by name, ``kept`` those too long for a screen, which the store keeps;
    ``chosen`` are sentences about defaults the job chose for the
    user. A table about cells comes with its ``grid``, one about street segments with its
    ``network``, any other whose rows have ``shapes`` (in ``crs``) with those, one that can be
    seen on a map with a way to ``draw`` it, a patrol plan with its ``pack``, a report
    to print with its ``document``, public pages with their ``bulletin`` and, unless they are a
    draft, the ``release`` that the ledger is to keep. A check that
    found what it looks for has not ``passed``: its command then exits 1.
    """

    table: Table
    provenance: Provenance
    chosen: tuple[str, ...] = ()
    summary: Table | None = None
    tables: tuple[tuple[str, Table], ...] = ()
    kept: tuple[tuple[str, Table], ...] = ()
    grid: Grid | None = None
    study_area: StudyArea | None = None
    network: StreetNetwork | None = None
    shapes: Shapes | None = None
    crs: str = ""
    draw: "Callable[[], MapView | None] | None" = None
    pack: "PatrolPack | None" = None
    document: "Document | None" = None
    bulletin: "Bulletin | None" = None
    release: "Release | None" = None
    passed: bool = True

    @cached_property
    def view(self) -> "MapView | None":
        """The map, drawn when it is first asked for; None where there is nothing to see."""
        return self.draw() if self.draw else None


def in_days(outcome: Outcome) -> Outcome:
    """The outcome of weights that are harm: what it calls events are days of harm.

    Numbers of events that stand beside the harm stay what they are.
    """

    def renamed(table: Table) -> Table:
        kept = NUMBERS if "harm" in table.columns else ()
        units = {n: u if n in kept else _in_days(u) for n, u in table.units.items()}
        return replace(table, units=units, title=_in_days(table.title))

    def drawn() -> "MapView | None":
        view = outcome.view
        if view is None:
            return None
        layer = view.layer
        layer = replace(layer, title=_in_days(layer.title), unit=_in_days(layer.unit))
        subtitle = f"{view.subtitle}; weighed by harm, in days"
        return replace(view, subtitle=subtitle, table=renamed(view.table), layer=layer)

    return replace(
        outcome,
        table=renamed(outcome.table),
        summary=renamed(outcome.summary) if outcome.summary else None,
        tables=tuple((name, renamed(table)) for name, table in outcome.tables),
        kept=tuple((name, renamed(table)) for name, table in outcome.kept),
        draw=drawn if outcome.draw else None,
    )


def _in_days(text: str) -> str:
    """Units or a title with days of harm for events."""
    return EVENTS.sub(lambda e: f"{'D' if e[1] == 'E' else 'd'}ay{e[2]} of harm", text)


def nowhere(table: Table) -> Shapes:
    """Shapes of the rows of a table that are about no place."""
    return np.full(len(table), None, dtype=object)
