"""Where on the streets: events on street segments, and their density along them."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from peelian import hotspots, sources, spacetime
from peelian.store import Store
from peelian.terms import (
    CoverageError,
    Floats,
    ParameterError,
    StreetNetwork,
    Table,
)
from peelian.workflows.extent import COARSE_CELL_SIZE, FINE_CELL_SIZE, within
from peelian.workflows.gather import Material, gather
from peelian.workflows.notes import MONTH_ONLY_NOTE
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import Cells, SegmentSettings, Streets

M_IN_KM = 1000.0
SHOWN = 20  # densest segments, in a table for a screen

DISPLACED_NOTE = (
    "The data give the month and a displaced place: a segment stands for the streets around "
    "it, and may not be where the event was."
)


@dataclass(frozen=True, eq=False)
class OnStreets:
    """Events on the segments of a network, gathered from the store or from files.

    ``weight`` is what each event counts for, shape (n,), as in ``events``.
    """

    material: Material
    network: StreetNetwork
    events: hotspots.SnappedEvents
    weight: Floats


def segments(
    store: Store | None,
    settings: SegmentSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Count events on each street segment, per km of it, with their density along streets."""
    progress(0.1, "reading the streets and the events")
    found = gather_streets(store, settings.cells, settings.streets, now=now)
    chosen = [*found.material.chosen]
    bandwidth = settings.bandwidth
    if not bandwidth:
        bandwidth = COARSE_CELL_SIZE if found.material.monthly else FINE_CELL_SIZE
        chosen.append(f"bandwidth {bandwidth:g} m along the streets (from the data)")
    progress(0.5, "walking the streets")
    rates = hotspots.segment_rates(found.events, found.network, weights=found.weight)
    density = hotspots.segment_kde(
        found.events,
        found.network,
        bandwidth=bandwidth,
        kernel=settings.kernel,
        junctions=settings.junctions,
        weights=found.weight,
    )
    network = found.network
    x, y = spacetime.segment_middles(network)
    columns = {
        "segment": np.arange(network.n_segments),
        "x": x,
        "y": y,
        "length": network.length,
        "n": rates.n,
        "per_km": rates.per_km,
        "density": density * M_IN_KM,
        "low": rates.low,
        "high": rates.high,
        "name": network.names,
        "kind": network.kinds,
        "id": network.ids,
    }
    units = {"x": "m", "y": "m", "length": "m", "n": "events"}
    units |= dict.fromkeys(("per_km", "density"), "events per km")
    units |= dict.fromkeys(("low", "high"), "95 %, per km")
    method = (
        f"segment_kde(bandwidth={bandwidth!r}, kernel={settings.kernel!r}, "
        f"junctions={settings.junctions!r})"
    )
    shown = np.argsort(-density, kind="stable")[:SHOWN]
    n = min(SHOWN, network.n_segments)
    summary = Table(
        {name: values[shown] for name, values in columns.items() if name != "id"},
        f"The {n} of {network.n_segments:,} segments with the highest density",
        units,
    )
    return Outcome(
        Table(columns, "hotspots segments", units),
        found.material.record(
            "hotspots segments", settings, method=method, seed=None, now=now
        ),
        tuple(chosen),
        summary=summary,
        study_area=found.material.study_area,
        network=network,
    )


def gather_streets(
    store: Store | None, cells: Cells, streets: Streets, *, now: datetime
) -> OnStreets:
    """Streets and events of the study area, each event on the segment nearest to it."""
    if not streets.network:
        raise ParameterError(
            "no street network: segments need one; give an OpenStreetMap extract, a GraphML "
            "graph or a table of lines with --network FILE"
        )
    material = gather(store, cells, now=now)
    read = sources.read_network(
        streets.network, crs=material.grid.crs, file_crs=streets.network_crs
    )
    network = spacetime.network_within(read.network, material.study_area)
    if not network.n_segments:
        raise CoverageError(
            f"{Path(streets.network).name}: none of its {read.network.n_segments:,} streets "
            f"lies in the study area ({material.study_area.name}); check the two files and "
            "--network-crs"
        )
    events, outside = within(material.events, material.study_area)
    snapped = hotspots.snap_events(
        events.x, events.y, network, max_distance=streets.max_distance
    )
    n_far = int((~snapped.snapped).sum())
    if n_far == len(events):
        raise CoverageError(
            f"none of {n_far:,} events lies within {streets.max_distance:g} m of a street: "
            "check --network-crs and --crs, or give a larger --max-distance"
        )
    half = float(np.median(snapped.off[snapped.snapped]))
    said = [f"half of the events lie within {half:.1f} m of their street"]
    if network.n_segments < read.network.n_segments:
        km = network.length.sum() / M_IN_KM
        said.insert(0, f"{network.n_segments:,} of them, {km:,.1f} km, are in the study area")
    notes = [
        DISPLACED_NOTE if note == MONTH_ONLY_NOTE else note
        for note in (*material.notes, *outside)
    ]
    if n_far:
        notes.append(
            f"Left out: {n_far:,} of {len(events):,} events further than "
            f"{streets.max_distance:g} m from every street."
        )
    # The size of cells was chosen in gathering, and has no say here.
    chosen = [one for one in material.chosen if not one.startswith("cell size")]
    material = replace(
        material,
        ingredients=(*material.ingredients, read.ingredient),
        notes=tuple(notes),
        chosen=(*chosen, *read.said, *said),
    )
    return OnStreets(material, network, snapped, events.weight)
