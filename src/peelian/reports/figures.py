"""Figures over years and beside others, in plain English, and a funnel of areas."""

import numpy as np

from peelian.evaluation import RateRatio
from peelian.reports.numbers import plain, rounded, with_commas
from peelian.reports.vega import BLUE, GREY, INK, chart_of, few_ticks, svg_of
from peelian.terms import Table

SHARED = (
    "Totals of four successive quarters share three of the four with the next: a run of "
    "falling totals is not many pieces of evidence."
)

NAMED = 3  # areas outside the limits that a funnel names


def trend_sentence(found: RateRatio, *, what: str, first: str, last: str) -> str:
    """The average change from year to year, with the interval in it.

    Parameters
    ----------
    found : RateRatio
        Of one year over the year before.
    what : str
        What was counted, as a sentence begins: ``"Offences with a knife in Essex"``.
    first, last : str
        The years.

    Examples
    --------
    >>> from peelian.terms import Interval
    >>> trend_sentence(RateRatio(1.05, Interval(0.99, 1.12, "t"), 0.1), what="Admissions",
    ...     first="2012/13", last="2021/22")
    'Admissions from 2012/13 to 2021/22: 5.0 % more from one year to the next on average (95 % interval 1.0 % fewer to 12.0 % more), so no steady rise or fall is shown.'
    """  # noqa: E501 - one sentence, as it is published
    low, high = found.interval.low, found.interval.high
    if low > 1 or high < 1:
        ends = " to ".join(
            f"{_size(v)} %" for v in sorted((low, high), key=lambda v: abs(v - 1))
        )
        interval, verdict = f"{ends} {_way(found.value)}", ""
    else:
        interval = f"{_size(low)} % fewer to {_size(high)} % more"
        verdict = ", so no steady rise or fall is shown"
    said = f"{_size(found.value)} % {_way(found.value)}"
    if _size(found.value) == "0.0":
        said = "no change"
    return (
        f"{what} from {first} to {last}: {said} from one year to the next on average (95 % "
        f"interval {interval}){verdict}."
    )


def area_sentence(rates: Table, row: int, *, what: str, when: str) -> str:
    """How many were recorded in an area, and for every 1,000 residents with the interval.

    Parameters
    ----------
    rates : Table
        As `evaluation.area_rates` makes it.
    row : int
        Which area.
    what, when : str
        Such as ``"offences"`` and ``"2017/18"``.
    """
    c = rates.columns
    said = f"{c['area'][row]}: {with_commas(float(c['n'][row]))} {what} in {when}"
    if np.isnan(c["rate"][row]):
        return f"{said}; {c['note'][row] or 'no rate'}."
    rate, low, high = (rounded(float(c[name][row]), 2) for name in ("rate", "low", "high"))
    return f"{said}, {rate} for every 1,000 residents (95 % interval {low} to {high})."


def funnel_sentence(funnel: Table, row: int) -> str:
    """Where an area stands among all, and that a funnel does not say why.

    Parameters
    ----------
    funnel : Table
        As `evaluation.area_funnel` makes it.
    row : int
        Which area.
    """
    c = funnel.columns
    words = {
        "above": "above what most areas differ by",
        "below": "below what most areas differ by",
        "usual": "within what most areas differ by",
    }
    ratio, wide_low, wide_high, low, high = (
        rounded(float(c[name][row]), 2)
        for name in ("ratio", "wide_low", "wide_high", "low", "high")
    )
    return (
        f"{c['area'][row]} has {ratio} times what the rate of all together would give, "
        f"{words[str(c['reading'][row])]} (95 % limits {wide_low} to {wide_high}; by chance "
        f"alone {low} to {high}). It does not show why."
    )


def funnel_chart(funnel: Table, *, title: str, marked: str, width: int = 460) -> str:
    """Areas by how many were expected and how many there were, within their limits.

    Parameters
    ----------
    funnel : Table
        As `evaluation.area_funnel` makes it.
    title : str
    marked : str
        The area that is named, beside the three furthest outside the wide limits.
    width : int, optional
        [px]

    Returns
    -------
    str
        SVG: dashed lines are chance alone, full lines what areas usually differ by.
    """
    import altair as alt

    c = funnel.columns
    order = np.argsort(c["expected"])
    rows = [{name: plain(c[name][i]) for name in c} for i in order]
    outside = [row for row in rows if row["reading"] != "usual"]
    outside.sort(key=lambda row: abs(np.log(max(row["ratio"], 1e-9))), reverse=True)
    furthest = [row["area"] for row in outside[:NAMED]]  # more names would hide each other
    for row in rows:
        mine = row["area"] == marked
        row["colour"] = BLUE if mine else GREY
        row["text"] = row["area"] if mine or row["area"] in furthest else ""
    base = chart_of(rows).encode(
        x=alt.X(
            "expected:Q",
            title="expected at the rate of all together (logarithmic)",
            scale=alt.Scale(type="log", nice=False),
            axis=few_ticks(alt, 6),
        )
    )
    up = alt.Y("ratio:Q", title="counted over expected", axis=few_ticks(alt, 5))
    layers = [
        base.mark_line(color=GREY, strokeDash=dash, strokeWidth=1.5).encode(
            y=alt.Y(f"{name}:Q", title="counted over expected")
        )
        for name, dash in (
            ("low", [4, 3]), ("high", [4, 3]), ("wide_low", [1, 0]), ("wide_high", [1, 0]),
        )
    ]  # fmt: skip
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=up, color=alt.Color("colour:N", scale=None)
    )
    words = base.mark_text(align="left", dx=6, color=INK).encode(y=up, text="text:N")
    chart = alt.layer(*layers, points, words).properties(width=width, height=260)
    at = next((i for i, area in enumerate(c["area"]) if area == marked), None)
    beyond = ", ".join(sorted(row["area"] for row in outside)) or "none"
    said = "" if at is None else f"{funnel_sentence(funnel, at)} "
    return svg_of(
        chart,
        title,
        f"{said}Outside the limits: {beyond}.",
    )


def _size(ratio: float) -> str:
    return rounded(abs(100 * (ratio - 1)), 1)


def _way(ratio: float) -> str:
    return "fewer" if ratio < 1 else "more"
