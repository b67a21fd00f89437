"""The leak check of a whole backtest, on data that say when events came on record."""

import numpy as np
import pytest

from factories import DATED, NOW, dated_csv
from peelian.workflows import from_flat, run
from peelian.workflows.settings import LeakSettings


@pytest.fixture
def check(tmp_path):
    """The outcome on 112 days of events, every third recorded three weeks late."""
    file = dated_csv(tmp_path / "events.csv")
    head, *rows = file.read_text().splitlines()
    delays = np.where(np.arange(len(rows)) % 3 == 0, 21, 0).astype("m8[D]")
    when = [np.datetime64(row.split(",")[2]) + d for row, d in zip(rows, delays, strict=True)]
    seen = [f"{row},{time}" for row, time in zip(rows, when, strict=True)]
    file.write_text("\n".join([f"{head},seen", *seen]) + "\n")

    def done(**given):
        given = {"cell_size": 1000, "flag_area": 8, "models": "ewma", "jobs": 1} | given
        given = {"events": file, "runs": 8, **DATED} | given
        settings = from_flat(LeakSettings, {name: str(value) for name, value in given.items()})
        return run("evaluate leaks", None, settings, now=NOW)

    return done


def worlds(made):
    return dict.fromkeys(made.table.columns["world"].tolist())


def test_a_sound_backtest_keeps_back_what_is_not_on_record(check):
    made = check(recorded="seen")
    assert list(worlds(made)) == ["delayed", "noise", "shuffled"]
    assert made.passed
    assert any(note.startswith("Delayed: ") for note in made.provenance.notes)


def test_without_dates_of_record_no_world_is_delayed(check):
    made = check()
    assert list(worlds(made)) == ["noise", "shuffled"]
    assert made.passed
    assert not any(note.startswith("Delayed: ") for note in made.provenance.notes)


def test_a_backtest_that_shows_what_is_not_on_record_is_caught(check, monkeypatch):
    monkeypatch.setattr(
        "peelian.terms.events._on_record", lambda counts, late, cutoff: (counts, None)
    )
    made = check(recorded="seen")
    columns = made.table.columns
    leaking = set(columns["world"][columns["verdict"] == "leaks"].tolist())
    assert leaking == {"delayed"}
    assert not made.passed
    assert "leaks: " in made.chosen[-1]
