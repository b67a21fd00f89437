"""Small tables about what the store holds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from peelian.store.coverage import coverage, coverage_of
from peelian.store.manifest import BatchRecord, Manifest, Standing
from peelian.store.reading import to_texts
from peelian.terms import Floats, Table, Texts


def history(manifest: Manifest) -> Table:
    """Every change in order: ``version, added, change, name, file``."""
    rows = [
        (c.added, "batch", c.batch, c.file)
        if isinstance(c, BatchRecord)
        else (c.added, c.kind, c.layer, c.name)
        for c in manifest.changes
    ]
    columns = {
        name: _texts([row[n] for row in rows])
        for n, name in enumerate(("added", "change", "name", "file"))
    }
    return Table({"version": np.arange(1, len(rows) + 1), **columns}, "History of the store")


def freshness(standing: Standing, zone: str) -> Table:
    """How new each series is: ``series, first_month, last_month, months, added``."""
    held = coverage(standing, zone)
    added = {
        name: max(b.added for b in standing.batches if name in coverage_of(standing, b, zone))
        for name in held
    }
    return Table(
        {
            "series": _texts(list(held)),
            "first_month": _texts([min(months, default="") for months in held.values()]),
            "last_month": _texts([max(months, default="") for months in held.values()]),
            "months": np.array([len(months) for months in held.values()], dtype=np.int64),
            "added": _texts([added[name] for name in held]),
        },
        "How new the data are",
    )


def refusals(standing: Standing) -> Table:
    """Rows refused by batch and reason: ``batch, file, reason, n``."""
    rows = [
        (b.batch, b.file, reason, n)
        for b in standing.batches
        for reason, n in b.refused_by_reason.items()
    ]
    columns = {
        name: _texts([str(row[n]) for row in rows])
        for n, name in enumerate(("batch", "file", "reason"))
    }
    n = np.array([row[3] for row in rows], dtype=np.int64)
    return Table({**columns, "n": n}, "Rows refused")


def offence_counts(found: Any) -> Table:
    """Events by offence, the commonest first: ``offence, n``."""
    return Table(
        {"offence": to_texts(found["offence"]), "n": found["n"].to_numpy()},
        "Events by offence",
    )


def monthly_counts(months: Sequence[str], offences: Sequence[str], n: Floats) -> Table:
    """Counts, shape (n_months, n_offences), as one row each: ``month, offence, n``."""
    return Table(
        {
            "month": np.repeat(_texts(months), len(offences)),
            "offence": np.tile(_texts(offences), len(months)),
            "n": n.ravel(),
        },
        "Events by month and offence",
    )


def repeated_points(found: Any) -> Table:
    """Points that carry several events: ``place, longitude, latitude, x, y, n``."""
    columns: dict[str, Any] = {"place": to_texts(found["place"])}
    for name in ("longitude", "latitude", "x", "y", "n"):
        columns[name] = found[name].to_numpy()
    return Table(columns, "Points with several events", {"x": "m", "y": "m"})


def _texts(values: Sequence[str]) -> Texts:
    """Texts as an array, also of none."""
    return np.array(values, dtype=np.str_)
