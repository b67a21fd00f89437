"""A week of knife arches: which sites, when, by which team, and what may be found."""

import csv
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from peelian import operations, reports, sources, spacetime
from peelian.forecasts import HourOfWeek
from peelian.operations import ArchProblem, ArchSchedule, Slots
from peelian.store import Store
from peelian.terms import (
    Bools,
    CoverageError,
    Floats,
    Ingredient,
    ParameterError,
    Sites,
    StudyArea,
    Table,
)
from peelian.workflows.forecasting.forecast import flag
from peelian.workflows.gather import Material, gather_several
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.patrols.arch_tables import (
    arches_view,
    deployments_table,
    draw_table,
    points_of,
    summary_table,
)
from peelian.workflows.settings import ArchSettings, generator

ARCHES = "arches"  # the kind of artefact in which a week is kept
WEEK = 7.0  # [days]
UNPROVEN = (
    "No controlled evaluation of knife arches on violence was found: deterrence is unproven. "
    "Record turn-backs, and compare the slots drawn with those that might have been."
)


def arches(
    store: Store | None,
    settings: ArchSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Plan knife arches: sites and slots that cover most risk, drawn among good weeks."""
    material = gather_several(
        store,
        settings.forecast.cells,
        places=settings.forecast.places,
        companions=settings.forecast.companions,
        now=now,
    )
    sites, ingredient, said = _sites(settings, material.study_area)
    material = replace(
        material,
        ingredients=(*material.ingredients, ingredient),
        notes=(*material.notes, UNPROVEN),
    )
    slots = slots_of(settings, material)
    made = flag(material, settings.forecast, progress=lambda s, m: progress(s * 0.6, m))
    hours, timed = _share_of_week(material, slots)
    near = _covers(sites, material, settings.radius)
    counted = np.flatnonzero(near.any(axis=0) & (made.risk > 0))
    footfall, weighed = _footfall(sites)
    allowed, barred = _allowed(sites, slots, settings, _used(store, slots, now))
    problem = ArchProblem(
        demand=hours[:, None] * made.risk[counted] * WEEK / made.days,
        covers=near[:, counted],
        footfall=footfall,
        allowed=allowed,
        slots=slots,
        minutes=settings.set_up + operations.travel_minutes(sites.x, sites.y, foot_reach=0.0),
        n_teams=settings.teams,
        apart_weeks=settings.apart_weeks,
        most=settings.most or None,
    )
    progress(0.7, "finding weeks of arches")
    schedule = operations.draw_schedule(
        problem, rng=generator(settings.forecast.seed), worth_kept=settings.worth_kept
    )
    record = material.record(
        "arches",
        settings,
        method=f"draw_schedule on {made.surface.made_by!r}",
        seed=settings.forecast.seed,
        now=now,
    )
    table = deployments_table(problem, schedule, sites, settings)
    covered = near[[one.site for one in schedule.deployments]]
    return Outcome(
        table,
        record,
        (
            *material.chosen,
            *said,
            timed,
            weighed,
            f"model {made.model}: {made.why}",
            *_worth(schedule, material.unit),
            *_finds(table, settings),
        ),
        summary=summary_table(table),
        tables=(("not used", barred),) if len(barred) else (),
        kept=(("draw", draw_table(schedule, sites, slots)),),
        shapes=points_of(table),
        crs=material.grid.crs,
        draw=lambda: arches_view(material, made.risk, covered, table, record, made.span),
    )


def keep_arches(store: Store, outcome: Outcome, *, now: datetime) -> str:
    """Keep a week of arches with its draw, which makes it an experiment; say that it is."""
    days = outcome.table.columns["day"]
    kept = store.save_artefact(
        ARCHES,
        f"{days[0]} to {days[-1]}, {len(outcome.table)} deployments",
        {
            "deployments.csv": reports.table_csv(outcome.table).encode(),
            **{f"{name}.csv": reports.table_csv(t).encode() for name, t in outcome.kept},
            "provenance.json": reports.provenance_json(outcome.provenance).encode(),
        },
        now=now,
    )
    return f"deployments and draw kept in the store as {ARCHES} {kept.artefact[:12]}"


def slots_of(settings: ArchSettings, material: Material) -> Slots:
    """Every slot of every day asked for, in order."""
    if settings.days < 1:
        raise ParameterError(f"days is {settings.days}: give 1 or more")
    if settings.date:
        try:
            first = np.datetime64(date.fromisoformat(settings.date), "D")
        except ValueError as error:
            raise ParameterError(f"date {settings.date!r}: write it as YYYY-MM-DD") from error
    else:
        after_data = spacetime.to_local(material.history.periods.end[-1:])
        first = after_data[0].astype("datetime64[D]")
    spans = [_span(text) for text in settings.slots.split(",") if text.strip()]
    if not spans:
        raise ParameterError("no slots: write them as HH:MM-HH:MM, separated by commas")
    starts, ends = np.array(sorted(spans), dtype=np.int64).T
    if np.any(starts[1:] < ends[:-1]):
        raise ParameterError(f"slots {settings.slots!r}: two of them overlap")
    days = first + np.arange(settings.days)
    return Slots(
        np.repeat(days, len(spans)), np.tile(starts, len(days)), np.tile(ends, len(days))
    )


def _span(text: str) -> tuple[int, int]:
    """``HH:MM-HH:MM`` as minutes from midnight, the first before the second."""
    found = []
    for part in text.strip().split("-"):
        hours, _, minutes = part.strip().partition(":")
        if hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60:
            found.append(int(hours) * 60 + int(minutes))
    if len(found) != 2 or not found[0] < found[1] <= 24 * 60:
        raise ParameterError(
            f"slot {text.strip()!r}: write HH:MM-HH:MM within one day, such as 16:00-18:00"
        )
    return found[0], found[1]


def _sites(
    settings: ArchSettings, study_area: StudyArea
) -> tuple[Sites, Ingredient, tuple[str, ...]]:
    """The candidate sites inside the study area, and what was left outside."""
    import shapely

    path = settings.sites or sources.stations_path()
    sites, ingredient = sources.read_sites(
        path, crs=study_area.crs, kind="site" if settings.sites else "station"
    )
    inside = shapely.contains_xy(study_area.polygon, sites.x, sites.y)
    if not inside.any():
        raise CoverageError(
            f"none of the {len(sites):,} sites lies in {study_area.name}: give --sites FILE"
        )
    what = "sites" if settings.sites else "railway stations (no other sites were given)"
    said = f"{int(inside.sum())} {what}; {int((~inside).sum()):,} outside the area"
    name = settings.sites or "railway stations of Great Britain"
    return sites.where(inside), replace(ingredient, name=name), (said,)


def _share_of_week(material: Material, slots: Slots) -> tuple[Floats, str]:
    """Share of a week's events that falls into each slot, and the sentence about it.

    By hour of the week where hours are known; else as if every hour were alike.
    """
    try:
        if material.monthly:
            raise CoverageError("only months are known")
        share = HourOfWeek().profile(material.events).force
        said = "each hour of the week counts by the offences in it (aoristic)"
    except CoverageError:
        share = np.full(operations.HOURS_OF_WEEK, 1 / operations.HOURS_OF_WEEK)
        said = "every hour counts alike: the hours of the events are not known"
    return operations.share_of_slots(share, slots), said


def _covers(sites: Sites, material: Material, radius: float) -> Bools:
    """Whether each cell's centre lies within ``radius`` of each site."""
    if not radius > 0:
        raise ParameterError(f"radius is {radius:g} m: give more than 0")
    grid = material.grid
    away = np.hypot(sites.x[:, None] - grid.x, sites.y[:, None] - grid.y)
    return away <= radius


def _footfall(sites: Sites) -> tuple[Floats, str]:
    """Footfall relative to the mean; alike for all when it is not known of every site."""
    unknown = np.isnan(sites.footfall)
    if unknown.any() or not sites.footfall.sum() > 0:
        said = f"footfall is not known at {int(unknown.sum())} sites: all count alike"
        return np.ones(len(sites)), said
    return sites.footfall / sites.footfall.mean(), "worth is risk times footfall"


def _used(store: Store | None, slots: Slots, now: datetime) -> list[tuple[str, np.datetime64]]:
    """Sites and days of weeks kept before ``now``, but for the days planned anew."""
    found: dict[np.datetime64, list[str]] = {}
    if store is not None:
        for kept in store.artefacts(ARCHES):
            if kept.saved < now:
                found |= _sites_by_day(store, kept.artefact)  # a later plan of a day stands
    planned = set(slots.day.tolist())
    return [
        (site, day)
        for day, names in found.items()
        if day.astype(object) not in planned
        for site in names
    ]


def _sites_by_day(store: Store, artefact: str) -> dict[np.datetime64, list[str]]:
    """The sites of a kept week, by day."""
    text = store.read_artefact(artefact)[1]["deployments.csv"].decode()
    found: dict[np.datetime64, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(np.datetime64(row["day"], "D"), []).append(row["site"])
    return found


def _allowed(
    sites: Sites,
    slots: Slots,
    settings: ArchSettings,
    used: list[tuple[str, np.datetime64]],
) -> tuple[Bools, Table]:
    """When each site may be used, and why some may not be used at all."""
    why = sites.barred.astype(object)
    why[(why == "") & (sites.people > settings.people)] = "needs more officers than a team has"
    why[(why == "") & (sites.kit > settings.kit)] = "needs more arches than a team has"
    fits = (sites.opens[:, None] <= slots.start) & (slots.end <= sites.closes[:, None])
    why[(why == "") & ~fits.any(axis=1)] = "closed in every slot"
    lately = operations.used_lately(sites.name, slots, used, apart_weeks=settings.apart_weeks)
    never = (why == "") & ~(fits & ~lately).any(axis=1)
    why[never] = f"used on these weekdays within {settings.apart_weeks} weeks"
    if (why != "").all():
        raise ParameterError(
            f"no site can be used: {sites.name[0]}, for one, {why[0]}; give --sites others"
        )
    barred = why != ""
    table = Table(
        {"site": sites.name[barred], "why": why[barred].astype(np.str_)}, "Sites not used"
    )
    return fits & ~lately & ~barred[:, None], table


def _worth(schedule: ArchSchedule, unit: str) -> tuple[str, ...]:
    """What the week covers, against the best."""
    proven = (
        "none can cover more"
        if schedule.best >= schedule.bound * (1 - 1e-4)
        else (f"none can cover more than {schedule.bound:.4g}")
    )
    return (
        f"the week drawn covers {schedule.value / schedule.best:.1%} of what the best would "
        f"({schedule.best:.4g} expected {unit} x footfall; {proven}); drawn so that it can "
        "be evaluated",
    )


def _finds(table: Table, settings: ArchSettings) -> tuple[str, ...]:
    """Weapons that may be found, with the interval of the published yield."""
    screened = table.columns["screened"]
    known = np.isfinite(screened)
    if not known.any():
        return ("expected finds: not known, as footfall is not",)
    finds, interval = operations.expected_finds(
        float(screened[known].sum()), published=settings.published
    )
    few = "" if known.all() else f" at the {int(known.sum())} sites whose footfall is known"
    return (
        f"expected finds{few}: {finds:.1f} weapons [{interval.low:.1f}, {interval.high:.1f}] "
        f"of {screened[known].sum():,.0f} people screened; the yield is that of "
        f"{interval.method}, an assumption here",
    )
