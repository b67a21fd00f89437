"""Any store or file of the tests, in any state, one line each.

The small store is the one of the pages' tests (``web_store``): eight months of ten, two
districts, two bases, most violence near two places.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from peelian.store import open_store
from peelian.workflows import ingest
from web_store import MONTHS, NOW, SIDE, SOUTH, WEST, make_sample, street_csv

__all__ = [
    "DATED",
    "MONTHS",
    "NOW",
    "as_it_stands",
    "dated_csv",
    "dated_store",
    "make_sample",
    "own_mapping",
    "spoilt",
    "street_csv",
]

# How the dated file is read, in place of a store.
DATED = {"x": "e", "y": "n", "time": "when", "crs": "EPSG:27700"}


def dated_csv(path: Path, *, weeks: int = 16, per_day: int = 4, seed: int = 1) -> Path:
    """Events at their own places and times, from Monday 1 January 2018, around two places."""
    rng = np.random.default_rng(seed)
    n = weeks * 7 * per_day
    centre = np.array([[2_250.0, 2_250.0], [5_750.0, 6_250.0]])[rng.integers(0, 2, n)]
    corner = np.array([WEST, SOUTH])
    place = corner + np.clip(centre + rng.normal(0, 700, (n, 2)), 1, SIDE - 1)
    hour = np.arange(n) // per_day * 24 + 12
    when = np.datetime64("2018-01-01T00:00") + hour.astype("timedelta64[h]")
    rows = [
        f"{x:.1f},{y:.1f},{t},{1 + i % 3}\n"
        for i, ((x, y), t) in enumerate(zip(place, when, strict=True))
    ]
    path.write_text("e,n,when,harm\n" + "".join(rows))
    return path


def own_mapping(path: Path, *, name: str = "own") -> Path:
    """How a force would describe the columns of the dated file."""
    path.write_text(
        f'name = "{name}"\n'
        '[place]\nx = "e"\ny = "n"\ncrs = "EPSG:27700"\n'
        '[time]\nstart = "when"\nformats = ["%Y-%m-%dT%H:%M"]\n'
        '[offence]\nfixed = "police-uk:robbery"\n'
    )
    return path


def dated_store(path: Path) -> Path:
    """A store of dated events without any layer."""
    folder = path.with_name(f"{path.name}-files")
    folder.mkdir()
    ingest(
        open_store(path, create=True),
        [dated_csv(folder / "dated.csv")],
        mapping=own_mapping(folder / "own.toml"),
        now=NOW,
    )
    return path


def spoilt(path: Path, change: Callable[[str], str | bytes], month: str = "2018-11") -> Path:
    """A month of street crime that is not held, changed so that it is wrong."""
    text = change(street_csv(path, month).read_text())
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def as_it_stands(store: Path) -> dict[str, str]:
    """Every file of a store with its hash: equal before and after means unchanged."""
    return {
        str(file.relative_to(store)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(store.rglob("*"))
        if file.is_file()
    }
