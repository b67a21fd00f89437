"""What a plan says as tables: stops, teams, the draw, districts, what visits may be worth."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from peelian import operations
from peelian.terms import PLANNING_PRIOR, Floats, PatrolPlan, Route, Shift, Table, Texts
from peelian.workflows.forecasting.forecast import Flagged
from peelian.workflows.gather import Material
from peelian.workflows.labels import districts_of

NAMED = 3  # places named in a team's row
A_DAY = 24 * 60  # minutes


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
            local(plan.shift, visit.arrive).date(),
        )
        for route in plan.routes
        for order, visit in enumerate(route.visits, start=1)
    ]
    team, order, arrive, leave, place, spot, day = (
        zip(*rows, strict=True) if rows else [()] * 7
    )
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
            "day": np.array(day, dtype="datetime64[D]"),
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
    columns = {
        "team": np.array([route.team.name for route in routes], dtype=np.str_),
        "stops": np.array([len(route.visits) for route in routes]),
        "travel": np.array([route.travel_minutes for route in routes]),
        "back": np.array([clock(plan.shift, route.back) for route in routes]),
    }
    if any(route.meal_at is not None for route in routes):
        columns["break"] = np.array([break_of(plan.shift, route) for route in routes])
    if len({route.team.mode for route in routes}) > 1:
        columns["mode"] = np.array([route.team.mode for route in routes])
    columns["places"] = np.array(places, dtype=np.str_)
    title = f"Plan for {plan.shift.start:%A %-d %B %Y}"
    return Table(columns, title, {"travel": "minutes"})


def draw_table(plan: PatrolPlan) -> Table:
    """Every spot with its probability and whether it was drawn: kept, it is the experiment."""
    spots, draw = plan.spots, plan.draw
    columns = {
        "place": np.array(spots.names, dtype=np.str_),
        "cell": spots.cell,
        "worth": spots.worth,
        "probability": draw.probability,
        "drawn": draw.active,
        "visited": operations.visits_by_spot(plan) > 0,
    }
    needs = plan.needs
    if needs is not None and (needs.minimum.any() or needs.maximum.any()):
        columns |= {
            "weight": spots.worth if draw.weight is None else draw.weight,
            "recent": needs.recent,
            "minimum": needs.minimum,
            "maximum": needs.maximum,
        }
    units = {"worth": "expected events", "weight": "what the chance goes by"}
    units |= dict.fromkeys(("recent", "minimum", "maximum"), "visits in 7 days")
    return Table(columns, f"The draw (seed {draw.seed})", units)


def worth_table(plan: PatrolPlan, made: Flagged, *, unit: str) -> tuple[Table, str]:
    """What the visits may be worth, with the sentence that says it is an assumption.

    The events (or, as ``unit`` says, days of harm) expected at the spots visited in the hours
    of the shift, spread evenly over the forecast; and how many fewer they would be if visits
    did what they did in trials.
    """
    prior = PLANNING_PRIOR
    visited = operations.visits_by_spot(plan) > 0
    share = plan.shift.minutes / (made.days * A_DAY)
    expected = float(plan.spots.worth[visited].sum()) * share
    fewer, least, most = operations.events_prevented(expected, prior)
    unknown = float("nan")
    table = Table(
        {
            "measure": np.array(
                [
                    f"Worth of all visits, of the {unit} expected in {made.span}",
                    f"{unit.capitalize()} expected at the spots visited in the hours of the "
                    "shift",
                    f"Fewer {unit}, if visits do what they did in trials",
                ]
            ),
            "value": np.array([plan.value, expected, fewer]),
            "low": np.array([unknown, unknown, round(least, 2)]),
            "high": np.array([unknown, unknown, round(most, 2)]),
        },
        "What the visits may be worth: an assumption, not a prediction",
    )
    said = (
        "If visits do here what they did in trials elsewhere (a ratio of rates of "
        f"{prior.ratio:.2f}, {prior.low:.2f} to {prior.high:.2f}; {prior.source}), the spots "
        f"visited see {fewer:.2f} ({least:.2f} to {most:.2f}) fewer {unit} in these hours "
        f"than the {expected:.2f} expected. This is an assumption, not a prediction of crimes "
        "prevented."
    )
    if unit != "events":
        said += " The trials' ratio is of events: that harm falls alike is assumed too."
    return table, said


def district_table(plan: PatrolPlan, material: Material, made: Flagged) -> Table:
    """Minutes of patrol by district against its residents and the events expected there."""
    areas = material.areas
    assert areas is not None  # noqa: S101 - callers have asked
    spots = plan.spots
    of_spot = districts_of(areas, spots.x, spots.y)
    of_cell = districts_of(areas, material.grid.x, material.grid.y)
    names = sorted({*areas.district, *of_spot.tolist()} - {""})
    minutes = operations.district_minutes(plan, of_spot.tolist())
    visits = operations.visits_by_spot(plan)

    def total(of: Texts, values: Floats) -> Floats:
        return np.array([values[of == name].sum() for name in names])

    spent = np.array([minutes.get(name, 0) for name in names])
    residents = total(np.array(areas.district), np.asarray(areas.population, dtype=float))
    expected = total(of_cell, made.risk)
    per = 1000 if material.harm else 1
    with np.errstate(divide="ignore", invalid="ignore"):
        per_1000 = np.where(residents > 0, 1000 * spent / residents, np.nan)
        per_event = np.where(expected > 0, per * spent / expected, np.nan)
    return Table(
        {
            "district": np.array(names, dtype=np.str_),
            "spots": total(of_spot, np.ones(len(spots))).astype(np.int64),
            "drawn": total(of_spot, plan.draw.active.astype(float)).astype(np.int64),
            "visits": total(of_spot, visits.astype(float)).astype(np.int64),
            "minutes": spent,
            "residents": residents,
            "expected": expected,
            "per_1000": per_1000,
            "per_event": per_event,
        },
        "Minutes of patrol by district",
        {
            "expected": f"events in {made.span}",
            "per_1000": "minutes per 1,000 residents",
            "per_event": "minutes per 1,000 expected events"
            if material.harm
            else "minutes per expected event",
        },
    )


def moves_table(plan: PatrolPlan) -> Table:
    """Stops that a person gave to another team, and what each cost."""
    moved, names = plan.moved, plan.spots.names
    return Table(
        {
            "place": np.array([names[m.visit.spot] for m in moved], dtype=np.str_),
            "arrive": np.array([clock(plan.shift, m.visit.arrive) for m in moved]),
            "from": np.array([m.before for m in moved], dtype=np.str_),
            "to": np.array([m.team for m in moved], dtype=np.str_),
            "worth": np.array([m.value for m in moved]),
            "minutes": np.array([m.minutes for m in moved]),
            "dropped": np.array(
                ["; ".join(names[spot] for spot in m.dropped) for m in moved], dtype=np.str_
            ),
            "added": np.array(
                ["; ".join(names[spot] for spot in m.added) for m in moved], dtype=np.str_
            ),
        },
        "Stops given to another team: what each gains or costs",
        {"worth": "expected events gained", "minutes": "of travel saved"},
    )


def moved_sentences(plan: PatrolPlan, *, unit: str = "events") -> tuple[str, ...]:
    """What each move costs, in words."""
    names, said = plan.spots.names, []
    for moved in plan.moved:
        spot, at = names[moved.visit.spot], clock(plan.shift, moved.visit.arrive)
        worth = f"{abs(moved.value):.2f} expected {unit}"
        gains = "gains" if moved.value > 0 else "loses"
        more = "fewer" if moved.minutes > 0 else "more"
        text = f"{spot} goes from {moved.before} to {moved.team}, at {at}: "
        text += f"the plan {gains} {worth}" if moved.value else "the plan is worth the same"
        text += (
            f", with {abs(moved.minutes)} {more} minutes of travel"
            if moved.minutes
            else ", with as much travel"
        )
        for spots, words in ((moved.dropped, "A visit less"), (moved.added, "A visit more")):
            if spots:
                text += f". {words}: {'; '.join(names[spot] for spot in spots)}"
        said.append(f"{text}.")
    return tuple(said)


def break_of(shift: Shift, route: Route) -> str:
    """From when to when a team has its break; empty where it has none."""
    meal = route.team.meal
    if meal is None or route.meal_at is None:
        return ""
    ends = route.meal_at + meal.minutes
    return f"{clock(shift, route.meal_at)} to {clock(shift, ends)}"


def clock(shift: Shift, minute: int) -> str:
    """Local time of day, ``minute`` minutes into the shift."""
    return f"{local(shift, minute):%H:%M}"


def local(shift: Shift, minute: int) -> datetime:
    """The local instant ``minute`` minutes into the shift."""
    instant = shift.start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minute)
    return instant.astimezone(shift.start.tzinfo)
