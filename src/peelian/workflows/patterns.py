"""How events hang together in space and time: pairs, chains and clusters of dated events."""

from datetime import datetime
from typing import Any, cast

import numpy as np

from peelian import hotspots
from peelian.store import Store
from peelian.terms import Floats, ParameterError
from peelian.workflows.gather import gather
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import (
    KnoxSettings,
    NearRepeatSettings,
    ScanSettings,
    generator,
)


def knox(
    store: Store | None, settings: KnoxSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Test whether events near in space are near in time more often than chance makes them."""
    material = gather(store, settings.cells, now=now)
    result = hotspots.knox_of_events(
        material.events,
        distance_breaks=_numbers("distance breaks", settings.distance_breaks),
        time_breaks=_numbers("time breaks", settings.time_breaks),
        edges=cast("Any", settings.edges),
        same_place=cast("Any", settings.same_place),
        permutations=settings.permutations,
        rng=generator(settings.seed),
    )
    record = material.record(
        "hotspots knox",
        settings,
        method=f"knox({result.arrangements} arrangements, exact={result.exact})",
        seed=settings.seed,
        now=now,
    )
    said = (f"{result.n:,} events compared, {result.left_out:,} without a known day left out",)
    return Outcome(result.table, record, said, tables=(("same place", result.same_place),))


def near_repeats(
    store: Store | None,
    settings: NearRepeatSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the pairs of events near each other in space and time, and the chains they make."""
    material = gather(store, settings.cells, now=now)
    result = hotspots.near_repeats_of_events(
        material.events, distance=settings.distance, days=settings.days
    )
    record = material.record(
        "hotspots near-repeats", settings, method="near_repeats", seed=None, now=now
    )
    said = (f"{result.left_out:,} events without a known day left out",)
    return Outcome(result.pairs, record, said, tables=(("chains", result.chains),))


def scan(
    store: Store | None, settings: ScanSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Find the likeliest clusters in space and time, and how often chance does."""
    if settings.model not in ("permutation", "bernoulli"):
        raise ParameterError(
            f"model {settings.model!r}: give permutation or bernoulli; the Poisson model "
            "needs the people at each place, and hotspots.scan takes them in Python"
        )
    material = gather(store, settings.cells, now=now)
    result = hotspots.scan_of_events(
        material.events,
        model=cast("Any", settings.model),
        max_radius=settings.max_radius,
        max_days=settings.max_days,
        prospective=settings.prospective,
        runs=settings.runs,
        rng=generator(settings.seed),
        weighted=settings.model == "bernoulli",
    )
    record = material.record(
        "hotspots scan",
        settings,
        method=f"scan(model={settings.model!r}, runs={settings.runs})",
        seed=settings.seed,
        now=now,
    )
    said = (
        f"{result.n_cases:,} cases, {result.left_out:,} events without a known day left out",
    )
    return Outcome(result.table, record, said)


def _numbers(name: str, text: str) -> Floats:
    """Numbers separated by commas."""
    try:
        return np.array([float(part) for part in text.split(",")])
    except ValueError as error:
        raise ParameterError(f"{name} {text!r}: write numbers, such as 0,100,200") from error
