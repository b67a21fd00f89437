"""Numbers, days and months put into the words of one language."""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from peelian.reports.numbers import rounded, with_commas
from peelian.terms import LOCAL_ZONE, ParameterError, Words

MONTH = re.compile(r"(\d{4})-(\d{2})")
SMALL_RATE = 10.0  # below it two decimals, from it on one
FIGURES = 3  # of "1 for every 1,330 residents"


class Phrases:
    """The words of a bulletin, said with their places filled.

    Examples
    --------
    >>> from peelian.terms import Words
    >>> say = Phrases(Words("en-GB", "English", {"hello": "Hello, {name}"}))
    >>> say("hello", name="Essex")
    'Hello, Essex'
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, **places: str) -> str:
        """The text of a key; ParameterError where the words have none."""
        try:
            return self.words.texts[key].format(**places)
        except KeyError as missing:
            raise ParameterError(
                f"words in {self.words.language}: {missing} is asked for by {key!r} and not "
                "there; give words that read_words has checked, or a known measure or source"
            ) from None

    def maybe(self, key: str, **places: str) -> str:
        """The text of a key, or nothing where the words have none."""
        return self(key, **places) if key in self.words.texts else ""

    def day(self, day: date) -> str:
        """4 April 2018."""
        return self(
            "date.day", day=str(day.day), month=self(f"month.{day.month}"), year=str(day.year)
        )

    def iso_day(self, text: str) -> str:
        """The day that a text such as 2018-04-04 names."""
        return self.day(date.fromisoformat(text))

    def instant(self, instant: datetime) -> str:
        """4 April 2018 at 09:05, local time."""
        local = instant.astimezone(ZoneInfo(LOCAL_ZONE))
        return self("date.time", date=self.day(local.date()), time=f"{local:%H:%M}")

    def month(self, year: int, month: int, *, short: bool = False) -> str:
        """April 2018, or Apr 2018."""
        of = "_short" if short else ""
        return self(f"date.month{of}", month=self(f"month{of}.{month}"), year=str(year))

    def quarter(self, year: int, month: int, *, short: bool = False) -> str:
        """April to June 2018, of the quarter that begins with a month."""
        of = "month_short" if short else "month"
        last = (month + 1) % 12 + 1
        first, end = self(f"{of}.{month}"), self(f"{of}.{last}")
        if last < month:
            return self(
                "date.quarter_over", first=first, first_year=str(year), last=end,
                last_year=str(year + 1),
            )  # fmt: skip
        return self("date.quarter", first=first, last=end, year=str(year))

    def period(self, by: str, value: object, *, short: bool = False) -> str:
        """A year, quarter or month as a reader says it; a name or a code as it is."""
        text = str(value)
        named: dict[str, Callable[..., str]] = {"month": self.month, "quarter": self.quarter}
        found = MONTH.fullmatch(text[:7]) if by in named else None
        if not found or not 1 <= int(found[2]) <= 12:
            return text
        return named[by](int(found[1]), int(found[2]), short=short)

    def percent(self, share: float) -> str:
        """12.7 % of a share of either sign."""
        return self("number.percent", number=rounded(abs(100 * share), 1))

    def rate(
        self, rate: float, low: float, high: float, *, decimals: int | None = None
    ) -> dict[str, str]:
        """A rate and its interval, all to the same decimals: those that fit the rate."""
        if decimals is None:
            decimals = 2 if rate < SMALL_RATE else 1
        return {
            name: with_commas(value, decimals)
            for name, value in (("rate", rate), ("low", low), ("high", high))
        }

    def several(self, texts: list[str]) -> str:
        """Texts in one row."""
        return self("number.list_join").join(texts)


def count(value: float) -> str:
    """A whole number with commas."""
    return with_commas(value)


def about(value: float) -> str:
    """A number to three figures: 1,330."""
    return with_commas(float(np.format_float_positional(
        value, FIGURES, unique=False, fractional=False
    )))  # fmt: skip
