"""Who goes where: teams, spots, the day's draw, the plan. Times are minutes into a shift."""

from dataclasses import dataclass
from datetime import UTC, datetime

from peelian.terms.arrays import Bools, Floats, Ints, require_length
from peelian.terms.errors import ParameterError

STOP_MINUTES = 15  # College of Policing guide and Koper curve: 10 to 20 minutes


@dataclass(frozen=True)
class Base:
    """Where a team starts and ends. [m]"""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Team:
    """Officers who patrol together, from ``start`` to ``end``. [minutes into the shift]"""

    name: str
    base: Base
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ParameterError(
                f"team {self.name}: ends at minute {self.end}, not after {self.start}"
            )


@dataclass(frozen=True)
class Shift:
    """One shift; both instants are timezone-aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ParameterError("shift: start and end need a time zone")
        if self.end <= self.start:
            raise ParameterError(f"shift: ends {self.end} not after its start {self.start}")

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
    forecast of crimes prevented).
    """

    cell: Ints
    x: Floats
    y: Floats
    worth: Floats
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        require_length("Spots", len(self.cell), x=self.x, y=self.y, worth=self.worth)
        if len(self.names) != len(self.cell):
            raise ParameterError(f"Spots: {len(self.names)} names, expected {len(self.cell)}")

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True, eq=False)
class Draw:
    """Today's randomised active set: what was drawn, with what probability, from which seed.

    ``probability`` and ``active`` have shape (n_spots,). Kept, it makes each day an
    experiment.
    """

    probability: Floats
    active: Bools
    seed: int
    method: str


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


@dataclass(frozen=True, eq=False)
class PatrolPlan:
    """The day's plan: who goes where, when, how long, and why."""

    shift: Shift
    spots: Spots
    draw: Draw
    routes: tuple[Route, ...]
    value: float
    assumptions: tuple[str, ...]
