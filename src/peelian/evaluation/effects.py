"""What an evaluation finds, and what every design asks of its counts."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from peelian.evaluation.planning import panel_dispersion
from peelian.evaluation.two_counts import MIN_BASE, MIN_MONTHS, monthly_dispersion
from peelian.terms import AreaCounts, DataError, Interval, Role

ASSUMED = 2.0  # dispersion where nothing is given and too little is held to estimate it
FEW = 5  # events below which a normal interval of a difference is poor
RATIO, EVENTS, HARM, QUOTIENT = "ratio", "events", "days of harm", "quotient"
A_SPOT_DAY = "events a spot-day"


@dataclass(frozen=True)
class Measure:
    """One number with its 95 % interval; ``unit`` says what it is a number of."""

    name: str
    value: float
    interval: Interval
    p: float
    unit: str

    @property
    def none(self) -> float:
        """The value that means no effect."""
        return 1.0 if self.unit == RATIO else 0.0


@dataclass(frozen=True)
class Effect:
    """What a design found.

    ``measures`` begin with the one that the design is judged by. ``observed`` and ``expected``
    are the treated areas' events with the action and what they would have had. ``dispersion``
    is NaN where none is assumed; ``dispersion_from`` says where it comes from.
    """

    design: str
    measures: tuple[Measure, ...]
    observed: float
    expected: float
    dispersion: float
    dispersion_from: str
    warnings: tuple[str, ...] = ()

    @property
    def ratio(self) -> Measure | None:
        """The measure that is a rate ratio, which can stand beside those of other trials."""
        return next((m for m in self.measures if m.unit == RATIO), None)


@dataclass(frozen=True)
class Choices:
    """How an effect is estimated: ``dispersion`` 0 is estimated, ``washout`` in periods."""

    dispersion: float = 0.0
    washout: int = 0
    permutations: int = 1999


def before_dispersion(counts: AreaCounts) -> float:
    """Dispersion of the counts before the action, NaN where too few are held."""
    y, e = counts.counts[:, ~counts.after], counts.exposure[:, ~counts.after]
    if len(counts.areas) == 1:
        even = e.size > 0 and bool(np.all(e == e[0, 0]))
        return monthly_dispersion(y[0]) if even and y.size >= MIN_MONTHS else np.nan
    return panel_dispersion(y, exposure=e)


def dispersion_of(counts: AreaCounts, choices: Choices) -> tuple[float, str]:
    """The dispersion to use, and where it comes from."""
    if choices.dispersion:
        return choices.dispersion, "as given"
    found = before_dispersion(counts)
    if np.isnan(found):
        return ASSUMED, "assumed: too few counts before to estimate it"
    n = int(np.count_nonzero(~counts.after)) * len(counts.areas)
    return found, f"estimated from {n:,} counts before"


Two: TypeAlias = tuple[float, float]


def totals_of(counts: AreaCounts, role: Role) -> Two:
    """Events before and after of all areas with a role."""
    y = counts.counts[counts.of(role)].sum(axis=0)
    return float(y[~counts.after].sum()), float(y[counts.after].sum())


def require_both_sides(counts: AreaCounts, *roles: Role) -> None:
    """DataError unless there are these roles, and periods before and after."""
    for role in roles:
        if not counts.of(role).any():
            raise DataError(
                f"no area has the role {role}: give one, or choose a design that needs none"
            )
    if counts.after.all() or not counts.after.any():
        when = "before" if counts.after.all() else "after"
        raise DataError(f"no period is {when} the start of the action: nothing to compare")


def require_above_zero(**counts: float) -> None:
    """DataError that names the first count that is 0."""
    for name, n in counts.items():
        if n == 0:
            raise DataError(
                f"no offences in the {name.replace('_', ' ')}: a ratio cannot be formed. Use "
                "longer periods, more areas or a wider outcome, or the design wdd, which "
                "takes differences"
            )


def levels_warning(t0: float, c0: float) -> tuple[str, ...]:
    """What to say when treated and control were unlike before."""
    if c0 and not 0.5 <= t0 / c0 <= 2:
        return (
            f"Treated and control had unlike levels before ({t0:,.0f} and {c0:,.0f}): a "
            "difference of counts takes equal trends for granted. Rely on the ratio.",
        )
    return ()


def small_warning(**counts: float) -> tuple[str, ...]:
    """What to say of counts, by name, that are too small for a normal interval."""
    low = [f"{name.replace('_', ' ')} {n:g}" for name, n in counts.items() if n < FEW]
    said = f"Counts below {FEW} ({', '.join(low)}): the normal interval is poor."
    return (said,) if low else ()


def base_warning(n: float) -> tuple[str, ...]:
    """What to say when a percentage stands on too few offences."""
    said = f"Fewer than {MIN_BASE} offences before ({n:g}): a percentage misleads."
    return (said,) if n < MIN_BASE else ()
