"""Power of each design on areas whose counts before are known."""

import numpy as np

from peelian.evaluation.designs import POWER, stepped_wedge_error
from peelian.evaluation.effects import ASSUMED, before_dispersion
from peelian.evaluation.impact import DESIGNS
from peelian.evaluation.planning import (
    DesignPower,
    displacement_power,
    error_power,
    two_count_power,
)
from peelian.terms import AreaCounts, Bools, DataError, ParameterError, Role

FEWEST_OTHERS = 19  # areas that a rank of 5 % needs beside the treated one


def design_power(
    counts: AreaCounts,
    design: str,
    *,
    length: float,
    share: float = 0.5,
    dispersion: float,
    ratios: tuple[float, ...],
    power: float = POWER,
) -> DesignPower:
    """What a design could show on these areas, if the time before is as the time to come.

    Parameters
    ----------
    counts : AreaCounts
        Counts after the start are not looked at.
    design : str
        One of DESIGNS.
    length : float
        Time with the action over time before.
    share : float
        Part of the days treated; crossover and rotation only. [0 to 1]
    dispersion : float
        Variance over mean of such counts.
    ratios : tuple of float
        True effects to give the power for.
    power : float
        Chance of finding the effect. [0 to 1]

    Returns
    -------
    DesignPower
        An interrupted series is given that of its two counts, which is the most it can have.

    Raises
    ------
    ParameterError
        If the design is not known, or a setting is out of range.
    DataError
        If a role that the design needs had no events before.
    """
    if design not in DESIGNS:
        raise ParameterError(f"design {design!r}: choose one of {', '.join(DESIGNS)}")
    if not 0 < length < np.inf:
        raise ParameterError(f"length is {length:g}: give more than 0")
    before = counts if counts.after.all() else counts.during(~counts.after)
    n = {role: float(before.counts[before.of(role)].sum()) for role in Role}
    t0, c0 = n[Role.TREATED], n[Role.CONTROL]
    t1, c1 = t0 * length, c0 * length
    _require_events(before, design)
    if design in ("crossover", "rotation"):
        total = (t0 + c0) * length
        return two_count_power(
            total * share,
            total * (1 - share),
            ratios=ratios,
            dispersion=dispersion,
            power=power,
        )
    if design == "pairs":
        return two_count_power(t1, c1, ratios=ratios, dispersion=dispersion, power=power)
    if design in ("before-after", "interrupted"):
        return two_count_power(t1, t0, ratios=ratios, dispersion=dispersion, power=power)
    if design in ("wdd", "wdq"):
        near = n[Role.TREATED_BUFFER] + n[Role.CONTROL_BUFFER]
        # Counts before are brought to the length after, and their variances with them.
        others = t0 * length**2 + (c0 + near) * (length + length**2)
        return displacement_power(
            t1, others, ratios=ratios, dispersion=dispersion, power=power
        )
    if design == "stepped-wedge":
        return error_power(
            _wedge_error(before, length, dispersion),
            ratios=ratios,
            dispersion=dispersion,
            power=power,
        )
    found = two_count_power(
        t1, 1 / (1 / t0 + 1 / c0 + 1 / c1), ratios=ratios, dispersion=dispersion, power=power
    )
    if design == "synthetic" and before.of(Role.CONTROL).sum() < FEWEST_OTHERS:
        return DesignPower(np.nan, found.power, found.ratios, (0.0,) * len(ratios), dispersion)
    return found


def planning_dispersion(counts: AreaCounts, dispersion: float) -> tuple[float, str]:
    """The dispersion to plan with, and where it comes from: given, estimated or assumed.

    Parameters
    ----------
    counts : AreaCounts
    dispersion : float
        0 to estimate it from the counts before the action.
    """
    if dispersion:
        return dispersion, "as given"
    before = counts if counts.after.all() else counts.during(~counts.after)
    found = before_dispersion(before)
    if np.isnan(found):
        return ASSUMED, "assumed: too few counts before to estimate it"
    return found, f"estimated from {before.counts.size:,} counts before"


def _require_events(before: AreaCounts, design: str) -> None:
    alone = design not in ("did", "wdd", "wdq", "pairs", "synthetic")
    for role in (Role.TREATED,) if alone else (Role.TREATED, Role.CONTROL):
        if not before.of(role).any():
            raise DataError(f"no area has the role {role}: the design {design} needs one")
        if not before.counts[before.of(role)].sum():
            raise DataError(
                f"no offences in the {role} areas before: nothing can be expected of them, "
                "and no fall could show. Choose other areas, longer times or a wider outcome"
            )


def _wedge_error(before: AreaCounts, length: float, dispersion: float) -> float:
    """Error of a wedge of the treated areas whose starts are spread evenly over the time."""
    y = before.counts[before.of(Role.TREATED)]
    n, periods = len(y), max(round(length * y.shape[1]), 2)
    mean = float(y.mean())
    level = y.mean(axis=1)
    between = max(
        float(np.var(np.log(level[level > 0]))) - dispersion / (mean * y.shape[1]), 0
    )
    return stepped_wedge_error(
        _even_steps(n, periods), within=dispersion / mean, between=between
    )


def _even_steps(n: int, periods: int) -> Bools:
    start = 1 + np.arange(n) * (periods - 1) // n
    return np.asarray(np.arange(periods) >= start[:, None])
