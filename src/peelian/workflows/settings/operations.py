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
