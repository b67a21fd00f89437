"""How a backtest runs: on several cores, after being stopped, tuned before its test."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
import shapely
from joblib.parallel import ThreadingBackend

import slow_forecaster
from factories import DATED, NOW, dated_csv, dated_store, own_mapping
from peelian import forecasts
from peelian.store import open_store
from peelian.terms import ParameterError
from peelian.workflows import (
    BacktestSettings,
    as_text,
    ingest,
    run,
    to_json,
)
from peelian.workflows.extent import periods_for
from peelian.workflows.forecasting import unfinished, workers
from peelian.workflows.settings import Cells, EventsFile, Running

TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A file of a year of events, and few draws."""
    path = dated_csv(tmp_path_factory.mktemp("backtest") / "dated.csv", weeks=52, per_day=2)
    cells = Cells(source=EventsFile(events=str(path), **DATED), cell_size=500.0)
    return BacktestSettings(cells=cells, draws=50)


@pytest.fixture
def slow(monkeypatch):
    """Adds a forecaster that does not walk, so that its origins are several pieces."""
    known = {**forecasts.FORECASTERS, "slow": slow_forecaster.Slow}
    monkeypatch.setattr(forecasts, "FORECASTERS", known)
    return known


def backtest(settings, **options):
    return run("backtest", None, settings, now=NOW, **options)


def running(settings, **how):
    return replace(settings, running=Running(**how))


def rewritten(settings, path, change):
    """The same settings for the same rows, changed."""
    header, *rows = Path(settings.cells.source.events).read_text().splitlines()
    path.write_text("\n".join([header, *change(rows)]) + "\n")
    source = replace(settings.cells.source, events=str(path))
    return replace(settings, cells=replace(settings.cells, source=source))


def test_two_processes_give_the_same_bytes_as_one(settings, slow, monkeypatch):
    models = replace(settings, models="ewma,kernel-ewma,slow,prospective")
    alone = backtest(running(models, jobs=1))
    monkeypatch.setattr(workers, "PATIENCE", 0.0)
    shares = []
    apart = backtest(
        running(models, jobs=2), progress=lambda share, message: shares.append(share)
    )
    assert as_text(apart, "json") == as_text(alone, "json")
    assert apart.provenance == alone.provenance
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


class Elsewhere(ThreadingBackend):
    """Stands in for a cluster: what is done is done where joblib's active backend says."""

    done = 0

    def effective_n_jobs(self, n_jobs):
        return 3

    def submit(self, func, callback=None):
        Elsewhere.done += 1
        return super().submit(func, callback)


class AllAtOnce(Elsewhere):
    """Hands back what it was given when all of it is done, as Ray's backend does."""

    supports_return_generator = False


@pytest.mark.parametrize("backend", [Elsewhere, AllAtOnce])
def test_the_work_goes_where_joblib_is_told_to_send_it(settings, slow, monkeypatch, backend):
    monkeypatch.setattr(Elsewhere, "done", 0)
    alone = backtest(running(replace(settings, models="slow"), jobs=1))
    monkeypatch.setattr(workers, "PATIENCE", 0.0)
    joblib.register_parallel_backend("elsewhere", backend)
    with joblib.parallel_config(backend="elsewhere"):
        there = backtest(replace(settings, models="slow"))
    assert Elsewhere.done == 5  # counting, and 49 origins in parts of 13
    assert as_text(there, "json") == as_text(alone, "json")


def test_a_small_job_stays_in_this_process(settings, monkeypatch):
    monkeypatch.setattr(joblib, "Parallel", None)
    assert len(backtest(settings).table) == 6
    with pytest.raises(ParameterError, match="jobs is -1"):
        backtest(running(settings, jobs=-1))


def test_seconds_are_told_and_never_written(settings):
    made = backtest(replace(settings, models="ewma"))
    assert any(s.startswith("CPU seconds: count ") for s in made.chosen)
    assert "seconds" not in made.table.columns
    assert made.provenance.settings["running"] == {"jobs": 0, "resume": ""}


def stopped(settings, folder, *, jobs):
    """Kill a run of its own process once it has kept some parts, and see all of it go."""
    asked = running(replace(settings, models="slow"), jobs=jobs, resume=str(folder))
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, str(TESTS / "slow_forecaster.py"), json.dumps(to_json(asked))],
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        deadline = time.monotonic() + 60
        while len(kept(folder)) < 3 and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        proc = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = proc.read_text().split() if proc.exists() else []
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return asked


def kept(folder):
    return sorted(f for f in folder.glob("*") if not f.name.endswith(".part"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_killed_goes_on_where_it_stopped(settings, slow, tmp_path, jobs):
    slow["slow"] = lambda: slow_forecaster.Slow(0.02)
    folder = tmp_path / "unfinished"
    asked = stopped(settings, folder, jobs=jobs)
    files = kept(folder)
    assert 3 <= len(files) <= 5
    files[0].write_bytes(files[0].read_bytes()[:-100])  # cut off, as by a full disk

    shares = []
    other = rewritten(asked, tmp_path / "other.csv", lambda rows: rows[:-1])
    fresh = backtest(running(other, jobs=1, resume=str(folder)))
    assert not any("went on" in sentence for sentence in fresh.chosen)
    assert kept(folder) == files  # those of another input are neither met nor removed

    again = backtest(asked, progress=lambda share, _: shares.append(share))
    done = len(files) - 1
    assert f"went on from a run that was stopped: {done} parts were done" in again.chosen
    assert "1 parts kept from it were damaged and done again" in again.chosen
    whole = backtest(running(asked, jobs=1))
    assert as_text(again, "json") == as_text(whole, "json")
    assert again.provenance == whole.provenance
    assert shares == sorted(shares)
    assert not folder.exists()


def test_what_a_user_stops_is_kept_and_what_ends_is_cleared(settings, slow, tmp_path):
    folder = tmp_path / "unfinished"
    asked = running(replace(settings, models="slow"), jobs=1, resume=str(folder))

    def stop(share, message):
        if share > 0.8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(asked, progress=stop)
    assert len(kept(folder)) == 3
    shares = []
    backtest(asked, progress=lambda share, message: shares.append(share))
    assert shares[2] > 0.7  # counting and two of the four other parts were there
    assert not folder.exists()
    with pytest.raises(KeyboardInterrupt):
        backtest(asked, progress=stop)
    slow["slow"] = lambda: slow_forecaster.Slow(1e-9)
    other = backtest(asked)  # other settings of the model: only counting is met again
    assert "went on from a run that was stopped: 1 parts were done" in other.chosen


def test_nothing_inside_a_piece_is_left_out_of_its_key():
    """Long arrays differ in the middle, where a repr shows dots."""
    long = np.zeros(5000)
    other = long.copy()
    other[2500] = 1
    ring = [(0, 0), (0, 10), *((10, y) for y in range(10, 0, -1)), (5, 0), (0, 0)]
    for one, two in (
        (long, other),
        ((long,), [other]),
        ({"a": long}, {"a": other}),
        (shapely.polygons([[ring]]), shapely.polygons([[ring[:-2]]])),
        (slow_forecaster.Slow(long), slow_forecaster.Slow(other)),
        (forecasts.EWMA(1.0), forecasts.GammaPoissonEWMA(1.0)),
        (1, 1.0),
        ("ab", ("a", "b")),
    ):
        assert unfinished.digest(one) != unfinished.digest(two)
        assert unfinished.digest(one) == unfinished.digest(one)
    assert unfinished.digest({"a": 1, "b": 2}) == unfinished.digest({"b": 2, "a": 1})


def test_a_store_keeps_unfinished_parts_in_its_folder(tmp_path):
    store = open_store(dated_store(tmp_path / "store"))
    asked = BacktestSettings(draws=20)
    with pytest.raises(KeyboardInterrupt):
        run("backtest", store, asked, now=NOW, progress=_stop_at_half)
    assert len(kept(store.path / "unfinished")) == 1
    assert store.verify() == []
    made = run("backtest", store, asked, now=NOW)
    assert any("went on" in sentence for sentence in made.chosen)
    assert not (store.path / "unfinished").exists()


def _stop_at_half(share, message):
    if share > 0.4:
        raise KeyboardInterrupt


def test_where_nothing_can_be_kept_the_work_is_done_and_said(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    made = backtest(running(settings, resume=str(tmp_path / "file")))
    assert any("finished parts could not be kept" in s for s in made.chosen)


def test_settings_are_chosen_before_the_test_and_recorded(settings, tmp_path):
    asked = replace(settings, test_from="2018-11-05", models="ewma,kernel-ewma")
    made = backtest(asked)
    (said,) = (s for s in made.chosen if s.startswith("settings chosen on "))
    assert "origins before 2018-11-05" in said
    tried = dict(made.tables)["tuning"].columns
    assert tried["chosen"].sum() == 3
    best = tried["settings"][tried["chosen"]]
    assert set(best) == set(made.table.columns["settings"][:3])
    assert all(settings in made.provenance.method for settings in best)

    def shuffled(rows):
        """The places of the test's events change hands; their hull does not move."""
        cells = [row.split(",") for row in rows]
        late = [i for i, row in enumerate(cells) if row[2] >= "2018-11-05T06"]
        order = np.random.default_rng(1).permutation(late)
        moved = {i: cells[j][:2] + cells[i][2:] for i, j in zip(late, order, strict=True)}
        return [",".join(moved.get(i, row)) for i, row in enumerate(cells)]

    other = backtest(rewritten(asked, tmp_path / "shuffled.csv", shuffled))
    again = dict(other.tables)["tuning"].columns
    for name in tried:
        np.testing.assert_array_equal(tried[name], again[name])
    assert made.table.columns["hits"].tolist() != other.table.columns["hits"].tolist()


def test_without_a_test_nothing_is_tuned_and_that_is_said(settings):
    made = backtest(settings)
    assert any(s.startswith("settings: the models' own, none tuned") for s in made.chosen)
    assert "tuning" not in dict(made.tables)
    assert "EWMA(half_life_days=730.0)" in made.table.columns["settings"]


def test_the_best_baseline_is_chosen_before_the_test(settings):
    asked = replace(settings, baseline="best")
    with pytest.raises(ParameterError, match="give --test-from"):
        backtest(asked)
    made = backtest(replace(asked, test_from="2018-11-05", models="ewma,prospective"))
    tried = dict(made.tables)["tuning"].columns
    counting = np.isin(tried["forecaster"], ["count", "ewma"])
    best = tried["forecaster"][counting][np.argmax(tried["hits"][counting])]
    assert made.table.columns["forecaster"][0] == best
    assert f"baseline {best}, the best of the counting models there" in made.chosen


def test_another_baseline_a_horizon_and_a_block(settings):
    made = backtest(replace(settings, baseline="ewma", models="ewma", horizon=2, block=9))
    assert made.table.columns["forecaster"][0] == "ewma"
    assert made.table.columns["events"][0] == 2 * 14 * 48
    with pytest.raises(ParameterError, match="the baseline 'median' is not among"):
        backtest(replace(settings, baseline="median"))
    with pytest.raises(ParameterError, match="block is 99"):
        backtest(replace(settings, block=99))


def test_origins_are_days_weeks_or_months(settings):
    origins = {}
    for period in ("day", "week", "month"):
        cells = replace(settings.cells, period=period)
        title = backtest(replace(settings, cells=cells, models="ewma")).table.title
        origins[period] = int(title.split("over ")[1].split()[0])
    assert origins == {"day": 364 - 3, "week": 52 - 3, "month": 11 - 3}


def test_months_of_policing_days_end_with_the_last_day():
    months = frozenset(f"2018-{m:02d}" for m in range(1, 13))
    periods, lead_in = periods_for(
        False, "2018-01-10", "2018-05-30", months=months, period="month"
    )
    starts = periods.start.astype("M8[h]").astype(str).tolist()
    assert starts == [
        "2018-01-10T06",
        "2018-01-31T06",
        "2018-02-28T06",
        "2018-03-31T05",
        "2018-04-30T05",
    ]
    assert lead_in == 1
    assert str(periods.end[-1]) == "2018-05-31T05:00:00"
    whole, none = periods_for(False, "2018-02-01", "2018-03-31", months=months, period="month")
    assert whole.days.tolist() == [28.0, 31 - 1 / 24]
    assert none == 0
    short, odd = periods_for(False, "2018-02-05", "2018-02-20", months=months, period="month")
    assert (len(short), odd) == (1, 1)


@pytest.mark.parametrize(
    ("monthly", "period", "said"),
    [(True, "week", "known to the month only"), (False, "year", "give day, week or month")],
)
def test_a_period_the_data_do_not_know_is_refused(monthly, period, said):
    with pytest.raises(ParameterError, match=said):
        periods_for(monthly, "2018-01-01", "2018-12-31", months=frozenset(), period=period)


def recorded_csv(path, weeks):
    """Each week's events are where the week before's were: on record so many weeks later."""
    rng = np.random.default_rng(5)
    rows = ["e,n,when,seen"]
    before = None
    for week in range(40):
        place = rng.uniform(0, 8_000, (8, 2)) + np.array([570_000, 200_000])
        for x, y in place if before is None else np.concatenate([place, before]):
            day = np.datetime64("2018-01-01") + 7 * week + rng.integers(0, 7)
            rows.append(f"{x:.0f},{y:.0f},{day}T12:00,{day + 7 * weeks}")
        before = place
    path.write_text("\n".join(rows) + "\n")
    return path


def test_what_is_recorded_later_is_not_used_whether_in_a_file_or_a_store(tmp_path):
    pai = {}
    for weeks in (0, 3):
        path = recorded_csv(tmp_path / f"{weeks}.csv", weeks)
        for column in ("", "seen"):
            source = EventsFile(events=str(path), recorded=column, **DATED)
            asked = BacktestSettings(
                Cells(source=source), models="ewma,prospective", min_history=4, draws=20
            )
            made = backtest(asked)
            pai[weeks, column] = made.table.columns["pai"][2]
            assert any("on record late" in s for s in made.chosen) == (
                column != "" and weeks > 0
            )
    assert pai[0, ""] == pai[3, ""] > 5
    assert pai[0, "seen"] > 5
    assert pai[3, "seen"] < 3

    mapping = own_mapping(tmp_path / "own.toml")
    formats = 'start = "when"\nrecorded = "seen"\nformats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]'
    text = mapping.read_text().replace('start = "when"\nformats = ["%Y-%m-%dT%H:%M"]', formats)
    mapping.write_text(text)
    store = open_store(tmp_path / "store", create=True)
    ingest(store, [tmp_path / "3.csv"], mapping=mapping, now=NOW)
    asked = BacktestSettings(models="prospective", min_history=4, draws=20)
    assert run("backtest", store, asked, now=NOW).table.columns["pai"][1] < 3


def test_parts_of_another_program_are_never_gone_on_with(monkeypatch) -> None:
    """What is kept is named after the source that made it, wherever that lies."""
    of_all = unfinished._program()
    unfinished._program.cache_clear()
    monkeypatch.setattr(unfinished, "PROGRAM", ())
    assert unfinished._program() != of_all
    unfinished._program.cache_clear()
