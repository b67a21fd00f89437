"""Is it down: two counts, or the last two years of a monthly series."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from peelian import evaluation, reports, sources
from peelian.terms import DataError, Floats, ParameterError, Texts

ASSUMED = 2.0  # dispersion announced when no months are given to estimate it from
FORMS = ("table", "json")


def report_change(
    *,
    new: int | None,
    old: int | None,
    exposure_new: float | None = None,
    exposure_old: float | None = None,
    dispersion: float | None = None,
    monthly: Path | None = None,
    to: str | None = None,
    form: str = "table",
) -> str:
    """Compare two counts, at dispersion 1 and at one that allows for clusters.

    The second dispersion is the one given, else estimated from ``monthly`` counts, else
    assumed to be 2. Without ``new`` and ``old`` the last twelve months are held against the
    twelve before.
    """
    if form not in FORMS:
        raise ParameterError(f"format {form!r}: give {' or '.join(FORMS)}")
    day = _day(to)
    months, counts = sources.read_monthly_counts(monthly) if monthly else _no_months()
    if new is None and old is None and monthly:
        day = day or _last_day(months[-1])
        new, old = _two_years(months, counts, day)
    if new is None or old is None:
        raise ParameterError("give --new and --old, or --monthly with 24 months")
    exposure = _exposure(exposure_new, exposure_old, day)
    source = "as given"
    if dispersion is None:
        dispersion = evaluation.monthly_dispersion(counts) if monthly else ASSUMED
        source = f"estimated from {np.isfinite(counts).sum()} months" if monthly else "assumed"
    changes = [
        evaluation.compare_counts(new, old, exposure=exposure, dispersion=phi)
        for phi in dict.fromkeys((1.0, dispersion))
    ]
    sentence = reports.change_sentence(changes[-1], to=day)
    if form == "json":
        return reports.change_json(changes, sentence)
    return reports.change_text(changes, sentence, source=source)


def _no_months() -> tuple[Texts, Floats]:
    return np.array([], dtype=np.str_), np.array([])


def _day(to: str | None) -> date | None:
    if not to:
        return None
    try:
        day = date.fromisoformat(to)
    except ValueError as error:
        raise ParameterError(f"to is {to!r}: write a date such as 2023-09-30") from error
    if not 1000 <= day.year <= 2999:  # as months of a series
        raise ParameterError(f"to is {to!r}: write a date such as 2023-09-30")
    return day


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _year_before(day: date) -> date:
    """The last day of the twelve months before those that end on ``day``."""
    after = day + timedelta(days=1)
    year = after.year - 1
    return after.replace(
        year=year, day=28 if (after.month, after.day) == (2, 29) else after.day
    ) - timedelta(days=1)


def _exposure(new: float | None, old: float | None, day: date | None) -> tuple[float, float]:
    """As given; else days, so that a leap year counts for its 366."""
    if new is not None or old is not None:
        if new is None or old is None:
            raise ParameterError("give both --exposure-new and --exposure-old, or neither")
        return new, old
    if day is None:
        return 1.0, 1.0
    before = _year_before(day)
    return float((day - before).days), float((before - _year_before(before)).days)


def _two_years(months: Texts, counts: Floats, day: date) -> tuple[int, int]:
    """Counts of the twelve months that end with ``day`` and of the twelve before."""
    last = f"{day:%Y-%m}"
    if day != _last_day(last):
        raise ParameterError(f"{day} is not the last day of a month; give --new and --old")
    end = int(np.searchsorted(months, last)) + 1
    wanted = np.arange(np.datetime64(last) - 23, np.datetime64(last) + 1)
    held = months[max(end - 24, 0) : end].tolist()
    part = counts[max(end - 24, 0) : end]
    if held != wanted.astype(str).tolist() or np.isnan(part).any():
        raise DataError(f"the 24 months to {last} are not all held; give --new and --old")
    return int(part[12:].sum()), int(part[:12].sum())
