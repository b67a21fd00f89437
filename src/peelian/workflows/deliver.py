"""From an outcome to bytes in the medium asked for, and back from a file to the same bytes."""

import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from peelian import reports
from peelian.store import Store, open_store
from peelian.terms import DataError, Ingredient, NotFound, ParameterError
from peelian.workflows.jobs import JOBS, run
from peelian.workflows.options import from_json
from peelian.workflows.outcome import Outcome, Progress, silent

FORMATS = ("table", "csv", "json", "geojson")
BESIDE = (".csv", ".json")  # their record lies in a file beside them
SUFFIXES = (".csv", ".json", ".geojson", ".parquet", ".html", ".pdf", ".zip")


def as_text(outcome: Outcome, form: str) -> str:
    """The outcome's table in one of FORMATS, for standard output."""
    if form == "geojson":
        return as_bytes(outcome, ".geojson").decode()
    writers = {
        "table": reports.table_text,
        "csv": reports.table_csv,
        "json": reports.table_json,
    }
    if form not in writers:
        raise ParameterError(f"format {form!r}: give one of {', '.join(FORMATS)}")
    narrow = outcome.summary if form == "table" else None
    return writers[form](outcome.table if narrow is None else narrow)


def further_text(outcome: Outcome) -> str:
    """The outcome's further tables to read on a screen, each under its title; may be empty."""
    return "\n".join(
        reports.table_text(table if table.title else replace(table, title=name))
        for name, table in outcome.tables
    )


def as_bytes(outcome: Outcome, suffix: str) -> bytes:
    """The outcome as a file of that kind, its record inside (or beside: see ``write``)."""
    table, grid, record = outcome.table, outcome.grid, outcome.provenance
    if suffix == ".csv":
        return reports.table_csv(table).encode()
    if suffix == ".json":
        return reports.table_json(table).encode()
    if suffix == ".geojson" and grid is not None:
        return reports.cells_geojson(table, grid, record, study_area=outcome.study_area)
    if suffix == ".parquet" and grid is not None:
        return reports.cells_geoparquet(table, grid, record, study_area=outcome.study_area)
    if suffix == ".geojson" and outcome.network is not None:
        return reports.segments_geojson(table, outcome.network, record)
    if suffix == ".geojson" and outcome.shapes is not None:
        return reports.rows_geojson(table, outcome.shapes, outcome.crs, record)
    if suffix == ".parquet" and outcome.network is not None:
        return reports.segments_geoparquet(table, outcome.network, record)
    if suffix == ".html" and outcome.view is not None:
        return reports.render_map(outcome.view)
    if suffix == ".pdf" and outcome.pack is not None:
        return reports.render_pack(outcome.pack)
    if suffix == ".pdf" and outcome.document is not None:
        return reports.render_document(outcome.document)
    if suffix == ".zip" and outcome.bulletin is not None:
        return reports.site_zip(reports.render_bulletin(outcome.bulletin))
    raise ParameterError(
        f"{record.job} cannot be written as {suffix or 'a file without a suffix'}: "
        f"use {', '.join(suffixes(outcome))}"
    )


def suffixes(outcome: Outcome) -> list[str]:
    """Suffixes an outcome can be written with."""
    drawn = outcome.grid is not None or outcome.network is not None
    has = {
        ".geojson": drawn or outcome.shapes is not None,
        ".parquet": drawn,
        ".html": outcome.draw is not None,
        ".pdf": outcome.pack is not None or outcome.document is not None,
        ".zip": outcome.bulletin is not None,
    }
    return [suffix for suffix in SUFFIXES if has.get(suffix, True)]


def write(outcome: Outcome, path: Path) -> list[Path]:
    """Write the outcome; a CSV and a JSON array get their record in a file beside them.

    Public pages become a folder where the path has no suffix.
    """
    if outcome.bulletin is not None and not path.suffix:
        write_folder(path, reports.render_bulletin(outcome.bulletin))
        return [path]
    data = as_bytes(outcome, path.suffix)
    files = {path: data}
    if path.suffix in BESIDE:
        record = reports.sidecar_json(data, outcome.provenance)
        files[reports.sidecar(path)] = record.encode()
    write_whole(files)
    return list(files)


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together, each wholly, and none before all are on the disk."""
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, data in files.items():
            parts[path].write_bytes(data)
        for path, part in parts.items():
            os.replace(part, path)
    except OSError as error:
        raise ParameterError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a site as a folder that appears whole, in place of an earlier one of ours."""
    folder = folder.absolute()
    ours = (folder / reports.SITE_RECORD).is_file()
    if folder.exists() and not ours and not (folder.is_dir() and not any(folder.iterdir())):
        raise ParameterError(
            f"{folder}: exists and is no site that Peelian wrote; give another name"
        )
    hidden = f".{folder.name}.{os.getpid()}"
    new, old = (folder.with_name(f"{hidden}.{end}") for end in ("part", "old"))
    try:
        for path, data in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        if folder.exists():
            os.replace(folder, old)
        os.replace(new, folder)
    except OSError as error:
        raise ParameterError(f"{folder}: cannot be written ({error.strerror})") from error
    finally:
        if old.exists() and not folder.exists():  # put back what was there
            os.replace(old, folder)
        for rest in (new, old):
            shutil.rmtree(rest, ignore_errors=True)


def reproduce(
    path: Path, *, folder: Path | str | None, progress: Progress = silent
) -> tuple[bytes, str | None]:
    """Make the file at ``path`` again from its record.

    Returns the bytes made, and None when they equal the file's, or else why they differ.
    ``folder`` is the store, which is read as it stood when the file was made.
    """
    record = reports.read_provenance(path)
    if record.job not in JOBS:
        raise DataError(f"{path}: its record names the job {record.job!r}, which is not known")
    settings = from_json(JOBS[record.job].settings, record.settings)
    store = store_as_it_was(folder, record.ingredients)
    outcome = run(record.job, store, settings, now=record.time, progress=progress, keep=False)
    if path.is_dir():
        data, held = as_bytes(outcome, ".zip"), reports.site_zip(files_in(path))
    else:
        data, held = as_bytes(outcome, path.suffix), path.read_bytes()
    if data == held:
        return data, None
    mine = outcome.provenance
    if mine.ingredients != record.ingredients:
        changed = {i.name for i in set(record.ingredients) ^ set(mine.ingredients)}
        return data, f"what went in has changed since: {', '.join(sorted(changed))}"
    if (mine.version, mine.environment) != (record.version, record.environment):
        return data, (
            f"made by version {record.version} in environment {record.environment[:12]}, "
            f"here are {mine.version} and {mine.environment[:12]}"
        )
    return data, "the file is not what its record makes: it was changed after it was made"


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path inside it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def store_as_it_was(
    folder: Path | str | None, ingredients: Collection[Ingredient]
) -> Store | None:
    """The store with the batches and layers a record names; None for a record of a file.

    The latest layers stand where the store never had those of the record together: what is
    made from them then differs, and says so.
    """
    batches = [i.sha256 for i in ingredients if i.kind == "batch"]
    layers = {i.name: i.sha256 for i in ingredients if i.kind == "layer"}
    kept = any(i.kind in ("artefact", "boxes", "entries") for i in ingredients)
    if not batches and not kept:
        return None
    if folder is None:
        raise ParameterError("the file was made from a store: say which with --store")
    if not batches:
        return open_store(folder)
    latest = open_store(folder, batches=batches)
    for version in range(latest.latest_version, 0, -1):
        try:
            store = open_store(folder, version=version, batches=batches)
        except NotFound:  # before the last of the batches had come
            break
        if store.layers() == layers:
            return store
    return latest
