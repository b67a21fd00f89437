"""Years, quarters and months as a chart: intervals drawn, and two kinds of gap told apart."""

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peelian.reports.numbers import plain
from peelian.reports.vega import BLUE, GREY, INK, PALE, chart_of, few_ticks, svg_of
from peelian.terms import Floats, ParameterError

CHARACTER = 7.0  # of a label, in Arial of 12 px [px]
UNIT_LINE = 34  # characters of a line of the unit


@dataclass(frozen=True, eq=False)
class Series:
    """What a chart draws, in order of time.

    ``value`` is NaN where not shown; ``state`` then tells ``withheld`` from ``not held``.
    ``flags`` are letters by the label where a change of recording begins.
    """

    label: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    state: tuple[str, ...]
    flags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.label)) < len(self.label):
            raise ParameterError(f"chart: a period stands twice in {', '.join(self.label)}")


def series_chart(
    series: Series, *, title: str, unit: str, description: str, small: bool = False
) -> str:
    """The series as a line from zero, with the interval of each point.

    Parameters
    ----------
    series : Series
    title, description : str
        Read by assistive technology; not written into the picture.
    unit : str
        Of the upright axis; a small chart leaves it to its page.
    small : bool, optional
        For a card: only the first and the last label.

    Returns
    -------
    str
        SVG. Withheld is a dashed box, not held a grey one.
    """
    import altair as alt

    width, height = (230, 90) if small else (300, 180)
    columns = zip(
        series.label, series.value, series.low, series.high, series.state, strict=True
    )
    rows = [
        {"at": at, "value": plain(v), "low": plain(a), "high": plain(b), "state": state}
        for at, v, a, b, state in columns
    ]
    x = alt.X(
        "at:N",
        title=None,
        scale=alt.Scale(type="band", domain=list(series.label), padding=0),
        axis=alt.Axis(
            values=_labelled(series.label, width, small=small),
            labelAngle=0,
            labelLimit=0,
            labelOverlap=True,
            grid=False,
            tickBand="center",
        ),
    )
    heading = None if small else textwrap.wrap(unit, UNIT_LINE)
    most = [v for v in (*series.value, *series.high) if math.isfinite(v)]
    y = alt.Y(
        "value:Q",
        title=heading,
        scale=alt.Scale(domain=[0, max(most, default=0) or 1], nice=True),
        axis=few_ticks(alt, 2 if small else 5),
    )
    layers: list[Any] = []
    for state, look in (
        ("not held", {"color": PALE}),
        ("withheld", {"color": "white", "stroke": GREY, "strokeDash": [3, 2]}),
    ):
        gaps = [row for row in rows if row["state"] == state]
        if gaps:
            box = chart_of(gaps).mark_rect(**look)
            layers.append(box.encode(x=x, y=alt.value(0), y2=alt.value(height)))
    base = chart_of(rows).encode(x=x)
    if np.isfinite(series.low).any():
        spread = base.mark_rule(strokeWidth=1.5, color=GREY)
        layers.append(spread.encode(y=alt.Y("low:Q", title=heading), y2="high:Q"))
    dots = alt.OverlayMarkDef(color=BLUE, size=18 if len(rows) > 24 else 34, opacity=1)
    layers.append(base.mark_line(color=BLUE, strokeWidth=2, point=dots).encode(y=y))
    flags = [
        {"at": at, "letter": series.flags[at]} for at in series.label if at in series.flags
    ]
    if flags and not small:
        flagged = chart_of(flags).encode(x=x)
        layers += [
            flagged.mark_rule(strokeDash=[2, 3], color=INK).encode(
                y=alt.value(0), y2=alt.value(height)
            ),
            flagged.mark_text(dy=-7, color=INK, fontWeight="bold").encode(
                y=alt.value(0), text="letter:N"
            ),
        ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return svg_of(chart, title, description, headed=False)


def _labelled(labels: tuple[str, ...], width: int, *, small: bool) -> list[str]:
    """As many labels as fit, evenly, the last among them."""
    if small:
        return [labels[0], labels[-1]] if len(labels) > 1 else list(labels)
    longest = max(map(len, labels), default=0) * CHARACTER + 12
    step = max(1, math.ceil(len(labels) * longest / width))
    return [label for i, label in enumerate(reversed(labels)) if i % step == 0][::-1]
