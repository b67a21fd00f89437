"""How good a forecast was, as charts: what it caught by area, and how many it foresaw."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from peelian.reports.numbers import plain
from peelian.reports.vega import BLUE, GREY, INK, chart_of, few_ticks, rows_in_words, svg_of
from peelian.terms import Floats, ParameterError

SERIES = (BLUE, INK, "#b58840")  # at most three lines; told apart without colour vision
PAI_HEIGHT = 220  # [px]


def pai_chart(
    area_share: Floats, curves: Mapping[str, tuple[Floats, Floats, Floats]], *, title: str
) -> str:
    """PAI by share of the area flagged, with its interval, for at most three methods.

    Parameters
    ----------
    area_share : array, shape (n_shares,)
        Ascending. [0 to 1]
    curves : mapping of str to (pai, low, high)
        Each of shape (n_shares,); NaN leaves a gap. [unitless]
    title : str

    Returns
    -------
    str
        SVG with each line named where it ends, and a line at 1, which is chance.

    Raises
    ------
    ParameterError
        If there are more than three curves.
    """
    import altair as alt

    if len(curves) > len(SERIES):
        raise ParameterError(
            f"PAI chart: {len(curves)} curves, at most {len(SERIES)} can be read at once; "
            "leave some out"
        )
    x = alt.X(
        "share:Q",
        title="Share of the area flagged (0 to 1)",
        scale=alt.Scale(zero=True),
        axis=few_ticks(alt, 5),
    )
    chance = chart_of([{"pai": 1.0, "word": "chance"}])
    layers: list[Any] = [
        chance.mark_rule(strokeDash=[4, 3], color=GREY).encode(y="pai:Q"),
        chance.mark_text(align="right", baseline="bottom", dy=-3, color=GREY).encode(
            x=alt.value(420), y="pai:Q", text="word:N"
        ),
    ]
    known = [pai[np.isfinite(pai)] for pai, _, _ in curves.values()]
    top = max(
        (float(np.nanmax(high, initial=1.0)) for _, _, high in curves.values()), default=1
    )
    ends = [float(pai[-1]) if pai.size else 0.0 for pai in known]
    heights = _label_heights(ends, top, 14 * top / PAI_HEIGHT)

    words = []
    for colour, height, (name, (pai, low, high)) in zip(
        SERIES, heights, curves.items(), strict=False
    ):
        rows = [
            {"share": plain(s), "pai": plain(p), "low": plain(a), "high": plain(b)}
            for s, p, a, b in zip(area_share, pai, low, high, strict=True)
        ]
        base = chart_of(rows).encode(x=x)
        y = alt.Y("pai:Q", title="PAI (1 is chance)", scale=alt.Scale(zero=True))
        last = [
            {"share": row["share"], "pai": height, "name": name}
            for row in rows
            if row["pai"] is not None
        ][-1:]
        layers += [
            base.mark_area(opacity=0.15, color=colour).encode(y="low:Q", y2="high:Q"),
            base.mark_line(color=colour).encode(y=y),
            chart_of(last)
            .mark_text(align="left", dx=5, color=colour)
            .encode(x=x, y=y, text="name:N"),
        ]
        words.append(rows_in_words([name], pai[:1], low[:1], high[:1], "PAI"))
    chart = alt.layer(*layers).properties(width=420, height=PAI_HEIGHT)
    return svg_of(chart, title, " ".join(words))


def calibration_chart(
    expected: Floats, observed: Floats, low: Floats, high: Floats, *, title: str
) -> str:
    """Events observed over events expected, by tenths of what was expected.

    Parameters
    ----------
    expected, observed : array, shape (n_groups,)
        The least risky cells first. [events]
    low, high : array, shape (n_groups,)
        Garwood interval of the observed number; NaN throughout draws none. [events]
    title : str

    Returns
    -------
    str
        SVG: where an interval crosses 1, as many happened as were expected, as far as can be
        told; above it more.
    """
    import altair as alt

    known = np.flatnonzero((expected > 0) & np.isfinite(observed))
    ratio, least, most = (v[known] / expected[known] for v in (observed, low, high))
    rows = [
        {"group": int(k) + 1, "ratio": plain(r), "low": plain(a), "high": plain(b)}
        for k, r, a, b in zip(known, ratio, least, most, strict=True)
    ]
    across = "Tenths of what was expected, the least risky cells first"
    x = alt.X("group:O", title=across, axis=alt.Axis(labelAngle=0))
    scale, up = alt.Scale(zero=True), "Observed over expected"
    base = chart_of(rows).encode(x=x)
    even = chart_of([{"ratio": 1.0, "word": "as expected"}])
    layers = [
        even.mark_rule(strokeDash=[4, 3], color=GREY).encode(y=alt.Y("ratio:Q", title=up)),
        even.mark_text(align="left", baseline="top", dy=4, color=GREY).encode(
            x=alt.value(4), y="ratio:Q", text="word:N"
        ),
        base.mark_point(filled=True, size=60, opacity=1, color=BLUE).encode(
            y=alt.Y("ratio:Q", title=up, scale=scale, axis=few_ticks(alt, 5))
        ),
    ]
    if not np.isnan(least).all():  # an empty mark would have no name for those who listen
        layers.insert(
            2, base.mark_rule(strokeWidth=2, color=INK).encode(y="low:Q", y2="high:Q")
        )
    chart = alt.layer(*layers).properties(width=420, height=PAI_HEIGHT)
    names = [f"tenth {row['group']}" for row in rows]
    return svg_of(chart, title, rows_in_words(names, ratio, least, most, up))


def _label_heights(ends: list[float], top: float, gap: float) -> list[float]:
    """Where to write the names of lines that end at ``ends``, ``gap`` or more apart."""
    heights = dict(enumerate(ends))
    below = -top
    for i in sorted(heights, key=lambda i: ends[i]):
        heights[i] = below = max(ends[i], below + gap)
    return list(heights.values())
