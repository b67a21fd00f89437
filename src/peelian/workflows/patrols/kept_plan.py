"""A plan as the store keeps it: its spots with their outlines, its teams with their stops.

All that delivery needs is in the artefact, so that what was planned stays what was planned.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from peelian import operations, reports, spacetime
from peelian.reports.geo import geographic
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    WGS84,
    Bools,
    DataError,
    Floats,
    Ints,
    NotFound,
    PatrolPlan,
    Shapes,
    Shift,
    Table,
    Texts,
)
from peelian.workflows.outcome import Outcome

SPOTS, ROUTES = "spots.geojson", "routes.json"
LATEST = "latest"
PREFIX = 12  # characters of an artefact's hash that name it


@dataclass(frozen=True)
class KeptStop:
    """One stop of one team: which spot, when, and what the pack says of it."""

    number: int
    spot: int
    arrive: datetime
    leave: datetime
    what_happens: str
    look_for: str

    @property
    def minutes(self) -> float:
        """Length of the stop. [minutes]"""
        return (self.leave - self.arrive).total_seconds() / 60


@dataclass(frozen=True, eq=False)
class KeptPlan:
    """What was planned for one shift.

    ``key`` names each spot by its outline, the same in every plan; arrays have shape
    (n_spots,); ``outlines`` are in ``crs`` [m]; ``teams`` maps each team to its stops.
    """

    artefact: str
    area: str
    crs: str
    shift: Shift
    key: Texts
    place: Texts
    cell: Ints
    probability: Floats
    drawn: Bools
    longitude: Floats
    latitude: Floats
    outlines: Shapes
    teams: Mapping[str, tuple[KeptStop, ...]]

    @property
    def short(self) -> str:
        """The name people use for it."""
        return self.artefact[:PREFIX]

    @property
    def day(self) -> date:
        """The local date on which the shift starts."""
        return self.shift.start.astimezone(ZoneInfo(LOCAL_ZONE)).date()

    @property
    def stops(self) -> tuple[KeptStop, ...]:
        """The stops of every team."""
        return tuple(stop for stops in self.teams.values() for stop in stops)

    @property
    def planned(self) -> tuple[Ints, Floats]:
        """Visits and minutes planned by spot, shape (n_spots,) each."""
        visits = np.zeros(len(self.key), dtype=np.int64)
        minutes = np.zeros(len(self.key))
        for stop in self.stops:
            visits[stop.spot] += 1
            minutes[stop.spot] += stop.minutes
        return visits, minutes


def plan_files(outcome: Outcome) -> dict[str, bytes]:
    """What a kept plan adds for delivery: every spot of the draw, and every team's stops."""
    pack = outcome.pack
    assert pack is not None and outcome.grid is not None  # noqa: S101 - every plan has
    plan, crs = pack.plan, outcome.grid.crs
    shapes = operations.spot_outlines(plan.spots, outcome.grid, outcome.study_area)
    key = [key_of(shape) for shape in geographic(shapes, crs)]
    longitude, latitude = spacetime.unproject(plan.spots.x, plan.spots.y, crs=crs)
    table = Table(
        {
            "spot": np.array(key, dtype=np.str_),
            "place": np.array(plan.spots.names, dtype=np.str_),
            "cell": plan.spots.cell,
            "probability": plan.draw.probability,
            "drawn": plan.draw.active,
            "longitude": np.round(longitude, 6),
            "latitude": np.round(latitude, 6),
        },
        f"Spots of the draw (seed {plan.draw.seed})",
    )
    routes = {
        "area": pack.area,
        "crs": crs,
        "start": plan.shift.start.isoformat(),
        "end": plan.shift.end.isoformat(),
        "teams": [
            {
                "team": route.team.name,
                "stops": [
                    {
                        "stop": number,
                        "spot": key[visit.spot],
                        "arrive": at(plan, visit.arrive),
                        "leave": at(plan, visit.arrive + visit.minutes),
                        "what_happens": pack.what_happens[visit.spot],
                        "look_for": pack.look_for[visit.spot],
                    }
                    for number, visit in enumerate(route.visits, start=1)
                ],
            }
            for route in plan.routes
        ],
    }
    return {
        SPOTS: reports.rows_geojson(table, shapes, crs, outcome.provenance),
        ROUTES: json.dumps(routes, ensure_ascii=False, indent=1).encode(),
    }


def read_plan(store: Store, name: str = LATEST) -> KeptPlan:
    """A kept plan by the first characters of its hash, or the one kept last.

    NotFound where there is none, or several begin so; DataError for one kept by a version
    that did not keep its spots.
    """
    held = store.artefacts("plan")
    if not held:
        raise NotFound("no plan is kept: `peelian plan` makes and keeps one")
    if name == LATEST:
        return read_kept(store, held[-1].artefact)
    found = [one.artefact for one in held if name and one.artefact.startswith(name)]
    if len(found) != 1:
        listed = "; ".join(f"{one.artefact[:PREFIX]} {one.name}" for one in held[-5:])
        many = f"{len(found)} plans begin with" if found else "no plan is kept as"
        raise NotFound(f"{many} {name!r}: give one of {listed}")
    return read_kept(store, found[0])


def read_kept(store: Store, artefact: str) -> KeptPlan:
    """A kept plan by its whole hash."""
    import shapely

    _, files = store.read_artefact(artefact)
    if SPOTS not in files or ROUTES not in files:
        raise DataError(
            f"plan {artefact[:PREFIX]} was kept without its spots, by an earlier version: "
            "make it again and keep it"
        )
    spots, routes = json.loads(files[SPOTS]), json.loads(files[ROUTES])
    rows = [feature["properties"] for feature in spots["features"]]
    shapes = np.array(
        [shapely.geometry.shape(f["geometry"]) for f in spots["features"]], dtype=object
    )
    key = [row["spot"] for row in rows]
    number = {one: n for n, one in enumerate(key)}

    def column(name: str, kind: Any) -> Any:
        return np.array([row[name] for row in rows], dtype=kind)

    return KeptPlan(
        artefact=artefact,
        area=routes["area"],
        crs=routes["crs"],
        shift=Shift(
            datetime.fromisoformat(routes["start"]), datetime.fromisoformat(routes["end"])
        ),
        key=np.array(key, dtype=np.str_),
        place=column("place", np.str_),
        cell=column("cell", np.int64),
        probability=column("probability", np.float64),
        drawn=column("drawn", bool),
        longitude=column("longitude", np.float64),
        latitude=column("latitude", np.float64),
        outlines=spacetime.project_shapes(shapes, from_crs=WGS84, to_crs=routes["crs"]),
        teams={
            team["team"]: tuple(
                KeptStop(
                    stop["stop"],
                    number[stop["spot"]],
                    datetime.fromisoformat(stop["arrive"]),
                    datetime.fromisoformat(stop["leave"]),
                    stop["what_happens"],
                    stop["look_for"],
                )
                for stop in team["stops"]
            )
            for team in routes["teams"]
        },
    )


def key_of(shape: Any) -> str:
    """A name for an outline: the same outline in another plan has the same."""
    import shapely

    normal = shapely.to_wkt(shapely.normalize(shape), rounding_precision=6)
    return hashlib.sha256(normal.encode()).hexdigest()[:10]


def at(plan: PatrolPlan, minute: int) -> str:
    """The instant a number of minutes into the shift, as the wall clock has it."""
    zone = ZoneInfo(LOCAL_ZONE)
    instant = plan.shift.start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minute)
    return instant.astimezone(zone).isoformat()
