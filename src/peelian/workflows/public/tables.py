"""Tables for the public: published ones as they are, a store's own after protection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from peelian import evaluation, sharing, sources
from peelian.reports.bulletin import Change, Latest, PublicTable
from peelian.terms import CountCell, Floats, NotAllowedNow, ShownCell, Table, Texts
from peelian.workflows.public.forces import LABELS, NATION, REGION, SIMILAR, SUBGROUPS, Forces
from peelian.workflows.public.measures import MonthlyMeasure
from peelian.workflows.public.yearly import SeriesOfYears, year_bounds

RECORDED, KNIFE = "home-office-recorded", "home-office-knife"
POLICE_UK, OWN = "police-uk", "force-records"
SOURCES = {
    RECORDED: "Home Office, recorded crime",
    KNIFE: "Home Office, knife offences",
    POLICE_UK: "data.police.uk",
    OWN: "the force's records",
}
YEAR = 12  # months
QUARTERS = ("q1", "q2", "q3", "q4")
THIS, BEFORE = "the last 12 months", "the 12 months before"


def year_table(series: SeriesOfYears, area: str) -> PublicTable:
    """Knife offences by financial year, as published."""
    c = series.table.columns
    columns = {
        "year": c["year"],
        "n": c["n"],
        "state": _state(c["n"]),
        "population": c["population"],
        **{name: c[of] for name, of in
           (("rate", "rate"), ("low", "rate_low"), ("high", "rate_high"))},
        **{name: c[of] / 100 for name, of in
           (("change", "change"), ("change_low", "low"), ("change_high", "high"))},
    }  # fmt: skip
    return PublicTable("knife-enabled", "year", area, KNIFE, Table(columns), 1)


def quarter_table(measure: str, force: str) -> PublicTable:
    """The quarters of the recorded crime tables, as published."""
    c = sources.recorded_crime().columns
    mine = (c["force"] == force) & np.isin(c["subgroup"], SUBGROUPS[measure])
    n = np.array([c[q][mine].sum() for q in QUARTERS])
    first = year_bounds(sources.RECORDED_YEAR)[0]
    starts = np.datetime64(first, "M") + 3 * np.arange(len(n))
    columns = {"quarter": starts.astype(str), "n": n, "state": _state(n)}
    return PublicTable(measure, "quarter", force, RECORDED, Table(columns), 1)


def force_table(measure: str, rates: Table, area: str) -> PublicTable:
    """The force beside others, its region and the nation, as published."""
    label = LABELS[{"knife-enabled": "knife"}.get(measure, measure)]
    rows = rates.columns["measure"] == label
    c = {name: column[rows] for name, column in rates.columns.items()}
    names = c["area"].astype(str)
    kinds = [names == SIMILAR, np.char.endswith(names, REGION), names == NATION]
    columns = {
        "force": np.char.replace(names, REGION, ""),
        "group": np.select(kinds, ["similar", "region", "nation"], "force"),
        "n": c["n"],
        "state": _state(c["n"]),
        **{name: c[name] for name in ("population", "rate", "low", "high")},
    }
    source = KNIFE if measure == "knife-enabled" else RECORDED
    span = (sources.RECORDED_YEAR, sources.RECORDED_YEAR)
    return PublicTable(measure, "force", area, source, Table(columns), 1, span)


def latest_year(measure: str, forces: Forces, at: int) -> Latest | None:
    """The rate of the recorded crime tables' year, as published."""
    first, last = year_bounds(sources.RECORDED_YEAR)
    return _latest(float(forces.counts[measure][at]), float(forces.residents[at]), first, last)


def latest_of_years(series: SeriesOfYears) -> Latest | None:
    """The rate of the last year of a series that has residents."""
    c = series.table.columns
    known = np.flatnonzero(~np.isnan(c["rate"]))
    if not len(known):
        return None
    at = known[-1]
    first, last = year_bounds(str(c["year"][at]))
    return _latest(float(c["n"][at]), float(c["population"][at]), first, last)


def change_of_years(series: SeriesOfYears) -> Change | None:
    """The last year against the one before."""
    if series.last is None:
        return None
    last = year_bounds(str(series.table.columns["year"][-1]))[1]
    return Change(series.last, last, YEAR, estimated=True)


@dataclass(frozen=True, eq=False)
class Protected:
    """A measure of the store by month and district, after disclosure control.

    ``shown`` is by label, as `sharing.crossed_cells` names them.
    """

    series: MonthlyMeasure
    months: Texts  # those shown, held or not
    sums: Mapping[str, tuple[str, ...]]
    cells: tuple[ShownCell, ...]
    shown: Mapping[str, ShownCell]
    sinks: tuple[str, ...] = ()  # districts where most lie at points such as an airport

    @property
    def residents(self) -> dict[str, float]:
        """Of each district."""
        return dict(zip(self.series.areas, self.series.residents.tolist(), strict=True))

    @property
    def held(self) -> list[str]:
        """The months of ``months`` that are held."""
        return _held(self.series, self.months)

    @property
    def source(self) -> str:
        """Where its events come from."""
        codes = self.series.measure.codes
        return POLICE_UK if codes[0].startswith("police-uk:") else OWN

    def counts(self, place: str, spans: Sequence[str]) -> tuple[Floats, Texts]:
        """Counts as shown, NaN where not, and why not."""
        n, state = np.full(len(spans), np.nan), np.full(len(spans), "not held", dtype="<U8")
        for at, span in enumerate(spans):
            cell = self.shown.get(f"{place}|{span}")
            if cell is not None:
                state[at] = "withheld" if cell.shown is None else "shown"
                n[at] = np.nan if cell.shown is None else cell.shown
        return n, state


def protect(
    series: MonthlyMeasure,
    ledger: Sequence[ShownCell],
    *,
    months: int,
    sinks: tuple[str, ...] = (),
) -> Protected | None:
    """Counts by month and district fit to show beside every earlier release; None if none are.

    ``series`` is by district; whole numbers. Only events placed in a district count.
    """
    shown = series.months[-months:]
    held = _held(series, shown)
    last = series.months[-YEAR:].tolist()
    before = series.months[-2 * YEAR : -YEAR].tolist()
    everything = set(_held(series, series.months))
    sums = {"all": tuple(held)} if held else {}
    if len(last) == YEAR and everything.issuperset(last):
        sums[THIS] = tuple(last)
        if len(before) == YEAR and everything.issuperset(before):
            sums[BEFORE] = tuple(before)
    used = sorted(set(held).union(*sums.values()))
    at = np.searchsorted(series.months, used)
    counts = np.rint(series.counts[:, at]).astype(np.int64)
    cells = sharing.crossed_cells(series.measure.key, series.areas, used, counts, sums=sums)
    wanted = {*held, *sums}
    offered: list[CountCell] = [c for c in cells if c.label.split("|")[-1] in wanted]
    try:
        made = sharing.protect(offered, ledger=ledger)
    except NotAllowedNow:
        return None
    return Protected(series, shown, sums, made.cells, {c.label: c for c in made.cells}, sinks)


def month_table(found: Protected, place: str, named: str) -> PublicTable:
    """One place by month; ``named`` is its name, ``place`` its part of the labels."""
    n, state = found.counts(place, found.months.tolist())
    columns = {"month": found.months, "n": n, "state": state}
    key = found.series.measure.key
    sinks = tuple(one for one in found.sinks if one == named)
    made = PublicTable(
        key, "month", named, found.source, Table(columns), sharing.BASE, sinks=sinks
    )
    return _told(found, made)


def district_table(found: Protected, area: str) -> PublicTable:
    """The districts side by side, over all months held of those shown."""
    places = list(found.series.areas)
    counts = [found.counts(place, ["all"]) for place in places]
    n = np.array([count[0] for count, _ in counts])
    rates = evaluation.area_rates(places, n, found.series.residents).columns
    columns = {
        "district": np.array(places),
        "n": n,
        "state": np.array([s[0] for _, s in counts]),
        **{name: rates[name] for name in ("population", "rate", "low", "high")},
    }
    held = found.held
    span = (held[0], held[-1]) if held else ("", "")
    within = [month for month in found.months.tolist() if span[0] <= month <= span[1]]
    made = PublicTable(
        found.series.measure.key, "district", area, found.source, Table(columns),
        sharing.BASE, span, len(within) - len(held), found.sinks,
    )  # fmt: skip
    return _told(found, made)


def _told(found: Protected, table: PublicTable) -> PublicTable:
    """The table with what a reader must know of how its events were counted."""
    return replace(
        table,
        definition=found.series.measure.definition,
        unsaid=sharing.round_count(int(found.series.unflagged)),
        read=found.series.read_flags > 0,
    )


def own_latest(found: Protected) -> Latest | None:
    """The rate of the last twelve months, where they are held and shown."""
    n, _ = found.counts(sharing.EVERYWHERE, [THIS])
    if np.isnan(n[0]):
        return None
    return _latest(
        float(n[0]), float(found.series.residents.sum()), *_bounds(found.sums[THIS])
    )


def own_change(found: Protected) -> Change | None:
    """The last twelve months against those before, from what is shown of both.

    Of rounded counts, so that a reader comes to the same; the dispersion is of true months.
    """
    n, _ = found.counts(sharing.EVERYWHERE, [THIS, BEFORE])
    if np.isnan(n).any() or not found.series.comparable(YEAR):
        return None
    bounds = [_bounds(found.sums[span]) for span in (THIS, BEFORE)]
    days = [(last - first).days + 1 for first, last in bounds]
    changed = evaluation.compare_counts(
        float(n[0]),
        float(n[1]),
        exposure=(float(days[0]), float(days[1])),
        dispersion=evaluation.monthly_dispersion(found.series.counts.sum(axis=0)),
    )
    return Change(changed, bounds[0][1], YEAR, estimated=True)


def _held(series: MonthlyMeasure, months: Texts) -> list[str]:
    known = dict(zip(series.months.tolist(), series.counts.T, strict=True))
    return [str(month) for month in months if not np.isnan(known[str(month)]).any()]


def _bounds(months: Sequence[str]) -> tuple[date, date]:
    """First and last day of months in order."""
    after = np.datetime64(months[-1], "M") + 1
    last: date = after.astype("datetime64[D]").astype(date) - timedelta(days=1)
    return date.fromisoformat(f"{months[0]}-01"), last


def _latest(n: float, residents: float, first: date, last: date) -> Latest | None:
    """A number with its rate; None where there is none, as of too few offences."""
    c = evaluation.area_rates([""], [n], [residents]).columns
    rate, low, high = (float(c[name][0]) for name in ("rate", "low", "high"))
    return None if np.isnan(rate) else Latest(first, last, n, residents, rate, low, high)


def _state(n: Floats) -> Texts:
    return np.where(np.isnan(n), "not held", "shown")
