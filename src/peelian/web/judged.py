"""What the methods page shows: every forecast against counting, and how each was judged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from peelian import workflows
from peelian.reports import with_commas
from peelian.reports.charts import interval_chart
from peelian.reports.scorecards import calibration_chart, pai_chart
from peelian.store import Store
from peelian.terms import Floats, Table
from peelian.web.desk import Made, Progress
from peelian.web.maps import Address, files_of, head_of
from peelian.web.show import table_shown
from peelian.workflows import BacktestSettings

BASELINE, REFERENCE = "the baseline", "for reference"  # verdicts that are none
CALIBRATION = ("decile", "expected", "observed", "low", "high", "ratio")
LABELS = {
    "hits": "Caught",
    "difference": "More than by counting",
    "seconds": "Time",
    "kept": "Kept from one map to the next",
    "overlap": "Shared by one map and the next",
    "rank_correlation": "Order of cells alike",
    "observed_over_expected": "Observed over expected",
    "log_score": "Log score",
    "brier": "Brier score",
    "crps": "CRPS",
    "unscored": "Why not",
    "no_interval": "Why no interval",
    "decile": "Tenth",
    "ratio": "Observed over expected",
}
BESIDE = {  # of drawn boxes and a model in the same area
    "flagged": "Where",
    "hits": "Caught",
    "hits a km2": "Caught a km² and period",
    "its hits a km2": "By the model",
    "its PAI": "PAI of the model",
    "against": "Model in the same area",
    "difference": "More than the model",
}


def backtest_made(
    store: Store,
    settings: BacktestSettings,
    now: datetime,
    progress: Progress,
    address: Address,
) -> Made:
    """The backtest as tables and charts, and the files it offers."""
    outcome = workflows.run("backtest", store, settings, now=now, progress=progress)
    progress(0.9, "Drawing")
    unit = "days of harm" if settings.cells.harm else "events"
    rows = Rows(outcome.table, unit)
    tables = dict(outcome.tables)
    seconds = dict(zip(*(c.tolist() for c in tables["cost"].columns.values()), strict=True))
    judged = [name for name in rows.names if rows.text("verdict", name) != REFERENCE]
    best = rows.best
    compared = list(dict.fromkeys([best, rows.baseline]))
    offered, files = files_of(outcome, "backtest")
    shown = head_of(outcome) | {
        "title": "Methods",
        "subtitle": outcome.table.title.replace("km2", "km²"),
        "sentence": rows.sentence,
        "unit": rows.unit,
        "champion": rows.champion,
        "best": best,
        "champions": table_shown(champion_table(rows, seconds), labels=LABELS),
        "pai_svg": interval_chart(
            judged, *rows.estimates("pai", judged), title="PAI, with its 95 % interval",
            unit="PAI", mark={"chance": 1.0},
        ),
        "difference_svg": difference_chart(rows, judged),
        "curve_svg": curve_chart(rows, compared),
        "curve": table_shown(curve_table(rows, compared), labels=LABELS),
        "calibration": [calibration_shown(rows, name) for name in compared],
        "scores": table_shown(
            estimates_table(
                rows, judged, ("observed_over_expected", "log_score", "brier", "crps"),
                "How well each knew how much", extra="unscored",
            ),
            labels=LABELS,
        ),
        "stability": table_shown(
            estimates_table(
                rows, judged, ("kept", "overlap", "rank_correlation"),
                "How much of a map the next one keeps", extra="no_interval",
            ),
            labels=LABELS,
        ),
        "boxes": table_shown(tables["boxes"], labels=BESIDE) if "boxes" in tables else None,
        "boxes_said": [one for one in outcome.chosen if "box" in one],
        "downloads": offered,
    }  # fmt: skip
    return shown, files


class Rows:
    """The table of a backtest, read by forecaster."""

    def __init__(self, table: Table, unit: str) -> None:
        self.table, self.unit = table, unit
        self.names: list[str] = table.columns["forecaster"].tolist()

    def at(self, column: str, name: str) -> Any:
        """One entry."""
        return self.table.columns[column][self.names.index(name)]

    def text(self, column: str, name: str) -> str:
        """One entry as text."""
        return str(self.at(column, name))

    def numbers(self, column: str, name: str) -> Floats:
        """An entry that is a list, shape (n,)."""
        return np.array(self.at(column, name), dtype=np.float64)

    def estimates(self, score: str, names: list[str]) -> tuple[Floats, Floats, Floats]:
        """A score with its interval, each of shape (n_names,)."""
        columns = (score, f"{score}_low", f"{score}_high")
        value, low, high = (
            np.array([self.at(column, name) for name in names], dtype=np.float64)
            for column in columns
        )
        return value, low, high

    @property
    def baseline(self) -> str:
        """What the others are measured against."""
        return next(name for name in self.names if self.text("verdict", name) == BASELINE)

    @property
    def champion(self) -> str:
        """The forecaster that is kept."""
        return next(name for name in self.names if self.at("champion", name))

    @property
    def best(self) -> str:
        """The champion, or the challenger that caught most where counting is kept."""
        others = [
            n for n in self.names if self.text("verdict", n) not in (BASELINE, REFERENCE)
        ]
        if self.champion != self.baseline or not others:
            return self.champion
        return max(others, key=lambda name: float(self.at("hits", name)))

    @property
    def sentence(self) -> str:
        """Which is kept and why, in the words of the verdicts."""
        name = self.champion
        if name != self.baseline:
            return f"{name} is the champion: it caught {self.text('verdict', name)}."
        kept = "Counting past offences" if name == "count" else name
        kept += " by their harm" if name == "count" and self.unit != "events" else ""
        if self.best == name:
            return f"{kept} is kept: no other method was tried."
        verdict = self.text("verdict", self.best)
        return f"{kept} is kept. The challenger that caught most, {self.best}: {verdict}."


def champion_table(rows: Rows, seconds: Mapping[str, float]) -> Table:
    """What each caught, against counting, and what it cost."""
    names = rows.names
    kept = {rows.champion: f"{rows.champion} (champion)"}
    columns = {
        "forecaster": np.array([kept.get(name, name) for name in names]),
        "hits": np.array([with_commas(float(rows.at("hits", name)), 1) for name in names]),
        "pai": interval_texts(rows, "pai", 1),
        "difference": interval_texts(rows, "difference", 2 if rows.unit == "events" else 0),
        "p": np.array([float(rows.at("p", name)) for name in names]),
        "seconds": np.array([seconds.get(name, np.nan) for name in names]),
        "verdict": np.array([rows.text("verdict", name) for name in names]),
    }
    total = with_commas(float(rows.table.columns["events"][0]))
    units = {
        "hits": f"of {total} {rows.unit}",
        "pai": "95 % interval",
        "difference": f"{rows.unit} a period, 95 % interval",
        "seconds": "CPU seconds",
    }
    return Table(columns, "Champion table", units)


def estimates_table(
    rows: Rows, names: list[str], scores: tuple[str, ...], title: str, extra: str = ""
) -> Table:
    """Scores with their intervals, a row a forecaster."""
    columns = {"forecaster": np.array(names)}
    known = [score for score in scores if score in rows.table.columns]
    for score in known:
        texts = dict(zip(rows.names, interval_texts(rows, score, 3), strict=True))
        columns[score] = np.array([texts[name] for name in names])
    if extra in rows.table.columns:
        columns[extra] = np.array([rows.text(extra, name) for name in names])
        if not any(columns[extra].tolist()):
            del columns[extra]
    return Table(columns, title, dict.fromkeys(known, "95 % interval"))


def interval_texts(rows: Rows, score: str, decimals: int) -> Any:
    """A score of every forecaster with its interval if any, in words; empty where unknown."""
    estimates = zip(*rows.estimates(score, rows.names), strict=True)
    return np.array([_interval_text(*one, decimals) for one in estimates], dtype=np.str_)


def _interval_text(value: float, low: float, high: float, decimals: int) -> str:
    if not np.isfinite(value):
        return ""
    told = with_commas(value, decimals)
    if np.isnan(low):
        return told
    return f"{told} ({with_commas(low, decimals)} to {with_commas(high, decimals)})"


def difference_chart(rows: Rows, judged: list[str]) -> str:
    """Paired differences from counting; empty where there is nothing to compare."""
    others = [name for name in judged if name != rows.baseline]
    if not others:
        return ""
    return interval_chart(
        others,
        *rows.estimates("difference", others),
        title="More caught than by counting, with its 95 % interval",
        unit=f"{rows.unit} a period",
        mark={"no difference": 0.0},
    )


def curve_chart(rows: Rows, names: list[str]) -> str:
    """PAI by share of the area flagged."""
    share = rows.numbers("curve_share", names[0])
    curves = {
        name: (
            rows.numbers("curve", name) / share,
            rows.numbers("curve_low", name) / share,
            rows.numbers("curve_high", name) / share,
        )
        for name in names
    }
    return pai_chart(share, curves, title="PAI by share of the area flagged")


def curve_table(rows: Rows, names: list[str]) -> Table:
    """What each would have caught by share of the area flagged."""
    share = rows.numbers("curve_share", names[0])
    columns = {"area_share": share}
    for name in names:
        columns[name] = rows.numbers("curve", name) / share
    return Table(columns, "PAI by share of the area flagged", {"area_share": "share"})


def calibration_shown(rows: Rows, name: str) -> dict[str, Any]:
    """One forecaster's calibration: its plot and the table under it."""
    columns = {
        column: rows.numbers(f"calibration_{column}", name)
        for column in CALIBRATION
        if f"calibration_{column}" in rows.table.columns
    }
    if np.isnan(columns["low"]).all():  # of harm, which no count's limits fit
        del columns["low"], columns["high"]
    title = f"{name}: {rows.unit} observed over {rows.unit} expected"
    table = Table(columns, title, {"low": "95 %", "high": "95 %"})
    unknown = np.full(len(columns["decile"]), np.nan)
    limits = (columns.get(end, unknown) for end in ("low", "high"))
    drawn = (columns["expected"], columns["observed"], *limits)
    return {
        "name": name,
        "svg": calibration_chart(*drawn, title=title),
        "table": table_shown(table, labels=LABELS),
    }
