"""Choices of what is delivered of a plan."""

from dataclasses import dataclass

from peelian.terms import LOCAL_ZONE, WGS84
from peelian.workflows.options import option

WEEKLY_MINIMUM = 3  # visits a week to each active spot, as funders ask [visits]


@dataclass(frozen=True)
class DosageSettings:
    """Pings of one shift, how they are written, and what counts as a visit."""

    pings: str = option("", "file of pings (CSV or GPX), or a folder of them", page=False)
    plan: str = option("latest", "plan they belong to: how its name begins, or latest")
    unit: str = option("unit", "column of call signs; never of names", page=False)
    x: str = option("longitude", "column of eastings or longitudes", page=False)
    y: str = option("latitude", "column of northings or latitudes", page=False)
    time: str = option("time", "column of date-times", page=False)
    crs: str = option(WGS84, "EPSG:n of the coordinates", page=False)
    zone: str = option(LOCAL_ZONE, "time zone of times that give no offset from UTC")
    accuracy: str = option("", "column of accuracy in metres; empty: not used", page=False)
    worst_accuracy: float = option(50.0, "pings less accurate than this are refused [m]")
    units: str = option("", "which unit is of which team: EA1=Team 1, EA2=Team 1")
    gps_error: float = option(20.0, "pings this far outside a spot count as inside [m]")
    gap: float = option(5.0, "a longer silence ends a visit [minutes]")
    dwell: float = option(5.0, "a visit is at least this long [minutes]")
    least_pings: int = option(2, "pings inside a spot that make a visit")


@dataclass(frozen=True)
class DeliverySettings:
    """The shifts looked at, and what each spot is owed."""

    first_day: str = option("", "first day of shifts; empty: all that are kept")
    last_day: str = option("", "last day of shifts; empty: all that are kept")
    weekly_minimum: int = option(
        WEEKLY_MINIMUM, "visits owed to a spot in a week in which it is drawn"
    )
