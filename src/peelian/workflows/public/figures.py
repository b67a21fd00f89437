"""The figures of a police force: beside others, over the years, by district."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from peelian import evaluation, reports, sources
from peelian.offences import Measure
from peelian.store import Store, open_store
from peelian.terms import (
    LOCAL_ZONE,
    Events,
    Ingredient,
    NotFound,
    ParameterError,
    Table,
)
from peelian.workflows.gather import AREAS_LAYER, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.public.forces import Forces, Group, beside, funnel_of
from peelian.workflows.public.measures import MonthlyMeasure, measures_held, monthly
from peelian.workflows.public.yearly import SeriesOfYears, admissions_by_year, knife_years
from peelian.workflows.settings import FiguresSettings

COUNTED = (
    "Offences are counted, not victims or people: one incident can be several offences, and "
    "one person can be admitted to hospital more than once. The two are never added."
)


def figures(
    store: Store | None,
    settings: FiguresSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Say how a police force stands: beside others, over the years, by district."""
    forces = Forces.bundled()
    at = forces.find(settings.force)
    name = forces.name(at)
    group = Group.chosen(forces, at, settings.similar, settings.nearest)
    rates = beside(forces, at, group)
    funnel = funnel_of(forces, settings.measure)
    knife = knife_years(name, settings.dispersion)
    progress(0.5, "districts")
    held, measured, ingredients = _held(store, settings.as_of)
    admitted: tuple[SeriesOfYears, ...] = ()
    if settings.admissions:
        admitted = admissions_by_year(settings.admissions)
        digest = sources.sha256_of(Path(settings.admissions))
        ingredients = (*ingredients, Ingredient(settings.admissions, digest, 0, 0, "file"))
    record = record_of(
        "report figures",
        settings,
        ingredients,
        method="area_rates, area_funnel, compare_counts, yearly_trend",
        seed=None,
        now=now,
    )
    sections = tuple(
        _sections(name, settings, group, rates, funnel, knife, measured, held, admitted)
    )
    own = {one.heading for one in measured}  # read alone, their sentences need their subject
    notes = tuple(
        f"{section.heading}: {sentence}" if section.heading in own else sentence
        for section in sections
        for sentence in (*section.sentences, *section.after)
    )
    record = replace(record, notes=tuple(dict.fromkeys(notes)))
    document = reports.Document(
        f"{name}: figures", f"Recorded crime {sources.RECORDED_YEAR} and years before it",
        sections, record,
    )  # fmt: skip
    tables = [("funnel", funnel), ("knife offences", knife.table if knife else None)]
    tables += [("districts", one.districts) for one in measured]
    tables += [("admissions", _admissions_table(admitted) if admitted else None)]
    return Outcome(
        rates,
        record,
        tables=tuple((n, table) for n, table in tables if table is not None),
        document=document,
    )


def _sections(
    name: str,
    settings: FiguresSettings,
    group: Group,
    rates: Table,
    funnel: Table,
    knife: SeriesOfYears | None,
    measured: tuple["Measured", ...],
    held: tuple[str, ...],
    admitted: tuple[SeriesOfYears, ...],
) -> Iterator[reports.Section]:
    """What is said, a heading at a time."""
    mine = np.flatnonzero(rates.columns["area"] == name)
    yield reports.Section(
        "Beside other forces",
        (
            *(
                reports.area_sentence(
                    rates, int(row), what=str(rates.columns["measure"][row]),
                    when=sources.RECORDED_YEAR,
                )
                for row in mine
            ),
            group.sentence,
        ),
        (rates,),
        (COUNTED, *_changes("recorded", name)),
    )  # fmt: skip
    inside = np.flatnonzero(funnel.columns["area"] == name)
    what = settings.measure.replace("-", " ")
    what = "all recorded crime" if what == "all" else what
    yield reports.Section(
        "Forces in a funnel",
        tuple(f"{what}: {reports.funnel_sentence(funnel, int(r))}" for r in inside)
        or (f"{name} is not among the forces with a figure of {what}.",),
        (funnel,),
        ("Of 43 ordinary forces about two are outside 95 % limits by chance.",),
        chart=reports.funnel_chart(
            funnel, title=f"{what}, {sources.RECORDED_YEAR}, by force", marked=name
        ),
    )
    if knife:
        yield reports.Section(
            "Offences with a knife or sharp instrument, by year",
            knife.sentences,
            (knife.table, knife.rolling),
            (reports.SHARED, *_changes("knife", name)),
            chart=knife.chart,
        )
    else:
        yield reports.Section(
            "Offences with a knife or sharp instrument, by year",
            (f"No quarterly figures of {name} are held.",),
        )
    yield reports.Section("From the store", held)
    for one in measured:
        yield reports.Section(
            one.heading,
            one.found.said,
            tuple(t for t in (one.districts, one.found.by_month) if t is not None),
            one.found.notes,
            chart=one.chart,
        )
    if admitted:
        yield reports.Section(
            "Hospital admissions for assault with a sharp object, by region",
            tuple(sentence for one in admitted for sentence in one.sentences),
            (_admissions_table(admitted),),
            (
                "Admissions of residents of a region, not offences in it; the publisher "
                "rounds each month to the nearest 5, and numbers of 1 to 7 are withheld.",
                *_changes("admissions", name),
            ),
        )


def _changes(series: str, force: str) -> tuple[str, ...]:
    """Where what is counted, or how, changed: said beside every series it touches."""
    c = sources.recording_changes().columns
    chosen = (c["series"] == series) & np.isin(c["forces"], ["all", force])
    return tuple(
        f"From {c['from_year'][i]}: {c['note'][i]} ({c['source'][i]})."
        for i in np.flatnonzero(chosen)
    )


def _admissions_table(admitted: tuple[SeriesOfYears, ...]) -> Table:
    """All regions, a row a region and year."""
    columns = {
        name: np.concatenate([one.table.columns[name] for one in admitted])
        for name in admitted[0].table.columns
    }
    return Table(columns, "Admissions by region and year", admitted[0].table.units)


@dataclass(frozen=True, eq=False)
class Measured:
    """A measure of the store: by month with its chart, by district where areas are held."""

    found: MonthlyMeasure
    districts: Table | None
    chart: str

    @property
    def heading(self) -> str:
        """Of its section."""
        return f"{self.found.measure.label}, from the store"


def _held(
    store: Store | None, as_of: str
) -> tuple[tuple[str, ...], tuple[Measured, ...], tuple[Ingredient, ...]]:
    """What is said of the store, its measures, and what they are made from."""
    if store is None:
        return (
            ("No store was given, so nothing is from one: run `peelian ingest` first.",),
            (),
            (),
        )
    if as_of:
        store = _as_it_stood(store, as_of)
    if not store.batches():
        return ("The store holds no events.",), (), ()
    events = store.events()
    every = tuple(
        _measured(store, measure, events) for measure in measures_held(store, events=events)
    )
    first = every[0].found
    when = f" as the store stood at the end of {as_of}" if as_of else ""
    days = float(first.days[first.held].sum())
    said = [
        f"Offences that the store holds{when}, {first.months[0]} to {first.months[-1]}: "
        f"months held {first.held.sum()}, days {days:.0f}, so rates are of that time, not "
        "of a year. Residents are the wrong measure of who is in a town centre at night.",
        "Of victims the store says nothing: it holds offences.",
    ]
    if AREAS_LAYER not in store.layers():
        said.append("It holds no areas, so there are no districts.")
    unknown = tuple(one.found.said[0] for one in every if not one.found.measure.codes)
    batches = (Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches())
    layers = (Ingredient(n, digest, 0, 0, "layer") for n, digest in store.layers().items())
    known = tuple(one for one in every if one.found.measure.codes)
    return (*said, *unknown), known, (*batches, *layers)


def _measured(store: Store, measure: Measure, events: Events) -> Measured:
    """One measure of the store."""
    found = monthly(store, measure, events=events)
    districts = None
    if AREAS_LAYER in store.layers():
        by = monthly(store, measure, by_district=True, events=events)
        table = evaluation.area_rates(by.areas, np.nansum(by.counts, axis=1), by.residents)
        districts = replace(table, title=f"Districts: {measure.label.lower()}")
    chart = reports.monthly_chart(
        found.months.astype("datetime64[M]"), found.counts[0],
        title=f"{measure.label} by month", unit="offences",
    )  # fmt: skip
    return Measured(found, districts, chart)


def _as_it_stood(store: Store, as_of: str) -> Store:
    """The store after the last change made by the end of a local day."""
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise ParameterError(f"as of {as_of!r}: write a date such as 2026-11-30") from None
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(LOCAL_ZONE))
    history = store.history().columns
    before = [
        int(version)
        for version, added in zip(history["version"], history["added"], strict=True)
        if datetime.fromisoformat(str(added)) < end
    ]
    if not before:
        raise NotFound(f"the store held nothing at the end of {as_of}")
    return open_store(store.path, version=max(before))
