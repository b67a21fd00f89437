"""The public bulletin: what may be shown, held against every earlier release."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from peelian import evaluation, offences, sharing, sources, spacetime
from peelian.offences import Measure
from peelian.reports.bulletin import Bulletin, District, PublicTable, Topic
from peelian.store import Store
from peelian.terms import (
    LOCAL_ZONE,
    Areas,
    Events,
    Ingredient,
    ParameterError,
    ShownCell,
    Table,
)
from peelian.workflows.gather import AREAS_LAYER, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.public import tables as public
from peelian.workflows.public.forces import Forces, Group, beside
from peelian.workflows.public.measures import measures_held, monthly
from peelian.workflows.public.releases import Ledger, Release
from peelian.workflows.public.tables import Protected
from peelian.workflows.public.yearly import SeriesOfYears, knife_years
from peelian.workflows.settings import BulletinSettings

NEAREST = 7  # forces most like it that it is held beside
MOST_MONTHS = 60
MOST = 0.5  # share of a district's offences at such points that must be said


def bulletin(
    store: Store | None,
    settings: BulletinSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Make the public pages: four kinds of offences, districts, method, help."""
    if not 1 <= settings.months <= MOST_MONTHS:
        raise ParameterError(f"months is {settings.months}: give 1 to {MOST_MONTHS}")
    forces = Forces.bundled()
    at = forces.find(settings.force)
    area = forces.name(at)
    words = sources.read_words(settings.words or None)
    contacts = sources.read_contacts(settings.contacts or None)
    rates = beside(forces, at, Group.chosen(forces, at, "", NEAREST))
    knife = knife_years(area)
    ledger = Ledger.before(store, now) if store is not None else Ledger((), ())
    found, refused = _protected(store, ledger, settings.months, progress)
    progress(0.9, "Putting the pages together")
    topics = tuple(
        _topic(measure, forces, at, rates, knife, found.get(measure))
        for measure in offences.MEASURES
    )
    record = record_of(
        "report bulletin",
        settings,
        (*_ingredients(store), *_files(settings), *ledger.ingredients),
        method=f"protect(base={sharing.BASE}), compare_counts, garwood",
        seed=None,
        now=now,
    )
    made = Bulletin(
        area,
        now.astimezone(ZoneInfo(LOCAL_ZONE)).date(),
        topics,
        _districts(found),
        contacts,
        words,
        tuple((measure, area) for measure in refused),
        record,
        settings.draft,
    )
    cells = tuple(cell for one in found.values() for cell in one.cells)
    release = None if settings.draft else Release(area, cells, ledger)
    return Outcome(
        _listed(made), record, bulletin=made, release=release,
        chosen=(
            *_other_area(store, area),
            *(f"{measure}: not published beside earlier releases, which would give a small "
              "count away" for measure in refused),
        ),
    )  # fmt: skip


def _other_area(store: Store | None, force: str) -> tuple[str, ...]:
    """A warning where the store is of a place with another name."""
    if store is None or "study-area" not in store.layers():
        return ()
    name = store.read_study_area().name
    if name.casefold() == force.casefold():
        return ()
    return (f"the store is of {name}, the published figures of {force}: give the right force",)


def _protected(
    store: Store | None, ledger: Ledger, months: int, progress: Progress
) -> tuple[dict[str, Protected], tuple[str, ...]]:
    """What may be shown of each measure that the store holds by district; and what may not."""
    if store is None or AREAS_LAYER not in store.layers():
        return {}, ()
    found, refused = {}, []
    cells: tuple[ShownCell, ...] = ledger.cells
    events = store.events()
    for n, measure in enumerate(measures_held(store, events=events)):
        progress(0.1 + 0.2 * n, f"Disclosure control: {measure.label.lower()}")
        if not measure.codes:
            continue
        series = monthly(store, measure, by_district=True, events=events)
        if np.isnan(series.counts).all():
            continue
        sinks = _at_sinks(events, measure, store.read_areas())
        one = public.protect(series, cells, months=months, sinks=sinks)
        if one is None:
            refused.append(measure.key)
            continue
        found[measure.asked] = one
        cells = (*cells, *one.cells)
    return found, tuple(refused)


def _at_sinks(events: Events, measure: Measure, areas: Areas) -> tuple[str, ...]:
    """Districts in which most of a measure lies at points that gather records."""
    of = events.where(np.isin(events.offence, measure.codes))
    area, known = spacetime.assign_areas(of, areas)
    district = np.array(areas.district)[area[known]]
    sink = offences.sink_mask(of, sources.read_sinks())[known]
    names, n = np.unique(district, return_counts=True)
    return tuple(
        name
        for name in names[n >= evaluation.MIN_BASE].tolist()
        if sink[district == name].mean() > MOST
    )


def _topic(
    measure: str,
    forces: Forces,
    at: int,
    rates: Table,
    knife: SeriesOfYears | None,
    own: Protected | None,
) -> Topic:
    """One kind of offence: published tables, and the store's own where it has them.

    The newest rate and the change come from the store only where it counts just this kind.
    """
    area = forces.name(at)
    tables: list[PublicTable] = []
    latest = change = trend = None
    span = ("", "")
    flags: tuple[tuple[str, str], ...] = ()
    if measure == offences.KNIFE:
        if knife is not None:
            years = knife.table.columns["year"]
            tables.append(public.year_table(knife, area))
            latest, change = public.latest_of_years(knife), public.change_of_years(knife)
            trend, span = knife.trend, (str(years[0]), str(years[-1]))
            flags = _recording("knife", area, *span)
    else:
        tables.append(public.quarter_table(measure, area))
        latest = public.latest_year(measure, forces, at)
    if own is not None:
        tables.append(public.month_table(own, sharing.EVERYWHERE, area))
        tables.append(public.district_table(own, area))
        if own.series.measure.exact:
            latest = public.own_latest(own) or latest
            change = public.own_change(own) or change
        first = min(own.months)
        flags += tuple(
            (month, "knife-definition")
            for month in (f"{one.day:%Y-%m}" for one in own.series.flags)
            if month >= first
        )
    tables.append(public.force_table(measure, rates, area))
    return Topic(measure, tuple(tables), latest, change, trend, span, flags)


def _recording(series: str, force: str, first: str, last: str) -> tuple[tuple[str, str], ...]:
    """Changes of recording within a series of years: from when, and the key of their words."""
    c = sources.recording_changes().columns
    rows = (c["series"] == series) & np.isin(c["forces"], ["all", force])
    return tuple(
        (str(year), f"{series}-{year[:4]}")
        for year in c["from_year"][rows]
        if first < year <= last
    )


def _districts(found: Mapping[str, Protected]) -> tuple[District, ...]:
    """A page a district."""
    residents = next((one.residents for one in found.values()), {})
    slugs = {name: re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in residents}
    return tuple(
        District(
            name,
            slugs[name],
            n,
            tuple(public.month_table(one, name, name) for one in found.values()),
        )
        for name, n in residents.items()
    )


def _ingredients(store: Store | None) -> tuple[Ingredient, ...]:
    if store is None:
        return ()
    batches = (Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches())
    layers = (Ingredient(n, digest, 0, 0, "layer") for n, digest in store.layers().items())
    return (*batches, *layers)


def _files(settings: BulletinSettings) -> tuple[Ingredient, ...]:
    return tuple(
        Ingredient(path, sources.sha256_of(Path(path)), 0, 0, "file")
        for path in (settings.contacts, settings.words)
        if path
    )


def _listed(made: Bulletin) -> Table:
    """What is published, a row a table: how many numbers are shown, withheld or not held."""
    tables = [t for topic in made.topics for t in topic.tables]
    tables += [t for district in made.districts for t in district.tables]
    states = [table.table.columns["state"] for table in tables]
    columns = {
        "measure": np.array([offences.LABELS[t.measure] for t in tables]),
        "by": np.array([t.by for t in tables]),
        "place": np.array([t.place for t in tables]),
        "source": np.array([public.SOURCES[t.source] for t in tables]),
        **{
            said.replace(" ", "_"): np.array([int((state == said).sum()) for state in states])
            for said in ("shown", "withheld", "not held")
        },
    }
    return Table(columns, f"Public pages: {made.area}")
