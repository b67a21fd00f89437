"""One shift: the forecast's spots, today's draw, who goes where and when, and the pack."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from peelian import hotspots, operations, reports, spacetime
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    Base,
    CoverageError,
    ParameterError,
    PatrolPlan,
    RiskSurface,
    Shift,
    Spots,
    Table,
    Team,
)
from peelian.workflows.forecast import Flagged, flag
from peelian.workflows.gather import BASES_LAYER, Material, gather_several
from peelian.workflows.kept_plan import plan_files
from peelian.workflows.labels import districts_of, near
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.pack import number_of, pack_of, plan_view
from peelian.workflows.settings import ForecastSettings, PlanSettings

NAMED = 3  # places named in a team's row
SPOTS_A_TEAM = 10  # twice what a team can visit four times in eight hours: half are drawn


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
    forecast_settings, chosen = with_capacity(settings)
    made = flag(material, forecast_settings, progress=lambda s, m: progress(s * 0.4, m))
    shift = shift_of(settings, material)
    teams = teams_at(read_bases(store), settings.teams, shift)
    progress(0.5, "finding routes")
    made_plan = operations.plan_shift(
        spots_of(material, made),
        teams,
        shift,
        seed=settings.forecast.seed,
        n_active=settings.active or None,
        rules=operations.PatrolRules(stop_minutes=settings.stop_minutes),
        progress=lambda done, of: progress(0.5 + 0.4 * done / of, "finding routes"),
    )
    record = material.record(
        "plan",
        settings,
        method=f"plan_shift on {made.surface.made_by!r}",
        seed=settings.forecast.seed,
        now=now,
    )
    progress(0.9, "laying out the pack")
    table = visits_table(made_plan)
    return Outcome(
        table,
        record,
        (*material.chosen, *chosen, *made.chosen, f"model {made.model}: {made.why}"),
        summary=teams_table(made_plan),
        tables=(("draw", draw_table(made_plan)),),
        grid=material.grid,
        study_area=material.study_area,
        draw=lambda: plan_view(material, made, made_plan, table, record),
        pack=pack_of(material, made_plan, record),
    )


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


def with_capacity(settings: PlanSettings) -> tuple[ForecastSettings, tuple[str, ...]]:
    """The forecast's settings with as many cells to flag as the teams can use, announced."""
    if settings.forecast.flag_area or settings.forecast.flag_cells:
        return settings.forecast, ()
    n_cells = SPOTS_A_TEAM * max(settings.teams, 1)
    said = f"{n_cells} spots to draw from ({SPOTS_A_TEAM} a team; half are drawn each shift)"
    return replace(settings.forecast, flag_cells=n_cells), (said,)


def read_bases(store: Store) -> tuple[Base, ...]:
    """The bases held: named points."""
    if BASES_LAYER not in store.layers():
        raise CoverageError("no bases are held: run `peelian ingest --bases FILE` first")
    layer = store.read_areas(BASES_LAYER)
    return tuple(
        Base(name, float(point.x), float(point.y))
        for name, point in zip(layer.name, layer.polygons, strict=True)
    )


def shift_of(settings: PlanSettings, material: Material) -> Shift:
    """The shift in local time; one that ends before it starts ends the next day."""
    zone = ZoneInfo(LOCAL_ZONE)
    if settings.date:
        try:
            day = date.fromisoformat(settings.date)
        except ValueError as error:
            raise ParameterError(f"date {settings.date!r}: write it as YYYY-MM-DD") from error
    else:
        after_data = spacetime.to_local(material.history.periods.end[-1:])
        day = date.fromisoformat(str(after_data[0].astype("datetime64[D]")))
    start, end = (_clock(text) for text in (settings.shift_start, settings.shift_end))
    after = timedelta(days=1) if end <= start else timedelta(0)
    return Shift(datetime.combine(day, start, zone), datetime.combine(day + after, end, zone))


def _clock(text: str) -> time:
    """The time of day written HH:MM."""
    try:
        clock_time: time | None = time.fromisoformat(text)
    except ValueError:
        clock_time = None
    if clock_time is None or clock_time.tzinfo is not None:
        raise ParameterError(f"time {text!r}: write it as HH:MM, local time")
    return clock_time


def teams_at(bases: tuple[Base, ...], n_teams: int, shift: Shift) -> tuple[Team, ...]:
    """Teams spread over the bases in their order, each for the whole shift."""
    if n_teams < 1:
        raise ParameterError(f"{n_teams} teams: give one at least")
    return tuple(
        Team(
            f"Team {i + 1}, {bases[i % len(bases)].name}",
            bases[i % len(bases)],
            0,
            shift.minutes,
        )
        for i in range(n_teams)
    )


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


def visits_table(plan: PatrolPlan) -> Table:
    """Every stop of every team in order of time."""
    rows = [
        (
            route.team.name,
            order,
            clock(plan.shift, visit.arrive),
            clock(plan.shift, visit.arrive + visit.minutes),
            plan.spots.names[visit.spot],
            visit.spot,
        )
        for route in plan.routes
        for order, visit in enumerate(route.visits, start=1)
    ]
    team, order, arrive, leave, place, spot = zip(*rows, strict=True) if rows else [()] * 6
    at = np.array(spot, dtype=np.int64)
    return Table(
        {
            "team": np.array(team, dtype=np.str_),
            "stop": np.array(order, dtype=np.int64),
            "arrive": np.array(arrive, dtype=np.str_),
            "leave": np.array(leave, dtype=np.str_),
            "place": np.array(place, dtype=np.str_),
            "probability": plan.draw.probability[at],
            "cell": plan.spots.cell[at],
            "x": plan.spots.x[at],
            "y": plan.spots.y[at],
        },
        "Stops by team",
        {"probability": "of being drawn", "x": "m", "y": "m"},
    )


def teams_table(plan: PatrolPlan) -> Table:
    """One row a team: its stops, when it is back, and where it goes."""
    routes = plan.routes
    places = []
    for route in routes:
        names = list(dict.fromkeys(plan.spots.names[v.spot] for v in route.visits))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        places.append("; ".join(names[:NAMED]) + more)
    return Table(
        {
            "team": np.array([route.team.name for route in routes], dtype=np.str_),
            "stops": np.array([len(route.visits) for route in routes]),
            "travel": np.array([route.travel_minutes for route in routes]),
            "back": np.array([clock(plan.shift, route.back) for route in routes]),
            "places": np.array(places, dtype=np.str_),
        },
        f"Plan for {plan.shift.start:%A %-d %B %Y}",
        {"travel": "minutes"},
    )


def draw_table(plan: PatrolPlan) -> Table:
    """Every spot with its probability and whether it was drawn: kept, it is the experiment."""
    visited = {visit.spot for route in plan.routes for visit in route.visits}
    spots, draw = plan.spots, plan.draw
    return Table(
        {
            "place": np.array(spots.names, dtype=np.str_),
            "cell": spots.cell,
            "worth": spots.worth,
            "probability": draw.probability,
            "drawn": draw.active,
            "visited": np.array([i in visited for i in range(len(spots))], dtype=bool),
        },
        f"The draw (seed {draw.seed})",
        {"worth": "expected events"},
    )


def clock(shift: Shift, minute: int) -> str:
    """Local time of day, ``minute`` minutes into the shift."""
    instant = shift.start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minute)
    return f"{instant.astimezone(shift.start.tzinfo):%H:%M}"
