"""Forecasts on many tasks of real data: Portland's sixteen, St. Louis and Chicago.

    python bench/rolling_tasks.py portland FOLDER [--test MODEL ...] [--published]
    python bench/rolling_tasks.py st-louis|chicago FOLDER [--test MODEL ...] [--baseline MODEL]

FOLDER holds the public files named in `rolling_data.py`. The baseline of each task is the
counting model that caught most on origins before the test; ``--test`` scores models against it
in the test period, ``--published`` the rows of the specification's rolling table. Without
either the test period is not looked at. Prints Markdown.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rolling_data import FOOT, Study, chicago, portland, st_louis

from peelian import evaluation, forecasts, statistics
from peelian.spacetime import count_events, within
from peelian.terms import Floats, Forecaster, Grid, History, Periods

SEED = 20170301
DAY = np.timedelta64(86_400, "s")

COUNTING: Mapping[str, Forecaster] = {
    "count": forecasts.LongWindowCount(),
    "count, 365 d": forecasts.LongWindowCount(365),
    "count, 90 d": forecasts.LongWindowCount(90),
    **{f"EWMA {h} d": forecasts.EWMA(float(h)) for h in (180, 365, 730)},
    **{
        f"EWMA {h} d + {feet} ft": forecasts.KernelEWMA(float(h), feet * FOOT)
        for h in (180, 365, 730)
        for feet in (150, 250, 500)
    },
}
CHALLENGERS: Mapping[str, Forecaster] = {
    "many-scales": forecasts.ManyScales(),
    "many-scales, own counts": forecasts.ManyScales(),  # not shown the other offence
}


class Window(NamedTuple):
    """``n`` origins ``every`` so many days foretell ``days``; periods are of ``step`` days."""

    first: np.datetime64
    n: int
    every: int
    days: int
    step: int


class Key(NamedTuple):
    """One task."""

    offence: str
    horizon: str
    budget: str


@dataclass(frozen=True)
class Plan:
    """What is tried on a study: budgets by cell size [m], origins before and in the test."""

    budgets: Mapping[float, Mapping[str, float]]
    least_share: float  # of itself that a cell must have inside
    before: Mapping[str, Window]
    test: Mapping[str, Window]
    offences: tuple[str, ...]

    @property
    def tasks(self) -> list[Key]:
        """In the order in which they are scored."""
        return [
            Key(offence, horizon, budget)
            for offence in self.offences
            for budgets in self.budgets.values()
            for horizon in self.test
            for budget in budgets
        ]


def portland_plan() -> Plan:
    """The sixteen tasks: "monthly" is 31 days from origins 30 days apart, as published."""
    test = np.datetime64("2016-03-01T00:00:00")
    return Plan(
        {
            n * FOOT: {f"{n} ft, k = {k}": k * (n * FOOT) ** 2 for k in ks}
            for n, ks in ((600, (20, 58)), (250, (112, 334)))
        },
        0.5,
        {
            "week": Window(test - 104 * 7 * DAY, 104, 7, 7, 7),
            "month": Window(test - (31 + 23 * 30) * DAY, 24, 30, 31, 10),
        },
        {"week": Window(test, 52, 7, 7, 7), "month": Window(test, 11, 30, 31, 10)},
        ("motor_vehicle_theft", "burglary"),
    )


def st_louis_plan(area: float) -> Plan:
    """Days and weeks, 0.25 % and 0.5 % of the city in cells of 150 m."""
    test = np.datetime64("2015-01-01T00:00:00")
    return Plan(
        {150.0: {f"{share} %": share / 100 * area for share in (0.25, 0.5)}},
        0.0,
        {
            "day": Window(test - 730 * DAY, 730, 1, 1, 1),
            "week": Window(test - 104 * 7 * DAY, 104, 7, 7, 7),
        },
        {"day": Window(test, 731, 1, 1, 1), "week": Window(test, 104, 7, 7, 7)},
        ("knife", "robbery"),
    )


def chicago_plan(area: float) -> Plan:
    """Weeks and months, 0.25 % and 0.5 % of the city in cells of 150 m and 250 m."""
    test = np.datetime64("2015-01-01T00:00:00")
    return Plan(
        {
            float(m): {f"{m} m, {share} %": share / 100 * area for share in (0.25, 0.5)}
            for m in (150, 250)
        },
        0.0,
        {
            "week": Window(test - 104 * 7 * DAY, 104, 7, 7, 7),
            "month": Window(test - 24 * 30 * DAY, 24, 30, 30, 10),
        },
        {"week": Window(test, 130, 7, 7, 7), "month": Window(test, 30, 30, 30, 10)},
        ("aggravated_assault",),
    )


@dataclass(frozen=True, eq=False)
class Round:
    """Origins of one offence, grid and horizon, and what happened after each.

    ``after`` are the counts foretold, shape (n_origins, n_cells), and ``events`` how many
    there were in all, in cells left out too; ``months`` are those of the middle of that time.
    """

    history: History
    origins: list[int]
    after: Floats
    events: Floats
    months: np.ndarray

    @classmethod
    def of(cls, study: Study, offence: str, grid: Grid, window: Window) -> "Round":
        """Count what was known before the last origin, and what came after each."""
        starts = window.first + np.arange(window.n) * window.every * DAY
        n_steps = int((starts[-1] - study.start) / DAY) // window.step
        edges = starts[-1] - np.arange(n_steps, -1, -1) * window.step * DAY
        if edges[0] > study.start:
            edges = np.concatenate([[study.start], edges])
        periods = Periods(edges[:-1], edges[1:], np.ones(len(edges) - 1, bool))
        events, companions = study.offences[offence], study.companions[offence]
        history = History(
            count_events(events, grid, periods),
            grid,
            periods,
            events.where(events.known <= starts[-1]),
            companions={
                name: count_events(study.offences[name], grid, periods) for name in companions
            },
        )
        inside = within(study.area, events.x, events.y)
        middle = events.start + (events.end - events.start) // 2
        ahead = [(middle >= at) & (middle < at + window.days * DAY) for at in starts]
        whole = [
            Periods(at[None], at[None] + window.days * DAY, np.ones(1, bool)) for at in starts
        ]
        return cls(
            history,
            np.searchsorted(edges, starts).tolist(),
            np.array([count_events(events, grid, period)[0] for period in whole]),
            np.array([events.weight[one & inside].sum() for one in ahead]),
            (starts + window.days * DAY // 2).astype("M8[M]"),
        )

    def hits(self, name: str, forecaster: Forecaster, budgets: list[float]) -> Floats:
        """Events in the flagged area, ties averaged, shape (n_budgets, n_origins)."""
        history = self.history
        if name.endswith("own counts"):
            history = replace(history, companions={})
        area = history.grid.area
        risks = forecaster.walk(history, self.origins)
        return np.array(
            [
                [counts @ statistics.flag_shares(risk, area, area_budget=b) for b in budgets]
                for risk, counts in zip(risks, self.after, strict=True)
            ]
        ).T


def rounds(study: Study, plan: Plan, windows: Mapping[str, Window]) -> Iterator:
    """Each offence, grid and horizon in turn, with its tasks and their budgets [m2]."""
    for offence in plan.offences:
        for cell_size, budgets in plan.budgets.items():
            grid = study.grid(cell_size, plan.least_share)
            for horizon, window in windows.items():
                keys = [Key(offence, horizon, budget) for budget in budgets]
                yield Round.of(study, offence, grid, window), keys, list(budgets.values())


def baselines(study: Study, plan: Plan) -> dict[Key, str]:
    """The counting model of each task that caught most before the test; prints the table."""
    chosen = {}
    print("| task | baseline | its hits |" + "".join(f" {name} |" for name in CHALLENGERS))
    print("|---" * (3 + len(CHALLENGERS)) + "|")
    for one, keys, budgets in rounds(study, plan, plan.before):
        models = COUNTING | CHALLENGERS
        totals = {n: one.hits(n, model, budgets).sum(axis=1) for n, model in models.items()}
        for i, key in enumerate(keys):
            chosen[key] = max(COUNTING, key=lambda name: round(totals[name][i], 6))
            cells = [f"{totals[name][i]:.1f}" for name in (chosen[key], *CHALLENGERS)]
            print(f"| {', '.join(key)} | {chosen[key]} | {' | '.join(cells)} |", flush=True)
    return chosen


def test(study: Study, plan: Plan, chosen: Mapping[Key, str], names: list[str]) -> None:
    """Score models against the baselines in the test period; prints each task and the mean."""
    tasks: dict[str, list[evaluation.Task]] = {name: [] for name in names}
    for one, keys, budgets in rounds(study, plan, plan.test):
        models = {
            n: (COUNTING | CHALLENGERS)[n] for n in {chosen[key] for key in keys} | set(names)
        }
        hits = {n: one.hits(n, model, budgets) for n, model in models.items()}
        for i, key in enumerate(keys):
            for name in names:
                base = hits[chosen[key]][i]
                tasks[name].append(
                    evaluation.Task(", ".join(key), one.months, hits[name][i], base)
                )
    for name, many in tasks.items():
        result = evaluation.compare_tasks(many, rng=np.random.default_rng(SEED))
        print(f"\n| task | baseline | its hits | {name} | gain [95 %] |")
        print("|---|---|---|---|---|")
        for task, gain, base in zip(many, result.gains, chosen.values(), strict=True):
            print(
                f"| {task.name} | {base} | {task.baseline_hits.sum():.1f} | "
                f"{task.hits.sum():.1f} | {percent(gain)} |"
            )
        verdict = "better" if result.better else "no detectable difference from counting"
        print(
            f"| **mean of {len(many)} tasks** | | | | **{percent(result.gain)}** {verdict} |"
        )
        for offence in plan.offences:
            part = [task for task in many if task.name.startswith(offence)]
            found = evaluation.compare_tasks(part, rng=np.random.default_rng(SEED))
            print(f"| {offence} alone | | | | {percent(found.gain)} |", flush=True)


def percent(estimate: evaluation.Estimate) -> str:
    """A share as a signed percentage with its interval."""
    low, high = estimate.interval.low, estimate.interval.high
    return f"{100 * estimate.value:+.1f} % [{100 * low:+.1f}, {100 * high:+.1f}]"


# The specification's rolling table 1.2(c): best simple model of each task, its hits and PAI.
THEFT, BURGLARY = "motor_vehicle_theft", "burglary"
PUBLISHED: Mapping[Key, tuple[str, int, str]] = {
    Key(THEFT, "week", "250 ft, k = 112"): ("EWMA 730 d", 182, "41.6 [36.2, 47.1]"),
    Key(THEFT, "month", "250 ft, k = 112"): ("count", 161, "41.3 [36.4, 46.3]"),
    Key(THEFT, "month", "250 ft, k = 334"): ("EWMA 730 d + 150 ft", 249, "21.4 [19.5, 23.1]"),
    Key(THEFT, "month", "600 ft, k = 20"): ("EWMA 180 d + 250 ft", 106, "26.4 [22.7, 30.4]"),
    Key(THEFT, "month", "600 ft, k = 58"): ("EWMA 730 d", 179, "15.4 [13.9, 17.0]"),
    Key(THEFT, "week", "250 ft, k = 334"): ("EWMA 730 d + 150 ft", 276, "21.2 [18.6, 23.7]"),
    Key(THEFT, "week", "600 ft, k = 20"): ("EWMA 180 d", 105, "23.3 [18.3, 28.5]"),
    Key(THEFT, "week", "600 ft, k = 58"): ("EWMA 730 d + 250 ft", 191, "14.6 [12.8, 16.7]"),
    Key(BURGLARY, "week", "250 ft, k = 334"): ("EWMA 730 d + 150 ft", 47, "9.9 [7.0, 12.7]"),
    Key(BURGLARY, "week", "600 ft, k = 20"): ("EWMA 365 d + 500 ft", 19, "11.9 [6.6, 17.6]"),
    Key(BURGLARY, "week", "600 ft, k = 58"): ("count", 42, "8.8 [6.6, 11.1]"),
    Key(BURGLARY, "week", "250 ft, k = 112"): ("EWMA 180 d + 150 ft", 25, "15.7 [10.2, 21.8]"),
    Key(BURGLARY, "month", "250 ft, k = 112"): ("EWMA 730 d + 150 ft", 19, "13.1 [6.6, 20.4]"),
    Key(BURGLARY, "month", "250 ft, k = 334"): ("EWMA 730 d + 250 ft", 44, "10.2 [8.0, 12.8]"),
    Key(BURGLARY, "month", "600 ft, k = 20"): ("EWMA 730 d + 500 ft", 18, "12.4 [7.7, 16.8]"),
    Key(BURGLARY, "month", "600 ft, k = 58"): ("count", 42, "9.7 [6.9, 12.5]"),
}


def published(study: Study, plan: Plan) -> None:
    """The models of the specification's table at its origins: published and ours."""
    whole = float(study.area.polygon.area)
    print("\n| task | model | published hits | ours | published PAI | our PAI [95 %] |")
    print("|---|---|---|---|---|---|")
    for one, keys, budgets in rounds(study, plan, plan.test):
        draws = evaluation.resample_origins(
            len(one.origins), 1, draws=2_000, rng=np.random.default_rng(SEED)
        )
        for i, key in enumerate(keys):
            name, hits, pai = PUBLISHED[key]
            ours = one.hits(name, COUNTING[name], budgets)[i]
            rate = evaluation.score_hit_rate(ours, one.events, draws)
            value, low, high = (
                x * whole / budgets[i]
                for x in (rate.value, rate.interval.low, rate.interval.high)
            )
            print(
                f"| {', '.join(key)} | {name} | {hits} of {PUBLISHED_EVENTS[key[:2]]} | "
                f"{ours.sum():.1f} of {one.events.sum():.0f} | {pai} | "
                f"{value:.1f} [{low:.1f}, {high:.1f}] |",
                flush=True,
            )


PUBLISHED_EVENTS = {
    (THEFT, "week"): 2576, (THEFT, "month"): 2294,
    (BURGLARY, "week"): 943, (BURGLARY, "month"): 853,
}  # fmt: skip


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", choices=("portland", "st-louis", "chicago"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--test", nargs="+", default=[], choices=[*COUNTING, *CHALLENGERS])
    parser.add_argument("--baseline", choices=COUNTING, help="for all tasks; none is chosen")
    parser.add_argument("--published", action="store_true")
    asked = parser.parse_args()
    if asked.study == "portland":
        study = portland(asked.folder)
        plan = portland_plan()
    else:
        read, make = {
            "st-louis": (st_louis, st_louis_plan),
            "chicago": (chicago, chicago_plan),
        }[asked.study]
        study = read(asked.folder)
        plan = make(float(study.area.polygon.area))
    if asked.published:
        published(study, plan)
        return
    chosen = (
        dict.fromkeys(plan.tasks, asked.baseline) if asked.baseline else baselines(study, plan)
    )
    if asked.test:
        test(study, plan, chosen, asked.test)


if __name__ == "__main__":
    main()
