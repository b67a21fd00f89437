"""Opening a store."""

from collections.abc import Sequence
from pathlib import Path

from peelian.store.lake import LOCK_WAIT, Lake, create_lake, require_folder
from peelian.store.store import Store
from peelian.terms import BRITISH_NATIONAL_GRID, ParameterError


def open_store(
    path: Path | str,
    *,
    create: bool = False,
    crs: str | None = None,
    version: int | None = None,
    batches: Sequence[str] | None = None,
    lock_wait: float = LOCK_WAIT,
) -> Store:
    """Open the lake in a folder.

    Parameters
    ----------
    path : path
    create : bool
        Make an empty store when the folder is missing or empty.
    crs : str, optional
        The projected CRS of a new store, ``EPSG:27700`` when not given; of an existing store,
        what it must be.
    version : int, optional
        Read the store as it stood after this many changes.
    batches : sequence of str, optional
        Read these batches only, as they stood when the last of them had come: what
        ``reproduce`` needs.
    lock_wait : float
        How long a writer waits for another. [s]

    Raises
    ------
    NotFound
        If there is no store, no such version or no such batch.
    ParameterError
        If the store is a kind not supported, or holds another CRS.
    StoreError
        If the store is damaged or cannot be made.
    """
    folder = require_folder(path)
    if create:
        create_lake(folder, crs or BRITISH_NATIONAL_GRID, lock_wait=lock_wait)
    only = None if batches is None else tuple(batches)
    lake = Lake(folder, version, only, lock_wait)
    held = lake.standing().crs
    if crs is not None and crs != held:
        raise ParameterError(
            f"{folder}: the store is in {held}, not {crs}; use {held}, or make a new store"
        )
    return Store(lake)
