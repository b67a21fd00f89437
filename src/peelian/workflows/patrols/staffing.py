"""Who is on duty in a shift: teams of a roster, or so many spread over the bases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from peelian import operations, sources, spacetime
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    Base,
    Break,
    CoverageError,
    DataError,
    Ingredient,
    ParameterError,
    Shift,
    Team,
)
from peelian.workflows.gather import BASES_LAYER, Material
from peelian.workflows.settings import PlanSettings

Span = tuple[int, int]  # minutes into the shift
Hours = tuple[time, time]  # of a day; an end before the start is on the next
Turn = tuple[datetime, datetime]  # one shift, local time


@dataclass(frozen=True)
class Staffing:
    """The shift, its teams, the file they came from, and what to tell the reader."""

    shift: Shift
    teams: tuple[Team, ...]
    ingredients: tuple[Ingredient, ...]
    said: tuple[str, ...]


def staff(store: Store, settings: PlanSettings, material: Material) -> Staffing:
    """The teams on duty, single crews kept to the hours in which they may be out."""
    turns, bases = turns_of(settings, material), read_bases(store)
    shift = shift_of(turns)
    said: list[str] = []
    ingredients: tuple[Ingredient, ...] = ()
    if settings.roster:
        duties, ingredient = sources.read_roster(settings.roster)
        teams, absent = teams_of(duties, bases, shift, file=Path(settings.roster).name)
        ingredients = (ingredient,)
        said.append(f"{len(teams)} teams of the roster are on duty in this shift")
        if absent:
            said.append(f"on the roster, but not on duty: {', '.join(absent)}")
    else:
        teams = teams_at(bases, settings.teams, shift, turns)
    if settings.single_hours:
        hours = spans(shift, hours_of(settings.single_hours))
        teams, left = operations.single_hours(teams, hours)
        said.append(f"single crews are out from {settings.single_hours} only")
        if left:
            said.append(f"single crews not sent out in this shift: {', '.join(left)}")
        if not teams:
            raise ParameterError(
                f"no team is left: every one is a single crew, and none may be out in this "
                f"shift (single hours {settings.single_hours})"
            )
    return Staffing(shift, teams, ingredients, tuple(said))


def read_bases(store: Store) -> tuple[Base, ...]:
    """The bases held: named points."""
    if BASES_LAYER not in store.layers():
        raise CoverageError("no bases are held: run `peelian ingest --bases FILE` first")
    layer = store.read_areas(BASES_LAYER)
    return tuple(
        Base(name, float(point.x), float(point.y))
        for name, point in zip(layer.name, layer.polygons, strict=True)
    )


def turns_of(settings: PlanSettings, material: Material) -> list[Turn]:
    """The shifts asked for, in local time.

    One that ends before it starts ends the next day; each starts after the one before it.
    """
    if settings.date:
        try:
            day = date.fromisoformat(settings.date)
        except ValueError as error:
            raise ParameterError(f"date {settings.date!r}: write it as YYYY-MM-DD") from error
    else:
        after_data = spacetime.to_local(material.history.periods.end[-1:])
        day = date.fromisoformat(str(after_data[0].astype("datetime64[D]")))
    one = f"{settings.shift_start}-{settings.shift_end}"
    turns: list[Turn] = []
    for hours in (hours_of(part) for part in (settings.shifts or one).split(",")):
        turn = on_day(day, hours)
        if turns and turn[0] <= turns[-1][0]:
            turn = on_day(day + timedelta(days=1), hours)
        if turns and turn[0] <= turns[-1][0]:
            raise ParameterError(
                f"shifts {settings.shifts!r} go on for more than a day: give them in their "
                "order, each starting within a day of the first"
            )
        turns.append(turn)
    return turns


def shift_of(turns: Sequence[Turn]) -> Shift:
    """The time from the first of these shifts to the last, with the borders between them."""
    start, end = turns[0][0], max(end for _, end in turns)
    whole = Shift(start, end)
    return Shift(start, end, tuple(minute_of(whole, begins) for begins, _ in turns[1:]))


def teams_at(
    bases: tuple[Base, ...], n_teams: int, shift: Shift, turns: Sequence[Turn]
) -> tuple[Team, ...]:
    """Teams spread over the bases in their order, so many for each of the shifts."""
    if n_teams < 1:
        raise ParameterError(f"{n_teams} teams: give one at least")
    teams = []
    for number, (begins, ends) in enumerate(turns):
        for i in range(n_teams):
            base = bases[i % len(bases)]
            name = f"Team {number * n_teams + i + 1}, {base.name}"
            hours = minute_of(shift, begins), minute_of(shift, ends)
            teams.append(Team(name, base, *hours))
    return tuple(teams)


def teams_of(
    duties: Sequence[sources.Duty], bases: tuple[Base, ...], shift: Shift, *, file: str
) -> tuple[tuple[Team, ...], tuple[str, ...]]:
    """The teams of a roster as far as they are on in the shift, and the names of the others.

    A team that is on twice is called by its hours as well.
    """
    often = Counter(duty.team for duty in duties)
    teams, absent = [], []
    for duty in duties:
        try:
            base = operations.base_named(bases, duty.base)
        except ParameterError as error:
            raise DataError(f"{file}: row {duty.row}: {error}") from error
        name = duty.team
        if often[name] > 1:
            name = f"{name}, {duty.start:%H:%M}"
        on = max(
            spans(shift, (duty.start, duty.end)), key=lambda s: s[1] - s[0], default=(0, 0)
        )
        if on[1] <= on[0]:
            absent.append(name)
            continue
        team = Team(
            name, base, *on,
            mode=duty.mode, crew=duty.crew, skills=duty.skills,
            agency=duty.agency, places=duty.places,
        )  # fmt: skip
        teams.append(replace(team, meal=_meal(duty, shift, team)))
    if not teams:
        raise ParameterError(
            f"{file}: no team is on duty between {shift.start:%H:%M} and {shift.end:%H:%M}; "
            "give the shift that the roster is for"
        )
    return tuple(teams), tuple(absent)


def minute_at(shift: Shift, clock_time: time) -> int | None:
    """The first minute into the shift at which it is that time of day; None where never."""
    for offset in range((shift.end.date() - shift.start.date()).days + 1):
        day = shift.start.date() + timedelta(days=offset)
        minute = minute_of(shift, on_day(day, (clock_time, clock_time))[0])
        if 0 <= minute < shift.minutes:
            return minute
    return None


def spans(shift: Shift, hours: Hours) -> list[Span]:
    """These hours of each day as minutes into the shift, as far as they lie in it."""
    found = []
    for offset in range(-1, (shift.end.date() - shift.start.date()).days + 1):
        turn = on_day(shift.start.date() + timedelta(days=offset), hours)
        a, b = (minute_of(shift, instant) for instant in turn)
        if min(b, shift.minutes) > max(a, 0):
            found.append((max(a, 0), min(b, shift.minutes)))
    return found


def on_day(day: date, hours: Hours) -> Turn:
    """These hours on that day, or over midnight, in local time."""
    zone, (start, end) = ZoneInfo(LOCAL_ZONE), hours
    after = timedelta(days=1) if end <= start else timedelta(0)
    return datetime.combine(day, start, zone), datetime.combine(day + after, end, zone)


def minute_of(shift: Shift, instant: datetime) -> int:
    """Elapsed minutes from the start of the shift."""
    elapsed = instant.astimezone(UTC) - shift.start.astimezone(UTC)
    return round(elapsed.total_seconds() / 60)


def hours_of(text: str) -> Hours:
    """From when to when, written HH:MM-HH:MM."""
    start, _, end = text.strip().partition("-")
    return _clock(start), _clock(end)


def _meal(duty: sources.Duty, shift: Shift, team: Team) -> Break | None:
    """The team's break, where it can be taken in its hours of this shift."""
    if duty.meal is None:
        return None
    minutes, opens, closes = duty.meal
    for offset in range(-1, (shift.end.date() - shift.start.date()).days + 1):
        day = shift.start.date() + timedelta(days=offset)
        first, latest = on_day(day, (opens, closes))
        if opens == closes:  # a fixed time, not a whole day
            latest = first
        a, b = minute_of(shift, first), minute_of(shift, latest)
        a, b = max(a, team.start), min(b, team.end - minutes)
        if a <= b:
            return Break(minutes, a, b)
    return None


def _clock(text: str) -> time:
    """The time of day written HH:MM."""
    try:
        clock_time: time | None = time.fromisoformat(text)
    except ValueError:
        clock_time = None
    if clock_time is None or clock_time.tzinfo is not None:
        raise ParameterError(f"time {text!r}: write it as HH:MM, local time")
    return clock_time
