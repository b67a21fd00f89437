"""The release ledger: every cell that was ever published, so that none gives another away."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from peelian import reports
from peelian.store import Entry, Store
from peelian.terms import Ingredient, NotAllowedNow, ShownCell

if TYPE_CHECKING:
    from peelian.workflows.outcome import Outcome

KIND = "release"
SITE = "site.zip"


@dataclass(frozen=True, eq=False)
class Ledger:
    """The cells of every release before an instant, and the entry that was then the last."""

    cells: tuple[ShownCell, ...]
    entries: tuple[Entry, ...]

    @classmethod
    def before(cls, store: Store, now: datetime) -> "Ledger":
        """As it stood before ``now``, which is when a release is made."""
        entries = tuple(one for one in store.entries(KIND) if one.at < now)
        held = {
            (cell.atoms, cell.shown, cell.base): cell
            for one in entries
            for cell in _cells_of(one.content)
        }
        return cls(tuple(held.values()), entries)

    @property
    def last(self) -> str:
        """Hash over all of it; empty without any."""
        return self.entries[-1].chain if self.entries else ""

    @property
    def ingredients(self) -> tuple[Ingredient, ...]:
        """What a record says of it."""
        if not self.entries:
            return ()
        return (Ingredient("release ledger", self.last, len(self.entries), 0, "entries"),)


@dataclass(frozen=True, eq=False)
class Release:
    """What is to be published: its cells, and the ledger that they were held against."""

    area: str
    cells: tuple[ShownCell, ...]
    ledger: Ledger


def keep_release(store: Store, outcome: "Outcome", *, now: datetime) -> str:
    """Write a release into the ledger, then keep its pages; the sentence that says so.

    The ledger comes first: pages that are lost can be made again, but pages that were
    published and stand in no ledger could give a small count away later.

    Raises
    ------
    NotAllowedNow
        If another release was written since this one was made.
    """
    release, bulletin = outcome.release, outcome.bulletin
    if release is None or bulletin is None:
        return "a draft: not released, so the ledger does not know it"
    name = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    store.append_entries(KIND, {name: _content_of(release, outcome)}, now=now)
    chain = [one.chain for one in store.entries(KIND)]
    before = chain[-2] if len(chain) > 1 else ""
    if before != release.ledger.last:
        raise NotAllowedNow(
            "another bulletin was released while this one was made, so this one was not held "
            "against it and is not published: make it again"
        )
    pages = reports.site_zip(reports.render_bulletin(bulletin))
    store.save_artefact(KIND, name, {SITE: pages}, now=now)
    shown = sum(cell.shown is not None for cell in release.cells)
    return (
        f"released as {name}: {shown:,} counts shown, {len(release.cells) - shown:,} withheld"
    )


def _content_of(release: Release, outcome: "Outcome") -> Mapping[str, Any]:
    """An entry of the ledger: each part named once, cells by the numbers of their parts."""
    atoms = sorted({atom for cell in release.cells for atom in cell.atoms})
    number = {atom: at for at, atom in enumerate(atoms)}
    return {
        "area": release.area,
        "record": json.loads(reports.provenance_json(outcome.provenance))[reports.SEAL],
        "atoms": atoms,
        "cells": [
            [cell.label, sorted(number[atom] for atom in cell.atoms), cell.shown, cell.base]
            for cell in release.cells
        ],
    }


def _cells_of(content: Mapping[str, Any]) -> list[ShownCell]:
    atoms = content["atoms"]
    return [
        ShownCell(label, frozenset(atoms[at] for at in parts), shown, base)
        for label, parts, shown, base in content["cells"]
    ]
