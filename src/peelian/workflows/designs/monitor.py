"""Is this month unusual, has the level risen, is this a spate; which area stands out."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from peelian import evaluation, reports, sources
from peelian.sources import Watched
from peelian.store import Store
from peelian.terms import DataError, Floats, Ingredient, ParameterError, Table
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import MonitorSettings

LEVEL = 0.9973  # of the limits of a c-chart: three standard deviations of a normal
FEWEST = 6  # periods that show what is usual
AREA_LEVEL = 0.95
CLUSTERED = 1.2  # dispersion from which a running sum of Poisson counts signals too often
ONCE = "Look at fixed dates: a limit looked at daily is passed by chance sooner or later."


def monitor(
    store: Store | None,
    settings: MonitorSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Watch a series of counts, or hold areas against each other, with limits for chance."""
    if not settings.series:
        raise ParameterError("give a CSV of period and n, or of area, n and expected")
    watched = sources.read_watched(settings.series)
    if watched.expected is None:
        table, notes, method = _series(watched, settings)
    else:
        table, notes, method = _funnel(watched, watched.expected)
    digest = sources.sha256_of(Path(settings.series))
    file = Ingredient(settings.series, digest, len(watched.names), 0, "file")
    record = record_of(
        "evaluate monitor", settings, (file,), method=method, seed=None, now=now
    )
    return Outcome(table, replace(record, notes=notes))


def _series(watched: Watched, settings: MonitorSettings) -> tuple[Table, tuple[str, ...], str]:
    """Limits, running sum and what they say of each period after those that are usual."""
    y = watched.counts
    first = settings.baseline or len(y) // 2
    if not FEWEST <= first < len(y):
        raise DataError(
            f"{len(y)} periods, of which {first} show what is usual: {FEWEST} of those are "
            "the fewest, and one to watch"
        )
    before = y[:first]
    usual = settings.usual or float(np.nanmean(before))
    raised = settings.raised or 1.5 * usual
    if not usual > 0:
        raise DataError("no events in the periods that show what is usual: give --usual")
    phi = settings.dispersion or evaluation.monthly_dispersion(before)
    low, high = evaluation.poisson_limits(np.full(len(y), usual), level=LEVEL, dispersion=phi)
    late = np.arange(len(y)) >= first
    sums = np.full(len(y), np.nan)
    sums[late] = evaluation.poisson_cusum(y[late], usual=usual, raised=raised)
    limit = evaluation.cusum_limit(
        usual=usual, raised=raised, run_length=settings.false_alarm * settings.series_watched
    )
    reading = np.where(y > high, "above", np.where(y < low, "below", "usual"))
    reading = np.where(np.isnan(y), "not held", np.where(late, reading, "baseline"))
    table = Table(
        {
            "period": np.array(watched.names),
            "n": y,
            "usual": np.full(len(y), usual),
            "low": low,
            "high": high,
            "reading": reading,
            "running_sum": sums,
            "signal": late & (sums > limit),
        },
        "Watched series",
        {"low": f"{LEVEL:.2%}", "high": f"{LEVEL:.2%}"},
    )
    notes = (
        f"Usual: {usual:.4g} a period, from {first} periods; dispersion {phi:.3g}.",
        *_said_of_limits(table),
        _said_of_sum(table, limit, settings, raised),
        _said_of_test(y[late], usual, raised),
        *_spate(y[late], usual, settings.window),
        *((_clustered(phi),) if phi > CLUSTERED else ()),
        ONCE,
    )
    method = f"poisson_limits(dispersion={phi:.4g}), poisson_cusum(limit={limit:g})"
    return table, notes, method


def _said_of_limits(table: Table) -> tuple[str, ...]:
    """Which periods are outside what chance gives."""
    columns = table.columns
    outside = [
        f"{name} ({reports.with_commas(n)}, {reading})"
        for name, n, reading in zip(
            columns["period"], columns["n"], columns["reading"], strict=True
        )
        if reading in ("above", "below")
    ]
    if not outside:
        return ("No period is outside what chance gives.",)
    return (f"Outside what chance gives: {', '.join(outside)}.",)


def _said_of_sum(table: Table, limit: float, settings: MonitorSettings, raised: float) -> str:
    """Whether the running sum signals a lasting rise."""
    signals = table.columns["period"][table.columns["signal"]]
    watched = settings.series_watched
    how = (
        f"(limit {limit:g}, a false alarm in {settings.false_alarm:g} periods"
        f"{f' over {watched} series' if watched > 1 else ''})"
    )
    if len(signals):
        return f"The running sum signals a rise towards {raised:.4g} from {signals[0]} {how}."
    return f"The running sum signals no rise towards {raised:.4g} {how}."


def _said_of_test(y: Floats, usual: float, raised: float) -> str:
    """What the sequential test says of all periods watched together."""
    found = evaluation.sequential_test(y[~np.isnan(y)], usual=usual, raised=raised)
    words = {
        "raised": f"the level is raised to {raised:.4g} rather than {usual:.4g}",
        "usual": f"the level is {usual:.4g} rather than {raised:.4g}",
        "continue": "too early to say; watch on",
    }
    return f"Sequential test of all periods watched: {words[found.verdict]}."


def _spate(y: Floats, usual: float, window: int) -> tuple[str, ...]:
    """The chance that some window of the time watched holds as many as the fullest did."""
    held = np.nan_to_num(y)
    if window < 1 or len(held) < 2 * window:
        raise ParameterError(
            f"window is {window} of {len(held)} periods watched: give 1 or more, and watch "
            "twice as long"
        )
    sums = np.convolve(held, np.ones(window), mode="valid")
    most = int(sums.max())
    if most < 3:
        return ("Too few events for a spate to be spoken of.",)
    p = evaluation.spate_p(most, usual * window, windows=len(held) / window)
    time = "one period" if window == 1 else f"{window} periods"
    return (
        f"A spate: {most} in {time} at the most; the chance that some such time holds as many "
        f"when nothing has changed is {_chance(p)}.",
    )


def _chance(p: float) -> str:
    return "less than 0.001" if p < 0.001 else reports.rounded(p, 3)


def _clustered(phi: float) -> str:
    return (
        f"Running sum, sequential test and spate take events to come one by one; with a "
        f"dispersion of {phi:.3g} they signal too often."
    )


def _funnel(watched: Watched, expected: Floats) -> tuple[Table, tuple[str, ...], str]:
    """Observed over expected of each area, in a funnel."""
    if np.isnan(watched.counts).any():
        raise DataError("an area has no n: give a count for each, or leave the area out")
    ratio = watched.counts / expected
    wide = (
        evaluation.between_areas(watched.counts, expected) if len(watched.names) > 2 else 0.0
    )
    low, high = evaluation.funnel_limits(expected, level=AREA_LEVEL, overdispersion=wide)
    reading = np.where(ratio > high, "above", np.where(ratio < low, "below", "usual"))
    units = {"low": f"{AREA_LEVEL:.0%}", "high": f"{AREA_LEVEL:.0%}"}
    table = Table(
        {
            "area": np.array(watched.names),
            "n": watched.counts,
            "expected": expected,
            "ratio": ratio,
            "low": low,
            "high": high,
            "reading": reading,
        },
        "Areas held against each other",
        units,
    )
    outside = [a for a, r in zip(watched.names, reading, strict=True) if r != "usual"]
    n = len(watched.names)
    notes = (
        f"Variance between areas beyond chance: {wide:.3g} (log of observed over expected).",
        f"Outside the funnel: {', '.join(outside) or 'none'}. Of {n} ordinary areas about "
        f"{n * (1 - AREA_LEVEL):.1f} are outside by chance.",
    )
    return table, notes, f"funnel_limits(overdispersion={wide:.4g})"
