"""What the store holds, as far as the pages let the reader choose from it."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from peelian import forecasts, sources, workflows
from peelian.store import Store
from peelian.terms import NotFound

Pairs = tuple[tuple[str, str], ...]  # value, label


@dataclass(frozen=True)
class Held:
    """Choices that depend on the store, and the state they were read in.

    ``store`` is None when there is none at its path; ``months`` is empty when it holds no
    events.
    """

    store: Store | None = field(repr=False, compare=False)
    state: str = ""
    area: str = ""
    months: Pairs = ()
    districts: tuple[str, ...] = ()
    offence_sets: Pairs = ()
    models: Pairs = ()


def read_held(path: str) -> Held:
    """What the store at ``path`` holds now; an ingest elsewhere shows at the next request."""
    try:
        store = workflows.open_store(Path(path))
    except NotFound:
        return Held(None)
    held = [
        *(b.batch for b in store.batches()),
        *(f"{k}={v}" for k, v in store.layers().items()),
    ]
    state = hashlib.sha256("\n".join(held).encode()).hexdigest()
    return _choices(_Opened(store, path, state))


@dataclass(frozen=True)
class _Opened:
    """A store whose choices depend on its path and state alone."""

    store: Store = field(compare=False, hash=False)
    path: str
    state: str


@lru_cache(maxsize=4)
def _choices(opened: _Opened) -> Held:
    store = opened.store
    layers = store.layers()
    study_area = store.read_study_area() if "study-area" in layers else None
    areas = store.read_areas() if "areas" in layers else None
    sets = dict.fromkeys(s.name for s in sources.read_offence_sets())
    return Held(
        store,
        opened.state,
        study_area.name if study_area else "",
        tuple(
            (m, f"{date.fromisoformat(m + '-01'):%B %Y}") for m in sorted(store.held_months())
        ),
        tuple(sorted(set(areas.district))) if areas else (),
        (
            *((name, name.replace("-", " ").capitalize()) for name in sets),
            ("all", "All offences"),
        ),
        (
            ("champion", "Best in the backtest"),
            *((m, m) for m in (*forecasts.FORECASTERS, *forecasts.COMPANION_FORECASTERS)),
        ),
    )
