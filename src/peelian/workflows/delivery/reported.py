"""What teams report of their stops: written down once, kept with both clocks, read back.

Choices and counts only. No field takes free text, so that nothing about a person can be said.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from peelian.store import Store
from peelian.terms import ParameterError
from peelian.workflows.patrols.kept_plan import KeptPlan

KIND = "visit-"  # and the plan: a phone waits for the entries of one shift, not of a year
ARRIVED, LEFT, SEEN, TAKEN_BACK = "arrived", "left", "seen", "taken-back"
WHATS = (ARRIVED, LEFT, SEEN, TAKEN_BACK)
SEEN_CHOICES: Mapping[str, str] = {
    "nothing-of-note": "Nothing of note",
    "people-carrying": "People carrying weapons",
    "drug-dealing": "Drug dealing",
    "disorder": "Disorder",
    "weapon-found": "Weapon found",
    "owner-concern": "Concern of a shop or owner",
}
MOST_SEEN = 99
CLOCK_SLACK = timedelta(minutes=2)  # clocks differ by less than this without a word
AROUND_SHIFT = timedelta(hours=6)  # reports further from the shift count for nothing
MOST_AT_ONCE = 500
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Receipt:
    """What became of reports sent: those held now, and why others were refused."""

    held: tuple[str, ...]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Reported:
    """One report that stands: which team at which stop said what, and when by our clock.

    ``clock`` says what is wrong with the device's clock, in words; empty when nothing is.
    ``counts`` is false for one too far from the shift to count.
    """

    id: str
    team: str
    stop: int
    what: str
    seen: str
    n: int
    time: datetime
    clock: str = ""
    counts: bool = True


def report_visits(
    store: Store,
    plan: KeptPlan,
    team: str,
    said: Sequence[Any],
    *,
    sent: datetime | None,
    now: datetime,
) -> Receipt:
    """Write down what a team reports; the same report again changes nothing.

    Each of ``said`` has an ``id`` made by the device (32 hexadecimal digits), ``stop``,
    ``what``, for ``seen`` the choice and how many (``n``), for ``taken-back`` the id of what
    it takes back (``of``), and ``time`` by the device's clock. ``sent`` is that clock when
    they were sent: what it differs from ``now`` is kept with each. One that cannot be right
    is refused with a sentence and keeps no other from being held.

    Raises
    ------
    ParameterError
        If there are more than 500 at once.
    """
    if len(said) > MOST_AT_ONCE:
        raise ParameterError(f"{len(said)} reports at once: send {MOST_AT_ONCE} at most")
    contents: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    ahead = round((sent - now).total_seconds()) if sent else None
    for one in said:
        name = str(one.get("id", ""))[:64] if isinstance(one, Mapping) else ""
        try:
            contents[name_of(plan, team, name)] = content_of(plan, team, one, ahead)
        except (ParameterError, OverflowError) as error:
            refused[name] = str(error)
    before = {
        entry.id: entry.content
        for entry in store.entries(kind_of(plan))
        if entry.id in contents
    }
    for name, content in before.items():
        if without_clock(content) != without_clock(contents[name]):
            refused[id_of(name)] = "something else was reported under this id"
    new = {name: content for name, content in contents.items() if name not in before}
    if new:
        store.append_entries(kind_of(plan), new, now=now)
    return Receipt(tuple(i for i in map(id_of, contents) if i not in refused), refused)


def content_of(plan: KeptPlan, team: str, one: Any, ahead: int | None) -> dict[str, Any]:
    """What is written down of one report; ParameterError where it cannot be right."""
    if not isinstance(one, Mapping) or not _ID.fullmatch(str(one.get("id", ""))):
        raise ParameterError("a report needs an id of 32 hexadecimal digits")
    stops = {stop.number: stop for stop in plan.teams[team]}
    number, what = one.get("stop"), one.get("what")
    if not isinstance(number, int) or number not in stops:
        raise ParameterError(f"this team has no stop {str(number)[:10]}")
    if what not in WHATS:
        raise ParameterError(f"a report is one of {', '.join(WHATS)}")
    content: dict[str, Any] = {
        "plan": plan.artefact,
        "team": team,
        "stop": number,
        "spot": str(plan.key[stops[number].spot]),
        "what": what,
        "time": device_time(one.get("time")),
        "ahead": ahead,
    }
    if what == SEEN:
        n = one.get("n", 1)
        if one.get("seen") not in SEEN_CHOICES:
            raise ParameterError(f"what was seen is one of {', '.join(SEEN_CHOICES)}")
        if not isinstance(n, int) or not 1 <= n <= MOST_SEEN:
            raise ParameterError(f"how many is a whole number from 1 to {MOST_SEEN}")
        content |= {"seen": one["seen"], "n": n}
    if what == TAKEN_BACK:
        if not _ID.fullmatch(str(one.get("of", ""))):
            raise ParameterError("what is taken back needs its id")
        content["of"] = name_of(plan, team, one["of"])
    return content


def device_time(given: Any) -> str | None:
    """A device's time as it said it, in UTC; None where it said none."""
    if given is None:
        return None
    try:
        time = datetime.fromisoformat(str(given))
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ParameterError(f"time {str(given)[:40]!r}: give date, time and offset from UTC")
    return time.astimezone(UTC).isoformat()


def read_reports(store: Store, plans: Iterable[KeptPlan]) -> dict[str, list[Reported]]:
    """Reports that stand of each plan, by its hash, in the order they came."""
    return {plan.artefact: read_plan_reports(store, plan) for plan in plans}


def read_plan_reports(store: Store, plan: KeptPlan) -> list[Reported]:
    """Reports that stand of one plan, in the order they came."""
    entries = store.entries(kind_of(plan))
    gone = {e.content["of"] for e in entries if e.content["what"] == TAKEN_BACK}
    found = []
    for entry in entries:
        content = entry.content
        if entry.id in gone or content["what"] == TAKEN_BACK:
            continue
        time, clock = time_of(content, entry.at)
        shift = plan.shift
        near = shift.start - AROUND_SHIFT <= time <= shift.end + AROUND_SHIFT
        found.append(
            Reported(
                id_of(entry.id),
                content["team"],
                content["stop"],
                content["what"],
                content.get("seen", ""),
                content.get("n", 1),
                time,
                clock or ("" if near else "far from the shift"),
                near,
            )
        )
    return found


def time_of(content: Mapping[str, Any], held: datetime) -> tuple[datetime, str]:
    """When something was done by our clock, and what is wrong with the device's.

    ``held`` is when we wrote it down. A device whose clock was off when it sent is put right
    by as much; one that still says it was done later than it was held, is not believed.
    """
    if content["time"] is None:
        return held, ""
    said = datetime.fromisoformat(content["time"])
    ahead = timedelta(seconds=content["ahead"] or 0)
    clock = ""
    if abs(ahead) > CLOCK_SLACK:
        side = "ahead" if ahead > timedelta(0) else "behind"
        clock = f"device clock {minutes_of(abs(ahead))} {side}"
        said -= ahead
    if said > held + CLOCK_SLACK:
        return held, "device clock jumped: time held instead"
    return said, clock


def minutes_of(length: timedelta) -> str:
    """A length of time as it is said."""
    minutes = round(length.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def kind_of(plan: KeptPlan) -> str:
    """The kind of entries that hold the reports of a plan."""
    return f"{KIND}{plan.short}"


def name_of(plan: KeptPlan, team: str, name: str) -> str:
    """The name of an entry: no team can write over another's."""
    number = list(plan.teams).index(team) + 1
    return f"{number}-{name}"


def id_of(name: str) -> str:
    """The device's own id in the name of an entry."""
    return name.rpartition("-")[2]


def without_clock(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says, whenever it was sent."""
    return {name: value for name, value in content.items() if name != "ahead"}
