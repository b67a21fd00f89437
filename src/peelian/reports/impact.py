"""What an evaluation found, in sentences fit to be read out."""

import math

import numpy as np

from peelian.evaluation import DesignPower, Effect, Measure
from peelian.reports.charts import interval_chart
from peelian.reports.numbers import rounded, with_commas
from peelian.terms import EffectPrior

CANNOT = (
    "Before and after alone describe: they cannot attribute the change to anything that was "
    "done, because nothing was compared."
)
DETECTS_NOTHING = (
    "This design can detect nothing: not even the prevention of nearly all would show."
)
NO_ESTIMATE = "Nothing can be told from these counts."


WIDEST = 300.0  # the end of an interval beyond this is drawn here [%]


def effect_chart(effect: Effect, prior: EffectPrior) -> str:
    """The measure that the design is judged by, on a line with no effect marked.

    Parameters
    ----------
    effect : Effect
    prior : EffectPrior
        Drawn below it: what trials found, in the same unit.

    Returns
    -------
    str
        SVG; a ratio is shown as a change in percent. Empty where nothing can be drawn.
    """
    first = effect.measures[0]
    known = (first.value, first.interval.low, first.interval.high)
    beside = np.array([prior.ratio, prior.low, prior.high]) - 1
    if first.unit == "ratio":
        mine, beside, unit = 100 * (np.array(known) - 1), 100 * beside, "%"
    else:
        mine, beside, unit = np.array(known), effect.expected * beside, "offences"
    if not (np.isfinite(mine[0]) and np.isfinite(beside).all()):
        return ""
    if first.unit == "ratio":
        mine = np.clip(mine, -100, WIDEST)
    return interval_chart(
        ["This evaluation", "What trials found"],
        *np.column_stack([mine, beside]),
        title="Change against what was to be expected, with its 95 % interval",
        unit=unit,
        mark={"no effect": 0.0},
    )


def effect_sentence(effect: Effect) -> str:
    """The estimate with its interval, what was counted, and how far it may be believed.

    Parameters
    ----------
    effect : Effect

    Returns
    -------
    str
        For before and after alone it ends with CANNOT.
    """
    first = effect.measures[0]
    said = f"{_counts(effect)}{measure_words(first)}"
    if effect.design == "before-after":
        return f"{said}. {CANNOT}"
    return f"{said}. {verdict_words(first)}"


def measure_words(measure: Measure) -> str:
    """One measure with its interval: ``14.0 % fewer (95 % interval ... )``."""
    low, high = measure.interval.low, measure.interval.high
    if math.isnan(measure.value):
        return "not known"
    if measure.unit == "ratio":
        value, between = _percent(measure.value), _range(low, high)
    else:
        value, between = _amount(measure.value, measure.unit), _span(low, high, measure.unit)
    return f"{value} ({between})"


def verdict_words(measure: Measure) -> str:
    """Whether the interval leaves room for no effect."""
    low, high = measure.interval.low, measure.interval.high
    if math.isnan(low) or math.isnan(high):
        return "Without an interval it cannot be told from chance."
    if low <= measure.none <= high:
        return "No effect is shown: chance alone could give this."
    return "That is more than chance explains, if the comparison is fair."


def power_sentences(power: DesignPower, prior: float) -> tuple[str, ...]:
    """What a design could show, and its chance of finding what trials have found.

    Parameters
    ----------
    power : DesignPower
        Its first ratio is the prior's.
    prior : float
        Rate ratio that trials found.
    """
    chance = rounded(100 * power.chances[0], 0)
    if math.isnan(power.detectable):
        could = DETECTS_NOTHING
    else:
        fall = rounded(100 * (1 - power.detectable), 1)
        could = (
            f"With a chance of {rounded(100 * power.power, 0)} % it finds a fall of {fall} % "
            "or more."
        )
    usual = rounded(100 * (1 - prior), 0)
    found = f"The {usual} % that trials found it would find with a chance of {chance} %."
    weak = (
        ("That is too little to learn from one such trial: pool years or places.",)
        if power.chances[0] < 0.5 and not math.isnan(power.detectable)
        else ()
    )
    return (could, found, *weak)


def number_words(value: float, unit: str) -> str:
    """A number of a measure: ratios to three decimals, counts to one, daily ones to four."""
    if unit in ("ratio", "quotient"):
        return rounded(value, 3)
    return with_commas(value, 4 if unit.endswith("day") else 1)


def dispersion_words(effect: Effect) -> str:
    """Which dispersion was used, and where it comes from."""
    if math.isnan(effect.dispersion):
        return f"Dispersion: {effect.dispersion_from}."
    return f"Dispersion {rounded(effect.dispersion, 2)}, {effect.dispersion_from}."


def _counts(effect: Effect) -> str:
    """What was seen and expected, where that is known."""
    seen = with_commas(effect.observed)
    if effect.design == "before-after":
        return f"{seen} offences after, {with_commas(effect.expected)} at the rate before: "
    if effect.design in ("wdd", "wdq"):
        return f"{seen} offences with the action; less the change elsewhere: "
    if math.isnan(effect.expected):
        return f"{seen} offences with the action; against the comparison "
    expected = with_commas(effect.expected, 1)
    return f"{seen} offences with the action against {expected} expected without: "


def _percent(ratio: float) -> str:
    text = rounded(abs(100 * (ratio - 1)), 1)
    if text == "0.0":
        return "no change"
    return f"{text} % {'fewer' if ratio < 1 else 'more'}"


def _range(low: float, high: float) -> str:
    if math.isnan(low):
        return "no 95 % interval"
    if high <= 1 or low >= 1:
        near, far = sorted((abs(low - 1), abs(high - 1)))
        way = "fewer" if high <= 1 else "more"
        return f"95 % interval {_number(100 * near)} % to {_number(100 * far)} % {way}"
    return (
        f"95 % interval {_number(100 * (1 - low))} % fewer to {_number(100 * (high - 1))} % "
        "more"
    )


def _amount(value: float, unit: str) -> str:
    thing = {"events": "offences"}.get(unit, unit)
    if unit == "quotient":
        return rounded(value, 2)
    return f"{with_commas(abs(value), 1)} {thing} {'fewer' if value < 0 else 'more'}"


def _span(low: float, high: float, unit: str) -> str:
    if math.isnan(low):
        return "no 95 % interval"
    if high <= 0 or low >= 0:
        near, far = sorted((abs(low), abs(high)))
        way = "fewer" if high <= 0 else "more"
        return f"95 % interval {with_commas(near, 1)} to {with_commas(far, 1)} {way}"
    return f"95 % interval {with_commas(-low, 1)} fewer to {with_commas(high, 1)} more"


def _number(value: float) -> str:
    return rounded(value, 1)
