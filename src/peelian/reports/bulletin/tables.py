"""Tables of the bulletin as its pages show them: headings, cells in words, a chart above."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from peelian.reports.bulletin.charts import Series, series_chart
from peelian.reports.bulletin.phrases import Phrases, count
from peelian.reports.bulletin.said import OVER_TIME, title_of
from peelian.reports.bulletin.values import BY, PublicTable
from peelian.reports.numbers import rounded
from peelian.statistics import garwood_limits
from peelian.terms import Floats, ParameterError

STATES = ("shown", "withheld", "not held")
ONE_DECIMAL_FROM = 5.0  # a table whose lowest rate is less has two decimals throughout
DRAWN_FROM = 2  # shown numbers that make a chart


@dataclass(frozen=True)
class Cell:
    """One cell: its text, where it leads, and whether it stands for a number."""

    text: str
    link: str = ""
    number: bool = False
    gap: bool = False


@dataclass(frozen=True, eq=False)
class Shown:
    """A table as a page shows it."""

    name: str  # of its file, and of its place on the page
    measure: str
    caption: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    own: tuple[bool, ...]  # the row of the area itself
    notes: tuple[str, ...]
    source: str
    chart: str  # SVG; empty without one
    legend: tuple[str, ...]


def shown(
    say: Phrases,
    table: PublicTable,
    name: str,
    *,
    area: str,
    links: Mapping[str, str],
    flags: Mapping[str, str],
) -> Shown:
    """A table in the words of its pages.

    Parameters
    ----------
    say : Phrases
    table : PublicTable
    name : str
        Of its file.
    area : str
        Whose row is marked.
    links : mapping of str to str
        Addresses by what stands in the first column.
    flags : mapping of str to str
        Letters of the changes of recording by year or month.
    """
    columns = table.table.columns
    require_public(table)
    by, n_rows = table.by, len(table.table)
    caption = caption_of(say, table)
    head = [Cell(say(f"table.column_{by}")), Cell(say("table.column_n"), number=True)]
    first = [Cell(name, links.get(name, "")) for name in _names(say, table)]
    body = [first, [_count(say, columns, i) for i in range(n_rows)]]
    for column, write in (("rate", _rates), ("change", _changes)):
        if column in columns and np.isfinite(columns[column]).any():
            head.append(Cell(say(f"table.column_{column}"), number=True))
            body.append(write(say, columns))
    notes = []
    if table.gaps:
        notes.append(say("table.gaps", months=str(table.gaps)))
    if table.sinks:
        notes.append(say("table.sinks", places=say.several(list(table.sinks))))
    if table.definition:
        notes.append(say("table.definition", definition=table.definition))
    if table.unsaid:
        notes.append(say("table.unsaid", n=count(table.unsaid)))
    if table.read:
        notes.append(say("table.read"))
    if table.rounded_to > 1:
        notes.append(say("table.rounded", base=str(table.rounded_to)))
        if "rate" in columns:
            notes.append(say("table.rounded_rates"))
    if any(state != "shown" for state in columns["state"]):
        notes.append(say("table.withheld_note"))
    chart, legend = _drawn(say, table, flags)
    return Shown(
        name,
        table.measure,
        caption,
        tuple(head),
        tuple(zip(*body, strict=True)),
        tuple(str(value) == area for value in columns[by]),
        tuple(notes),
        say("topic.source", source=say(f"source.{table.source}.title")),
        chart,
        legend,
    )


def caption_of(say: Phrases, table: PublicTable) -> str:
    """What a table shows, of where and when."""
    caption = say(f"table.{table.by}", title=title_of(say, table.measure), place=table.place)
    first, last = (say.period("month", end) for end in table.span)
    if not last:
        return caption
    period = last if first == last else say("date.between", first=first, last=last)
    return say("table.within", caption=caption, period=period)


def small_chart(say: Phrases, table: PublicTable) -> tuple[str, str]:
    """A small chart of a table and its caption, for a card; nothing of what has no chart."""
    drawn = _drawn(say, table, {}, small=True)[0]
    if not drawn:
        return "", ""
    unit = _unit(say, table, rated=_rated(table))
    return drawn, say("chart.small", caption=caption_of(say, table), unit=unit)


def require_public(table: PublicTable) -> None:
    """Raise ParameterError unless a table is as `PublicTable` says."""
    columns = table.table.columns
    where = f"table of {table.measure} by {table.by}, {table.place}"
    if table.by not in BY:
        raise ParameterError(f"{where}: it is by none of {', '.join(BY)}")
    if next(iter(columns), "") != table.by or not {"n", "state"} <= set(columns):
        raise ParameterError(f"{where}: give the columns {table.by}, n and state")
    unknown = set(map(str, columns["state"])) - set(STATES)
    if unknown:
        raise ParameterError(f"{where}: states {unknown}; give {', '.join(STATES)}")
    seen = np.isfinite(columns["n"].astype(float))
    if (seen != (columns["state"] == "shown")).any():
        raise ParameterError(
            f"{where}: a number stands where its state is not shown, or is missing where it is"
        )


def _drawn(
    say: Phrases, table: PublicTable, flags: Mapping[str, str], *, small: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The chart of a table over time and its legend; nothing of other tables."""
    columns = table.table.columns
    if table.by not in OVER_TIME:
        return "", ()
    rated = _rated(table)
    value = _floats(columns["rate" if rated else "n"])
    if np.isfinite(value).sum() < DRAWN_FROM:
        return "", ()
    low, high = _ends(table, value, rated=rated)
    labels = tuple(say.period(table.by, one, short=True) for one in columns[table.by])
    states = tuple(
        "not held" if state == "shown" and math.isnan(v) else str(state)
        for state, v in zip(columns["state"], value, strict=True)
    )
    starts = zip(columns[table.by], labels, strict=True)
    marked = {label: flags[str(one)] for one, label in starts if str(one) in flags}
    series = Series(
        labels,
        value,
        low,
        high,
        states,
        marked,
    )
    title = say(f"chart.{table.by}", title=title_of(say, table.measure), place=table.place)
    unit = _unit(say, table, rated=rated)
    described = _described(say, title, unit, table, series, rated=rated)
    drawn = series_chart(series, title=title, unit=unit, description=described, small=small)
    legend = [say("chart.intervals")] if np.isfinite(low).any() else []
    legend += [
        say(f"chart.{state.replace(' ', '_')}") for state in STATES[1:] if state in states
    ]
    legend += [say("chart.flag", letter=a, period=label) for label, a in marked.items()]
    return drawn, tuple(legend)


def _rated(table: PublicTable) -> bool:
    """Whether each number shown has a rate, so that a chart of rates leaves none out."""
    columns = table.table.columns
    if "rate" not in columns:
        return False
    return bool((np.isfinite(columns["rate"]) | (columns["state"] != "shown")).all())


def _ends(table: PublicTable, value: Floats, *, rated: bool) -> tuple[Floats, Floats]:
    """The intervals of a chart: of rates as given; exact Poisson of counts as published."""
    columns = table.table.columns
    if rated:
        return _floats(columns["low"]), _floats(columns["high"])
    known = np.where(table.rounded_to == 1, value, np.nan)
    low, high = garwood_limits(np.nan_to_num(known))
    return np.where(np.isnan(known), np.nan, low), np.where(np.isnan(known), np.nan, high)


def _unit(say: Phrases, table: PublicTable, *, rated: bool) -> str:
    """What the upright axis counts."""
    part = "" if table.by == "year" else "_part"
    return say(f"chart.unit_rate{part}" if rated else "chart.unit_count")


def _names(say: Phrases, table: PublicTable) -> list[str]:
    """What stands in the first column."""
    columns = table.table.columns
    names = [say.period(table.by, value) for value in columns[table.by]]
    if "group" not in columns:
        return names
    return [
        name if group == "force" else say(f"table.group_{group}", name=name)
        for name, group in zip(names, columns["group"], strict=True)
    ]


def _described(
    say: Phrases, title: str, unit: str, table: PublicTable, series: Series, *, rated: bool
) -> str:
    """The chart in words: its ends, its lowest and highest point, and its gaps."""
    periods = [say.period(table.by, one) for one in table.table.columns[table.by]]

    def point(i: int) -> str:
        v = float(series.value[i])
        value = say.rate(v, v, v)["rate"] if rated else count(v)
        return say("chart.point", period=periods[i], value=value)

    at = np.flatnonzero(np.isfinite(series.value))
    texts = [
        say(
            "chart.described",
            title=title,
            unit=unit,
            first=point(at[0]),
            last=point(at[-1]),
            lowest=point(int(np.nanargmin(series.value))),
            highest=point(int(np.nanargmax(series.value))),
        )
    ]
    for state in STATES[1:]:
        gaps = [p for p, s in zip(periods, series.state, strict=True) if s == state]
        if gaps:
            key = f"chart.described_{state.replace(' ', '_')}"
            texts.append(say(key, periods=say.several(gaps)))
    return " ".join(texts)


def _count(say: Phrases, columns: Mapping[str, Any], row: int) -> Cell:
    state = str(columns["state"][row])
    if state == "shown":
        return Cell(count(float(columns["n"][row])), number=True)
    return Cell(say(f"table.{state.replace(' ', '_')}"), number=True, gap=True)


def _rates(say: Phrases, columns: Mapping[str, Any]) -> list[Cell]:
    """Rates with their intervals, all to the same decimals."""
    decimals = 1 if np.nanmin(columns["rate"]) >= ONE_DECIMAL_FROM else 2
    numbers = zip(*(map(float, columns[c]) for c in ("rate", "low", "high")), strict=True)
    return [
        _interval(say, rate, *say.rate(rate, low, high, decimals=decimals).values())
        for rate, low, high in numbers
    ]


def _changes(say: Phrases, columns: Mapping[str, Any]) -> list[Cell]:
    """Changes from the year before with their intervals."""
    names = ("change", "change_low", "change_high")
    numbers = zip(*(map(float, columns[c]) for c in names), strict=True)
    return [_interval(say, row[0], *(_signed(say, share) for share in row)) for row in numbers]


def _interval(say: Phrases, known: float, value: str, low: str, high: str) -> Cell:
    """An estimate and its interval; that there is none where it is not known."""
    if not math.isfinite(known):
        return Cell(say("table.none"), number=True, gap=True)
    return Cell(say("table.interval", value=value, low=low, high=high), number=True)


def _signed(say: Phrases, share: float) -> str:
    if rounded(100 * share, 1) == "0.0":
        return say("table.same")
    return say("table.lower" if share < 0 else "table.higher", number=say.percent(share))


def _floats(column: Any) -> Floats:
    values: Floats = np.asarray(column, dtype=float)
    return values
