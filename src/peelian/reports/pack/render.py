"""The patrol pack as a tagged PDF: values in, the same bytes out for the same values."""

import json
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from peelian.reports.pack.drawing import draw_map
from peelian.reports.pack.words import breakable, printable
from peelian.reports.provenance import footer_line, provenance_json
from peelian.terms import (
    FOOT,
    LOCAL_ZONE,
    DataError,
    ParameterError,
    PatrolPlan,
    Provenance,
    Route,
    Shapes,
)
from peelian.terms.arrays import require_length

PAGE = 297.0 - 11.0 - 19.0  # height between the margins of pack.typ [mm]
GAPS = 6.5  # between title, map, table and notes [mm]
MAP_HIGH = 128.0  # a map is not made higher than this [mm]
MAP_LOW = (90.0, 76.0, 68.0, 62.0, 46.0)  # least map for each text size of pack.typ [mm]
INGREDIENTS_NAMED = 3  # in the foot of the page; the record has them all


@dataclass(frozen=True, eq=False)
class PatrolPack:
    """What is printed for one shift.

    Attributes
    ----------
    area : str
        Such as "Essex"; it stands in the title.
    plan : PatrolPlan
    outlines : array of shapely geometries
        Districts, drawn as background. [m, CRS of the plan's spots]
    outline_names : tuple of str
        One for each outline.
    what_happens, look_for : tuple of str
        One for each spot of the plan: what is recorded there, and what to look for.
    notes : tuple of str
        Cautions printed under every table, such as that times are an assumption.
    provenance : Provenance
        Printed in the foot of every page and attached to the PDF.
    """

    area: str
    plan: PatrolPlan
    outlines: Shapes
    outline_names: tuple[str, ...]
    what_happens: tuple[str, ...]
    look_for: tuple[str, ...]
    notes: tuple[str, ...]
    provenance: Provenance

    def __post_init__(self) -> None:
        n = len(self.plan.spots)
        for name in ("what_happens", "look_for"):
            if len(getattr(self, name)) != n:
                raise ParameterError(
                    f"PatrolPack: {len(getattr(self, name))} texts in {name}, expected {n}, "
                    "one for each spot"
                )
        require_length("PatrolPack", len(self.outline_names), outlines=self.outlines)


def render_pack(pack: PatrolPack) -> bytes:
    """The pack as PDF/UA: one A4 page a team, more where a team has very many stops.

    Parameters
    ----------
    pack : PatrolPack

    Returns
    -------
    bytes
        A tagged PDF in British English. The time of its making is the record's, its fonts are
        those that come with typst, so the same pack gives the same bytes on every machine.

    Raises
    ------
    ParameterError
        If the plan has no team.
    """
    import typst

    if not pack.plan.routes:
        raise ParameterError("the plan has no team: there is no page to print")
    data = _data(pack)
    template = resources.files("peelian.reports.pack").joinpath("pack.typ").read_bytes()
    compiler = typst.Compiler(
        template,
        ignore_system_fonts=True,
        sys_inputs={"task": "measure", "data": json.dumps(data)},
    )
    measured = json.loads(compiler.query("<heights>", field="value", one=True))
    shapes, names = pack.outlines, pack.outline_names
    for team, heights, route in zip(data["teams"], measured, pack.plan.routes, strict=True):
        team["size"], height = _fit(heights)
        team["map"] = draw_map(pack.plan, route, shapes, names, height)
    pdf: Any = compiler.compile(
        template,
        format="pdf",
        sys_inputs={"task": "print", "data": json.dumps(data)},
        timestamp=pack.provenance.time.astimezone(UTC),
        pdf_standards=["ua-1"],
    )
    return bytes(pdf)


def read_pack_provenance(pdf: bytes) -> str:
    """The provenance record attached to a pack, as JSON text.

    Parameters
    ----------
    pdf : bytes
        As ``render_pack`` made it.

    Returns
    -------
    str

    Raises
    ------
    DataError
        If there is no such record in it.
    """
    for found in re.finditer(rb"<<([^\n]*/Type/EmbeddedFile[^\n]*)>>\s*stream\r?\n", pdf):
        length = re.search(rb"/Length (\d+)", found[1])
        if length is None:
            continue
        content = pdf[found.end() : found.end() + int(length[1])]
        try:
            if b"/FlateDecode" in found[1]:
                content = zlib.decompress(content)
            return content.decode("utf-8")
        except (zlib.error, UnicodeDecodeError):
            continue
    raise DataError(
        "no provenance record in this PDF; Peelian did not write it as a patrol pack, or "
        "another program saved it since"
    )


def _fit(heights: dict[str, Any]) -> tuple[int, float]:
    """Text size and map height with which a team fits one page, the largest text first."""
    free = PAGE - GAPS - float(heights["around"])
    for size, (table, least) in enumerate(zip(heights["table"], MAP_LOW, strict=True)):
        if free - table >= least:
            return size, round(min(free - table, MAP_HIGH), 1)
    return len(MAP_LOW) - 1, MAP_LOW[-1]  # too many stops for one page: the table flows on


def _data(pack: PatrolPack) -> dict[str, Any]:
    """Everything the template prints, as JSON values fit for its fonts."""
    plan, area = pack.plan, printable(pack.area)
    when = _when(plan, 0, plan.shift.minutes)
    made = pack.provenance.time.astimezone(UTC)
    return {
        "title": f"Patrol pack, {area}, {when}",
        "description": f"One page for each of {len(plan.routes)} teams: map, stops and times.",
        "area": area,
        "version": printable(pack.provenance.version),
        "time": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "notes": [printable(note) for note in pack.notes],
        "footer": printable(_footer(pack.provenance)),
        "record": provenance_json(pack.provenance),
        "teams": [
            _team(pack, route, f"{area}, {_when(plan, route.team.start, route.team.end)}.")
            for route in plan.routes
        ],
    }


def _when(plan: PatrolPlan, first: int, last: int) -> str:
    """Day and hours from one minute of the shift to another."""
    start, end = _local(plan, first), _local(plan, last)
    said = f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M} to {end:%H:%M}"
    return f"{said} on {end:%A}" if end.date() > start.date() else said


def _footer(provenance: Provenance) -> str:
    """The record in a few lines."""
    named = [f"{i.name} {i.sha256[:8]}" for i in provenance.ingredients[:INGREDIENTS_NAMED]]
    more = len(provenance.ingredients) - len(named)
    files = "; ".join(named) + (f" and {more} more" if more > 0 else "")
    line = footer_line(provenance)
    return f"{line} Batches: {files}." if files else line


def _team(pack: PatrolPack, route: Route, when: str) -> dict[str, Any]:
    """One team's page."""
    plan = pack.plan
    first: dict[int, int] = {}
    stops = []
    for number, visit in enumerate(route.visits, start=1):
        spot = visit.spot
        again = first.setdefault(spot, number)
        new = again == number
        stops.append(
            {
                "number": str(number),
                "planned": f"{_clock(plan, visit.arrive)} to "
                f"{_clock(plan, visit.arrive + visit.minutes)}",
                "place": breakable(plan.spots.names[spot]),
                "happens": breakable(pack.what_happens[spot]) if new else "",
                "look": breakable(pack.look_for[spot]) if new else "",
                "again": 0 if new else again,
            }
        )
    team, base = printable(route.team.name), printable(route.team.base.name)
    n, places = len(stops), len(first)
    if route.team.meal and route.meal_at is not None:
        begins, ends = route.meal_at, route.meal_at + route.team.meal.minutes
        stops.insert(
            route.before_meal,
            {
                "number": "",
                "planned": f"{_clock(plan, begins)} to {_clock(plan, ends)}",
                "place": breakable(f"Break at {route.team.base.name}"),
                "happens": "",
                "look": "",
                "again": 0,
            },
        )
    how = " on foot" if route.team.mode == FOOT else ""
    if not n:
        summary = f"Base: {base}. No stops in this plan."
        alt = f"Map of the base {base} of {team}, which has no stops in this plan."
    else:
        summary = (
            f"{n} {'stop' if n == 1 else 'stops'} at {places} "
            f"{'place' if places == 1 else 'places'}, {route.travel_minutes} minutes of "
            f"travel{how}; from and to {base}, back by {_clock(plan, route.back)}."
        )
        alt = (
            f"Map of {team}: from the base {base} to {n} stops at {places} places, in the "
            "order of the table below, and back. Other hot spots are faint. North is up."
        )
    remarks = [] if n else ["No drawn spot was left for this team to visit in its hours."]
    return {
        "heading": breakable(route.team.name),
        "when": when,
        "summary": summary,
        "alt": alt,
        "stops": stops,
        "remarks": remarks,
        "size": 0,
        "map": "",
    }


def _clock(plan: PatrolPlan, minute: int) -> str:
    """Local time of day, ``minute`` minutes into the shift."""
    return f"{_local(plan, minute):%H:%M}"


def _local(plan: PatrolPlan, minute: int) -> datetime:
    """The local instant ``minute`` minutes into the shift."""
    instant: datetime = plan.shift.start.astimezone(UTC) + timedelta(minutes=minute)
    return instant.astimezone(ZoneInfo(LOCAL_ZONE))
