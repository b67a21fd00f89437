"""Minutes from place to place when no road network is given."""

import numpy as np

from peelian.operations.checks import listed
from peelian.terms import Base, Floats, Ints, ParameterError

DETOUR = 1.3  # roads against the straight line (science, Appendix A)
FIXED_MINUTES = 3.0  # setting off and parking
TOWN_KM_H, TOWN_REACH = 20.0, 5_000.0  # journeys under 5 km
OPEN_ROAD_KM_H = 50.0
FOOT_M_MIN = 80.0  # 4.8 km/h
FOOT_REACH = 400.0  # metres of path walked rather than driven


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
    jumps down at 5 km. These are assumptions, not measurements: with a road network, hand
    ``plan_routes`` a matrix of your own.

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
