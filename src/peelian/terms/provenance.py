"""Where a number came from: enough to make the same thing again, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Ingredient:
    """One thing that went in: a ``batch`` or a ``layer`` of the store, or a ``file``.

    ``sha256`` is the hash the store knows it by; ``read`` and ``refused`` count rows.
    """

    name: str
    sha256: str
    read: int
    refused: int
    kind: str = "batch"


@dataclass(frozen=True)
class Provenance:
    """The record that travels with every map, table, plan and figure.

    Attributes
    ----------
    job : str
        The workflow that made it, such as ``forecast``.
    settings : mapping
        Every setting of the job, chosen or defaulted, as JSON values.
    ingredients : tuple of Ingredient
    method : str
        The repr of what computed the numbers.
    seed : int or None
    version : str
        Peelian's version.
    environment : str
        Hash of the installed packages and the interpreter.
    time : datetime
        When it was made, aware, to the second.
    notes : tuple of str
        What the reader must be told, such as that places are displaced.
    crs : str
        Of coordinates in metres among the numbers, such as ``EPSG:27700``; empty without any.
    """

    job: str
    settings: Mapping[str, Any]
    ingredients: tuple[Ingredient, ...]
    method: str
    seed: int | None
    version: str
    environment: str
    time: datetime
    notes: tuple[str, ...] = ()
    crs: str = ""
