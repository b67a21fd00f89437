"""Minutes from place to place: by the straight line, where no road network is given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peelian.operations.checks import listed
from peelian.terms import FOOT, MODES, Base, Floats, Ints, ParameterError, Spots, Team

DETOUR = 1.3  # roads against the straight line (science, Appendix A)
FIXED_MINUTES = 3.0  # setting off and parking
TOWN_KM_H, TOWN_REACH = 20.0, 5_000.0  # journeys under 5 km
OPEN_ROAD_KM_H = 50.0
FOOT_M_MIN = 80.0  # 4.8 km/h
FOOT_REACH = 400.0  # metres of path walked rather than driven


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Minutes from place to place by each mode of travel, and what they rest on.

    ``minutes`` has shape (n_modes, n_spots + n_teams, n_spots + n_teams), modes in the order
    of MODES, spots before the base of each team. ``said`` are sentences for the reader.
    """

    minutes: Ints
    said: tuple[str, ...]


def straight_line(spots: Spots, teams: Sequence[Team]) -> TravelTimes:
    """Travel between all spots and the base of each team: straight line x detour.

    Parameters
    ----------
    spots : Spots
    teams : sequence of Team
    """
    x, y = team_places(spots, teams)
    said = (
        f"Travel is the straight line times {DETOUR}, not a road network: ways under "
        f"{FOOT_REACH:.0f} m on foot at {FOOT_M_MIN * 0.06:.1f} km/h, others by vehicle at "
        f"{TOWN_KM_H:.0f} km/h under {TOWN_REACH / 1000:.0f} km and {OPEN_ROAD_KM_H:.0f} km/h "
        f"above, plus {FIXED_MINUTES:.0f} minutes to set off and park."
    )
    if any(team.mode == FOOT for team in teams):
        said += " Teams on foot walk all the way."
    by_mode = {mode: np.inf if mode == FOOT else FOOT_REACH for mode in MODES}
    minutes = [travel_minutes(x, y, foot_reach=reach) for reach in by_mode.values()]
    return TravelTimes(np.stack(minutes), (said,))


def team_places(spots: Spots, teams: Sequence[Team]) -> tuple[Floats, Floats]:
    """``x, y`` of the spots, then of the base of each team, shape (n_spots + n_teams,). [m]"""
    x = np.concatenate([spots.x, [team.base.x for team in teams]])
    y = np.concatenate([spots.y, [team.base.y for team in teams]])
    return x, y


def travel_minutes(
    x: Floats, y: Floats, *, detour: float = DETOUR, foot_reach: float = FOOT_REACH
) -> Ints:
    """Whole minutes between all places: straight line x detour factor, stated speeds.

    Parameters
    ----------
    x, y : array, shape (n_places,)
        Places. [m, projected]
    detour : float
        Length of the way over the straight line, 1 or more.
    foot_reach : float
        Ways shorter than this are walked at 4.8 km/h; longer ones are driven. [m of way]

    Returns
    -------
    array of int, shape (n_places, n_places)
        Symmetric, rounded up. [minutes]

    Raises
    ------
    ParameterError
        If a coordinate is not a number or ``detour`` is below 1.

    Notes
    -----
    Driving takes 3 minutes to set off and park, then 20 km/h where the way is under 5 km and
    50 km/h where it is longer: the function of the E150 instance (science, Appendix A). It
    jumps down at 5 km. These are assumptions, not measurements: with a road network, use
    ``road_travel``.

    Examples
    --------
    >>> travel_minutes(np.array([0.0, 2000.0]), np.array([0.0, 0.0])).tolist()
    [[0, 11], [11, 0]]
    """
    if detour < 1:
        raise ParameterError(f"detour is {detour}: a way is at least its straight line, 1")
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if bad.size:
        raise ParameterError(
            f"place {bad[0]} has no coordinates (x {x[bad[0]]}, y {y[bad[0]]}); {bad.size} of "
            f"{len(x)} places are so: give metres in a projected CRS"
        )
    way = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) * detour
    km_h = np.where(way < TOWN_REACH, TOWN_KM_H, OPEN_ROAD_KM_H)
    driven = FIXED_MINUTES + way / 1000 / km_h * 60
    minutes = np.where(way < foot_reach, way / FOOT_M_MIN, driven)
    return np.ceil(minutes).astype(np.int64)


def base_named(bases: tuple[Base, ...], name: str) -> Base:
    """The base called ``name``.

    Raises
    ------
    ParameterError
        If no base has that name; the message lists the bases there are.
    """
    for base in bases:
        if base.name == name:
            return base
    known = listed([base.name for base in bases]) or "none are given"
    raise ParameterError(f"base {name!r} is not among the bases ({known}): name one of them")
