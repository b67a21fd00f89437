"""`peelian boxes add, edit, reject, list` and `evaluate boxes` as a user types them."""

import json
from datetime import datetime, timedelta
from itertools import count

import pytest

from command_line import peelian
from factories import as_it_stands
from peelian.store import open_store
from peelian.workflows.boxes.kept import read_boxes

RING = [[0.538, 51.73], [0.541, 51.73], [0.541, 51.732], [0.538, 51.732], [0.538, 51.73]]


@pytest.fixture(autouse=True)
def a_second_a_command(monkeypatch):
    """Commands follow each other within a second here; people take longer."""
    seconds = count()

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=next(seconds))

    monkeypatch.setattr("peelian.cli.boxes.datetime", Later)
    monkeypatch.setattr("peelian.cli.app.datetime", Later)


@pytest.fixture
def box(tmp_path):
    """A box of 207 m by 222 m in the sample's area."""
    path = tmp_path / "box.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [RING]}))
    return path


def test_a_box_is_drawn_changed_listed_scored_and_rejected(own_store, box, tmp_path):
    store = ("--store", own_store)
    reason = ("--reason", "Fights after closing")
    ended = peelian("boxes", "add", box, *reason, "--since", "2018-03-01", *store)
    assert ended.code == 0
    (said,) = json.loads(ended.out)
    assert (said["box"], said["action"], said["reason"]) == (1, "add", reason[1])
    assert "a backtest believes that only when asked for boxes as dated" in ended.err
    peelian("boxes", "edit", 1, "--name", "Market", "--reason", "Its name", *store)
    listed = peelian("boxes", "list", "--format", "json", *store)
    (row,) = json.loads(listed.out)
    assert (row["name"], row["what"], row["by"]) == ("Market", "hot spot drawn", "analyst")
    layer = json.loads(peelian("boxes", "list", "--format", "geojson", *store).out)
    assert layer["features"][0]["properties"]["box"] == 1
    quick = ("--draws", 20, "--dated", "--format", "json")
    pairs = json.loads(peelian("evaluate", "boxes", *quick, *store).out)
    assert [pair["flagged"] for pair in pairs] == ["drawn boxes", "count with boxes"]
    made = tmp_path / "boxes.csv"
    peelian("boxes", "list", "--output", made, *store)
    ended = peelian("boxes", "reject", 1, "--reason", "The club has closed", *store)
    assert json.loads(ended.out)[0]["action"] == "reject"
    assert "every byte the same" in peelian("reproduce", made, *store).out
    assert len(read_boxes(open_store(own_store))) == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "box.geojson", "--reason", " "), 11, "give a reason"),
        (("add", "none.geojson", "--reason", "x"), 11, "no such file"),
        (("add", "box.geojson", "--reason", "x", "--role", "PC Smith"), 11, "role 'PC Smith'"),
        (
            ("add", "box.geojson", "--reason", "x", "--ranks", "1"),
            11,
            "nothing here has a rank",
        ),
        (("add", "bow.geojson", "--reason", "x"), 10, "crosses itself"),
        (("edit", "7", "--reason", "x"), 12, "no box 7"),
        (("reject", "7", "--reason", "x"), 12, "no box 7"),
        (("reject", "7"), 2, "--reason"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    own_store, box, monkeypatch, words, code, said
):
    bow = [RING[0], RING[2], RING[1], RING[3], RING[0]]
    text = json.dumps({"type": "Polygon", "coordinates": [bow]})
    box.with_name("bow.geojson").write_text(text)
    monkeypatch.chdir(box.parent)
    before = as_it_stands(own_store)
    ended = peelian("boxes", *words, "--store", own_store)
    assert (ended.code, said in ended.err) == (code, True), ended.err
    assert as_it_stands(own_store) == before
