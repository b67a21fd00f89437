"""What every chart shares: one look, one way to SVG, the same words for the same numbers."""

import re
from typing import Any

import numpy as np

from peelian.reports.numbers import decimals_for, rounded
from peelian.terms import Floats

INK, GREY, PALE, BLUE = "#0b0c0c", "#505a5f", "#e8e8e8", "#1d70b8"
FONT = "Arial, Liberation Sans, sans-serif"
PARTS = re.compile(r' (role|aria-[a-z]+)="[^"]*"')  # of a picture that is named as a whole


def svg_of(chart: Any, title: str, description: str, *, headed: bool = True) -> str:
    """The chart drawn, with a name and a description that assistive technology reads.

    ``headed`` also writes the title into the picture.
    """
    import altair as alt
    import vl_convert
    from markupsafe import escape

    heading = alt.TitleParams(
        title, anchor="start", fontSize=14, font=FONT, color=INK, frame="group", offset=14
    )
    look = (
        chart.properties(background="white", **({"title": heading} if headed else {}))
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=PALE,
            domainColor=GREY,
            tickColor=GREY,
            labelLimit=220,
            labelFlush=False,
        )
        .configure_text(font=FONT, fontSize=12)
    )
    svg = PARTS.sub("", vl_convert.vegalite_to_svg(look.to_json()))
    name = f'<svg role="img" aria-label="{escape(title)}. {escape(description)}" '
    inside = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    head, rest = svg.split(">", 1)
    return head.replace("<svg ", name, 1) + ">" + inside + rest


def chart_of(rows: list[dict[str, Any]]) -> Any:
    """A chart of these rows, to be marked and encoded."""
    import altair as alt

    data: Any = alt.Data
    return alt.Chart(data(values=rows))


def few_ticks(alt: Any, n: int) -> Any:
    """An axis with about ``n`` ticks."""
    return alt.Axis(tickCount=n)


def rows_in_words(
    names: list[str], estimate: Floats, low: Floats, high: Floats, unit: str
) -> str:
    """Estimates with their intervals, as assistive technology reads them."""
    decimals = decimals_for(np.concatenate([estimate, low, high]))

    def said(e: float, a: float, b: float) -> str:
        if not np.isfinite(e):
            return "unknown"
        if np.isnan(a) and np.isnan(b):
            return rounded(e, decimals)
        ends = f"{rounded(a, decimals)} to {rounded(b, decimals)}"
        return f"{rounded(e, decimals)} (95 % interval {ends})"

    rows = zip(names, estimate.tolist(), low.tolist(), high.tolist(), strict=True)
    return f"{unit}: {'; '.join(f'{name} {said(*row)}' for name, *row in rows)}."
