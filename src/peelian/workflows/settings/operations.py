"""Choices of plans."""

from dataclasses import dataclass

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
