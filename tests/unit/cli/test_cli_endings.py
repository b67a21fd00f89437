"""How a command ends: exit codes, closed pipes, Ctrl-C, and what it loads before it starts."""

import io
import subprocess
import sys
from contextlib import redirect_stderr

import pytest

from command_line import peelian
from factories import DATED, dated_csv
from peelian import forecasts, terms
from peelian.cli import show

HEAVY = {
    "scipy", "shapely", "pyproj", "convertbng", "pandas", "geopandas", "pyogrio", "pyarrow",
    "duckdb", "ibis", "django", "typst", "altair", "vl_convert", "jinja2",
}  # fmt: skip
FILE = [word for name, column in DATED.items() for word in (f"--{name}", column)]
ERRORS = {
    terms.DataError: 10,
    terms.SchemaError: 10,
    terms.CoordinateError: 10,
    terms.CoverageError: 10,
    terms.ParameterError: 11,
    terms.NotFound: 12,
    terms.Denied: 13,
    terms.NotPermitted: 13,
    terms.NotAllowedNow: 13,
    terms.SourceError: 14,
    terms.StoreError: 15,
}


def run(*words, **options):
    """The command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "peelian", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize(("kind", "code"), ERRORS.items())
def test_each_error_ends_with_its_own_code(monkeypatch, kind, code):
    def fail(*_, **__):
        raise kind("what is wrong and what to do")

    monkeypatch.setattr("peelian.workflows.suggest", fail)
    assert peelian("ingest", "--suggest", "x") == (
        code,
        "",
        "Error: what is wrong and what to do\n",
    )


class Sly(forecasts.LongWindowCount):
    """Walks over the origins, and between the first and the last looks ahead."""

    def walk(self, history, origins):
        for origin, risk in zip(origins, super().walk(history, origins), strict=True):
            honest = origin in (origins[0], origins[-1])
            yield risk if honest else history.counts[origin]


def test_a_leak_is_shown_and_ends_with_1(monkeypatch, tmp_path):
    events = dated_csv(tmp_path / "events.csv")
    words = ("evaluate", "leaks", events, *FILE, "--cell-size", 1000, "--jobs", 1)
    sound = peelian(*words, "--models", "count", "--format", "csv")
    assert (sound.code, sound.out.count("no leak seen")) == (0, 1)
    monkeypatch.setitem(forecasts.ON_REQUEST, "sly", Sly)
    ended = peelian(*words, "--models", "sly", "--format", "csv")
    assert ended.code == 1
    assert {row.split(",")[-1] for row in ended.out.splitlines() if ",sly," in row} == {
        "leaks"
    }
    assert "leaks: sly" in ended.err


def test_an_error_of_our_own_making_is_not_hidden(monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("peelian.workflows.suggest", fail)
    with pytest.raises(ZeroDivisionError):
        peelian("ingest", "--suggest", "x")


@pytest.mark.parametrize(
    "words",
    [
        ("predict",),
        ("count", "--cellsize", "5"),
        ("plan", "--teams", "many"),
        ("ingest",),
        ("count", "a", "b"),
    ],
)
def test_wrong_usage_is_code_2(words, tmp_path):
    ended = peelian(*words)
    assert ended.code == 2
    assert ended.out == ""
    assert "Usage: peelian" in ended.err


def test_starting_up_loads_no_heavy_library():
    """So that help and errors come at once: under a second on any machine."""
    code = "import sys, peelian.cli.app; print(*{m.partition('.')[0] for m in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert HEAVY & set(loaded.stdout.split()) == set()


def test_a_closed_pipe_ends_quietly(small_store):
    """As under ``head``: most of a million characters are never read."""
    process = run(
        "hotspots", "kde", "--store", small_store, "--format", "csv", "-q", "--cell-size", 60
    )
    assert process.stdout.readline().startswith("cell,x,y,n,density")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0


def test_ctrl_c_stops_with_a_word_and_code_130(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("peelian.workflows.suggest", interrupted)
    ended = peelian("ingest", "--suggest", "x")
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.endswith("Stopped; nothing was half-written.\n")


class Terminal(io.StringIO):
    """Standard error on a screen."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("screen", "after", "quiet", "shown"),
    [
        (Terminal(), -1.0, False, True),
        (Terminal(), 2.0, False, False),  # the job was shorter
        (Terminal(), -1.0, True, False),
        (io.StringIO(), -1.0, False, False),  # a log is no place for a bar
    ],
    ids=["long", "short", "quiet", "log"],
)
def test_a_bar_appears_on_a_screen_after_two_seconds(monkeypatch, screen, after, quiet, shown):
    monkeypatch.setattr(show, "BAR_AFTER", after)
    monkeypatch.setenv("TERM", "xterm")
    with redirect_stderr(screen), show.progress_bar(quiet) as progress:
        progress(0.5, "counting")
    assert ("counting" in screen.getvalue()) is shown
    assert shown or screen.getvalue() == ""
