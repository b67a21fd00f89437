"""Charts as SVG from one Vega-Lite specification each: the same picture on pages and in PDFs.

No script runs where they are shown. Every axis says what it counts and in what unit, intervals
are drawn, lines are labelled where they end.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from peelian.reports.numbers import decimals_for, plain, rounded
from peelian.reports.vega import (
    BLUE,
    GREY,
    INK,
    PALE,
    chart_of,
    few_ticks,
    rows_in_words,
    svg_of,
)
from peelian.terms import Floats, Instants

OUTLINED = 0.05  # p at most this has an outline
# Ratios, ColorBrewer PuOr: half, two thirds, ten elevenths; 1.1, 1.5, 2.
RATIO_BOUNDS = np.array([1 / 2, 1 / 1.5, 1 / 1.1, 1.1, 1.5, 2.0])
RATIO_COLOURS = (
    *("#e08214", "#fdb863", "#fee0b6", "#ffffff"),
    *("#d8daeb", "#b2abd2", "#542788"),
)
STRONG = 2.0  # ratios from here on are dark, and their numbers white


def monthly_chart(
    month: Instants, n: Floats, *, title: str, unit: str, width: int = 480, height: int = 160
) -> str:
    """Monthly numbers as a line with gaps for the months not held.

    Parameters
    ----------
    month : array of datetime64, shape (n_months,)
        Any instant or day of the month; consecutive.
    n : array, shape (n_months,)
        NaN in a month not held, which is shown as a gap and named so. [unit]
    title, unit : str
    width, height : int, optional
        Of the drawing inside its axes. [px]

    Returns
    -------
    str
        SVG; the vertical axis starts at zero.
    """
    import altair as alt

    first = month.astype("datetime64[M]")
    start, end = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    rows = [
        {"start": str(a), "middle": str(a + (b - a) // 2), "end": str(b), "n": plain(value)}
        for a, b, value in zip(start, end, n, strict=True)
    ]
    missing = [row for row in rows if row["n"] is None]
    days = [rows[0]["start"], rows[-1]["end"]] if rows else []
    time: dict[str, Any] = {
        "scale": alt.Scale(type="utc", domain=days, nice=False),
        "axis": alt.Axis(title=None, format="%b %Y", labelOverlap=True, grid=False),
    }
    held = (
        chart_of(rows)
        .mark_line(color=BLUE, point=alt.OverlayMarkDef(color=BLUE, size=30))
        .encode(
            x=alt.X("middle:T", **time),
            y=alt.Y("n:Q", title=unit, scale=alt.Scale(zero=True), axis=few_ticks(alt, 4)),
        )
    )
    layers = [held]
    if missing:
        gap = chart_of(missing)
        band = gap.mark_rect(color=PALE).encode(x=alt.X("start:T", **time), x2="end:T")
        label = (
            chart_of(missing[:1])
            .mark_text(align="left", baseline="top", dx=2, color=GREY, text="not held")
            .encode(x=alt.X("start:T", **time), y=alt.value(2))
        )
        layers = [band, held, label]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return svg_of(chart, title, _months_in_words(first, n, unit))


def interval_chart(
    names: list[str],
    estimate: Floats,
    low: Floats,
    high: Floats,
    *,
    title: str,
    unit: str,
    mark: Mapping[str, float] | None = None,
) -> str:
    """Estimates with their intervals, one a row: rates by district, or an effect on a line.

    Parameters
    ----------
    names : list of str
        One a row, top first.
    estimate, low, high : array, shape (n_rows,)
        NaN where unknown: the row keeps its name and stays empty. [unit]
    title, unit : str
    mark : mapping of str to float, optional
        Values to compare with, such as ``{"no effect": 0.0}``, drawn as labelled lines. [unit]

    Returns
    -------
    str
        SVG; the axis reaches zero.
    """
    import altair as alt

    rows = [
        {"name": name, "estimate": plain(e), "low": plain(a), "high": plain(b)}
        for name, e, a, b in zip(names, estimate, low, high, strict=True)
    ]
    base = chart_of(rows).encode(
        y=alt.Y(
            "name:N",
            title=None,
            scale=alt.Scale(domain=names),
            axis=alt.Axis(domain=False, ticks=False),
        )
    )
    across = alt.X("estimate:Q", title=unit)
    bar = base.mark_rule(strokeWidth=2, color=INK).encode(
        x=alt.X("low:Q", title=unit, scale=alt.Scale(zero=True), axis=few_ticks(alt, 5)),
        x2="high:Q",
    )
    dot = base.mark_point(filled=True, size=70, opacity=1, color=BLUE).encode(x=across)
    layers = [bar, dot]
    for word, value in (mark or {}).items():
        line = chart_of([{"at": value, "word": word}])
        at = alt.X("at:Q", title=unit)
        rule = line.mark_rule(strokeDash=[4, 3], color=GREY).encode(x=at)
        text = line.mark_text(baseline="bottom", dy=-3, color=GREY).encode(
            x=at, y=alt.value(0), text="word:N"
        )
        layers = [rule, *layers, text]
    chart = alt.layer(*layers).properties(width=420, height=alt.Step(24))
    return svg_of(chart, title, rows_in_words(names, estimate, low, high, unit))


def bands_chart(
    across: list[str],
    down: list[str],
    ratio: Floats,
    p: Floats,
    *,
    title: str,
    across_title: str,
    down_title: str,
) -> str:
    """Ratios by two kinds of band as a square of numbers, darker the further from one.

    Parameters
    ----------
    across, down : list of str
        The two bands of each entry.
    ratio, p : array, shape (n,)
        Of each entry; one at most 0.05 is outlined. NaN is left empty. [unitless]
    title, across_title, down_title : str

    Returns
    -------
    str
        SVG; purple above one, orange below.
    """
    import altair as alt

    rows = [
        {
            "across": a,
            "down": d,
            "colour": _ratio_colour(float(r)),
            "text": rounded(float(r), 2),
            "ink": "#ffffff" if r >= STRONG else INK,
            "edge": INK if q <= OUTLINED else PALE,
            "width": 3 if q <= OUTLINED else 1,
        }
        for a, d, r, q in zip(across, down, ratio, p, strict=True)
    ]
    rows.sort(key=lambda row: row["width"])  # outlines lie over the squares beside them
    names_across, names_down = list(dict.fromkeys(across)), list(dict.fromkeys(down))
    base = chart_of(rows).encode(
        x=alt.X(
            "across:N", title=across_title, sort=names_across, axis=alt.Axis(labelAngle=0)
        ),
        y=alt.Y("down:N", title=down_title, sort=names_down),
    )
    cells = base.mark_rect(xOffset=2, x2Offset=-2, yOffset=2, y2Offset=-2).encode(
        color=alt.Color("colour:N", scale=None),
        stroke=alt.Stroke("edge:N", scale=None),
        strokeWidth=alt.StrokeWidth("width:Q", scale=None),
    )
    words = base.mark_text().encode(text="text:N", color=alt.Color("ink:N", scale=None))
    chart = alt.layer(cells, words).properties(
        width=max(70 * len(names_across), 200), height=max(34 * len(names_down), 60)
    )
    said = "; ".join(
        f"{d} and {a}: {rounded(float(r), 2)}"
        + (f" (p {rounded(float(q), 3)})" if q <= OUTLINED else "")
        for a, d, r, q in zip(across, down, ratio, p, strict=True)
        if np.isfinite(r)
    )
    return svg_of(chart, title, f"By {down_title.lower()} and {across_title.lower()}. {said}.")


def _ratio_colour(ratio: float) -> str:
    """Purple above one, orange below, white near it."""
    if not np.isfinite(ratio):
        return "#ffffff"
    return RATIO_COLOURS[int(np.searchsorted(RATIO_BOUNDS, ratio, side="right"))]


def _months_in_words(month: Instants, n: Floats, unit: str) -> str:
    held = np.flatnonzero(~np.isnan(n))
    if held.size == 0:
        return "No month is held."
    decimals = decimals_for(n)
    first, last = held[0], held[-1]
    words = (
        f"{rounded(float(n[first]), decimals)} {unit} in {month[first]}, "
        f"{rounded(float(n[last]), decimals)} in {month[last]}."
    )
    missing = [str(m) for m in month[np.isnan(n)]]
    return f"{words} Not held: {', '.join(missing)}." if missing else words
