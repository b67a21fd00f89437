"""The figures of a police force: beside others, over the years, by district."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from peelian import evaluation, reports, sources
from peelian.store import Store, open_store
from peelian.terms import (
    LOCAL_ZONE,
    Ingredient,
    NotFound,
    ParameterError,
    Table,
)
from peelian.workflows.force_compared import Forces, Group, beside, funnel_of
from peelian.workflows.gather import AREAS_LAYER, held_months, record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import FiguresSettings
from peelian.workflows.yearly import SeriesOfYears, admissions_by_year, knife_years

DISTRICT_OFFENCES = {
    "police-uk:violent-crime": "violence and sexual offences",
    "police-uk:robbery": "robbery",
    "police-uk:possession-of-weapons": "possession of weapons",
}
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
    held, by_district, ingredients = _districts(store, settings.as_of)
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
        _sections(name, settings, group, rates, funnel, knife, by_district, held, admitted)
    )
    notes = tuple(
        sentence for section in sections for sentence in (*section.sentences, *section.after)
    )
    record = replace(record, notes=tuple(dict.fromkeys(notes)))
    document = reports.Document(
        f"{name}: figures", f"Recorded crime {sources.RECORDED_YEAR} and years before it",
        sections, record,
    )  # fmt: skip
    tables = [("funnel", funnel), ("knife offences", knife.table if knife else None)]
    tables += [("districts", table) for table in by_district]
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
    districts: tuple[Table, ...],
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
    yield reports.Section("Districts", held, districts)
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


def _districts(
    store: Store | None, as_of: str
) -> tuple[tuple[str, ...], tuple[Table, ...], tuple[Ingredient, ...]]:
    """What is said of the store's districts, a table an offence, and what it is made from."""
    if store is None:
        said = "No store was given, so there are no districts: run `peelian ingest` first."
        return (said,), (), ()
    if as_of:
        store = _as_it_stood(store, as_of)
    if AREAS_LAYER not in store.layers():
        return ("The store holds no areas, so there are no districts.",), (), ()
    months = sorted(held_months(store))
    areas = store.read_areas()
    days = sum(
        (date.fromisoformat(f"{m}-01") + timedelta(days=31)).replace(day=1).toordinal()
        - date.fromisoformat(f"{m}-01").toordinal()
        for m in months
    )
    codes = set(store.offence_counts().columns["offence"].tolist())
    tables = []
    for code, what in DISTRICT_OFFENCES.items():
        if code in codes:
            c = evaluation.district_rates(
                store.events(offences=[code]), areas, days=days
            ).columns
            table = evaluation.area_rates(c["district"].tolist(), c["n"], c["population"])
            tables.append(replace(table, title=f"Districts: {what}"))
    when = f" as the store stood at the end of {as_of}" if as_of else ""
    said = (
        f"Districts from street-level records{when}: {len(months)} months held, {months[0]} "
        f"to {months[-1]} ({days} days), so rates are of that time, not of a year. Residents "
        "are the wrong measure of who is in a town centre at night."
    )
    batches = (Ingredient(b.file, b.batch, b.read, b.refused) for b in store.live_batches())
    layers = (Ingredient(n, digest, 0, 0, "layer") for n, digest in store.layers().items())
    return (said,), tuple(tables), (*batches, *layers)


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
