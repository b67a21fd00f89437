"""Who is on duty, and what spots ask of them: two CSV files, checked row by row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, TypeVar

from peelian.sources.contents import Format, open_contents
from peelian.sources.csv_rows import read_csv
from peelian.sources.parsing import texts
from peelian.sources.rows import Rows
from peelian.terms import (
    MODES,
    POLICE,
    SKILLS,
    VEHICLE,
    DataError,
    Ingredient,
    SchemaError,
)

DAY = 24 * 60  # minutes
EVERY_SPOT = "*"
Found = TypeVar("Found")
BREAK = re.compile(r"(\d+) (\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True)
class Duty:
    """One row of a roster: a team's turn of duty, in local times of day.

    ``meal`` is a break: its minutes, and from when to when it may start.
    """

    row: int
    team: str
    base: str
    start: time
    end: time
    mode: str = VEHICLE
    crew: int = 2
    skills: tuple[str, ...] = ()
    meal: tuple[int, time, time] | None = None
    agency: str = POLICE
    places: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """Its length, over midnight where it ends before it starts. [minutes]"""
        return (_minute(self.end) - _minute(self.start) - 1) % DAY + 1


@dataclass(frozen=True)
class SpotRule:
    """What one spot, all of one district, or every spot (``*``) asks, and its visits a week.

    None: the rule says nothing of it.
    """

    row: int
    spot: str
    crew: int | None
    skills: tuple[str, ...] | None
    minimum: int | None
    maximum: int | None


def read_roster(path: str | Path) -> tuple[tuple[Duty, ...], Ingredient]:
    """The turns of duty of a roster.

    Parameters
    ----------
    path : str or Path
        CSV of ``team, base, start, end`` (HH:MM; an end before the start is on the next day)
        and, where wanted, ``mode`` (vehicle or foot), ``crew`` (officers, 2), ``skills`` (of
        SKILLS, by ``;``), ``break`` (such as ``30 17:00-19:00``: its minutes, and from when
        to when it may start), ``agency`` (police) and ``places`` (where another agency may
        serve, by ``;``).

    Raises
    ------
    SchemaError
        If a column is missing, or not known.
    DataError
        With the row: a time, number, mode or skill that cannot be read, a break that does not
        lie in its turn of duty, a turn that overlaps another of the same team, another agency
        without places.
    CoverageError
        If it has no rows.
    """
    rows, ingredient = _read(path, ("team", "base", "start", "end"), Duty)
    duties = tuple(_duty(row) for row in rows)
    for number, duty in enumerate(duties):
        for other in duties[:number]:
            if other.team == duty.team and _overlap(other, duty):
                raise DataError(
                    f"{ingredient.name}: row {duty.row}: team {duty.team!r} is on from "
                    f"{duty.start:%H:%M} to {duty.end:%H:%M}, but also, in row {other.row}, "
                    f"from {other.start:%H:%M} to {other.end:%H:%M}; keep its turns apart"
                )
    return duties, ingredient


def read_spot_rules(path: str | Path) -> tuple[tuple[SpotRule, ...], Ingredient]:
    """What spots ask of the teams sent there, and how often they are to be visited.

    Parameters
    ----------
    path : str or Path
        CSV of ``spot`` (the name of a spot as plans print it, of a district, or ``*`` for
        every spot) and, where wanted, ``crew`` (fewest officers), ``skills`` (of SKILLS, by
        ``;``), ``minimum`` and ``maximum`` (visits in seven days).

    Raises
    ------
    SchemaError
        If a column is missing, or not known.
    DataError
        With the row: a number or skill that cannot be read, a minimum above its maximum, or a
        spot that stands twice.
    """
    rows, ingredient = _read(path, ("spot",), SpotRule)
    rules: list[SpotRule] = []
    for row in rows:
        rule = SpotRule(
            row=row.number,
            spot=row.text("spot"),
            crew=row.whole("crew", least=1),
            skills=row.skills() if row.given.get("skills") else None,
            minimum=row.whole("minimum", least=0),
            maximum=row.whole("maximum", least=0),
        )
        if rule.minimum and rule.maximum and rule.minimum > rule.maximum:
            raise row.wrong("minimum", f"is above the maximum, {rule.maximum}; exchange them")
        if any(rule.spot == other.spot for other in rules):
            raise row.wrong("spot", "stands twice; give each spot one row")
        rules.append(rule)
    return tuple(rules), ingredient


@dataclass(frozen=True)
class _Row:
    """One row, and how to say what is wrong with it."""

    file: str
    number: int
    given: Mapping[str, str]

    def wrong(self, column: str, why: str) -> DataError:
        return DataError(
            f"{self.file}: row {self.number}: {column} {self.given.get(column, '')!r} {why}"
        )

    def text(self, column: str) -> str:
        if not self.given.get(column):
            raise self.wrong(column, "is empty; give one")
        return self.given[column]

    def clock(self, column: str) -> time:
        return self.parsed(column, self.text(column), _clock, "is no time; write HH:MM")

    def whole(self, column: str, *, least: int) -> int | None:
        text = self.given.get(column, "")
        if not text:
            return None
        wanted = f"is no whole number; give {least} or more"
        number = self.parsed(column, text, int, wanted)
        if number < least:
            raise self.wrong(column, f"is too small; give {least} or more")
        return number

    def skills(self) -> tuple[str, ...]:
        skills = _several(self.given.get("skills", ""))
        for skill in skills:
            if skill not in SKILLS:
                raise self.wrong("skills", f"names {skill!r}; known are {', '.join(SKILLS)}")
        return skills

    def parsed(self, column: str, text: str, parse: Callable[[str], Found], why: str) -> Found:
        try:
            return parse(text)
        except ValueError:
            raise self.wrong(column, why) from None


def _read(
    path: str | Path, wanted: tuple[str, ...], kind: type[Any]
) -> tuple[list[_Row], Ingredient]:
    """The rows of a CSV with these columns and no others than ``kind`` knows."""
    contents = list(open_contents(path))
    name = Path(path).name
    if len(contents) != 1 or contents[0].format is not Format.CSV:
        raise DataError(f"{name}: it is read from one CSV file")
    rows: Rows = read_csv(contents[0])
    rows.require(wanted)
    known = {"break" if f == "meal" else f for f in kind.__dataclass_fields__} - {"row"}
    for column in rows.columns:
        if column not in known:
            raise SchemaError(
                f"{name}: column {column!r} is not known; there are {', '.join(sorted(known))}"
            )
    if rows.malformed:
        bad = rows.malformed[0]
        raise DataError(f"{name}: row {bad.row}: its fields do not fit the header")
    columns = {c: [t.strip() for t in texts(rows.column(c)).to_pylist()] for c in rows.columns}
    found = []
    for i, number in enumerate(rows.number.tolist()):
        given = {column: values[i] for column, values in columns.items()}
        found.append(_Row(name, number, given))
    return found, Ingredient(str(path), contents[0].sha256, rows.read, 0, "file")


def _duty(row: _Row) -> Duty:
    """One turn of duty, checked by itself."""
    given = row.given
    mode = given.get("mode") or VEHICLE
    if mode not in MODES:
        raise row.wrong("mode", f"is none; give {' or '.join(MODES)}")
    agency = given.get("agency") or POLICE
    duty = Duty(
        row=row.number,
        team=row.text("team"),
        base=row.text("base"),
        start=row.clock("start"),
        end=row.clock("end"),
        mode=mode,
        crew=row.whole("crew", least=1) or Duty.crew,
        skills=row.skills(),
        meal=_meal(row, given.get("break", "")),
        agency=agency,
        places=_several(given.get("places", "")),
    )
    if agency != POLICE and not duty.places:
        raise row.wrong(
            "places", f"is empty, but the team is of {agency}; say where it may serve"
        )
    if duty.meal:
        minutes, opens, closes = duty.meal
        first = (_minute(opens) - _minute(duty.start)) % DAY
        wait = (_minute(closes) - _minute(opens)) % DAY
        if first + wait + minutes > duty.minutes:
            raise row.wrong(
                "break",
                f"does not lie in the team's hours, {duty.start:%H:%M} to {duty.end:%H:%M}: "
                "it must start in them and be over by their end",
            )
    return duty


def _meal(row: _Row, text: str) -> tuple[int, time, time] | None:
    """A break: its minutes, and from when to when it may start."""
    if not text:
        return None
    match = BREAK.fullmatch(text)
    if not match or not int(match[1]):
        raise row.wrong("break", "cannot be read; write it as 30 17:00-19:00")
    why = "has no such time of day; write it as 30 17:00-19:00"
    opens, closes = (row.parsed("break", match[i], _clock, why) for i in (2, 3))
    return int(match[1]), opens, closes


def _clock(text: str) -> time:
    """A time of day written HH:MM; ValueError if it is none."""
    if not re.fullmatch(r"\d\d:\d\d", text):
        raise ValueError(text)
    return time.fromisoformat(text)


def _several(text: str) -> tuple[str, ...]:
    """Words separated by semicolons."""
    return tuple(word.strip() for word in text.split(";") if word.strip())


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _overlap(one: Duty, other: Duty) -> bool:
    """Whether two turns of duty have a minute in common, on any day."""
    ahead = (_minute(other.start) - _minute(one.start)) % DAY
    return ahead < one.minutes or DAY - ahead < other.minutes
