"""Every command: data on standard output, messages on standard error, columns as promised."""

import csv
import io
import json
from pathlib import Path

import pytest

from command_line import peelian
from factories import as_it_stands, dated_csv, street_csv
from peelian.cli.app import app
from peelian.workflows import JOBS

COUNTING = ("--model", "count")
FILE = ("--x", "e", "--y", "n", "--time", "when", "--crs", "EPSG:27700")
# The words of every command that runs one job, and the columns interfaces promise of it.
JOB_COMMANDS = {
    "count": (("count",), ["cell", "x", "y", "n"]),
    "hotspots kde": (("hotspots", "kde"), ["cell", "x", "y", "n", "density"]),
    "hotspots gi-star": (
        ("hotspots", "gi-star"),
        ["cell", "x", "y", "n", "gi_star", "p", "p_fdr"],
    ),
    "hotspots local-moran": (
        ("hotspots", "local-moran", "--permutations", 49),
        ["cell", "x", "y", "n", "local_moran", "p", "p_fdr", "quadrant"],
    ),
    "hotspots change": (
        ("hotspots", "change", "--split", "2018-05"),
        [
            *("cell", "x", "y", "n", "before", "after", "expected", "rate_ratio"),
            *("low", "high", "p", "p_fdr", "z", "share_change"),
        ],
    ),
    "hotspots stability": (
        ("hotspots", "stability", "--draws", 50),
        ["cell", "x", "y", "n", "rank", "stability"],
    ),
    "hotspots concentration": (
        ("hotspots", "concentration", "--draws", 50),
        ["measure", "value", "low", "high"],
    ),
    "explain": (
        ("explain", "--generators", "essex", "--draws", 50),
        [
            *("factor", "operationalisation", "distance", "relative_risk", "low", "high"),
            *("p", "p_fdr", "cells", "places"),
        ],
    ),
    "forecast": (
        ("forecast", *COUNTING),
        ["cell", "x", "y", "area", "risk", "flagged"],
    ),
    "backtest": (("backtest", "--draws", 50, "--models", "ewma"), None),
    "evaluate leaks": (("evaluate", "leaks", "--draws", 50, "--models", "ewma"), None),
    "arches": (
        ("arches", "--days", 2),
        [
            *("day", "weekday", "start", "end", "team", "site", "kind", "consent"),
            *("worth", "probability", "screened", "x", "y"),
        ],
    ),
    "plan": (("plan", "--teams", 1, *COUNTING), None),
    "report map": (("report", "map", "--draws", 10, *COUNTING), None),
}

# Those that need dates, or more periods than the small store of months holds.
DATED_COMMANDS = {
    "hotspots knox": (
        ("hotspots", "knox", "--permutations", 19),
        [
            "distance_from",
            "distance_to",
            "days_from",
            "days_to",
            "observed",
            "expected",
            "ratio",
            "p",
        ],
    ),
    "hotspots near-repeats": (("hotspots", "near-repeats"), None),
    "hotspots dual-kde": (
        (
            "hotspots",
            "dual-kde",
            "--where",
            "harm = 1",
            "--reference-where",
            "harm > 1",
            "--permutations",
            19,
        ),
        [
            *("cell", "x", "y", "n", "n_reference", "density", "reference_density"),
            *("relative_risk", "p", "p_fdr"),
        ],
    ),
    "hotspots scan": (
        ("hotspots", "scan", "--runs", 19, "--max-days", 14),
        [
            "rank",
            "x",
            "y",
            "radius",
            "start",
            "end",
            "observed",
            "expected",
            "statistic",
            "p",
            "cells",
        ],
    ),
    "hotspots emerging": (
        ("hotspots", "emerging", "--cell-size", 1000),
        ["cell", "x", "y", "n", "class", "trend_z", "trend_p", "n_hot", "n_cold"],
    ),
}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_job_has_a_command_here():
    # These need streets (journeys/test_journey_segments.py), or a forecast (below).
    elsewhere = {"hotspots segments", "evaluate score", "evaluate equity"}
    elsewhere |= {"boxes list", "evaluate boxes"}  # in test_cli_boxes.py
    elsewhere |= {"dosage", "delivery"}  # in test_cli_dosage.py
    elsewhere |= {f"offences {word}" for word in ("classify", "evaluate", "review")}
    elsewhere |= {"offences codes", "offences reads"}  # in test_workflows_narrative_review.py
    elsewhere |= {  # in test_workflows_weeks.py
        *("operation list", "operation sheet", "operation close", "operation return"),
    }
    elsewhere |= {"report figures"}  # in test_workflows_figures.py
    elsewhere |= {"report bulletin"}  # in test_workflows_bulletin.py
    elsewhere |= {  # in test_cli_evaluate.py
        *("evaluate impact", "evaluate power", "evaluate register", "evaluate report"),
        "evaluate monitor",
    }
    assert set(JOB_COMMANDS) | set(DATED_COMMANDS) | elsewhere == set(JOBS)


@pytest.mark.parametrize("job", DATED_COMMANDS)
def test_a_command_for_dated_events(job, tmp_path):
    words, columns = DATED_COMMANDS[job]
    events = dated_csv(tmp_path / "dated.csv")
    ended = peelian(*words, events, *FILE, "--format", "csv")
    assert ended.code == 0, ended.err
    assert columns in (None, list(rows_of(ended.out)[0]))


def test_every_event_of_a_file_counts_though_its_days_make_no_whole_weeks():
    """Places in km and days of onset, 188 of them: all pairs, and all in cells."""
    path = Path(__file__).parents[2] / "data" / "burkitt.csv"
    words = (path, "--x", "x", "--y", "y", "--time", "day", "--crs", "none", "--format", "csv")
    wide = ("--distance-breaks", "0,1e4", "--time-breaks", "0,1e5", "--permutations", 1)
    (pairs,) = rows_of(peelian("hotspots", "knox", *words, *wide).out)
    assert int(pairs["observed"]) == 188 * 187 / 2
    cells = rows_of(peelian("hotspots", "gi-star", *words, "--cell-size", 50).out)
    assert sum(float(row["n"]) for row in cells) == 188


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("knox", "month-only dates"),
        ("near-repeats", "month-only dates"),
        ("scan", "month-only dates"),
        ("emerging", "need 10 or more"),
    ],
)
def test_a_command_for_dated_events_refuses_months(job, said, small_store):
    ended = peelian("hotspots", job, "--store", small_store)
    assert (ended.code, ended.out) == (10, "")
    assert said in ended.err


def test_bands_that_are_no_numbers_are_refused(tmp_path):
    events = dated_csv(tmp_path / "dated.csv")
    ended = peelian("hotspots", "knox", events, *FILE, "--time-breaks", "0,a week")
    assert ended.code == 11
    assert "time breaks '0,a week': write numbers" in ended.err


def test_permutations_replace_the_drawn_p(small_store):
    words = ("hotspots", "gi-star", "--store", small_store, "-q", "--format", "csv")
    drawn = rows_of(peelian(*words).out)
    rearranged = rows_of(peelian(*words, "--permutations", 99, "--seed", 3).out)
    assert [r["gi_star"] for r in drawn] == [r["gi_star"] for r in rearranged]
    assert min(float(r["p"]) for r in rearranged) >= 1 / 100
    assert [r["p"] for r in drawn] != [r["p"] for r in rearranged]


@pytest.mark.parametrize("job", [job for job in JOB_COMMANDS if job != "report map"])
def test_data_go_to_standard_output_and_messages_to_standard_error(own_store, job):
    words, columns = JOB_COMMANDS[job]
    ended = peelian(*words, "--store", own_store, "--format", "csv")
    assert ended.code == 0
    rows = rows_of(ended.out)
    assert rows
    if columns:
        assert list(rows[0]) == columns
    assert "The data give the month and a displaced place" in ended.err
    assert "The data give the month" not in ended.out


def test_a_forecast_is_scored_later_and_its_flags_held_against_who_lives_there(
    small_store, tmp_path
):
    forecast = tmp_path / "forecast.geojson"
    known = ("--store", small_store, "--until", "2018-09", *COUNTING)
    assert peelian("forecast", *known, "--output", forecast).code == 0
    after = ("--store", small_store, "--since", "2018-10", "--format", "csv")
    (score,) = rows_of(peelian("evaluate", "score", forecast, *after).out)
    promised = {"n", "hits", "hit_rate", "area_share", "pai", "pei"}
    assert promised | {"pai_low", "pai_high"} <= set(score)
    assert 0 < float(score["hits"]) < float(score["n"])
    equity = peelian("evaluate", "equity", forecast, "--store", small_store, "--format", "csv")
    assert equity.code == 0, equity.err
    assert rows_of(equity.out)


@pytest.mark.parametrize("job", [job for job in JOB_COMMANDS if job != "report map"])
def test_quiet_says_nothing(own_store, job):
    ended = peelian(*JOB_COMMANDS[job][0], "--store", own_store, "--format", "csv", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert rows_of(ended.out)


def test_choices_made_for_the_user_are_announced(small_store):
    ended = peelian("forecast", "--store", small_store)
    assert "cell size 500 m (from the data)" in ended.err
    assert "area to flag 0.2 km2" in ended.err
    assert "model count: " in ended.err


def test_each_format_is_the_same_table(small_store):
    words = ("hotspots", "kde", "--store", small_store, "-q", "--format")
    rows = rows_of(peelian(*words, "csv").out)
    values = json.loads(peelian(*words, "json").out)
    features = json.loads(peelian(*words, "geojson").out)["features"]
    assert len(rows) == len(values) == len(features) == 256
    assert float(rows[9]["density"]) == values[9]["density"]
    assert features[9]["properties"]["cell"] == 9
    assert peelian(*words, "table").out.startswith("hotspots kde\n")


def test_output_writes_files_and_says_so(small_store, tmp_path):
    path = tmp_path / "counts.csv"
    ended = peelian("count", "--store", small_store, "--output", path)
    assert (ended.code, ended.out) == (0, "")
    assert f"wrote {path}\n" in ended.err
    assert f"wrote {path}.provenance.json\n" in ended.err
    assert len(rows_of(path.read_text())) == 256


@pytest.mark.parametrize(
    ("words", "suffixes"),
    [
        (("report", "map", "--draws", 10, *COUNTING), (".html", ".geojson", ".parquet")),
        (("report", "pack", "--teams", 1, *COUNTING), (".pdf",)),
    ],
)
def test_maps_and_packs_are_files(own_store, tmp_path, words, suffixes):
    for suffix in suffixes:
        path = tmp_path / f"made{suffix}"
        assert peelian(*words, "--store", own_store, "-o", path, "-q") == (0, "", "")
        again = peelian("reproduce", path, "--store", own_store)
        assert again.code == 0
        assert f"{path}: reproduced, every byte the same" in again.out


def test_a_file_that_is_not_what_its_record_makes_is_named(own_store, tmp_path):
    path, again = tmp_path / "map.geojson", tmp_path / "again.geojson"
    peelian("report", "map", "--draws", 10, *COUNTING, "--store", own_store, "-o", path)
    good = path.read_bytes()
    path.write_bytes(good.replace(b"Street", b"Straat", 1))
    ended = peelian("reproduce", path, "--store", own_store, "--output", again)
    assert ended.code == 10
    assert f"{path}: not reproduced: " in ended.err
    assert ended.out == ""
    assert again.read_bytes() == good


def test_ingest_keeps_the_promise_to_scripts(own_store, tmp_path):
    file = street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")
    for already_held in (False, True):
        ended = peelian("ingest", file, "--store", own_store, "--format", "json")
        (row,) = json.loads(ended.out)
        assert list(row) == [
            "file", "batch", "read", "accepted", "refused", "already_held",
            "refused_by_reason", "quarantine",
        ]  # fmt: skip
        assert row["already_held"] is already_held
        assert row["read"] == row["accepted"] + row["refused"] == 120
        assert sum(row["refused_by_reason"].values()) == row["refused"]
        assert (own_store / row["quarantine"]).exists()


def test_ingest_shows_a_table_to_people(own_store, tmp_path):
    file = street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")
    ended = peelian("ingest", file, "--store", own_store)
    assert "no-coordinates 2" in ended.out
    assert ended.code == 0


def test_ingest_makes_a_store_where_there_is_none(tmp_path):
    file = street_csv(tmp_path / "2018-11-sample-street.csv", "2018-11")
    assert peelian("ingest", file, "--store", tmp_path / "new").code == 0
    assert peelian("count", "--store", tmp_path / "new", "-q").code == 0


def test_ingest_suggests_a_mapping(tmp_path):
    ended = peelian("ingest", "--suggest", dated_csv(tmp_path / "dated.csv"))
    assert ended.code == 0
    assert "[place]" in ended.out
    assert list(tmp_path.iterdir()) == [tmp_path / "dated.csv"]


def test_a_file_of_events_takes_the_place_of_the_store(tmp_path):
    events = dated_csv(tmp_path / "dated.csv")
    for command in (("count",), ("hotspots", "kde"), ("hotspots", "gi-star")):
        ended = peelian(
            *command, events, *FILE, "--format", "csv", "--store", tmp_path / "none"
        )
        assert ended.code == 0
        assert sum(float(row["n"]) for row in rows_of(ended.out)) == 16 * 7 * 4


def test_a_forecast_of_a_file_as_the_interface_has_it(tmp_path):
    events = dated_csv(tmp_path / "dated.csv")
    ended = peelian(
        "forecast", events, *FILE, "--until", "2018-04-01", "--horizon", "31d",
        "--cell-size", 500, "--flag-area", 1, *COUNTING, "--format", "csv",
    )  # fmt: skip
    rows = rows_of(ended.out)
    assert list(rows[0]) == ["cell", "x", "y", "area", "risk", "flagged"]
    flagged = [float(row["area"]) for row in rows if row["flagged"] == "true"]
    assert sum(flagged) == pytest.approx(1e6)
    assert sum(float(row["risk"]) for row in rows) == pytest.approx(31 * 4, rel=0.01)


def test_the_store_can_be_named_by_the_environment(small_store, monkeypatch):
    monkeypatch.setenv("PEELIAN_STORE", str(small_store))
    assert peelian("count", "-q").code == 0


def test_the_usual_store_is_in_the_current_folder(small_store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PEELIAN_STORE", raising=False)
    missing = peelian("count")
    assert missing.code == 12
    assert "peelian-store: no store here" in missing.err
    (tmp_path / "peelian-store").symlink_to(small_store)
    assert peelian("count", "-q").code == 0


def test_reading_changes_nothing(small_store):
    before = as_it_stands(small_store)
    for words in (("count",), ("hotspots", "gi-star"), ("forecast", *COUNTING)):
        peelian(*words, "--store", small_store)
    assert as_it_stands(small_store) == before


def test_a_plan_is_kept_and_said(own_store):
    ended = peelian("plan", "--teams", 1, *COUNTING, "--store", own_store)
    assert "plan and draw kept in the store as plan " in ended.err
    assert ended.out.startswith("Plan for Thursday 1 November 2018")


@pytest.mark.parametrize("words", [(), ("hotspots",), ("report",)])
def test_help_without_a_command_lists_them(words):
    ended = peelian(*words)
    assert ended.code == 2
    assert "Usage: peelian" in ended.out + ended.err


@pytest.mark.parametrize(
    "words", [("--help",), ("count", "--help"), ("report", "map", "--help")]
)
def test_help_is_data(words):
    ended = peelian(*words)
    assert ended.code == 0
    assert ended.out.startswith("Usage: ")
    assert ended.err == ""


def test_serve_is_called_with_what_was_said_and_tells_the_address(monkeypatch):
    called = {}

    def serve(store, *, ready, **rest):
        called.update(rest, store=store)
        ready("http://127.0.0.1:8123/")

    monkeypatch.setattr("peelian.web.serve", serve)
    ended = peelian("serve", "--store", "a", "--port", 8123)
    assert called == {
        "store": "a", "port": 8123, "database_url": None, "teams_at": "", "narratives": None,
    }  # fmt: skip
    assert (ended.code, ended.out) == (0, "")
    assert "http://127.0.0.1:8123/" in ended.err
    peelian("serve", "--narratives", "n.csv", "--text", "mo", "--sample", 40)
    asked = called["narratives"]
    assert (asked.source.narratives, asked.source.text, asked.sample) == ("n.csv", "mo", 40)


def test_serve_without_the_file_that_its_options_are_about_says_so(tmp_path):
    ended = peelian("serve", "--store", tmp_path / "store", "--text", "mo")
    assert ended.code == 11
    assert "give a CSV of narratives" in ended.err
    assert not (tmp_path / "store").exists()


def test_the_commands_are_the_ones_of_the_house():
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert names == {
        "count", "explain", "forecast", "backtest", "plan", "ingest", "reproduce", "serve",
        "demo", "arches", "delivery", "dosage",
    }  # fmt: skip
    groups = {group.name for group in app.registered_groups}
    assert groups == {"hotspots", "evaluate", "boxes", "operation", "offences", "report"}
