"""Choices of plans."""

from dataclasses import dataclass

from peelian.operations import (
    APART_WEEKS,
    OP_SHIELD,
    RADIUS,
    SET_UP_MINUTES,
    WORTH_KEPT,
    YIELDS,
)
from peelian.terms import STOP_MINUTES
from peelian.workflows.options import option
from peelian.workflows.settings.forecasts import ForecastSettings


@dataclass(frozen=True)
class PlanSettings:
    """One shift: who, when, how long, how many spots."""

    forecast: ForecastSettings = ForecastSettings()
    date: str = option("", "date of the shift, YYYY-MM-DD; empty: the day after the data end")
    shift_start: str = option("14:00", "start of the shift, local time")
    shift_end: str = option("22:00", "end of the shift, local time; may be after midnight")
    teams: int = option(8, "number of teams, spread over the bases")
    active: int = option(0, "spots drawn for the shift; 0: half of those flagged")
    stop_minutes: int = option(STOP_MINUTES, "length of a stop [minutes]")
    min_gap: int = option(60, "between the visits to a spot [minutes]")
    rounds: int = option(2000, "rounds of the route search, for each shift planned together")
    shifts: str = option(
        "", "several shifts planned together, such as 06:00-14:00,14:00-22:00; empty: the one"
    )
    weekly_minimum: int = option(0, "visits each spot is to get in seven days; 0: none is set")
    weekly_maximum: int = option(0, "most visits to a spot in seven days; 0: none is set")
    district_minutes: int = option(
        0, "least minutes in each district with a spot drawn; 0: none is set"
    )
    single_hours: str = option(
        "", "when single crews may be out, such as 06:00-22:00; empty: always", page=False
    )
    roster: str = option("", "file of teams on duty (CSV); empty: --teams", page=False)
    spot_rules: str = option(
        "", "file of what spots ask (CSV): crew, skills, visits a week", page=False
    )
    network: str = option(
        "",
        "file of streets: .osm.pbf, GraphML, or a table of lines; empty: straight line x "
        "detour",
        page=False,
    )
    network_crs: str = option(
        "", "EPSG:n of streets whose file does not say its own", page=False
    )
    moves: str = option(
        "", "stops given to another team, such as 812@17:40=3: cell, time, team; by commas"
    )


@dataclass(frozen=True)
class ArchSettings:
    """Knife arches: where they may stand, when, how many teams, and how they are drawn."""

    forecast: ForecastSettings = ForecastSettings()
    sites: str = option(
        "", "file of candidate sites; empty: the railway stations that are bundled", page=False
    )
    date: str = option("", "first day, YYYY-MM-DD; empty: the day after the data end")
    days: int = option(7, "days planned")
    slots: str = option("07:00-09:00,12:00-14:00,16:00-19:00", "times of day, local")
    teams: int = option(1, "teams, each with a supervisor and search officers of both sexes")
    people: int = option(6, "officers in a team")
    kit: int = option(1, "arches in a team")
    most: int = option(0, "deployments in all; 0: as many as the teams can make")
    radius: float = option(RADIUS, "an arch covers what lies within [m]")
    set_up: int = option(SET_UP_MINUTES, "to take down and put up, besides travel [minutes]")
    apart_weeks: int = option(
        APART_WEEKS, "weeks before a site is used on the same weekday again"
    )
    worth_kept: float = option(
        WORTH_KEPT, "share of the best week that any week drawn is worth, 0 to 1"
    )
    screened: float = option(0.1, "share of the people passing who are screened, 0 to 1")
    published: str = option(OP_SHIELD, "yield finds are taken from", choices=tuple(YIELDS))
