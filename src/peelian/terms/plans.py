"""Who goes where: teams, spots, the day's draw, the plan. Times are minutes into a shift."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from peelian.terms.arrays import Bools, Floats, Ints, Shapes, require_length
from peelian.terms.errors import ParameterError

MODES = VEHICLE, FOOT = "vehicle", "foot"  # how a team travels
POLICE = "police"  # the agency that may serve everywhere
# What a team can be trained or equipped for, and a spot may ask.
SKILLS = ("arch", "driver", "search", "taser", "public-order", "dog", "first-aid", "cycle")
STOP_MINUTES = 15  # College of Policing guide and Koper curve: 10 to 20 minutes


@dataclass(frozen=True)
class Base:
    """Where a team starts and ends. [m]"""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Break:
    """A break taken at base, which starts in [opens, closes]. [minutes into the shift]"""

    minutes: int
    opens: int
    closes: int


@dataclass(frozen=True)
class Team:
    """Who patrol together, from ``start`` to ``end``. [minutes into the shift]

    ``mode`` is one of MODES, ``crew`` the number of officers, ``skills`` what one of them can
    do, such as ``driver``. A team of another ``agency`` than the police serves only the
    ``places`` named, such as a district; empty: everywhere.
    """

    name: str
    base: Base
    start: int
    end: int
    mode: str = VEHICLE
    crew: int = 2
    skills: tuple[str, ...] = ()
    meal: Break | None = None
    agency: str = POLICE
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ParameterError(
                f"team {self.name}: ends at minute {self.end}, not after {self.start}"
            )
        if self.mode not in MODES:
            raise ParameterError(
                f"team {self.name}: travels by {self.mode!r}; give {' or '.join(MODES)}"
            )
        if self.crew < 1:
            raise ParameterError(f"team {self.name}: a crew of {self.crew}; give 1 or more")
        meal = self.meal
        if meal and not (
            meal.minutes > 0
            and self.start <= meal.opens <= meal.closes <= self.end - meal.minutes
        ):
            raise ParameterError(
                f"team {self.name}: a break of {meal.minutes} minutes that starts from minute "
                f"{meal.opens} to {meal.closes} does not lie in its hours, {self.start} to "
                f"{self.end}"
            )


@dataclass(frozen=True)
class Shift:
    """One shift, or several planned together; instants are timezone-aware.

    ``borders`` are the minutes at which a further shift begins: visits diminish each other's
    worth within a shift, not across.
    """

    start: datetime
    end: datetime
    borders: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ParameterError("shift: start and end need a time zone")
        if self.end <= self.start:
            raise ParameterError(f"shift: ends {self.end} not after its start {self.start}")
        edges = (0, *self.borders, self.minutes)
        if any(b <= a for a, b in pairwise(edges)):
            raise ParameterError(
                f"shift: borders {self.borders} must rise between 0 and {self.minutes} minutes"
            )

    @property
    def minutes(self) -> int:
        """Elapsed minutes, so a clock change inside the shift is counted right."""
        elapsed = self.end.astimezone(UTC) - self.start.astimezone(UTC)
        return round(elapsed.total_seconds() / 60)


@dataclass(frozen=True, eq=False)
class Spots:
    """Hot spots that may be visited, shape (n_spots,) each.

    ``cell`` is the cell's number in the grid, ``x, y`` where officers stand [m], ``worth``
    what a first visit is worth (expected events or harm; an assumption about effect, not a
    forecast of crimes prevented). ``shapes`` are the outlines of spots that were drawn by hand
    [m], None where a spot is its cell.
    """

    cell: Ints
    x: Floats
    y: Floats
    worth: Floats
    names: tuple[str, ...]
    shapes: Shapes | None = None

    def __post_init__(self) -> None:
        require_length(
            "Spots", len(self.cell), x=self.x, y=self.y, worth=self.worth, shapes=self.shapes
        )
        if len(self.names) != len(self.cell):
            raise ParameterError(f"Spots: {len(self.names)} names, expected {len(self.cell)}")

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def boxes(self) -> tuple[tuple[int, Any], ...]:
        """Number and outline of each spot that was drawn by hand, rather than flagged."""
        shapes = () if self.shapes is None else self.shapes
        return tuple((n, shape) for n, shape in enumerate(shapes) if shape is not None)


@dataclass(frozen=True, eq=False)
class Needs:
    """What each spot asks of who visits it and how often, shape (n_spots,) each.

    Attributes
    ----------
    crew : array of int
        Fewest officers of a team sent there.
    skills : tuple of tuples of str
        What the team must be able to do.
    recent : array of int
        Visits of the seven days before the shift.
    minimum, maximum : array of int
        Visits in seven days; 0: none is set.
    district : tuple of str
        Where it lies; empty when not known.
    within : mapping
        By the name of a place that teams are limited to, which spots lie in it, array of bool.
    """

    crew: Ints
    skills: tuple[tuple[str, ...], ...]
    recent: Ints
    minimum: Ints
    maximum: Ints
    district: tuple[str, ...]
    within: Mapping[str, Bools] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.crew)
        counted = {k: getattr(self, k) for k in ("recent", "minimum", "maximum")}
        require_length("Needs", n, **counted)
        require_length("Needs within", n, **self.within)
        for name in ("skills", "district"):
            held = len(getattr(self, name))
            if held != n:
                raise ParameterError(f"Needs: {held} {name}, expected {n}, one for each spot")
        for name, values in counted.items():
            if np.any(values < 0):
                raise ParameterError(f"Needs: {name} must be zero or more visits")
        both = (self.minimum > 0) & (self.maximum > 0) & (self.minimum > self.maximum)
        if np.any(both):
            spot = int(np.argmax(both))
            raise ParameterError(
                f"spot {spot}: a weekly minimum of {self.minimum[spot]} visits is above the "
                f"maximum of {self.maximum[spot]}; exchange them"
            )


@dataclass(frozen=True, eq=False)
class Draw:
    """Today's randomised active set: what was drawn, with what probability, from which seed.

    ``probability``, ``active`` and ``weight``, which probabilities are proportional to within
    their limits, have shape (n_spots,). Kept, it makes each day an experiment.
    """

    probability: Floats
    active: Bools
    seed: int
    method: str
    weight: Floats | None = None


@dataclass(frozen=True)
class Visit:
    """One stop: ``spot`` indexes Spots; ``arrive`` is minutes into the shift."""

    spot: int
    arrive: int
    minutes: int


@dataclass(frozen=True)
class Route:
    """One team's visits in order, and when it is back at base. [minutes into the shift]"""

    team: Team
    visits: tuple[Visit, ...]
    back: int
    travel_minutes: int
    meal_at: int | None = None  # when the team's break starts

    @property
    def before_meal(self) -> int:
        """Number of visits made before the break; all of them where there is none."""
        if self.meal_at is None:
            return len(self.visits)
        return sum(visit.arrive < self.meal_at for visit in self.visits)


@dataclass(frozen=True)
class Moved:
    """A stop given to another team by a person, and what that costs.

    ``visit`` is the stop with its new time, ``team`` who makes it now, ``before`` who would
    have. ``value`` and ``minutes`` are what the plan gains, negative when it loses: worth of
    its visits, and minutes of travel saved. ``dropped`` and ``added`` are the spots that get a
    visit less or more.
    """

    visit: Visit
    team: str
    before: str
    value: float
    minutes: int
    dropped: tuple[int, ...]
    added: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PatrolPlan:
    """The day's plan: who goes where, when, how long, and why."""

    shift: Shift
    spots: Spots
    draw: Draw
    routes: tuple[Route, ...]
    value: float
    assumptions: tuple[str, ...]
    needs: Needs | None = None
    moved: tuple[Moved, ...] = ()
