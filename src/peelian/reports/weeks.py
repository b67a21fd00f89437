"""The words of a week of action: what was done, what it found, and what neither shows."""

from peelian.evaluation import CountChange
from peelian.operations import Finding
from peelian.reports.numbers import rounded, with_commas
from peelian.statistics import ShareComparison
from peelian.terms import Strand

DONE, FOUND = "What was done", "What changed, and what it found"
FOUND_TODAY = "What it found"
ACTIVITY_ONLY = (
    "Arrests, kilograms, visits and the other counts of this part are activity: what was "
    "done. They are never evidence of less violence."
)
ONE_WEEK = (
    "A single week cannot show an effect on knife crime in one force unless the true effect "
    "is above about 50 %. Judge weeks pooled over years, and by the measures below."
)
RETEST = (
    "Shops retested because they failed do better next time whatever is done: on the day they "
    "were picked, chance was against them (regression to the mean). Their retest shows an "
    "effect only beside shops chosen at random."
)
SMALL = (
    "Counts of fewer than five people who could be known are withheld, and others with them "
    "where a subtraction would give them away."
)
CLUSTERED = (
    "Intervals take each trial to be independent of the others; those of one team, one school "
    "or one street are not, so the truth may lie further away than they say."
)
RESIDENTS = (
    "Times as often: searches of a group for its residents, against those of white people for "
    "theirs. Residents are not who was about in the street, and a ratio does not say why."
)
NO_RANK = "The intervals overlap, so their order may be chance: no ranks are given."


def finding_sentence(strand: Strand, found: Finding) -> str:
    """What a measure came to, with its interval in the sentence.

    Examples
    --------
    >>> from datetime import date
    >>> from peelian.operations import STRANDS, estimate_measure
    >>> from peelian.terms import Activity
    >>> shops = STRANDS["test-purchases"]
    >>> seen = Activity("1", "op", shops.name, date(2025, 12, 1), "police",
    ...                 {"premises": 62, "sold": 25})
    >>> finding_sentence(shops, estimate_measure(shops, shops.measures[0], [seen]))
    'Failed: 25 of 62, 40.3 % of premises (95 % interval 29.0 to 52.7).'
    """
    measure = found.measure
    title = measure.title
    if found.withheld:
        return f"{title}: withheld, fewer than five people."
    if found.value != found.value:
        return f"{title}: not recorded."
    counted, rate, between = finding_texts(strand, found)
    said = f"{title}: {counted}, {rate} (95 % interval {between})."
    if found.hits == 0:
        said += " None found is weak evidence that there are none."
    return said


def finding_texts(strand: Strand, found: Finding) -> tuple[str, str, str]:
    """Found of how many, the rate with its unit, and its interval: ``25 of 62``, and so on."""
    measure = found.measure
    decimals = 1 if measure.per > 1 else 3
    of = strand.field(measure.n)
    joint, unit = (" in ", f" {of.unit or of.label.lower()}") if measure.rate else (" of ", "")
    return (
        f"{with_commas(found.hits)}{joint}{with_commas(found.n)}{unit}",
        f"{rounded(found.value, decimals)} {measure.unit}",
        f"{rounded(found.interval.low, decimals)} to {rounded(found.interval.high, decimals)}",
    )


def difference_sentence(one: str, other: str, found: ShareComparison) -> str:
    """Two shares against each other, in points, and whether the difference shows.

    Examples
    --------
    >>> from peelian.statistics import compare_shares
    >>> difference_sentence("A", "B", compare_shares(25, 62, 24, 77))
    'A less B: +9.2 points (95 % interval -6.6 to +24.6, p 0.288): no detectable difference.'
    """
    if found.difference != found.difference:
        return f"{one} less {other}: not known."
    points, low, high = (
        _signed(100 * value)
        for value in (found.difference, found.interval.low, found.interval.high)
    )
    p = "below 0.001" if found.p < 0.001 else rounded(found.p, 3)
    verdict = "a detectable difference" if found.detectable else "no detectable difference"
    return (
        f"{one} less {other}: {points} points (95 % interval {low} to {high}, p {p}): "
        f"{verdict}."
    )


def ratio_texts(found: CountChange) -> tuple[str, str]:
    """How many times as often, and its interval; empty where too little is known."""
    if not found.ratio.high < float("inf"):
        return "", ""
    ratio = found.ratio
    return rounded(found.value, 1), f"{rounded(ratio.low, 1)} to {rounded(ratio.high, 1)}"


def _signed(value: float) -> str:
    """A number of points with its sign."""
    text = rounded(value, 1)
    return f"+{text}" if value > 0 and text != "0.0" else text
