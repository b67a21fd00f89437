"""`peelian evaluate impact, power, register, report, monitor` as a user types them."""

import json

import pytest

from command_line import peelian
from evaluation_samples import PLAN, counts_csv
from factories import as_it_stands
from peelian.store import open_store

COLUMNS = {
    "impact": {"measure", "value", "low", "high", "p", "unit", "reading", "dispersion"},
    "power": {"true_ratio", "chance", "detectable", "dispersion"},
    "monitor": {"period", "n", "low", "high", "reading", "running_sum", "signal"},
}


@pytest.fixture
def files(tmp_path):
    """Counts before, and before and after, a plan, a series, in a folder."""
    (tmp_path / "before.csv").write_text(counts_csv(after=False))
    (tmp_path / "whole.csv").write_text(counts_csv())
    plan = {**PLAN, "counts": str(tmp_path / "before.csv")}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    months = "".join(f"2024-{m:02d},{8 + m % 3}\n" for m in range(1, 13))
    (tmp_path / "months.csv").write_text("month,n\n" + months)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("impact", ("whole.csv", "--before", PLAN["before"], "--after", PLAN["after"])),
        ("power", ("before.csv", "--before", PLAN["before"])),
        ("monitor", ("months.csv",)),
    ],
)
def test_a_table_a_user_brings_needs_no_store(files, command, words):
    said = ("evaluate", command, files / words[0], *words[1:])
    ended = peelian(*said, "--format", "json", "--store", files / "none")
    assert ended.code == 0, ended.err
    assert COLUMNS[command] <= set(json.loads(ended.out)[0])
    table = files / "table.csv"
    assert peelian(*said, "-o", table, "-q") == (0, "", "")
    assert peelian("reproduce", table).code == 0
    assert not (files / "none").exists()


def test_before_and_after_alone_prints_that_it_cannot_attribute(files):
    spans = ("--before", PLAN["before"], "--after", PLAN["after"])
    ended = peelian(
        "evaluate", "impact", files / "whole.csv", "--design", "before-after", *spans, "-q"
    )
    assert ended.err == ""
    assert "cannot attribute" in ended.out


def test_register_then_report(files):
    store = files / "store"
    ended = peelian("evaluate", "register", files / "plan.json", "--store", store)
    assert ended.code == 0, ended.err
    assert "registered as " in ended.err
    assert "it finds a fall of" in ended.err
    name = open_store(store).entries("design")[0].id
    counts = ("--counts", files / "whole.csv", "--store", store)
    pdf = files / "report.pdf"
    ended = peelian("evaluate", "report", name, *counts, "-o", pdf)
    assert ended.code == 0, ended.err
    assert f"result of design {name} kept" in ended.err
    assert peelian("reproduce", pdf, "--store", store).code == 0
    shown = peelian("evaluate", "report", name, *counts, "-q")
    assert "offences with the action against" in shown.out
    assert "without the control Port" in shown.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("register", "plan.json", "--design", "synthetic"), 13, "It is not registered"),
        (("register", "plan.json", "--after", "2026-06..2027-06"), 11, "overlap"),
        (("register", "whole.csv"), 11, "not JSON"),
        (("report", "2026-01-01-00000000"), 12, "no design"),
        (("impact", "plan.json"), 10, "no column area, period, n"),
        (("impact", "nowhere.csv"), 11, "cannot be read"),
        (("impact", "whole.csv", "--design", "magic"), 11, "choose one of"),
        (("power", "--expected-treated", "5"), 11, "expected_control is 0"),
        (("monitor", "whole.csv"), 10, "stands twice"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_kept(files, words, code, said):
    store = files / "store"
    open_store(store, create=True)
    before = as_it_stands(store)
    plain = [files / w if str(w).endswith((".csv", ".json")) else w for w in words]
    ended = peelian("evaluate", *plain, "--store", store)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert as_it_stands(store) == before
