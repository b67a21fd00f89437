"""One shift: the forecast's spots, today's draw, who goes where and when, and the pack."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import numpy as np

from peelian import hotspots, operations, reports, sources
from peelian.operations import Move, TravelTimes
from peelian.store import Store
from peelian.terms import (
    Ingredient,
    ParameterError,
    RiskSurface,
    Shift,
    Spots,
    Team,
)
from peelian.workflows.boxes.spots import with_boxes
from peelian.workflows.forecasting.forecast import Flagged, flag
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.labels import districts_of, near
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.patrols.kept_plan import plan_files
from peelian.workflows.patrols.pack import number_of, pack_of, plan_view
from peelian.workflows.patrols.plan_tables import (
    district_table,
    draw_table,
    moved_sentences,
    moves_table,
    teams_table,
    visits_table,
    worth_table,
)
from peelian.workflows.patrols.spot_needs import needs_of
from peelian.workflows.patrols.staffing import minute_at, staff
from peelian.workflows.settings import ForecastSettings, PlanSettings

SPOTS_A_TEAM = 10  # twice what a team can visit four times in eight hours: half are drawn
MOVE = re.compile(r"(\d+)@(\d\d:\d\d)=(\d+)")


def plan(
    store: Store | None, settings: PlanSettings, *, now: datetime, progress: Progress = silent
) -> Outcome:
    """Plan one shift: who goes where, when and for how long, with a printed page a team."""
    if store is None:
        raise ParameterError("a plan needs a store: it holds the bases")
    progress(0.0, "gathering events")
    material = gather_several(
        store,
        settings.forecast.cells,
        places=settings.forecast.places,
        companions=settings.forecast.companions,
        now=now,
    )
    staffed = staff(store, settings, material)
    shift, teams = staffed.shift, staffed.teams
    forecast_settings, chosen = with_capacity(settings, most_at_once(teams))
    made = flag(material, forecast_settings, progress=lambda s, m: progress(s * 0.4, m))
    boxed = with_boxes(store, material, made, spots_of(material, made), shift, now=now)
    spots = boxed.spots
    asked = needs_of(store, settings, material, spots, teams, shift)
    progress(0.4, "measuring the ways")
    travel, streets, way = travel_of(settings, material, spots, teams)
    progress(0.5, "finding routes")
    made_plan = operations.plan_shift(
        spots,
        teams,
        shift,
        seed=settings.forecast.seed,
        n_active=settings.active or None,
        rules=operations.PatrolRules(
            stop_minutes=settings.stop_minutes,
            min_gap=settings.min_gap,
            iterations=settings.rounds,
            district_minutes=settings.district_minutes,
        ),
        needs=asked.needs,
        travel=travel,
        moves=moves_of(settings.moves, spots, shift),
        progress=lambda done, of: progress(0.5 + 0.4 * done / of, "finding routes"),
    )
    ingredients = (*boxed.ingredients, *staffed.ingredients, *asked.ingredients, *streets)
    material = replace(material, ingredients=(*material.ingredients, *ingredients))
    record = material.record(
        "plan",
        settings,
        method=f"plan_shift on {made.surface.made_by!r}",
        seed=settings.forecast.seed,
        now=now,
    )
    progress(0.9, "laying out the pack")
    table = visits_table(made_plan)
    worth, sentence = worth_table(made_plan, made, unit=material.unit)
    made_plan = replace(made_plan, assumptions=(*made_plan.assumptions, sentence))
    tables = [("draw", draw_table(made_plan)), ("worth", worth)]
    if material.areas is not None:
        tables.append(("districts", district_table(made_plan, material, made)))
    if made_plan.moved:
        tables.append(("moves", moves_table(made_plan)))
    return Outcome(
        table,
        record,
        (
            *material.chosen, *boxed.said, *staffed.said, *asked.said, *way,
            *chosen, *made.chosen,
            f"model {made.model}: {made.why}",
            *moved_sentences(made_plan, unit=material.unit),
        ),
        summary=teams_table(made_plan),
        tables=tuple(tables),
        grid=material.grid,
        study_area=material.study_area,
        draw=lambda: plan_view(material, made, made_plan, table, record),
        pack=pack_of(material, made_plan, record),
    )  # fmt: skip


def keep_plan(store: Store, outcome: Outcome, *, now: datetime) -> str:
    """Keep a plan with its draw and its record in the store; the sentence that says so.

    The draw is what makes the day an experiment: without it no one can tell later which spots
    might have been visited and were not.
    """
    pack = outcome.pack
    assert pack is not None  # noqa: S101 - every plan has one
    shift = pack.plan.shift
    kept = store.save_artefact(
        "plan",
        f"{shift.start:%Y-%m-%d %H:%M} to {shift.end:%H:%M}, {number_of(pack.plan.routes)}",
        {
            "stops.csv": reports.table_csv(outcome.table).encode(),
            "draw.csv": reports.table_csv(dict(outcome.tables)["draw"]).encode(),
            "provenance.json": reports.provenance_json(outcome.provenance).encode(),
            **plan_files(outcome),
        },
        now=now,
    )
    return f"plan and draw kept in the store as plan {kept.artefact[:12]}"


def with_capacity(
    settings: PlanSettings, n_teams: int
) -> tuple[ForecastSettings, tuple[str, ...]]:
    """The forecast's settings with as many cells to flag as the teams can use, announced."""
    if settings.forecast.flag_area or settings.forecast.flag_cells:
        return settings.forecast, ()
    n_cells = SPOTS_A_TEAM * n_teams
    said = f"{n_cells} spots to draw from ({SPOTS_A_TEAM} a team; half are drawn each shift)"
    return replace(settings.forecast, flag_cells=n_cells), (said,)


def most_at_once(teams: Sequence[Team]) -> int:
    """The most teams that are on duty at one time."""
    return max(sum(t.start <= team.start < t.end for t in teams) for team in teams)


def travel_of(
    settings: PlanSettings, material: Material, spots: Spots, teams: Sequence[Team]
) -> tuple[TravelTimes, tuple[Ingredient, ...], tuple[str, ...]]:
    """Minutes along the streets given, or by the straight line, the file and what to say."""
    if not settings.network:
        said = f"travel: straight line x {operations.DETOUR}, for want of a street network"
        return operations.straight_line(spots, teams), (), (said,)
    read = sources.read_network(
        Path(settings.network), crs=material.grid.crs, file_crs=settings.network_crs
    )
    travel = operations.road_travel(spots, teams, read.network)
    return travel, (read.ingredient,), read.said


def moves_of(text: str, spots: Spots, shift: Shift) -> tuple[Move, ...]:
    """Stops given to other teams, written cell@HH:MM=team and separated by commas."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = MOVE.fullmatch(part)
        if not match:
            raise ParameterError(
                f"move {part!r}: write the cell, the time and the number of the team, such as "
                "812@17:40=3"
            )
        try:
            at = time.fromisoformat(match[2])
        except ValueError as error:
            raise ParameterError(f"move {part!r}: {match[2]} is no time") from error
        spot = np.flatnonzero(spots.cell == int(match[1]))
        if not len(spot):
            raise ParameterError(f"move {part!r}: cell {match[1]} is none of the plan's spots")
        minute = minute_at(shift, at)
        if minute is None:
            raise ParameterError(f"move {part!r}: {match[2]} is not in the shift")
        found.append(Move(int(spot[0]), minute, int(match[3]) - 1))
    return tuple(found)


def spots_of(material: Material, made: Flagged) -> Spots:
    """The flagged cells as spots, each at its most repeated point."""
    cells = np.flatnonzero(made.flagged & (made.risk > 0))
    points = hotspots.main_points(material.events, material.grid)
    x, y = points.x[cells], points.y[cells]
    districts = districts_of(material.areas, x, y)
    names = [
        ", ".join(part for part in (place, district) if part)
        for place, district in zip(
            near(points.place[cells]).tolist(), districts.tolist(), strict=True
        )
    ]
    flagged = np.zeros(material.grid.n_cells, dtype=bool)
    flagged[cells] = True
    surface = RiskSurface(made.risk[None, :], material.grid, made.surface.made_by)
    return operations.spots_from_risk(surface, flagged, names, points=np.column_stack([x, y]))
