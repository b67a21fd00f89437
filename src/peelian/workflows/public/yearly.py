"""Series of financial years: changes from one to the next, rolling totals, a trend."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from peelian import evaluation, reports, sources, statistics
from peelian.evaluation import CountChange, RateRatio
from peelian.terms import Floats, Table, Texts


@dataclass(frozen=True, eq=False)
class SeriesOfYears:
    """One series: its table by year, rolling totals, what is said of it, and its chart.

    ``last`` is the last year held against the one before, ``trend`` that of all years; None
    where there is none.
    """

    table: Table
    rolling: Table
    sentences: tuple[str, ...]
    chart: str
    last: CountChange | None
    trend: RateRatio


def knife_years(force: str, dispersion: float = 0.0) -> SeriesOfYears | None:
    """Offences with a knife in a force by financial year; None where none are held.

    ``dispersion`` 0: estimated from the quarters.
    """
    c = sources.knife_offences().columns
    mine = c["force"] == force
    if not mine.any():
        return None
    years, at = np.unique(c["year"][mine], return_inverse=True)
    quarters = np.full((len(years), 4), np.nan)
    quarters[at, c["quarter"][mine].astype(int) - 1] = c["n"][mine]
    phi = dispersion or evaluation.yearly_dispersion(quarters)
    table, last = _changes(years, quarters.sum(axis=1), phi, _residents(force, years))
    days = table.columns["days"]
    trend = evaluation.yearly_trend(quarters.sum(axis=1), exposure=days)
    flat = quarters.ravel()
    ends = [f"{year} q{q}" for year in years for q in range(1, 5)][3:]
    rolling = Table(
        {"four_quarters_to": np.array(ends), "n": evaluation.rolling_sums(flat, 4)},
        "Rolling totals of four quarters",
    )
    what = f"Offences with a knife in {force}"
    sentences = (
        *([reports.change_sentence(last, to=year_bounds(str(years[-1]))[1])] if last else []),
        reports.trend_sentence(trend, what=what, first=str(years[0]), last=str(years[-1])),
        "An average over the whole time hides where a series turned: see the chart.",
        f"Dispersion {reports.rounded(phi, 2)}, "
        + ("as given." if dispersion else "estimated from quarters within years."),
    )
    chart = _chart(table, f"{what}, by year")
    return SeriesOfYears(table, rolling, sentences, chart, last, trend)


def admissions_by_year(path: str) -> tuple[SeriesOfYears, ...]:
    """Admissions by region and year, each with its trend; a year not whole is NaN."""
    c = sources.read_admissions(path).columns
    found = []
    for region in np.unique(c["region"]):
        mine = c["region"] == region
        years, at = np.unique(c["year"][mine], return_inverse=True)
        months = np.full((len(years), 12), np.nan)
        place = (np.array([int(m[5:]) for m in c["month"][mine]]) - 4) % 12
        months[at, place] = c["n"][mine]
        whole = ~np.isnan(months).any(axis=1)
        phi = evaluation.yearly_dispersion(months[whole])
        n = months.sum(axis=1)
        table, last = _changes(years, n, phi, np.full(len(years), np.nan))
        trend = evaluation.yearly_trend(n, exposure=table.columns["days"])
        columns = {"region": np.full(len(years), region), **table.columns}
        del columns["population"], columns["rate"], columns["rate_low"], columns["rate_high"]
        sentence = reports.trend_sentence(
            trend, what=f"{region}: admissions", first=str(years[0]), last=str(years[-1])
        )
        rolling = Table({"n": n}, "Years")
        by_year = Table(columns, table.title, table.units)
        found.append(SeriesOfYears(by_year, rolling, (sentence,), "", last, trend))
    return tuple(found)


def _changes(
    years: Texts, n: Floats, phi: float, residents: Floats
) -> tuple[Table, CountChange | None]:
    """Counts by year with the change from the year before; and the last of these changes."""
    bounds = [year_bounds(str(year)) for year in years]
    exposure = np.array([evaluation.days_and_saturdays(*b) for b in bounds], dtype=np.float64)
    change, low, high = (np.full(len(n), np.nan) for _ in range(3))
    note = np.full(len(n), "", dtype="<U40")
    found = None
    for i in range(1, len(n)):
        if np.isnan(n[i]) or np.isnan(n[i - 1]):
            note[i], found = "a part is not held", None
            continue
        found = evaluation.compare_counts(
            float(n[i]),
            float(n[i - 1]),
            exposure=(float(exposure[i, 0]), float(exposure[i - 1, 0])),
            dispersion=phi,
        )
        if not found.shown:
            note[i] = "too few for a percentage"
            continue
        change[i], low[i], high[i] = (
            100 * (v - 1) for v in (found.value, found.ratio.low, found.ratio.high)
        )
    count_low, count_high = statistics.garwood_limits(np.nan_to_num(n))
    thousands = np.where(residents > 0, residents / evaluation.PER, np.nan)
    known = ~np.isnan(n)
    table = Table(
        {
            "year": years,
            "days": exposure[:, 0],
            "saturdays": exposure[:, 1],
            "n": n,
            "n_low": np.where(known, count_low, np.nan),
            "n_high": np.where(known, count_high, np.nan),
            "population": residents,
            "rate": n / thousands,
            "rate_low": count_low / thousands,
            "rate_high": count_high / thousands,
            "change": change,
            "low": low,
            "high": high,
            "note": note,
        },
        f"By financial year; changes from the year before at dispersion {phi:.3g}",
        {"rate": "per 1,000", "change": "%", "low": "%, 95 %", "high": "%, 95 %"},
    )
    return table, found


def _residents(force: str, years: Texts) -> Floats:
    """Residents at the middle of a financial year's calendar year, where known or between.

    Mid-2018 is the mean of mid-2017 and mid-2019; earlier years are not held.
    """
    c = sources.force_residents().columns
    one = c["force"] == force
    first, third = (float(c[name][one][0]) for name in ("mid2017", "mid2019"))
    held = {"2017/18": first, "2018/19": (first + third) / 2}
    return np.array([held.get(str(year), np.nan) for year in years])


def year_bounds(year: str) -> tuple[date, date]:
    """First and last day of a financial year such as 2017/18."""
    first = int(year[:4])
    return date(first, 4, 1), date(first + 1, 3, 31)


def _chart(table: Table, title: str) -> str:
    """Counts by year with their intervals by chance, the first year on top."""
    c = table.columns
    return reports.interval_chart(
        c["year"].tolist(), c["n"], c["n_low"], c["n_high"], title=title, unit="offences"
    )
