"""Designs written down before they start, in the store's register, and read back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from peelian import reports
from peelian.evaluation import DesignPower
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    PLANNING_PRIOR,
    AreaCounts,
    NotAllowedNow,
    NotFound,
    ParameterError,
    Role,
    Table,
)
from peelian.workflows.designs.impact import power_of
from peelian.workflows.designs.measured import Gathered, gather_baseline, spans_of
from peelian.workflows.designs.places_compared import ComparedPlaces
from peelian.workflows.gather import record_of
from peelian.workflows.options import from_flat, from_json, to_json
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import PowerSettings, RegisterSettings

KIND = "design"
REQUIRED = ("question", "before", "after")
# What a result may bring anew; everything else is as registered.
COUNTED = ("plan", "counts", "rows", "treated", "control", "amends", "reason", "anyway")


@dataclass(frozen=True, eq=False)
class Registered:
    """A design as it stands: the last amendment, and what it was before.

    ``name`` is that of its first entry, ``entry`` of the last. ``roles`` maps each area to its
    role and pair; ``places`` are their polygons where counted from events.
    """

    name: str
    entry: str
    at: datetime
    first_at: datetime
    settings: RegisterSettings
    roles: Mapping[str, tuple[Role, str]]
    places: ComparedPlaces | None
    power: Mapping[str, Any]
    late: bool
    changes: tuple[str, ...]
    chain: str

    @property
    def question(self) -> str:
        """What is asked."""
        return self.settings.question

    @property
    def start(self) -> date:
        """First day with the action."""
        return _start(self.settings)


def register(
    store: Store | None,
    settings: RegisterSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Judge a design by the counts before, and write it down before it starts."""
    settings = with_plan(settings)
    _require(store, settings, now)
    gathered = gather_baseline(store, settings.impact.measured, now=now)
    found, chosen = power_of(gathered.counts, power_settings(settings))
    _require_power(found, settings)
    late = _local(now) >= _start(settings)
    content = _content(settings, gathered, found, late=late)
    record = record_of(
        "evaluate register",
        settings,
        gathered.ingredients,
        method=f"power(design={settings.impact.design!r}, dispersion={found.dispersion:.4g})",
        seed=None,
        now=now,
    )
    said = reports.power_sentences(found, PLANNING_PRIOR.ratio)
    if late:
        said = (*said, f"Registered after the start ({_start(settings)}): the report says so.")
    record = replace(record, notes=said)
    table = _table(_name(content, now), content)
    return Outcome(
        table,
        record,
        chosen,
        summary=Table({name: column[:-1] for name, column in table.columns.items()}),
        tables=(("areas", _areas_table(content)),),
    )


def keep_design(store: Store, outcome: Outcome, *, now: datetime) -> str:
    """Write the design down in the register; say under which name."""
    columns = outcome.table.columns
    values = dict(zip(columns["field"].tolist(), columns["value"].tolist(), strict=True))
    name, content = values["name"], json.loads(values["entry"])
    new = store.append_entries(KIND, {name: content}, now=now.replace(microsecond=0))
    return f"registered as {name}" if new else f"held already as {name}"


def with_plan(settings: RegisterSettings) -> RegisterSettings:
    """The settings of the plan's file, changed by those given beside it."""
    if not settings.plan:
        return settings
    path = Path(settings.plan)
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ParameterError(f"{path}: not JSON ({error})") from error
    if not isinstance(values, dict) or "plan" in values:
        raise ParameterError(f"{path}: give one JSON object of settings, without plan")
    given = _flat(settings)
    default = _flat(RegisterSettings())
    beside = {name: value for name, value in given.items() if value != default[name]}
    return from_flat(RegisterSettings, {**values, **beside})


def power_settings(settings: RegisterSettings) -> PowerSettings:
    """The same design as a question of power."""
    impact = settings.impact
    return PowerSettings(
        measured=impact.measured,
        design=impact.design,
        share=settings.share,
        dispersion=impact.dispersion,
    )


def designs(store: Store, *, now: datetime) -> tuple[Registered, ...]:
    """Every registered design as it stands now, the newest first."""
    entries = [e for e in store.entries(KIND) if e.at <= now]
    first: dict[str, str] = {}
    found: dict[str, Registered] = {}
    for entry in entries:
        content = entry.content
        root = first.get(content["settings"]["amends"], entry.id)
        first[entry.id] = root
        before = found.get(root)
        found[root] = _registered(root, entry.id, entry.at, content, entry.chain, before)
    return tuple(sorted(found.values(), key=lambda d: (d.first_at, d.name), reverse=True))


def find_design(store: Store | None, name: str, *, now: datetime) -> Registered:
    """The design of a name, or of that of one of its amendments."""
    if store is None:
        raise ParameterError("a registered design is in a store: say which with --store")
    held = designs(store, now=now)
    for one in held:
        if name in (one.name, one.entry):
            return one
    listed = ", ".join(one.name for one in held) or "none"
    raise NotFound(f"no design {name!r} is registered; registered are: {listed}")


def _registered(
    root: str,
    entry: str,
    at: datetime,
    content: Mapping[str, Any],
    chain: str,
    before: Registered | None,
) -> Registered:
    settings = from_json(RegisterSettings, content["settings"])
    areas = content["areas"]
    changes = before.changes if before else ()
    if before:
        changed = _changed(before, settings, areas)
        day = _local(at)
        changes = (
            *changes,
            f"Amended on {day.day} {day:%B %Y} ({settings.reason}): {changed}.",
        )
    return Registered(
        root,
        entry,
        at,
        before.first_at if before else at,
        settings,
        {a["name"]: (Role(a["role"]), a["pair"]) for a in areas},
        _places(content),
        content["power"],
        content["after_start"],
        changes,
        chain,
    )


def _changed(before: Registered, settings: RegisterSettings, areas: Any) -> str:
    """Which settings an amendment changed, in words."""
    old, new = _flat(before.settings), _flat(settings)
    names = [n for n in new if n not in COUNTED and old[n] != new[n]]
    roles = {name: str(role) for name, (role, _) in before.roles.items()}
    if {a["name"]: a["role"] for a in areas} != roles:
        names.append("areas")
    return ", ".join(f"{n} changed" for n in names) or "no setting changed"


def _places(content: Mapping[str, Any]) -> ComparedPlaces | None:
    import shapely

    areas = content["areas"]
    if not all("polygon" in a for a in areas):
        return None
    return ComparedPlaces(
        tuple(a["name"] for a in areas),
        tuple(Role(a["role"]) for a in areas),
        tuple(shapely.from_wkt(a["polygon"]) for a in areas),
        content["crs"],
    )


def _require(store: Store | None, settings: RegisterSettings, now: datetime) -> None:
    """Refuse a plan that leaves out what has to be said beforehand."""
    measured = settings.impact.measured
    said = _flat(settings)
    missing = [name for name in REQUIRED if not str(said[name]).strip()]
    if missing:
        raise ParameterError(
            f"the plan does not say its {', '.join(missing)}: a design is registered with its "
            "question and the times before and after"
        )
    spans_of(measured.before, measured.after)
    if bool(settings.amends) != bool(settings.reason):
        raise ParameterError("an amendment names the design it changes and its reason")
    if settings.amends:
        find_design(store, settings.amends, now=now)


def _require_power(found: DesignPower, settings: RegisterSettings) -> None:
    if np.isnan(found.detectable) and not settings.anyway.strip():
        raise NotAllowedNow(
            f"{reports.DETECTS_NOTHING} It is not registered. Choose more areas, longer "
            "times, a wider outcome or another design; or say why to go on (anyway), and the "
            "report will say so too."
        )


def _content(
    settings: RegisterSettings, gathered: Gathered, found: DesignPower, *, late: bool
) -> dict[str, Any]:
    """What is written down: the settings, the areas, the power. No counts, no files."""
    from peelian import __version__

    bare = replace(settings.impact.measured, counts="", rows="", treated="", control="")
    impact = replace(settings.impact, measured=bare)
    counts, places = gathered.counts, gathered.places
    areas: list[dict[str, Any]] = [
        {"name": name, "role": str(role), "pair": pair}
        for name, role, pair in zip(counts.areas, counts.roles, counts.pairs, strict=True)
    ]
    if places:
        for area, polygon in zip(areas, places.polygons, strict=True):
            area["polygon"] = polygon.wkt
    chance = found.chances[0]
    return {
        "settings": to_json(replace(settings, plan="", impact=impact)),
        "areas": areas,
        "crs": places.crs if places else "",
        "power": {
            "detectable": None if np.isnan(found.detectable) else found.detectable,
            "wanted": found.power,
            "prior": PLANNING_PRIOR.ratio,
            "chance": chance,
            "dispersion": found.dispersion,
            "sentences": list(reports.power_sentences(found, PLANNING_PRIOR.ratio)),
        },
        "events_before": _events_before(counts),
        "after_start": late,
        "version": __version__,
    }


def _events_before(counts: AreaCounts) -> dict[str, float]:
    return {
        str(role): float(counts.counts[counts.of(role)].sum())
        for role in Role
        if counts.of(role).any()
    }


def _name(content: Mapping[str, Any], now: datetime) -> str:
    text = json.dumps(content, sort_keys=True)
    return f"{_local(now)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _table(name: str, content: Mapping[str, Any]) -> Table:
    settings = content["settings"]
    impact = settings["impact"]
    measured = impact["measured"]
    rows = {
        "name": name,
        "question": settings["question"],
        "outcome": settings["outcome"] or measured["offence_set"],
        "population": settings["population"],
        "design": impact["design"],
        "before": measured["before"],
        "after": measured["after"],
        "areas": str(len(content["areas"])),
        "power": content["power"]["sentences"][0],
        "amends": settings["amends"],
        "anyway": settings["anyway"],
        "registered": "after the start" if content["after_start"] else "before the start",
        "entry": json.dumps(content, sort_keys=True),  # last: what is written down
    }
    columns = {"field": np.array(list(rows)), "value": np.array(list(rows.values()))}
    return Table(columns, "Registered design")


def _areas_table(content: Mapping[str, Any]) -> Table:
    areas = content["areas"]
    return Table(
        {key: np.array([a[key] for a in areas]) for key in ("name", "role", "pair")}, "Areas"
    )


def _flat(settings: RegisterSettings) -> dict[str, Any]:
    """Every setting by its name, nested ones in their place."""
    found: dict[str, Any] = {}

    def walk(values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, Mapping):
                walk(value)
            else:
                found[name] = value

    walk(to_json(settings))
    return found


def _start(settings: RegisterSettings) -> date:
    span = spans_of("", settings.impact.measured.after)[1]
    if span is None:
        raise ParameterError("the plan does not say the time after")
    return span[0]


def _local(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(LOCAL_ZONE)).date()
