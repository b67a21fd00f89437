"""Files into the store: each wholly accounted for, and held once however often offered."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from peelian import reports, sources
from peelian.store import Store
from peelian.terms import Areas, Base, DataError, Extract, ParameterError, StudyArea, Table
from peelian.workflows.extent import union_of
from peelian.workflows.gather import AREAS_LAYER, BASES_LAYER, STUDY_AREA_LAYER
from peelian.workflows.outcome import Progress, silent
from peelian.workflows.public.measures import keep_read_flags, misdated_sentences

REPORT_FORMATS = ("table", "csv", "json")


def ingest(
    store: Store,
    paths: Sequence[Path],
    *,
    now: datetime,
    mapping: Path | None = None,
    areas: Path | None = None,
    study_area: Path | None = None,
    bases: Path | None = None,
    knife: Path | None = None,
    progress: Progress = silent,
    notice: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Read every file, refuse what cannot be used and say why, and keep the rest.

    Returns one record a file, as the interface promises: ``file, batch, read, accepted,
    refused, already_held, refused_by_reason, quarantine``; read is accepted plus refused.
    Rows outside the study area, given now or held, are refused. Everything is read before
    anything is kept, so that a bad file leaves the store as it was. ``knife`` is a file of
    labels read from narratives: the flag of events whose own file has none. ``notice`` is told
    of files passed over, and of classes that did not exist on the day recorded.
    """
    crs = store.crs
    layers: dict[str, Areas | StudyArea] = {}
    within = store.read_study_area() if STUDY_AREA_LAYER in store.layers() else None
    if areas is not None:
        named = sources.read_areas(areas, crs=crs)
        within = union_of(named, areas.stem)
        layers |= {AREAS_LAYER: named, STUDY_AREA_LAYER: within}
    if study_area is not None:
        within = sources.read_study_area(study_area, crs=crs)
        layers[STUDY_AREA_LAYER] = within
    if bases is not None:
        layers[BASES_LAYER] = layer_of_bases(sources.read_bases(bases, crs=crs), crs)
    rules = sources.read_mapping(mapping) if mapping is not None else None
    extracts: list[Extract] = []
    for done, path in enumerate(paths):
        progress(done / len(paths) * 0.8, f"reading {path.name}")
        extracts += sources.read_extracts(
            path, mapping=rules, now=now, study_area=within, crs=crs, notice=notice
        )
    for name, layer in layers.items():
        store.save_layer(name, layer, now=now)
    read = [0] * len(extracts)
    if knife is not None:
        extracts, read = _with_flags(extracts, knife, notice)
    for extract in extracts:
        for sentence in misdated_sentences(extract, crs):
            notice(sentence)
    report = []
    for done, (extract, n) in enumerate(zip(extracts, read, strict=True)):
        progress(0.8 + 0.2 * done / len(extracts), f"keeping {extract.file}")
        batch, already_held = store.save(extract, now=now)
        if knife is not None and n:
            keep_read_flags(store, batch.batch, knife, n, now=now)
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


def _with_flags(
    extracts: Sequence[Extract], knife: Path, notice: Callable[[str], None]
) -> tuple[list[Extract], list[int]]:
    """The extracts with flags read from narratives, and how many each took.

    DataError where no event of any is among those read.
    """
    flags = sources.read_knife_flags(knife)
    found = [sources.with_knife_flags(extract, flags) for extract in extracts]
    read = [filled for _, filled, _ in found]
    otherwise = sum(n for *_, n in found)
    if not any(read) and not otherwise:
        raise DataError(
            f"{knife.name}: no event of these files takes a flag from its {len(flags):,}; the "
            "ids must be those of [event] id in the mapping, and the files without flags there"
        )
    notice(
        f"{knife.name}: {sum(read):,} events took the flag read from their narrative; of "
        f"{otherwise:,} the file itself says otherwise, which stands"
    )
    return [extract for extract, *_ in found], read


def keep_areas(store: Store, areas: Areas, name: str, *, now: datetime) -> None:
    """Keep named areas, and their union as the study area."""
    store.save_layer(AREAS_LAYER, areas, now=now)
    store.save_layer(STUDY_AREA_LAYER, union_of(areas, name), now=now)


def keep_bases(store: Store, bases: Sequence[Base], *, now: datetime) -> None:
    """Keep the bases as a layer of named points."""
    store.save_layer(BASES_LAYER, layer_of_bases(bases, store.crs), now=now)


def layer_of_bases(bases: Sequence[Base], crs: str) -> Areas:
    """Bases as named points, which is how a layer holds them."""
    import shapely

    names = tuple(base.name for base in bases)
    points = np.array([shapely.Point(base.x, base.y) for base in bases], dtype=object)
    return Areas(names, names, names, np.full(len(names), np.nan), points, crs)


def require_form(form: str) -> None:
    """ParameterError unless the report of an ingest can be written in this format."""
    if form not in REPORT_FORMATS:
        raise ParameterError(f"format {form!r}: give one of {', '.join(REPORT_FORMATS)}")


def ingest_text(report: list[dict[str, Any]], form: str) -> str:
    """The report of an ingest: JSON as the interface promises, or a table for people."""
    require_form(form)
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
