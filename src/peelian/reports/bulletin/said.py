"""The sentences of the bulletin: whole sentences of its words, with the interval in them."""

import math
from collections.abc import Iterator

from peelian.evaluation import CountChange
from peelian.reports.bulletin.phrases import Phrases, about, count
from peelian.reports.bulletin.values import Bulletin, Change, Latest, PublicTable, Topic
from peelian.reports.numbers import rounded

DOWN, UP, UNSURE, UNKNOWN = "down", "up", "unsure", "unknown"
OVER_TIME = ("year", "quarter", "month")
ANSWERS = (DOWN, UP, UNSURE, UNKNOWN)
NOT_A_HARM = ("possession-of-weapons",)  # nobody is harmed by it, so it is no one's risk


def answer(topic: Topic) -> str:
    """Whether it went down: one of ANSWERS."""
    if topic.change is None or not topic.change.found.shown:
        return UNKNOWN
    ratio = topic.change.found.ratio
    if ratio.high < 1:
        return DOWN
    return UP if ratio.low > 1 else UNSURE


def latest_sentence(say: Phrases, topic: Topic, area: str) -> str:
    """The newest number and its rate, or that there is none."""
    found = topic.latest
    if found is None:
        return say("said.no_latest", area=area)
    return say(
        "said.latest",
        n=count(found.n),
        area=area,
        first=say.day(found.first_day),
        last=say.day(found.last_day),
        **say.rate(found.rate, found.low, found.high),
    )


def rate_sentence(say: Phrases, found: Latest | None) -> str:
    """The newest rate, said after its number; nothing where there is none."""
    return say("said.rate", **say.rate(found.rate, found.low, found.high)) if found else ""


def change_sentence(say: Phrases, change: Change | None) -> str:
    """The newest count against the one before it."""
    if change is None:
        return say("said.no_change")
    found = change.found
    places = {
        "new": count(found.new),
        "old": count(found.old),
        "months": str(change.months),
        "date": say.day(change.last_day),
    }
    if not found.shown:
        return say("said.change_few", **places)
    low, high = found.ratio.low - 1, found.ratio.high - 1
    places["change"] = say.percent(found.change)
    if low <= 0 <= high:
        places |= {"down": say.percent(low), "up": say.percent(high)}
        return say(f"said.unsure_{_way(found)}", **places)
    near, far = sorted((low, high), key=abs)
    places |= {"near": say.percent(near), "far": say.percent(far)}
    return say(f"said.change_{'lower' if high < 0 else 'higher'}", **places)


def cautions(say: Phrases, change: Change | None) -> Iterator[str]:
    """What must stand beside a change."""
    if change is None:
        return
    if change.found.shown and change.found.dispersion > 1:
        yield say(f"said.clusters_{'estimated' if change.estimated else 'assumed'}")
    yield say("said.not_why")


def trend_sentence(say: Phrases, topic: Topic) -> str:
    """The average change a year, or nothing."""
    if topic.trend is None:
        return ""
    low, high = topic.trend.interval.low - 1, topic.trend.interval.high - 1
    places = {"first": topic.span[0], "last": topic.span[1]}
    if low <= 0 <= high:
        return say("said.trend_unsure", down=say.percent(low), up=say.percent(high), **places)
    near, far = sorted((low, high), key=abs)
    return say(
        f"said.trend_{'down' if high < 0 else 'up'}",
        change=say.percent(topic.trend.value - 1),
        near=say.percent(near),
        far=say.percent(far),
        **places,
    )


def newest_sentence(say: Phrases, table: PublicTable) -> str:
    """The last row held of a table over time; nothing of others."""
    columns = table.table.columns
    held = [i for i, state in enumerate(columns["state"]) if state != "not held"]
    if table.by not in OVER_TIME or not held:
        return ""
    row = held[-1]
    period = say.period(table.by, columns[table.by][row])
    n = float(columns["n"][row])
    if math.isnan(n):
        return say("said.row_withheld", period=period)
    if "rate" in columns and math.isfinite(columns["rate"][row]):
        rate = say.rate(*(float(columns[name][row]) for name in ("rate", "low", "high")))
        return say("said.row_rate", period=period, n=count(n), **rate)
    return say("said.row_count", period=period, n=count(n))


def risk_sentences(say: Phrases, bulletin: Bulletin) -> list[str]:
    """One offence for how many residents, of each kind that harms someone."""
    return [
        say(
            "help.risk_one",
            title=title_of(say, topic.measure),
            first=say.day(found.first_day),
            last=say.day(found.last_day),
            area=bulletin.area,
            n=about(1000 / found.rate),
            low=about(1000 / found.high),
            high=about(1000 / found.low),
        )
        for topic in bulletin.topics
        if (found := topic.latest) and found.low > 0 and topic.measure not in NOT_A_HARM
    ]


def title_of(say: Phrases, measure: str) -> str:
    """A measure's title."""
    return say(f"measure.{measure}.title")


def _way(found: CountChange) -> str:
    if rounded(100 * found.change, 1) == "0.0":
        return "same"
    return "lower" if found.change < 0 else "higher"
