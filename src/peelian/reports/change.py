"""One count against another, in words and in JSON."""

import json
import math
from collections.abc import Sequence
from datetime import date

from peelian.evaluation import CountChange
from peelian.reports.numbers import rounded, with_commas

NOT_WHY = "This comparison alone does not show why."


def change_sentence(found: CountChange, *, to: date | None = None, months: int = 12) -> str:
    """The change with its interval in it, fit to publish.

    Parameters
    ----------
    found : CountChange
        At the dispersion to be published.
    to : date, optional
        Last day of the new months.
    months : int
        How many they are; fewer than twelve are against the same months a year before.

    Examples
    --------
    >>> from peelian.evaluation import compare_counts
    >>> change_sentence(compare_counts(3, 8))
    '3 offences against 8: too few for a percentage. This comparison alone does not show why.'
    """
    new, old = with_commas(found.new), with_commas(found.old)
    if to is None:
        counts = f"{new} offences against {old}"
    else:
        before = "the previous 12 months"
        if months < 12:
            before = f"the same month{'s' * (months > 1)} a year before"
        counts = (
            f"{new} offences in the {f'{months} months' if months > 1 else 'month'} to "
            f"{to.day} {to:%B %Y} against {old} in {before}"
        )
    if found.exposure_new != found.exposure_old:
        counts += (
            f" (exposure {with_commas(found.exposure_new)} against "
            f"{with_commas(found.exposure_old)})"
        )
    if not found.shown:
        return f"{counts}: too few for a percentage. {NOT_WHY}"
    allowing = ", allowing for clustering" if found.dispersion > 1 else ""
    interval = f"95 % interval {_between(found)}{allowing}"
    return f"{counts}: {_way(found.change)} ({interval}). {NOT_WHY}"


def change_text(changes: Sequence[CountChange], sentence: str, *, source: str) -> str:
    """The change, an interval a dispersion, and the sentence; ``source`` tells of the last."""
    last = changes[-1]
    lines = [sentence, ""]
    if last.shown:
        lines.append(f"change {_percent(last.change, sign=True)} %")
    for found in changes:
        where = f" ({source})" if found is last else ""
        said = _between(found) if found.shown else _ratios(found)
        lines.append(
            f"95 % interval at dispersion {found.dispersion:.4g}{where}: {said}; "
            f"p {found.p:.2g}"
        )
    return "\n".join(lines)


def change_json(changes: Sequence[CountChange], sentence: str) -> str:
    """The same for scripts; shares, not per cent: -0.126590 is 12.7 % lower."""
    last = changes[-1]
    intervals = [
        {
            "dispersion": found.dispersion,
            "low": _known(found.ratio.low - 1),
            "high": _known(found.ratio.high - 1),
        }
        for found in changes
    ]
    return json.dumps(
        {
            "new": last.new,
            "old": last.old,
            "change": _known(last.change),
            "intervals": intervals,
            "p": _known(last.p),
            "sentence": sentence,
        }
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _percent(share: float, *, sign: bool = False) -> str:
    text = rounded(100 * share, 1)
    return f"+{text}" if sign and share > 0 else text


def _way(share: float) -> str:
    text = rounded(abs(100 * share), 1)
    if text == "0.0":
        return "no change"
    return f"{text} % {'lower' if share < 0 else 'higher'}"


def _between(found: CountChange) -> str:
    """The interval as a reader says it: the smaller change first, or from lower to higher."""
    low, high = found.ratio.low - 1, found.ratio.high - 1
    if high <= 0 or low >= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{_percent(near)} % to {_percent(far)} % {'lower' if high <= 0 else 'higher'}"
    return f"{_percent(-low)} % lower to {_percent(high)} % higher"


def _ratios(found: CountChange) -> str:
    return f"rate ratio {rounded(found.ratio.low, 3)} to {rounded(found.ratio.high, 3)}"
