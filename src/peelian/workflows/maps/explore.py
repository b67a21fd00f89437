"""The map: the forecast, how good it was, how stable its ranks are, and why each cell."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import numpy as np

from peelian import evaluation, hotspots, reports, sources, spacetime
from peelian.store import Store
from peelian.terms import Floats, Ints, Table
from peelian.workflows.forecasting.forecast import Flagged, flag
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.labels import dates_of, districts_of, near
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import MapSettings, generator

DAYS_IN_MONTH = 365.25 / 12


def explore(
    store: Store | None, settings: MapSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Map and rank the flagged cells: how sure the rank is, and what is behind each."""
    progress(0.0, "gathering events")
    material = gather_several(
        store,
        settings.forecast.cells,
        places=settings.forecast.places,
        companions=settings.forecast.companions,
        now=now,
    )
    made = flag(material, settings.forecast, scored=True, progress=progress)
    progress(0.6, "resampling ranks")
    stability = rank_stability(material, made, settings)
    table = ranked(material, made, stability)
    record = material.record(
        "report map",
        settings,
        method=repr(made.surface.made_by),
        seed=settings.forecast.seed,
        now=now,
    )
    progress(0.8, "drawing the map")
    trial = made.trial
    view = reports.MapView(
        title=f"Where {'harm' if material.harm else 'violence'} is likely: "
        f"{material.study_area.name}",
        subtitle=subtitle(material, made),
        score=score_sentence(made, harm=bool(material.harm)),
        notes=material.notes,
        table=table,
        grid=material.grid,
        layer=reports.density_layer(
            made.risk,
            material.grid.area,
            made.flagged,
            f"expected events per km² in {made.span}",
        ),
        flagged=made.flagged,
        study_area=material.study_area,
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
        stability=stability,
    )
    scores = (("scores", evaluation.backtest_table(trial)),) if trial else ()
    return Outcome(
        table,
        record,
        (*material.chosen, *made.chosen, f"model {made.model}: {made.why}"),
        tables=scores,
        grid=material.grid,
        study_area=material.study_area,
        draw=lambda: view,
    )


def rank_stability(material: Material, made: Flagged, settings: MapSettings) -> Floats:
    """Share of resampled rankings in which each cell is among the flagged, (n_cells,)."""
    return hotspots.rank_stability(
        material.history.counts,
        int(made.flagged.sum()),
        draws=settings.draws,
        rng=generator(settings.forecast.seed),
    )


def ranked(material: Material, made: Flagged, stability: Floats) -> Table:
    """The flagged cells, best first, with what stands behind each."""
    grid, history = material.grid, material.history
    cells = made.cells
    points = hotspots.main_points(material.events, grid)
    last = history.counts[np.flatnonzero(history.periods.held)[-1]]
    columns = {
        "rank": np.arange(1, len(cells) + 1),
        "place": near(points.place[cells]),
        "district": districts_of(material.areas, points.x[cells], points.y[cells]),
        "expected": made.risk[cells],
    }
    if made.low is not None and made.high is not None:
        columns |= {"low": made.low[cells], "high": made.high[cells]}
    columns |= {"last": last[cells], "all": np.nansum(history.counts, axis=0)[cells]}
    if material.harm:
        columns |= {"all": material.numbers[cells], "harm": columns["all"]}
    columns |= {
        "stability": stability[cells],
        "one_point": points.share[cells],
        "why": np.array(
            what_happened(material, offences_by_cell(material, cells)), dtype=np.str_
        ),
        "cell": cells,
    }
    units = {
        "expected": f"events in {made.span}",
        "low": "95 %",
        "high": "95 %",
        "last": "events, last period",
        "all": "events held",
        "stability": "share of resamples in the list",
        "one_point": "share on one point",
    }
    if material.harm:
        units["harm"] = "days held"
    return Table(columns, "Flagged cells", units)


def what_happened(material: Material, recorded: Iterable[Counter[str]]) -> tuple[str, ...]:
    """What was recorded in places, from their events by offence, in a few words each."""
    names = {one.code: one.name.lower() for one in sources.read_offence_classes()}
    periods = material.history.periods
    months = max(round(float(periods.days[periods.held].sum()) / DAYS_IN_MONTH), 1)
    return tuple(reports.what_happens(counted, months, names=names) for counted in recorded)


def offences_by_cell(material: Material, cells: Ints) -> list[Counter[str]]:
    """Events by offence code in each of these cells."""
    events = material.events
    cell, inside = spacetime.assign_cells(material.grid, events.x, events.y)
    counted: dict[int, Counter[str]] = {c: Counter() for c in cells.tolist()}
    wanted = inside & np.isin(cell, cells)
    for c, code in zip(cell[wanted].tolist(), events.offence[wanted].tolist(), strict=True):
        counted[c][code] += 1
    return [counted[c] for c in cells.tolist()]


def subtitle(material: Material, made: Flagged) -> str:
    """What is counted, where and when."""
    dates = dates_of(material.history.periods, monthly=material.monthly)
    return f"{dates}; {int(made.flagged.sum())} cells flagged by {made.model}"


def score_sentence(made: Flagged, *, harm: bool) -> str:
    """How good this map was in the backtest, against counting."""
    if made.trial is None:
        return f"This map has not been scored: {made.why}."
    return reports.backtest_sentence(made.trial, made.model, harm=harm)
