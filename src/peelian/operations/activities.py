"""What a week of action planned, did and found, added up over its entries."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from peelian.operations.disclosure import SMALL_COUNT
from peelian.operations.strands import STRANDS
from peelian.statistics import garwood, rank_apart, share_interval
from peelian.terms import (
    Activity,
    Field,
    Interval,
    Operation,
    ParameterError,
    Proportion,
    Strand,
)

KNIFE_ARRESTS = "knife_arrests"  # the field that every strand which arrests has
ESTIMATED = "estimated"  # the choice of a field named "counted"
ESTIMABLE = ("passing", "pupils", "engaged", "reach")  # what that field speaks of


@dataclass(frozen=True)
class Total:
    """A field added up: NaN where no entry gives it, which is not zero.

    ``given`` of ``entries`` entries give it; ``about`` when one of them is an estimate;
    ``withheld`` when it counts too few people to be printed.
    """

    value: float
    given: int
    entries: int
    about: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Finding:
    """A measure over the entries that give both its parts: hits, n, and the interval.

    ``value`` and ``interval`` are in the measure's unit; NaN where nothing is known.
    """

    measure: Proportion
    hits: float
    n: float
    value: float
    interval: Interval
    withheld: bool = False


def planned_work(operation: Operation, strand: Strand, day: date) -> tuple[float, float]:
    """How much of a strand is planned for one day, and up to its end.

    Parameters
    ----------
    operation : Operation
        Its target is for all its days.
    strand : Strand
    day : date

    Returns
    -------
    on_day, until : float
        The target spread evenly over the days, in whole numbers; NaN without a target.

    Examples
    --------
    >>> week = Operation("a", "A", "other", date(2025, 12, 1), date(2025, 12, 7), "Essex",
    ...                  targets={"sweeps": 22})
    >>> planned_work(week, STRANDS["sweeps"], date(2025, 12, 2))
    (3.0, 6.0)
    """
    target = operation.targets.get(strand.name, math.nan)
    if math.isnan(target):
        return math.nan, math.nan
    gone = (day - operation.first_day).days + 1

    def until(days: int) -> float:
        return math.floor(target * min(max(days, 0), operation.n_days) / operation.n_days)

    return float(until(gone) - until(gone - 1)), float(until(gone))


def require_operation(operation: Operation) -> None:
    """ParameterError unless kind, partners, strands, leads and targets are known ones.

    Stop and search takes no target: each search needs its own reasonable grounds.
    """
    for name in (*operation.strands, *operation.targets, *operation.leads):
        if name not in STRANDS:
            raise ParameterError(f"no strand {name!r}: choose from {', '.join(STRANDS)}")
    for name, target in operation.targets.items():
        if not STRANDS[name].target:
            raise ParameterError(
                f"{STRANDS[name].title.lower()} takes no target: every search needs its own "
                "reasonable grounds"
            )
        if not (math.isfinite(target) and target > 0):
            raise ParameterError(f"target of {name} is {target:g}: give a number above 0")
        if name not in operation.strands:
            raise ParameterError(f"{name} has a target but is not among the strands")


def standing_activities(activities: Iterable[Activity]) -> tuple[Activity, ...]:
    """Entries as they stand after every correction, without those withdrawn.

    ``activities`` holds every version in the order written; the last of an entry counts.
    """
    last = {activity.id: activity for activity in activities}
    return tuple(activity for activity in last.values() if not activity.withdrawn)


def activities_of(
    activities: Sequence[Activity], strand: Strand, day: date | None = None
) -> list[Activity]:
    """Entries of one strand, and of one day if it is given."""
    return [a for a in activities if a.strand == strand.name and day in (None, a.day)]


def add_up(strand: Strand, field: Field, activities: Sequence[Activity]) -> Total:
    """A field added up over the entries of its strand.

    Raises
    ------
    ParameterError
        If the field holds no number.
    """
    if not field.is_number:
        raise ParameterError(f"{field.name} of {strand.name} is not a number: it has no total")
    mine = activities_of(activities, strand)
    giving = [a for a in mine if field.name in a.values]
    value = sum(float(a.values[field.name]) for a in giving) if giving else math.nan
    about = field.name in ESTIMABLE and any(
        a.values.get("counted") == ESTIMATED for a in giving
    )
    people = field.small or field.name == "pupils"
    return Total(value, len(giving), len(mine), about, people and 0 < value < SMALL_COUNT)


def places_of(strand: Strand, activities: Sequence[Activity]) -> int:
    """How many different places a strand's entries name."""
    named = (a.values.get("place") for a in activities_of(activities, strand))
    return len({str(place).casefold() for place in named if place})


def estimate_measure(
    strand: Strand, measure: Proportion, activities: Sequence[Activity]
) -> Finding:
    """A measure over the entries that give its denominator and some of its numerator.

    Parameters
    ----------
    strand : Strand
    measure : Proportion
    activities : sequence of Activity
        As they stand.

    Returns
    -------
    Finding
        With a Wilson interval for a share (exact where nothing was found), Garwood's for a
        rate. Withheld when it counts fewer than five people who could be known.

    Notes
    -----
    Entries are taken to be alike and independent: those of one place or one team are not, so
    the interval is the least the uncertainty can be.
    """
    whole = [
        a
        for a in activities_of(activities, strand)
        if measure.n in a.values and any(name in a.values for name in measure.hits)
    ]
    hits = sum(float(a.values.get(name, 0)) for a in whole for name in measure.hits)
    n = sum(float(a.values[measure.n]) for a in whole)
    if n == 0:
        unknown = Interval(math.nan, math.nan, "nothing recorded")
        return Finding(measure, hits, n, math.nan, unknown)
    interval = garwood(hits, n) if measure.rate else share_interval(hits, n)
    scaled = Interval(interval.low * measure.per, interval.high * measure.per, interval.method)
    small = any(strand.field(name).small for name in measure.hits)
    few = small and (0 < hits < SMALL_COUNT or n < SMALL_COUNT)
    return Finding(measure, hits, n, hits / n * measure.per, scaled, few)


def estimate_by(
    strand: Strand, measure: Proportion, group: str, activities: Sequence[Activity]
) -> tuple[Mapping[str, Finding], Sequence[float]]:
    """A measure by the choices of one field, and the rank of each where no interval overlaps.

    Parameters
    ----------
    strand, measure : Strand, Proportion
    group : str
        Field of the form whose choices part the entries.
    activities : sequence of Activity

    Returns
    -------
    found : mapping of str to Finding
        By the choice's words, those with a denominator only.
    rank : sequence of float
        1 is highest; NaN where the interval overlaps another's.
    """
    found = {}
    for value, label in strand.field(group).choices:
        one = estimate_measure(
            strand, measure, [a for a in activities if a.values.get(group) == value]
        )
        if one.n:
            found[label] = one
    low, high = (
        np.array([getattr(one.interval, end) for one in found.values()])
        for end in ("low", "high")
    )
    return found, rank_apart(low, high).tolist()
