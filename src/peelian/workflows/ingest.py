"""Files into the store: each wholly accounted for, and held once however often offered."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian import reports, sources
from peelian.store import Store
from peelian.terms import Areas, Base, Extract, StudyArea, Table
from peelian.workflows.gather import AREAS_LAYER, BASES_LAYER, STUDY_AREA_LAYER
from peelian.workflows.outcome import Progress, silent


def ingest(
    store: Store,
    paths: Sequence[Path],
    *,
    now: datetime,
    mapping: Path | None = None,
    areas: Path | None = None,
    study_area: Path | None = None,
    bases: Path | None = None,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Read every file, refuse what cannot be used and say why, and keep the rest.

    Returns one record a file, as the interface promises: ``file, batch, read, accepted,
    refused, already_held, refused_by_reason, quarantine``; read is accepted plus refused.
    Layers (areas, study area, bases) are kept first, since rows outside the study area are
    refused.
    """
    if areas is not None:
        keep_areas(store, sources.read_areas(areas, crs=store.crs), areas.stem, now=now)
    if study_area is not None:
        area = sources.read_study_area(study_area, crs=store.crs)
        store.save_layer(STUDY_AREA_LAYER, area, now=now)
    if bases is not None:
        keep_bases(store, sources.read_bases(bases, crs=store.crs), now=now)
    rules = sources.read_mapping(mapping) if mapping is not None else None
    held = store.layers()
    within = store.read_study_area() if STUDY_AREA_LAYER in held else None
    # Every file is read before any is kept, so that a bad one leaves the store as it was.
    extracts: list[Extract] = []
    for done, path in enumerate(paths):
        progress(done / len(paths) * 0.8, f"reading {path.name}")
        extracts += sources.read_extracts(
            path, mapping=rules, now=now, study_area=within, crs=store.crs
        )
    report = []
    for done, extract in enumerate(extracts):
        progress(0.8 + 0.2 * done / len(extracts), f"keeping {extract.file}")
        batch, already_held = store.save(extract, now=now)
        report.append(
            {
                "file": extract.file,
                "batch": batch.batch,
                "read": batch.read,
                "accepted": batch.accepted,
                "refused": batch.refused,
                "already_held": already_held,
                "refused_by_reason": dict(batch.refused_by_reason),
                "quarantine": batch.quarantine,
            }
        )
    return report


def keep_areas(store: Store, areas: Areas, name: str, *, now: datetime) -> None:
    """Keep named areas, and their union as the study area."""
    import shapely

    store.save_layer(AREAS_LAYER, areas, now=now)
    union = StudyArea(name, shapely.union_all(areas.polygons), areas.crs)
    store.save_layer(STUDY_AREA_LAYER, union, now=now)


def keep_bases(store: Store, bases: Sequence[Base], *, now: datetime) -> None:
    """Keep the bases as a layer of named points."""
    import shapely

    names = tuple(base.name for base in bases)
    points = np.array([shapely.Point(base.x, base.y) for base in bases], dtype=object)
    unknown = np.full(len(names), np.nan)
    store.save_layer(
        BASES_LAYER, Areas(names, names, names, unknown, points, store.crs), now=now
    )


def ingest_text(report: list[dict[str, Any]], form: str) -> str:
    """The report of an ingest: JSON as the interface promises, or a table for people."""
    if form == "json":
        return json.dumps(report, indent=1)
    rows = [
        (r["file"], r["batch"][:12], r["read"], r["accepted"], r["refused"], r["already_held"],
         ", ".join(f"{reason} {n}" for reason, n in r["refused_by_reason"].items()))
        for r in report
    ]  # fmt: skip
    names = ("file", "batch", "read", "accepted", "refused", "already_held", "why_refused")
    columns = {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}
    table = Table(columns, "Files read")
    return reports.table_csv(table) if form == "csv" else reports.table_text(table)


def suggest(path: Path) -> str:
    """A mapping for a file, proposed from its header and first rows, as TOML."""
    return sources.suggest_mapping(path)
