"""Ours and the peer in one run: interleaved repetitions, CPU seconds, medians."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    """One comparison; ``ratio`` above 1 means that ours takes less."""

    name: str
    ours_seconds: float
    peer: str
    peer_seconds: float
    ratio: float
    note: str


def medians(
    functions: Mapping[str, Callable[[], Any]], *, repetitions: int = 7
) -> dict[str, float]:
    """Median CPU seconds of each function, all taking turns; the first turn warms up."""
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(repetitions + 1):
        for name, function in functions.items():
            started = time.process_time()
            function()
            if turn:
                taken[name].append(time.process_time() - started)
    return {name: float(np.median(seconds)) for name, seconds in taken.items()}


def compare(name: str, ours: float, peer: str, theirs: float, note: str = "") -> Row:
    """A row of the table."""
    return Row(name, ours, peer, theirs, theirs / ours, note)
