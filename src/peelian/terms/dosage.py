"""What officers' devices say, and the visits that it shows. No person, only call signs."""

from dataclasses import dataclass

from peelian.terms.arrays import Bools, Floats, Instants, Ints, Texts, require_length


@dataclass(frozen=True, eq=False)
class Pings:
    """Where a unit's device was, shape (n,) each.

    Attributes
    ----------
    unit : array of str
        Call sign.
    time : array of datetime64[s]
        UTC.
    x, y : array
        Place. [m]
    """

    unit: Texts
    time: Instants
    x: Floats
    y: Floats

    def __post_init__(self) -> None:
        require_length("Pings", len(self.unit), time=self.time, x=self.x, y=self.y)

    def __len__(self) -> int:
        return len(self.unit)


@dataclass(frozen=True, eq=False)
class SeenVisits:
    """Visits as pings show them, by spot, unit and time, shape (n,) each.

    Attributes
    ----------
    spot : array of int
        Which polygon.
    unit : array of str
    first, last : array of datetime64[s]
        The first and last ping inside, UTC: the visit lasted at least that long.
    before, after : array
        Time from the ping outside before the first, and to the one after the last; 0 where
        none came within the gap, so that nothing is known. [s]
    n_pings : array of int
        Pings inside.
    cut : array of bool
        Whether an end is not known: the device was silent there.
    """

    spot: Ints
    unit: Texts
    first: Instants
    last: Instants
    before: Floats
    after: Floats
    n_pings: Ints
    cut: Bools

    def __post_init__(self) -> None:
        require_length(
            "SeenVisits",
            len(self.spot),
            unit=self.unit,
            first=self.first,
            last=self.last,
            before=self.before,
            after=self.after,
            n_pings=self.n_pings,
            cut=self.cut,
        )

    def __len__(self) -> int:
        return len(self.spot)
