"""The store: what scripts, pages and commands ask of a lake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian.spacetime import (
    count_events,
    crs_code,
    month_periods,
    require_countable,
    require_fine_enough,
)
from peelian.store import queries, reading, summaries
from peelian.store.artefacts import Artefact, list_artefacts, read_artefact, write_artefact
from peelian.store.batches import arrow_schema, read_quarantine
from peelian.store.coverage import common_months, coverage
from peelian.store.journal import Entry, append_entries, read_entries, read_heads
from peelian.store.lake import Lake
from peelian.store.layers import read_layer, write_layer
from peelian.store.manifest import LayerRecord, as_batch, stand
from peelian.store.queries import Choice, make_choice
from peelian.store.saving import (
    all_or_nothing,
    differs,
    instant,
    prepare,
    sweep,
    write_batch,
)
from peelian.terms import (
    LOCAL_ZONE,
    REFUSED_COLUMNS,
    Areas,
    Batch,
    CellKind,
    CoordinateError,
    Events,
    Extract,
    Floats,
    Grid,
    NotFound,
    Periods,
    StudyArea,
    Table,
)


@dataclass(frozen=True, eq=False)
class Store:
    """Events, layers and artefacts of one folder; ``open_store`` makes it.

    Every answer comes from the manifest as it is at that moment, unless the store was opened
    at a version or for certain batches. Readers take no lock; one process writes at a time.
    """

    lake: Lake

    # ---- what is held

    @property
    def path(self) -> Path:
        """The lake's folder."""
        return self.lake.path

    @property
    def crs(self) -> str:
        """The store's one projected CRS."""
        return self.lake.manifest().crs

    @property
    def latest_version(self) -> int:
        """Number of changes made so far; ``open_store`` goes back to any of them."""
        return self.lake.manifest().version

    def batches(self) -> tuple[Batch, ...]:
        """Every batch read, in the order they came, with what later ones replaced."""
        standing = self.lake.standing()
        return tuple(as_batch(b, standing.gone[b.batch]) for b in standing.batches)

    def live_batches(self) -> tuple[Batch, ...]:
        """The batches that still count for something: the ingredients of any number."""
        return tuple(b for b in self.batches() if set(b.slices) - set(b.superseded))

    def history(self) -> Table:
        """Every change in order: ``version, added, change, name, file``."""
        return summaries.history(self.lake.manifest())

    def coverage(self, *, zone: str = LOCAL_ZONE) -> Mapping[str, set[str]]:
        """Months ``YYYY-MM`` held of each series, such as ``police-uk/essex``.

        A slice that names its month covers it, even without an event; any other slice covers
        the local months from its first event to its last.
        """
        return coverage(self.lake.standing(), zone)

    def held_months(
        self, series: Sequence[str] | None = None, *, zone: str = LOCAL_ZONE
    ) -> set[str]:
        """Months ``YYYY-MM`` that every series holds, or every one of ``series``.

        Raises
        ------
        NotFound
            If one of ``series`` is not held.
        """
        return common_months(self.coverage(zone=zone), series)

    def freshness(self, *, zone: str = LOCAL_ZONE) -> Table:
        """How new each series is: ``series, first_month, last_month, months, added``."""
        return summaries.freshness(self.lake.standing(), zone)

    # ---- events

    def count_events(
        self,
        grid: Grid,
        periods: Periods,
        *,
        offences: Sequence[str] | None = None,
        excluded_places: Sequence[str] = (),
        settings: Sequence[str] | None = None,
    ) -> Floats:
        """Sum of weights by period and cell, equal to ``spacetime.count_events``.

        Square cells are counted in the engine, by one expression. Hexagons and polygons are
        assigned by ``spacetime`` from the events fetched.

        Parameters
        ----------
        grid : Grid
            In the store's CRS.
        periods : Periods
        offences, settings : sequence of str, optional
            Count these codes or settings only.
        excluded_places : sequence of str
            Names of points that are left out.

        Returns
        -------
        counts : array, shape (n_periods, n_cells)
            NaN in periods that are not held. [events]

        Raises
        ------
        CoordinateError
            If the grid is in another CRS.
        CoverageError
            If more than half of the events last longer than the period they are placed in.
        ParameterError
            If the array would be too large.
        """
        crs = self.crs
        if crs_code(grid.crs) != crs_code(crs):
            raise CoordinateError(
                f"the grid is in {grid.crs}, the store in {crs}; make the grid in {crs}"
            )
        choice = make_choice(offences, excluded_places, settings)
        if grid.kind is not CellKind.SQUARE:
            return count_events(self.lake.fetch(choice), grid, periods)
        require_countable(len(periods), grid.n_cells)
        found = self.lake.engine.run(queries.counts(self.lake.chosen(choice), grid, periods))
        require_fine_enough(
            int(found["longer"].to_numpy().sum()), int(found["n"].to_numpy().sum())
        )
        return reading.to_counts(found, grid, periods)

    def events(
        self,
        *,
        offences: Sequence[str] | None = None,
        excluded_places: Sequence[str] = (),
        settings: Sequence[str] | None = None,
        start: np.datetime64 | None = None,
        end: np.datetime64 | None = None,
    ) -> Events:
        """The events that count, in the order of their batches and rows.

        ``start`` and ``end`` bound the middle of an event, closed and open, UTC.
        """
        return self.lake.fetch(make_choice(offences, excluded_places, settings, start, end))

    def offence_counts(self) -> Table:
        """Events by offence, the commonest first: ``offence, n``."""
        found = self.lake.engine.run(queries.offences(self.lake.chosen(Choice())))
        return summaries.offence_counts(found)

    def monthly_counts(
        self, *, offences: Sequence[str] | None = None, zone: str = LOCAL_ZONE
    ) -> Table:
        """Sum of weights by held month and offence, zeros included: ``month, offence, n``."""
        held = self.held_months(zone=zone)
        codes = [str(c) for c in self.offence_counts().columns["offence"]]
        codes = sorted(c for c in codes if offences is None or c in offences)
        if not held or not codes:
            return summaries.monthly_counts([], codes, np.zeros((0, len(codes))))
        periods = month_periods(min(held), max(held), held=held, zone=zone)
        chosen = self.lake.chosen(Choice(offences=tuple(codes)))
        found = self.lake.engine.run(queries.by_offence(chosen, periods))
        n = np.zeros((len(periods), len(codes)))
        column = np.searchsorted(codes, reading.to_texts(found["offence"]))
        n[found["period"].to_numpy(), column] = found["total"].to_numpy()
        return summaries.monthly_counts(sorted(held), codes, n[periods.held])

    def repeated_points(
        self, *, offences: Sequence[str] | None = None, at_least: int = 2
    ) -> Table:
        """Points that carry ``at_least`` events, the fullest first.

        Columns ``place, longitude, latitude, x, y, n``.
        """
        chosen = self.lake.chosen(make_choice(offences))
        found = self.lake.engine.run(queries.repeated_points(chosen, at_least))
        return summaries.repeated_points(found)

    # ---- rows refused

    def refusals(self) -> Table:
        """Rows refused by batch and reason: ``batch, file, reason, n``."""
        return summaries.refusals(self.lake.standing())

    def read_quarantine(self, batch: str) -> Any:
        """The refused rows of one batch, a pyarrow Table of REFUSED_COLUMNS.

        Raises
        ------
        NotFound
            If the batch is not held.
        StoreError
            If its quarantine is missing or was altered.
        """
        record = next((b for b in self.lake.standing().batches if b.batch == batch), None)
        if record is None:
            raise NotFound(f"the store does not hold batch {batch}; list the batches it holds")
        schema = arrow_schema(REFUSED_COLUMNS)
        if record.quarantine is None:
            return schema.empty_table()
        return read_quarantine(self.lake.file(record.quarantine), schema)

    # ---- writing

    def save(self, extract: Extract, *, now: datetime) -> tuple[Batch, bool]:
        """Keep an extract as a batch, wholly or not at all.

        Returns
        -------
        batch : Batch
        already_held : bool
            The same content is held, perhaps under another file name; nothing was added.

        Raises
        ------
        SchemaError
            If the extract breaks a promise of EVENT_COLUMNS.
        StoreError
            If another process keeps writing, the disk is full or the folder is not writable;
            the store is then as it was.
        """
        prepared = prepare(extract, self.crs)
        with self.lake.writing("saving a batch") as manifest:
            already_held = any(b.batch == prepared[0] for b in manifest.batches)
            if not already_held:
                with all_or_nothing(self.path, prepared[0]):
                    record = write_batch(self.path, manifest, extract, prepared, now=now)
                    manifest = self.lake.commit(manifest, record)
        standing = stand(manifest)
        record = next(b for b in standing.batches if b.batch == prepared[0])
        return as_batch(record, standing.gone[record.batch]), already_held

    def save_layer(self, name: str, layer: StudyArea | Areas, *, now: datetime) -> str:
        """Keep a study area or named areas under a name; return the hash of its content.

        A layer of the name kept before stays in the history.
        """
        with self.lake.writing("saving a layer") as manifest:
            digest, kind, file = write_layer(self.path, layer)
            held = manifest.layers.get(name)
            if held is None or held.layer != digest:
                change = LayerRecord(digest, name, kind, instant(now), file)
                self.lake.commit(manifest, change)
        return digest

    def layers(self) -> Mapping[str, str]:
        """Hash of the layer of each name."""
        return {name: record.layer for name, record in self.lake.manifest().layers.items()}

    def read_layer(self, name: str) -> StudyArea | Areas:
        """The layer of a name.

        Raises
        ------
        NotFound
            If there is none.
        """
        held = self.lake.manifest().layers
        if name not in held:
            raise NotFound(f"the store holds no layer {name!r}; it holds {sorted(held)}")
        return read_layer(self.lake.file(held[name].file), held[name].kind)

    def read_study_area(self, name: str = "study-area") -> StudyArea:
        """The study area of a name; NotFound if there is none."""
        layer = self.read_layer(name)
        if not isinstance(layer, StudyArea):
            raise NotFound(f"layer {name!r} holds named areas, not a study area")
        return layer

    def read_areas(self, name: str = "areas") -> Areas:
        """The named areas of a name; NotFound if there are none."""
        layer = self.read_layer(name)
        if not isinstance(layer, Areas):
            raise NotFound(f"layer {name!r} holds a study area, not named areas")
        return layer

    def save_artefact(
        self, kind: str, name: str, files: Mapping[str, bytes], *, now: datetime
    ) -> Artefact:
        """Keep files made together, such as a plan with its draw and provenance, for ever.

        The same content offered again is the artefact already kept.
        """
        with self.lake.writing("saving an artefact"):
            return write_artefact(self.path, kind, name, files, now=now)

    def artefacts(self, kind: str | None = None) -> tuple[Artefact, ...]:
        """Every artefact kept, or those of one kind, the oldest first."""
        return list_artefacts(self.path, kind)

    def read_artefact(self, artefact: str) -> tuple[Artefact, Mapping[str, bytes]]:
        """An artefact and the content of its files, checked.

        Raises
        ------
        NotFound
            If there is none of this hash.
        StoreError
            If a file is missing or was altered.
        """
        return read_artefact(self.path, artefact)

    def append_entries(
        self, kind: str, contents: Mapping[str, Mapping[str, Any]], *, now: datetime
    ) -> tuple[Entry, ...]:
        """Write down what people decide or report, by name; return what was not held already.

        ``kind`` says what it is, such as ``box``; each content is JSON and names no person.
        All are added or none; the same entry offered again adds nothing.

        Raises
        ------
        ParameterError
            If a name is held with another content.
        StoreError
            If the entries held were altered, or cannot be written.
        """
        with self.lake.writing("writing an entry"):
            return append_entries(self.path, kind, contents, now=now)

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """Every entry of a kind in the order written; StoreError if one was altered."""
        return read_entries(self.path, kind)

    def journal_heads(self, prefix: str) -> Mapping[str, str]:
        """A hash of all entries of each kind whose name begins so, without reading them."""
        return read_heads(self.path, prefix)

    # ---- upkeep

    def tidy(self) -> list[str]:
        """Remove what interrupted writes left behind; return the names removed."""
        with self.lake.writing("tidying") as manifest:
            return sweep(self.path, manifest)

    def verify(self) -> list[str]:
        """Read every file the manifest names; say of each that is wrong what is wrong."""
        found = []
        for file in self.lake.manifest().files:
            wrong = differs(self.path, file)
            if wrong:
                found.append(f"{file.name} {wrong}")
        return found
