"""What each spot asks of a team, how often it was visited, and where teams may serve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from peelian import operations, sources, spacetime
from peelian.reports.geo import geographic
from peelian.store import Store
from peelian.terms import (
    BRITISH_NATIONAL_GRID,
    LOCAL_ZONE,
    Bools,
    DataError,
    Ingredient,
    Ints,
    Needs,
    ParameterError,
    Shift,
    Spots,
    Team,
)
from peelian.workflows.delivery.shifts import gathered, ingredients
from peelian.workflows.delivery.tables import spot_days
from peelian.workflows.gather import Material
from peelian.workflows.labels import districts_of
from peelian.workflows.outcome import silent
from peelian.workflows.patrols.kept_plan import key_of
from peelian.workflows.settings import DeliverySettings, PlanSettings

STATIONS = "stations"  # the place of teams that serve railway stations only
REACH = 250.0  # a spot this near to a station, or to a point of a layer, belongs to it [m]
RULED = ("crew", "skills", "minimum", "maximum")


@dataclass(frozen=True)
class Asked:
    """What the spots of a plan ask, what that rests on, and what to tell the reader."""

    needs: Needs
    ingredients: tuple[Ingredient, ...]
    said: tuple[str, ...]


def needs_of(
    store: Store,
    settings: PlanSettings,
    material: Material,
    spots: Spots,
    teams: Sequence[Team],
    shift: Shift,
) -> Asked:
    """The crew, skills and visits a week that spots ask, and the places of other agencies."""
    for name in ("weekly_minimum", "weekly_maximum"):
        if getattr(settings, name) < 0:
            raise ParameterError(
                f"{name} is {getattr(settings, name)}: give zero visits or more"
            )
    n = len(spots)
    district = tuple(districts_of(material.areas, spots.x, spots.y).tolist())
    needs = replace(
        operations.no_needs(spots),
        district=district,
        minimum=np.full(n, settings.weekly_minimum),
        maximum=np.full(n, settings.weekly_maximum),
        within=places_of_teams(store, spots, district, teams),
    )
    found: tuple[Ingredient, ...] = ()
    said: tuple[str, ...] = ()
    if settings.spot_rules:
        rules, ingredient = sources.read_spot_rules(settings.spot_rules)
        needs, said = with_rules(needs, spots, rules)
        found = (ingredient,)
    if needs.minimum.any() or needs.maximum.any():
        recent, from_what, counted = recent_visits(store, material, spots, shift)
        needs = replace(needs, recent=recent)
        found, said = (*found, *from_what), (*said, counted)
    return Asked(needs, found, said)


def with_rules(
    needs: Needs, spots: Spots, rules: Sequence[sources.SpotRule]
) -> tuple[Needs, tuple[str, ...]]:
    """The needs with what the rules say: of a spot before its district, before every spot."""
    by_name = {rule.spot: rule for rule in rules}
    every = by_name.get(sources.EVERY_SPOT)
    columns: dict[str, list[object]] = {name: [] for name in RULED}
    for i, (spot, district) in enumerate(zip(spots.names, needs.district, strict=True)):
        told = [by_name.get(spot), by_name.get(district), every]
        for name, values in columns.items():
            given = [getattr(rule, name) for rule in told if rule]
            own = getattr(needs, name)[i]
            values.append(next((v for v in given if v is not None), own))
    known = {*spots.names, *needs.district, sources.EVERY_SPOT}
    idle = [f"{rule.spot} (row {rule.row})" for rule in rules if rule.spot not in known]
    said = (f"rules of the spots that match none today: {', '.join(idle)}",) if idle else ()
    changed = replace(
        needs,
        crew=np.array(columns["crew"], dtype=np.int64),
        skills=tuple(columns["skills"]),  # type: ignore[arg-type]
        minimum=np.array(columns["minimum"], dtype=np.int64),
        maximum=np.array(columns["maximum"], dtype=np.int64),
    )
    return changed, said


def places_of_teams(
    store: Store, spots: Spots, district: tuple[str, ...], teams: Sequence[Team]
) -> Mapping[str, Bools]:
    """By each place that a team is limited to, which spots lie in it.

    A place is ``stations`` (of the bundled railway references), a district, or a layer of the
    store: its polygons, or what lies near its points.
    """
    found: dict[str, Bools] = {}
    for team in teams:
        for place in team.places:
            if place not in found:
                found[place] = _within(store, spots, district, place, team)
    return found


def recent_visits(
    store: Store, material: Material, spots: Spots, shift: Shift
) -> tuple[Ints, tuple[Ingredient, ...], str]:
    """Visits to each spot in the seven days before the shift: delivered, or else planned."""
    start = shift.start.astimezone(ZoneInfo(LOCAL_ZONE))
    since = start - timedelta(days=operations.WEEK)
    days = DeliverySettings(first_day=f"{since.date()}", last_day=f"{start.date()}")
    shifts, _ = gathered(store, days, silent)
    shifts = [s for s in shifts if since <= s.plan.shift.start and s.plan.shift.end <= start]
    if not shifts:
        return (
            np.zeros(len(spots), dtype=np.int64),
            (),
            "visits of the last seven days: no plan of them is kept, so every spot counts as "
            "not visited",
        )
    columns = spot_days(shifts)[0].columns
    visits = columns["planned_visits"].astype(float)
    for name in ("reported_visits", "delivered_visits"):  # what was seen goes before all
        visits = np.where(np.isnan(columns[name]), visits, columns[name])
    total: dict[str, float] = {}
    for key, n in zip(columns["spot"].tolist(), visits.tolist(), strict=True):
        total[key] = total.get(key, 0.0) + n
    outlines = operations.spot_outlines(spots, material.grid, material.study_area)
    shapes = geographic(outlines, material.grid.crs)
    recent = [round(total.get(key_of(shape), 0.0)) for shape in shapes]
    known = sum(s.spots is not None or s.reports is not None for s in shifts)
    said = (
        f"visits of the last seven days: of {len(shifts)} shifts, {known} as delivered, "
        f"{len(shifts) - known} as planned"
    )
    return np.array(recent, dtype=np.int64), tuple(ingredients(store, shifts)), said


def _within(
    store: Store, spots: Spots, district: tuple[str, ...], place: str, team: Team
) -> Bools:
    """Which spots lie in a place."""
    import shapely

    names = np.array(district)
    if place == STATIONS:
        stations, _ = sources.read_sites(sources.stations_path(), crs=BRITISH_NATIONAL_GRID)
        x, y = spacetime.transform(
            stations.x, stations.y, from_crs=BRITISH_NATIONAL_GRID, to_crs=store.crs
        )
        shapes = shapely.points(x, y)
    elif np.any(names == place):
        return np.asarray(names == place)
    elif place in store.layers():
        shapes = np.asarray(store.read_areas(place).polygons)
    else:
        raise DataError(
            f"team {team.name!r}: no spot lies in a district {place!r}, and the store has no "
            f"layer of that name; give {STATIONS}, a district "
            f"({', '.join(sorted(set(district) - {''})) or 'none is held'}) or a layer "
            f"({', '.join(store.layers())})"
        )
    points = shapely.points(np.asarray(spots.x), np.asarray(spots.y))
    is_point = shapely.get_dimensions(shapes) == 0
    inside = np.zeros(len(spots), dtype=np.bool_)
    for some, reach in ((shapes[is_point], REACH), (shapes[~is_point], 0.0)):
        near = shapely.STRtree(some).query(points, predicate="dwithin", distance=reach)[0]
        inside[near] = True
    return inside
